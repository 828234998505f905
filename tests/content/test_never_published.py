"""Items that are never published are marked in the content and named in the documents."""

import pytest

from tools.content_pages import write_instruments
from workbook.content.document import documents
from workbook.instruments import catalogue, edition

INSTRUMENTS = catalogue()
LISTED = {
    "connection.emotional_safety.1": "feeling safe",
    "connection.emotional_safety.4": "having paid for saying something",
    "warning_signs.trust_broken.2": "a suspicion about the partner",
    "needs.safe.importance": "feeling safe",
    "needs.safe.met": "feeling safe",
    "needs.safe.guess": "feeling safe",
    **{
        item.id: "who else gives something"
        for item in INSTRUMENTS["needs"].items
        if item.id.endswith(".outside")
    },
}
BEFORE = {
    "connection.emotional_safety.1",
    "connection.self_and_us.3",
    "warning_signs.trust_broken.2",
    "needs.desired.outside",
    "needs.safe.importance",
    "needs.safe.met",
    "needs.safe.guess",
    "needs.safe.outside",
}
LOWEST_RUNGS = (
    "connection.emotional_safety",
    "connection.trust",
    "connection.reliability",
    "connection.mending",
    "warning_signs.trust_broken",
    "warning_signs.conflict",
)


def test_exactly_these_items_are_held_back_each_with_its_reason():
    marked = {
        item.id: item.never_published
        for one in INSTRUMENTS.values()
        for item in one.items
        if item.never_published
    }
    assert marked == LISTED


def test_every_item_about_the_need_to_feel_safe_is_held_back():
    asked = {item.id for item in INSTRUMENTS["needs"].items if item.id.startswith("needs.safe.")}
    assert asked and asked <= set(LISTED)


@pytest.mark.parametrize("name", LOWEST_RUNGS)
def test_the_facets_of_safety_trust_and_conflict_can_still_be_shown(name):
    instrument = INSTRUMENTS[name.partition(".")[0]]
    subscale = instrument.subscale_by_id[name]
    shown = [item for item in subscale.items if item not in instrument.held_back]

    assert len(shown) >= subscale.min_answered >= 2


def test_every_facet_of_several_items_can_still_be_shown():
    for instrument in INSTRUMENTS.values():
        for subscale in instrument.subscales:
            shown = set(subscale.items) - instrument.held_back
            assert len(subscale.items) == 1 or len(shown) >= subscale.min_answered, subscale.id


def test_only_the_need_to_feel_safe_has_no_score_that_could_be_shown():
    for instrument in INSTRUMENTS.values():
        gone = set(instrument.subscale_by_id) - set(instrument.as_published.subscale_by_id)
        assert all(name.startswith("needs.safe.") for name in gone)
    assert (
        len(set(INSTRUMENTS["needs"].subscale_by_id)) - len(INSTRUMENTS["needs"].as_published.subscales) == 3
    )


def test_the_page_of_questionnaires_marks_each_and_says_what_it_means():
    asked, _, before = write_instruments().partition("\n# Version 1, asked before")

    def held_back(page):
        return {line.split("`")[1] for line in page.splitlines() if "*held back*:" in line}

    assert held_back(asked) == set(LISTED)
    assert held_back(before) == BEFORE == {name for one in edition(1).values() for name in one.held_back}
    assert "never shown to anybody" in asked


def test_the_consent_says_so_before_anything_is_answered():
    said = " ".join(text for section in documents()["consent"].sections for text in section.paragraphs)
    assert "keep the peace" in said and "feeling safe" in said
