"""The ways out: hand over, sign out, the quick exit; and addresses that are nobody's."""

from typing import Any

from jupyter_server.auth.decorator import allow_unauthenticated
from tornado.web import HTTPError

from workbook.server.assets.rendering import render
from workbook.server.pages.page import LEFT_COOKIE, PageHandler, in_thread
from workbook.server.pages.sign_in_pages import SignIn
from workbook.server.web.error_pages import wants_json
from workbook.server.web.identity import take_cookie

HIDE_FOR_SECONDS = 300


class HandOver(PageHandler):
    """On one device: ends this sitting and asks for the other partner's."""

    async def get(self) -> None:
        self.show("hand_over.html")

    async def post(self) -> None:
        assert self.actor is not None  # noqa: S101  `prepare` sends strangers away
        couple = await in_thread(self.context.household.seat_couple(self.actor).couple)
        await self.stand_up(self.actor)
        take_cookie(self)
        self.current_user = None
        kept = {"code": couple.code, "name": ""}
        self.show("form.html", form="sign_in", fields=SignIn.fields, kept=kept, problems=())


class SignOut(PageHandler):
    """Ends the sitting and its kernels."""

    @allow_unauthenticated
    async def post(self) -> None:
        if self.actor is not None:
            await self.stand_up(self.actor)
        take_cookie(self)
        goal = self.get_body_argument("then", "")
        self.see(goal if goal in {"/begin", "/join"} else "/")


class Leave(PageHandler):
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


class Missing(PageHandler):
    """Every address that is nobody's."""

    @allow_unauthenticated
    async def get(self) -> None:
        raise HTTPError(404)

    post = put = delete = patch = head = options = get
