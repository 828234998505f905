"""A therapist's notes: sealed with the key of their account, each with the day on which it is destroyed.

That day lies open beside each note, so that a start destroys it without anybody's key. A note outlives
whatever a partner takes back or erases, which they were told before they granted anything.
"""

import secrets
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta

from workbook.errors import CaseError, problem
from workbook.service.formats import crypto
from workbook.service.formats.case_values import Note
from workbook.service.formats.rows import read_row, write_row
from workbook.storage.base import Entry, Row, Store, Writing
from workbook.storage.deciding import Seen, decide_where_due

_NOTES, _NOTE = "notes/", "note"
LONGEST = 8_000


def notes_log(therapist_id: str) -> str:
    """Return the name of the log of a therapist's notes."""
    return f"{_NOTES}{therapist_id}"


def notes_of(rows: Sequence[Row], key: bytes, therapist_id: str) -> dict[str, tuple[int, Note]]:
    """Return each note that is there, by its id, with the number of its row; oldest first."""
    found = {}
    for row in rows:
        if row.payload is not None:
            content = read_row(crypto.open_sealed(key, row.payload, _bound_to(therapist_id)))
            found[content["note_id"]] = (row.sequence, Note(**content))
    return dict(sorted(found.items(), key=lambda one: (one[1][1].written, one[1][0])))


def keeping_note(rows: Sequence[Row], key: bytes, therapist_id: str, note: Note) -> Writing:
    """Return what keeps a note, in the place of the one of the same id."""
    log, known = notes_log(therapist_id), notes_of(rows, key, therapist_id)
    replaced = [known[note.note_id][0]] if note.note_id in known else []
    return Writing([_entry(log, key, therapist_id, note)], superseded={log: replaced})


def made_note(case_id: str, template: str, text: object, kept_days: int, note_id: str = "") -> Note:
    """Return a note of today, to be kept for so many days.

    Raises
    ------
    CaseError
        It is no text, or too long.
    """
    if not isinstance(text, str) or len(text) > LONGEST:
        raise CaseError(problem("errors.events.too_long", field="text", most=LONGEST))
    today = datetime.now(UTC).date()
    until = (today + timedelta(days=kept_days)).isoformat()
    return Note(note_id or secrets.token_hex(8), case_id, template, text, today.isoformat(), until)


def destroying_note(rows: Sequence[Row], key: bytes, therapist_id: str, note_id: str) -> Writing:
    """Return what destroys one note; it is in no backup that is restored either."""
    known = notes_of(rows, key, therapist_id)
    gone = [known[note_id][0]] if note_id in known else []
    return Writing(forget={notes_log(therapist_id): gone})


def keeping_for(rows: Sequence[Row], key: bytes, therapist_id: str, kept_days: int) -> Writing:
    """Return what has every note kept for so many days from when it was written."""
    log, entries, replaced = notes_log(therapist_id), [], []
    for sequence, note in notes_of(rows, key, therapist_id).values():
        until = (date.fromisoformat(note.written) + timedelta(days=kept_days)).isoformat()
        if until != note.until:
            entries.append(_entry(log, key, therapist_id, Note(**asdict(note) | {"until": until})))
            replaced.append(sequence)
    return Writing(entries, superseded={log: replaced})


def tidy(store: Store, *, today: date | None = None) -> None:
    """Destroy every note whose day has come; no key is needed."""
    day = (today or datetime.now(UTC).date()).isoformat()
    for log in store.logs(_NOTES):

        def over(seen: Seen, log: str = log) -> Writing:
            living = [row for row in seen[log] if row.payload is not None]
            return Writing(forget={log: [row.sequence for row in living if _until(row) <= day]})

        decide_where_due(store, [log], over)


def _entry(log: str, key: bytes, therapist_id: str, note: Note) -> Entry:
    sealed = crypto.seal(key, write_row(asdict(note)), _bound_to(therapist_id))
    return Entry(log, f"{note.until}/{secrets.token_hex(16)}", _NOTE, sealed)


def _until(row: Row) -> str:
    return row.operation_id.partition("/")[0]


def _bound_to(therapist_id: str) -> str:
    return f"note of {therapist_id}"
