"""What people give a study: one log per person, a copy of the day they agreed, gone when taken back.

A log ``research/<person_id>`` holds at most one copy that counts: its last row. To give anew, to
choose nothing and to take back each begin with one append that decides it, together with the sealed
record in the person's own drawer; what is older is then destroyed. Nothing is written anywhere else,
so no page, audit or log that the partner can reach differs by it.
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
from workbook.service.identity.directory import Directory
from workbook.service.rows import publication_from_json, publication_to_json, read_row, renewed, write_row
from workbook.service.studies.preview import snapshots
from workbook.service.study import BACKGROUND, DOCUMENT, Study
from workbook.service.values import Given, ResearchChoice
from workbook.sharing import Grain, Publication
from workbook.storage.base import Entry, Row, Store

GIVEN, TAKEN_BACK = "given", "taken-back"


def research_log(person_id: str) -> str:
    """The name of the log that holds what one person gave a study."""
    return f"research/{person_id}"


def give(
    store: Store, study: Study, drawer: Drawer, responses: pd.DataFrame, grain: Grain, *, linked: bool
) -> None:
    """Keep a copy of what was answered up to now, in the place of any earlier copy.

    Parameters
    ----------
    responses : DataFrame
        The person's own `frames.RESPONSES`.
    grain : Grain
        More than nothing; `take_back` is for that.

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
    _decide(store, drawer, GIVEN, content, choice)


def take_back(store: Store, drawer: Drawer, text_hash: str = "") -> None:
    """Nothing of theirs is read from now on; what was given is destroyed."""
    choice = {"grain": Grain.NOTHING.value, "linked": False, "text_hash": text_hash}
    content = choice | {"chosen": datetime.now(UTC).date().isoformat(), "until": ""}
    _decide(store, drawer, TAKEN_BACK, content, choice)


def leave(store: Store, drawer: Drawer) -> None:
    """Take back whatever was given, with or without a study that is still run."""
    if own_copy(store, drawer.person_id):
        take_back(store, drawer)


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


def destroy(store: Store, person_id: str) -> None:
    """Destroy all that somebody gave, and that they were ever asked. Doing it again is harmless."""
    _forget(store, research_log(person_id), store.read(research_log(person_id)))


def tidy(store: Store, directory: Directory, *, today: date | None = None) -> None:
    """Destroy what its time is over for, and what a crash left behind a newer choice."""
    day = (today or datetime.now(UTC).date()).isoformat()
    for person_id in _people(directory):
        rows = [row for row in store.read(research_log(person_id)) if row.payload is not None]
        is_over = (
            bool(rows) and rows[-1].kind == GIVEN and read_row(rows[-1].payload or b"{}")["until"] <= day
        )
        _forget(store, research_log(person_id), rows if is_over else rows[:-1])


def standing_choice(store: Store, study: Study, person_id: str) -> ResearchChoice | None:
    """What a person chose last, and whether it still counts; None before the first choice."""
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
    """All that a study has of one person, as plain JSON; None where it has nothing."""
    found = _latest(store, person_id)
    return found if found and found["grain"] != Grain.NOTHING else None


def given_to(store: Store, directory: Directory, study: Study, *, today: date | None = None) -> list[Given]:
    """What everybody gave this study and has not taken back, under the ids of the store."""
    found = []
    for content in contents_for(store, directory, study, today=today):
        published = tuple(
            within(publication_from_json(one), study)
            for one in content["publications"]
            if one["instrument"] in study.instruments
        )
        ids = content["person_id"], content["couple_id"]
        found.append(Given(*ids, Grain(content["grain"]), content["linked"], published))
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
    for person_id, couple_id in _people(directory).items():
        content = _latest(store, person_id)
        if content is None or not _counts(content, study, day) or content["couple_id"] != couple_id:
            continue
        publications = [renewed(one, instruments) for one in content["publications"]]
        linked = content["linked"] and not directory.is_unpaired(couple_id)
        found.append(content | {"linked": linked, "publications": publications})
    both = _in_pairs(found)
    return [content | {"linked": content["person_id"] in both} for content in found]


def disguise(given: Sequence[Given]) -> list[Given]:
    """The same under made-up ids, in random order; couples stay together only where both chose so."""
    couples = {one.couple_id: _made_up("c") for one in given}
    disguised = []
    for one in given:
        person_id = _made_up("r")
        couple_id = couples[one.couple_id] if one.is_linked else _made_up("c")
        published = tuple(under_ids(p, person_id, couple_id) for p in one.publications)
        disguised.append(Given(person_id, couple_id, one.grain, one.is_linked, published))
    secrets.SystemRandom().shuffle(disguised)
    return disguised


def within(publication: Publication, study: Study) -> Publication:
    """What the study may have of it; the rest would stay out even if a row held it."""
    instrument = study.instruments[publication.instrument]
    known = publication.responses["item"].isin(instrument.item_by_id)
    named = publication.scores["subscale"].isin(instrument.subscale_by_id)
    return replace(
        publication,
        responses=publication.responses[known].reset_index(drop=True),
        scores=publication.scores[named].reset_index(drop=True),
    )


def under_ids(publication: Publication, person_id: str, couple_id: str) -> Publication:
    """A publication with other ids in every one of its rows."""

    def renamed(frame: pd.DataFrame) -> pd.DataFrame:
        return frame.assign(person_id=person_id, couple_id=couple_id).astype(frame.dtypes.to_dict())

    responses, scores = renamed(publication.responses), renamed(publication.scores)
    return replace(publication, person_id=person_id, couple_id=couple_id, responses=responses, scores=scores)


def months_after(day: date, n: int) -> date:
    """The day n months later, or that month's last.

    >>> months_after(date(2026, 1, 31), 1)
    datetime.date(2026, 2, 28)
    """
    year, month = divmod(day.year * 12 + day.month - 1 + n, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _decide(
    store: Store, drawer: Drawer, kind: str, content: Mapping[str, Any], choice: Mapping[str, Any]
) -> None:
    log = research_log(drawer.person_id)
    consent = {"text": DOCUMENT, "agreed": kind == GIVEN, **choice}
    own = drawer.entries([Record("consent", uuid.uuid4().hex, consent)])
    written = store.append([*own, Entry(log, uuid.uuid4().hex, kind, write_row(content))])[-1]
    _forget(store, log, [row for row in store.read(log) if row.sequence < written.sequence])


def _forget(store: Store, log: str, rows: Sequence[Row]) -> None:
    over = [row.sequence for row in rows if row.payload is not None]
    if over:
        store.forget(log, over)


def _latest(store: Store, person_id: str) -> dict[str, Any] | None:
    rows = [row for row in store.read(research_log(person_id)) if row.payload is not None]
    latest: dict[str, Any] | None = read_row(rows[-1].payload or b"{}") if rows else None
    return latest


def _counts(content: Mapping[str, Any], study: Study, today: date) -> bool:
    is_theirs = bool(content["text_hash"] == study.words_hash)
    return is_theirs and content["grain"] != Grain.NOTHING and today.isoformat() < content["until"]


def _in_pairs(contents: Sequence[Mapping[str, Any]]) -> set[str]:
    """Those who chose to be linked and whose partner did too."""
    by_couple: dict[str, list[str]] = {}
    for one in contents:
        if one["linked"]:
            by_couple.setdefault(one["couple_id"], []).append(one["person_id"])
    return {person_id for both in by_couple.values() if len(both) == 2 for person_id in both}


def _people(directory: Directory) -> dict[str, str]:
    """Everybody with an account, and the couple they are in now."""
    return {
        account.person_id: couple_id
        for couple_id in directory.couples()
        for account in directory.accounts_of(couple_id)
    }


def _made_up(prefix: str) -> str:
    return f"{prefix}_{secrets.token_hex(8)}"
