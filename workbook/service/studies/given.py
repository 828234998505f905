"""What people give a study: a copy of the day they agreed, sealed to its researcher, gone when taken back.

To give anew, to choose nothing and to take back are one write each: a new blob in the place of the one
before (`.blob`), and the record of the choice in the person's own drawer. Nothing is written anywhere
else, so no page, audit or log that the partner can reach differs by it. Whoever comes to an installation
that is run for a study has a place there, filled with nothing until they choose.
"""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

import pandas as pd

from workbook.errors import SharingError, WrongKeyError, problem
from workbook.service.couple.drawers import Drawer
from workbook.service.couple.records import SEALED, Record
from workbook.service.formats.publications import publication_to_json
from workbook.service.formats.rows import read_row, renewed
from workbook.service.formats.values import ResearchChoice
from workbook.service.studies.blob import (
    blob_in,
    copy_name,
    emptying,
    is_ended,
    last_day_of,
    open_blob,
    place_of,
    placed,
    replacing,
    research_log,
    seal_blob,
)
from workbook.service.studies.preview import HeldBackIn, snapshots
from workbook.service.studies.study import BACKGROUND, DOCUMENT, Study
from workbook.sharing import Grain
from workbook.storage.base import Row, Store, Writing
from workbook.storage.deciding import Seen, decide_where_due

Content = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Giver:
    """Who gives, in their sitting: their drawer, and the key pair that opens their own copy in a store."""

    drawer: Drawer
    public: bytes
    private: bytes
    store: Store

    @property
    def person_id(self) -> str:
        return self.drawer.person_id

    def place(self) -> list[Row]:
        """Return what lies in their place now; see `place_of`."""
        return place_of(self.store, self.person_id)


def giving(
    rows: Sequence[Row],
    study: Study,
    giver: Giver,
    responses: pd.DataFrame,
    grain: Grain,
    *,
    linked: bool,
    text_hash: str,
    held_back: HeldBackIn | None = None,
) -> Writing:
    """Return what keeps a copy of what was answered up to now, in the place of any earlier copy.

    Parameters
    ----------
    rows : sequence of Row
        Of the person's `place_of`.
    responses : DataFrame
        The person's own `frames.RESPONSES`.
    grain : Grain
        More than nothing; `taking_back` is for that.
    text_hash : str
        Of the study's words, as they were read.
    held_back : mapping of (instrument, occasion) to items, optional
        What the person holds back from their partner, and so from everybody.

    Raises
    ------
    SharingError
        Nothing of theirs would be given, or more than one copy holds; or the study takes nothing.
    """
    today = datetime.now(UTC).date()
    refuse_closed(study, today)
    published = snapshots(study, responses, grain, held_back)
    if not any(publication.instrument != BACKGROUND for publication in published):
        raise SharingError(problem("study.error.nothing_to_give"))
    choice = {"grain": grain.value, "linked": linked, "text_hash": text_hash}
    content = choice | {
        "person_id": giver.person_id,
        "couple_id": published[0].couple_id,
        "chosen": today.isoformat(),
        "until": study.ends,
        "key": study.public_key,
        "copy": uuid.uuid4().hex,
        "publications": [publication_to_json(publication) for publication in published],
    }
    return Writing.of(_recording(giver.drawer, choice, agreed=True), _putting(rows, study, giver, content))


def taking_back(rows: Sequence[Row], study: Study | None, giver: Giver, text_hash: str = "") -> Writing:
    """Return what ends it: nothing of theirs is read from now on, and what was given is destroyed."""
    return Writing.of(giver.drawer.keeping([_taken_back(text_hash)]), _putting(rows, study, giver, None))


def leaving(rows: Sequence[Row], study: Study | None, giver: Giver, noting: Sequence[Record] = ()) -> Writing:
    """Return what takes back whatever was given, with or without a study that is still run.

    What else is noted in the giver's drawer at that moment goes into the same write of its private cell.
    """
    taken = [_taken_back()] if own_copy(rows, giver) is not None else []
    kept = giver.drawer.keeping([*taken, *noting]) if taken or noting else Writing()
    return Writing.of(kept, _putting(rows, study, giver, None))


def settling(rows: Sequence[Row], study: Study | None, giver: Giver, today: date | None = None) -> Writing:
    """Return what every sitting writes in its person's own place, at its begin and its end.

    What is there is sealed anew, so that no difference tells whether anything was given. Who has no place yet
    is given one with nothing in it. A copy that counts no longer, since the study has
    changed or its time is over, is destroyed, and so is one that its giver can't open: it is not theirs. One
    made when fewer answers were held back is made anew, and one that lies open still is sealed.
    """
    day = today or datetime.now(UTC).date()
    if study is None or not study.public_key or study.is_over(day):
        return Writing()
    row = blob_in(rows)
    if row is None:
        return _putting(rows, study, giver, None)
    try:
        content = _content_of(row, giver)
    except WrongKeyError:  # whoever has the store's key could put one there in another's name
        return _putting(rows, study, giver, None)
    if content is None or not counts(content, study, day):
        return _putting(rows, study, giver, None)
    named = content if "copy" in content else content | {"copy": copy_name(row, content)}
    return _putting(rows, study, giver, as_of_now(named, study), is_same=True)


def standing_name(giver: Giver) -> str:
    """Return the name of the copy that stands in somebody's place; empty where none does."""
    row = blob_in(giver.place())
    content = _own(row, giver)
    return copy_name(row, content) if row is not None and content is not None else ""


def note_ended(giver: Giver, name: str) -> None:
    """Note that a copy of this name was just taken back or replaced: no restored backup brings it back.

    It lies apart from the data, so it is no part of the write before: cut short between the two, a backup
    from before could bring the copy back.
    """
    if name and standing_name(giver) != name:
        giver.store.mark_ended(name)


def require_study(study: Study | None) -> Study:
    """Return the study that is run.

    Raises
    ------
    SharingError
        There is none: then there is nothing to take part in.
    """
    if study is None:
        raise SharingError(problem("study.error.no_study"))
    return study


def refuse_closed(study: Study, today: date) -> None:
    """Refuse to give to a study that has no key to seal copies with, or whose last day has come.

    Raises
    ------
    SharingError
        Saying which.
    """
    if not study.public_key:
        raise SharingError(problem("study.error.no_key_for_giving"))
    if study.is_over(today):
        raise SharingError(problem("study.error.over"))


def refuse_unread(study: Study, text_hash: str, *, has_consented: bool) -> None:
    """Refuse a choice about words other than the study's present ones, or before consent to the workbook.

    Raises
    ------
    SharingError
        Saying which.
    """
    if not study.is_in_words(text_hash):
        raise SharingError(problem("study.error.changed"))
    if not has_consented:
        raise SharingError(problem("study.error.consent_first"))


def tidy(store: Store, *, today: date | None = None) -> None:
    """Destroy what its time is over for, and what an earlier version's crash left behind a newer choice.

    No key is needed: the day lies open beside each blob, and is the same for all who gave and who did not.
    """
    day = today or datetime.now(UTC).date()

    def over(person_id: str, _seen: Seen) -> Writing:
        rows = place_of(store, person_id)
        living = [row for row in rows if row.payload is not None]
        if living and _last_day(living[-1]) <= day:
            return emptying(rows)
        log = research_log(person_id)
        return Writing(forget={log: [row.sequence for row in living[:-1] if row.log == log]})

    for person_id in placed(store):
        decide_where_due(store, [research_log(person_id)], partial(over, person_id))


def standing_choice(
    rows: Sequence[Row], study: Study, giver: Giver, records: Iterable[Record]
) -> ResearchChoice | None:
    """Return what a person chose last, and whether it still counts; None before the first choice.

    Parameters
    ----------
    records : iterable of Record
        Of their drawer: what is not in their place any more is told by what they chose.
    """
    content = own_copy(rows, giver)
    if content is not None:
        is_standing = counts(content, study, datetime.now(UTC).date())
        about = content["linked"], content["text_hash"], content["chosen"], content["until"]
        return ResearchChoice(Grain(content["grain"]), *about, is_standing)
    chosen = [one for one in records if one.kind == "consent" and one.payload["text"] == DOCUMENT]
    if not chosen:
        return None
    last, at = chosen[-1].payload, chosen[-1].at
    day = (at or datetime.now(UTC)).date().isoformat()
    return ResearchChoice(Grain(last["grain"]), last["linked"], last["text_hash"], day, "", False)


def own_copy(rows: Sequence[Row], giver: Giver) -> Content | None:
    """Return all that a study has of one person, as plain JSON; None where it has nothing from them."""
    content = _own(blob_in(rows), giver)
    return None if content is None else {name: value for name, value in content.items() if name != "copy"}


def copy_in(row: Row, private: bytes, person_id: str) -> Content | None:
    """Return the copy in a row that one of its two readers opens, or that lies open still; None for none.

    Raises
    ------
    WrongKeyError
        It is sealed to others.
    """
    sealed = row.payload or b""
    if row.kind == SEALED:
        return open_blob(sealed, private, person_id)
    content = read_row(sealed)
    return content if content["grain"] != Grain.NOTHING else None


def counts(content: Mapping[str, Any], study: Study, today: date) -> bool:
    """Tell whether a copy was given under the study's present words and key, and its time is not over.

    One from before the study had a key is held to the words alone.
    """
    is_in_words = study.is_in_words(content["text_hash"], before_key="key" not in content)
    is_same = is_in_words and content.get("key", study.public_key) == study.public_key
    return bool(is_same and content["grain"] != Grain.NOTHING and today.isoformat() < content["until"])


def as_of_now(content: Content, study: Study) -> Content:
    """Return a copy without what has come to be held back since it was given."""
    return content | {"publications": [renewed(one, study.instruments) for one in content["publications"]]}


def _putting(
    rows: Sequence[Row], study: Study | None, giver: Giver, content: Content | None, *, is_same: bool = False
) -> Writing:
    """Return what puts a copy, or nothing, into somebody's place; without a study's key it is emptied."""
    if study is None or not study.public_key:
        return emptying(rows)
    sealed = seal_blob(content, bytes.fromhex(study.public_key), giver.public, giver.person_id)
    until = content["until"] if content else study.ends
    return replacing(rows, giver.person_id, sealed, until, is_same=is_same)


def _recording(drawer: Drawer, choice: Mapping[str, Any], *, agreed: bool) -> Writing:
    return drawer.keeping([_consent(choice, agreed=agreed)])


def _consent(choice: Mapping[str, Any], *, agreed: bool) -> Record:
    return Record("consent", uuid.uuid4().hex, {"text": DOCUMENT, "agreed": agreed, **choice})


def _taken_back(text_hash: str = "") -> Record:
    choice = {"grain": Grain.NOTHING.value, "linked": False, "text_hash": text_hash}
    return _consent(choice, agreed=False)


def _own(row: Row | None, giver: Giver) -> Content | None:
    try:
        return None if row is None else _content_of(row, giver)
    except WrongKeyError:
        return None


def _content_of(row: Row, giver: Giver) -> Content | None:
    content = copy_in(row, giver.private, giver.person_id)
    return None if content is None or is_ended(giver.store, row, content) else content


def _last_day(row: Row) -> date:
    if row.kind == SEALED:
        return last_day_of(row)
    until = read_row(row.payload or b"{}")["until"]
    return date.fromisoformat(until) if until else date.max
