"""Every exercise of two can be played to its end, and what each wrote there is told to both."""

import pytest

from tests.exercises.play import ANA, BEN
from tests.exercises.played import PLAYED, play_out, typed_fields
from workbook.exercises import MACHINES, SHAPES, Step, check_step
from workbook.shapes import Filled, Text

DAY = "2026-05-01"


def played(exercise: str) -> list[Step]:
    events: list[Step] = []
    for one in play_out(exercise, "words", DAY):
        step = Step(one.kind, one.payload, one.operation_id, (ANA, BEN)[one.who])
        check_step(events, step)
        events.append(step)
    return events


@pytest.mark.parametrize("exercise", PLAYED)
def test_it_can_be_played_and_both_read_what_the_other_wrote(exercise: str) -> None:
    things = MACHINES[exercise].fold(played(exercise))
    if not any(typed_fields()[kind] for kind in MACHINES[exercise].kinds if kind in typed_fields()):
        return  # nothing is typed in it
    told = {reader: [one for thing in things.values() for one in thing.told(reader)] for reader in (ANA, BEN)}
    assert all(any(one.text == "words" for one in of_reader) for of_reader in told.values())


def test_every_field_of_text_of_these_exercises_is_filled_in() -> None:
    kinds = {kind for name in PLAYED for kind in MACHINES[name].kinds}
    fields = {
        (kind, name)
        for kind in kinds
        for name, of in SHAPES[kind].items()
        if isinstance(of, Text) and not isinstance(of, Filled)
    }
    assert fields == {(kind, name) for kind, names in typed_fields().items() for name in names}
