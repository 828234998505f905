"""A store in memory that counts what it is asked for."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from workbook.storage.memory import MemoryStore


class CountingStore(MemoryStore):
    """``asked`` counts round trips by verb."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: Counter[str] = Counter()

    def write(self, entries: Any, **what: Any) -> Any:
        self.asked["write"] += 1
        return super().write(entries, **what)

    def read(self, log: str, after: int = 0) -> Any:
        self.asked["read"] += 1
        return super().read(log, after)

    def heads(self, logs: Iterable[str]) -> dict[str, int]:
        self.asked["heads"] += 1
        return super().heads(logs)

    def logs(self, prefix: str = "") -> list[str]:
        self.asked["logs"] += 1
        return super().logs(prefix)
