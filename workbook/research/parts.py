"""What is worked out within one part of a cohort, by this process or by a worker.

Each function takes a part's path and what it is given, and returns something small that can be
merged with what the other parts return.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from workbook import frames
from workbook.dyads.pairs import pair
from workbook.errors import StatisticsError, WorkbookError
from workbook.instruments.model import Instrument
from workbook.research.checks import places
from workbook.research.dyadic.design import Pair
from workbook.research.dyadic.pairing import from_pairs
from workbook.research.moments import Moments
from workbook.research.reliability import item_matrix
from workbook.research.sufficient_statistics import ClassCounts, ItemSums
from workbook.research.validation import VERSION
from workbook.scoring import score

IDS = ("couple_id", "person_id", "occasion", "instrument", "subscale")


def score_columns(subscale: str) -> Pair:
    """Return the names of both partners' score columns of a subscale."""
    return f"{subscale}_a", f"{subscale}_b"


def read_part(path: Path, instrument: str, items: Sequence[str] | None, occasion: str | None) -> pd.DataFrame:
    """Read one part's responses to some items, ids as categories (a tenth of the memory of text)."""
    wanted = pc.field("instrument") == instrument
    if items is not None:
        wanted = wanted & pc.field("item").isin(list(items))
    if occasion is not None:
        wanted = wanted & (pc.field("occasion") == occasion)
    there = set(pq.read_schema(path).names)  # a part of before says neither version nor why nothing is given
    columns = [name for name in frames.RESPONSES.columns if name in there]
    ids = [
        name
        for name in ("couple_id", "person_id", "occasion", "instrument", "item", "version")
        if name in there
    ]
    table = pq.read_table(path, filters=wanted, columns=columns, read_dictionary=ids)
    for name in ids:
        column = table[name].combine_chunks()
        if not pa.types.is_dictionary(column.type):
            table = table.set_column(table.schema.get_field_index(name), name, column.dictionary_encode())
    responses: pd.DataFrame = table.to_pandas()
    responses["value"] = responses["value"].astype("Int16")
    if "not_arisen" in responses:
        responses["not_arisen"] = responses["not_arisen"].astype("boolean")
    return responses.assign(declined=responses["declined"].astype("boolean"))


def fault_of(path: Path) -> str | None:
    """Return what makes a part unreadable (cut off, a column missing), or None."""
    try:
        columns = set(pq.read_schema(path).names)
    except (OSError, pa.ArrowInvalid):
        return "not a whole Parquet file; was it cut off while being written?"
    absent = [name for name in frames.needed(frames.RESPONSES) if name not in columns]
    return f"column {', '.join(map(repr, absent))} is missing" if absent else None


def attempt(work: Callable[[Path, Any], Any], path: Path, given: Any) -> Any:
    """Return the work's result, or the workbook's own error: one bad part must not hide the next."""
    try:
        return work(path, given)
    except WorkbookError as problem:
        return problem


def look_through(path: Path, said: Mapping[str, str]) -> np.ndarray:
    """Return a part's couple ids, hashed; refuse answers to items in another version than is analysed.

    ``said`` is the version by item.
    """
    ids = [name for name in ("couple_id", "item", VERSION) if name in pq.read_schema(path).names]
    ids = ids if VERSION in ids else ["couple_id"]
    table = pq.read_table(path, columns=ids, read_dictionary=ids)
    if VERSION in ids:
        rows = table.select(["item", VERSION]).to_pandas().astype("string")
        wanted = rows["item"].map(dict(said))
        other = (wanted.notna() & (rows[VERSION] != wanted).fillna(value=True)).to_numpy(dtype=bool)
        if other.any():
            raise StatisticsError(
                f"column {VERSION!r}: {places(np.flatnonzero(other))}: not the version that is analysed"
            )
    found = pc.unique(table["couple_id"])
    return np.asarray(pd.util.hash_array(np.asarray(found.to_pylist(), dtype=object)))


def item_sums(path: Path, given: tuple[Instrument, list[str], str]) -> ItemSums:
    """Return the sums over one part's persons who answered every item.

    ``given``: instrument, items, occasion. Sums over those who answered each pair would use more, but
    the interval made from them is too narrow.
    """
    instrument, items, occasion = given
    responses = read_part(path, instrument.id, items, occasion)
    matrix = item_matrix(responses, instrument).reindex(columns=items).dropna()
    return ItemSums.of(matrix.to_numpy(dtype=float))


def pair_moments(
    path: Path, given: tuple[dict[str, Instrument], list[str], str]
) -> tuple[Moments | None, int]:
    """Return the moments of complete couples (None without any) and the number of incomplete ones."""
    instruments, columns, occasion = given
    wide: pd.DataFrame | None = None
    for instrument in {i.id: i for i in instruments.values()}.values():
        names = [name for name, own in instruments.items() if own.id == instrument.id]
        items = [item for name in names for item in instrument.subscale_by_id[name].items]
        responses = read_part(path, instrument.id, items, occasion)
        pairs = _paired(responses, instrument, names)
        wide = pairs if wide is None else wide.merge(pairs, on="couple_id", how="outer")
    assert wide is not None  # noqa: S101 - there is at least one subscale
    complete = wide[columns].dropna()
    n_set_aside = len(wide) - len(complete)
    if not len(complete):
        return None, n_set_aside
    infinite = np.isinf(complete.to_numpy()).any(axis=1)
    if infinite.any():
        raise StatisticsError(f"{path.name}: a score is not finite at {places(np.flatnonzero(infinite))}")
    vectors = [complete[name].to_numpy(dtype=float) for name in columns]
    return Moments.of_vectors(vectors, columns), n_set_aside


def _paired(responses: pd.DataFrame, instrument: Instrument, names: list[str]) -> pd.DataFrame:
    scores = score(responses, instrument)
    chosen = scores[scores["subscale"].isin(names).to_numpy(dtype=bool)]
    if not len(chosen):  # nobody in this part was asked on that occasion
        empty = {column: pd.Series(dtype=float) for name in names for column in score_columns(name)}
        return pd.DataFrame({"couple_id": pd.Series(dtype="string")} | empty)
    return from_pairs(pair(_with_text_ids(chosen)), names)


def class_counts(path: Path, given: tuple[Instrument, list[str], Instrument, str, str]) -> ClassCounts:
    """Return one part's counts of quasi-identifier classes.

    ``given``: background instrument, its quasi-identifying items, the instrument and subscale of the
    sensitive score, and the occasion. Refuses a person who answered an item twice on one occasion.
    """
    background, quasi, instrument, sensitive, occasion = given
    facts = read_part(path, background.id, quasi, occasion)
    again = facts.duplicated(["person_id", "item"]).to_numpy(dtype=bool)
    if again.any():
        raise StatisticsError(
            f"{again.sum()} item(s) answered more than once by one person on one occasion: "
            f"{', '.join(sorted(map(str, facts['item'][again].unique())))}"
        )
    # No choice of a background item is reverse-keyed, but turning must not depend on that.
    keyed = facts.set_index(["person_id", "item"])["value"]
    wide = keyed.unstack("item").reindex(columns=quasi).astype("Int16")  # noqa: PD010
    items = instrument.subscale_by_id[sensitive].items
    scores = score(read_part(path, instrument.id, items, occasion), instrument)
    own = scores[scores["subscale"] == sensitive].set_index("person_id")["score"]
    couple = facts.drop_duplicates("person_id").set_index("person_id")["couple_id"]
    table = wide.assign(score=own.reindex(wide.index).to_numpy(dtype=float, na_value=np.nan))
    return ClassCounts.of(
        table.assign(couple=couple.reindex(wide.index).astype("string")), quasi, "score", "couple"
    )


def score_part(path: Path, given: tuple[Instrument, Path]) -> None:
    """Write one part's scores to a file of the same name; ``given``: instrument, folder."""
    instrument, out = given
    score(read_part(path, instrument.id, None, None), instrument).to_parquet(out / path.name, index=False)


def pair_part(path: Path, given: tuple[Instrument, Path]) -> None:
    """Write one part's couples, paired, to a file of the same name; ``given``: instrument, folder."""
    instrument, out = given
    pairs = pair(_with_text_ids(score(read_part(path, instrument.id, None, None), instrument)))
    pairs.to_parquet(out / path.name, index=False)


def _with_text_ids(scores: pd.DataFrame) -> pd.DataFrame:
    return scores.astype(dict.fromkeys(IDS, "string"))
