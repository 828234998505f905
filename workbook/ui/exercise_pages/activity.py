"""What can be done on an exercise's page: all that was begun, and one thing's next move.

Every rule lives in the exercise's machine, and every form follows from the shape of its move. An
activity asks the machine what lies on the table and shows what the person whose turn it is can do. An
exercise has one of its own only where something is special.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from ipywidgets import Widget

from workbook.address import Address
from workbook.content import lookup, say
from workbook.content.formats import day_in_words
from workbook.exercises import Machine, Opening, OpenThing, Reply, Thing, Told, Work, work_of
from workbook.exercises.machine import nothing
from workbook.instruments.facets import facet_of
from workbook.service.formats.values import Event
from workbook.session import Session
from workbook.shapes import Shape
from workbook.ui.blocks import Block, note, paragraph, quote
from workbook.ui.buttons import Button
from workbook.ui.exercise_pages.form import MoveForm, is_asked

T = TypeVar("T", bound=Thing)
KINDS = {"on": "primary", "back": "secondary", "off": "danger"}
"""The look of a button, by which way its move leads."""


@dataclass(frozen=True)
class ListEntry:
    """One thing in the list. ``is_mine_to_do`` marks what waits for the person."""

    id: str
    title: str
    note: str
    is_mine_to_do: bool = False
    is_done: bool = False


@dataclass(frozen=True)
class Scene:
    """What is shown of one thing, or of beginning a new one.

    ``key`` stays the same while the fields on it should keep what is being typed. ``forms`` are the forms
    on it by the place that their drafts are kept under.
    """

    key: str
    blocks: Sequence[Block]
    fields: Sequence[Widget] = ()
    buttons: Sequence[Button] = field(default=())
    forms: Mapping[str, MoveForm] = field(default_factory=dict)


KEPT = "kept"  # used in place of a thing's id: it was just begun and is on the table
APART = "apart"  # the same of what the other is not given yet


class Turn(Protocol):
    """Turns to a thing by its id, or to the list with ""; in another exercise where one is named."""

    def __call__(self, thing: str, exercise: str = "") -> None: ...


class Activity(Generic[T]):
    """One exercise's page parts, from its machine and its words.

    ``of`` names the exercise that a subclass is for; ``apart`` those moves on a thing whose form has a page
    of its own, opened by a button.
    """

    of: ClassVar[str] = ""
    apart: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, machine: Machine[T], session: Session, turn: Turn) -> None:
        self.machine = machine
        self.session = session
        self.turn = turn
        self.sent: Callable[[str], None] = lambda _place: None  # told the place whose draft was sent

    @property
    def things(self) -> Mapping[str, T]:
        """What lies on the table now."""
        return work(self.session).of(self.machine.id)  # type: ignore[return-value]  # this machine's own

    @property
    def me(self) -> str:
        return self.session.actor.person_id

    @property
    def n_waiting(self) -> int:
        """How many things wait for the person."""
        return n_waiting(self.session, self.machine.id)

    def lines(self) -> list[ListEntry]:
        """List everything so far, the newest first."""
        return [
            ListEntry(
                one.id,
                self.title(one),
                self.beside(one),
                one.waits_for(self.me) and not self.session.is_parted,
                one.is_done,
            )
            for one in reversed(list(self.things.values()))
        ]

    def begin(self) -> Scene:
        """Return the form of the move that begins something new."""
        move = next(name for name, move in self.machine.moves.items() if isinstance(move, Opening))
        return self.opening(move)

    def opening(self, move: str, form: MoveForm | None = None) -> Scene:
        """Return the form of a move that begins something, empty where none is given."""
        form = form or self.form(move)

        def make() -> None:
            if (given := form.read()) is not None:
                self.act(move, given)
                self.turn(KEPT if self.machine.moves[move].hides is nothing else APART)

        forms = {self.place(move): form}
        return Scene("begin", self.before(move), form.widgets, [self.button(move, make)], forms)

    def scene(self, thing_id: str) -> Scene | None:
        """Return one thing and what can be done with it; None when it is gone."""
        apart = Address.read(thing_id)
        if apart.kind in self.apart:
            return self._apart(apart.kind, apart.rest(0))
        thing = self.things.get(thing_id)
        if thing is None:
            return None
        possible = self.replies(thing)
        moves = [move for move in possible if not self.is_apart(move, thing)]
        asking = [move for move in moves if is_asked(self.machine.moves[move].shape)]
        told = self.told(thing)
        blocks, forms, buttons = list(told), {}, []
        for move in asking:
            blocks += self.about(move, thing)
            forms[self.place(move, thing.id)] = form = self.form(move, thing)
            buttons.append(self.button(move, self._sender(move, thing, form)))
        # What leads on comes first, then what has a form of its own, then the ways back.
        plain = [self.button(move, self._sender(move, thing)) for move in moves if move not in asking]
        openers = [self._opener(move, thing) for move in possible if self.is_apart(move, thing)]
        ahead = [one for one in plain if one.kind == "primary"]
        buttons += [*ahead, *openers, *(one for one in plain if one not in ahead)]
        buttons = [*self.onward(thing), *buttons]
        if not asking:
            blocks += self.standing(thing)
        # Typed text is kept unless the possible moves have changed.
        key = f"{thing.id} {' '.join(possible)} {len(told)}"
        fields = [widget for form in forms.values() for widget in form.widgets]
        return Scene(key, blocks, fields, buttons, forms)

    def _apart(self, move: str, thing_id: str) -> Scene | None:
        """Return the form of one move on a thing, alone; None where it can't be made."""
        thing = self.things.get(thing_id)
        if thing is None or move not in self.replies(thing):
            return None
        form, place = self.form(move, thing), self.place(move, thing_id)
        blocks = [*self.told(thing), *self.about(move, thing)]
        button = self.button(move, self._sender(move, thing, form))
        return Scene(f"{move}:{thing_id}", blocks, form.widgets, [button], {place: form})

    def _opener(self, move: str, thing: T) -> Button:
        return Button(self.say(f"{move}.open"), lambda: self.turn(f"{move}:{thing.id}"), "secondary")

    def closed(self, thing_id: str) -> Scene | None:
        """Return what can still be read once the table is closed: of one thing, or that none begins."""
        thing = self.things.get(thing_id)
        if thing_id and thing is None:
            return None
        told = self.told(thing) if thing else []
        return Scene(f"closed {thing_id}", [*told, note(say("ui.exercises.closed"))])

    # -- what a subclass may say otherwise ---------------------------------------------------
    def title(self, thing: T) -> str:
        """Return the words a thing stands under in the list."""
        return thing.title

    def beside(self, thing: T) -> str:
        """Return what stands below its title in the list: whose it is, and where it stands."""
        who = self.name(thing.title_by)
        day, stage = day_in_words(thing.day) if thing.day else "", self.stage(thing)
        return say(f"ui.activity.{'beside_day' if day else 'beside'}", who=who, day=day, stage=stage)

    def told(self, thing: T) -> list[Block]:
        """Return what is told of a thing: everybody's words, each below what introduces them."""
        return [block for told in thing.told(self.me) for block in self.passage(told, thing)]

    def replies(self, thing: T) -> list[str]:
        """Name the moves that are offered on a thing."""
        return self.machine.replies(thing, self.me)

    def is_apart(self, move: str, thing: T) -> bool:
        """Return whether the form of a move on this thing has a page of its own."""
        return move in self.apart

    def about(self, move: str, thing: T) -> list[Block]:
        """Return what is said before the form of a move on a thing."""
        return self.before(move)

    def standing(self, thing: T) -> list[Block]:
        """Return what is said where nothing is asked: where the thing stands."""
        return [paragraph(self.stage(thing))]

    def onward(self, thing: T) -> list[Button]:
        """Return the buttons that lead on from a thing, to something new."""
        return []

    def after(self, move: str, thing: T, given: Mapping[str, Any]) -> None:
        """Turn to what comes after a move on a thing: the thing itself where something was typed."""
        self.turn(thing.id if given else "")

    # -- what subclasses use -----------------------------------------------------------------
    def say(self, key: str, **values: object) -> str:
        """Return words of this exercise."""
        return say(f"exercises.{self.machine.id}.{key}", **values)

    def stage(self, thing: T) -> str:
        """Return where a thing stands, as the person sees it."""
        if thing.is_open and self.session.is_parted:
            return say("ui.activity.left_open")
        if thing.waits_for(self.me):
            return self.say("stage.your_turn")
        others = [one.person_id for one in self.session.couple.members if one.person_id != self.me]
        is_waiting = thing.is_open and any(thing.waits_for(one) for one in others or ("",))
        return self.say(f"stage.{'waiting' if is_waiting else thing.stage}")

    def name(self, person_id: str) -> str:
        """Return what a person is called here: "you" or the name they chose."""
        if person_id == self.me:
            return say("ui.activity.you")
        return next(
            (one.name for one in self.session.couple.members if one.person_id == person_id),
            say("ui.activity.partner"),
        )

    def needs(self) -> dict[str, str]:
        """Return the needs somebody may name, title by id: the questionnaire's and their own."""
        return self.asked_needs() | self.session.own_needs

    def asked_needs(self) -> dict[str, str]:
        """Return the questionnaire's needs, title by id."""
        instrument = self.session.instruments.get("needs")
        asked = instrument.subscales if instrument else ()
        return {facet_of(one.id): one.topic for one in asked}

    def need_title(self, need: str, by: str) -> str:
        """Return what a need of somebody's is called; an own need by its words, where they may be known."""
        if by == self.me:
            return self.needs().get(need) or say("ui.activity.own_need_gone")
        return (self.asked_needs() | self.session.shown_needs(by)).get(need) or say("ui.activity.own_need")

    def form(self, move: str, thing: T | None = None) -> MoveForm:
        """Return the form of a move, on a thing where there is one; empty."""
        return MoveForm(f"exercises.{self.machine.id}.{move}", self.fields(move, thing), self.needs())

    def fields(self, move: str, thing: T | None) -> Shape:
        """Return what is asked for a move: all that its shape has, or less."""
        return self.machine.moves[move].fields

    def before(self, move: str) -> list[Block]:
        """Return the words that stand before a move's form, where there are any."""
        lead = lookup(f"exercises.{self.machine.id}.{move}").get("lead")
        return [paragraph(lead)] if lead else []

    def button(self, move: str, react: Callable[[], None]) -> Button:
        """Return the button that makes a move."""
        made = self.machine.moves[move]
        way = made.way if isinstance(made, Reply) else "on"
        return Button(self.say(f"{move}.button"), react, KINDS[way])

    def act(self, move: str, payload: Mapping[str, Any]) -> Event:
        """Put a move on the table; its draft is destroyed with that."""
        made = self.machine.moves[move]
        kept = self.session.act(self.machine.kind(move), dict(payload))
        place = self.place(move, payload[made.about] if isinstance(made, Reply) else "")
        self.sent(place)
        self.session.keep_draft(place, {})
        return kept

    def place(self, move: str, thing: str = "") -> str:
        """Return what the draft of a move is kept under."""
        return f"{self.machine.kind(move)}:{thing}"

    def passage(self, told: Told, thing: T) -> list[Block]:
        """Return one passage of what is told of a thing."""
        if told.is_aside:
            return [note(told.text or "")]
        words = [] if told.text is None else [quote(told.text)]
        if told.key:
            day = day_in_words(told.day) if told.day else ""
            values = {"name": self.name(told.by), "day": day, "title": self.title(thing)}
            return [note(self.say(told.key, **values)), *words]
        return [note([self._marked(told.by)]), *words] if told.by else words

    def _marked(self, person_id: str) -> dict[str, str]:
        """Return a person's name in their colour, with their symbol."""
        places = {one.person_id: one.place for one in self.session.couple.members}
        return {"text": self.name(person_id), "partner": places.get(person_id, "a")}

    def _sender(self, move: str, thing: T, form: MoveForm | None = None) -> Callable[[], None]:
        made = self.machine.moves[move]
        named = {made.about: thing.id} if isinstance(made, Reply) else {}

        def send() -> None:
            given = form.read() if form else {}
            if given is not None:
                self.act(move, named | given)
                self.after(move, thing, given)

        return send


def work(session: Session) -> Work:
    """Return all that lies on the table from exercises, folded anew only when the table has changed."""
    return session.once("exercises", (session.table,), lambda: work_of(session.table.events))


def n_waiting(session: Session, exercise: str | None = None) -> int:
    """Return how many things wait for the person, in one exercise or in all: by the table alone."""
    return len(waiting(session, exercise))


def waiting(session: Session, exercise: str | None = None) -> list[OpenThing]:
    """Return what waits for the person, in one exercise or in all: by the table alone."""
    is_idle = session.is_together or session.is_parted
    return [] if is_idle else work(session).waiting_for(session.actor.person_id, exercise)
