"""Which edition of the questionnaires a round is asked in: a rule both partners could work out themselves.

A couple made since the edition of now exists is asked it from the first round. One that was there before
finishes the round it is in as it began it, and is asked the new one from the round after. Which round that is
follows from the table alone: the last that lay open when the editions changed, and the one after it. Whether
somebody has begun one in private must not matter, or what a person is asked would tell their partner. Where a
study is run, everybody is asked the edition that it was set up with, in every round.
"""

from collections.abc import Mapping

from workbook.frames import occasion_number
from workbook.instruments import ASKED, FIRST_EDITION, in_edition
from workbook.instruments.model import Instrument

NEVER = 10_000
"""Beyond every round: see `workbook.answers.is_occasion`."""


def first_round_of_now(made_in: int, last_before: int, study_asks: int = ASKED) -> int:
    """Return the number of the first round in which a couple is asked the edition of now.

    Parameters
    ----------
    made_in : int
        The edition that was asked when the couple was made.
    last_before : int
        The last round that ever lay open before editions were told apart; 0 where none did.
    study_asks : int
        The edition of the study that is run here, if one is.

    Examples
    --------
    >>> first_round_of_now(1, last_before=0), first_round_of_now(1, last_before=2), first_round_of_now(2, 0)
    (2, 4, 1)
    """
    if study_asks < ASKED:
        return NEVER
    return 1 if made_in >= ASKED else last_before + 2


def edition_on(occasion: str, asked_from: int) -> int:
    """Return the edition that is asked on an occasion.

    >>> edition_on("assessment-1", 2), edition_on("assessment-2", 2), edition_on("week-1", 2)
    (1, 2, 2)
    """
    is_round = occasion.startswith("assessment-")
    return FIRST_EDITION if is_round and occasion_number(occasion) < asked_from else ASKED


def asked_on(
    instruments: Mapping[str, Instrument], occasion: str, asked_from: int
) -> Mapping[str, Instrument]:
    """Return the instruments as they are asked on an occasion."""
    number = edition_on(occasion, asked_from)
    return instruments if number == ASKED else in_edition(instruments, number)
