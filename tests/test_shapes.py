"""Every field shape accepts what it is for, and nothing else a browser could send."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbook.errors import Problem
from workbook.shapes import (
    Choice,
    Day,
    Field,
    Flag,
    Need,
    Rating,
    Reference,
    Setting,
    Text,
    complete,
    find_problems,
)

TODAY = datetime.now(UTC).date()
LETTERS = st.text("abz é“\n\t", max_size=30)
OTHER = st.none() | st.lists(st.integers(), max_size=2) | st.dictionaries(st.just("a"), st.integers())
NUMBERS = st.integers() | st.floats()


def problem(field: Field, value: Any) -> Problem | None:
    return field.problem_of("field", value)


@given(LETTERS | OTHER | NUMBERS | st.booleans(), st.integers(1, 20))
def test_a_text_is_typed_words_within_its_length(value: Any, most: int) -> None:
    fits = isinstance(value, str) and bool(value.strip()) and len(value) <= most
    assert (problem(Text(most), value) is None) == fits
    is_short = isinstance(value, str) and len(value) <= most
    assert (problem(Text(most, may_be_empty=True), value) is None) == is_short


@pytest.mark.parametrize("character", ["\x00", "\x1b", "\x7f", "\ud800", "\r"])
def test_a_text_has_no_unstorable_or_invisible_character(character: str) -> None:
    assert "character" in str(problem(Text(10), f"a{character}b"))


@pytest.mark.parametrize(
    ("answer", "text", "fits"), [("no", "", True), ("yes", " ", False), ("yes", "x", True)]
)
def test_a_text_tied_to_a_choice_is_required_only_with_that_choice(
    answer: str, text: str, fits: bool
) -> None:
    shape = {"answer": Choice(("yes", "no")), "why": Text(10, needed_with=("answer", "yes"))}
    assert (find_problems(shape, {"answer": answer, "why": text}) == []) == fits


@given(LETTERS | OTHER | NUMBERS | st.booleans() | st.sampled_from(["yes", "no"]))
def test_a_choice_is_one_of_its_options(value: Any) -> None:
    assert (problem(Choice(("yes", "no")), value) is None) == (value in ("yes", "no"))


@given(LETTERS | OTHER | NUMBERS | st.booleans() | st.integers(0, 6))
def test_a_rating_is_a_whole_number_of_its_scale(value: Any) -> None:
    assert (problem(Rating(1, 5), value) is None) == (type(value) is int and 1 <= value <= 5)
    assert problem(Rating(1, 5, may_be_empty=True), None) is None


@given(LETTERS | OTHER | NUMBERS | st.booleans())
def test_a_flag_is_yes_or_no(value: Any) -> None:
    assert (problem(Flag(), value) is None) == isinstance(value, bool)


@given(LETTERS | OTHER | NUMBERS | st.from_regex(r"[A-Za-z0-9_.:-]{0,81}", fullmatch=True))
def test_a_reference_is_a_short_id(value: Any) -> None:
    allowed = set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.:-")
    fits = isinstance(value, str) and 1 <= len(value) <= 80 and set(value) <= allowed
    assert (problem(Reference(), value) is None) == fits


@pytest.mark.parametrize(
    ("value", "fits", "is_own"),
    [
        ("needs.heard", True, False),
        ("needs.own.ab12cd34", True, True),
        ("needs.own.ab1", False, False),
        ("needs.own.<b>12", False, False),
        ("needs.own.abcd.met", False, False),
        ("connection.talk", False, False),
        ("", False, False),
        (4, False, False),
        (None, False, False),
    ],
)
def test_a_need_is_from_the_questionnaire_or_an_own_one(value: Any, fits: bool, is_own: bool) -> None:
    assert (problem(Need(), value) is None) == fits
    assert (problem(Need(own=True), value) is None) == is_own


@given(st.dates(), st.integers(0, 400))
def test_a_day_is_no_further_ahead_than_the_move_allows(day: date, ahead: int) -> None:
    assert (problem(Day(ahead=ahead), day.isoformat()) is None) == (day <= TODAY + timedelta(days=ahead + 1))


@given(LETTERS | OTHER | NUMBERS | st.sampled_from(["20260501", "2026-W18-5", "2026-02-30", "2026-5-1", " "]))
def test_a_day_has_one_accepted_format(value: Any) -> None:
    assert problem(Day(), value) is not None


@given(st.floats() | st.integers())
def test_a_number_in_a_setting_is_a_javascript_safe_integer(value: float) -> None:
    assert (problem(Setting(), value) is None) == (abs(value) <= 2**53)


def test_an_oversized_number_in_a_setting_is_refused_without_a_crash() -> None:
    assert problem(Setting(), 10**400) is not None


@pytest.mark.parametrize(("value", "fits"), [(True, True), ("monday", True), ("x" * 201, False), ([], False)])
def test_a_setting_is_yes_or_no_or_one_short_text(value: Any, fits: bool) -> None:
    assert (problem(Setting(), value) is None) == fits


@given(st.dictionaries(st.sampled_from(["a", "b", "c", "d"]), st.just("x") | st.just(1)))
def test_every_bad_field_is_reported_once_and_together(payload: dict[str, Any]) -> None:
    shape = {"a": Text(3), "b": Text(3), "c": Text(3, may_be_missing=True)}
    wrong = {name for name in "abd" if (name in payload) != (name in "ab")}
    wrong |= {name for name in "abc" if payload.get(name) == 1}
    told = map(str, find_problems(shape, payload))
    assert sorted(one.partition(":")[0] for one in told) == sorted(wrong)


def test_a_forged_field_name_is_escaped_and_shortened() -> None:
    told = str(*find_problems({}, {"\x1b[31m" + "x" * 500: 1}))
    assert told.startswith("?[31mxxx") and len(told) < 120


def test_a_stored_row_without_a_field_reads_it_as_empty() -> None:
    shape = {"text": Text(9), "is_so": Flag(), "stars": Rating(1, 5), "need": Need()}
    assert complete(shape, {"text": "tea"}) == {"text": "tea", "is_so": False, "stars": None, "need": ""}
