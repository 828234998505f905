"""Where "strong" begins: provisional thresholds, kept as content and not in code."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from workbook.content.fields import Fields, load_toml
from workbook.errors import ContentError

TABLES = ("strength", "growth", "few", "alike", "apart", "difference", "unmet_need", "perception")


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What is worth a word on a results page. ``basis`` is a source id, or ``"ours"``.

    Positions run from 0 (unhealthy end of the scale) to 1 (healthy end); importance, gap
    and level are in scale points; the two orders are correlations.
    """

    strength_at_least: float
    strengths_most: int
    growth_at_most: float
    growth_most: int
    topics_at_least: int
    alike_within: float
    apart_at_least: float
    differences_most: int
    importance_at_least: int
    gap_at_least: int
    unmet_most_each: int
    level_at_least: float
    order_clear: float
    order_some: float
    basis: str

    @property
    def is_provisional(self) -> bool:
        return self.basis == "ours"


def read_thresholds(table: dict[str, object], where: str = "thresholds.toml") -> Thresholds:
    """The thresholds of a table.

    Raises
    ------
    ContentError
        With every problem of the file at once.
    """
    problems: list[str] = []
    top = Fields(table, where, problems)
    top.text("version")
    strength, growth, few, alike, apart, difference, need, seen = tables = [
        Fields(top.table_at(name), f"{where}, {name}", problems) for name in TABLES
    ]
    found = Thresholds(
        strength_at_least=strength.number("at_least"),
        strengths_most=strength.whole("most"),
        growth_at_most=growth.number("at_most"),
        growth_most=growth.whole("most"),
        topics_at_least=few.whole("topics_at_least"),
        alike_within=alike.number("within"),
        apart_at_least=apart.number("at_least"),
        differences_most=difference.whole("most"),
        importance_at_least=need.whole("importance_at_least"),
        gap_at_least=need.whole("gap_at_least"),
        unmet_most_each=need.whole("most_each"),
        level_at_least=seen.number("level_at_least"),
        order_clear=seen.number("order_clear"),
        order_some=seen.number("order_some"),
        basis=top.text("basis"),
    )
    for fields in (top, *tables):
        fields.finish()
    if not 0 <= found.growth_at_most < found.strength_at_least <= 1:
        growth.note("'at_most' and strength's 'at_least' have to lie between 0 and 1, in this order")
    if not 0 <= found.order_some <= found.order_clear <= 1:
        seen.note("'order_some' and 'order_clear' have to lie between 0 and 1, in this order")
    if found.growth_most > 2 or found.strengths_most > 3:
        top.note("a page shows at most 3 strengths and 2 growth areas")
    if problems:
        raise ContentError(problems)
    return found


@cache
def thresholds() -> Thresholds:
    """The thresholds in force."""
    return read_thresholds(load_toml(files("workbook.content") / "thresholds.toml"))
