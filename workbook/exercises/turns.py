"""Whose turn it is: what the exercises that go to and fro between two share."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import ClassVar

from workbook.exercises.machine import Happening, T, Thing, Told, allow

May = Callable[[Thing, str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange(Thing):
    """A thing that waits, by its stage, for whoever put it there, for the other, or for nobody.

    ``by`` is whose words it holds now: where one of the two says it otherwise, it is theirs from then on.
    """

    FOR_MAKER: ClassVar[frozenset[str]] = frozenset()
    FOR_OTHER: ClassVar[frozenset[str]] = frozenset()

    def waits_for(self, person_id: str) -> bool:
        return self.stage in (self.FOR_MAKER if person_id == self.by else self.FOR_OTHER)


def maker(*stages: str) -> May:
    """Return the rule that whoever put a thing there moves, at one of these stages."""

    def may(thing: Thing, person_id: str) -> None:
        allow(thing.stage in stages, "step_done")
        allow(thing.by == person_id, "partners_turn")

    return may


def other(*stages: str) -> May:
    """Return the rule that the other one moves, at one of these stages."""

    def may(thing: Thing, person_id: str) -> None:
        allow(thing.stage in stages, "step_done")
        allow(thing.by != person_id, "partners_turn")

    return may


def either(*stages: str) -> May:
    """Return the rule that each of the two moves, at one of these stages."""

    def may(thing: Thing, _person_id: str) -> None:
        allow(thing.stage in stages, "step_done")

    return may


def to(stage: str) -> Callable[[T, Happening], T]:
    """Return the move that leads to a stage and changes nothing else."""
    return lambda thing, _event: replace(thing, stage=stage)


def taken_off(_thing: Thing, _event: Happening) -> None:
    """Take a thing off the table."""


def told(key: str, words: str, by: str = "") -> list[Told]:
    """Return what somebody wrote below what introduces it; nothing where nothing is to be read."""
    return [Told(key, words, by)] if words else []
