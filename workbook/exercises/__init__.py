"""The exercises that have rules: what a couple does with what it saw.

Each is its content and a machine over the table's events, under one name: ``<name>.py`` here,
``content/en/exercises/<name>.toml``, and the words under ``exercises.<name>``.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from workbook.exercises import (
    agreement,
    backing_a_dream,
    breakdown,
    curiosity_update,
    forgiving,
    fun_list,
    good_news,
    gratitude_log,
    here_for_you,
    how_we_met,
    letting_go,
    little_time,
    needs_talk,
    new_traditions,
    not_a_parent,
    our_plan,
    patience_and_help,
    question_jar,
    reading_each_other,
    request,
    room_for_me,
    shared_dream,
    small_gestures,
    speaker_listener,
    step_more_open,
    support_plan,
    talk_about_fear,
    tech_off,
    the_question,
    try_what_you_love,
    twenty_minutes,
    weekly_talk,
    what_we_expect,
)
from workbook.exercises.machine import (
    ExerciseError,
    Happening,
    Machine,
    Opening,
    Reply,
    Step,
    Thing,
    Told,
    refusal,
)
from workbook.exercises.marks import Mark, marks_of
from workbook.exercises.work import OpenThing, Work, fold_work
from workbook.shapes import Shape

SHELVES: Mapping[str, Sequence[Machine[Any]]] = {
    "every_day": (
        twenty_minutes.MACHINE,
        our_plan.MACHINE,
        gratitude_log.MACHINE,
        good_news.MACHINE,
        small_gestures.MACHINE,
        little_time.MACHINE,
    ),
    "time_and_fun": (
        tech_off.MACHINE,
        fun_list.MACHINE,
        new_traditions.MACHINE,
        try_what_you_love.MACHINE,
    ),
    "talk": (
        weekly_talk.MACHINE,
        question_jar.MACHINE,
        curiosity_update.MACHINE,
        how_we_met.MACHINE,
        speaker_listener.MACHINE,
        here_for_you.MACHINE,
        reading_each_other.MACHINE,
        support_plan.MACHINE,
    ),
    "needs": (
        what_we_expect.MACHINE,
        not_a_parent.MACHINE,
        needs_talk.MACHINE,
        request.MACHINE,
        agreement.MACHINE,
        breakdown.MACHINE,
    ),
    "dreams": (
        shared_dream.MACHINE,
        backing_a_dream.MACHINE,
        the_question.MACHINE,
    ),
    "inner_world": (
        step_more_open.MACHINE,
        talk_about_fear.MACHINE,
        letting_go.MACHINE,
        forgiving.MACHINE,
    ),
    "for_oneself": (
        room_for_me.MACHINE,
        patience_and_help.MACHINE,
    ),
}
"""Every exercise that has rules, in the order and under the headings of the list of exercises."""

MACHINES: Mapping[str, Machine[Any]] = {
    machine.id: machine for shelf in SHELVES.values() for machine in shelf
}
"""The same by their names."""

SHAPES: Mapping[str, Shape] = {
    kind: shape for machine in MACHINES.values() for kind, shape in machine.shapes.items()
}
"""Every kind of event the table may hold from an exercise."""

TAKES_OFF: Mapping[str, str] = {
    kind: field for machine in MACHINES.values() for kind, field in machine.takes_off.items()
}
"""The kinds that take one's own words off the table, and the field that names the event that held them."""


PASSING = frozenset().union(*(machine.passing for machine in MACHINES.values()))
"""The kinds of which nothing stays: no line in the record, and in time no event."""


def machine_of(kind: str) -> Machine[Any]:
    """Return the machine that knows a kind of event.

    Raises
    ------
    ExerciseError
        When no exercise knows the kind.
    """
    for machine in MACHINES.values():
        if kind in machine.kinds:
            return machine
    raise refusal("unknown_step")


def check_step(events: Iterable[Happening], step: Happening) -> None:
    """Refuse a step that is malformed or untimely, given all that lies on the table; see `Machine.check`."""
    machine_of(step.kind).check(events, step)


def given_to(reader: str, events: Sequence[Happening]) -> list[Mapping[str, Any]]:
    """Return the payload that a reader is given of each event, in order; see `Machine.given_to`."""
    given = [event.payload for event in events]
    for machine in MACHINES.values():
        if machine.hides_something:
            places = [place for place, event in enumerate(events) if event.kind in machine.kinds]
            own = machine.given_to(reader, [events[place] for place in places])
            for place, payload in zip(places, own, strict=True):
                given[place] = payload
    return given


def over(events: Sequence[Happening]) -> frozenset[str]:
    """Return the ids of the events that are to be destroyed, since what they said is over."""
    return frozenset().union(*(machine.over(events) for machine in MACHINES.values()))


def work_of(events: Iterable[Happening]) -> Work:
    """Return all that was begun in any exercise, folded once."""
    return fold_work(MACHINES.values(), events)


def marks(events: Iterable[Happening]) -> list[Mark]:
    """Return which agreements were begun and what was done, by the day; see `marks_of`."""
    return marks_of(MACHINES.values(), events)


__all__ = [
    "MACHINES",
    "PASSING",
    "SHAPES",
    "SHELVES",
    "TAKES_OFF",
    "ExerciseError",
    "Happening",
    "Machine",
    "Mark",
    "OpenThing",
    "Opening",
    "Reply",
    "Step",
    "Thing",
    "Told",
    "Work",
    "check_step",
    "given_to",
    "machine_of",
    "marks",
    "over",
    "work_of",
]
