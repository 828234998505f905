"""Tickets that work once, and the capabilities they are exchanged for."""

import hashlib
import secrets
import threading
import time
from collections.abc import Callable
from typing import TypeVar

from workbook.errors import AccessError, problem
from workbook.service.desks.roles import RoleService
from workbook.service.formats.values import Actor
from workbook.service.identity.sittings import Sittings

Held = TypeVar("Held")
TICKET_SECONDS = 120.0  # a kernel on a slow computer takes a while to start
CAPABILITY_SECONDS = 12 * 3600.0


class Tickets:
    """Binds a kernel to one sitting's interface. Tokens are kept as digests only, in memory only.

    Parameters
    ----------
    sittings : Sittings
        A token is worth nothing once its sitting has ended.
    seat : callable
        Returns an actor's interface, asked once for each ticket that is exchanged.
    """

    def __init__(
        self,
        sittings: Sittings,
        seat: Callable[[Actor], RoleService],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._sittings = sittings
        self._seat = seat
        self._clock = clock
        self._lock = threading.Lock()
        self._tickets: dict[str, tuple[Actor, float]] = {}
        self._capabilities: dict[str, tuple[RoleService, float]] = {}
        sittings.on_end(self._drop)

    def issue(self, actor: Actor) -> str:
        """Return a new ticket for a live sitting; it works once, within two minutes."""
        return self._keep(self._tickets, self._sittings.require(actor), TICKET_SECONDS)

    def exchange(self, ticket: str) -> str:
        """Return the capability for a ticket, which is void from now on.

        Raises
        ------
        AccessError
            The ticket is unknown, used, too old, or its sitting has ended.
        """
        with self._lock:
            actor = self._valid(self._tickets.pop(_digest(ticket), None))
        return self._keep(self._capabilities, self._seat(self._sittings.require(actor)), CAPABILITY_SECONDS)

    def service_of(self, capability: str) -> RoleService:
        """Return the interface a capability is bound to, while its sitting lives."""
        with self._lock:
            service = self._valid(self._capabilities.get(_digest(capability)))
        self._sittings.require(service.actor)
        return service

    def _valid(self, found: tuple[Held, float] | None) -> Held:
        if found is None or self._clock() > found[1]:
            raise AccessError(problem("errors.access.bad_ticket"))
        return found[0]

    def _keep(self, tokens: dict[str, tuple[Held, float]], held: Held, seconds: float) -> str:
        token, now = secrets.token_urlsafe(32), self._clock()
        with self._lock:
            for digest in [digest for digest, (_, ends) in tokens.items() if now > ends]:
                del tokens[digest]
            tokens[_digest(token)] = (held, now + seconds)
        return token

    def _drop(self, actor: Actor) -> None:
        with self._lock:
            for digest in [digest for digest, (owner, _) in self._tickets.items() if owner == actor]:
                del self._tickets[digest]
            for digest in [
                digest for digest, (service, _) in self._capabilities.items() if service.actor == actor
            ]:
                del self._capabilities[digest]


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
