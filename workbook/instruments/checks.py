"""What has to hold between the parts of an instrument. Each check notes problems and goes on."""

from math import inf

from workbook.content.fields import repeated
from workbook.content.tables import Place
from workbook.instruments.minutes import MOST_MINUTES
from workbook.instruments.model import Instrument, Item, Subscale


def check_items(instrument: Instrument, top: Place) -> None:
    """Item ids are unique and carry the instrument's id; a private instrument makes no score."""
    names = [item.id for item in instrument.items]
    for name in repeated(names + [question.id for question in instrument.free_text]):
        top.note(f"the item id {name!r} is used twice; ids are for ever and for one question")
    for name in names:
        if instrument.id and name and not name.startswith(f"{instrument.id}."):
            top.note(f"item {name!r}: the id has to start with '{instrument.id}.'")
    if instrument.is_private and instrument.subscales:
        top.note("a private instrument makes no score; take out its [[subscales]]")
    for subscale in instrument.subscales:
        if subscale.id in instrument.item_by_id and subscale.items != (subscale.id,):
            top.note(f"subscale {subscale.id!r} has the id of an item it does not stand for alone")


def check_chapters(instrument: Instrument, top: Place) -> None:
    """Check that every item stands in exactly one chapter, and none is longer than 8 minutes."""
    for name in repeated(chapter.id for chapter in instrument.chapters):
        top.note(f"the chapter id {name!r} is used twice")
    placed = [name for chapter in instrument.chapters for name in chapter.items]
    for name in repeated(placed):
        top.note(f"item {name!r} stands in the chapters twice; it would be asked twice")
    for name in dict.fromkeys(placed):
        if name not in instrument.item_by_id:
            top.note(f"the chapters name an item {name!r} that does not exist")
    for item in instrument.items:
        if item.id and item.id not in placed:
            top.note(f"item {item.id!r} stands in no chapter; it would never be asked")
    for chapter in instrument.chapters:
        if chapter.minutes > MOST_MINUTES:
            top.note(f"chapter {chapter.id!r} takes {chapter.minutes} minutes; at most {MOST_MINUTES}")


def check_subscale(subscale: Subscale, item_by_id: dict[str, Item], place: Place) -> None:
    """Check that a subscale's items exist and are alike, and that its constants make sense."""
    for name in subscale.items:
        if name not in item_by_id:
            place.note(f"names an item {name!r} that does not exist")
    for name in repeated(subscale.items):
        place.note(f"counts the item {name!r} twice")
    if not 1 <= subscale.min_answered <= max(1, len(subscale.items)):
        place.note(f"'min_answered' is {subscale.min_answered}; give 1 to {len(subscale.items)}")
    items = [item_by_id[name] for name in subscale.items if name in item_by_id]
    for item in items:
        if item.about != subscale.about:
            place.note(f"is about {subscale.about}, but item {item.id!r} is about {item.about}")
    if len({item.scale.id for item in items}) > 1:
        place.note("mixes items of different scales; their values cannot be averaged")
    n_shown = sum(not item.never_published for item in items)
    if len(items) > 1 and n_shown < subscale.min_answered <= len(items):
        place.note(
            f"needs {subscale.min_answered} answers, but only {n_shown} of its items may be published; "
            "hold fewer back or add items, or nobody could show it"
        )
    if len(subscale.items) == 1 and items and items[0].reverse:
        place.note(f"item {items[0].id!r} is reverse-keyed but stands alone; word it the right way round")
    _check_constants(subscale, place)


def _check_constants(subscale: Subscale, place: Place) -> None:
    is_single = len(subscale.items) == 1
    for key, constant in (("reliability", subscale.reliability), ("sd", subscale.sd)):
        if is_single and constant is not None:
            place.note(f"has one item, so {key!r} is not known; take it out (single items show no band)")
        if not is_single and constant is None:
            place.note(f"{key!r} is missing; give {{ value = …, basis = 'assumed' }} or a source id")
    if subscale.reliability and not 0 <= subscale.reliability.value <= 1:
        place.note(f"the reliability is {subscale.reliability.value}; give 0 to 1")
    if subscale.sd and not 0 < subscale.sd.value < inf:
        place.note(f"the sd is {subscale.sd.value}; give a number above 0")
