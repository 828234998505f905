"""Every exercise with rules has the words its forms, buttons and lists ask for, and no others."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.exercises.play import ANA, BEN, Play, answer
from tests.exercises.steps import numbered, steps
from workbook.content import lookup
from workbook.exercises import MACHINES, SHAPES, Machine, Step, Thing, work_of
from workbook.shapes import Choice, Field, Flag, Rating, Text
from workbook.ui.exercise_pages import SPECIAL
from workbook.ui.exercise_pages.form import is_asked

WRITTEN = "what {} wrote"


def options_of(field: Field) -> list[str]:
    """Name what stands beside a field's label: a word for each thing that may be chosen."""
    match field:
        case Choice():
            return list(field.options)
        case Flag():
            return ["yes", "no"]
        case Rating():
            return [str(n) for n in range(field.lowest, field.highest + 1)]
    return []


def needed(machine: Machine[Any]) -> Iterator[str]:
    """Name the words that a machine's moves need."""
    for name, move in machine.moves.items():
        yield f"{name}.button"
        for field_name, field in move.fields.items():
            if is_asked({field_name: field}):
                yield from (f"{name}.{field_name}.{word}" for word in ("label", *options_of(field)))


def there(table: dict[str, Any], above: str = "") -> Iterator[str]:
    """Name the words there are, dotted."""
    for name, value in table.items():
        yield from there(value, f"{above}{name}.") if isinstance(value, dict) else [above + name]


@pytest.mark.parametrize("name", MACHINES)
def test_messages_of_an_exercise_match_its_machine(name: str) -> None:
    machine = MACHINES[name]
    words, wanted = set(there(lookup(f"exercises.{name}"))), set(needed(machine))
    assert wanted - words == set()
    may_be = {f"{move}.{word}" for move in machine.moves for word in ("lead", "open")} | {
        f"{word.removesuffix('.label')}.hint" for word in wanted if word.endswith(".label")
    }
    may_be |= {f"{word}_note" for word in wanted}
    of_moves = {word for word in words if word.partition(".")[0] in machine.moves}
    assert of_moves - wanted - may_be == set()
    other = {word.partition(".")[0] for word in words - of_moves} - {"told", "stage"}
    assert not other or name in SPECIAL, "words for a page of its own, which there is not"


@given(st.lists(steps(), max_size=12))
def test_every_reachable_stage_and_notice_has_its_message(tried: list[Step]) -> None:
    for name, things in work_of(numbered(tried)).things.items():
        words = set(there(lookup(f"exercises.{name}")))
        for thing in things.values():
            assert f"stage.{_stage(thing)}" in words
            assert {told.key for reader in (ANA, BEN) for told in thing.told(reader) if told.key} <= words


def signed(step: Step) -> Step:
    """Return a step in which everything typed names who typed it."""
    shape = SHAPES[step.kind]
    typed = {name: WRITTEN.format(step.person_id) for name, field in shape.items() if isinstance(field, Text)}
    return Step(step.kind, {**step.payload, **typed}, step.operation_id, step.person_id)


@given(st.sampled_from(list(MACHINES.values())).flatmap(lambda one: st.lists(steps(one.kinds), max_size=12)))
def test_words_stand_under_the_name_of_whoever_wrote_them(tried: list[Step]) -> None:
    for things in work_of(map(signed, numbered(tried))).things.values():
        for thing in things.values():
            others = {WRITTEN.format(one) for one in (ANA, BEN) if one != thing.title_by}
            assert thing.title not in others
            for told in (told for reader in (ANA, BEN) for told in thing.told(reader)):
                is_of_somebody = bool(told.by) and told.text in map(WRITTEN.format, (ANA, BEN))
                assert not is_of_somebody or told.text == WRITTEN.format(told.by)


def test_a_note_keeps_its_writer_when_the_other_takes_the_yes_back() -> None:
    play = Play("request")
    request = play.take(ANA, "request.sent", text="A walk", need="", is_intimate=False)
    answer(play, BEN, request, "yes", note="Gladly")
    play.take(ANA, "request.taken_back", request=request)
    (note,) = [told for told in play.state[request].told(ANA) if told.text == "Gladly"]
    assert note.by == BEN


def _stage(thing: Thing) -> str:
    both = (ANA, BEN)
    is_shown = any(thing.told(person) for person in both)  # what one alone asked to keep is in no list
    is_waiting = thing.is_open and (any(map(thing.waits_for, both)) or not is_shown)
    return "waiting" if is_waiting else thing.stage
