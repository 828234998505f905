"""A copy of one's own private answers: asked for today, given tomorrow, shown on no page.

Private answers (the safety questions) are write-only. Their writer still has a right to them, so there is
one way: the passphrase typed anew, a wait of a day, a later sitting, the passphrase again, and a file. The
wait leaves time to take it back after being pressed to ask. What was asked lies sealed in the drawer, and
nothing but this module ever reads it: no page, no other export, no event says that it was asked for.
"""

import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from workbook.errors import AccessError, problem
from workbook.instruments.library import as_spoken
from workbook.instruments.model import Instrument
from workbook.service.couple.drawer_contents import answer_in
from workbook.service.couple.drawers import Drawer
from workbook.service.couple.records import ANSWER, AUDIT, PRIVATE_COPY, Record
from workbook.service.formats.values import Actor

WAIT = timedelta(hours=24)
KEPT = timedelta(hours=72)
SLACK = timedelta(minutes=5)  # a clock that is put right by the network is set back by less
OPENED = "opened"  # what the record of a drawer says of its opening, once in a sitting
Wish = Literal["ask", "fetch", "cancel"]
WISHES: tuple[Wish, ...] = ("ask", "fetch", "cancel")


@dataclass(frozen=True, slots=True)
class PrivateCopy:
    """What stands of a request: nothing, or when it can be fetched; ``content`` once it is.

    One that waits has no ``ready_at`` while the clock can't be relied on.
    """

    status: Literal["none", "waiting", "ready"]
    ready_at: datetime | None = None
    until: datetime | None = None
    content: dict[str, Any] | None = None


def opening_of(actor: Actor) -> str:
    """Return the operation id under which a sitting's opening of its drawer is noted.

    It is named after the sitting, so that two that open it at once note it once.
    """
    return f"{OPENED}/{hashlib.sha256(actor.sitting_id.encode()).hexdigest()}"


def answer_wish(
    drawer: Drawer,
    wish: str,
    instruments: Mapping[str, Instrument],
    *,
    opened: str,
    now: datetime,
    wait: timedelta = WAIT,
) -> PrivateCopy:
    """Return what stands once a wish was noted; with the copy itself, where it is fetched."""
    standing = standing_copy(drawer, opened=opened, now=now, wait=wait)
    if wish == "fetch" and standing.status == "ready":
        content = private_answers(drawer, as_spoken(instruments))
        return PrivateCopy("ready", standing.ready_at, standing.until, content)
    return standing


def noting(drawer: Drawer, wish: str, *, opened: str, now: datetime, wait: timedelta = WAIT) -> list[Record]:
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
    stands = standing_copy(drawer, opened=opened, now=now, wait=wait).status != "none"
    state = {"ask": "" if stands else "asked", "cancel": "cancelled" if stands else ""}.get(wish, "")
    return [Record(PRIVATE_COPY, uuid.uuid4().hex, {"state": state})] if state else []


def standing_copy(drawer: Drawer, *, opened: str, now: datetime, wait: timedelta = WAIT) -> PrivateCopy:
    """Return what stands now: cancelled and expired are as if it had never been asked.

    Parameters
    ----------
    drawer : Drawer
        Whose copy it is.
    opened : str
        The operation id under which this sitting's opening of the drawer is noted.
    """
    asking = _Asking()
    for record in drawer.records():
        asking.take(record, opened)
    if not asking.stands:
        return PrivateCopy("none")
    began = asking.began
    if began is None or (asking.newest is not None and _is_before(now, asking.newest)):
        return PrivateCopy("waiting")
    ready_at = began + wait
    until = ready_at + KEPT
    if now >= until:
        return PrivateCopy("none")
    is_ready = now >= ready_at and asking.is_opened_since
    return PrivateCopy("ready" if is_ready else "waiting", ready_at, until)


@dataclass
class _Asking:
    """What the rows of a drawer, taken in their order, say of the latest asking.

    The clock is the computer's, and who owns that can set it. So each row is held against the one before:
    where a row lies before it, the clock was set back, no moment since can be relied on, and the wait begins
    anew as the drawer is opened next. A clock that was set forward can't be told from time that passed.
    """

    stands: bool = False
    began: datetime | None = None
    newest: datetime | None = None
    is_opened_since: bool = False

    def take(self, record: Record, opened: str) -> None:
        """Take the next row."""
        at = record.at
        was_set_back = at is not None and self.newest is not None and _is_before(at, self.newest)
        if record.kind == PRIVATE_COPY:
            self.stands, self.is_opened_since = record.payload["state"] == "asked", False
            self.began = None if was_set_back else at
        elif self.stands and was_set_back:
            self.began, self.is_opened_since = None, False
        elif self.stands and record.kind == AUDIT and record.payload.get("what") == OPENED:
            self.began = self.began or at
            self.is_opened_since |= record.operation_id == opened
        self.newest = at or self.newest


def _is_before(at: datetime, newest: datetime) -> bool:
    return at < newest - SLACK


def private_answers(drawer: Drawer, instruments: Mapping[str, Instrument]) -> dict[str, Any]:
    """Return every answer to a private question, oldest first, with its words."""
    answers = [record for record in drawer.records() if record.kind == ANSWER]
    return {"answers": [row for record in answers if (row := _in_words(record, instruments)) is not None]}


def _in_words(record: Record, instruments: Mapping[str, Instrument]) -> dict[str, Any] | None:
    instrument = instruments.get(record.payload["instrument"])
    if instrument is not None and not instrument.is_private:
        return None
    answer = answer_in(record.payload)
    item = instrument.item_by_id.get(answer["item"]) if instrument else None
    labels = {choice.value: choice.label for choice in item.scale.choices} if item else {}
    return {
        "at": record.at.isoformat() if record.at else None,
        "question": item.text if item else "",
        "answer": labels.get(answer["value"], ""),
        **answer,
    }
