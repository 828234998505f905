"""Who signs in wrongly is told the same, at the same cost, whatever was wrong.

An unknown code, a name that is nobody's and a wrong passphrase of either partner are tried in turn, over the store
that a household has. Each derives one key. A cheap one, of about a millisecond, lets the work beside it weigh two
hundred times what it does behind a key at the product's cost; a few tries at that cost show what it comes to.
"""

import time
from pathlib import Path
from unittest import mock

from tests.proofs._partners import CHEAP, NAMES, PASSPHRASES
from tests.proofs._writing import KEY
from tests.proofs.harness import Counts, proof
from tests.proofs.power_cuts import scratch
from workbook.errors import SignInError
from workbook.service.desks.household import Household
from workbook.service.formats import crypto
from workbook.service.identity import accounts
from workbook.service.identity.directory import Lock
from workbook.service.identity.rate_limit import Tries
from workbook.service.identity.whose import Whose
from workbook.storage.sqlcipher import SqlCipherStore

CHEAP_AT_MOST, REAL_AT_MOST = 1.15, 1.1
_EVERY = 4  # of so many tries with a cheap key, one is made at the product's cost


@proof(
    "told-the-same",
    bound="unknown code, unknown name, wrong passphrase: one sentence, one key, times within 15 %, 10 % at its cost",
    full=40,
    short=4,
    holds=lambda c: (
        c["told_apart"] == 0
        and c["keys_apart"] == 0
        and c["slowest_by_quickest"] <= CHEAP_AT_MOST
        and c["at_its_cost"] <= REAL_AT_MOST
    ),
    figure=lambda c: (
        f"{c['told_apart']} told apart, slowest by quickest {c['slowest_by_quickest']:.2f} with a cheap key, "
        f"{c['at_its_cost']:.3f} at its cost"
    ),
    timed=("slowest_by_quickest", "at_its_cost"),
)
def told_the_same(size: int, seed: int) -> Counts:
    """Time each way of being wrong in turn, keeping the fastest, which other work disturbs least."""
    return _compare_both(size)


@told_the_same.control(size=4)
def no_key_for_nobody(size: int, seed: int) -> Counts:
    """Without deriving a key where there is no account, the quick reply says so."""
    real = accounts.unlock

    def hasty(lock: Lock, secret: str, person_id: str) -> bytes | None:
        return None if person_id == "nobody" else real(lock, secret, person_id)

    with mock.patch.object(accounts, "unlock", hasty):
        return _compare_both(size)


@told_the_same.control(size=40, fails=lambda counts: counts["slowest_by_quickest"] > CHEAP_AT_MOST)
def nobody_read_instead(size: int, seed: int) -> Counts:
    """Where nobody has the code, no couple is read in their place."""
    with mock.patch.object(Whose, "was_in"):
        return _compare_both(size)


def _compare_both(size: int) -> Counts:
    counts = _compare(size, CHEAP)
    real = _compare(max(size // _EVERY, 1), crypto.HOUSEHOLD)
    counts["told_apart"] += real["told_apart"]
    counts["keys_apart"] += real["keys_apart"]
    return counts | {"at_its_cost": real["slowest_by_quickest"]}


def _compare(size: int, cost: crypto.Cost) -> Counts:
    with scratch() as folder:
        return _compare_in(folder / "store", size, cost)


def _compare_in(folder: Path, size: int, cost: crypto.Cost) -> Counts:
    folder.mkdir(mode=0o700)
    household = Household(SqlCipherStore(folder, KEY), cost=cost)
    code = household.accounts.create_couple(NAMES[0], PASSPHRASES[0]).code
    household.accounts.join(code, NAMES[1], PASSPHRASES[1])
    ways = {"code": ("lusab-rodin-malov-zirum", NAMES[0]), "name": (code, "Nobody")}
    ways |= {name: (code, name) for name in NAMES}
    times: dict[str, list[float]] = {way: [] for way in ways}
    told, keys = set(), set()
    for _ in range(size):
        for way, (given, name) in ways.items():
            household.accounts._tries = Tries()  # nobody is to be told to wait here
            with mock.patch.object(crypto, "derive_key", wraps=crypto.derive_key) as derived:
                began = time.process_time()
                try:
                    household.accounts.sign_in(given, name, "a wrong passphrase")
                except SignInError as error:
                    told.add(str(error))
                times[way].append(time.process_time() - began)
                keys.add(derived.call_count)
    least = [min(found) for found in times.values()]
    household.close()
    return {
        "trials": size,
        "told_apart": len(told) - 1,
        "keys_apart": len(keys) - 1,
        "slowest_by_quickest": max(least) / min(least),
    }
