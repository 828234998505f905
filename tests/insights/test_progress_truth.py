"""What is told of a change is true of each one's raw answers: judged by rules that know no code of the workbook."""

import math
import re

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.insights import chance
from tests.insights.couples import ASKED, FACETS, A, B, answers
from tests.insights.rules import titles_in
from workbook import plots
from workbook.content import say
from workbook.dyads import find_changes
from workbook.plots import Beside
from workbook.plots.names import all_or_number
from workbook.scoring import score_all

NAMES = {"a": "Mira", "b": "Jonas"}
LEVELS = st.lists(st.integers(0, 4), min_size=len(FACETS), max_size=len(FACETS))
TOLD = re.compile(
    re.escape(say("results.plots.trend_better", name="N", subjects="S"))
    .replace("N", "(.+)")
    .replace("S", "(.+)")
)


def told_to_hold(first, last):
    """Return how much each topic moved, of those that hold together with all others of the view."""
    topics, reversed_ = chance.read("connection")
    moved, chances = {}, {}
    for place, sheet in first.items():
        for one in topics:
            before, after = (chance.score(raw, one, reversed_) for raw in (sheet, last[place]))
            if before and after and len(one.items) > 1:
                difference = after[0] - before[0]
                errors = [
                    one.spread * math.sqrt((1 - chance.LOW_RELIABILITY) * len(one.items) / n)
                    for n in (before[1], after[1])
                ]
                over = max(abs(difference) - 0.5 / max(before[1], after[1]), 0)
                moved[place, one.title] = difference
                chances[place, one.title] = math.erfc(over / math.hypot(*errors) / math.sqrt(2))
    return {key: moved[key] for key in chance.hold(chances)}


def raw_of(levels):
    return chance.answers_of({topic: {"a": level} for topic, level in zip(FACETS, levels, strict=True)})["a"]


def frame_of(rounds, who):
    """Return the trend of each one's rounds, as a page has it before it is drawn."""
    rows = [
        answers(person, dict(zip(FACETS, levels, strict=True))).assign(occasion=f"assessment-{n + 1}")
        for person, own in zip(who, rounds, strict=True)
        for n, levels in enumerate(own)
    ]
    scores = score_all(pd.concat(rows, ignore_index=True), ASKED)
    places = {person: place for person, place in {A: "a", B: "b"}.items() if person in who}
    changes = find_changes(scores, {"connection": ASKED["connection"]})
    return plots.prepare_trend(scores, ASKED["connection"], places, NAMES, changes=changes)


def is_named(words, titles):
    """Tell whether exactly these titles are named, or their number is."""
    count = re.fullmatch(r"(\d+) topics", words)
    return int(count[1]) == len(titles) if count else sorted(titles_in(words)) == sorted(titles)


@settings(max_examples=12, deadline=None)
@given(LEVELS, LEVELS, LEVELS, LEVELS)
def test_two_are_told_just_what_rose_by_the_raw_answers_and_of_nothing_that_fell(a1, a2, b1, b2):
    rows = frame_of([[a1, a2], [b1, b2]], (A, B))
    held = told_to_hold({"a": raw_of(a1), "b": raw_of(b1)}, {"a": raw_of(a2), "b": raw_of(b2)})
    risen = {
        NAMES[place]: [title for (whose, title), value in held.items() if whose == place and value > 0]
        for place in "ab"
    }
    said = [say(key, **values) for key, values in plots.progress_of_two(Beside()).sentence(rows)]
    if not any(risen.values()):
        assert said == [say("results.plots.risen_none")]
        return
    found = {match[1]: match[2] for one in said if (match := TOLD.fullmatch(one))}
    assert len(found) == len(said) and set(found) == {name for name, titles in risen.items() if titles}
    assert all(is_named(words, risen[name]) for name, words in found.items())


@settings(max_examples=12, deadline=None)
@given(LEVELS, LEVELS)
def test_one_is_told_alone_just_what_fell_by_the_raw_answers(first, last):
    rows = frame_of([[first, last]], (A,))
    held = told_to_hold({"a": raw_of(first)}, {"a": raw_of(last)})
    fell = [title for (_, title), value in held.items() if value < 0]
    found = list(rows[rows["change"].eq("worse").fillna(value=False).to_numpy(dtype=bool)]["title"])
    assert sorted(found) == sorted(fell)
    assert is_named(all_or_number(found, "n_topics"), fell) or not fell
    said = [key for key, _values in plots.progress_of_one(Beside()).sentence(rows)]
    has_risen = any(value > 0 for value in held.values())
    assert said == (
        ["results.plots.trend_better"] if has_risen else [] if fell else ["results.plots.trend_none"]
    )
