"""How two connect: a disc for each topic, a half for each partner, full to small."""

from typing import Any, NamedTuple

import pandas as pd

from workbook import frames
from workbook.content import say
from workbook.content.ladder import ladder
from workbook.content.thresholds import thresholds
from workbook.plots.canvas import HEADING, LEADING, WIDTHS, Canvas
from workbook.plots.discs import draw_disc, radius_at
from workbook.plots.measure import text_width, wrap
from workbook.plots.names import all_or_number, axis_words, in_words
from workbook.plots.theme import INK_SOFT, LINE_STRONG, PARTNER, SIGN, SMALL, TEXT, MaybeFigure
from workbook.plots.topics import (
    Half,
    Topic,
    by_family,
    how_sure,
    names_of,
    prepare_topics,
    table_topics,
    topics_of,
)
from workbook.plots.view import Drawing, Said, View, has_topics

SAME = 1e-6
AIR, AIR_WIDE = 4.0, 8.0  # px between the names of two neighbours
MANY = 0.5  # share of topics from which a mark says nothing any more: marked everywhere is marked nowhere


class _Grid(NamedTuple):
    """How large discs and their names are, and the room each has."""

    full: float
    cell: float
    size: float


def plot_profile(prepared: pd.DataFrame, width: float = WIDTHS[-1]) -> MaybeFigure:
    """Draw every topic as a disc, family by family; on a wide sheet each family is a column.

    ``None`` where there is nothing to draw.
    """
    topics = topics_of(prepared)
    if not topics:
        return None
    sheet, groups = Canvas(width), by_family(topics)
    with_seams = has_seams(topics)
    steps = axis_words(topic.words for topic in topics)
    top = _draw_key(sheet, topics[0]._replace(words=steps), names_of(prepared), with_seams=with_seams)
    draw = _draw_columns if sheet.is_wide and len(groups) > 1 else _draw_rows
    return sheet.figure(draw(sheet, groups, top, with_seams=with_seams))


def has_seams(topics: list[Topic]) -> bool:
    """Tell whether differences are marked: there are some, and not nearly everywhere."""
    n = sum(topic.is_claimed for topic in topics)
    return 0 < n <= MANY * len(topics)


def _draw_columns(
    sheet: Canvas, groups: list[tuple[str, list[Topic]]], top: float, *, with_seams: bool
) -> float:
    cell = sheet.width / len(groups)
    full = min(54.0, cell * 0.34)
    grid = _Grid(full, cell, TEXT if cell > 160 else 14)
    titles = [wrap(title, cell - 12, HEADING, weight=600, is_serif=True) for title, _ in groups]
    head = top + max(map(len, titles)) * HEADING * LEADING
    bottom = head
    for g, (title, (_, own)) in enumerate(zip(titles, groups, strict=True)):
        middle = cell * (g + 0.5)
        sheet.write(
            middle, head, title, size=HEADING, weight=600, is_serif=True, anchor="center", baseline="bottom"
        )
        y = head + 18 + full
        for topic in own:
            below = _draw_topic(sheet, middle, y, grid, topic, with_seams=with_seams)
            y = max(y + 2 * full + 64, below + 16 + full)
            bottom = max(bottom, below)
    return bottom + 6


def _draw_rows(
    sheet: Canvas, groups: list[tuple[str, list[Topic]]], top: float, *, with_seams: bool
) -> float:
    titles = [topic.title for _, own in groups for topic in own]
    weight = 600 if with_seams else 400  # the heaviest a name may be
    longest = max(text_width(word, SMALL, weight=weight) for title in titles for word in title.split())
    per = int(sheet.width // (170 if sheet.is_wide else max(76, longest + AIR)))
    per = max(1, min(per, 5 if sheet.is_wide else 4, max(len(own) for _, own in groups)))
    cell = sheet.width / per
    grid = _Grid(54, cell, TEXT) if sheet.is_wide else _Grid(min(46, cell * 0.42), cell, SMALL)
    y = top
    for title, own in groups:
        if title:
            y = sheet.paragraph(0, y + 4, title, sheet.width, size=HEADING, weight=600, is_serif=True) + 12
        for start in range(0, len(own), per):
            row = own[start : start + per]
            middle = y + grid.full
            below = [
                _draw_topic(sheet, cell * (n + 0.5), middle, grid, topic, with_seams=with_seams)
                for n, topic in enumerate(row)
            ]
            y = max(below) + 16
    return y


def _draw_topic(sheet: Canvas, x: float, y: float, grid: _Grid, topic: Topic, *, with_seams: bool) -> float:
    """Draw a disc and its name below; return where the name ends."""
    seam = with_seams and topic.is_claimed
    draw_disc(sheet, x, y, grid.full, topic, seam=seam)
    weight = 600 if seam else 400
    lines = wrap(topic.title, grid.cell - (AIR_WIDE if sheet.is_wide else AIR), grid.size, weight=weight)
    start = y + grid.full + (9 if seam else 7)
    sheet.write(x, start, lines, size=grid.size, weight=weight, anchor="center", baseline="top")
    return start + len(lines) * grid.size * LEADING


def _draw_key(sheet: Canvas, like: Topic, names: dict[str, str], *, with_seams: bool) -> float:
    """Draw how to read it, on a specimen with the scale's own words; return where the discs begin."""
    full = 46.0 if sheet.is_wide else 40.0
    top = 12.0
    fits = all(text_width(f"{name} {SIGN[p]}", TEXT, weight=600) <= full + 40 for p, name in names.items())
    x = full + (44 if fits else 4)
    if not fits:
        top = sheet.people(names, top) + 10
    for place, name in names.items():
        parts = [name, SIGN[place]] if place == "a" else [SIGN[place], name]
        words = " ".join(parts) if fits else SIGN[place]
        anchor, at = ("right", x - 6) if place == "a" else ("left", x + 6)
        sheet.write(at, top, words, size=TEXT, colour=PARTNER[place], weight=600, anchor=anchor)
    y = top + 16 + full
    draw_disc(sheet, x, y, full, _specimen(like, names))
    bottom = max(y + full, _draw_leaders(sheet, x, y, full, like.words))
    how = [say("results.plots.rings_how")]
    how += [say("results.plots.rings_seam")] if with_seams else []
    how += [say("results.plots.rings_dotted")] if len(names) == 1 else []
    widest = max(text_width(word, 14) for word in like.words)
    left = x + full + 30 + widest + 34
    if sheet.is_wide and sheet.width - left >= 220:
        at = y - full
        for words in how:
            at = (
                sheet.paragraph(left, at, words, min(380, sheet.width - left), size=TEXT, colour=INK_SOFT) + 6
            )
        return max(bottom, at) + 26
    at = bottom + 12
    for words in how:
        at = sheet.paragraph(0, at, words, sheet.width, size=SMALL, colour=INK_SOFT) + 3
    return at + 14


def _specimen(like: Topic, names: dict[str, str]) -> Topic:
    """Return a made-up topic for the key, three quarters and half full."""
    reach = len(like.words) - 1
    halves = {
        place: Half(
            place,
            name,
            like.lowest + share * reach,
            like.lowest + (share - 0.18) * reach,
            like.lowest + (share + 0.18) * reach,
            "",
        )
        for (place, name), share in zip(names.items(), (0.75, 0.5), strict=False)
    }
    return like._replace(halves=halves)


def _draw_leaders(sheet: Canvas, x: float, y: float, full: float, words: tuple[str, ...]) -> float:
    """Lead each ring to its word, the fullest on top; return where the words end."""
    last, pitch = len(words) - 1, max(18.0, 2 * full / len(words))
    reach, size = x + full, 14 if sheet.is_wide else SMALL
    at = y - full + 4
    for n in range(last, -1, -1):
        lines = wrap(words[n], sheet.width - reach - 27, size)
        over = (len(lines) - 1) * size * LEADING
        at += over / 2
        edge = y - radius_at(n / last, full) if n else y
        sheet.line([(x + 3, edge), (reach + 4, edge), (reach + 18, at), (reach + 22, at)], LINE_STRONG)
        sheet.write(reach + 27, at, lines, size=size)
        at += over / 2 + pitch
    return at - pitch + 8


# -- in words ----------------------------------------------------------------------------------


def sentence_profile(prepared: pd.DataFrame) -> Said:
    """Return what to see: of two, what is full or small on which side, never by their mean."""
    topics = topics_of(prepared)
    if not topics:
        return []
    names = names_of(prepared)
    if len(names) == 1:
        return [_own_ends(prepared)]
    return _of_two(topics, float(prepared["highest"].iloc[0]))


def _of_two(topics: list[Topic], highest: float) -> Said:
    limits, lowest = thresholds(), topics[0].lowest
    reach = highest - lowest
    apart = [topic for topic in topics if topic.is_claimed]
    if len(apart) > MANY * len(topics):
        return [("results.plots.profile_apart", {"n": len(apart), "of": len(topics)})]
    values = [half.value for topic in topics for half in topic.halves.values()]
    is_whole = len(topics) >= limits.few.topics_at_least
    if is_whole and max(values) - min(values) <= limits.alike.within * reach:
        return [("results.plots.profile_alike", {})]

    def is_small(half: Half) -> bool:
        return half.value - lowest <= limits.growth.at_most * reach + SAME

    high = [t for t in topics if t.least - lowest >= limits.strength.at_least * reach - SAME]
    full = [t for t in high if t.id not in ladder().never_praised]
    small = [t for t in topics if all(map(is_small, t.halves.values()))]
    # Whose half is small shows in the picture: no sentence says of one of the two that it is theirs.
    some = [t for t in topics if t not in small and any(map(is_small, t.halves.values()))]
    said: Said = [
        (f"results.plots.profile_{key}", {"subjects": all_or_number([t.title for t in found], "n_topics")})
        for key, found in (("full", full), ("small", small), ("small_some", some))
        if found
    ]
    return said or [(f"results.plots.profile_{'none_small' if high else 'between'}", {})]


def _own_ends(prepared: pd.DataFrame) -> tuple[str, dict[str, Any]]:
    """Return the highest and the lowest topics of one person; equals are all named, or counted."""
    value, first = prepared["value"], prepared.iloc[0]
    if len(prepared) == 1:
        return "results.plots.profile_own_one", {"subjects": in_words(list(prepared["title"]))}
    if value.max() - value.min() <= thresholds().alike.within * (first["highest"] - first["lowest"]):
        return "results.plots.profile_own_alike", {}
    at_ends = [
        list(prepared.loc[(value - end).abs().to_numpy() < SAME, "title"])
        for end in (value.max(), value.min())
    ]
    named = [all_or_number(titles, "n_alike") for titles in at_ends]
    return "results.plots.profile_own", dict(zip(("strong", "weak"), named, strict=True))


def note_profile(prepared: pd.DataFrame) -> Said:
    """Return how to take it: whose word it is, what the order is worth, how sure it is."""
    topics = topics_of(prepared)
    if not topics:
        return []
    n = len(names_of(prepared))
    said: Said = [("results.plots.profile_note_two" if n > 1 else "results.plots.profile_note_one", {})]
    return said + how_sure(prepared)


VIEW = View(
    "profile",
    instrument="connection",
    source=lambda found: found.pairs,
    prepare=lambda rows, instrument, given: prepare_topics(
        rows, instrument, given.names, claims=given.found.claims
    ),
    contract=frames.PREPARED["topics"],
    drawing=Drawing(plot_profile, sentence_profile, table_topics, note=note_profile, widths=WIDTHS),
    fits=has_topics,
)
