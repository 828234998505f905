"""What is on a sheet: every name whole, nothing beyond its edges, both partners alike."""

import re
from html import unescape
from itertools import pairwise

import pytest

from tests.insights.couples import ASKED, FACETS, NEEDS, SIGNS, A, B, answers, together
from workbook import plots
from workbook.plots.canvas import LEADING, WIDTHS, Canvas, Scale
from workbook.plots.measure import text_width, wrap

LONG = {"a": "Wolfeschlegelsteinhausenbergerdorff", "b": "Anne-Sophie Charlotte Wilhelmina von und zu"}
MARKUP = {"a": "<b>Ana</b> &amp; co", "b": '<a href="https://example.org">Ben</a>'}
SKILLS = list(ASKED["skills"].subscale_by_id)  # one question each
SEEN = [one.id for one in ASKED["connection"].subscales if one.about == "partner"][:4]
VIEWS = {view.name: view for view in plots.VIEWS if view.drawing and view.instrument in ASKED}


def couple(*, swapped=False):
    """Return two who differ clearly on some topics and notice signs often; ``swapped`` in places."""
    high, low = dict.fromkeys(FACETS[:3], 4), dict.fromkeys(FACETS[:3], 0)
    rest = {name: n % 5 for n, name in enumerate(FACETS[3:])}
    signs = [{name: (n + k) % 5 for n, name in enumerate(SIGNS)} for k in (0, 2)]
    skills = [{name: (n + k) % 3 for n, name in enumerate(SKILLS)} for k in (0, 2)]
    seen = [{name: (n + k) % 5 for n, name in enumerate(SEEN)} for k in (1, 3)]
    needs = [{name: ((n + k) % 5, (3 * n + k) % 5) for n, name in enumerate(NEEDS)} for k in (0, 1)]
    one = (high | rest | signs[0] | skills[0] | seen[0], needs[0])
    other = (low | rest | signs[1] | skills[1] | seen[1], needs[1])
    (a, needs_a), (b, needs_b) = (other, one) if swapped else (one, other)
    return together(answers(A, a, needs=needs_a), answers(B, b, needs=needs_b))


def prepared(name, names, *, swapped=False):
    return VIEWS[name].prepared(ASKED[VIEWS[name].instrument], plots.Given(couple(swapped=swapped), names))


def drawn(name, names, width, *, swapped=False):
    """Return every figure of a view at one width."""
    drawing, rows = VIEWS[name].drawing, prepared(name, names, swapped=swapped)
    if rows is None or not len(rows):
        return []
    keys = [key for key, _ in drawing.choose(rows)] if drawing.choose else [None]
    own = [rows if key is None else rows[(rows["facet"] == key).to_numpy(dtype=bool)] for key in keys]
    return [figure for figure in (drawing.plot(one, width) for one in own) if figure is not None]


def texts(figure):
    """Return everything written on a figure: (lines, x, where it stands of it, size)."""
    return [
        (unescape(text).split("<br>") if "<br>" in text else [unescape(text)], x, place, size)
        for trace in figure.data
        if trace.mode == "text"
        for text, x, place, size in zip(
            trace.text, trace.x, trace.textposition, trace.textfont.size, strict=True
        )
    ]


def beyond(figure, width):
    """Return what is written over an edge of the sheet."""
    found = []
    for lines, x, place, size in texts(figure):
        wide = max(text_width(line, size) for line in lines)
        left = {"right": x, "left": x - wide, "center": x - wide / 2}[place.split()[1]]
        if left < -6 or left + wide > width + 6:
            found.append(lines)
    return found


def too_high_or_low(figure):
    """Return what is written over the upper or the lower edge of the sheet."""
    found = []
    for trace in figure.data:
        for text, y, place, size in zip(
            trace.text, trace.y, trace.textposition, trace.textfont.size, strict=True
        ):
            high = len(text.split("<br>")) * size * LEADING
            top = y - {"top": high, "middle": high / 2, "bottom": 0}[place.split()[0]]
            if top < -size * 0.15 or top + high > figure.layout.height + size * 0.15:
                found.append(text)
    return found


def cut(figure):
    """Return the words in which a long name begins and does not end, or is shortened by dots."""
    whole = re.compile("|".join(re.escape(one.replace(" ", "")) for one in LONG.values()))
    words = ["".join(lines).replace(" ", "") for lines, *_ in texts(figure)]
    begun = [word for word in words if re.search("Wolfe|Anne", word)]
    return [word for word in words if "…" in word or (word in begun and not whole.search(word))]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", VIEWS)
def test_names_are_whole_and_every_word_stands_inside_the_sheet(name, width):
    figures = drawn(name, LONG, width)
    assert figures or name == "moved", "two rounds make it"
    for figure in figures:
        assert beyond(figure, width) == []
        assert too_high_or_low(figure) == []
        assert cut(figure) == []


def test_the_test_above_fails_for_a_name_that_is_cut_or_runs_over_the_edge():
    sheet = Canvas(268)
    sheet.write(200, 10, LONG["b"])
    sheet.write(0, 30, "Wolfeschle…")
    sheet.write(0, 4, "Never")

    assert beyond(sheet.figure(40), 268) == [[LONG["b"]]]
    assert cut(sheet.figure(40)) == ["Wolfeschle…"]
    assert too_high_or_low(sheet.figure(40)) == ["Never"]


@pytest.mark.parametrize("width", WIDTHS)
def test_the_words_of_the_scale_are_whole_where_no_question_stands_above_them(width):
    rows = prepared("perspectives", LONG).assign(question="")
    one = rows[(rows["facet"] == rows["facet"].iloc[0]).to_numpy(dtype=bool)]
    assert too_high_or_low(VIEWS["perspectives"].drawing.plot(one, width)) == []


@pytest.mark.parametrize("name", VIEWS)
def test_what_people_are_called_is_never_read_as_markup(name):
    for figure in drawn(name, MARKUP, 960):
        for trace in figure.data:
            assert not any(re.search(r"<(?!br>)", text) for text in trace.text or ())


@pytest.mark.parametrize("name", VIEWS)
def test_partners_who_swap_places_swap_sides_and_nothing_else(name):
    """The same two in each other's place, with their names: the same words at the same heights."""
    names = {"a": "Mira", "b": "Jonas"}
    turned = {"a": "Jonas", "b": "Mira"}
    first, second = drawn(name, names, 308), drawn(name, turned, 308, swapped=True)

    def heights(figures):
        return [figure.layout.height for figure in figures]

    def told(figures):
        return sorted(re.sub("[●◆ ]", "", "".join(lines)) for one in figures for lines, *_ in texts(one))

    assert heights(first) == heights(second)
    assert told(first) == told(second)


def test_words_are_wrapped_into_the_fewest_lines_and_none_is_lost():
    words = "Requests, agreements and repair"
    for room in (60, 90, 140, 400):
        lines = wrap(words, room, 15)
        assert " ".join(lines).replace(" ", "") == words.replace(" ", "")
        assert all(text_width(line, 15) <= room for line in lines if " " in line)


def test_the_words_of_a_scale_never_meet():
    words = ["Never", "Rarely", "Sometimes", "Often", "Almost always"]
    for width in (150, 220, 268, 440, 960):
        sheet = Canvas(width)
        Scale(20, width - 20, 0, words).name(sheet, 10)
        ends = []
        for lines, x, _place, size in texts(sheet.figure(20)):
            half = text_width(lines[0], size) / 2
            ends.append((x - half, x + half))
        assert all(one[1] < other[0] for one, other in pairwise(ends))
        assert len(ends) >= 2


def test_all_that_looks_alike_is_one_shape():
    """A browser draws few shapes fast, however many topics there are."""
    (figure,) = drawn("profile", LONG, 960)

    assert len(figure.layout.shapes) <= 20
    assert len(figure.data) == 1
