"""Request: one clear, concrete request; the answer is yes, no, or "I want to negotiate".

A "no" costs nothing: it ends the request and asks for no reason. A "yes" can be taken back
at any time by either of the two, without a reason: that is what makes a yes to closeness
worth having.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from workbook.exercises.machine import Happening, Machine, Opening, Reply, Thing, Told, allow
from workbook.shapes import Choice, Flag, Need, Text


@dataclass(frozen=True, slots=True)
class Offer:
    """One wording on the way: the request itself or a counter-proposal, and whose it is."""

    text: str
    by: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request(Thing):
    """One request and where it stands. ``offers`` are the rounds, first to last.

    ``answered_by`` is who gave the last answer and wrote its ``note``, also where it was taken back since.
    """

    ENDS = DONE = frozenset({"agreed", "declined", "withdrawn", "taken_back"})

    need: str
    is_intimate: bool
    offers: tuple[Offer, ...]
    note: str = ""
    answered_by: str = ""

    @property
    def title(self) -> str:
        """What is on offer now, or was agreed."""
        return self.offers[-1].text

    @property
    def title_by(self) -> str:
        """Whoever proposed what is on offer now, who need not be the one who asked."""
        return self.offers[-1].by

    @property
    def n_rounds(self) -> int:
        """How often the wording changed hands after the first."""
        return len(self.offers) - 1

    def waits_for(self, person_id: str) -> bool:
        return self.is_open and self.offers[-1].by != person_id

    def told(self, reader: str) -> Sequence[Told]:
        told: list[Told] = []
        for number, offer in enumerate(self.offers):
            told.append(Told("told.proposed" if number else "told.asked", offer.text, offer.by))
            told += [Told(text=offer.note, is_aside=True)] if offer.note else []
        return [*told, Told("told.added", self.note, self.answered_by)] if self.note else told


def _send(_requests: dict[str, Request], event: Happening) -> Request:
    return Request(
        id=event.operation_id,
        by=event.person_id,
        stage="waiting",
        need=event.payload["need"],
        is_intimate=event.payload["is_intimate"],
        offers=(Offer(event.payload["text"], event.person_id),),
    )


def _may_answer(request: Request, person_id: str) -> None:
    allow(request.stage == "waiting", "request_settled")
    allow(request.waits_for(person_id), "request_not_yours")


def _answer(request: Request, event: Happening) -> Request:
    payload = event.payload
    if payload["answer"] == "negotiate":
        offer = Offer(payload["proposal"], event.person_id, payload["note"])
        return replace(request, offers=(*request.offers, offer))
    stage = "agreed" if payload["answer"] == "yes" else "declined"
    return replace(request, stage=stage, note=payload["note"], answered_by=event.person_id)


def _may_withdraw(request: Request, person_id: str) -> None:
    allow(request.by == person_id, "request_not_asker")
    allow(request.stage == "waiting", "request_settled")


def _may_take_back(request: Request, _person_id: str) -> None:
    # With a counter-proposal the yes may be the asker's own: both gave their word, so
    # either may change it, and nobody has to say why.
    allow(request.stage == "agreed", "request_no_yes")


MACHINE: Machine[Request] = Machine(
    "request",
    {
        "sent": Opening(
            {"text": Text(400), "is_intimate": Flag(), "need": Need(may_be_empty=True)},
            _send,
        ),
        "answered": Reply(
            "request",
            _answer,
            {
                "answer": Choice(("yes", "no", "negotiate")),
                "proposal": Text(400, needed_with=("answer", "negotiate")),
                "note": Text(400, may_be_empty=True),
            },
            may=_may_answer,
        ),
        "withdrawn": Reply(
            "request",
            lambda request, _event: replace(request, stage="withdrawn"),
            may=_may_withdraw,
            way="back",
        ),
        "taken_back": Reply(
            "request",
            lambda request, _event: replace(request, stage="taken_back"),
            may=_may_take_back,
            way="back",
        ),
    },
)
