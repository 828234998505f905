# ruff: noqa: T201 - it is made to print
"""``python -m tests.proofs [--only name,…] [--jobs N]``: run the proofs in full and print the table.

Slices of proofs run beside each other, each in a process of its own; proofs that measure times or
memory run after all others, with nothing beside them. What is done is on disk at once: stopped by Ctrl-C or
anything else, the next run goes on where this one was.
"""

import argparse
import multiprocessing
import os
import sys
import time
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from datetime import UTC, datetime

from tests.proofs._running import Outcome, Piece, missing_pieces, run
from tests.proofs._seen import is_seen, note
from tests.proofs.harness import Proof, discover
from tests.proofs.ledger import Ledger

Row = tuple[str, str, str, str, str]
_STOPPED = 130


def main() -> int:
    """Run what is asked for; 0 when every proof holds and every control fails."""
    parser = argparse.ArgumentParser(prog="python -m tests.proofs", description=__doc__)
    parser.add_argument("--only", default="", help="names, separated by commas")
    parser.add_argument("--jobs", type=int, default=0, help="processes side by side; default: one per core")
    parser.add_argument("--list", action="store_true", help="name the proofs and run none")
    parser.add_argument(
        "--known", action="store_true", help="pass over what seen.json has of this very state"
    )
    parser.add_argument(
        "--state", action="store_true", help="say which are known of this very state; run none"
    )
    parser.add_argument(
        "--note", action="store_true", help="write what is proven in full to seen.json; run none"
    )
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
    if chosen.state:
        print("\n".join(f"{name} · {'known' if is_seen(name) else 'to be proven'}" for name in names))
        return 0
    if chosen.note:
        print("\n".join(note([proofs[name] for name in names], Ledger(), datetime.now(UTC).date())))
        return 0
    if chosen.known:
        names = [name for name in names if not is_seen(name)]
    return _prove_all([proofs[name] for name in names], chosen.jobs or os.cpu_count() or 1)


def _prove_all(chosen: list[Proof], n_jobs: int) -> int:
    began, ledger = time.monotonic(), Ledger()
    troubles: dict[str, str] = {}
    try:
        _run_beside_each_other([proof for proof in chosen if not proof.alone], n_jobs, ledger, troubles)
        for proof in chosen:
            if proof.alone:
                _run_beside_each_other([proof], 1, ledger, troubles)
    except KeyboardInterrupt:
        print("Stopped. What is done is kept: run it again to go on.", file=sys.stderr)
        return _STOPPED
    rows = [_row(proof, ledger, troubles) for proof in chosen]
    _print_table(rows, time.monotonic() - began)
    return 0 if all(row[3] == "yes" for row in rows) else 1


def _run_beside_each_other(
    chosen: list[Proof], n_jobs: int, ledger: Ledger, troubles: dict[str, str]
) -> None:
    """All pieces of some proofs, the longest first, so that none is left running alone at the end."""
    by_name = {proof.name: proof for proof in chosen}
    pieces = [piece for proof in chosen for piece in missing_pieces(proof, ledger)]
    while pieces:
        pieces.sort(key=lambda piece: -ledger.known_seconds(piece.name))
        _run_pieces(pieces, n_jobs, ledger, by_name, troubles)
        # A slice may give fewer trials than it was asked for: then one more is due.
        pieces = [
            piece for proof in chosen if proof.name not in troubles for piece in missing_pieces(proof, ledger)
        ]


def _run_pieces(
    pieces: list[Piece], n_jobs: int, ledger: Ledger, proofs: dict[str, Proof], troubles: dict[str, str]
) -> None:
    # Spawned, not forked: proofs fork, kill and open browsers, and must not inherit another's threads.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(min(n_jobs, len(pieces)), mp_context=context) as pool:
        try:
            running: dict[Future[Outcome], Piece] = {pool.submit(run, piece): piece for piece in pieces}
            while running:
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    _take(running.pop(future), future, ledger, proofs, troubles)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _take(
    piece: Piece,
    future: "Future[Outcome]",
    ledger: Ledger,
    proofs: dict[str, Proof],
    troubles: dict[str, str],
) -> None:
    try:
        outcome = future.result()
    except BrokenProcessPool:  # the system ended it, for want of memory perhaps
        outcome = Outcome({}, 0.0, "its process was ended from outside")
    if outcome.trouble:
        troubles[piece.proof] = outcome.trouble
        print(f"  {piece.name}: {outcome.trouble}", file=sys.stderr, flush=True)
        return
    ledger.add(piece.name, piece.seed, outcome.counts, outcome.seconds)
    if piece.control is None and not int(outcome.counts.get("trials", 0)):
        troubles[piece.proof] = "a slice without a trial"  # it would be asked for again and again
    try:
        figure = proofs[piece.proof].figure(ledger.counts(piece.name))
    except KeyError as missing:
        troubles[piece.proof] = figure = f"{piece.name} did not count {missing}"
    print(f"  {piece.name}: {figure} ({outcome.seconds:.0f} s)", file=sys.stderr, flush=True)


def _row(proof: Proof, ledger: Ledger, troubles: dict[str, str]) -> Row:
    seconds = f"{ledger.seconds(proof.name):.0f} s"
    if proof.name in troubles:
        return proof.name, troubles[proof.name], proof.bound, "no", seconds
    counts = ledger.counts(proof.name)
    figure = proof.figure(counts)
    found = {control.name: ledger.counts(f"{proof.name} / {control.name}") for control in proof.controls}
    surviving = [control.name for control in proof.controls if not control.fails(found[control.name])]
    if surviving:
        figure += f"; control did not fail: {', '.join(surviving)}"
    fine = proof.holds(counts) and not surviving and bool(proof.controls)
    return proof.name, figure, proof.bound, "yes" if fine else "no", seconds


def _print_table(rows: list[Row], seconds: float) -> None:
    print()
    for row in [("name", "figure", "bound", "ok", "time"), *rows]:
        print(" · ".join(row))
    n_fine = sum(row[3] == "yes" for row in rows)
    print(f"\n{n_fine} of {len(rows)} hold. This run took {seconds / 60:.1f} minutes.")


if __name__ == "__main__":
    sys.exit(main())
