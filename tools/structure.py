"""Count the modules, imports and import cycles of each package: `python -m tools.structure`.

A room is a module or folder directly within a package. An arrow joins two rooms of which one imports
from the other, however often. A circle is a set of rooms that can each be reached from the others.
"""

import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import permutations

import grimp

Arrows = Mapping[str, set[str]]


@dataclass(frozen=True, slots=True)
class Figures:
    """What is counted of one package."""

    package: str
    n_rooms: int
    n_arrows: int
    n_circles: int


def count(graph: grimp.ImportGraph, package: str) -> Figures:
    """Count the rooms of one package, the arrows between them, and the circles these make."""
    rooms = sorted(graph.find_children(package))
    arrows: dict[str, set[str]] = {room: set() for room in rooms}
    for one, other in permutations(rooms, 2):
        if graph.direct_import_exists(importer=one, imported=other, as_packages=True):
            arrows[one].add(other)
    return Figures(package, len(rooms), sum(map(len, arrows.values())), len(circles(arrows)))


def circles(arrows: Arrows) -> list[set[str]]:
    """Return every set of more than one room in which each leads to each.

    >>> circles({"a": {"b"}, "b": {"c"}, "c": {"b"}, "d": set()}) == [{"b", "c"}]
    True
    """
    reached = {room: _reached(room, arrows) for room in arrows}
    found: list[set[str]] = []
    for room in arrows:
        circle = {other for other in reached[room] if room in reached[other]} | {room}
        if len(circle) > 1 and circle not in found:
            found.append(circle)
    return found


def _reached(room: str, arrows: Arrows) -> set[str]:
    seen: set[str] = set()
    waiting = list(arrows[room])
    while waiting:
        one = waiting.pop()
        if one not in seen:
            seen.add(one)
            waiting += arrows[one]
    return seen


def packages(graph: grimp.ImportGraph, root: str) -> Iterable[str]:
    """Return a package and all within it, those of one room left out."""
    return sorted(one for one in graph.modules if one.startswith(root) and len(graph.find_children(one)) > 1)


def main() -> int:
    """Print the figures; 1 where there is a circle anywhere."""
    graph = grimp.build_graph("workbook", include_external_packages=False)
    found = [count(graph, package) for package in packages(graph, "workbook")]
    for one in found:
        print(f"{one.package:32} {one.n_rooms:3} rooms {one.n_arrows:4} arrows {one.n_circles:2} circles")
    total = sum(one.n_circles for one in found)
    print(f"{len(found)} packages, {sum(one.n_arrows for one in found)} arrows, {total} circles")
    return 1 if total else 0


if __name__ == "__main__":
    sys.exit(main())
