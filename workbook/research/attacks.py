"""Attacks on an export, carried out on that very export before it leaves.

An attacker is somebody who knows things and holds the file. What is measured is how often
they point at the right row, each in the way that serves them best:

- a **partner** knows everything they answered themselves, and the facts the couple shares.
  They look for the other partner's row: through the couple's link if the file has one, else
  among the rows that agree with what they know of the other, the one most like their own;
- an **outsider** (a friend, a relative) knows the target's background answers and a number of
  answers the target once told them, and looks for the target's row.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbook.research.risk import class_numbers

N_TOLD = 8
"""Answers an outsider was told: as many as somebody may remember."""


@dataclass(frozen=True, slots=True)
class Attack:
    """How often an attack points at the right row: on average, and beyond doubt."""

    who: str
    success: float
    certain: float
    n_targets: int


def attack_as_partner(
    rows: pd.DataFrame,
    owner: Sequence[str],
    partner: dict[str, str],
    known: Sequence[str],
    *,
    shared: Sequence[str] = (),
    link: str | None = None,
    seed: int = 1,
) -> Attack:
    """Let every released person try to find their partner's row, and count who succeeds.

    Parameters
    ----------
    rows : DataFrame
        The released rows, one per person.
    owner : list of str
        Who each row is of (not released: it says which guesses are right).
    partner : dict
        Person → partner.
    known : list of str
        Released columns the attacker knows of their own row.
    shared : list of str
        Of these, the ones that are facts of the couple.
    link : str
        Released column that joins partners, if there is one.

    Returns
    -------
    Attack
        ``success`` is the expected share of right guesses, ties broken at random.
    """
    where = {person: place for place, person in enumerate(owner)}
    targets = [
        (place, where[partner[person]]) for place, person in enumerate(owner) if partner.get(person) in where
    ]
    if not targets:
        return Attack("partner", 0.0, 0.0, 0)
    own = class_numbers(rows, list(known))
    if link is not None:
        # Linked rows: finding one's own row identifies the partner's.
        size = np.bincount(own)[own]
        hits = np.array([1.0 / size[place] for place, _ in targets])
        return Attack("partner", float(hits.mean()), float((hits == 1.0).mean()), len(targets))
    agreed = class_numbers(rows, list(shared))
    likeness = _likeness(rows, [name for name in known if name not in set(shared)])
    generator = np.random.default_rng(seed)
    chosen = generator.permutation(len(targets))[:2000]
    hits = np.array([_hit(targets[i][0], targets[i][1], agreed, likeness) for i in chosen])
    return Attack("partner", float(hits.mean()), float((hits == 1.0).mean()), len(targets))


def attack_as_outsider(rows: pd.DataFrame, known: Sequence[str]) -> Attack:
    """For every released row, somebody who knows these columns of it looks for it.

    An outsider who was told answers that the file holds only in a coarser form is taken to
    know the coarser form: the most they can make of it.
    """
    classes = class_numbers(rows, list(known))
    size = np.bincount(classes)[classes]
    return Attack("outsider", float((1.0 / size).mean()), float((size == 1).mean()), len(rows))


def _likeness(rows: pd.DataFrame, columns: Sequence[str]) -> np.ndarray:
    """Coarse profiles as numbers, missing at the middle: what partners tend to share."""
    values = np.column_stack(
        [np.zeros(len(rows))] + [pd.factorize(rows[name], sort=True)[0].astype(float) for name in columns]
    )
    return np.asarray(values)


def _hit(own: int, target: int, agreed: np.ndarray, profile: np.ndarray) -> float:
    candidates = np.flatnonzero(agreed == agreed[own])
    candidates = candidates[candidates != own]
    if target not in candidates:
        return 0.0
    distance = np.abs(profile[candidates] - profile[own]).sum(axis=1)
    nearest = candidates[distance == distance.min()]
    return 1.0 / len(nearest) if target in nearest else 0.0
