"""What a therapist reads, and what a session shows: random histories of grants, held against a small model.

A couple and two therapists, each with a case. Either partner joins, grants, takes back, leaves, answers, comes
again; a therapist changes the policy; days pass; in a session topics are asked for, covered, offered and taken
back. After every step all that each therapist reads, and what the session shows on every page, has to be what
the model says: a page that knows nothing of places, cells or keys. A history ends with a couple that parts, a
partner who leaves or erases, or a case that is closed: then nothing is read any more.
"""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from unittest import mock

from tests.proofs._everybody import therapist_at
from tests.proofs._partners import CHEAP
from tests.proofs.harness import Counts, proof
from workbook.errors import WorkbookError
from workbook.instruments import catalogue
from workbook.service.cases import office, owner, sessions
from workbook.service.cases.live import Live
from workbook.service.cases.place import Place
from workbook.service.desks.household import Household
from workbook.service.formats.case_values import Granted, Revealed, ToCase
from workbook.service.formats.values import Answer
from workbook.service.identity.sittings import Sittings
from workbook.storage.base import Writing
from workbook.storage.memory import MemoryStore

NAMES, WORDS = "AB", "nine quiet lanterns of "
PARTS, ROUNDS = ("connection", "warning_signs"), ("assessment-1", "assessment-2")
FREE = ("connection.listening", "connection.empathy", "warning_signs.blame")
GUARDED, HELD_BACK = "connection.trust", "connection.listening.1"
POLICIES = ("no_secrets", "each_alone")
MOST_STEPS = 40
BROKEN = ("read_otherwise", "shown_otherwise", "read_after_the_end")
Read = set[tuple[str, str, str, str, int]]
"""By therapist, person, instrument and occasion: how many answers are read; -1 where scores alone are."""


@dataclass
class Person:
    """What the model knows of one partner."""

    joined: str = ""
    grants: dict[str, Granted] = field(default_factory=dict)
    policy: str = ""
    until: str = ""
    answered: set[tuple[str, str]] = field(default_factory=set)
    holds_back: bool = False
    published: dict[tuple[str, str], int] = field(default_factory=dict)


@dataclass
class Model:
    """All that decides what is read and shown, and nothing of how."""

    people: dict[str, Person] = field(default_factory=lambda: {name: Person() for name in NAMES})
    policies: dict[str, str] = field(default_factory=lambda: dict.fromkeys("12", POLICIES[0]))
    day: date = field(default_factory=lambda: datetime.now(UTC).date())
    asked: list[tuple[str, str]] = field(default_factory=list)
    covered: set[str] = field(default_factory=set)
    offered: set[tuple[str, str]] = field(default_factory=set)
    gone: set[tuple[str, str]] = field(default_factory=set)
    in_session: bool = False

    def stands(self, name: str) -> bool:
        """Whether what somebody granted holds now."""
        one = self.people[name]
        is_over = bool(one.until) and one.until <= self.day.isoformat()
        return bool(one.joined) and one.policy == self.policies[one.joined] and not is_over

    def publish(self, name: str) -> None:
        """What a sitting's begin, and every grant, does with what lies in somebody's place."""
        one, published = self.people[name], dict[tuple[str, str], int]()
        for part, when in sorted(one.answered) if self.stands(name) else ():
            granted = one.grants.get(part, Granted()).to_case
            if granted is ToCase.SCORES:
                published[part, when] = -1
            elif granted is ToCase.ANSWERS:
                is_held = one.holds_back and (part, when) == (PARTS[0], ROUNDS[0])
                published[part, when] = _n_publishable(part, without_one=is_held)
        one.published = published

    def read(self) -> Read:
        """What each therapist reads now."""
        return {
            (one.joined, name, *key, n)
            for name, one in self.people.items()
            if self.stands(name)
            for key, n in one.published.items()
        }

    def shown(self) -> list[tuple[str, str]]:
        """The topics that a session with the first therapist shows now."""
        return [
            topic
            for topic in self.asked
            if self.in_session
            and topic[0] not in self.covered
            and all(self._shows(name, topic) for name in NAMES)
        ]

    def _shows(self, name: str, topic: tuple[str, str]) -> bool:
        one, (facet, when) = self.people[name], topic
        part = facet.partition(".")[0]
        granted = one.grants.get(part, Granted())
        is_free = facet != GUARDED or (name, facet) in self.offered
        may = one.joined == "1" and self.stands(name) and granted.in_session and is_free
        return may and (name, facet) not in self.gone and (part, when) in one.answered


class World:
    """The service as it is, beside the model."""

    def __init__(self, chance: random.Random) -> None:
        self.chance, self.model = chance, Model()
        forever = float("inf")
        sittings = Sittings(heartbeat=forever, idle=forever)
        self.household = Household(MemoryStore(), sittings=sittings, cost=CHEAP)
        first = self.household.accounts.create_couple("A", WORDS + "A")
        second = self.household.accounts.join(first.code, "B", WORDS + "B")
        self.code, self.actors = first.code, {"A": first.actor, "B": second.actor}
        self.pages: dict[str, Any] = {
            name: self.household.seat_partner(one) for name, one in self.actors.items()
        }
        self.therapists: dict[str, Any] = {}
        self.cases: dict[str, Any] = {}
        for name in "12":
            made = self.household.therapists.create("T", WORDS + name)
            self.therapists[name] = therapist_at(self.household, made.actor)
            self.therapists[name].set_policy(POLICIES[0], "", 365)
            self.cases[name] = self.therapists[name].make_case("a case")
        for page in self.pages.values():
            page.add_event("consent", {"text": "consent", "text_hash": "0", "agreed": True})
        self._begin()

    def _begin(self) -> None:
        """Most begin as couples in therapy do: both have answered, have joined, and are in a session."""
        if self.chance.random() < 0.8:
            for name in NAMES:
                for part in PARTS:
                    self._answers(name, part, ROUNDS[0])
                self._joins(name, "1")
                self._grants(name)
            self._open()

    # -- steps ----------------------------------------------------------------------------
    def step(self) -> None:
        """Do one thing that somebody may do, in the service and in the model."""
        weights = {self._join: 2, self._grant: 5, self._leave: 1, self._answer: 3, self._hold_back: 1}
        weights |= {self._come_again: 2, self._policy: 1, self._pass_days: 1, self._open: 4, self._ask: 10}
        weights |= {self._cover: 1, self._offer: 5, self._take_back: 4, self._end_session: 1}
        self.chance.choices([*weights], [*weights.values()])[0]()

    def _one(self) -> str:
        return self.chance.choice(NAMES)

    def _join(self) -> None:
        self._joins(self._one(), self.chance.choice("11112"))

    def _joins(self, name: str, to: str) -> None:
        person = self.model.people[name]
        self.pages[name].join_case(self.cases[to].code)
        if person.joined != to:
            person.joined, person.grants, person.policy, person.until, person.published = to, {}, "", "", {}
        self.therapists[to].cases()

    def _grant(self) -> None:
        self._grants(self._one())

    def _grants(self, name: str) -> None:
        person, page = self.model.people[name], self.pages[name]
        drawn = {part: self.chance.choice((*ToCase, *[ToCase.SCORES] * 4)) for part in PARTS}
        grants = {
            part: Granted(to, in_session=to in (ToCase.SCORES, ToCase.ANSWERS) and self.chance.random() < 0.9)
            for part, to in drawn.items()
        }
        until = self._a_day() if self.chance.random() < 0.3 else ""
        mine = page.my_case()
        if mine is None or not person.joined:
            return
        page.grant_case(grants, until=until, policy_hash=mine.policy_hash)
        person.grants = {part: one for part, one in grants.items() if one.to_case is not ToCase.NOTHING}
        person.until = until
        person.policy = self.model.policies[person.joined] if person.grants else person.policy
        self.model.publish(name)

    def _a_day(self) -> str:
        return (self.model.day + timedelta(days=self.chance.randint(1, 5))).isoformat()

    def _leave(self) -> None:
        name = self._one()
        self.pages[name].leave_case()
        person = self.model.people[name]
        person.joined, person.grants, person.policy, person.published = "", {}, "", {}

    def _answer(self) -> None:
        self._answers(self._one(), self.chance.choice(PARTS), self.chance.choice(ROUNDS))

    def _answers(self, name: str, part: str, when: str) -> None:
        items = catalogue()[part].items
        self.pages[name].save_answers(
            [Answer(self._id(), when, one.id, self.chance.choice(one.scale.values)) for one in items]
        )
        self.model.people[name].answered.add((part, when))

    def _hold_back(self) -> None:
        """Decide to show the partner nothing, and hold one answer back; or hold none back any more."""
        name = self._one()
        if (PARTS[0], ROUNDS[0]) in self.model.people[name].answered:
            held = [HELD_BACK] if self.chance.random() < 0.7 else []
            self.pages[name].decide(PARTS[0], ROUNDS[0], "nothing", held)
            self.model.people[name].holds_back = bool(held)
            self.model.publish(name)

    def _come_again(self) -> None:
        name = self._one()
        self.household.sittings.end(self.actors[name].sitting_id)
        self.actors[name] = self.household.accounts.sign_in(self.code, name, WORDS + name)
        self.pages[name] = self.household.seat_partner(self.actors[name])
        self.pages[name].read_events()
        self.model.publish(name)

    def _policy(self) -> None:
        name = self.chance.choice("12")
        self.model.policies[name] = self.chance.choice(POLICIES)
        self.therapists[name].set_policy(self.model.policies[name], "", 365)

    def _pass_days(self) -> None:
        self.model.day += timedelta(days=self.chance.randint(1, 3))

    def _open(self) -> None:
        if self.model.in_session or any(one.joined != "1" for one in self.model.people.values()):
            return
        case_id = self.cases["1"].case_id
        for actor in self.actors.values():
            self.therapists["1"].tick_case(case_id, f"alone/{actor.person_id}", stands=True)
        self.therapists["1"].open_session(case_id)
        self.therapists["1"].allow_reveals(case_id, 12)
        self.model.in_session, self.model.asked = True, []
        self.model.covered, self.model.offered, self.model.gone = set(), set(), set()

    def _ask(self) -> None:
        facet, when = self.chance.choice((*FREE, GUARDED)), self.chance.choice((*ROUNDS, *ROUNDS[:1] * 3))
        may = facet != GUARDED or {(name, facet) for name in NAMES} <= self.model.offered
        if not self.model.in_session:
            return
        try:
            self.therapists["1"].reveal(self.cases["1"].case_id, facet, when)
        except WorkbookError:
            if may and len(self.model.asked) < 12:
                raise
            return
        if not may:
            raise AssertionError("a guarded topic was asked for without the wish of both")
        if (facet, when) not in self.model.asked:
            self.model.asked.append((facet, when))
        self.model.covered.discard(facet)

    def _cover(self) -> None:
        if self.model.in_session:
            facet = self.chance.choice(FREE)
            self.therapists["1"].cover(self.cases["1"].case_id, facet)
            if any(one[0] == facet for one in self.model.asked):
                self.model.covered.add(facet)

    def _offer(self) -> None:
        name, facet = self._one(), self.chance.choice((GUARDED, GUARDED, *FREE))
        if self._is_in(name):
            self.pages[name].offer_in_session(facet)
            self.model.offered.add((name, facet))
            self.model.gone.discard((name, facet))

    def _take_back(self) -> None:
        name, facet = self._one(), self.chance.choice((GUARDED, *FREE))
        if self._is_in(name):
            self.pages[name].take_back_in_session(facet)
            self.model.offered.discard((name, facet))
            self.model.gone.add((name, facet))

    def _end_session(self) -> None:
        if self.model.in_session:
            self.therapists["1"].end_session(self.cases["1"].case_id)
            self.model.in_session = False

    def _is_in(self, name: str) -> bool:
        return self.model.in_session and self.model.people[name].joined == "1"

    def _id(self) -> str:
        return self.chance.randbytes(16).hex()

    # -- what is read and shown --------------------------------------------------------------
    def read(self) -> Read:
        """What each therapist reads of each partner."""
        names = {actor.person_id: name for name, actor in self.actors.items()}
        found = set()
        for therapist, page in self.therapists.items():
            for seen in page.cases():
                for one in page.read_case(seen.case_id).publications:
                    n = len(one.responses) or -1
                    found.add((therapist, names[one.person_id], one.instrument, one.occasion, n))
        return found

    def shown(self) -> list[list[tuple[str, str]]]:
        """What the session shows, on the page of everybody who is in it; all of them first look once."""
        case_id = self.cases["1"].case_id
        pages: list[Callable[[], Any]] = [lambda: self.therapists["1"].session(case_id)]
        pages += [self.pages[name].session_now for name in NAMES if self._is_in(name)]
        for look in pages:
            look()
        seen = [look() for look in pages]
        return [[] if one is None else [(each.facet, each.occasion) for each in one.revealed] for one in seen]

    def end(self) -> None:
        """End all that was granted, in one of the ways there are."""
        name = self._one()
        how = self.chance.choice(("unpair", "leave", "erase", "close_case"))
        if how == "close_case":
            for therapist, case in self.cases.items():
                self.therapists[therapist].close_case(case.case_id)
        else:
            getattr(self.pages[name], how)(WORDS + name)


@contextmanager
def _today(world: World) -> Iterator[None]:
    """Have the days of grants be told by the model's calendar."""

    def is_over(self: Place, _today: date) -> bool:
        return bool(self.until) and self.until <= world.model.day.isoformat()

    with mock.patch.object(Place, "is_over", is_over):
        yield


@proof(
    "grants",
    bound="0 differences in ≥10,000 steps of random grants, sessions and ends, held against a model after each",
    full=10_000,
    short=120,
    portion=500,
    zero=BROKEN,
)
def grants(size: int, seed: int) -> Counts:
    """Histories of up to forty steps, as many as it takes."""
    return _compare(size, seed)


@grants.control(size=200, fails=lambda counts: counts["read_otherwise"] > 0)
def a_changed_policy_that_rests_nothing(size: int, seed: int) -> Counts:
    """What was granted under another policy is read on."""

    def stands(found: Place, _board: object, today: date) -> bool:
        return not found.is_over(today)

    with mock.patch.object(office, "is_standing", stands), mock.patch.object(owner, "is_standing", stands):
        return _compare(size, seed)


@grants.control(size=200, fails=lambda counts: counts["shown_otherwise"] > 0)
def a_topic_that_one_of_two_shows(size: int, seed: int) -> Counts:
    """What one has laid out is shown, whether the other has or not."""

    def by_either(self: Live, topic: tuple[str, str]) -> bool:
        return any((who, topic) in self.laid for who in self.people)

    def of_one(live: Live, topic: tuple[str, str]) -> Revealed:
        row = next(row for (_, one), row in live.laid.items() if one == topic)
        return Revealed(topic[0], topic[0].partition(".")[0], topic[1], row)

    with (
        mock.patch.object(Live, "_is_laid_by_both", by_either),
        mock.patch.object(sessions, "_revealed", of_one),
        mock.patch.object(sessions, "_is_told_alike", lambda one, other: one.shown == other.shown),
    ):
        return _compare(size, seed)


@grants.control(size=200, fails=lambda counts: counts["shown_otherwise"] > 0)
def taking_back_that_takes_nothing_back(size: int, seed: int) -> Counts:
    """What was laid out once stays, whatever its owner does."""
    with mock.patch("workbook.service.cases.live.take_back", lambda live, _person, _facet: live):
        return _compare(size, seed)


@grants.control(size=200, fails=lambda counts: counts["read_otherwise"] > 0)
def a_place_that_keeps_what_it_held(size: int, seed: int) -> Counts:
    """Who leaves a case leaves what they had granted there."""
    writing = owner.writing_place

    def keep(person_id: str, filled: Place | None, cell: Any, *keys: bytes) -> Any:
        if filled is None and cell.content is not None:
            return Writing()
        return writing(person_id, filled, cell, *keys)

    with mock.patch.object(owner, "writing_place", keep):
        return _compare(size, seed)


def _compare(size: int, seed: int) -> Counts:
    counts: Counts = {"trials": 0, "n_histories": 0, "n_read": 0, "n_shown": 0} | dict.fromkeys(BROKEN, 0)
    chance = random.Random(f"grants/{seed}")
    while counts["trials"] < size:
        world = World(chance)
        with _today(world):
            _one_history(world, counts)
        world.household.close()
        counts["n_histories"] += 1
    return counts


def _one_history(world: World, counts: Counts) -> None:
    for _ in range(world.chance.randint(MOST_STEPS // 2, MOST_STEPS)):
        world.step()
        counts["trials"] += 1
        read, shown = world.model.read(), world.model.shown()
        counts["read_otherwise"] += world.read() != read
        counts["shown_otherwise"] += any(page != shown for page in world.shown())
        counts["n_read"] += len(read)
        counts["n_shown"] += len(shown)
    world.end()
    counts["read_after_the_end"] += len({one for one in world.read() if one[1] in NAMES})


def _n_publishable(part: str, *, without_one: bool) -> int:
    """How many answers of a part are published where all are given: none that is never, or held back."""
    n = sum(not item.never_published for item in catalogue()[part].items)
    return n - without_one
