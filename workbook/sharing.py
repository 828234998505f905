"""What a publication at a grain contains, and when it opens. Pure functions, no storage.

What goes in, by the grain a person chose:

=============================  =========  ========  =========  =========
what                           nothing    scores    answers    words
=============================  =========  ========  =========  =========
score of a facet, answered     no         yes       yes        yes
score of a facet, NA           no         no        no         no
score resting on one answer    no         no        yes        yes
score about the partner        no         no        yes        yes
answer to an item              no         no        yes        yes
item that did not come up      no         no        yes        yes
item declined or left blank    no         no        no         no
item that is held back         no         no        no         no
item its person holds back     no         no        no         no
words of an own need           no         no        no         yes
answer to an own need          no         no        no         no
private instrument             refused    refused   refused    refused
=============================  =========  ========  =========  =========

*Score resting on one answer*: a single item's score **is** the answer (needs, skills), and so is
a facet score made from one answered item. They wait for grain *answers*, and so does what a person says
of their partner, of which two answers at most make a score. A declined item looks like one left blank:
neither is there. What *did not come up* is told as such beside single answers, and has no part in
any score; with scores alone it looks like one left blank. An item *held back*
(`workbook.instruments.model.Item`) looks like one left blank in the scores too: they are made
here, and only from what may be published, so that score × n − the rest gives nothing away. Single
answers that a person holds back (`workbook.withheld`) are left out in the same way.

*Words* is offered for the one part to which people add needs of their own, and for no study.

What opens, when both have decided (the lower grain holds for both):

=============================  ==================  ==========  ============
mine · yours                   scores              answers     words
=============================  ==================  ==========  ============
both hold a value              opens at *scores*   opens       opens
only one holds a value         stays shut          stays shut  stays shut
own needs of either            stay shut           stay shut   words open
either chose nothing           the round stays shut for both
=============================  ==================  ==========  ============

The weekly check-in is never shown week by week, but as one **line**: the score of each week by its day,
and nothing finer. Of two lines that open, each keeps the weeks beside which the other has one, within
three days, one for one: so one week does not buy all of the other's. A week that was chosen for a line
once stays in all later ones as it was: a score that moves when one more question is answered gives that
answer away.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum

import numpy as np
import pandas as pd

from workbook import frames
from workbook.errors import SharingError
from workbook.instruments.library import every_version
from workbook.instruments.model import FIRST, Instrument
from workbook.scoring import score

TAKES_OWN_NEEDS = "needs"
"""The instrument to which people add needs in their own words."""
WEEKS = "weeks-1"
"""The one occasion about which somebody decides for all of their weeks, as a line."""
MOST_WEEKS = 53
"""Weeks that a line holds: the newest of them."""
NEAR_DAYS = 3
"""How far from the day of one's own week the other's may lie. Two weekly habits never lie further apart."""


class Grain(StrEnum):
    """How much of one instrument a person lets the partner see, from least to most."""

    NOTHING = "nothing"
    SCORES = "scores"
    ANSWERS = "answers"
    WORDS = "words"


@dataclass(frozen=True)
class Publication:
    """A frozen snapshot that one person put on the table, for one instrument and occasion.

    ``responses`` is an empty frame at grain *scores*; ``scores`` is always there. ``rule`` says
    which items were held back when it was made (`rule_of`); before there were any it was empty.
    ``version`` is that of the instrument as it was asked; what says none is of the first.
    ``words`` are own needs by id, at grain *words* alone.
    """

    couple_id: str
    person_id: str
    instrument: str
    occasion: str
    round: int
    grain: Grain
    responses: pd.DataFrame
    scores: pd.DataFrame
    rule: str = ""
    version: str = FIRST
    words: Mapping[str, str] = field(default_factory=dict)


def lower(one: Grain, other: Grain) -> Grain:
    """Return the lower of two grains: what both see.

    >>> lower(Grain.ANSWERS, Grain.SCORES)
    <Grain.SCORES: 'scores'>
    """
    order = list(Grain)
    return min(one, other, key=order.index)


def grains_up_to(grain: Grain) -> tuple[Grain, ...]:
    """Return every grain that holds something, up to the granted one: one pending row each.

    >>> [str(grain) for grain in grains_up_to(Grain.ANSWERS)]
    ['scores', 'answers']
    """
    order = list(Grain)
    return tuple(order[1 : order.index(grain) + 1])


def grains_for(instrument: Instrument) -> tuple[Grain, ...]:
    """Return the grains that make sense to offer for an instrument.

    An instrument without facets (needs, skills) has nothing to show at grain *scores*; one to which
    nobody adds own needs has no *words*; a private one is never offered at all.
    """
    if instrument.is_private:
        return ()
    has_facets = any(len(subscale.items) > 1 for subscale in instrument.subscales)
    left_out = {Grain.SCORES: not has_facets, Grain.WORDS: instrument.id != TAKES_OWN_NEEDS}
    return tuple(grain for grain in Grain if not left_out.get(grain))


def rule_of(instrument: Instrument) -> str:
    """Return which items of an instrument are held back, as a short name; empty where none are."""
    if not instrument.held_back:
        return ""
    return hashlib.sha256("\n".join(sorted(instrument.held_back)).encode()).hexdigest()[:16]


def rules_in_words(instruments: Mapping[str, Instrument]) -> str:
    """Return which items are held back of each instrument, in every version that was ever asked."""
    versions = sorted(every_version(instruments), key=lambda one: (one.id, one.version))
    return "\n".join(f"{one.id} {one.version} {rule_of(one)}" for one in versions)


def publishable_keys(instrument: Instrument) -> set[tuple[str, str]]:
    """Return the items of an instrument, by `Item.key`, whose answers may be published at all."""
    return {item.key for item in instrument.items if not item.never_published}


def publishable(responses: pd.DataFrame, instrument: Instrument) -> pd.DataFrame:
    """Return the answers of one instrument that may be published at all: given, known, and not held back.

    That something did not come up is an answer, too, without a value.
    An answer to an item in another version than the instrument has it is to another question: not known.
    """
    known = publishable_keys(instrument)
    is_answer = responses["value"].notna() | responses["not_arisen"]
    is_given = (responses["instrument"] == instrument.id) & is_answer
    given = responses[is_given.to_numpy(dtype=bool, na_value=False)]
    is_known = [key in known for key in zip(given["item"], given["version"], strict=True)]
    return given[np.array(is_known, dtype=bool)].reset_index(drop=True)


def without_held_back(responses: pd.DataFrame, instruments: Iterable[Instrument]) -> pd.DataFrame:
    """Return all rows but those of items that these instruments hold back."""
    held_back = {name for instrument in instruments for name in instrument.held_back}
    is_held_back = responses["item"].isin(held_back).to_numpy(dtype=bool)
    return responses[~is_held_back].reset_index(drop=True) if is_held_back.any() else responses


def publish(
    responses: pd.DataFrame,
    grain: Grain,
    *,
    instrument: Instrument,
    couple_id: str,
    person_id: str,
    occasion: str,
    round: int = 1,
    words: Mapping[str, str] | None = None,
) -> Publication:
    """Take a snapshot of one person's instrument and occasion at a grain.

    Rows of other persons, occasions and instruments are passed over, so a whole drawer can
    be given; so are ``words``, own needs by id, by an instrument that takes none. What goes in is
    the first table of this module.

    Raises
    ------
    SharingError
        The instrument is private (the safety check): it is never published.
    """
    if instrument.is_private:
        raise SharingError(
            f"{instrument.id!r} is private: its answers are never shown to anybody, so choose nothing"
        )
    answers = publishable(_of(responses, person_id, occasion), instrument)
    snapshot = Publication(
        couple_id,
        person_id,
        instrument.id,
        occasion,
        round,
        Grain.WORDS,
        frames.check(answers, frames.RESPONSES),
        _scored(answers, instrument),
        rule_of(instrument),
        instrument.version,
        dict(words or {}) if instrument.id == TAKES_OWN_NEEDS else {},
    )
    return coarsen(snapshot, grain)


def publish_weeks(
    responses: pd.DataFrame,
    days: Mapping[str, date],
    *,
    instrument: Instrument,
    couple_id: str,
    person_id: str,
    round: int = 1,
    before: pd.DataFrame | None = None,
) -> Publication:
    """Take a snapshot of somebody's weeks as one line, at grain *scores*.

    Parameters
    ----------
    responses : DataFrame
        `workbook.frames.RESPONSES`. Rows of other persons and instruments are passed over.
    days : mapping of occasion to date
        On which day each week was begun; a week whose day is not known has no place in a line.
    before : DataFrame, optional
        `workbook.frames.SCORES` of the line chosen before: its weeks stay as they were.

    Raises
    ------
    SharingError
        The instrument is private, or is not asked by the week.
    """
    if instrument.is_private or instrument.occasion != "weekly":
        raise SharingError(f"{instrument.id!r} is not asked by the week, so it makes no line")
    answers = publishable(responses, instrument)
    is_own = (answers["person_id"] == person_id) & answers["occasion"].isin(list(days))
    made = _scored(answers[is_own.to_numpy(dtype=bool, na_value=False)], instrument)
    made = made.assign(occasion=made["occasion"].map({one: day_name(days[one]) for one in days}))
    earlier = made.iloc[:0] if before is None else before
    earlier = earlier[(earlier["version"] == instrument.version).to_numpy(dtype=bool)]
    joined = pd.concat([one for one in (earlier, made) if len(one)] or [made], ignore_index=True)
    joined = joined.drop_duplicates(["occasion", "subscale"], keep="first").sort_values("occasion")
    newest = sorted(set(joined["occasion"]))[-MOST_WEEKS:]
    line = Publication(
        couple_id,
        person_id,
        instrument.id,
        WEEKS,
        round,
        Grain.SCORES,
        frames.empty(frames.RESPONSES),
        frames.check(joined[joined["occasion"].isin(newest)].reset_index(drop=True), frames.SCORES),
        rule_of(instrument),
        instrument.version,
    )
    return coarsen(line, Grain.SCORES)


def day_name(day: date) -> str:
    """Return what stands for the day of a week, in the place of an occasion.

    >>> day_name(date(2026, 3, 9)), day_of_name("day-20260309")
    ('day-20260309', datetime.date(2026, 3, 9))
    """
    return f"day-{day:%Y%m%d}"


def day_of_name(name: str) -> date:
    """Return the day again."""
    digits = name.removeprefix("day-")
    return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))


def renew(publication: Publication, instrument: Instrument) -> Publication:
    """Return the same publication without what its instrument holds back today.

    A score that may rest on an item held back is made anew from the answers beside it; at grain
    *scores* there are none, so it goes. All other scores stay as they were.
    """
    if publication.rule == rule_of(instrument):
        return publication
    answers = publishable(publication.responses, instrument)
    touched = [s.id for s in instrument.subscales if instrument.held_back & set(s.items)]
    anew = _scored(answers, instrument)
    scores = pd.concat(
        [
            publication.scores[~publication.scores["subscale"].isin(touched).to_numpy(dtype=bool)],
            anew[anew["subscale"].isin(touched).to_numpy(dtype=bool)],
        ]
    )
    order = {name: place for place, name in enumerate(instrument.subscale_by_id)}
    scores = scores.sort_values("subscale", key=lambda names: names.map(order), ignore_index=True)
    renewed = replace(
        publication,
        responses=frames.check(answers, frames.RESPONSES),
        scores=frames.check(scores, frames.SCORES),
        rule=rule_of(instrument),
    )
    return coarsen(renewed, renewed.grain)


def coarsen(publication: Publication, grain: Grain) -> Publication:
    """Return the same publication at a grain no finer than its own."""
    grain = lower(publication.grain, grain)
    responses, scores = publication.responses, publication.scores
    if grain in (Grain.NOTHING, Grain.SCORES):
        responses = responses.iloc[:0]
        is_of_facet = (scores["n_answered"] > 1) & (scores["about"] == "self")
        scores = scores[is_of_facet.to_numpy(dtype=bool)].reset_index(drop=True)
    if grain is Grain.NOTHING:
        scores = scores.iloc[:0]
    words = publication.words if grain is Grain.WORDS else {}
    return replace(publication, grain=grain, responses=responses, scores=scores, words=words)


def open_round(
    publication_a: Publication | None, publication_b: Publication | None
) -> tuple[Publication, Publication] | None:
    """Return what both partners see once both have decided; ``None`` while the round is shut.

    Both sides come back at the lower grain, each holding only the facets and items for
    which the other also holds a value: one answer does not buy all of the other's. The
    result is the same whoever decided first.

    Parameters
    ----------
    publication_a, publication_b : Publication or None
        ``None`` where a partner has not decided, has withdrawn, or is not there.

    Returns
    -------
    tuple of Publication, or None
        ``None`` too when either chose *nothing*, or the two are of different rounds,
        occasions or instruments, or of different versions of one.

    Raises
    ------
    SharingError
        The two are of different couples, or of one person.
    """
    if publication_a is None or publication_b is None:
        return None
    a, b = publication_a, publication_b
    if a.couple_id != b.couple_id:
        raise SharingError("two publications of different couples can never open to each other")
    if a.person_id == b.person_id:
        raise SharingError("a round needs the publications of two persons, not two of the same one")
    if (a.instrument, a.version, a.occasion, a.round) != (b.instrument, b.version, b.occasion, b.round):
        return None
    grain = lower(a.grain, b.grain)
    if grain is Grain.NOTHING:
        return None
    a, b = coarsen(a, grain), coarsen(b, grain)
    if a.occasion == WEEKS:
        return _only_near(a, b), _only_near(b, a)
    return _only_shared(a, b), _only_shared(b, a)


def _of(responses: pd.DataFrame, person_id: str, occasion: str) -> pd.DataFrame:
    is_own = (responses["person_id"] == person_id) & (responses["occasion"] == occasion)
    return responses[is_own.to_numpy(dtype=bool, na_value=False)]


def _scored(answers: pd.DataFrame, instrument: Instrument) -> pd.DataFrame:
    """Return the scores that answers make, without those that too few of them make."""
    values = score(answers, instrument)
    return frames.check(values[values["score"].notna()].reset_index(drop=True), frames.SCORES)


def _only_shared(mine: Publication, yours: Publication) -> Publication:
    responses = _of_both(mine.responses, yours.responses, "item")
    return replace(mine, responses=responses, scores=_of_both(mine.scores, yours.scores, "subscale"))


def _of_both(mine: pd.DataFrame, yours: pd.DataFrame, name: str) -> pd.DataFrame:
    there = set(yours[name].tolist())
    is_there = [one in there for one in mine[name].tolist()]
    return mine if all(is_there) else mine[np.array(is_there)].reset_index(drop=True)


def _only_near(mine: Publication, yours: Publication) -> Publication:
    """Return a line with the weeks beside which the other has one of the same, one for one."""
    kept: set[tuple[str, str]] = set()
    for subscale in set(mine.scores["subscale"]) & set(yours.scores["subscale"]):
        days, others = (_days(line.scores, subscale) for line in (mine, yours))
        kept |= {(subscale, day_name(day)) for day in _near(days, others)}
    rows = zip(mine.scores["subscale"], mine.scores["occasion"], strict=True)
    is_kept = np.array([row in kept for row in rows], dtype=bool)
    return replace(mine, scores=mine.scores[is_kept].reset_index(drop=True))


def _days(scores: pd.DataFrame, subscale: str) -> list[date]:
    names = scores.loc[(scores["subscale"] == subscale).to_numpy(dtype=bool), "occasion"]
    return sorted(day_of_name(name) for name in names)


def _near(days: Sequence[date], others: Sequence[date]) -> list[date]:
    """Return those of some days, in their order, that find one of the others near: one for one.

    >>> monday, friday = date(2026, 3, 2), date(2026, 3, 6)
    >>> _near([monday, date(2026, 3, 9)], [date(2026, 3, 5)]) == [monday]
    True
    >>> _near([monday], [friday])
    []
    """
    found, rest = [], list(others)
    for day in days:
        while rest and (day - rest[0]).days > NEAR_DAYS:
            rest.pop(0)
        if rest and abs((day - rest[0]).days) <= NEAR_DAYS:
            found.append(day)
            rest.pop(0)
    return found
