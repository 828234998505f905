"""What stands around every page: what went wrong, said above it, and what guards each callback."""

from collections.abc import Sequence

from ipywidgets import VBox

from workbook.content import say
from workbook.ui.blocks import bullets, callout, paragraph
from workbook.ui.components import Prose
from workbook.ui.guard import Guard


class Frame:
    """A place for one page at a time. ``root`` is what a notebook shows."""

    def __init__(self, language: str) -> None:
        self.guard = Guard(self.show_trouble, language=language)
        self.guard_press = Guard(self.show_trouble, begin=self.hush, language=language)
        self.trouble = Prose()
        self.root = VBox([self.trouble])
        self.root.add_class("page")

    def show_trouble(self, sentences: Sequence[str]) -> None:
        """Say what went wrong, above the page, so that it is seen and heard."""
        told = [paragraph(sentences[0])] if len(sentences) == 1 else [bullets(sentences)]
        self.trouble.blocks = [callout(say("ui.trouble.title"), told, tone="bad", alert=True)]

    def hush(self) -> None:
        """Take away what went wrong before: what is pressed now succeeds, or says anew what did not."""
        self.trouble.blocks = []
