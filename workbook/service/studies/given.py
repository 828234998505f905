"""What people give a study: one log per person, a copy of the day they agreed, gone when taken back.

A log ``research/<person_id>`` holds at most one copy that counts: its last row. To give anew, to
choose nothing and to take back are one write each, together with the sealed record in the person's own
drawer; it destroys what is older. Nothing is written anywhere else, so no page, audit or log that the
partner can reach differs by it.
"""

import secrets
import uuid
from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pandas as pd

from workbook.errors import SharingError, problem
from workbook.service.couple.drawers import Drawer, Record
from workbook.service.formats.rows import (
    publication_from_json,
    publication_to_json,
    read_row,
    renewed,
    write_row,
)
from workbook.service.formats.values import Contribution, ResearchChoice
from workbook.service.identity.directory import Directory
from workbook.service.studies.preview import snapshots
from workbook.service.studies.study import BACKGROUND, DOCUMENT, Study
from workbook.sharing import Grain, Publication
from workbook.storage.base import Entry, Row, Store, Writing

GIVEN, TAKEN_BACK = "given", "taken-back"
_RESEARCH = "research/"


def research_log(person_id: str) -> str:
    """Return the name of the log that holds what one person gave a study."""
    return f"{_RESEARCH}{person_id}"


def givers(store: Store) -> list[str]:
    """Return the ids of all who ever chose what to give."""
    return [log.removeprefix(_RESEARCH) for log in store.logs(_RESEARCH)]


def giving(
    rows: Sequence[Row],
    study: Study,
    drawer: Drawer,
    responses: pd.DataFrame,
    grain: Grain,
    *,
    linked: bool,
) -> Writing:
    """Return what keeps a copy of what was answered up to now, in the place of any earlier copy.

    Parameters
    ----------
    rows : sequence of Row
        Of the person's `research_log`.
    responses : DataFrame
        The person's own `frames.RESPONSES`.
    grain : Grain
        More than nothing; `taking_back` is for that.

    Raises
    ------
    SharingError
        Nothing of theirs would be given.
    """
    published = snapshots(study, responses, grain)
    if not any(publication.instrument != BACKGROUND for publication in published):
        raise SharingError(problem("study.error.nothing_to_give"))
    today = datetime.now(UTC).date()
    choice = {"grain": grain.value, "linked": linked, "text_hash": study.words_hash}
    content = choice | {
        "person_id": drawer.person_id,
        "couple_id": published[0].couple_id,
        "chosen": today.isoformat(),
        "until": months_after(today, study.retention_months).isoformat(),
        "publications": [publication_to_json(publication) for publication in published],
    }
    return _choosing(rows, drawer, GIVEN, content, choice)


def taking_back(rows: Sequence[Row], drawer: Drawer, text_hash: str = "") -> Writing:
    """Return what ends it: nothing of theirs is read from now on, and what was given is destroyed."""
    choice = {"grain": Grain.NOTHING.value, "linked": False, "text_hash": text_hash}
    content = choice | {"chosen": datetime.now(UTC).date().isoformat(), "until": ""}
    return _choosing(rows, drawer, TAKEN_BACK, content, choice)


def leaving(rows: Sequence[Row], drawer: Drawer) -> Writing:
    """Return what takes back whatever was given, with or without a study that is still run."""
    return taking_back(rows, drawer) if _copy_in(rows) else Writing()


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


def refuse_unread(study: Study, text_hash: str, *, has_consented: bool) -> None:
    """Refuse a choice about words other than the study's present ones, or before consent to the workbook.

    Raises
    ------
    SharingError
        Saying which.
    """
    if text_hash != study.words_hash:
        raise SharingError(problem("study.error.changed"))
    if not has_consented:
        raise SharingError(problem("study.error.consent_first"))


def tidy(store: Store, *, today: date | None = None) -> None:
    """Destroy what its time is over for, and what a crash left behind a newer choice."""
    day = (today or datetime.now(UTC).date()).isoformat()
    for person_id in givers(store):
        log = research_log(person_id)
        rows = [row for row in store.read(log) if row.payload is not None]
        is_over = (
            bool(rows) and rows[-1].kind == GIVEN and read_row(rows[-1].payload or b"{}")["until"] <= day
        )
        _forget(store, log, rows if is_over else rows[:-1])


def standing_choice(store: Store, study: Study, person_id: str) -> ResearchChoice | None:
    """Return what a person chose last, and whether it still counts; None before the first choice."""
    found = _latest(store, person_id)
    if found is None:
        return None
    return ResearchChoice(
        Grain(found["grain"]),
        found["linked"],
        found["text_hash"],
        found["chosen"],
        found["until"],
        _counts(found, study, datetime.now(UTC).date()),
    )


def own_copy(store: Store, person_id: str) -> dict[str, Any] | None:
    """Return all that a study has of one person, as plain JSON; None where it has nothing."""
    return _copy_in(store.read(research_log(person_id)))


def given_to(
    store: Store, directory: Directory, study: Study, *, today: date | None = None
) -> list[Contribution]:
    """Return what everybody gave this study and has not taken back, under the ids of the store."""
    found = []
    for content in contents_for(store, directory, study, today=today):
        published = tuple(
            within(publication_from_json(one), study)
            for one in content["publications"]
            if one["instrument"] in study.instruments
        )
        ids = content["person_id"], content["couple_id"]
        found.append(Contribution(*ids, Grain(content["grain"]), content["linked"], published))
    return found


def contents_for(
    store: Store, directory: Directory, study: Study, *, today: date | None = None
) -> list[dict[str, Any]]:
    """Everybody's copy; ``linked`` only where both chose so and have not parted.

    A copy that no start has made anew yet is made anew here: a study may be read without a server.
    """
    day = today or datetime.now(UTC).date()
    instruments = study.instruments
    found = []
    for person_id in givers(store):
        content, account = _latest(store, person_id), directory.account(person_id)
        if content is None or account is None or not _counts(content, study, day):
            continue
        couple_id = account.couple_id
        if content["couple_id"] != couple_id:
            continue
        publications = [renewed(one, instruments) for one in content["publications"]]
        linked = content["linked"] and not directory.is_unpaired(couple_id)
        found.append(content | {"linked": linked, "publications": publications})
    both = _in_pairs(found)
    return [content | {"linked": content["person_id"] in both} for content in found]


def disguise(given: Sequence[Contribution]) -> list[Contribution]:
    """Return the same under made-up ids, in random order; couples stay together only where both chose so."""
    couples = {one.couple_id: _made_up("c") for one in given}
    disguised = []
    for one in given:
        person_id = _made_up("r")
        couple_id = couples[one.couple_id] if one.is_linked else _made_up("c")
        published = tuple(under_ids(p, person_id, couple_id) for p in one.publications)
        disguised.append(Contribution(person_id, couple_id, one.grain, one.is_linked, published))
    secrets.SystemRandom().shuffle(disguised)
    return disguised


def within(publication: Publication, study: Study) -> Publication:
    """Return what the study may have of it; the rest would stay out even if a row held it."""
    instrument = study.instruments[publication.instrument]
    known = publication.responses["item"].isin(instrument.item_by_id)
    named = publication.scores["subscale"].isin(instrument.subscale_by_id)
    return replace(
        publication,
        responses=publication.responses[known].reset_index(drop=True),
        scores=publication.scores[named].reset_index(drop=True),
    )


def under_ids(publication: Publication, person_id: str, couple_id: str) -> Publication:
    """Return a publication with other ids in every one of its rows."""

    def renamed(frame: pd.DataFrame) -> pd.DataFrame:
        return frame.assign(person_id=person_id, couple_id=couple_id).astype(frame.dtypes.to_dict())

    responses, scores = renamed(publication.responses), renamed(publication.scores)
    return replace(publication, person_id=person_id, couple_id=couple_id, responses=responses, scores=scores)


def months_after(day: date, n: int) -> date:
    """Return the day n months later, or that month's last.

    >>> months_after(date(2026, 1, 31), 1)
    datetime.date(2026, 2, 28)
    """
    year, month = divmod(day.year * 12 + day.month - 1 + n, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _choosing(
    rows: Sequence[Row], drawer: Drawer, kind: str, content: Mapping[str, Any], choice: Mapping[str, Any]
) -> Writing:
    log = research_log(drawer.person_id)
    consent = {"text": DOCUMENT, "agreed": kind == GIVEN, **choice}
    own = drawer.keeping([Record("consent", uuid.uuid4().hex, consent)])
    entry = Entry(log, uuid.uuid4().hex, kind, write_row(content))
    gone = {log: [row.sequence for row in rows if row.payload is not None]}
    return Writing.of(Writing([entry], gone), own)


def _forget(store: Store, log: str, rows: Sequence[Row]) -> None:
    if rows:
        store.write((), forget={log: [row.sequence for row in rows]})


def _latest(store: Store, person_id: str) -> dict[str, Any] | None:
    return _latest_in(store.read(research_log(person_id)))


def _latest_in(rows: Sequence[Row]) -> dict[str, Any] | None:
    living = [row for row in rows if row.payload is not None]
    latest: dict[str, Any] | None = read_row(living[-1].payload or b"{}") if living else None
    return latest


def _copy_in(rows: Sequence[Row]) -> dict[str, Any] | None:
    found = _latest_in(rows)
    return found if found and found["grain"] != Grain.NOTHING else None


def _counts(content: Mapping[str, Any], study: Study, today: date) -> bool:
    is_theirs = bool(content["text_hash"] == study.words_hash)
    return is_theirs and content["grain"] != Grain.NOTHING and today.isoformat() < content["until"]


def _in_pairs(contents: Sequence[Mapping[str, Any]]) -> set[str]:
    """Return those who chose to be linked and whose partner did too."""
    by_couple: dict[str, list[str]] = {}
    for one in contents:
        if one["linked"]:
            by_couple.setdefault(one["couple_id"], []).append(one["person_id"])
    return {person_id for both in by_couple.values() if len(both) == 2 for person_id in both}


def _made_up(prefix: str) -> str:
    return f"{prefix}_{secrets.token_hex(8)}"
