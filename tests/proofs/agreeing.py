"""Of couples who agree in truth, at most one in twenty is told of a difference in a view.

Couples are made up (`tests.insights.agreeing`) at reliabilities from .6 to .9: what differs is error of measurement
alone. For each couple we count the views in which any difference may be told (`workbook.frames.CLAIMS`), for each
person whether anything is told to have moved on their own page, and for each couple whether anything is on the page of
the two (`workbook.frames.CHANGES`). Of some couples all pages are rendered, and their words and marks have to
say what may be told, and nothing else. The control takes each comparison by itself, as the bands do.
"""

from collections.abc import Iterator, Sequence
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
from workbook.plots import MOVED, VIEWS, Given, prepare_trend
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
    "profile": ("side_by_side", "connection"),
    "side_by_side": ("side_by_side", "connection"),
    "differences": ("side_by_side", "connection"),
    "perspectives": ("perspectives", "connection"),
    "perception": ("perception", "connection"),
    "guesses": ("guesses", "needs"),
    "skills": ("perspectives", "skills"),
}
# What tells of a difference only if more holds than that it may be told: something low, or most topics.
SPARING = ("overview", "profile", "perception")


def _at(name: str, reliability: float) -> str:
    return f"{name} at {reliability}"


def _shares(counts: Counts) -> dict[str, float]:
    names = [*TOLD, "moved", "trend"]
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

    def single(p: Sequence[float], _family: Sequence[str], level: float) -> list[bool]:
        return [one <= level for one in p]

    with mock.patch("workbook.dyads.claims.holm", single):
        return _count(size, seed)


@agreeing.control(size=80, fails=lambda counts: not _are_few(counts))
def high_reliability(size: int, seed: int) -> Counts:
    """The reliability is taken to be .85 throughout, though for some it is .6."""
    with mock.patch("workbook.dyads.own_scores._reliability", return_value=0.85):
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
    seen = pd.concat([perspectives(now, one, known) for one in instruments.values()], ignore_index=True)
    claims = find_claims(now, seen, needs_gap(first, known), instruments, known)
    of_two = scores[scores["instrument"].eq("connection").to_numpy(dtype=bool)]
    moved = find_changes(of_two, instruments)
    own = [of_two[of_two["person_id"].str.endswith(place).to_numpy(dtype=bool)] for place in KNOWN]
    changes = pd.concat([find_changes(one, instruments) for one in own], ignore_index=True)
    counts: Counts = {"trials": n, _at("couples", reliability): n, _at("persons", reliability): 2 * n}
    for name, (view, instrument) in TOLD.items():
        counts[_at(name, reliability)] = len(_told_to(claims, view, instrument))
    for name, found, whose in (("moved", moved, "couple_id"), ("trend", changes, "person_id")):
        counts[_at(name, reliability)] = found.loc[found["is_claimed"].to_numpy(dtype=bool), whose].nunique()
    read = [*_read(first, claims, known)]
    one, two = scores["person_id"].iloc[0], scores["couple_id"].iloc[0]
    read += [_read_moved(scores, changes, known, "person_id", one)]
    read += [_read_moved(scores, moved, known, "couple_id", two)]
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
                said = [*view.drawing.sentence(prepared), *view.drawing.note(prepared)]
                told[view.name] = [say(key, **values) for key, values in said]
                marked[view.name] = marks_a_difference(prepared)
        for name, said in told.items():
            may = name in TOLD and couple in _told_to(claims, *TOLD[name])
            is_otherwise = tells_a_difference(said) and not may
            if name in TOLD and name not in SPARING:
                is_otherwise = tells_a_difference(said) is not may
            yield is_otherwise or (marked.get(name, False) and not may)


def _read_moved(
    scores: pd.DataFrame, changes: pd.DataFrame, known: dict[str, str], whose: str, who: str
) -> bool:
    """Return whether what moved is told or marked otherwise than it may be, to one person or to a couple."""
    own, moved = (frame[frame[whose].eq(who).to_numpy(dtype=bool)] for frame in (scores, changes))
    prepared = prepare_trend(own, catalogue()["connection"], known, NAMES, changes=moved)
    said = [say(key, **values) for key, values in [*MOVED.sentence(prepared), *MOVED.note(prepared)]]
    may = bool(moved["is_claimed"].any())
    return tells_a_difference(said) is not may or marks_a_difference(prepared) is not may
