"""Choose one next step for the two: time and warmth first, then up the ladder."""

from collections.abc import Mapping, Sequence

from workbook.content.ladder import Ladder
from workbook.content.thresholds import Thresholds
from workbook.insights.insight import Insight
from workbook.insights.standing import Standing


def next_step(
    table: Sequence[Standing],
    insights: Sequence[Insight],
    fits: Mapping[str, Sequence[str]],
    limits: Thresholds,
    ladder: Ladder,
) -> Insight:
    """One thing for two to do.

    While a topic of a first rung (safety, trust, calm) is not well for both, or is not open
    from both, it is the step of time and warmth: the same id, subject and numbers in every
    such world, whatever else lies open, so that nothing can be read off it.
    """
    if _is_steady(table, ladder):
        for subject in _subjects(table, insights, limits, ladder):
            exercise = next(iter(fits.get(subject, ())), "")
            if exercise:
                return Insight("next_step", subject, exercise=exercise)
    return Insight("next_step", exercise=ladder.exercise)


def _is_steady(table: Sequence[Standing], ladder: Ladder) -> bool:
    by_subject = {one.subject: one for one in table}
    return all(
        topic in by_subject and by_subject[topic].least > ladder.well_above for topic in ladder.first_topics
    )


def _subjects(
    table: Sequence[Standing], insights: Sequence[Insight], limits: Thresholds, ladder: Ladder
) -> list[str]:
    """Return what a step could be for, the most fitting first: what is low for either, by its rung."""
    low = [one for one in table if one.least <= limits.growth.at_most]
    low.sort(key=lambda one: (ladder.height_of(one.subject), one.least, one.mean))
    # Whose need it is does not count: the wider gap comes first, then the order of the needs.
    unmet = [one for one in insights if one.code in ("unmet_need", "unmet_tied")]
    unmet.sort(key=lambda one: (-one.numbers["gap"], -one.numbers["importance"]))
    needs = [need for one in unmet for need in (one.subject or one.subjects[0],)]
    rest = [one.subject for code in ("growth_least", "strength") for one in insights if one.code == code]
    return [*(one.subject for one in low), *needs, *rest]
