"""Find the few things worth saying: strengths first, then what could use care, one step."""

from collections.abc import Collection, Mapping, Sequence

import pandas as pd

from workbook.content.ladder import Ladder, ladder
from workbook.content.thresholds import Thresholds, thresholds
from workbook.insights.choose import Chooser
from workbook.insights.insight import Insight
from workbook.insights.standing import Standing, standings
from workbook.insights.step import Climb
from workbook.insights.unmet import unmet_needs, unmet_of_each
from workbook.instruments.facets import facets
from workbook.instruments.model import Instrument

OVERVIEW = "overview"  # the view of `workbook.frames.CLAIMS` in which all topics are judged together


def find_insights(  # noqa: PLR0913 - a name for each thing it is told from
    pairs: pd.DataFrame,
    instruments: Mapping[str, Instrument],
    *,
    claims: pd.DataFrame | None = None,
    needs: pd.DataFrame | None = None,
    suggestions: Mapping[str, Sequence[str]] | None = None,
    passed: Collection[str] = (),
    alone: bool = False,
    limits: Thresholds | None = None,
    steps: Ladder | None = None,
) -> tuple[Insight, ...]:
    """Return the insights of one couple on one occasion, in the order to be told.

    What is said follows from where *each* partner stands, never from their mean: strong only
    where both are, low wherever either is. That one stands lower than the other is said only where
    it is a claim. Never a pick among equals: where more topics are equally strong or low than can be
    named, that is the insight. Partners are never ranked, and nobody is named as the one who is
    low; swapping them changes nothing.

    Parameters
    ----------
    pairs : DataFrame
        `workbook.frames.PAIRS` of one couple, one occasion per instrument.
    instruments : mapping of id to Instrument
    claims : DataFrame, optional
        `workbook.frames.CLAIMS` of the same couple; without it nothing is told to differ.
    needs : DataFrame, optional
        `workbook.frames.NEEDS` of the same couple.
    suggestions : mapping of subject to exercise ids, optional
        What fits which facet, sign, need or skill, best first.
    passed : collection of str
        Exercises that are not to be offered: put aside, or done lately.
    alone : bool
        One person's own picture: "you" is that person, and the step is their own. Otherwise
        only what both have a value on is told.
    limits : Thresholds, optional
        Default: those in `workbook/content/structure/thresholds.toml`.
    steps : Ladder, optional
        Default: `workbook/content/structure/ladder.toml`.

    Returns
    -------
    tuple of Insight
    """
    limits, steps = limits or thresholds(), steps or ladder()
    claimed = _claimed(claims)
    table = standings(pairs, instruments, claimed, alone=alone)
    whole = _chooser(table, claimed, limits, steps, alone=alone).overall()
    codes = {one.code for one in whole}
    told = [one for one in table if one.is_sign] if "alike" in codes else table
    chooser = _chooser(told, claimed, limits, steps, alone=alone)
    well = [] if told is not table else chooser.strengths()
    care = chooser.growth(is_apart="apart" in codes)
    never = () if alone else steps.never_joint
    unmet = unmet_needs(needs, limits, never)
    found = [*whole, *well, *care]
    found += unmet_of_each(unmet, instruments.get("needs"), limits, steps.never_first, alone=alone)
    rest = [one.subject for code in ("growth_least", "strength") for one in found if one.code == code]
    climb = Climb(
        topics=table,
        skills=standings(pairs, instruments, alone=alone, singles=True),
        needs=[one.need for one in unmet if one.need not in steps.never_first],
        rest=rest,
        fits=suggestions or {},
        limits=limits,
        ladder=steps,
        passed=passed,
        alone=alone,
        unasked=_unasked(steps, instruments),
    )
    return (*found, climb.step())


def _unasked(steps: Ladder, instruments: Mapping[str, Instrument]) -> set[str]:
    """Return the topics of the ladder that an instrument does not have in the version at hand."""
    asked = {facet.id for one in instruments.values() for facet in facets(one)}
    there = {topic for rung in steps.rungs for topic in rung.topics if topic.partition(".")[0] in instruments}
    return there - asked


def _chooser(
    table: Sequence[Standing], claimed: Collection[str], limits: Thresholds, steps: Ladder, *, alone: bool
) -> Chooser:
    return Chooser(table, limits, alone, bool(claimed), steps.never_praised)


def _claimed(claims: pd.DataFrame | None) -> set[str]:
    """Return the topics that may be told to differ; the empty one is for all of them together."""
    if claims is None:
        return set()
    rows = zip(*(claims[name].tolist() for name in ("view", "is_claimed", "facet")), strict=True)
    return {topic for view, is_told, topic in rows if view == OVERVIEW and is_told}
