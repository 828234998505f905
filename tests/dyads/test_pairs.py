"""Two partners' scores side by side, checked by hand."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.small import BLAME, ITEMS, SEEN, SMALL, TALK, answers, both
from workbook import frames
from workbook.dyads import agreement, pair, places
from workbook.errors import FrameError
from workbook.scoring import score

MINE = {"x.talk.1": 4, "x.talk.2": 4, "x.talk.3": 0, "x.talk.partner": 3, "x.blame.1": 1, "x.blame.2": 1}
YOURS = {"x.talk.1": 2, "x.talk.2": 2, "x.talk.3": 2, "x.talk.partner": 1, "x.blame.1": 2, "x.blame.2": 2}


def paired(mine, yours, **more):
    return pair(score(both(mine, yours), SMALL), **more).set_index("subscale")


def test_a_difference_and_its_band():
    """talk: 4 − 2 = 2; both SEM 0.5, so the band is 1.96·√(0.25 + 0.25) = 1.386 and 2 exceeds it."""
    talk = paired(MINE, YOURS).loc["x.talk"]

    assert (talk["person_a"], talk["person_b"]) == ("p_1", "p_2")
    assert (talk["score_a"], talk["score_b"], talk["difference"]) == (4.0, 2.0, 2.0)
    assert (talk["sem_a"], talk["sem_b"]) == (0.5, 0.5)
    assert talk["band"] == pytest.approx(1.96 * 0.5**0.5)
    assert talk["differs"]
    assert talk["assumed"]


def test_a_difference_within_the_band_does_not_count():
    """blame: 2 − 4 = −2; SEM 0.8 each, band 1.96·√1.28 = 2.217, so −2 does not count."""
    blame = paired(MINE, YOURS).loc["x.blame"]

    assert blame["difference"] == -2.0
    assert blame["band"] == pytest.approx(1.96 * 1.28**0.5)
    assert not blame["differs"]
    assert not blame["assumed"]


def test_a_difference_the_other_way_counts_as_well():
    assert paired(YOURS, MINE).loc["x.talk", "differs"]
    assert paired(YOURS, MINE).loc["x.talk", "difference"] == -2.0


def test_a_difference_of_exactly_the_band_does_not_count():
    scores = score(both(MINE, YOURS), SMALL)
    scores["sem"] = (2.0 / 1.96) / 2**0.5
    talk = pair(scores).set_index("subscale").loc["x.talk"]

    assert talk["band"] == pytest.approx(2.0)
    assert not talk["differs"] or talk["band"] < 2.0


def test_single_items_have_no_band_and_so_no_verdict():
    seen = paired(MINE, YOURS).loc["x.talk.partner"]

    assert seen["difference"] == 2.0
    assert pd.isna(seen["band"])
    assert pd.isna(seen["differs"])


def test_a_difference_needs_both_scores():
    alone = pair(score(answers(MINE), SMALL)).set_index("subscale").loc["x.talk"]

    assert alone["person_a"] == "p_1"
    assert pd.isna(alone["person_b"])
    assert alone[["score_b", "sem_b", "difference", "band", "differs"]].isna().all()
    assert alone["score_a"] == 4.0
    assert alone["assumed"]


def test_a_partner_without_a_score_leaves_na():
    blank = dict.fromkeys(YOURS)
    talk = paired(MINE, blank).loc["x.talk"]

    assert talk["person_b"] == "p_2"
    assert talk[["score_b", "difference", "band", "differs"]].isna().all()


def test_one_assumed_side_makes_the_pair_assumed():
    scores = score(both(MINE, YOURS), SMALL)
    for person in ("p_1", "p_2"):
        one = scores.assign(assumed=(scores["person_id"] == person).astype("boolean"))
        assert pair(one)["assumed"].all()


def test_an_absent_partner_does_not_make_a_band_assumed():
    alone = pair(score(answers(MINE), SMALL)).set_index("subscale")
    placed_b = pair(score(answers(MINE), SMALL), {"p_1": "b"}).set_index("subscale")

    assert not alone.loc["x.blame", "assumed"]
    assert not placed_b.loc["x.blame", "assumed"]


def test_no_scores_give_no_pairs():
    assert len(pair(frames.empty(frames.SCORES))) == 0


def test_couples_are_sorted_and_subscales_keep_their_order():
    rows = [
        answers(MINE, "p_9", "c_2"),
        answers(MINE, "p_1", "c_1"),
        answers(YOURS, "p_2", "c_1"),
        answers(MINE, "p_1", "c_1", "assessment-2"),
    ]
    pairs = pair(score(pd.concat(rows, ignore_index=True), SMALL))

    assert pairs["couple_id"].tolist() == ["c_1"] * 6 + ["c_2"] * 3
    assert pairs["occasion"].tolist() == ["assessment-1"] * 3 + ["assessment-2"] * 3 + ["assessment-1"] * 3
    assert pairs["subscale"].tolist() == [TALK.id, SEEN.id, BLAME.id] * 3
    assert set(pairs["instrument"]) == {"x"}
    assert list(pairs.index) == list(range(9))


def test_places_go_by_person_id_unless_given():
    people = both(MINE, YOURS)

    assert places(people)["place"].tolist() == ["a", "b"]
    assert places(people)["person_id"].tolist() == ["p_1", "p_2"]
    known = places(people, {"p_1": "b", "p_2": "a"})
    assert dict(zip(known["person_id"], known["place"], strict=True)) == {"p_1": "b", "p_2": "a"}


def test_a_given_place_is_kept_without_the_partner():
    alone = pair(score(answers(MINE), SMALL), {"p_1": "b", "p_0": "a"}).set_index("subscale").loc["x.talk"]

    assert (alone["score_b"], alone["person_b"]) == (4.0, "p_1")
    assert pd.isna(alone["person_a"])


def test_incompletely_given_places_are_ignored():
    assert places(both(MINE, YOURS), {"p_1": "b"})["place"].tolist() == ["a", "b"]


def test_three_in_a_couple_and_two_in_a_place_are_refused():
    three = pd.concat([answers(MINE, person) for person in ("p_1", "p_2", "p_3")])
    with pytest.raises(FrameError, match="1 couple"):
        places(three)
    with pytest.raises(FrameError, match="same place"):
        places(both(MINE, YOURS), {"p_1": "a", "p_2": "a"})


# -- agreement --------------------------------------------------------------------------


def test_agreement_counts_items_with_both_answers_past_the_midpoint():
    """talk: 1 (4, 2): no, 2 is the middle. 2 (3, 3): yes. 3 is reverse-keyed (0, 1): yes. So 2 of 3."""
    rows = both({"x.talk.1": 4, "x.talk.2": 3, "x.talk.3": 0}, {"x.talk.1": 2, "x.talk.2": 3, "x.talk.3": 1})
    talk = agreement(rows, SMALL).set_index("facet").loc["x.talk"]

    assert (talk["n_both"], talk["n_healthy"]) == (3, 2)
    assert talk["share"] == pytest.approx(2 / 3)


def test_agreement_is_reversed_where_higher_is_worse():
    """blame: 1 (0, 1): both below the middle, healthy. 2 (3, 0): no. So 1 of 2."""
    rows = both({"x.blame.1": 0, "x.blame.2": 3}, {"x.blame.1": 1, "x.blame.2": 0})
    blame = agreement(rows, SMALL).set_index("facet").loc["x.blame"]

    assert (blame["n_both"], blame["n_healthy"], blame["share"]) == (2, 1, 0.5)


def test_agreement_needs_both_answers_and_enough_of_them():
    """Only item 1 of talk has both answers; the facet wants two."""
    rows = both({"x.talk.1": 4, "x.talk.2": 4}, {"x.talk.1": 4, "x.talk.2": None})
    talk = agreement(rows, SMALL).set_index("facet").loc["x.talk"]

    assert (talk["n_both"], talk["n_healthy"]) == (1, 1)
    assert pd.isna(talk["share"])


def test_exactly_enough_items_make_a_share():
    """Two items of talk have both answers, and it wants two; on both both are well."""
    rows = both({"x.talk.1": 4, "x.talk.2": 4}, {"x.talk.1": 3, "x.talk.2": 3})

    assert agreement(rows, SMALL)["share"].tolist() == [1.0]


def test_ids_as_categories_give_the_same():
    """Categories that nobody uses must not make rows of their own."""
    rows = pd.concat([both(MINE, YOURS), answers(MINE, "p_3", "c_2")], ignore_index=True)
    ids = ["couple_id", "person_id", "occasion", "item", "instrument"]
    some = (rows["couple_id"] == "c_1").to_numpy()
    compact = rows.astype(dict.fromkeys(ids, "category"))[some]

    pd.testing.assert_frame_equal(agreement(compact, SMALL), agreement(rows[some], SMALL))
    pd.testing.assert_frame_equal(pair(score(compact, SMALL)), pair(score(rows[some], SMALL)))
    pd.testing.assert_frame_equal(places(compact), places(rows[some]))


def test_agreement_excludes_single_items_and_solo_people():
    assert "x.talk.partner" not in set(agreement(both(MINE, YOURS), SMALL)["facet"])
    assert len(agreement(answers(MINE), SMALL)) == 0
    assert len(agreement(frames.empty(frames.RESPONSES), SMALL)) == 0


def test_agreement_is_per_couple_and_occasion_in_the_order_of_facets():
    rows = pd.concat(
        [
            both(MINE, YOURS),
            both(YOURS, YOURS).assign(occasion="assessment-2"),
            both(MINE, MINE).assign(couple_id="c_0", person_id=lambda f: f["person_id"] + "x"),
        ],
        ignore_index=True,
    )
    found = agreement(rows, SMALL)

    assert found["couple_id"].tolist() == ["c_0"] * 2 + ["c_1"] * 4
    assert found["occasion"].tolist() == ["assessment-1"] * 4 + ["assessment-2"] * 2
    assert found["facet"].tolist() == ["x.talk", "x.blame"] * 3
    assert found["n_healthy"].tolist() == [3, 2, 0, 0, 0, 0]
    assert set(found["instrument"]) == {"x"}


def test_a_facet_that_is_neither_better_nor_worse_has_no_healthy_side():
    neither = dataclasses.replace(SMALL, subscales=(dataclasses.replace(TALK, higher_is="neither"),))

    assert len(agreement(both(MINE, YOURS), neither)) == 0


sheets = st.fixed_dictionaries({item.id: st.one_of(st.none(), st.integers(0, 4)) for item in ITEMS})


@settings(max_examples=12, deadline=None)
@given(mine=sheets, yours=sheets)
def test_swapping_the_partners_flips_the_sign_and_nothing_else(mine, yours):
    one, other = paired(mine, yours), paired(yours, mine)
    same = ["band", "differs", "assumed"]

    np.testing.assert_allclose(
        one["difference"].to_numpy(dtype=float, na_value=np.nan),
        -other["difference"].to_numpy(dtype=float, na_value=np.nan),
    )
    pd.testing.assert_frame_equal(one[same], other[same])
    pd.testing.assert_series_equal(one["score_a"], other["score_b"], check_names=False)


@settings(max_examples=12, deadline=None)
@given(mine=sheets, yours=sheets, seed=st.integers(0, 9))
def test_neither_the_order_of_rows_nor_the_partners_changes_agreement(mine, yours, seed):
    rows = both(mine, yours)
    shuffled = agreement(rows.sample(frac=1, random_state=seed), SMALL)

    pd.testing.assert_frame_equal(agreement(rows, SMALL), shuffled)
    pd.testing.assert_frame_equal(agreement(rows, SMALL), agreement(both(yours, mine), SMALL))
