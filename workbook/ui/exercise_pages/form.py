"""The form of one move, derived from its shape: a widget for each field that somebody is asked."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ipywidgets import Widget

from workbook.content import lookup, say
from workbook.content.formats import day_in_words
from workbook.session.own_day import moment_of, own_today
from workbook.shapes import Choice, Day, Field, Filled, Flag, Moment, Need, Rating, Shape, Text
from workbook.ui.components import Choices, TextField

LONGEST_LINE = 120  # what is longer gets a field of several lines
YES, NO = "yes", "no"


class MoveForm:
    """What is asked for one move.

    Not asked is what the page knows: a day that is here already is today, a reference names the
    thing the move is on, and a need that may be empty comes from the page that led here, if at all.

    Parameters
    ----------
    words : str
        The key under which the move's words stand.
    shape : Shape
        The fields, in the order in which they are asked.
    needs : mapping of str to str
        The needs somebody may choose among, title by id.
    """

    def __init__(self, words: str, shape: Shape, needs: Mapping[str, str]) -> None:
        self.shape = shape
        self._known: dict[str, Any] = {}
        made = {name: _widget(f"{words}.{name}", field, needs) for name, field in shape.items()}
        self._asked = {name: widget for name, widget in made.items() if widget is not None}
        self._first = self.typed()

    @property
    def widgets(self) -> list[Widget]:
        """The fields as they are shown."""
        return list(self._asked.values())

    def fill(self, name: str, text: str) -> None:
        """Put in what somebody wrote before."""
        self._asked[name].value = text
        self._first = self.typed()

    @property
    def is_touched(self) -> bool:
        """Whether anything stands in the fields that was not put in by the page."""
        return self.typed() != self._first

    def know(self, name: str, value: Any) -> None:
        """Take a value that is not asked, from the page that led here."""
        self._known[name] = value

    def typed(self) -> dict[str, str]:
        """Return what stands in the fields, as it stands there."""
        return {name: widget.value for name, widget in self._asked.items()}

    def restore(self, typed: Mapping[str, str]) -> None:
        """Put in what stood in the fields before."""
        for name, widget in self._asked.items():
            widget.value = typed.get(name, widget.value)

    def on_rest(self, guarded: Callable[[], None]) -> None:
        """Call what a page has ``guarded`` when a field was left with something new, or one was chosen."""
        for widget in self._asked.values():
            is_text = isinstance(widget, TextField) and widget.kind != "select"
            widget.observe(lambda _: guarded(), "settled" if is_text else "value")

    def read(self) -> dict[str, Any] | None:
        """Return what was given, with what the page fills in; None where the fields say what is missing."""
        given = {name: _value(field, self._asked.get(name)) for name, field in self.shape.items()}
        given |= self._known
        given = {name: value for name, value in given.items() if value is not None}
        for name, widget in self._asked.items():
            field = self.shape[name]
            if isinstance(field, Text) and field.needed_with and not field.is_needed(given):
                given[name] = field.empty  # typed before another way was chosen
            widget.error = _missing(field, given.get(name), given)
            if field.may_be_empty:
                given.setdefault(name, field.empty)
        return None if any(widget.error for widget in self._asked.values()) else given


def is_asked(shape: Shape) -> bool:
    """Return whether somebody is asked anything for a move of this shape."""
    return any(
        (isinstance(field, Text | Choice | Flag | Rating) and not isinstance(field, Filled))
        or (isinstance(field, Day | Moment) and field.ahead > 0)
        or (isinstance(field, Need) and not field.may_be_empty)
        for field in shape.values()
    )


def _widget(key: str, field: Field, needs: Mapping[str, str]) -> TextField | Choices | None:
    match field:
        case Filled():
            return None
        case Text():
            kind = "long" if field.most > LONGEST_LINE else "text"
            return _text(key, kind=kind, max_length=field.most)
        case Choice():
            return _choices(key, field.options)
        case Flag():
            return _choices(key, (YES, NO), in_row=True)
        case Rating():
            return _choices(key, map(str, range(field.lowest, field.highest + 1)), in_row=True)
        case Day() | Moment() if field.ahead:
            return _text(key, kind="date" if isinstance(field, Day) else "datetime-local")
        case Need() if not field.may_be_empty:
            named = [[one, title] for one, title in needs.items() if one not in field.but]
            options = [["", say("ui.activity.choose_need")], *named]
            return _text(key, kind="select", options=options)
    return None


def _text(key: str, **traits: Any) -> TextField:
    return TextField(label=say(f"{key}.label"), hint=lookup(key).get("hint", ""), **traits)


def _choices(key: str, values: Iterable[str], *, in_row: bool = False) -> Choices:
    words = lookup(key)
    options = [
        {"value": value, "label": say(f"{key}.{value}")}
        | ({"note": words[f"{value}_note"]} if f"{value}_note" in words else {})
        for value in values
    ]
    return Choices(legend=say(f"{key}.label"), hint=words.get("hint", ""), options=options, in_row=in_row)


def _value(field: Field, widget: TextField | Choices | None) -> Any:
    """Return what stands in a field, as its shape has it; None where nothing was chosen."""
    if widget is None:
        return (
            own_today().isoformat()
            if isinstance(field, Day)
            else field.empty
            if isinstance(field, Need)
            else None
        )
    if isinstance(field, Moment):
        return moment_of(widget.value)
    if isinstance(widget, TextField):
        typed = widget.typed()
        known = {value for value, _ in widget.options}
        return typed if widget.kind != "select" or typed in known else ""
    choice = widget.choice()
    if isinstance(field, Flag):
        return choice == YES if choice else None
    return int(choice) if choice and isinstance(field, Rating) else choice or None


def _missing(field: Field, value: Any, given: Mapping[str, Any]) -> str:
    """Return what a field says about what stands in it; nothing where all is well."""
    if isinstance(field, Text):
        return say("ui.activity.empty") if field.is_needed(given) and not value else ""
    if field.may_be_empty and not value:
        return ""
    if isinstance(field, Day | Moment):
        latest = day_in_words(field.latest)
        return "" if field.problem_of("", value) is None else say("ui.activity.no_day", latest=latest)
    if isinstance(field, Need):
        return "" if value else say("ui.activity.empty")
    return "" if value is not None else say("ui.trouble.no_choice")
