"""One fold over a couple's events finds, for all exercises, what is open and who has to act."""

import time
from collections.abc import Callable

import pytest

from tests.exercises.play import ANA, BEN, Play, answer, ask
from workbook.exercises import MACHINES, OpenThing, Step, work_of


@pytest.fixture
def play() -> Play:
    """A table with something of every exercise."""
    play = Play("request")
    play.take(ANA, "gratitude.written", text="Tea", day="2026-05-01")
    ask(play)
    answer(play, BEN, "op2", "negotiate", proposal="Saturday?")
    play.take(BEN, "needs_talk.said", need="needs.heard", words="x")
    play.take(ANA, "question.answered", text="Rest.", day="2026-05-01")
    ask(play, by=BEN)
    return play


def test_it_lists_what_waits_for_each_partner(play: Play) -> None:
    work = work_of(play.events)
    assert work.waiting_for(ANA) == [
        OpenThing("needs_talk", "op4"),
        OpenThing("request", "op2"),
        OpenThing("request", "op6"),
    ]
    assert work.waiting_for(BEN) == [OpenThing("gratitude_log", "op1"), OpenThing("the_question", "1")]
    assert work.waiting_for(ANA, "request") == [OpenThing("request", "op2"), OpenThing("request", "op6")]


def test_it_equals_each_machines_own_fold(play: Play) -> None:
    work = work_of(play.events)
    assert {name: work.of(name) for name in MACHINES} == {
        name: machine.fold(play.events) for name, machine in MACHINES.items()
    }


def test_a_settled_thing_waits_for_nobody(play: Play) -> None:
    play.take(BEN, "gratitude.landed", line="op1")
    answer(play, ANA, "op2", "yes")
    answer(play, ANA, "op6", "no")
    play.take(BEN, "needs_talk.withdrawn", talk="op4")
    play.take(BEN, "question.answered", text="Play.", day="2026-05-01")
    work = work_of(play.events)
    assert work.waiting_for(ANA) == work.waiting_for(BEN) == []


def test_unknown_event_kinds_are_skipped() -> None:
    assert work_of([Step("gone.long_ago", {}, "op1", ANA)]).waiting_for(BEN) == []


def seconds(fold: Callable[[list[Step]], object], n: int) -> float:
    """Return how long a fold over n events takes, at its quickest of three."""
    events = [Step("gratitude.written", {"text": "x", "day": "2026-05-01"}, f"op{k}", ANA) for k in range(n)]
    taken = []
    for _ in range(3):
        start = time.thread_time()
        fold(events)
        taken.append(time.thread_time() - start)
    return min(taken)


def test_its_run_time_is_linear_in_the_number_of_events() -> None:
    """Eight times the events take about eight times as long; where it grew with their square, 64 times."""

    def copies(events: list[Step]) -> None:
        things: dict[str, Step] = {}
        for event in events:
            things = {**things, event.operation_id: event}

    assert seconds(work_of, 8_000) < 24 * seconds(work_of, 1_000)
    assert seconds(copies, 8_000) > 24 * seconds(copies, 1_000), "the control: a fold that copies its state"
