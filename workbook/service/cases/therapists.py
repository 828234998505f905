"""Therapists' accounts: apart from couples', each with a key pair to which couples seal what they grant.

At the door code, passphrase and the digits of a second factor are asked for at once, and whatever of them is
wrong, or missing, the answer is the same and takes as long: one key is derived.
"""

import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from workbook.errors import AccessError, SignInError, problem
from workbook.service.cases.second_factor import SecondFactor, address_for_app, new_secret, open_factor
from workbook.service.formats import crypto
from workbook.service.formats.rows import read_row, write_row
from workbook.service.formats.values import Actor
from workbook.service.identity.accounts import Welcome, check_new
from workbook.service.identity.codes import new_couple_code, new_recovery_code, plain_code
from workbook.service.identity.locks import Lock, OwnKeys, lock_key, new_keys, private_key, unlock
from workbook.service.identity.rate_limit import Tries
from workbook.service.identity.sittings import Sittings
from workbook.storage.base import Entry, Row, Store, Writing
from workbook.storage.deciding import Seen, decide_and_write

LOG = "therapists"


@dataclass(frozen=True, slots=True)
class Therapist:
    """One therapist's account. ``code`` is what they sign in with, and nobody else needs.

    ``keys`` and ``by_recovery`` are missing in an account from before there were any, until its therapist
    signs in, or sets a new passphrase. ``factor`` is the second factor, sealed; see `SecondFactor`.
    """

    person_id: str
    name: str
    code: str
    by_passphrase: Lock
    keys: OwnKeys | None = None
    by_recovery: Lock | None = None
    factor: str = ""


class Therapists:
    """Therapists' accounts and sittings; guessing is limited as at every other door.

    ``clock`` gives the time by which the digits of a second factor are told.
    """

    def __init__(
        self,
        store: Store,
        sittings: Sittings,
        tries: Tries,
        cost: crypto.Cost,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._store, self._sittings, self._tries, self._cost = store, sittings, tries, cost
        self._clock = clock
        self._dummy = lock_key(crypto.new_key(), "a dummy nobody knows", "nobody", cost)
        self._salts: dict[Actor, str] = {}
        sittings.on_end(self._forget)

    def create(self, name: str, passphrase: str) -> Welcome:
        """Create an account, signed in at once; its code and its recovery code are shown once.

        Raises
        ------
        AccessError
            With every problem of the name and the passphrase.
        """
        code = new_couple_code()
        name, key = check_new(name, passphrase, code), crypto.new_key()
        person_id = f"t_{secrets.token_hex(12)}"
        by_passphrase, by_recovery, recovery_code = self._new_locks(person_id, key, passphrase)
        factor = SecondFactor().seal(key, person_id)
        keys = new_keys(key, person_id)
        account = Therapist(person_id, name, code, by_passphrase, keys, by_recovery, factor)
        self._store.write([_entry(account)])
        return Welcome(self._seat(account, key), code, recovery_code)

    def sign_in(self, code: str, passphrase: str, digits: str = "") -> Actor:
        """Sign a therapist in; ``digits`` are of their second factor, if they have one.

        Raises
        ------
        SignInError
            Code, passphrase and digits don't belong together; says no more than that.
        TooManyTriesError
            After ten wrong tries within 15 minutes for the code, from wherever.
        """
        taken = self._tries.charge([f"therapist {plain_code(code)}"])
        account = self._by_code(code)
        lock, person_id = (account.by_passphrase, account.person_id) if account else (self._dummy, "nobody")
        key = unlock(lock, passphrase, person_id)
        # Looked at whatever else is wrong: so it takes as long.
        factor = open_factor(account.factor, key, person_id) if account and key else SecondFactor()
        fits = factor.accept(digits, self._clock)
        if account is None or key is None or fits is None:
            raise SignInError(problem("errors.account.wrong_therapist"))
        opened = self._accept(account, key, digits)
        self._tries.refund(taken)
        return self._seat(opened, key)

    def recover(self, code: str, recovery_code: str, new_passphrase: str) -> Welcome:
        """Get in with the recovery code: a new passphrase, a new recovery code, and no second factor.

        Raises
        ------
        SignInError
            The two codes don't belong together; says no more than that.
        TooManyTriesError
            The same, after ten wrong tries within 15 minutes.
        AccessError
            With every problem of the new passphrase.
        """
        account = self._by_code(code)
        check_new(account.name if account else "nobody", new_passphrase, code)
        lock = account.by_recovery if account else None
        person_id = account.person_id if account else "nobody"
        key = unlock(lock or self._dummy, plain_code(recovery_code), person_id)
        if account is None or key is None:
            self._tries.charge([f"therapist's recovery {plain_code(code)}"], told="too_many_codes")
            raise SignInError(problem("errors.account.wrong_recovery_therapist"))
        kept, fresh = self._renew(account, key, new_passphrase, without_factor=True)
        self._sittings.end_where(lambda actor: actor.person_id == account.person_id)
        return Welcome(self._seat(kept, key), account.code, fresh)

    def change_passphrase(self, actor: Actor, old: str, new: str) -> str:
        """Change one's own passphrase; gives the new recovery code. One's other sittings end."""
        account, key = self._check(actor, old)
        check_new(account.name, new, account.code)
        kept, recovery_code = self._renew(account, key, new)
        self._salts[actor] = kept.by_passphrase.salt
        self._sittings.end_where(lambda one: one.person_id == actor.person_id and one != actor)
        return recovery_code

    def offer_factor(self, actor: Actor) -> tuple[str, str]:
        """Return a fresh secret for an app, and its address for a picture; nothing is kept of it yet."""
        secret = new_secret()
        return secret, address_for_app(secret, self.account_of(actor).name)

    def set_factor(self, actor: Actor, passphrase: str, secret: str, digits: str) -> None:
        """Have the second factor asked for from now on, once digits show that an app has its secret.

        Raises
        ------
        SignInError
            The passphrase is another, or the digits don't fit.
        """
        account, key = self._check(actor, passphrase)
        try:
            used = self._use(actor, SecondFactor(secret), digits) if secret else None
        except ValueError:  # no secret of ours
            used = None
        if used is None:
            raise SignInError(problem("errors.account.wrong_digits"), about=["digits"])
        self._keep(account, lambda now: replace(now, factor=used.seal(key, now.person_id)))

    def end_factor(self, actor: Actor, passphrase: str, digits: str | None) -> None:
        """Have no second factor any more. Whoever has just signed in with digits needs no others: None.

        Raises
        ------
        SignInError
            The passphrase is another, or the digits don't fit.
        """
        account, key = self._check(actor, passphrase)
        factor = open_factor(account.factor, key, account.person_id)
        if digits is not None and self._use(actor, factor, digits) is None:
            raise SignInError(problem("errors.account.wrong_digits"), about=["digits"])
        none = SecondFactor()
        self._keep(account, lambda now: replace(now, factor=none.seal(key, now.person_id)))

    def _use(self, actor: Actor, factor: SecondFactor, digits: str) -> SecondFactor | None:
        """Return a factor once digits of it are used; None where they don't fit. Wrong ones are counted."""
        taken = self._tries.charge([f"factor {actor.sitting_id}"])
        used = factor.accept(digits, self._clock)
        if used is not None:
            self._tries.refund(taken)
        return used

    def check_passphrase(self, actor: Actor, passphrase: str) -> None:
        """Refuse whoever does not know the passphrase of the therapist who is signed in here.

        Raises
        ------
        SignInError
            It is another.
        TooManyTriesError
            After ten wrong ones in this sitting.
        """
        self._check(actor, passphrase)

    def has_factor(self, actor: Actor) -> bool:
        """Tell whether one has a second factor oneself."""
        account = self.account_of(actor)
        return bool(open_factor(account.factor, self._sittings.key_of(actor), account.person_id).secret)

    # -- within a sitting -----------------------------------------------------------------
    def account_of(self, actor: Actor) -> Therapist:
        """Return a therapist's account, in their sitting.

        Raises
        ------
        AccessError
            Their sitting has ended, or nobody has such an account.
        """
        actor = require_therapist(self._sittings, actor)
        account = self.by_id(actor.person_id)
        salt = account.by_passphrase.salt if account is not None else ""
        # Another server may have changed the passphrase: its sittings that began before end everywhere.
        if account is None or account.keys is None:
            raise AccessError(problem("errors.access.ended"))
        if self._salts.setdefault(actor, salt) != salt:
            self._sittings.end(actor.sitting_id)
            raise AccessError(problem("errors.access.ended"))
        return account

    def private_key_of(self, actor: Actor) -> bytes:
        """Return the private half of a therapist's key pair, in their sitting.

        Raises
        ------
        AccessError
            Their sitting has ended.
        """
        account = self.account_of(actor)
        assert account.keys is not None  # noqa: S101 - `account_of` refuses one without
        return private_key(account.keys, self._sittings.key_of(actor), account.person_id)

    def by_id(self, person_id: str) -> Therapist | None:
        """Return the therapist of this id."""
        return next((one for one in self._all() if one.person_id == person_id), None)

    def is_practice(self) -> bool:
        """Tell whether this installation has a therapist."""
        return self._store.heads([LOG])[LOG] > 0

    # -- within -----------------------------------------------------------------------------
    def _forget(self, actor: Actor) -> None:
        self._salts.pop(actor, None)

    def _by_code(self, code: str) -> Therapist | None:
        return next((one for one in self._all() if plain_code(one.code) == plain_code(code)), None)

    def _accept(self, account: Therapist, key: bytes, digits: str) -> Therapist:
        """Return the account once its digits are used up; a key pair is made where there is none yet."""

        def used(now: Therapist) -> Therapist:
            factor = open_factor(now.factor, key, now.person_id).accept(digits, self._clock)
            if factor is None or now.by_passphrase != account.by_passphrase:
                raise SignInError(problem("errors.account.wrong_therapist"))
            keys = now.keys or new_keys(key, now.person_id)
            return replace(now, factor=factor.seal(key, now.person_id), keys=keys)

        return self._keep(account, used)

    def _check(self, actor: Actor, passphrase: str) -> tuple[Therapist, bytes]:
        """Return a signed-in therapist's account and key, if the passphrase is theirs."""
        account = self.account_of(actor)
        taken = self._tries.charge([f"sitting {actor.sitting_id}"])
        key = unlock(account.by_passphrase, passphrase, account.person_id)
        if key is None:
            raise SignInError(problem("errors.access.wrong_passphrase"), about=["passphrase"])
        self._tries.refund(taken)
        return account, key

    def _renew(
        self, account: Therapist, key: bytes, passphrase: str, *, without_factor: bool = False
    ) -> tuple[Therapist, str]:
        person_id = account.person_id
        by_passphrase, by_recovery, recovery_code = self._new_locks(person_id, key, passphrase)

        def renewed(now: Therapist) -> Therapist:
            factor = SecondFactor() if without_factor else open_factor(now.factor, key, person_id)
            return replace(
                now,
                by_passphrase=by_passphrase,
                by_recovery=by_recovery,
                factor=factor.seal(key, person_id),
                keys=now.keys or new_keys(key, person_id),
            )

        return self._keep(account, renewed), recovery_code

    def _keep(self, account: Therapist, change: Callable[[Therapist], Therapist]) -> Therapist:
        """Keep a changed account in the place of what it is by now."""
        made: list[Therapist] = []

        def keep(seen: Seen) -> Writing:
            own = [row for row in seen[LOG] if _is_of(row, account.person_id)]
            if not own:
                raise AccessError(problem("errors.access.ended"))
            made[:] = [change(_therapist(read_row(own[-1].payload or b"{}")))]
            return Writing([_entry(made[0])], superseded={LOG: [row.sequence for row in own]})

        decide_and_write(self._store, [LOG], keep)
        return made[0]

    def _new_locks(self, person_id: str, key: bytes, passphrase: str) -> tuple[Lock, Lock, str]:
        recovery_code = new_recovery_code()
        by_passphrase = lock_key(key, passphrase, person_id, self._cost)
        return by_passphrase, lock_key(key, plain_code(recovery_code), person_id, self._cost), recovery_code

    def _seat(self, account: Therapist, key: bytes) -> Actor:
        actor = self._sittings.begin(Actor("therapist", "", account.person_id), key)
        self._salts[actor] = account.by_passphrase.salt
        return actor

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


def rows_of(rows: Sequence[Row], person_id: str) -> list[int]:
    """Return the numbers of the rows of one therapist's account."""
    return [row.sequence for row in rows if _is_of(row, person_id)]


def _entry(account: Therapist) -> Entry:
    return Entry(LOG, secrets.token_hex(16), "therapist", write_row(asdict(account)))


def _is_of(row: Row, person_id: str) -> bool:
    return row.payload is not None and read_row(row.payload)["person_id"] == person_id


def _therapist(content: dict[str, Any]) -> Therapist:
    locks = {
        name: Lock(lock["salt"], tuple(lock["cost"]), lock["sealed"])
        for name in ("by_passphrase", "by_recovery")
        if (lock := content.get(name))
    }
    keys = content.get("keys")
    return Therapist(**{**content, **locks, "keys": OwnKeys(**keys) if keys else None})
