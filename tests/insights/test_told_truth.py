"""Every sentence on a results page is true of each person's own scores, for every facet and sign.

Both partners stand at missing, low, middle and high: 16 pairs for each topic, with the other
topics between. The sentences are judged by `tests.insights.oracle`, which knows neither the code
that decides nor that which words.
"""

import random
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import product

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis.strategies import integers

from tests.insights import chance, couples
from tests.insights.couples import (
    ASKED,
    FACETS,
    NAMES,
    PLACES,
    SIGNS,
    alone,
    answers,
    pages,
    responses_of,
    together,
)
from tests.insights.oracle import judge
from workbook import frames
from workbook.content import say
from workbook.dyads import find_claims, pair
from workbook.insights import find_insights
from workbook.results import Results
from workbook.scoring import score_all
from workbook.sharing import Grain
from workbook.ui import insight_text

LEVELS = {"missing": None, "low": 1, "middle": 2, "high": 3}
PAIRS = [(a, b) for a, b in product(LEVELS, LEVELS)]
TOPICS = [*FACETS, *SIGNS]
BETWEEN = 2
Scored = dict[str, dict[str, float | None]]


def level_of(topic: str, name: str) -> int | None:
    """Return a score at this level; for a sign, frequent counts as low."""
    score = LEVELS[name]
    return score if score is None or topic in FACETS else 4 - score


def scores_of(topic: str, a: str, b: str, others: int = BETWEEN) -> Scored:
    """Both partners' scores: one topic as asked, all others alike."""
    found: Scored = {one: {"a": others, "b": others} for one in FACETS}
    found |= {one: {"a": 4 - others, "b": 4 - others} for one in SIGNS}
    found[topic] = {"a": level_of(topic, a), "b": level_of(topic, b)}
    return found


@cache
def _scored() -> pd.DataFrame:
    """Each person's scores on every topic at every level, worked out from answers."""
    rows = [
        score_all(answers(person, dict.fromkeys(TOPICS, level)), ASKED).assign(level=level)
        for person in PLACES
        for level in range(5)
    ]
    return pd.concat(rows).set_index(["person_id", "subscale", "level"], drop=False)


def results_of(cases: Sequence[Scored], *, both: bool = True) -> list[Results]:
    """Return the joint results for these scores; a topic opens only if both have a value."""
    rows = []
    for n, scores in enumerate(cases):
        keys = [
            (person, topic, int(value))
            for person, place in PLACES.items()
            for topic, given in scores.items()
            if (value := given[place]) is not None and (both or place == "a")
            if not both or None not in given.values()
        ]
        rows.append(_scored().loc[keys].assign(couple_id=f"c_{n:07d}"))
    scores = pd.concat(rows, ignore_index=True).drop(columns="level")
    pairs = pair(scores, PLACES)
    claims = find_claims(scores, frames.empty(frames.PERSPECTIVES), frames.empty(frames.NEEDS), ASKED, PLACES)
    couples_ = [f"c_{n:07d}" for n in range(len(cases))]
    return [
        _results(pairs[pairs["couple_id"] == one], claims[claims["couple_id"] == one], both=both)
        for one in couples_
    ]


def _results(pairs: pd.DataFrame, claims: pd.DataFrame, *, both: bool) -> Results:
    return Results(
        scores=frames.empty(frames.SCORES),
        pairs=pairs,
        perspectives=None,
        perception=None,
        agreement=None,
        needs=None,
        claims=claims,
        insights=find_insights(
            pairs, ASKED, claims=claims, suggestions=insight_text.suggestions(), alone=not both
        ),
        is_solo=not both,
    )


def told_falsely(topic: str) -> Iterator[tuple[str, str, str]]:
    """Return the false sentences on the joint pages and on one's own, over the 16 pairs of levels."""
    views = ("signs",) if topic in SIGNS else ("profile", "side_by_side", "differences")
    joint = [scores_of(topic, a, b) for a, b in PAIRS]
    for (a, b), scores, results in zip(PAIRS, joint, results_of(joint), strict=True):
        for one in judge(pages(results, views), scores, NAMES):
            yield a, b, one
    own = [scores_of(topic, a, "missing") for a in LEVELS]
    for a, scores, results in zip(LEVELS, own, results_of(own, both=False), strict=True):
        for one in judge(pages(results, views), scores, {"a": NAMES["a"]}):
            yield a, "alone", one


@pytest.mark.parametrize("topic", TOPICS)
def test_every_statement_on_a_topic_is_true_for_each_partner(topic: str) -> None:
    assert list(told_falsely(topic)) == []


EXTREME = {"never": 0, "rarely": 1, "sometimes": 2, "often": 3, "always": 4}


@pytest.mark.parametrize("a", EXTREME)
def test_every_statement_is_true_for_a_partner_with_uniform_scores(a: str) -> None:
    """One partner answers alike throughout, the other too: every pair of levels, all topics at once."""
    cases = []
    for b in EXTREME.values():
        values: dict[str, float | None] = {"a": EXTREME[a], "b": b}
        turned = {place: 4 - value for place, value in values.items() if value is not None}
        cases.append(dict.fromkeys(FACETS, values) | dict.fromkeys(SIGNS, turned))

    found = [judge(pages(one), case, NAMES) for one, case in zip(results_of(cases), cases, strict=True)]

    assert found == [[]] * len(EXTREME)


def random_sheets(seed: int) -> tuple[dict[str, dict[str, int]], Grain]:
    """Return the raw answers of two random people, few or many, alike or not; and a grain."""
    draw = random.Random(seed)
    topics = draw.sample(TOPICS, draw.choice([3, 8, len(TOPICS)]))
    kept = draw.choice([0.5, 0.9, 1.0])
    leaning = {place: draw.choice([(0, 1), (1, 2), (2, 3), (3, 4), (0, 1, 2, 3, 4)]) for place in "ab"}
    sheets: dict[str, dict[str, int]] = {place: {} for place in "ab"}
    for instrument in ASKED.values():
        for item in instrument.items:
            if instrument.id in ("connection", "warning_signs") and not item.id.startswith(tuple(topics)):
                continue
            for place, sheet in sheets.items():
                if draw.random() < kept:
                    value = min(draw.choice(leaning[place]), item.scale.highest)
                    sheet[item.id] = item.scale.highest - value if item.reverse else value
    return sheets, draw.choice([Grain.SCORES, Grain.ANSWERS, Grain.ANSWERS])


@pytest.mark.parametrize("seed", range(16))
def test_every_statement_to_random_couples_is_true(seed: int) -> None:
    """Random people go the whole way through publications: few and many topics, at either grain."""
    sheets, grain = random_sheets(seed)
    check_random(sheets, grain)


@settings(max_examples=8, deadline=None, derandomize=True)
@given(seed=integers(min_value=1_000, max_value=10**9))
def test_every_statement_to_couples_drawn_by_hypothesis_is_true(seed: int) -> None:
    check_random(*random_sheets(seed))


def check_random(sheets: dict[str, dict[str, int]], grain: Grain) -> None:
    answered = [responses_of(person, sheets[place]) for person, place in PLACES.items()]
    open_to_both = chance.shown(sheets)

    joint = judge(
        pages(together(*answered, grain=grain)), chance.raw_scores(open_to_both), NAMES, open_to_both
    )
    alone_ = {"a": sheets["a"]}
    own = judge(pages(alone(answered[0])), chance.raw_scores(alone_), {"a": NAMES["a"]}, alone_)

    assert (joint, own) == ([], [])


@pytest.mark.parametrize("seed", range(6))
def test_swapping_the_partners_changes_no_word(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The partners swap places together with their names: no word changes."""
    draw = random.Random(seed)
    scores = {topic: {place: draw.randrange(5) for place in "ab"} for topic in TOPICS}
    turned = {topic: {"a": given["b"], "b": given["a"]} for topic, given in scores.items()}
    (one,) = results_of([scores])
    (other,) = results_of([turned])

    told = pages(one)
    monkeypatch.setattr(couples, "NAMES", {"a": NAMES["b"], "b": NAMES["a"]})

    assert pages(other) == told


# -- controls ------------------------------------------------------------------------------


def test_the_truth_checker_rejects_the_earlier_wording(monkeypatch: pytest.MonkeyPatch) -> None:
    """The old fallback reused the sentence for a really high or low score; the oracle finds it."""

    def old(self: insight_text._Telling, insight):
        scale = self._scale(insight.subject)
        if scale is None:
            return self.say("nothing_low")
        is_well = insight.code.startswith("strength")
        is_high = is_well == (scale.higher_is == "better")
        if self.whose == "own":
            return scale.high_text if is_high else scale.low_text
        return scale.both_high_text if is_high else scale.both_low_text

    monkeypatch.setattr(insight_text._Telling, "words", old)

    for topic in ("connection.trust", "warning_signs.loneliness"):
        assert {("low", "high"), ("high", "low"), ("low", "middle")} <= {
            (a, b) for a, b, _ in told_falsely(topic)
        }


def test_the_truth_checker_rejects_single_comparisons(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without Holm, couples are told of differences that the oracle does not find."""

    def single(p: Sequence[float], _family: Sequence[str], level: float) -> list[bool]:
        return [one <= level for one in p]

    monkeypatch.setattr("workbook.dyads.claims.holm", single)
    found = []
    for seed in range(4):
        draw = random.Random(seed)
        sheets = {
            place: {
                item.id: min(draw.choice([1, 2, 3]), item.scale.highest)
                for one in ASKED.values()
                for item in one.items
            }
            for place in "ab"
        }
        answered = [responses_of(person, sheets[place]) for person, place in PLACES.items()]
        shown = chance.shown(sheets)
        found += judge(pages(together(*answered)), chance.raw_scores(shown), NAMES, shown)

    assert any("differently" in one or "different" in one for one in found)


def test_the_truth_checker_rejects_a_mean_over_both() -> None:
    """One partner often lonely, the other never: "neither" is false, and she is passed over."""
    scores = scores_of("warning_signs.loneliness", "low", "high")
    told = {"signs": [say("results.plots.signs_none_all_two")], "overview": []}

    assert judge(told, scores, NAMES) == [
        "-: Neither of you notices any of these signs often.",
        "left out: ['Loneliness']",
        "passed over: something is low for a, and the page says nothing",
    ]


def test_the_truth_checker_rejects_an_unknown_sentence() -> None:
    assert judge(
        {"overview": ["All is well with you two."]}, scores_of(FACETS[0], "high", "high"), NAMES
    ) == ["no rule knows: All is well with you two."]
