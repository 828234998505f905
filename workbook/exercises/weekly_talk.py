"""Weekly talk-time: a day, a place and one deck; and the decks that open only where both want them.

Which of the decks that may hurt somebody would like is given to nobody, unless both do: then it is open. A no
and no answer look the same.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType
from typing import ClassVar

from workbook.exercises.machine import Happening, Machine, Opening, Reply, Told, allow
from workbook.exercises.turns import Exchange, either, other
from workbook.shapes import Choice, Day, Text

ASKED_FIRST = ("memories", "past_relationships")
DECKS = (
    "values", "dreams_and_goals", "life_experiences", "feelings", "current_events",
    "family_and_relationships", "expectations", "good_news", *ASKED_FIRST,
)  # fmt: skip
PLACES = ("dinner", "walk", "evening", "by_call")
CHOICES = "decks"  # the id of what both chose about the decks that ask first
YES, NO = "yes", "no"


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk(Exchange):
    """One talk that is planned, or what both chose about the decks that ask first.

    ``new`` is what each heard that was new to them. ``wanted`` is which decks each would like, ``last`` the
    event that says so, and ``shown`` the decks and events of the times when both did: what was open once
    was told, so that a talk planned then stays one that could be planned.
    """

    ENDS = frozenset({"had", "let_go"})
    DONE = frozenset({"had"})
    DATED = frozenset({"agreed"})
    FOR_OTHER: ClassVar[frozenset[str]] = frozenset({"planned"})

    place: str = ""
    deck: str = ""
    new: Mapping[str, str] = field(default_factory=dict)
    parked: Mapping[str, str] = field(default_factory=dict)
    wanted: Mapping[str, Collection[str]] = field(default_factory=dict)
    last: Mapping[str, str] = field(default_factory=dict)
    shown: frozenset[tuple[str, str]] = frozenset()

    @property
    def title(self) -> str:
        """The deck's id: its title is known to the page."""
        return self.deck

    @property
    def open_decks(self) -> frozenset[str]:
        """The decks that both asked for."""
        both = [frozenset(decks) for decks in self.wanted.values()]
        return both[0] & both[1] if len(both) == 2 else frozenset()

    def waits_for(self, person_id: str) -> bool:
        return Exchange.waits_for(self, person_id) or (
            self.stage == "looking_back" and person_id not in self.new
        )

    def told(self, reader: str) -> Sequence[Told]:
        if self.id == CHOICES:
            return []
        new = [Told("told.new", words, one) for one, words in self.new.items() if words]
        parked = [Told("told.parked", words, one) for one, words in self.parked.items() if words]
        plan = [Told("told.planned", by=self.by, day=self.day), Told(f"planned.place.{self.place}")]
        return [*plan, *new, *parked]


def _want(talks: dict[str, Talk], event: Happening) -> Talk:
    wanted = frozenset(deck for deck in ASKED_FIRST if event.payload[deck] == YES)
    choices = talks.get(CHOICES) or Talk(id=CHOICES, by=event.person_id, stage="had")
    last = {**choices.last, event.person_id: event.operation_id}
    made = replace(
        choices,
        wanted=MappingProxyType({**choices.wanted, event.person_id: wanted}),
        last=MappingProxyType(last),
    )
    open_now = {(deck, one) for deck in made.open_decks for one in last.values()}
    return replace(made, shown=made.shown | open_now)


def _not_open(choices: Talk, event: Happening) -> Collection[str]:
    """Name the decks of which nobody is told what the other chose."""
    return [deck for deck in ASKED_FIRST if (deck, event.operation_id) not in choices.shown]


def _plan(talks: dict[str, Talk], event: Happening) -> Talk:
    given = event.payload
    choices = talks.get(CHOICES)
    is_open = given["deck"] not in ASKED_FIRST or (choices and given["deck"] in choices.open_decks)
    allow(bool(is_open), "deck_not_open")
    return Talk(
        id=event.operation_id, by=event.person_id, stage="planned", deck=given["deck"], place=given["place"],
        day=date.fromisoformat(given["day"]),
    )  # fmt: skip


def _answer(talk: Talk, event: Happening) -> Talk:
    given = event.payload
    if given["answer"] == "yes":
        return replace(talk, stage="agreed")
    day = date.fromisoformat(given["day"]) if given["day"] else talk.day
    return replace(talk, by=event.person_id, day=day)


def _may_look_back(talk: Talk, person_id: str) -> None:
    allow(talk.stage in ("agreed", "looking_back") and person_id not in talk.new, "step_done")


def _look_back(talk: Talk, event: Happening) -> Talk:
    given, by = event.payload, event.person_id
    new = {**talk.new, by: given["new"]}
    parked = {**talk.parked, by: given["parked"]}
    return replace(talk, new=new, parked=parked, stage="had" if len(new) == 2 else "looking_back")


def _let_go(talk: Talk, _event: Happening) -> Talk:
    return replace(talk, stage="let_go")


MACHINE: Machine[Talk] = Machine(
    "weekly_talk",
    {
        "planned": Opening({"deck": Choice(DECKS), "place": Choice(PLACES), "day": Day(ahead=30)}, _plan),
        "wanted": Opening({deck: Choice((YES, NO)) for deck in ASKED_FIRST}, _want, hides=_not_open),
        "answered": Reply(
            "talk",
            _answer,
            {"answer": Choice(("yes", "another")), "day": Day(ahead=30, may_be_empty=True)},
            may=other("planned"),
        ),
        "looked_back": Reply(
            "talk",
            _look_back,
            {"new": Text(300), "parked": Text(200, may_be_empty=True)},
            may=_may_look_back,
        ),
        "let_go": Reply("talk", _let_go, may=either("planned", "agreed"), way="back"),
    },
)
