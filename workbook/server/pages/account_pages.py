"""Change one's account, or leave for good: with one's drawer, or with all of it erased.

The passphrase is typed here, not in a kernel; and what is said last has to reach the person
although their sitting and its kernels end with it.
"""

from typing import ClassVar

from jupyter_server.auth.decorator import allow_unauthenticated
from tornado.web import HTTPError

from workbook.errors import AccessError, WorkbookError, problem
from workbook.server.pages.form_page import FormPage
from workbook.server.pages.page import PageHandler, in_thread
from workbook.server.web.identity import take_cookie
from workbook.server.web.sent_once import Done
from workbook.service.formats.values import Actor
from workbook.service.identity.accounts import Welcome


class RecoveryCode(PageHandler):
    """The recovery code, until the person says it is written down; then never again."""

    async def get(self) -> None:
        actor = self.actor
        if actor is None or actor.sitting_id not in self.context.recovery_codes:
            self.see("/workbook")  # somebody who went back to it: what they want is behind it
            return
        household, code = self.context.household, self.context.recovery_codes[actor.sitting_id]
        if actor.role == "therapist":
            own = await in_thread(household.seat_therapist(actor).practice)
            self.show("recovery_code.html", couple_code=own.code, recovery_code=code, whose="therapist")
            return
        couple = await in_thread(household.seat_couple(actor).couple)
        whose = "solo" if couple.is_solo else "couple"
        self.show("recovery_code.html", couple_code=couple.code, recovery_code=code, whose=whose)

    async def post(self) -> None:
        if self.actor is not None:  # strangers were redirected; pressing twice is harmless
            self.context.recovery_codes.pop(self.actor.sitting_id, None)
        self.see("/workbook")


class Passphrase(FormPage):
    """Change one's own passphrase; the new recovery code is shown next."""

    form = "passphrase"
    fields: ClassVar = {"passphrase": "secret", "new_passphrase": "new-secret"}

    async def get(self) -> None:
        self._mine()
        self.ask({})

    async def post(self) -> None:
        self._mine()
        await super().post()

    def _mine(self) -> Actor:
        if self.actor is None or self.actor.role != "partner":
            raise AccessError(problem("errors.access.no_drawer"))
        return self.actor

    async def take(self, typed: dict[str, str]) -> Done:
        actor, call = self._mine(), self.context.accounts.change_passphrase
        code = await self.in_turn(call, actor, typed["passphrase"], typed["new_passphrase"])
        return self.welcome(Welcome(actor, "", code))


class Farewell(FormPage):
    """A form that asks for one's own passphrase, then says good-bye."""

    fields: ClassVar = {"passphrase": "secret"}

    async def get(self) -> None:
        self._mine()
        self.ask({})

    @allow_unauthenticated  # a second submission comes after the sitting ended: show the last result again
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
            raise AccessError(problem("errors.access.no_drawer"))
        return self.actor


class GoAlone(Farewell):
    """The table closes, the drawer moves into a workbook of one's own."""

    form = "go_alone"

    def go(self, actor: Actor, passphrase: str) -> str:
        return self.context.household.seat_partner(actor).leave(passphrase)


class Erase(Farewell):
    """Account, drawer and own rows are destroyed."""

    form = "erase"

    def go(self, actor: Actor, passphrase: str) -> str:
        self.context.household.seat_partner(actor).erase(passphrase)
        return ""
