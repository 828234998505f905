"""A sheet to draw on in pixels, for figures that are laid out for a width and never stretched.

A page is given a figure at each of `WIDTHS` and shows the widest that has room. All that looks alike
is one shape, however often it is there, and all words are one trace: a browser draws a shape of a hundred
parts about as fast as one of a single part, and the words of a trace far faster than annotations.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from typing import Any, NamedTuple

from workbook.content.language import language
from workbook.plots.measure import text_width, wrap
from workbook.plots.theme import (
    FILL,
    FONTS,
    INK,
    INK_SOFT,
    LINE,
    PARTNER,
    SANS,
    SERIF,
    SIGN,
    SMALL,
    SURFACE,
    TEXT,
    WASH,
    Figure,
)

WIDTHS = (268, 308, 440, 680, 960)
"""Widths that figures are drawn at, px: phones upright, a phone lying, a tablet, a desk."""
WIDE = 640  # px: from here on titles stand beside what they name, below it above
HEADING = 18
LEADING = 1.25
DIAMOND = 1.45  # how much wider than a circle a diamond is, so that both look of one size
FROM_RIGHT, END = "\u2067", "\u2069"  # of a line whose words stand from right to left
_X = re.compile(r"-?[\d.]+(?=,)")
CURVE = 0.5523  # a quarter of a circle as one cubic curve


@dataclass(frozen=True)
class Look:
    """How a shape looks; everything of one look is one shape.

    ``layer`` says what lies on what: without it, whatever is drawn first would.
    """

    fill: str = ""
    opacity: float = 1.0
    line: str = ""
    width: float = 0.0
    dash: str = "solid"
    layer: int = 0


@dataclass(frozen=True)
class Style:
    """How words look."""

    size: float = TEXT
    colour: str = INK
    weight: int = 400
    is_serif: bool = False

    def width_of(self, words: str) -> float:
        """Estimate how wide one line is, px."""
        return text_width(words, self.size, weight=self.weight, is_serif=self.is_serif)


class _Text(NamedTuple):
    x: float
    y: float
    text: str
    place: str
    style: Style


# plotly says where words stand beside their point; we say which of their ends stands on it.
_ANCHORS = {"left": "right", "center": "center", "right": "left"}
_BASELINES = {"top": "bottom", "middle": "middle", "bottom": "top"}
_AIR = {"top": 0.22, "bottom": -0.22}  # em: plotly sets words close to their point


class Canvas:
    """Gathers words, shapes and marks, and puts them on a figure at once. ``y`` runs down.

    ``x`` runs the way the language is written: from the right where that is read first.

    Parameters
    ----------
    width : float
        In pixels.
    """

    def __init__(self, width: float) -> None:
        self.width = float(width)
        self._texts: list[_Text] = []
        self._paths: dict[Look, list[str]] = {}

    @property
    def is_wide(self) -> bool:
        return self.width >= WIDE

    # -- words -----------------------------------------------------------------------------
    def write(
        self,
        x: float,
        y: float,
        words: str | Sequence[str],
        *,
        anchor: str = "left",
        baseline: str = "middle",
        **style: Any,
    ) -> None:
        """Write one line or several as they are: what people typed is never read as markup.

        ``style`` is what `Style` has.
        """
        lines, look = [words] if isinstance(words, str) else words, Style(**style)
        text = "<br>".join(escape(line, quote=False) for line in lines)
        place = f"{_BASELINES[baseline]} {_ANCHORS[anchor]}"
        y += _AIR.get(baseline, 0) * look.size
        self._texts.append(_Text(_short(x), _short(y), text, place, look))

    def inside(self, x: float, y: float, words: str, **style: Any) -> None:
        """Write centred on a place, moved just so far that it stays on the sheet."""
        half = Style(**style).width_of(words) / 2
        middle = min(max(x, half), self.width - half) if 2 * half < self.width else self.width / 2
        self.write(middle, y, words, anchor="center", **style)

    def paragraph(self, x: float, y: float, words: str, room: float, **style: Any) -> float:
        """Write words from a place downward, in as many lines as they need; return where they end."""
        look = Style(**style)
        lines = wrap(words, room, look.size, weight=look.weight, is_serif=look.is_serif)
        self.write(x, y, lines, baseline="top", **style)
        return y + len(lines) * look.size * LEADING

    def people(self, names: dict[str, str], y: float) -> float:
        """Write who is which mark, beside each other where both have room; return where it ends."""
        words = [(place, f"{SIGN[place]} {name}") for place, name in names.items()]
        widths = [text_width(text, TEXT, weight=600) for _, text in words]
        x = 0.0
        for (place, text), wide in zip(words, widths, strict=True):
            if x and x + wide > self.width:
                x, y = 0.0, y + 22
            style: Any = {"colour": PARTNER[place], "weight": 600}
            lines = wrap(text, self.width, TEXT, weight=600)
            self.write(x, y - 10, lines, baseline="top", **style)
            y += (len(lines) - 1) * TEXT * LEADING
            x += wide + 22
        return y + 14

    # -- shapes ----------------------------------------------------------------------------
    def shape(self, path: str, look: Look) -> None:
        """Add a path in SVG's letters M, L, C and Z, in pixels."""
        self._paths.setdefault(look, []).append(path)

    def line(
        self,
        points: Sequence[tuple[float, float]],
        colour: str,
        width: float = 1,
        *,
        layer: int = 0,
    ) -> None:
        """Draw a line through points."""
        path = " L".join(_at(x, y) for x, y in points)
        self.shape(f"M{path}", Look(line=colour, width=width, layer=layer))

    def capsule(self, start: float, end: float, y: float, radius: float, look: Look) -> None:
        """Draw a lying capsule from end to end, both ends round."""
        r = min(radius, max(0.5, (end - start) / 2))
        left, right, k = start + r, end - r, CURVE * r
        self.shape(
            f"M{_at(left, y - r)} L{_at(right, y - r)}"
            f" C{_at(right + k, y - r)} {_at(end, y - k)} {_at(end, y)}"
            f" C{_at(end, y + k)} {_at(right + k, y + r)} {_at(right, y + r)} L{_at(left, y + r)}"
            f" C{_at(left - k, y + r)} {_at(start, y + k)} {_at(start, y)}"
            f" C{_at(start, y - k)} {_at(left - k, y - r)} {_at(left, y - r)} Z",
            look,
        )

    def band(self, start: float, end: float, y: float, place: str, *, radius: float, opacity: float) -> None:
        """Draw how sure a score is: a pale capsule that ends at the band's two values."""
        self.capsule(start, end, y, radius, Look(WASH[place], opacity, layer=1))

    # -- marks -----------------------------------------------------------------------------
    def mark(self, x: float, y: float, place: str, size: float, *, is_open: bool = False) -> None:
        """Draw a partner's mark: A is a circle, B a diamond; open is what one says of the other.

        A filled one lies on an open one.
        """
        fill, rim = (SURFACE, FILL[place]) if is_open else (FILL[place], SURFACE)
        look = Look(fill, line=rim, width=2.4 if is_open else 1.5, layer=7 if is_open else 8)
        if place == "a":
            self.capsule(x - size / 2, x + size / 2, y, size / 2, look)
        else:
            r = size * DIAMOND / 2
            corners = " L".join(_at(x + dx, y + dy) for dx, dy in ((0, -r), (r, 0), (0, r), (-r, 0)))
            self.shape(f"M{corners} Z", look)

    # -- all at once -----------------------------------------------------------------------
    def figure(self, height: float) -> Figure:
        """Return everything as a figure of this sheet's width."""
        import plotly.graph_objects as go

        axis = {"visible": False, "fixedrange": True, "zeroline": False, "showgrid": False}
        texts, paths = self._texts, self._paths
        if language().direction == "rtl":
            texts = [_turned(one, self.width) for one in texts]
            paths = {look: [_mirrored(one, self.width) for one in own] for look, own in paths.items()}
        return go.Figure(
            _traced(texts),
            {
                "width": self.width,
                "height": _short(height),
                "margin": {"l": 0, "r": 0, "t": 0, "b": 0, "pad": 0},
                "paper_bgcolor": "rgba(0,0,0,0)",
                "plot_bgcolor": "rgba(0,0,0,0)",
                "font": {"family": FONTS, "size": TEXT, "color": INK},
                "showlegend": False,
                "hovermode": False,
                "dragmode": False,
                "xaxis": {"range": [0, self.width], **axis},
                "yaxis": {"range": [_short(height), 0], **axis},
                "shapes": [
                    _drawn(look, own) for look, own in sorted(paths.items(), key=lambda one: one[0].layer)
                ],
                "template": go.layout.Template(),  # None would bring back the default one
            },
        )


@dataclass(frozen=True)
class Scale:
    """Where the steps of an answer scale stand on a sheet, and what they are called.

    Attributes
    ----------
    left, right : float
        Where the lowest and the highest step stand, px.
    lowest : float
        Value of the lowest step.
    words : sequence of str
        From the lowest to the highest.
    """

    left: float
    right: float
    lowest: float
    words: Sequence[str]

    def at(self, value: float) -> float:
        """Return where a value stands, px."""
        return self.left + (value - self.lowest) / max(1, len(self.words) - 1) * (self.right - self.left)

    def step(self, n: int) -> float:
        """Return where the n-th step stands, px."""
        return self.at(self.lowest + n)

    def name(self, sheet: Canvas, y: float, within: tuple[float, float] | None = None) -> float:
        """Write what the steps are called: all where they have room, else the first, middle and last.

        They keep ``within`` two places, by default the edges of the sheet. Where not even two have room, the
        first and the last are wrapped. Returns how much further down than one line that goes.
        """
        start, end = within or (0.0, sheet.width)
        last = len(self.words) - 1
        style: dict[str, Any] = {"size": SMALL, "colour": INK_SOFT}
        for shown in (range(last + 1), sorted({0, last // 2, last}), (0, last)):
            places = [self._around(n, start, end) for n in shown]
            if all(left[1] + 6 <= right[0] for left, right in pairwise(places)):
                for n, place in zip(shown, places, strict=True):
                    sheet.write(sum(place) / 2, y, self.words[n], anchor="center", **style)
                return 0.0
        room, over = (end - start) / 2 - 6, 0.0
        for word, at, anchor in ((self.words[0], start, "left"), (self.words[-1], end, "right")):
            lines = wrap(word, room, SMALL)
            more = (len(lines) - 1) * SMALL * LEADING
            sheet.write(at, y + more / 2, lines, anchor=anchor, **style)
            over = max(over, more)
        return over

    def _around(self, n: int, start: float, end: float) -> tuple[float, float]:
        """Return from where to where a step's word goes, kept between two places."""
        half = text_width(self.words[n], SMALL) / 2
        middle = min(max(self.step(n), start + half), end - half)
        return middle - half, middle + half

    def guides(self, sheet: Canvas, top: float, bottom: float) -> None:
        """Draw a thin upright line at each step."""
        for n in range(len(self.words)):
            sheet.line([(self.step(n), top), (self.step(n), bottom)], LINE)


def _turned(one: _Text, width: float) -> _Text:
    """Return words in their place on a sheet that is read from the right, each line in that order too."""
    baseline, _, anchor = one.place.partition(" ")
    lines = "<br>".join(f"{FROM_RIGHT}{line}{END}" for line in one.text.split("<br>"))
    return one._replace(x=_short(width - one.x), place=f"{baseline} {_ANCHORS[anchor]}", text=lines)


def _mirrored(path: str, width: float) -> str:
    """Return a path as it stands on a sheet that is read from the right.

    >>> _mirrored("M0,5 L12.5,5 Z", 100)
    'M100,5 L87.5,5 Z'
    """
    return _X.sub(lambda found: f"{_short(width - float(found[0])):g}", path)


def _traced(texts: Sequence[_Text]) -> list[dict[str, Any]]:
    """Return all words as one trace; none without words."""
    if not texts:
        return []
    font = {
        "size": [one.style.size for one in texts],
        "color": [one.style.colour for one in texts],
        "weight": [one.style.weight for one in texts],
        "family": [SERIF if one.style.is_serif else SANS for one in texts],
    }
    trace = {
        "type": "scatter",
        "mode": "text",
        "cliponaxis": False,
        "x": [one.x for one in texts],
        "y": [one.y for one in texts],
        "text": [one.text for one in texts],
        "textposition": [one.place for one in texts],
        "textfont": font,
    }
    return [trace]


def _drawn(look: Look, paths: Sequence[str]) -> dict[str, Any]:
    return {
        "type": "path",
        "path": " ".join(paths),
        "fillcolor": look.fill or "rgba(0,0,0,0)",
        "opacity": look.opacity,
        "layer": "below",
        "line": {"color": look.line or "rgba(0,0,0,0)", "width": look.width, "dash": look.dash},
    }


def _short(value: float) -> float:
    """Round to a tenth of a pixel, which is exact enough and keeps a figure light."""
    return round(float(value), 1)


def _at(x: float, y: float) -> str:
    return f"{_short(x):g},{_short(y):g}"
