"""What somebody's drawer keeps: records, and which of them leave a count and which do not.

Ordinary answers, own words and what was done at the table are rows of a log: one more of them is no secret.
Everything else is **private**: that it was done at all is nobody's to learn, so it lies in a cell that looks
the same with it and without (`bundle`). A kind that nobody thought of is private.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from workbook.instruments.model import Instrument

SEALED = "sealed"  # the one kind that is seen from outside
ANSWER, AUDIT = "answer", "audit"
BOOKMARK = "bookmark"  # the one place to go on from: never given out
DRAFT = "draft"
PRIVATE_COPY = "private_copy"  # that a copy of the private answers was asked for: never given out
DECISION = "decision"
CHOICE = "choice"  # about an exercise: put aside, or done
BLOCK = "block"
HOMEWORK_ASIDE = "homework_aside"  # what a therapist suggested, and its person put aside
GRANT = "grant"
"""Of an earlier version: which rows of the table a therapist was let read."""
CASE, CASE_TICK, SESSION_MARK, POLICY = "case", "case_tick", "session_mark", "policy"
"""A therapist's own: their cases, and what they noted of them."""
HELD = "held"
"""A row of the couple's, until there is a key to seal it with."""
WAITING = "waiting"
"""What was decided and waits to open, until there is a key to seal it with."""
LEFT = "left"
"""That somebody left a couple for one of their own: what was decided before is not of that."""
FILLER = "filler"
"""Nothing: a row that only makes the number of rows a round one."""
ONLY_ONE = (BOOKMARK, DRAFT)
"""Kinds of which a drawer holds one: a new one takes the place of the one before."""
_ROWS = ("own_need", "free_text", GRANT, FILLER, CASE, CASE_TICK, SESSION_MARK, POLICY)


@dataclass(frozen=True, slots=True)
class Record:
    """What one sealed row or one part of the private cell holds; kind and operation id are sealed as well.

    ``sequence`` counts rows and private records each by themselves; ``after`` is the last row there was when
    a private one was kept.
    """

    kind: str
    operation_id: str
    payload: dict[str, Any]
    sequence: int = field(default=0, compare=False)
    at: datetime | None = field(default=None, compare=False)
    after: int | None = field(default=None, compare=False)

    @property
    def place(self) -> tuple[int, int]:
        """By which records of a drawer are put in their order."""
        return (self.sequence, 0) if self.after is None else (self.after, self.sequence)


def since_left(records: Sequence[Record]) -> Sequence[Record]:
    """Return the records, in their order, from when their person began anew with somebody else; or all.

    >>> kept = [Record(kind, kind, {}) for kind in ("before", LEFT, "since")]
    >>> [one.kind for one in since_left(kept)], [one.kind for one in since_left(kept[:1])]
    (['since'], ['before'])
    """
    last = max((n for n, one in enumerate(records) if one.kind == LEFT), default=-1)
    return records[last + 1 :]


def is_hidden(instrument: str, instruments: Mapping[str, Instrument]) -> bool:
    """Tell whether an instrument's answers are never given back.

    What the catalogue no longer knows can't be shown to be harmless, so it stays shut.
    """
    known = instruments.get(instrument)
    return known is None or known.is_private


def is_private(record: Record, instruments: Mapping[str, Instrument]) -> bool:
    """Tell whether that a record is there at all is for its person alone.

    >>> is_private(Record("own_need", "op", {}), {}), is_private(Record("anything else", "op", {}), {})
    (False, True)
    """
    match record.kind:
        case "answer":
            return is_hidden(record.payload["instrument"], instruments)
        case "consent":  # to the workbook; another is about a study
            return record.payload.get("text") != "consent"
        case "held":
            return str(record.payload["log"]).startswith("pending/")
    return record.kind not in _ROWS
