"""Which answers stay out of a publication: those somebody holds back, and those these would give away.

A score says the sum of the answers it is made from. Whoever remembers a score that was open, and is later
shown the same topic without one of its answers, works that answer out; the same where one was added. So a
topic that was open before on an occasion is shown again as it was then, or not at all. Pure functions, no
storage.
"""

from collections.abc import Collection

import pandas as pd

from workbook.instruments.model import Instrument


def withheld(
    answered: Collection[str], instrument: Instrument, *, chosen: Collection[str], opened: Collection[str]
) -> frozenset[str]:
    """Return the answered items that a publication leaves out.

    Parameters
    ----------
    answered : collection of str
        Items that have an answer which may be published at all.
    instrument : Instrument
    chosen : collection of str
        Items whose answers their person holds back.
    opened : collection of str
        Items that something rested on which was open before, on the same occasion.

    Returns
    -------
    frozenset of str
    """
    there, before = frozenset(answered), frozenset(opened)
    shown = there - frozenset(chosen)
    while True:  # where two topics have an item in common, what the one leaves out the other has to as well
        left = shown - _beyond(shown, instrument, before)
        if left == shown:
            return there - shown
        shown = left


def behind(answers: pd.DataFrame, scores: pd.DataFrame, instrument: Instrument) -> frozenset[str]:
    """Return the items that a publication rests on, shown or not.

    Parameters
    ----------
    answers : DataFrame
        What it was made from, whatever its grain.
    scores : DataFrame
        The scores it shows.
    instrument : Instrument
    """
    of_scores = {item for name in scores["subscale"] for item in instrument.subscale_by_id[str(name)].items}
    return frozenset(str(item) for item in answers["item"] if item in of_scores)


def _beyond(shown: frozenset[str], instrument: Instrument, opened: frozenset[str]) -> frozenset[str]:
    """Return what is shown of topics that were open before, beyond what was open of them then."""
    found: set[str] = set()
    for subscale in instrument.subscales:
        now, before = shown.intersection(subscale.items), opened.intersection(subscale.items)
        if before and now != before:
            found |= now - before if before < now else now
    return frozenset(found)
