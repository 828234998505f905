"""Therapists: accounts of their own, and what couples let them read.

A grant is each partner's alone and lies where nobody else is shown it. While both of a couple grant the same
therapist, that therapist reads what the couple opened to each other, and nothing more: no drawer, no
decision, no words of exercises, no code to sign in with. One who takes it back ends it at the next read, and
the row is destroyed, so that no backup brings it back.
"""

import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

from workbook.errors import AccessError, SignInError, problem
from workbook.service.couple.tables import read_fold
from workbook.service.formats import crypto
from workbook.service.formats.rows import read_row, write_row
from workbook.service.formats.values import Actor, Case, Table
from workbook.service.identity.accounts import check_new
from workbook.service.identity.codes import new_couple_code, plain_code
from workbook.service.identity.directory import Directory
from workbook.service.identity.locks import Lock, lock_key, unlock
from workbook.service.identity.rate_limit import Tries
from workbook.service.identity.sittings import Sittings
from workbook.storage.base import Entry, Row, Store, Writing
from workbook.storage.deciding import Seen

LOG, GRANTS = "therapists", "grants"


@dataclass(frozen=True, slots=True)
class Therapist:
    """One therapist's account. ``code`` is what couples type to grant, and they to sign in."""

    person_id: str
    name: str
    code: str
    by_passphrase: Lock


class Therapists:
    """Therapists' accounts and sittings; guessing is limited as at every other door."""

    def __init__(self, store: Store, sittings: Sittings, tries: Tries, cost: crypto.Cost) -> None:
        self._store, self._sittings, self._tries, self._cost = store, sittings, tries, cost
        self._dummy = lock_key(crypto.new_key(), "a dummy nobody knows", "nobody", cost)

    def create(self, name: str, passphrase: str) -> tuple[Actor, str]:
        """Create an account, signed in at once; return it with the code that couples are told.

        Raises
        ------
        AccessError
            With every problem of the name and the passphrase.
        """
        code = new_couple_code()
        name, key = check_new(name, passphrase, code), crypto.new_key()
        person_id = f"t_{secrets.token_hex(12)}"
        account = Therapist(person_id, name, code, lock_key(key, passphrase, person_id, self._cost))
        self._store.write([Entry(LOG, person_id, "therapist", write_row(asdict(account)))])
        return self._sittings.begin(Actor("therapist", "", person_id), key), code

    def sign_in(self, code: str, passphrase: str) -> Actor:
        """Sign a therapist in.

        Raises
        ------
        SignInError
            Code and passphrase don't belong together; says no more than that.
        TooManyTriesError
            After ten wrong tries within 15 minutes for the code, from wherever.
        """
        taken = self._tries.charge([f"therapist {plain_code(code)}"])
        account = self.by_code(code)
        lock, person_id = (account.by_passphrase, account.person_id) if account else (self._dummy, "nobody")
        key = unlock(lock, passphrase, person_id)
        if account is None or key is None:
            raise SignInError(problem("errors.account.wrong_therapist"))
        self._tries.refund(taken)
        return self._sittings.begin(Actor("therapist", "", account.person_id), key)

    def by_code(self, code: str) -> Therapist | None:
        """Return the therapist whom a typed code names."""
        return next((one for one in self._all() if plain_code(one.code) == plain_code(code)), None)

    def named(self, code: str, actor: Actor) -> Therapist:
        """Return the therapist whom somebody names who wants to grant; wrong codes are counted as tries.

        Raises
        ------
        SignInError
            Nobody has this code.
        TooManyTriesError
            After ten wrong ones within 15 minutes.
        """
        taken = self._tries.charge([f"therapist for {actor.person_id}"])
        found = self.by_code(code)
        if found is None:
            raise SignInError(problem("errors.account.no_therapist"), about=["code"])
        self._tries.refund(taken)
        return found

    def by_id(self, person_id: str) -> Therapist | None:
        """Return the therapist of this id."""
        return next((one for one in self._all() if one.person_id == person_id), None)

    def _all(self) -> list[Therapist]:
        contents = [read_row(row.payload) for row in self._store.read(LOG) if row.payload is not None]
        return [Therapist(**(one | {"by_passphrase": _lock(one["by_passphrase"])})) for one in contents]


def granting(actor: Actor, therapist_id: str, seen: Seen) -> Writing:
    """Return what lets one therapist, and no other, read what this couple opened, for this person."""
    own = [(sequence, one) for sequence, one in _grants(seen[GRANTS]) if one["person_id"] == actor.person_id]
    if [one["therapist_id"] for _, one in own] == [therapist_id]:
        return Writing()
    content = {"person_id": actor.person_id, "couple_id": actor.couple_id, "therapist_id": therapist_id}
    entry = Entry(GRANTS, secrets.token_hex(16), "grant", write_row(content))
    return Writing([entry], {GRANTS: [sequence for sequence, _ in own]})


def take_back(store: Store, person_id: str) -> None:
    """Destroy whatever this person granted. Doing it again is harmless."""
    own = [sequence for sequence, one in _grants(store.read(GRANTS)) if one["person_id"] == person_id]
    if own:
        store.write((), forget={GRANTS: own})


def granted_to(store: Store, person_id: str) -> str | None:
    """Return the therapist whom this person lets read, if anybody."""
    return next(
        (one["therapist_id"] for _, one in _grants(store.read(GRANTS)) if one["person_id"] == person_id), None
    )


def cases_of(store: Store, directory: Directory, therapist_id: str) -> list[Case]:
    """Return what both of a couple let this therapist read: the results they opened to each other."""
    by_couple: dict[str, set[str]] = {}
    for _, one in _grants(store.read(GRANTS)):
        if one["therapist_id"] == therapist_id:
            by_couple.setdefault(one["couple_id"], set()).add(one["person_id"])
    return [
        case
        for couple_id, granting in by_couple.items()
        if (case := _case(store, directory, couple_id, granting)) is not None
    ]


def granted_by_all(members: set[str], granting: set[str]) -> bool:
    """Tell whether everybody of a couple grants it."""
    return members <= granting


def tidy(store: Store, directory: Directory) -> None:
    """Destroy grants of those who parted, left or were erased, where a crash left any."""
    over = [sequence for sequence, one in _grants(store.read(GRANTS)) if not _stands(directory, one)]
    if over:
        store.write((), forget={GRANTS: over})


def require_therapist(sittings: Sittings, actor: Actor) -> Actor:
    """Return the actor, if a therapist's sitting lives."""
    actor = sittings.require(actor)
    if actor.role != "therapist":
        raise AccessError(problem("errors.access.not_yours"))
    return actor


def _case(store: Store, directory: Directory, couple_id: str, granting: set[str]) -> Case | None:
    couple = directory.couple(couple_id)
    members = {member.person_id for member in couple.members}
    if couple.is_unpaired or len(members) < 2 or not granted_by_all(members, granting):
        return None
    table = read_fold(store, couple_id).table()
    # Neither the code, with which the two sign in, nor the words of their exercises.
    return Case(replace(couple, code=""), Table(table.publications, (), table.open_rounds))


def _stands(directory: Directory, given: dict[str, str]) -> bool:
    account = directory.account(given["person_id"])
    is_there = account is not None and account.couple_id == given["couple_id"]
    return is_there and not directory.is_unpaired(given["couple_id"])


def _grants(rows: Sequence[Row]) -> Sequence[tuple[int, dict[str, str]]]:
    return [(row.sequence, read_row(row.payload)) for row in rows if row.payload is not None]


def _lock(content: dict[str, object]) -> Lock:
    return Lock(str(content["salt"]), tuple(content["cost"]), str(content["sealed"]))  # type: ignore[arg-type]
