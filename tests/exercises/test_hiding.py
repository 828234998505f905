"""What is hidden until both have written stays hidden, in every exercise, whatever two people press."""

from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.exercises.forbidden import FORBIDDEN
from tests.exercises.play import ANA, BEN, Play, answer, ask
from tests.exercises.pressing import pressing
from workbook.exercises import MACHINES, ExerciseError, Machine, Opening, Reply, Step, Thing, given_to
from workbook.exercises.machine import allow, hide, nothing
from workbook.service.couple import events
from workbook.shapes import Filled, Flag, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Note(Thing):
    """A question in a jar."""

    words: str


TRIES = 4  # until two tables differed in something hidden, where there is anything hidden
BRIEF = settings(max_examples=12, stateful_step_count=25, deadline=None)


@pytest.mark.parametrize("exercise", MACHINES)
def test_no_presses_of_two_reach_a_forbidden_state_or_tell_what_is_hidden(exercise: str) -> None:
    game = pressing(MACHINES[exercise], FORBIDDEN[exercise])
    for _ in range(TRIES):
        run_state_machine_as_test(game, settings=BRIEF)
        if game.n_compared or not MACHINES[exercise].hides_something:
            break
    assert game.n_pressed > 0


def test_every_exercise_names_what_must_never_be() -> None:
    assert set(FORBIDDEN) == set(MACHINES)


def test_a_machine_that_hides_too_little_is_found() -> None:
    """With the mask gone from the page's side of it, the other's words tell themselves apart."""
    machine = MACHINES["the_question"]

    class Leaky(Machine[Any]):
        def given_to(self, reader: str, events: Any) -> list[Any]:
            """Give the last sign of what is hidden."""
            given = super().given_to(reader, events)
            return [
                {**shown, "ends": event.payload["text"][-1]}
                if event.kind == "question.answered" and not shown["text"]
                else shown
                for event, shown in zip(events, given, strict=True)
            ]

    leaky = Leaky(machine.id, machine.moves, kept_as=machine.kept_as)
    longer = settings(BRIEF, max_examples=100, phases=[Phase.generate])
    with pytest.raises(AssertionError):
        run_state_machine_as_test(pressing(leaky, FORBIDDEN["the_question"]), settings=longer)


def test_an_answer_is_given_to_nobody_else_before_both_have_written() -> None:
    play = Play("the_question")
    play.take(ANA, "question.answered", text="Rest.", day="2026-05-01")
    assert [one["text"] for one in given_to(ANA, play.events)] == ["Rest."]
    assert [one["text"] for one in given_to(BEN, play.events)] == [""]
    assert [one["text"] for one in given_to("", play.events)] == [""], "nor where two sit together"
    play.take(ANA, "question.answered", text="Quiet.", day="2026-05-01")
    play.take(BEN, "question.answered", text="Play.", day="2026-05-01")
    assert [one["text"] for one in given_to(BEN, play.events)] == ["", "Quiet.", "Play."], (
        "what was written before the last wording stays with whoever wrote it"
    )
    assert [one["text"] for one in given_to(ANA, play.events)] == ["Rest.", "Quiet.", "Play."]


def test_a_move_that_belongs_to_nothing_keeps_all_it_could_hide() -> None:
    """Nobody knows of it whether it was open: of what it was about, the rest may be erased."""
    play = Play("request")
    request = ask(play)
    answer(play, BEN, request, "no", note="Not today")
    hidden = replace(MACHINES["request"].moves["answered"], hides=hide("note", until=lambda *_: True))
    machine = Machine("request", {**MACHINES["request"].moves, "answered": hidden})
    (alone,) = machine.given_to(ANA, play.events[1:])
    assert alone == dict.fromkeys(machine.moves["answered"].shape, "") | {"request": request}
    (own,) = machine.given_to(BEN, play.events[1:])
    assert own.items() >= play.events[1].payload.items()


def jar() -> Machine[Note]:
    """Return a jar: one puts a question in, either draws one and reads it without its writer."""

    def drop(_things: dict[str, Note], event: Any) -> Note:
        return Note(id=event.operation_id, by=event.person_id, stage="in", words=event.payload["words"])

    def draw(things: dict[str, Note], event: Any) -> Note:
        allow("op1" in things, "gone")
        return Note(id=event.operation_id, by=event.person_id, stage="out", words=things["op1"].words)

    return Machine(
        "jar",
        {
            "dropped": Opening({"words": Text(60)}, drop, hides=hide("words", until=lambda *_: False)),
            "drawn": Opening({"read": Filled()}, draw, fills=lambda drawn: {"read": drawn.words}),
        },
    )


def test_words_are_filled_in_without_their_writer_and_are_nobodys_to_send() -> None:
    machine = jar()
    dropped, drawn = Step("jar.dropped", {"words": "Sea?"}, "op1", ANA), Step("jar.drawn", {}, "op2", BEN)
    assert machine.given_to(BEN, [dropped, drawn]) == [{"words": ""}, {"read": "Sea?"}]
    assert machine.given_to(ANA, [dropped, drawn]) == [{"words": "Sea?"}, {"read": "Sea?"}]
    with pytest.raises(ExerciseError, match="not part of what is kept"):
        machine.check([dropped], replace(drawn, payload={"read": "Why?"}))


def test_where_words_are_blocked_so_are_those_that_were_filled_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """They may be the other's, also in a step of one's own."""
    monkeypatch.setattr(events, "SHAPES", jar().shapes)
    assert events.without_free_text("jar.drawn", {"read": "Sea?"}, of_others=True) == {"read": ""}
    assert events.without_free_text("jar.drawn", {"read": "Sea?"}) == {"read": ""}
    assert events.without_free_text("jar.dropped", {"words": "Sea?"}, of_others=True) == {"words": "Sea?"}


def test_what_hides_has_no_yes_or_no() -> None:
    """In the place of a hidden field stands an empty one; an empty flag says no."""
    hiding = [
        move for machine in MACHINES.values() for move in machine.moves.values() if move.hides is not nothing
    ]
    assert hiding
    assert not [name for move in hiding for name, field in move.shape.items() if isinstance(field, Flag)]
    assert all(isinstance(move, Reply) or move.fields for move in hiding)
