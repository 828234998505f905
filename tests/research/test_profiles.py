"""Profiles: all problems of the frames are reported together."""

import numpy as np
import pandas as pd
import pytest

from workbook.errors import StatisticsError
from workbook.research.dyadic import perceptual_accuracy, profile_similarity

FACETS = pd.DataFrame(np.random.default_rng(1).normal(size=(5, 4)), columns=list("efgh"))


def test_differing_facet_counts_are_reported_with_the_other_problems() -> None:
    spoilt = FACETS[["e", "f", "g"]].set_axis(range(1, 6))
    spoilt.loc[2, "g"] = np.inf
    with pytest.raises(StatisticsError) as refusal:
        profile_similarity(FACETS, spoilt)
    assert refusal.value.problems == (
        "the frames have different rows: align them by couple first",
        "the frames have different facets, or in a different order",
        "facet 'g' is not finite at row 2",
    )


def test_non_numeric_facets_are_named() -> None:
    worded = FACETS.assign(f="often", h=True).astype({"h": object})
    for statistic in (profile_similarity, lambda a, b: perceptual_accuracy(a, a, b)):
        with pytest.raises(StatisticsError) as refusal:
            statistic(FACETS, worded)
        assert [problem.split(" holds")[0] for problem in refusal.value.problems] == [
            "facet 'f'",
            "facet 'h'",
        ]
        assert "often" not in str(refusal.value)


def test_all_three_frames_of_perceptual_accuracy_are_checked_together() -> None:
    truth, own = FACETS.copy(), FACETS.copy()
    truth.loc[1, "e"] = np.inf
    own.loc[3, "h"] = -np.inf
    with pytest.raises(StatisticsError) as refusal:
        perceptual_accuracy(FACETS, truth, own)
    assert refusal.value.problems == ("facet 'e' is not finite at row 1", "facet 'h' is not finite at row 3")


def test_a_facet_nobody_answered_is_named() -> None:
    with pytest.raises(StatisticsError, match="facet 'g' holds no value"):
        profile_similarity(FACETS.assign(g=np.nan), FACETS.assign(g=np.nan))
    assert profile_similarity(FACETS.assign(g=np.nan), FACETS)["n_facets"].tolist() == [3] * 5


def test_stereotype_accuracy_is_not_counted_as_distinctive_accuracy() -> None:
    """Judges who know only what people are like on the whole: a stereotype's accuracy."""
    generator = np.random.default_rng(2)
    typical = np.linspace(1, 5, 12)
    judgement, truth = (pd.DataFrame(typical + generator.normal(size=(400, 12))) for _ in range(2))
    found = perceptual_accuracy(judgement, truth, judgement)
    assert found["differential_accuracy"].mean() > 0.5
    assert abs(found["distinctive_accuracy"].mean()) < 0.05
