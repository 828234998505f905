"""Each one's rights, alone: take one's data, leave words out, close the table, leave, erase."""

import json
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from ipywidgets import VBox, Widget

from workbook.address import Address, at
from workbook.content import say
from workbook.content.formats import day_in_words
from workbook.errors import WorkbookError, problem
from workbook.reports import to_html
from workbook.ui.blocks import callout, heading, kicker, lead, links, note, opening, paragraph
from workbook.ui.blocks import code as code_block
from workbook.ui.buttons import Button
from workbook.ui.components import Download, Menu, Prose, TextField, is_served
from workbook.ui.dates import calendar_of, joint_dates
from workbook.ui.locks import always
from workbook.ui.own_data import sheet_of_own
from workbook.ui.pages.base import Page

_FINAL = ("unpair", "leave", "erase")
_PAGES = {"leave": "/go-alone", "erase": "/erase"}  # pages of the server's own


class Rights(Page):
    """The address names one right; without it, all are listed."""

    kind = "rights"
    part = "anytime"
    lock = staticmethod(always)

    def parts(self) -> Sequence[Widget]:
        self.menu = Menu(label=say("ui.rights.title"))
        self.menu.on_press(self.desk.guard_press(self.desk.go))
        self.passphrase = TextField(
            kind="password", label=say("ui.rights.passphrase"), hint=say("ui.rights.passphrase_hint")
        )
        self.file = Download(label=say("ui.rights.data.button"), file=say("ui.rights.data.file"))
        self.file.on_fetch(self._data, self.desk.guard_press)
        self.readable = Download(
            label=say("ui.rights.data.readable"),
            file=say("ui.rights.data.readable_file"),
            media="text/html",
            look="secondary",
        )
        self.readable.on_fetch(self._readable, self.desk.guard_press)
        self.dates_off = Download(
            label=say("ui.calendar.cancel"),
            file=say("ui.calendar.cancel_file"),
            media="text/calendar",
            look="secondary",
        )
        self.dates_off.on_fetch(lambda: calendar_of(self.session, cancels=True), self.desk.guard_press)
        self.about_dates = Prose(
            blocks=[heading(2, say("ui.calendar.cancel_title")), paragraph(say("ui.calendar.cancel_text"))]
        )
        self.passphrase_link, self.private_link, self.tries = Prose(), Prose(), Prose()
        self.place = VBox([])
        self._done: list[str] = []
        return (self.place,)

    def arrive(self, address: Address) -> None:
        if address.rest(0) not in ("", "data", "block", *self._final()):
            raise WorkbookError(problem("ui.trouble.not_there"))
        self.passphrase.value = self.passphrase.error = ""
        self._done = [] if "unpair" in self._done else self._done
        super().arrive(address)

    def leave(self) -> None:
        self.passphrase.value = ""

    def fill(self) -> None:
        if self._done:
            return  # the last message stays
        if not self.address.rest(0):
            self._all()
            return
        name = self.address.name
        key = "_on" if name == "block" and self._is_blocking() else "_off" if name == "block" else ""
        words = [
            kicker(say("ui.rights.kicker")),
            heading(1, say(f"ui.rights.{name}.title")),
            lead(say(f"ui.rights.{name}.lead{key}")),
        ]
        if name != "block":
            words.append(callout("", [paragraph(say(f"ui.rights.{name}.warning"))], tone="care"))
        self.say_words(words)
        back = Button(say("ui.rights.back"), self.to(at("rights")), "quiet")
        if name == "data":
            # The same for everybody, whatever they answered. Its passphrase is typed outside the kernel.
            apart = links([(say("ui.rights.data.private_link"), "/copy")])
            other = apart if is_served() else note(say("ui.rights.change.elsewhere"))
            told = [paragraph(say("ui.rights.data.two_files")), paragraph(say("ui.rights.data.private"))]
            self.private_link.blocks = [*told, other]
            self.place.children = (self.file, self.readable, self.private_link)
            self.offer(back)
        elif name == "block":
            self.place.children = ()
            self.offer(Button(say(f"ui.rights.block.button{key}"), self._toggle, "primary"), back)
        elif is_served() and name in _PAGES:
            # It ends the sitting, and with it this page, before a last message could be shown.
            onward = Prose(blocks=[links([(say(f"ui.rights.{name}.button"), _PAGES[name])])])
            self.place.children = (*self._dates(), onward)
            self.offer(back)
        else:
            self.place.children = (*self._dates(), self.passphrase)
            self.offer(Button(say(f"ui.rights.{name}.button"), self._confirm(name), "danger"), back)

    def _dates(self) -> tuple[Widget, ...]:
        """Return the offer to take joint dates off a calendar, where there are any."""
        has_dates = not self.session.is_parted and bool(joint_dates(self.session))
        return (self.about_dates, self.dates_off) if has_dates else ()

    def _all(self) -> None:
        self.say_words(opening("rights"))
        notes = {name: say(f"ui.rights.{name}.note") for name in ("data", *self._final())}
        notes["block"] = say(f"ui.rights.block.note_{'on' if self._is_blocking() else 'off'}")
        steps = [
            {
                "id": str(at("rights", name)),
                "title": say(f"ui.rights.{name}.title"),
                "status": "link",
                "note": notes[name],
            }
            for name in ("data", "block", *self._final())
        ]
        self.menu.parts = [{"title": "", "steps": steps}]
        self.passphrase_link.blocks = [
            heading(2, say("ui.rights.change.title")),
            paragraph(say("ui.rights.change.lead")),
            # The passphrase is typed on a page of the server's own, never in a kernel.
            links([(say("ui.rights.change.link"), "/passphrase")])
            if is_served()
            else note(say("ui.rights.change.elsewhere")),
        ]
        self.tries.blocks = self._tries()
        self.place.children = (self.menu, self.tries, self.passphrase_link)
        self.offer(Button(say("ui.steps.sharing"), self.to(at("sharing"))), self.home())

    def _final(self) -> tuple[str, ...]:
        """Name what is for good; a table that is closed cannot be closed again."""
        return tuple(name for name in _FINAL if name != "unpair" or not self.session.is_parted)

    def _tries(self) -> list[dict[str, Any]]:
        """Return what was tried at one's account: always there, and told here only, never in passing."""
        found = self.session.own.wrong_tries()
        told = {"outside": (found.outside, found.last_outside)}
        told["sitting"] = (found.in_sitting, found.last_in_sitting)
        parts = []
        for where, (n, last) in told.items():
            day = day_in_words(date.fromisoformat(last)) if last else ""
            parts.append(paragraph(say(f"ui.rights.tries.{where if n else f'{where}_none'}", n=n, day=day)))
        return [heading(2, say("ui.rights.tries.title")), paragraph(say("ui.rights.tries.lead")), *parts]

    # -- one's own ---------------------------------------------------------------------------
    def _data(self) -> str:
        return json.dumps(self.session.own.my_data(), ensure_ascii=False, indent=2)

    def _readable(self) -> str:
        session = self.session
        return to_html(sheet_of_own(session.own.my_data(), session.instruments, session.own_needs))

    def _is_blocking(self) -> bool:
        return self.session.own.is_blocking()

    def _toggle(self) -> None:
        self.session.own.block_free_text(blocked=not self._is_blocking())
        self.session.refresh("table")

    # -- for good ----------------------------------------------------------------------------
    def _confirm(self, name: str) -> Callable[[], None]:
        def confirm() -> None:
            passphrase, self.passphrase.value = self.passphrase.value, ""
            if not passphrase:
                self.passphrase.error = say("ui.rights.missing")
                return
            self.passphrase.error = ""
            result = getattr(self.session.own, name)(passphrase)
            self._farewell(name, result if isinstance(result, str) else "")

        return confirm

    def _farewell(self, name: str, code: str) -> None:
        words = [heading(1, say(f"ui.rights.{name}.done_title")), lead(say(f"ui.rights.{name}.done"))]
        if code:
            words.append(code_block(code))
        self.place.children = ()
        if name == "unpair":  # the sitting goes on
            self._done = [name]
            self.session.refresh("table")
            self.say_words(words)
            self.offer(Button(say("ui.button.home"), self.to(at("home")), "primary"))
            return
        self._done = [name]
        self.session.close()
        self.say_words([*words, links([(say("ui.rights.goodbye"), "/")])])
        self.offer()
