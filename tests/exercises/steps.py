"""Steps of any exercise, of the right shape and in any order."""

from collections.abc import Iterable, Mapping
from typing import Any

from hypothesis import strategies as st

from tests.exercises.play import ANA, BEN
from workbook.exercises import SHAPES, Step
from workbook.shapes import Choice, Count, Day, Field, Filled, Flag, Moment, Need

OPERATIONS = st.sampled_from(["op0", "op1", "op2", "op3", "op4"])
_OTHER: Mapping[type[Field], st.SearchStrategy[Any]] = {
    Flag: st.booleans(),
    Need: st.sampled_from(["needs.heard", "needs.own.abcd1234"]),
    Moment: st.sampled_from(["2026-05-01T18:00Z", "2026-05-09T18:00Z"]),
    Day: st.sampled_from(["2026-05-01", "2026-05-02"]),
}


def value_of(field: Field) -> st.SearchStrategy[Any]:
    """Return values that fit a field: what is typed may also be the id of a step."""
    if isinstance(field, Choice):
        return st.sampled_from(field.options)
    if isinstance(field, Count):
        return st.integers(field.lowest, field.highest)
    return _OTHER.get(type(field), OPERATIONS)


@st.composite
def steps(draw: st.DrawFn, kinds: Iterable[str] = SHAPES) -> Step:
    """Return a step of either of the two; its id is given by whoever plays it."""
    kind = draw(st.sampled_from(sorted(kinds)))
    payload = {
        name: draw(value_of(field)) for name, field in SHAPES[kind].items() if not isinstance(field, Filled)
    }
    return Step(kind, payload, "", draw(st.sampled_from([ANA, BEN])))


def numbered(tried: list[Step]) -> list[Step]:
    """Return steps with the ids that others refer to them by."""
    return [Step(one.kind, one.payload, f"op{n}", one.person_id) for n, one in enumerate(tried)]
