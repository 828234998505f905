"""Access control in the service: every role, every verb of every interface, every drawer and table.

Two couples, one of whom opened a round and took it back, and whoever else could ask: a therapist
with and without a grant, the researcher of the study that is run here (to which A and C gave their
answers, and C took them back), a sitting that has ended, a stranger. A cell is one role asking
one verb for one object, with every way of naming that object which the role has: its own sitting under
another's name, or another's name with no sitting. It is allowed only where `MAY` says so and the
object is the role's own; and nobody is ever given a word out of a drawer that isn't theirs. An interface
that outlived its sitting is refused whatever it is asked. Over the local socket each role asks every verb
there is, its own and those of others, with arguments that the verb takes.
Verbs are those of the roles' interfaces; one without a rule fails.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any
from unittest import mock

import httpx

from tests.proofs._everybody import GRANTED, INSTRUMENT, World, therapist_at
from tests.proofs._rules import BESIDE, MAY, Rules, arguments_of, n_without_rule
from tests.proofs.harness import Counts, proof
from workbook.errors import AccessError, SignInError, TooManyTriesError, WorkbookError
from workbook.service.cases.office import Office
from workbook.service.cases.place import Place, place_cell, writing_place
from workbook.service.cases.records import CaseRecord, PracticeFold
from workbook.service.desks.at_table import AtTable
from workbook.service.desks.caseload import Caseload
from workbook.service.desks.household import Household
from workbook.service.desks.partner import LocalPartner
from workbook.service.desks.researcher import LocalResearcher
from workbook.service.desks.roles import INTERFACES, RoleService
from workbook.service.formats import crypto
from workbook.service.formats.crypto import new_key_pair
from workbook.service.formats.values import Actor, Contribution
from workbook.service.identity.sittings import Sittings
from workbook.service.link import socket
from workbook.service.link.calls import decode, encode, verbs_of
from workbook.service.link.errors import Refusal
from workbook.service.link.socket import ServiceSocket
from workbook.service.studies import given
from workbook.storage.base import Writing
from workbook.storage.deciding import put

NO_VERBS = ("close", "tell_defect", "actor", "seat", "watch", "__init__", "_core", "as_read")
FOUND = ("trials", "allowed", "refused", "leaked", "shown_again", "without_rule", "misread")


# -- in process ----------------------------------------------------------------------------------
def _names_for(role: Actor, target: Actor) -> list[Actor]:
    """Every way in which a role may name an object."""
    own_sitting = replace(target, sitting_id=role.sitting_id)
    return [own_sitting, replace(own_sitting, role=role.role), replace(target, sitting_id="")]


def look_at_cells(counts: Counts, rules: Rules) -> None:
    """Ask everything of everybody once; see the module."""
    world = World.open()
    counts["without_rule"] += n_without_rule(rules, world)
    counts["misread"] += n_misread(world)
    reader = world.household.seat(world.roles["the researcher"])
    counts["shown_again"] += len(reader.read_research()) - 1  # A's alone
    for verb, may in sorted(rules.items()):
        for role in world.roles.values():
            for target in world.objects.values():
                counts["trials"] += 1
                if role == target and role.role in may:
                    counts["refused"] += not _is_allowed(world, verb, role, role, counts)
                    continue
                named = [role] if role == target else _names_for(role, target)
                counts["allowed"] += any(_is_allowed(world, verb, role, actor, counts) for actor in named)
        for role, kept in world.kept.items():
            counts["trials"] += 1
            # It has the verb, so that what refuses it is the end of its sitting.
            counts["refused"] += role in may and not hasattr(kept, verb)
            counts["allowed"] += _answers(world, verb, lambda kept=kept: kept, Actor("anonymous"), counts)
    counts["shown_again"] += _n_still_shown(world)
    _name_each_others_cases(world, counts)
    counts["misread"] += n_misread(world)


def _is_allowed(world: World, verb: str, role: Actor, actor: Actor, counts: Counts) -> bool:
    return _answers(world, verb, partial(world.household.seat, actor), role, counts)


def _answers(world: World, verb: str, seat: Callable[[], RoleService], role: Actor, counts: Counts) -> bool:
    """Tell whether a caller gets a reply; search the reply for other people's words."""
    try:
        service = seat()
        if not hasattr(service, verb):
            return False
        told = encode(_ask(world, verb, service))
    except (SignInError, TooManyTriesError):
        return True  # it was theirs to ask, with another passphrase
    except AccessError:
        return False
    except WorkbookError:
        return True
    counts["leaked"] += any(
        marker in told for person, marker in world.markers.items() if person != role.person_id
    )
    return True


def _ask(world: World, verb: str, service: Any) -> Any:
    """Ask one verb; what it took back or ended is made good, for the cells that come after."""
    actor = service.actor
    case_id = _case_of(world, actor)
    if verb == "close_case" and hasattr(service, "make_case"):
        case_id = service.make_case("to be closed").case_id
    given, named = arguments_of(verb, actor.role, _decider_of(world, actor.couple_id), case_id)
    told = getattr(service, verb)(*given, **named)
    if verb == "watch":
        return told()
    if verb in ("leave_case", "grant_case"):
        _grant_again(world, service)
    if verb == "end_session":
        service.open_session(case_id)
    return told


def _case_of(world: World, actor: Actor) -> str:
    """Return somebody's own case, or the one that most is in: whoever asks about it must not reach it."""
    most = world.cases[world.roles["a therapist whom both grant"].person_id]
    return world.cases.get(actor.person_id, most)


def _grant_again(world: World, service: Any) -> None:
    for name, role in world.roles.items():
        if role.person_id in world.cases and "both" in name and service.actor.couple_id == _ours(world):
            case = next(
                one
                for one in world.household.seat(role).cases()
                if one.case_id == world.cases[role.person_id]
            )
            with suppress(WorkbookError):
                mine = service.join_case(case.code)
                service.grant_case(GRANTED, until="", policy_hash=mine.policy_hash)


def _ours(world: World) -> str:
    return world.roles["A"].couple_id


def _decider_of(world: World, couple_id: str) -> str:
    """One person of a couple, in whose name two together are asked to decide."""
    people = [actor for actor in world.objects.values() if actor.role == "partner"]
    return next((one.person_id for one in people if one.couple_id == couple_id), "nobody")


def n_misread(world: World) -> int:
    """Therapists who read anything but what is granted to them, or are told of another's case."""
    ours, theirs = (
        {world.roles[name].person_id for name in "AB"},
        {world.roles["D, after C took back"].person_id},
    )
    wrong = 0
    for name, role in world.roles.items():
        if role.person_id not in world.cases:
            continue
        due = ours if "both" in name else theirs if "one took back" in name else set()
        try:
            page = therapist_at(world.household, role)
            cases = [one for one in page.cases() if one.members]
            read = [publication for one in cases for publication in page.read_case(one.case_id).publications]
        except AccessError:  # somebody has ended their sitting
            wrong += 1
            continue
        readers = {one.person_id for one in read}
        wrong += not readers <= due or ("both" in name and readers != due)
        wrong += any(len(one.responses) or one.instrument != INSTRUMENT for one in read)
        wrong += len(cases) > 1
    return wrong


def _name_each_others_cases(world: World, counts: Counts) -> None:
    """Every verb of a therapist's that names a case, about every case that is another's."""
    therapists = {name: role for name, role in world.roles.items() if role.person_id in world.cases}
    for role in therapists.values():
        try:
            page = therapist_at(world.household, role)
        except AccessError:
            counts["refused"] += 1
            continue
        for other, case_id in world.cases.items():
            for verb in sorted(verbs_of(INTERFACES["therapist"])) if other != role.person_id else ():
                given, named = arguments_of(verb, "therapist", "nobody", case_id)
                if case_id not in given:
                    continue
                counts["trials"] += 1
                try:
                    counts["leaked"] += world.markers[other] in encode(getattr(page, verb)(*given, **named))
                    counts["allowed"] += 1
                except AccessError:
                    continue
                except WorkbookError:  # it is known to be there
                    counts["allowed"] += 1


def _n_still_shown(world: World) -> int:
    """Publications on the table of the couple one of whom took theirs back; 1 if a sitting there was ended.

    No asking of somebody else's may end one: then nothing could be said for the table.
    """
    asking = ("C, who took back", "D, after C took back", "C and D together")
    try:
        tables = [world.household.seat_couple(world.roles[name]).read_table() for name in asking]
    except AccessError:
        return 1
    return sum(one.instrument == INSTRUMENT for table in tables for one in table.publications)


# -- over the local socket -----------------------------------------------------------------------
def look_at_socket(counts: Counts) -> None:
    """The same verbs over the local socket: as each role, without a capability, in another's name."""
    world = World.open()
    door = ServiceSocket(world.household)
    try:
        transport = httpx.HTTPTransport(uds=str(door.path))
        with httpx.Client(transport=transport, base_url="http://service", timeout=30) as client:
            _ask_without_capability(client, door, world, counts)
            _ask_in_anothers_name(client, door, world, counts)
            for name in ("A and B together", "a therapist whom both grant", "the researcher", "A"):
                _ask_as(world.roles[name], client, door, world, counts)
    finally:
        door.close()
        world.household.close()


def _routes() -> list[str]:
    return ["watch", "defect", *(f"verbs/{name}" for name in sorted({*MAY, *NO_VERBS}))]


def _ask_without_capability(client: httpx.Client, door: ServiceSocket, world: World, counts: Counts) -> None:
    a, ended = world.roles["A"], world.roles["A, signed out"]
    second = world.household.sittings.begin(replace(a, sitting_id=""), crypto.new_key())
    spent = door.tickets.exchange(ticket := door.tickets.issue(second))
    world.household.sittings.end(second.sitting_id)
    for route in _routes():
        for bearer in ("", "x", ticket, ended.sitting_id, spent):
            counts["trials"] += 1
            headers = _bearing(bearer) if bearer else {}
            reply = client.post(f"/{route}", content=_bytes_for(route, a, world), headers=headers)
            counts["allowed"] += not _is_refused(reply.status_code, reply.content)


def _ask_as(role: Actor, client: httpx.Client, door: ServiceSocket, world: World, counts: Counts) -> None:
    """Ask as one role all that any role may ask: its own goes through, and nothing else."""
    headers = _bearing(door.tickets.exchange(door.tickets.issue(role)))
    for route in _routes():
        counts["trials"] += 1
        kind, _, verb = route.rpartition("/")
        may = role.role in MAY.get(verb, ()) and verb not in BESIDE and (kind == "verbs") == (verb != "watch")
        may = may or route == "defect"  # a kernel of any role may say what failed in it
        content = _bytes_for(route, role, world)
        with client.stream("POST", f"/{route}", content=content, headers=headers) as reply:
            is_stream = reply.status_code == httpx.codes.OK and route == "watch"  # it never ends
            is_refused = not is_stream and _is_refused(reply.status_code, reply.read())
        counts["refused"] += may and is_refused
        counts["allowed"] += not may and not is_refused


def _bytes_for(route: str, role: Actor, world: World) -> bytes:
    """Arguments that the verb takes: of the role's own, or else of the role that has it."""
    verb = route.rpartition("/")[2]
    having = [one for one, interface in INTERFACES.items() if verb in verbs_of(interface)]
    if not having:
        return encode({} if route.startswith("verbs") else "a page failed")
    of = role.role if role.role in having else having[0]
    case_id = _case_of(world, role)
    if verb == "close_case" and role.person_id in world.cases:
        case_id = therapist_at(world.household, role).make_case("to be closed").case_id
    given, named = arguments_of(verb, of, _decider_of(world, role.couple_id), case_id)
    return verbs_of(INTERFACES[of])[verb].write_arguments(*given, **named)


def _is_refused(status: int, content: bytes) -> bool:
    """Tell whether a call is refused as not allowed; a wrong passphrase has an error of its own."""
    return status == httpx.codes.FORBIDDEN and decode(content, Refusal).kind == "AccessError"


def _ask_in_anothers_name(client: httpx.Client, door: ServiceSocket, world: World, counts: Counts) -> None:
    """B's capability, with A's name written into whatever is sent; A's own finds the words looked for."""
    a, own_words = world.roles["A"], world.markers[world.roles["A"].person_id]
    claimed = {"actor": a, "person_id": a.person_id, "kinds": None}
    bearing = {name: _bearing(door.tickets.exchange(door.tickets.issue(world.roles[name]))) for name in "AB"}
    for verb in ("read_responses", "read_events", "my_data", "read_table", "read_audit"):
        for sent in (claimed, {}):
            counts["trials"] += 1
            told = client.post(f"/verbs/{verb}", content=encode(sent), headers=bearing["B"]).content
            counts["leaked"] += own_words in told
    told = client.post("/verbs/read_events", content=encode({}), headers=bearing["A"]).content
    counts["refused"] += own_words not in told


def _bearing(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


@proof(
    "isolation",
    bound="0 unexpected allows, refusals or leaks in ≥1,000 cells of role × verb × object",
    full=1_000,
    short=1_000,
    zero=FOUND[1:],
)
def isolation(size: int, seed: int) -> Counts:
    """All cells; there are more of them than ``size``."""
    return _look(MAY)


def _look(rules: Rules, *, socket: bool = True) -> Counts:
    counts: Counts = dict.fromkeys(FOUND, 0)
    look_at_cells(counts, rules)
    if socket:
        look_at_socket(counts)
    return counts


@isolation.control(size=1, fails=lambda counts: counts["allowed"] > 0)
def a_service_that_believes_any_actor(size: int, seed: int) -> Counts:
    """Sittings are no longer compared with whoever claims them."""

    def believe(self: Sittings, actor: Actor) -> Actor:
        if self.find(actor.sitting_id) is None:
            raise AccessError("ended")
        return actor

    with mock.patch.object(Sittings, "require", believe):
        return _look(MAY, socket=False)


@isolation.control(size=1, fails=lambda counts: counts["allowed"] > 0)
def an_interface_that_outlives_its_sitting(size: int, seed: int) -> Counts:
    """A therapist's page that was open goes on reading after the sitting's end."""
    opened: dict[str, Office] = {}
    office_of = Caseload.office_of

    def remember(self: Caseload, actor: Actor) -> Office:
        try:
            return opened.setdefault(actor.person_id, office_of(self, actor))
        except AccessError:
            return opened[actor.person_id] if actor.person_id in opened else next(iter(opened.values()))

    with mock.patch.object(Caseload, "office_of", remember):
        return _look(MAY, socket=False)


@isolation.control(size=1, fails=lambda counts: counts["allowed"] > 0)
def a_socket_that_does_not_look_at_the_role(size: int, seed: int) -> Counts:
    """Over the socket every role is offered every verb there is."""
    every = {name: verb for interface in INTERFACES.values() for name, verb in verbs_of(interface).items()}
    counts: Counts = dict.fromkeys(FOUND, 0)
    with mock.patch.object(socket, "verbs_of", return_value=every):
        look_at_socket(counts)
    return counts


@isolation.control(size=1, fails=lambda counts: counts["shown_again"] > 0)
def withdrawal_that_changes_nothing(size: int, seed: int) -> Counts:
    """What was taken back stays on the table."""
    with mock.patch.object(AtTable, "withdraw", return_value=None), suppress(WorkbookError):
        return _look(MAY, socket=False)
    raise AssertionError("the control broke off")


@isolation.control(size=1, fails=lambda counts: counts["allowed"] > 0)
def a_grant_that_anybody_ends(size: int, seed: int) -> Counts:
    """Give anybody the interface of the person they name, so that they can end that person's grant."""
    seat = Household.seat

    def believe(self: Household, actor: Actor) -> RoleService:
        return LocalPartner(self._core, actor) if actor.role == "partner" else seat(self, actor)

    def end(self: LocalPartner) -> None:
        cell = self._core.store.read_cell(place_cell(self.actor.person_id))
        put(self._core.store, writing_place(self.actor.person_id, None, cell, new_key_pair().public, b""))

    with mock.patch.object(Household, "seat", believe), mock.patch.object(LocalPartner, "leave_case", end):
        return _look(MAY, socket=False)


@isolation.control(size=1, fails=lambda counts: counts["misread"] > 0)
def what_is_taken_back_is_read_on(size: int, seed: int) -> Counts:
    """A therapist reads what C granted once, although C grants nothing any more."""
    first: dict[str, Place] = {}
    honest = Office._place

    def remember(self: Office, person_id: str) -> Place | None:
        place = honest(self, person_id)
        if place is not None and place.publications():
            first.setdefault(person_id, place)
        return place and first.get(person_id, place)

    with mock.patch.object(Office, "_place", remember):
        return _look(MAY, socket=False)


@isolation.control(size=1, fails=lambda counts: counts["allowed"] > 0)
def a_case_that_is_not_looked_up_in_ones_own_drawer(size: int, seed: int) -> Counts:
    """Whatever case is named, a therapist is given it."""
    case = PracticeFold.case
    known: dict[str, CaseRecord] = {}

    def remember(self: PracticeFold, case_id: object) -> CaseRecord:
        known.update(self.cases)
        return known[str(case_id)] if str(case_id) in known else case(self, case_id)

    counts: Counts = dict.fromkeys(FOUND, 0)
    with mock.patch.object(PracticeFold, "case", remember):
        _name_each_others_cases(World.open(), counts)
    return counts


@isolation.control(size=1, fails=lambda counts: counts["shown_again"] > 0)
def a_gift_to_research_that_cannot_be_taken_back(size: int, seed: int) -> Counts:
    """The study goes on reading what C took back."""
    with mock.patch.object(given, "taking_back", return_value=Writing()):
        return _look(MAY, socket=False)


@isolation.control(size=1, fails=lambda counts: counts["leaked"] > 0)
def a_study_that_reads_own_words(size: int, seed: int) -> Counts:
    """Beside each person's answers the researcher is given the words of their drawer."""
    honest = LocalResearcher.read_research

    def tell_all(self: LocalResearcher) -> list[Contribution]:
        words = " ".join(
            event.payload["text"]
            for drawer in self._core._drawers.values()
            for event in drawer.records()
            if event.kind == "own_need"
        )
        return [replace(one, person_id=words) for one in honest(self)]

    with mock.patch.object(LocalResearcher, "read_research", tell_all):
        return _look(MAY, socket=False)


@isolation.control(size=1, fails=lambda counts: counts["without_rule"] > 0)
def a_rule_that_is_missing(size: int, seed: int) -> Counts:
    """As if a verb had been added and nobody had said who may ask it."""
    return _look({verb: roles for verb, roles in MAY.items() if verb != "my_data"}, socket=False)


@isolation.control(size=1, fails=lambda counts: counts["without_rule"] > 0)
def a_verb_added_to_one_interface(size: int, seed: int) -> Counts:
    """A verb that two together may ask is given to nobody else; here a therapist's interface gets it too."""
    with mock.patch.object(
        INTERFACES["therapist"],
        "__abstractmethods__",
        INTERFACES["therapist"].__abstractmethods__ | {"read_table"},
    ):
        return {**dict.fromkeys(FOUND, 0), "without_rule": n_without_rule(MAY, World.open())}
