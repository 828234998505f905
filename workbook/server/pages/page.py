"""What every page of ours is built on: identity, cross-site token, rendering."""

import asyncio
import hashlib
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from jupyter_server.base.handlers import JupyterHandler

from workbook.content.language import speak, spoken
from workbook.server.assets.rendering import render
from workbook.server.context import ServerContext
from workbook.server.kernels.manager import WorkbookKernels
from workbook.server.network import neighbourhood
from workbook.server.pages.landing import common_values
from workbook.server.web.cookies import ZONE_COOKIE
from workbook.server.web.headers import Secured
from workbook.server.web.identity import give_cookie
from workbook.server.web.language import language_of
from workbook.service.formats.values import Actor
from workbook.session.own_day import known_zone

P = ParamSpec("P")
R = TypeVar("R")


async def in_thread(call: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Run a call of the service that may take its time, without holding up the others."""
    return await asyncio.to_thread(call, *args, **kwargs)  # in the language of the request


class PageHandler(Secured, JupyterHandler):
    """A page or an address of ours. Those for strangers say so with ``allow_unauthenticated``."""

    async def prepare(self) -> None:  # type: ignore[override]
        await super().prepare()
        speak(language_of(self))

    @property
    def context(self) -> ServerContext:
        context: ServerContext = self.settings["context"]
        return context

    @property
    def actor(self) -> Actor | None:
        return getattr(self.current_user, "actor", None)

    @property
    def kernels(self) -> WorkbookKernels:
        kernels: WorkbookKernels = self.settings["kernel_manager"]
        return kernels

    @property
    def address(self) -> str:
        """Whom tries are counted against; behind a proxy, whom the farthest trusted one names.

        What stands before that in the list, and every other header, a browser may have made up.
        """
        if not self.workbook.proxy:
            return neighbourhood(str(self.request.remote_ip))
        named = ",".join(self.request.headers.get_list("X-Forwarded-For")).split(",")
        return neighbourhood(
            named[-min(self.workbook.proxy_hops, len(named))].strip() or str(self.request.remote_ip)
        )

    @property
    def zone(self) -> str:
        """The time zone that the browser says it is in; empty where it says none that is known."""
        return known_zone(self.get_cookie(ZONE_COOKIE) or "")

    async def in_turn(self, call: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run a call that derives keys, once it is its turn; see `Turns`.

        Who is signed in waits in a line of their own: nobody at the same address can keep them from leaving.
        """
        whose = f"sitting {self.actor.sitting_id}" if self.actor is not None else self.address
        return await self.context.turns.run(whose, call, *args, **kwargs)

    @staticmethod
    def tag_of(actor: Actor) -> str:
        """By what a page knows whose it is: the same in every sitting of one person, and it says no more."""
        whole = f"page\n{actor.role}\n{actor.couple_id}\n{actor.person_id}"
        return hashlib.sha256(whole.encode()).hexdigest()[:16]

    def cross_site_token(self) -> str:
        """Return the cross-site token; asking for it also sets its cookie."""
        return self.xsrf_token.decode()

    def show(self, template: str, **values: Any) -> None:
        """Finish with one of our pages."""
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.finish(render(template, **(common_values(self, self.actor) | values)))

    def answer(self, reply: dict[str, Any], status: int = 200) -> None:
        """Finish with JSON, for our own script."""
        self.set_status(status)
        self.set_header("Content-Type", "application/json; charset=utf-8")
        self.finish(reply)

    def see(self, path: str) -> None:
        """Send the browser on with a GET, so that a reload repeats nothing."""
        self.redirect(path, status=303)

    async def seat(self, actor: Actor) -> None:
        """Sign this browser in, ending whatever sitting it had."""
        if self.actor is not None and self.actor != actor:
            await self.stand_up(self.actor)
        self.context.sittings.speak(actor.sitting_id, spoken())
        give_cookie(self, actor)

    async def stand_up(self, actor: Actor) -> None:
        """End a sitting at once; its kernels end in the moment after, see `WorkbookApp`."""
        await in_thread(self.context.sittings.end, actor.sitting_id)
