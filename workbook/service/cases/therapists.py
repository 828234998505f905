"""Therapists' accounts: apart from couples', with a key pair to which couples seal what they grant."""

import secrets
from dataclasses import asdict, dataclass, replace
from typing import Any

from workbook.errors import AccessError, SignInError, problem
from workbook.service.formats import crypto
from workbook.service.formats.rows import read_row, write_row
from workbook.service.formats.values import Actor
from workbook.service.identity.accounts import check_new
from workbook.service.identity.codes import new_couple_code, plain_code
from workbook.service.identity.locks import Lock, OwnKeys, lock_key, new_keys, private_key, unlock
from workbook.service.identity.rate_limit import Tries
from workbook.service.identity.sittings import Sittings
from workbook.storage.base import Entry, Store

LOG = "therapists"


@dataclass(frozen=True, slots=True)
class Therapist:
    """One therapist's account. ``code`` is what couples type to grant, and they to sign in.

    ``keys`` is missing in an account from before there were any, until its therapist signs in.
    """

    person_id: str
    name: str
    code: str
    by_passphrase: Lock
    keys: OwnKeys | None = None


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
        lock = lock_key(key, passphrase, person_id, self._cost)
        account = Therapist(person_id, name, code, lock, new_keys(key, person_id))
        self._store.write([_entry(account, person_id)])
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
        if account.keys is None:
            account = replace(account, keys=new_keys(key, account.person_id))
            self._store.write([_entry(account, f"{account.person_id}/keys")])
        return self._sittings.begin(Actor("therapist", "", account.person_id), key)

    def private_key_of(self, actor: Actor) -> bytes:
        """Return the private half of a therapist's key pair, in their sitting.

        Raises
        ------
        AccessError
            Their sitting has ended.
        """
        actor = require_therapist(self._sittings, actor)
        account = self.by_id(actor.person_id)
        if account is None or account.keys is None:
            raise AccessError(problem("errors.access.ended"))
        return private_key(account.keys, self._sittings.key_of(actor), account.person_id)

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
        rows = [row for row in self._store.read(LOG) if row.payload is not None]
        accounts = [_therapist(read_row(row.payload or b"{}")) for row in rows]
        return list({account.person_id: account for account in accounts}.values())  # the newest of each


def require_therapist(sittings: Sittings, actor: Actor) -> Actor:
    """Return the actor, if a therapist's sitting lives."""
    actor = sittings.require(actor)
    if actor.role != "therapist":
        raise AccessError(problem("errors.access.not_yours"))
    return actor


def _entry(account: Therapist, operation_id: str) -> Entry:
    return Entry(LOG, operation_id, "therapist", write_row(asdict(account)))


def _therapist(content: dict[str, Any]) -> Therapist:
    lock, keys = content["by_passphrase"], content.get("keys")
    by_passphrase = Lock(lock["salt"], tuple(lock["cost"]), lock["sealed"])
    return Therapist(**{**content, "by_passphrase": by_passphrase, "keys": OwnKeys(**keys) if keys else None})
