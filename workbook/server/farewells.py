"""Leaving for good: with one's drawer, or with all of it erased.

The passphrase is typed here, not in a kernel; and what is said last has to reach the person
although their sitting and its kernels end with it.
"""

from typing import ClassVar

from jupyter_server.auth.decorator import allow_unauthenticated
from tornado.web import HTTPError

from workbook.content import say
from workbook.errors import AccessError, WorkbookError
from workbook.server.identity import take_cookie
from workbook.server.once import Done
from workbook.server.pages import FormPage
from workbook.service.values import Actor


class Farewell(FormPage):
    """A form that asks for one's own passphrase, then says good-bye."""

    fields: ClassVar = {"passphrase": "secret"}

    async def get(self) -> None:
        self._mine()
        self.ask({})

    @allow_unauthenticated  # a second sending comes when the sitting is over: it is shown what was said last
    async def post(self) -> None:
        if self.actor is not None:
            self._mine()
        typed = self.typed()
        try:
            done = await self.done_once(typed)
        except WorkbookError as error:
            self.ask(typed, error)
            return
        take_cookie(self)
        self.current_user = None
        self.show("farewell.html", form=self.form, code=done.code)

    async def take(self, typed: dict[str, str]) -> Done:
        if self.actor is None:
            raise HTTPError(403)
        return Done(code=await self.in_turn(self.go, self.actor, typed["passphrase"]))

    def go(self, actor: Actor, passphrase: str) -> str:
        """Do it; gives the code of the workbook that the person goes on in, or ''."""
        raise NotImplementedError

    def _mine(self) -> Actor:
        if self.actor is None or self.actor.role != "partner":
            raise AccessError(say("errors.access.no_drawer"))
        return self.actor


class GoAlone(Farewell):
    """The table closes, the drawer moves into a workbook of one's own."""

    form = "go_alone"

    def go(self, actor: Actor, passphrase: str) -> str:
        return self.backstage.household.seat_partner(actor).leave(passphrase)


class Erase(Farewell):
    """Account, drawer and own rows are destroyed."""

    form = "erase"

    def go(self, actor: Actor, passphrase: str) -> str:
        self.backstage.household.seat_partner(actor).erase(passphrase)
        return ""
