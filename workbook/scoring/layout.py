"""Laying answers out: one row per sitting, one column per item, without a loop over persons."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbook.errors import FrameError
from workbook.instruments.model import Instrument

Floats = npt.NDArray[np.float32]
Integers = npt.NDArray[np.integer]
ROWS_AT_ONCE = 1 << 16


@dataclass(frozen=True)
class Sittings:
    """Answers laid out as a matrix: one row per (person, occasion), one column per item."""

    values: Floats
    who: pd.DataFrame  # couple_id, person_id, occasion: categorical, one row per matrix row


def lay_out(own: pd.DataFrame, instrument: Instrument) -> Sittings:
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
    return Sittings(matrix if order is None else matrix[order], who if order is None else who.iloc[order])


def refuse_other_versions(own: pd.DataFrame, instrument: Instrument) -> None:
    """Refuse answers to a question in other words, or on another scale, than the instrument has it.

    Answers that say no version at all are taken as given to what is scored.

    Raises
    ------
    FrameError
        Naming each item.
    """
    if "version" not in own:
        return
    (item, names), (version, found) = _codes(own["item"]), _codes(own["version"])
    n_found = max(len(found), 1)
    is_given = np.zeros(max(len(names), 1) * n_found, dtype=bool)
    for begin in range(
        0, len(item), ROWS_AT_ONCE
    ):  # a column of ten million keys would take what scores take
        rows = slice(begin, begin + ROWS_AT_ONCE)
        is_given[item[rows].astype(np.int64) * n_found + version[rows]] = True
    given = np.flatnonzero(is_given)
    asked = {one.id: one.version for one in instrument.items}
    problems = [
        f"responses: item {name!r} is answered in version {said}, and {asked[name]} is scored"
        for name, said in ((str(names[int(n) // n_found]), str(found[int(n) % n_found])) for n in given)
        if asked.get(name, said) != said
    ]
    if problems:
        raise FrameError(problems)


def _codes(column: pd.Series) -> tuple[Integers, pd.Index]:
    if isinstance(column.dtype, pd.CategoricalDtype):
        return column.cat.codes.to_numpy(), column.cat.categories
    codes, found = pd.factorize(column, sort=True)
    return codes, pd.Index(found)


def _places(codes: Integers, found: pd.Index, instrument: Instrument) -> Integers:
    """Return each known item's place in the instrument, by code; own additions get −1."""
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
    """Return the quick way: whole blocks, one per sitting, each with every item in the same order."""
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
        return None, nothing  # one sheet in two blocks: the general layout reports the duplicate answers
    matrix = values.reshape(-1, n_items)
    in_order = (block == np.arange(n_items)).all()
    return (matrix if in_order else matrix[:, np.argsort(block)]), first


def _scatter(
    values: Floats, item: Integers, ids: dict[str, tuple[Integers, pd.Index]], n_items: int
) -> tuple[Floats, Integers]:
    """Return the careful way: any order, any rows missing; each answer put in its cell."""
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
    """Return rows sorted by couple, person, occasion, so that row order never matters."""
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
