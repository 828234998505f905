"""Where the stations are joined: from what lies open to everything a page shows."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import pandas as pd

from workbook import frames
from workbook.dyads import (
    agreement_on_all,
    find_changes,
    find_claims,
    needs_gap,
    pair,
    perception,
    perspectives_on_all,
)
from workbook.insights import Insight, find_insights
from workbook.instruments.facets import facets
from workbook.instruments.library import in_version
from workbook.instruments.model import Instrument
from workbook.plots import VIEWS, Findings, showings
from workbook.plots.view import is_shareable
from workbook.scoring import score_all
from workbook.sharing import Grain, Publication, open_round
from workbook.versions import as_answered, asked_in


@dataclass(frozen=True)
class Results(Findings):
    """Everything a results page shows, worked out from what lies open and nothing else.

    Attributes
    ----------
    insights : tuple of Insight
        Of the latest occasion, in the order to be told.
    grains : mapping of instrument id to Grain
        At which grain each instrument is open; *nothing* where it is not.
    unavailable : mapping of `workbook.plots.Showing.id` to reason
        Why a view of an instrument cannot be shown: ``not_open`` (not revealed by both), ``needs_answers``
        (open at *scores* only), ``no_values`` (open, but nothing both answered) or what else a view lacks,
        ``solo``.
    is_solo : bool
        Whether these are one person's own results.
    """

    insights: tuple[Insight, ...] = ()
    grains: Mapping[str, Grain] = field(default_factory=dict)
    unavailable: Mapping[str, str] = field(default_factory=dict)
    is_solo: bool = False


def work_out(
    publications: Sequence[Publication],
    instruments: Mapping[str, Instrument],
    *,
    known: Mapping[str, str] | None = None,
    suggestions: Mapping[str, Sequence[str]] | None = None,
    passed: Collection[str] = (),
) -> Results:
    """Return everything two partners see together, from the publications on their table.

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
    passed : collection of str
        Exercises that both put aside or did together lately: they are not offered now.
    """
    opened = _opened(publications)
    instruments = _in_latest(opened, instruments)
    responses = _joined([one.responses for one in opened], frames.RESPONSES)
    scores = _joined([one.scores for one in opened], frames.SCORES)
    grains = _grains(opened, instruments)
    return _results(responses, scores, instruments, grains, known, suggestions, passed, is_solo=False)


def work_out_case(
    publications: Sequence[Publication],
    instruments: Mapping[str, Instrument],
    *,
    known: Mapping[str, str] | None = None,
) -> Results:
    """Return what a therapist sees of what each of two granted: nobody's waits for the other's.

    Nothing is told of it: how it is understood, and what comes next, is the therapist's.

    Parameters
    ----------
    publications : sequence of Publication
        Of one couple, each by its own person's grant; any instruments and occasions.
    instruments : mapping of id to Instrument
    known : mapping of person id to 'a' or 'b', optional
    """
    shown = [one for one in publications if one.grain is not Grain.NOTHING]
    instruments = _in_latest(shown, instruments)
    responses = _joined([one.responses for one in shown], frames.RESPONSES)
    scores = _joined([one.scores for one in shown], frames.SCORES)
    found = _findings(responses, scores, instruments, known)
    grains = _grains(shown, instruments)
    is_solo = len({one.person_id for one in shown}) < 2
    reasons = _unavailable(found, instruments, grains, is_solo=is_solo)
    return Results(**vars(found), grains=grains, unavailable=reasons, is_solo=is_solo)


def work_out_both(
    responses: pd.DataFrame,
    instruments: Mapping[str, Instrument],
    *,
    known: Mapping[str, str] | None = None,
    suggestions: Mapping[str, Sequence[str]] | None = None,
    passed: Collection[str] = (),
) -> Results:
    """Return what two would see together if all these answers lay open; for those who hold them anyway.

    Made-up couples, and studies of them: no page of a couple is made from this.
    """
    grains = dict.fromkeys(instruments, Grain.ANSWERS)
    scores = score_all(responses, instruments)
    return _results(responses, scores, instruments, grains, known, suggestions, passed, is_solo=False)


def work_out_own(
    responses: pd.DataFrame,
    instruments: Mapping[str, Instrument],
    *,
    known: Mapping[str, str] | None = None,
    suggestions: Mapping[str, Sequence[str]] | None = None,
    passed: Collection[str] = (),
) -> Results:
    """Return one person's own results, of one occasion: what they say of themselves and the partner.

    What they answered to a question in another version than the rest counts nowhere.
    """
    instruments = as_answered(responses, instruments)
    responses = asked_in(responses, {key for one in instruments.values() for key in one.keys})
    scores = score_all(responses, instruments)
    answered = set(responses.loc[responses["value"].notna(), "instrument"])
    grains = {name: Grain.ANSWERS if name in answered else Grain.NOTHING for name in instruments}
    return _results(responses, scores, instruments, grains, known, suggestions, passed, is_solo=True)


def _results(
    responses: pd.DataFrame,
    scores: pd.DataFrame,
    instruments: Mapping[str, Instrument],
    grains: Mapping[str, Grain],
    known: Mapping[str, str] | None,
    suggestions: Mapping[str, Sequence[str]] | None,
    passed: Collection[str],
    *,
    is_solo: bool,
) -> Results:
    found = _findings(responses, scores, instruments, known)
    insights: tuple[Insight, ...] = ()
    if any(grain is not Grain.NOTHING for grain in grains.values()):
        pairs = frames.latest(found.pairs)
        insights = find_insights(
            pairs,
            instruments,
            claims=found.claims,
            needs=found.needs,
            suggestions=suggestions,
            passed=passed,
            alone=is_solo,
        )
    reasons = _unavailable(found, instruments, grains, is_solo=is_solo)
    return Results(
        **vars(found),
        insights=insights,
        grains=grains,
        unavailable=reasons,
        is_solo=is_solo,
    )


def _findings(
    responses: pd.DataFrame,
    scores: pd.DataFrame,
    instruments: Mapping[str, Instrument],
    known: Mapping[str, str] | None,
) -> Findings:
    now_scores, now_answers = frames.latest(scores), frames.latest(responses)
    shown = [one for one in instruments.values() if is_shareable(one)]
    seen = perspectives_on_all(now_scores, shown, known)
    healthy = agreement_on_all(now_answers, shown)
    needs = needs_gap(now_answers, known)
    claims = find_claims(now_scores, seen, needs, instruments, known)
    return Findings(
        scores,
        pair(scores, known),
        seen if len(seen) else None,
        perception(seen, _comparable(shown)) if len(seen) else None,
        healthy if len(healthy) else None,
        needs if len(needs) else None,
        claims,
        find_changes(scores, instruments),
        instruments,
    )


def _opened(publications: Sequence[Publication]) -> list[Publication]:
    rounds: dict[tuple[str, str, int], list[Publication]] = {}
    for one in sorted(publications, key=lambda one: (one.instrument, one.occasion, one.person_id)):
        rounds.setdefault((one.instrument, one.occasion, one.round), []).append(one)
    found = [open_round(a, b) for group in rounds.values() for a, b in combinations(group, 2)]
    return [one for both in found if both for one in both]


def _comparable(instruments: Sequence[Instrument]) -> set[str]:
    """Return the topics of which own word and the other's view are on one scale."""
    return {facet.id for one in instruments for facet in facets(one) if facet.is_comparable}


def _in_latest(opened: Sequence[Publication], instruments: Mapping[str, Instrument]) -> dict[str, Instrument]:
    """Return each instrument in the version in which its latest open occasion was answered."""
    found = dict(instruments)
    for one in sorted(opened, key=lambda one: frames.occasion_number(one.occasion)):
        found[one.instrument] = in_version(instruments, one.instrument, one.version) or found[one.instrument]
    return found


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
    found: Findings, instruments: Mapping[str, Instrument], grains: Mapping[str, Grain], *, is_solo: bool
) -> dict[str, str]:
    """Return why each view of each instrument cannot be shown; those that can are not named."""
    order = list(Grain)
    reasons = {}
    sources: dict[object, Collection[str] | None] = {}
    for one in showings(VIEWS, instruments):
        grain = grains.get(one.instrument, Grain.NOTHING)
        if is_solo and one.view.needs_two:
            reasons[one.id] = "solo"
        elif grain is Grain.NOTHING:
            reasons[one.id] = "not_open"
        elif order.index(grain) < order.index(Grain(one.view.grain)):
            reasons[one.id] = "needs_answers"
        else:
            if one.view.source not in sources:
                sources[one.view.source] = _instruments_in(one.view.source(found))
            there = sources[one.view.source]
            if there is not None and one.instrument not in there:
                reasons[one.id] = one.view.why_missing(found)
    return reasons


def _instruments_in(frame: pd.DataFrame | None) -> Collection[str] | None:
    """Return the instruments that a frame has rows of; None where it has one throughout, as needs have."""
    if frame is None or not len(frame):
        return set()
    return set(frame["instrument"].tolist()) if "instrument" in frame else None
