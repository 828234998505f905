"""Copies that were given before a study had a key: they lie open, and are sealed by the next start.

Nobody needs to be there for it: the public halves of the study's and the giver's keys are enough. Who
has not signed in since accounts have a key is waited for: else they could not read what the study has of
them. Such a copy was given for its own number of months, so its own last day stays beside it, where a
start finds it.
"""

from functools import partial

from workbook.service.couple.records import SEALED
from workbook.service.formats.rows import read_row
from workbook.service.identity.directory import Directory
from workbook.service.studies.blob import (
    blob_in,
    copy_name,
    place_of,
    placed,
    replacing,
    research_log,
    seal_blob,
)
from workbook.service.studies.given import as_of_now
from workbook.service.studies.study import Study
from workbook.sharing import Grain
from workbook.storage.base import Store, Writing
from workbook.storage.deciding import Seen, decide_where_due


def seal_earlier(store: Store, directory: Directory, study: Study | None) -> None:
    """Seal what was given before the study had a key, and destroy it as it lay. Again is harmless."""
    if study is None or not study.public_key:
        return
    for person_id in placed(store):
        log = research_log(person_id)
        decide_where_due(store, [log], partial(_sealing, store, directory, study, person_id))


def _sealing(store: Store, directory: Directory, study: Study, person_id: str, _seen: Seen) -> Writing:
    rows = place_of(store, person_id)
    row, account = blob_in(rows), directory.account(person_id)
    if row is None or row.kind == SEALED or account is None or account.keys is None:
        return Writing()
    content = read_row(row.payload or b"{}")
    is_given = content["grain"] != Grain.NOTHING
    until = content["until"] if is_given else study.ends
    named = content | {"copy": copy_name(row, content)}
    copy = as_of_now(named, study) if is_given else None
    keys = bytes.fromhex(study.public_key), bytes.fromhex(account.keys.public)
    sealed = seal_blob(copy, *keys, person_id)
    return replacing(rows, person_id, sealed, until, is_same=True)
