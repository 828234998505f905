"""Good news: one tells a good thing, the other first asks, and is glad only once more was told.

The order is the exercise: a question opens what happened, and joy that comes before it ends the telling.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from workbook.exercises.machine import Happening, Machine, Opening, Reply, Told
from workbook.exercises.turns import Exchange, maker, other, taken_off, told
from workbook.shapes import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class News(Exchange):
    """One good thing. ``by`` tells it; the other one asks, and is glad with them."""

    ENDS = DONE = frozenset({"enjoyed"})
    FOR_OTHER: ClassVar[frozenset[str]] = frozenset({"told", "more_told"})
    FOR_MAKER: ClassVar[frozenset[str]] = frozenset({"asked"})

    news: str
    question: str = ""
    more: str = ""
    glad: str = ""
    asker: str = ""

    @property
    def title(self) -> str:
        return self.news

    def told(self, reader: str) -> Sequence[Told]:
        return [
            Told("told.news", self.news, self.by),
            *told("told.question", self.question, self.asker),
            *told("told.more", self.more, self.by),
            *told("told.glad", self.glad, self.asker),
        ]


def _tell(_all: dict[str, News], event: Happening) -> News:
    return News(id=event.operation_id, by=event.person_id, stage="told", news=event.payload["news"])


def _ask(news: News, event: Happening) -> News:
    return replace(news, stage="asked", asker=event.person_id, question=event.payload["question"])


MACHINE: Machine[News] = Machine(
    "good_news",
    {
        "shared": Opening({"news": Text(400)}, _tell),
        "asked": Reply("news_id", _ask, {"question": Text(200)}, may=other("told")),
        "more_told": Reply(
            "news_id",
            lambda news, event: replace(news, stage="more_told", more=event.payload["more"]),
            {"more": Text(400)},
            may=maker("asked"),
        ),
        "enjoyed": Reply(
            "news_id",
            lambda news, event: replace(news, stage="enjoyed", glad=event.payload["glad"]),
            {"glad": Text(300)},
            may=other("more_told"),
        ),
        "removed": Reply("news_id", taken_off, may=maker("told", "asked", "more_told", "enjoyed"), way="off"),
    },
)
