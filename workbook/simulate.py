"""Plausible couples from a seed, with known truth: for tests, the demo and benchmarks.

Nothing here is data about real couples. The model: each person has a latent standing on
every facet, part general and part the facet's own, correlated within the couple; each
answer is that standing plus noise, cut into the choices of the scale. What a person says
about the partner mixes the partner's standing (accuracy) with their own (assumed similarity).
"""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbook import frames
from workbook.instruments.model import Instrument

Floats = npt.NDArray[np.float32]

BLOCK = 500  # couples drawn at a time; a cohort's first couples don't depend on its size


@dataclass(frozen=True, slots=True)
class Traits:
    """The known parameters of a simulated cohort, all in latent standard deviations.

    Attributes
    ----------
    couple_correlation : float
        Correlation of the partners' standings; may be negative.
    general : float
        Share of a facet's variance common to all facets of a person.
    loading : float
        Correlation of an answer's underlying standing with its facet.
    accuracy, similarity : float
        How far an answer about the partner follows the partner's and one's own standing.
    lift : float
        How far typical answers lie on the healthy side of the scale's middle.
    change : float
        Mean shift of every standing from one occasion to the next, towards the healthy side.
    stability : float
        Correlation of a person's standing between two occasions.
    """

    couple_correlation: float = 0.45
    general: float = 0.35
    loading: float = 0.75
    accuracy: float = 0.5
    similarity: float = 0.3
    lift: float = 0.45
    change: float = 0.2
    stability: float = 0.8


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


def simulate_couples(
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
    >>> tiny = Instrument("t", "1", "T", (), "", "assessment", "", 1, (scale,), (Item("t.a", "…", scale),), ())
    >>> len(simulate_couples(3, seed=1, instruments=[tiny]).responses)
    6
    """
    traits = traits or Traits()
    chosen = _chosen(instruments)
    parts: list[pd.DataFrame] = []
    truths: list[pd.DataFrame] = []
    couples = _Couples(first, n)
    for instrument in chosen:
        drawn = _draw(instrument, seed, first, n, occasions, traits, missing, declined)
        for k, (values, is_declined, standing, facets) in enumerate(drawn, start=1):
            occasion = f"{'week' if instrument.occasion == 'weekly' else 'assessment'}-{k}"
            parts.append(_responses(couples, instrument, occasion, values, is_declined))
            truths.append(_truth(couples, instrument, occasion, standing, facets))
    responses = _join(parts, frames.RESPONSES, compact=compact)
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
    """One simulated person answers one instrument, whichever it is.

    Returns
    -------
    DataFrame
        `workbook.frames.RESPONSES`, items in the instrument's order.
    """
    traits = traits or Traits()
    general = _correlated(rng, 1, 1, traits.couple_correlation)
    values, is_declined, _, _ = _answer(instrument, rng, general, traits, missing, declined, None)
    default = "week-1" if instrument.occasion == "weekly" else "assessment-1"
    frame = pd.DataFrame(
        {
            "couple_id": couple_id,
            "person_id": person_id,
            "occasion": occasion or default,
            "instrument": instrument.id,
            "item": [item.id for item in instrument.items],
            "value": _nullable(values[0, 0]),
            "declined": is_declined[0, 0],
        }
    )
    return frames.check(frame, frames.RESPONSES)


def facet_of(item_id: str) -> str:
    """The facet, sign, need or skill an item belongs to, by its id.

    >>> facet_of("connection.listening.2")
    'connection.listening'
    """
    return item_id.rpartition(".")[0]


@dataclass(frozen=True)
class _Couples:
    first: int
    n: int

    def ids(self, n_each: int) -> dict[str, pd.Categorical]:
        """Couple and person ids, each person ``n_each`` times in a row."""
        numbers = range(self.first, self.first + self.n)
        couple = [f"c_{k:07d}" for k in numbers]
        person = [f"p_{k:07d}{place}" for k in numbers for place in "ab"]
        return {
            "couple_id": pd.Categorical.from_codes(np.repeat(np.arange(self.n), 2 * n_each), categories=couple),
            "person_id": pd.Categorical.from_codes(np.repeat(np.arange(2 * self.n), n_each), categories=person),
        }


def _chosen(instruments: Mapping[str, Instrument] | Sequence[Instrument] | None) -> list[Instrument]:
    if instruments is None:
        from workbook.instruments import catalogue

        return [instrument for instrument in catalogue().values() if not instrument.is_private]
    return list(instruments.values() if isinstance(instruments, Mapping) else instruments)


_Drawn = tuple[npt.NDArray[np.int16], npt.NDArray[np.bool_], Floats, list[str]]


def _draw(
    instrument: Instrument, seed: int, first: int, n: int, occasions: int, traits: Traits, missing: float, declined: float
) -> list[_Drawn]:
    """All answers of one instrument, one entry per occasion, in blocks with seeds of their own."""
    blocks: list[list[_Drawn]] = []
    for block in range(first // BLOCK, -(-(first + n) // BLOCK)):
        # A stream per instrument: a new instrument changes no other one's answers.
        rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(zlib.crc32(instrument.id.encode()), block)))
        common = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(0, block)))
        general = _correlated(common, BLOCK, 1, traits.couple_correlation)
        keep = slice(max(first - block * BLOCK, 0), min(first + n - block * BLOCK, BLOCK))
        drawn, standing = [], None
        for _ in range(occasions):
            values, is_declined, standing, facets = _answer(instrument, rng, general, traits, missing, declined, standing)
            drawn.append((values[keep], is_declined[keep], standing[keep], facets))
        blocks.append(drawn)
    if not blocks:
        return []
    return [
        (
            np.concatenate([block[k][0] for block in blocks]),
            np.concatenate([block[k][1] for block in blocks]),
            np.concatenate([block[k][2] for block in blocks]),
            blocks[0][k][3],
        )
        for k in range(occasions)
    ]


def _correlated(rng: np.random.Generator, n: int, k: int, correlation: float) -> Floats:
    """Standard normals (n couples, 2 partners, k), correlated between the partners."""
    drawn = rng.standard_normal((n, 2, k), dtype=np.float32)
    drawn[:, 1] = correlation * drawn[:, 0] + np.sqrt(1 - correlation**2) * drawn[:, 1]
    return drawn


def _answer(
    instrument: Instrument,
    rng: np.random.Generator,
    general: Floats,
    traits: Traits,
    missing: float,
    declined: float,
    before: Floats | None,
) -> tuple[npt.NDArray[np.int16], npt.NDArray[np.bool_], Floats, list[str]]:
    """Answers (n, 2, items), −1 where there is none; and the standings behind them."""
    facets, facet_index, worse = _structure(instrument)
    n = len(general)
    own = _correlated(rng, n, len(facets), traits.couple_correlation)
    standing = np.sqrt(traits.general) * general + np.sqrt(1 - traits.general) * own
    if before is not None:
        standing = traits.stability * before + np.sqrt(1 - traits.stability**2) * standing + traits.change
    about_partner = np.array([item.about == "partner" for item in instrument.items])
    at = standing[:, :, facet_index]
    seen = traits.accuracy * at[:, ::-1] + traits.similarity * at
    seen += np.sqrt(max(1 - traits.accuracy**2 - traits.similarity**2, 0)) * rng.standard_normal(at.shape, dtype=np.float32)
    at = np.where(about_partner, seen, at)
    noise = rng.standard_normal(at.shape, dtype=np.float32)
    underlying = traits.loading * at + np.sqrt(1 - traits.loading**2) * noise + traits.lift
    values = _cut(underlying, instrument, worse)
    chance = rng.random(at.shape, dtype=np.float32)
    is_declined = chance < declined
    values[chance < declined + missing] = NOT_ANSWERED
    return values, is_declined, standing, facets


NOT_ANSWERED = np.iinfo(np.int16).min


def _structure(instrument: Instrument) -> tuple[list[str], npt.NDArray[np.intp], npt.NDArray[np.bool_]]:
    """The facets, each item's facet, and whether a high answer is unhealthy before turning."""
    owner = {item: s for s in instrument.subscales if s.about == "self" for item in s.items}
    partner = {item: s for s in instrument.subscales if s.about == "partner" for item in s.items}
    first_own: dict[str, str] = {}
    keys: list[str] = []
    for item in instrument.items:
        key = owner[item.id].id if item.id in owner else item.id
        if item.about == "self":
            first_own.setdefault(facet_of(item.id), key)
        keys.append(key)
    keys = [
        first_own.get(facet_of(item.id), key) if item.about == "partner" else key
        for item, key in zip(instrument.items, keys, strict=True)
    ]
    facets = list(dict.fromkeys(keys))
    worse = []
    for item, key in zip(instrument.items, keys, strict=True):
        subscale = owner.get(item.id) or partner.get(item.id) or instrument.subscale_by_id.get(key)
        worse.append(subscale is not None and subscale.higher_is == "worse")
    return facets, np.array([facets.index(key) for key in keys], dtype=np.intp), np.array(worse, dtype=bool)


def _cut(underlying: Floats, instrument: Instrument, worse: npt.NDArray[np.bool_]) -> npt.NDArray[np.int16]:
    """Cut each item's underlying standing into the choices of its scale."""
    values = np.empty(underlying.shape, dtype=np.int16)
    for column, item in enumerate(instrument.items):
        choices = np.array(sorted(item.scale.values), dtype=np.int16)
        # Equally likely around the middle, a little closer than normal quantiles would be.
        cuts = np.linspace(-1.5, 1.5, len(choices) + 1)[1:-1].astype(np.float32)
        place = np.searchsorted(cuts, underlying[:, :, column])
        if worse[column] != item.reverse:
            place = len(choices) - 1 - place
        values[:, :, column] = choices[place]
    return values


def _nullable(values: npt.NDArray[np.int16]) -> pd.arrays.IntegerArray:
    flat = values.ravel()
    return pd.arrays.IntegerArray(flat.copy(), flat == NOT_ANSWERED)


def _responses(
    couples: _Couples, instrument: Instrument, occasion: str,
    values: npt.NDArray[np.int16], is_declined: npt.NDArray[np.bool_],
) -> pd.DataFrame:
    n_items = len(instrument.items)
    n = 2 * couples.n * n_items
    columns: dict[str, object] = dict(couples.ids(n_items))
    columns["occasion"] = pd.Categorical.from_codes(np.zeros(n, dtype=np.int8), categories=[occasion])
    columns["instrument"] = pd.Categorical.from_codes(np.zeros(n, dtype=np.int8), categories=[instrument.id])
    columns["item"] = pd.Categorical.from_codes(
        np.tile(np.arange(n_items, dtype=np.int16), 2 * couples.n), categories=[item.id for item in instrument.items]
    )
    columns["value"] = _nullable(values)
    columns["declined"] = pd.array(is_declined.ravel(), dtype="boolean")
    return pd.DataFrame(columns)


def _truth(couples: _Couples, instrument: Instrument, occasion: str, standing: Floats, facets: list[str]) -> pd.DataFrame:
    columns: dict[str, object] = dict(couples.ids(len(facets)))
    n = 2 * couples.n
    columns["occasion"] = pd.Categorical([occasion] * 1).take(np.zeros(n * len(facets), dtype=np.intp))
    columns["instrument"] = pd.Categorical([instrument.id]).take(np.zeros(n * len(facets), dtype=np.intp))
    columns["facet"] = pd.Categorical.from_codes(np.tile(np.arange(len(facets)), n), categories=facets)
    columns["standing"] = standing.ravel().astype(np.float64)
    return pd.DataFrame(columns)


def _join(parts: list[pd.DataFrame], schema: object, *, compact: bool) -> pd.DataFrame:
    if not parts:
        return frames.empty(frames.RESPONSES)
    if not compact:
        ids = ["couple_id", "person_id", "occasion", "instrument", "item"]
        return pd.concat([part.astype(dict.fromkeys(ids, "string")) for part in parts], ignore_index=True)
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
