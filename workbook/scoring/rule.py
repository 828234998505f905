"""The rule of scoring, whole and plain: what a facet's score is, and how sure it is.

This is the module to read if you want to know, or to check, what the workbook makes of an
answer. `workbook.scoring.fast` works the same out for millions of answers; a test draws
questionnaires and answers at random and finds both equal to the last bit.

1. A reverse-keyed answer is turned: lowest + highest − answer.
2. What was passed over or declined is missing. It is never counted as 0.
3. With fewer answers than ``min_answered`` (and always with none) there is no score.
4. A mean is that of the answers there are. A sum is their mean times the number of items.
5. SEM = SD·√(1 − reliability) (Lord & Novick 1968). The band is score ± 1.96·SEM, cut at the
   lowest and the highest score there can be. A single item has neither.
6. A band is marked as assumed where its SD or its reliability is.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

import pandas as pd

from workbook import frames
from workbook.instruments.model import Instrument, Item, Subscale

BAND_Z = 1.96  # two-sided 95 % of a normal error of measurement

Answer = TypeVar("Answer", int, pd.Series)


@dataclass(frozen=True, slots=True)
class FacetScore:
    """One person's score of one facet, in scale points; ``None`` where there is none."""

    score: float | None
    n_answered: int
    sem: float | None = None
    low: float | None = None
    high: float | None = None


def turn(answer: Answer, lowest: int, highest: int) -> Answer:
    """Turn a reverse-keyed answer, or a column of them, to point the same way as the others.

    >>> [turn(answer, 0, 4) for answer in (0, 1, 4)]
    [4, 3, 0]
    """
    return lowest + highest - answer


def score_facet(sheet: Mapping[str, int | None], subscale: Subscale, items: Mapping[str, Item]) -> FacetScore:
    """Score one facet from one person's answers on one occasion.

    Parameters
    ----------
    sheet : Mapping
        Answer by item id, as ticked (not turned); ``None`` or absent where there is none.
    subscale : Subscale
        The facet: its items, statistic, ``min_answered`` and constants.
    items : Mapping
        The instrument's items by id.

    Examples
    --------
    >>> from workbook.instruments import catalogue
    >>> connection = catalogue()["connection"]
    >>> listening = connection.subscale_by_id["connection.listening"]
    >>> sheet = dict.fromkeys(listening.items[:2], 3)  # two answers of 3, the others missing
    >>> score_facet(sheet, listening, connection.item_by_id).n_answered
    2
    """
    answers = []
    for item in (items[item_id] for item_id in subscale.items):
        answer = sheet.get(item.id)
        if answer is not None:
            answers.append(turn(answer, item.scale.lowest, item.scale.highest) if item.reverse else answer)
    if len(answers) < n_needed(subscale):
        return FacetScore(None, len(answers))
    mean = sum(answers) / len(answers)
    score = mean * len(subscale.items) if subscale.statistic == "sum" else mean
    sem = error_of_measurement(subscale)
    if sem is None:
        return FacetScore(score, len(answers))
    least, most = possible_range(subscale, items)
    low, high = max(score - BAND_Z * sem, least), min(score + BAND_Z * sem, most)
    return FacetScore(score, len(answers), sem, low, high)


def n_needed(subscale: Subscale) -> int:
    """Count the answers a score takes: ``min_answered``, and never none."""
    return max(subscale.min_answered, 1)


def possible_range(subscale: Subscale, items: Mapping[str, Item]) -> tuple[float, float]:
    """Return the lowest and the highest score there can be."""
    scales = [items[item_id].scale for item_id in subscale.items]
    lowest, highest = sum(scale.lowest for scale in scales), sum(scale.highest for scale in scales)
    share = 1 if subscale.statistic == "sum" else len(scales)
    return lowest / share, highest / share


def error_of_measurement(subscale: Subscale) -> float | None:
    """Return the SEM in scale points; a single item has none, whatever its constants."""
    return None if len(subscale.items) == 1 else subscale.sem


def is_assumed(subscale: Subscale) -> bool:
    """Tell whether the band rests on a constant that is assumed rather than measured."""
    constants = (subscale.sd, subscale.reliability)
    return error_of_measurement(subscale) is not None and any(c.is_assumed for c in constants if c)


def score_by_rule(responses: pd.DataFrame, instrument: Instrument) -> pd.DataFrame:
    """Score every facet of everybody, sitting by sitting: `workbook.frames.SCORES`.

    The answers are taken as checked; `workbook.scoring.score` refuses those that are not.
    """
    own = responses[responses["instrument"] == instrument.id]
    rows = []
    for who, sitting in own.groupby(["couple_id", "person_id", "occasion"], observed=True):
        given = sitting.dropna(subset="value")
        sheet = dict(zip(given["item"], given["value"].astype(int), strict=True))
        for subscale in instrument.subscales:
            found = score_facet(sheet, subscale, instrument.item_by_id)
            rows.append((
                *who, instrument.id, subscale.id, found.score, found.n_answered, len(subscale.items),
                found.sem, found.low, found.high, is_assumed(subscale), instrument.version, subscale.about,
            ))  # fmt: skip
    return frames.check(pd.DataFrame(rows, columns=list(frames.SCORES.columns)), frames.SCORES)
