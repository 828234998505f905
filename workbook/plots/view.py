"""What a view is: one object beside its plot, which says all that pages and results need to know.

A view was made for one instrument and shows every other that has the shape it needs, so a new
questionnaire appears in the views that fit it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import pandas as pd
import pandera.pandas as pa

from workbook.instruments.facets import facets
from workbook.instruments.model import Instrument
from workbook.plots.theme import MaybeFigure

Said = list[tuple[str, dict[str, Any]]]  # (message key, values), for `workbook.content.say`


@dataclass(frozen=True)
class Findings:
    """The frames that views are prepared from.

    Attributes
    ----------
    scores, pairs : DataFrame
        `workbook.frames.SCORES` and `PAIRS`, all occasions.
    perspectives, perception, agreement, needs : DataFrame or None
        Of the latest occasion; ``None`` where no answers are open.
    claims : DataFrame or None
        `workbook.frames.CLAIMS` of the latest occasion: which differences may be told or marked.
        Without it none may.
    changes : DataFrame or None
        `workbook.frames.CHANGES` over all occasions: what may be told to have moved. Without it nothing may.
    instruments : mapping of id to Instrument
        Each in the version in which it was answered the last time that is shown.
    """

    scores: pd.DataFrame
    pairs: pd.DataFrame
    perspectives: pd.DataFrame | None
    perception: pd.DataFrame | None
    agreement: pd.DataFrame | None
    needs: pd.DataFrame | None
    claims: pd.DataFrame | None = None
    changes: pd.DataFrame | None = None
    instruments: Mapping[str, Instrument] = field(default_factory=dict)


@dataclass(frozen=True)
class Given:
    """What a view is prepared from: findings, what partners and their own needs are called."""

    found: Findings
    names: Mapping[str, str] = field(default_factory=dict)
    own_needs: Mapping[str, str] = field(default_factory=dict)


def _nothing(_prepared: pd.DataFrame) -> Said:
    return []


@dataclass(frozen=True)
class Sheets:
    """A figure at several widths, each drawn when it is asked for. Most are never looked at.

    Attributes
    ----------
    widths : sequence of float
        In px, the narrowest first; empty where one figure takes whatever room there is.
    plot : function from a width to the figure as JSON
        ``None`` where there is nothing to draw. Without ``widths`` it is called with 0.
    """

    widths: Sequence[float]
    plot: Callable[[float], dict[str, Any] | None]
    _drawn: dict[float, dict[str, Any] | None] = field(default_factory=dict, repr=False, compare=False)

    def at(self, width: float) -> dict[str, Any] | None:
        """Return the figure as JSON at one of its widths; it is drawn once."""
        if width not in self._drawn:
            self._drawn[width] = self.plot(width)
        return self._drawn[width]

    def fitting(self, room: float) -> float:
        """Return the widest that has room, the narrowest where none has; 0 where any room will do."""
        return max((one for one in self.widths if one <= room), default=next(iter(self.widths), 0.0))

    def all(self) -> list[dict[str, Any]]:
        """Return the figure at each width; none where there is nothing to draw."""
        drawn = [self.at(width) for width in self.widths or (0.0,)]
        return [one for one in drawn if one is not None]


@dataclass(frozen=True)
class Drawing:
    """How a prepared frame is shown: as a figure, in sentences, and as a table.

    Attributes
    ----------
    plot : function of a frame, or of (frame, width in px)
        Without ``widths`` the figure takes whatever room there is; with them it is drawn at each, and a
        page shows the widest that fits.
    sentence : function from a frame to what it says
        What to see. It leads.
    table : function from a frame to a frame of words and numbers
    note : function from a frame to what it says
        How to take it, and how sure it is. It stands below.
    widths : sequence of float
    choose : function from a frame to (key, title) pairs, optional
        Where there is too much for one drawing: what is shown at a time, first what to begin with.
        ``plot`` is then given the rows of one ``facet``.
    """

    plot: Callable[..., MaybeFigure]
    sentence: Callable[[pd.DataFrame], Said]
    table: Callable[[pd.DataFrame], pd.DataFrame]
    note: Callable[[pd.DataFrame], Said] = _nothing
    widths: Sequence[float] = ()
    choose: Callable[[pd.DataFrame], list[tuple[str, str]]] | None = None

    def sheets(self, prepared: pd.DataFrame, chosen: str = "") -> Sheets:
        """Return the figure, to be drawn at whichever width is asked for."""
        rows = prepared[(prepared["facet"] == chosen).to_numpy(dtype=bool)] if chosen else prepared

        def plot(width: float) -> dict[str, Any] | None:
            drawn = self.plot(rows, width) if self.widths else self.plot(rows)
            return None if drawn is None else dict(drawn.to_plotly_json())

        return Sheets(tuple(self.widths), plot)


@dataclass(frozen=True)
class View:
    """One way of looking at an instrument's results.

    Attributes
    ----------
    name : str
        Its address, and the key of its words (``ui.view.titles`` and ``ui.view.notes``).
    instrument : str
        Id of the instrument it was made for: on its page that one's title goes without saying.
    source : function from Findings to DataFrame or None
        The frame it is drawn from. Without rows of an instrument there is nothing to show.
    prepare : function of (frame, instrument, Given)
        Gives a frame that keeps ``contract``. It is called with the source, never with ``None``.
    contract : DataFrameSchema
    drawing : Drawing or None
        ``None`` where the page tells it in words alone.
    fits : function from Instrument to bool
        Whether another instrument has the shape this view needs; default none has.
    grain : 'scores' or 'answers'
        What both must have opened.
    needs_two : bool
        Whether it says nothing of one person alone.
    tells : sequence of str
        Codes of the insights told below it.
    note : str
        Key of a sentence that always stands above it.
    lacks : str, or function from Findings to str
        Why it is empty where its source has no rows (``ui.view`` and ``ui.view.notes.missing_...``).
    """

    name: str
    instrument: str
    source: Callable[[Findings], pd.DataFrame | None]
    prepare: Callable[[pd.DataFrame, Instrument, Given], pd.DataFrame]
    contract: pa.DataFrameSchema
    drawing: Drawing | None
    fits: Callable[[Instrument], bool] = lambda _: False
    grain: Literal["scores", "answers"] = "scores"
    needs_two: bool = False
    tells: Sequence[str] = ()
    note: str = ""
    lacks: str | Callable[[Findings], str] = "no_values"

    def why_missing(self, found: Findings) -> str:
        """Return why it is empty, where its source has no rows."""
        return self.lacks if isinstance(self.lacks, str) else self.lacks(found)

    def prepared(self, instrument: Instrument, given: Given) -> pd.DataFrame | None:
        """Prepare the frame to be shown; None where its source is not there."""
        rows = self.source(given.found)
        return None if rows is None else self.prepare(rows, instrument, given)


@dataclass(frozen=True)
class Showing:
    """One view of one instrument: a line of the menu, and a page."""

    view: View
    instrument: str

    @property
    def is_home(self) -> bool:
        """Whether it is the instrument that the view was made for."""
        return self.instrument == self.view.instrument

    @property
    def id(self) -> str:
        """The view's name; with the instrument's id where it was made for another."""
        return self.view.name if self.is_home else f"{self.view.name}:{self.instrument}"


def showings(views: Sequence[View], instruments: Mapping[str, Instrument]) -> tuple[Showing, ...]:
    """Return every view of the instrument it was made for, then those of each other that fits.

    A view whose own instrument is missing is named all the same: it says why it is empty.
    """
    homes = [Showing(view, view.instrument) for view in views]
    others = [
        Showing(view, one.id)
        for one in instruments.values()
        for view in views
        if one.id != view.instrument and is_shareable(one) and view.fits(one)
    ]
    return (*homes, *others)


def is_shareable(instrument: Instrument) -> bool:
    """Tell whether partners could see it at all: not private, scored, and of the assessment."""
    return not instrument.is_private and bool(instrument.subscales) and instrument.occasion == "assessment"


def is_on_one_scale(instrument: Instrument) -> bool:
    """Tell whether one axis holds it all: every score is a mean, and every scale has the same steps.

    Their words may differ: an axis then names its ends alone.
    """
    shown = facets(instrument)
    scales = [one.scale for one in shown] + [one.seen_scale for one in shown if one.seen_scale]
    is_mean = all(instrument.subscale_by_id[one.own].statistic == "mean" for one in shown)
    return is_mean and len({tuple(choice.value for choice in one.choices) for one in scales}) == 1


def has_topics(instrument: Instrument) -> bool:
    """Tell whether some facet is a score of several answers of which more is better."""
    is_there = any(not one.is_single and one.higher_is == "better" for one in facets(instrument))
    return is_there and is_on_one_scale(instrument)


def has_seen_topics(instrument: Instrument) -> bool:
    """Tell whether such a facet also asks how one sees the partner there."""
    return has_topics(instrument) and any(not one.is_single and one.seen for one in facets(instrument))


def is_of_signs(instrument: Instrument) -> bool:
    """Tell whether it asks for signs only: of each, more is worse."""
    return all(one.higher_is == "worse" for one in facets(instrument)) and is_on_one_scale(instrument)


def is_of_steps(instrument: Instrument) -> bool:
    """Tell whether each facet is one answer about oneself and one about the partner, more being better.

    All about oneself are on one scale, and all about the partner: on the same, or on one of their own.
    """
    shown = facets(instrument)
    is_pair = all(one.is_single and one.seen and one.higher_is == "better" for one in shown)
    return is_pair and len({one.scale for one in shown}) == len({one.seen_scale for one in shown}) == 1
