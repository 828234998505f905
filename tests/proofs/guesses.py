"""Guessing is limited at every door: each route and verb that takes a passphrase or a code, as registered.

Which doors there are is found (`_doors`), and one that this proof can't guess at fails it. Over the network a real
server behind a proxy is asked, whose browser forges its address; verbs are asked in process.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import httpx
from pyotp import TOTP

from tests.proofs import _doors, _partners
from tests.proofs._everybody import therapist_at
from tests.proofs._visitors import behind
from tests.proofs.harness import Counts, proof
from tests.proofs.power_cuts import scratch
from workbook.errors import SignInError, TooManyTriesError, WorkbookError
from workbook.server.testing import RunningServer, running_server
from workbook.service.cases.second_factor import new_secret
from workbook.service.desks.household import Household
from workbook.service.desks.together import LocalTogether
from workbook.service.formats.values import Actor
from workbook.service.identity import accounts, whose
from workbook.service.identity.accounts import MOST_BEGUN, Welcome
from workbook.service.identity.rate_limit import MOST_TRIES, Tries, Try
from workbook.sharing import Grain
from workbook.storage.memory import MemoryStore

PUBLIC = "https://workbook.example.org"
BROKEN = ("too_many_tries", "locked_out", "unknown")
# What a passphrase costs is no matter of this proof.
_CHEAP, _UNGUARDED = (
    {"PYTHONPATH": os.pathsep.join([str(Path(__file__).parent / folder), str(Path.cwd())])}
    for folder in ("cheap", "unguarded")
)
WORDS, THERAPISTS = "nine quiet words", "the words of Kim"
N_KINDS = 32


@proof(
    "guesses",
    bound="10 wrong tries per account over all doors in 15 minutes, 10 wrong codes and 30 new couples per address; "
    "the next must wait, and nobody else; 0 doors that are not tried",
    full=N_KINDS,
    short=N_KINDS,
    zero=BROKEN,
)
def guesses(size: int, seed: int) -> Counts:
    """Guess at every door once more often than is allowed."""
    return _guess_at(_CHEAP)


@guesses.control(size=1, fails=lambda counts: counts["too_many_tries"] == counts["trials"])
def tries_that_nobody_counts(size: int, seed: int) -> Counts:
    """Without counting, every kind of guessing goes on."""
    with mock.patch.object(Tries, "charge", return_value=Try()):
        return _guess_at(_UNGUARDED)


@guesses.control(size=1, fails=lambda counts: counts["too_many_tries"] == 1)
def a_decision_of_whosever_passphrase_it_is(size: int, seed: int) -> Counts:
    """Without a named account, a guess equal to one's own passphrase is not counted as a wrong try."""

    decide = LocalTogether.decide

    def whose_is_it(self: LocalTogether, *about: Any, person_id: str, passphrase: str) -> None:
        doors, members = self._core.accounts, self._core.directory.accounts_of(self.actor.couple_id)
        taken = doors._tries.charge([f"account {member.person_id}" for member in members])
        found = [
            one
            for one in members
            if accounts.unlock(one.by_passphrase, passphrase, one.person_id) is not None
        ]
        if len(found) != 1:
            raise SignInError("wrong")
        doors._tries.refund(taken)
        decide(self, *about, person_id=found[0].person_id, passphrase=passphrase)

    counts: Counts = dict.fromkeys(("trials", *BROKEN), 0)
    with mock.patch.object(LocalTogether, "decide", whose_is_it):
        _try_deciding(counts)
    return counts


@guesses.control(size=1, fails=lambda counts: counts["locked_out"] > 0)
def tries_counted_on_an_address(size: int, seed: int) -> Counts:
    """Where all who share an address share their tries, guesses at one lock the other out."""
    counts: Counts = dict.fromkeys(("trials", *BROKEN), 0)
    shared = {"return_value": "address 192.0.2.1"}  # by whichever of the two it is asked
    with (
        mock.patch.object(accounts, "counted_on", **shared),
        mock.patch.object(whose, "counted_on", **shared),
    ):
        _try_deciding(counts)
    return counts


@guesses.control(size=1, fails=lambda counts: counts["unknown"] == 2)
def a_route_and_a_verb_that_nobody_guesses_at(size: int, seed: int) -> Counts:
    """As if a form and a verb had been added, and nothing been said here about them."""
    counts: Counts = dict.fromkeys(("trials", *BROKEN), 0)
    forms = {route: form for route, form in SEATED.items() if route != "/erase"}
    verbs = {name: guess for name, guess in VERBS.items() if name != "LocalPartner.leave"}
    with mock.patch.dict(SEATED, forms, clear=True), mock.patch.dict(VERBS, verbs, clear=True):
        counts["unknown"] = len(_unknown_routes()) + len(_unknown_verbs())
    counts["trials"] = size
    return counts


def _guess_at(environment: dict[str, str]) -> Counts:
    counts: Counts = dict.fromkeys(("trials", *BROKEN), 0)
    with (
        scratch() as folder,
        mock.patch.dict(os.environ, environment),
        running_server(folder, "--practice", "--behind-proxy", PUBLIC) as server,
    ):
        _try_routes(server, counts)
    _try_verbs(counts)
    _try_deciding(counts)
    return counts


class Guesser:
    """A guesser whose browser forges its address; the proxy adds the real one."""

    def __init__(self, server: RunningServer) -> None:
        self.client = httpx.Client(base_url=server.url.replace(PUBLIC, ""), timeout=60, trust_env=False)
        self.n, self.sitting = 0, ""

    def post(self, path: str, at: str, **fields: str) -> int:
        self.n += 1
        forged = f"203.0.113.{self.n % 250}"
        headers = {
            "Host": PUBLIC.removeprefix("https://"),
            "X-Real-Ip": forged,
            "X-Forwarded-For": f"{forged}, {at}",
        }
        token = "guess"
        headers["Cookie"] = f"__Host-xsrf={token}{self.sitting}"
        reply = self.client.post(path, data={"_xsrf": token, **fields}, headers=headers)
        for given in reply.headers.get_list("set-cookie"):
            if given.startswith("__Host-sitting="):
                self.sitting = f"; {given.partition(';')[0]}"
        return reply.status_code


Form = dict[str, str]
WRONG: Form = {"code": "lusab-rodin-malov-zirum", "name": "Ann", "passphrase": "a wrong passphrase"}
# From outside: the form, by the number of the try; whose address it is tried from; how many are allowed.
OUTSIDE: dict[str, Callable[[int], Form]] = {
    "/sign-in": lambda _n: WRONG,
    "/recover": lambda _n: WRONG | {"name": "Zoe", "recovery_code": "AAAAA-BBBBB-CCCCC-DDDDD-EEEEE-FFFFF"},
    "/join": lambda n: WRONG | {"code": f"lusab-{n}", "passphrase": WORDS},
    "/together": lambda _n: (
        WRONG | {"name": "Eva", "other_name": "Ben", "other_passphrase": "another wrong one"}
    ),
    "/therapist": lambda _n: WRONG | {"code": "lusab-rodin-malov-therap", "digits": "123456"},
    "/therapist-recover": lambda _n: (
        WRONG
        | {"code": "lusab-rodin-malov-recove", "recovery_code": "AAAAA-BBBBB-CCCCC-DDDDD-EEEEE-FFFFF"}
        | {"passphrase": WORDS}
    ),
}
# By who is signed in: what is tried beside the passphrase.
SEATED: dict[str, Form] = {
    "/passphrase": {"new_passphrase": "some quite new words"},
    "/go-alone": {},
    "/erase": {},
    "/copy": {"wish": "fetch"},
}
ONLY_NEW = {"/begin"}  # it makes a new passphrase, and knows no other
BY_ADDRESS = {"/join"}  # a code names no account that its tries could count on


def _unknown_routes() -> set[str]:
    doors = dict(_doors.route_doors())
    is_known = {
        *(route for route in doors if route in OUTSIDE or route in SEATED),
        *(
            route
            for route in doors
            if route in ONLY_NEW and not doors[route] & {*_doors.GUESSABLE, "unknown"}
        ),
    }
    return {route for route in doors if route not in is_known or "unknown" in doors[route]}


def _try_routes(server: RunningServer, counts: Counts) -> None:
    """Guess at each route once more than is allowed; the one too many must be told to wait."""
    counts["unknown"] += len(_unknown_routes())
    near = behind(server)
    for k, (route, form) in enumerate(OUTSIDE.items()):
        guesser, is_by_address = Guesser(near), route in BY_ADDRESS
        one_address = [lambda _n, k=k: f"192.0.2.{10 + k}", lambda n: f"2001:db8::{n}"]
        many: list[Callable[[int], str]] = [lambda n: f"198.51.100.{n}"]
        for at in one_address if is_by_address else many:
            told = [guesser.post(route, at(n), **form(n)) for n in range(MOST_TRIES + 1)]
            _count(counts, told)
        guesser.client.close()
    for k, (route, form) in enumerate(SEATED.items()):
        guesser = Guesser(near)
        guesser.post("/begin", f"203.0.113.{k}", name="Ann", passphrase=WORDS)
        told = [
            guesser.post(route, f"198.51.100.{n}", passphrase="a wrong passphrase", **form)
            for n in range(MOST_TRIES + 1)
        ]
        _count(counts, told)
        guesser.client.close()
    guesser = Guesser(near)
    told = []
    for _ in range(MOST_BEGUN + 1):
        guesser.sitting = ""
        told.append(guesser.post("/begin", "192.0.2.3", name="Ann", passphrase=WORDS))
    _count(counts, told)
    guesser.client.close()


def _count(counts: Counts, told: list[int]) -> None:
    counts["trials"] += 1
    counts["too_many_tries"] += told[-1] != httpx.codes.TOO_MANY_REQUESTS or told.count(told[-1]) > 1


@dataclass
class House:
    """A couple with cheap passphrases, and a therapist."""

    household: Household
    ann: Welcome
    ben: Welcome
    both: Actor
    kim: Welcome

    @classmethod
    def begin(cls) -> "House":
        household = Household(MemoryStore(), cost=_partners.CHEAP)
        doors, (own, others) = household.accounts, _partners.PASSPHRASES
        ann = doors.create_couple("Ann", own)
        ben = doors.join(ann.code, "Ben", others)
        both = doors.sign_in_together(ann.code, [("Ann", own), ("Ben", others)])
        return cls(household, ann, ben, both, household.therapists.create("Kim", THERAPISTS))

    def decide(self, guess: str) -> None:
        page, about = (
            self.household.seat(self.both),
            (_partners.INSTRUMENT, _partners.OCCASION, Grain.NOTHING),
        )
        assert isinstance(page, LocalTogether)
        page.decide(*about, person_id=self.ann.actor.person_id, passphrase=guess)


def _of_ann(house: House) -> Any:
    return house.household.seat_partner(house.ann.actor)


def _with_a_second_step(house: House) -> Actor:
    """Give Kim a second step, once: with a guess at a passphrase alone nobody would come to its digits."""
    doors, actor = house.household.therapists, house.kim.actor
    if not doors.has_factor(actor):
        secret, _address = doors.offer_factor(actor)
        doors.set_factor(actor, THERAPISTS, secret, TOTP(secret).now())
    return actor


VERBS: dict[str, Callable[[House, str], object]] = {
    "Accounts.sign_in": lambda h, guess: h.household.accounts.sign_in(h.ann.code, "Ann", guess),
    "Accounts.sign_in_together": lambda h, guess: h.household.accounts.sign_in_together(
        h.ann.code, [("Ann", guess), ("Ben", _partners.PASSPHRASES[1])]
    ),
    "Accounts.recover": lambda h, guess: h.household.accounts.recover(h.ann.code, "Ann", guess, WORDS),
    "Accounts.join": lambda h, guess: h.household.accounts.join(guess, "Cas", WORDS, address="192.0.2.1"),
    "Accounts.change_passphrase": lambda h, guess: h.household.accounts.change_passphrase(
        h.ann.actor, guess, WORDS
    ),
    "Accounts.check_passphrase": lambda h, guess: h.household.accounts.check_passphrase(h.ann.actor, guess),
    "Accounts.open_member": lambda h, guess: h.household.accounts.open_member(
        h.ann.actor.couple_id, h.ann.actor.person_id, guess
    ),
    "Therapists.sign_in": lambda h, guess: h.household.therapists.sign_in(h.kim.code, guess),
    "Therapists.recover": lambda h, guess: h.household.therapists.recover(h.kim.code, guess, WORDS),
    "Therapists.change_passphrase": lambda h, guess: h.household.therapists.change_passphrase(
        h.kim.actor, guess, WORDS
    ),
    "Therapists.set_factor": lambda h, guess: h.household.therapists.set_factor(
        h.kim.actor, THERAPISTS, new_secret(), guess
    ),
    "Therapists.end_factor": lambda h, guess: h.household.therapists.end_factor(
        _with_a_second_step(h), THERAPISTS, guess
    ),
    "Therapists.check_passphrase": lambda h, guess: h.household.therapists.check_passphrase(
        h.kim.actor, guess
    ),
    "LocalTherapist.set_second_step": lambda h, guess: therapist_at(h.household, h.kim.actor).set_second_step(
        guess, new_secret(), "123456"
    ),
    "LocalTherapist.end_second_step": lambda h, guess: therapist_at(
        h.household, _with_a_second_step(h)
    ).end_second_step(THERAPISTS, guess),
    "LocalTherapist.erase_practice": lambda h, guess: therapist_at(h.household, h.kim.actor).erase_practice(
        guess
    ),
    "LocalPartner.join_case": lambda h, guess: _of_ann(h).join_case(guess),
    "LocalPartner.private_copy": lambda h, guess: _of_ann(h).private_copy(guess, "fetch"),
    "LocalPartner.unpair": lambda h, guess: _of_ann(h).unpair(guess),
    "LocalPartner.leave": lambda h, guess: _of_ann(h).leave(guess),
    "LocalPartner.erase": lambda h, guess: _of_ann(h).erase(guess),
    "LocalTogether.decide": House.decide,
}
MAKE_NEW = {"Accounts.create_couple", "Therapists.create"}  # a new passphrase, and no other


def _unknown_verbs() -> set[str]:
    return {name for name, _ in _doors.verb_doors()} ^ {*VERBS, *MAKE_NEW, *_doors.WITHIN}


def _try_verbs(counts: Counts) -> None:
    """Guess at each verb, in a house of its own, once more than is allowed."""
    counts["unknown"] += len(_unknown_verbs())
    for guess_at in VERBS.values():
        house, told = House.begin(), []
        for n in range(MOST_TRIES + 1):
            try:
                guess_at(house, f"guess number {n} of many")
            except WorkbookError as error:
                told.append(type(error))
        counts["trials"] += 1
        counts["too_many_tries"] += told != [SignInError] * MOST_TRIES + [TooManyTriesError]
        house.household.close()


def _try_deciding(counts: Counts) -> None:
    """Ben guesses at Ann's passphrase on the page of the two, each guess first made his own; then both go on."""
    counts["trials"] += 1
    household = Household(MemoryStore(), cost=_partners.CHEAP)
    doors, own = household.accounts, _partners.PASSPHRASES[1]
    ann = doors.create_couple("Ann", _partners.PASSPHRASES[0])
    ben = doors.join(ann.code, "Ben", own)
    both = doors.sign_in_together(ann.code, [("Ann", _partners.PASSPHRASES[0]), ("Ben", own)])
    page = household.seat(both)
    told: list[type] = []
    for n in range(MOST_TRIES + 1):
        guess = f"guess number {n} of many"
        doors.change_passphrase(ben.actor, own, guess)
        own = guess
        about = (_partners.INSTRUMENT, _partners.OCCASION, Grain.NOTHING)
        try:
            page.decide(*about, person_id=ann.actor.person_id, passphrase=guess)
        except WorkbookError as error:
            told.append(type(error))
    counts["too_many_tries"] += told != [SignInError] * MOST_TRIES + [TooManyTriesError]
    for goes_on in (
        lambda: doors.sign_in(ann.code, "Ben", own),
        lambda: household.seat_partner(ann.actor).private_copy(_partners.PASSPHRASES[0], "ask"),
        lambda: doors.recover(ann.code, "Ann", ann.recovery_code, "some quite new words"),
    ):
        try:
            goes_on()
        except TooManyTriesError:
            counts["locked_out"] += 1
    household.close()
