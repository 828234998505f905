"""The page on which somebody asks for a copy of their own private answers, and fetches it.

It looks the same whatever was answered or asked: only after the passphrase does it say what stands.
Its address and its title are plain, for they stay in the browser's history.
"""

import json
from datetime import datetime
from typing import ClassVar

from workbook.content import say, sentences
from workbook.errors import WorkbookError
from workbook.server.pages.account_pages import Farewell
from workbook.server.web.error_pages import status_of_form
from workbook.service.couple.private_copy import PrivateCopy
from workbook.service.formats.values import Actor
from workbook.session.own_day import zone_named


class Copies(Farewell):
    """``/copy``: three buttons, of which each asks for the passphrase anew."""

    form = "copy"
    fields: ClassVar = {"passphrase": "secret"}

    def ask(
        self, typed: dict[str, str], error: WorkbookError | None = None, told: str = "", heading: str = ""
    ) -> None:
        problems = sentences(error) if error else []
        self.set_status(status_of_form(error))
        self.show("copy.html", problems=problems, told=told, told_heading=heading)

    async def post(self) -> None:
        actor, typed = self._mine(), self.typed()
        wish = self.get_body_argument("wish", "")
        try:
            copy = await self.in_turn(self._answer, actor, typed["passphrase"], wish)
        except WorkbookError as error:
            self.ask(typed, error)
            return
        if copy.content is not None:
            self._send(copy)
            return
        is_anew = copy.status == "waiting" and copy.ready_at is None
        state = "cancelled" if wish == "cancel" else "anew" if is_anew else copy.status
        ready, until = self._moment(copy.ready_at), self._moment(copy.until)
        told = say(f"server.copy.{state}", ready=ready, until=until)
        self.ask(typed, told=told, heading=say(f"server.copy.{state}_heading"))

    def _answer(self, actor: Actor, passphrase: str, wish: str) -> PrivateCopy:
        return self.context.household.seat_partner(actor).private_copy(passphrase, wish)

    def _send(self, copy: PrivateCopy) -> None:
        self.set_header("Content-Type", "application/json; charset=utf-8")
        name = say("server.copy.file")
        self.set_header("Content-Disposition", f'attachment; filename="{name}"')
        self.finish(json.dumps(copy.content, ensure_ascii=False, indent=2))

    def _moment(self, at: datetime | None) -> str:
        """Return a moment as the person's own clock shows it."""
        return f"{at.astimezone(zone_named(self.zone)):%Y-%m-%d %H:%M}" if at else ""
