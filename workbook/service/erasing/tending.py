"""What a sitting makes good of what two have together, as soon as it can open it.

Without their key nobody can: neither a start nor who runs the server. So it is done by the first of the
two who comes, before anything of it is read: rows from before there was a key are sealed, what was held
in a drawer moves, older publications are made anew, and what a restored backup brought back of somebody
who has parted or was erased is destroyed. Each step is one write, and doing it again is harmless.
"""

from collections.abc import Callable, Iterable, Mapping

from workbook.instruments.model import Instrument
from workbook.service.couple import choices, rounds
from workbook.service.couple.drawers import Drawer, drawer_log, private_cell
from workbook.service.couple.records import HELD, SEALED, Record
from workbook.service.couple.sealing import TOGETHER, CoupleStore, held_entry, logs_of
from workbook.service.couple.tables import PUBLICATION, fold_table, table_log
from workbook.service.couple.waiting import Waiting, pending_log
from workbook.service.erasing import renewal, rights
from workbook.service.formats.rows import read_row
from workbook.service.identity.directory import Directory, couple_log, fold_couple
from workbook.service.studies.blob import research_log
from workbook.storage.base import Row, Store, Writing
from workbook.storage.deciding import Seen, decide_where_due
from workbook.storage.spare import PassOverFullDisk

Decide = Callable[[Iterable[str], Callable[[Seen], Writing]], object]


def tend(
    couple: CoupleStore, waiting: Waiting, instruments: Mapping[str, Instrument], decide: Decide
) -> bool:
    """Make good what there is, as far as the couple's key is open; return whether all of it was.

    On a full disk what only moves or opens something is left to a later time: the two can read meanwhile.
    What takes something from sight is not.

    Parameters
    ----------
    waiting : Waiting
        Of who comes, with their drawer; two together have none.
    decide : callable
        What writes for who comes what is decided from the rows of some logs, and refuses it once they may
        not; see `workbook.storage.deciding.decide_and_write`.
    """
    couple_id, drawer = couple.couple_id, waiting.drawer
    if drawer is not None:
        rights.take_in_blocks(couple, couple_id, drawer)
    if not couple.is_held:
        with PassOverFullDisk():
            couple.reseal()
        destroy_what_is_over(couple, couple_id)
        if drawer is not None:
            with PassOverFullDisk():
                move_held(couple_id, drawer, decide)
        renewal.renew_couple(couple, couple_id, instruments)  # before anything opens
    with PassOverFullDisk():
        if not couple.is_held:
            rounds.settle(couple, couple_id)
        arrange_waiting(waiting, instruments, decide)
        return True
    return False


def arrange_waiting(waiting: Waiting, instruments: Mapping[str, Instrument], decide: Decide) -> None:
    """Bring what waits to where it waits now, make it anew, and open what both have decided."""
    couple_id = waiting.couple.couple_id
    pending, table, people = pending_log(couple_id), table_log(couple_id), couple_log(couple_id)
    wrote: list[Writing] = []

    def step(made: Callable[[Seen], Writing]) -> bool:
        def judged(seen: Seen) -> Writing:
            wrote[:] = [Writing() if fold_couple(seen[people]).is_unpaired else made(seen)]
            return wrote[0]

        decide([people, pending, table], judged)
        return not wrote[0].is_empty

    step(lambda seen: waiting.taking_in(seen[pending]))
    if not waiting.couple.is_held:
        if waiting.drawer is not None:
            step(lambda _seen: waiting.moving_held())
        step(lambda _seen: waiting.renewing(instruments))
        step(lambda _seen: waiting.rewriting())
        while step(lambda seen: rounds.opening_due(couple_id, fold_table(seen[table]), waiting)):
            pass
        while step(lambda seen: choices.joining_due(fold_table(seen[table]), waiting)):
            pass


def count_unsealed(store: Store) -> int:
    """Return how many rows about people open with nothing but the store's key: one number for all of it.

    They are of earlier versions: of couples of whom one has not signed in since, or given to a study before
    it had a key.
    """
    shared = [*(f"{name}/" for name in TOGETHER), rights.blocks_log(""), research_log("")]
    logs = [log for prefix in shared for log in store.logs(prefix)]
    rows = (row for log in logs for row in store.read(log))
    return sum(row.payload is not None and row.kind != SEALED for row in rows)


def count_to_move(store: Store) -> int:
    """Return how many drawers hold what is private in rows still: their people have not come since."""
    there = set(store.cells(private_cell("")))
    older = (log.removeprefix(drawer_log("")) for log in store.logs(drawer_log("")))
    living = (one for one in older if private_cell(one) not in there)
    return sum(any(row.payload is not None for row in store.read(drawer_log(one))) for one in living)


def move_held(couple_id: str, drawer: Drawer, decide: Decide) -> None:
    """Put what waited in a drawer where it belongs; what was for a couple of before is destroyed."""
    held = [record for record in drawer.records() if record.kind == HELD and record.after is None]
    own = [record for record in held if record.payload["couple_id"] == couple_id]
    if own:
        moved = Writing([held_entry(record) for record in own], superseded={drawer.log: _numbers(own)})
        decide([], lambda _seen: moved)
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
    ended = (PUBLICATION, "pending")
    return [row for row in rows if row.payload is not None and (row.kind in ended or _author(row) in erased)]


def _author(row: Row) -> str:
    return str(read_row(row.payload).get("person_id", "")) if row.payload else ""


def _numbers(records: Iterable[Record]) -> list[int]:
    return [record.sequence for record in records]
