"""What was seen of each proof in full, of which state of the code: kept in git, and shown by docs/proofs.md.

``python -m tests.proofs --note`` writes down what the ledger holds in full, ``--known`` passes over what was
seen of the very state that the code is in. Without it all is proven afresh.
"""

import json
from collections.abc import Iterable
from datetime import date
from typing import Any

from tests.proofs._running import missing_pieces
from tests.proofs.harness import Proof
from tests.proofs.ledger import Ledger, state
from tests.proofs.reach import ROOT

FILE = ROOT / "tests" / "proofs" / "seen.json"
Seen = dict[str, dict[str, Any]]


def read_seen() -> Seen:
    """Return what was seen, by the name of the proof."""
    found: Seen = json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}
    return found


def is_seen(name: str) -> bool:
    """Tell whether a proof was seen to hold of the state that the code is in."""
    entry = read_seen().get(name)
    return entry is not None and bool(entry["holds"]) and entry["state"] == state(name)


def note(proofs: Iterable[Proof], ledger: Ledger, day: date) -> list[str]:
    """Write down every proof that the ledger holds in full of this state; return their names."""
    seen, noted = read_seen(), []
    for proof in proofs:
        if missing_pieces(proof, ledger):
            continue
        seen[proof.name] = entry_of(proof, ledger, day)
        noted.append(proof.name)
    FILE.write_text(
        json.dumps(seen, indent=1, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8", newline="\n"
    )
    return noted


def entry_of(proof: Proof, ledger: Ledger, day: date) -> dict[str, Any]:
    """Return what the ledger holds of a proof, as it is written down."""
    counts = ledger.counts(proof.name)
    controls = {one.name: (one, ledger.counts(f"{proof.name} / {one.name}")) for one in proof.controls}
    return {
        "state": state(proof.name),
        "day": day.isoformat(),
        "trials": int(counts["trials"]),
        "figure": proof.figure(counts),
        "bound": proof.bound,
        "holds": bool(proof.holds(counts)) and all(one.fails(found) for one, found in controls.values()),
        "controls": {name: one.fails(found) for name, (one, found) in controls.items()},
        "minutes": round(ledger.seconds(proof.name) / 60, 1),
    }
