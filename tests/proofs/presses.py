"""Two people press whatever they like in every exercise that has rules: no forbidden state, nothing hidden told.

Every machine is played with by hypothesis, from its own shapes (`tests.exercises.pressing`). Beside the table lies
another on which one of the two wrote otherwise wherever that is hidden; until it opens, the other is given the same
of both and may do the same.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from unittest import mock

from hypothesis import HealthCheck, Phase, settings
from hypothesis import seed as seeded
from hypothesis.stateful import run_state_machine_as_test

from tests.exercises.forbidden import FORBIDDEN
from tests.exercises.pressing import pressing
from tests.proofs.harness import Counts, proof
from workbook.exercises import MACHINES, Machine, needs_talk
from workbook.exercises.machine import anybody

PER_GAME, MOST_ROUNDS = 50, 40
HOW = settings(
    max_examples=20,
    stateful_step_count=PER_GAME,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
_GIVEN = Machine.given_to


@proof(
    "presses",
    bound="0 forbidden states, 0 hidden words told in ≥10,000 presses of two in each exercise with rules",
    full=10_000,
    short=200,
    portion=1_000,
    zero=("broken", "unplayed"),
)
def presses(size: int, seed: int) -> Counts:
    """Play every exercise with ``size`` presses or more."""
    return _play(size, seed, list(MACHINES))


@presses.control(size=500)
def one_who_hears_themselves(size: int, seed: int) -> Counts:
    """Anybody may say back what was said, whoever said it."""
    found = needs_talk.MACHINE
    moves = {**found.moves, "heard": replace(found.moves["heard"], may=anybody)}
    return _play(size, seed, ["needs_talk"], Machine(found.id, moves))


@presses.control(size=500)
def a_table_that_gives_all(size: int, seed: int) -> Counts:
    """Show the last sign of what is hidden beside it."""

    def leak(machine: Machine[Any], reader: str, events: Sequence[Any]) -> list[Any]:
        given = _GIVEN(machine, reader, events)
        return [
            {**shown, "ends": str(event.payload.get("text", ""))[-1:]}
            for event, shown in zip(events, given, strict=True)
        ]

    with mock.patch.object(Machine, "given_to", leak):
        return _play(size, seed, ["the_question"])


def _play(size: int, seed: int, names: list[str], machine: Machine[Any] | None = None) -> Counts:
    counts: Counts = {"trials": size, "presses": 0, "compared": 0, "broken": 0, "unplayed": 0}
    for name in names:
        game, round_ = pressing(machine or MACHINES[name], FORBIDDEN[name]), 0
        hides = game.machine.hides_something
        while not counts["broken"] and (
            game.n_pressed < size or (hides and not game.n_compared and round_ < MOST_ROUNDS)
        ):
            try:
                run_state_machine_as_test(seeded(seed * 1_000 + round_)(game), settings=HOW)
            except AssertionError:
                counts["broken"] += 1
            round_ += 1
        # Where something is hidden, a table on which it is another has to be beside it.
        counts["unplayed"] += bool(hides and not game.n_compared and not counts["broken"])
        counts["presses"] += game.n_pressed
        counts["compared"] += game.n_compared
    return counts
