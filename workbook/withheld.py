"""Which answers stay out of a publication: those somebody holds back, and those these would give away.

A score says the sum of the answers it is made from. Whoever remembers a score that was open, and is later
shown the same topic without one of its answers, works that answer out; the same where one was added, or is
another now. So a topic that was open before on an occasion is shown again as it was then, or not at all. What
did not come up has no part in any sum. Pure functions, no storage.
"""

from collections.abc import Collection, Mapping

import pandas as pd

from workbook.instruments.model import Instrument

Answered = tuple[str, int]
"""An item, and the value of the answer it had."""


def withheld(
    answers: Mapping[str, int | None],
    instrument: Instrument,
    *,
    chosen: Collection[str],
    opened: Collection[Answered],
) -> frozenset[str]:
    """Return the items that a publication leaves out.

    Parameters
    ----------
    answers : mapping of item to value
        What may be published at all, as it is answered now; None where it did not come up.
    instrument : Instrument
    chosen : collection of str
        Items whose answers their person holds back.
    opened : collection of (item, value)
        Answers that something rested on which was open before, on the same occasion.

    Returns
    -------
    frozenset of str
    """
    there, before = frozenset(answers), frozenset(opened)
    shown = there - frozenset(chosen)
    while True:  # where two topics have an item in common, what the one leaves out the other has to as well
        left = shown - _beyond(shown, answers, instrument, before)
        if left == shown:
            return there - shown
        shown = left


def values_of(answers: pd.DataFrame) -> dict[str, int | None]:
    """Return each item of some answers with its value; None where there is none."""
    pairs = zip(answers["item"], answers["value"], strict=True)
    return {str(item): None if pd.isna(value) else int(value) for item, value in pairs}


def behind(answers: pd.DataFrame, scores: pd.DataFrame, instrument: Instrument) -> frozenset[Answered]:
    """Return the answers that scores rest on.

    Parameters
    ----------
    answers : DataFrame
        What they were made from.
    scores : DataFrame
        Those that a publication shows, whatever its grain.
    instrument : Instrument
    """
    of_scores = {item for name in scores["subscale"] for item in instrument.subscale_by_id[str(name)].items}
    return _counted(values_of(answers), of_scores)


def _beyond(
    shown: frozenset[str],
    answers: Mapping[str, int | None],
    instrument: Instrument,
    opened: frozenset[Answered],
) -> frozenset[str]:
    """Return what is shown of topics that were open before, beyond what was open of them then."""
    found: set[str] = set()
    for subscale in instrument.subscales:
        here = shown.intersection(subscale.items)
        now = _counted(answers, here)
        before = {(item, value) for item, value in opened if item in subscale.items}
        if before and now != before:
            found |= {item for item, _ in now - before} if before < now else here
    return frozenset(found)


def _counted(answers: Mapping[str, int | None], items: Collection[str]) -> frozenset[Answered]:
    return frozenset((item, value) for item, value in answers.items() if item in items and value is not None)
