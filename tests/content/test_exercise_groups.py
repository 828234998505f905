"""The list of exercises is parted so that each stands once, under a heading that has words."""

import tomllib

import pytest

from workbook.content import say
from workbook.content.exercise import exercises
from workbook.content.exercise_groups import exercise_groups, read_exercise_groups
from workbook.content.files import STRUCTURE
from workbook.errors import ContentError


def test_every_exercise_stands_in_one_group():
    grouped = [name for group in exercise_groups() for name in group.exercises]
    assert sorted(grouped) == sorted(exercises())


def test_every_group_has_a_heading_of_its_own():
    headings = [say(f"ui.exercises.groups.{group.id}") for group in exercise_groups()]
    assert len(set(headings)) == len(headings) == len(exercise_groups())


def test_what_needs_most_care_stands_last():
    *_, last = exercise_groups()
    assert {"talk_about_fear", "letting_go", "forgiving", "step_more_open"} <= set(last.exercises)


def test_an_exercise_in_two_groups_is_told():
    table = tomllib.loads((STRUCTURE / "exercise_groups.toml").read_text())
    table["groups"] = [table["groups"][0], table["groups"][0]]
    with pytest.raises(ContentError, match="stands in two groups"):
        read_exercise_groups(table)
