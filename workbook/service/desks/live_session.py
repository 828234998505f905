"""What a therapist may do in a session, in process: run it, ask to show topics, run the couple's room."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime

from workbook.content.exercise import exercises
from workbook.errors import AccessError, CaseError, WorkbookError, problem
from workbook.frames import occasion_number
from workbook.service.cases import live as rules
from workbook.service.cases.board import Board
from workbook.service.cases.live import Live
from workbook.service.cases.office import ALONE, Joined, Office
from workbook.service.cases.place import place_cell
from workbook.service.cases.records import PracticeFold, mark_record
from workbook.service.cases.sessions import Change
from workbook.service.desks.core import Core
from workbook.service.desks.roles import TherapistService
from workbook.service.formats.case_values import SessionMark, SessionSeen
from workbook.service.formats.values import Actor, RoomSeen

ROOM, WEEKLY = "room", "weekly"
NOBODY: frozenset[str] = frozenset()


class LiveSession(TherapistService):
    """The part of a therapist's interface that is about a session; bound to one actor for a sitting."""

    def __init__(self, core: Core, actor: Actor) -> None:
        self._core = core
        self._actor = actor

    @property
    def actor(self) -> Actor:
        return self._actor

    # -- a session, live ----------------------------------------------------------------
    def open_session(self, case_id: str) -> SessionSeen:
        core, office = self._core, self._office()
        fold = office.fold()
        fold.case(case_id)
        board, people = self._joined(office, fold, case_id)
        ticks = fold.ticks.get(case_id, ())
        ids = tuple(one.place.person_id for one in people)
        if len(ids) != 2 or not {f"{ALONE}{one}" for one in ids} <= set(ticks):
            raise CaseError(problem("errors.case.seen_alone_first"))

        def make(now: datetime) -> Live:
            about = office.person_id, case_id, board.couple_id, (ids[0], ids[1])
            return rules.open_live(*about, now, core.caseload.sessions.offer)

        before = core.caseload.sessions.of_case(case_id)
        opened = core.caseload.sessions.open(case_id, make)
        if before is None or before.id != opened.id:
            self._follow_places(office, opened)
        self._act()
        return core.caseload.sessions.seen(opened, is_therapist=True)

    def session(self, case_id: str) -> SessionSeen | None:
        office = self._office()
        office.fold().case(case_id)
        self._core.caseload.look_again(office, case_id)
        found = self._core.caseload.sessions.of_case(case_id)
        return None if found is None else self._core.caseload.sessions.seen(found, is_therapist=True)

    def go_to_step(self, case_id: str, step: str) -> SessionSeen:
        return self._change(
            case_id, lambda live, _: rules.go_to(live, step, self._core.caseload.sessions.offer)
        )

    def pause_session(self, case_id: str, *, paused: bool) -> SessionSeen:
        return self._change(case_id, lambda live, now: rules.pause(live, now, paused=paused is True))

    def set_timer(self, case_id: str, minutes: int) -> SessionSeen:
        offer = self._core.caseload.sessions.offer
        return self._change(case_id, lambda live, now: rules.set_timer(live, minutes, now, offer))

    def start_in_session(self, case_id: str, what: str) -> SessionSeen:
        if what not in ("", ROOM, WEEKLY) and what not in exercises():
            raise CaseError(problem("errors.events.not_allowed", field="what"))
        return self._change(case_id, lambda live, _: replace(live, started=what))

    def reveal(self, case_id: str, facet: str, occasion: str) -> SessionSeen:
        core, topic = self._core, (facet, occasion)
        core.caseload.refuse_no_topic(facet, occasion)
        before, offer = self._going_on(case_id), core.caseload.sessions.offer
        asked = rules.ask(before, topic, offer).standing
        # Of both, whatever either has granted; and told at once, with the asking.
        shown = core.caseload.shown_by(case_id, before.people, asked)

        def ask(live: Live, _at: datetime) -> Live:
            made = rules.ask(live, topic, offer)
            for person_id, own in shown.items():
                made = rules.lay_out(made, person_id, own, offer)
            return made

        seen = self._change(case_id, ask)
        if seen.asked == asked:
            return seen
        for person_id in before.people:  # the therapist asked for something else meanwhile
            core.caseload.lay_out(case_id, person_id)
        return self._seen_now(case_id)

    def cover(self, case_id: str, facet: str) -> SessionSeen:
        return self._change(case_id, lambda live, _: rules.cover(live, facet))

    def allow_reveals(self, case_id: str, most: int) -> SessionSeen:
        return self._change(
            case_id, lambda live, _: rules.allow(live, most, self._core.caseload.sessions.offer)
        )

    def end_session(self, case_id: str) -> None:
        office = self._office()
        fold = office.fold()
        fold.case(case_id)
        ended = self._core.caseload.sessions.change(case_id, lambda live, _: rules.end(live))
        minutes = max(1, round((datetime.now(UTC) - ended.began).total_seconds() / 60))
        day, topics = ended.began.date().isoformat(), tuple(facet for facet, _ in ended.asked)
        _, people = office.joined(fold, case_id).get(case_id, (None, []))
        newest = (_newest(people, kind) for kind in ("assessment", "week"))
        mark = SessionMark(ended.id, day, minutes, ended.steps, topics, *newest)
        office.drawer.add([mark_record(case_id, mark)])
        self._act()

    # -- the couple's room, while a session goes on -------------------------------------
    def case_room(self, case_id: str) -> RoomSeen | None:
        live = self._going_on(case_id)
        return _as_nobody(self._core.rooms.seen(live.couple_id, NOBODY))

    def open_case_room(self, case_id: str, first: str) -> RoomSeen:
        live = self._going_on(case_id)
        opened = self._core.rooms.open(live.couple_id, live.people, NOBODY, first)
        self._act()
        return replace(opened, keeps=False)

    def move_in_case_room(self, case_id: str, move: str, *, minutes: int | None = None) -> RoomSeen | None:
        live = self._going_on(case_id)
        made = self._core.rooms.move(live.couple_id, NOBODY, move, minutes)
        self._act()
        return _as_nobody(made)

    # -- within -----------------------------------------------------------------------
    def _office(self) -> Office:
        return self._core.caseload.office_of(self._actor)

    def _act(self) -> None:
        self._core.sittings.act(self._actor.sitting_id)

    def _joined(self, office: Office, fold: PracticeFold, case_id: str) -> tuple[Board, list[Joined]]:
        found = office.joined(fold, case_id).get(case_id)
        if found is None:
            raise AccessError(problem("errors.access.not_yours"))
        return found

    def _going_on(self, case_id: str) -> Live:
        """Return the session of one's own case that goes on.

        Raises
        ------
        AccessError
            The case is not one's own, or no session goes on.
        """
        self._office().fold().case(case_id)
        found = self._core.caseload.sessions.of_case(case_id)
        if found is None or found.is_over:
            raise CaseError(problem("errors.case.no_session"))
        return found

    def _change(self, case_id: str, change: Change) -> SessionSeen:
        self._going_on(case_id)
        self._core.caseload.sessions.change(case_id, change)
        self._act()
        return self._seen_now(case_id)

    def _seen_now(self, case_id: str) -> SessionSeen:
        return self._core.caseload.sessions.seen(self._going_on(case_id), is_therapist=True)

    def _follow_places(self, office: Office, live: Live) -> None:
        """Have what is shown follow the places of the two, whichever server writes them."""

        def look(_rows: object) -> None:
            with suppress(WorkbookError):  # the case was closed, or the sitting is over
                self._core.caseload.look_again(office, live.case_id)

        stops = [self._core.store.watch(place_cell(person_id), look) for person_id in live.people]
        self._core.stop_at_end(self._actor, stops)

    def _tell_couple(self, office: Office, case_id: str) -> None:
        """Have the pages of those who joined look at the board anew."""
        _, people = office.joined(office.fold(), case_id).get(case_id, (None, []))
        for one in people:
            self._core.caseload.sessions.tell(f"board of {one.place.person_id}")


def _newest(people: Sequence[Joined], kind: str) -> int:
    """Return the newest time of which any of these grants something; 0 where none does."""
    granted = {str(made["occasion"]) for one in people for made in one.place.publications()}
    return max((occasion_number(one) for one in granted if one.startswith(f"{kind}-")), default=0)


def _as_nobody(seen: RoomSeen | None) -> RoomSeen | None:
    """Return a room as somebody sees it who is neither of the two: whether they keep it is theirs."""
    return None if seen is None else replace(seen, keeps=False)
