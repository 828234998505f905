"""Simulated couples as frames: a whole cohort, or one person who answers one instrument."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbook import frames
from workbook.instruments import Instrument, catalogue
from workbook.simulate.draw import NOT_ANSWERED, Drawn, Gaps, Traits, answer, correlated, draw, fitting


@dataclass(frozen=True)
class SimulatedCohort:
    """What was simulated, and the truth behind it.

    Attributes
    ----------
    responses : DataFrame
        `workbook.frames.RESPONSES`, couple by couple.
    truth : DataFrame
        One row per person, occasion and facet: ``standing`` in latent standard deviations,
        higher always the healthy side.
    background : DataFrame
        One row per person: ``couple_id``, ``person_id``, ``place`` ('a' or 'b') and one
        column per background item (its value, NA where skipped).
    """

    responses: pd.DataFrame
    truth: pd.DataFrame
    background: pd.DataFrame


def simulate_couples(  # noqa: PLR0913 - a simulation has parameters
    n: int,
    seed: int,
    instruments: Mapping[str, Instrument] | Sequence[Instrument] | None = None,
    *,
    missing: float = 0.02,
    declined: float = 0.01,
    occasions: int = 1,
    traits: Traits | None = None,
    first: int = 0,
    compact: bool = False,
) -> SimulatedCohort:
    """Draw ``n`` couples; the same seed gives the same bytes, whatever ``n``.

    Parameters
    ----------
    n : int
        Couples; two persons each.
    seed : int
        Any whole number ≥ 0.
    instruments : mapping or sequence of Instrument, optional
        Default: the whole catalogue, without private instruments.
    missing, declined : float
        Chance that an item is left blank, or answered with 'prefer not to say'.
    occasions : int
        How often everybody answers.
    traits : Traits, optional
        The known parameters.
    first : int
        Number of the first couple: parts of a big cohort can be drawn one by one.
    compact : bool
        Keep ids as categories: a tenth of the memory, for cohorts of a million couples.

    Returns
    -------
    SimulatedCohort

    Examples
    --------
    >>> from workbook.instruments.model import Choice, Item, Scale
    >>> scale = Scale("s", (Choice(0, "No"), Choice(1, "Yes")))
    >>> item = Item("t.a", "…", scale)
    >>> tiny = Instrument("t", "1", "T", (), "", "assessment", "", 1, (scale,), (item,), ())
    >>> len(simulate_couples(3, seed=1, instruments=[tiny]).responses)
    6
    """
    chosen = _chosen(instruments)
    parts: list[pd.DataFrame] = []
    truths: list[pd.DataFrame] = []
    couples = _Couples(first, n)
    gaps = Gaps(missing, declined)
    for instrument in chosen:
        span = range(first, first + n)
        drawn = draw(instrument, seed, span, occasions, traits or Traits(), gaps)
        for k, one in enumerate(drawn, start=1):
            parts.append(_responses(couples, instrument, _occasion(instrument, k), one))
            truths.append(_truth(couples, instrument, _occasion(instrument, k), one))
    responses = _join(parts, compact=compact)
    truth = pd.concat(truths, ignore_index=True) if truths else pd.DataFrame()
    background = _background(couples, next((i for i in chosen if i.id == "background"), None), responses)
    return SimulatedCohort(responses, truth, background)


def respond(
    instrument: Instrument,
    rng: np.random.Generator,
    *,
    couple_id: str = "c_simulated",
    person_id: str = "p_simulated",
    occasion: str | None = None,
    missing: float = 0.0,
    declined: float = 0.0,
    traits: Traits | None = None,
) -> pd.DataFrame:
    """Simulate one person's answers to one instrument, whichever it is.

    Returns
    -------
    DataFrame
        `workbook.frames.RESPONSES`, items in the instrument's order.
    """
    traits = fitting(instrument, traits or Traits())
    general = correlated(rng, 1, 1, traits.couple_correlation)
    drawn = answer(instrument, rng, general, traits, Gaps(missing, declined))
    frame = pd.DataFrame(
        {
            "couple_id": couple_id,
            "person_id": person_id,
            "occasion": occasion or _occasion(instrument, 1),
            "instrument": instrument.id,
            "item": [item.id for item in instrument.items],
            "value": _nullable(drawn.points[0, 0]),
            "declined": drawn.is_declined[0, 0],
            "not_arisen": False,
            "version": [item.version for item in instrument.items],
        }
    )
    return frames.check(frame, frames.RESPONSES)


def _occasion(instrument: Instrument, k: int) -> str:
    return f"{'week' if instrument.occasion == 'weekly' else 'assessment'}-{k}"


@dataclass(frozen=True)
class _Couples:
    first: int
    n: int

    def ids(self, n_each: int) -> dict[str, object]:
        """Couple and person ids, each person ``n_each`` times in a row."""
        numbers = range(self.first, self.first + self.n)
        couple = [f"c_{k:07d}" for k in numbers]
        person = [f"p_{k:07d}{place}" for k in numbers for place in "ab"]
        return {
            "couple_id": pd.Categorical.from_codes(
                np.repeat(np.arange(self.n), 2 * n_each), categories=pd.Index(couple)
            ),
            "person_id": pd.Categorical.from_codes(
                np.repeat(np.arange(2 * self.n), n_each), categories=pd.Index(person)
            ),
        }


def _chosen(instruments: Mapping[str, Instrument] | Sequence[Instrument] | None) -> list[Instrument]:
    if instruments is None:
        return [instrument for instrument in catalogue().values() if not instrument.is_private]
    return list(instruments.values() if isinstance(instruments, Mapping) else instruments)


def _nullable(drawn: npt.NDArray[np.int16]) -> pd.arrays.IntegerArray:
    flat = drawn.ravel()
    return pd.arrays.IntegerArray(flat.copy(), flat == NOT_ANSWERED)


def _responses(couples: _Couples, instrument: Instrument, occasion: str, drawn: Drawn) -> pd.DataFrame:
    n_items = len(instrument.items)
    n = 2 * couples.n * n_items
    columns: dict[str, object] = couples.ids(n_items)
    columns["occasion"] = pd.Categorical.from_codes(
        np.zeros(n, dtype=np.int8), categories=pd.Index([occasion])
    )
    columns["instrument"] = pd.Categorical.from_codes(
        np.zeros(n, dtype=np.int8), categories=pd.Index([instrument.id])
    )
    columns["item"] = pd.Categorical.from_codes(
        np.tile(np.arange(n_items, dtype=np.int16), 2 * couples.n),
        categories=pd.Index([item.id for item in instrument.items]),
    )
    columns["value"] = _nullable(drawn.points)
    columns["declined"] = pd.array(drawn.is_declined.ravel(), dtype="boolean")
    columns["not_arisen"] = pd.array(np.zeros(n, dtype=bool), dtype="boolean")
    versions = sorted({item.version for item in instrument.items})
    codes = np.array([versions.index(item.version) for item in instrument.items], dtype=np.int8)
    columns["version"] = pd.Categorical.from_codes(
        np.tile(codes, 2 * couples.n), categories=pd.Index(versions)
    )
    return pd.DataFrame(columns)


def _truth(couples: _Couples, instrument: Instrument, occasion: str, drawn: Drawn) -> pd.DataFrame:
    facets = drawn.facets
    columns: dict[str, object] = couples.ids(len(facets))
    n = 2 * couples.n
    columns["occasion"] = pd.Categorical([occasion]).take(np.zeros(n * len(facets), dtype=np.intp))
    columns["instrument"] = pd.Categorical([instrument.id]).take(np.zeros(n * len(facets), dtype=np.intp))
    columns["facet"] = pd.Categorical.from_codes(
        np.tile(np.arange(len(facets)), n), categories=pd.Index(facets)
    )
    columns["standing"] = drawn.standing.ravel().astype(np.float64)
    return pd.DataFrame(columns)


def _join(parts: list[pd.DataFrame], *, compact: bool) -> pd.DataFrame:
    if not parts:
        return frames.empty(frames.RESPONSES)
    if not compact:
        ids = ["couple_id", "person_id", "occasion", "instrument", "item", "version"]
        dtypes = frames.empty(frames.RESPONSES).dtypes[ids].to_dict()
        return pd.concat([part.astype(dtypes) for part in parts], ignore_index=True)
    joined = {}
    for name in parts[0].columns:
        columns = [part[name] for part in parts]
        if isinstance(columns[0].dtype, pd.CategoricalDtype):
            joined[name] = pd.api.types.union_categoricals(columns)
        else:
            joined[name] = pd.concat(columns, ignore_index=True).array
    return pd.DataFrame(joined)


def _background(couples: _Couples, instrument: Instrument | None, responses: pd.DataFrame) -> pd.DataFrame:
    people = pd.DataFrame(couples.ids(1)).astype("string")
    people["place"] = pd.array(["a", "b"] * couples.n, dtype="string")
    if instrument is None:
        return people
    is_first = (responses["instrument"] == instrument.id) & (responses["occasion"] == "assessment-1")
    own = responses[is_first.to_numpy(dtype=bool)]
    for item in instrument.items:
        values = own.loc[(own["item"] == item.id).to_numpy(dtype=bool), "value"]
        people[item.id] = values.array
    return people
