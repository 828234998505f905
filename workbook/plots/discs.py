"""A topic as a disc of two halves, one for each partner, that grow a ring with each step of the scale.

The radius grows in equal steps from a core, which stands for the lowest answer, to the rim: so each ring is
one step, and the lowest answer is still something, unlike a missing one. The left half is always partner A's
and the right one B's, like seats at a table. What is pale shows how sure a half is, from the lower end of
its band to the upper.
"""

from collections.abc import Mapping

from workbook.plots.canvas import CURVE, Canvas, Look
from workbook.plots.theme import FILL, INK, LINE_STRONG, PARTNER, SUNKEN, SURFACE, WASH
from workbook.plots.topics import Half, Topic

CORE = 0.25  # share of the radius that the lowest step takes
SIDES: Mapping[str, int] = {"a": -1, "b": 1}
CLOSE = 0.2  # steps: two lines as close as this would flicker
HOLLOW = Look(line=LINE_STRONG, width=1.2, dash="1px,4px")


def radius_at(share: float, full: float) -> float:
    """Return the radius for a position on the scale, 0 for the lowest step and 1 for the highest.

    >>> radius_at(0, 40), radius_at(0.5, 40), radius_at(1, 40)
    (10.0, 25.0, 40.0)
    """
    return full * (CORE + (1 - CORE) * share)


def draw_disc(sheet: Canvas, x: float, y: float, full: float, topic: Topic, *, seam: bool = False) -> None:
    """Draw one topic round a middle; a half that is not there is a dotted outline.

    ``seam`` marks that the two halves differ: a dark line between them, longer than the disc.
    """
    gap = max(1.0, full / 44)
    for place, side in SIDES.items():
        half = topic.halves.get(place)
        if half is None:
            sheet.shape(_half(x + side * gap, y, full, side), HOLLOW)
        else:
            _draw_half(sheet, x + side * gap, y, full, half, topic)
    if seam:
        sheet.line([(x, y - full - 5), (x, y + full + 5)], INK, 3, layer=6)


def _draw_half(sheet: Canvas, x: float, y: float, full: float, half: Half, topic: Topic) -> None:
    side, place, steps = SIDES[half.place], half.place, len(topic.words) - 1

    def radius(value: float) -> float:
        return radius_at((value - topic.lowest) / steps, full)

    here = radius(half.value)
    sheet.shape(_half(x, y, full, side), Look(SUNKEN))
    if half.high is not None and half.high > half.value:
        sheet.shape(_half(x, y, radius(half.high), side, hole=here), Look(WASH[place], 0.5, layer=1))
    sheet.shape(_half(x, y, here, side), Look(FILL[place], 0.86, layer=2))
    if half.low is not None and half.low < half.value:
        sheet.shape(_half(x, y, radius(half.low), side), Look(FILL[place], layer=3))
    for n in range(1, steps):
        at = topic.lowest + n
        if abs(at - half.value) > CLOSE:
            opacity = 0.34 if half.value > at else 0.9
            sheet.shape(_arc(x, y, radius(at), side), Look(line=SURFACE, width=1, opacity=opacity, layer=4))
    sheet.shape(
        _arc(x, y, here - 0.6, side), Look(line=PARTNER[place], width=1.3, layer=5)
    )  # the score itself


def _arc(x: float, y: float, radius: float, side: int) -> str:
    r, k = radius, CURVE * radius
    return (
        f"M{x:.1f},{y - r:.1f} C{x + side * k:.1f},{y - r:.1f} {x + side * r:.1f},{y - k:.1f}"
        f" {x + side * r:.1f},{y:.1f} C{x + side * r:.1f},{y + k:.1f} {x + side * k:.1f},{y + r:.1f}"
        f" {x:.1f},{y + r:.1f}"
    )


def _half(x: float, y: float, radius: float, side: int, *, hole: float = 0) -> str:
    """Half a disc, or half a ring."""
    if not hole:
        return f"{_arc(x, y, radius, side)} Z"
    h, q = hole, CURVE * hole
    return (
        f"{_arc(x, y, radius, side)} L{x:.1f},{y + h:.1f}"
        f" C{x + side * q:.1f},{y + h:.1f} {x + side * h:.1f},{y + q:.1f} {x + side * h:.1f},{y:.1f}"
        f" C{x + side * h:.1f},{y - q:.1f} {x + side * q:.1f},{y - h:.1f} {x:.1f},{y - h:.1f} Z"
    )
