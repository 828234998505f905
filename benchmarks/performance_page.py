"""Write docs/performance.md and its picture from what the last ``make bench`` kept."""

import json
import statistics
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.peers.environments import PEERS, version_of
from benchmarks.reporting import REPORTS, exponent_of

DOCS = Path(__file__).parent.parent / "docs"
NAMES = {"workbook": "**this workbook**", "voila": "Voila", "static": "a static page"}
NEEDED = ("visits", "pages", "people", "turning", "wire", "idle", "reading")
_WIDTH, _ROW, _LEFT = 760, 34, 150
_OF_VISITS = ("", "first answer kept, ms", "spread", "an answer, ms", "kB", "requests", "server's CPU, ms")
_OF_PEOPLE = ("people", "p50, ms", "p95, ms", "p99, ms", "failed", "MB each")
_PAGE = """\
# How fast it is

Written by `python -m benchmarks.performance_page` from the last `make bench`: change the source, not this
page. Every figure is of one machine and one run, so only the ratios mean something.

{day}, commit `{commit}`, {system}, {cores} cores, Python {python}, load before the run {load}.
Beside it: {beside}.

## From a press to the first answer kept

Twenty-five questions of five steps each, a browser that was never anywhere, all servers visited in turn.
For this workbook the time begins with the press that signs in, and holds the derivation of a key from the
passphrase (Argon2id); the others show the form to anybody. An answer here is durable when it is
acknowledged; theirs is an echo.

![Every visit as a dot](performance.svg)

{visits}
The key's derivation is {derived} ms of it. First paint of the landing page: {paint} ms; of the static
page: {paint_static} ms.

## Memory of open pages

MB of their own (USS over all processes of a server) by the number of open pages.

{memory}
## Many people

Each with an open page, answering every five seconds, by their sockets alone.

{people}
At one person, p95 is {alone} ms; it grows as the number of people to the power of {exponent}.

## What else was measured

{others}"""
Visits = Mapping[str, Sequence[Mapping[str, float]]]


def main() -> int:
    """Write both; 1 where a benchmark has not been run."""
    missing = [name for name in NEEDED if not (REPORTS / f"{name}.json").exists()]
    if missing:
        print(f"Run these first: python -m benchmarks --only {','.join(missing)}", file=sys.stderr)
        return 1
    kept = {name: json.loads((REPORTS / f"{name}.json").read_text(encoding="utf-8")) for name in NEEDED}
    visits = kept["visits"]["figures"]
    (DOCS / "performance.svg").write_text(draw(visits), encoding="utf-8")
    (DOCS / "performance.md").write_text(write(kept), encoding="utf-8")
    return 0


def write(kept: Mapping[str, Any]) -> str:
    """Return the page."""
    about, visits = kept["visits"]["about"], kept["visits"]["figures"]
    derived, paint = (_middle(visits["workbook"], what) for what in ("argon", "paint"))
    return _PAGE.format(
        **about,
        beside=", ".join(f"{name} {version_of(name)}" for name in PEERS),
        visits="\n".join(_table(_OF_VISITS, (_visit_row(name, visits[name]) for name in _order(visits)))),
        derived=f"{derived:.0f}",
        paint=f"{paint:.0f}",
        paint_static=f"{_middle(visits['static'], 'paint'):.0f}",
        memory="\n".join(_memory(kept["pages"]["figures"])),
        people="\n".join(_table(_OF_PEOPLE, map(_people_row, _in_order(kept["people"]["figures"])))),
        alone=f"{_in_order(kept['people']['figures'])[0]['p95_ms']:.0f}",
        exponent=f"{exponent_of(_p95_by_people(kept['people']['figures'])):.2f}",
        others="\n".join(_table(("", "figure"), _others(kept))),
    )


def draw(visits: Visits) -> str:
    """Return the picture: a row for each server, a dot for each visit, a stroke at the median."""
    names = list(_order(visits))
    most = max(visit["kept"] for name in names for visit in visits[name])
    scale = (_WIDTH - _LEFT - 30) / most
    height = _ROW * len(names) + 40
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img">',
        "<title>Milliseconds to the first answer kept</title>",
        '<g font-family="sans-serif" font-size="14" fill="#555">',
    ]
    for row, name in enumerate(names):
        y = _ROW * row + 22
        colour = "#0f766e" if name == "workbook" else "#8a8a8a"
        lines.append(f'<text x="0" y="{y + 5}">{NAMES.get(name, name).strip("*")}</text>')
        lines += [
            f'<circle cx="{_LEFT + visit["kept"] * scale:.1f}" cy="{y}" r="5" fill="{colour}" opacity=".45"/>'
            for visit in visits[name]
        ]
        middle = _LEFT + _middle(visits[name], "kept") * scale
        lines.append(f'<path d="M{middle:.1f} {y - 11}v22" stroke="{colour}" stroke-width="3"/>')
    lines += [
        f'<text x="{_LEFT + at * scale:.1f}" y="{height - 8}" text-anchor="middle">{at:,} ms</text>'
        for at in range(0, int(most) + 1, 500 if most < 4000 else 1000)
    ]
    return "\n".join([*lines, "</g></svg>"]) + "\n"


def _order(visits: Visits) -> Iterable[str]:
    return sorted(visits, key=lambda name: _middle(visits[name], "kept"))


def _middle(visits: Sequence[Mapping[str, float]], what: str) -> float:
    return statistics.median(visit[what] for visit in visits)


def _visit_row(name: str, visits: Sequence[Mapping[str, float]]) -> tuple[str, ...]:
    kept = sorted(visit["kept"] for visit in visits)
    others = [_middle(visits, what) for what in ("answer", "bytes", "requests", "cpu")]
    others[1] /= 1000
    spread = f"{kept[0]:.0f}–{kept[-1]:.0f}"
    return (
        NAMES.get(name, name),
        f"{_middle(visits, 'kept'):.0f}",
        spread,
        *(f"{one:.0f}" for one in others),
    )


def _memory(pages: Mapping[str, Mapping[str, float]]) -> list[str]:
    counts = [count for count in pages["workbook"] if count != "0"]
    rows = (
        (NAMES.get(name, name), *(f"{one[n]:.0f}" for n in ("0", *counts))) for name, one in pages.items()
    )
    return _table(("", "none open", *counts), rows)


def _in_order(people: Mapping[str, Mapping[str, float]]) -> list[Mapping[str, float]]:
    return [people[n] for n in sorted(people, key=int)]


def _p95_by_people(people: Mapping[str, Mapping[str, float]]) -> dict[int, float]:
    return {int(n): one["p95_ms"] for n, one in people.items()}


def _others(kept: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return turns of pages, bytes, an idle server and the work of reading, a line each."""
    turns = sorted(ms for ones in kept["turning"]["figures"].values() for ms in ones)
    wire, idle, reading = (kept[name]["figures"] for name in ("wire", "idle", "reading"))
    p95 = turns[min(len(turns) - 1, round(0.95 * len(turns)))]
    return [
        ("page turn, press to painted, p50 / p95", f"{statistics.median(turns):.0f} / {p95:.0f} ms"),
        (
            "first visit without a picture / with one",
            f"{wire['first_kb']:.0f} / {wire['with_picture_kb']:.0f} kB",
        ),
        ("second visit, with a picture", f"{wire['second_kb']:.0f} kB"),
        ("idle server, all processes", f"{idle['mb']:.0f} MB, {idle['percent']:.1f} % CPU"),
        ("what two see together, worked out", f"{reading['work_out']:.0f} ms of CPU"),
        ("a sitting begins, both ends of the link", f"{reading['begin']:.0f} ms of CPU"),
    ]


def _people_row(one: Mapping[str, float]) -> tuple[str, ...]:
    whole = [f"{one[name]:.0f}" for name in ("people", "p50_ms", "p95_ms", "p99_ms", "failed")]
    return (*whole, f"{one['mb_each']:.1f}")


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    body = [f"| {' | '.join(row)} |" for row in rows]
    return [f"| {' | '.join(header)} |", "|" + "---|" * len(header), *body, ""]


if __name__ == "__main__":
    sys.exit(main())
