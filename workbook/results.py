"""Where the stations are joined: from what lies open to everything a page shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import pandas as pd

from workbook import frames
from workbook.dyads import agreement, needs_gap, pair, perception, perspectives
from workbook.insights import Insight, find_insights
from workbook.instruments.model import Instrument
from workbook.scoring import score_all
from workbook.sharing import Grain, Publication, open_round

VIEWS: Mapping[str, tuple[str, Grain]] = {
    "profile": ("connection", Grain.SCORES),
    "side_by_side": ("connection", Grain.SCORES),
    "perspectives": ("connection", Grain.ANSWERS),
    "agreement": ("connection", Grain.ANSWERS),
    "perception": ("connection", Grain.ANSWERS),
    "heat_map": ("warning_signs", Grain.SCORES),
    "needs_map": ("needs", Grain.ANSWERS),
    "skills": ("skills", Grain.ANSWERS),
}
"""Every view, the instrument it shows and the grain it needs from both."""

_NEEDS_TWO = ("side_by_side", "agreement", "perception")
_SEEN = ("connection", "warning_signs", "skills")  # instruments with answers about the partner


@dataclass(frozen=True)
class Results:
    """Everything a results page shows, worked out from what lies open and nothing else.

    Attributes
    ----------
    scores, pairs : DataFrame
        `workbook.frames.SCORES` and `PAIRS`, all occasions.
    perspectives, perception, agreement, needs : DataFrame or None
        Of the latest occasion; ``None`` where no answers are open.
    insights : tuple of Insight
        Of the latest occasion, in the order to be told.
    grains : mapping of instrument id to Grain
        At which grain each instrument is open; *nothing* where it is not.
    unavailable : mapping of view to reason
        Why a view cannot be shown: ``not_open`` (not revealed by both), ``needs_answers``
        (open at *scores* only), ``no_values`` (open, but nothing both answered), ``solo``.
    is_solo : bool
        Whether these are one person's own results.
    """

    scores: pd.DataFrame
    pairs: pd.DataFrame
    perspectives: pd.DataFrame | None
    perception: pd.DataFrame | None
    agreement: pd.DataFrame | None
    needs: pd.DataFrame | None
    insights: tuple[Insight, ...]
    grains: Mapping[str, Grain] = field(default_factory=dict)
    unavailable: Mapping[str, str] = field(default_factory=dict)
    is_solo: bool = False


def work_out(
    publications: Sequence[Publication],
    instruments: Mapping[str, Instrument],
    *,
    known: Mapping[str, str] | None = None,
    suggestions: Mapping[str, Sequence[str]] | None = None,
) -> Results:
    """Everything two partners see together, from the publications on their table.

    Only rounds that both opened count; a publication without its partner's shows nothing.

    Parameters
    ----------
    publications : sequence of Publication
        Of one couple, any instruments and occasions.
    instruments : mapping of id to Instrument
    known : mapping of person id to 'a' or 'b', optional
        The partners' places.
    suggestions : mapping of subject to exercise ids, optional
        See `workbook.insights.find_insights`.
    """
    opened = _opened(publications)
    responses = _joined([one.responses for one in opened], frames.RESPONSES)
    scores = _joined([one.scores for one in opened], frames.SCORES)
    grains = _grains(opened, instruments)
    return _results(responses, scores, instruments, grains, known, suggestions, is_solo=False)


def work_out_own(
    responses: pd.DataFrame,
    instruments: Mapping[str, Instrument],
    *,
    known: Mapping[str, str] | None = None,
    suggestions: Mapping[str, Sequence[str]] | None = None,
) -> Results:
    """One person's own results, from their drawer: what they say of themselves and the partner."""
    scores = score_all(responses, instruments)
    answered = set(responses.loc[responses["value"].notna(), "instrument"])
    grains = {name: Grain.ANSWERS if name in answered else Grain.NOTHING for name in instruments}
    return _results(responses, scores, instruments, grains, known, suggestions, is_solo=True)


def _results(
    responses: pd.DataFrame,
    scores: pd.DataFrame,
    instruments: Mapping[str, Instrument],
    grains: Mapping[str, Grain],
    known: Mapping[str, str] | None,
    suggestions: Mapping[str, Sequence[str]] | None,
    *,
    is_solo: bool,
) -> Results:
    pairs = pair(scores, known)
    now_scores, now_answers = frames.latest(scores), frames.latest(responses)
    shown = [instruments[name] for name in _SEEN if name in instruments]
    seen = [perspectives(now_scores, now_answers, i, known) for i in shown]
    perspective = _joined(seen, frames.PERSPECTIVES)
    healthy = _joined([agreement(now_answers, i) for i in shown], frames.AGREEMENT)
    needs = needs_gap(now_answers, known)
    is_open = any(grain is not Grain.NOTHING for grain in grains.values())
    insights = (
        find_insights(frames.latest(pairs), instruments, needs=needs, suggestions=suggestions, alone=is_solo)
        if is_open
        else ()
    )
    seen_so = perception(perspective)
    has = {"perspectives": perspective, "agreement": healthy, "perception": seen_so, "needs_map": needs}
    return Results(
        scores,
        pairs,
        perspective if len(perspective) else None,
        seen_so if len(perspective) else None,
        healthy if len(healthy) else None,
        needs if len(needs) else None,
        insights,
        grains,
        _unavailable(grains, scores, has, is_solo=is_solo),
        is_solo,
    )


def _opened(publications: Sequence[Publication]) -> list[Publication]:
    rounds: dict[tuple[str, str, int], list[Publication]] = {}
    for one in sorted(publications, key=lambda one: (one.instrument, one.occasion, one.person_id)):
        rounds.setdefault((one.instrument, one.occasion, one.round), []).append(one)
    found = [open_round(a, b) for group in rounds.values() for a, b in combinations(group, 2)]
    return [one for both in found if both for one in both]


def _joined(parts: Sequence[pd.DataFrame], schema: object) -> pd.DataFrame:
    filled = [part for part in parts if len(part)]
    return pd.concat(filled, ignore_index=True) if filled else frames.empty(schema)  # type: ignore[arg-type]


def _grains(opened: Sequence[Publication], instruments: Mapping[str, Instrument]) -> dict[str, Grain]:
    """At which grain the latest open occasion of each instrument lies open."""
    grains = dict.fromkeys(instruments, Grain.NOTHING)
    for one in sorted(opened, key=lambda one: frames.occasion_number(one.occasion)):
        grains[one.instrument] = one.grain
    return grains


def _unavailable(
    grains: Mapping[str, Grain], scores: pd.DataFrame, has: Mapping[str, pd.DataFrame], *, is_solo: bool
) -> dict[str, str]:
    order = list(Grain)
    reasons = {}
    for view, (instrument, needed) in VIEWS.items():
        grain = grains.get(instrument, Grain.NOTHING)
        frame = has.get(view, scores)
        own = (
            frame[(frame["instrument"] == instrument).to_numpy(dtype=bool)]
            if "instrument" in frame
            else frame
        )
        if is_solo and view in _NEEDS_TWO:
            reasons[view] = "solo"
        elif grain is Grain.NOTHING:
            reasons[view] = "not_open"
        elif order.index(grain) < order.index(needed):
            reasons[view] = "needs_answers"
        elif not len(own):
            reasons[view] = "no_values"
    return reasons
