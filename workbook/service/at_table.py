"""The couple's table in process: what one partner and two together may both do there."""

from collections.abc import Callable

from workbook.errors import AccessError, problem
from workbook.exercises import TAKES_OFF, Step, check_step
from workbook.service import rights
from workbook.service.core import Core
from workbook.service.couple import rounds
from workbook.service.couple.drawers import Drawer
from workbook.service.couple.tables import audit_entry, audit_log, event_entry, event_of, read_fold, table_log
from workbook.service.roles import CoupleService
from workbook.service.rows import read_row
from workbook.service.values import Actor, Change, Couple, Event, Table
from workbook.storage.base import Row


class AtTable(CoupleService):
    """What lies on the table, read and taken back; bound to one actor for a sitting."""

    def __init__(self, core: Core, actor: Actor) -> None:
        self._core = core
        self._actor = actor

    @property
    def actor(self) -> Actor:
        return self._actor

    def couple(self) -> Couple:
        return self._core.directory.couple(self._seated().couple_id)

    def read_table(self) -> Table:
        actor = self._seated()
        # Nothing but the table is looked at: how long this takes must not tell what is pending.
        return self._as_read(read_fold(self._core.store, actor.couple_id).table())

    def read_audit(self) -> list[Event]:
        rows = self._core.store.read(audit_log(self._seated().couple_id))
        return [
            Event(row.kind, read_row(row.payload), row.operation_id, row.sequence, at=row.at)
            for row in rows
            if row.payload is not None
        ]

    def withdraw(self, instrument: str, occasion: str) -> None:
        core, actor = self._core, self._seated()
        core.shareable(instrument, occasion)
        drawer = self._own_drawer()
        with core.lock_of(actor.couple_id):
            if drawer is not None:
                core.account_of(actor)  # erased meanwhile: nothing of theirs is written any more
            rounds.withdraw(core.store, actor.couple_id, (instrument, occasion), drawer)
        core.sittings.act(actor.sitting_id)

    def watch(self, notify: Callable[[Change], None]) -> Callable[[], None]:
        actor = self._seated()
        stops = [self._tell(table_log(actor.couple_id), Change("table", actor.couple_id), notify)]
        if (drawer := self._own_drawer()) is not None:
            stops.append(self._tell(drawer.log, Change("drawer", actor.couple_id), notify))
        return self._core.stop_at_end(actor, stops)

    def _tell(self, log: str, change: Change, notify: Callable[[Change], None]) -> Callable[[], None]:
        return self._core.store.watch(log, lambda _: notify(change))

    def _seated(self) -> Actor:
        return self._core.sittings.require(self._actor)

    def _own_drawer(self) -> Drawer | None:
        """Return the drawer of who acts alone; two together have none."""
        return None

    def _as_read(self, table: Table) -> Table:
        return rights.without_words(table)


def put_event(core: Core, couple_id: str, event: Event) -> Event:
    """Put a joint event on the table, once, if the exercise allows it now; return it as it is kept.

    Raises
    ------
    AccessError
        The two have parted, or the operation id was used for something else.
    workbook.exercises.ExerciseError
        The step is untimely.
    """
    core.refuse_unpaired(couple_id)
    entry = event_entry(couple_id, event)
    events = read_fold(core.store, couple_id).events  # not the publications: each takes its time
    same = [known for known in events if known.operation_id == event.operation_id]
    # Steps name what they answer by operation id: the other's id would stand in its place.
    if any(known.person_id != event.person_id for known in same):
        raise AccessError(problem("errors.events.bad_operation"))
    if not same:
        check_step(events, Step(event.kind, event.payload, event.operation_id, event.person_id))
    audit = audit_entry(couple_id, entry.operation_id, "event", kind=event.kind, person_id=event.person_id)
    kept = _kept(core.store.append([entry, audit])[0])
    if event.kind in TAKES_OFF:
        core.store.forget(table_log(couple_id), read_fold(core.store, couple_id).words_taken_off())
    if (kept.kind, kept.payload) != (event.kind, event.payload):
        raise AccessError(problem("errors.events.bad_operation"))
    return kept


def _kept(row: Row) -> Event:
    if row.payload is None:  # written once, and taken back since
        raise AccessError(problem("errors.events.bad_operation"))
    return event_of(row)
