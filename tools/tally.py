"""Add up what several runs of the tests reported: ``python -m tools.tally report.xml …`` says it in one line.

`.ci/run` ends with this line, for the tests and the proofs' short forms are two runs. A run that left no
report, or none that can be read, did not end as it should: it counts as one that failed.
"""

import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree as ET


def count(report: Path) -> Counter[str]:
    """Count the tests of one run by how they ended.

    Parameters
    ----------
    report : Path
        A JUnit file, as ``pytest --junitxml`` writes it.

    Returns
    -------
    Counter of str to int
        ``passed``, ``failed`` (errors of fixtures and of collecting among them) and ``skipped``.
    """
    try:
        suites = list(ET.parse(report).getroot().iter("testsuite"))  # noqa: S314  our own file
        found = Counter({key: sum(int(suite.attrib[key]) for suite in suites) for key in _KEYS})
    except (OSError, ET.ParseError, KeyError, ValueError):
        print(f"{report}: no report of this run", file=sys.stderr)
        return Counter(failed=1)
    failed = found["failures"] + found["errors"]
    return Counter(passed=found["tests"] - failed - found["skipped"], failed=failed, skipped=found["skipped"])


def closing_line(counts: Counter[str]) -> str:
    """Say the counts as one line.

    >>> closing_line(Counter(passed=2345, failed=1))
    '2345 passed, 1 failed'
    >>> closing_line(Counter(passed=2, skipped=3))
    '2 passed, 0 failed, 3 skipped'
    """
    line = f"{counts['passed']} passed, {counts['failed']} failed"
    return line + (f", {counts['skipped']} skipped" if counts["skipped"] else "")


def main(reports: Sequence[str]) -> int:
    """Print the line; 0 where every run left a report and nothing failed."""
    counts = sum((count(Path(report)) for report in reports), Counter())
    print(closing_line(counts))
    return 1 if counts["failed"] or not counts["passed"] else 0


_KEYS = ("tests", "failures", "errors", "skipped")

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
