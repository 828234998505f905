"""What is told of a change is true of each one's raw answers: judged by the oracle, which knows no code of the workbook.

The oracle reads the raw answers of two times and nothing that was worked out of them. It knows every
sentence of the pages of progress, and says too what was left out.
"""

from collections.abc import Mapping, Sequence
from unittest import mock

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.insights import chance, progress_rules
from tests.insights.couples import ASKED, FACETS, NAMES, A, B, answers, texts
from tests.insights.oracle import judge
from workbook import plots
from workbook.content import say
from workbook.dyads import find_changes
from workbook.plots import Beside, only_risen, trend
from workbook.plots.view import Drawing
from workbook.scoring import score_all
from workbook.ui.pages.progress import fallen

LEVELS = st.lists(st.integers(0, 4), min_size=len(FACETS), max_size=len(FACETS))
Levels = Sequence[int]
Rounds = Mapping[str, tuple[Levels, Levels]]
"""By place, the level of each topic the first time and now."""
WHOSE = {"a": A, "b": B}


def raws_of(rounds: Rounds) -> tuple[chance.Raw, chance.Raw]:
    """Return the raw answers of the first time, and those of now, by place."""
    first, now = (
        {
            place: chance.answers_of(
                {topic: {"a": level} for topic, level in zip(FACETS, own[n], strict=True)}
            )["a"]
            for place, own in rounds.items()
        }
        for n in (0, 1)
    )
    return first, now


def trend_of(rounds: Rounds) -> pd.DataFrame:
    """Return the trend of each one's rounds, as a page has it before it is drawn."""
    rows = [
        answers(WHOSE[place], dict(zip(FACETS, levels, strict=True))).assign(occasion=f"assessment-{n + 1}")
        for place, own in rounds.items()
        for n, levels in enumerate(own)
    ]
    scores = score_all(pd.concat(rows, ignore_index=True), ASKED)
    places = {WHOSE[place]: place for place in rounds}
    changes = find_changes(scores, {"connection": ASKED["connection"]})
    return plots.prepare_trend(scores, ASKED["connection"], places, NAMES, changes=changes)


def said(drawing: Drawing, rows: pd.DataFrame) -> list[str]:
    return [say(key, **values) for key, values in (*drawing.sentence(rows), *drawing.note(rows))]


def told_to_two(rounds: Rounds) -> dict[str, list[str]]:
    """Return what the pages of two say: how it has gone, and what has moved."""
    rows = trend_of(rounds)
    shown = only_risen(rows)
    return {"progress": said(plots.progress_of_two(Beside()), shown), "moved": said(trend.RISEN, shown)}


def told_to_one(rounds: Rounds) -> dict[str, list[str]]:
    """Return what one's own page says, with what fell."""
    rows = trend_of(rounds)
    return {"progress-own": [*texts(fallen(rows)), *said(plots.progress_of_one(Beside()), rows)]}


def faults(pages: Mapping[str, list[str]], rounds: Rounds) -> list[str]:
    first, now = raws_of(rounds)
    scores = {
        topic: {place: float(own[1][n]) for place, own in rounds.items()} for n, topic in enumerate(FACETS)
    }
    return judge(pages, scores, {place: NAMES[place] for place in rounds}, now, first)


@settings(max_examples=12, deadline=None)
@given(LEVELS, LEVELS, LEVELS, LEVELS)
def test_two_are_told_just_what_rose_by_the_raw_answers_and_of_nothing_that_fell(a1, a2, b1, b2):
    rounds = {"a": (a1, a2), "b": (b1, b2)}
    assert faults(told_to_two(rounds), rounds) == []


@settings(max_examples=12, deadline=None)
@given(LEVELS, LEVELS)
def test_one_is_told_alone_just_what_rose_and_fell_by_the_raw_answers(first, last):
    rounds = {"a": (first, last)}
    assert faults(told_to_one(rounds), rounds) == []


LOWEST, MIDDLE, HIGHEST = ([level] * len(FACETS) for level in (0, 2, 4))
UP, DOWN, STILL = (LOWEST, HIGHEST), (HIGHEST, LOWEST), (MIDDLE, MIDDLE)


@pytest.mark.parametrize("a", [STILL, UP, DOWN])
@pytest.mark.parametrize("b", [STILL, UP, DOWN])
def test_whichever_way_each_of_the_two_went_the_pages_are_true(
    a: tuple[Levels, Levels], b: tuple[Levels, Levels]
) -> None:
    rounds = {"a": a, "b": b}
    assert faults(told_to_two(rounds), rounds) == []
    assert faults(told_to_one({"a": a}), {"a": a}) == []


def test_the_same_reasons_are_given_once_however_many_rose() -> None:
    rounds = {"a": UP, "b": UP}
    told = told_to_two(rounds)["progress"]
    assert " ".join(told).count(say("results.plots.trend_why")) == 1


# -- controls: where a page tells otherwise, the oracle says so -----------------------------------------
def test_a_fall_that_is_told_to_two_is_a_fault() -> None:
    rounds = {"a": UP, "b": DOWN}
    with mock.patch.object(trend, "only_risen", lambda rows: rows):
        told = said(trend.MOVED, trend_of(rounds))
    assert any(one.startswith("-: Less well for Jonas") for one in faults({"progress": told}, rounds))


def test_a_rise_or_a_fall_that_is_left_out_is_a_fault() -> None:
    rounds = {"a": UP, "b": STILL}
    told = [say("results.plots.risen_none")]
    assert f"left out: what rose for {NAMES['a']}" in faults({"progress": told}, rounds)
    assert any("Nothing is clearly better" in one for one in faults({"progress": told}, rounds))
    down = {"a": DOWN}
    assert "left out: what fell for the one who reads" in faults({"progress-own": []}, down)


def test_too_many_topics_or_a_change_within_chance_are_faults() -> None:
    one_up = {"a": (LOWEST, [4, *LOWEST[1:]])}
    assert len(progress_rules.held(*raws_of(one_up))) == 1
    told = [say("results.plots.trend_better", name=NAMES["a"], subjects="2 topics")]
    assert faults({"progress-own": told}, one_up) != []
    slight = {"a": (MIDDLE, [3, *MIDDLE[1:]])}
    assert progress_rules.held(*raws_of(slight)) == {}, "one step of one topic among all is within chance"
    title = ASKED["connection"].subscale_by_id[FACETS[0]].title
    told = [say("results.plots.trend_better", name=NAMES["a"], subjects=f"“{title}”")]
    assert faults({"progress-own": told}, slight) != []


def test_a_sentence_that_no_rule_knows_is_a_fault() -> None:
    told = ["You two are on a good way."]
    assert "no rule knows: You two are on a good way." in faults({"progress": told}, {"a": UP})
