"""Suppression, shuffling, k, l, t and the attacks."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from workbook.errors import ReleaseError
from workbook.research.anonymise import attainable, shuffle_rows, suppress_small_classes, suppress_table
from workbook.research.attacks import attack_as_outsider, attack_as_partner
from workbook.research.risk import measure_anonymity


def test_k_counts_couples_and_not_rows() -> None:
    """Two partners alike in everything are two rows, but one couple: k is 1."""
    table = pd.DataFrame({"couple": [1, 1, 2, 2], "region": [1, 1, 2, 2]})
    assert measure_anonymity(table, ["region"]).k == 2
    assert measure_anonymity(table, ["region"], unit="couple").k == 1


def test_l_and_t_by_hand() -> None:
    """Class 1 holds scores 1, 1; class 2 holds 1, 2: l is 1; whole ¾, ¼: t is ¼."""
    table = pd.DataFrame({"q": [1, 1, 2, 2], "s": [1, 1, 1, 2]})
    found = measure_anonymity(table, ["q"], ["s"])
    assert (found.k, found.l, found.t, found.unique) == (2, 1, 0.25, 0.0)


def test_pycanon_finds_the_same() -> None:
    """k 17, l 4, t 0.19375 (numbers) and 0.275 (categories): pycanon 1 on this very table."""
    generator = np.random.default_rng(0)
    table = pd.DataFrame(
        {
            "q1": generator.integers(0, 3, 200),
            "q2": generator.integers(0, 3, 200),
            "s": generator.integers(1, 6, 200),
            "c": generator.choice(list("abcd"), 200),
        }
    )
    numbers, categories = (measure_anonymity(table, ["q1", "q2"], [s]) for s in "sc")
    assert (numbers.k, numbers.l, round(numbers.t, 5)) == (17, 4, 0.19375)
    assert (categories.l, round(categories.t, 3)) == (4, 0.275)


@settings(deadline=None, max_examples=40)
@given(arrays.arrays(np.int64, st.tuples(st.integers(2, 6), st.integers(2, 4)), elements=st.integers(0, 30)))
def test_no_suppressed_cell_can_be_reconstructed(counts: np.ndarray) -> None:
    """The attacker's linear programme leaves every withheld cell at least two values."""
    shown = suppress_table(pd.DataFrame(counts), 5)
    withheld = shown.isna().to_numpy()
    assert withheld[(counts > 0) & (counts < 5)].all()
    if (counts[~withheld] > 0).any():
        assert all(low < high for low, high in attainable(counts, withheld))


def test_primary_suppression_alone_would_be_undone() -> None:
    """The positive control: one withheld cell is its row's sum less the rest."""
    counts = np.array([[2, 30], [20, 40]])
    assert attainable(counts, np.array([[True, False], [False, False]])) == [(2, 2)]


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 10_000), st.integers(6, 60))
def test_after_suppression_every_class_hides_k_couples(seed: int, n: int) -> None:
    generator = np.random.default_rng(seed)
    couple = pd.Series(np.repeat(np.arange(n), 2))
    rows = pd.DataFrame(generator.integers(1, 4, (2 * n, 2)), columns=["x", "y"])
    safe = suppress_small_classes(rows, ["x", "y"], couple, 5)
    assert measure_anonymity(safe.assign(couple=couple), ["x", "y"], unit="couple").k >= 5


def test_fewer_couples_than_k_are_refused() -> None:
    with pytest.raises(ReleaseError, match="at least 5"):
        suppress_small_classes(pd.DataFrame({"x": [1, 1]}), ["x"], pd.Series(["c1", "c2"]), 5)


def test_partners_are_identified_by_a_linked_row_and_outsiders_by_a_unique_row() -> None:
    generator = np.random.default_rng(1)
    rows = pd.DataFrame(generator.integers(0, 5, (400, 8)), columns=[f"i{j}" for j in range(8)])
    rows["couple"] = np.repeat(np.arange(200), 2)
    owner = [f"p{i}" for i in range(400)]
    partner = {f"p{i}": f"p{i ^ 1}" for i in range(400)}
    known = [f"i{j}" for j in range(8)]
    assert attack_as_partner(rows, owner, partner, known, link="couple").success > 0.95
    assert attack_as_partner(rows, owner, partner, known).success < 0.05
    assert attack_as_outsider(rows, known).success > 0.95
    assert attack_as_outsider(rows, ["i0"]).success < 0.05


def test_a_partner_uses_what_the_couple_shares() -> None:
    """With a fact that only this couple shares, the other's row is found without a link."""
    rows = pd.DataFrame({"children": np.repeat(np.arange(50), 2), "score": np.tile([1, 2], 50)})
    partner = {f"p{i}": f"p{i ^ 1}" for i in range(100)}
    owner = [f"p{i}" for i in range(100)]
    assert attack_as_partner(rows, owner, partner, ["children", "score"], shared=["children"]).success == 1.0


def test_shuffling_keeps_the_rows_and_drops_their_index() -> None:
    rows = pd.DataFrame({"x": range(50)}, index=range(100, 150))
    shuffled = shuffle_rows(rows, np.random.default_rng(1))
    assert sorted(shuffled["x"]) == list(range(50))
    assert shuffled.index.tolist() == list(range(50))
    assert shuffled["x"].tolist() != list(range(50))
