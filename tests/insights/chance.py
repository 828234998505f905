"""Which differences may be told, worked out from raw answers once more, apart from the code that tells.

Of a view all comparisons are taken together (Holm), each at a reliability of .6, less half a step of rounding.
"""

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import workbook.content

CONTENT = Path(workbook.content.__file__).parent
LOW_RELIABILITY, TOTAL, SPREAD_OF_SINGLE = 0.6, 0.05, 1.0  # of a question that stands alone: a step of 0 to 4
Raw = Mapping[str, Mapping[str, int]]  # place to item to answer
Difference = tuple[float, float, float]  # value, standard error, half a step


@dataclass(frozen=True)
class Facet:
    """What stands in a questionnaire's file about one topic."""

    id: str
    title: str
    items: tuple[str, ...]
    seen: tuple[str, ...]
    is_comparable: bool  # whether they are asked on the same scale
    spread: float
    least: int
    is_sign: bool


def file_of(part: str, name: str) -> Path:
    """Return the file of a questionnaire as it is asked now: that of the newest edition that has one."""
    editions = sorted(
        (CONTENT / part / "editions").glob(f"*/{name}.toml"), key=lambda one: int(one.parent.name)
    )
    return editions[-1] if editions else CONTENT / part / "instruments" / f"{name}.toml"


@cache
def read(name: str) -> tuple[tuple[Facet, ...], Mapping[str, bool]]:
    """Return the topics of a questionnaire, and which items are reversed, from its file."""
    file, words = (tomllib.loads(file_of(part, name).read_text()) for part in ("structure", "en"))
    seen = {one["id"].rpartition(".")[0]: one for one in file["subscales"] if one.get("about") == "partner"}
    scale_of = {one["id"]: one["scale"] for one in file["items"]}
    found: dict[str, Facet] = {}
    for one in file["subscales"]:
        if one.get("about", "self") != "self":
            continue
        is_single = one["items"] == [one["id"]]
        topic = one["id"].rpartition(".")[0] if is_single else one["id"]
        view = seen.get(topic, {"items": []})
        scales = {scale_of[item] for item in (*one["items"], *view["items"])}
        found.setdefault(
            topic,
            Facet(
                topic,
                words["subscales"][one["id"]].get("topic") or words["subscales"][one["id"]]["title"],
                tuple(one["items"]),
                tuple(view["items"]),
                len(scales) == 1,
                one["sd"]["value"] if "sd" in one else SPREAD_OF_SINGLE,
                one.get("min_answered", 1),
                one.get("higher_is") == "worse",
            ),
        )
    return tuple(found.values()), {one["id"]: one.get("reverse", False) for one in file["items"]}


@cache
def never_shown(name: str) -> frozenset[str]:
    """Return the items of a questionnaire that are never shown to anybody else."""
    file = tomllib.loads(file_of("structure", name).read_text())
    return frozenset(one["id"] for one in file["items"] if one.get("never_published"))


def shown(raw: Raw) -> Raw:
    """Return the answers that can lie open: never some, and a question by itself only where both answered it."""

    def is_open(item: str) -> bool:
        name = item.partition(".")[0]
        is_part = any(
            item in those for one in read(name)[0] for those in (one.items, one.seen) if len(those) > 1
        )
        return item not in never_shown(name) and (is_part or all(item in sheet for sheet in raw.values()))

    return {place: {i: one for i, one in sheet.items() if is_open(i)} for place, sheet in raw.items()}


def answer(sheet: Mapping[str, int], item: str, reversed_: Mapping[str, bool]) -> float | None:
    """Return one answer, turned where it is reversed."""
    if item not in sheet:
        return None
    return 4 - sheet[item] if reversed_[item] else sheet[item]


def score(sheet: Mapping[str, int], facet: Facet, reversed_: Mapping[str, bool]) -> tuple[float, int] | None:
    """Return the mean of the answers there are and their number; None where they are too few."""
    given = [one for item in facet.items if (one := answer(sheet, item, reversed_)) is not None]
    return (sum(given) / len(given), len(given)) if len(given) >= facet.least else None


def view(sheet: Mapping[str, int], facet: Facet, reversed_: Mapping[str, bool]) -> float | None:
    """Return the mean of what is said about the partner; None where a question is left out."""
    given = [answer(sheet, item, reversed_) for item in facet.seen]
    whole = [one for one in given if one is not None]
    return sum(whole) / len(whole) if whole and len(whole) == len(given) else None


def raw_scores(
    raw: Raw, names: tuple[str, ...] = ("connection", "warning_signs")
) -> dict[str, dict[str, Any]]:
    """Return each one's score on each topic, by topic and place."""
    found: dict[str, dict[str, Any]] = {}
    for name in names:
        topics, reversed_ = read(name)
        for one in topics:
            given = {place: score(sheet, one, reversed_) for place, sheet in raw.items()}
            found[one.id] = {place: value and value[0] for place, value in given.items()}
    return found


def answers_of(scores: Mapping[str, Mapping[str, Any]]) -> Raw:
    """Return answers that give each topic its score."""
    found: dict[str, dict[str, int]] = {}
    for topic, given in scores.items():
        topics, reversed_ = read(topic.partition(".")[0])
        items = next(one.items for one in topics if one.id == topic)
        for place, value in given.items():
            if value is not None:
                sheet = {item: int(4 - value if reversed_[item] else value) for item in items}
                found.setdefault(place, {}).update(sheet)
    return found


def _error(facet: Facet, n: int) -> float:
    return facet.spread * math.sqrt((1 - LOW_RELIABILITY) * len(facet.items) / n)


def _error_of_view(facet: Facet) -> float:
    """Questions about the partner are as many of those about oneself: fewer of them measure less surely."""
    return _error(facet, min(len(facet.seen), len(facet.items)))


def between(raw: Raw, names: tuple[str, ...]) -> dict[str, Difference]:
    """Return how what each says of themselves differs, by topic."""
    found = {}
    for name in names:
        topics, reversed_ = read(name)
        for one in topics:
            a, b = (score(raw.get(place, {}), one, reversed_) for place in "ab")
            if a and b and len(one.items) > 1:
                error = math.hypot(_error(one, a[1]), _error(one, b[1]))
                found[one.id] = (a[0] - b[0], error, 0.5 / max(a[1], b[1]))
    return found


def of_views(raw: Raw, name: str) -> dict[tuple[str, str], Difference]:
    """Return how what one sees in the other differs from the other's own word, by topic and who is seen."""
    found = {}
    topics, reversed_ = read(name)
    for one in topics:
        for by, about in ("ab", "ba"):
            own = score(raw.get(about, {}), one, reversed_)
            seen = view(raw.get(by, {}), one, reversed_) if one.is_comparable else None
            if own and seen is not None:
                error = math.hypot(_error(one, own[1]), _error_of_view(one))
                found[one.id, about] = (seen - own[0], error, 0.5 / max(own[1], len(one.seen)))
    return found


def of_guesses(raw: Raw) -> dict[tuple[str, str], Difference]:
    """Return how a guess differs from what the other says matters to them, by need and who is guessed."""
    found = {}
    for one in read("needs")[0]:
        for by, about in ("ab", "ba"):
            word = raw.get(about, {}).get(f"{one.id}.importance")
            guess = raw.get(by, {}).get(f"{one.id}.guess")
            if word is not None and guess is not None:
                found[one.id, about] = (guess - word, math.hypot(_error(one, 1), _error(one, 1)), 0.5)
    return found


def of_reading(raw: Raw, name: str = "connection") -> dict[tuple[str, str], float]:
    """Return the chance of how each reads the other: ``level``, ``order`` and ``like``, by who reads."""
    topics, reversed_ = read(name)
    found: dict[tuple[str, str], float] = {}
    for me, you in ("ab", "ba"):
        rows = []
        for one in topics:
            mine, yours = (score(raw.get(place, {}), one, reversed_) for place in (me, you))
            seen = view(raw.get(me, {}), one, reversed_)
            if mine and yours and seen is not None and not one.is_sign:
                own = _error_of_view(one)
                to_you = (seen - yours[0], math.hypot(own, _error(one, yours[1])))
                rows.append((*to_you, seen - mine[0], math.hypot(own, _error(one, mine[1]))))
        if len(rows) < 2:
            continue
        level = sum(row[0] for row in rows) / math.sqrt(sum(row[1] ** 2 for row in rows))
        found["level", me] = math.erfc(abs(level) / math.sqrt(2))
        for what, at in (("order", 0), ("like", 2)):
            weights = [1 / row[at + 1] ** 2 for row in rows]
            middle = sum(w * row[at] for w, row in zip(weights, rows, strict=True)) / sum(weights)
            total = sum(w * (row[at] - middle) ** 2 for w, row in zip(weights, rows, strict=True))
            found[what, me] = _tail(total, len(rows) - 1)
    return found


def told(differences: Mapping[Any, Difference], groups: Mapping[Any, str] | None = None) -> set[Any]:
    """Return which of these hold together; of each group, ``("whole", group)`` for all of it at once."""
    chances = {
        name: math.erfc(max(abs(value) - half, 0) / error / math.sqrt(2))
        for name, (value, error, half) in differences.items()
    }
    group_of = groups or dict.fromkeys(differences, "")
    for group in set(group_of.values()):
        squares = [(v / e) ** 2 for name, (v, e, _) in differences.items() if group_of[name] == group]
        if len(squares) > 1:
            chances["whole", group] = _tail(sum(squares), len(squares))
    return hold(chances)


def hold(chances: Mapping[Any, float]) -> set[Any]:
    """Return which hold together: the least chance first, each against what is left."""
    found: set[Any] = set()
    for n, (name, chance) in enumerate(sorted(chances.items(), key=lambda one: one[1])):
        if chance > TOTAL / (len(chances) - n):
            break
        found.add(name)
    return found


def _tail(total: float, n: int) -> float:
    """The upper tail of χ², by the series of the incomplete gamma function."""
    shape, half = n / 2, total / 2
    if half == 0:
        return 1.0
    term = part = 1 / shape
    step = shape
    while term > part * 1e-15:
        step += 1
        term *= half / step
        part += term
    return 1 - part * math.exp(-half + shape * math.log(half) - math.lgamma(shape))
