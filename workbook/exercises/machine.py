"""The frame every exercise with rules shares: a state machine over the couple's table.

The table is a fold of events (event sourcing): it needs no store of its own, and two open pages agree.
A machine names the moves there are: for each the shape of what is given, who may make it when, and
where it leads. The service runs these rules before an event is kept; the page runs the same code to
know which forms and buttons to show.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any, ClassVar, Generic, Literal, Protocol, TypeVar

from workbook.errors import Problem, WorkbookError, problem
from workbook.shapes import Field, Reference, Shape, complete, find_problems

Rhythm = Literal["", "weekly", "monthly"]


class ExerciseError(WorkbookError):
    """A step of an exercise that is malformed, or not this person's to take now."""


class Happening(Protocol):
    """What a machine needs to know of a table event."""

    @property
    def kind(self) -> str: ...
    @property
    def payload(self) -> Mapping[str, Any]: ...
    @property
    def operation_id(self) -> str: ...
    @property
    def person_id(self) -> str: ...
    @property
    def at(self) -> datetime | None: ...


@dataclass(frozen=True, slots=True)
class Step:
    """A step about to be taken; the shape of `Happening` before it has happened."""

    kind: str
    payload: Mapping[str, Any]
    operation_id: str
    person_id: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """One passage of what a thing's page tells: somebody's words, and the sentence that introduces them.

    ``key`` names that sentence under ``exercises.<exercise>``; it is told with the name of ``by`` and
    with ``day``. Without a key the name alone stands above the words. An aside belongs to the words
    before it.
    """

    key: str = ""
    text: str | None = None
    by: str = ""
    day: date | None = None
    is_aside: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """One thing that lies on the table: a line, a request, a talk. Each move makes it anew.

    ``stage`` names where it stands; words for it are ``exercises.<exercise>.stage.<stage>``. A thing in
    a stage that is not among ``ENDS`` is still open. Those in ``DONE`` are ticked off, and in those in
    ``DATED`` both have said yes to its ``day``. ``over`` names events on it that are to be destroyed; see
    `Reply`.
    """

    ENDS: ClassVar[frozenset[str]] = frozenset()
    DONE: ClassVar[frozenset[str]] = frozenset()
    DATED: ClassVar[frozenset[str]] = frozenset()

    id: str
    by: str
    stage: str
    day: date | None = None
    over: frozenset[str] = frozenset()

    @property
    def is_open(self) -> bool:
        """Return whether anything is still to come."""
        return self.stage not in self.ENDS

    @property
    def is_done(self) -> bool:
        """Return whether it has come to its end, rather than been given up."""
        return self.stage in self.DONE

    @property
    def title(self) -> str:
        """Return the words it stands under in a list."""
        return ""

    @property
    def title_by(self) -> str:
        """Return whose words the title is, or who began it where the title is nobody's words."""
        return self.by

    @property
    def moment(self) -> date | datetime | None:
        """Return the day, or the moment, on which the two have something to do with it, if it is agreed."""
        return self.day if self.stage in self.DATED else None

    @property
    def repeats(self) -> Rhythm:
        """Return how often it comes again after its day."""
        return ""

    def waits_for(self, person_id: str) -> bool:
        """Return whether the next move is this person's."""
        return False

    def told(self, reader: str) -> Sequence[Told]:
        """Return what its page tells somebody: nothing that is not for them to read yet."""
        return ()


T = TypeVar("T", bound=Thing)
"""The things of one exercise."""


def anybody(_thing: Thing, _person_id: str) -> None:
    """Let either of the two make the move at any time."""


def nothing(_thing: Thing, _event: Happening) -> Collection[str]:
    """Hide no field of a move."""
    return ()


def no_more(_thing: Thing) -> Mapping[str, Any]:
    """Fill in no field of a move."""
    return {}


def hide(*names: str, until: Callable[[T, Happening], bool]) -> Callable[[T, Happening], Collection[str]]:
    """Return what hides these fields of a move until the thing it belongs to has come so far.

    ``until`` is asked with the thing as all that lies on the table leaves it, and with the event.
    """
    return lambda thing, event: () if until(thing, event) else names


@dataclass(frozen=True, slots=True)
class Opening(Generic[T]):
    """A move that begins a thing, or goes on with one it finds by itself among all there are.

    ``hides`` names the fields that whoever did not make the move is not given now, and ``fills`` the
    values of its `workbook.shapes.Filled` fields; see `Machine.given_to`.
    """

    fields: Shape
    take: Callable[[dict[str, T], Happening], T]
    hides: Callable[[T, Happening], Collection[str]] = nothing
    fills: Callable[[T], Mapping[str, Any]] = no_more

    @property
    def shape(self) -> Shape:
        return self.fields


@dataclass(frozen=True, slots=True)
class Reply(Generic[T]):
    """A move on a thing that is there.

    Parameters
    ----------
    about : str
        The field of the payload that names the thing.
    take : callable
        The thing after the move, of the thing before it and the event; None takes it away. It may
        refuse what only the payload shows.
    fields : mapping of str to Field
        What else is given.
    may : callable
        Refuses a person whose move it is not, or not now.
    way : {"on", "back", "off"}
        On; back, out of what was begun; or off the table, with the words that its maker had put there:
        the event that held them is destroyed, not only passed over.
    hides, fills : callable
        As those of an `Opening`.
    passes : bool
        What it says passes: it leaves no line in the record of what was done, and is destroyed once the
        thing names it as ``over``. What is left has to lead to the same thing without it.
    """

    about: str
    take: Callable[[T, Happening], T | None]
    fields: Shape = field(default_factory=dict)
    may: Callable[[T, str], None] = anybody
    way: Literal["on", "back", "off"] = "on"
    hides: Callable[[T, Happening], Collection[str]] = nothing
    fills: Callable[[T], Mapping[str, Any]] = no_more
    passes: bool = False

    @property
    def shape(self) -> Mapping[str, Field]:
        return {self.about: Reference(), **self.fields}


Move = Opening[T] | Reply[T]


@dataclass(frozen=True)
class Machine(Generic[T]):
    """One exercise's rules.

    ``id`` is that of its content, of its module and of its words. The kinds of its events begin with
    it, or with ``kept_as`` where events of another name lie on tables already: those are for ever.
    """

    id: str
    moves: Mapping[str, Move[T]]
    kept_as: str = ""

    def kind(self, move: str) -> str:
        """Name the kind of event that a move is kept as."""
        return f"{self.kept_as or self.id}.{move}"

    @cached_property
    def kinds(self) -> Mapping[str, Move[T]]:
        """The moves by the kind they are kept as."""
        return {self.kind(name): move for name, move in self.moves.items()}

    @cached_property
    def shapes(self) -> Mapping[str, Shape]:
        """The shape of every kind."""
        return {kind: move.shape for kind, move in self.kinds.items()}

    @cached_property
    def takes_off(self) -> Mapping[str, str]:
        """The kinds that take their maker's words off the table, and the field that names these."""
        return {
            kind: move.about
            for kind, move in self.kinds.items()
            if isinstance(move, Reply) and move.way == "off"
        }

    @cached_property
    def passing(self) -> frozenset[str]:
        """The kinds of which nothing stays; see `Reply`."""
        return frozenset(kind for kind, move in self.kinds.items() if isinstance(move, Reply) and move.passes)

    def over(self, events: Iterable[Happening]) -> frozenset[str]:
        """Return the ids of the events that are to be destroyed, since what they said is over."""
        things = self.fold(events).values() if self.passing else ()
        return frozenset(name for thing in things for name in thing.over)

    @cached_property
    def hides_something(self) -> bool:
        """Whether the two are ever given an event of this exercise otherwise than it was kept."""
        moves = self.moves.values()
        return any(move.hides is not nothing or move.fills is not no_more for move in moves)

    def fold(self, events: Iterable[Happening]) -> dict[str, T]:
        """Return the things of this exercise by id, in the order they were begun; see `read`."""
        things: dict[str, T] = {}
        for event in events:
            if event.kind in self.kinds:
                self.read(things, event)
        return things

    def read(self, things: dict[str, T], event: Happening) -> str:
        """Take one kept event into the things; return which of them it belongs to.

        An event that the rules no longer allow (its other half was erased by the one who
        wrote it) is passed over: a right to erase must never break a page. It belongs to nothing.
        """
        try:
            return self.take(things, event)
        except ExerciseError:
            return ""

    def given_to(self, reader: str, events: Sequence[Happening]) -> list[Mapping[str, Any]]:
        """Return the payload that a reader is given of each of this exercise's events.

        Whoever made a move is given all of it. From anybody else its hidden fields are kept: in their
        place stands what an empty field holds, whatever was written. Of a move that belongs to nothing
        which is there, all of its fields are kept back but references, if it could ever hide one.

        Parameters
        ----------
        reader : str
            A person's id; of two who sit together, the id of nobody.
        events : sequence of Happening
            All events of this exercise, in order.
        """
        things: dict[str, T] = {}
        belongs = [self.read(things, event) for event in events]
        return [
            self._given(reader, event, things.get(name)) for event, name in zip(events, belongs, strict=True)
        ]

    def _given(self, reader: str, event: Happening, thing: T | None) -> Mapping[str, Any]:
        move, shape = self.kinds[event.kind], self.shapes[event.kind]
        if move.hides is nothing and move.fills is no_more:
            return event.payload
        step = as_step(shape, event)
        filled = {**step.payload, **(move.fills(thing) if thing else {})}
        if event.person_id == reader:
            return filled
        hidden = (
            [name for name, field in shape.items() if not isinstance(field, Reference)]
            if thing is None
            else move.hides(thing, step)
        )
        return filled | {name: shape[name].empty for name in hidden}

    def take(self, things: dict[str, T], event: Happening) -> str:
        """Make one move; return the id of the thing it was made on.

        Raises
        ------
        ExerciseError
            When the move is not this person's to make, or not now. The things stay as they were.
        """
        move = self.kinds[event.kind]
        step = as_step(self.shapes[event.kind], event)
        if isinstance(move, Opening):
            begun = move.take(things, step)
            things[begun.id] = begun
            return begun.id
        thing = find(things, step.payload[move.about])
        move.may(thing, step.person_id)
        made = move.take(thing, step)
        if made is None:
            del things[thing.id]
        else:
            things[made.id] = made
        return thing.id

    def check(self, events: Iterable[Happening], step: Happening) -> dict[str, T]:
        """Return the things as a new step would leave them; the one place where a step is refused.

        Raises
        ------
        ExerciseError
            Everything wrong with what was sent, all at once; or else the rule that forbids it now.
        """
        things = self.fold(events)
        problems: list[str | Problem] = [*find_problems(self.shapes[step.kind], step.payload)]
        move = self.kinds[step.kind]
        if isinstance(move, Reply):
            named = step.payload.get(move.about)
            # Another couple's things are not here either: an id is looked for on this table alone.
            if move.shape[move.about].problem_of(move.about, named) is None and named not in things:
                problems += refusal("gone").problems
        if problems:
            raise ExerciseError(problems)
        self.take(things, step)
        return things

    def replies(self, thing: T, person_id: str) -> list[str]:
        """Name the moves that a person may make on a thing now."""
        return [
            name
            for name, move in self.moves.items()
            if isinstance(move, Reply) and _is_allowed(move, thing, person_id)
        ]


def as_step(shape: Shape, event: Happening) -> Step:
    """Return an event with the empty value of each field it lacks."""
    payload = complete(shape, event.payload)
    return Step(event.kind, payload, event.operation_id, event.person_id, event.at)


def refusal(reason: str, **values: object) -> ExerciseError:
    """Return the refusal people read, by its key under ``exercises.refusals``."""
    return ExerciseError(problem(f"exercises.refusals.{reason}", **values))


def find(things: Mapping[str, T], reference: str) -> T:
    """Return the thing an event refers to, or refuse: it is gone."""
    try:
        return things[reference]
    except KeyError:
        raise refusal("gone") from None


def allow(condition: bool, otherwise: str) -> None:
    """Refuse a step, by the refusal's key, unless the condition holds."""
    if not condition:
        raise refusal(otherwise)


def _is_allowed(move: Reply[T], thing: T, person_id: str) -> bool:
    try:
        move.may(thing, person_id)
    except ExerciseError:
        return False
    return True
