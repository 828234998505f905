"""Creating a couple, joining, signing in, recovering: who may open which drawer.

A sign-in that fails says the same, and takes as long, whether the code, the name or the
passphrase was wrong: every way through derives exactly one key by Argon2id per person asked.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from workbook.content import say
from workbook.errors import AccessError, SignInError, WrongKeyError
from workbook.service import crypto
from workbook.service.codes import new_couple_code, new_recovery_code, plain_code
from workbook.service.directory import Account, Directory, Lock, name_key
from workbook.service.passphrases import weakness
from workbook.service.sittings import Sittings
from workbook.service.tries import Tries
from workbook.service.verbs import Actor

SHORTEST_PASSPHRASE = 8
LONGEST_PASSPHRASE = 200
LONGEST_NAME = 40
MOST_BEGUN = 30  # a class or a clinic may sit behind one address; a flood of new couples may not
_JOINERS = dict.fromkeys((0x200C, 0x200D))  # names in some scripts, and some emoji, need these


@dataclass(frozen=True, slots=True)
class Welcome:
    """A new account, or a recovered one. The recovery code is shown once and kept nowhere."""

    actor: Actor
    code: str
    recovery_code: str


class Accounts:
    """Accounts and their sittings. Every method that is given a secret is limited in tries.

    Parameters
    ----------
    directory, sittings, tries
        Where accounts are kept, who is signed in, and how often one may guess.
    cost : Cost
        What deriving a key from a passphrase costs; kept with each account, so it may rise.
    """

    def __init__(
        self, directory: Directory, sittings: Sittings, tries: Tries, cost: crypto.Cost = crypto.HOUSEHOLD
    ) -> None:
        self._directory = directory
        self._sittings = sittings
        self._tries = tries
        self._cost = cost
        self._dummy = _lock_key(crypto.new_key(), "a dummy nobody knows", "nobody", cost)

    def create_couple(self, name: str, passphrase: str, *, address: str = "") -> Welcome:
        """Begin a workbook for two; the first partner is signed in at once.

        Raises
        ------
        AccessError
            With every problem of the name and the passphrase.
        TooManyTriesError
            After thirty within 15 minutes from one address, where one is given.
        """
        name = _check_new(name, passphrase)
        if address:
            self._tries.take([f"begin address {address}"], MOST_BEGUN)
        couple_id, code = new_couple_id(), new_couple_code()
        account, key, recovery_code = self._new_account(couple_id, "a", name, passphrase)
        with self._directory.lock:
            self._directory.add_couple(couple_id, code, account)
        return Welcome(self._seat(account, key), code, recovery_code)

    def join(self, code: str, name: str, passphrase: str, *, address: str = "") -> Welcome:
        """Join as the second partner, by the couple's code.

        Raises
        ------
        SignInError
            The code is unknown, or two have joined already: the same sentence for both.
        AccessError
            With every problem of the name and the passphrase.
        TooManyTriesError
            After ten wrong codes within 15 minutes from one address.
        """
        name = _check_new(name, passphrase, code)
        keys = [f"join address {address}", f"join code {plain_code(code)}"]
        self._tries.take(keys)
        couple_id = self._directory.couple_by_code(code) or ""
        account, key, recovery_code = self._new_account(couple_id, "b", name, passphrase)
        with self._directory.lock:
            members = self._directory.accounts_of(couple_id) if couple_id else []
            if len(members) != 1 or members[0].place == "b" or self._directory.is_unpaired(couple_id):
                raise SignInError(say("errors.account.wrong_code"), about=["code"])
            self._tries.give_back(keys)
            if members[0].name_key == name_key(name):
                raise AccessError(say("errors.account.name_taken"), about=["name"])
            self._directory.put_account(account)
        return Welcome(self._seat(account, key), self._directory.couple(couple_id).code, recovery_code)

    def sign_in(self, code: str, name: str, passphrase: str, *, address: str = "") -> Actor:
        """Sign one partner in.

        Raises
        ------
        SignInError
            Code, name and passphrase don't belong together; says no more than that.
        TooManyTriesError
            After ten failed tries within 15 minutes, for the account or from the address.
        """
        account, key = self._open(code, name, passphrase, address)
        return self._seat(account, key)

    def sign_in_together(self, code: str, both: Sequence[tuple[str, str]], *, address: str = "") -> Actor:
        """Sign both in at once, given (name, passphrase) of each; opens neither drawer."""
        if len(both) != 2 or name_key(both[0][0]) == name_key(both[1][0]):
            raise AccessError(say("errors.account.together_needs_two"))
        accounts = [self._open(code, name, passphrase, address)[0] for name, passphrase in both]
        return self._sittings.begin(Actor("together", accounts[0].couple_id), None)

    def recover(
        self, code: str, name: str, recovery_code: str, new_passphrase: str, *, address: str = ""
    ) -> Welcome:
        """Get in with the recovery code: sets a new passphrase and a new recovery code."""
        _check_new(name, new_passphrase, code)
        account, key = self._open(code, name, plain_code(recovery_code), address, by="by_recovery")
        fresh, recovery_code = self._relock(account, key, new_passphrase)
        self._sittings.end_where(lambda actor: actor.person_id == account.person_id)
        return Welcome(self._seat(fresh, key), self._directory.couple(account.couple_id).code, recovery_code)

    def change_passphrase(self, actor: Actor, old: str, new: str) -> str:
        """Change one's own passphrase; gives the new recovery code, the old one is void.

        The person's other sittings end.
        """
        account = self.check_passphrase(actor, old)
        _check_new(account.name, new, self._directory.couple(account.couple_id).code)
        key = self._sittings.key_of(actor)
        recovery_code = self._relock(account, key, new)[1]
        self._sittings.end_where(lambda other: other.person_id == actor.person_id and other != actor)
        return recovery_code

    def check_passphrase(self, actor: Actor, passphrase: str) -> Account:
        """The actor's account, if the passphrase is theirs; limited in tries like a sign-in."""
        account = self._directory.account(self._sittings.require(actor).person_id)
        if account is None:
            raise AccessError(say("errors.access.ended"))
        self._open_one_of([account], passphrase)
        return account

    def find_by_passphrase(self, couple_id: str, passphrase: str) -> tuple[Account, bytes]:
        """Whose passphrase this is among a couple, with their drawer key; tries both always."""
        return self._open_one_of(self._directory.accounts_of(couple_id), passphrase)

    def _open_one_of(self, accounts: Sequence[Account], passphrase: str) -> tuple[Account, bytes]:
        keys = [f"account {account.person_id}" for account in accounts]
        self._tries.take(keys)
        opened = [
            (account, _unlock(account.by_passphrase, passphrase, account.person_id)) for account in accounts
        ]
        found = [(account, key) for account, key in opened if key is not None]
        if len(found) != 1:  # none, or both chose the same passphrase, and then it shows nobody
            raise SignInError(say("errors.access.wrong_passphrase"), about=["passphrase"])
        self._tries.give_back(keys)
        return found[0]

    def _open(
        self,
        code: str,
        name: str,
        secret: str,
        address: str,
        by: Literal["by_passphrase", "by_recovery"] = "by_passphrase",
    ) -> tuple[Account, bytes]:
        couple_id = self._directory.couple_by_code(code)
        wanted = name_key(name)
        members = self._directory.accounts_of(couple_id) if couple_id else []
        account = next((member for member in members if member.name_key == wanted), None)
        keys = [
            f"account {account.person_id}" if account else f"nobody {plain_code(code)} {wanted}",
            f"address {address}",
        ]
        self._tries.take(keys)
        lock, person_id = (getattr(account, by), account.person_id) if account else (self._dummy, "nobody")
        key = _unlock(lock, secret, person_id)
        if account is None or key is None:
            raise SignInError(say(f"errors.account.{'wrong' if by == 'by_passphrase' else 'wrong_recovery'}"))
        self._tries.give_back(keys)
        return account, key

    def _new_account(
        self, couple_id: str, place: Literal["a", "b"], name: str, passphrase: str
    ) -> tuple[Account, bytes, str]:
        person_id, key, recovery_code = f"p_{secrets.token_hex(12)}", crypto.new_key(), new_recovery_code()
        by_passphrase = _lock_key(key, passphrase, person_id, self._cost)
        by_recovery = _lock_key(key, plain_code(recovery_code), person_id, self._cost)
        return Account(person_id, couple_id, place, name, by_passphrase, by_recovery), key, recovery_code

    def _relock(self, account: Account, key: bytes, passphrase: str) -> tuple[Account, str]:
        recovery_code = new_recovery_code()
        by_passphrase = _lock_key(key, passphrase, account.person_id, self._cost)
        by_recovery = _lock_key(key, plain_code(recovery_code), account.person_id, self._cost)
        with self._directory.lock:
            current = self._directory.account(account.person_id) or account
            fresh = replace(
                current, by_passphrase=by_passphrase, by_recovery=by_recovery, version=current.version + 1
            )
            self._directory.put_account(fresh)
        return fresh, recovery_code

    def _seat(self, account: Account, key: bytes) -> Actor:
        return self._sittings.begin(Actor("partner", account.couple_id, account.person_id), key)


def new_couple_id() -> str:
    """A random id for a couple; it means nothing outside the store."""
    return f"c_{secrets.token_hex(12)}"


def _lock_key(key: bytes, secret: str, person_id: str, cost: crypto.Cost) -> Lock:
    salt = crypto.new_salt()
    wrapping = crypto.derive_key(secret, salt, cost)
    sealed = crypto.seal(wrapping, key, f"drawer key of {person_id}")
    return Lock(salt.hex(), (cost.memory_kib, cost.passes, cost.lanes), sealed.hex())


def _unlock(lock: Lock, secret: str, person_id: str) -> bytes | None:
    wrapping = crypto.derive_key(secret, bytes.fromhex(lock.salt), crypto.Cost(*lock.cost))
    try:
        return crypto.open_sealed(wrapping, bytes.fromhex(lock.sealed), f"drawer key of {person_id}")
    except WrongKeyError:
        return None


def _check_new(name: str, passphrase: str, code: str = "") -> str:
    problems = {}  # what it is about: one sentence each
    name = " ".join(name.split())
    if not name:
        problems["name"] = say("errors.account.no_name")
    elif len(name) > LONGEST_NAME:
        problems["name"] = say("errors.account.long_name", most=LONGEST_NAME)
    elif not name.translate(_JOINERS).isprintable():  # lone surrogates, controls, direction marks
        problems["name"] = say("errors.account.bad_name")
    if len(passphrase) < SHORTEST_PASSPHRASE:
        problems["new passphrase"] = say("errors.account.short_passphrase", least=SHORTEST_PASSPHRASE)
    elif len(passphrase) > LONGEST_PASSPHRASE:
        problems["new passphrase"] = say("errors.account.long_passphrase", most=LONGEST_PASSPHRASE)
    elif weak := weakness(passphrase, name, code):
        problems["new passphrase"] = say(f"errors.account.{weak}")
    if problems:
        raise AccessError(problems.values(), about=problems)
    return name
