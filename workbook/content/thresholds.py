"""Where "strong" begins: provisional thresholds, kept as content and not in code.

Positions run from 0 (unhealthy end of the scale) to 1 (healthy end); importance, gap and level are in scale
points; the two orders are correlations.
"""

from dataclasses import dataclass
from functools import cache

from workbook.content.fields import Number, Text, Whole, load_toml
from workbook.content.files import STRUCTURE
from workbook.content.tables import Place, read_table, table


@table("")
@dataclass(frozen=True, slots=True)
class Strength:
    """What is told as a strength, and how many are."""

    at_least: Number
    most: Whole


@table("")
@dataclass(frozen=True, slots=True)
class Growth:
    """What is told as low, and how many are."""

    at_most: Number
    most: Whole


@table("")
@dataclass(frozen=True, slots=True)
class Few:
    """With fewer topics only what is high or low by itself is told."""

    topics_at_least: Whole


@table("")
@dataclass(frozen=True, slots=True)
class Alike:
    """How close all positions lie where no topic stands out."""

    within: Number


@table("")
@dataclass(frozen=True, slots=True)
class Apart:
    """The share of topics that are low for one and strong for the other."""

    at_least: Number


@table("")
@dataclass(frozen=True, slots=True)
class Difference:
    """How many differences are told."""

    most: Whole


@table("")
@dataclass(frozen=True, slots=True)
class UnmetNeed:
    """What is told as an unmet need, and how many of each partner are."""

    importance_at_least: Whole
    gap_at_least: Whole
    most_each: Whole


@table("")
@dataclass(frozen=True, slots=True)
class Perception:
    """From where a view lies above or below the other's own word, and orders are alike or partly so."""

    level_at_least: Number
    order_clear: Number
    order_some: Number


@table("thresholds")
@dataclass(frozen=True, slots=True)
class Thresholds:
    """What is worth a word on a results page. ``basis`` is a source id, or ``"ours"``."""

    version: Text
    basis: Text
    strength: Strength
    growth: Growth
    few: Few
    alike: Alike
    apart: Apart
    difference: Difference
    unmet_need: UnmetNeed
    perception: Perception

    @property
    def is_provisional(self) -> bool:
        return self.basis == "ours"


def read_thresholds(found: dict[str, object], where: str = "thresholds.toml") -> Thresholds:
    """Return the thresholds of a table.

    Raises
    ------
    ContentError
        With every problem of the file at once.
    """
    top = Place(where, [])
    limits = read_table(Thresholds, found, top)
    if not 0 <= limits.growth.at_most < limits.strength.at_least <= 1:
        top.at("growth").note(
            "'at_most' and strength's 'at_least' have to lie between 0 and 1, in this order"
        )
    if not 0 <= limits.perception.order_some <= limits.perception.order_clear <= 1:
        top.at("perception").note("'order_some' and 'order_clear' have to lie between 0 and 1, in this order")
    if limits.growth.most > 2 or limits.strength.most > 3:
        top.note("a page shows at most 3 strengths and 2 growth areas")
    top.finish()
    return limits


@cache
def thresholds() -> Thresholds:
    """Return the thresholds in force."""
    return read_thresholds(load_toml(STRUCTURE / "thresholds.toml"))
