"""Forged steps are refused in one place, with all their problems at once."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.exercises.play import ANA, BEN, Play, answer
from workbook.content import lookup, say
from workbook.exercises import SHAPES, ExerciseError, Step, machine_of

WORDS = st.text("ab. \n\x00\ud800é", max_size=12)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | WORDS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(WORDS, inner, max_size=2),
    max_leaves=4,
)
FITTING = st.sampled_from(["yes", "op1", "2026-05-01", "needs.heard", "negotiate", True])


def test_a_move_on_an_unknown_or_foreign_thing_is_refused() -> None:
    """An id of another couple's thing, of another exercise's, or of none is one problem among the others."""
    play = Play("request")
    line = play.take(ANA, "gratitude.written", text="Tea", day="2026-05-01")
    for named in ("someone-elses", line):
        with pytest.raises(ExerciseError) as refused:
            answer(play, BEN, named, "perhaps", note="x" * 401)
        told = list(map(str, refused.value.problems))
        assert len(told) == 3
        assert say("exercises.refusals.gone") in told


def test_a_day_is_at_most_tomorrow_in_utc() -> None:
    play = Play("gratitude_log")
    today = datetime.now(UTC).date()
    play.take(ANA, "gratitude.written", text="Tea", day=str(today + timedelta(days=1)))
    for day in (today + timedelta(days=2), "9999-12-31", "2026-W01-1", "20260501", "2026-5-1", 20260501):
        with pytest.raises(ExerciseError, match="The day: this"):
            play.take(ANA, "gratitude.written", text="Tea", day=str(day) if day != 20260501 else day)


def test_a_need_is_one_of_the_questionnaire_or_an_own_one() -> None:
    play = Play("needs_talk")
    for need in ("op1", "needs.own.<b>", "needs.", "connection.talk", "", 3, None):
        with pytest.raises(ExerciseError, match="The need: this does not name a need"):
            play.take(ANA, "needs_talk.said", need=need, words="x")


def problems_of(kind: str, payload: dict[str, Any], table: list[Step]) -> tuple[str, ...]:
    """Return what a step is refused for; nothing where it may be kept."""
    try:
        machine_of(kind).check(table, Step(kind, payload, "op2", BEN))
    except ExerciseError as refused:
        return tuple(map(str, refused.problems))
    return ()


@given(st.sampled_from(sorted(SHAPES)), st.data())
def test_any_json_payload_is_accepted_or_refused_with_a_sentence_per_field(
    kind: str, data: st.DataObject
) -> None:
    """Nothing a browser can send crashes the workbook; all bad fields are reported at once."""
    payload = data.draw(st.dictionaries(st.sampled_from([*SHAPES[kind], "extra"]), JSON | FITTING))
    table = [Step("request.sent", {"text": "A walk", "need": "", "is_intimate": False}, "op1", ANA)]
    problems = problems_of(kind, payload, table)
    assert all(problems)
    may_be_missing = {name for name, field in SHAPES[kind].items() if field.may_be_missing}
    assert problems or set(payload) | may_be_missing == set(SHAPES[kind])
    not_there = (set(SHAPES[kind]) ^ set(payload)) - may_be_missing
    called = lookup("errors.fields")  # as people know them; a field of nobody's by its own name
    assert all(any(told.startswith(f"{called.get(name, name)}: ") for told in problems) for name in not_there)
