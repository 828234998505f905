"""A sheet that was drawn for a page, as SVG: for a file that has no script to draw it with."""

from collections.abc import Mapping
from html import escape, unescape
from typing import Any

from workbook.plots.canvas import LEADING
from workbook.plots.theme import SERIF

AIR = 0.22  # em by which a sheet moves words away from the point they stand at
ASCENT = 0.95  # em from the top of a line to the foot of its letters
_ANCHORS = {"right": "start", "center": "middle", "left": "end"}


def to_svg(figure: Mapping[str, Any], label: str) -> str:
    """Return a figure of `workbook.plots.canvas.Canvas`, which has paths and words and nothing else.

    Parameters
    ----------
    figure : mapping
        The figure as JSON, with its width.
    label : str
        What is to be seen on it, for whom does not see it.

    Raises
    ------
    ValueError
        The figure holds something that no sheet has.
    """
    layout, traces = figure["layout"], figure.get("data", ())
    if any(shape["type"] != "path" for shape in layout.get("shapes", ())):
        raise ValueError("only a sheet of paths and words can be put in a file")
    if any(trace.get("mode") != "text" for trace in traces):
        raise ValueError("only a sheet of paths and words can be put in a file")
    width, height = layout["width"], layout["height"]
    drawn = [_path(shape) for shape in layout.get("shapes", ())]
    drawn += [words for trace in traces for words in _words(trace)]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}"'
        f' height="{height:g}" role="img" aria-label="{escape(label)}">{"".join(drawn)}</svg>'
    )


def _path(shape: Mapping[str, Any]) -> str:
    line = shape["line"]
    looks = {"d": shape["path"], "fill": shape["fillcolor"], "opacity": f"{shape['opacity']:g}"}
    if looks["fill"].startswith("rgba(0,0,0,0"):
        looks["fill"] = "none"
    if line["width"] and not line["color"].startswith("rgba(0,0,0,0"):
        looks |= {"stroke": line["color"], "stroke-width": f"{line['width']:g}"}
        if line["dash"] != "solid":
            looks["stroke-dasharray"] = line["dash"].replace("px", "")
    said = [f'{name}="{escape(str(value))}"' for name, value in looks.items()]
    return f"<path {' '.join(said)}/>"


def _words(trace: Mapping[str, Any]) -> list[str]:
    font = trace["textfont"]
    looks = zip(font["size"], font["color"], font["weight"], font["family"], strict=True)
    places = zip(trace["x"], trace["y"], trace["text"], trace["textposition"], strict=True)
    return [_text(*place, *look) for place, look in zip(places, looks, strict=True)]


def _text(
    x: float, y: float, text: str, place: str, size: float, colour: str, weight: int, family: str
) -> str:
    baseline, anchor = place.split()
    lines = text.split("<br>")
    high = len(lines) * size * LEADING
    top = {"bottom": y - AIR * size, "middle": y - high / 2, "top": y + AIR * size - high}[baseline]
    font = "Workbook Serif, serif" if family == SERIF else "Workbook Sans, sans-serif"
    look = (
        f'font-family="{font}" font-size="{size:g}" font-weight="{weight}" fill="{escape(colour)}"'
        f' text-anchor="{_ANCHORS[anchor]}"'
    )
    # A line is a text of its own: in a PDF the first letter of a part would stand apart from the others.
    feet = [top + (n * LEADING + ASCENT) * size for n in range(len(lines))]
    return "".join(
        f'<text x="{x:g}" y="{foot:.1f}" {look}>{escape(unescape(line))}</text>'
        for foot, line in zip(feet, lines, strict=True)
    )
