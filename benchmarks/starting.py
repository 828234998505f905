"""Start-up time with many couples: the store's own verification, and the service's checks."""

import secrets
import tempfile
import time
from pathlib import Path

from benchmarks.harness import Figures, benchmark
from workbook.service.desks.household import Household
from workbook.service.formats.crypto import Cost
from workbook.service.identity.directory import Account, account_entry, couple_entries, member_entry
from workbook.service.identity.locks import Lock
from workbook.storage.base import Entry
from workbook.storage.sqlcipher import SqlCipherStore

COUPLES = 5_000
ROWS = 3  # in each drawer
_KEY = bytes(range(32))
_CHEAP = Cost(memory_kib=64, passes=1, lanes=1)
_NOBODY = Lock("00" * 16, (64, 1, 1), "00" * 60)


@benchmark(
    "starting",
    bound="the service asks a store of 5,000 couples for what it needs within 2 s",
    holds=lambda figures: figures["service_seconds"] <= 2,
    figure=lambda figures: (
        f"{figures['couples']:,.0f} couples: service {figures['service_seconds']:.2f} s, "
        f"the store's check of all its {figures['rows']:,.0f} rows {figures['store_seconds']:.2f} s"
    ),
)
def starting(share: float) -> Figures:
    """Fill a store, start once so that all is mended, then time a start in its two parts."""
    count = max(1, round(COUPLES * share))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        store = SqlCipherStore(folder, _KEY)
        for start in range(0, count, 100):
            store.write([entry for _ in range(min(100, count - start)) for entry in _couple()])
        Household(store, cost=_CHEAP).close()
        began = time.perf_counter()
        store = SqlCipherStore(folder, _KEY)
        opened = time.perf_counter()
        household = Household(store, cost=_CHEAP)
        ready = time.perf_counter()
        n_rows = sum(store.heads(store.logs()).values())
        household.close()
    return {
        "couples": count,
        "rows": n_rows,
        "store_seconds": opened - began,
        "service_seconds": ready - opened,
    }


def _couple() -> list[Entry]:
    """Return two who joined and answered a little; what a drawer holds is sealed, so any bytes will do."""
    couple_id, code = f"c_{secrets.token_hex(12)}", secrets.token_hex(10)
    entries = couple_entries(couple_id, code)
    for place in ("a", "b"):
        person_id = f"p_{secrets.token_hex(12)}"
        account = Account(person_id, couple_id, place, f"Nobody {place}", _NOBODY, _NOBODY)
        entries += [member_entry(couple_id, person_id), account_entry(account)]
        entries += [
            Entry(f"drawer/{person_id}", secrets.token_hex(16), "sealed", secrets.token_bytes(220))
            for _ in range(ROWS)
        ]
    return entries
