"""Tickets that work once, and the capabilities they are exchanged for."""

import hashlib
import secrets
import threading
import time
from collections.abc import Callable

from workbook.content import say
from workbook.errors import AccessError
from workbook.service.sittings import Sittings
from workbook.service.verbs import Actor

TICKET_SECONDS = 120.0  # a kernel on a slow computer takes a while to start
CAPABILITY_SECONDS = 12 * 3600.0


class Tickets:
    """Binds a kernel to one sitting. Tokens are kept as digests only, in memory only.

    >>> sittings = Sittings()
    >>> actor = sittings.begin(Actor("partner", "c_1", "p_1"), b"key")
    >>> tickets = Tickets(sittings)
    >>> capability = tickets.exchange(tickets.issue(actor))
    >>> tickets.actor_of(capability) == actor
    True
    """

    def __init__(self, sittings: Sittings, clock: Callable[[], float] = time.monotonic) -> None:
        self._sittings = sittings
        self._clock = clock
        self._lock = threading.Lock()
        self._tickets: dict[str, tuple[Actor, float]] = {}
        self._capabilities: dict[str, tuple[Actor, float]] = {}
        sittings.on_end(self._drop)

    def issue(self, actor: Actor) -> str:
        """A new ticket for a live sitting; it works once, within two minutes."""
        return self._put(self._tickets, self._sittings.require(actor), TICKET_SECONDS)

    def exchange(self, ticket: str) -> str:
        """The capability for a ticket, which is void from now on.

        Raises
        ------
        AccessError
            The ticket is unknown, used, too old, or its sitting has ended.
        """
        with self._lock:
            found = self._tickets.pop(_digest(ticket), None)
        return self._put(self._capabilities, self._valid(found), CAPABILITY_SECONDS)

    def actor_of(self, capability: str) -> Actor:
        """Whom a capability speaks for, while their sitting lives."""
        with self._lock:
            found = self._capabilities.get(_digest(capability))
        return self._valid(found)

    def _valid(self, found: tuple[Actor, float] | None) -> Actor:
        if found is None or self._clock() > found[1]:
            raise AccessError(say("errors.access.bad_ticket"))
        return self._sittings.require(found[0])

    def _put(self, tokens: dict[str, tuple[Actor, float]], actor: Actor, seconds: float) -> str:
        token, now = secrets.token_urlsafe(32), self._clock()
        with self._lock:
            for digest in [digest for digest, (_, ends) in tokens.items() if now > ends]:
                del tokens[digest]
            tokens[_digest(token)] = (actor, now + seconds)
        return token

    def _drop(self, actor: Actor) -> None:
        with self._lock:
            for tokens in (self._tickets, self._capabilities):
                for digest in [digest for digest, (owner, _) in tokens.items() if owner == actor]:
                    del tokens[digest]


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
