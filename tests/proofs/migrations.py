"""A store written by the first schema opens under the newest, and a kill leaves it old or new.

``schema_1/`` was written by the code of the first schema and is committed; both of its people's
passphrases and the key are in `_partners` and `_writing`. The migrating process is killed before
and after each of its statements; what is left must be one schema or the other, whole, and the
real service must then give back every answer.
"""

import shutil
from dataclasses import replace
from pathlib import Path

import sqlcipher3

from tests.proofs import _migrating, _partners
from tests.proofs._writing import KEY
from tests.proofs.harness import Counts, proof
from tests.proofs.kills import forking
from tests.proofs.power_cuts import scratch
from workbook.errors import WorkbookError
from workbook.instruments import FIRST_EDITION
from workbook.storage.schema import SCHEMA_VERSION
from workbook.storage.sqlcipher import FILE_NAME

OLD = Path(__file__).with_name("schema_1")
N_ACTS = 20
_PARTS = {
    1: set(),
    2: {"rows_forgotten"},
    3: {"rows_forgotten", "marks"},
    4: {"rows_forgotten", "marks", "cells"},
}  # what tells each schema apart


@proof(
    "migrations",
    bound="killed at every statement: the old schema or the new, never between; every answer there",
    full=60,
    short=6,
    holds=lambda counts: not counts["between"] and not counts["lost"] and counts["old"] > 0 < counts["new"],
)
def migrations(size: int, seed: int) -> Counts:
    """Kill at ``size`` points: before and after each statement, over and over."""
    return _migrate(size, unsafe=False)


@migrations.control(size=12, fails=lambda counts: counts["between"] > 0)
def without_a_transaction(size: int, seed: int) -> Counts:
    """Each statement commits by itself."""
    return _migrate(size, unsafe=True)


def _migrate(size: int, *, unsafe: bool) -> Counts:
    counts: Counts = dict.fromkeys(("trials", "old", "new", "between", "lost"), 0)
    with scratch() as folder:
        n_statements = _n_statements(folder / "whole", unsafe=unsafe)
        points = [(0, False)]  # 0: not killed, so that the new schema is seen as well
        points += [(number, after) for number in range(n_statements, 0, -1) for after in (True, False)]
        for trial in range(size):
            number, after = points[trial % len(points)]
            copy = folder / f"copy-{trial}"
            _run(copy, number, after=after, unsafe=unsafe)
            counts["trials"] += 1
            counts[_schema_of(copy)] += 1
            counts["lost"] += not _is_whole(copy)
            shutil.rmtree(copy)
    return counts


def _n_statements(folder: Path, *, unsafe: bool) -> int:
    _run(folder, 0, after=False, unsafe=unsafe)
    return int((folder / "migrated").read_text())


def _run(folder: Path, fatal: int, *, after: bool, unsafe: bool) -> None:
    shutil.copytree(OLD, folder)
    process = forking().Process(
        target=_migrating.migrate_until_killed,
        args=(folder, fatal),
        kwargs={"after": after, "unsafe": unsafe},
    )
    process.start()
    process.join(60)
    process.kill()
    process.join()


def _schema_of(folder: Path) -> str:
    connection = sqlcipher3.connect(str(folder / FILE_NAME))
    connection.execute(f"PRAGMA key = \"x'{KEY.hex()}'\"")
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    noted = connection.execute("SELECT version_num FROM alembic_version").fetchall()
    found = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
    connection.close()
    if noted != [(f"{version:04d}",)] or found & _PARTS[SCHEMA_VERSION] != _PARTS[version]:
        return "between"
    return "new" if version == SCHEMA_VERSION else "old"


def _is_whole(folder: Path) -> bool:
    try:
        household = _partners.open_household(folder)
    except WorkbookError:
        return False
    try:
        partners = _partners.sign_in(household, (OLD / "code").read_text().strip())
        states = [_partners.state_of(partner) for partner in partners]
        # Their notes were moods, which are destroyed when a drawer opens: see `workbook.service.couple.trail`.
        return states == [
            replace(_partners.state_after(person, N_ACTS, FIRST_EDITION), notes=[]) for person in (0, 1)
        ]
    finally:
        household.close()
