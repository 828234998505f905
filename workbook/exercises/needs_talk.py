"""Needs talk: one says an unmet need, the other says back what they heard and what they can offer.

Then whoever said the need chooses a way on: a request, a plan to meet the need elsewhere (nobody meets
every need of a partner), or later. Nobody is asked to defend why a need is unmet, or why they offer
nothing now. To feel safe is not talked of here: that is for a page of one's own.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from workbook.exercises.machine import Happening, Machine, Opening, Reply, Thing, Told, allow
from workbook.shapes import Choice, Need, Text

SAFE = "needs.safe"
OF_TOUCH = frozenset({"needs.touched", "needs.held", "needs.desired"})
"""Needs that whoever listens reads the words on touch with."""
_TURN = {"said": "listener", "heard": "speaker", "understood": "listener", "offered": "speaker"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk(Thing):
    """One talk about one need. ``by`` says the need; the other one listens."""

    ENDS = frozenset({"settled", "withdrawn"})
    DONE = frozenset({"settled"})

    need: str
    words: str
    heard: str = ""
    missing: str = ""
    offer: str = ""
    offered: str = ""
    way: str = ""
    plan: str = ""
    n_tries: int = 0

    @property
    def title(self) -> str:
        """The need's id: its title is known to the page."""
        return self.need

    def waits_for(self, person_id: str) -> bool:
        return _TURN.get(self.stage) == ("speaker" if self.by == person_id else "listener")

    def told(self, reader: str) -> Sequence[Told]:
        told = [Told("told.said", self.words, self.by)]
        told += [Told("told.heard", self.heard)] if self.heard else []
        told += [Told("told.missing", self.missing)] if self.missing else []
        told += [Told(f"told.{self.offer}", self.offered or None)] if self.offer else []
        return [*told, Told(f"told.{self.way}", self.plan or None, self.by)] if self.way else told


def _say(_talks: dict[str, Talk], event: Happening) -> Talk:
    payload = event.payload
    return Talk(
        id=event.operation_id,
        by=event.person_id,
        stage="said",
        need=payload["need"],
        words=payload["words"],
    )


def _may_say_back(talk: Talk, person_id: str) -> None:
    allow(talk.stage == "said", "step_done")
    allow(talk.waits_for(person_id), "talk_listener")


def _say_back(talk: Talk, event: Happening) -> Talk:
    return replace(talk, stage="heard", heard=event.payload["words"], n_tries=talk.n_tries + 1)


def _may_check(talk: Talk, person_id: str) -> None:
    allow(talk.stage == "heard", "talk_not_heard")
    allow(talk.by == person_id, "talk_speaker_checks")


def _check(talk: Talk, event: Happening) -> Talk:
    if event.payload["understood"] == "yes":
        return replace(talk, stage="understood", missing="")
    return replace(talk, stage="said", missing=event.payload["missing"])


def _may_offer(talk: Talk, person_id: str) -> None:
    allow(talk.stage == "understood", "talk_not_understood")
    allow(talk.waits_for(person_id), "talk_listener_offers")


def _offer(talk: Talk, event: Happening) -> Talk:
    return replace(talk, stage="offered", offer=event.payload["offer"], offered=event.payload["words"])


def _may_settle(talk: Talk, person_id: str) -> None:
    # An offer is not waited for: nobody has to make one, and talks from before have none.
    allow(talk.stage in ("understood", "offered"), "talk_not_understood")
    allow(talk.by == person_id, "talk_speaker_chooses")


def _settle(talk: Talk, event: Happening) -> Talk:
    return replace(talk, stage="settled", way=event.payload["way"], plan=event.payload["plan"])


def _may_withdraw(talk: Talk, person_id: str) -> None:
    allow(talk.by == person_id, "talk_not_speaker")
    allow(talk.is_open, "talk_settled")


MACHINE: Machine[Talk] = Machine(
    "needs_talk",
    {
        "said": Opening({"need": Need(but=frozenset({SAFE})), "words": Text(600)}, _say),
        "heard": Reply("talk", _say_back, {"words": Text(600)}, may=_may_say_back),
        "checked": Reply(
            "talk",
            _check,
            {"understood": Choice(("yes", "not_yet")), "missing": Text(400, may_be_empty=True)},
            may=_may_check,
        ),
        "offered": Reply(
            "talk",
            _offer,
            {
                "offer": Choice(("can_offer", "not_this", "not_now")),
                "words": Text(400, needed_with=("offer", "can_offer")),
            },
            may=_may_offer,
        ),
        "settled": Reply(
            "talk",
            _settle,
            {"way": Choice(("request", "elsewhere", "later")), "plan": Text(400, may_be_empty=True)},
            may=_may_settle,
        ),
        "withdrawn": Reply(
            "talk",
            lambda talk, _event: replace(talk, stage="withdrawn"),
            may=_may_withdraw,
            way="back",
        ),
    },
)
