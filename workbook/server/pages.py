"""The pages before and around the workbook: landing, begin, join, sign in, hand over, leave.

They are plain forms that work without scripts. What somebody typed is kept when there is a
problem, except passphrases and codes of recovery.
"""

import json
from typing import Any, ClassVar, Literal

from jupyter_server.auth.decorator import allow_unauthenticated
from tornado.web import HTTPError

from workbook.content import say
from workbook.errors import AccessError, TooManyTriesError, WorkbookError
from workbook.server.errors import status_of, wants_json
from workbook.server.handlers import LEFT_COOKIE, Page, in_thread
from workbook.server.identity import take_cookie, xsrf_cookie_name
from workbook.server.looks import render
from workbook.server.once import Done
from workbook.server.qr import qr_code
from workbook.service.demo import sit_down
from workbook.service.identity.accounts import Welcome
from workbook.service.values import Actor

DEMO_PLACES: tuple[Literal["a", "b", "together"], ...] = ("a", "b", "together")
LONGEST_TYPED = 400
# What a problem is about, as errors name it, to the kind of field it was typed in.
KIND_OF = {"name": "name", "code": "code", "passphrase": "secret", "new passphrase": "new-secret"}
HIDE_FOR_SECONDS = 300
RECOVERY_CODE = "/recovery-code"


class DoorPage(Page):
    """A page that also strangers may see. After a quick exit it stays out of sight for a while."""

    async def prepare(self) -> None:  # type: ignore[override]
        await super().prepare()
        if not self._finished and self.request.method == "GET" and self.get_cookie(LEFT_COOKIE):
            self.see("/leave")


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
        self.show("landing.html", on_host=bool(shared and is_host), demo_places=self._demo_places(), **values)

    def _demo_places(self) -> dict[str, str]:
        if not self.backstage.demo_code:
            return {}
        return {place: say(f"server.demo.{place}") for place in DEMO_PLACES}


class FormPage(DoorPage):
    """A form: fields in order, each ``name`` with its kind; the wording is in ``server.toml``."""

    form: ClassVar[str]
    fields: ClassVar[dict[str, str]]

    @allow_unauthenticated
    async def get(self) -> None:
        self.ask({})

    def ask(self, typed: dict[str, str], error: WorkbookError | None = None) -> None:
        """Show the form, with what may be shown of what was typed and what is wrong with it."""
        # A form shown again is an answered request: a browser would log 4xx as an error.
        self.set_status(429 if isinstance(error, TooManyTriesError) else 200)
        shown = [name for name, kind in self.fields.items() if kind not in {"secret", "new-secret"}]
        kept = {name: typed.get(name, "") for name in shown}
        problems = self._placed(error) if error else []
        self.show("form.html", form=self.form, fields=self.fields, kept=kept, problems=problems)

    def _placed(self, error: WorkbookError) -> list[tuple[str, str]]:
        """Each problem with the name of its field; without one where it is about no single field."""
        about = [*error.about, *[""] * len(error.problems)]
        kinds = {kind: name for name, kind in reversed(self.fields.items())}
        return [
            (problem, kinds.get(KIND_OF.get(subject, ""), ""))
            for problem, subject in zip(error.problems, about, strict=False)
        ]

    def typed(self) -> dict[str, str]:
        """What was sent, from a form or as JSON; overlong texts are no mistake of a person's."""
        if self.request.headers.get("Content-Type", "").startswith("application/json"):
            try:
                sent = json.loads(self.request.body)
            except (ValueError, RecursionError):
                raise HTTPError(400) from None
            values = {name: sent.get(name, "") for name in self.fields} if isinstance(sent, dict) else {}
        else:
            values = {name: self.get_body_argument(name, "", strip=False) for name in self.fields}
        if not all(isinstance(value, str) and len(value) <= LONGEST_TYPED for value in values.values()):
            raise HTTPError(400)
        return {name: values.get(name, "") for name in self.fields}

    @allow_unauthenticated
    async def post(self) -> None:
        typed = self.typed()
        try:
            done = await self.done_once(typed)
        except WorkbookError as error:
            if wants_json(self):
                self.answer({"error": " ".join(error.problems)}, status_of(error))
            else:
                self.ask(typed, error)
            return
        if wants_json(self):
            self.answer({"signed_in": True})
        else:
            self.see(done.goal)

    async def done_once(self, typed: dict[str, str]) -> Done:
        """Do what the form is for, however often it is sent, and seat whoever it seats."""
        token = self.get_body_argument("once", "")
        if not 0 < len(token) <= LONGEST_TYPED:  # our own script asks without a form
            done = await self.take(typed)
        else:
            browser = self.get_cookie(xsrf_cookie_name(self.workbook)) or ""
            marks = (browser, self.form, token, *typed.values())
            done, is_again = await self.backstage.once.do(marks, lambda: self.take(typed))
            if is_again and not self._stands(done):
                raise AccessError(say("server.sent_already"))
        if done.actor is not None:
            await self.seat(done.actor)
        return done

    def _stands(self, done: Done) -> bool:
        """Whether what was done may still be shown: not after signing out, nor a code once written down."""
        if done.actor is None:
            return True
        is_over = self.backstage.sittings.find(done.actor.sitting_id) is None
        is_written_down = done.actor.sitting_id not in self.backstage.recovery_codes
        return not is_over and not (done.goal == RECOVERY_CODE and is_written_down)

    async def take(self, typed: dict[str, str]) -> Done:
        """Do what the form is for, once."""
        raise NotImplementedError

    def welcome(self, welcome: Welcome) -> Done:
        """Keep a new recovery code until it is written down, and show it next."""
        self.backstage.recovery_codes[welcome.actor.sitting_id] = welcome.recovery_code
        return Done(RECOVERY_CODE, welcome.actor)


class NewcomerPage(FormPage):
    """A form that makes an account. Whoever is signed in is told so, and makes no second one unawares."""

    @allow_unauthenticated
    async def get(self) -> None:
        if self.actor is None:
            self.ask({})
            return
        couple = await in_thread(self.backstage.household.seat_couple(self.actor).couple)
        name = next((one.name for one in couple.members if one.person_id == self.actor.person_id), "")
        is_written_down = self.actor.sitting_id not in self.backstage.recovery_codes
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
        call = self.backstage.accounts.create_couple
        return self.welcome(
            await self.in_turn(call, typed["name"], typed["passphrase"], address=self.address)
        )


class Join(NewcomerPage):
    """Join as the second partner."""

    form = "join"
    fields: ClassVar = {"code": "code", "name": "name", "passphrase": "new-secret"}

    async def make(self, typed: dict[str, str]) -> Done:
        call = self.backstage.accounts.join
        return self.welcome(
            await self.in_turn(call, typed["code"], typed["name"], typed["passphrase"], address=self.address)
        )


class SignIn(FormPage):
    """Sign in to one's own part."""

    form = "sign_in"
    fields: ClassVar = {"code": "code", "name": "name", "passphrase": "secret"}

    async def take(self, typed: dict[str, str]) -> Done:
        call = self.backstage.accounts.sign_in
        actor = await self.in_turn(call, typed["code"], typed["name"], typed["passphrase"])
        return Done("/workbook", actor)


class Recover(FormPage):
    """Get back in with the recovery code."""

    form = "recover"
    fields: ClassVar = {"code": "code", "name": "name", "recovery_code": "secret", "passphrase": "new-secret"}

    async def take(self, typed: dict[str, str]) -> Done:
        call = self.backstage.accounts.recover
        secrets = typed["recovery_code"], typed["passphrase"]
        return self.welcome(await self.in_turn(call, typed["code"], typed["name"], *secrets))


class Together(FormPage):
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
            "/workbook", await self.in_turn(self.backstage.accounts.sign_in_together, typed["code"], both)
        )


class Demo(Page):
    """In the demo only: look around as one of the simulated couple, or as both."""

    @allow_unauthenticated
    async def post(self) -> None:
        asked, code = self.get_body_argument("place", ""), self.backstage.demo_code
        place = next((known for known in DEMO_PLACES if known == asked), None)
        if not code or place is None:
            raise HTTPError(404)
        await self.seat(await in_thread(sit_down, self.backstage.household, code, place))
        self.see("/workbook")


class RecoveryCode(Page):
    """The recovery code, until the person says it is written down; then never again."""

    def _mine(self) -> Actor:
        if self.actor is None or self.actor.sitting_id not in self.backstage.recovery_codes:
            raise AccessError(say("server.recovery_code.gone"))
        return self.actor

    async def get(self) -> None:
        actor = self._mine()
        couple = await in_thread(self.backstage.household.seat_couple(actor).couple)
        code = self.backstage.recovery_codes[actor.sitting_id]
        self.show("recovery_code.html", couple_code=couple.code, recovery_code=code, solo=couple.is_solo)

    async def post(self) -> None:
        if self.actor is not None:  # `prepare` sends strangers away; pressed twice it is written down still
            self.backstage.recovery_codes.pop(self.actor.sitting_id, None)
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
            raise AccessError(say("errors.access.no_drawer"))
        return self.actor

    async def take(self, typed: dict[str, str]) -> Done:
        actor, call = self._mine(), self.backstage.accounts.change_passphrase
        code = await self.in_turn(call, actor, typed["passphrase"], typed["new_passphrase"])
        return self.welcome(Welcome(actor, "", code))


class HandOver(Page):
    """On one device: ends this sitting and asks for the other partner's."""

    async def get(self) -> None:
        self.show("hand_over.html")

    async def post(self) -> None:
        assert self.actor is not None  # noqa: S101  `prepare` sends strangers away
        couple = await in_thread(self.backstage.household.seat_couple(self.actor).couple)
        await self.stand_up(self.actor)
        take_cookie(self)
        self.current_user = None
        kept = {"code": couple.code, "name": ""}
        self.show("form.html", form="sign_in", fields=SignIn.fields, kept=kept, problems=())


class SignOut(Page):
    """Ends the sitting and its kernels."""

    @allow_unauthenticated
    async def post(self) -> None:
        if self.actor is not None:
            await self.stand_up(self.actor)
        take_cookie(self)
        goal = self.get_body_argument("then", "")
        self.see(goal if goal in {"/begin", "/join"} else "/")


class Leave(Page):
    """The quick exit: ends the sitting first, then a page that could be anybody's."""

    @allow_unauthenticated
    async def get(self) -> None:
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.finish(render("leave.html", token=self.cross_site_token()))

    @allow_unauthenticated
    async def post(self) -> None:
        if self.get_body_argument("back", "") == "yes":
            self.clear_cookie(LEFT_COOKIE, path="/")
            self.see("/")
            return
        actor = self.actor
        take_cookie(self)
        options: dict[str, Any] = {"httponly": True, "samesite": "Strict", "secure": self.workbook.secure}
        self.set_cookie(LEFT_COOKIE, "1", path="/", max_age=HIDE_FOR_SECONDS, **options)
        if actor is not None:
            await self.stand_up(actor)
        if wants_json(self):
            self.answer({"left": True})
        else:
            self.see(self.workbook.leave_to)


class Missing(Page):
    """Every address that is nobody's."""

    @allow_unauthenticated
    async def get(self) -> None:
        raise HTTPError(404)

    post = put = delete = patch = head = options = get
