"""Turns an insight, which is a code and numbers, into words: what it means and how sure it is."""

from collections.abc import Mapping
from functools import cache

from workbook.content import say
from workbook.content.exercise import exercises, suggest_for
from workbook.insights import Insight
from workbook.instruments import Instrument, catalogue
from workbook.instruments.facets import facet_of, facets
from workbook.ui.blocks import Block, heading, note, paragraph


@cache
def suggestions() -> dict[str, tuple[str, ...]]:
    """Which exercises fit each facet, sign, need and skill, the best first."""
    subjects = {facet.id for instrument in catalogue().values() for facet in facets(instrument)}
    subjects |= {facet_of(item.id) for instrument in catalogue().values() for item in instrument.items}
    return {subject: tuple(one.exercise.id for one in suggest_for(subject)) for subject in sorted(subjects)}


def title_of(subject: str, instruments: Mapping[str, Instrument]) -> str:
    """What a facet, sign, need or skill is called."""
    for instrument in instruments.values():
        for facet in facets(instrument):
            if facet.id == subject:
                return facet.title.partition(":")[0]
    return subject


def tell(
    insight: Insight, instruments: Mapping[str, Instrument], *, name: str = "", level: int = 3
) -> list[Block]:
    """A few sentences: the title, what it means, how sure it is.

    ``name`` is the person an unmet need belongs to; ``level`` is the heading's.
    """
    title = title_of(insight.subject, instruments)
    is_rare = insight.code.startswith("strength") and _is_sign(insight.subject, instruments)
    # A sign that is rarely there is good news; its bare name among the strong things would not be.
    shown = say("ui.telling.rare", title=title[:1].lower() + title[1:]) if is_rare else title
    blocks = [heading(level, shown), paragraph(_meaning(insight, instruments, title, name))]
    if insight.caution == "single":
        blocks.append(note(say("ui.telling.caution.single")))
    return blocks


def _is_sign(subject: str, instruments: Mapping[str, Instrument]) -> bool:
    found = [one.subscale_by_id[subject] for one in instruments.values() if subject in one.subscale_by_id]
    return bool(found) and found[0].higher_is == "worse"


def _meaning(insight: Insight, instruments: Mapping[str, Instrument], title: str, name: str) -> str:
    if insight.code == "unmet_need":
        numbers = insight.numbers
        return say(
            "ui.telling.unmet_need", name=name, importance=int(numbers["importance"]), met=int(numbers["met"])
        )
    found = [
        (one.subscale_by_id[insight.subject], one)
        for one in instruments.values()
        if insight.subject in one.subscale_by_id
    ]
    if not found:
        return say(f"ui.telling.{insight.code}", title=title)
    subscale = found[0][0]
    is_well = insight.code.startswith("strength")
    words = subscale.high_text if is_well == (subscale.higher_is == "better") else subscale.low_text
    return words or subscale.summary or say(f"ui.telling.{insight.code}", title=title)


def next_step(insight: Insight) -> tuple[str, str, list[Block]]:
    """The exercise's id, its title, and why it is suggested here."""
    exercise = exercises()[insight.exercise]
    reasons = [one.reason for one in suggest_for(insight.subject) if one.exercise.id == exercise.id]
    words = [paragraph(reasons[0] if reasons else exercise.why)]
    minutes = say("ui.exercises.minutes", n=exercise.minutes)
    evidence = say(f"ui.exercises.evidence.{exercise.evidence}")
    return exercise.id, exercise.title, [heading(3, exercise.title), *words, note(f"{minutes} {evidence}")]
