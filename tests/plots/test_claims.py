"""What a picture may mark: claims of one view hold 5 % together."""

import random
from statistics import NormalDist

from hypothesis import given
from hypothesis import strategies as st

from workbook.instruments import catalogue
from workbook.plots.claims import LEAST_RELIABLE, claimed, error_of_score, holm

CONNECTION = catalogue()["connection"]
COUPLES, TOPICS = 2_000, 21


def test_holm_decides_as_in_the_published_procedure():
    """Of .01, .02, .03, .04 at 5 %: .01 < .05/4 holds, .02 > .05/3 does not, and all after it fall too."""
    assert holm([0.02, 0.01, 0.04, 0.03]) == [False, True, False, False]
    assert holm([0.01, 0.015, 0.02, 0.049]) == [True, True, True, True]
    assert holm([]) == []


@given(st.lists(st.floats(0, 1), max_size=30))
def test_a_smaller_chance_is_never_refused_where_a_larger_one_is_claimed(chances):
    told = dict(zip(chances, holm(chances), strict=True))

    assert all(told[one] for one in told if any(one <= other and told[other] for other in told))


def share_told(judge) -> float:
    """Return the share of couples, alike in truth on every topic, who are told of any difference."""
    draw = random.Random(11)
    couples = [{n: (draw.gauss(0, 0.8), 0.8) for n in range(TOPICS)} for _ in range(COUPLES)]
    return sum(any(judge(gaps).values()) for gaps in couples) / COUPLES


def test_of_couples_who_are_alike_about_one_in_twenty_is_told_of_a_difference():
    assert share_told(claimed) <= 0.05 + 3 * (0.05 * 0.95 / COUPLES) ** 0.5


def test_the_test_above_fails_with_single_comparisons():
    limit = NormalDist().inv_cdf(0.975)

    assert (
        share_told(lambda gaps: {key: abs(gap) / error > limit for key, (gap, error) in gaps.items()}) > 0.5
    )


def test_an_assumed_reliability_counts_as_no_higher_than_the_lowest_plausible_one():
    for subscale in CONNECTION.subscales:
        if subscale.reliability is not None and subscale.reliability.basis == "assumed":
            lowest = min(subscale.reliability.value, LEAST_RELIABLE)
            assert error_of_score(subscale) == subscale.sd.value * (1 - lowest) ** 0.5
            assert error_of_score(subscale) >= subscale.sem


def test_a_gap_without_a_known_error_is_neither_claimed_nor_denied():
    assert claimed({"known": (9.0, 0.5), "unknown": (9.0, None)}) == {"known": True}
