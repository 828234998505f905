"""The session: it reads through the service, is notified of changes, and offers the verbs."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import pandas as pd
import traitlets as t

from workbook.address import Address, at
from workbook.content import speaking, spoken
from workbook.errors import AccessError, StorageError, problem
from workbook.frames import RESPONSES, empty, occasion_number
from workbook.instruments import ASKED, Chapter, Instrument, catalogue, in_edition
from workbook.service.couple import drafts, editions
from workbook.service.couple.trail import is_place
from workbook.service.desks.roles import CoupleService, PartnerService, TogetherService
from workbook.service.desks.sight import SHOWS_CASE, SHOWS_DECISIONS, SHOWS_ROOM
from workbook.service.formats.values import (
    CHANGES,
    Answer,
    Change,
    Couple,
    Event,
    HeldBack,
    Member,
    Table,
)
from workbook.session.drawer import FIRST_OCCASION, HOME
from workbook.session.in_case import InCase
from workbook.session.in_room import InRoom
from workbook.session.own_day import own_today
from workbook.session.progress import NEEDS_NOW, WEEKLY, Progress
from workbook.sharing import TAKES_OWN_NEEDS, WEEKS, Grain

Made = TypeVar("Made")


class Session(InRoom, InCase, Progress):
    """One sitting of one person, or of two together on one device.

    No trait fires before ``__init__`` is done. The service tells of changes on a thread of
    its own; see `Hearing`. ``language`` is what its pages are written in: by default what is
    spoken as it begins.

    Examples
    --------
    >>> from workbook.service.demo import open_demo  # doctest: +SKIP
    >>> session = Session(open_demo()[1])              # doctest: +SKIP
    >>> session.chapter_status("connection.talk")    # doctest: +SKIP
    'complete'
    """

    page = t.Instance(Address, args=(HOME.kind,))
    trouble = t.Tuple()

    def __init__(
        self,
        service: CoupleService,
        *,
        instruments: Mapping[str, Instrument] | None = None,
        language: str | None = None,
    ) -> None:
        super().__init__()
        self.language = spoken() if language is None else language
        self.service = service
        self.actor = service.actor
        with speaking(self.language):
            self._editions = {ASKED: catalogue() if instruments is None else instruments}
        self._chapters: dict[int, dict[str, tuple[Instrument, Chapter]]] = {}
        self.responses: pd.DataFrame = empty(RESPONSES)
        self.events: list[Event] = []
        self.table = Table()
        self.room = None
        self.case, self.live = None, None
        self.couple: Couple  # read with the table
        self.study = None
        self.decisions: dict[tuple[str, str], Grain] = {}
        self._worked_out: dict[str, tuple[tuple[object, ...], Any]] = {}
        self.mood: int | None = None  # 1 to 5, for the next page alone: it is kept nowhere
        self._read(set(CHANGES))
        self._resume()
        self._stop = service.watch(self.heard)

    # -- who -------------------------------------------------------------------------------
    @property
    def own(self) -> PartnerService:
        """The interface of somebody who sits alone.

        Raises
        ------
        AccessError
            Two sit together: no drawer is open to them.
        """
        if not isinstance(self.service, PartnerService):
            raise AccessError(problem("errors.access.no_drawer"))
        return self.service

    @property
    def me(self) -> Member | None:
        return next((one for one in self.couple.members if one.person_id == self.actor.person_id), None)

    @property
    def partner(self) -> Member | None:
        return next((one for one in self.couple.members if one.person_id != self.actor.person_id), None)

    def shown_needs(self, person_id: str, occasion: str = "") -> dict[str, str]:
        """Return the own needs of one of the two, by id, that both opened in their words.

        Of one round where an ``occasion`` is named; else of the newest in which both opened needs.
        """
        own = [
            one
            for one in self.table.published
            if one.person_id == person_id
            and one.instrument == TAKES_OWN_NEEDS
            and occasion in ("", one.occasion)
        ]
        newest = max(own, key=lambda one: occasion_number(one.occasion), default=None)
        return dict(newest.words) if newest else {}

    @property
    def earlier_rounds(self) -> tuple[str, ...]:
        """The rounds of which something lies open that a newer one stands in front of, the newest first."""
        in_order = sorted(self.table.open_rounds, key=lambda key: occasion_number(key[1]))
        newest = dict(in_order)  # of each part the last one stays
        behind = [occasion for part, occasion in reversed(in_order) if occasion != newest[part]]
        return tuple(dict.fromkeys(behind))

    @property
    def is_parted(self) -> bool:
        """True once the table of the two is closed, for good: nothing more can be put there or opened."""
        return self.couple.is_unpaired

    # -- what is asked ---------------------------------------------------------------------
    def instruments_on(self, occasion: str) -> Mapping[str, Instrument]:
        """Return every instrument by id, as it is asked on an occasion; see `editions`."""
        number = editions.edition_on(occasion, self.table.asked_from)
        if number not in self._editions:
            with speaking(self.language):
                self._editions[number] = in_edition(self._editions[ASKED], number)
        return self._editions[number]

    @property
    def instruments(self) -> Mapping[str, Instrument]:
        """Every instrument by id, as it is asked in the round that answers belong to now."""
        return self.instruments_on(self.occasion)

    @property
    def chapters(self) -> dict[str, tuple[Instrument, Chapter]]:
        """The chapters of that round by id, each with its instrument."""
        number = editions.edition_on(self.occasion, self.table.asked_from)
        if number not in self._chapters:
            self._chapters[number] = {
                chapter.id: (instrument, chapter)
                for instrument in self.instruments.values()
                for chapter in instrument.chapters
            }
        return self._chapters[number]

    # -- what happens ----------------------------------------------------------------------
    def take_up(self, changes: set[Change]) -> None:
        """Read again what the service reported as changed; notify page observers once."""
        self.refresh(*{change.what for change in changes})

    def refresh(self, *what: str) -> None:
        """Read one's own drawer, the table or the room again, by default all of it, and tell the page."""
        self._read(set(what) or set(CHANGES))
        self.revision += 1

    def _read(self, what: set[str]) -> None:
        seen = self.service.look(sorted(what))
        if what & SHOWS_ROOM:
            self.room = seen.room
        if what & SHOWS_CASE:
            self.case, self.live = seen.case, seen.live
        if seen.couple is not None:
            self.couple = seen.couple
        if seen.table is not None:
            self._take_table(seen.table)
        if seen.responses is not None:
            self.responses = self.responses if self.responses.equals(seen.responses) else seen.responses
            self.events = self.events if self.events == list(seen.events) else list(seen.events)
        if what & SHOWS_DECISIONS:
            self.decisions = {(one.instrument, one.occasion): one.grain for one in seen.decisions}
        self.study = seen.study

    def _take_table(self, table: Table) -> None:
        self.table = self.table if _mark_of(table) == _mark_of(self.table) else table
        if self.is_together:  # no drawer says how far they are; what lies open does
            opened = {occasion for _instrument, occasion in table.open_rounds}
            rounds = [FIRST_OCCASION, *(one for one in opened if one.startswith("assessment-"))]
            self.occasion = max(rounds, key=occasion_number)

    def _resume(self) -> None:
        """Begin where the person was: the latest occasion, and the place to go on from."""
        if self.is_together:
            self.page = self._where_two_are()
            return
        occasions = [
            event.payload["value"] for event in self._of("setting") if event.payload["name"] == "occasion"
        ]
        if occasions:
            self.occasion = str(occasions[-1])
        me = self.actor.person_id
        if self.room is not None and me in self.room.here:
            self.page = at("room")
        else:
            is_there = self.live is not None and me in self.live.here and not self.live.is_over
            self.page = at("in-session") if is_there else self.place

    def _where_two_are(self) -> Address:
        if self.room is not None:
            return at("room")
        return at("in-session" if self.live is not None and not self.live.is_over else "together")

    def once(self, name: str, basis: tuple[object, ...], make: Callable[[], Made]) -> Made:
        """Return the result of ``make``, worked out anew only when what it is made from has changed.

        `responses` and `table` stay the same objects while what is in them stays the same.
        """
        known = self._worked_out.get(name)
        if (
            known is None
            or len(known[0]) != len(basis)
            or any(a is not b for a, b in zip(known[0], basis, strict=True))
        ):
            known = self._worked_out[name] = (basis, make())
        made: Made = known[1]
        return made

    def close(self) -> None:
        """Stop listening to the service."""
        self._stop()

    # -- verbs -----------------------------------------------------------------------------
    def go(self, page: Address) -> None:
        """Turn to a page; one that may be kept is the place to go on from."""
        if page == self.page:
            return
        if not self.is_together:
            self._keep_place(page)
        self.page = page

    def _keep_place(self, page: Address) -> None:
        """Keep a page as the place to go on from, if it may be one and is not yet.

        Coming back to the place that stands writes nothing: whoever was elsewhere in between, where
        no trail is left, has the same rows in the same order as somebody who stayed.
        """
        if page == self.place or not is_place(page, self.instruments):
            return
        try:
            kept = self.own.add_event("bookmark", {"page": str(page), "occasion": self.occasion})
        except StorageError:
            return  # on a full disk one can still turn to every page, and read
        self.events = [*[event for event in self.events if event.kind != "bookmark"], kept]

    def draft(self, place: str) -> dict[str, str]:
        """Return what was typed at a place of an exercise and not sent; empty where there is nothing."""
        return {} if self.is_together else drafts.drafts_in(self.events).get(place, {})

    def keep_draft(self, place: str, fields: Mapping[str, str]) -> None:
        """Keep what is typed at a place of an exercise; without anything in it, it is destroyed."""
        known = {} if self.is_together else drafts.drafts_in(self.events)
        before = known.pop(place, {})
        if before == fields or not (before or any(fields.values())):
            return
        kept = self.own.add_event(drafts.DRAFT, drafts.payload_of({**known, place: fields}))
        self.events = [*[event for event in self.events if event.kind != drafts.DRAFT], kept]

    def save(self, answers: Sequence[Answer]) -> list[str]:
        """Hand answers to the service; gives the operation ids that are now durable."""
        kept = self.own.save_answers(answers)
        self.refresh("drawer")
        return kept

    def note(self, kind: str, **payload: Any) -> Event:
        """Keep an event in one's own drawer."""
        event = self.own.add_event(kind, payload)
        self.refresh("drawer")
        return event

    def agree(self, text: str, text_hash: str, *, agreed: bool) -> None:
        """Agree to a text, or take it back, kept with the hash of its very words."""
        self.note("consent", text=text, text_hash=text_hash, agreed=agreed)

    def mark_seen(self, page: str) -> None:
        """Remember that a page was read to its end."""
        if not self.has_seen(page):
            self.note("setting", name=f"seen.{page}", value=True)

    def held_back(self, instrument: str, occasion: str = "") -> HeldBack:
        """Return which answers the person holds back of a part; see `PartnerService.my_held_back`."""
        return self.own.my_held_back(instrument, occasion or self.occasion)

    def decide(self, instrument: str, grain: Grain, held_back: list[str] | None = None) -> None:
        """Decide what the partner may see of one instrument of this occasion; see `PartnerService.decide`."""
        self.own.decide(instrument, self.occasion, grain, held_back)
        self.refresh("drawer", "table")

    def decide_here(self, instrument: str, grain: Grain, *, person_id: str, passphrase: str) -> None:
        """Decide for one of the two who sit together; see `TogetherService.decide`."""
        if not isinstance(self.service, TogetherService):
            raise AccessError(problem("errors.access.not_yours"))
        who = {"person_id": person_id, "passphrase": passphrase}
        self.service.decide(instrument, self.occasion, grain, **who)
        self.refresh("table")

    def show_weeks(self) -> None:
        """Let the line of one's own weeks be shown, once the partner chooses the same."""
        self.own.decide(WEEKLY, WEEKS, Grain.SCORES)
        self.refresh("drawer", "table")

    def withdraw(self, instrument: str, occasion: str) -> None:
        """Take a publication off the table."""
        self.service.withdraw(instrument, occasion)
        self.refresh("drawer", "table")

    def act(self, kind: str, payload: dict[str, Any]) -> Event:
        """Put a step of a joint exercise on the table."""
        event = self.own.add_table_event(kind, payload)
        self.refresh("table")
        return event

    def choose_exercise(self, exercise: str, choice: str, *, stands: bool) -> None:
        """Put an exercise aside or say it is done, or take it back; see `CoupleService.choose_exercise`."""
        self.service.choose_exercise(exercise, choice, stands=stands)
        self.refresh("drawer", "table")

    def pick_needs(self, needs: Sequence[str]) -> None:
        """Keep which needs matter most now, for the person's own eyes."""
        self.note("setting", name=f"{NEEDS_NOW}{self.occasion}", value=" ".join(needs))

    def add_need(self, text: str) -> None:
        """Add a need in the person's own words."""
        self.note("own_need", id=f"needs.own.{secrets.token_hex(4)}", text=text)

    def remove_need(self, need: str, text: str) -> None:
        """Take an own need away; what was answered about it is asked no more."""
        self.note("own_need", id=need, text=text, removed=True)

    def begin_occasion(self) -> str:
        """Start the assessment anew; what was answered before stays as it was.

        A round that is still empty stays the one that was begun: a second press begins no other.
        """
        if self.may_undo_round:
            return self.occasion
        number = int(self.occasion.rpartition("-")[2]) + 1
        occasion = f"assessment-{number}"
        self.own.add_event("setting", {"name": "occasion", "value": occasion})
        self.occasion = occasion
        self.refresh("drawer", "table")
        return occasion

    def undo_round(self) -> None:
        """Go back to the round before, as long as nothing is answered in the new one."""
        if self.may_undo_round:
            self.occasion = f"assessment-{self.round - 1}"
            self.own.add_event("setting", {"name": "occasion", "value": self.occasion})
            self.refresh("drawer", "table")

    def standing_decisions(self) -> dict[tuple[str, str], Grain]:
        """Return what the person decided in all rounds, the newest first, and about their weeks."""
        rounds = [f"assessment-{number}" for number in range(self.round, 0, -1)]
        keys = [(instrument.id, occasion) for occasion in rounds for instrument in self.shareable()]
        weeks = {(WEEKLY, WEEKS): Grain.SCORES} if self.table.weeks else {}
        keys.append((WEEKLY, WEEKS))
        return weeks | {key: self.decisions[key] for key in keys if key in self.decisions}

    def order_for_me(self, sections: Sequence[str], first: Sequence[str]) -> list[str]:
        """Return the order of the parts of "Just for me"; see `PartnerService.order_for_me`."""
        return self.own.order_for_me(sections, first)

    def begin_week(self) -> None:
        """Remember that this week's check-in was begun, and on which day of the person's own."""
        number = int(self.week.removeprefix("week-"))
        begun = self._of_setting("week")
        if not begun or begun[-1].payload["value"] != number:
            self.note("setting", name="week", value=number, day=own_today().isoformat())


def _mark_of(table: Table) -> tuple[object, ...]:
    """Return what tells one state of the table from another: of one rule, publications only come and go."""
    published = [
        (one.person_id, one.instrument, one.occasion, one.round, one.grain, one.rule, *one.words)
        for one in (*table.published, *table.weeks)
    ]
    # A partner's words can be left out of an event that stays, so its payload counts.
    happened = [(event.person_id, event.operation_id, str(event.payload)) for event in table.events]
    return (*published, *happened, *table.open_rounds, *table.choices, table.asked_from)
