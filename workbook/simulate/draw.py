"""The model behind simulated couples: standings, answers, and what is left blank."""

import zlib
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from workbook.instruments import Instrument
from workbook.instruments.facets import facet_of

Floats = npt.NDArray[np.float32]

BLOCK = 500  # couples drawn at a time; a cohort's first couples don't depend on its size
NOT_ANSWERED = int(np.iinfo(np.int16).min)


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


@dataclass(frozen=True, slots=True)
class Gaps:
    """Chance that an item is left blank (``missing``) or answered 'prefer not to say'."""

    missing: float = 0.0
    declined: float = 0.0


@dataclass(frozen=True)
class Drawn:
    """Answers of one instrument on one occasion, and the standings behind them.

    ``points`` is (couples, 2, items) with `NOT_ANSWERED` where there is none, ``standing``
    (couples, 2, facets).
    """

    points: npt.NDArray[np.int16]
    is_declined: npt.NDArray[np.bool_]
    standing: Floats
    facets: list[str]

    def cut(self, keep: slice) -> "Drawn":
        return Drawn(self.points[keep], self.is_declined[keep], self.standing[keep], self.facets)


def draw(
    instrument: Instrument, seed: int, span: range, occasions: int, traits: Traits, gaps: Gaps
) -> list[Drawn]:
    """Return all answers of one instrument, one entry per occasion, in blocks with seeds of their own."""
    traits = fitting(instrument, traits)
    first, n = span.start, len(span)
    blocks: list[list[Drawn]] = []
    for block in range(first // BLOCK, -(-(first + n) // BLOCK)):
        # A stream per instrument: a new instrument changes no other one's answers.
        own = (zlib.crc32(instrument.id.encode()), block)
        rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=own))
        common = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(0, block)))
        general = correlated(common, BLOCK, 1, traits.couple_correlation)
        keep = slice(max(first - block * BLOCK, 0), min(first + n - block * BLOCK, BLOCK))
        drawn: list[Drawn] = []
        for k in range(occasions):
            before = drawn[k - 1].standing if k else None
            drawn.append(answer(instrument, rng, general, traits, gaps, before))
        blocks.append([one.cut(keep) for one in drawn])
    return [_concatenate([block[k] for block in blocks]) for k in range(occasions)] if blocks else []


def _concatenate(parts: list[Drawn]) -> Drawn:
    return Drawn(
        np.concatenate([part.points for part in parts]),
        np.concatenate([part.is_declined for part in parts]),
        np.concatenate([part.standing for part in parts]),
        parts[0].facets,
    )


def fitting(instrument: Instrument, traits: Traits) -> Traits:
    """Partners share most of their background; nothing of it is healthy or not."""
    if instrument.id != "background":
        return traits
    return replace(
        traits, couple_correlation=0.97, general=0.0, loading=0.99, lift=0.0, change=0.0, stability=1.0
    )


def correlated(rng: np.random.Generator, n: int, k: int, correlation: float) -> Floats:
    """Draw standard normals (n couples, 2 partners, k), correlated between the partners."""
    drawn = rng.standard_normal((n, 2, k), dtype=np.float32)
    drawn[:, 1] = correlation * drawn[:, 0] + np.sqrt(1 - correlation**2) * drawn[:, 1]
    return drawn


def answer(
    instrument: Instrument,
    rng: np.random.Generator,
    general: Floats,
    traits: Traits,
    gaps: Gaps,
    before: Floats | None = None,
) -> Drawn:
    """Let couples answer: from standings to the choices they tick."""
    facets, facet_index, worse = _structure(instrument)
    n = len(general)
    own = correlated(rng, n, len(facets), traits.couple_correlation)
    standing = np.sqrt(traits.general) * general + np.sqrt(1 - traits.general) * own
    if before is not None:
        standing = traits.stability * before + np.sqrt(1 - traits.stability**2) * standing + traits.change
    about_partner = np.array([item.about == "partner" for item in instrument.items])
    at = standing[:, :, facet_index]
    seen = traits.accuracy * at[:, ::-1] + traits.similarity * at
    seen += np.sqrt(max(1 - traits.accuracy**2 - traits.similarity**2, 0)) * rng.standard_normal(
        at.shape, dtype=np.float32
    )
    at = np.where(about_partner, seen, at)
    noise = rng.standard_normal(at.shape, dtype=np.float32)
    underlying = traits.loading * at + np.sqrt(1 - traits.loading**2) * noise + traits.lift
    values = _cut(underlying, instrument, worse)
    chance = rng.random(at.shape, dtype=np.float32)
    values[chance < gaps.declined + gaps.missing] = NOT_ANSWERED
    return Drawn(values, chance < gaps.declined, standing, facets)


def _structure(instrument: Instrument) -> tuple[list[str], npt.NDArray[np.intp], npt.NDArray[np.bool_]]:
    """Return the facets, each item's facet, and whether a high answer is unhealthy before turning."""
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
