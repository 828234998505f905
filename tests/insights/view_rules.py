"""The rules of `tests.insights.oracle` for what stands beside the drawings, read against the raw answers."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from tests.insights import chance
from tests.insights.rules import ALIKE, OFTEN, Rule, titles_in

if TYPE_CHECKING:
    from tests.insights.oracle import Judge

ASKED = {"perspectives": "connection", "skills": "skills", "guesses": "needs"}
MATTERS, GAP = 3, 2


def _are(words: str, titles: list[str], counted: str) -> bool:
    """Tell whether exactly these titles are named, or their number is."""
    count = re.fullmatch(rf"(\d+) {counted}", words)
    return len(titles) == int(count[1]) if count else sorted(titles_in(words)) == sorted(titles)


def _seen(judge: Judge, name: str) -> tuple[list[str], bool]:
    """Return the titles that may be told to be seen differently about a person; and whether all at once may."""
    instrument, about = ASKED[judge.page], judge.place[name]
    found = (
        chance.of_guesses(judge.raw) if judge.page == "guesses" else chance.of_views(judge.raw, instrument)
    )
    told = chance.told(found, {key: key[1] for key in found})
    titles = judge.titles(instrument)
    return [titles[key[0]] for key in told if key[0] in titles and key[1] == about], ("whole", about) in told


def _is_reading(judge: Judge, what: str, name: str, *, is_claimed: bool) -> bool:
    return ((what, judge.place[name]) in chance.hold(chance.of_reading(judge.raw))) is is_claimed


def _level(judge: Judge, name: str) -> float:
    place = judge.place[name]
    other = {"a": "b", "b": "a"}[place]
    found = [
        value
        for (_, about), (value, _, _) in chance.of_views(judge.raw, "connection").items()
        if about == other
    ]
    return sum(found)


def _are_alike(judge: Judge, me: str, other: str, *, to_self: bool) -> bool:
    """Tell whether the order of topics in one's view of the other is clearly that of somebody's own word."""
    mine, theirs = judge.place[me], judge.place[other]
    topics, reversed_ = chance.read("connection")
    pairs = []
    for one in topics:
        seen = chance.view(judge.raw[mine], one, reversed_)
        words = [chance.score(judge.raw[place], one, reversed_) for place in (mine, theirs)]
        if seen is not None and all(words):
            own = words[0] if to_self else words[1]
            pairs.append((seen, own[0] if own else 0.0))
    n = len(pairs)
    mean = [sum(pair[k] for pair in pairs) / n for k in (0, 1)]
    spread = [sum((pair[k] - mean[k]) ** 2 for pair in pairs) for k in (0, 1)]
    if n < 5 or 0 in spread:
        return False
    r = sum((x - mean[0]) * (y - mean[1]) for x, y in pairs) / math.sqrt(spread[0] * spread[1])
    return r >= 0.5 - 1e-9 and math.atanh(min(r, 0.999999)) * math.sqrt(n - 3) >= 1.645 - 1e-9


def _both_well(judge: Judge, *, is_whole: bool) -> list[str]:
    """Return the topics on which both are well in every question both answered, or in none."""
    topics, reversed_ = chance.read("connection")
    found = []
    for one in topics:
        both = [
            all((chance.answer(judge.raw[place], item, reversed_) or 0) > 2 for place in "ab")
            for item in one.items
            if all(item in judge.raw[place] for place in "ab")
        ]
        if len(both) >= one.least and (all(both) if is_whole else not any(both)):
            found.append(one.title)
    return found


def _waiting(judge: Judge, name: str) -> list[str]:
    sheet = judge.raw.get(judge.place[name], {})
    found = []
    for need, title in judge.titles("needs").items():
        matters, met = (sheet.get(f"{need}.{aspect}") for aspect in ("importance", "met"))
        if matters is not None and met is not None and matters >= MATTERS and matters - met >= GAP:
            found.append(title)
    return found


def _seen_often(judge: Judge, words: str) -> bool:
    """Tell whether each of these signs is often seen in the other, by those who are said to see it."""
    topics, reversed_ = chance.read("warning_signs")
    for part in words.split("; "):
        is_both = part.startswith("by both of you")
        seen = {
            one.title: [
                (chance.view(judge.raw.get(place, {}), one, reversed_) or 0) >= OFTEN for place in judge.who
            ]
            for one in topics
        }
        fits = [title for title, often in seen.items() if (all(often) if is_both else any(often))]
        count = re.search(r"(\d+) signs", part)
        if count and int(count[1]) > len(fits):
            return False
        if not set(titles_in(part)) <= set(fits):
            return False
    return True


def _none_seen(judge: Judge, least: float) -> bool:
    return all(score < least for one in judge.signs for score in one.scores.values())


def _full(judge: Judge) -> list[str]:
    """Return the topics that are high for both, but for those that fear can raise."""
    full = [one.title for one in judge.facets if all(one.is_high(place) for place in judge.who)]
    return [title for title in full if title not in judge.unpraised]


def _small(judge: Judge, n: int) -> list[str]:
    """Return the topics that are low for so many of the two."""
    return [one.title for one in judge.facets if sum(map(one.is_low, judge.who)) == n]


def _apart(judge: Judge) -> set[object]:
    """Return the topics on which the two may be told to differ."""
    return {one for one in judge.differing() if one in judge.titles("connection")}


VIEW_RULES: list[tuple[str, Rule]] = [
    (
        r"About (\w+), no (?:topic|skill) is clearly seen differently, as far as (?:these|single) answers can tell\.",
        lambda j, m: _seen(j, m[1]) == ([], False),
    ),
    (
        r"About (\w+), you two see this differently: (.*)\.",
        lambda j, m: _are(m[2], _seen(j, m[1])[0], r"of \d+"),
    ),
    (
        r"About (\w+), you two see things differently on the whole\.",
        lambda j, m: _seen(j, m[1]) == ([], True),
    ),
    (r"Which (topics|skills|needs) it is, (these|single) answers cannot tell for sure\.", lambda _, __: True),
    (
        r"About (\w+), no guess is clearly off, as far as single answers can tell\.",
        lambda j, m: _seen(j, m[1]) == ([], False),
    ),
    (
        r"About (\w+), what is guessed and what \w+ says are different here: (.*)\.",
        lambda j, m: _are(m[2], _seen(j, m[1])[0], r"of \d+"),
    ),
    (
        r"About (\w+), what is guessed and what \w+ says are different on the whole\.",
        lambda j, m: _seen(j, m[1]) == ([], True),
    ),
    (
        r"On the whole, (\w+) sees more of these things in \w+ than \w+ does\.",
        lambda j, m: _is_reading(j, "level", m[1], is_claimed=True) and _level(j, m[1]) > 0,
    ),
    (
        r"On the whole, \w+ feels they give more of this than (\w+) has noticed\.",
        lambda j, m: _is_reading(j, "level", m[1], is_claimed=True) and _level(j, m[1]) < 0,
    ),
    (
        r"On the whole, no clear difference shows between how (\w+) sees \w+ and how \w+ does\.",
        lambda j, m: _is_reading(j, "level", m[1], is_claimed=False),
    ),
    (
        r"Where (\w+) feels strong or less strong, (\w+) mostly sees it the same way\.",
        lambda j, m: _are_alike(j, m[2], m[1], to_self=False),
    ),
    (
        r"You two would name different strong sides of (\w+)\.",
        lambda j, m: _is_reading(j, "order", _other(j, m[1]), is_claimed=True),
    ),
    (r"Ask each other which\.", lambda _, __: True),
    (
        r"Whether you both name the same strong sides of (\w+) cannot be said from these answers\.",
        lambda j, m: (
            _is_reading(j, "order", _other(j, m[1]), is_claimed=False)
            and not _are_alike(j, _other(j, m[1]), m[1], to_self=False)
        ),
    ),
    (r"(\w+) sees (\w+) as much like \w+\.", lambda j, m: _are_alike(j, m[1], m[2], to_self=True)),
    (
        r"(\w+) sees (\w+) as different from \w+\.",
        lambda j, m: _is_reading(j, "like", m[1], is_claimed=True),
    ),
    (
        r"How alike (\w+) takes you two to be cannot be said from these answers\.",
        lambda j, m: (
            _is_reading(j, "like", m[1], is_claimed=False)
            and not _are_alike(j, m[1], _other(j, m[1]), to_self=True)
        ),
    ),
    (
        r"You are both well on every question you both answered about (.*)\.",
        lambda j, m: _are(m[1], _both_well(j, is_whole=True), "topics"),
    ),
    (
        r"On (.*), no question is filled yet\.",
        lambda j, m: _are(m[1], _both_well(j, is_whole=False), "topics"),
    ),
    (
        r"For (\w+), these matter a lot and are met little: (.*)\.",
        lambda j, m: _are(m[2], _waiting(j, m[1]), r"of \d+ needs"),
    ),
    (r"For (\w+), no need that matters a lot is met little\.", lambda j, m: _waiting(j, m[1]) == []),
    (
        r"What one of you can do and what the other has seen of it are two questions, and neither proves the other wrong\.",
        lambda j, _m: j.page == "skills",
    ),
    (r"Often seen in the other: (.*)\.", lambda j, m: _seen_often(j, m[1])),
    (r"You often see (.*) in your partner\.", lambda j, m: _seen_often(j, f"by you, {m[1]}")),
    (
        r"By your own words about yourselves, none of these signs is there often\.",
        lambda j, _m: _none_seen(j, OFTEN),
    ),
    (r"For yourself, you notice none of these signs often\.", lambda j, _m: _none_seen(j, OFTEN)),
    (
        (
            r"Take this as a hint\.|It rests on one or two answers for each of \d+ topics\.|There are no norms, and the limits"
            r" are our own for now\.|Of twenty couples who see each other alike in truth, at most about one is told"
            r" here that they differ\.|Nobody is right or wrong here: ask each other what you had in mind\."
        ),
        lambda _, __: True,
    ),
    (r"Full on both sides: (.*)\.", lambda j, m: _are(m[1], _full(j), "topics")),
    (r"Small on both sides: (.*)\.", lambda j, m: _are(m[1], _small(j, 2), "topics")),
    (r"Small on at least one side: (.*)\.", lambda j, m: _are(m[1], _small(j, 1), "topics")),
    (
        r"No topic is full on both sides, and none is small on either\.",
        lambda j, _m: (
            not any(all(one.is_high(place) for place in j.who) for one in j.facets) and j.none_low(j.facets)
        ),
    ),
    (r"No topic is small on either side\.", lambda j, _m: j.none_low(j.facets)),
    (r"All topics are about equally full, on both sides\.", lambda j, _m: j.spread() <= ALIKE),
    (
        r"On (\d+) of (\d+) topics your two halves are clearly apart\.",
        lambda j, m: (int(m[1]), int(m[2])) == (len(_apart(j)), len(j.facets)) and 2 * int(m[1]) > int(m[2]),
    ),
    (r"Two people can live the same weeks in two ways\.", lambda _, __: True),
    (
        r"On (none|one|\d+) of (\d+) topics (?:are )?your answers (?:are )?clearly apart(?:, as far as these scores can tell)?\.",
        lambda j, m: (
            len(_apart(j)) == int({"none": "0", "one": "1"}.get(m[1], m[1])) and len(j.facets) == int(m[2])
        ),
    ),
    (
        r"All (\d+) topics taken together, your answers are clearly apart\.",
        lambda j, _m: not _apart(j) and bool(j.differing()),
    ),
    (r"(\d+) of them are drawn, the widest first\.", lambda j, m: len(_apart(j)) > int(m[1])),
    (r"The other (\d+) are in the table\.", lambda j, m: len(_apart(j)) - 5 == int(m[1])),
    (r"There is no topic yet on which all the answers are there that this needs\.", lambda _, __: True),
]


def _other(judge: Judge, name: str) -> str:
    return next(one for one in judge.names.values() if one != name)
