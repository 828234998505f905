"""The ladder: every topic is on one rung, safety on the first, and the first step harms nobody."""

import tomllib
from pathlib import Path

import pytest

import workbook.content
from workbook.content.exercise import exercises
from workbook.content.ladder import ladder, read_ladder
from workbook.errors import ContentError
from workbook.instruments import catalogue, every_version
from workbook.instruments.facets import facets


def test_every_facet_sign_need_and_skill_stands_on_one_rung():
    names = ("connection", "warning_signs", "needs", "skills")
    asked = every_version({name: catalogue()[name] for name in names})
    topics = {facet.id for one in asked for facet in facets(one)}
    on_rungs = [topic for rung in ladder().rungs for topic in rung.topics]

    assert sorted(on_rungs) == sorted(topics)


@pytest.mark.parametrize("topic", ladder().first_topics)
def test_every_first_topic_can_be_open_from_both(topic):
    """Enough of its items may be shown; else the couple would never get beyond time and warmth."""
    instrument = catalogue()[topic.partition(".")[0]]
    subscale = instrument.subscale_by_id[topic]
    shown = [item for item in subscale.items if not instrument.item_by_id[item].never_published]

    assert len(shown) >= subscale.min_answered


def test_safety_trust_and_calm_come_first_and_the_inner_world_last():
    assert set(ladder().first_topics) == {
        "connection.emotional_safety",
        "connection.trust",
        "connection.reliability",
        "warning_signs.trust_broken",
        "warning_signs.conflict",
        "connection.mending",
    }
    assert [rung.first for rung in ladder().rungs] == [True, True, False, False, False, False]
    assert "connection.vulnerability" in ladder().rungs[-1].topics


def test_the_steps_of_time_and_warmth_need_no_guard_and_ask_for_no_touch():
    steps = [exercises()[name] for name in (*ladder().time_and_warmth, *ladder().for_oneself)]

    assert not any(one.guard or one.touch for one in steps)


def test_a_topic_without_a_rung_ranks_above_all_rungs():
    assert ladder().height_of("connection.trust") == 0
    assert ladder().height_of("x.unknown") == len(ladder().rungs)


def test_every_fault_of_a_ladder_is_named_at_once():
    table = tomllib.loads((Path(workbook.content.__file__).parent / "structure" / "ladder.toml").read_text())
    table["time_and_warmth"] = ["letting_go"]
    table["rungs"] = [table["rungs"][2], table["rungs"][2]]
    with pytest.raises(ContentError) as raised:
        read_ladder(table)
    text = "\n".join(raised.value.problems)
    for fault in ("stands on two rungs", "no rung is 'first'", "need no guard", "give 2 or more"):
        assert fault in text
