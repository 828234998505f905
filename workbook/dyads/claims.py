"""Which differences may be told: of couples who agree, at most one in twenty is told otherwise in a view.

A band stands on a single comparison. What is told in words or marked is a *claim*: it has to hold
with all other comparisons of its view (Holm 1979), at the lowest reliability that is plausible.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from workbook import frames
from workbook.content.thresholds import Claims, thresholds
from workbook.dyads.chance import holm, p_of_difference, p_of_squares
from workbook.dyads.ids import placed
from workbook.dyads.own_scores import OwnScore, error_of_single, error_of_view, joined_error, own_scores
from workbook.dyads.plain import framed_rows, numbers, texts
from workbook.instruments.facets import Facet, facets
from workbook.instruments.model import Instrument
from workbook.versions import joined_in_time

HALF_A_STEP = 0.5
"""Two answers differ by whole steps, two means of ``n`` by ``n``-ths: half of that is rounding."""
OVERVIEW = "overview"
WHOLE = ""
"""The facet of a row that is about all comparisons of a direction at once."""


def find_claims(
    scores: pd.DataFrame,
    perspectives: pd.DataFrame,
    needs: pd.DataFrame,
    instruments: Mapping[str, Instrument],
    known: Mapping[str, str] | None = None,
    limits: Claims | None = None,
) -> pd.DataFrame:
    """Return every comparison that a view of two could tell of, and whether it may.

    Parameters
    ----------
    scores, perspectives, needs : DataFrame
        `workbook.frames.SCORES`, `PERSPECTIVES` and `NEEDS` of the same couples.
    instruments : mapping of id to Instrument
    known : mapping of person id to 'a' or 'b', optional
        See `workbook.dyads.places`.
    limits : Claims, optional
        Default: those in `workbook/content/thresholds.toml`.

    Returns
    -------
    DataFrame
        `workbook.frames.CLAIMS`.
    """
    limits = limits or thresholds().claims
    asked = [one for one in instruments.values() if one.occasion == "assessment"]
    own = _own(scores, asked, known, limits)
    rows = [*_between_partners(own), *_over_all(own)]
    given = list(_given(perspectives))
    for one in asked:
        rows += _seen(given, own, one, limits)
    rows += _guessed(needs, instruments.get("needs"), limits)
    return _judged(rows, limits)


def find_changes(
    scores: pd.DataFrame, instruments: Mapping[str, Instrument], limits: Claims | None = None
) -> pd.DataFrame:
    """Return how each person's facets moved from their first time to their last, and whether it may be told.

    All that is passed of one couple and one instrument is one view: give one person's scores for a page
    of their own, and both partners' for a page of the two.

    Parameters
    ----------
    scores : DataFrame
        `workbook.frames.SCORES`, any number of occasions. Of a topic that was asked in other words, or on
        another scale, only the times since then count: see `joined_in_time`.

    Returns
    -------
    DataFrame
        `workbook.frames.CHANGES`.
    """
    if len(set(texts(scores["occasion"]))) < 2:
        return frames.empty(frames.CHANGES)
    limits = limits or thresholds().claims
    series: dict[tuple[str, ...], list[OwnScore]] = {}
    for one in own_scores(joined_in_time(scores, instruments), instruments.values(), limits):
        series.setdefault((one.couple_id, one.person_id, one.instrument, one.facet), []).append(one)
    rows: list[_Claim] = []
    for key, times in sorted(series.items()):
        if len(times) < 2:
            continue
        in_order = sorted(times, key=lambda one: frames.occasion_number(one.occasion))
        known = [one.error for one in in_order if not math.isnan(one.error)] or [math.nan]
        difference = in_order[-1].score - in_order[0].score
        apart = max(abs(difference) - HALF_A_STEP / max(one.n_answered for one in times), 0.0)
        error = joined_error(known[0], known[-1])
        names = ("couple_id", "person_id", "instrument", "facet")
        found = {"difference": difference, "error": error, "p": _p_of(apart, error)}
        rows.append({**dict(zip(names, key, strict=True)), **found})
    family = [f"{row['couple_id']}\x1f{row['instrument']}" for row in rows]
    for row, is_claimed in zip(rows, holm([row["p"] for row in rows], family, limits.level), strict=True):
        row["is_claimed"] = is_claimed
    return framed_rows(rows, frames.CHANGES)


# -- what is compared with what ----------------------------------------------------------


class _Word(NamedTuple):
    """Somebody's own word on a facet, as it stands beside what the other sees."""

    value: float
    error: float
    n_answered: float


class _View(NamedTuple):
    """What one sees in the other, beside the other's own word."""

    keys: tuple[str, ...]
    by: str
    about: str
    value: float
    error: float
    word: _Word
    joined: float


_Claim = dict[str, Any]


def _own(
    scores: pd.DataFrame, asked: Sequence[Instrument], known: Mapping[str, str] | None, limits: Claims
) -> list[OwnScore]:
    at = placed(zip(texts(scores["couple_id"]), texts(scores["person_id"]), strict=True), known)
    own = own_scores(scores, asked, limits)
    return [one._replace(place=at[one.couple_id, one.person_id]) for one in own]


def _between_partners(own: Sequence[OwnScore], view: str = "side_by_side") -> list[_Claim]:
    """Return what each says of themselves beside the other: a − b."""
    others = {one.keys: one for one in own if one.place == "b"}
    pairs = [(one, others[one.keys]) for one in own if one.place == "a" and one.keys in others]
    return [
        _claim(
            a.keys,
            view,
            ("a", "b"),
            a.score - b.score,
            joined_error(a.error, b.error),
            HALF_A_STEP / max(a.n_answered, b.n_answered),
        )
        for a, b in pairs
    ]


def _over_all(own: Sequence[OwnScore]) -> list[_Claim]:
    """Return the same for the overview, where all instruments of an occasion are one view."""
    return [one | {"instrument": ""} for one in _between_partners(own, OVERVIEW)]


_Said = tuple[tuple[str, ...], str, str, float]


def _given(seen: pd.DataFrame) -> Iterator[_Said]:
    """Return of each perspective that is given: of what, by whom, about whom, its value."""
    names = ("couple_id", "occasion", "instrument", "facet", "perspective")
    given = zip(*(texts(seen[name]) for name in names), numbers(seen["value"]).tolist(), strict=True)
    for *keys, perspective, value in given:
        if not math.isnan(value):
            yield tuple(keys), perspective[0], perspective[-1], value


def _seen(
    given: Sequence[_Said], own: Sequence[OwnScore], instrument: Instrument, limits: Claims
) -> list[_Claim]:
    """Return what one sees in the other beside the other's own word: theirs about you − yours."""
    known = {one.id: one for one in facets(instrument) if one.is_comparable}
    rows = [one for one in given if one[0][2] == instrument.id and one[0][3] in known]
    if not rows:
        return []
    scored = {(*one.keys, one.place): one for one in own}
    words = {
        (*keys, about): _word(value, scored.get((*keys, about)), known[keys[3]], limits)
        for keys, by, about, value in rows
        if by == about
    }
    views = []
    for keys, by, about, value in rows:
        if by != about and (word := words.get((*keys, about))) is not None:
            error = error_of_view(known[keys[3]], instrument, limits)
            views.append(_View(keys, by, about, value, error, word, joined_error(error, word.error)))
    compared = [
        _claim(
            one.keys,
            "perspectives",
            (one.by, one.about),
            one.value - one.word.value,
            one.joined,
            HALF_A_STEP / max(one.word.n_answered, len(known[one.keys[3]].seen)),
        )
        for one in views
    ]
    return [*compared, *_read(views, words)]


def _word(value: float, scored: OwnScore | None, facet: Facet, limits: Claims) -> _Word:
    error = math.nan if scored is None else scored.error
    if math.isnan(error) and facet.is_single:
        error = error_of_single(facet, limits)
    return _Word(
        value, error, 1 if scored is None else scored.n_answered
    )  # a single answer has no score here


def _read(views: Iterable[_View], words: Mapping[tuple[str, ...], _Word]) -> Iterator[_Claim]:
    """Return how one reads the other over all topics: level, order, and against how one sees oneself."""
    groups: dict[tuple[str, ...], list[tuple[_View, _Word]]] = {}
    for one in views:
        mine = words.get((*one.keys, one.by))
        if mine is not None:
            groups.setdefault((*one.keys[:3], one.by, one.about), []).append((one, mine))
    for key, both in sorted(groups.items()):
        seen = np.array([one.value for one, _ in both])
        about_you = seen - np.array([one.word.value for one, _ in both])
        like_me = seen - np.array([mine.value for _, mine in both])
        error = np.array([one.joined for one, _ in both])
        like_error = (
            np.array([one.error for one, _ in both]) ** 2 + np.array([m.error for _, m in both]) ** 2
        ) ** 0.5
        level = _nansum(error**2) ** 0.5 / len(both)
        measured = {
            "level": (about_you.mean(), level, math.nan),
            "order": (math.nan, math.nan, _p_of_pattern(about_you, error)),
            "like": (math.nan, math.nan, _p_of_pattern(like_me, like_error)),
        }
        for name, (difference, its_error, p) in measured.items():
            claim = _claim((*key[:3], name), "perception", key[3:], difference, its_error, math.nan)
            yield claim | {"p": p}


def _nansum(values: np.ndarray) -> Any:
    return values[~np.isnan(values)].sum()


def _p_of_pattern(difference: np.ndarray, error: np.ndarray) -> float:
    """Return the chance of such ups and downs if all differences were one and the same."""
    weight = 1 / error**2
    if len(difference) < 2 or not np.isfinite(weight).all():
        return math.nan
    middle = float((weight * difference).sum() / weight.sum())
    return p_of_squares(float((weight * (difference - middle) ** 2).sum()), len(difference) - 1)


def _guessed(needs: pd.DataFrame, instrument: Instrument | None, limits: Claims) -> list[_Claim]:
    """Return what one thinks matters to the other beside the other's own word: guess − word."""
    if instrument is None or not len(needs):
        return []
    errors = {one.id: error_of_single(one, limits) * 2**0.5 for one in facets(instrument)}
    names = ("couple_id", "occasion", "need", "place")
    given = zip(*(texts(needs[name]) for name in names), numbers(needs["guess_error"]).tolist(), strict=True)
    return [
        _claim(
            (couple, occasion, instrument.id, need),
            "guesses",
            (place, "b" if place == "a" else "a"),
            wrong,
            float(errors[need]),
            HALF_A_STEP,
        )
        for couple, occasion, need, place, wrong in given
        if need in errors and not math.isnan(wrong)
    ]


# -- all of a view together --------------------------------------------------------------


def _claim(
    keys: tuple[str, ...],
    view: str,
    who: tuple[str, ...],
    difference: float,
    error: float,
    rounding: float,
) -> _Claim:
    couple, occasion, instrument, facet = keys
    return {
        "couple_id": couple, "occasion": occasion, "instrument": instrument, "view": view, "facet": facet,
        "by": who[0], "about": who[1], "difference": difference, "error": error, "rounding": rounding,
        "p": math.nan,
    }  # fmt: skip


def _judged(rows: list[_Claim], limits: Claims) -> pd.DataFrame:
    if not rows:
        return frames.empty(frames.CLAIMS)
    rows = [*rows, *_wholes(rows)]
    for row in rows:
        if math.isnan(row["p"]):
            # The continuity correction: what is rounded to steps lies up to half a step further in.
            rounding = 0.0 if math.isnan(row["rounding"]) else row["rounding"]
            apart = (
                row["difference"]
                if math.isnan(row["difference"])
                else max(abs(row["difference"]) - rounding, 0.0)
            )
            row["p"] = _p_of(apart, row["error"])
    family = ["\x1f".join(_family(row)) for row in rows]
    for row, is_claimed in zip(rows, holm([row["p"] for row in rows], family, limits.level), strict=True):
        row["is_claimed"] = is_claimed
    rows.sort(key=lambda row: (*_family(row), row["by"], row["about"]))
    return framed_rows(rows, frames.CLAIMS)


def _family(row: _Claim) -> tuple[str, ...]:
    return row["couple_id"], row["occasion"], row["instrument"], row["view"]


def _wholes(rows: Iterable[_Claim]) -> Iterator[_Claim]:
    """Return, for each direction of a view, whether all of it together is more than chance explains."""
    groups: dict[tuple[str, ...], list[float]] = {}
    for row in rows:
        if row["view"] != "perception" and not math.isnan(row["error"]):
            share = row["difference"] / row["error"]
            groups.setdefault((*_family(row), row["by"], row["about"]), []).append(share * share)
    for (*keys, view, by, about), squares in sorted(groups.items()):
        if len(squares) > 1:
            whole = _claim((*keys, WHOLE), view, (by, about), math.nan, math.nan, math.nan)
            yield whole | {"p": p_of_squares(_summed(squares), len(squares))}


def _summed(values: Iterable[float]) -> float:
    """Add up, carrying along what each step rounds off (Kahan)."""
    total = lost = 0.0
    for value in values:
        part = value - lost
        rounded = total + part
        lost, total = rounded - total - part, rounded
    return total


def _p_of(apart: float, error: float) -> float:
    return float(p_of_difference(np.array([apart]), np.array([error]))[0])
