"""The journal of exports, and what subtracting one export from another would tell.

Two exports that are each safe can betray somebody together: what is in one and not in the
other is the difference of the two. The rule is one sentence: **whatever two exports give by
subtraction must itself be an export that would have been allowed.** So

1. people are classed by the exports of an occasion that they are in, the new one included.
   Every class must hold k couples; and by those exports alone that hold exact numbers
   (tables of means, restricted rows), `FEWEST` couples and three per covariance column where
   tables of means are among them;
2. rows of scores that share people with earlier ones show the same scales in the same bands,
   hold everybody who was there before, and are k-anonymous within each class;
3. facts of background are given again only for exactly the same people (a restricted release
   apart, whose files say that its people can be found).

Since every sum that any number of exports allow is a sum over these classes, the first rule
holds for three exports and more as well as for two.

The journal keeps salted digests of who was in each export, never an id or a value. It belongs to
the study: it lies in the study's data folder, wherever an export goes, and does not leave with it.
Without it nothing can be compared: keep it.
"""

import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from workbook.errors import Problem, ReleaseError, problem

JOURNAL = "exports.jsonl"

FEWEST = 20
"""Couples behind any mean or covariance."""

COUPLES_PER_COLUMN = 3
"""Couples per column of a covariance matrix: near one, the matrix would give rows away."""

EXACT = ("aggregate", "restricted")
"""Levels that hold exact numbers, from which exact sums can be subtracted."""

Members = Mapping[str, str]
"""Stable name of each person → of their couple."""


@dataclass(frozen=True, eq=False)
class Basis:
    """Whose values a release holds and in what form: what is compared, and never given out.

    ``least`` couples must be in every class that this export can be subtracted down to.
    ``shape`` says of rows which columns they have and each one's band edges; ``facts`` which
    background facts are there; ``seen`` is the fingerprint of the journal it was made with.
    """

    level: str
    occasion: str
    least: int
    members: Members = field(default_factory=dict)
    shape: Mapping[str, Sequence[float]] = field(default_factory=dict)
    facts: tuple[str, ...] = ()
    seen: str = ""


@dataclass(frozen=True, eq=False)
class Journal:
    """Every export of a study, oldest first. See `open_journal`."""

    entries: tuple[Mapping[str, Any], ...] = ()
    salt: str = field(default_factory=lambda: secrets.token_hex(16))

    @property
    def fingerprint(self) -> str:
        """Changes with every export: a release made before the latest one has not seen it."""
        text = json.dumps([dict(entry) for entry in self.entries], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    def overlapping(self, occasion: str, members: Members) -> list[Mapping[str, Any]]:
        """Earlier exports of this occasion that share anybody with these people."""
        now = {self._digest(person) for person in members}
        return [
            entry
            for entry in self.entries
            if entry["occasion"] == occasion and any(person in now for person, _ in entry["members"])
        ]

    def classes(self, occasion: str, members: Members) -> dict[str, str]:
        """Return each person's class: the earlier exports of this occasion they are in, as 0s and 1s."""
        earlier = [{p for p, _ in e["members"]} for e in self.overlapping(occasion, members)]
        return {
            person: "".join(str(int(self._digest(person) in held)) for held in earlier) for person in members
        }

    def hold_back(self, basis: Basis) -> set[str]:
        """Return who must be left out, so that every class is large enough.

        Newcomers wait until there are enough of them. Those who have left are hidden among
        others drawn by lot, unless rows would show them: a withdrawal must not undo itself.
        """
        out: set[str] = set()
        generator = np.random.default_rng(secrets.randbits(128))
        for _ in range(2 * len(self.entries) + 2):
            now = {person: couple for person, couple in basis.members.items() if person not in out}
            # One rule at a time: couples dropped for the first may be enough for the second.
            found = (rule.to_leave_out(generator) for rule in self._rules(basis, now))
            drawn = next((some for some in found if some), set())
            if not drawn:
                break
            out |= {person for person in now if self._digest(person) in drawn}
        return out

    def problems(self, basis: Basis | None) -> list[Problem]:
        """Return why this release, subtracted from earlier ones, would tell too much; empty if not."""
        if basis is None:
            return [problem("research.journal.no_basis")]
        earlier = self.overlapping(basis.occasion, basis.members)
        names = _named(earlier)
        rules = self._rules(basis, basis.members)
        problems = [
            problem("research.journal.small", n=smallest, least=rule.least, earlier=rule.names)
            for rule in rules
            if (smallest := rule.smallest()) < rule.least
        ]
        now = {self._digest(person) for person in basis.members}
        changed = [e for e in earlier if {person for person, _ in e["members"]} != now]
        if changed and basis.level != "aggregate" and basis.seen != self.fingerprint:
            problems.append(problem("research.journal.unseen", earlier=names))
        if changed and basis.level != "restricted" and basis.facts and any(e["facts"] for e in changed):
            problems.append(problem("research.journal.facts", earlier=names))
        if basis.level == "unlinked":
            problems += _rows_problems(basis, now, [e for e in earlier if e["level"] == "unlinked"])
        return list(dict.fromkeys(problems))

    def shape(self, occasion: str, members: Members) -> dict[str, list[float]] | None:
        """Scales and band edges that earlier rows of scores of these people have; None if none do."""
        for entry in self.overlapping(occasion, members):
            if entry["level"] == "unlinked":
                return {name: list(edges) for name, edges in entry["shape"].items()}
        return None

    def note(self, basis: Basis) -> dict[str, Any]:
        """Return what the journal keeps of a release beyond what its manifest says."""
        members = sorted([self._digest(p), self._digest(c)] for p, c in basis.members.items())
        return {
            "salt": self.salt,
            "occasion": basis.occasion,
            "least": basis.least,
            "members": members,
            "shape": {name: list(edges) for name, edges in basis.shape.items()},
            "facts": list(basis.facts),
        }

    def _rules(self, basis: Basis, now: Members) -> list["_Rule"]:
        """Return the classes by every export, and by those alone that hold exact numbers."""
        earlier = self.overlapping(basis.occasion, basis.members)
        present = {self._digest(person): self._digest(couple) for person, couple in now.items()}
        found = []
        for levels in (("aggregate", "unlinked", "restricted"), EXACT):
            among = [entry for entry in earlier if entry["level"] in levels]
            if basis.level not in levels or not among:
                continue
            asked = [(str(entry["level"]), int(entry["least"])) for entry in among]
            asked.append((basis.level, basis.least))
            # Tables of means combined with banded rows reveal no exact sum.
            rows = [least for level, least in asked if level != "aggregate"]
            least = max(rows if levels is not EXACT and rows else [number for _, number in asked])
            found.append(_Rule(among, present, least, hides=basis.level != "unlinked"))
        return found

    def _digest(self, name: str) -> str:
        return hmac.new(self.salt.encode(), name.encode(), hashlib.sha256).hexdigest()[:20]


@dataclass(frozen=True, eq=False)
class _Rule:
    """Some exports and a new one: the classes they part people into, all by digest."""

    earlier: Sequence[Mapping[str, Any]]
    present: Mapping[str, str]
    least: int
    hides: bool

    @property
    def names(self) -> str:
        return _named(self.earlier)

    def classes(self) -> dict[tuple[str, bool], dict[str, set[str]]]:
        """People of each couple, by the earlier exports they are in and whether they are in this one."""
        held = [{person for person, _ in entry["members"]} for entry in self.earlier]
        couple_of = {person: couple for entry in self.earlier for person, couple in entry["members"]}
        table: dict[tuple[str, bool], dict[str, set[str]]] = {}
        for person, couple in (couple_of | dict(self.present)).items():
            label = "".join(str(int(person in members)) for members in held)
            couples = table.setdefault((label, person in self.present), {})
            couples.setdefault(couple, set()).add(person)
        return table

    def smallest(self) -> int:
        return min(len(couples) for couples in self.classes().values())

    def to_leave_out(self, generator: np.random.Generator) -> set[str]:
        table = self.classes()
        drawn: set[str] = set()
        for (label, is_in), couples in table.items():
            lacking = self.least - len(couples)
            if lacking <= 0:
                continue
            if is_in:
                drawn |= {person for own in couples.values() for person in own}
            elif self.hides:
                pool = table.get((label, True), {})
                chosen = generator.permutation(sorted(pool))[:lacking]
                drawn |= {person for couple in chosen for person in pool[str(couple)]}
        return drawn


def open_journal(parent: Path) -> Journal:
    """Return the journal that lies in a folder; an empty one if there is none.

    Raises
    ------
    ReleaseError
        A line cannot be read: then nothing can be compared, and nothing may leave.
    """
    entries = read_journal(parent)
    return Journal(tuple(entries), entries[0]["salt"]) if entries else Journal()


def adopt_journal(records: Path, beside: Path) -> None:
    """Take over the journal that an earlier version kept beside its exports.

    Parameters
    ----------
    records : Path
        Where the study's journal lies.
    beside : Path
        The folder that an export is to go into.

    Raises
    ------
    ReleaseError
        Both hold one, and the study's does not know what the other tells of.
    """
    if records.resolve() == beside.resolve() or not (strange := read_journal(beside)):
        return
    own = read_journal(records)
    unknown = [entry for entry in strange if entry not in own]
    if own and unknown:
        raise ReleaseError(
            problem(
                "research.journal.other",
                file=JOURNAL,
                folder=beside,
                earlier=_named(unknown),
                records=records,
            )
        )
    if not own:
        records.mkdir(mode=0o700, parents=True, exist_ok=True)
        for entry in strange:
            append_entry(records, entry)


def read_journal(parent: Path) -> list[dict[str, Any]]:
    """Return every export ever made beside each other, oldest first.

    A last line that was cut off is passed over: its export had not appeared yet.
    """
    path = parent / JOURNAL
    if not path.exists():
        return []
    lines = path.read_text(encoding="utf-8").split("\n")
    found, damaged = [], []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            entry = json.loads(line)
            _ = entry["members"], entry["salt"], entry["least"], entry["occasion"], entry["level"]
            found.append(entry)
        except (ValueError, KeyError, TypeError):
            if number < len(lines):  # a whole line ends in a newline: something follows it
                damaged.append(problem("research.journal.damaged", file=JOURNAL, line=number))
    if damaged:
        raise ReleaseError(damaged)
    return found


def append_entry(parent: Path, entry: Mapping[str, Any]) -> None:
    """Add a line, on the disk when this returns."""
    path = parent / JOURNAL
    line = json.dumps(dict(entry), ensure_ascii=False, sort_keys=True) + "\n"
    with path.open("a+b") as journal:
        journal.seek(0)
        journal.truncate(journal.read().rfind(b"\n") + 1)  # a line cut off by a crash
        journal.write(line.encode("utf-8"))
        journal.flush()
        os.fsync(journal.fileno())


def _named(entries: Iterable[Mapping[str, Any]]) -> str:
    return ", ".join(str(entry["folder"]) for entry in entries)


def _rows_problems(basis: Basis, now: set[str], earlier: Iterable[Mapping[str, Any]]) -> list[Problem]:
    problems = []
    for entry in earlier:
        name = str(entry["folder"])
        if any(person not in now for person, _ in entry["members"]):
            problems.append(problem("research.journal.left", earlier=name))
        wanted = {column: [float(e) for e in edges] for column, edges in entry["shape"].items()}
        if {column: [float(e) for e in edges] for column, edges in basis.shape.items()} != wanted:
            problems.append(problem("research.journal.shape", earlier=name, columns=", ".join(wanted)))
    return problems
