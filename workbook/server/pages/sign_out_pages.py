"""The ways out: hand over, sign out, the quick exit; and addresses that are nobody's."""

import secrets
from typing import Any

from jupyter_server.auth.decorator import allow_unauthenticated
from tornado.web import HTTPError

from workbook.errors import AccessError, problem
from workbook.server.assets.rendering import render
from workbook.server.pages.form_page import FormPage
from workbook.server.pages.page import PageHandler, in_thread
from workbook.server.pages.sign_in_pages import Join, SignIn
from workbook.server.web.cookies import LEFT_COOKIE, xsrf_cookie_name
from workbook.server.web.error_pages import wants_json
from workbook.server.web.identity import take_cookie
from workbook.server.web.sent_once import Done
from workbook.service.formats.values import Couple

HIDE_FOR_SECONDS = 300
LONGEST_TOKEN = 64


class HandOver(PageHandler):
    """On one device: ends this sitting and asks for the other partner's."""

    async def get(self) -> None:
        couple = await self._couple()
        self.show("hand_over.html", text="text_join" if _is_awaited(couple) else "text")

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
        # Who has no name and passphrase yet has nothing to sign in with: they join.
        page: type[FormPage] = Join if done.goal == "/join" else SignIn
        self.show("form.html", form=page.form, fields=page.fields, kept=kept, problems=())

    async def _hand_over(self) -> Done:
        if self.actor is None:
            raise AccessError(problem("errors.access.ended"))
        couple = await self._couple()
        await self.stand_up(self.actor)
        return Done("/join" if _is_awaited(couple) else "/sign-in", code=couple.code)

    async def _couple(self) -> Couple:
        assert self.actor is not None  # noqa: S101  `prepare` sends strangers away
        return await in_thread(self.context.household.seat_couple(self.actor).couple)


def _is_awaited(couple: Couple) -> bool:
    """Tell whether the partner has still to join."""
    return couple.is_solo and not couple.is_unpaired


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
