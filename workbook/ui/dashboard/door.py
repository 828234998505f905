"""The passphrase of the study's key, before anything of the study is opened."""

from collections.abc import Callable, Sequence

from ipywidgets import VBox

from workbook.content import say
from workbook.errors import SetupError, problem
from workbook.service.studies.study import Study
from workbook.ui.blocks import bullets, callout, heading, kicker, lead, note, paragraph
from workbook.ui.components import Actions, Prose, TextField
from workbook.ui.dashboard.sample import Sample
from workbook.ui.guard import Guard


class Door:
    """Asks for the passphrase; once it fits, ``root`` shows what ``page`` makes of the study.

    Parameters
    ----------
    study : Study
        With a key.
    opening : callable
        From a passphrase to the study's sample; each call counts as a try.
    page : callable
        From a sample to the page.
    """

    def __init__(
        self, study: Study, opening: Callable[[str], Sample], page: Callable[[Sample], VBox]
    ) -> None:
        self._opening, self._page = opening, page
        blocks = [kicker(say("dashboard.kicker")), heading(1, study.name), lead(say("dashboard.door.lead"))]
        self.head = Prose(blocks=[*blocks, note(say("dashboard.door.key", words=study.key_words))])
        self.passphrase = TextField(label=say("dashboard.door.passphrase"), kind="password")
        self.button = Actions(
            buttons=[{"id": "open", "label": say("dashboard.door.open"), "kind": "primary"}]
        )
        self.trouble = Prose()
        guard = Guard(self._show_trouble)
        self.button.on_press(guard(lambda _: self._open()))
        self.root = VBox([self.head, self.passphrase, self.button, self.trouble])
        self.root.add_class("page")
        self.root.add_class("main")

    def _open(self) -> None:
        typed, self.passphrase.value, self.trouble.blocks = self.passphrase.value, "", []
        if not typed:
            raise SetupError(problem("dashboard.door.empty"))
        inside = self._page(self._opening(typed))
        self.root.remove_class("page")
        self.root.remove_class("main")
        self.root.children = (inside,)

    def _show_trouble(self, told: Sequence[str]) -> None:
        words = [paragraph(told[0])] if len(told) == 1 else [bullets(told)]
        self.trouble.blocks = [callout(say("ui.trouble.title"), words, tone="bad", alert=True)]
