"""The fast scorer equals the rule bit for bit, on drawn questionnaires and answers."""

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st

from workbook import frames
from workbook.instruments import catalogue
from workbook.instruments.model import Choice, Constant, Instrument, Item, Scale, Subscale
from workbook.scoring import fast, rule, score
from workbook.scoring.rule import score_by_rule
from workbook.simulate import simulate_couples

Scorer = Callable[[pd.DataFrame, Instrument], pd.DataFrame]
World = tuple[pd.DataFrame, Instrument]

bases = st.sampled_from(["S0", "assumed"])
reliabilities = st.none() | st.builds(Constant, st.sampled_from([0.0, 0.19, 0.5, 0.8, 1.0]), bases)
deviations = st.none() | st.builds(Constant, st.sampled_from([0.3, 1.0, 2.7]), bases)


@st.composite
def scales(draw: st.DrawFn) -> Scale:
    """Any two to eight whole numbers, from below zero to above."""
    values = draw(st.lists(st.integers(-3, 9), min_size=2, max_size=8, unique=True))
    return Scale("s", tuple(Choice(value, "…") for value in sorted(values)))


@st.composite
def subscales(draw: st.DrawFn, number: int, items: list[Item]) -> Subscale:
    own = draw(st.lists(st.sampled_from([item.id for item in items]), min_size=1, unique=True))
    return Subscale(
        f"x.{number}", "…", tuple(own), draw(st.sampled_from(["mean", "sum"])),
        min_answered=draw(st.integers(0, len(own))), reliability=draw(reliabilities), sd=draw(deviations), summary="",
    )  # fmt: skip


@st.composite
def instruments(draw: st.DrawFn) -> Instrument:
    n_items = draw(st.integers(1, 7))
    items = [Item(f"x.i.{n}", "…", draw(scales()), reverse=draw(st.booleans())) for n in range(n_items)]
    own = tuple(draw(subscales(n, items)) for n in range(draw(st.integers(1, 4))))
    return Instrument("x", "1.0", "X", (), "CC0", "assessment", "…", 1.0, (), tuple(items), own)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """A questionnaire and answers: some missing, some declined, several persons and occasions."""
    instrument = draw(instruments())
    whole = draw(st.booleans())  # every item in every sitting: the layout without gaps
    rows = []
    for person, couple, occasion in draw(sittings):
        for item in instrument.items:
            answer = draw(st.none() | st.sampled_from(item.scale.values))
            if whole or answer is not None or draw(st.booleans()):
                declined = answer is None and draw(st.booleans())
                rows.append((couple, person, occasion, "x", item.id, answer, declined))
    responses = pd.DataFrame(rows, columns=frames.needed(frames.RESPONSES))
    if not whole:
        responses = responses.sample(frac=1, random_state=draw(st.integers(0, 9)))
    return frames.check(responses.astype({"value": "Int16"}), frames.RESPONSES), instrument


sittings = st.lists(st.tuples(st.integers(0, 5), st.integers(1, 3)), min_size=1, max_size=5, unique=True).map(
    lambda drawn: [(f"p_{who}", f"c_{who // 2}", f"assessment-{n}") for who, n in drawn]
)


def disagreement(one: Scorer, other: Scorer) -> World:
    """Find a world that two ways score differently; hypothesis raises where there is none."""
    looking = settings(
        max_examples=400, phases=[Phase.generate], derandomize=True, database=None, deadline=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    return find(worlds(), lambda world: not agree(one, other, world), settings=looking)


def agree(one: Scorer, other: Scorer, world: World) -> bool:
    """Tell whether both return the same frame, every float to the last bit."""
    return one(*world).equals(other(*world))


def broken(module: ModuleType, right: str, wrong: str) -> dict[str, Any]:
    """Return a module's names from a copy of its source with one line changed."""
    source = Path(str(module.__file__)).read_text()
    assert source.count(right) == 1, right
    names: dict[str, Any] = {"__name__": "broken"}
    exec(compile(source.replace(right, wrong), "broken", "exec"), names)
    return names


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(world=worlds())
def test_any_questionnaire_and_any_answers_score_the_same_both_ways(world: World) -> None:
    pd.testing.assert_frame_equal(score(*world), score_by_rule(*world), check_exact=True)


@pytest.mark.parametrize("name", [name for name, one in catalogue().items() if one.subscales])
def test_our_own_questionnaires_score_the_same_both_ways(name: str) -> None:
    instrument = catalogue()[name]
    responses = simulate_couples(12, 5, {name: instrument}, missing=0.2).responses

    pd.testing.assert_frame_equal(
        score(responses, instrument), score_by_rule(responses, instrument), check_exact=True
    )


def test_a_long_questionnaire_over_several_blocks_scores_the_same_both_ways() -> None:
    """More sittings than one block of the quick way holds, so that a seam lies within."""
    instrument = catalogue()["connection"]
    responses = simulate_couples(fast.BLOCK, 6, {"connection": instrument}, missing=0.1).responses
    found = score(responses, instrument)

    assert found["person_id"].nunique() > fast.BLOCK
    pd.testing.assert_frame_equal(found, score_by_rule(responses, instrument), check_exact=True)


@pytest.mark.hypothesis  # mutmut leaves these out as well: its copies hold each line many times
@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("np.where(is_reverse, -1, 1)", "np.where(is_reverse, 1, 1)"),  # not turned
        ("item.scale.lowest + item.scale.highest for", "item.scale.highest for"),  # as if from 0
        ("is_missing = counts <", "is_missing = counts <="),
        ('s.statistic == "sum"', 's.statistic == "total"'),
        ("np.minimum(high, ends[:, 1], out=high)", "pass"),
        ("np.maximum(low, ends[:, 0], out=low)", "pass"),
        ("begin + BLOCK)", "begin + BLOCK - 1)"),
    ],
)
def test_a_quick_way_that_is_wrong_is_caught(right: str, wrong: str) -> None:
    quick = broken(fast, right, wrong)
    quick["BLOCK"] = 2  # so that a few sittings have a seam

    found = disagreement(quick["score"], score_by_rule)
    assert agree(score, score_by_rule, found)


@pytest.mark.hypothesis
@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("return lowest + highest - answer", "return highest - answer"),
        ("max(subscale.min_answered, 1)", "subscale.min_answered + 1"),
        ("BAND_Z = 1.96", "BAND_Z = 1.95"),
    ],
)
def test_a_rule_that_is_wrong_is_caught(right: str, wrong: str) -> None:
    changed = broken(rule, right, wrong)

    found = disagreement(score, changed["score_by_rule"])
    assert agree(score, score_by_rule, found)


def test_answers_fit_exactly_in_the_fast_scorers_single_precision() -> None:
    """Totals are added in single precision, which is exact up to 2²⁴."""
    worst = max(
        sum(
            max(abs(one.item_by_id[item].scale.lowest), one.item_by_id[item].scale.highest)
            for item in own.items
        )
        for one in catalogue().values()
        for own in one.subscales
    )
    assert np.float32(worst) + np.float32(1) == worst + 1 < 2**24
