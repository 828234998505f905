"""The ladder: every topic is on one rung, safety on the first, and the first step harms nobody."""

import tomllib
from pathlib import Path

import pytest

import workbook.content
from workbook.content.exercise import exercises
from workbook.content.ladder import ladder, read_ladder
from workbook.errors import ContentError
from workbook.instruments import catalogue
from workbook.instruments.facets import facets


def test_every_facet_and_sign_stands_on_one_rung():
    topics = [one.id for name in ("connection", "warning_signs") for one in facets(catalogue()[name])]
    on_rungs = [topic for rung in ladder().rungs for topic in rung.topics]

    assert sorted(on_rungs) == sorted(topics)


def test_safety_trust_and_calm_come_first_and_the_inner_world_last():
    assert set(ladder().first_topics) == {
        "connection.emotional_safety",
        "connection.trust",
        "warning_signs.trust_broken",
        "warning_signs.conflict",
    }
    assert [rung.first for rung in ladder().rungs] == [True, True, False, False, False, False]
    assert "connection.vulnerability" in ladder().rungs[-1].topics


def test_the_first_step_needs_no_guard_and_asks_for_no_touch():
    step = exercises()[ladder().exercise]

    assert (step.guard, step.touch) == (False, False)


def test_a_topic_without_a_rung_ranks_above_all_rungs():
    assert ladder().height_of("connection.trust") == 0
    assert ladder().height_of("x.unknown") == len(ladder().rungs)


def test_every_fault_of_a_ladder_is_named_at_once():
    table = tomllib.loads((Path(workbook.content.__file__).parent / "structure" / "ladder.toml").read_text())
    table["exercise"] = "step_more_open"
    table["rungs"] = [table["rungs"][2], table["rungs"][2]]
    with pytest.raises(ContentError) as raised:
        read_ladder(table)
    text = "\n".join(raised.value.problems)
    for fault in ("stands on two rungs", "no rung is 'first'", "needs no guard"):
        assert fault in text
