# ruff: noqa: T201 - it is made to print
"""``python -m tests.proofs [--only name,…]``: run the proofs in full and print the table."""

import argparse
import sys
import time
import traceback
import zlib

from tests.proofs.harness import CannotRun, Control, Counts, Proof, discover
from tests.proofs.ledger import Ledger


def main() -> int:
    """Run what is asked for; 0 when every proof holds and every control fails."""
    parser = argparse.ArgumentParser(prog="python -m tests.proofs", description=__doc__)
    parser.add_argument("--only", default="", help="names, separated by commas")
    parser.add_argument("--list", action="store_true", help="name the proofs and run none")
    chosen = parser.parse_args()
    proofs = discover()
    names = [name for name in chosen.only.split(",") if name] or sorted(proofs)
    unknown = [name for name in names if name not in proofs]
    if unknown:
        print(
            f"There is no proof {', '.join(unknown)}: choose from {', '.join(sorted(proofs))}.",
            file=sys.stderr,
        )
        return 2
    if chosen.list:
        print("\n".join(f"{name} · {proofs[name].bound}" for name in names))
        return 0
    ledger = Ledger()
    rows = [_prove(proofs[name], ledger) for name in names]
    _print_table(rows)
    return 0 if all(row[-1] == "yes" for row in rows) else 1


def _prove(proof: Proof, ledger: Ledger) -> tuple[str, str, str, str]:
    try:
        counts = _run_slices(proof, ledger)
        surviving = [control.name for control in proof.controls if not _control_fails(proof, control, ledger)]
    except CannotRun as reason:
        return proof.name, f"could not run: {reason}", proof.bound, "no"
    except Exception:  # noqa: BLE001 - one broken proof must not hide the others
        traceback.print_exc()
        return proof.name, "ended in an error (above)", proof.bound, "no"
    figure = proof.figure(counts)
    if surviving:
        figure += f"; control did not fail: {', '.join(surviving)}"
    fine = proof.holds(counts) and not surviving and bool(proof.controls)
    return proof.name, figure, proof.bound, "yes" if fine else "no"


def _run_slices(proof: Proof, ledger: Ledger) -> Counts:
    while (done := int(ledger.counts(proof.name).get("trials", 0))) < proof.full:
        seed = _seed(proof.name, len(ledger.slices(proof.name)))
        began = time.monotonic()
        found = proof.run(min(proof.portion, proof.full - done), seed)
        ledger.add(proof.name, seed, found, time.monotonic() - began)
        print(f"  {proof.name}: {proof.figure(ledger.counts(proof.name))}", file=sys.stderr, flush=True)
    return ledger.counts(proof.name)


def _control_fails(proof: Proof, control: Control, ledger: Ledger) -> bool:
    name = f"{proof.name} / {control.name}"
    if not ledger.slices(name):
        seed = _seed(name, 0)
        began = time.monotonic()
        ledger.add(name, seed, control.run(control.size, seed), time.monotonic() - began)
    counts = ledger.counts(name)
    print(f"  {name}: {proof.figure(counts)}", file=sys.stderr, flush=True)
    return control.fails(counts)


def _seed(name: str, part: int) -> int:
    return zlib.crc32(f"{name}/{part}".encode())


def _print_table(rows: list[tuple[str, str, str, str]]) -> None:
    print()
    for row in [("name", "figure", "bound", "ok"), *rows]:
        print(" · ".join(row))


if __name__ == "__main__":
    sys.exit(main())
