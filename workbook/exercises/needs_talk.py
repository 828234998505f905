"""Needs talk: one says an unmet need, the other says back what they heard, both choose a way on.

The way on is a request, a plan to meet the need elsewhere (nobody meets every need of a
partner), or later. Nobody is asked to defend why a need is unmet.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import ClassVar, Literal

from workbook.exercises.machine import Happening, Machine, allow, find
from workbook.exercises.shapes import OneOf, Reference, Shape, Text

Stage = Literal["said", "heard", "understood", "settled", "withdrawn"]


@dataclass(frozen=True, slots=True)
class Talk:
    """One talk about one need. ``by`` says the need; the other one listens."""

    id: str
    by: str
    need: str
    words: str
    heard: str = ""
    missing: str = ""
    way: str = ""
    plan: str = ""
    stage: Stage = "said"
    n_tries: int = 0

    def waits_for(self, person_id: str) -> bool:
        """Whether the next step is this person's."""
        listens = self.by != person_id
        return {"said": listens, "heard": not listens, "understood": not listens}.get(self.stage, False)


Talks = Mapping[str, Talk]


class NeedsTalkMachine(Machine[Talks]):
    """State: talks by id, in the order they were begun."""

    id: ClassVar[str] = "needs_talk"
    shapes: ClassVar[Mapping[str, Shape]] = {
        "needs_talk.said": {"need": Reference(), "words": Text(600)},
        "needs_talk.heard": {"talk": Reference(), "words": Text(600)},
        "needs_talk.checked": {
            "talk": Reference(),
            "understood": OneOf(("yes", "not_yet")),
            "missing": Text(400, required=False),
        },
        "needs_talk.settled": {
            "talk": Reference(),
            "way": OneOf(("request", "elsewhere", "later")),
            "plan": Text(400, required=False),
        },
        "needs_talk.withdrawn": {"talk": Reference()},
    }

    def begin(self) -> Talks:
        return MappingProxyType({})

    def step(self, state: Talks, event: Happening) -> Talks:
        if event.kind == "needs_talk.said":
            talk = Talk(event.operation_id, event.person_id, event.payload["need"], event.payload["words"])
        else:
            talk = find(state, event.payload["talk"])
            talk = _MOVES[event.kind](talk, event)
        return MappingProxyType({**state, talk.id: talk})


def _heard(talk: Talk, event: Happening) -> Talk:
    allow(talk.stage == "said", "talk_done")
    allow(talk.waits_for(event.person_id), "talk_listener")
    return replace(talk, stage="heard", heard=event.payload["words"], n_tries=talk.n_tries + 1)


def _checked(talk: Talk, event: Happening) -> Talk:
    allow(talk.stage == "heard", "talk_not_heard")
    allow(talk.by == event.person_id, "talk_speaker_checks")
    if event.payload["understood"] == "yes":
        return replace(talk, stage="understood", missing="")
    return replace(talk, stage="said", missing=event.payload["missing"])


def _settled(talk: Talk, event: Happening) -> Talk:
    allow(talk.stage == "understood", "talk_not_understood")
    allow(talk.by == event.person_id, "talk_speaker_chooses")
    return replace(talk, stage="settled", way=event.payload["way"], plan=event.payload["plan"])


def _withdrawn(talk: Talk, event: Happening) -> Talk:
    allow(talk.by == event.person_id, "talk_not_speaker")
    allow(talk.stage != "settled", "talk_settled")
    return replace(talk, stage="withdrawn")


_MOVES = {
    "needs_talk.heard": _heard,
    "needs_talk.checked": _checked,
    "needs_talk.settled": _settled,
    "needs_talk.withdrawn": _withdrawn,
}
