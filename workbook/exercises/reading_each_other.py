"""Reading each other: one shows a sign of one's own, the other guesses, and the one who knows tells.

Nobody reads what was not shown to them: a sign is put up by whoever it belongs to. A guess is a question, so
what was told stands first, and no guess is called right or wrong.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from workbook.exercises.machine import Happening, Machine, Opening, Reply, Told
from workbook.exercises.turns import Exchange, maker, other, taken_off, told
from workbook.shapes import Choice, Text

SIGNS = ("look", "voice", "silence", "body")
FEELINGS = (
    "glad", "calm", "tender", "proud", "hopeful", "tired", "sad", "lonely", "afraid", "hurt", "ashamed",
    "angry", "overwhelmed", "something_else",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign(Exchange):
    """One sign. ``by`` is whose sign it is."""

    ENDS = DONE = frozenset({"told"})
    FOR_OTHER: ClassVar[frozenset[str]] = frozenset({"shown"})
    FOR_MAKER: ClassVar[frozenset[str]] = frozenset({"guessed"})

    sort: str
    words: str
    guess: str = ""
    feeling: str = ""
    means: str = ""
    wish: str = ""
    guesser: str = ""

    @property
    def title(self) -> str:
        return self.words

    def told(self, reader: str) -> Sequence[Told]:
        shown = Told(f"told.{self.sort}", self.words, self.by)
        if self.stage == "told":
            return [
                shown,
                Told("told.feels", by=self.by),
                Told(f"guessed.guess.{self.feeling}"),
                *told("told.means", self.means, self.by),
                *told("told.wish", self.wish, self.by),
            ]
        guess = [Told("told.guess", by=self.guesser), Told(f"guessed.guess.{self.guess}")]
        return [shown, *(guess if self.guess else [])]


def _show(_signs: dict[str, Sign], event: Happening) -> Sign:
    given = event.payload
    return Sign(
        id=event.operation_id, by=event.person_id, stage="shown", sort=given["sort"], words=given["words"]
    )


def _guess(sign: Sign, event: Happening) -> Sign:
    return replace(sign, stage="guessed", guess=event.payload["guess"], guesser=event.person_id)


def _tell(sign: Sign, event: Happening) -> Sign:
    given = event.payload
    return replace(sign, stage="told", feeling=given["feeling"], means=given["means"], wish=given["wish"])


MACHINE: Machine[Sign] = Machine(
    "reading_each_other",
    {
        "shown": Opening({"sort": Choice(SIGNS), "words": Text(200)}, _show),
        "guessed": Reply("sign", _guess, {"guess": Choice(FEELINGS)}, may=other("shown")),
        "explained": Reply(
            "sign",
            _tell,
            {
                "feeling": Choice(FEELINGS),
                "means": Text(300, may_be_empty=True),
                "wish": Text(200, may_be_empty=True),
            },
            may=maker("shown", "guessed"),
        ),
        "removed": Reply("sign", taken_off, may=maker("shown", "guessed", "told"), way="off"),
    },
)
