"""The ways in: landing, begin, join, sign in, recover, both together, and the demo's."""

from typing import ClassVar

from jupyter_server.auth.decorator import allow_unauthenticated
from tornado.web import HTTPError

from workbook.server.assets.rendering import render
from workbook.server.pages.form_page import RECOVERY_CODE, DoorPage, FormPage
from workbook.server.pages.landing import DEMO_PLACES, THERAPIST, common_values, landing_values
from workbook.server.pages.page import PageHandler, in_thread
from workbook.server.pages.qr import qr_code
from workbook.server.web.sent_once import Done
from workbook.service.demo import sit_down
from workbook.service.demo_practice import sit_down_as_therapist


class Landing(DoorPage):
    """The first page: what this is, and the three ways in."""

    @allow_unauthenticated
    async def get(self) -> None:
        if self.actor is not None:
            self.see("/workbook")
            return
        shared = self.workbook.shared_url
        is_host = self.request.remote_ip in {"127.0.0.1", "::1"}
        values = {"shared_url": shared, "words": self.settings["fingerprint_words"]}
        values["qr"] = qr_code(shared) if shared else ""
        values |= landing_values(self.workbook)
        self.set_header("Content-Type", "text/html; charset=utf-8")
        values |= common_values(self) | {"on_host": bool(shared and is_host)}
        self.finish_packed(render("landing.html", **values))


class NewcomerPage(FormPage):
    """A form that makes an account. Whoever is signed in is told so, and makes no second one unawares."""

    @allow_unauthenticated
    async def get(self) -> None:
        if self.actor is None:
            self.ask({})
            return
        name = await in_thread(self.context.household.name_of, self.actor)
        is_written_down = self.actor.sitting_id not in self.context.recovery_codes
        goal = "/workbook" if is_written_down else RECOVERY_CODE
        self.show("signed_in.html", form=self.form, name=name, goal=goal)

    async def take(self, typed: dict[str, str]) -> Done:
        return await self.make(typed) if self.actor is None else Done(f"/{self.form}")

    async def make(self, typed: dict[str, str]) -> Done:
        """Make the account."""
        raise NotImplementedError


class Begin(NewcomerPage):
    """Begin a workbook for two."""

    form = "begin"
    fields: ClassVar = {"name": "name", "passphrase": "new-secret"}

    async def make(self, typed: dict[str, str]) -> Done:
        call = self.context.accounts.create_couple
        return self.welcome(
            await self.in_turn(call, typed["name"], typed["passphrase"], address=self.address)
        )


class Join(NewcomerPage):
    """Join as the second partner."""

    form = "join"
    fields: ClassVar = {"code": "code", "name": "name", "passphrase": "new-secret"}

    async def make(self, typed: dict[str, str]) -> Done:
        call = self.context.accounts.join
        return self.welcome(
            await self.in_turn(call, typed["code"], typed["name"], typed["passphrase"], address=self.address)
        )


class SignIn(FormPage):
    """Sign in to one's own part."""

    form = "sign_in"
    fields: ClassVar = {"code": "code", "name": "name", "passphrase": "secret"}

    async def take(self, typed: dict[str, str]) -> Done:
        call = self.context.accounts.sign_in
        actor = await self.in_turn(call, typed["code"], typed["name"], typed["passphrase"])
        return Done("/workbook", actor)


class Recover(FormPage):
    """Get back in with the recovery code."""

    form = "recover"
    fields: ClassVar = {"code": "code", "name": "name", "recovery_code": "secret", "passphrase": "new-secret"}

    async def take(self, typed: dict[str, str]) -> Done:
        call = self.context.accounts.recover
        secrets = typed["recovery_code"], typed["passphrase"]
        return self.welcome(await self.in_turn(call, typed["code"], typed["name"], *secrets))


class SignInTogether(FormPage):
    """Both sign in on one device; what opens shows the table only."""

    form = "together"
    fields: ClassVar = {
        "code": "code",
        "name": "name",
        "passphrase": "secret",
        "other_name": "name",
        "other_passphrase": "secret",
    }

    async def take(self, typed: dict[str, str]) -> Done:
        both = [(typed["name"], typed["passphrase"]), (typed["other_name"], typed["other_passphrase"])]
        return Done(
            "/workbook", await self.in_turn(self.context.accounts.sign_in_together, typed["code"], both)
        )


class Demo(PageHandler):
    """In the demo only: look around as one of the simulated couple, as both, or as their therapist."""

    @allow_unauthenticated
    async def post(self) -> None:
        asked, demo = self.get_body_argument("place", ""), self.context.demo
        place = next((known for known in DEMO_PLACES if known == asked), None)
        if demo is None or (place is None and asked != THERAPIST):
            raise HTTPError(404)
        household = self.context.household
        if place is None:
            actor = await in_thread(sit_down_as_therapist, household, demo.therapist_code)
        else:
            actor = await in_thread(sit_down, household, demo.couple_code, place)
        await self.seat(actor)
        self.see("/workbook")
