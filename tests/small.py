"""A questionnaire small enough to score by hand, and rows of answers to it."""

from collections.abc import Mapping

import pandas as pd

from workbook import frames
from workbook.answers import ItemBank
from workbook.instruments import catalogue
from workbook.instruments.model import FIRST, Choice, Constant, Instrument, Item, Scale, Subscale

OFTEN = Scale("often", tuple(Choice(v, f"choice {v}") for v in range(5)))

ITEMS = (
    Item("x.talk.1", "…", OFTEN),
    Item("x.talk.2", "…", OFTEN),
    Item("x.talk.3", "…", OFTEN, reverse=True),
    Item("x.talk.partner", "…", OFTEN, about="partner"),
    Item("x.blame.1", "…", OFTEN),
    Item("x.blame.2", "…", OFTEN),
)
TALK = Subscale(
    "x.talk", "Talk", ("x.talk.1", "x.talk.2", "x.talk.3"), min_answered=2, source=("S0",), summary="",
    reliability=Constant(0.75, "assumed"), sd=Constant(1.0, "assumed"),
)  # fmt: skip
SEEN = Subscale("x.talk.partner", "Talk: your partner", ("x.talk.partner",), about="partner", summary="")
BLAME = Subscale(
    "x.blame", "Blame", ("x.blame.1", "x.blame.2"), statistic="sum", min_answered=1, higher_is="worse", summary="",
    reliability=Constant(0.84, "S0"), sd=Constant(2.0, "S0"),
)  # fmt: skip
SMALL = Instrument(
    "x", "1.0", "Small", ("S0",), "CC0", "assessment", "…", 1.0, (OFTEN,), ITEMS, (TALK, SEEN, BLAME)
)


def answers(
    given: Mapping[str, int | None],
    person: str = "p_1",
    couple: str = "c_1",
    occasion: str = "assessment-1",
    instrument: str = "x",
) -> pd.DataFrame:
    """One row per item named; ``None`` is 'prefer not to say'.

    Items of the questionnaires are answered in the version that is asked now.
    """
    frame = pd.DataFrame(
        {
            "couple_id": couple,
            "person_id": person,
            "occasion": occasion,
            "instrument": instrument,
            "item": list(given),
            "value": pd.array(list(given.values()), dtype="Int16"),
            "declined": [value is None for value in given.values()],
            "not_arisen": False,
            "version": [asked_version(item) for item in given],
        }
    )
    return frames.check(frame, frames.RESPONSES)


def asked_version(item: str) -> str:
    """Return the version in which an item is asked now; the first of one that no questionnaire has."""
    found = ItemBank(catalogue(), {item.rpartition(".")[0]}).find(item)
    return found[1].version if found else FIRST


def both(mine: Mapping[str, int | None], yours: Mapping[str, int | None]) -> pd.DataFrame:
    """The answers of p_1 and p_2, one couple."""
    return pd.concat([answers(mine, "p_1"), answers(yours, "p_2")], ignore_index=True)
