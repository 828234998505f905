"""The one log of all accounts, as it was before each had their own: its rows are moved, then destroyed.

Every row that is moved is named after the one it comes from, and nothing is destroyed before all are
moved: cut short anywhere, and done by two servers at once, it ends the same. A backup from before brings
the older rows back, since without them it would hold no account; the start after restoring moves them.
"""

from collections.abc import Sequence

from workbook.instruments.library import FIRST_EDITION
from workbook.service.formats.rows import read_row
from workbook.service.identity.directory import (
    Account,
    account_entry,
    couple_entries,
    erased_entry,
    fold_account,
    member_entry,
    unpaired_entries,
)
from workbook.storage.base import Entry, Row, Store, Writing
from workbook.storage.memory import MemoryStore

LOG = "directory"
_TOGETHER = 500  # entries of one write


def move(store: Store) -> None:
    """Return everybody in the older log a log of their own. Doing it again is harmless."""
    rows = store.read(LOG)
    entries = moved_entries(rows)
    for start in range(0, len(entries), _TOGETHER):
        store.write(entries[start : start + _TOGETHER])
    living = [row.sequence for row in rows if row.payload is not None]
    if living:
        store.write((), superseded={LOG: living})


def moved_entries(rows: Sequence[Row]) -> list[Entry]:
    """Return what the rows of the older log say, as entries of the logs of today."""
    entries: list[Entry] = []
    joined: dict[str, list[Account]] = {}
    for row in rows:
        if row.payload is None:
            continue
        content = read_row(row.payload)
        if row.kind == "couple":
            entries += couple_entries(content["couple_id"], content["code"], FIRST_EDITION)
        elif row.kind == "account":
            (account,) = filter(None, [fold_account([row])])
            joined.setdefault(account.person_id, []).append(account)
            entries.append(account_entry(account, f"moved/{row.sequence}"))
        elif row.kind == "erased":
            entries.append(erased_entry(content["person_id"], content["couple_id"]))
        elif row.kind == "unpaired":
            entries += unpaired_entries(content["couple_id"])
    members = [account for versions in joined.values() for account in versions]
    members.sort(key=lambda account: account.place)
    return [*entries, *(member_entry(account.couple_id, account.person_id) for account in members)]


def rows_about(store: Store, person_id: str) -> Writing:
    """Return all rows the older log ever held of a person, to be destroyed: a backup may have them."""
    own = [row.sequence for row in store.read(LOG) if row.operation_id.startswith(f"account/{person_id}/")]
    return Writing(forget={LOG: own})


def as_moved(store: Store) -> Store:
    """Return a store to look up accounts in, where this one is only looked at and still unmoved."""
    rows = store.read(LOG)
    if not any(row.payload is not None for row in rows):
        return store
    moved = MemoryStore()
    known = [row for prefix in ("account/", "couple/", "code/", "parted/") for log in store.logs(prefix)
             for row in store.read(log)]  # fmt: skip
    moved.write([Entry(row.log, row.operation_id, row.kind, row.payload) for row in known if row.payload])
    moved.write(moved_entries(rows))
    return moved
