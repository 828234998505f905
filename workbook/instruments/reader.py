"""Read one instrument file into the frozen model, or say everything that is wrong with it."""

import tomllib
from importlib.abc import Traversable
from itertools import pairwise
from pathlib import Path
from typing import Any, get_args

from workbook.content.evidence import sources
from workbook.content.fields import Fields, load_toml, repeated
from workbook.errors import ContentError
from workbook.instruments.checks import check_chapters, check_items, check_subscale
from workbook.instruments.minutes import minutes_to_answer
from workbook.instruments.model import (
    About,
    Chapter,
    Choice,
    Constant,
    FreeText,
    HigherIs,
    Instrument,
    Item,
    Scale,
    Statistic,
    Subscale,
)

OCCASIONS = ("assessment", "weekly")


def read_instrument(source: Path | Traversable | str) -> Instrument:
    """Return one instrument, from a file or from the text of one.

    Parameters
    ----------
    source : Path, Traversable or str
        A file, whose name then has to be ``<id>.toml``, or TOML text.

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
        where, data = "instrument text", _load_text(source)
    else:
        where, data = source.name, load_toml(source)
    problems: list[str] = []
    instrument = _read_top(Fields(data, where, problems))
    if not isinstance(source, str) and instrument.id and where != f"{instrument.id}.toml":
        problems.append(f"{where}: the id is {instrument.id!r}; name the file {instrument.id}.toml")
    if problems:
        raise ContentError(problems)
    return instrument


def _load_text(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ContentError(f"instrument text: not valid TOML: {error}") from None


def _read_top(top: Fields) -> Instrument:
    name, version, title = top.slug(), top.text("version"), top.text("title")
    source = read_sources(top, required=True)
    instructions = top.text("instructions")
    scales = _read_scales(top)
    items = _read_items(top, scales)
    subscales = _read_subscales(top, items)
    chapters = _read_chapters(top, items, subscales)
    instrument = Instrument(
        id=name,
        version=version,
        title=title,
        source=source,
        licence=top.text("licence"),
        occasion=top.one_of("occasion", OCCASIONS),
        instructions=instructions,
        minutes=round(minutes_to_answer([instructions], 0) + sum(c.minutes for c in chapters), 1),
        scales=tuple(scales.values()),
        items=tuple(items),
        subscales=tuple(subscales),
        is_private=top.flag("is_private", default=False),
        chapters=tuple(chapters),
        free_text=_read_free_text(top, name),
        position=top.whole("position", default=99),
    )
    top.finish()
    check_items(instrument, top)
    check_chapters(instrument, top)
    return instrument


def read_sources(fields: Fields, *, required: bool) -> tuple[str, ...]:
    """Return the ``source`` list of a table, each id checked against ``evidence.toml``."""
    found = fields.texts("source") if required else fields.texts("source", default=())
    for name in found:
        if name not in sources():
            fields.note(
                f"unknown source {name!r}; add it to evidence.toml or use one of {', '.join(sources())}"
            )
    return found


def _read_scales(top: Fields) -> dict[str, Scale]:
    scales: dict[str, Scale] = {}
    for name, table in top.table_at("scales").items():
        where = f"{top.where}, scale {name!r}"
        fields = Fields(table if isinstance(table, dict) else {}, where, top.problems)
        choices = [_read_choice(choice, where, top.problems) for choice in fields.tables("choices")]
        fields.finish()
        values = [choice.value for choice in choices]
        if len(choices) < 2:
            fields.note(f"has {len(choices)} choice(s); give at least two")
        if any(second <= first for first, second in pairwise(values)):
            fields.note(f"the values {values} do not ascend; order them from low to high")
        for label in repeated(choice.label for choice in choices):
            fields.note(f"two choices are labelled {label!r}; a person cannot tell them apart")
        scales[name] = Scale(name, tuple(choices))
    return scales


def _read_choice(table: dict[str, Any], where: str, problems: list[str]) -> Choice:
    fields = Fields(table, f"{where}, choice {table.get('label', '?')!r}", problems)
    choice = Choice(fields.whole("value"), fields.text("label"))
    fields.finish()
    return choice


def _read_items(top: Fields, scales: dict[str, Scale]) -> list[Item]:
    items = []
    for number, table in enumerate(top.tables("items"), start=1):
        fields = Fields(table, f"{top.where}, item {table.get('id', f'number {number}')!r}", top.problems)
        scale = fields.text("scale")
        if scale and scale not in scales:
            fields.note(f"unknown scale {scale!r}; this file has {', '.join(scales) or 'none'}")
        items.append(
            Item(
                id=fields.slug(),
                text=fields.text("text"),
                scale=scales.get(scale, Scale(scale, ())),
                about=fields.one_of("about", get_args(About), default="self"),
                reverse=fields.flag("reverse", default=False),
                never_published=fields.text("never_published", default=""),
            )
        )
        fields.finish()
    return items


def _read_subscales(top: Fields, items: list[Item]) -> list[Subscale]:
    item_by_id = {item.id: item for item in items}
    subscales = []
    for number, table in enumerate(top.tables("subscales", default=[]), start=1):
        fields = Fields(table, f"{top.where}, subscale {table.get('id', f'number {number}')!r}", top.problems)
        subscale = Subscale(
            id=fields.slug(),
            title=fields.text("title"),
            items=fields.texts("items"),
            statistic=fields.one_of("statistic", get_args(Statistic), default="mean"),
            min_answered=fields.whole("min_answered", default=1),
            higher_is=fields.one_of("higher_is", get_args(HigherIs), default="better"),
            about=fields.one_of("about", get_args(About), default="self"),
            reliability=_read_constant(fields, "reliability"),
            sd=_read_constant(fields, "sd"),
            source=read_sources(fields, required=False),
            summary=fields.text("summary"),
            high_text=fields.text("high_text", default=""),
            low_text=fields.text("low_text", default=""),
        )
        fields.finish()
        check_subscale(subscale, item_by_id, fields)
        subscales.append(subscale)
    for name in repeated(subscale.id for subscale in subscales):
        top.note(f"the subscale id {name!r} is used twice")
    return subscales


def _read_constant(fields: Fields, key: str) -> Constant | None:
    table = fields.table_at(key, default={})
    if key not in fields.table:
        return None
    inner = Fields(table, f"{fields.where}, {key}", fields.problems)
    constant = Constant(inner.number("value"), inner.text("basis"))
    inner.finish()
    if constant.basis and constant.basis != "assumed" and constant.basis not in sources():
        inner.note(f"the basis is {constant.basis!r}; give 'assumed' or an id from evidence.toml")
    return constant


def _read_chapters(top: Fields, items: list[Item], subscales: list[Subscale]) -> list[Chapter]:
    text_by_id = {item.id: item.text for item in items}
    items_by_subscale = {subscale.id: subscale.items for subscale in subscales}
    chapters = []
    for number, table in enumerate(top.tables("chapters"), start=1):
        fields = Fields(table, f"{top.where}, chapter {table.get('id', f'number {number}')!r}", top.problems)
        members = [*fields.texts("items", default=())]
        for name in fields.texts("subscales", default=()):
            if name not in items_by_subscale:
                fields.note(f"unknown subscale {name!r}")
            members.extend(items_by_subscale.get(name, ()))
        introduction = fields.text("introduction")
        texts = [introduction, *(text_by_id.get(member, "") for member in members)]
        chapters.append(
            Chapter(
                id=fields.slug(),
                title=fields.text("title"),
                items=tuple(members),
                minutes=minutes_to_answer(texts, len(members)),
                introduction=introduction,
            )
        )
        fields.finish()
    return chapters


def _read_free_text(top: Fields, instrument_id: str) -> tuple[FreeText, ...]:
    found = []
    for table in top.tables("free_text", default=[]):
        fields = Fields(table, f"{top.where}, free text {table.get('id', '?')!r}", top.problems)
        question = FreeText(fields.slug(), fields.text("label"), fields.whole("max_length"))
        fields.finish()
        if not question.id.startswith(f"{instrument_id}."):
            fields.note(f"the id has to start with '{instrument_id}.'")
        if question.max_length < 1:
            fields.note("'max_length' has to be 1 or more")
        found.append(question)
    return tuple(found)
