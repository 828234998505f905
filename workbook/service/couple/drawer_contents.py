"""What the records of an opened drawer amount to: answers, own needs, and what stays hidden."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pandas as pd

from workbook.answers import ItemBank, lay_out
from workbook.errors import AccessError, problem
from workbook.instruments.model import FIRST, Instrument
from workbook.service.couple.drawers import Drawer
from workbook.service.couple.editions import asked_on
from workbook.service.couple.records import ANSWER, Record, is_hidden
from workbook.service.formats.values import Answer, Event

Instruments = Mapping[str, Instrument]


def answer_payload(answer: Answer, bank: ItemBank) -> dict[str, Any]:
    """Return what is sealed of one checked answer: which question it answers, in which version.

    What is not so is left out, so that every answer is sealed into a row of the same size; see `answer_in`.
    """
    found = bank.find(answer.item, answer.occasion)
    assert found is not None  # noqa: S101 - it was checked
    instrument, item = found
    said = {"value": answer.value, "declined": answer.declined, "not_arisen": answer.not_arisen}
    return {name: value for name, value in said.items() if value is not None and value is not False} | {
        "instrument": instrument,
        "occasion": answer.occasion,
        "item": answer.item,
        **({"version": item.version} if item.version != FIRST else {}),
    }


def answer_in(payload: Mapping[str, Any]) -> dict[str, Any]:
    """Return all that an answer's record says; what is left out is not so, and its version the first."""
    return {"value": None, "declined": False, "not_arisen": False, "version": FIRST, **payload}


def item_bank(records: Iterable[Record], instruments: Instruments, asked_from: int = 1) -> ItemBank:
    """Return every item a person may answer, given their drawer: the instruments', and their own needs'.

    ``asked_from`` is the first round in which the two are asked the edition of now.
    """
    own = {record.payload["id"] for record in records if record.kind == "own_need"}
    return ItemBank(instruments, own, partial(asked_on, instruments, asked_from=asked_from))


def responses(
    drawer: Drawer, instruments: Instruments, couple_id: str, instrument: str | None = None
) -> pd.DataFrame:
    """Return the drawer's answers as `frames.RESPONSES`, without those that stay hidden."""
    shown = [
        answer_in(record.payload)
        for record in drawer.records()
        if record.kind == ANSWER
        and not is_hidden(record.payload["instrument"], instruments)
        and instrument in (None, record.payload["instrument"])
    ]
    answers = [
        Answer(
            "",
            row["occasion"],
            row["item"],
            row["value"],
            row["declined"],
            row["not_arisen"],
            row["version"],
        )
        for row in shown
    ]
    owners = [row["instrument"] for row in shown]
    return lay_out(answers, owners, couple_id=couple_id, person_id=drawer.person_id)


def check_free_text(payload: Mapping[str, Any], instruments: Instruments) -> None:
    """Refuse own words for a field that no instrument has, or a private one, or that are too long for theirs.

    Raises
    ------
    AccessError
        Naming the field, never the words.
    """
    asked = [instrument for instrument in instruments.values() if not instrument.is_private]
    fields = {field.id: field for instrument in asked for field in instrument.free_text}
    field = fields.get(payload["field"])
    if field is None:
        raise AccessError(problem("errors.events.not_allowed", field="field"))
    if len(payload["text"]) > field.max_length:
        raise AccessError(problem("errors.events.too_long", field=field.id, most=field.max_length))


def event_of(record: Record, person_id: str) -> Event:
    """Return a record of a drawer as its person's pages are given it."""
    return Event(record.kind, record.payload, record.operation_id, record.sequence, person_id, record.at)


def has_consented(drawer: Drawer) -> bool:
    """Tell whether the person agreed to take part at all, and has not taken it back."""
    return agrees(drawer.records())


def agrees(records: Iterable[Record]) -> bool:
    """Tell whether these records, oldest first, say so in the end."""
    consents = [
        record.payload
        for record in records
        if record.kind == "consent" and record.payload["text"] == "consent"
    ]
    return bool(consents) and consents[-1].get("agreed", True) is True


def hidden(drawer: Drawer, instruments: Instruments) -> set[str]:
    """Return the instruments answered in this drawer whose answers are never given back."""
    answered = {record.payload["instrument"] for record in drawer.records() if record.kind == ANSWER}
    return {instrument for instrument in answered if is_hidden(instrument, instruments)}


def this_monday() -> datetime:
    """Return when this week began, in UTC."""
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return today - timedelta(days=today.weekday())


def has_private_concern(drawer: Drawer, instruments: Instruments, before: datetime) -> bool:
    """Tell whether any private answer, the latest before then, is above its scale's harmless end."""
    given = [record for record in drawer.records() if record.kind == ANSWER]
    latest = {record.payload["item"]: record.payload for record in given if record.at and record.at < before}
    return any(_is_concern(answer, instruments) for answer in latest.values())


def _is_concern(answer: Mapping[str, Any], instruments: Instruments) -> bool:
    instrument = instruments.get(answer["instrument"])
    item = instrument.item_by_id.get(answer["item"]) if instrument and instrument.is_private else None
    value = answer_in(answer)["value"]
    if item is None or value is None:
        return False
    return bool(value != (item.scale.highest if item.reverse else item.scale.lowest))
