"""A button of a page or of an exercise, with what it does."""

from collections.abc import Callable


class Button:
    """A button and what it does. ``kind``: primary, secondary, quiet or danger."""

    def __init__(self, label: str, react: Callable[[], object], kind: str = "secondary") -> None:
        self.label, self.react, self.kind = label, react, kind
