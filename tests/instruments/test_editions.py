"""The next edition of the questionnaires is whole, keeps ids, and says which items changed."""

from dataclasses import replace

import pytest

from workbook.errors import ContentError
from workbook.instruments import Instrument, Item, catalogue, edition, in_edition, in_version
from workbook.instruments.facets import facet_of
from workbook.scoring import score
from workbook.simulate import simulate_couples

NOW, NEXT = edition(1), edition(2)
CHANGED = [name for name in NEXT if NEXT[name] != NOW[name]]
OF_FOUR = ("connection", "warning_signs")  # shown by four perspectives
NEVER = {
    "connection.emotional_safety.1",
    "connection.emotional_safety.4",
    "warning_signs.trust_broken.2",
    *(f"needs.safe.{one}" for one in ("importance", "met", "guess")),
    *(item.id for item in NEXT["needs"].items if item.id.endswith(".outside")),
}


def what_is_asked(item: Item) -> tuple[object, ...]:
    choices = [(one.value, one.label) for one in item.scale.choices]
    return item.text, choices, item.about, item.reverse, facet_of(item.id)


def changed_items(now: Instrument, after: Instrument) -> set[str]:
    """Return the items that ask something else than they did, or were not there."""
    before = {item.id: what_is_asked(item) for item in now.items}
    return {item.id for item in after.items if before.get(item.id) != what_is_asked(item)}


def test_the_edition_that_is_asked_is_the_catalogue_and_another_is_refused() -> None:
    assert catalogue() == NEXT
    assert CHANGED == ["connection", "warning_signs", "needs", "skills"]
    with pytest.raises(ContentError, match="no edition 9"):
        edition(9)


def test_each_edition_leads_to_the_other_and_what_is_of_none_stays():
    own = replace(NEXT["connection"], version="of mine")
    assert in_edition(NEXT, 1) == NOW and in_edition(NOW, 2) == NEXT
    assert in_edition({"connection": own}, 1) == {"connection": own}
    assert in_version(NEXT, "needs", "1.0") == in_version(NOW, "needs", "1.0") == NOW["needs"]
    assert in_version(NEXT, "needs", "9.0") is in_version(NEXT, "nobody's", "1.0") is None


@pytest.mark.parametrize("name", CHANGED)
def test_an_item_has_a_new_version_exactly_where_it_changed(name: str) -> None:
    said = {item.id for item in NEXT[name].items if item.version == NEXT[name].version}
    assert said == changed_items(NOW[name], NEXT[name])
    assert said and {item.version for item in NEXT[name].items} <= {"1.0", "2.0"}


def test_a_change_of_words_or_scale_is_noticed() -> None:
    now, after = NOW["connection"], NEXT["connection"]
    kept = next(item for item in after.items if item.version == "1.0")
    assert kept.key == (kept.id, "1.0") and kept.key in {item.key for item in now.items}
    other = [item for item in now.items if item.id != kept.id]
    assert kept.id in changed_items(replace(now, items=tuple(other)), after)
    reworded = replace(kept, text="Something else.")
    assert kept.id in changed_items(replace(now, items=(*other, reworded)), after)


@pytest.mark.parametrize("name", OF_FOUR)
def test_each_facet_has_three_own_items_two_about_the_partner_and_one_scale(name: str) -> None:
    instrument = NEXT[name]
    for subscale in instrument.subscales:
        items = [instrument.item_by_id[one] for one in subscale.items]
        assert len({item.scale.id for item in items}) == 1
        assert len(items) == 2 if subscale.about == "partner" else len(items) >= 3
    own = [one for one in instrument.subscales if one.about == "self"]
    seen = [one.id for one in instrument.subscales if one.about == "partner"]
    assert seen == [f"{one.id}.seen" for one in own]
    scale_of = {one.id: instrument.item_by_id[one.items[0]].scale for one in instrument.subscales}
    assert all(scale_of[one.id] == scale_of[f"{one.id}.seen"] for one in own)


def test_how_close_it_feels_stands_first() -> None:
    first = NEXT["connection"].subscales[0]
    assert (first.id, first.title, len(first.items)) == ("connection.closeness", "How close it feels", 5)
    turned = [one for one in first.items if NEXT["connection"].item_by_id[one].reverse]
    assert turned == ["connection.closeness.5"]


def test_what_could_be_used_against_somebody_is_never_published() -> None:
    asked = {name for one in CHANGED for name in NEXT[one].held_back}
    assert asked == NEVER


def test_what_begins_with_a_condition_may_not_arise() -> None:
    """A couple without quarrels must neither lie nor decline."""
    asked = [item for name in OF_FOUR for item in NEXT[name].items]
    conditional = [
        item for item in asked if item.text.startswith(("When ", "After a ", "In a quarrel", "Before I "))
    ]
    assert len(conditional) > 20
    assert [item.id for item in conditional if not item.may_not_arise] == []


def test_no_item_is_asked_under_an_id_that_meant_something_else() -> None:
    """An item that moved to another facet has a new id, and none stands in a facet it is not named after."""
    for name in CHANGED:
        for subscale in NEXT[name].subscales:
            facet = subscale.id.removesuffix(".seen")
            if subscale.items != (subscale.id,):
                assert all(one.startswith(f"{facet}.") for one in subscale.items)


@pytest.mark.parametrize("name", CHANGED)
def test_simulated_couples_answer_it_and_are_scored(name: str) -> None:
    answers = simulate_couples(3, seed=1, instruments=[NEXT[name]]).responses
    scores = score(answers, NEXT[name])
    assert set(scores["subscale"]) == set(NEXT[name].subscale_by_id)
    highest = max(scale.highest for scale in NEXT[name].scales)
    assert scores["score"].dropna().between(0, highest).all()
