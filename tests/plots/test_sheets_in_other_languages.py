"""Sheets in words that are longer, and in a language that is read from the right: nothing meets, nothing is cut."""

import re
from collections.abc import Iterator
from functools import cache
from itertools import combinations
from typing import Any, NamedTuple

import pytest

from tests.insights.couples import ASKED
from tests.plots.test_sheets import VIEWS, couple, texts
from tools.pseudo import write_languages
from workbook import plots
from workbook.content.language import MORE, speaking
from workbook.instruments.library import as_spoken
from workbook.plots.canvas import LEADING, WIDTHS, Canvas, Look
from workbook.plots.measure import text_width
from workbook.results import Results

NAMES = {"a": "Alexandrina", "b": "Bartholomew"}


@pytest.fixture(scope="module", autouse=True)
def spoken_by_nobody(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    folder = tmp_path_factory.mktemp("languages")
    write_languages(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(MORE, str(folder))
        yield


@cache
def found() -> Results:
    """Two who differ clearly on some topics, and notice signs often."""
    return couple()


class Box(NamedTuple):
    """Where words stand, px."""

    words: str
    left: float
    right: float
    top: float
    bottom: float

    def meets(self, other: "Box", slack: float = 3.0) -> bool:
        across = min(self.right, other.right) - max(self.left, other.left)
        down = min(self.bottom, other.bottom) - max(self.top, other.top)
        return across > slack and down > slack


def boxes(figure: Any) -> list[Box]:
    """Return where each piece of writing stands; what is above a point is called ``top`` there."""
    found = []
    heights = [y for trace in figure.data if trace.mode == "text" for y in trace.y]
    for (written, x, place, size), y in zip(texts(figure), heights, strict=True):
        baseline, anchor = place.split()
        lines = [re.sub("[\u2067\u2069]", "", line) for line in written]  # they take no room
        wide = max(text_width(line, size) for line in lines)
        high = len(lines) * size * LEADING
        left = {"right": x, "left": x - wide, "center": x - wide / 2}[anchor]
        top = {"bottom": y, "top": y - high, "middle": y - high / 2}[baseline]
        found.append(Box(" ".join(lines), left, left + wide, top, top + high))
    return found


def drawn(name: str, language: str, width: float) -> list[Any]:
    view = VIEWS[name]
    assert view.drawing is not None
    with speaking(language):
        instrument = as_spoken(ASKED)[view.instrument]
        rows = view.prepared(instrument, plots.Given(found(), NAMES))
        if rows is None or not len(rows):
            return []
        keys = [key for key, _ in view.drawing.choose(rows)] if view.drawing.choose else [None]
        own = [rows if key is None else rows[(rows["facet"] == key).to_numpy(dtype=bool)] for key in keys]
        figures = [view.drawing.plot(one, width) if view.drawing.widths else None for one in own]
    return [figure for figure in figures if figure is not None]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("language", ["en", "en-XA", "ar-XB"])
@pytest.mark.parametrize("name", VIEWS)
def test_no_words_meet_others_or_the_edge(name: str, language: str, width: float) -> None:
    for figure in drawn(name, language, width):
        found = boxes(figure)
        assert [one.words for one in found if one.left < -6 or one.right > width + 6] == []
        assert [(one.words, two.words) for one, two in combinations(found, 2) if one.meets(two)] == []


def test_words_that_meet_are_found_out() -> None:
    sheet = Canvas(268)
    sheet.write(0, 10, "What waits for the two of you")
    sheet.write(40, 14, "Nearly there")
    (one, two) = boxes(sheet.figure(40))
    assert one.meets(two)


def test_a_sheet_that_is_read_from_the_right_is_the_same_the_other_way_round() -> None:
    def figure(language: str) -> Any:
        sheet = Canvas(300)
        sheet.write(10, 20, ["Robin", "often"])
        sheet.write(290, 20, "3", anchor="right")
        sheet.capsule(20, 60, 40, 5, Look("#123456"))
        with speaking(language):
            return sheet.figure(60)

    here, there = figure("en"), figure("ar-XB")
    assert list(there.data[0].x) == [300 - x for x in here.data[0].x]
    assert list(there.data[0].textposition) == ["middle left", "middle right"]
    assert there.data[0].text[0] == "\u2067Robin\u2069<br>\u2067often\u2069"

    def numbers(one: Any) -> list[float]:
        return [float(found) for found in re.findall(r"-?[\d.]+", one.layout.shapes[0].path)]

    first, second = numbers(here), numbers(there)
    assert second[1::2] == first[1::2]
    assert second[::2] == pytest.approx([300 - x for x in first[::2]])
