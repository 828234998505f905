"""The rules of `tests.insights.oracle`: each kind of sentence, and when it is true of the scores."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.insights.oracle import Judge, Topic

NOTICED, OFTEN = 2.0, 2.5  # of a sign, from 0 to 4
ALIKE = 0.2  # points


def titles_in(text: str) -> list[str]:
    """Return the titles in quotes."""
    return re.findall("“([^”]*)”", text)


def _is_low(topic: Topic, place: str) -> bool:
    return topic.is_low(place)


def _is_high(topic: Topic, place: str) -> bool:
    return topic.is_high(place)


def _is_between(topic: Topic, place: str) -> bool:
    return not topic.is_low(place) and not topic.is_high(place)


def _is_facet(judge: Judge, *, sign: bool) -> bool:
    return judge.subject is not None and judge.subject.is_sign is sign


def _subject(judge: Judge) -> Topic:
    assert judge.subject is not None
    return judge.subject


def _are_all(words: str, differing: set[object], titles: Mapping[str, str]) -> bool:
    """Tell whether exactly these topics are named, or counted."""
    named = {titles[one] for one in differing if isinstance(one, str)}
    count = re.fullmatch(r"(\d+) topics", words)
    return len(named) == int(count[1]) if count else set(titles_in(words)) == named


Rule = Callable[["Judge", re.Match[str]], bool]
RULES: list[tuple[str, Rule]] = [
    (
        r"This is high for (both of you|you)\.",
        lambda j, _m: _is_facet(j, sign=False) and j.all_of(_is_high, j.who),
    ),
    (r"This is rare for both of you\.", lambda j, _m: _is_facet(j, sign=True) and j.all_of(_is_high, j.who)),
    (
        r"This is low for both of you at the moment\.",
        lambda j, _m: _is_facet(j, sign=False) and j.all_of(_is_low, j.care(*j.who)),
    ),
    (
        r"Both of you notice this often at the moment\.",
        lambda j, _m: _is_facet(j, sign=True) and j.all_of(_is_low, j.care(*j.who)),
    ),
    (
        r"This is low for you at the moment\.",
        lambda j, _m: _is_facet(j, sign=False) and j.all_of(_is_low, j.care(*j.who)),
    ),
    (
        r"At least one of you feels that this is low at the moment\.",
        lambda j, _m: _is_facet(j, sign=False) and bool(j.care_for_low([_subject(j)])),
    ),
    (
        r"At least one of you notices this often at the moment\.",
        lambda j, _m: _is_facet(j, sign=True) and bool(j.care_for_low([_subject(j)])),
    ),
    (
        r"These weeks are different for the two of you here, so ask each other how it is\.",
        lambda j, _m: _subject(j).may_differ and not j.all_of(_is_low, j.who),
    ),
    (r"This is the highest (so far|of your topics so far)\.", lambda j, _m: j.stands_out(best=True)),
    (r"It is low for neither of you\.", lambda j, _m: not any(j.all_of(_is_low, [p]) for p in j.who)),
    (
        r"(\d+) topics are about equally high for (both of you|you), so none is named first\.",
        lambda j, m: j.best_are(int(m[1])),
    ),
    (
        r"These are about equally high for (both of you|you): (.*)\.",
        lambda j, m: j.equally_high(titles_in(m[2])),
    ),
    (
        r"No topic is high for both of you so far\.",
        lambda j, _m: not any(all(one.is_high(p) for p in j.who) for one in j.facets),
    ),
    (
        r"Each of these could use care for at least one of you(, and none is named first)?: (.*)\.",
        lambda j, m: j.each_low_for_some(titles_in(m[2])),
    ),
    (r"Each of these could use care: (.*)\.", lambda j, m: j.each_low_for_some(titles_in(m[1]))),
    (
        r"(\d+) topics could use care for at least one of you, so none is named first\.",
        lambda j, m: int(m[1]) <= sum(bool(j.care_for_low([one])) for one in j.topics.values()),
    ),
    (r"These could use care about equally: (.*)\.", lambda j, m: j.equally_hard(titles_in(m[1]))),
    (
        r"(\d+) topics could use care about equally, so none is named first\.",
        lambda j, m: j.equally_hard(int(m[1])),
    ),
    (
        r"Nothing here is low for (either of you|you)\.",
        lambda j, _m: j.none_low([*j.facets, *j.signs]),
    ),
    (
        r"Nothing here is low for (either of you|you), and none of these signs is often there\.",
        lambda j, _m: j.none_low([*j.facets, *j.signs]),
    ),
    (
        r"None of these signs is often there for (either of you|you)\.",
        lambda j, _m: bool(j.signs) and j.none_low(j.signs),
    ),
    (
        r"If you( two)? want to tend something, this has the most room\.",
        lambda j, _m: j.stands_out(best=False) and not j.all_of(_is_high, j.who),
    ),
    (r"Your topics are all about alike\.( None stands out\.)?", lambda j, _m: j.spread() <= ALIKE),
    (r"None stands out\.", lambda j, _m: j.spread() <= ALIKE),
    (
        r"Your topics are all about alike, and all of them are high( for both of you)?\.",
        lambda j, _m: j.spread() <= ALIKE and all(one.is_high(p) for one in j.facets for p in j.who),
    ),
    (
        r"Your topics are all about alike, and all of them are low( for both of you)?\.",
        lambda j, _m: j.spread() <= ALIKE and all(one.is_low(p) for one in j.facets for p in j.care(*j.who)),
    ),
    (
        r"Your topics are all about alike: none is high, and none is low(, for either of you)?\.",
        lambda j, _m: j.spread() <= ALIKE and all(_is_between(one, p) for one in j.facets for p in j.who),
    ),
    (
        r"So far, (\d+|one) topics? (have enough answers|has enough answers|are open to both of you|is open to both of you)\.",
        lambda j, m: len(j.topics) == (1 if m[1] == "one" else int(m[1])),
    ),
    (r"That is too few for a whole picture\.", lambda j, _m: len(j.topics) < 5),
    (r"These weeks are different for the two of you\.", lambda j, _m: bool(j.differing())),
    (
        r"On (\d+) of (\d+) topics, what is low for one of you is high for the other\.",
        lambda j, m: j.apart(int(m[1]), int(m[2])) and 2 * int(m[1]) >= int(m[2]),
    ),
    (r"Start by listening to how it is for each of you\.", lambda _, __: True),
    (r"Neither of you is wrong\.", lambda _, __: True),
    (r"About \d+ minutes\.", lambda _, __: True),
    # -- beside the drawings
    (
        r"(Neither of you notices any|You notice none) of these signs often\.",
        lambda j, _m: all(score < NOTICED for one in j.signs for score in one.scores.values()),
    ),
    (r"Noticed often: (.*)\.", lambda j, m: j.noticed(m[1], OFTEN)),
    (r"Noticed now and then: (.*)\.", lambda j, m: j.noticed(m[1], NOTICED, OFTEN)),
    (r"You often notice (.*)\.", lambda j, m: j.noticed(f"by you, {m[1]}", OFTEN)),
    (r"You notice (.*) now and then\.", lambda j, m: j.noticed(f"by you, {m[1]}", NOTICED, OFTEN)),
    (
        r"Highest for you: (.*)\. Lowest: (.*)\.",
        lambda j, m: j.ends(m[1], best=True) and j.ends(m[2], best=False),
    ),
    (r"Highest for you: (.*)\.", lambda j, m: j.ends(m[1], best=True)),
    (r"Lowest: (.*)\.", lambda j, m: j.ends(m[1], best=False)),
    (r"So far this shows one topic: (.*)\.", lambda j, m: titles_in(m[1]) == [f.title for f in j.facets]),
    (
        r"No topic is clearly different for the two of you, as far as these scores can tell\.",
        lambda j, _m: not j.differing(),
    ),
    (
        r"All topics taken together, these weeks are different for the two of you\.",
        lambda j, _m: j.differing() == {("whole", "")},
    ),
    (
        r"Which topics it is, the scores cannot tell for sure\.",
        lambda j, _m: j.differing() == {("whole", "")},
    ),
    (
        r"These weeks are different for the two of you on (.*)\.",
        lambda j, m: _are_all(m[1], j.differing(), j.titles("connection")),
    ),
    (r"Topics compared: (\d+)\.", lambda j, m: int(m[1]) == len(j.facets)),
]
