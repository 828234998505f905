"""Curiosity update: each opens one topic about oneself, both guess apart, and each tells how it is.

Only what somebody opened can be guessed at. There is no score: what was told is kept, and a guess that was
far off is how something new is learned.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from workbook.exercises.apart import Apart, written
from workbook.exercises.machine import Happening, Machine, Opening, Reply, Told, allow, hide
from workbook.exercises.turns import either, to
from workbook.shapes import Choice, Rating, Text

TOPICS = (
    "dream",
    "worry",
    "favourite",
    "free_afternoon",
    "what_tires_me",
    "what_i_enjoy",
    "somebody_i_think_of",
)
CLOSE = ("close", "partly", "not_now")


@dataclass(frozen=True, slots=True, kw_only=True)
class Update(Apart):
    """One update. ``topics`` is what each opened about oneself, ``answers`` each one's guess."""

    ENDS = frozenset({"both_told", "let_go"})
    DONE = frozenset({"both_told"})

    topics: Mapping[str, str]
    sure: Mapping[str, int | None] = field(default_factory=dict)
    close: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """The topic of whoever began, by its id: its title is known to the page."""
        return self.topics[self.by]

    def waits_for(self, person_id: str) -> bool:
        said: Mapping[str, Mapping[str, object]] = {
            "opened": self.topics, "guessing": self.answers, "both": self.words
        }  # fmt: skip
        return person_id not in said.get(self.stage, {person_id: ""})

    def told(self, reader: str) -> Sequence[Told]:
        topics = [
            one
            for person_id, topic in self.topics.items()
            for one in (Told("told.opened", by=person_id), Told(f"opened.topic.{topic}"))
        ]
        guesses = [
            one
            for person_id, guess in self.answers.items()
            if guess and (self.is_written or person_id == reader)
            for one in (
                Told("told.guessed", guess, person_id), Told(f"guessed.sure.{self.sure[person_id]}")
            )
        ]  # fmt: skip
        told = [
            one
            for person_id, close in self.close.items()
            for one in (Told(f"told.{close}", self.words[person_id] or None, person_id),)
        ]
        return [*topics, *guesses, *told]


def _open(_updates: dict[str, Update], event: Happening) -> Update:
    topics = {event.person_id: event.payload["topic"]}
    return Update(id=event.operation_id, by=event.person_id, stage="opened", topics=topics)


def _may_open_too(update: Update, person_id: str) -> None:
    allow(update.stage == "opened", "step_done")
    allow(person_id not in update.topics, "partners_turn")


def _open_too(update: Update, event: Happening) -> Update:
    topics = {**update.topics, event.person_id: event.payload["topic"]}
    return replace(update, stage="guessing", topics=topics)


def _may_guess(update: Update, person_id: str) -> None:
    allow(update.stage == "guessing" and person_id not in update.answers, "step_done")


def _guess(update: Update, event: Happening) -> Update:
    sure = {**update.sure, event.person_id: event.payload["sure"]}
    return replace(update, sure=sure, **written(update, event, event.payload["guess"]))


def _may_tell(update: Update, person_id: str) -> None:
    allow(update.stage == "both" and person_id not in update.words, "step_done")


def _tell(update: Update, event: Happening) -> Update:
    given, by = event.payload, event.person_id
    words = {**update.words, by: given["words"]}
    close = {**update.close, by: given["close"]}
    return replace(update, words=words, close=close, stage="both_told" if len(words) == 2 else "both")


MACHINE: Machine[Update] = Machine(
    "curiosity_update",
    {
        "opened": Opening({"topic": Choice(TOPICS)}, _open),
        "opened_too": Reply("update", _open_too, {"topic": Choice(TOPICS)}, may=_may_open_too),
        "guessed": Reply(
            "update",
            _guess,
            {"guess": Text(300), "sure": Rating(1, 3)},
            may=_may_guess,
            hides=hide("guess", "sure", until=Update.shows),
        ),
        "answered": Reply(
            "update", _tell, {"close": Choice(CLOSE), "words": Text(400, may_be_empty=True)}, may=_may_tell
        ),
        "let_go": Reply("update", to("let_go"), may=either("opened", "guessing"), way="back"),
    },
)
