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


def test_unchanged_people_and_couples_are_misclassified_in_five_percent() -> None:
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


def test_an_incomplete_couple_has_no_change_class() -> None:
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


def test_a_duplicate_person_is_refused() -> None:
    pre = pd.Series([1.0, 2.0, 3.0], index=pd.Index(["p1", "p2", "p1"], name="person_id"))
    with pytest.raises(StatisticsError, match=r"person_id: 1 duplicated \(row 2\)") as refusal:
        reliable_change(pre, pre + 1, sd=1, reliability=0.8, higher_is="better", confidence=1.5)
    assert len(refusal.value.problems) == 2


CHANGES = pd.DataFrame(
    {"couple_id": ["c1", "c1", "c2", "c2"], "change": [3.0, 3.0, 0.0, -3.0], "rci": [4.0, 4.0, 0.0, -4.0]}
)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        (CHANGES.assign(rci=[np.inf, 4.0, 0.0, -4.0]), "'rci' is not finite at row 0"),
        (CHANGES.assign(rci=list("abcd")), "'rci' holds"),
        (CHANGES.assign(couple_id=["c1", "c1", None, "c2"]), "couple_id: missing at row 2"),
        (CHANGES.assign(person_id=["p1", "p1", "p2", "p3"]), r"person_id: 1 duplicated \(row 1\)"),
        (CHANGES.set_axis(pd.Index(["p1", "p1", "p2", "p3"], name="person_id")), "person_id: 1 duplicated"),
        (CHANGES.assign(couple_id="c1"), "rows 0, 1, 2, 3: a couple has more than two rows"),
    ],
)
def test_changes_that_do_not_form_couples_are_refused(changes: pd.DataFrame, reason: str) -> None:
    with pytest.raises(StatisticsError, match=reason):
        couple_change(changes, sd=1, reliability=0.8, higher_is="better")


@pytest.mark.parametrize("confidence", [1.5, 0.0, 1.0, np.nan])
def test_a_confidence_outside_zero_to_one_is_refused(confidence: float) -> None:
    with pytest.raises(StatisticsError, match="confidence must lie between 0 and 1"):
        couple_change(CHANGES, sd=1, reliability=0.8, higher_is="better", confidence=confidence)


def test_every_problem_of_couples_is_named_at_once() -> None:
    spoilt = CHANGES.assign(rci=[np.inf, 4.0, 0.0, -4.0], couple_id=["c1", "c1", None, "c2"])
    with pytest.raises(StatisticsError) as refusal:
        couple_change(spoilt, sd=0, reliability=0.8, higher_is="better", confidence=1.5)
    assert len(refusal.value.problems) == 4


def test_couples_are_counted_with_categorical_ids() -> None:
    named = CHANGES.assign(couple_id=CHANGES["couple_id"].astype("category"))
    found = couple_change(named, sd=1, reliability=0.8, higher_is="better")
    assert found["class"].tolist() == ["both better", "one worse"]


def test_criterion_c_is_equally_many_sds_from_both_means() -> None:
    cutoff = clinical_cutoff(40, 10, 60, 5)
    assert (cutoff - 40) / 10 == pytest.approx((60 - cutoff) / 5)


def test_a_cutoff_needs_no_norms_of_the_group_its_criterion_leaves_out() -> None:
    """Jacobson & Truax offer a for where only a clinical sample is known, b for where none is."""
    assert clinical_cutoff(40, 7.5, None, None, criterion="a") == 55
    assert clinical_cutoff(40, 7.5, None, None, criterion="a", higher_is="worse") == 25
    assert clinical_cutoff(None, None, 60, 7.5, criterion="b") == 45
    assert clinical_cutoff(None, None, 60, 7.5, criterion="b", higher_is="worse") == 75


def test_a_cutoff_names_every_norm_that_is_missing_or_impossible() -> None:
    with pytest.raises(StatisticsError) as refusal:
        clinical_cutoff(None, 0, float("nan"), None)
    assert [str(one) for one in refusal.value.problems] == [
        "criterion 'c' needs the mean of the clinical group",
        "the standard deviation of the clinical group must be above 0",
        "the mean of the functional group must be a finite number",
        "criterion 'c' needs the standard deviation of the functional group",
    ]
