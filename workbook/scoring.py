"""From answers to facet scores: one matrix per instrument, no loop over persons."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbook import frames
from workbook.errors import FrameError
from workbook.instruments.model import Instrument

BAND_Z = 1.96  # two-sided 95 % of a normal error of measurement

Floats = npt.NDArray[np.float32]
Integers = npt.NDArray[np.integer]
Counts = npt.NDArray[np.int16]

BLOCK = 256
"""Sittings added up at a time; measured: a tenth of the time of the whole matrix at once."""


@dataclass(frozen=True)
class _Sittings:
    """Answers laid out as a matrix: one row per (person, occasion), one column per item."""

    values: Floats
    who: pd.DataFrame  # couple_id, person_id, occasion: categorical, one row per matrix row


def score(responses: pd.DataFrame, instrument: Instrument) -> pd.DataFrame:
    """Score every subscale of one instrument for everybody who was shown it.

    Reverse-keyed items are turned as ``lowest + highest - value``. A subscale with fewer
    answers than its ``min_answered`` scores ``NA``: never zero, never a guess. A sum with
    missing items is the mean of the answered ones times the number of items. Bands are
    ``score ± 1.96 · SEM``, cut at the ends of the scale, with
    ``SEM = SD · √(1 − reliability)`` (Lord & Novick 1968); a single item has no band.

    Parameters
    ----------
    responses : DataFrame
        Long form, one row per (person, occasion, item); see `workbook.frames.RESPONSES`.
        Rows of other instruments are passed over. Id columns may be categorical, which is
        faster and keeps the result's ids categorical.
    instrument : Instrument
        Its items, subscales and constants.

    Returns
    -------
    DataFrame
        `workbook.frames.SCORES`: sorted by couple, person and occasion, then subscales in
        the instrument's order. ``score``, ``sem``, ``low``, ``high`` in scale points.

    Raises
    ------
    FrameError
        A column is missing, an item is unknown, answered twice, or outside its scale. All
        problems at once; no value is shown.

    Examples
    --------
    >>> from workbook.instruments.model import Choice, Constant, Item, Scale, Subscale
    >>> scale = Scale("often", tuple(Choice(v, str(v)) for v in range(5)))
    >>> items = (Item("x.talk.1", "…", scale), Item("x.talk.2", "…", scale, reverse=True))
    >>> talk = Subscale("x.talk", "Talk", ("x.talk.1", "x.talk.2"), min_answered=2)
    >>> x = Instrument("x", "1", "X", (), "", "assessment", "", 1, (scale,), items, (talk,))
    >>> answers = pd.DataFrame({"couple_id": "c_1", "person_id": "p_1", "occasion": "assessment-1",
    ...     "instrument": "x", "item": ["x.talk.1", "x.talk.2"], "value": [3, 0], "declined": False})
    >>> float(score(answers, x)["score"].iloc[0])  # 3, and 0 turned to 4
    3.5
    """
    _refuse_missing_columns(responses)
    own = _of_instrument(responses, instrument)
    if not instrument.subscales or not len(own):
        return frames.empty(frames.SCORES)
    sittings = _lay_out(own, instrument)
    _refuse_outside_scale(sittings.values, instrument)
    totals, counts = _tally(sittings.values, instrument)
    scores = _assemble(sittings.who, totals, counts, instrument)
    if not isinstance(responses["person_id"].dtype, pd.CategoricalDtype):
        ids = ["couple_id", "person_id", "occasion", "instrument", "subscale"]
        scores = scores.astype(frames.empty(frames.SCORES).dtypes[ids].to_dict())
    return scores


def score_all(responses: pd.DataFrame, catalogue: Mapping[str, Instrument]) -> pd.DataFrame:
    """Score every instrument of the catalogue that has subscales; private ones never.

    Returns
    -------
    DataFrame
        `workbook.frames.SCORES`, instruments in the catalogue's order.
    """
    shown = [i for i in catalogue.values() if i.subscales and not i.is_private]
    parts = [part for part in (score(responses, instrument) for instrument in shown) if len(part)]
    if not parts:
        return frames.empty(frames.SCORES)
    return frames.check(pd.concat(parts, ignore_index=True), frames.SCORES)


def turn(values: pd.Series, lowest: int, highest: int) -> pd.Series:
    """Turn reverse-keyed answers so that they point the same way: ``lowest + highest - value``.

    >>> turn(pd.Series([0, 1, 4]), 0, 4).tolist()
    [4, 3, 0]
    """
    return lowest + highest - values


def _refuse_missing_columns(responses: pd.DataFrame) -> None:
    absent = [name for name in frames.RESPONSES.columns if name not in responses.columns]
    if absent:
        raise FrameError([f"responses: column {name!r} is missing" for name in absent])


def _of_instrument(responses: pd.DataFrame, instrument: Instrument) -> pd.DataFrame:
    is_own = (responses["instrument"] == instrument.id).to_numpy(dtype=bool, na_value=False)
    # A copy of ten million rows costs more than scoring them.
    return responses if is_own.all() else responses[is_own]


def _codes(column: pd.Series) -> tuple[Integers, pd.Index]:
    if isinstance(column.dtype, pd.CategoricalDtype):
        return column.cat.codes.to_numpy(), column.cat.categories
    codes, found = pd.factorize(column, sort=True)
    return codes, pd.Index(found)


def _lay_out(own: pd.DataFrame, instrument: Instrument) -> _Sittings:
    """Put the long answers into a (sittings × items) matrix, NaN where not answered."""
    item, names = _codes(own["item"])
    places = _places(item, names, instrument)
    ids = {name: _codes(own[name]) for name in ("couple_id", "person_id", "occasion")}
    values = own["value"].to_numpy(dtype=np.float32, na_value=np.nan)
    matrix, first = _reshape(
        values, item, places, [codes for codes, _ in ids.values()], len(instrument.items)
    )
    if matrix is None:
        matrix, first = _scatter(values, places[item], ids, len(instrument.items))
    columns = {
        name: pd.Categorical.from_codes(codes[first], categories=found)
        for name, (codes, found) in ids.items()
    }
    who = pd.DataFrame(columns)
    order = _order(who)
    return _Sittings(matrix if order is None else matrix[order], who if order is None else who.iloc[order])


def _places(codes: Integers, found: pd.Index, instrument: Instrument) -> Integers:
    """Each known item's place in the instrument, by code; own additions get −1."""
    places = pd.Index([item.id for item in instrument.items]).get_indexer(found)
    names, own = [str(name) for name in found], f"{instrument.id}.own."
    strange = [n for n in np.flatnonzero(places < 0) if not names[n].startswith(own)]
    unknown = [names[n] for n in strange if (codes == n).any()]  # a category may be unused
    if unknown:
        raise FrameError([f"responses: item {name!r} is not in {instrument.id!r}" for name in unknown])
    return places.astype(np.int16)


def _reshape(
    values: Floats, item: Integers, places: Integers, ids: list[Integers], n_items: int
) -> tuple[Floats | None, Integers]:
    """The quick way: whole blocks, one per sitting, each with every item in the same order."""
    nothing = np.empty(0, dtype=np.int64)
    if not len(values) or len(values) % n_items:
        return None, nothing
    block = places[item[:n_items]]
    if not (np.sort(block) == np.arange(n_items)).all():
        return None, nothing
    if not (item.reshape(-1, n_items) == item[:n_items]).all():
        return None, nothing
    first = np.arange(0, len(values), n_items)
    if not all((codes.reshape(-1, n_items) == codes[first][:, None]).all() for codes in ids):
        return None, nothing
    person, occasion = (codes[first].astype(np.int64) for codes in ids[1:])
    if pd.Index(person * (int(occasion.max()) + 1) + occasion).has_duplicates:
        return None, nothing  # a sitting in two blocks: the careful way names the double answers
    matrix = values.reshape(-1, n_items)
    in_order = (block == np.arange(n_items)).all()
    return (matrix if in_order else matrix[:, np.argsort(block)]), first


def _scatter(
    values: Floats, item: Integers, ids: dict[str, tuple[Integers, pd.Index]], n_items: int
) -> tuple[Floats, Integers]:
    """The careful way: any order, any rows missing; each answer put in its cell."""
    person, _ = ids["person_id"]
    occasion, occasions = ids["occasion"]
    sitting, found = pd.factorize(person.astype(np.int64) * max(len(occasions), 1) + occasion)
    first = np.full(len(found), -1, dtype=np.int64)
    first[sitting[::-1]] = np.arange(len(sitting))[::-1]
    is_known = item >= 0
    cell = sitting[is_known].astype(np.int64) * n_items + item[is_known]
    if len(cell) and np.bincount(cell).max() > 1:
        n = int((np.bincount(cell) > 1).sum())
        raise FrameError(f"responses: {n} item(s) answered more than once by one person on one occasion")
    matrix = np.full(len(found) * n_items, np.nan, dtype=np.float32)
    matrix[cell] = values[is_known]
    return matrix.reshape(-1, n_items), first


def _order(who: pd.DataFrame) -> Integers | None:
    """Rows sorted by couple, person, occasion, so that row order never matters."""
    ranks: list[Integers] = []
    for name in ("occasion", "person_id", "couple_id"):
        categories = who[name].cat.categories
        codes = who[name].cat.codes.to_numpy().astype(np.int64)
        if not categories.is_monotonic_increasing:
            rank = np.empty(len(categories), dtype=np.int64)
            rank[np.argsort(categories.to_numpy(dtype=object), kind="stable")] = np.arange(len(categories))
            codes = rank[codes]
        ranks.append(codes)
    if _ascends(ranks):
        return None
    return np.lexsort(ranks)


def _ascends(ranks: list[Integers]) -> bool:
    occasion, person, couple = ranks
    key = (couple * (int(person.max()) + 1) + person) * (int(occasion.max()) + 1) + occasion
    return bool((np.diff(key) > 0).all())


def _refuse_outside_scale(values: Floats, instrument: Instrument) -> None:
    lowest = np.array([item.scale.lowest for item in instrument.items], dtype=np.float32)
    highest = np.array([item.scale.highest for item in instrument.items], dtype=np.float32)
    # fmin and fmax pass over NaN, and a column of nothing but NaN compares as False: as wanted.
    outside = (np.fmin.reduce(values, axis=0) < lowest) | (np.fmax.reduce(values, axis=0) > highest)
    problems = [
        f"responses: item {item.id!r} has an answer outside its scale, "
        f"{item.scale.lowest} to {item.scale.highest}"
        for item, is_outside in zip(instrument.items, outside, strict=True)
        if is_outside
    ]
    if problems:
        raise FrameError(problems)


def _tally(values: Floats, instrument: Instrument) -> tuple[Floats, Counts]:
    """Totals of turned answers and counts of answers, each (sittings × subscales).

    Some hundred sittings at a time, items across: a block stays in the processor's cache while
    it is turned and added up, where the whole matrix would be fetched from memory for each step.
    """
    taken, sizes, back = _layers(instrument)
    is_reverse = np.array([item.reverse for item in instrument.items])
    ends = np.array([item.scale.lowest + item.scale.highest for item in instrument.items])
    sign = np.where(is_reverse, -1, 1).astype(np.float32)[taken, None]
    offset = np.where(is_reverse, ends, 0).astype(np.float32)[taken, None]
    totals = np.empty((len(values), len(back)), dtype=np.float32)
    counts = np.empty(totals.shape, dtype=np.int16)
    for begin in range(0, len(values), BLOCK):
        rows = slice(begin, begin + BLOCK)
        turned = np.ascontiguousarray(values[rows].T)[taken]
        turned *= sign
        turned += offset
        is_answered = ~np.isnan(turned)
        np.copyto(turned, 0, where=~is_answered)
        answered = is_answered.astype(np.int16)
        layer = sizes[0]
        for size in sizes[1:]:
            turned[:size] += turned[layer : layer + size]
            answered[:size] += answered[layer : layer + size]
            layer += size
        totals[rows], counts[rows] = turned[back].T, answered[back].T
    return totals, counts


def _layers(instrument: Instrument) -> tuple[Integers, list[int], Integers]:
    """Every subscale's first item, then every second one …, the longest subscales first.

    So a whole layer is added to the one above it in one step.

    Returns
    -------
    taken : (items of all subscales,) places in the instrument
    sizes : how many subscales have a first item, a second …
    back : (subscales,) where each subscale's total ends up
    """
    place = {item.id: n for n, item in enumerate(instrument.items)}
    longest_first = sorted(
        range(len(instrument.subscales)), key=lambda n: -len(instrument.subscales[n].items)
    )
    items = [[place[item] for item in instrument.subscales[n].items] for n in longest_first]
    layers = [[own[k] for own in items if len(own) > k] for k in range(len(items[0]))]
    taken = np.array([item for layer in layers for item in layer], dtype=np.intp)
    return taken, [len(layer) for layer in layers], np.argsort(longest_first)


def _assemble(who: pd.DataFrame, totals: Floats, counts: Counts, instrument: Instrument) -> pd.DataFrame:
    subscales, n = instrument.subscales, len(who)
    n_items = np.array([len(s.items) for s in subscales], dtype=np.int16)
    ends = np.array([_ends(instrument, k) for k in range(len(subscales))], dtype=np.float64)
    factor = np.array([len(s.items) if s.statistic == "sum" else 1 for s in subscales], dtype=np.float64)
    sem = np.array(
        [np.nan if s.sem is None or len(s.items) == 1 else s.sem for s in subscales], dtype=np.float64
    )
    is_missing = counts < np.array([max(s.min_answered, 1) for s in subscales], dtype=np.int16)
    lacks_band = is_missing | np.isnan(sem)
    value = np.divide(totals, np.maximum(counts, 1), dtype=np.float64)
    value *= factor
    low, high = value - BAND_Z * sem, value + BAND_Z * sem
    np.maximum(low, ends[:, 0], out=low)
    np.minimum(high, ends[:, 1], out=high)
    np.copyto(value, np.nan, where=is_missing)
    ids = {name: _repeated(who[name], len(subscales)) for name in who.columns}
    columns: dict[str, object] = {
        **ids,
        "instrument": _constant(instrument.id, n * len(subscales)),
        "subscale": pd.Categorical.from_codes(
            np.tile(np.arange(len(subscales), dtype=_code_type(len(subscales))), n),
            categories=pd.Index([s.id for s in subscales]),
        ),
        "score": _floats(value, is_missing),
        "n_answered": _whole(counts),
        "n_items": _whole(np.tile(n_items, n)),
        "sem": _floats(np.tile(sem, n), lacks_band),
        "low": _floats(low, lacks_band),
        "high": _floats(high, lacks_band),
        "assumed": pd.array(
            np.tile([_is_assumed(instrument, k) for k in range(len(subscales))], n), dtype="boolean"
        ),
    }
    return pd.DataFrame(columns, copy=False)[list(frames.SCORES.columns)]


def _repeated(column: pd.Series, times: int) -> object:
    """Each id as often as there are subscales."""
    codes = np.repeat(column.cat.codes.to_numpy(), times)
    return pd.Categorical.from_codes(codes, column.cat.categories, validate=False)


def _code_type(n: int) -> type[np.signedinteger]:
    """The smallest type for n codes, as pandas would choose: else they are copied once more."""
    return np.int8 if n <= np.iinfo(np.int8).max else np.int16


def _ends(instrument: Instrument, column: int) -> tuple[float, float]:
    """Lowest and highest possible score of a subscale."""
    subscale = instrument.subscales[column]
    scales = [instrument.item_by_id[item].scale for item in subscale.items]
    lowest, highest = sum(s.lowest for s in scales), sum(s.highest for s in scales)
    share = 1 if subscale.statistic == "sum" else len(scales)
    return lowest / share, highest / share


def _is_assumed(instrument: Instrument, column: int) -> bool:
    subscale = instrument.subscales[column]
    if len(subscale.items) == 1 or subscale.sd is None or subscale.reliability is None:
        return False
    return subscale.sd.is_assumed or subscale.reliability.is_assumed


def _constant(text: str, n: int) -> object:
    return pd.Categorical.from_codes(np.zeros(n, dtype=np.int8), categories=pd.Index([text]))


def _floats(values: npt.NDArray[np.float64], mask: npt.NDArray[np.bool_]) -> pd.arrays.FloatingArray:
    # Every column a mask of its own: to blank one must not blank another.
    return pd.arrays.FloatingArray(values.ravel(), mask.ravel().copy())


def _whole(values: Counts) -> pd.arrays.IntegerArray:
    flat = values.ravel()
    return pd.arrays.IntegerArray(flat, np.zeros(len(flat), dtype=bool))
