"""The figures of a therapist's report: what each granted, with its error, and no finding of ours."""

import pandas as pd
import pytest

from workbook import frames
from workbook.instruments import catalogue
from workbook.reports.case_tables import even_rows, moved_rows, score_rows
from workbook.results import work_out_case
from workbook.scoring import score
from workbook.sharing import Grain, Publication, publish
from workbook.simulate import simulate_couples

CONNECTION = catalogue()["connection"]
PEOPLE = ("a", "b")


@pytest.fixture(scope="module")
def responses() -> pd.DataFrame:
    return simulate_couples(1, 5, [CONNECTION]).responses


@pytest.fixture(scope="module")
def known(responses: pd.DataFrame) -> dict[str, str]:
    return dict(zip(sorted(responses["person_id"].unique()), PEOPLE, strict=True))


def granted(
    responses: pd.DataFrame, person: str, grain: Grain, occasion: str = "assessment-1"
) -> Publication:
    own = responses[(responses["person_id"] == person).to_numpy(dtype=bool)].assign(occasion=occasion)
    couple = str(own["couple_id"].iloc[0])
    return publish(own, grain, instrument=CONNECTION, couple_id=couple, person_id=person, occasion=occasion)


def test_a_score_stands_with_its_band_and_how_many_answers_it_rests_on(
    responses: pd.DataFrame, known: dict[str, str]
) -> None:
    shown = [granted(responses, person, Grain.ANSWERS) for person in known]
    rows = score_rows(work_out_case(shown, catalogue(), known=known), CONNECTION, known)
    first = next(iter(known))
    expected = {
        one.subscale: one
        for one in frames.rows(shown[0].scores)
        if one.about == "self" and pd.notna(one.score)
    }
    own = rows[(rows["place"] == known[first]).to_numpy()]
    assert sorted(own["score"].round(6)) == sorted(round(float(one.score), 6) for one in expected.values())
    assert (own["low"] <= own["score"]).all() and (own["score"] <= own["high"]).all()
    assert (own["n_answered"] <= own["n_items"]).all()


def test_what_only_one_granted_stands_for_that_one_and_differs_from_nobody(
    responses: pd.DataFrame, known: dict[str, str]
) -> None:
    person = next(iter(known))
    results = work_out_case([granted(responses, person, Grain.SCORES)], catalogue(), known=known)
    rows = score_rows(results, CONNECTION, known)
    assert set(rows["place"]) == {known[person]}
    assert rows["differs"].isna().all()
    assert results.is_solo


def test_declined_and_not_granted_are_the_same_no_row(responses: pd.DataFrame, known: dict[str, str]) -> None:
    person = next(iter(known))
    topic = CONNECTION.subscale_by_id["connection.listening"]
    gone = responses["item"].isin(topic.items) & (responses["person_id"] == person)
    declined = responses.assign(
        value=responses["value"].mask(gone.to_numpy(dtype=bool)),
        declined=responses["declined"] | gone.to_numpy(dtype=bool),
    )
    left_out = responses[~gone.to_numpy(dtype=bool)]
    found = [
        score_rows(
            work_out_case([granted(one, person, Grain.ANSWERS)], catalogue(), known=known), CONNECTION, known
        )
        for one in (declined, left_out)
    ]
    pd.testing.assert_frame_equal(*found)
    assert topic.topic not in set(found[0]["title"])


def test_how_evenly_was_answered_is_counted_for_those_who_granted_answers_alone(
    responses: pd.DataFrame, known: dict[str, str]
) -> None:
    first, second = known
    flat = responses.assign(value=responses["value"].where(responses["value"].isna(), 2))
    shown = [granted(flat, first, Grain.ANSWERS), granted(responses, second, Grain.SCORES)]
    rows = even_rows(shown, known)
    assert list(rows["place"]) == [known[first]]
    assert list(rows["n_same"]) == list(rows["n_answered"])


def test_a_change_has_the_band_of_two_measurements(responses: pd.DataFrame, known: dict[str, str]) -> None:
    person = next(iter(known))
    shown = [granted(responses, person, Grain.SCORES, f"assessment-{n}") for n in (1, 2)]
    rows = moved_rows(work_out_case(shown, catalogue(), known=known), CONNECTION, known)
    sem = score(shown[0].responses, CONNECTION) if len(shown[0].responses) else shown[0].scores
    expected = {round(1.96 * 2**0.5 * float(one), 6) for one in sem["sem"].dropna()}
    assert len(rows)
    assert {round(float(one), 6) for one in rows["band"].dropna()} <= expected
    assert (rows["first"] == rows["last"]).all()
    assert not any(bool(one) for one in rows["is_claimed"].dropna())
