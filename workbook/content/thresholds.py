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
class UnmetNeed:
    """What is told as an unmet need, and how many of each partner are."""

    importance_at_least: Whole
    gap_at_least: Whole
    most_each: Whole


@table("")
@dataclass(frozen=True, slots=True)
class Perception:
    """The correlation over topics from which two orders are called alike."""

    order_clear: Number


@table("")
@dataclass(frozen=True, slots=True)
class Claims:
    """How sure a difference is before it is told.

    ``level`` is the chance that any difference of a view is told where there is none, at
    ``reliability`` wherever an instrument only assumes its own. The answers to one question that
    stands alone spread by ``single_spread`` of its scale.
    """

    reliability: Number
    level: Number
    single_spread: Number


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
    unmet_need: UnmetNeed
    perception: Perception
    claims: Claims

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
    if not 0 <= limits.perception.order_clear <= 1:
        top.at("perception").note("'order_clear' has to lie between 0 and 1")
    claims = limits.claims
    if not (0 < claims.reliability < 1 and 0 < claims.level <= 0.05 and claims.single_spread > 0):
        top.at("claims").note(
            "'reliability' has to lie between 0 and 1, 'level' at 0.05 at most, and 'single_spread' above 0"
        )
    if limits.growth.most > 2 or limits.strength.most > 3:
        top.note("a page shows at most 3 strengths and 2 growth areas")
    top.finish()
    return limits


@cache
def thresholds() -> Thresholds:
    """Return the thresholds in force."""
    return read_thresholds(load_toml(STRUCTURE / "thresholds.toml"))
