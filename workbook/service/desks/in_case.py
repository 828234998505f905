"""What one partner may do in a therapist's case, in process: alone, and seen only as they grant."""

import uuid
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import UTC, date, datetime
from typing import Any

from workbook.content.practice import practice_offer
from workbook.errors import CaseError, Problem, SignInError, problem
from workbook.service.cases import live as rules
from workbook.service.cases.board import key_of, read_board
from workbook.service.cases.live import Live
from workbook.service.cases.owner import Owner, joined_now
from workbook.service.cases.place import Place, note_place_ended
from workbook.service.cases.words_read import are_words_of_now
from workbook.service.couple import drawer_contents
from workbook.service.couple.records import HOMEWORK_ASIDE, Record
from workbook.service.desks.at_table import AtTable
from workbook.service.desks.caseload import PLACES
from workbook.service.desks.roles import PartnerService
from workbook.service.formats.case_values import Granted, MyCase, Rating, SessionSeen, ToCase
from workbook.service.identity.directory import couple_log, refuse_unpaired
from workbook.storage.base import Writing
from workbook.storage.deciding import Seen

SHOWS_SCORES = (ToCase.SCORES, ToCase.ANSWERS)


class InCase(AtTable, PartnerService):
    """The part of a partner's interface that is about a therapist."""

    def join_case(self, code: str) -> MyCase:
        core, actor, owner = self._core, self._actor, self._owner()
        taken = core.tries.charge([f"case for {actor.person_id}"])
        key = key_of(code, core.cost)
        before, _ = owner.place()

        def join(seen: Seen) -> Writing:
            refuse_unpaired(seen[couple_log(actor.couple_id)])
            board, _ = read_board(core.store, key)
            if board is None or board.couple_id not in ("", actor.couple_id):
                raise SignInError(problem("errors.case.no_case"), about=["code"])
            place, cell = owner.place()
            is_same = place is not None and place.case_id == board.case_id
            # The board is not written: that somebody has joined would show there.
            return owner.writing(place if is_same else joined_now(owner, board, key), cell)

        core.decide(actor, [couple_log(actor.couple_id)], join)
        core.tries.refund(taken)
        self._after(before)
        found = self.my_case()
        if found is None:
            raise SignInError(problem("errors.case.no_case"), about=["code"])
        return found

    def my_case(self) -> MyCase | None:
        drawer, owner = self._core.drawer_of(self._actor), self._owner()
        aside = {str(one.payload["id"]) for one in drawer.records() if one.kind == HOMEWORK_ASIDE}
        return owner.case(aside)

    def grant_case(self, grants: dict[str, Granted], *, until: str, policy_hash: str) -> MyCase:
        core, actor, owner = self._core, self._actor, self._owner()
        kept = check_grants(grants, until, core.instruments)
        drawer = core.drawer_of(actor)
        before, _ = owner.place()

        def grant(seen: Seen) -> Writing:
            refuse_unpaired(seen[couple_log(actor.couple_id)])
            place, cell = owner.place()
            board = owner.board_of(place)
            if place is None or board is None:
                raise CaseError(problem("errors.case.none_joined"))
            if kept and not are_words_of_now(policy_hash, board.policy):
                raise CaseError(problem("errors.case.policy_unread"))
            if kept and not drawer_contents.has_consented(drawer):
                raise CaseError(problem("errors.case.consent_first"))
            read = policy_hash if kept else place.policy_hash
            granted = replace(place.renamed(), grants=kept, until=until, policy_hash=read)
            return owner.writing(core.own_drawer(actor).filling(granted), cell)

        core.decide(actor, [couple_log(actor.couple_id), drawer.log], grant)
        self._after(before)
        found = self.my_case()
        if found is None:
            raise CaseError(problem("errors.case.none_joined"))
        return found

    def leave_case(self) -> None:
        before, _ = self._owner().place()
        self._core.decide(self._actor, [], lambda _: self._leaving_case())
        self._after(before)

    def put_homework_aside(self, homework_id: str) -> None:
        found = self.my_case()
        if found is None or homework_id not in {one.id for one in found.homework}:
            raise CaseError(problem("errors.events.not_allowed", field="homework_id"))
        drawer = self._core.drawer_of(self._actor)
        drawer.add([Record(HOMEWORK_ASIDE, uuid.uuid4().hex, {"id": homework_id})])
        self._core.sittings.act(self._actor.sitting_id)

    # -- a session ----------------------------------------------------------------------
    def session_now(self) -> SessionSeen | None:
        found = self._my_session()
        if found is None:
            return None
        self._core.caseload.follow_places(found)
        self._core.caseload.lay_out_own(found.case_id, self._actor)
        now = self._core.caseload.sessions.of_case(found.case_id)
        return None if now is None else self._core.caseload.sessions.seen(now, by=self._actor.person_id)

    def come_into_session(self) -> SessionSeen:
        actor = self._actor
        case_id = self._going_on().case_id
        self._core.caseload.publish_anew(actor)
        self._core.caseload.sessions.change(case_id, lambda live, _: rules.come(live, actor.person_id))
        self._core.sittings.act(actor.sitting_id)
        found = self.session_now()
        if found is None:
            raise CaseError(problem("errors.case.no_session"))
        return found

    def offer_in_session(self, facet: str) -> None:
        core, person_id = self._core, self._actor.person_id
        core.caseload.refuse_no_topic(facet)
        case_id = self._going_on().case_id
        core.caseload.sessions.settle(case_id, lambda live, _: rules.offer_topic(live, person_id, facet))
        core.caseload.lay_out(case_id, person_id)
        core.sittings.act(self._actor.sitting_id)

    def take_back_in_session(self, facet: str) -> None:
        core, person_id = self._core, self._actor.person_id
        core.caseload.refuse_no_topic(facet)
        case_id = self._going_on().case_id
        core.caseload.sessions.settle(case_id, lambda live, _: rules.take_back(live, person_id, facet))
        core.sittings.act(self._actor.sitting_id)

    def rate_session(self, session_id: str, items: dict[str, int]) -> None:
        core, actor, owner = self._core, self._actor, self._owner()
        kept, live = check_rating(items), self._my_session()
        if live is None or live.id != session_id:
            raise CaseError(problem("errors.case.no_session"))
        rating = Rating(session_id, actor.person_id, datetime.now(UTC).date().isoformat(), kept)

        def rate(_seen: Seen) -> Writing:
            place, cell = owner.place()
            if place is None:
                raise CaseError(problem("errors.case.none_joined"))
            others = tuple(one for one in place.ratings if one.session_id != session_id)
            return owner.writing(replace(place, ratings=(*others, rating)), cell)

        core.decide(actor, [], rate)
        core.caseload.sessions.rate(live.case_id, session_id, lambda now, _: rules.rate(now, actor.person_id))
        core.caseload.sessions.tell(PLACES)
        core.sittings.act(actor.sitting_id)

    # -- within -----------------------------------------------------------------------
    def _owner(self) -> Owner:
        return self._core.caseload.owner_of(self._actor)

    def _leaving_case(self) -> Writing:
        """Return what destroys all that lies in one's place, where there is one to write."""
        owner = self._owner()
        _, cell = owner.place()
        return Writing() if cell.content is None else owner.writing(None, cell)

    def _granted(self) -> dict[str, Any] | None:
        """Return what one grants in a case, all that is published there, and how one rated, as plain JSON."""
        place, _ = self._owner().place()
        if place is None:
            return None
        kept = asdict(place)
        told = {name: kept[name] for name in ("joined", "until", "grants", "policy_hash", "progress")}
        ratings = [{"day": one.day, "items": dict(one.items)} for one in place.ratings]
        return told | {"published": place.publications(), "ratings": ratings}

    def _my_session(self) -> Live | None:
        """Return the session of the case that one has joined oneself."""
        found = self._core.caseload.sessions.of_couple(self._actor.couple_id)
        place, _ = self._owner().place()
        if found is None or place is None or place.case_id != found.case_id:
            return None
        return found if self._actor.person_id in found.people else None

    def _going_on(self) -> Live:
        found = self._my_session()
        if found is None or found.is_over:
            raise CaseError(problem("errors.case.no_session"))
        return found

    def _after(self, before: Place | None) -> None:
        """Note that what was granted before is so no more, and have open pages follow."""
        core, now = self._core, self._owner().place()[0]
        if now is None or (before is not None and now.name != before.name):
            note_place_ended(core.store, before)
        core.caseload.follow_grants(self._actor)
        core.sittings.act(self._actor.sitting_id)


def check_grants(grants: Any, until: Any, instruments: Mapping[str, Any]) -> dict[str, Granted]:
    """Return grants as they are kept: without those of nothing.

    Raises
    ------
    AccessError
        Naming every problem: an instrument that is none or is private, one to be shown in a session
        although the therapist sees no scores of it, a day that is none or is past.
    """
    problems: list[Problem] = []
    kept: dict[str, Granted] = {}
    for name, one in grants.items() if isinstance(grants, Mapping) else ():
        known = instruments.get(name)
        if known is None or known.is_private or not isinstance(one, Granted):
            problems.append(problem("errors.events.not_allowed", field=str(name)[:40]))
        elif one.in_session and one.to_case not in SHOWS_SCORES:
            problems.append(problem("errors.case.session_needs_scores"))
        elif one.to_case is not ToCase.NOTHING:
            kept[name] = one
    if until and not _is_day_to_come(until):
        problems.append(problem("errors.events.not_allowed", field="until"))
    if problems:
        raise CaseError(problems)
    return kept


def check_rating(items: Any) -> dict[str, int]:
    """Return a rating as it is kept.

    Raises
    ------
    AccessError
        Something is none of the items, or no step of the scale, or nothing is rated.
    """
    offer = practice_offer()
    given = items if isinstance(items, Mapping) else {}
    wrong = [
        problem("errors.events.not_allowed", field=str(name)[:40])
        for name, value in given.items()
        if name not in offer.rating or type(value) is not int or not 0 <= value <= offer.highest_rating
    ]
    if wrong or not given:
        raise CaseError(wrong or problem("errors.events.not_allowed", field="items"))
    return dict(given)


def _is_day_to_come(until: Any) -> bool:
    try:
        return date.fromisoformat(until) > datetime.now(UTC).date()
    except (TypeError, ValueError):
        return False
