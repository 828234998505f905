"""A therapist's case in worlds that differ only in what A joined, granted, held back or takes back: for `worlds`.

In each B turns the pages on which a case could show, the shared screen is looked at where a session goes on, and
what B is notified of while A acts is kept. All of it has to be the same in the worlds of one setting.
"""

import hashlib
import json
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from typing import Any

from tests.proofs import _deeds
from tests.proofs._transcript import Ids, in_order, plain
from workbook.content.practice import practice_offer
from workbook.errors import WorkbookError
from workbook.instruments import catalogue
from workbook.service.desks.household import Household
from workbook.service.desks.partner import LocalPartner
from workbook.service.formats.case_values import Granted, ToCase
from workbook.service.formats.values import Answer, Change
from workbook.session import Session
from workbook.session.practice import PracticeSession
from workbook.ui.app import App
from workbook.ui.cockpit.desk import Cockpit
from workbook.ui.cockpit.presentation import Presentation

PART = "connection"
SHOWN = {PART: Granted(ToCase.SCORES, in_session=True)}
PAGES = ("home", "therapist", "in-session", "sharing", "rights", "exercises", "together", "room")
SOURCES = {"_esm", "_css"}  # of a component: long, and compared by what stands for them
_PASSPHRASE, _NOON = (
    "nine quiet rooms",
    datetime(2026, 5, 1, 12, tzinfo=UTC),
)  # the therapist's, as in `_deeds`

Act = Callable[[LocalPartner, "Setting"], None]


@dataclass(frozen=True)
class Setting:
    """What is the same in its worlds, and what A does in each: the first is compared with the others.

    ``topic`` is asked for once A has acted, where a session goes on.
    """

    invite: str
    topic: str
    b_grants: dict[str, Granted]
    has_session: bool
    acts: tuple[Act, ...]


def settings(invite: str, chance: random.Random) -> Iterator[Setting]:
    """Yield a case before any session; one in which B shows a topic, and one in which B shows nothing."""
    topics = [one.id for one in catalogue()[PART].subscales if one.about == "self"]
    topic = chance.choice([one for one in topics if one not in practice_offer().guarded])
    yield Setting(invite, topic, SHOWN, has_session=False, acts=(_nothing, _join, _join_and_grant, _leave))
    kept_apart = (_join, _grant_to_the_case, _grant_another_part, _take_back, _decline)
    yield Setting(invite, topic, SHOWN, has_session=True, acts=kept_apart)
    yield Setting(invite, topic, {}, has_session=True, acts=(_join, _join_and_grant))


def told_in(household: Household, couple: _deeds.Couple, setting: Setting, act: Act, seed: str) -> list[str]:
    """Return all that B and the shared screen are told in the world in which A does this."""
    chance = random.Random(f"{seed}/session")
    ana, ben = household.seat_partner(couple.ana), household.seat_partner(couple.ben)
    for partner in (ana, ben):
        partner.save_answers(_deeds.answers_of(chance, PART, _deeds.OCCASION, share=1.0))
    _grant(ben, setting, setting.b_grants)
    desk = household.seat_therapist(
        household.therapists.sign_in(household.therapists._all()[0].code, _PASSPHRASE)
    )
    heard: list[Change] = []
    stop = ben.watch(heard.append)
    time.sleep(0.02)
    heard.clear()
    act(ana, setting)
    time.sleep(0.02)
    told = [f"heard {sorted(one.what for one in heard)}"]
    stop()
    screen = _run_session(desk, (ana, ben), setting, act) if setting.has_session else []
    told += _verbs(ben)
    app = App(Session(ben))
    for page in PAGES:
        try:
            app.go(page)
        except WorkbookError as error:
            told.append(f"{page}: {type(error).__name__}")
        told += [f"{page} {line}" for line in _states(app.root)]
    return told + screen


def _run_session(
    desk: Any, partners: tuple[LocalPartner, LocalPartner], setting: Setting, act: Act
) -> list[str]:
    """Open a session into which both come, and ask to show the topic; return what the shared screen holds."""
    case_id = desk.cases()[0].case_id
    for partner in partners:
        desk.tick_case(case_id, f"alone/{partner.actor.person_id}", stands=True)
    desk.open_session(case_id)
    for partner in partners:
        partner.come_into_session()
    if act is _take_back:
        partners[0].take_back_in_session(setting.topic)
    desk.reveal(case_id, setting.topic, _deeds.OCCASION)
    shared = Cockpit(PracticeSession(desk), (Presentation,))
    return [f"screen {line}" for line in _states(shared.root)]


def _verbs(ben: LocalPartner) -> list[str]:
    seen = ben.session_now()
    now = None if seen is None else replace(seen, id="", couple_id="", began=_NOON, at=_NOON)
    return [
        f"session {now}",
        f"case {ben.my_case()}",
        f"couple {ben.couple()}",
        f"audit {len(ben.read_audit())}",
    ]


def _states(root: Any) -> list[str]:
    """Return the state of every widget of a page, shown or not, in order, ids by their first appearance."""
    ids: Ids = {}

    def lines(widget: Any) -> Iterator[str]:
        state = {name: value for name, value in widget.get_state().items() if name != "entry"}
        state |= {name: _digest(state[name]) for name in SOURCES & state.keys()}
        yield plain(json.dumps(in_order(state), default=str), ids)
        for child in getattr(widget, "children", ()):
            yield from lines(child)

    return list(lines(root))


@cache
def _digest(source: str) -> str:
    return hashlib.sha256(source.encode()).hexdigest()


# -- what A does ----------------------------------------------------------------------------
def _grant(partner: LocalPartner, setting: Setting, grants: dict[str, Granted]) -> None:
    mine = partner.join_case(setting.invite)
    if grants:
        partner.grant_case(grants, until="", policy_hash=mine.policy_hash)


def _nothing(_ana: LocalPartner, _setting: Setting) -> None:
    """Do nothing at all: not even join."""


def _join(ana: LocalPartner, setting: Setting) -> None:
    _grant(ana, setting, {})


def _join_and_grant(ana: LocalPartner, setting: Setting) -> None:
    _grant(ana, setting, SHOWN)


def _leave(ana: LocalPartner, setting: Setting) -> None:
    _grant(ana, setting, SHOWN)
    ana.leave_case()


def _grant_to_the_case(ana: LocalPartner, setting: Setting) -> None:
    _grant(ana, setting, {PART: Granted(ToCase.ANSWERS)})


def _grant_another_part(ana: LocalPartner, setting: Setting) -> None:
    _grant(ana, setting, {"needs": Granted(ToCase.SCORES, in_session=True)})


def _take_back(ana: LocalPartner, setting: Setting) -> None:
    """Grant it; it is taken back in the session, before it is asked for."""
    _grant(ana, setting, SHOWN)


def _decline(ana: LocalPartner, setting: Setting) -> None:
    """Grant it, having declined every question of the topic."""
    items = [one for one in catalogue()[PART].items if one.id.startswith(f"{setting.topic}.")]
    ana.save_answers(
        [Answer(f"declined-{one.id}", _deeds.OCCASION, one.id, None, declined=True) for one in items]
    )
    _grant(ana, setting, SHOWN)
