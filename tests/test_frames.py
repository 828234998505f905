"""The fast frame check accepts most sound frames, and never one that pandera refuses."""

import contextlib

import pandas as pd
import pandera.pandas as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandera.errors import SchemaErrors

from workbook import frames
from workbook.errors import FrameError
from workbook.frames import FRAMES, PREPARED, RESPONSES, check, column, empty

ROW = {
    "couple_id": "c", "person_id": "p", "occasion": "assessment-1", "instrument": "x",
    "item": "x.1", "value": 3, "declined": False,
}  # fmt: skip
VALUES = st.none() | st.booleans() | st.integers(-3, 40_000) | st.floats() | st.sampled_from(["x.1", "3", ""])
CHANGES = st.dictionaries(st.sampled_from([*ROW, "another"]), VALUES, max_size=2)


@settings(deadline=None)
@given(changes=st.lists(CHANGES, min_size=1, max_size=3), typed=st.booleans(), turned=st.booleans())
def test_frames_passed_by_the_fast_check_are_unchanged_by_pandera(changes, typed, turned):
    made = pd.DataFrame([ROW | {"item": f"x.{n % 2}"} | change for n, change in enumerate(changes)])
    if typed:  # as a station gives it, where it can be
        types = {c: r.dtype.type for c, r in RESPONSES.columns.items() if c in made}
        with contextlib.suppress(OverflowError):  # a whole number beyond the type
            made = made.astype(types, errors="ignore")
    if turned:
        made = made[made.columns[::-1]]
    if frames._is_sound(made, RESPONSES):
        pd.testing.assert_frame_equal(RESPONSES.validate(made, lazy=True), check(made, RESPONSES))
    try:
        accepted = RESPONSES.validate(frames._of_now(made, RESPONSES), lazy=True)
    except SchemaErrors:
        with pytest.raises(FrameError):
            check(made, RESPONSES)
    else:
        pd.testing.assert_frame_equal(accepted, check(made, RESPONSES))


@pytest.mark.parametrize("schema", [*FRAMES.values(), *PREPARED.values()], ids=lambda schema: schema.name)
def test_the_fast_check_accepts_only_a_contracts_own_columns_and_types(schema):
    assert frames._is_sound(empty(schema), schema)
    assert not frames._is_sound(empty(schema).assign(another=1), schema)
    assert not frames._is_sound(empty(schema).astype("object"), schema)


@pytest.mark.parametrize(
    "fault",
    [{"item": None}, {"item": "x.0"}, {"declined": None}, {"person_id": None}],
    ids=["no item", "an item twice", "declined or not", "nobody"],
)
def test_every_kind_of_fault_is_refused(fault):
    whole = pd.DataFrame([ROW | {"item": "x.0"}, ROW | {"item": "x.1"}])
    whole = check(whole, RESPONSES)
    assert frames._is_sound(whole, RESPONSES)
    for name, value in fault.items():
        whole.loc[1, name] = value
    with pytest.raises(FrameError):
        check(whole, RESPONSES)


def test_contracts_with_further_checks_are_validated_by_pandera():
    some = pd.DataFrame({"share": pd.array([0.5, 1.5], "Float64")})
    for schema in (
        pa.DataFrameSchema({"share": column("Float64", "", checks=pa.Check.le(1))}, name="checked"),
        pa.DataFrameSchema(
            {"share": column("Float64", "")}, checks=pa.Check(lambda f: f["share"] < 1), name="c"
        ),
    ):
        with pytest.raises(FrameError):
            check(some, schema)


def test_changing_a_checked_frame_leaves_the_input_unchanged():
    given_ = check(pd.DataFrame([ROW]), RESPONSES)
    again = check(given_, RESPONSES)
    again.loc[0, "item"] = "x.9"
    assert given_.loc[0, "item"] == "x.1"
