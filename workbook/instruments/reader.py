"""Read one instrument file into the frozen model, or say everything that is wrong with it."""

import tomllib
from dataclasses import dataclass
from importlib.abc import Traversable
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

from workbook.content.evidence import note_unknown_sources, sources
from workbook.content.fields import Flag, Listed, Said, Slug, Text, Texts, Whole, Words, repeated
from workbook.content.files import load_joined
from workbook.content.tables import Place, read_table, table
from workbook.errors import ContentError
from workbook.instruments.checks import check_chapters, check_items, check_subscale
from workbook.instruments.minutes import minutes_to_answer
from workbook.instruments.model import (
    FIRST,
    About,
    Chapter,
    Choice,
    FreeText,
    Instrument,
    Item,
    Scale,
    Subscale,
)


@table("scale")
@dataclass(frozen=True, slots=True)
class ScaleTable:
    """A scale as a file holds it, under its name."""

    choices: tuple[Choice, ...]


@table("item")
@dataclass(frozen=True, slots=True)
class ItemTable:
    """One question as a file holds it, with the name of its scale."""

    id: Slug
    text: Said
    scale: Text
    about: About = "self"
    reverse: Flag = False
    never_published: Words = ""
    version: Text = FIRST
    may_not_arise: Flag = False


@table("chapter")
@dataclass(frozen=True, slots=True)
class ChapterTable:
    """A chapter as a file holds it: its items, and all those of its subscales."""

    id: Slug
    title: Said
    introduction: Said
    items: Listed = ()
    subscales: Listed = ()


@table("instrument")
@dataclass(frozen=True, slots=True)
class InstrumentTable:
    """A whole instrument file."""

    id: Slug
    version: Text
    title: Said
    source: Texts
    licence: Text
    occasion: Literal["assessment", "weekly"]
    instructions: Said
    scales: dict[str, ScaleTable]
    items: tuple[ItemTable, ...]
    chapters: tuple[ChapterTable, ...]
    subscales: tuple[Subscale, ...] = ()
    free_text: tuple[FreeText, ...] = ()
    is_private: Flag = False
    position: Whole = 99


def read_instrument(source: Path | Traversable | str, words: Traversable | None = None) -> Instrument:
    """Return one instrument, from a file or from the text of one.

    Parameters
    ----------
    source : Path, Traversable or str
        A file, whose name then has to be ``<id>.toml``, or TOML text.
    words : Traversable, optional
        The file of its words, where the first holds the structure alone.

    Raises
    ------
    ContentError
        With every problem of the file at once, each naming the file and the item,
        subscale, scale or chapter it lies in.

    Examples
    --------
    >>> read_instrument("id = 'tiny'").id  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    workbook.errors.ContentError: instrument text: 'version' is missing; give a text
    ...
    """
    if isinstance(source, str):
        top = Place("instrument text", [])
        data = _load_text(source)
    else:
        top = Place(source.name, [])
        data = load_joined(InstrumentTable, source, words, top)
    instrument = _read_top(data, top)
    if not isinstance(source, str):
        top.note_other_name(instrument.id)
    top.finish()
    return instrument


def _load_text(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ContentError(f"instrument text: not valid TOML: {error}") from None


def _read_top(data: dict[str, Any], top: Place) -> Instrument:
    found = read_table(InstrumentTable, data, top)
    note_unknown_sources(found.source, top)
    scales = {name: _read_scale(name, scale, top) for name, scale in found.scales.items()}
    items = [_read_item(item, scales, top) for item in found.items]
    _check_subscales(found.subscales, items, top)
    _check_free_text(found, top)
    chapters = [_read_chapter(chapter, items, found.subscales, top) for chapter in found.chapters]
    instrument = Instrument(
        id=found.id,
        version=found.version,
        title=found.title,
        source=found.source,
        licence=found.licence,
        occasion=found.occasion,
        instructions=found.instructions,
        minutes=round(minutes_to_answer([found.instructions], 0) + sum(c.minutes for c in chapters), 1),
        scales=tuple(scales.values()),
        items=tuple(items),
        subscales=found.subscales,
        is_private=found.is_private,
        chapters=tuple(chapters),
        free_text=found.free_text,
        position=found.position,
    )
    check_items(instrument, top)
    check_chapters(instrument, top)
    return instrument


def _read_scale(name: str, found: ScaleTable, top: Place) -> Scale:
    place = top.at(f"scale {name!r}")
    values = [choice.value for choice in found.choices]
    if len(values) < 2:
        place.note(f"has {len(values)} choice(s); give at least two")
    if any(second <= first for first, second in pairwise(values)):
        place.note(f"the values {values} do not ascend; order them from low to high")
    for label in repeated(choice.label for choice in found.choices):
        place.note(f"two choices are labelled {label!r}; a person cannot tell them apart")
    return Scale(name, found.choices)


def _read_item(found: ItemTable, scales: dict[str, Scale], top: Place) -> Item:
    if found.scale and found.scale not in scales:
        known = ", ".join(scales) or "none"
        top.at(f"item {found.id!r}").note(f"unknown scale {found.scale!r}; this file has {known}")
    scale = scales.get(found.scale, Scale(found.scale, ()))
    return Item(
        found.id,
        found.text,
        scale,
        found.about,
        found.reverse,
        found.never_published,
        found.version,
        found.may_not_arise,
    )


def _check_subscales(subscales: tuple[Subscale, ...], items: list[Item], top: Place) -> None:
    item_by_id = {item.id: item for item in items}
    for subscale in subscales:
        place = top.at(f"subscale {subscale.id!r}")
        note_unknown_sources(subscale.source, place)
        for key, constant in (("reliability", subscale.reliability), ("sd", subscale.sd)):
            if constant and constant.basis and not constant.is_assumed and constant.basis not in sources():
                place.at(key).note(
                    f"the basis is {constant.basis!r}; give 'assumed' or an id from evidence.toml"
                )
        check_subscale(subscale, item_by_id, place)
    for name in repeated(subscale.id for subscale in subscales):
        top.note(f"the subscale id {name!r} is used twice")


def _read_chapter(
    found: ChapterTable, items: list[Item], subscales: tuple[Subscale, ...], top: Place
) -> Chapter:
    text_by_id = {item.id: item.text for item in items}
    items_by_subscale = {subscale.id: subscale.items for subscale in subscales}
    members = [*found.items]
    for name in found.subscales:
        if name not in items_by_subscale:
            top.at(f"chapter {found.id!r}").note(f"unknown subscale {name!r}")
        members.extend(items_by_subscale.get(name, ()))
    texts = [found.introduction, *(text_by_id.get(member, "") for member in members)]
    minutes = minutes_to_answer(texts, len(members))
    return Chapter(found.id, found.title, tuple(members), minutes, found.introduction)


def _check_free_text(found: InstrumentTable, top: Place) -> None:
    for question in found.free_text:
        place = top.at(f"free text {question.id!r}")
        if not question.id.startswith(f"{found.id}."):
            place.note(f"the id has to start with '{found.id}.'")
        if question.max_length < 1:
            place.note("'max_length' has to be 1 or more")
