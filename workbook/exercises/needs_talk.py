"""Needs talk: one says an unmet need, the other says back what they heard, both choose a way on.

The way on is a request, a plan to meet the need elsewhere (nobody meets every need of a
partner), or later. Nobody is asked to defend why a need is unmet.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from workbook.exercises.machine import Happening, Machine, Opening, Reply, Thing, Told, allow
from workbook.shapes import Choice, Need, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk(Thing):
    """One talk about one need. ``by`` says the need; the other one listens."""

    ENDS = frozenset({"settled", "withdrawn"})
    DONE = frozenset({"settled"})

    need: str
    words: str
    heard: str = ""
    missing: str = ""
    way: str = ""
    plan: str = ""
    n_tries: int = 0

    @property
    def title(self) -> str:
        """The need's id: its title is known to the page."""
        return self.need

    def waits_for(self, person_id: str) -> bool:
        listens = self.by != person_id
        return {"said": listens, "heard": not listens, "understood": not listens}.get(self.stage, False)

    def told(self, reader: str) -> Sequence[Told]:
        told = [Told("told.said", self.words, self.by)]
        told += [Told("told.heard", self.heard)] if self.heard else []
        told += [Told("told.missing", self.missing)] if self.missing else []
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


def _may_settle(talk: Talk, person_id: str) -> None:
    allow(talk.stage == "understood", "talk_not_understood")
    allow(talk.by == person_id, "talk_speaker_chooses")


def _settle(talk: Talk, event: Happening) -> Talk:
    return replace(talk, stage="settled", way=event.payload["way"], plan=event.payload["plan"])


def _may_withdraw(talk: Talk, person_id: str) -> None:
    allow(talk.by == person_id, "talk_not_speaker")
    allow(talk.is_open, "talk_settled")


MACHINE: Machine[Talk] = Machine(
    "needs_talk",
    {
        "said": Opening({"need": Need(), "words": Text(600)}, _say),
        "heard": Reply("talk", _say_back, {"words": Text(600)}, may=_may_say_back),
        "checked": Reply(
            "talk",
            _check,
            {"understood": Choice(("yes", "not_yet")), "missing": Text(400, may_be_empty=True)},
            may=_may_check,
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
