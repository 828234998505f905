"""What each sitting stands on: an account, as it was when the sitting began, wherever it is changed since.

A sitting ends once the passphrase it was begun with is another, the account has moved to another couple,
or is no more; two together end when the couple parts. Each server hears of that by watching the log, also
when it happened at another one. Hearing takes a moment, so whatever is written for a person also expects
the log as it was last seen here: what hearing would be too late for, the store refuses.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import NoReturn

from workbook.errors import AccessError, problem
from workbook.service.formats.values import Actor
from workbook.service.identity.directory import (
    Account,
    Directory,
    account_log,
    couple_log,
    fold_account,
)
from workbook.service.identity.locks import Lock
from workbook.service.identity.sittings import Sittings
from workbook.storage.base import Row


@dataclass(slots=True)
class _Seen:
    """By which locks a sitting stands (a lock's salt is its own alone), and the last row seen of the log."""

    salts: set[str]
    last: int = 0
    stops: list[Callable[[], None]] = field(default_factory=list)


class Standing:
    """Begins sittings, and ends each when what it stands on is gone.

    Parameters
    ----------
    directory : Directory
        Where accounts are looked up.
    sittings : Sittings
        Who is signed in here.
    """

    def __init__(self, directory: Directory, sittings: Sittings) -> None:
        self.directory = directory
        self.sittings = sittings
        self._lock = threading.Lock()
        self._seen: dict[str, _Seen] = {}
        sittings.on_end(self._forget)

    def begin(self, account: Account, key: bytes) -> Actor:
        """Begin the sitting of a partner whose account was opened just now.

        Raises
        ------
        AccessError
            It was changed or erased since it was read.
        """
        actor = self.sittings.begin(Actor("partner", account.couple_id, account.person_id), key)
        seen = self._begin(actor, _Seen({account.by_passphrase.salt}))
        seen.stops.append(self._watch(account_log(account.person_id), lambda _: self._look_quietly(actor)))
        self.look(actor)  # what happened before there was somebody to hear it
        return actor

    def begin_together(self, couple_id: str, couple_key: bytes | None) -> Actor:
        """Begin the sitting of two whose accounts were opened just now, with the key of their table.

        Raises
        ------
        AccessError
            One of them has left or was erased since.
        """
        actor = self.sittings.begin(Actor("together", couple_id), None, couple_key)

        def hear(rows: list[Row]) -> None:
            if any(row.kind == "unpaired" for row in rows):
                self.sittings.end(actor.sitting_id)

        self._begin(actor, _Seen(set())).stops.append(self._watch(couple_log(couple_id), hear))
        if len(self.directory.accounts_of(couple_id)) < 2:
            self._end(actor)
        return actor

    def last(self, actor: Actor) -> int:
        """Return the last row of their account's log that a partner's sitting has seen."""
        with self._lock:
            seen = self._seen.get(actor.sitting_id)
        return seen.last if seen is not None else self._look_first(actor).last

    def look(self, actor: Actor) -> None:
        """Look anew at what a partner's sitting stands on; see `judge`."""
        self.judge(actor, self.directory.store.read(account_log(actor.person_id)))

    def judge(self, actor: Actor, rows: Sequence[Row]) -> Account:
        """Return a partner's account, given its log, if the sitting still stands on it; else end the sitting.

        Raises
        ------
        AccessError
            It does not.
        """
        account = fold_account(rows)
        if account is None or account.couple_id != actor.couple_id:
            self._end(actor)
        with self._lock:
            seen = self._seen.get(actor.sitting_id)
            stands = seen is not None and account.by_passphrase.salt in seen.salts
            if seen is not None and stands:
                seen.last = max(seen.last, rows[-1].sequence)
        # Nothing is known of one that was begun elsewhere, nor of one that has ended meanwhile.
        if not stands and (seen is not None or self.sittings.find(actor.sitting_id) is None):
            self._end(actor)
        return account

    @contextmanager
    def keeping(self, actor: Actor, lock: Lock) -> Iterator[None]:
        """Have a sitting stand by a new lock as well, while it is put in the older one's place.

        From before the writing: hearing of it may be quicker than the one who writes.
        """
        seen = self._look_first(actor)
        older = set(seen.salts)
        seen.salts = older | {lock.salt}
        try:
            yield
        except BaseException:
            seen.salts = older
            raise
        seen.salts = {lock.salt}

    def _look_first(self, actor: Actor) -> _Seen:
        """Return what a sitting has seen; of one that was begun elsewhere, what stands now."""
        with self._lock:
            seen = self._seen.get(actor.sitting_id)
        if seen is None:
            rows = self.directory.store.read(account_log(actor.person_id))
            account = self.judge(actor, rows)
            seen = self._begin(actor, _Seen({account.by_passphrase.salt}, rows[-1].sequence))
        return seen

    def _begin(self, actor: Actor, seen: _Seen) -> _Seen:
        with self._lock:
            return self._seen.setdefault(actor.sitting_id, seen)

    def _watch(self, log: str, hear: Callable[[list[Row]], None]) -> Callable[[], None]:
        return self.directory.store.watch(log, hear)

    def _look_quietly(self, actor: Actor) -> None:
        with suppress(AccessError):
            self.look(actor)

    def _end(self, actor: Actor) -> NoReturn:
        self.sittings.end(actor.sitting_id)
        raise AccessError(problem("errors.access.ended"))

    def _forget(self, actor: Actor) -> None:
        with self._lock:
            seen = self._seen.pop(actor.sitting_id, None)
        for stop in seen.stops if seen is not None else ():
            stop()
