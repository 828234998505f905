"""What a release is: tables, what their columns mean, and how risky they are."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import pandas as pd

from workbook.content import say
from workbook.errors import Problem, Problems, ReleaseError, problem
from workbook.instruments.model import Instrument, Item, Subscale
from workbook.research.anonymise import SUPPRESSED
from workbook.research.export.journal import Basis

DECLINED = -9
NOT_ARISEN = -8
MISSING_LABELS = {
    DECLINED: "prefer not to say",
    NOT_ARISEN: "it did not come up",
    SUPPRESSED: "withheld to protect people",
}

SMALLEST_CELL = 5
"""Couples that must share what others may know."""

MOST_SUCCESS = 0.05
"""Share of attacks that may point at the right row."""


class Level(StrEnum):
    """How much an export holds, from least to most."""

    AGGREGATE = "aggregate"
    UNLINKED = "unlinked"
    RESTRICTED = "restricted"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table: its name, what it means, and what its codes stand for.

    ``version`` is that of the item it holds the answers to; empty where it holds something else.
    """

    name: str
    label: str
    kind: str  # "id", "code", "number" or "text"
    codes: Mapping[int, str] = field(default_factory=dict)
    missing: Mapping[int, str] = field(default_factory=dict)
    version: str = ""


@dataclass(frozen=True, eq=False)
class ReleaseTable:
    """Rows and their columns, in the same order."""

    name: str
    rows: pd.DataFrame = field(repr=False)
    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class Check:
    """One figure of the risk report. ``ok`` is None where it informs and does not decide.

    ``name`` is a key under ``research.risk`` in the messages.
    """

    name: str
    value: float
    bound: str
    ok: bool | None


def at_least(name: str, value: float, bound: float) -> Check:
    """Return a figure that must reach a bound."""
    return Check(name, float(value), f"≥ {bound:g}", bool(value >= bound))


def at_most(name: str, value: float, bound: float) -> Check:
    """Return a figure that must stay within a bound."""
    return Check(name, float(value), f"≤ {bound:g}", bool(value <= bound))


def for_information(name: str, value: float) -> Check:
    """Return a figure to be read, without a bound."""
    return Check(name, float(value), "–", None)


@dataclass(frozen=True, slots=True)
class RiskReport:
    """What was measured on the very tables that would leave."""

    checks: tuple[Check, ...]

    @property
    def is_safe(self) -> bool:
        return all(check.ok is not False for check in self.checks)

    @property
    def problems(self) -> list[Problem]:
        return [
            problem(
                "research.risk.unsafe",
                what=problem(f"research.risk.{c.name}"),
                value=f"{c.value:.4g}",
                bound=c.bound,
            )
            for c in self.checks
            if c.ok is False
        ]

    def __getitem__(self, name: str) -> float:
        """Return the figure of that name."""
        return next(check.value for check in self.checks if check.name == name)

    def frame(self) -> pd.DataFrame:
        """``check`` (in words), ``value``, ``bound``, ``ok``."""
        words = {
            True: say("research.risk.yes"),
            False: say("research.risk.no"),
            None: say("research.risk.informs"),
        }
        return pd.DataFrame(
            [
                {
                    "check": say(f"research.risk.{c.name}"),
                    "value": c.value,
                    "bound": c.bound,
                    "ok": words[c.ok],
                }
                for c in self.checks
            ]
        )


class UnsafeReleaseError(ReleaseError):
    """No form of what was asked for is safe; ``risk`` is what the last, coarsest one measured."""

    def __init__(self, problems: Problems, risk: RiskReport) -> None:
        super().__init__(problems)
        self.risk = risk


@dataclass(frozen=True, eq=False)
class Release:
    """Tables ready to be written, with the report that says whether they may be.

    ``owners`` says whose each row of the first table is, for attacks in tests; it is never
    written. ``basis`` says whose values it holds, for the journal of exports.
    """

    level: Level
    tables: tuple[ReleaseTable, ...]
    risk: RiskReport
    n_couples: int
    n_persons: int
    notes: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()
    basis: Basis | None = field(default=None, repr=False)


def item_column(item: Item, name: str | None = None) -> Column:
    """Return how an item's answers are described."""
    codes = {choice.value: choice.label for choice in item.scale.choices}
    return Column(name or column_name(item.id), item.text, "code", codes, MISSING_LABELS, item.version)


def score_column(subscale: Subscale, name: str | None = None) -> Column:
    """Return how a facet's score is described."""
    n = len(subscale.items)
    words = f"{subscale.title}: {subscale.statistic} of {n} items, higher is {subscale.higher_is}"
    return Column(name or column_name(subscale.id), words, "number")


def column_name(identifier: str) -> str:
    """Return an id as a column name that every program takes.

    >>> column_name("connection.listening.partner")
    'connection_listening_partner'
    """
    return "".join(letter if letter.isalnum() else "_" for letter in identifier)


def find_subscale(catalogue: Mapping[str, Instrument], identifier: str) -> Subscale | None:
    """Return the subscale of that id in any instrument."""
    for instrument in catalogue.values():
        if identifier in instrument.subscale_by_id and not instrument.is_private:
            return instrument.subscale_by_id[identifier]
    return None


def find_item(catalogue: Mapping[str, Instrument], identifier: str) -> Item | None:
    """Return the item of that id in any instrument."""
    for instrument in catalogue.values():
        if identifier in instrument.item_by_id and not instrument.is_private:
            return instrument.item_by_id[identifier]
    return None
