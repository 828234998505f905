"""The served notebook: it is run in a kernel of the person's own, and our template shows it."""

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tornado import web
from tornado.iostream import StreamClosedError

from workbook.errors import name_defect
from workbook.server.assets.rendering import page_settings, render
from workbook.server.kernels.client import PromptClient
from workbook.server.kernels.room import TENURES, Tenure
from workbook.server.pages.first_screen import FirstScreen, find_first_screen
from workbook.server.pages.notebook import cells_of, run_cells
from workbook.server.pages.page import PageHandler, in_thread
from workbook.service.formats.values import Role
from workbook.session.practice import PRESENTATION

_log = logging.getLogger(__name__)
READY_SECONDS = 60.0  # a kernel that is not forked takes a while to start on a slow computer

NOTEBOOKS: Mapping[Role, str] = {"therapist": "therapist.ipynb"}
"""Of each role whose notebook is another than the one that is served."""


class WorkbookPage(PageHandler):
    """``/workbook``: the frame of the page at once, the notebook as soon as its kernel is up."""

    kernel_id = ""
    view = ""  # what it shows, where it is not the whole; see `workbook.session.practice.VIEW`
    tenure = Tenure.NEWCOMER

    def initialize(self, notebook: Path) -> None:
        self.notebook = notebook

    async def get(self) -> None:
        if self.actor is None:
            raise web.HTTPError(403)
        self.tenure = TENURES[await in_thread(self.context.household.when_answered, self.actor)]
        if not await self.kernels.find_room(self.actor, self.address, self.tenure):
            self.say_it_is_full()
            return
        self.set_header("Content-Type", "text/html; charset=utf-8")
        # The token's cookie must be set before the first byte goes out.
        token, leave_to = self.cross_site_token(), self.workbook.leave_to
        who = self.tag_of(self.actor)
        settings = page_settings(xsrf=token, leave_to=leave_to, person=await self.person(), who=who)
        screen = await self.first_screen()
        head = {"actor": self.actor, "settings": settings, "token": token, "screen": screen}
        self.write(render("workbook_head.html", **head))
        await self.flush()
        try:
            await self.run_notebook()
        except StreamClosedError:
            await self.kernels.end(self.kernel_id)  # nobody is there to see it
            return
        self.finish(render("workbook_tail.html"))

    async def first_screen(self) -> FirstScreen | None:
        """Return the questions that can be answered before there is a kernel; None where none are asked."""
        if self.actor is None or self.actor.role != "partner":
            return None
        return await in_thread(find_first_screen, self.context.household.seat_partner(self.actor))

    def say_it_is_full(self) -> None:
        """Say that there is no room for one more page, and when to try again. The sitting goes on."""
        self.set_status(503)
        self.set_header("Retry-After", str(round(self.workbook.unheard_seconds)))
        self.show("full.html")

    async def run_notebook(self) -> None:
        """Run the notebook and send what it shows; where that fails, a sentence with a way out."""
        client: PromptClient | None = None
        try:
            cells = cells_of(self._notebook())
            self.kernel_id = await self.kernels.start_kernel(kernel_name="python3")
            kernel: Any = self.kernels.get_kernel(self.kernel_id)
            client = kernel.client()
            client.start_channels()
            await client.wait_for_ready(READY_SECONDS)
            parts = await run_cells(client, cells)
            for part in parts:
                if part.kind == "failed":
                    _log.error("the notebook failed: %s", part.content)
            self.write(render("workbook_cells.html", kernel_id=self.kernel_id, parts=parts))
            await self.flush()
        except StreamClosedError:
            raise
        except Exception as error:  # noqa: BLE001  whatever it was, the person gets a page
            _log.error("the workbook did not open: %s", name_defect(error))
            await self.kernels.end(self.kernel_id)
            self.write(render("workbook_failed.html"))
        finally:
            if client is not None:
                client.stop_channels()

    def _notebook(self) -> Path:
        """Return the notebook of whoever is signed in: all of them lie in one folder."""
        own = NOTEBOOKS.get(self.actor.role, "") if self.actor is not None else ""
        return self.notebook.with_name(own) if own else self.notebook

    async def person(self) -> dict[str, str]:
        """Code and name, by which the page can ask for the passphrase in place."""
        actor = self.actor
        if actor is None or actor.role != "partner":
            return {}
        couple = await in_thread(self.context.household.seat_couple(actor).couple)
        names = {member.person_id: member.name for member in couple.members}
        return {"code": couple.code, "name": names[actor.person_id]} if actor.person_id in names else {}


class Presentation(WorkbookPage):
    """``/presentation``: the view of a session for a screen that all look at; a therapist's alone."""

    view = PRESENTATION

    async def get(self) -> None:
        if self.actor is None or self.actor.role != "therapist":
            raise web.HTTPError(403)
        await super().get()
