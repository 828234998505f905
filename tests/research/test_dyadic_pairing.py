"""Pairing persons into couples: who takes which place, and rows that form no couple."""

import numpy as np
import pandas as pd
import pytest

from workbook.errors import StatisticsError
from workbook.research.dyadic import align_roles, apim, from_persons


def _persons(n: int) -> pd.DataFrame:
    """Couples of f (outcome about 0) and m (about 2), the rows in random order."""
    generator = np.random.default_rng(21)
    own = generator.normal(size=(n, 2))
    outcome = 0.4 * own + generator.normal(size=(n, 2)) + [0.0, 2.0]
    rows = {
        "couple_id": np.repeat([f"c{i:03}" for i in range(n)], 2),
        "sex": ["f", "m"] * n,
        "x": own.ravel(),
        "y": outcome.ravel(),
    }
    return pd.DataFrame(rows).sample(frac=1.0, random_state=1)


def test_a_lone_partner_takes_the_place_of_their_role() -> None:
    """Of 300 couples 60 lack f: the intercept of f is 0, not drawn towards m's 2."""
    persons = _persons(300)
    lone = persons["couple_id"].isin([f"c{i:03}" for i in range(60)])
    pairs = from_persons(persons[~(lone & (persons["sex"] == "f"))], ["x", "y"], role="sex")
    assert set(pairs["sex_a"].dropna()) == {"f"}
    assert set(pairs["sex_b"].dropna()) == {"m"}
    model = apim(pairs, distinguishable=True, method="ML", missing="fiml")
    found = [model.effect("intercept", role) for role in ("a", "b")]
    assert found[0]["low"] <= 0.0 <= found[0]["high"]
    assert found[1]["low"] <= 2.0 <= found[1]["high"]


def test_a_partner_without_a_role_takes_the_other_place() -> None:
    rows = {"couple_id": ["c1", "c1", "c2", "c2", "c3"], "role": ["m", None, None, "f", None]}
    pairs = from_persons(pd.DataFrame(rows).assign(rank=[1.0, 2, 3, 4, 5]), ["rank"], role="role")
    assert pairs[["rank_a", "rank_b"]].fillna(0.0).to_numpy().tolist() == [[2, 1], [4, 3], [5, 0]]


def test_more_than_two_roles_only_order_the_partners() -> None:
    rows = {"couple_id": ["c1", "c1", "c2", "c3"], "role": ["z", "n", "z", "m"], "place": [1.0, 2, 3, 4]}
    pairs = from_persons(pd.DataFrame(rows), ["place"], role="role")
    assert pairs["place_a"].tolist() == [2.0, 3.0, 4.0]


def test_all_rows_that_form_no_couple_are_named() -> None:
    persons = pd.DataFrame(
        {
            "couple_id": ["c1", "c1", None, "c2", "c2", "c3", "c3", "c3"],
            "person_id": ["p1", "p1", "p2", "p3", None, "p4", "p5", "p6"],
            "y": np.arange(8.0),
        }
    )
    with pytest.raises(StatisticsError) as refusal:
        from_persons(persons, ["y"])
    assert refusal.value.problems == (
        "couple_id: missing at row 2",
        "person_id: missing at row 4",
        "row 1: a person stands there twice in a couple: choose one occasion",
        "1 couple(s) have more than two rows (rows 5, 6, 7): choose one occasion",
    )


def test_a_column_pair_left_out_of_role_alignment_is_refused() -> None:
    pairs = pd.DataFrame({"role_a": ["f", "m"], "role_b": ["m", "f"], "y_a": [1.0, 2.0], "y_b": [3.0, 4.0]})
    aged = pairs.assign(age_a=[30, 40], age_b=[50, 60], couple_a="is no pair")
    with pytest.raises(StatisticsError, match=r"'age_a', 'age_b'") as refusal:
        align_roles(aged, columns=[("y_a", "y_b")])
    assert len(refusal.value.problems) == 1
    found = align_roles(aged, columns=[("y_a", "y_b"), ("age_a", "age_b")]).pairs
    assert found["age_a"].tolist() == [30, 60]
    assert align_roles(aged.head(1), columns=[("y_a", "y_b")]).pairs["age_a"].tolist() == [30]
