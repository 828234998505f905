"""What was proven at which commit: one line per slice, only ever added to."""

import ast
import hashlib
import json
import os
import subprocess
from functools import cache
from pathlib import Path

from tests.proofs.harness import Counts, discover, merge

ROOT = Path(__file__).resolve().parents[2]
# What a result depends on. A commit that touches nothing of it leaves hours of proofs as they are.
PROVEN = (
    "workbook",
    "notebooks/couple.ipynb",
    "notebooks/therapist.ipynb",
    "tests/exercises/forbidden.py",
    "tests/exercises/never.py",
    "tests/exercises/play.py",
    "tests/exercises/played.py",
    "tests/exercises/pressing.py",
    "tests/exercises/steps.py",
    "tests/insights",
    "tests/proofs",
    "tests/server/conftest.py",
    "tests/server/test_routes.py",
    "tests/service/keyed.py",
    "tests/service/plain.py",
    "tests/storage/heads.py",
    "tests/ui/browser.py",
    "tests/walk/person.py",
    "tests/walk/seeded.py",
    "tools/chromium.py",
    "pyproject.toml",
)


# How slices are kept, ordered and shown changes none of them.
KEEPING = ("__init__.py", "__main__.py", "ledger.py", "test_proofs.py")
_PROOFS = "tests/proofs"


@cache
def commit(name: str) -> str:
    """Return the last commit that changed what this proof depends on, with a digest of uncommitted changes."""
    paths = (*PROVEN, *(f":(exclude){path}" for path in strange_to(name)))
    head = _git("log", "-1", "--format=%H", "--", *paths).strip()[:12]
    changed = _git("diff", "HEAD", "--binary", "--", *paths)
    fresh = _git("ls-files", "--others", "--exclude-standard", "--", *paths).split("\n")
    digest = hashlib.sha256(changed.encode("utf-8", "surrogateescape"))
    for path in filter(None, fresh):
        digest.update(path.encode() + ((ROOT / path).read_bytes() if (ROOT / path).is_file() else b""))
    return head if not changed and not any(fresh) else f"{head}+{digest.hexdigest()[:8]}"


def strange_to(name: str) -> list[str]:
    """Return the modules that this proof does not depend on, and those that only keep results."""
    there = {path.stem: path for path in (ROOT / _PROOFS).glob("*.py")}
    # `_thrift` is loaded by servers that proofs start, from a folder beside.
    known, to_read = {"harness", "_running", "_thrift"}, [discover()[name].run.__module__.rpartition(".")[2]]
    while to_read:
        module = to_read.pop()
        if module in there and module not in known:
            known.add(module)
            source = there[module].read_text(encoding="utf-8")
            # A helper may be run by its name, in a process of its own, rather than imported.
            to_read += [
                *_imported(source),
                *(helper for helper in there if helper[0] == "_" and helper in source),
            ]
    others = (path.name for stem, path in there.items() if stem not in known)
    return sorted({f"{_PROOFS}/{one}" for one in (*KEEPING, *others)})


def _imported(source: str) -> list[str]:
    """The modules beside this one that it imports, wherever in it that is written."""
    nodes = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.ImportFrom)]
    package = [alias.name for node in nodes if node.module == "tests.proofs" for alias in node.names]
    modules = [str(node.module) for node in nodes]
    return package + [one.rpartition(".")[2] for one in modules if one.startswith("tests.proofs.")]


class Ledger:
    """Results by (commit, name). A slice is on disk before the next one begins.

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
        """Every slice of one proof at this commit, oldest first; a half-written last line is passed over."""
        return [
            entry
            for entry in self._entries()
            if entry["commit"] == self._commit(name) and entry["name"] == name
        ]

    def seconds(self, name: str) -> float:
        """How long a proof took, its controls included."""
        return sum(
            entry["seconds"]
            for entry in self._entries()
            if entry["commit"] == self._commit(name) and entry["name"].split(" / ")[0] == name
        )

    def known_seconds(self, name: str) -> float:
        """How long its longest slice took at any commit; 0 when it never ran here."""
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
            "commit": self._commit(name),
            "name": name,
            "seed": seed,
            "seconds": round(seconds, 1),
            "counts": counts,
        }
        with self._file.open("a", encoding="utf-8") as file:
            file.write("\n" * self._is_torn() + json.dumps(entry) + "\n")
            file.flush()
            os.fsync(file.fileno())

    def _commit(self, name: str) -> str:
        return commit(name.split(" / ", maxsplit=1)[0]) if self._at is None else self._at

    def _is_torn(self) -> bool:
        written = self._file.read_bytes() if self._file.exists() else b""
        return bool(written) and not written.endswith(b"\n")


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", "-C", str(ROOT), *arguments], capture_output=True, check=True)
    return done.stdout.decode("utf-8", "surrogateescape")
