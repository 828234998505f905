"""Two people press whatever they like in any exercise; a second table, where one wrote otherwise, goes beside it.

The machine that is played with is any of `workbook.exercises.MACHINES`; what is pressed follows from its
shapes, so an exercise of tomorrow is played with as well. `FORBIDDEN` holds what each of them adds of its own.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.exercises.play import ANA, BEN
from tests.exercises.steps import value_of
from workbook.exercises import ExerciseError, Machine, Reply, Step, Thing
from workbook.shapes import Field, Filled, Reference, Text

BOTH = (ANA, BEN)
Forbidden = Callable[[Mapping[str, Any], Sequence[Step]], Collection[str]]
"""Says what stands against an exercise's own rules, of its things and the steps that led there."""


class TwoPress(RuleBasedStateMachine):
    """Random presses of two. Ana's hidden words are others on the second table, until one of them opens."""

    machine: ClassVar[Machine[Any]]
    forbidden: ClassVar[Forbidden]
    n_pressed: ClassVar[int] = 0
    n_compared: ClassVar[int] = 0

    @initialize()
    def begin(self) -> None:
        self.events: list[Step] = []
        self.otherwise: list[Step] = []
        self.now = datetime(2026, 5, 1, 20, 0, tzinfo=UTC)
        self._look()

    @rule(days=st.sampled_from([1, 13, 15]))
    def wait(self, days: int) -> None:
        """Let time pass."""
        self.now += timedelta(days=days)

    @rule(data=st.data(), person=st.sampled_from(BOTH))
    def press(self, data: st.DataObject, person: str) -> None:
        """Make any move there is, wanted or not."""
        type(self).n_pressed += 1
        step = self._drawn(data, person)
        before = self.true
        try:
            reached = self.machine.check(self.events, step)
        except ExerciseError:
            assert self.machine.fold(self.events) == before, "what is refused leaves all as it was"
            if person == BEN:
                assert not _is_taken(self.machine, self.otherwise, step), "a refusal tells what was hidden"
            return
        self._was_offered(before, step)
        self.events.append(step)
        self._look()
        assert self.true == reached, "what was checked is what is kept"
        if person == BEN:
            assert _is_taken(self.machine, self.otherwise, step), "a refusal tells what was hidden"
            self.otherwise.append(step)
        else:
            self.otherwise.append(self._otherwise(data, step))

    @invariant()
    def all_holds_that_must(self) -> None:
        """All of it follows from the steps on both tables: where none was added, it was looked at before."""
        type(self).n_compared += self.events != self.otherwise
        if self.is_new:
            self._both_are_given_where_it_stands()
            self._nothing_hidden_can_be_told_apart()
            self._what_passes_can_be_destroyed()
            self._no_forbidden_state_is_reached()
            self.is_new = False

    def _look(self) -> None:
        """Fold the steps once for all that looks at them until there is another."""
        self.true = self.machine.fold(self.events)
        self.is_new = True

    def _both_are_given_where_it_stands(self) -> None:
        """A page folds what it was given: it stands where the table stands, and offers what is taken."""
        for reader in BOTH:
            given = self.machine.fold(self._given(reader, self.events))
            assert list(given) == list(self.true)
            for name, thing in self.true.items():
                assert _standing(self.machine, given[name]) == _standing(self.machine, thing), name

    def _nothing_hidden_can_be_told_apart(self) -> None:
        """Whatever Ana wrote where it is hidden, Ben is given the same, and may do the same."""
        one, other = self._given(BEN, self.events), self._given(BEN, self.otherwise)
        if self._is_open(one, self.events) or self._is_open(other, self.otherwise):
            self.otherwise = list(self.events)  # what is open is told; from here on both are alike again
            return
        assert [repr(step) for step in one] == [repr(step) for step in other]

    def _what_passes_can_be_destroyed(self) -> None:
        """Without the events that are over, all stands and is told as it was."""
        gone = self.machine.over(self.events)
        left = [one for one in self.events if one.operation_id not in gone]
        if left == self.events:
            return
        assert all(one.kind in self.machine.passing for one in self.events if one not in left)
        without = self.machine.fold(left)
        assert list(self.true) == list(without)
        for name, thing in self.true.items():
            assert _standing(self.machine, without[name]) == _standing(self.machine, thing)
            assert all(without[name].told(reader) == thing.told(reader) for reader in BOTH)

    def _no_forbidden_state_is_reached(self) -> None:
        """See `FORBIDDEN`."""
        assert not type(self).forbidden(self.true, self.events)

    def _drawn(self, data: st.DataObject, person: str) -> Step:
        """Return a step: now any at all, now one that a page offers, so that games go far."""
        things = self.true
        name, about = data.draw(st.sampled_from(sorted(self.machine.moves))), ""
        if things and data.draw(st.booleans()):
            about = data.draw(st.sampled_from(sorted(things)))
            name = data.draw(st.sampled_from(self.machine.replies(things[about], person) or [name]))
        move = self.machine.moves[name]
        payload = {
            field: data.draw(value_of(shape))
            for field, shape in move.shape.items()
            if not isinstance(shape, Filled)
        }
        if isinstance(move, Reply) and things:
            payload[move.about] = about or data.draw(st.sampled_from(sorted(things)))
        for field, shape in move.shape.items():
            if isinstance(shape, Text) and field in payload and not shape.is_needed(payload):
                payload[field] = data.draw(st.sampled_from(["", payload[field]]))
        return Step(self.machine.kind(name), payload, f"op{len(self.events) + 1}", person, self.now)

    def _was_offered(self, before: Mapping[str, Thing], step: Step) -> None:
        move = self.machine.kinds[step.kind]
        if isinstance(move, Reply):
            thing = before[step.payload[move.about]]
            offered = {self.machine.kind(name) for name in self.machine.replies(thing, step.person_id)}
            assert step.kind in offered, "a page offers every move that is taken"

    def _otherwise(self, data: st.DataObject, step: Step) -> Step:
        """Return Ana's step with something else in every field that Ben is not given."""
        shape = self.machine.shapes[step.kind]
        shown = self._given(BEN, self.events)[-1].payload
        hidden = [name for name, value in step.payload.items() if value and shown[name] == shape[name].empty]
        hidden = [name for name in hidden if not isinstance(shape[name], Reference)]
        other = replace(
            step,
            payload=step.payload | {name: data.draw(_another(shape[name], step, name)) for name in hidden},
        )
        return other if _is_taken(self.machine, self.otherwise, other) else step

    def _given(self, reader: str, events: Sequence[Step]) -> list[Step]:
        given = self.machine.given_to(reader, events)
        return [replace(step, payload=payload) for step, payload in zip(events, given, strict=True)]

    def _is_open(self, given: Sequence[Step], true: Sequence[Step]) -> bool:
        """Return whether Ben is given something that is another on the other table.

        Words that were filled in are open: they were drawn for both to read.
        """
        differ = [
            (shown, name)
            for shown, one, other in zip(given, self.events, self.otherwise, strict=True)
            for name in shown.payload
            if one.payload.get(name) != other.payload.get(name) or self._is_filled(shown.kind, name)
        ]
        return any(shown.payload[name] for shown, name in differ)

    def _is_filled(self, kind: str, name: str) -> bool:
        return isinstance(self.machine.shapes[kind].get(name), Filled)


def _another(field: Field, step: Step, name: str) -> st.SearchStrategy[Any]:
    """Return values of a field other than the one that stands there."""
    return value_of(field).filter(lambda value: value != step.payload[name])


def pressing(machine: Machine[Any], forbidden: Forbidden) -> type[TwoPress]:
    """Return the game of one exercise."""
    return type(
        f"TwoPress_{machine.id}", (TwoPress,), {"machine": machine, "forbidden": staticmethod(forbidden)}
    )


def _is_taken(machine: Machine[Any], events: Sequence[Step], step: Step) -> bool:
    try:
        machine.check(events, step)
    except ExerciseError:
        return False
    return True


def _standing(machine: Machine[Any], thing: Thing) -> tuple[Any, ...]:
    offered = [(machine.replies(thing, person), thing.waits_for(person)) for person in BOTH]
    return thing.stage, thing.is_open, thing.is_done, thing.by, thing.day, offered
