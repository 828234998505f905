"""What was proven, and of which state of the code: one line per slice, only ever added to.

A change of nothing that a proof depends on (`tests.proofs.reach`) leaves its results as they are, hours of them.
"""

import hashlib
import json
import os
from functools import cache
from pathlib import Path

from tests.proofs.harness import Counts, discover, merge
from tests.proofs.reach import ROOT, reached


@cache
def state(name: str) -> str:
    """Return a digest of all files that a proof depends on, as they are now: the same for the same contents."""
    digest = hashlib.sha256()
    for path in reached(discover()[name].run.__module__):
        digest.update(f"{path}\n{hashlib.sha256((ROOT / path).read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()[:12]


class Ledger:
    """Results by (state, name). A slice is on disk before the next one begins.

    Parameters
    ----------
    folder : Path
        Outside git; ``build/proofs`` in the project.
    """

    def __init__(self, folder: Path = ROOT / "build" / "proofs", at: str | None = None) -> None:
        self._at = at
        self._file = folder / "results.jsonl"
        folder.mkdir(parents=True, exist_ok=True)

    def slices(self, name: str) -> list[dict]:
        """Every slice of one proof at this state, oldest first; a half-written last line is passed over."""
        return [
            entry
            for entry in self._entries()
            if entry["state"] == self._state(name) and entry["name"] == name
        ]

    def seconds(self, name: str) -> float:
        """How long a proof took, its controls included."""
        return sum(
            entry["seconds"]
            for entry in self._entries()
            if entry["state"] == self._state(name) and entry["name"].split(" / ")[0] == name
        )

    def known_seconds(self, name: str) -> float:
        """How long its longest slice took at any state; 0 when it never ran here."""
        return max((entry["seconds"] for entry in self._entries() if entry["name"] == name), default=0.0)

    def counts(self, name: str) -> Counts:
        """All slices of one proof as one."""
        total: Counts = {}
        for entry in self.slices(name):
            total = merge(total, entry["counts"])
        return total

    def _entries(self) -> list[dict]:
        if not self._file.exists():
            return []
        found = []
        for line in self._file.read_text(encoding="utf-8").splitlines():
            try:
                found.append(json.loads(line))
            except ValueError:
                continue
        return found

    def add(self, name: str, seed: int, counts: Counts, seconds: float) -> None:
        """Keep one slice."""
        entry = {
            "state": self._state(name),
            "name": name,
            "seed": seed,
            "seconds": round(seconds, 1),
            "counts": counts,
        }
        with self._file.open("a", encoding="utf-8") as file:
            file.write("\n" * self._is_torn() + json.dumps(entry) + "\n")
            file.flush()
            os.fsync(file.fileno())

    def _state(self, name: str) -> str:
        return state(name.split(" / ", maxsplit=1)[0]) if self._at is None else self._at

    def _is_torn(self) -> bool:
        written = self._file.read_bytes() if self._file.exists() else b""
        return bool(written) and not written.endswith(b"\n")
