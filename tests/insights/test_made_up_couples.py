"""What the made-up couples who need care most read and are offered, jointly and each alone.

`python -m tests.insights.test_made_up_couples` prints all of it.
"""

import pytest

from tests.insights.couples import FACETS, NAMES, SIGNS, A, B, alone, answers, pages, together
from tests.insights.oracle import judge
from tools.told_couples import COUPLES
from workbook.content.exercise import exercises
from workbook.content.ladder import ladder


def told(name: str) -> dict[str, dict[str, list[str]]]:
    """Return everything the two read together, and each alone."""
    first, second = (answers(who, scores) for who, scores in zip((A, B), COUPLES[name], strict=True))
    return {
        "together": pages(together(first, second)),
        "the first alone": pages(alone(first)),
        "the second alone": pages(alone(answers(A, COUPLES[name][1]))),
    }


def step_of(name: str) -> str:
    first, second = (answers(who, scores) for who, scores in zip((A, B), COUPLES[name], strict=True))
    return next(one.exercise for one in together(first, second).insights if one.code == "next_step")


@pytest.mark.parametrize("name", COUPLES)
def test_every_statement_to_the_made_up_couples_is_true(name: str) -> None:
    mine, yours = COUPLES[name]
    scores = {topic: {"a": mine.get(topic), "b": yours.get(topic)} for topic in [*FACETS, *SIGNS]}
    said = told(name)

    assert judge(said["together"], scores, NAMES) == []
    assert judge(said["the first alone"], scores, {"a": NAMES["a"]}) == []
    own = {topic: {"a": yours.get(topic)} for topic in [*FACETS, *SIGNS]}
    assert judge(said["the second alone"], own, {"a": NAMES["a"]}) == []


@pytest.mark.parametrize("name", COUPLES)
def test_nobody_in_distress_is_led_to_openness_or_a_guarded_step(name: str) -> None:
    step = step_of(name)

    assert step not in ("step_more_open", "gratitude_log")
    assert not exercises()[step].guard


@pytest.mark.parametrize(
    "name", ["frightened and content", "very unhappy and very happy", "ten answers only"]
)
def test_fear_unhappiness_and_sparse_answers_lead_to_the_same_step(name: str) -> None:
    assert step_of(name) == ladder().time_and_warmth[0]


def test_a_frightened_partner_is_not_praised_for_letting_go() -> None:
    for said in told("frightened and content").values():
        assert "# Letting go" not in said["overview"]


def test_one_partners_loneliness_is_reported() -> None:
    said = told("lonely and content")["together"]

    assert "Noticed often: by at least one of you, “Feeling disconnected” and “Loneliness”." in said["signs"]
    assert any(
        one.startswith("At least one of you notices this often at the moment. These weeks are different")
        for one in said["overview"]
    )


def test_opposite_partners_are_told_they_differ_and_of_no_strength() -> None:
    said = told("very unhappy and very happy")["together"]["overview"]

    assert said[0] == "# Two different weeks"
    n = len(FACETS)
    assert f"On {n} of {n} topics, what is low for one of you is high for the other." in said[1]
    assert "No topic is high for both of you so far." in said


if __name__ == "__main__":
    import sys

    for couple in COUPLES:
        for reader, read in told(couple).items():
            sys.stdout.write(f"\n== {couple}: {reader}\n")
            for page, texts in read.items():
                sys.stdout.write("\n".join([f"[{page}]", *texts, ""]))
