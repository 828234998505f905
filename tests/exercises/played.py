"""Every exercise of two played to its end, with one text in every field that somebody may fill in."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from workbook.exercises import MACHINES, SHAPES
from workbook.shapes import Filled, Text

A, B = 0, 1
Moves = tuple[tuple[int, str, Mapping[str, Any]], ...]
_YES, _ANOTHER = {"answer": "yes"}, {"answer": "another"}
_INVITED: Mapping[str, Any] = {"minutes": "20", "day": "DAY"}
_IDEA: Mapping[str, Any] = {"takes": "evening", "cost": "nothing", "is_new": True}

_TERMS: Mapping[str, Any] = {"who": "both", "review": "DAY"}

GOES_ON = ("how_we_met", "what_we_expect", "step_more_open")
"""Exercises in which the second opening goes on with the thing that is there."""

# Who makes which move, with what is chosen in it; what is typed is filled in. A reply is on the last thing begun.
PLAYED: Mapping[str, Moves] = {
    "twenty_minutes": ((A, "answered", {"day": "DAY"}), (B, "answered", {"day": "DAY"})),
    "good_news": ((A, "shared", {}), (B, "asked", {}), (A, "more_told", {}), (B, "enjoyed", {})),
    "small_gestures": ((A, "listed", {"is_touch": True}), (B, "asked", {}), (A, "answered", _YES)),
    "little_time": (
        (A, "offered", {"form": "good_news", "when": "nap", "day": "DAY"}),
        (B, "answered", {"answer": "yes", "when": "", "day": ""}),
    ),
    "tech_off": (
        (A, "begun", {}),
        (B, "joined", {}),
        (A, "proposed", {"day": "DAY"}),
        (B, "answered", _YES),
        (A, "noticed", {}),
        (B, "noticed", {}),
    ),
    "fun_list": (
        (A, "added", _IDEA),
        (A, "rated", {"how": "yes"}),
        (B, "rated", {"how": "maybe"}),
        (B, "dated", {"day": "DAY"}),
    ),
    "new_traditions": (
        (A, "proposed", {"sort": "custom", "rhythm": "week", "day": "DAY"}),
        (B, "answered", _YES),
        *(((B, "took_place", {}),) * 3),
        (B, "looked_back", {"from_now": "change"}),
    ),
    "try_what_you_love": (
        (A, "invited", _INVITED),
        (B, "answered", _ANOTHER),
        (A, "invited_anew", _INVITED),
        (B, "answered", _YES),
        (B, "tasted", {}),
    ),
    "weekly_talk": (
        (A, "planned", {"deck": "values", "place": "walk", "day": "DAY"}),
        (B, "answered", {"answer": "yes", "day": ""}),
        (A, "looked_back", {}),
        (B, "looked_back", {}),
    ),
    "question_jar": (
        (A, "dropped", {}),
        (B, "drawn", {"slip": "LAST"}),
        (A, "answered", {}),
        (B, "answered", {}),
    ),
    "curiosity_update": (
        (A, "opened", {"topic": "dream"}),
        (B, "opened_too", {"topic": "worry"}),
        (A, "guessed", {"sure": 1}),
        (B, "guessed", {"sure": 2}),
        (A, "answered", {"close": "partly"}),
        (B, "answered", {"close": "not_now"}),
    ),
    "how_we_met": (
        (A, "written", {"about": "a_memory"}),
        (B, "written", {"about": "a_memory"}),
        (A, "touched", {}),
        (B, "touched", {}),
    ),
    "here_for_you": (
        (A, "said", {}),
        (B, "received", {}),
        (A, "asked", {"helps": "ideas"}),
        (B, "answered", {"answer": "here"}),
    ),
    "reading_each_other": (
        (A, "shown", {"sort": "look"}),
        (B, "guessed", {"guess": "tired"}),
        (A, "explained", {"feeling": "sad"}),
    ),
    "support_plan": ((A, "written", {}), (B, "answered", {}), (A, "renewed", {}), (B, "answered", {})),
    "what_we_expect": (
        (A, "written", {"topic": "home"}),
        (B, "written", {"topic": "home"}),
        (A, "marked", {"mark": "talk"}),
        (B, "marked", {"mark": "alike"}),
    ),
    "not_a_parent": ((A, "named", {}), (B, "answered", {"how": "mine"})),
    "shared_dream": (
        (A, "began", {}),
        (B, "joined", {}),
        (A, "proposed", {"day": "DAY"}),
        (B, "answered", _YES),
        (B, "step_taken", {}),
        (B, "went_on", {"day": "DAY"}),
    ),
    "backing_a_dream": (
        (A, "shared", {}),
        (B, "asked", {}),
        (A, "answered", {}),
        (B, "offered", {}),
        (A, "chosen", _YES),
    ),
    "step_more_open": (
        (A, "said_today", {"today": "ready", "step": 1}),
        (B, "said_today", {"today": "ready", "step": 2}),
        (A, "shared", {}),
        (B, "shared", {}),
        (A, "received", {"more": "enough"}),
        (B, "received", {"more": "ask_more"}),
    ),
    "talk_about_fear": (
        (A, "said", {"which": "trust"}),
        (B, "heard", {}),
        (A, "checked", {"understood": "not_yet"}),
        (B, "heard", {}),
        (A, "checked", {"understood": "yes"}),
    ),
    "letting_go": ((A, "chosen", {"habit": "being_right"}), (A, "praised", {})),
    "forgiving": ((A, "owned", {}), (B, "answered", {"answer": "heard"})),
    "room_for_me": ((A, "shared", {}), (B, "noted", {})),
    "agreement": (
        (A, "proposed", _TERMS | {"need": "", "request": ""}),
        (B, "answered", _YES),
        (B, "changed", _TERMS),
        (A, "answered", _YES),
        (A, "owned", {"went": "partly"}),
        (B, "heard", {"answer": "not_yet"}),
    ),
    "breakdown": (
        (A, "named", {"whose": "mine", "need": "needs.heard", "talk_on": "DAY"}),
        (B, "agreed", {}),
        (A, "talked", {"way": "enough"}),
    ),
    "our_plan": (
        (A, "planned", {"at": "MOMENT", "exercise": ""}),
        (B, "joined", {}),
        (A, "looked_back", {"went": "done", "felt": "good"}),
        (B, "looked_back", {"went": "not_done", "felt": "hard"}),
    ),
    "patience_and_help": ((A, "pictured", {"day": "DAY"}), (A, "looked_back", {"how": "a_little"})),
}


@dataclass(frozen=True, slots=True)
class Played:
    """One step: whose it is, and what is kept of it. ``thing`` is the id of what it is on."""

    who: int
    kind: str
    payload: Mapping[str, Any]
    operation_id: str
    thing: str


def play_out(exercise: str, text: str, day: str, tag: str = "") -> Iterator[Played]:
    """Yield an exercise's steps with a text in every field, cut to what the field takes."""
    machine, thing, last = MACHINES[exercise], "", ""
    for n, (who, name, chosen) in enumerate(PLAYED[exercise]):
        move, kind, operation = machine.moves[name], machine.kind(name), f"{exercise}{tag}.{n}"
        values = {"DAY": day, "MOMENT": f"{day}T18:00Z", "LAST": last}
        payload = {
            field: values.get(value, value) if isinstance(value, str) else value
            for field, value in chosen.items()
        }
        about = getattr(move, "about", None)
        if about is None:
            thing = _begun(exercise, thing, operation, day)
        else:
            payload[about] = thing
        typed = {
            one: text[: of.most] for one, of in SHAPES[kind].items() if _is_typed(of) and one not in payload
        }
        yield Played(who, kind, typed | payload, operation, thing)
        last = operation


def _begun(exercise: str, thing: str, operation: str, day: str) -> str:
    """Return the id of the thing that an opening is on: some go on with one that is there."""
    if exercise == "twenty_minutes":
        return day
    return thing if exercise in GOES_ON and thing else operation


def _is_typed(field: object) -> bool:
    return isinstance(field, Text) and not isinstance(field, Filled)


def typed_fields() -> dict[str, tuple[str, ...]]:
    """Return which fields of text each kind of step has, for all that is played."""
    kinds = {MACHINES[name].kind(move) for name, moves in PLAYED.items() for _, move, _ in moves}
    return {kind: tuple(one for one, of in SHAPES[kind].items() if _is_typed(of)) for kind in kinds}
