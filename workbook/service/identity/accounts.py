"""Creating a couple, joining, signing in, recovering: who may open which drawer.

A sign-in that fails says the same, and takes as long, whether the code, the name or the
passphrase was wrong: every way through derives exactly one key by Argon2id per person asked.

Ten wrong tries at an account, over all doors together, shut the doors at which somebody from outside
says who they are: signing in, alone or together, and deciding at a page for two. They never stand in
the way of somebody who is in already, nor of a recovery code or a couple's code that fits: those are
too long to be guessed, so of them only the wrong ones are ever told to wait. No try at one account
counts against another one, wherever both came from.
"""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from workbook.errors import AccessError, SignInError, problem
from workbook.service.formats import crypto
from workbook.service.formats.values import Actor
from workbook.service.identity.codes import new_couple_code, new_recovery_code, plain_code
from workbook.service.identity.couple_keys import make_couple_key, open_couple_key
from workbook.service.identity.directory import (
    Account,
    Pair,
    account_entry,
    account_log,
    code_log,
    couple_entries,
    couple_log,
    fold_account,
    fold_couple,
    member_entry,
    older_rows,
)
from workbook.service.identity.locks import Lock, lock_key, new_keys, unlock
from workbook.service.identity.names import look_alike, name_key, shows_nothing
from workbook.service.identity.passphrases import weakness
from workbook.service.identity.rate_limit import Tries, Try
from workbook.service.identity.standing import Standing
from workbook.service.identity.whose import NOBODY, Whose, counted_on
from workbook.service.identity.wrong_tries import TriedBefore, Where
from workbook.storage.base import Writing
from workbook.storage.deciding import Seen, decide_and_write
from workbook.storage.spare import PassOverFullDisk, Spare

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
    standing, tries
        Who is signed in to which account, and how often one may guess.
    cost : Cost
        What deriving a key from a passphrase costs; kept with each account, so it may rise.
    spare : Spare, optional
        Room kept aside, for new locks on a full disk.
    """

    def __init__(
        self,
        standing: Standing,
        tries: Tries,
        cost: crypto.Cost = crypto.HOUSEHOLD,
        spare: Spare | None = None,
    ) -> None:
        self._standing = standing
        self._sittings = standing.sittings
        self._directory = standing.directory
        self._store = standing.directory.store
        self._tries = tries
        self._whose = Whose(standing.directory)
        self._cost, self._spare = cost, spare
        self.tried = TriedBefore(standing.directory.store)
        self._dummy = lock_key(crypto.new_key(), "a dummy nobody knows", NOBODY, cost)

    def create_couple(self, name: str, passphrase: str, *, address: str = "") -> Welcome:
        """Begin a workbook for two; the first partner is signed in at once.

        Raises
        ------
        AccessError
            With every problem of the name and the passphrase.
        TooManyTriesError
            After thirty within 15 minutes from one address, where one is given.
        """
        name = check_new(name, passphrase)
        if address:
            self._tries.charge([f"begin address {address}"], MOST_BEGUN)
        couple_id, code = new_couple_id(), new_couple_code()
        account, key, recovery_code = self._new_account(couple_id, "a", name, passphrase)
        entries = [*couple_entries(couple_id, code), member_entry(couple_id, account.person_id)]
        # Nobody else's code: of two who were told the same one, one would never get in.
        self._store.write([*entries, account_entry(account)], expect={code_log(code): 0})
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
            After ten wrong codes within 15 minutes from one address; never for a right one.
        """
        name = check_new(name, passphrase, code)
        couple_id = self._couple_by_code(code)
        pair = self._directory.pair(couple_id)
        first = pair.people[:1]
        if not self._has_place(pair, self._directory.account(first[0]) if first else None):
            self._tries.charge([f"join address {address}"], told="too_many_codes")
            raise SignInError(problem("errors.account.wrong_code"), about=["code"])
        account, key, recovery_code = self._new_account(couple_id, "b", name, passphrase)

        def admit(seen: Seen) -> Writing:
            pair = fold_couple(seen[couple_log(couple_id)])
            begun = fold_account(seen[account_log(first[0])])
            if not self._has_place(pair, begun) or begun is None:  # somebody else has joined meanwhile
                raise SignInError(problem("errors.account.wrong_code"), about=["code"])
            if look_alike(begun.name, name):
                raise AccessError(problem("errors.account.name_taken"), about=["name"])
            return Writing([member_entry(couple_id, account.person_id), account_entry(account)])

        decide_and_write(self._store, [couple_log(couple_id), account_log(first[0])], admit)
        return Welcome(self._seat(account, key), pair.code, recovery_code)

    def sign_in(self, code: str, name: str, passphrase: str) -> Actor:
        """Sign one partner in.

        Raises
        ------
        SignInError
            Code, name and passphrase don't belong together; says no more than that.
        TooManyTriesError
            After ten wrong tries at the account within 15 minutes, from wherever.
        """
        ((account, key),) = self._open_all(code, [(name, passphrase)])
        return self._seat(account, key)

    def sign_in_together(self, code: str, both: Sequence[tuple[str, str]]) -> Actor:
        """Sign both in at once, given (name, passphrase) of each; opens neither drawer.

        Both passphrases are always tried, and a wrong one counts although the other was right. Two who have
        no key together yet get it here, on a full disk too: without it there is nothing that they could read.
        """
        if len(both) != 2 or name_key(both[0][0]) == name_key(both[1][0]):
            raise AccessError(problem("errors.account.together_needs_two"))
        opened_now = self._open_all(code, both)

        def make_keys() -> Account:
            first, _second = [self.with_keys(*one) for one in opened_now]
            make_couple_key(self._store, first.couple_id)
            return first

        account, key = self._lending(make_keys), opened_now[0][1]
        opened = open_couple_key(self._store, account, key)
        return self._standing.begin_together(account.couple_id, opened)

    def recover(self, code: str, name: str, recovery_code: str, new_passphrase: str) -> Welcome:
        """Get in with the recovery code: sets a new passphrase and a new recovery code.

        A right one works whatever was tried before, here or elsewhere.

        Raises
        ------
        SignInError
            Code, name and recovery code don't belong together; says no more than that.
        TooManyTriesError
            The same, after ten wrong tries at the account within 15 minutes.
        AccessError
            With every problem of the new passphrase.
        """
        check_new(name, new_passphrase, code)
        account, counted = self._whose.find(code, name)
        lock, person_id = (account.by_recovery, account.person_id) if account else (self._dummy, NOBODY)
        key = unlock(lock, plain_code(recovery_code), person_id)
        if account is None or key is None:
            self._tries.charge([counted], told="too_many_codes")
            if account is not None:
                self.tried.note(account.person_id, "outside")
            raise SignInError(problem("errors.account.wrong_recovery"))
        by_passphrase, by_recovery, recovery_code = self._new_locks(account.person_id, key, new_passphrase)
        fresh = self._with_keys_if_room(self._relock(account, by_passphrase, by_recovery), key)
        self._sittings.end_where(lambda actor: actor.person_id == account.person_id)
        return Welcome(self._seat(fresh, key), self._directory.pair(account.couple_id).code, recovery_code)

    def change_passphrase(self, actor: Actor, old: str, new: str) -> str:
        """Change one's own passphrase; gives the new recovery code, the old one is void.

        The person's other sittings end.
        """
        account = self.check_passphrase(actor, old)
        check_new(account.name, new, self._directory.pair(account.couple_id).code)
        key = self._sittings.key_of(actor)
        by_passphrase, by_recovery, recovery_code = self._new_locks(account.person_id, key, new)
        with self._standing.keeping(actor, by_passphrase):
            self._relock(account, by_passphrase, by_recovery)
        self._sittings.end_where(lambda other: other.person_id == actor.person_id and other != actor)
        return recovery_code

    def check_passphrase(self, actor: Actor, passphrase: str) -> Account:
        """Return the account of somebody who is in, if the passphrase is theirs.

        Limited by the wrong tries of this very sitting, never by those at other doors: nobody can keep
        another from leaving or erasing. Its wrong ones count on the account as well, so that an open
        page gives no further guesses at the sign-in.
        """
        account = self._directory.account(self._sittings.require(actor).person_id)
        if account is None:
            raise AccessError(problem("errors.access.ended"))
        taken = self._tries.charge([f"sitting {actor.sitting_id}"], also=[counted_on(account)])
        self._open_counted(account, passphrase, taken, "sitting")
        return account

    def open_member(self, couple_id: str, person_id: str, passphrase: str) -> tuple[Account, bytes]:
        """Open one member's account and drawer key by their own passphrase, at a page of the two together.

        That account alone is tried, and a wrong try counts on it as at the sign-in.

        Raises
        ------
        AccessError
            Nobody of this couple is called so.
        SignInError
            It is not this person's passphrase, whoever's else it may be.
        TooManyTriesError
            After ten wrong tries at the account within 15 minutes.
        """
        account = self._directory.account(person_id)
        if account is None or account.couple_id != couple_id:
            raise AccessError(problem("errors.access.not_yours"))
        taken = self._tries.charge([counted_on(account)], told="too_many_sign_ins")
        return account, self._open_counted(account, passphrase, taken, "outside")

    def _open_counted(self, account: Account, passphrase: str, taken: Try, where: Where) -> bytes:
        key = unlock(account.by_passphrase, passphrase, account.person_id)
        if key is None:
            self.tried.note(account.person_id, where)
            raise SignInError(problem("errors.access.wrong_passphrase"), about=["passphrase"])
        self._tries.refund(taken)
        return key

    def _open_all(self, code: str, people: Sequence[tuple[str, str]]) -> list[tuple[Account, bytes]]:
        """Everybody's account and key, if every passphrase is right; each is tried, each counts."""
        found = [(*self._whose.find(code, name), passphrase) for name, passphrase in people]
        # Nobody is tried unless all may be: or who is locked out would show by the time it takes.
        taken = self._tries.charge([counted for _, counted, _ in found], told="too_many_sign_ins")
        opened = []
        for account, counted, passphrase in found:
            lock, person_id = (account.by_passphrase, account.person_id) if account else (self._dummy, NOBODY)
            key = unlock(lock, passphrase, person_id)
            if account is not None and key is not None:
                self._tries.refund(taken.at(counted))
                opened.append((account, key))
            elif account is not None:
                self.tried.note(account.person_id, "outside")
        if len(opened) < len(people):
            raise SignInError(problem("errors.account.wrong"))
        return [(self._with_keys_if_room(account, key), key) for account, key in opened]

    def _couple_by_code(self, code: str) -> str:
        """Return the couple that a typed code names, or the id of none."""
        return self._directory.couple_by_code(code) or NOBODY

    @staticmethod
    def _has_place(pair: Pair, first: Account | None) -> bool:
        """Tell whether a second partner may join: one was admitted, is still there, has not parted."""
        return len(pair.people) == 1 and first is not None and first.place == "a" and not pair.is_unpaired

    def _new_account(
        self, couple_id: str, place: Literal["a", "b"], name: str, passphrase: str
    ) -> tuple[Account, bytes, str]:
        person_id, key = f"p_{secrets.token_hex(12)}", crypto.new_key()
        by_passphrase, by_recovery, recovery_code = self._new_locks(person_id, key, passphrase)
        keys = new_keys(key, person_id)
        account = Account(person_id, couple_id, place, name, by_passphrase, by_recovery, keys=keys)
        return account, key, recovery_code

    def _new_locks(self, person_id: str, key: bytes, passphrase: str) -> tuple[Lock, Lock, str]:
        """Return a drawer key wrapped by a passphrase, and by a new recovery code, which comes with it."""
        recovery_code = new_recovery_code()
        by_passphrase = lock_key(key, passphrase, person_id, self._cost)
        return by_passphrase, lock_key(key, plain_code(recovery_code), person_id, self._cost), recovery_code

    def _relock(self, opened: Account, by_passphrase: Lock, by_recovery: Lock) -> Account:
        """Put new locks in the place of those of an account that was opened by one of them.

        On a full disk, too: who has only the recovery code, or whose passphrase is known, can't wait.
        """

        def locked(current: Account) -> Account:
            return replace(current, by_passphrase=by_passphrase, by_recovery=by_recovery)

        return self._lending(lambda: self._renew(opened, locked))

    def _lending(self, write: Callable[[], Account]) -> Account:
        """Write to accounts what can't wait; on a full disk in the room kept aside, if there is some."""
        return write() if self._spare is None else self._spare.lend(write)

    def _with_keys_if_room(self, opened: Account, key: bytes) -> Account:
        """Return the same; on a full disk without a key pair, for one can read all the same."""
        with PassOverFullDisk():
            return self.with_keys(opened, key)
        return opened

    def with_keys(self, opened: Account, key: bytes) -> Account:
        """Return an account that was opened, with a key pair: made now, if it has none yet."""
        if opened.keys is not None:
            return opened
        made = new_keys(key, opened.person_id)
        return self._renew(opened, lambda current: current if current.keys else replace(current, keys=made))

    def _renew(self, opened: Account, change: Callable[[Account], Account]) -> Account:
        """Change an account that was opened just now, and is locked still as it was then."""
        made: list[Account] = []
        log = account_log(opened.person_id)

        def renew(seen: Seen) -> Writing:
            current = fold_account(seen[log])
            if current is None or (current.by_passphrase, current.by_recovery) != (
                opened.by_passphrase,
                opened.by_recovery,
            ):  # erased, or locked anew meanwhile: what opened it is void
                raise AccessError(problem("errors.access.ended"))
            changed = change(current)
            made[:] = [changed]
            if changed == current:
                return Writing()
            made[:] = [replace(changed, version=current.version + 1)]
            return Writing([account_entry(made[0])], superseded={log: older_rows(seen[log])})

        decide_and_write(self._store, [log], renew)
        return made[0]

    def _seat(self, account: Account, key: bytes) -> Actor:
        with PassOverFullDisk():  # a later sitting makes it
            make_couple_key(self._store, account.couple_id)
        self._whose.was_in(account.couple_id)
        return self._standing.begin(account, key)


def new_couple_id() -> str:
    """Return a random id for a couple; it means nothing outside the store."""
    return f"c_{secrets.token_hex(12)}"


def check_new(name: str, passphrase: str, code: str = "") -> str:
    """Return a new account's name without needless spaces.

    Raises
    ------
    AccessError
        With every problem of the name and the passphrase.
    """
    problems = {}  # what it is about: one sentence each
    name = " ".join(name.split())
    if shows_nothing(name):
        problems["name"] = problem("errors.account.no_name")
    elif len(name) > LONGEST_NAME:
        problems["name"] = problem("errors.account.long_name", most=LONGEST_NAME)
    elif not name.translate(_JOINERS).isprintable():  # lone surrogates, controls, direction marks
        problems["name"] = problem("errors.account.bad_name")
    if len(passphrase) < SHORTEST_PASSPHRASE:
        problems["new passphrase"] = problem("errors.account.short_passphrase", least=SHORTEST_PASSPHRASE)
    elif len(passphrase) > LONGEST_PASSPHRASE:
        problems["new passphrase"] = problem("errors.account.long_passphrase", most=LONGEST_PASSPHRASE)
    elif weak := weakness(passphrase, name, code):
        problems["new passphrase"] = problem(f"errors.account.{weak}")
    if problems:
        raise AccessError(problems.values(), about=problems)
    return name
