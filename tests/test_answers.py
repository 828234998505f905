"""Answers are checked by item id against the item bank, laid out, and counted."""

import contextlib
from dataclasses import dataclass
from typing import Any

import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from workbook import frames
from workbook.answers import (
    MOST_AT_ONCE,
    Completeness,
    ItemBank,
    check_answers,
    count_answers,
    is_occasion,
    is_operation_id,
    lay_out,
)
from workbook.content import sentences
from workbook.errors import AnswerError
from workbook.instruments import catalogue

BANK = ItemBank(catalogue(), {"needs.own.k3fz"})
ITEM = catalogue()["connection"].items[0]


@dataclass(frozen=True)
class Given:
    item: Any = ITEM.id
    value: Any = ITEM.scale.lowest
    declined: Any = False
    not_arisen: Any = False
    version: Any = ""
    occasion: Any = "assessment-1"
    operation_id: Any = "op"


@given(st.integers() | st.floats() | st.text() | st.booleans() | st.none() | st.lists(st.integers()))
def test_a_value_is_accepted_iff_it_is_a_choice_of_the_items_scale(value: Any) -> None:
    is_choice = value is None or (
        type(value) is int and value in {choice.value for choice in ITEM.scale.choices}
    )
    try:
        check_answers([Given(value=value)], BANK)
    except AnswerError:
        assert not is_choice
    else:
        assert is_choice


@given(st.text() | st.integers() | st.none())
@example("؛")
def test_an_unknown_item_is_refused_in_a_printable_sentence(item: Any) -> None:
    if BANK.find(item) is not None:
        return
    with pytest.raises(AnswerError) as raised:
        check_answers([Given(item=item)], BANK)
    # What is written from right to left is set apart, by two marks of the workbook's own.
    assert str(raised.value).translate({0x2068: None, 0x2069: None}).isprintable()
    str(raised.value).encode()


@pytest.mark.parametrize(
    "bad",
    [
        Given(declined=True),
        Given(declined="yes", value=None),
        Given(occasion=None),
        Given(occasion="Assessment-1"),
        Given(operation_id=None),
        Given(operation_id="a b"),
        Given(operation_id="x" * 81),
    ],
)
def test_every_other_field_is_checked_as_well(bad: Given) -> None:
    with pytest.raises(AnswerError):
        check_answers([bad], BANK)


def test_every_problem_is_named_with_its_place() -> None:
    with pytest.raises(AnswerError) as raised:
        check_answers([Given(), Given(item="x"), Given(value=99, operation_id="b"), Given(occasion="")], BANK)
    assert [problem.split(":")[0] for problem in sentences(raised.value)] == [
        "Answer 2",
        "Answer 2",
        "Answer 3",
        "Answer 4",
        "Answer 4",
    ]


def test_too_many_at_once_are_refused() -> None:
    with pytest.raises(AnswerError):
        check_answers([Given()] * (MOST_AT_ONCE + 1), BANK)


def test_own_needs_are_asked_on_the_scales_of_every_need() -> None:
    needs = catalogue()["needs"]
    asked = next(item for item in needs.items if item.id.endswith(".met"))
    assert BANK.find("needs.own.k3fz.met") == ("needs", asked)
    assert BANK.find("needs.own.k3fz.nonsense") is None
    assert BANK.find("needs.own.other.met") is None


def test_rows_are_the_latest_answer_of_each_occasion_and_item() -> None:
    other = catalogue()["connection"].items[1].id
    given_answers = [
        Given(value=0),
        Given(item=other, value=None, declined=True),
        Given(value=1),
        Given(value=2, occasion="assessment-2"),
    ]
    rows = lay_out(given_answers, ["connection"] * 4, couple_id="c_1", person_id="p_1")
    frames.check(rows, frames.RESPONSES)
    found = {(row.occasion, row.item): (row.value, row.declined) for row in rows.itertuples()}
    assert found[("assessment-1", ITEM.id)] == (1, False)
    assert found[("assessment-2", ITEM.id)] == (2, False)
    assert pd.isna(found[("assessment-1", other)][0]) and found[("assessment-1", other)][1]
    assert len(rows) == 3


def test_nothing_answered_is_an_empty_frame_of_the_contract() -> None:
    rows = lay_out([], [], couple_id="c_1", person_id="p_1")
    assert rows.empty and list(rows.columns) == list(frames.RESPONSES.columns)


def test_it_did_not_come_up_is_an_answer_only_where_that_may_be_and_never_beside_another() -> None:
    items = catalogue()["connection"].items
    may, may_not = (next(one.id for one in items if one.may_not_arise is is_so) for is_so in (True, False))
    check_answers([Given(item=may, value=None, not_arisen=True)], BANK)
    for wrong in (
        Given(item=may_not, value=None, not_arisen=True),
        Given(item=may, value=1, not_arisen=True),
        Given(item=may, value=None, declined=True, not_arisen=True),
        Given(item=may, value=None, not_arisen="yes"),
    ):
        with pytest.raises(AnswerError):
            check_answers([wrong], BANK)


def test_an_answer_to_other_words_is_refused() -> None:
    check_answers([Given(version=ITEM.version)], BANK)
    with pytest.raises(AnswerError, match="other words"):
        check_answers([Given(version="0.9")], BANK)


def test_answered_declined_and_open_add_up() -> None:
    """Three items asked, one answered, one declined, one taken back: 1, 1, 1."""
    keys = [item.key for item in catalogue()["connection"].items[:3]]
    one, two, three = (item for item, _ in keys)
    said = keys[0][1]
    rows = lay_out(
        [
            Given(item=one, version=said),
            Given(item=two, version=said, value=None, declined=True),
            Given(item=three, version=said),
            Given(item=three, version=said, value=None),
        ],
        ["connection"] * 4,
        couple_id="c_1",
        person_id="p_1",
    )
    counted = count_answers(rows, keys, "assessment-1")
    assert counted == Completeness(answered=1, declined=1, open=1)
    assert counted.total == 3 and not counted.is_complete
    assert count_answers(rows, keys[:2], "assessment-1").is_complete
    assert count_answers(rows, keys[:1], "assessment-2") == Completeness(0, 0, 1)
    assert count_answers(rows, [(one, "another")], "assessment-1") == Completeness(0, 0, 1)


@pytest.mark.parametrize("text", ["assessment-1", "week-9999"])
def test_occasions_have_a_name_and_a_number_from_one(text: str) -> None:
    assert is_occasion(text)


@pytest.mark.parametrize(
    "text", ["", "assessment", "assessment-01", "week-10000", "week-1\n", "a/b-1", None, 3]
)
def test_anything_else_is_no_occasion(text: Any) -> None:
    assert not is_occasion(text)


def test_operation_ids_are_plain() -> None:
    assert is_operation_id("a-B_9.:") and not is_operation_id("é") and not is_operation_id("a\n")


@pytest.mark.parametrize(
    ("item", "occasion", "is_taken"),
    [
        (ITEM.id, "week-1", False),
        (ITEM.id, "round-1", False),
        (ITEM.id, "assessment-2", True),
        (catalogue()["weekly"].items[0].id, "assessment-1", False),
        (catalogue()["weekly"].items[0].id, "week-7", True),
        ("needs.own.k3fz.importance", "week-1", False),
    ],
)
def test_an_item_is_answered_on_its_own_kind_of_occasion_only(
    item: str, occasion: str, is_taken: bool
) -> None:
    told = contextlib.nullcontext() if is_taken else pytest.raises(AnswerError, match="round of answers")
    with told:
        check_answers([Given(item=item, occasion=occasion, value=None)], BANK)
