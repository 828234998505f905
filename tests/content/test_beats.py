"""Every exercise has its three beats in words: a good moment, how it can sound, what to do if it slips, an end."""

import pytest

from workbook.content.exercise import Exercise, exercises

BEATS = ("settle", "good_turn", "failed_turn", "if_it_goes_wrong", "ten_minutes", "close")
PLANNED: frozenset[str] = frozenset()
"""Exercises whose words are still to be written."""


def missing(exercise: Exercise) -> list[str]:
    return [name for name in BEATS if not getattr(exercise, name)]


@pytest.mark.parametrize("name", [name for name in exercises() if name not in PLANNED])
def test_an_exercise_says_when_it_is_good_how_it_sounds_and_how_it_ends(name: str) -> None:
    exercise = exercises()[name]
    assert missing(exercise) == []
    assert len(exercise.good_turn) >= 2 and len(exercise.failed_turn) >= 2, "two people say something"
    assert len(exercise.ten_minutes) >= 2


def test_what_is_planned_is_still_to_be_written() -> None:
    assert [name for name in sorted(PLANNED) if not missing(exercises()[name])] == []
