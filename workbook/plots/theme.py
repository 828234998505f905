"""One look for every figure: colours named after the page's tokens, marks, and rows.

Colour never speaks alone: partner A is a circle, partner B a diamond; filled is what a person
says of themselves, open what they say of the other; what is pale shows how sure a score is.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from html import escape
from typing import TYPE_CHECKING, Any, TypeAlias

from workbook.content.formats import decimal
from workbook.plots.measure import wrap

if TYPE_CHECKING:  # loaded when something is drawn: results know the views, and draw nothing
    import plotly.graph_objects as go

Figure: TypeAlias = "go.Figure"
MaybeFigure: TypeAlias = "go.Figure | None"

INK = "#2b2723"
INK_SOFT = "#5d554c"
LINE = "#dfd5c5"
LINE_STRONG = "#8b8072"
SURFACE = "#fffdf9"
SUNKEN = "#f2ebdf"
BAD = "#9a2f21"
WARN, WARN_SOFT = "#7d4a00", "#fbeed3"
A, A_SOFT, A_WASH, A_FILL = "#1d6f70", "#dcecea", "#a9cfcb", "#1d6f71"
B, B_SOFT, B_WASH, B_FILL = "#96590a", "#f8e8cc", "#efcf96", "#c9831f"

COLOURS: dict[str, str] = {
    INK: "ink",
    INK_SOFT: "ink-soft",
    LINE: "line",
    LINE_STRONG: "line-strong",
    SURFACE: "surface",
    SUNKEN: "sunken",
    BAD: "bad",
    WARN: "warn",
    WARN_SOFT: "warn-soft",
    A: "partner-a",
    A_SOFT: "partner-a-soft",
    A_WASH: "partner-a-wash",
    A_FILL: "partner-a-fill",
    B: "partner-b",
    B_SOFT: "partner-b-soft",
    B_WASH: "partner-b-wash",
    B_FILL: "partner-b-fill",
}
"""Colour to the page's token of that name: a page in the dark swaps each for its dark value.

So each has a value of its own here, also where two look the same by day.
"""

PARTNER = {"a": A, "b": B}
SOFT = {"a": A_SOFT, "b": B_SOFT}
WASH = {"a": A_WASH, "b": B_WASH}
FILL = {"a": A_FILL, "b": B_FILL}
SIGN = {"a": "●", "b": "◆"}
FILLED = {"a": "circle", "b": "diamond"}
OPEN = {"a": "circle-open", "b": "diamond-open"}

SERIF, SANS = "serif", "sans-serif"  # a page puts its own fonts there
FONTS = 'system-ui, -apple-system, "Segoe UI", Roboto, sans-serif'
TEXT = 15
SMALL = 13


class Words:
    """What is written on a figure, gathered and put there at once.

    plotly checks all words of a figure again for each that is added, so adding them one by
    one takes seconds where there are a hundred.
    """

    def __init__(self, drawn: Figure) -> None:
        self.drawn = drawn
        self._texts: list[dict[str, Any]] = []

    def write(self, **text: Any) -> None:
        """Add one text, as `plotly.graph_objects.layout.Annotation` takes it, without an arrow."""
        self._texts.append({"showarrow": False, "yanchor": "middle", **text})

    def put(self) -> Figure:
        """Return the figure, with everything on it."""
        layout = self.drawn.layout
        if self._texts:
            layout.annotations = [*layout.annotations, *self._texts]
        self._texts = []
        return self.drawn


NARROWEST = 270.0  # px that a figure has on a page of 360
TITLE_LINE = 18  # px from one line of a title to the next


@dataclass
class Rows:
    """A figure of rows: each a title above, marks on a track below, words at the right.

    Titles stand above their row and not beside it: at 360 px a margin for them would leave
    no room for the marks. One that is wider than a figure is there stands in two lines.

    Parameters
    ----------
    titles : sequence of str
        From top to bottom.
    ends : tuple of float
        Lowest and highest value of the track.
    lines : int
        Lines of marks under each title.
    """

    titles: Sequence[str]
    ends: tuple[float, float]
    lines: int = 1
    gap: int = 24  # px between a row's title and its first line
    pitch: int = 22  # px between the lines of a row
    after: int = 20  # px from a row's last line to the next title
    head: int = 34  # px above the first title
    room: tuple[float, float] = (0.03, 0.03)  # shares of the track kept free at its ends
    _drawn: Figure = field(init=False, repr=False)
    _words: Words = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._drawn = figure(self.height)
        self._words = Words(self._drawn)
        low, high = self.ends
        left, right = (share * (high - low) for share in self.room)
        self._drawn.update_xaxes(range=[low - left, high + right])
        self._drawn.update_yaxes(range=[self.height, 0])
        for row, lines in enumerate(self._title_lines):
            first = self.n_title_lines - len(lines)  # the last line stands next to the marks
            for n, line in enumerate(lines, first):
                self.write(line, 0, self.title_at(row) + n * TITLE_LINE, size=TEXT)

    @property
    def figure(self) -> Figure:
        """The figure, with all that was drawn and written so far."""
        return self._words.put()

    @cached_property
    def _title_lines(self) -> list[list[str]]:
        return [wrap(title, NARROWEST, TEXT) for title in self.titles]

    @property
    def n_title_lines(self) -> int:
        """The lines of the longest title: every row has room for as many."""
        return max(map(len, self._title_lines), default=1)

    @property
    def row_height(self) -> int:
        more = TITLE_LINE * (self.n_title_lines - 1)
        return more + self.gap + self.pitch * (self.lines - 1) + self.after + 8

    @property
    def height(self) -> int:
        return self.head + self.row_height * len(self.titles) + (28 if self.is_long else 8)

    @property
    def is_long(self) -> bool:
        """Whether the ends of the scale have to be named again at the bottom."""
        return len(self.titles) > 6

    def title_at(self, row: int) -> float:
        """Return where the first line of a row's title stands, in pixels from the top."""
        return self.head + row * self.row_height + 8

    def at(self, row: int, line: float = 0) -> float:
        """Return where a row's line of marks stands, in pixels from the top."""
        return self.title_at(row) + TITLE_LINE * (self.n_title_lines - 1) + self.gap + self.pitch * line

    def write(self, text: str, x: float, y: float, **style: Any) -> None:
        """Write at a share of the width (0 left, 1 right) and a pixel from the top."""
        xref, shift = style.pop("xref", "paper"), style.pop("xshift", 0)
        at_edge = {0.0: "left", 1.0: "right"}.get(float(x)) if xref == "paper" else None
        anchor = style.pop("xanchor", at_edge or "center")
        font = {"size": style.pop("size", SMALL), "color": style.pop("color", INK), **style}
        self._words.write(
            text=escape(text, quote=False),
            x=x,
            xref=xref,
            y=y,
            yref="y",
            xanchor=anchor,
            xshift=shift,
            font=font,
            align=anchor,
        )

    def add(self, **scatter: Any) -> None:
        """Lines or marks, as `plotly.graph_objects.Scatter` takes them."""
        self._drawn.add_scatter(**scatter)

    def tracks(self) -> None:
        """Draw the line each mark stands on, from one end of the scale to the other."""
        low, high = self.ends
        spans = [
            (low, high, self.at(row, line)) for row in range(len(self.titles)) for line in range(self.lines)
        ]
        self.segments(spans, LINE, width=2)

    def segments(
        self, spans: Iterable[tuple[float, float, float]], colour: str, *, width: float, dash: str = "solid"
    ) -> None:
        """Horizontal lines (from, to, y), all in one trace."""
        x: list[float | None] = []
        y: list[float | None] = []
        for start, end, at in spans:
            x += [start, end, None]
            y += [at, at, None]
        if x:
            line = {"color": colour, "width": width, "dash": dash}
            self.add(x=x, y=y, mode="lines", line=line)

    def symbols(self, x: Sequence[float], y: Sequence[float], symbol: str, colour: str, size: int) -> None:
        """Draw marks of any kind; a rim in the page's colour keeps two of them apart."""
        is_open = symbol.endswith("-open")
        rim = {"color": colour, "width": 2} if is_open else {"color": SURFACE, "width": 1.5}
        marker = {"symbol": symbol, "color": colour, "size": size, "line": rim, "opacity": 1}
        self.add(x=x, y=y, mode="markers", marker=marker)

    def name_ends(self, left: str, right: str) -> None:
        """Write what the ends of the track mean, above and below."""
        low, high = self.ends
        for y in (self.head - 20, self.height - 14) if self.is_long else (self.head - 20,):
            for text, x, anchor in ((left, low, "left"), (right, high, "right")):
                self.write(text, x, y, color=INK_SOFT, xref="x", xanchor=anchor)


def figure(height: int) -> Figure:
    """Return an empty figure in the one theme: no axes, no grid, no drag, no hover, no ground."""
    import plotly.graph_objects as go

    axis = {"visible": False, "fixedrange": True, "zeroline": False, "showgrid": False}
    return go.Figure(
        layout={
            "height": height,
            "margin": {"l": 2, "r": 2, "t": 0, "b": 0, "pad": 0},
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "font": {"family": FONTS, "size": TEXT, "color": INK},
            "showlegend": False,
            "hovermode": False,
            "dragmode": False,
            "xaxis": axis,
            "yaxis": axis,
            "template": go.layout.Template(),  # None would bring back the default one
        }
    )


def number(value: float) -> str:
    """Return a score as people read it: one decimal.

    >>> number(3.333), number(4)
    ('3.3', '4.0')
    """
    return decimal(value)
