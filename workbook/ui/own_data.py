"""One's own data in words: each question with the answer given, decisions, and what one wrote.

Made of the very same that the JSON file holds (`PartnerService.my_data`), which stays the whole of it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from workbook.content import say
from workbook.exercises import MACHINES
from workbook.frames import occasion_number
from workbook.instruments import Instrument, every_version
from workbook.instruments.model import FIRST, Choice
from workbook.reports import Sheet
from workbook.session.drawer import OWN_NEED
from workbook.shapes import Text
from workbook.sharing import WEEKS
from workbook.ui.blocks import Block, heading, kicker, note, paragraph, quote, table
from workbook.ui.taken_along import sheet

Given = Mapping[str, Any]
_TYPED: Mapping[str, tuple[str, ...]] = {
    machine.kind(name): tuple(field for field, shape in move.shape.items() if isinstance(shape, Text))
    for machine in MACHINES.values()
    for name, move in machine.moves.items()
}
"""Which parts of an event are somebody's own words, by its kind."""


def sheet_of_own(data: Given, instruments: Mapping[str, Instrument], own_needs: Mapping[str, str]) -> Sheet:
    """Return all that a person takes along, readable: texts and labels instead of codes."""
    blocks = [
        kicker(say("ui.own-data.kicker")),
        heading(1, say("ui.own-data.title", name=data["name"])),
        note(say("ui.own-data.outside")),
        *_answers(data["answers"], instruments, own_needs),
        *_decisions(data["decisions"], instruments),
        *_written(data["on_the_table"]),
        paragraph(say("ui.own-data.whole")),
    ]
    return sheet(blocks)


def _answers(
    records: list[Given], instruments: Mapping[str, Instrument], own_needs: Mapping[str, str]
) -> list[Block]:
    """Return a table of each questionnaire and occasion: of a question answered twice, the last counts."""
    given: dict[tuple[str, str], dict[tuple[str, str], Given]] = {}
    for record in records:
        name = record.get("instrument") or str(record["item"]).partition(".")[0]
        key = record["item"], record.get("version", FIRST)
        given.setdefault((name, record["occasion"]), {})[key] = record
    blocks: list[Block] = [heading(2, say("ui.own-data.answers"))] if given else []
    head = [say("ui.own-data.question"), say("ui.own-data.answer")]
    for (name, occasion), of_item in given.items():
        rows = [
            [_question(key[0], asked := _asked(name, key, instruments), own_needs), _answer(record, asked)]
            for key, record in of_item.items()
        ]
        blocks.append(table(_round(name, occasion, instruments), head, rows))
    return blocks


def _asked(name: str, key: tuple[str, str], instruments: Mapping[str, Instrument]) -> Instrument | None:
    """Return the questionnaire in a version that asks this, as it was answered."""
    known = every_version({name: instruments[name]}) if name in instruments else []
    return next((one for one in known if key in one.keys), instruments.get(name))


def _question(item: str, instrument: Instrument | None, own_needs: Mapping[str, str]) -> str:
    if instrument and item in instrument.item_by_id:
        return instrument.item_by_id[item].text
    need, _, asked = item.rpartition(".")
    return say(f"instruments.own_need.{asked}", need=own_needs[need]) if need in own_needs else item


def _answer(record: Given, instrument: Instrument | None) -> str:
    if record.get("declined"):
        return say("ui.own-data.declined")
    if record.get("not_arisen"):
        return say("ui.form.not_arisen")
    value = record.get("value")
    if value is None:
        return say("ui.own-data.left_open")
    labels = {one.value: one.label for one in _choices(record["item"], instrument)}
    return labels.get(value, str(value))


def _choices(item: str, instrument: Instrument | None) -> Sequence[Choice]:
    """Return the choices of a question; one about an own need has those of its neighbours."""
    if instrument is None:
        return ()
    ending = item.rpartition(".")[2]
    alike = (one for one in instrument.items if item.startswith(OWN_NEED) and one.id.endswith(f".{ending}"))
    found = instrument.item_by_id.get(item) or next(alike, None)
    return found.scale.choices if found else ()


def _round(name: str, occasion: str, instruments: Mapping[str, Instrument]) -> str:
    if occasion == WEEKS:
        return say("ui.sharing.weeks")
    title = instruments[name].title if name in instruments else name
    if not occasion.startswith("assessment-"):
        return f"{title} · {occasion}"
    return say("ui.sharing.of_round", title=title, n=occasion_number(occasion))


def _decisions(records: list[Given], instruments: Mapping[str, Instrument]) -> list[Block]:
    rows = [
        [
            _round(record["instrument"], record["occasion"], instruments),
            say(f"ui.sharing.grain_{record['grain']}"),
            str(record.get("at") or "")[:10],
        ]
        for record in records
    ]
    head = [say(f"ui.own-data.{name}") for name in ("part", "choice", "day")]
    return [table(say("ui.own-data.decisions"), head, rows)] if rows else []


def _written(events: list[Given]) -> list[Block]:
    """Return what one typed for the table, whatever it was for."""
    texts = [
        event["payload"][name]
        for event in events
        for name in _TYPED.get(event["kind"], ())
        if event["payload"].get(name)
    ]
    return [heading(2, say("ui.own-data.written")), *map(quote, texts)] if texts else []
