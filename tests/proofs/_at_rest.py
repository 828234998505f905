"""What three observers of a disk see there once nobody is at the workbook: for comparing two worlds.

*without*: who has the disk and no key. *with*: who has the file's key as well. *partner*: who has the
partner's passphrase, too.
"""

import hashlib
import json
import re
import struct
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlcipher3

from tests.proofs._writing import KEY
from workbook.service.couple.drawers import Drawer
from workbook.service.couple.sealing import CoupleStore
from workbook.service.couple.waiting import Waiting
from workbook.service.identity.couple_keys import open_couple_key
from workbook.service.identity.directory import Directory
from workbook.service.identity.locks import unlock
from workbook.storage.heads_file import Keys, parse
from workbook.storage.read_only import ReadOnlyStore
from workbook.storage.spare import FILE_NAME as SPARE_NAME
from workbook.storage.sqlcipher import FILE_NAME, HEADS_NAME

_CHANGES_AT = 8  # in the file that SQLite's connections share: a number of commits, in clear
_DRAWN = re.compile(r"[0-9a-f]{32}")  # operation ids that are drawn by chance


@dataclass(frozen=True, slots=True)
class Seen:
    """What is told, by observer; ``n_pages`` is how many pages the database has, which chance moves a little."""

    without: Any
    with_key: Any
    partner: Any
    n_pages: int


def look(folder: Path, name: str, passphrase: str, places: Sequence[Path] = ()) -> Seen:
    """Look at a data folder and what lies beside it, and as the person of that name, with their passphrase.

    Where ``places`` are named, these alone are the disk.
    """
    files = {(place.name, name): told for place in places or [folder] for name, told in _files(place).items()}
    pages, told = _with_the_key(folder / "data")
    return Seen(files, told, _as_partner(folder / "data", name, passphrase), pages)


def stamps(folder: Path) -> dict[str, str]:
    """Return what stands for each cell, to tell which were written anew between two looks."""
    connection = _open(folder / "data")
    found = connection.execute("SELECT name, hex(digest) FROM cells").fetchall()
    connection.close()
    return dict(found)


def _files(folder: Path) -> dict[str, Any]:
    found = {}
    for path in sorted(folder.rglob("*")):
        if not path.is_file():
            continue
        content, about = path.read_bytes(), path.stat()
        day = int(about.st_mtime // 86_400)
        # How large the database is, is judged apart: where SQLite splits a page hangs on ids drawn by chance.
        size = None if path.name == FILE_NAME else about.st_size
        commits = struct.unpack_from("<I", content, _CHANGES_AT)[0] if path.name.endswith("-shm") else None
        found[str(path.relative_to(folder))] = (size, day, commits, content.count(b"\n") // 16)
        if path.name in (FILE_NAME, HEADS_NAME, SPARE_NAME):  # which look random
            found[str(path.relative_to(folder))] = (size, day, commits, _looks_random(content))
    return found


def _looks_random(content: bytes) -> bool:
    counted = Counter(content[4_096:])
    expected = (len(content) - 4_096) / 256
    return all(abs(counted[byte] - expected) < 8 * expected**0.5 + 8 for byte in range(256))


def _open(data: Path) -> sqlcipher3.Connection:
    connection = sqlcipher3.connect(f"file:{data / FILE_NAME}?mode=ro&immutable=1", uri=True)
    connection.execute(f"PRAGMA key = \"x'{KEY.hex()}'\"")
    return connection


def _with_the_key(data: Path) -> tuple[int, Any]:
    connection = _open(data)
    ask = lambda sql: connection.execute(sql).fetchall()  # noqa: E731
    rows = ask(
        "SELECT name, sequence, kind, at, length(payload), length(operation_id), length(salt) "
        "FROM rows JOIN logs ON logs.id = log_id ORDER BY log_id, sequence"
    )
    told = {
        "logs": ask("SELECT id, name FROM logs ORDER BY id"),
        "rows": rows,
        "cells": ask(
            "SELECT id, name, length(content), length(digest), length(before) FROM cells ORDER BY id"
        ),
        "free": ask("PRAGMA freelist_count"),
    }
    (n_pages,) = ask("PRAGMA page_count")[0]
    connection.close()
    heads = parse(Keys.of(KEY), (data / HEADS_NAME).read_bytes())
    told["heads"] = sorted((tag.hex(), head.n_rows, head.n_forgotten) for tag, head in heads.heads.items())
    told["changed"] = len(heads.changed)
    return n_pages, told


def _as_partner(data: Path, name: str, passphrase: str) -> Any:
    """Return all that opens for one of the two; but of what the other's cell holds, only that it opens."""
    store = ReadOnlyStore(data, KEY)
    directory = Directory(store)
    couples = [directory.accounts_of(couple_id) for couple_id in directory.couples()]
    account = next(one for couple in couples for one in couple if one.name == name)
    key = unlock(account.by_passphrase, passphrase, account.person_id) or b""
    couple = CoupleStore(store, account.couple_id, open_couple_key(store, account, key))
    drawer = Drawer(store, account.person_id, key)
    waiting = Waiting(couple, directory.pair(account.couple_id).people, drawer)
    rows = {log: [_plain(row.kind, row.operation_id, row.payload) for row in couple.read(log)]
            for log in store.logs() if log.split("/")[0] in ("table", "audit", "pending")}  # fmt: skip
    own = [_plain(one.kind, one.operation_id, one.payload) for one in drawer.records()]
    told = [
        rows,
        own,
        sorted(map(str, waiting.own())),
        [len(waiting._opened(one)) > 0 for one in waiting.others()],
    ]
    store.close()
    return json.dumps(told, sort_keys=True, default=str)


def _plain(kind: str, operation_id: str, content: Any) -> list[str]:
    text = json.dumps(content, sort_keys=True, default=lambda raw: raw.decode("utf-8", "replace"))
    return [kind, _DRAWN.sub("drawn", operation_id), _DRAWN.sub("drawn", text)]


def digest(told: Any) -> str:
    """Return a short name for what an observer was told."""
    return hashlib.sha256(json.dumps(told, sort_keys=True, default=str).encode()).hexdigest()[:12]
