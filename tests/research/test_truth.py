"""Truth and bias, and mediation: what is checked before couples are set aside, and counted after."""

import numpy as np
import pandas as pd
import pytest

from workbook.errors import StatisticsError
from workbook.research.dyadic import apimem, truth_and_bias

MODELS = {
    "truth_and_bias": lambda pairs: truth_and_bias(
        pairs, ("y_a", "y_b"), ("x_a", "x_b"), distinguishable=False
    ),
    "apimem": lambda pairs: apimem(pairs, distinguishable=False, n_draws=200),
}


@pytest.fixture
def pairs() -> pd.DataFrame:
    drawn = np.random.default_rng(2).normal(size=(40, 6))
    names = ["x_a", "x_b", "y_a", "y_b", "m_a", "m_b"]
    return pd.DataFrame(drawn, columns=names).assign(couple_id=[f"c{i}" for i in range(40)])


@pytest.mark.parametrize("name", MODELS)
def test_a_duplicate_couple_is_refused_even_if_one_row_is_incomplete(name: str, pairs: pd.DataFrame) -> None:
    pairs.loc[7, "couple_id"] = "c2"
    pairs.loc[7, "y_a"] = np.nan
    with pytest.raises(StatisticsError, match=r"couple_id: 1 duplicated \(row 7\)"):
        MODELS[name](pairs)


def test_the_models_within_count_the_couples_set_aside(pairs: pd.DataFrame) -> None:
    pairs.loc[:3, "y_b"] = np.nan
    judged, through = (model(pairs) for model in MODELS.values())
    assert judged.model.n_set_aside == judged.n_set_aside == 4
    assert through.to_mediator.n_set_aside == through.to_outcome.n_set_aside == through.n_set_aside == 4


def test_the_bias_is_the_mean_gap_of_judgement_and_truth(pairs: pd.DataFrame) -> None:
    """Its error is given the sample's truth: a paired t of the couples' means has the wider one."""
    pairs[["x_a", "x_b"]] *= 3.0
    gap = pairs[["y_a", "y_b"]].mean(axis=1) - pairs[["x_a", "x_b"]].mean(axis=1)
    bias = MODELS["truth_and_bias"](pairs).table.set_index("term").loc["directional bias"]
    assert bias["estimate"] == pytest.approx(gap.mean())
    assert bias["se"] < gap.std() / np.sqrt(40)
