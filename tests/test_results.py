"""Joint results are a function of the open publications only."""

from dataclasses import replace

import pandas as pd
import pytest

from workbook import frames
from workbook.content.ladder import ladder
from workbook.instruments import catalogue
from workbook.plots import VIEWS
from workbook.results import Results, work_out, work_out_own
from workbook.sharing import Grain, publish
from workbook.simulate import simulate_couples

INSTRUMENTS = catalogue()
A, B = "p_0000000a", "p_0000000b"


@pytest.fixture(scope="module")
def responses() -> pd.DataFrame:
    return simulate_couples(1, 3).responses


def put_on_table(responses, grains, persons=(A, B)):
    return [
        publish(
            responses,
            grain,
            instrument=INSTRUMENTS[name],
            couple_id="c_0000000",
            person_id=person,
            occasion="assessment-1",
        )
        for name, grain in grains.items()
        for person in persons
    ]


def same(one: Results, other: Results) -> bool:
    def equal(left, right):
        return left is right is None or (left is not None and right is not None and left.equals(right))

    parts = ("scores", "pairs", "perspectives", "perception", "agreement", "needs")
    return all(equal(getattr(one, p), getattr(other, p)) for p in parts) and one.insights == other.insights


EVERYTHING = dict.fromkeys(("connection", "warning_signs", "needs", "skills"), Grain.ANSWERS)


def test_with_answers_from_both_every_view_is_there(responses):
    results = work_out(put_on_table(responses, EVERYTHING), INSTRUMENTS)

    assert results.unavailable == {"moved": "one_round"}
    assert not results.is_solo
    assert results.grains["connection"] is Grain.ANSWERS
    for schema, frame in (
        (frames.SCORES, results.scores),
        (frames.PAIRS, results.pairs),
        (frames.NEEDS, results.needs),
        (frames.PERSPECTIVES, results.perspectives),
        (frames.PERCEPTION, results.perception),
        (frames.AGREEMENT, results.agreement),
    ):
        assert len(frames.check(frame, schema))
    assert results.insights[0].code.startswith("strength")


def test_with_facet_scores_only_the_other_views_say_why_they_are_missing(responses):
    results = work_out(put_on_table(responses, dict.fromkeys(EVERYTHING, Grain.SCORES)), INSTRUMENTS)

    assert results.unavailable == {
        "perspectives": "needs_answers",
        "agreement": "needs_answers",
        "perception": "needs_answers",
        "waiting": "needs_answers",
        "guesses": "needs_answers",
        "skills": "needs_answers",
        "moved": "one_round",
    }
    assert results.perspectives is results.perception is results.agreement is results.needs is None
    assert len(results.pairs)
    assert results.pairs["score_a"].notna().all()


def test_a_lone_publication_shows_nothing(responses):
    results = work_out(put_on_table(responses, EVERYTHING, persons=(A,)), INSTRUMENTS)

    assert set(results.unavailable) == {view.name for view in VIEWS}
    assert set(results.unavailable.values()) == {"not_open"}
    assert len(results.scores) == len(results.pairs) == len(results.insights) == 0


def test_an_empty_table_is_no_error():
    assert set(work_out([], INSTRUMENTS).unavailable.values()) == {"not_open"}


def test_an_open_instrument_without_common_answers_has_no_values(responses):
    is_b = (responses["person_id"] == B) & (responses["instrument"] == "needs")
    blank = responses.assign(value=responses["value"].mask(is_b))
    results = work_out(put_on_table(blank, {"needs": Grain.ANSWERS, "connection": Grain.SCORES}), INSTRUMENTS)

    assert results.unavailable["waiting"] == "no_values"
    assert results.unavailable["signs"] == "not_open"
    assert "profile" not in results.unavailable


def test_the_order_of_the_table_does_not_matter(responses):
    table = put_on_table(responses, EVERYTHING)

    assert same(work_out(table, INSTRUMENTS), work_out(table[::-1], INSTRUMENTS))


def test_unpublished_answers_change_nothing_and_published_ones_do(responses):
    """Two worlds that differ in A's skills, which A did not reveal; the control reveals them."""
    is_hidden = (responses["person_id"] == A) & (responses["instrument"] == "skills")
    other_world = responses.assign(value=responses["value"].mask(is_hidden, 0))
    kept_back = {"connection": Grain.ANSWERS, "skills": Grain.NOTHING}
    worlds = [work_out(put_on_table(world, kept_back), INSTRUMENTS) for world in (responses, other_world)]
    shown = [work_out(put_on_table(world, EVERYTHING), INSTRUMENTS) for world in (responses, other_world)]

    assert same(*worlds)
    assert not same(*shown)


def test_insights_use_the_latest_occasion_and_trends_use_all():
    responses = simulate_couples(1, 5, occasions=2).responses
    table = [
        publish(
            responses,
            Grain.SCORES,
            instrument=INSTRUMENTS["connection"],
            couple_id="c_0000000",
            person_id=person,
            occasion=occasion,
            round=k,
        )
        for k, occasion in enumerate(("assessment-1", "assessment-2"), start=1)
        for person in (A, B)
    ]
    both, second = work_out(table, INSTRUMENTS), work_out(table[2:], INSTRUMENTS)

    assert set(both.scores["occasion"]) == {"assessment-1", "assessment-2"}
    assert both.insights == second.insights


def test_places_are_taken_from_the_couple(responses):
    results = work_out(put_on_table(responses, EVERYTHING), INSTRUMENTS, known={A: "b", B: "a"})

    assert set(results.pairs["person_a"]) == {B}


def test_own_results_are_solo_and_name_their_limits(responses):
    mine = responses[(responses["person_id"] == A).to_numpy()]
    results = work_out_own(mine, INSTRUMENTS, known={A: "b"})

    assert results.is_solo
    assert results.unavailable == dict.fromkeys(
        ("side_by_side", "differences", "perception", "agreement", "guesses", "moved"), "solo"
    )
    assert set(results.perspectives["perspective"]) == {"b_on_b", "b_on_a"}
    assert {i.caution for i in results.insights if i.code != "unmet_need"} <= {"one_side", "single", ""}
    assert results.needs is not None


def test_own_results_before_any_answer_are_empty(responses):
    results = work_out_own(responses.iloc[:0], INSTRUMENTS)

    assert results.insights == ()
    assert results.unavailable["profile"] == "not_open"


def test_suggested_exercises_are_used_for_the_next_step(responses, monkeypatch):
    monkeypatch.setattr("workbook.insights.find.ladder", lambda: replace(ladder(), rungs=()))
    subjects = [s.id for s in INSTRUMENTS["connection"].subscales]
    results = work_out(
        put_on_table(responses, EVERYTHING),
        INSTRUMENTS,
        suggestions=dict.fromkeys(subjects, ("gratitude_log",)),
    )

    assert results.insights[-1].code == "next_step"
    assert results.insights[-1].exercise == "gratitude_log"
