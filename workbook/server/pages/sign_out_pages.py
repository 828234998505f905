"""The ways out: hand over, sign out, the quick exit; and addresses that are nobody's."""

import secrets
from typing import Any

from jupyter_server.auth.decorator import allow_unauthenticated
from tornado.web import HTTPError

from workbook.errors import AccessError, problem
from workbook.server.assets.rendering import render
from workbook.server.pages.page import LEFT_COOKIE, PageHandler, in_thread
from workbook.server.pages.sign_in_pages import SignIn
from workbook.server.web.error_pages import wants_json
from workbook.server.web.identity import take_cookie, xsrf_cookie_name
from workbook.server.web.sent_once import Done

HIDE_FOR_SECONDS = 300
LONGEST_TOKEN = 64


class HandOver(PageHandler):
    """On one device: ends this sitting and asks for the other partner's."""

    async def get(self) -> None:
        self.show("hand_over.html")

    @allow_unauthenticated  # sent twice, the second comes after the sitting has ended: it gets the same form
    async def post(self) -> None:
        marks = (self.get_cookie(xsrf_cookie_name(self.workbook)) or "", "hand_over")
        token = self.get_body_argument("once", "")[:LONGEST_TOKEN]
        try:
            done, _ = await self.context.once.do((*marks, token or secrets.token_hex(16)), self._hand_over)
        except AccessError:
            self.see("/")
            return
        take_cookie(self)
        self.current_user = None
        kept = {"code": done.code, "name": ""}
        self.show("form.html", form="sign_in", fields=SignIn.fields, kept=kept, problems=())

    async def _hand_over(self) -> Done:
        if self.actor is None:
            raise AccessError(problem("errors.access.ended"))
        couple = await in_thread(self.context.household.seat_couple(self.actor).couple)
        await self.stand_up(self.actor)
        return Done(code=couple.code)


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
