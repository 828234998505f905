"""The rules of `tests.insights.oracle` for what is told of a change, read against the raw answers of two times."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from tests.insights import chance
from tests.insights.chance import Raw
from tests.insights.rules import Rule, titles_in

if TYPE_CHECKING:
    from tests.insights.oracle import Judge

Held = dict[tuple[str, str], float]
PAGES = frozenset({"moved", "progress", "progress-own"})
OF_TWO = frozenset({"moved", "progress"})
"""Pages on which nobody is told what fell for the other."""


def held(before: Raw, now: Raw) -> Held:
    """Return how much each topic moved for each person, of those that hold together with all others of the view."""
    topics, reversed_ = chance.read("connection")
    moved, chances = {}, {}
    for place, sheet in before.items():
        for one in topics:
            earlier, later = (chance.score(raw, one, reversed_) for raw in (sheet, now[place]))
            if earlier and later and len(one.items) > 1:
                difference = later[0] - earlier[0]
                errors = [
                    one.spread * math.sqrt((1 - chance.LOW_RELIABILITY) * len(one.items) / n)
                    for n in (earlier[1], later[1])
                ]
                over = max(abs(difference) - 0.5 / max(earlier[1], later[1]), 0)
                moved[place, one.title] = difference
                chances[place, one.title] = math.erfc(over / math.hypot(*errors) / math.sqrt(2))
    return {key: moved[key] for key in chance.hold(chances)}


def risen(judge: Judge, place: str) -> list[str]:
    return [
        title for (whose, title), by in held(judge.before, judge.raw).items() if whose == place and by > 0
    ]


def fell(judge: Judge, place: str) -> list[str]:
    return [
        title for (whose, title), by in held(judge.before, judge.raw).items() if whose == place and by < 0
    ]


def _are(words: str, titles: list[str]) -> bool:
    """Tell whether exactly these titles are named, or their number is; never none."""
    count = re.fullmatch(r"(\d+) topics?", words)
    named = len(titles) == int(count[1]) if count else sorted(titles_in(words)) == sorted(titles)
    return named and bool(titles)


def _is_better(judge: Judge, match: re.Match[str]) -> bool:
    return judge.page in PAGES and _are(match[2], risen(judge, judge.place[match[1]]))


def _is_less_to_oneself(judge: Judge, match: re.Match[str]) -> bool:
    return judge.page == "progress-own" and judge.who == ["a"] and _are(match[1], fell(judge, "a"))


def _nothing_is_better(judge: Judge, _match: re.Match[str]) -> bool:
    return judge.page in OF_TWO and not any(risen(judge, place) for place in judge.who)


def _nothing_moved(judge: Judge, _match: re.Match[str]) -> bool:
    return judge.page in PAGES and not held(judge.before, judge.raw)


def unsaid(judge: Judge, text: str) -> list[str]:
    """Return what a page of progress leaves out: who has a topic that rose, or fell for the one who reads."""
    missing = [
        f"left out: what rose for {name}"
        for place, name in judge.names.items()
        if risen(judge, place) and f"Better for {name} than the first time: " not in text
    ]
    if judge.page == "progress-own" and fell(judge, "a") and "Clearly less well for you" not in text:
        missing.append("left out: what fell for the one who reads")
    return missing


PROGRESS_RULES: list[tuple[str, Rule]] = [
    (r"Better for (.+) than the first time: (.+)\.", _is_better),
    (r"Clearly less well for you than the first time: (.+)\.", _is_less_to_oneself),
    # What fell for somebody by name is told on no page: the one who reads is "you".
    (r"Less well for (.+) than the first time: (.+)\.", lambda _, __: False),
    (r"Nothing is clearly better than the first time, as far as these scores can tell\.", _nothing_is_better),
    (r"Nothing has clearly changed since the first time, as far as these scores can tell\.", _nothing_moved),
    (
        r"That may have many reasons\.",
        lambda j, _m: j.page in PAGES and any(risen(j, place) for place in j.who),
    ),
]
