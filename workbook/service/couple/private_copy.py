"""A copy of one's own private answers: asked for today, given tomorrow, shown on no page.

Private answers (the safety questions) are write-only. Their writer still has a right to them, so there is
one way: the passphrase typed anew, a wait, the passphrase again, and a file. The wait leaves time to take
it back after being pressed to ask. What was asked lies sealed in the drawer, and nothing but this
module ever reads it: no page, no other export, no event says that it was asked for.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from workbook.errors import AccessError, problem
from workbook.instruments.model import Instrument
from workbook.service.couple.drawers import ANSWER, PRIVATE_COPY, Drawer, Record

WAIT = timedelta(hours=24)
KEPT = timedelta(hours=72)
Wish = Literal["ask", "fetch", "cancel"]
WISHES: tuple[Wish, ...] = ("ask", "fetch", "cancel")


@dataclass(frozen=True, slots=True)
class PrivateCopy:
    """What stands of a request: nothing, or when it can be fetched; ``content`` once it is."""

    status: Literal["none", "waiting", "ready"]
    ready_at: datetime | None = None
    until: datetime | None = None
    content: dict[str, Any] | None = None


def answer_wish(
    drawer: Drawer,
    wish: str,
    instruments: Mapping[str, Instrument],
    *,
    now: datetime,
    wait: timedelta = WAIT,
) -> PrivateCopy:
    """Return what stands once a wish was noted; with the copy itself, where it is fetched."""
    standing = standing_copy(drawer, now=now, wait=wait)
    if wish == "fetch" and standing.status == "ready":
        content = private_answers(drawer, instruments)
        return PrivateCopy("ready", standing.ready_at, standing.until, content)
    return standing


def noting(drawer: Drawer, wish: str, *, now: datetime, wait: timedelta = WAIT) -> list[Record]:
    """Return what is to be kept of a wish: to ask for the copy, or to take the asking back.

    Asking again while something stands changes nothing: it neither starts the wait anew nor
    shortens it.

    Raises
    ------
    AccessError
        There is no such wish.
    """
    if wish not in WISHES:
        raise AccessError(problem("errors.events.not_allowed", field="wish"))
    stands = standing_copy(drawer, now=now, wait=wait).status != "none"
    state = {"ask": "" if stands else "asked", "cancel": "cancelled" if stands else ""}.get(wish, "")
    return [Record(PRIVATE_COPY, uuid.uuid4().hex, {"state": state})] if state else []


def standing_copy(drawer: Drawer, *, now: datetime, wait: timedelta = WAIT) -> PrivateCopy:
    """Return what stands now: cancelled and expired are as if it had never been asked."""
    notes = [record for record in drawer.records() if record.kind == PRIVATE_COPY]
    if not notes or notes[-1].payload["state"] != "asked" or notes[-1].at is None:
        return PrivateCopy("none")
    ready_at = notes[-1].at + wait
    until = ready_at + KEPT
    if now >= until:
        return PrivateCopy("none")
    # A clock set back to before the asking can only make it wait longer.
    return PrivateCopy("ready" if now >= ready_at else "waiting", ready_at, until)


def private_answers(drawer: Drawer, instruments: Mapping[str, Instrument]) -> dict[str, Any]:
    """Return every answer to a private question, oldest first, with its words."""
    answers = [record for record in drawer.records() if record.kind == ANSWER]
    return {"answers": [row for record in answers if (row := _in_words(record, instruments)) is not None]}


def _in_words(record: Record, instruments: Mapping[str, Instrument]) -> dict[str, Any] | None:
    instrument = instruments.get(record.payload["instrument"])
    if instrument is not None and not instrument.is_private:
        return None
    item = instrument.item_by_id.get(record.payload["item"]) if instrument else None
    labels = {choice.value: choice.label for choice in item.scale.choices} if item else {}
    return {
        "at": record.at.isoformat() if record.at else None,
        "question": item.text if item else "",
        "answer": labels.get(record.payload["value"], ""),
        **record.payload,
    }
