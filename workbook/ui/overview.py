"""What the two overviews tell: one's own picture, and the page for both."""

from collections.abc import Mapping

from workbook.content import say
from workbook.insights import Insight
from workbook.instruments import Instrument
from workbook.results import Results
from workbook.ui.blocks import Block, callout, card, heading, kicker, note
from workbook.ui.insight_text import next_step, second_step, tell

WHOLE = ("apart", "alike", "few")
STRONG = ("strength", "strength_tied", "strength_so_far", "nothing_strong")
CARE = ("growth", "growth_group", "growth_tied", "growth_least", "nothing_low")
PLAIN = ("alike", "few", "strength_tied", "nothing_strong", "nothing_low")  # a sentence, not a card


def told_together(
    results: Results, instruments: Mapping[str, Instrument], names: Mapping[str, str]
) -> list[Block]:
    """Return what both read: what holds as a whole, strong things, care, and one next step."""
    return [*told_earlier(results, instruments, names), *_steps(results, "together")]


def told_earlier(
    results: Results, instruments: Mapping[str, Instrument], names: Mapping[str, str]
) -> list[Block]:
    """Return what both read of a round before: the same, without a step."""
    blocks = _parts(results, instruments, names, "together", ("strengths", "growth"))
    return [*blocks, note(say("ui.together.chance"))] if blocks else []


def told_alone(
    results: Results, instruments: Mapping[str, Instrument], own_needs: Mapping[str, str] | None = None
) -> list[Block]:
    """Return what one person reads of their own answers; "you" is that person."""
    blocks = _parts(results, instruments, {}, "results", ("strong", "care"), own_needs)
    return [*blocks, *_steps(results, "results")]


def _steps(results: Results, page: str) -> list[Block]:
    """Return the next step, and the second beside it."""
    blocks: list[Block] = []
    for one in results.insights:
        if one.code != "next_step":
            continue
        _id, _title, words = next_step(one)
        blocks += [heading(2, say(f"ui.{page}.next_step")), callout("", words, tone="good")]
        second = second_step(one)
        if second:
            blocks.append(card([kicker(say(f"ui.{page}.second_step")), *second[2]]))
    return blocks


def _parts(
    results: Results,
    instruments: Mapping[str, Instrument],
    names: Mapping[str, str],
    page: str,
    titles: tuple[str, str],
    own_needs: Mapping[str, str] | None = None,
) -> list[Block]:
    def told(codes: tuple[str, ...]) -> list[Block]:
        return [_block(one) for one in results.insights if one.code in codes]

    def _block(one: Insight) -> Block:
        blocks = tell(one, instruments, names=names, own_needs=own_needs, alone=results.is_solo)
        return blocks[0] if one.code in PLAIN else card(blocks)

    blocks = told(WHOLE)
    for title, codes in zip(titles, (STRONG, CARE), strict=True):
        # For a single person it would only be a reproach.
        found = told(tuple(code for code in codes if not (results.is_solo and code == "nothing_strong")))
        blocks += [heading(2, say(f"ui.{page}.{title}")), *found] if found else []
    return [*blocks, note(say(f"ui.{page}.order"))] if blocks else []
