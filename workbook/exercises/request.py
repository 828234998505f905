"""Request: one clear, concrete request; the answer is yes, no, or "I want to negotiate".

A "no" costs nothing: it ends the request and asks for no reason. A "yes" can be taken back
at any time by either of the two, without a reason: that is what makes a yes to closeness
worth having. After a no, and after three rounds that led nowhere, the need rests for two weeks. Whoever
answers may say that it is about touch, or to let it rest: then the workbook never asks for it again.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from workbook.exercises.machine import Happening, Machine, Opening, Reply, Thing, Told, allow
from workbook.shapes import Choice, Flag, Need, Text

MOST_ROUNDS = 3
RESTS = timedelta(days=14)


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
    ``rests_until`` is the moment before which its need is not asked for again, and ``mark`` what was said of
    it with the answer: "touch" or "rest" once and for all.
    """

    ENDS = DONE = frozenset({"agreed", "declined", "resting", "withdrawn", "taken_back"})

    need: str
    is_intimate: bool
    offers: tuple[Offer, ...]
    when: str = ""
    note: str = ""
    answered_by: str = ""
    mark: str = ""
    rests_until: datetime | None = None

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

    @property
    def may_negotiate(self) -> bool:
        """Whether another round may follow."""
        return self.n_rounds < MOST_ROUNDS

    def waits_for(self, person_id: str) -> bool:
        return self.is_open and self.offers[-1].by != person_id

    def told(self, reader: str) -> Sequence[Told]:
        told: list[Told] = []
        for number, offer in enumerate(self.offers):
            told.append(Told("told.proposed" if number else "told.asked", offer.text, offer.by))
            told += [Told(text=offer.note, is_aside=True)] if offer.note else []
            told += [Told("told.when", self.when, self.by)] if self.when and not number else []
        return [*told, Told("told.added", self.note, self.answered_by)] if self.note else told


def resting_until(requests: Iterable[Request], need: str, by: str, now: datetime | None) -> datetime | None:
    """Return until when a need of somebody's rests, if it does: after a no, or rounds that led nowhere."""
    ends = [one.rests_until for one in requests if need and (one.need, one.by) == (need, by)]
    later = [end for end in ends if end is not None and now is not None and end > now]
    return max(later, default=None)


def is_let_rest(requests: Iterable[Request], need: str, by: str) -> bool:
    """Return whether the workbook is not to ask for a need of somebody's any more."""
    return any(one.mark for one in requests if need and (one.need, one.by) == (need, by))


def _send(requests: dict[str, Request], event: Happening) -> Request:
    resting = resting_until(requests.values(), event.payload["need"], event.person_id, event.at)
    allow(resting is None, "request_rests")
    return Request(
        id=event.operation_id,
        by=event.person_id,
        stage="waiting",
        need=event.payload["need"],
        is_intimate=event.payload["is_intimate"],
        when=event.payload["when"],
        offers=(Offer(event.payload["text"], event.person_id),),
    )


def _may_answer(request: Request, person_id: str) -> None:
    allow(request.stage == "waiting", "request_settled")
    allow(request.waits_for(person_id), "request_not_yours")


def _answer(request: Request, event: Happening) -> Request:
    payload = event.payload
    if payload["answer"] == "negotiate":
        allow(request.may_negotiate, "request_rounds")
        offer = Offer(payload["proposal"], event.person_id, payload["note"])
        return replace(request, offers=(*request.offers, offer))
    answered = replace(request, note=payload["note"], answered_by=event.person_id)
    if payload["answer"] == "yes":
        return replace(answered, stage="agreed")
    rests_until = event.at + RESTS if event.at else None
    return replace(answered, stage=_NOT[payload["answer"]], rests_until=rests_until, mark=payload["mark"])


def _may_withdraw(request: Request, person_id: str) -> None:
    allow(request.by == person_id, "request_not_asker")
    allow(request.stage == "waiting", "request_settled")


def _may_take_back(request: Request, _person_id: str) -> None:
    # With a counter-proposal the yes may be the asker's own: both gave their word, so
    # either may change it, and nobody has to say why.
    allow(request.stage == "agreed", "request_no_yes")


_NOT = {"no": "declined", "rest": "resting"}
MACHINE: Machine[Request] = Machine(
    "request",
    {
        "sent": Opening(
            {
                "text": Text(400),
                "when": Text(120, may_be_empty=True, may_be_missing=True),
                "is_intimate": Flag(),
                "need": Need(may_be_empty=True),
            },
            _send,
        ),
        "answered": Reply(
            "request",
            _answer,
            {
                "answer": Choice(("yes", "no", "negotiate", "rest")),
                "proposal": Text(400, needed_with=("answer", "negotiate")),
                "mark": Choice(("touch", "rest"), may_be_empty=True, may_be_missing=True),
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
