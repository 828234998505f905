"""A study with a key whose private half is known here, and the file of it as its researcher has it."""

from dataclasses import replace
from pathlib import Path

from workbook.service.formats import crypto
from workbook.service.formats.rows import write_row
from workbook.service.identity.codes import plain_code
from workbook.service.identity.locks import lock_key
from workbook.service.studies.blob import blob_in, emptying, given_cell, place_of, research_log
from workbook.service.studies.given import copy_in
from workbook.service.studies.study import Study, write_study
from workbook.service.studies.study_key import FILE_NAME, StudyKey, write_study_key
from workbook.storage.base import Entry, Store

PRIVATE = bytes(range(1, 33))
PASSPHRASE = "five slow herons fishing"
CODE = "AAAAA-BBBBB-CCCCC-DDDDD-EEEEE-FFFFF"
NEVER = "2999-01-01"
_CHEAP = crypto.Cost(memory_kib=64, passes=1, lanes=1)


def with_key(study: Study, private: bytes = PRIVATE, *, ends: str = NEVER) -> Study:
    return replace(study, ends=ends, public_key=crypto.public_of(private).hex())


def locked(private: bytes = PRIVATE, passphrase: str = PASSPHRASE) -> StudyKey:
    public = crypto.public_of(private).hex()
    secrets = (passphrase, plain_code(CODE))
    return StudyKey(public, *(lock_key(private, one, f"study {public}", _CHEAP) for one in secrets))


def write_keyed(study: Study, data: Path) -> None:
    """Write a study that has a key, and its key, which `PASSPHRASE` opens, into a data folder."""
    write_study(study, data, replace=True)
    write_study_key(locked(), data / FILE_NAME)


def lay_open(store: Store, study: Study, person_id: str, until: str = NEVER) -> None:
    """Put one person's copy, or their no, as it lay before the study had a key; without a trace of now."""
    rows = place_of(store, person_id)
    row = blob_in(rows)
    content = None if row is None else copy_in(row, PRIVATE, person_id)
    if content is None:
        kind, content = (
            "taken-back",
            {"grain": "nothing", "linked": False, "chosen": "2026-05-01", "until": ""},
        )
    else:
        kind, content = "given", {**content, "until": until}
        del content["key"], content["copy"]
    content["text_hash"] = study.earlier_words_hash
    entry = Entry(research_log(person_id), f"before-{len(rows)}", kind, write_row(content))
    cell = given_cell(person_id)
    there = {cell: None} if store.read_cell(cell).content else {}
    seen = {cell: store.read_cell(cell).stamp}
    store.write([entry], forget=emptying(rows).forget, cells=there, seen=seen)


def typed() -> str:
    return PASSPHRASE


def passphrase_file(folder: Path, passphrase: str = PASSPHRASE) -> Path:
    """Return a file of its owner's alone that holds a passphrase."""
    file = folder / "passphrase"
    file.touch(mode=0o600)
    file.write_text(passphrase + "\n", encoding="utf-8")
    return file
