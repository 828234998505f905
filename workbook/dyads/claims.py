"""Which differences may be told: of couples who agree, at most one in twenty is told otherwise in a view.

A band stands on a single comparison. What is told in words or marked is a *claim*: it has to hold
with all other comparisons of its view (Holm 1979), at the lowest reliability that is plausible.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from workbook import frames
from workbook.content.thresholds import Claims, thresholds
from workbook.dyads.chance import holm, p_of_difference, p_of_squares
from workbook.dyads.pairs import ids_as_text, places
from workbook.instruments.facets import Facet, facets
from workbook.instruments.model import Instrument, Subscale
from workbook.versions import joined_in_time

_KEYS = ["couple_id", "occasion", "instrument"]
_FAMILY = [*_KEYS, "view"]
_COLUMNS = [*_FAMILY, "facet", "by", "about", "difference", "error", "rounding"]
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
    parts = [_between_partners(own), _over_all(own)]
    parts += [_seen(perspectives, own, one, limits) for one in asked]
    parts.append(_guessed(needs, instruments.get("needs"), limits))
    rows = pd.concat([part for part in parts if len(part)] or [_none()], ignore_index=True)
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
    limits = limits or thresholds().claims
    joined = joined_in_time(scores, instruments)
    own = _with_errors(joined, instruments.values(), limits)
    own = own.assign(_number=[frames.occasion_number(one) for one in own["occasion"]]).sort_values("_number")
    series = own.groupby(["couple_id", "person_id", "instrument", "facet"], sort=True, observed=True)
    ends = series.agg(
        first=("score", "first"), last=("score", "last"), n=("score", "size"), n_items=("n_answered", "max"),
        before=("error", "first"), after=("error", "last"),
    ).reset_index()  # fmt: skip
    ends = ends[(ends["n"] > 1).to_numpy()].reset_index(drop=True)
    ends["difference"] = (ends["last"] - ends["first"]).astype("float64")
    ends["error"] = (ends["before"] ** 2 + ends["after"] ** 2) ** 0.5
    apart = (ends["difference"].abs() - HALF_A_STEP / ends["n_items"].astype("float64")).clip(lower=0.0)
    ends["p"] = p_of_difference(apart.to_numpy(), ends["error"].to_numpy(dtype=float))
    family = ends["couple_id"].astype(str) + "\x1f" + ends["instrument"].astype(str)
    ends["is_claimed"] = holm(ends["p"], family, limits.level)
    return frames.check(ends[list(frames.CHANGES.columns)], frames.CHANGES)


# -- how sure one value is -------------------------------------------------------------


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
        return _error_of_single(facet, limits)
    own, view = (instrument.subscale_by_id[one] for one in (facet.own, facet.view))
    if view.reliability is not None and not view.reliability.is_assumed:
        return error_of_score(view, len(facet.seen), limits)
    n_items = min(len(facet.seen), len(own.items))
    return error_of_score(own, n_items, limits) if own.statistic == "mean" else math.nan


def _reliability(subscale: Subscale, limits: Claims) -> float:
    stated = subscale.reliability
    assert stated is not None  # noqa: S101 - asked only where there is one
    return float(min(stated.value, limits.reliability) if stated.is_assumed else stated.value)


def _error_of_single(facet: Facet, limits: Claims) -> float:
    spread = limits.single_spread * (facet.scale.highest - facet.scale.lowest)
    return float(spread * (1 - limits.reliability) ** 0.5)


# -- what is compared with what ----------------------------------------------------------


def _with_errors(scores: pd.DataFrame, asked: Iterable[Instrument], limits: Claims) -> pd.DataFrame:
    """Return the scores of facets of several answers, each with its facet and standard error."""
    known = {
        facet.own: (facet.id, one.subscale_by_id[facet.own])
        for one in asked
        for facet in facets(one)
        if not facet.is_single and facet.higher_is != "neither"
    }
    own = scores[scores["subscale"].isin(known) & scores["score"].notna()]
    own = own.assign(**{key: ids_as_text(own[key]) for key in [*_KEYS, "person_id"]})
    errors = [
        error_of_score(known[name][1], int(n), limits)
        for name, n in zip(own["subscale"], own["n_answered"], strict=True)
    ]
    names = pd.Series([known[name][0] for name in own["subscale"]], index=own.index, dtype="string")
    return own.assign(facet=names, error=pd.Series(errors, index=own.index, dtype="float64"))


def _own(
    scores: pd.DataFrame, asked: Sequence[Instrument], known: Mapping[str, str] | None, limits: Claims
) -> pd.DataFrame:
    if not len(scores):
        return _none().assign(
            place=pd.Series(dtype="string"),
            score=pd.Series(dtype="float64"),
            n_answered=pd.Series(dtype="Int16"),
        )
    own = _with_errors(scores, asked, limits)
    placed = places(scores.assign(person_id=ids_as_text(scores["person_id"])), known)
    return own.merge(placed, on=["couple_id", "person_id"], how="left")


def _between_partners(own: pd.DataFrame) -> pd.DataFrame:
    """Return what each says of themselves beside the other: a − b."""
    columns = [*_KEYS, "facet", "score", "error", "n_answered"]
    sides = {p: own.loc[(own["place"] == p).to_numpy(dtype=bool), columns] for p in ("a", "b")}
    both = sides["a"].merge(sides["b"], on=[*_KEYS, "facet"], suffixes=("_a", "_b"))
    return both.assign(
        view="side_by_side",
        by="a",
        about="b",
        difference=(both["score_a"] - both["score_b"]).astype("float64"),
        error=(both["error_a"] ** 2 + both["error_b"] ** 2) ** 0.5,
        rounding=HALF_A_STEP / both[["n_answered_a", "n_answered_b"]].max(axis=1).astype("float64"),
    )[_COLUMNS]


def _over_all(own: pd.DataFrame) -> pd.DataFrame:
    """Return the same for the overview, where all instruments of an occasion are one view."""
    return _between_partners(own).assign(view=OVERVIEW, instrument="")


def _seen(seen: pd.DataFrame, own: pd.DataFrame, instrument: Instrument, limits: Claims) -> pd.DataFrame:
    """Return what one sees in the other beside the other's own word: theirs about you − yours."""
    rows = seen[(seen["instrument"] == instrument.id).to_numpy(dtype=bool) & seen["value"].notna()]
    if not len(rows):
        return _none()
    known = {one.id: one for one in facets(instrument) if one.is_comparable}
    rows = rows[rows["facet"].isin(known)]
    by, about = rows["perspective"].str[0], rows["perspective"].str[-1]
    rows = rows.assign(by=by, about=about, value=rows["value"].astype("float64"))
    is_own = (by == about).to_numpy(dtype=bool)
    views = rows[~is_own].assign(
        error_of_view=[error_of_view(known[one], instrument, limits) for one in rows.loc[~is_own, "facet"]],
        n_view=[len(known[one].seen) for one in rows.loc[~is_own, "facet"]],
    )
    words = _own_words(rows[is_own], own, known, limits)
    both = views[[*_KEYS, "facet", "by", "about", "value", "error_of_view", "n_view"]].merge(
        words, on=[*_KEYS, "facet", "about"], suffixes=("", "_own")
    )
    both = both.assign(
        view="perspectives",
        difference=both["value"] - both["value_own"],
        error=(both["error_of_view"] ** 2 + both["error_own"] ** 2) ** 0.5,
        rounding=HALF_A_STEP / both[["n_answered", "n_view"]].max(axis=1).astype("float64"),
    )
    return pd.concat([both[_COLUMNS], _read(both, words)], ignore_index=True)


def _own_words(
    rows: pd.DataFrame, own: pd.DataFrame, known: Mapping[str, Facet], limits: Claims
) -> pd.DataFrame:
    scored = own[[*_KEYS, "facet", "place", "error", "n_answered"]].rename(columns={"place": "about"})
    words = rows[[*_KEYS, "facet", "about", "value"]].merge(scored, on=[*_KEYS, "facet", "about"], how="left")
    singles = [
        _error_of_single(known[one], limits) if known[one].is_single else math.nan for one in words["facet"]
    ]
    error = words["error"].fillna(pd.Series(singles, index=words.index))
    n_answered = words["n_answered"].fillna(1)  # of a question that stands alone there is no score here
    return words.assign(error_own=error, n_answered=n_answered).drop(columns="error")


def _read(both: pd.DataFrame, words: pd.DataFrame) -> pd.DataFrame:
    """Return how one reads the other over all topics: level, order, and against how one sees oneself."""
    mine = words.drop(columns="n_answered")
    mine = mine.rename(columns={"about": "by", "value": "value_me", "error_own": "error_me"})
    three = both.merge(mine, on=[*_KEYS, "facet", "by"])
    found: list[dict[str, object]] = []
    for key, rows in three.groupby([*_KEYS, "by", "about"], sort=True, observed=True):
        about_you = rows["value"] - rows["value_own"]
        like_me = rows["value"] - rows["value_me"]
        like_error = (rows["error_of_view"] ** 2 + rows["error_me"] ** 2) ** 0.5
        measured = {
            "level": (about_you.mean(), (rows["error"] ** 2).sum() ** 0.5 / len(rows), math.nan),
            "order": (math.nan, math.nan, _p_of_pattern(about_you, rows["error"])),
            "like": (math.nan, math.nan, _p_of_pattern(like_me, like_error)),
        }
        for name, (difference, error, p) in measured.items():
            line = dict(zip([*_KEYS, "by", "about"], key, strict=True))
            found.append(
                line | {"view": "perception", "facet": name, "difference": difference, "error": error, "p": p}
            )
    return pd.DataFrame(found, columns=[*_COLUMNS, "p"]) if found else _none()


def _p_of_pattern(difference: pd.Series, error: pd.Series) -> float:
    """Return the chance of such ups and downs if all differences were one and the same."""
    weight = 1 / error.to_numpy(dtype=float) ** 2
    values = difference.to_numpy(dtype=float)
    if len(values) < 2 or not np.isfinite(weight).all():
        return math.nan
    middle = float((weight * values).sum() / weight.sum())
    return p_of_squares(float((weight * (values - middle) ** 2).sum()), len(values) - 1)


def _guessed(needs: pd.DataFrame, instrument: Instrument | None, limits: Claims) -> pd.DataFrame:
    """Return what one thinks matters to the other beside the other's own word: guess − word."""
    if instrument is None or not len(needs):
        return _none()
    errors = {one.id: _error_of_single(one, limits) * 2**0.5 for one in facets(instrument)}
    rows = needs[needs["guess_error"].notna() & needs["need"].isin(errors)]
    return rows.assign(
        instrument=instrument.id,
        view="guesses",
        facet=rows["need"],
        by=rows["place"],
        about=rows["place"].map({"a": "b", "b": "a"}),
        difference=rows["guess_error"].astype("float64"),
        error=rows["need"].map(errors).astype("float64"),
        rounding=HALF_A_STEP,
    )[_COLUMNS]


# -- all of a view together --------------------------------------------------------------


def _judged(rows: pd.DataFrame, limits: Claims) -> pd.DataFrame:
    if not len(rows):
        return frames.empty(frames.CLAIMS)
    rows = pd.concat([rows, *_wholes(rows)], ignore_index=True)
    # The continuity correction: what is rounded to steps lies up to half a step further in.
    apart = (rows["difference"].abs() - rows["rounding"].fillna(0.0)).clip(lower=0.0)
    p = pd.Series(p_of_difference(apart.to_numpy(dtype=float), rows["error"].to_numpy(dtype=float)))
    given = rows["p"].astype("float64") if "p" in rows else pd.Series(math.nan, index=rows.index)
    rows["p"] = given.fillna(p)
    family = rows[_FAMILY].astype(str).agg("\x1f".join, axis=1)
    rows["is_claimed"] = holm(rows["p"], family, limits.level)
    rows = rows.sort_values([*_FAMILY, "by", "about"], kind="stable", ignore_index=True)
    return frames.check(rows[list(frames.CLAIMS.columns)], frames.CLAIMS)


def _wholes(rows: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """Return, for each direction of a view, whether all of it together is more than chance explains."""
    compared = rows[rows["error"].notna() & (rows["view"] != "perception").to_numpy()]
    squares = (compared["difference"] / compared["error"]).astype("float64") ** 2
    groups = compared.assign(_squares=squares).groupby([*_FAMILY, "by", "about"], sort=True, observed=True)
    found = groups["_squares"].agg(["sum", "size"]).reset_index()
    found = found[(found["size"] > 1).to_numpy()]
    if len(found):
        p = [p_of_squares(float(total), int(n)) for total, n in zip(found["sum"], found["size"], strict=True)]
        whole = found.assign(facet=WHOLE, difference=math.nan, error=math.nan, p=p)
        yield whole.drop(columns=["sum", "size"])


def _none() -> pd.DataFrame:
    empty = {name: pd.Series(dtype="string") for name in _COLUMNS}
    numbers = {name: pd.Series(dtype="float64") for name in ("difference", "error", "rounding")}
    return pd.DataFrame(empty | numbers)
