"""What a publication at a grain contains, and when it opens. Pure functions, no storage."""

from dataclasses import dataclass
from enum import StrEnum

import pandas as pd


class Grain(StrEnum):
    """How much of one instrument a person lets the partner see, from least to most."""

    NOTHING = "nothing"
    SCORES = "scores"
    ANSWERS = "answers"


@dataclass(frozen=True)
class Publication:
    """A frozen snapshot that one person put on the table, for one instrument and occasion.

    ``responses`` is an empty frame at grain *scores*; ``scores`` is always there.
    """

    couple_id: str
    person_id: str
    instrument: str
    occasion: str
    round: int
    grain: Grain
    responses: pd.DataFrame
    scores: pd.DataFrame
