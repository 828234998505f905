"""From the workbook's frames, or anybody's person rows, to one row per couple."""

from collections.abc import Sequence

import pandas as pd

from workbook.errors import StatisticsError
from workbook.research.samples import places


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

    Partners are put in the order of ``role`` if one is named, else of ``person_id``, else of
    their rows. A couple with one row gets NaN for the absent partner.

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
        Absent columns, couples with more than two rows.

    Examples
    --------
    >>> persons = pd.DataFrame({"couple_id": ["c1", "c1", "c2"], "trust": [3.0, 4.0, 5.0]})
    >>> from_persons(persons, ["trust"])
      couple_id  trust_a  trust_b
    0        c1      3.0      4.0
    1        c2      5.0      NaN
    """
    wanted = ["couple_id", *values, *([role] if role else [])]
    absent = [f"column {name!r} is not in the frame" for name in wanted if name not in persons]
    if absent:
        raise StatisticsError(absent)
    sizes = persons.groupby("couple_id", observed=True).size()
    crowded = sizes[sizes > 2]
    if len(crowded):
        rows = persons.index[persons["couple_id"].isin(crowded.index).to_numpy(dtype=bool)]
        raise StatisticsError(
            f"{len(crowded)} couple(s) have more than two rows ({places(rows)}): choose one occasion"
        )
    order = [name for name in (role, "person_id") if name and name in persons]
    ordered = persons.sort_values(["couple_id", *order], kind="stable") if order else persons
    place = ordered.groupby("couple_id", observed=True).cumcount().map({0: "a", 1: "b"})
    carried = [*values, *([role] if role else [])]
    keyed = ordered.assign(place=place).set_index(["couple_id", "place"])[carried]
    wide = keyed.unstack("place")  # noqa: PD010 - no aggregation is meant
    columns = {
        f"{name}_{p}": wide[(name, p)] if (name, p) in wide else float("nan")
        for name in carried
        for p in ("a", "b")
    }
    return pd.DataFrame(columns, index=wide.index).reset_index()
