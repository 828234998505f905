"""What a sitting makes good of what two have together, as soon as it can open it.

Without their key nobody can: neither a start nor who runs the server. So it is done by the first of the
two who comes, before anything of it is read: rows from before there was a key are sealed, what was held
in a drawer moves, older publications are made anew, and what a restored backup brought back of somebody
who has parted or was erased is destroyed. Each step is one write, and doing it again is harmless.
"""

from collections.abc import Callable, Iterable, Mapping

from workbook.instruments.model import Instrument
from workbook.service.cases.grants import GRANTS
from workbook.service.couple import choices, rounds
from workbook.service.couple.drawers import SEALED, Drawer, Record
from workbook.service.couple.sealing import HELD, TOGETHER, CoupleStore, held_entry, logs_of
from workbook.service.couple.tables import PUBLICATION
from workbook.service.erasing import renewal, rights
from workbook.service.formats.rows import read_row
from workbook.service.identity.directory import Directory
from workbook.service.studies.blob import research_log
from workbook.storage.base import Row, Store, Writing
from workbook.storage.deciding import Seen, decide_where_due


def tend(
    couple: CoupleStore,
    couple_id: str,
    instruments: Mapping[str, Instrument],
    drawer: Drawer | None = None,
    write: Callable[[Writing], object] | None = None,
) -> None:
    """Make good what there is, where the couple's key is open; without one nothing can be.

    Parameters
    ----------
    drawer : Drawer, optional
        Of who comes, with what they hold; two together have none.
    write : callable, optional
        What puts a `Writing` into ``couple`` for that person, and refuses it once they may not.
    """
    if drawer is not None:
        rights.take_in_blocks(couple, couple_id, drawer)
    if couple.is_held:
        return
    couple.reseal()
    destroy_what_is_over(couple, couple_id)
    if drawer is not None and write is not None:
        move_held(couple_id, drawer, write)
    renewal.renew_couple(couple, couple_id, instruments)  # before anything opens
    rounds.settle(couple, couple_id)
    choices.settle(couple, couple_id)


def count_unsealed(store: Store) -> int:
    """Return how many rows about people open with nothing but the store's key: one number for all of it.

    They are of earlier versions: of couples of whom one has not signed in since, or given to a study before
    it had a key.
    """
    shared = [*(f"{name}/" for name in TOGETHER), rights.blocks_log(""), research_log("")]
    logs = [GRANTS, *(log for prefix in shared for log in store.logs(prefix))]
    rows = (row for log in logs for row in store.read(log))
    return sum(row.payload is not None and row.kind != SEALED for row in rows)


def move_held(couple_id: str, drawer: Drawer, write: Callable[[Writing], object]) -> None:
    """Put what waited in a drawer where it belongs; what was for a couple of before is destroyed."""
    held = [record for record in drawer.records() if record.kind == HELD]
    own = [record for record in held if record.payload["couple_id"] == couple_id]
    if own:
        write(Writing([held_entry(record) for record in own], superseded={drawer.log: _numbers(own)}))
    drawer.forget([record for record in held if record not in own])


def destroy_what_is_over(couple: CoupleStore, couple_id: str) -> None:
    """Destroy what lies there of somebody who was erased, and what parting should have ended."""
    directory = Directory(couple)
    if not directory.is_unpaired(couple_id):  # erasing parts a couple as well
        return

    def over(seen: Seen) -> Writing:
        people = {one for log in seen for row in seen[log] if (one := _author(row))}
        erased = {one for one in people if directory.account(one) is None}
        return Writing(forget={log: [row.sequence for row in _over(seen[log], erased)] for log in seen})

    decide_where_due(couple, logs_of(couple_id), over)


def _over(rows: Iterable[Row], erased: set[str]) -> list[Row]:
    ended = (PUBLICATION, rounds.PENDING, choices.CHOICE)
    return [row for row in rows if row.payload is not None and (row.kind in ended or _author(row) in erased)]


def _author(row: Row) -> str:
    return str(read_row(row.payload).get("person_id", "")) if row.payload else ""


def _numbers(records: Iterable[Record]) -> list[int]:
    return [record.sequence for record in records]
