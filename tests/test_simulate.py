"""Simulated couples are plausible, complete and the same each time."""

import dataclasses
import hashlib

import numpy as np
import pandas as pd
import pytest

from tests.small import SMALL
from workbook import frames
from workbook.dyads import pair
from workbook.instruments import catalogue
from workbook.scoring import score
from workbook.simulate import Traits, respond, simulate_couples


def digest(frame: pd.DataFrame) -> str:
    return hashlib.sha256(frame.to_csv(index=False).encode()).hexdigest()


def test_a_seed_gives_the_same_bytes_each_time_and_another_seed_others():
    one, same, other = (simulate_couples(30, seed, [SMALL]) for seed in (7, 7, 8))

    assert digest(one.responses) == digest(same.responses)
    assert digest(one.truth) == digest(same.truth)
    assert digest(one.responses) != digest(other.responses)


def test_the_bytes_of_this_seed_are_known():
    """Fails when the random stream or the model changes; data/ then has to be regenerated."""
    values = simulate_couples(3, 1, [SMALL], missing=0, declined=0).responses["value"]

    assert len(values) == 36
    assert values.between(0, 4).all()


def test_a_larger_cohort_starts_with_the_same_couples():
    few, many = simulate_couples(5, 3, [SMALL]), simulate_couples(700, 3, [SMALL])

    pd.testing.assert_frame_equal(few.responses, many.responses.head(len(few.responses)))


def test_drawing_a_cohort_in_parts_gives_the_same_rows():
    whole = simulate_couples(1100, 3, [SMALL]).responses
    parts = [simulate_couples(n, 3, [SMALL], first=first).responses for first, n in ((0, 499), (499, 601))]

    pd.testing.assert_frame_equal(whole, pd.concat(parts, ignore_index=True))


def test_answers_do_not_depend_on_which_other_instruments_are_simulated():
    more = dataclasses.replace(SMALL, id="y")
    alone = simulate_couples(5, 3, [SMALL]).responses
    beside = simulate_couples(5, 3, [more, SMALL]).responses

    pd.testing.assert_frame_equal(
        alone, beside[(beside["instrument"] == "x").to_numpy()].reset_index(drop=True)
    )


@pytest.mark.parametrize("name", list(catalogue()))
def test_there_is_a_respondent_for_every_instrument(name):
    instrument = catalogue()[name]
    answered = respond(instrument, np.random.default_rng(2))

    pd.testing.assert_frame_equal(frames.check(answered, frames.RESPONSES), answered)
    assert answered["item"].tolist() == [item.id for item in instrument.items]
    for item, value in zip(instrument.items, answered["value"], strict=True):
        assert value in {choice.value for choice in item.scale.choices}


def test_a_respondent_may_skip_and_decline():
    answered = respond(SMALL, np.random.default_rng(2), missing=0.5, declined=0.5, occasion="assessment-3")

    assert answered["value"].isna().all()
    assert 0 < answered["declined"].sum() < len(answered)
    assert set(answered["occasion"]) == {"assessment-3"}


def test_every_instrument_but_the_private_ones_is_simulated():
    cohort = simulate_couples(4, 1)

    shown = {name for name, instrument in catalogue().items() if not instrument.is_private}
    assert set(cohort.responses["instrument"]) == shown
    pd.testing.assert_frame_equal(frames.check(cohort.responses, frames.RESPONSES), cohort.responses)
    assert cohort.background["place"].tolist() == ["a", "b"] * 4
    assert {c for c in cohort.background if c.startswith("background.")} == {
        item.id for item in catalogue()["background"].items
    }


def test_missing_and_declined_rates_match_the_settings():
    """Of 24,000 answers 10 % blank and 5 % declined: within 1 percentage point (5 standard errors)."""
    rows = simulate_couples(2000, 1, [SMALL], missing=0.10, declined=0.05).responses

    assert rows["declined"].mean() == pytest.approx(0.05, abs=0.01)
    assert (rows["value"].isna() & ~rows["declined"]).mean() == pytest.approx(0.10, abs=0.01)
    assert rows.loc[rows["declined"].to_numpy(dtype=bool), "value"].isna().all()


@pytest.mark.parametrize("correlation", [-0.4, 0.0, 0.6])
def test_partner_correlation_matches_the_setting(correlation):
    """4,000 couples: the standard error of r is below 0.016."""
    truth = simulate_couples(4000, 1, [SMALL], traits=Traits(couple_correlation=correlation)).truth
    talk = truth[(truth["facet"] == "x.talk").to_numpy()]["standing"].to_numpy().reshape(-1, 2)

    assert np.corrcoef(talk.T)[0, 1] == pytest.approx(correlation, abs=0.06)
    assert talk.mean() == pytest.approx(0, abs=0.05)
    assert talk.std() == pytest.approx(1, abs=0.05)


def test_scores_recover_the_true_standings_with_reverse_keyed_items():
    cohort = simulate_couples(2000, 1, [SMALL], missing=0, declined=0)
    scores = score(cohort.responses, SMALL)
    for facet, sign in (("x.talk", 1), ("x.blame", -1)):
        found = scores[(scores["subscale"] == facet).to_numpy()]["score"].to_numpy(dtype=float)
        true = cohort.truth[(cohort.truth["facet"] == facet).to_numpy()]["standing"].to_numpy()
        assert sign * np.corrcoef(found, true)[0, 1] > 0.75


def test_perceptual_accuracy_matches_the_setting():
    traits = Traits(couple_correlation=0.0, accuracy=0.9, similarity=0.0, loading=0.95)
    pairs = pair(score(simulate_couples(1500, 1, [SMALL], traits=traits).responses, SMALL))
    wide = dict(iter(pairs.groupby("subscale")))
    seen, own = wide["x.talk.partner"]["score_a"], wide["x.talk"]["score_b"]
    both = pd.DataFrame({"seen": seen.to_numpy(), "own": own.to_numpy()}).dropna().astype(float)

    assert both.corr().loc["seen", "own"] > 0.7


def test_change_between_occasions_matches_the_setting():
    cohort = simulate_couples(1500, 1, [SMALL], occasions=3, traits=Traits(change=0.5, stability=0.8))
    mean = cohort.truth[(cohort.truth["facet"] == "x.talk").to_numpy()].groupby("occasion")["standing"].mean()

    assert mean.index.tolist() == ["assessment-1", "assessment-2", "assessment-3"]
    assert mean.iloc[1] - mean.iloc[0] == pytest.approx(0.5, abs=0.08)
    assert set(cohort.responses["occasion"]) == set(mean.index)


def test_compact_cohorts_hold_the_same_answers():
    plain, compact = simulate_couples(20, 3, [SMALL]), simulate_couples(20, 3, [SMALL], compact=True)

    pd.testing.assert_frame_equal(frames.check(compact.responses, frames.RESPONSES), plain.responses)


def test_no_couples_and_no_instruments_are_empty_cohorts():
    assert len(simulate_couples(0, 1, [SMALL]).responses) == 0
    assert len(simulate_couples(3, 1, []).responses) == 0
