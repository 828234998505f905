"""Request: one clear, concrete request; the answer is yes, no, or "I want to negotiate".

A "no" costs nothing: it ends the request and asks for no reason. A "yes" can be taken back
at any time by either of the two, without a reason: that is what makes a yes to closeness
worth having.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import ClassVar, Literal

from workbook.exercises.machine import Happening, Machine, allow, find
from workbook.exercises.shapes import Flag, OneOf, Reference, Shape, Text

Stage = Literal["waiting", "agreed", "declined", "withdrawn", "taken_back"]


@dataclass(frozen=True, slots=True)
class Offer:
    """One wording on the way: the request itself or a counter-proposal, and whose it is."""

    text: str
    by: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    """One request and where it stands. ``offers`` are the rounds, first to last.

    ``closed_by`` is who settled it: gave the yes, or later took theirs back.
    """

    id: str
    by: str
    need: str
    is_intimate: bool
    offers: tuple[Offer, ...]
    stage: Stage = "waiting"
    note: str = ""
    closed_by: str = ""

    @property
    def wording(self) -> str:
        """What is on offer now, or was agreed."""
        return self.offers[-1].text

    @property
    def n_rounds(self) -> int:
        """How often the wording changed hands after the first."""
        return len(self.offers) - 1

    def waits_for(self, person_id: str) -> bool:
        """Whether this person is the one to answer."""
        return self.stage == "waiting" and self.offers[-1].by != person_id


Requests = Mapping[str, Request]


class RequestMachine(Machine[Requests]):
    """State: requests by id, in the order they were sent."""

    id: ClassVar[str] = "request"
    shapes: ClassVar[Mapping[str, Shape]] = {
        "request.sent": {"text": Text(400), "need": Reference(required=False), "is_intimate": Flag()},
        "request.answered": {
            "request": Reference(),
            "answer": OneOf(("yes", "no", "negotiate")),
            "note": Text(400, required=False),
            "proposal": Text(400, required=False),
        },
        "request.withdrawn": {"request": Reference()},
        "request.taken_back": {"request": Reference()},
    }

    def begin(self) -> Requests:
        return MappingProxyType({})

    def step(self, state: Requests, event: Happening) -> Requests:
        if event.kind == "request.sent":
            request = Request(
                id=event.operation_id,
                by=event.person_id,
                need=event.payload["need"],
                is_intimate=event.payload["is_intimate"],
                offers=(Offer(event.payload["text"], event.person_id),),
            )
        else:
            request = find(state, event.payload["request"])
            request = _MOVES[event.kind](request, event)
        return MappingProxyType({**state, request.id: request})


def _answered(request: Request, event: Happening) -> Request:
    payload = event.payload
    allow(request.stage == "waiting", "request_settled")
    allow(request.waits_for(event.person_id), "request_not_yours")
    if payload["answer"] == "yes":
        return replace(request, stage="agreed", note=payload["note"], closed_by=event.person_id)
    if payload["answer"] == "no":
        return replace(request, stage="declined", note=payload["note"], closed_by=event.person_id)
    allow(bool(payload["proposal"].strip()), "request_no_proposal")
    offer = Offer(payload["proposal"], event.person_id, payload["note"])
    return replace(request, offers=(*request.offers, offer))


def _withdrawn(request: Request, event: Happening) -> Request:
    allow(request.by == event.person_id, "request_not_asker")
    allow(request.stage == "waiting", "request_settled")
    return replace(request, stage="withdrawn")


def _taken_back(request: Request, event: Happening) -> Request:
    # With a counter-proposal the yes may be the asker's own: both gave their word, so
    # either may change it, and nobody has to say why.
    allow(request.stage == "agreed", "request_no_yes")
    return replace(request, stage="taken_back", closed_by=event.person_id)


_MOVES = {
    "request.answered": _answered,
    "request.withdrawn": _withdrawn,
    "request.taken_back": _taken_back,
}
