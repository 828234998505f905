"""Run the benchmarks, each in a process of its own, and print the table; 1 if any bound is missed."""

import argparse
import sys

from benchmarks.apart import run_apart
from benchmarks.harness import discover

QUICK = 0.01


def main() -> int:
    """Run the benchmarks; return 0 when every bound holds."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", default="", help="names, separated by commas")
    parser.add_argument("--quick", action="store_true", help="a hundredth of the size; bounds are not judged")
    chosen = parser.parse_args()
    known = discover()
    names = [name for name in chosen.only.split(",") if name] or sorted(known)
    unknown = [name for name in names if name not in known]
    if unknown:
        print(
            f"There is no benchmark {', '.join(unknown)}: choose from {', '.join(sorted(known))}.",
            file=sys.stderr,
        )
        return 2
    rows = [("name", "figure", "bound", "ok")]
    for name in names:
        figures = run_apart(name, QUICK if chosen.quick else 1.0)
        fine = figures is not None and known[name].holds(figures)
        words = known[name].figure(figures) if figures is not None else "ended in an error (above)"
        judged = "not judged" if chosen.quick and figures is not None else "yes" if fine else "no"
        rows.append((name, words, known[name].bound, judged))
        print(" · ".join(rows[-1]), file=sys.stderr, flush=True)
    print()
    for row in rows:
        print(" · ".join(row))
    return 1 if any(row[-1] == "no" for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
