"""Wrong passphrases and recovery codes that were tried at an account, kept for its owner to look at.

By day and by where, for thirty days, in a log of the account's own. What was tried is not kept. A try is
noted in memory and written a moment later, apart from the request: so it takes no longer where there is such
an account.
"""

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Literal

from workbook.errors import StorageError
from workbook.service.formats.rows import read_row, write_row
from workbook.service.formats.values import WrongTries
from workbook.service.identity.directory import account_log, fold_account
from workbook.storage.base import Entry, Row, Store, Writing
from workbook.storage.deciding import Seen, decide_and_write

KEPT_DAYS = 30
Where = Literal["outside", "sitting"]
Days = Counter[tuple[str, str]]


def tries_log(person_id: str) -> str:
    """Return the name of the log of what was tried at a person's account."""
    return f"tries/{person_id}"


class TriedBefore:
    """What was tried at every account lately.

    Parameters
    ----------
    store : Store
        Where it is kept.
    today : callable
        The day, in UTC; injectable for tests.
    """

    def __init__(self, store: Store, today: Callable[[], date] = lambda: datetime.now(UTC).date()) -> None:
        self._store, self._today = store, today
        self._lock = threading.Lock()
        self._noted: dict[str, Days] = {}

    def note(self, person_id: str, where: Where) -> None:
        """Note a wrong try: at a door from outside, or at the open page of the person's own sitting."""
        with self._lock:
            self._noted.setdefault(person_id, Counter())[self._today().isoformat(), where] += 1

    def keep(self) -> None:
        """Write down what was noted. What can't be written just now is tried again the next time."""
        with self._lock:
            noted, self._noted = self._noted, {}
        for person_id, days in noted.items():
            try:
                self._keep(person_id, days)
            except StorageError:
                with self._lock:
                    self._noted.setdefault(person_id, Counter()).update(days)

    def of(self, person_id: str) -> WrongTries:
        """Return what was tried at somebody's account in the last thirty days."""
        days = self._fold(self._store.read(tries_log(person_id)))
        with self._lock:
            days.update(self._noted.get(person_id, Counter()))

        def told(where: Where) -> tuple[int, str]:
            counted = {day: n for (day, of), n in days.items() if of == where and n}
            return sum(counted.values()), max(counted, default="")

        return WrongTries(*told("outside"), *told("sitting"))

    def _keep(self, person_id: str, days: Days) -> None:
        log, account = tries_log(person_id), account_log(person_id)

        def keep(seen: Seen) -> Writing:
            if fold_account(seen[account]) is None:  # erased meanwhile: nothing is left about them
                return Writing()
            content = [[day, where, n] for (day, where), n in sorted((self._fold(seen[log]) + days).items())]
            older = [row.sequence for row in seen[log] if row.payload is not None]
            number = seen[log][-1].sequence if seen[log] else 0
            entry = Entry(log, f"tries/{number}", "tries", write_row({"days": content}))
            return Writing([entry], superseded={log: older} if older else {})

        decide_and_write(self._store, [account, log], keep)

    def _fold(self, rows: Sequence[Row]) -> Days:
        latest = [row.payload for row in rows if row.payload is not None]
        first = (self._today() - timedelta(days=KEPT_DAYS)).isoformat()
        kept = read_row(latest[-1])["days"] if latest else []
        return Counter({(day, where): n for day, where, n in kept if day >= first})
