"""From the workbook's frames, or anybody's person rows, to one row per couple."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from workbook.dyads.ids import ids_as_text
from workbook.errors import StatisticsError
from workbook.research.checks import named_twice, places


def from_pairs(
    pairs: pd.DataFrame, subscales: Sequence[str] | None = None, *, occasion: str | None = None
) -> pd.DataFrame:
    """`workbook.frames.PAIRS` as one row per couple, two columns per subscale.

    Parameters
    ----------
    pairs : DataFrame
        `workbook.frames.PAIRS`.
    subscales : list of str
        Which; all by default.
    occasion : str
        Which; needed when the frame holds more than one.

    Returns
    -------
    DataFrame
        ``couple_id`` and ``<subscale>_a``, ``<subscale>_b`` as float64, NaN where missing.

    Raises
    ------
    StatisticsError
        Unknown subscales, several occasions, the same score twice.

    Examples
    --------
    >>> pairs = pd.DataFrame({"couple_id": ["c1"], "occasion": ["assessment-1"], "subscale": ["trust"],
    ...                       "score_a": [3.0], "score_b": [4.0]})
    >>> from_pairs(pairs)
      couple_id  trust_a  trust_b
    0        c1      3.0      4.0
    """
    pairs = pairs.assign(couple_id=ids_as_text(pairs["couple_id"]))
    if occasion is not None:
        pairs = pairs[pairs["occasion"] == occasion]
    problems = []
    occasions = sorted(set(pairs["occasion"]))
    if len(occasions) > 1:
        problems.append(f"{len(occasions)} occasions ({', '.join(occasions[:5])}): name one")
    wanted = list(subscales) if subscales is not None else list(dict.fromkeys(pairs["subscale"]))
    known = set(pairs["subscale"])
    problems += [f"no couple has a score on {name!r}" for name in wanted if name not in known]
    again = pairs.duplicated(["couple_id", "occasion", "subscale"]).to_numpy(dtype=bool)
    if again.any():
        problems.append(f"{places(pairs.index[again])}: a couple's score on a facet stands there twice")
    if problems:
        raise StatisticsError(problems)
    keyed = pairs.set_index(["couple_id", "subscale"])[["score_a", "score_b"]]
    wide = keyed.unstack("subscale")  # noqa: PD010 - no aggregation is meant
    columns = {
        f"{name}_{place}": wide[(f"score_{place}", name)].astype("Float64").astype(float)
        for name in wanted
        for place in ("a", "b")
    }
    return pd.DataFrame(columns).reset_index()


def from_persons(persons: pd.DataFrame, values: Sequence[str], *, role: str | None = None) -> pd.DataFrame:
    """Person rows (two per couple) as one row per couple.

    Ids and roles are read as text: 9 and "9" are one id. Partners are put in the order of ``role``
    if one is named, else of ``person_id`` as text ("10" before "9", as everywhere in the workbook),
    else of their rows; ``person_id_a``, ``person_id_b`` say who is who. A couple with one row gets
    NaN for the absent partner. Where ``role`` holds two kinds, the first in order is a and the
    second b also for who is alone or whose partner has no role; who is alone and has no role stands
    first.

    Parameters
    ----------
    persons : DataFrame
        ``couple_id``, the value columns, perhaps ``person_id``.
    values : list of str
        Columns to put side by side.
    role : str
        Column that orders the partners.

    Raises
    ------
    StatisticsError
        Everything wrong at once: absent columns, a column there or named twice, missing ids, a
        person twice in a couple, couples with more than two rows.

    Examples
    --------
    >>> persons = pd.DataFrame({"couple_id": ["c1", "c1", "c2"], "trust": [3.0, 4.0, 5.0]})
    >>> from_persons(persons, ["trust"])
      couple_id  trust_a  trust_b
    0        c1      3.0      4.0
    1        c2      5.0      NaN
    """
    wanted = ["couple_id", *values, *([role] if role else [])]
    problems = [
        f"column {name!r} is not in the frame" for name in dict.fromkeys(wanted) if name not in persons
    ]
    problems += named_twice(name for name in persons if name in {*wanted, "person_id"})
    problems += [
        f"column {name!r} is asked for twice" for name in dict.fromkeys(wanted) if wanted.count(name) > 1
    ]
    if problems:
        raise StatisticsError(problems)
    ids = [name for name in ("couple_id", "person_id") if name in persons]
    texts = [name for name in [*ids, role] if name is not None]
    persons = persons.assign(**{name: ids_as_text(persons[name]) for name in texts})
    if problems := _strange_rows(persons):
        raise StatisticsError(problems)
    ordered = persons.sort_values("person_id", kind="stable") if "person_id" in persons else persons
    if role is None:
        place = ordered.groupby("couple_id", observed=True).cumcount()
    else:
        ordered, place = _by_role(ordered, role)
    carried = [*(["person_id"] if "person_id" in persons and "person_id" not in values else [])]
    carried += [*values, *([role] if role else [])]
    keys = [ordered["couple_id"], place.map({0: "a", 1: "b"}).rename("place")]
    keyed = ordered[carried].set_axis(pd.MultiIndex.from_arrays(keys), axis=0)
    wide = keyed.unstack("place")  # noqa: PD010 - no aggregation is meant
    columns = {
        f"{name}_{p}": wide[(name, p)] if (name, p) in wide else float("nan")
        for name in carried
        for p in ("a", "b")
    }
    return pd.DataFrame(columns, index=wide.index).reset_index()


def _strange_rows(persons: pd.DataFrame) -> list[str]:
    """Return rows that no couple of two different people can be made of."""
    ids = [name for name in ("couple_id", "person_id") if name in persons]
    problems = []
    for name in ids:
        absent = persons[name].isna().to_numpy(dtype=bool)
        if absent.any():
            problems.append(f"{name}: missing at {places(persons.index[absent])}")
    whole = persons[persons[ids].notna().all(axis=1).to_numpy(dtype=bool)]
    again = whole.duplicated(ids).to_numpy(dtype=bool)
    if "person_id" in ids and again.any():
        problems.append(
            f"{places(whole.index[again])}: a person stands there twice in a couple: choose one occasion"
        )
    sizes = persons.groupby("couple_id", observed=True).size()
    crowded = sizes[sizes > 2]
    if len(crowded):
        rows = persons.index[persons["couple_id"].isin(crowded.index).to_numpy(dtype=bool)]
        problems.append(
            f"{len(crowded)} couple(s) have more than two rows ({places(rows)}): choose one occasion"
        )
    return problems


def _by_role(persons: pd.DataFrame, role: str) -> tuple[pd.DataFrame, pd.Series]:
    """Return the rows in the order of the roles, and the place of each: 0 or 1."""
    kinds = persons[role].dropna().drop_duplicates().sort_values().tolist()
    rank = persons[role].map({kind: 2 * number for number, kind in enumerate(kinds)}).astype(float)
    # Of two roles the first ranks 0 and the second 2, so a partner without one comes to stand opposite.
    rank = rank.fillna(1.0 if len(kinds) == 2 else 2.0 * len(kinds))
    ordered = persons.iloc[np.argsort(rank.to_numpy(), kind="stable")]
    couples = ordered.groupby("couple_id", observed=True)
    place = couples.cumcount()
    if len(kinds) == 2:
        alone = couples["couple_id"].transform("size") == 1
        place = place.mask(alone & (ordered[role] == kinds[1]).fillna(value=False).astype(bool), 1)
    return ordered, place
