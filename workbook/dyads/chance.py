"""What chance alone explains: two-sided p values, and which of many comparisons hold together.

Closed forms, so that the pages of a couple need no statistics library; tests hold them to SciPy's.
"""

import math
from collections.abc import Sequence

import numpy as np


def p_of_difference(difference: np.ndarray, error: np.ndarray) -> np.ndarray:
    """Return the two-sided p of each difference, given its standard error; NaN without an error.

    >>> p_of_difference(np.array([1.96]), np.array([1.0])).round(3).tolist()
    [0.05]
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.abs(difference) / error
    return np.array([math.erfc(one / math.sqrt(2)) if not math.isnan(one) else math.nan for one in z])


def p_of_squares(total: float, n: int) -> float:
    """Return the chance that ``n`` squared standard normal numbers add up to ``total`` or more.

    The upper tail of χ² with ``n`` degrees of freedom (Abramowitz & Stegun 1964, 26.4.4 and 26.4.5).

    >>> round(p_of_squares(18.307, 10), 3), round(p_of_squares(11.070, 5), 3)
    (0.05, 0.05)
    """
    if n < 1 or math.isnan(total):
        return math.nan
    half = total / 2
    if n % 2:
        tail = math.erfc(math.sqrt(half))
        term = math.sqrt(half) * math.exp(-half) / math.gamma(1.5)
        steps = [1.5 + k for k in range((n - 1) // 2)]
    else:
        tail, term, steps = 0.0, math.exp(-half), [1.0 + k for k in range(n // 2)]
    for step in steps:
        tail += term
        term *= half / step
    return min(tail, 1.0)


def holm(p: Sequence[float], family: Sequence[str], level: float) -> list[bool]:
    """Tell which comparisons hold when all of a family are taken together (Holm 1979).

    The chance that any of a family's comparisons is told although there is no difference is at
    most ``level``, however the comparisons depend on each other.

    Parameters
    ----------
    p : sequence of float
        Two-sided p of each comparison; NaN is no comparison, and holds never.
    family : sequence of str
        Which comparisons are told together, aligned with ``p``.
    level : float

    Examples
    --------
    Of three, the first has to pass .05/3, the next .05/2, the last .05; after one that fails none holds.

    >>> holm([0.04, 0.01, 0.03], ["one"] * 3, 0.05)
    [False, True, False]
    """
    p, family = list(p), list(family)
    members: dict[str, list[int]] = {}
    for n in sorted((n for n, one in enumerate(p) if not math.isnan(one)), key=lambda n: p[n]):
        members.setdefault(family[n], []).append(n)
    holds = [False] * len(p)
    for own in members.values():
        for passed, n in enumerate(own):
            if not p[n] <= level / (len(own) - passed):
                break
            holds[n] = True
    return holds
