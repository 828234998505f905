"""An independent oracle: it checks each sentence on the pages against the raw scores.

Nothing of the code that decides or words a result is used here, and none of its limits. What no
rule knows is a fault too: a new sentence needs a rule before it may be told.
"""

import re
import tomllib
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import workbook.content
from tests.insights import chance, progress_rules
from tests.insights.chance import Raw
from tests.insights.rules import OFTEN, RULES, titles_in
from tests.insights.view_rules import VIEW_RULES

CONTENT = Path(workbook.content.__file__).parent
LOW, HIGH = 1.5, 2.6  # of 0 to 4: nearest to "rarely", nearest to "often"
RARE = 1.4  # of a sign
# High where somebody is afraid, too: nobody is praised for it.
HOW_TO_READ = (
    "band_assumed", "joined", "agreement_what", "one_side", "side_by_side_how", "differences_ask",
    "profile_note_two", "profile_note_one", "signs_how_two", "signs_how_one", "signs_open_two", "signs_open_one",
    "moved_how", "risen_only", "progress_how", "progress_how_two", "progress_assumed", "trend_assumed", "lines", "lines_how",
    "signs_no_verdict", "filled_open", "own_and_seen", "one_question", "few_questions", "single", "waiting_how", "waiting_less",
)  # fmt: skip
UNPRAISED = ("Letting go", "Hearing the need beneath the words")

Score = float | None


@dataclass(frozen=True)
class Topic:
    """A facet or sign: its words, and each one's score from 0 to 4."""

    title: str
    own_texts: tuple[str, str]  # what one person reads at the upper and the lower end
    both_texts: tuple[str, str]  # what two read of whom it is true of each
    some_text: str  # what two read of whom at least one stands at the unhealthy end
    is_sign: bool
    may_differ: bool
    scores: Mapping[str, float]

    def hard(self, place: str) -> float:
        """Return how hard a topic is for one person, whichever way its scale runs: 0 (well) to 4."""
        return self.scores[place] if self.is_sign else 4 - self.scores[place]

    def is_low(self, place: str) -> bool:
        return self.scores[place] >= OFTEN if self.is_sign else self.scores[place] <= LOW

    def is_high(self, place: str) -> bool:
        return self.scores[place] <= RARE if self.is_sign else self.scores[place] >= HIGH

    @property
    def rank(self) -> tuple[float, float]:
        """Return a sort key: the hardest score of either, then both added; lower is worse."""
        return min(-self.hard(p) for p in self.scores), sum(-self.hard(p) for p in self.scores)


def read_topics(
    scores: Mapping[str, Mapping[str, Score]], who: Iterable[str], differing: Collection[str] = ()
) -> dict[str, Topic]:
    """Return the topics on which every reader has a score, by title."""
    found = {}
    for one in _subscales():
        given = scores.get(one["id"], {})
        values = {place: given.get(place) for place in who}
        if all(value is not None for value in values.values()):
            found[one["title"]] = Topic(
                one["title"],
                (one["high_text"], one["low_text"]),
                (one["both_high_text"], one["both_low_text"]),
                one["some_text"],
                one.get("higher_is") == "worse",
                one["id"] in differing,
                {place: float(value) for place, value in values.items() if value is not None},
            )
    return found


@cache
def _subscales() -> tuple[dict[str, Any], ...]:
    found = []
    for name in ("connection", "warning_signs"):
        structure, words = (
            tomllib.loads(chance.file_of(part, name).read_text())["subscales"] for part in ("structure", "en")
        )
        found += [one | words[one["id"]] for one in structure]
    return tuple(one for one in found if one.get("about", "self") == "self")


@cache
def neutral() -> frozenset[str]:
    """Return the sentences that say nothing about anybody's answers, from the content itself."""
    ui = tomllib.loads((CONTENT / "en" / "messages" / "ui.toml").read_text())
    plots = tomllib.loads((CONTENT / "en" / "messages" / "results.toml").read_text())["plots"]
    said = [ui["together"]["order"], ui["results"]["order"], ui["together"]["chance"]]
    said += [ui["telling"]["time_and_warmth"], ui["telling"]["for_oneself"]]
    said += [ui["together"]["second_step"], ui["results"]["second_step"]]
    said += [ui["progress-own"][key] for key in ("fell_title", "fell_why", "fell_alone")]
    said += [ui["perception"]["lead"], ui["perception"]["numbers"]]
    said += [text for key, text in plots.items() if key.startswith("chance_")]
    said += [plots[key] for key in HOW_TO_READ]
    said += list(ui["exercises"]["evidence"].values())
    for path in (CONTENT / "en" / "exercises").glob("*.toml"):
        exercise = tomllib.loads(path.read_text())
        said += [exercise["why"], *exercise["for"].values()]
    return frozenset(sentence for text in said for sentence in sentences_of(text))


def sentences_of(text: str) -> list[str]:
    """A text's sentences."""
    return [part for part in re.split(r"(?<=[.?])\s+", text.strip()) if part]


class Judge:
    """Reads the sentences of one couple's pages, or of one person's, in order."""

    unpraised = UNPRAISED

    def __init__(
        self, topics: Mapping[str, Topic], names: Mapping[str, str], raw: Raw, before: Raw | None = None
    ) -> None:
        self.topics, self.who, self.raw = topics, list(names), raw
        self.before: Raw = before or {}
        self.names = dict(names)
        self.page = ""
        self.place = {name: place for place, name in names.items()} | {"you": "a"}
        self.facets = [one for one in topics.values() if not one.is_sign]
        self.signs = [one for one in topics.values() if one.is_sign]
        self.subject: Topic | None = None
        self.false: list[str] = []
        self.cared_for: set[str] = set()
        self.neutral = neutral()

    def read(self, pages: Mapping[str, list[str]]) -> list[str]:
        """Return every sentence that the scores contradict or that no rule knows."""
        for page, told in pages.items():
            self.subject, self.page = None, page
            for text in told:
                self._read_text(text)
            if page == "overview":
                self._nobody_is_passed_over()
            if page in progress_rules.PAGES:
                self.false += progress_rules.unsaid(self, " ".join(told))
            if page == "signs":
                self._every_frequent_sign_is_counted(" ".join(told))
        return self.false

    def _read_text(self, text: str) -> None:
        if text.startswith("# "):
            title = re.sub(r"^Rarely there: (.)", lambda m: m[1].upper(), text[2:])
            self.subject = self.topics.get(title)
            return
        for topic in self.topics.values():
            is_one = len(self.who) == 1
            high, low = topic.own_texts if is_one else topic.both_texts
            for end, is_true in ((high, self._at_high), (low, self._at_low)):
                if end in text:
                    self._note(all(is_true(topic, p) for p in self.who), end)
                    if is_true is (self._at_high if topic.is_sign else self._at_low):
                        self.cared_for |= set(self.who)
                    text = text.replace(end, "").strip()
            if not is_one and topic.some_text in text:
                self._note(bool(self.care_for_low([topic])), topic.some_text)
                text = text.replace(topic.some_text, "").strip()
        for sentence in sentences_of(text):
            if sentence not in self.neutral:
                self._read_sentence(sentence)

    @staticmethod
    def _at_high(topic: Topic, place: str) -> bool:
        return topic.is_low(place) if topic.is_sign else topic.is_high(place)

    @staticmethod
    def _at_low(topic: Topic, place: str) -> bool:
        return topic.is_high(place) if topic.is_sign else topic.is_low(place)

    def _read_sentence(self, sentence: str) -> None:
        for pattern, rule in (*RULES, *VIEW_RULES, *progress_rules.PROGRESS_RULES):
            match = re.fullmatch(pattern, sentence)
            if match:
                self._note(rule(self, match), sentence)
                return
        self.false.append(f"no rule knows: {sentence}")

    def _note(self, is_true: bool, sentence: str) -> None:
        if not is_true:
            self.false.append(f"{self.subject.title if self.subject else '-'}: {sentence}")

    def _nobody_is_passed_over(self) -> None:
        """Check that every person with a low topic is addressed: by name, as one of both, or as "you"."""
        for place in self.who:
            if any(one.is_low(place) for one in self.topics.values()) and place not in self.cared_for:
                self.false.append(f"passed over: something is low for {place}, and the page says nothing")

    def _every_frequent_sign_is_counted(self, text: str) -> None:
        named, counted = titles_in(text), sum(int(n) for n in re.findall(r"(\d+) signs", text))
        frequent = [one for one in self.signs if any(one.is_low(place) for place in self.who)]
        missing = [one.title for one in frequent if one.title not in named]
        if len(missing) > counted:
            self.false.append(f"left out: {missing}")

    # -- what the rules ask ------------------------------------------------------------
    def all_of(self, test: Callable[[Topic, str], bool], places: Iterable[str]) -> bool:
        return self.subject is not None and all(test(self.subject, place) for place in places)

    def care(self, *places: str) -> list[str]:
        self.cared_for |= set(places)
        return list(places)

    def people(self, words: str) -> list[str]:
        return self.who if words == "both of you" else [self.place[words]]

    def spread(self) -> float:
        values = [score for one in self.facets for score in one.scores.values()]
        return max(values) - min(values)

    def best_are(self, n: int) -> bool:
        told = [one for one in self.facets if one.title not in UNPRAISED]
        best = max(one.rank for one in told)
        equal = [one for one in told if one.rank == best]
        return len(equal) == n and all(one.is_high(p) for one in equal for p in self.who)

    def equally_high(self, titles: list[str]) -> bool:
        """Tell whether these are high for everybody, equals, and none of those that fear can raise."""
        those = [self.topics[title] for title in titles]
        is_high = all(one.is_high(place) for one in those for place in self.who)
        return is_high and len({one.rank for one in those}) == 1 and not set(titles) & set(UNPRAISED)

    def care_for_low(self, topics: Iterable[Topic]) -> list[str]:
        """Return for whom any of these is low; they are cared for."""
        low = [place for place in self.who if any(one.is_low(place) for one in topics)]
        return self.care(*low)

    def each_low_for_some(self, titles: list[str]) -> bool:
        cared = [self.care_for_low([self.topics[title]]) for title in titles]
        return all(cared)

    def stands_out(self, *, best: bool) -> bool:
        others = [one for one in self.facets if one is not self.subject]
        rank = self.subject.rank if self.subject else (0.0, 0.0)
        return all(rank > one.rank if best else rank < one.rank for one in others)

    def equally_hard(self, titles: list[str] | int) -> bool:
        """Tell whether for the one reader these topics are low, tied, and none is worse."""
        (place,) = self.care(*self.who)
        most = max(one.hard(place) for one in self.topics.values())
        hardest = [one for one in self.topics.values() if one.hard(place) == most and one.is_low(place)]
        if isinstance(titles, int):
            return titles <= len(hardest)
        return set(titles) <= {one.title for one in hardest}

    def noticed(self, words: str, least: float, most: float = 4.1) -> bool:
        for part in words.split("; "):
            who = re.match(r"by (both of you|at least one of you|you), ", part)
            assert who is not None, part
            holds = any if who[1] == "at least one of you" else all
            fits = [t for t in self.signs if holds(least <= t.scores[p] < most for p in self.who)]
            count = re.search(r"(\d+) signs", part)
            if count and int(count[1]) > len(fits):
                return False
            if not set(titles_in(part)) <= {one.title for one in fits}:
                return False
        return True

    def none_low(self, topics: Iterable[Topic]) -> bool:
        return not any(one.is_low(place) for one in topics for place in self.who)

    def apart(self, n: int, of: int) -> bool:
        pairs = [(f, x, y) for f in self.facets for x, y in (("a", "b"), ("b", "a"))]
        fits = [(f, x) for f, x, y in pairs if f.is_low(x) and f.is_high(y)]
        self.care(*(x for _, x in fits))
        return (n, of) == (len(fits), len(self.facets))

    @staticmethod
    def titles(instrument: str) -> dict[str, str]:
        """Return what the topics of a questionnaire are called, by id."""
        return {one.id: one.title for one in chance.read(instrument)[0]}

    def differing(self) -> set[object]:
        """Return what may be told to differ on this page."""
        names = ("connection", "warning_signs") if self.page == "overview" else ("connection",)
        return chance.told(chance.between(self.raw, names))

    def ends(self, titles: str, *, best: bool) -> bool:
        """Tell whether these are one's own highest or lowest topics, all ties named or counted."""
        values = [one.scores["a"] for one in self.facets]
        end = max(values) if best else min(values)
        equal = {one.title for one in self.facets if one.scores["a"] == end}
        count = re.fullmatch(r"(\d+) topics alike", titles)
        return len(equal) == int(count[1]) if count else set(titles_in(titles)) == equal


def judge(
    pages: Mapping[str, list[str]],
    scores: Mapping[str, Mapping[str, Score]],
    names: Mapping[str, str],
    raw: Raw | None = None,
    before: Raw | None = None,
) -> list[str]:
    """Return the sentences on these pages that are false for people with these scores.

    ``raw`` are their answers by place and item; without it, each item is taken to be answered with its
    topic's score. ``before`` are those of the first time, where pages tell what has moved since.
    """
    given = raw if raw is not None else chance.answers_of(scores)
    if raw is None and len(names) > 1:
        given = chance.shown(given)
    given = {place: sheet for place, sheet in given.items() if place in names}
    differing = chance.told(chance.between(given, ("connection", "warning_signs")))
    return Judge(read_topics(scores, names, differing), names, given, before).read(pages)
