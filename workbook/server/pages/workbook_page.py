"""The served notebook: Voila runs it in a kernel of the person's own and our template shows it."""

import logging
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jupyter_core.utils import ensure_async
from tornado import web
from tornado.iostream import StreamClosedError
from voila.handler import VoilaHandler
from voila.notebook_renderer import NotebookRenderer

from workbook.errors import name_defect
from workbook.server.assets.rendering import page_settings, render
from workbook.server.kernels.room import TENURES, Tenure
from workbook.server.pages.page import PageHandler, in_thread
from workbook.service.formats.values import Role
from workbook.session.practice import PRESENTATION

_log = logging.getLogger(__name__)


NOTEBOOKS: Mapping[Role, str] = {"therapist": "therapist.ipynb"}
"""Of each role whose notebook is another than the one that is served."""


class WorkbookPage(PageHandler, VoilaHandler):
    """``/workbook``: the frame of the page at once, the notebook as soon as its kernel is up."""

    kernel_id = ""
    view = ""  # what it shows, where it is not the whole; see `workbook.session.practice.VIEW`
    tenure = Tenure.NEWCOMER

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
        self.write(render("workbook_head.html", actor=self.actor, settings=settings, token=token))
        await self.flush()
        try:
            await self.run_notebook()
        except StreamClosedError:
            await self.kernels.end(self.kernel_id)  # nobody is there to see it
            return
        self.finish(render("workbook_tail.html"))

    def say_it_is_full(self) -> None:
        """Say that there is no room for one more page, and when to try again. The sitting goes on."""
        self.set_status(503)
        self.set_header("Retry-After", str(round(self.workbook.unheard_seconds)))
        self.show("full.html")

    async def run_notebook(self) -> None:
        """Send the notebook as it runs; where that fails, a sentence with a way out.

        Voila's own loop is not used: an error in it leaves the page waiting for ever, and it
        hands the whole environment of the server to the kernel.
        """
        renderer = None
        try:
            renderer = await self.open_notebook()
            self.kernel_id = await self.kernels.start_kernel(kernel_name="python3")
            kernel = self.kernels.get_kernel(self.kernel_id)
            async for html, _ in renderer.generate_content_generator(self.kernel_id, kernel):
                self.write(html)
                await self.flush()
        except StreamClosedError:
            raise
        except Exception as error:  # noqa: BLE001  whatever it was, the person gets a page
            _log.error("the workbook did not open: %s", _places(error))
            await self.kernels.end(self.kernel_id)
            self.write(render("workbook_failed.html"))
        finally:
            await _hang_up(renderer)

    async def open_notebook(self) -> NotebookRenderer:
        """Voila's renderer for our notebook; whose metadata may choose no kernel and no template."""
        renderer = NotebookRenderer(
            request_handler=self,
            voila_configuration=self.voila_configuration,
            traitlet_config=self.traitlet_config,
            notebook_path=self._notebook(),
            template_paths=self.template_paths,
            config_manager=self.config_manager,
            contents_manager=self.contents_manager,
            base_url=self.base_url,
            kernel_spec_manager=self.kernel_spec_manager,
            page_config={},
        )
        renderer.log = _PlacesOnly(_log, {})
        await renderer.initialize()
        return renderer

    def _notebook(self) -> str:
        """Return the notebook of whoever is signed in: all of them lie in one folder."""
        own = NOTEBOOKS.get(self.actor.role, "") if self.actor is not None else ""
        return str(Path(self.notebook_path).with_name(own)) if own else self.notebook_path

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


class _PlacesOnly(logging.LoggerAdapter[logging.Logger]):
    """Tells what failed and where; Voila's own would repeat the cell, and the kernel's words about it."""

    def exception(self, msg: object, *args: object, **kwargs: Any) -> None:
        self.error("the notebook failed: %s", _places(sys.exc_info()[1]))


def _places(error: BaseException | None) -> str:
    """Class and places of an error, never its words: they may hold what a person wrote."""
    return "unknown" if error is None else name_defect(error)


async def _hang_up(renderer: NotebookRenderer | None) -> None:
    """Close the line on which the notebook was run: Voila does, but not where the page was left half-way."""
    executor = getattr(renderer, "executor", None)
    client = getattr(executor, "kc", None)
    if client is not None:
        await ensure_async(client.stop_channels())
