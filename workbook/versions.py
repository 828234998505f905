"""What was answered in which version of a question: what an answer counts for, and what may be compared.

An answer is to a question in a version (`workbook.instruments.model.Item.key`), which holds its words, its
scale, its turning and its facet. So two answers under one key may be compared, and no others.
"""

import re
from collections.abc import Collection, Mapping

import numpy as np
import pandas as pd

from workbook.instruments.library import every_version, in_version
from workbook.instruments.model import Instrument

OWN_NEED = re.compile(r"(needs\.own\.[a-z0-9]{4,32})\.([a-z_]{1,24})")


def asked_in(responses: pd.DataFrame, keys: Collection[tuple[str, str]]) -> pd.DataFrame:
    """Return the answers to these questions in these versions, and to needs in somebody's own words."""
    known = set(keys)
    is_asked = [
        key in known or OWN_NEED.fullmatch(key[0]) is not None
        for key in zip(responses["item"], responses["version"], strict=True)
    ]
    return responses[np.array(is_asked, dtype=bool)].reset_index(drop=True)


def as_answered(responses: pd.DataFrame, asked: Mapping[str, Instrument]) -> dict[str, Instrument]:
    """Return each instrument in the version that answers of one occasion were given to.

    That is the one that is ``asked`` wherever something was answered that only it asks; else the one that
    knows most of the answers. So an own round from before another edition stays as it was.
    """
    given: dict[str, set[tuple[str, str]]] = {}
    for name, item, version in zip(
        responses["instrument"], responses["item"], responses["version"], strict=True
    ):
        given.setdefault(str(name), set()).add((str(item), str(version)))
    return {name: _answered(given.get(name, set()), one) for name, one in asked.items()}


def _answered(given: Collection[tuple[str, str]], asked: Instrument) -> Instrument:
    others = every_version({asked.id: asked})[1:]
    n_known = {one.version: sum(key in one.keys for key in given) for one in (asked, *others)}
    best = max(others, key=lambda one: n_known[one.version], default=asked)
    is_asked = any(key in asked.keys and not any(key in one.keys for one in others) for key in given)
    return asked if is_asked or n_known[asked.version] >= n_known[best.version] else best


def joined_in_time(scores: pd.DataFrame, instruments: Mapping[str, Instrument]) -> pd.DataFrame:
    """Return the scores that may be joined over time to those of the instruments at hand.

    A score rests on items in a version each (`workbook.instruments.model.Item.key`), which holds their words
    and their scale: a score that rests on others is another measure. Rows of other instruments are left out.
    """
    keys = list(zip(scores["instrument"], scores["version"], scores["subscale"], strict=True))
    is_joined = {key: _is_joined(key, instruments) for key in set(keys)}
    if all(is_joined.values()):
        return scores.reset_index(drop=True)
    return scores[np.array([is_joined[key] for key in keys], dtype=bool)].reset_index(drop=True)


def _is_joined(key: tuple[str, str, str], instruments: Mapping[str, Instrument]) -> bool:
    name, version, subscale = map(str, key)
    now, then = instruments.get(name), in_version(instruments, name, version)
    if now is None or then is None:
        return False
    return then is now or then.rests_on(subscale) == now.rests_on(subscale)
