"""Kernels and their owners. A kernel serves one page of one sitting and ends once its page has hung up."""

import asyncio
import contextvars
import logging
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

from jupyter_server.base.call_context import CallContext
from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager, ServerKernelManager
from tornado.iostream import StreamClosedError
from tornado.web import HTTPError
from traitlets import Float, Integer, default

from workbook.content.language import LANGUAGE, spoken
from workbook.errors import name_defect
from workbook.server.kernels.client import PromptClient
from workbook.server.kernels.environment import kernel_environment
from workbook.server.kernels.room import OpenPage, Tenure, page_to_end
from workbook.server.kernels.warm_process import fork_server
from workbook.server.settings import FEWEST_KERNELS, UNHEARD_SECONDS
from workbook.service.formats.values import Actor
from workbook.session.own_day import ZONE
from workbook.session.practice import VIEW

_log = logging.getLogger(__name__)
AT_REST_SECONDS = 1.0  # from a page that took its kernel to the next one that waits
GOODBYE_SECONDS = 1.5  # from a page's goodbye to the end of its kernel
PRESSED_SECONDS = 15.0  # where no more kernels fit, a page that missed several heartbeats makes way


class WorkbookKernel(ServerKernelManager):
    """One kernel. Never restarted: a restarted kernel would be an empty page that looks alive."""

    autorestart = False
    client_class = f"{PromptClient.__module__}.{PromptClient.__name__}"
    client_factory = PromptClient

    @default("transport")
    def _default_transport(self) -> str:
        return "ipc"  # sockets in our private folder; loopback TCP is open to every local user


class WorkbookKernels(AsyncMappingKernelManager):
    """Every kernel with its owner: ``per_person`` of one at most, then the oldest ends; ``most`` of all."""

    per_person = Integer(3)
    most = Integer(FEWEST_KERNELS)
    unheard_seconds = Float(UNHEARD_SECONDS)
    ticket_for: Callable[[Actor], dict[str, str]]

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._owners: dict[str, Actor] = {}
        self._heard: dict[str, float] = {}
        self._pages: dict[str, OpenPage] = {}
        self._n_opening = 0
        self._waiting: asyncio.Task[str] | None = None
        self._turns: WeakValueDictionary[tuple[str, str, str], asyncio.Lock] = WeakValueDictionary()

    def belongs_to(self, kernel_id: str, actor: Actor | None) -> bool:
        """Tell whether a kernel was started for this very sitting."""
        owner = self._owners.get(kernel_id)
        return owner is not None and actor is not None and owner.sitting_id == actor.sitting_id

    def owned_by(self, sitting_id: str) -> list[str]:
        return [kernel_id for kernel_id, actor in self._owners.items() if actor.sitting_id == sitting_id]

    async def start_kernel(self, **kwargs: Any) -> str:  # type: ignore[override]
        """Start a kernel for whoever asks in this request; strangers get none."""
        handler = CallContext.get(CallContext.JUPYTER_HANDLER)
        actor: Actor | None = getattr(getattr(handler, "current_user", None), "actor", None)
        if actor is None:
            raise HTTPError(403)
        # One at a time: concurrent starts would not count each other.
        async with self._turns.setdefault(_person(actor), asyncio.Lock()):
            if _has_gone(handler):  # reloaded while it waited: nobody is there to see it
                raise StreamClosedError
            await self._make_room(actor)
            address, tenure = getattr(handler, "address", ""), getattr(handler, "tenure", Tenure.NEWCOMER)
            if not await self.find_room(actor, address, tenure):
                raise HTTPError(503)
            kernel_id = await self._start_for(actor, kwargs)
            self._pages[kernel_id] = OpenPage(kernel_id, address, tenure, time.monotonic())
            return kernel_id

    async def _start_for(self, actor: Actor, kwargs: dict[str, Any]) -> str:
        kwargs["cwd"] = str(Path.cwd())  # the server's own empty folder, not where the notebook lies
        zone = getattr(CallContext.get(CallContext.JUPYTER_HANDLER), "zone", "")
        view = getattr(CallContext.get(CallContext.JUPYTER_HANDLER), "view", "")
        told = ({ZONE: zone} if zone else {}) | ({VIEW: view} if view else {})
        kwargs["env"] = kernel_environment(self.ticket_for(actor) | told | {LANGUAGE: spoken()})
        self._n_opening += 1
        try:
            kernel_id: str = await self._take_waiting(kwargs["env"]) or await super().start_kernel(**kwargs)
        finally:
            self._n_opening -= 1
            later = asyncio.get_running_loop().call_later
            later(AT_REST_SECONDS, self.keep_one_waiting, context=contextvars.Context())
        self._owners[kernel_id] = actor
        self.note_heartbeat(kernel_id)
        return kernel_id

    def keep_one_waiting(self) -> None:
        """Have one kernel up that is nobody's, if there is room: the next page need not wait for its start.

        It counts as a page that is open. It knows of nobody, and nobody reaches it, before `_take_waiting`
        binds it to a page of somebody who is signed in; so strangers can have no more of them made.
        """
        if self._waiting is None and fork_server.is_there and len(self._owners) + self._n_opening < self.most:
            # Nothing of the request that led here goes along.
            starting = self._start_waiting()
            self._waiting = asyncio.get_running_loop().create_task(starting, context=contextvars.Context())

    async def _start_waiting(self) -> str:
        how: dict[str, Any] = {"kernel_name": "python3", "cwd": str(Path.cwd()), "env": {}, "waits": True}
        try:
            kernel_id: str = await super().start_kernel(**how)
        except Exception as error:  # noqa: BLE001  every page can do without: it starts its own
            _log.warning("no kernel waits: %s", name_defect(error))
            return ""
        return kernel_id

    async def _take_waiting(self, environment: dict[str, str]) -> str | None:
        """Tell the kernel that waits whose it is; its id, or None where none could be told."""
        # Taken before anything is waited for: it can be given to one page only.
        starting, self._waiting = self._waiting, None
        kernel_id = await starting if starting is not None else ""
        if not kernel_id:
            return None
        kernel: Any = self.get_kernel(kernel_id)
        if await kernel.is_alive() and kernel.provisioner.tell(environment):
            return kernel_id
        await self.end(kernel_id)
        return None

    async def find_room(self, actor: Actor, address: str, tenure: Tenure) -> bool:
        """Tell whether one more kernel fits; where none does, another page may make way: see `.room`."""
        if not self._fits(actor):
            await self.end_unheard(min(PRESSED_SECONDS, self.unheard_seconds))
        if not self._fits(actor):
            others = [page for page in self._pages.values() if page.kernel_id in self._owners]
            if (kernel_id := page_to_end(others, address, tenure)) is not None:
                await self.end(kernel_id)
        return self._fits(actor)

    def note_action(self, kernel_id: str) -> None:
        """Note that somebody did something on a kernel's page."""
        if kernel_id in self._pages:
            self._pages[kernel_id].acted = time.monotonic()

    def note_answer(self, actor: Actor) -> None:
        """Note that somebody answered: their open pages are no newcomer's any more."""
        for kernel_id in self.owned_by(actor.sitting_id):
            page = self._pages.get(kernel_id)
            if page is not None:
                page.tenure = max(page.tenure, Tenure.BEGINNER)

    def _fits(self, actor: Actor) -> bool:
        n_ending = max(0, len(self._of(actor)) - self.per_person + 1)
        return len(self._owners) + self._n_opening - n_ending < self.most

    def note_heartbeat(self, kernel_id: str) -> None:
        """Note that the line to the kernel's page was open just now, or that the page was just begun.

        That a page says it is there, by a request, holds no kernel: it costs whoever sends it nothing.
        """
        if kernel_id in self._owners:  # an entry for a kernel that has ended would never be removed
            self._heard[kernel_id] = time.monotonic()

    async def end_unheard(self, seconds: float | None = None) -> None:
        """End kernels whose page is gone. A browser that is killed says no goodbye."""
        latest = time.monotonic() - (self.unheard_seconds if seconds is None else seconds)
        for kernel_id in [key for key in self._owners if self._heard.get(key, 0.0) < latest]:
            if not self._kernel_connections.get(kernel_id):
                await self.end(kernel_id)

    async def _make_room(self, actor: Actor) -> None:
        mine = self._of(actor)
        for kernel_id in mine[: max(0, len(mine) - self.per_person + 1)]:
            await self.end(kernel_id)

    def _of(self, actor: Actor) -> list[str]:
        return [kernel_id for kernel_id, owner in self._owners.items() if _person(owner) == _person(actor)]

    async def end(self, kernel_id: str) -> None:
        """End a kernel at once, if it still runs. Nothing in it is worth waiting for."""
        self._forget(kernel_id)
        if kernel_id in self:
            await super().shutdown_kernel(kernel_id, now=True)

    def end_soon(self, kernel_id: str) -> None:
        """End a kernel whose page said goodbye, once what it sent last (words just typed) is dealt with."""
        self._forget(kernel_id)  # it has no owner from now on, and does not count towards any limit
        asyncio.get_running_loop().call_later(GOODBYE_SECONDS, lambda: _run(self.end(kernel_id)))

    def _forget(self, kernel_id: str) -> None:
        self._owners.pop(kernel_id, None)
        self._heard.pop(kernel_id, None)
        self._pages.pop(kernel_id, None)

    async def end_sitting(self, sitting_id: str) -> None:
        """End every kernel of a sitting that is over."""
        await asyncio.gather(*(self.end(kernel_id) for kernel_id in self.owned_by(sitting_id)))

    async def shutdown_kernel(  # type: ignore[override]
        self, kernel_id: str, *args: Any, **kwargs: Any
    ) -> None:
        """Asked by the culler and at the end; a request may only end its own kernel."""
        user = getattr(CallContext.get(CallContext.JUPYTER_HANDLER), "current_user", None)
        actor: Actor | None = getattr(user, "actor", None)
        if actor is not None and not self.belongs_to(kernel_id, actor):
            raise HTTPError(403)
        self._forget(kernel_id)
        await super().shutdown_kernel(kernel_id, *args, **kwargs)

    async def is_running(self, kernel_id: str) -> bool:
        """Tell whether a kernel's process is alive, as far as the system knows."""
        if kernel_id not in self:
            return False
        kernel: Any = self.get_kernel(kernel_id)
        return bool(await kernel.is_alive())


_ending: set[asyncio.Task[None]] = set()  # the loop itself holds its tasks only weakly


def _run(work: Coroutine[Any, Any, None]) -> None:
    task = asyncio.ensure_future(work)
    _ending.add(task)
    task.add_done_callback(_ending.discard)


def _person(actor: Actor) -> tuple[str, str, str]:
    return str(actor.couple_id), str(actor.person_id), actor.role


def _has_gone(handler: Any) -> bool:
    stream = getattr(getattr(getattr(handler, "request", None), "connection", None), "stream", None)
    return stream is not None and bool(stream.closed())
