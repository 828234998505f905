"""A therapist's case at two services over one store, and what is done in it at either: for `servers`.

Ada and Ben have joined and granted, and in a session at the second service a topic is shown. Whatever then ends
what Ada granted, at whichever service: once it was acknowledged, no service reads anything of hers in the case, and
the session shows nothing. As long as nothing ended it, both read it.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Protocol

from tests.proofs._everybody import INSTRUMENT, OCCASION, answers_to, therapist_at
from workbook.content.document import consent_hash
from workbook.errors import WorkbookError
from workbook.service.desks.household import Household
from workbook.service.desks.partner import LocalPartner
from workbook.service.desks.therapist import LocalTherapist
from workbook.service.formats.case_values import Granted, ToCase

WORDS = "a quiet lantern of grey"
SHOWN, ALSO_SHOWN = "connection.listening", "connection.empathy"


@dataclass
class Case:
    """One case: its therapist at both services, and what was acknowledged in it."""

    case_id: str
    code: str
    read_hash: str  # of the policy that both have read
    desks: tuple[LocalTherapist, LocalTherapist]
    asked: set[str] = field(default_factory=lambda: {SHOWN})
    taken_back: set[str] = field(default_factory=set)
    is_over: bool = False
    grants_nothing: bool = False

    @property
    def is_ended(self) -> bool:
        """Whether nothing of Ada's is to be read any more."""
        return self.is_over or self.grants_nothing


class InCase(Protocol):
    """What an act needs of the world of `servers`."""

    case: Case

    def ada_at(self, server: int) -> LocalPartner: ...
    def ben_at(self, _server: int) -> LocalPartner: ...


def begin_case(
    services: Sequence[Household], partners: Sequence[LocalPartner], passive: LocalPartner
) -> Case:
    """Make a case; have both join and grant, and show one topic in a session at the second service.

    ``passive`` is Ada at the second service, where her drawer is open as well.
    """
    made = services[0].therapists.create("T", WORDS)
    again = services[1].therapists.sign_in(made.code, WORDS)
    desks = (therapist_at(services[0], made.actor), therapist_at(services[1], again))
    desks[0].set_policy("no_secrets", "", 365)
    case = desks[0].make_case("a case")
    for partner in partners:
        partner.add_event("consent", {"text": "consent", "text_hash": consent_hash(), "agreed": True})
        partner.save_answers(answers_to(INSTRUMENT))
        read = partner.join_case(case.code).policy_hash
        partner.grant_case(_granted(ToCase.SCORES), until="", policy_hash=read)
        desks[1].cases()
        desks[1].tick_case(case.case_id, f"alone/{partner.actor.person_id}", stands=True)
    passive.read_responses()
    desks[1].open_session(case.case_id)
    desks[1].reveal(case.case_id, SHOWN, OCCASION)
    return Case(case.case_id, case.code, read, desks)


def _granted(to_case: ToCase) -> dict[str, Granted]:
    return {INSTRUMENT: Granted(to_case, in_session=True)}


# -- what is done --------------------------------------------------------------------------
def _join(world: InCase, server: int) -> None:
    world.ada_at(server).join_case(world.case.code)


def _grant(world: InCase, server: int) -> None:
    """Grant what was read before, whatever the policy is by now."""
    given = _granted((ToCase.ANSWERS, ToCase.SCORES)[server])
    world.ada_at(server).grant_case(given, until="", policy_hash=world.case.read_hash)
    world.case.grants_nothing = False


def _answer(world: InCase, server: int) -> None:
    world.ada_at(server).save_answers(answers_to("skills"))


def _leave_case(world: InCase, server: int) -> None:
    world.ada_at(server).leave_case()
    world.case.is_over = True


def _grant_nothing(world: InCase, server: int) -> None:
    world.ada_at(server).grant_case({}, until="", policy_hash="")
    world.case.grants_nothing = True


def _change_policy(world: InCase, server: int) -> None:
    world.case.desks[server].set_policy("each_alone", "", 365)
    world.case.is_over = True


def _close(world: InCase, server: int) -> None:
    world.case.desks[server].close_case(world.case.case_id)
    world.case.is_over = True


def _reveal(world: InCase, server: int) -> None:
    world.case.desks[server].reveal(world.case.case_id, ALSO_SHOWN, OCCASION)
    world.case.asked.add(ALSO_SHOWN)


def _take_back(world: InCase, server: int) -> None:
    world.ada_at(server).take_back_in_session(SHOWN)
    world.case.taken_back.add(SHOWN)


CaseAct = Callable[[InCase, int], object]
FIRST: dict[str, CaseAct] = {
    "join": _join,
    "grant": _grant,
    "leave": _leave_case,
    "answer": _answer,
}
SECOND: dict[str, CaseAct] = {
    "leave": _leave_case,
    "grant nothing": _grant_nothing,
    "grant": _grant,
    "the therapist reveals": _reveal,
    "take back": _take_back,
    "another policy": _change_policy,
    "the therapist closes": _close,
}


# -- what has to hold ------------------------------------------------------------------------
def n_read_on(case: Case, person_id: str) -> int:
    """Count the services at which something of hers is read that was ended, or is not read though nothing ended it."""
    wrong = 0
    for desk in case.desks:
        known = [one for one in desk.cases() if one.case_id == case.case_id]
        read = [publication for one in known for publication in desk.read_case(one.case_id).publications]
        wrong += any(one.person_id == person_id for one in read) is case.is_ended
    return wrong


def is_shown_otherwise(case: Case, partners: Sequence[LocalPartner]) -> bool:
    """Tell whether the session shows anything but what was asked for and not taken back; nothing, once ended.

    Whoever of the two can still look, looks first: what they grant anew is shown by their own page.
    """
    for partner in partners:
        with suppress(WorkbookError):
            partner.session_now()
    known = [one for one in case.desks[1].cases() if one.case_id == case.case_id]
    seen = case.desks[1].session(case.case_id) if known else None
    shown = {one.facet for one in seen.revealed} if seen is not None else set()
    return shown != (set() if case.is_ended else case.asked - case.taken_back)
