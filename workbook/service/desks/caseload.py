"""What is open of a practice in this process: offices, the places of who is signed in, sessions.

It joins the two sides of a case, which meet nowhere else: a therapist's office reads what partners' sittings
wrote, and what is shown in a session each partner's own open sitting lays out.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import pandas as pd

from workbook.answers import is_occasion
from workbook.errors import AccessError, CaseError, WorkbookError, problem
from workbook.instruments.model import Instrument
from workbook.service.cases import live as rules
from workbook.service.cases.board import board_cell
from workbook.service.cases.live import Live
from workbook.service.cases.office import Office, is_standing
from workbook.service.cases.owner import Owner
from workbook.service.cases.place import place_cell
from workbook.service.cases.published import OwnDrawer
from workbook.service.cases.sessions import Sessions
from workbook.service.cases.therapists import Therapists
from workbook.service.couple.drawers import Drawer
from workbook.service.formats.case_values import Topic
from workbook.service.formats.values import Actor
from workbook.service.identity.directory import Directory, account_log
from workbook.service.identity.sittings import Sittings
from workbook.service.identity.standing import Standing
from workbook.sharing import Grain, Publication
from workbook.storage.base import Store, Writing
from workbook.storage.deciding import Seen, decide_and_write
from workbook.storage.spare import PassOverFullDisk

PLACES = "places"
"""Under which the pages of therapists hear that a place was written; what is new there they look up."""

Rows = Mapping[Topic, pd.DataFrame | None]


@dataclass
class Caseload:
    """The cases of this process.

    Parameters
    ----------
    own_keys, own_drawer : callable
        What gives a signed-in partner's key pair, and their opened drawer.
    """

    store: Store
    directory: Directory
    sittings: Sittings
    standing: Standing
    therapists: Therapists
    instruments: Mapping[str, Instrument]
    own_keys: Callable[[Actor], tuple[bytes, bytes]]
    own_drawer: Callable[[Actor], OwnDrawer]
    sessions: Sessions = field(default_factory=Sessions)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _offices: dict[str, Office] = field(default_factory=dict)
    _owners: dict[str, Owner] = field(default_factory=dict)
    _laid: dict[str, tuple[object, Rows]] = field(default_factory=dict)  # made last, by person

    # -- a therapist's --------------------------------------------------------------------
    def office_of(self, actor: Actor) -> Office:
        """Return a therapist's office, opened once in a sitting.

        Raises
        ------
        AccessError
            Their sitting has ended.
        """
        account = self.therapists.account_of(actor)
        with self._lock:
            office = self._offices.get(actor.sitting_id)
        if office is not None:
            return office
        key, private = self.sittings.key_of(actor), self.therapists.private_key_of(actor)
        drawer = Drawer(self.store, actor.person_id, key, instruments=self.instruments)
        office = Office(self.store, self.directory, account, drawer, key, private)
        with PassOverFullDisk():
            office.settle()
        with self._lock:
            office = self._offices.setdefault(actor.sitting_id, office)
        if self.sittings.find(actor.sitting_id) is None:  # it ended meanwhile: no key is left behind
            self.forget(actor)
            raise AccessError(problem("errors.access.ended"))
        return office

    # -- a partner's -------------------------------------------------------------------------
    def owner_of(self, actor: Actor) -> Owner:
        """Return a partner as the owner of their place, in their sitting."""
        self.sittings.require(actor)
        with self._lock:
            known = self._owners.get(actor.sitting_id)
        if known is not None:
            return known
        public, private = self.own_keys(actor)
        owner = Owner(actor.person_id, actor.couple_id, public, private, self.store, self.therapists)
        with self._lock:
            owner = self._owners.setdefault(actor.sitting_id, owner)
        if self.sittings.find(actor.sitting_id) is None:
            self.forget(actor)
            raise AccessError(problem("errors.access.ended"))
        return owner

    def board_cells(self, actor: Actor) -> list[str]:
        """Return the name of the cell with the board of the case that somebody has joined, if they have."""
        place, _ = self.owner_of(actor).place()
        return [] if place is None else [board_cell(bytes.fromhex(place.board_key))]

    def publish_anew(self, actor: Actor) -> None:
        """Write a partner's place anew, with what they grant as it is now; where there is a practice.

        Whatever lies in it, the same is asked of the store and written.
        """
        if not self.therapists.is_practice():
            return
        owner, own = self.owner_of(actor), account_log(actor.person_id)

        def settle(seen: Seen) -> Writing:
            self.standing.judge(actor, seen[own])
            return owner.settling(self.own_drawer(actor))

        with PassOverFullDisk():  # the next sitting does it
            decide_and_write(self.store, [own], settle)
        live = self.sessions.of_couple(actor.couple_id)
        if live is not None:  # what is held back from now on is shown no longer
            self.lay_out(live.case_id, actor.person_id)

    def forget(self, actor: Actor) -> Owner | None:
        """Drop what a sitting had open, and return who owned a place in it.

        A therapist's drawer is left as every sitting leaves it.
        """
        with self._lock:
            office = self._offices.pop(actor.sitting_id, None)
            owner = self._owners.pop(actor.sitting_id, None)
            self._laid.pop(actor.person_id, None)
        if office is not None and self.therapists.by_id(office.person_id) is not None:  # or it was erased
            with suppress(WorkbookError):  # the sitting is over all the same; the next one makes it good
                office.settle()
                self.store.settle_down()
        return owner

    # -- a session -----------------------------------------------------------------------------
    def refuse_no_topic(self, facet: Any, occasion: Any = "assessment-1") -> None:
        """Refuse what is no facet of several questions that somebody answers of themselves, or no occasion.

        Raises
        ------
        AccessError
            Naming which.
        """
        name = facet.partition(".")[0] if isinstance(facet, str) else ""
        known = self.instruments.get(name)
        found = known.subscale_by_id.get(facet) if known is not None and not known.is_private else None
        wrong = []
        if found is None or len(found.items) < 2:
            wrong.append(problem("errors.events.not_allowed", field="facet"))
        if not is_occasion(occasion):
            wrong.append(problem("errors.events.not_allowed", field="occasion"))
        if wrong:
            raise CaseError(wrong)

    def lay_out(self, case_id: str, person_id: str) -> None:
        """Have somebody's own open sitting lay out what is asked for in a session, as far as they grant it.

        All of it is worked out, granted or not: how long it takes tells nothing. Without a sitting of theirs
        in this process, what they laid out before stays.
        """
        live = self.sessions.of_case(case_id)
        if live is not None and not live.is_over:
            for shown in self.shown_by(case_id, [person_id], live.standing).values():
                self._settle(case_id, person_id, shown)

    def shown_by(self, case_id: str, people: Sequence[str], topics: tuple[Topic, ...]) -> Mapping[str, Rows]:
        """Return by person what their own open sittings show of topics, as far as they grant it.

        See `lay_out`. What they grant is looked at last.
        """
        found = {person_id: self._sitting_of(person_id) for person_id in people}
        actors = {person_id: actor for person_id, actor in found.items() if actor is not None}
        made = {person_id: self._rows(actor, topics) for person_id, actor in actors.items()}
        return {
            person_id: self._granted(case_id, actor, made[person_id]) for person_id, actor in actors.items()
        }

    def lay_out_own(self, case_id: str, actor: Actor) -> None:
        """Do the same for somebody who reads their own page: what is known from before is not made again.

        How long it takes tells them of nothing but what they wrote themselves.
        """
        live = self.sessions.of_case(case_id)
        if live is not None and not live.is_over:
            rows = self._rows_known(actor, live.standing)
            self._settle(case_id, actor.person_id, self._granted(case_id, actor, rows))

    def _settle(self, case_id: str, person_id: str, shown: Rows) -> None:
        offer = self.sessions.offer
        self.sessions.settle(case_id, lambda now, _: rules.lay_out(now, person_id, shown, offer))

    def _granted(self, case_id: str, actor: Actor, made: Rows) -> Rows:
        place, _ = self.owner_of(actor).place()
        board = self.owner_of(actor).board_of(place)
        stands = place is not None and board is not None and place.case_id == case_id
        stands = stands and is_standing(place, board, datetime.now(UTC).date())  # type: ignore[arg-type]
        return {
            topic: row if stands and place is not None and place.may_show(topic[0]) else None
            for topic, row in made.items()
        }

    def follow_grants(self, actor: Actor) -> None:
        """Have open sessions and pages follow what somebody has just granted, taken back or left."""
        live = self.sessions.of_couple(actor.couple_id)
        if live is not None and not live.is_over:
            now, _ = self.owner_of(actor).place()
            if now is None or now.case_id != live.case_id:
                self.withdraw(actor)
            else:
                self.lay_out(live.case_id, actor.person_id)
        self.sessions.tell(PLACES)

    def follow_places(self, live: Live) -> None:
        """Bring a session into step with the places of the two, whichever server wrote them.

        A reader of a session asks for it first: what was taken back elsewhere is gone by that very read.
        A place is written anew in every sitting, whatever is granted in it: that it was tells nothing.
        """
        stamps = tuple(self.store.read_cell(place_cell(person_id)).stamp for person_id in live.people)
        if live.looked_at == stamps:
            return
        with self._lock:
            office = next((one for one in self._offices.values() if one.person_id == live.therapist_id), None)
        if office is None or not self._has_looked_again(office, live.case_id):
            shown: Mapping[str, Rows] = {}
            with suppress(WorkbookError):  # a sitting is just over
                shown = self.shown_by(live.case_id, live.people, live.standing)
            for person_id in live.people:  # of whom nobody here can tell what they grant, nothing is shown
                self._settle(live.case_id, person_id, shown.get(person_id, {}))
        self.sessions.settle(live.case_id, lambda now, _: replace(now, looked_at=stamps))

    def _has_looked_again(self, office: Office, case_id: str) -> bool:
        try:
            self.look_again(office, case_id)
        except WorkbookError:  # the therapist's sitting is just over
            return False
        return True

    def look_again(self, office: Office, case_id: str) -> None:
        """Drop what is shown of somebody who grants it no more; another server may have been told of that."""
        live = self.sessions.of_case(case_id)
        if live is None or live.is_over or not live.laid:
            return
        _, people = office.joined(office.fold(), case_id).get(case_id, (None, []))
        granting = {one.place.person_id: one.place for one in people if one.is_standing}

        def keep(now: Live, _at: datetime) -> Live:
            kept = {
                about: row
                for about, row in now.laid.items()
                if about[0] in granting and granting[about[0]].may_show(about[1][0])
            }
            return replace(now, laid=kept)

        self.sessions.settle(case_id, keep)

    def withdraw(self, actor: Actor) -> None:
        """Take all that somebody shows in a session off every page: they have left, parted or been erased."""
        live = self.sessions.of_couple(actor.couple_id)
        if live is not None:
            self.sessions.settle(
                live.case_id, lambda now, _: rules.lay_out(now, actor.person_id, {}, self.sessions.offer)
            )

    def part(self, actor: Actor) -> None:
        """End the session of two who have parted, with all that was in it."""
        live = self.sessions.of_couple(actor.couple_id)
        if live is not None:
            self.sessions.close(live.case_id)
        self.sessions.tell(PLACES)

    # -- within -----------------------------------------------------------------------------
    def _rows(self, actor: Actor, topics: tuple[Topic, ...]) -> Rows:
        """Return a row of `frames.SCORES` by topic, as a publication of facet scores would hold it."""
        abouts = {(facet.partition(".")[0], occasion) for facet, occasion in topics}
        try:
            own = self.own_drawer(actor) if topics else None
            made = {about: own.publication(*about, Grain.SCORES) for about in abouts} if own else {}
        except WorkbookError:  # their sitting has just ended
            return dict.fromkeys(topics)
        found = {topic: _row_in(made[topic[0].partition(".")[0], topic[1]], topic[0]) for topic in topics}
        if own is not None:
            with self._lock:
                self._laid[actor.person_id] = (topics, own.mark()), found
        return found

    def _rows_known(self, actor: Actor, topics: tuple[Topic, ...]) -> Rows:
        with self._lock:
            known, found = self._laid.get(actor.person_id, (None, {}))
        try:
            is_same = known is not None and topics and known == (topics, self.own_drawer(actor).mark())
        except WorkbookError:
            is_same = False
        return found if is_same else self._rows(actor, topics)

    def _sitting_of(self, person_id: str) -> Actor | None:
        """Return a live sitting of somebody whose drawer is open in this process."""
        with self._lock:
            ids = [sitting for sitting, owner in self._owners.items() if owner.person_id == person_id]
        return next((found for one in ids if (found := self.sittings.find(one)) is not None), None)


def _row_in(made: Publication | None, facet: str) -> pd.DataFrame | None:
    """Return the one row that a publication has of a facet; None where it has none."""
    if made is None:
        return None
    row = made.scores[(made.scores["subscale"] == facet).to_numpy(dtype=bool)]
    return row.reset_index(drop=True) if len(row) == 1 else None
