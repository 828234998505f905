"""The page's own controls: one Python class beside each JavaScript file of this folder.

Under the server a control's script is a static file, found by ``_component``; elsewhere
(JupyterLab, nbval) anywidget sends the script itself. Controls hold no wording of their own:
labels come in as traits. Whatever a browser puts into a trait is only ever a request, which
the service checks again.
"""

import os
import time
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from typing import Any

import anywidget
import traitlets as t

from workbook.content import lookup

Press = Callable[[str], None]


@cache
def _text(name: str) -> str:
    return (files("workbook") / "ui" / name).read_text(encoding="utf-8")


def is_served() -> bool:
    """Tell a kernel of our own server, which serves the scripts and the stylesheet."""
    return "WORKBOOK_SOCKET" in os.environ


class Component(anywidget.AnyWidget):
    """A control of ours. ``_component`` names its script."""

    _esm = t.Unicode("export default {}").tag(sync=True)
    _css = t.Unicode("").tag(sync=True)
    _component = t.Unicode("").tag(sync=True)

    def __init__(self, **traits: Any) -> None:
        if not is_served():
            traits |= {"_esm": _text(f"components/{self._component}.js"), "_css": _text("workbook.css")}
        super().__init__(**traits)

    def heard(self, message: str, react: Press) -> None:
        """Call ``react`` with the value of every ``{message: value}`` the page sends."""

        def receive(_widget: object, content: object, _buffers: object) -> None:
            value = content.get(message) if isinstance(content, dict) else None
            if isinstance(value, str):
                react(value)

        self.on_msg(receive)


class Prose(Component):
    """Structured words. ``blocks`` are plain dicts, see `workbook.ui.blocks`.

    ``arrivals`` counts page changes; each moves the focus to the heading of level 1.
    """

    _component = t.Unicode("prose").tag(sync=True)
    blocks = t.List(t.Dict()).tag(sync=True)
    arrivals = t.Int(0).tag(sync=True)


class Back(Component):
    """The browser's own Back. ``entry`` is the number of the page that is open, as its history holds it."""

    _component = t.Unicode("back").tag(sync=True)
    entry = t.Int(0).tag(sync=True)

    def on_back(self, react: Press) -> None:
        """Hear which entry the person went to, as the browser has it: it may be any text."""
        self.heard("to", react)


class Actions(Component):
    """A row of buttons: ``{"id", "label", "kind": "primary" | "secondary" | "quiet" | "danger", "of"}``.

    ``of`` is the address of their page.
    """

    _component = t.Unicode("actions").tag(sync=True)
    buttons = t.List(t.Dict()).tag(sync=True)

    def on_press(self, react: Press) -> None:
        """Hear presses of the buttons that are there; a browser may claim others."""
        self.heard(
            "press", lambda press: react(press) if press in {one["id"] for one in self.buttons} else None
        )


class Menu(Component):
    """The path: parts of ``{"title", "steps": [{"id", "title", "status", "note", "time", "next"}]}``.

    A part may have ``folded`` steps as well, under their ``folded_label``.
    """

    _component = t.Unicode("menu").tag(sync=True)
    label = t.Unicode("").tag(sync=True)
    parts = t.List(t.Dict()).tag(sync=True)

    def on_press(self, react: Press) -> None:
        """Hear presses of the steps that are open."""
        self.heard("press", lambda press: react(press) if press in self._open() else None)

    def _open(self) -> set[str]:
        steps = [step for part in self.parts for step in (*part["steps"], *part.get("folded", ()))]
        return {step["id"] for step in steps if step["status"] != "locked"}


class Choices(Component):
    """One decision among ``options`` of ``{"value", "label", "note"}``; ``value`` '' is undecided."""

    _component = t.Unicode("choices").tag(sync=True)
    legend = t.Unicode("").tag(sync=True)
    hint = t.Unicode("").tag(sync=True)
    options = t.List(t.Dict()).tag(sync=True)
    value = t.Unicode("").tag(sync=True)
    error = t.Unicode("").tag(sync=True)
    in_row = t.Bool(False).tag(sync=True)

    def choice(self) -> str:
        """Return the chosen value, or '' where nothing that is offered was chosen."""
        return self.value if self.value in {option["value"] for option in self.options} else ""


class Picks(Component):
    """Several things picked from ``groups`` of ``{"title", "options"}``, options as those of `Choices`.

    At most ``most`` of them, where that is not 0. It ``folds`` where it is rarely wanted. ``count_label``
    says how many are picked: ``{n}`` of ``{most}``.
    """

    _component = t.Unicode("picks").tag(sync=True)
    legend = t.Unicode("").tag(sync=True)
    hint = t.Unicode("").tag(sync=True)
    groups = t.List(t.Dict()).tag(sync=True)
    picked: t.List[str] = t.List().tag(sync=True)
    most = t.Int(0).tag(sync=True)
    folds = t.Bool(False).tag(sync=True)
    count_label = t.Unicode("").tag(sync=True)

    def choice(self) -> list[str]:
        """Return what is picked of what is offered, in that order; never more than may be."""
        offered = [option["value"] for group in self.groups for option in group["options"]]
        found = [value for value in offered if value in self.picked]
        return found[: self.most] if self.most else found


class TextField(Component):
    """A labelled field. ``kind`` is "text", "long", "password", "date", "datetime-local", or "select" among
    ``options`` of [value, label].

    ``settled`` counts how often the field was left with a new text in it. ``kept`` is the text as it
    lies in the drawer, where a page keeps it as it is typed; None where a button does.
    """

    _component = t.Unicode("textfield").tag(sync=True)
    label = t.Unicode("").tag(sync=True)
    hint = t.Unicode("").tag(sync=True)
    error = t.Unicode("").tag(sync=True)
    kind = t.Unicode("text").tag(sync=True)
    options: t.List[list[str]] = t.List().tag(sync=True)
    max_length = t.Int(500).tag(sync=True)
    value = t.Unicode("").tag(sync=True)
    settled = t.Int(0).tag(sync=True)
    kept = t.Unicode(None, allow_none=True).tag(sync=True)

    def __init__(self, **traits: Any) -> None:
        super().__init__(**traits)
        self.heard("left", self._left)

    def _left(self, text: str) -> None:
        """Keep what was being typed when the page went."""
        self.value = text
        self.settled += 1

    def typed(self) -> str:
        """Return what was typed, without blanks at its ends, never longer than allowed."""
        return self.value.strip()[: self.max_length]


class Form(Component):
    """One page of questions.

    ``answers`` maps an item id to ``{"value", "declined"}`` as the service has it. Where the
    page has no line of its own to the service, ``answers_out`` is the one output: answers
    with their operation ids, answered by ``acknowledged`` or ``refused`` (id → sentence).
    Where the form ``opens_blank``, coming back shows no answer, not even one still on its way.
    """

    _component = t.Unicode("form").tag(sync=True)
    items = t.List(t.Dict()).tag(sync=True)
    occasion = t.Unicode("").tag(sync=True)
    opens_blank = t.Bool(False).tag(sync=True)
    answers = t.Dict().tag(sync=True)
    labels = t.Dict().tag(sync=True)
    answers_out: t.List[dict[str, Any]] = t.List().tag(sync=True)
    acknowledged: t.List[str] = t.List().tag(sync=True)
    refused = t.Dict().tag(sync=True)

    def __init__(self, **traits: Any) -> None:
        super().__init__(**{"labels": lookup("ui.form"), **traits})


class Chart(Component):
    """A figure with its sentence and what it rests on.

    ``figures`` are plotly's JSON: one that takes whatever room there is, or the same at some of its
    ``widths``, of which the widest that fits is shown. The page asks for one that is not there yet. One
    that ``awaits`` a figure has the page load what draws it, and tell the room it has. ``colours`` names
    the page's token for each of its colours, so that it follows light and dark. ``library`` is plotly.js,
    sent only outside the server and only when the page asks for it.
    """

    _component = t.Unicode("chart").tag(sync=True)
    figures: t.List[dict[str, Any]] = t.List().tag(sync=True)
    widths: t.List[float] = t.List().tag(sync=True)
    awaits = t.Bool(False).tag(sync=True)
    sentence = t.Unicode("").tag(sync=True)
    label = t.Unicode("").tag(sync=True)
    note = t.Unicode("").tag(sync=True)
    colours = t.Dict().tag(sync=True)
    labels = t.Dict().tag(sync=True)
    library = t.Unicode("").tag(sync=True)

    def __init__(self, **traits: Any) -> None:
        super().__init__(**{"labels": lookup("ui.chart"), **traits})
        self.heard("need", self._send_library)

    def on_width(self, react: Callable[..., None]) -> None:
        """Hear which of the widths the page wants: one that it has room for now, or for paper."""

        def hear(asked: str) -> None:
            kind, _, width = asked.partition(" ")
            found = next((one for one in self.widths if f"{one:g}" == width), None)
            if found is not None and kind in ("now", "paper"):
                react(found, is_now=kind == "now")

        self.heard("width", hear)

    def _send_library(self, need: str) -> None:
        if need == "library" and not is_served():
            from plotly.offline import get_plotlyjs  # 5 MB: only when a figure is really shown

            self.library = get_plotlyjs()


class Floor(Component):
    """Whose floor it is, and what is left of the round or the time-out.

    ``ends`` is the moment it is over, in milliseconds of the service's clock; 0 where nothing runs.
    ``speaker`` is ``{"name", "place", "mark"}``. With ``until`` the page says till when, by the person's
    own clock, in the place of ``words``. ``rings`` offers the bell.
    """

    _component = t.Unicode("floor").tag(sync=True)
    speaker = t.Dict().tag(sync=True)
    words = t.Unicode("").tag(sync=True)
    until = t.Unicode("").tag(sync=True)
    over = t.Unicode("").tag(sync=True)
    ends = t.Float(0.0).tag(sync=True)
    seconds = t.Float(0.0).tag(sync=True)
    rings = t.Bool(False).tag(sync=True)
    labels = t.Dict().tag(sync=True)

    def __init__(self, **traits: Any) -> None:
        super().__init__(**{"labels": lookup("ui.floor"), **traits})
        self.heard("clock", self._tell_time)

    def on_over(self, react: Press) -> None:
        """Hear that a time is over, by the page's clock."""
        self.heard("press", react)

    def _tell_time(self, asked: str) -> None:
        self.send({"clock": asked[:40], "now": time.time() * 1000})


class Download(Component):
    """A button that saves a file. ``content`` is filled when pressed and forgotten once taken.

    ``media`` is the file's type; what is fetched for a PDF is in base64.
    """

    _component = t.Unicode("download").tag(sync=True)
    label = t.Unicode("").tag(sync=True)
    file = t.Unicode("").tag(sync=True)
    media = t.Unicode("application/json").tag(sync=True)
    look = t.Unicode("primary").tag(sync=True)
    content = t.Unicode("").tag(sync=True)

    def on_fetch(self, fetch: Callable[[], str], guard: Callable[[Press], Press]) -> None:
        """Fill the file from ``fetch`` when the person asks for it."""

        def react(press: str) -> None:
            self.content = fetch() if press == "fetch" else ""

        self.heard("press", guard(react))
