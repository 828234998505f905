"""The rule of `workbook.scoring.rule` for millions of answers: one matrix, no loop over persons.

It is the only path the workbook takes, because it is also the faster one for a single couple.
"""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbook import frames
from workbook.errors import FrameError
from workbook.instruments.model import Instrument
from workbook.scoring.layout import Floats, Integers, lay_out, refuse_other_versions
from workbook.scoring.rule import BAND_Z, error_of_measurement, is_assumed, n_needed, possible_range

Counts = npt.NDArray[np.int16]

BLOCK = 256
"""Sittings added up at a time; measured: a tenth of the time of the whole matrix at once."""


def score(responses: pd.DataFrame, instrument: Instrument) -> pd.DataFrame:
    """Score every subscale of one instrument for everybody who was shown it.

    `workbook.scoring.rule` says how: reverse-keyed items are turned, a subscale with fewer
    answers than its ``min_answered`` scores ``NA``, and bands are ``score ± 1.96 · SEM``.

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
        A column is missing, an item is unknown, answered in another version than the instrument has it,
        answered twice, or outside its scale. All problems at once; no value is shown.

    Examples
    --------
    >>> from workbook.instruments.model import Choice, Constant, Item, Scale, Subscale
    >>> scale = Scale("often", tuple(Choice(v, str(v)) for v in range(5)))
    >>> items = (Item("x.talk.1", "…", scale), Item("x.talk.2", "…", scale, reverse=True))
    >>> talk = Subscale("x.talk", "Talk", ("x.talk.1", "x.talk.2"), min_answered=2, summary="")
    >>> x = Instrument("x", "1.0", "X", (), "", "assessment", "", 1, (scale,), items, (talk,))
    >>> answers = pd.DataFrame({"couple_id": "c_1", "person_id": "p_1", "occasion": "assessment-1",
    ...     "instrument": "x", "item": ["x.talk.1", "x.talk.2"], "value": [3, 0], "declined": False})
    >>> float(score(answers, x)["score"].iloc[0])  # 3, and 0 turned to 4
    3.5
    """
    _refuse_missing_columns(responses)
    own = _of_instrument(responses, instrument)
    if not instrument.subscales or not len(own):
        return frames.empty(frames.SCORES)
    refuse_other_versions(own, instrument)
    sittings = lay_out(own, instrument)
    _refuse_outside_scale(sittings.values, instrument)
    totals, counts = _tally(sittings.values, instrument)
    scores = _assemble(sittings.who, totals, counts, instrument)
    if not isinstance(responses["person_id"].dtype, pd.CategoricalDtype):
        ids = ["couple_id", "person_id", "occasion", "instrument", "subscale", "version", "about"]
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


def _refuse_missing_columns(responses: pd.DataFrame) -> None:
    absent = [name for name in frames.needed(frames.RESPONSES) if name not in responses.columns]
    if absent:
        raise FrameError([f"responses: column {name!r} is missing" for name in absent])


def _of_instrument(responses: pd.DataFrame, instrument: Instrument) -> pd.DataFrame:
    is_own = (responses["instrument"] == instrument.id).to_numpy(dtype=bool, na_value=False)
    # A copy of ten million rows costs more than scoring them.
    return responses if is_own.all() else responses[is_own]


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
    """Return every subscale's first item, then every second one …, the longest subscales first.

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
    ends = np.array([possible_range(s, instrument.item_by_id) for s in subscales])
    n_items = np.array([len(s.items) for s in subscales], dtype=np.int16)
    factor = np.where([s.statistic == "sum" for s in subscales], n_items, 1).astype(np.float64)
    sem = np.array([error_of_measurement(s) for s in subscales], dtype=np.float64)  # None is NaN
    is_missing = counts < np.array([n_needed(s) for s in subscales], dtype=np.int16)
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
        "assumed": pd.array(np.tile([is_assumed(s) for s in subscales], n), dtype="boolean"),
        "version": _constant(instrument.version, n * len(subscales)),
        "about": pd.Categorical.from_codes(
            np.tile(np.array([s.about == "partner" for s in subscales], dtype=np.int8), n),
            categories=pd.Index(["self", "partner"]),
        ),
    }
    return pd.DataFrame(columns, copy=False)[list(frames.SCORES.columns)]


def _repeated(column: pd.Series, times: int) -> object:
    """Return each id as often as there are subscales."""
    codes = np.repeat(column.cat.codes.to_numpy(), times)
    return pd.Categorical.from_codes(codes, column.cat.categories, validate=False)


def _code_type(n: int) -> type[np.signedinteger]:
    """Return the smallest type for n codes, as pandas would choose: else they are copied once more."""
    return np.int8 if n <= np.iinfo(np.int8).max else np.int16


def _constant(text: str, n: int) -> object:
    return pd.Categorical.from_codes(np.zeros(n, dtype=np.int8), categories=pd.Index([text]))


def _floats(values: npt.NDArray[np.float64], mask: npt.NDArray[np.bool_]) -> pd.arrays.FloatingArray:
    # A separate mask for each column: setting one to NA must not affect another.
    return pd.arrays.FloatingArray(values.ravel(), mask.ravel().copy())


def _whole(values: Counts) -> pd.arrays.IntegerArray:
    flat = values.ravel()
    return pd.arrays.IntegerArray(flat, np.zeros(len(flat), dtype=bool))
