"""Of couples who agree in truth, at most one in twenty is told of a difference in a view.

Couples are made up (`tests.insights.agreeing`) at reliabilities from .6 to .9: what differs is error of measurement
alone. For each couple we count the views in which any difference may be told (`workbook.frames.CLAIMS`), and for each
person whether anything is told to have moved. Of some couples all pages are rendered, and their words and marks have to
say what may be told, and nothing else. The control takes each comparison by itself, as the bands do.
"""

from collections.abc import Iterator
from unittest import mock

import pandas as pd

from tests.insights.agreeing import (
    ASKED,
    couples_of,
    draw_agreeing,
    marks_a_difference,
    tells_a_difference,
)
from tests.insights.couples import texts
from tests.proofs.harness import Counts, proof
from workbook.content import say
from workbook.dyads import find_changes, find_claims, needs_gap, perspectives
from workbook.instruments import catalogue
from workbook.plots import TREND, VIEWS, Given, prepare_trend
from workbook.results import work_out_both
from workbook.scoring import score_all
from workbook.ui.overview import told_together
from workbook.ui.perception_text import seen_in_words

RELIABILITIES = (0.6, 0.7, 0.8, 0.9)
ONE_IN_TWENTY = 0.05
MANY = 1_000  # couples at each reliability, from which chance moves a share by less than 1 in 100
READ_EVERY = 25  # of so many couples, one has all pages rendered
NAMES = {"a": "Mira", "b": "Jonas"}
KNOWN = {"_a": "a", "_b": "b"}
# The views that tell of differences: (name of the page, view and instrument of the claims)
TOLD = {
    "overview": ("overview", ""),
    "side_by_side": ("side_by_side", "connection"),
    "perspectives": ("perspectives", "connection"),
    "perception": ("perception", "connection"),
    "guesses": ("guesses", "needs"),
    "skills": ("perspectives", "skills"),
}


def _at(name: str, reliability: float) -> str:
    return f"{name} at {reliability}"


def _shares(counts: Counts) -> dict[str, float]:
    names = [*TOLD, "trend"]
    return {
        _at(name, one): counts[_at(name, one)]
        / max(counts[_at("persons" if name == "trend" else "couples", one)], 1)
        for name in names
        for one in RELIABILITIES
    }


def _figure(counts: Counts) -> str:
    name, share = max(_shares(counts).items(), key=lambda one: one[1])
    return f"most: {share:.3f} ({name}); words otherwise than claims: {counts['told_otherwise']} of {counts['read']}"


def _are_few(counts: Counts) -> bool:
    """Tell whether no share is above 1 in 20; of few couples, whether none is clearly above it."""
    n = min(counts[_at("couples", one)] for one in RELIABILITIES)
    slack = 0.0 if n >= MANY else 3 * (ONE_IN_TWENTY * (1 - ONE_IN_TWENTY) / n) ** 0.5
    return max(_shares(counts).values()) <= ONE_IN_TWENTY + slack


def _holds(counts: Counts) -> bool:
    return not counts["told_otherwise"] and _are_few(counts)


@proof(
    "agreeing",
    bound="of couples who agree (reliability .6 to .9), at most 1 in 20 is told of a difference in any view",
    full=8_000,
    short=80,
    portion=400,
    holds=_holds,
    figure=_figure,
)
def agreeing(size: int, seed: int) -> Counts:
    return _count(size, seed)


@agreeing.control(size=80, fails=lambda counts: not _are_few(counts))
def single_comparisons(size: int, seed: int) -> Counts:
    """Each comparison stands by itself: words as the bands have it."""

    def single(p: pd.Series, _family: pd.Series, level: float) -> pd.Series:
        return p <= level

    with mock.patch("workbook.dyads.claims.holm", single):
        return _count(size, seed)


@agreeing.control(size=80, fails=lambda counts: not _are_few(counts))
def high_reliability(size: int, seed: int) -> Counts:
    """The reliability is taken to be .85 throughout, though for some it is .6."""
    with mock.patch("workbook.dyads.claims._reliability", return_value=0.85):
        return _count(size, seed)


def _count(size: int, seed: int) -> Counts:
    counts: Counts = {"trials": 0, "read": 0, "told_otherwise": 0}
    for n, reliability in enumerate(RELIABILITIES):
        here = size // len(RELIABILITIES) + (n < size % len(RELIABILITIES))
        if here:
            counts = _add(counts, _of_one(here, reliability, seed * 10 + n))
    return counts


def _add(counts: Counts, more: Counts) -> Counts:
    return {name: counts.get(name, 0) + more.get(name, 0) for name in (*counts, *more)}


def _of_one(n: int, reliability: float, seed: int) -> Counts:
    instruments = {name: catalogue()[name] for name in ASKED}
    responses = draw_agreeing(n, reliability, seed, times=2)
    first = responses[(responses["occasion"] == "assessment-1").to_numpy(dtype=bool)]
    scores = score_all(responses, instruments)
    now = scores[(scores["occasion"] == "assessment-1").to_numpy(dtype=bool)]
    known = {person: KNOWN[person[-2:]] for person in first["person_id"].unique()}
    seen = pd.concat(
        [perspectives(now, first, one, known) for one in instruments.values()], ignore_index=True
    )
    claims = find_claims(now, seen, needs_gap(first, known), instruments, known)
    changes = find_changes(scores[scores["instrument"].eq("connection").to_numpy(dtype=bool)], instruments)
    counts: Counts = {"trials": n, _at("couples", reliability): n, _at("persons", reliability): 2 * n}
    for name, (view, instrument) in TOLD.items():
        counts[_at(name, reliability)] = len(_told_to(claims, view, instrument))
    counts[_at("trend", reliability)] = changes.loc[
        changes["is_claimed"].to_numpy(dtype=bool), "person_id"
    ].nunique()
    read = [*_read(first, claims, known)]
    read += [_read_trend(scores, changes, known)]
    return counts | {"read": len(read), "told_otherwise": sum(read)}


def _told_to(claims: pd.DataFrame, view: str, instrument: str) -> set[str]:
    is_here = (claims["view"] == view) & (claims["instrument"] == instrument) & claims["is_claimed"]
    return set(claims.loc[is_here.to_numpy(dtype=bool), "couple_id"])


def _read(responses: pd.DataFrame, claims: pd.DataFrame, known: dict[str, str]) -> Iterator[bool]:
    """Return, for each view of some couples, whether words or marks say otherwise than may be told."""
    instruments = {name: catalogue()[name] for name in ASKED}
    for n, (couple, rows) in enumerate(couples_of(responses)):
        if n % READ_EVERY:
            continue
        results = work_out_both(rows, instruments, known=known)
        told = {"overview": list(texts(told_together(results, instruments, NAMES)))}
        marked = {}
        for view in VIEWS:
            prepared = view.prepared(instruments[view.instrument], Given(results, NAMES))
            if view.drawing is None:
                told[view.name] = list(texts(seen_in_words(prepared, NAMES, claims=results.claims)))
            elif prepared is not None:
                told[view.name] = [say(key, **values) for key, values in view.drawing.sentence(prepared)]
                marked[view.name] = marks_a_difference(prepared)
        for name, said in told.items():
            may = name in TOLD and couple in _told_to(claims, *TOLD[name])
            # Where the overview may tell of a difference, it does only if something is low.
            is_otherwise = tells_a_difference(said) and not may
            if name != "overview" and name in TOLD and name != "perception":
                is_otherwise = tells_a_difference(said) is not may
            yield is_otherwise or (marked.get(name, False) and not may)


def _read_trend(scores: pd.DataFrame, changes: pd.DataFrame, known: dict[str, str]) -> bool:
    person = str(scores["person_id"].iloc[0])
    own = scores[(scores["person_id"] == person).to_numpy(dtype=bool)]
    prepared = prepare_trend(own, catalogue()["connection"], known, NAMES, changes=changes)
    said = [say(key, **values) for key, values in TREND.sentence(prepared)]
    may = bool(changes.loc[(changes["person_id"] == person).to_numpy(dtype=bool), "is_claimed"].any())
    return tells_a_difference(said) is not may or marks_a_difference(prepared) is not may
