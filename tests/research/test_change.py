"""Reliable change against the worked example it comes from, and by simulation."""

import numpy as np
import pandas as pd
import pytest

from workbook.errors import StatisticsError
from workbook.research.change import clinical_cutoff, couple_change, reliable_change


def test_jacobson_and_truax_1991() -> None:
    """SD 7.5, reliability .80: S_E 3.35, S_diff 4.74; 32.5 → 47.5 is RC 3.16, past cut-off b 45."""
    found = reliable_change(
        pd.Series([32.5]), pd.Series([47.5]), sd=7.5, reliability=0.8, higher_is="better", cutoff=45
    )
    assert round(found["rci"].iloc[0], 2) == 3.16
    assert found["class"].iloc[0] == "recovered"
    assert [clinical_cutoff(40, 7.5, 60, 7.5, criterion=c) for c in "abc"] == [55, 45, 50]


def test_unequal_spreads_move_criterion_c_towards_the_narrower_group() -> None:
    """(SD_c·M_f + SD_f·M_c)/(SD_c + SD_f) = (10·60 + 5·40)/15."""
    assert clinical_cutoff(40, 10, 60, 5, criterion="c") == pytest.approx(800 / 15)
    assert clinical_cutoff(60, 5, 40, 10, criterion="a") == 50


@pytest.mark.parametrize("higher_is", ["better", "worse"])
def test_direction_turns_the_classes(higher_is: str) -> None:
    found = reliable_change(
        pd.Series([1.0, 5.0]), pd.Series([5.0, 1.0]), sd=1, reliability=0.8, higher_is=higher_is
    )
    expected = ["improved", "deteriorated"] if higher_is == "better" else ["deteriorated", "improved"]
    assert found["class"].tolist() == expected


def test_recovered_needs_to_cross_the_cutoff() -> None:
    pre, post = pd.Series([4.0, 1.0, 1.0]), pd.Series([8.0, 3.0, 2.9])
    found = reliable_change(pre, post, sd=1, reliability=0.9, higher_is="better", cutoff=3.0)
    assert found["class"].tolist() == ["improved", "improved", "improved"]
    assert reliable_change(pre, post + 0.2, sd=1, reliability=0.9, higher_is="better", cutoff=3.0)[
        "class"
    ].tolist()[1:] == [
        "recovered",
        "recovered",
    ]


def test_a_missing_score_is_no_class() -> None:
    found = reliable_change(
        pd.Series([1.0, np.nan]), pd.Series([2.0, 3.0]), sd=1, reliability=0.8, higher_is="better"
    )
    assert found["class"].isna().tolist() == [False, True]


def test_unchanged_people_and_couples_are_called_changed_one_time_in_twenty() -> None:
    generator = np.random.default_rng(1)
    n, sd, reliability = 40_000, 2.0, 0.75
    true = generator.normal(0, sd * np.sqrt(reliability), n)
    pre, post = (pd.Series(true + generator.normal(0, sd * np.sqrt(1 - reliability), n)) for _ in range(2))
    found = reliable_change(pre, post, sd=sd, reliability=reliability, higher_is="better")
    assert (found["class"] != "unchanged").mean() == pytest.approx(0.05, abs=0.004)
    found["couple_id"] = np.arange(n) // 2
    pairs = couple_change(found, sd=sd, reliability=reliability, higher_is="better")
    assert (pairs["rci"].abs() > 1.96).mean() == pytest.approx(0.05, abs=0.005)
    assert pairs["differs"].mean() == pytest.approx(0.05, abs=0.005)


def test_a_couple_without_both_is_no_class() -> None:
    changes = pd.DataFrame(
        {"couple_id": ["c1", "c2", "c2"], "change": [3.0, 1.0, np.nan], "rci": [3.0, 1.0, np.nan]}
    )
    found = couple_change(changes, sd=1, reliability=0.8, higher_is="better")
    assert found["class"].isna().all()
    assert found["differs"].isna().all()


def test_every_problem_is_named_at_once() -> None:
    with pytest.raises(StatisticsError) as refusal:
        reliable_change(
            pd.Series([1.0, np.inf]),
            pd.Series([1.0, 2.0]),
            sd=0,
            reliability=1.0,
            higher_is="more",
            cutoff=np.nan,
        )
    assert len(refusal.value.problems) == 5
