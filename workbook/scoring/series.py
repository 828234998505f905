"""One person's scores over time, each made from the questions as they were asked then."""

from collections.abc import Mapping

import pandas as pd

from workbook.instruments.model import Instrument
from workbook.scoring.fast import score_all
from workbook.versions import as_answered, asked_in


def score_as_answered(responses: pd.DataFrame, asked: Mapping[str, Instrument]) -> pd.DataFrame:
    """Score one person's answers of several occasions, each in the version in which it was answered."""
    parts = []
    for _, own in responses.groupby("occasion", sort=False, observed=True):
        known = as_answered(own, asked)
        parts.append(score_all(asked_in(own, {key for one in known.values() for key in one.keys}), known))
    filled = [part for part in parts if len(part)]
    return pd.concat(filled, ignore_index=True) if filled else score_all(responses.iloc[:0], asked)
