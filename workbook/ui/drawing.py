"""Which view shows what: from results to a picture, or to the reason there is none."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

import pandas as pd

from workbook.content import say
from workbook.instruments import Instrument
from workbook.plots import VIEWS, Drawing, Given, Showing, showings
from workbook.results import Results
from workbook.ui.blocks import Block
from workbook.ui.panel import Panel, Picture
from workbook.ui.perception_text import seen_in_words

OWN_VIEWS: tuple[str, ...] = tuple(view.name for view in VIEWS if not view.needs_two)
TOGETHER_VIEWS: tuple[str, ...] = tuple(view.name for view in VIEWS)

Teller = Callable[[pd.DataFrame | None, Mapping[str, str], str, pd.DataFrame | None], list[Block]]
_IN_WORDS: Mapping[str, Teller] = {"perception": seen_in_words}
"""What tells a view that has no drawing."""


@dataclass(frozen=True, eq=False)
class Source:
    """What figures are drawn from: results, and what people and their own needs are called."""

    results: Results
    instruments: Mapping[str, Instrument]
    names: Mapping[str, str]
    own_needs: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, Mapping[str, str]] = field(
        default_factory=dict
    )  # own needs that both opened, by person
    pictures: dict[str, Picture | None] = field(default_factory=dict)  # the figures drawn so far


def together_showings(source: Source) -> tuple[Showing, ...]:
    """Return all that two can look at together, in the order of the menu."""
    return showings(VIEWS, source.instruments)


def own_showings(source: Source) -> tuple[Showing, ...]:
    """Return all that one person can look at alone, instrument by instrument as they are answered."""
    places = {name: n for n, name in enumerate(source.instruments)}
    own = [one for one in showings(VIEWS, source.instruments) if not one.view.needs_two]
    return tuple(sorted(own, key=lambda one: places.get(one.instrument, len(places))))


def title_of(showing: Showing, source: Source) -> str:
    """Return what a view is called; with the instrument's title where it was made for another."""
    title = say(f"ui.view.titles.{showing.view.name}")
    if showing.is_home:
        return title
    return say("ui.view.of", title=title, instrument=source.instruments[showing.instrument].title)


def draw(panel: Panel, showing: Showing, source: Source) -> None:
    """Fill a panel with the picture, or with the sentence that says why there is none."""
    if panel.shows == (source, showing):
        return  # drawn already, from the very same results
    panel.shows = (source, showing)
    title = title_of(showing, source)
    reason = source.results.unavailable.get(showing.id)
    if reason is None and showing.view.drawing is None:
        told = _IN_WORDS[showing.view.name]
        prepared, may_tell = _prepared(showing, source), source.results.claims
        panel.read(told(prepared, source.names, showing.instrument, may_tell))
        return
    made = picture_of(showing, source) if reason is None else None
    if made is None:
        panel.explain(title, say(f"ui.view.{_key(reason, is_own=source.results.is_solo)}"), is_alone=True)
    else:
        panel.show(title, made, is_alone=True)


def _prepared(showing: Showing, source: Source) -> pd.DataFrame | None:
    instrument = source.instruments.get(showing.instrument)
    if instrument is None:
        return None
    return showing.view.prepared(instrument, Given(source.results, _called(source), source.own_needs))


def _called(source: Source) -> Mapping[str, str]:
    """Return the partners' names; on a page of one's own the other is simply the partner."""
    if not source.results.is_solo:
        return source.names
    return dict.fromkeys(("a", "b"), say("results.plots.my_partner")) | dict(source.names)


def picture_of(showing: Showing, source: Source) -> Picture | None:
    """Return what a view shows; None where there is nothing, or words alone."""
    drawing = showing.view.drawing
    if drawing is None:
        return None
    if showing.id not in source.pictures:
        source.pictures[showing.id] = picture(drawing, _prepared(showing, source))
    return source.pictures[showing.id]


def picture(drawing: Drawing, prepared: pd.DataFrame | None) -> Picture | None:
    """Return the figures, sentences and table of a prepared frame; None where there is nothing in it."""
    if prepared is None or not len(prepared):
        return None
    choices = drawing.choose(prepared) if drawing.choose else []
    return Picture(
        drawing.sheets(prepared, choices[0][0] if choices else ""),
        drawing.sentence(prepared),
        drawing.table(prepared),
        drawing.note(prepared),
        choices,
        partial(drawing.sheets, prepared) if choices else None,
    )


def _key(reason: str | None, *, is_own: bool) -> str:
    if is_own and reason != "solo":
        return "no_values_own"
    return reason or "no_values"
