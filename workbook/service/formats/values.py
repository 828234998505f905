"""What the service takes and returns: frozen values, the same in process and over the socket."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, Literal, get_args

from workbook.service.formats.publications import Published, publications_of
from workbook.sharing import Grain, Publication

Role = Literal["anonymous", "partner", "together", "therapist", "researcher"]


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts. A *together* actor reads the table only and has no drawer."""

    role: Role
    couple_id: str = ""
    person_id: str = ""
    sitting_id: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer as it leaves the page. ``value`` None with ``declined`` is 'prefer not to say'.

    ``not_arisen`` is 'it did not come up'. ``version`` is that of the item as the page showed it; empty is
    as it is asked on that occasion.

    Any value may arrive; `workbook.answers.check_answers` names all that are no whole number of their scale.
    """

    operation_id: str
    occasion: str
    item: str
    value: Any
    declined: bool = False
    not_arisen: bool = False
    version: str = ""


@dataclass(frozen=True, slots=True)
class HeldBack:
    """What somebody holds back of one instrument and occasion, by item.

    ``opened`` are the answers that something rested on which was open before: see `workbook.withheld`.
    """

    chosen: tuple[str, ...] = ()
    opened: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, in a drawer or on the table. ``payload`` is plain JSON."""

    kind: str
    payload: dict[str, Any]
    operation_id: str
    sequence: int = 0
    person_id: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Member:
    """One partner, as the other may know them. ``place`` is 'a' or 'b', and means nothing."""

    person_id: str
    name: str
    place: Literal["a", "b"]


@dataclass(frozen=True, slots=True)
class Couple:
    """The couple as both know it: who joined, and the code that names it.

    Once ``is_unpaired`` the table takes nothing more and no publication lies on it; what both
    wrote there jointly stays readable until its writer erases it.
    """

    couple_id: str
    code: str
    members: tuple[Member, ...]
    is_unpaired: bool = False

    @property
    def is_solo(self) -> bool:
        return len(self.members) < 2


ExerciseChoice = tuple[str, str]
"""An exercise's id, and what was chosen about it: one of `CHOICES`."""
ASIDE, DONE, AGAIN, CHANGE = "aside", "done", "again", "change"
CHOICES = (ASIDE, DONE, AGAIN, CHANGE)


def passed_over(choices: Iterable[ExerciseChoice]) -> set[str]:
    """Return the exercises not to be offered now: put aside, or done and not wanted again."""
    chosen = set(choices)
    return {
        name for name, choice in chosen if choice == ASIDE or (choice == DONE and (name, AGAIN) not in chosen)
    }


@dataclass(frozen=True)
class Table:
    """All that lies on the couple's table: the joint pages are a function of this alone.

    ``open_rounds`` names the (instrument, occasion) pairs that both revealed, ``opened_at`` in the same
    order the day on which each was opened, which both saw happen; ``choices`` what
    both chose about exercises, or chose together. ``asked_from`` is the first round in which the two are
    asked the questionnaires of now; see `workbook.service.couple.editions`. ``weeks`` is the weekly line of
    each, where both opened it, and apart from what is published of the rounds.
    """

    published: tuple[Published, ...] = ()
    events: tuple[Event, ...] = ()
    open_rounds: tuple[tuple[str, str], ...] = field(default=())
    choices: tuple[ExerciseChoice, ...] = field(default=())
    asked_from: int = 1
    opened_at: tuple[datetime, ...] = field(default=())
    weeks: tuple[Published, ...] = field(default=())

    @cached_property
    def lines(self) -> tuple[Publication, ...]:
        """The weekly lines, with their frames."""
        return publications_of(self.weeks)

    @cached_property
    def publications(self) -> tuple[Publication, ...]:
        """What is published, with its frames: they are made when first asked for."""
        return publications_of(self.published)


Changing = Literal["drawer", "table", "room", "case", "session"]
CHANGES: tuple[Changing, ...] = get_args(Changing)


@dataclass(frozen=True, slots=True)
class Change:
    """That something is new where its hearer may read, and of which couple; a therapist's says which case."""

    what: Changing
    couple_id: str
    case_id: str = ""


@dataclass(frozen=True, slots=True)
class RoomSeen:
    """The room in which two talk with a floor, as one of them sees it; see `workbook.exercises.room.Room`.

    ``spent`` of ``seconds`` of the round ``coming`` were over when it was read, ``at`` that moment of the
    service's clock. ``moves`` are those the reader may make now, ``keeps`` whether they asked to keep whose
    turn it was: what the other asked is not told.
    """

    id: str
    stage: str
    speaker: str
    first: str
    turns: int
    here: tuple[str, ...]
    coming: str
    seconds: int
    spent: float
    at: datetime
    until: datetime | None
    keeps: bool
    moves: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ResearchChoice:
    """What one person chose to give the study, last time they chose.

    ``is_standing`` is False once the study's words have changed or its time is over: then nothing
    of theirs is read. ``until`` is the day on which the copy is erased, as ``YYYY-MM-DD``.
    """

    grain: Grain
    is_linked: bool
    text_hash: str
    chosen: str
    until: str
    is_standing: bool


@dataclass(frozen=True, slots=True)
class WrongTries:
    """How often a wrong passphrase or recovery code was tried at one's account lately, and when last.

    ``outside`` is where one says who one is; ``in_sitting`` on one's own open page. Days are
    ``YYYY-MM-DD``, or empty.
    """

    outside: int = 0
    last_outside: str = ""
    in_sitting: int = 0
    last_in_sitting: str = ""


@dataclass(frozen=True)
class Contribution:
    """What one person gave a study, as its researcher reads it.

    Ids are made up for this one reading. A ``couple_id`` is shared by two only where both chose to
    be linked; everybody else has one of their own.
    """

    person_id: str
    couple_id: str
    grain: Grain
    is_linked: bool
    publications: tuple[Publication, ...]
