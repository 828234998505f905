"""Write docs/proofs.md: what each proof showed in full, from tests/proofs/seen.json."""

import json
from pathlib import Path

SEEN = Path(__file__).parents[1] / "tests" / "proofs" / "seen.json"
HEAD = """# What was proven, and when

Each promise here is counted over many trials, by `make prove`. A row is the last full run that was written
down, on two cores, with other work beside it where no time is measured. It has its day, and a digest of all
files that it depended on then: `python -m tests.proofs --state` says which rows are of the code as it lies
here. A control is the same proof with its protection taken away: it must fail.

| Proof | What must hold | What was seen | Controls that failed | Minutes | Day and state |
|---|---|---|---|---|---|
"""


def write_proofs(note: str) -> str:
    """Return the page, with ``note`` above it."""
    rows = []
    for name, one in sorted(json.loads(SEEN.read_text(encoding="utf-8")).items()):
        cells = [
            f"`{name}`",
            one["bound"],
            one["figure"] if one["holds"] else f"**Does not hold:** {one['figure']}",
            f"{sum(one['controls'].values())} of {len(one['controls'])}",
            f"{one['minutes']:.1f}",
            f"{one['day']}, `{one['state']}`",
        ]
        rows.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n")
    return note + HEAD + "".join(rows)
