"""Which differences and changes a picture may mark: claims hold for all of a view at once.

A band says how sure one score is. A mark ("these differ", "this moved") is a claim, and a view makes many at
a time: with twenty-one comparisons at 5 % each, two people who agree would nearly always be told of a
difference. So the claims of one couple in one view hold 5 % together (Holm 1979), and as long as no
reliability rests on data, on the low end of what is plausible.
"""

from collections.abc import Mapping, Sequence
from math import erfc, sqrt
from typing import TypeVar

from workbook.instruments.model import Scale, Subscale

LEVEL = 0.05
LEAST_RELIABLE = 0.6  # where a reliability is assumed, none is trusted beyond this
SINGLE_SPREAD = 0.25  # share of its scale by which a question that stands alone is taken to spread
Key = TypeVar("Key")
Gap = tuple[float, float | None]


def holm(chances: Sequence[float], level: float = LEVEL) -> list[bool]:
    """Return which of several chances are small enough to be claimed together at one level.

    The smallest is held against ``level / n``, the next against ``level / (n − 1)``, and so on until one
    fails (Holm, S. (1979). A simple sequentially rejective multiple test procedure. Scandinavian Journal
    of Statistics, 6, 65-70).

    >>> holm([0.01, 0.04, 0.03, 0.005])
    [True, False, False, True]
    """
    claimed = [False] * len(chances)
    order = sorted(range(len(chances)), key=lambda n: chances[n])
    for rank, n in enumerate(order):
        if chances[n] > level / (len(chances) - rank):
            break
        claimed[n] = True
    return claimed


def claimed(gaps: Mapping[Key, Gap]) -> dict[Key, bool]:
    """Return, for every gap that a couple is shown in one view, whether it may be claimed.

    Parameters
    ----------
    gaps : mapping of any key to (gap, standard error)
        In scale points. Gaps whose error is not known (None or 0) are left out: there nothing can be
        claimed, and nothing denied.

    Examples
    --------
    >>> claimed({"far": (3.0, 0.8), "near": (1.7, 0.8), "unknown": (4.0, None)})
    {'far': True, 'near': False}
    """
    known = {key: (gap, error) for key, (gap, error) in gaps.items() if error}
    chances = [erfc(abs(gap) / error / sqrt(2)) for gap, error in known.values()]
    return dict(zip(known, holm(chances), strict=True))


def error_of_score(subscale: Subscale) -> float | None:
    """Return the standard error that claims about a score rest on, SD·√(1 − reliability); None if unknown."""
    return error_of(subscale, 1.0)


def error_of_view(subscale: Subscale, scale: Scale) -> float:
    """Return the standard error of one answer about the partner, or of any question that stands alone.

    Beside a score of k items it counts as one of such items; alone, it is taken to spread by a quarter of
    its scale.
    """
    error = error_of(subscale, float(len(subscale.items)))
    return error or SINGLE_SPREAD * (scale.highest - scale.lowest) * sqrt(1 - LEAST_RELIABLE)


def error_of(subscale: Subscale, lengths: float) -> float | None:
    """Return the standard error of a score made from one part in ``lengths`` of its items."""
    if subscale.sd is None or subscale.reliability is None:
        return None
    known = subscale.reliability.value
    trusted = min(known, LEAST_RELIABLE) if subscale.reliability.basis == "assumed" else known
    return float(subscale.sd.value * sqrt((1 - trusted) * lengths))
