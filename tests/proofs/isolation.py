"""Who may reach what: every role, every verb of the service, every drawer and table.

Two couples, one of whom opened a round and took it back, and whoever else could ask: a therapist
with and without a grant, the researcher of the study that is run here (to which A and C gave their
answers, and C took them back), a sitting that has ended, a stranger. A cell is one role asking
one verb for one object, with every way of naming that object which the role has: its own sitting under
another's name, or another's name with no sitting. It is allowed only where `MAY` says so and the
object is the role's own; and nobody is ever given a word out of a drawer that isn't theirs.
Verbs are those of the `Service`; one without a rule fails.
"""

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any
from unittest import mock

from tests.proofs._partners import CHEAP
from tests.proofs.harness import Counts, proof
from workbook.errors import AccessError, SignInError, TooManyTriesError, WorkbookError
from workbook.instruments import catalogue
from workbook.service import crypto, research, therapists
from workbook.service.local import LocalService
from workbook.service.protocol import VERBS
from workbook.service.socket import ServiceSocket
from workbook.service.study import Study
from workbook.service.verbs import Actor, Answer, Given, Service
from workbook.service.wire import dump
from workbook.sharing import Grain
from workbook.storage.memory import MemoryStore

ALONE, EITHER = frozenset({"partner"}), frozenset({"partner", "together"})
RESEARCHER = frozenset({"researcher"})
# Which roles may ask a verb, of what is their own.
MAY: dict[str, frozenset[str]] = {
    **dict.fromkeys(("save_answers", "read_responses", "add_event", "read_events"), ALONE),
    **dict.fromkeys(("my_decision", "my_data", "block_free_text", "is_blocking"), ALONE),
    **dict.fromkeys(("unpair", "leave", "erase", "order_for_me", "add_table_event"), ALONE),
    **dict.fromkeys(("grant_therapist", "end_therapist", "my_therapist"), ALONE),
    "read_cases": frozenset({"therapist"}),
    **dict.fromkeys(("couple", "decide", "withdraw", "read_table", "read_audit", "watch"), EITHER),
    **dict.fromkeys(("give_to_research", "my_research"), ALONE),
    "study": EITHER | RESEARCHER,
    "read_research": RESEARCHER,
}
OCCASION, INSTRUMENT, WORDS = "assessment-1", "connection", "nine quiet lanterns of "
_ITEMS = catalogue()[INSTRUMENT].items
STUDY = Study("Talk", "How couples talk.", (INSTRUMENT,), "team@example.org", 12)
Ask = Callable[[Service, Actor], Any]


def _answers() -> list[Answer]:
    return [Answer(f"cell-{item.id}", OCCASION, item.id, item.scale.lowest) for item in _ITEMS]


def _asks(passphrase: str, granted: dict[str, str], deciders: dict[str, str]) -> dict[str, Ask]:
    """Every verb as it is asked; what destroys is asked with ``passphrase``, what was ``granted`` is granted again.

    ``deciders`` has one person of each couple, in whose name a decision is asked.
    """
    key = (INSTRUMENT, OCCASION)
    thanks = {"text": "thank you", "day": "2026-05-01"}
    return {
        "save_answers": lambda service, actor: service.save_answers(actor, _answers()),
        "read_responses": lambda service, actor: service.read_responses(actor).to_json(),
        "add_event": lambda service, actor: service.add_event(actor, "bookmark", {"page": "home"}),
        "read_events": lambda service, actor: service.read_events(actor),
        "couple": lambda service, actor: service.couple(actor),
        "decide": lambda service, actor: service.decide(
            actor,
            *key,
            Grain.NOTHING,
            person_id=deciders.get(actor.couple_id),
            passphrase=passphrase,
        ),
        "my_decision": lambda service, actor: service.my_decision(actor, *key),
        "withdraw": lambda service, actor: service.withdraw(actor, *key),
        "read_table": lambda service, actor: service.read_table(actor),
        "add_table_event": lambda service, actor: service.add_table_event(actor, "gratitude.written", thanks),
        "read_audit": lambda service, actor: service.read_audit(actor),
        "my_data": lambda service, actor: service.my_data(actor),
        "block_free_text": lambda service, actor: service.block_free_text(actor, blocked=False),
        "is_blocking": lambda service, actor: service.is_blocking(actor),
        "unpair": lambda service, actor: service.unpair(actor, passphrase),
        "leave": lambda service, actor: service.leave(actor, passphrase),
        "erase": lambda service, actor: service.erase(actor, passphrase),
        "order_for_me": lambda service, actor: service.order_for_me(actor, ["one", "two"], ["two"]),
        "grant_therapist": lambda service, actor: service.grant_therapist(actor, "no such code"),
        "end_therapist": lambda service, actor: _end_and_grant_again(service, actor, granted),
        "my_therapist": lambda service, actor: service.my_therapist(actor),
        "read_cases": lambda service, actor: service.read_cases(actor),
        "study": lambda service, actor: service.study(actor),
        "give_to_research": lambda service, actor: _give(service, actor, Grain.ANSWERS),
        "my_research": lambda service, actor: service.my_research(actor),
        "read_research": lambda service, actor: [_told(given) for given in service.read_research(actor)],
        "watch": lambda service, actor: service.watch(actor, lambda _: None)(),
    }


def _end_and_grant_again(service: Service, actor: Actor, granted: dict[str, str]) -> None:
    service.end_therapist(actor)
    with suppress(WorkbookError):  # the cells after it find what this one found
        if actor.person_id in granted:
            service.grant_therapist(actor, granted[actor.person_id])


def _give(service: Service, actor: Actor, grain: Grain) -> None:
    service.give_to_research(actor, grain, linked=True, text_hash=STUDY.words_hash)


def _told(given: Given) -> str:
    """All that a study's researcher is told of one person."""
    frames = [frame for one in given.publications for frame in (one.responses, one.scores)]
    return repr(given) + "".join(frame.to_json() for frame in frames)


@dataclass
class World:
    """Two couples and whoever else could ask; roles and objects are both actors by name."""

    service: LocalService
    roles: dict[str, Actor]
    objects: dict[str, Actor]
    granted: dict[str, str]  # person to the code of the therapist whom they let read
    markers: dict[str, str] = field(default_factory=dict)  # person to what only they wrote

    @classmethod
    def open(cls) -> "World":
        service = LocalService(MemoryStore(), cost=CHEAP, study=STUDY)
        people, tables, codes = {}, {}, {}
        for couple, names in {"x": "AB", "y": "CD"}.items():
            first = service.accounts.create_couple(names[0], WORDS + names[0])
            second = service.accounts.join(first.code, names[1], WORDS + names[1])
            people |= {names[0]: first.actor, names[1]: second.actor}
            both = [(name, WORDS + name) for name in names]
            tables[couple] = service.accounts.sign_in_together(first.code, both)
            codes[couple] = first.code
        sit, ours = service.sittings.begin, people["A"].couple_id
        reading, granted = _let_read(service, people)
        ended = service.accounts.sign_in(codes["x"], "A", WORDS + "A")
        service.sittings.end(ended.sitting_id)
        roles = {
            "A": people["A"],
            "B": people["B"],
            "C, who took back": people["C"],
            "D, after C took back": people["D"],
            "A and B together": tables["x"],
            "C and D together": tables["y"],
            "a stranger": Actor("anonymous"),
            # These come with a live sitting and a key, the most they could ever bring.
            **reading,
            "a made-up therapist": sit(Actor("therapist", ours, "t_1"), crypto.new_key()),
            "the researcher": sit(Actor("researcher", "", "r_1"), crypto.new_key()),
            "A, signed out": ended,
        }
        objects = {f"drawer of {name}": actor for name, actor in people.items()}
        objects |= {f"cases of {name}": actor for name, actor in reading.items()}
        objects |= {f"table of {couple}": actor for couple, actor in tables.items()}
        objects["what was given to research"] = roles["the researcher"]
        world = cls(service, roles, objects, granted)
        world._write(people)
        return world

    def _write(self, people: dict[str, Actor]) -> None:
        for n, (name, actor) in enumerate(people.items()):
            marker = self.markers[actor.person_id] = f"only{name}wrote{n}this"
            need = {"id": f"needs.own.cell{n}", "text": marker}
            self.service.add_event(actor, "own_need", need, operation_id=f"need-{n}")
            self.service.save_answers(actor, _answers())
            if name in "CD":
                self.service.decide(actor, INSTRUMENT, OCCASION, Grain.ANSWERS)
            self.service.add_event(actor, "consent", {"text": "consent", "text_hash": "0", "agreed": True})
        self.service.withdraw(people["C"], INSTRUMENT, OCCASION)
        for grain, names in ((Grain.ANSWERS, "AC"), (Grain.NOTHING, "C")):
            for name in names:
                _give(self.service, people[name], grain)


OPEN = "skills"  # what either couple opened to each other; A and B let their therapist read it


def _let_read(service: LocalService, people: dict[str, Actor]) -> tuple[dict[str, Actor], dict[str, str]]:
    """Therapists whom both let read, of whom one took it back, and whom nobody does; and who lets whom read."""
    roles, granted = {}, {}
    for name, granting in {"both grant": "AB", "one took back": "CD", "nobody grants": ""}.items():
        actor, code = service.therapists.create("T", WORDS + name)
        roles[f"a therapist whom {name}"] = actor
        for person in granting:
            service.grant_therapist(people[person], code)
            granted[people[person].person_id] = code
    service.end_therapist(people["C"])
    del granted[people["C"].person_id]
    for person in "ABCD":
        answers = [Answer(item.id, OCCASION, item.id, item.scale.lowest) for item in catalogue()[OPEN].items]
        service.save_answers(people[person], answers)
        service.decide(people[person], OPEN, OCCASION, Grain.SCORES)
    return roles, granted


def n_misread(world: World) -> int:
    """Therapists who read anything but what both of their couple let them."""
    due = {
        name: [(OPEN, OCCASION)] if "both" in name else []
        for name in world.roles
        if name.startswith("a therapist")
    }
    read = {name: world.service.read_cases(world.roles[name]) for name in due}
    wrong = sum(
        [key for case in cases for key in case.table.open_rounds] != due[name] for name, cases in read.items()
    )
    told = [case for cases in read.values() for case in cases]
    return wrong + sum(bool(case.couple.code or case.table.events) for case in told)


def _names_for(role: Actor, target: Actor) -> list[Actor]:
    """Every way in which a role may name an object."""
    own_sitting = replace(target, sitting_id=role.sitting_id)
    return [own_sitting, replace(own_sitting, role=role.role), replace(target, sitting_id="")]


def _is_own(role: Actor, target: Actor) -> bool:
    return role == target


def look_at_cells(counts: Counts, rules: dict[str, frozenset[str]]) -> None:
    """Ask everything of everybody once; see the module."""
    verbs = sorted(Service.__abstractmethods__)
    counts["without_rule"] += len(set(verbs) ^ set(rules)) + len(set(verbs) ^ {*VERBS, "watch"})
    world = World.open()
    counts["shown_again"] += len(world.service.read_research(world.roles["the researcher"])) - 1  # A's alone
    deciders = {
        actor.couple_id: actor.person_id for actor in world.objects.values() if actor.role == "partner"
    }
    asks = _asks("not the passphrase", world.granted, deciders)
    for verb in (verb for verb in verbs if verb in rules and verb in asks):
        for role in world.roles.values():
            for target in world.objects.values():
                counts["trials"] += 1
                if _is_own(role, target) and role.role in rules[verb]:
                    counts["refused"] += not _is_allowed(world, asks[verb], role, role, counts)
                    continue
                named = [role] if _is_own(role, target) else _names_for(role, target)
                counts["allowed"] += any(
                    _is_allowed(world, asks[verb], role, actor, counts) for actor in named
                )
    counts["shown_again"] += _n_still_shown(world)
    counts["misread"] += n_misread(world)


def _is_allowed(world: World, ask: Ask, role: Actor, actor: Actor, counts: Counts) -> bool:
    try:
        given = ask(world.service, actor)
    except (SignInError, TooManyTriesError):
        return True  # it was theirs to ask, with another passphrase
    except AccessError:
        return False
    except WorkbookError:
        return True
    told = json.dumps(given, default=repr)
    counts["leaked"] += any(
        marker in told for person, marker in world.markers.items() if person != role.person_id
    )
    return True


def _n_still_shown(world: World) -> int:
    """Publications that lie on the table of the couple one of whom took theirs back."""
    asking = ("C, who took back", "D, after C took back", "C and D together")
    tables = [world.service.read_table(world.roles[name]) for name in asking]
    return sum(one.instrument == INSTRUMENT for table in tables for one in table.publications)


def look_at_socket(counts: Counts) -> None:
    """The same verbs over the local socket: without a capability, with a spent one, in another's name."""
    import httpx

    world = World.open()
    door = ServiceSocket(world.service)
    try:
        transport = httpx.HTTPTransport(uds=str(door.path))
        with httpx.Client(transport=transport, base_url="http://service", timeout=30) as client:
            a, ended = world.roles["A"], world.roles["A, signed out"]
            second = world.service.sittings.begin(replace(a, sitting_id=""), crypto.new_key())
            spent = door.tickets.exchange(ticket := door.tickets.issue(second))
            world.service.sittings.end(second.sitting_id)
            bearers = {
                "": "",
                "nonsense": "x",
                "a ticket": ticket,
                "a sitting": ended.sitting_id,
                "spent": spent,
            }
            for route in (
                "watch",
                *(f"verbs/{verb}" for verb in sorted(VERBS)),
                "verbs/close",
                "verbs/__init__",
            ):
                for bearer in bearers.values():
                    counts["trials"] += 1
                    headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}
                    reply = client.post(f"/{route}", content=b"{}", headers=headers)
                    counts["allowed"] += reply.status_code == httpx.codes.OK
            counts["allowed"] += _asks_in_anothers_name(client, door, world, counts)
    finally:
        door.close()
        world.service.close()


def _asks_in_anothers_name(client: Any, door: ServiceSocket, world: World, counts: Counts) -> int:
    """B's capability, with A's name written into whatever is sent."""
    capability = door.tickets.exchange(door.tickets.issue(world.roles["B"]))
    claimed = {"actor": vars_of(world.roles["A"]), "person_id": world.roles["A"].person_id, "kinds": None}
    n_leaked = 0
    for verb in ("read_responses", "read_events", "my_data", "read_table", "read_audit"):
        counts["trials"] += 1
        headers = {"Authorization": f"Bearer {capability}"}
        told = client.post(f"/verbs/{verb}", content=dump(claimed), headers=headers).text
        n_leaked += world.markers[world.roles["A"].person_id] in told
    return n_leaked


def vars_of(actor: Actor) -> dict[str, str]:
    return {name: getattr(actor, name) for name in ("role", "couple_id", "person_id", "sitting_id")}


@proof(
    "isolation",
    bound="0 unexpected allows, refusals or leaks in ≥1,000 cells of role × verb × object",
    full=1_000,
    short=1_000,
    zero=("allowed", "refused", "leaked", "shown_again", "without_rule", "misread"),
)
def isolation(size: int, seed: int) -> Counts:
    """All cells; there are more of them than ``size``."""
    return _look(MAY)


def _look(rules: dict[str, frozenset[str]], *, socket: bool = True) -> Counts:
    counts: Counts = dict.fromkeys(
        ("trials", "allowed", "refused", "leaked", "shown_again", "without_rule", "misread"), 0
    )
    look_at_cells(counts, rules)
    if socket:
        look_at_socket(counts)
    return counts


@isolation.control(size=1, fails=lambda counts: counts["allowed"] > 0)
def a_service_that_believes_any_actor(size: int, seed: int) -> Counts:
    """Sittings are no longer compared with whoever claims them."""
    from workbook.service.sittings import Sittings

    def believe(self: Sittings, actor: Actor) -> Actor:
        if self.find(actor.sitting_id) is None:
            raise AccessError("ended")
        return actor

    with mock.patch.object(Sittings, "require", believe):
        return _look(MAY, socket=False)


@isolation.control(size=1, fails=lambda counts: counts["shown_again"] > 0)
def withdrawal_that_changes_nothing(size: int, seed: int) -> Counts:
    """What was taken back stays on the table."""
    with mock.patch.object(LocalService, "withdraw", return_value=None), suppress(WorkbookError):
        return _look(MAY, socket=False)
    raise AssertionError("the control broke off")


@isolation.control(size=1, fails=lambda counts: counts["allowed"] > 0)
def a_grant_that_anybody_ends(size: int, seed: int) -> Counts:
    """Whoever names a person ends what that person granted."""

    def end(self: LocalService, actor: Actor) -> None:
        therapists.take_back(self._store, actor.person_id)

    with mock.patch.object(LocalService, "end_therapist", end):
        return _look(MAY, socket=False)


@isolation.control(size=1, fails=lambda counts: counts["misread"] > 0)
def one_grant_is_enough(size: int, seed: int) -> Counts:
    """A therapist reads as soon as one of the two has granted."""
    with mock.patch.object(therapists, "granted_by_all", lambda _members, granting: bool(granting)):
        return _look(MAY, socket=False)


@isolation.control(size=1, fails=lambda counts: counts["shown_again"] > 0)
def a_gift_to_research_that_cannot_be_taken_back(size: int, seed: int) -> Counts:
    """The study goes on reading what C took back."""
    with mock.patch.object(research, "take_back", return_value=None):
        return _look(MAY, socket=False)


@isolation.control(size=1, fails=lambda counts: counts["leaked"] > 0)
def a_study_that_reads_own_words(size: int, seed: int) -> Counts:
    """Beside each person's answers the researcher is given the words of their drawer."""
    honest = LocalService.read_research

    def tell_all(self: LocalService, actor: Actor) -> list[Given]:
        words = " ".join(
            event.payload["text"]
            for d in self._drawers.values()
            for event in d.records()
            if event.kind == "own_need"
        )
        return [replace(given, person_id=words) for given in honest(self, actor)]

    with mock.patch.object(LocalService, "read_research", tell_all):
        return _look(MAY, socket=False)


@isolation.control(size=1, fails=lambda counts: counts["without_rule"] > 0)
def a_verb_without_a_rule(size: int, seed: int) -> Counts:
    """As if a verb had been added and nobody had said who may ask it."""
    return _look({verb: roles for verb, roles in MAY.items() if verb != "my_data"}, socket=False)
