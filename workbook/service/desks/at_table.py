"""The couple's table in process: what one partner and two together may both do there."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from workbook.errors import AccessError, problem
from workbook.exercises import PASSING, Step, check_step, given_to
from workbook.exercises.room import Room
from workbook.service.cases.place import place_cell
from workbook.service.couple import rounds
from workbook.service.couple.drawers import Drawer
from workbook.service.couple.rooms import kept_events
from workbook.service.couple.tables import (
    Fold,
    audit_entry,
    audit_log,
    event_entry,
    fold_table,
    read_fold,
    table_log,
    words_taken_off,
)
from workbook.service.desks.core import Core, Decide
from workbook.service.desks.roles import CoupleService
from workbook.service.desks.sight import SHOWS_CASE, SHOWS_DECISIONS, SHOWS_ROOM, Sight, parts_in
from workbook.service.erasing import rights
from workbook.service.formats.case_values import SessionSeen
from workbook.service.formats.rows import read_row
from workbook.service.formats.values import Actor, Change, Couple, Event, RoomSeen, Table
from workbook.service.identity.directory import couple_log, fold_couple, refuse_unpaired
from workbook.storage.base import Entry, Row, Writing
from workbook.storage.deciding import Seen, decide_and_write


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
        return self._table_in(self._fold())

    def look(self, what: Sequence[str]) -> Sight:
        asked = parts_in(what)
        fold = self._fold() if asked & SHOWS_DECISIONS else None
        couple = self.couple() if asked & SHOWS_ROOM else None
        is_table = fold is not None and "table" in asked
        seen = Sight(
            couple=couple if is_table else None,
            table=self._table_in(fold) if fold is not None and is_table else None,
            room=self._room_of(couple) if couple is not None else None,
            live=self.session_now() if asked & SHOWS_CASE else None,
        )
        return self._with_own(seen, asked, fold)

    def _with_own(self, seen: Sight, asked: frozenset[str], fold: Fold | None) -> Sight:
        """Return the same with what is one person's own; two together have nothing."""
        return seen

    def _fold(self) -> Fold:
        actor = self._seated()
        # Nothing but the table is looked at: how long this takes must not tell what is pending.
        return read_fold(self._core.store_of(actor), actor.couple_id)

    def _table_in(self, fold: Fold) -> Table:
        actor, table = self._actor, fold.table()
        given = given_to(actor.person_id if actor.role == "partner" else "", table.events)
        events = tuple(
            replace(event, payload=dict(payload)) for event, payload in zip(table.events, given, strict=True)
        )
        return self._as_read(replace(table, events=events, asked_from=self._core.asked_from(actor)))

    def read_audit(self) -> list[Event]:
        actor = self._seated()
        rows = self._core.store_of(actor).read(audit_log(actor.couple_id))
        return [
            Event(row.kind, read_row(row.payload), row.operation_id, row.sequence, at=row.at)
            for row in rows
            if row.payload is not None
        ]

    def withdraw(self, instrument: str, occasion: str) -> None:
        core, actor = self._core, self._seated()
        core.shareable(instrument, occasion)
        key, waiting = (instrument, occasion), core.waiting_of(actor)

        def withdraw(seen: Seen) -> Writing:
            fold = fold_table(seen[table_log(actor.couple_id)])
            is_over = fold_couple(seen[couple_log(actor.couple_id)]).is_unpaired
            return rounds.withdrawing(actor.couple_id, fold, waiting, key, is_over=is_over)

        self._write_decided([couple_log(actor.couple_id), table_log(actor.couple_id)], withdraw)
        core.sittings.act(actor.sitting_id)

    def session_now(self) -> SessionSeen | None:
        caseload, couple_id = self._core.caseload, self._seated().couple_id
        found = caseload.sessions.of_couple(couple_id)
        if found is not None:
            caseload.follow_places(found)
            found = caseload.sessions.of_couple(couple_id)
        return None if found is None else caseload.sessions.seen(found)

    # -- the room -----------------------------------------------------------------------
    def room(self) -> RoomSeen | None:
        return self._room_of(self.couple())

    def _room_of(self, couple: Couple) -> RoomSeen | None:
        people = _with_table(couple)
        if len(people) != 2:
            self._core.rooms.close(couple.couple_id)
            return None
        here = people if self._actor.role == "together" else self._present()
        return self._core.rooms.seen(couple.couple_id, here)

    def open_room(self, first: str) -> RoomSeen:
        couple_id, people = self._paired()
        opened = self._core.rooms.open(couple_id, people, self._present(), first)
        self._core.sittings.act(self._actor.sitting_id)
        return opened

    def move_in_room(self, move: str, *, minutes: int | None = None) -> RoomSeen | None:
        self.room()
        couple_id = self._actor.couple_id
        made = self._core.rooms.move(couple_id, self._present(), move, minutes, self._keep_turns)
        self._core.sittings.act(self._actor.sitting_id)
        return made

    def _keep_turns(self, made: Room) -> None:
        couple_id, day = self._actor.couple_id, datetime.now(UTC).date().isoformat()
        entries = [entry for event in kept_events(made, day) for entry in _event_entries(couple_id, event)]

        def keep(seen: Seen) -> Writing:
            refuse_unpaired(seen[couple_log(couple_id)])
            return Writing(entries)

        self._write_decided([couple_log(couple_id)], keep)

    def _paired(self) -> tuple[str, frozenset[str]]:
        """Return the couple's id, and the ids of the two as long as they have a table."""
        couple = self.couple()
        return couple.couple_id, _with_table(couple)

    def _present(self) -> frozenset[str]:
        """Return who is at this page: one, or at one device both."""
        if self._actor.role == "partner":
            return frozenset({self._actor.person_id})
        return self._paired()[1]

    def watch(self, notify: Callable[[Change], None]) -> Callable[[], None]:
        actor = self._seated()
        change = Change("table", actor.couple_id)
        # The couple's own as well: that the other has joined, or parted.
        stops = [self._tell(log(actor.couple_id), change, notify) for log in (table_log, couple_log)]
        moved = Change("room", actor.couple_id)
        stops.append(self._core.rooms.watch(actor.couple_id, lambda: notify(moved)))
        in_session = Change("session", actor.couple_id)
        stops.append(self._core.caseload.sessions.watch(actor.couple_id, lambda: notify(in_session)))
        if (drawer := self._own_drawer()) is not None:
            own = Change("drawer", actor.couple_id)
            stops += [self._tell(name, own, notify) for name in (drawer.log, drawer.cell)]
            stops += self._watch_case(drawer, notify)
        return self._core.stop_at_end(actor, stops)

    def _watch_case(self, drawer: Drawer, notify: Callable[[Change], None]) -> list[Callable[[], None]]:
        """Have somebody hear of their own place in a case, and of what its therapist puts on its board."""
        core, change = self._core, Change("case", self._actor.couple_id)
        names = [place_cell(drawer.person_id), *core.caseload.board_cells(self._actor)]
        stops = [self._tell(name, change, notify) for name in names]
        told = core.caseload.sessions.watch(f"board of {drawer.person_id}", lambda: notify(change))
        return [*stops, told]

    def _tell(self, log: str, change: Change, notify: Callable[[Change], None]) -> Callable[[], None]:
        return self._core.store.watch(log, lambda _: notify(change))

    def _seated(self) -> Actor:
        return self._core.sittings.require(self._actor)

    def _asked_from(self) -> int:
        return self._core.asked_from(self._actor)

    def _own_drawer(self) -> Drawer | None:
        """Return the drawer of who acts alone; two together have none."""
        return None

    def _write_decided(self, logs: Sequence[str], decide: Decide) -> list[Row]:
        """Write what is decided; two together have no account of their own that could be gone."""
        return decide_and_write(self._core.store_of(self._actor), logs, decide)

    def _as_read(self, table: Table) -> Table:
        return rights.without_words(table)


def _with_table(couple: Couple) -> frozenset[str]:
    """Return the ids of the two as long as they have a table."""
    return frozenset() if couple.is_unpaired else frozenset(one.person_id for one in couple.members)


def putting(couple_id: str, event: Event, seen: Seen) -> Writing:
    """Return what puts a joint event on the table, once, if the exercise allows it now.

    Raises
    ------
    AccessError
        The two have parted, or the operation id was used for something else.
    workbook.exercises.ExerciseError
        The step is untimely.
    """
    refuse_unpaired(seen[couple_log(couple_id)])
    events = fold_table(seen[table_log(couple_id)]).events
    same = [known for known in events if known.operation_id == event.operation_id]
    # Steps name what they answer by operation id: the other's id would stand in its place.
    if any(_told(known) != _told(event) for known in same):
        raise AccessError(problem("errors.events.bad_operation"))
    if not same:
        now = datetime.now(UTC)  # what rests for a time rests by the service's clock
        check_step(events, Step(event.kind, event.payload, event.operation_id, event.person_id, now))
    gone = {table_log(couple_id): words_taken_off([*events, event])}
    return Writing(_event_entries(couple_id, event), gone)


def _event_entries(couple_id: str, event: Event) -> list[Entry]:
    """Return the rows of a joint event: on the table, and in the record of what was done there."""
    entry, about = event_entry(couple_id, event), {"kind": event.kind, "person_id": event.person_id}
    if event.kind in PASSING:  # how often somebody said how it went is nobody's to count
        return [entry]
    return [entry, audit_entry(couple_id, entry.operation_id, "event", **about)]


def _told(event: Event) -> tuple[str, str, object]:
    return event.person_id, event.kind, event.payload
