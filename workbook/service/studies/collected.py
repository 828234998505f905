"""What a study's researcher reads: copies given and not taken back, opened by the study's key."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

import pandas as pd

from workbook.errors import WrongKeyError
from workbook.service.formats.publications import publication_from_json
from workbook.service.formats.values import Contribution
from workbook.service.identity.directory import Directory
from workbook.service.studies.blob import blob_in, is_ended, place_of, placed
from workbook.service.studies.given import as_of_now, copy_in, counts
from workbook.service.studies.study import Study
from workbook.sharing import Grain, Publication
from workbook.storage.base import Store


@dataclass(frozen=True)
class Collected:
    """Copies as plain JSON, and how many places this key does not open."""

    copies: list[dict[str, Any]]
    n_shut: int


def collect(
    store: Store, directory: Directory, study: Study, private: bytes, *, today: date | None = None
) -> Collected:
    """Return everybody's copy; ``linked`` only where both chose so and have not parted.

    A copy that was given when fewer answers were held back is made anew here: no start can open it.

    Parameters
    ----------
    private : bytes
        The private half of the study's key, 32 bytes.
    """
    day = today or datetime.now(UTC).date()
    found, n_shut = [], 0
    for person_id in placed(store):
        row, account = blob_in(place_of(store, person_id)), directory.account(person_id)
        if row is None or account is None:
            continue
        try:
            content = copy_in(row, private, person_id)
        except WrongKeyError:
            n_shut += 1
            continue
        if content is None or not counts(content, study, day) or content["person_id"] != person_id:
            continue
        if is_ended(store, row, content):
            continue
        couple_id = account.couple_id
        if content["couple_id"] == couple_id:
            linked = content["linked"] and not directory.is_unpaired(couple_id)
            found.append(as_of_now(content, study) | {"linked": linked})
    both = _in_pairs(found)
    copies = [content | {"linked": content["person_id"] in both} for content in found]
    return Collected(copies, n_shut)


def given_to(
    store: Store, directory: Directory, study: Study, private: bytes, *, today: date | None = None
) -> list[Contribution]:
    """Return what everybody gave this study and has not taken back, under the ids of the store."""
    found = []
    for content in collect(store, directory, study, private, today=today).copies:
        published = tuple(
            within(publication_from_json(one), study)
            for one in content["publications"]
            if one["instrument"] in study.instruments
        )
        ids = content["person_id"], content["couple_id"]
        found.append(Contribution(*ids, Grain(content["grain"]), content["linked"], published))
    return found


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


def _in_pairs(contents: Sequence[Mapping[str, Any]]) -> set[str]:
    """Return those who chose to be linked and whose partner did too."""
    by_couple: dict[str, list[str]] = {}
    for one in contents:
        if one["linked"]:
            by_couple.setdefault(one["couple_id"], []).append(one["person_id"])
    return {person_id for both in by_couple.values() if len(both) == 2 for person_id in both}


def _made_up(prefix: str) -> str:
    return f"{prefix}_{secrets.token_hex(8)}"
