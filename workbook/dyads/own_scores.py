"""What each says of themselves, facet by facet, and how sure one value is."""

import math
from collections.abc import Iterable
from typing import NamedTuple

import pandas as pd

from workbook.content.thresholds import Claims
from workbook.dyads.plain import numbers, texts
from workbook.instruments.facets import Facet, facets
from workbook.instruments.model import Instrument, Subscale


class OwnScore(NamedTuple):
    """What somebody says of themselves on one occasion, and how sure it is."""

    couple_id: str
    person_id: str
    occasion: str
    instrument: str
    facet: str
    place: str
    score: float
    error: float
    n_answered: int

    @property
    def keys(self) -> tuple[str, ...]:
        return self.couple_id, self.occasion, self.instrument, self.facet


def own_scores(scores: pd.DataFrame, asked: Iterable[Instrument], limits: Claims) -> list[OwnScore]:
    """Return the scores of facets of several answers, each with its facet and standard error."""
    known = {
        facet.own: (facet.id, one.subscale_by_id[facet.own])
        for one in asked
        for facet in facets(one)
        if not facet.is_single and facet.higher_is != "neither"
    }
    names = ("couple_id", "person_id", "occasion", "instrument", "subscale")
    given = zip(
        *(texts(scores[name]) for name in names),
        numbers(scores["score"]).tolist(),
        scores["n_answered"].tolist(),
        strict=True,
    )
    found = []
    for couple, person, occasion, instrument, name, score, n in given:
        if name in known and not math.isnan(score):
            facet, subscale = known[name]
            error = error_of_score(subscale, int(n), limits)
            found.append(OwnScore(couple, person, occasion, instrument, facet, "", score, error, int(n)))
    return found


def error_of_score(subscale: Subscale, n_answered: int, limits: Claims) -> float:
    """Return the standard error of a score made from ``n_answered`` of its items; NaN where unknown.

    SD·√((1 − reliability)·k/n): the items that are missing make it less sure. An assumed reliability
    counts as no higher than the lowest plausible one.
    """
    if subscale.sd is None or subscale.reliability is None or n_answered < 1:
        return math.nan
    share = len(subscale.items) / n_answered
    return float(subscale.sd.value * ((1 - _reliability(subscale, limits)) * share) ** 0.5)


def error_of_view(facet: Facet, instrument: Instrument, limits: Claims) -> float:
    """Return the standard error of what is said about the partner.

    Its items are taken as so many of the ``k`` by which the facet is asked about oneself, as long as their
    own reliability is only assumed: two of three measure less surely than all three. Where ``k`` is one, it
    is a question of its own.
    """
    if facet.is_single:
        return error_of_single(facet, limits)
    own, view = (instrument.subscale_by_id[one] for one in (facet.own, facet.view))
    if view.reliability is not None and not view.reliability.is_assumed:
        return error_of_score(view, len(facet.seen), limits)
    n_items = min(len(facet.seen), len(own.items))
    return error_of_score(own, n_items, limits) if own.statistic == "mean" else math.nan


def _reliability(subscale: Subscale, limits: Claims) -> float:
    stated = subscale.reliability
    assert stated is not None  # noqa: S101 - asked only where there is one
    return float(min(stated.value, limits.reliability) if stated.is_assumed else stated.value)


def error_of_single(facet: Facet, limits: Claims) -> float:
    """Return the standard error of one answer: a share of its scale, at the lowest plausible reliability."""
    spread = limits.single_spread * (facet.scale.highest - facet.scale.lowest)
    return float(spread * (1 - limits.reliability) ** 0.5)


def joined_error(one: float, other: float) -> float:
    """Return the standard error of the difference of two values."""
    return math.sqrt(one * one + other * other)
