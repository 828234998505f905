"""Whether a person, or a couple, changed by more than measurement error."""

from collections.abc import Iterable, Iterator
from typing import Literal

import numpy as np
import pandas as pd
from scipy import stats

from workbook.errors import StatisticsError
from workbook.instruments.model import HigherIs
from workbook.research.checks import Array, check_keys, no_values, places, read_columns
from workbook.research.items import check_persons

CLASSES = ("recovered", "improved", "unchanged", "deteriorated")
COUPLE_CLASSES = ("both better", "one better", "mixed", "unchanged", "one worse", "both worse")


def reliable_change(
    pre: pd.Series | Array,
    post: pd.Series | Array,
    *,
    sd: float,
    reliability: float,
    higher_is: HigherIs,
    cutoff: float | None = None,
    confidence: float = 0.95,
) -> pd.DataFrame:
    r"""Classify each person's change from one occasion to the next.

    Formula
    -------
    RCI = (post − pre)/S_diff, S_diff = √2·SD·√(1 − reliability). Change is reliable when
    \|RCI\| > 1.96 (at 95 %). *Recovered*: reliably better, from the wrong side of the
    cut-off before to the right side after (a value on the cut-off is not across it).
    *Improved*: reliably better otherwise. *Deteriorated*: reliably worse.

    Assumptions
    -----------
    One reliability and SD for everybody, equal error on both occasions, errors independent.
    No allowance for regression to the mean: who starts extreme, moves.

    Missing
    -------
    Where either score is missing the class is NA and the numbers are NaN.

    Source
    ------
    Jacobson & Truax (1991), J. Consulting Clin. Psych. 59, 12–19.

    Checked against
    ---------------
    The worked example of Jacobson & Truax (1991): 32.5 → 47.5 with SD 7.5, reliability .80
    gives RC = 3.16; false alarms in simulated unchanged persons (5 %).

    Parameters
    ----------
    pre, post : Series or array, (n,)
        Scores in scale points, aligned by index if both are Series.
    sd : float
        Standard deviation of the score where its reliability was found.
    reliability : float
    higher_is : {"better", "worse"}
        No default: a guess would turn the meaning round.
    cutoff : float
        As from `clinical_cutoff`; without one nobody is "recovered".
    confidence : float

    Returns
    -------
    DataFrame, (n, 5)
        ``pre``, ``post``, ``change`` (post − pre), ``rci``, ``class`` (ordered category).

    Raises
    ------
    StatisticsError
        Different lengths or index, a person twice (a named index says who is who), infinite
        scores, sd ≤ 0, reliability or confidence outside (0, 1), unknown direction: all at once.

    Examples
    --------
    >>> pre, post = pd.Series([32.5, 40.0, 50.0]), pd.Series([47.5, 42.0, 38.0])
    >>> found = reliable_change(pre, post, sd=7.5, reliability=0.8, higher_is="better", cutoff=45)
    >>> found[["change", "rci", "class"]].round(2)
       change   rci         class
    0    15.0  3.16     recovered
    1     2.0  0.42     unchanged
    2   -12.0 -2.53  deteriorated
    """
    before, after = pd.Series(pre), pd.Series(post)
    _refuse(before, after, _constant_faults(sd, reliability, confidence, higher_is, cutoff))
    first = before.to_numpy(dtype=np.float64, na_value=np.nan)
    second = after.to_numpy(dtype=np.float64, na_value=np.nan)
    index = (second - first) / difference_error(sd, reliability)
    better = index if higher_is == "better" else -index
    critical = stats.norm.ppf(0.5 + confidence / 2.0)
    kind = np.select([better > critical, better < -critical], ["improved", "deteriorated"], "unchanged")
    if cutoff is not None:
        sign = 1.0 if higher_is == "better" else -1.0
        crossed = (sign * first < sign * cutoff) & (sign * second > sign * cutoff)
        kind = np.where((kind == "improved") & crossed, "recovered", kind)
    classes = pd.Categorical(kind, categories=list(CLASSES), ordered=True)
    frame = pd.DataFrame(
        {"pre": first, "post": second, "change": second - first, "rci": index, "class": classes},
        index=before.index,
    )
    frame.loc[frame["change"].isna(), "class"] = None
    return frame


def clinical_cutoff(
    mean_clinical: float | None,
    sd_clinical: float | None,
    mean_functional: float | None,
    sd_functional: float | None,
    *,
    criterion: Literal["a", "b", "c"] = "c",
    higher_is: HigherIs = "better",
) -> float:
    """Return where the functional range begins.

    Formula
    -------
    a: two SDs beyond the clinical mean, towards the functional range. b: within two SDs of the
    functional mean, towards the clinical range. c: as many SDs from the clinical mean as from the
    functional one, (SD_c·M_f + SD_f·M_c)/(SD_c + SD_f); with equal SDs both groups are equally likely
    there.

    Assumptions
    -----------
    Both distributions are normal. c when they overlap and norms exist; a without norms.

    Missing
    -------
    Not applicable.

    Source
    ------
    Jacobson & Truax (1991).

    Checked against
    ---------------
    Their hypothetical scale: clinical mean 40, functional 60, SD 7.5 → a 55, b 45, c 50.

    Parameters
    ----------
    mean_clinical, sd_clinical, mean_functional, sd_functional : float or None
        In scale points. None for a group without norms: a needs only the clinical one, b only the
        functional one, c both.
    criterion : {"a", "b", "c"}
    higher_is : {"better", "worse"}
        Where the functional range lies, if only one group's mean says where it is not.

    Raises
    ------
    StatisticsError
        A norm that the criterion needs is not given; not finite, SDs not positive, equal means,
        unknown criterion.

    Examples
    --------
    >>> [clinical_cutoff(40, 7.5, 60, 7.5, criterion=c) for c in "abc"]
    [55.0, 45.0, 50.0]
    >>> clinical_cutoff(40, 7.5, None, None, criterion="a")
    55.0
    """
    if criterion not in _NORMS:
        raise StatisticsError(f"criterion must be 'a', 'b' or 'c', not {criterion!r}")
    given = {"clinical": (mean_clinical, sd_clinical), "functional": (mean_functional, sd_functional)}
    problems = [one for name, norms in given.items() for one in _check_norms(name, *norms, criterion)]
    if mean_clinical is not None and mean_clinical == mean_functional:
        problems.append("both groups have the same mean: there is nothing to tell apart")
    if higher_is not in ("better", "worse"):
        problems.append(f"higher_is must be 'better' or 'worse', not {higher_is!r}")
    if problems:
        raise StatisticsError(problems)
    means = {name: np.nan if mean is None else float(mean) for name, (mean, _) in given.items()}
    sds = {name: np.nan if sd is None else float(sd) for name, (_, sd) in given.items()}
    apart = means["functional"] - means["clinical"]
    towards = (1.0 if higher_is == "better" else -1.0) if np.isnan(apart) else float(np.sign(apart))
    if criterion == "a":
        return means["clinical"] + towards * 2.0 * sds["clinical"]
    if criterion == "b":
        return means["functional"] - towards * 2.0 * sds["functional"]
    weighted = sds["clinical"] * means["functional"] + sds["functional"] * means["clinical"]
    return weighted / (sds["clinical"] + sds["functional"])


_NORMS = {"a": ("clinical",), "b": ("functional",), "c": ("clinical", "functional")}
"""Whose mean and standard deviation each criterion needs."""


def _check_norms(name: str, mean: float | None, sd: float | None, criterion: str) -> Iterator[str]:
    needed = name in _NORMS[criterion]
    for what, value in (("mean", mean), ("standard deviation", sd)):
        if value is None and needed:
            yield f"criterion {criterion!r} needs the {what} of the {name} group"
        elif value is not None and not np.isfinite(value):
            yield f"the {what} of the {name} group must be a finite number"
        elif value is not None and what == "standard deviation" and value <= 0:
            yield f"the {what} of the {name} group must be above 0"


def couple_change(
    changes: pd.DataFrame, *, sd: float, reliability: float, higher_is: HigherIs, confidence: float = 0.95
) -> pd.DataFrame:
    """Return what both partners' changes make for the couple.

    Formula
    -------
    ``change``: mean of the partners' changes; ``rci`` = change/(S_diff/√2), the partners'
    errors being independent. ``difference`` = change of a − change of b, with ``differs``
    where it exceeds 1.96·√2·S_diff: the partners moved apart, or together, by more than
    error. ``class`` counts the partners' own reliable changes: both better, one better,
    mixed (one better, one worse), unchanged, one worse, both worse.

    Assumptions
    -----------
    As `reliable_change`. That two partners' *scores* correlate is no matter; their errors
    must not.

    Missing
    -------
    A couple without both partners' changes is NA.

    Source
    ------
    Jacobson & Truax (1991) for each change; the couple's error follows from the sum of two
    independent ones.

    Checked against
    ---------------
    False alarms in simulated unchanged couples (5 %).

    Parameters
    ----------
    changes : DataFrame
        ``couple_id``, ``change`` and ``rci`` of each person (as from `reliable_change`).
    sd, reliability, higher_is, confidence
        As `reliable_change`.

    Returns
    -------
    DataFrame, (couples, 6)
        ``couple_id``, ``change``, ``rci``, ``difference``, ``differs``, ``class``.

    Raises
    ------
    StatisticsError
        As `reliable_change`; couples with more than two rows, rows without a couple, a person
        twice (by ``person_id``, or by a named index), infinite or worded ``rci``: all at once.

    Examples
    --------
    >>> pre, post = pd.Series([32.5, 40.0, 50.0, 30.0]), pd.Series([47.5, 42.0, 38.0, 42.0])
    >>> changes = reliable_change(pre, post, sd=7.5, reliability=0.8, higher_is="better")
    >>> changes["couple_id"] = ["c1", "c1", "c2", "c2"]
    >>> couple_change(changes, sd=7.5, reliability=0.8, higher_is="better").round(2)
      couple_id  change   rci  difference  differs       class
    0        c1     8.5  2.53        13.0    False  one better
    1        c2     0.0  0.00       -24.0     True       mixed
    """
    _, problems = read_columns(changes, ["change", "rci"])
    problems += _couple_faults(changes)
    problems += _constant_faults(sd, reliability, confidence, higher_is, None)
    if problems:
        raise StatisticsError(problems)
    critical = stats.norm.ppf(0.5 + confidence / 2.0)
    error = difference_error(sd, reliability)
    place = changes.groupby("couple_id", observed=True).cumcount()
    placed = changes.assign(place=place).set_index(["couple_id", "place"])
    both = {
        name: placed[name].unstack("place").reindex(columns=[0, 1]).astype(float)  # noqa: PD010
        for name in ("change", "rci")
    }
    change, rci = both["change"].to_numpy(), both["rci"].to_numpy()
    mean, apart = change.mean(axis=1), change[:, 0] - change[:, 1]
    whole = ~np.isnan(apart)
    differs = pd.array(np.abs(apart) > critical * np.sqrt(2.0) * error, dtype="boolean")
    differs[~whole] = pd.NA
    return pd.DataFrame(
        {
            "couple_id": both["change"].index.to_numpy(),
            "change": mean,
            "rci": mean / (error / np.sqrt(2.0)),
            "difference": apart,
            "differs": differs,
            "class": _couple_class(rci if higher_is == "better" else -rci, critical, whole),
        }
    )


def difference_error(sd: float, reliability: float) -> float:
    """Return the standard error of a difference of two scores, √2·SD·√(1 − reliability), in scale points."""
    return float(np.sqrt(2.0) * sd * np.sqrt(1.0 - reliability))


def _couple_class(better: Array, critical: float, whole: np.ndarray) -> pd.Categorical:
    up, down = (better > critical).sum(axis=1), (better < -critical).sum(axis=1)
    kind = np.select(
        [up == 2, down == 2, (up == 1) & (down == 1), up == 1, down == 1],
        ["both better", "both worse", "mixed", "one better", "one worse"],
        "unchanged",
    ).astype(object)
    kind[~whole] = None
    return pd.Categorical(kind, categories=list(COUPLE_CLASSES))


def _refuse(pre: pd.Series, post: pd.Series, faults: Iterable[str]) -> None:
    problems = list(faults)
    if len(pre) != len(post):
        problems.append(f"{len(pre)} scores before and {len(post)} after: one of each per person")
    elif not pre.index.equals(post.index):
        problems.append("before and after have different rows: align them by person")
    problems += dict.fromkeys(check_persons(pre.index) + check_persons(post.index))
    for name, scores in (("before", pre), ("after", post)):
        if not pd.api.types.is_numeric_dtype(scores):
            problems.append(f"the scores {name} are {scores.dtype}, not numbers")
            continue
        vector = scores.to_numpy(dtype=np.float64, na_value=np.nan)
        problems += no_values(f"the scores {name}", vector, scores.index, are="are")
    if problems:
        raise StatisticsError(problems)


def _couple_faults(changes: pd.DataFrame) -> list[str]:
    named = check_keys(changes, "person_id") if "person_id" in changes else []
    problems = list(dict.fromkeys(named + check_persons(changes.index)))
    if "couple_id" not in changes:
        return [*problems, "column 'couple_id' is not in the frame"]
    couples = changes["couple_id"]
    absent = couples.isna().to_numpy(dtype=bool)
    if absent.any():
        problems.append(f"couple_id: missing at {places(changes.index[absent])}")
    crowded = (couples.groupby(couples, observed=True).transform("size") > 2).to_numpy(dtype=bool)
    if crowded.any():
        problems.append(
            f"{places(changes.index[crowded])}: a couple has more than two rows, one change per partner"
        )
    return problems


def _constant_faults(
    sd: float, reliability: float, confidence: float, higher_is: str, cutoff: float | None
) -> Iterator[str]:
    if not (np.isfinite(sd) and sd > 0):
        yield "sd must be a finite number above 0"
    for name, share in (("reliability", reliability), ("confidence", confidence)):
        if not 0.0 < share < 1.0:
            yield f"{name} must lie between 0 and 1, both excluded"
    if higher_is not in ("better", "worse"):
        yield f"higher_is must be 'better' or 'worse', not {higher_is!r}"
    if cutoff is not None and not np.isfinite(cutoff):
        yield "cutoff must be a finite number"
