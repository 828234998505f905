"""One piece of a proof, as a process that does nothing else runs it; and which pieces are still to do."""

import time
import traceback
import zlib
from dataclasses import dataclass

from tests.proofs.harness import CannotRun, Counts, Proof, discover
from tests.proofs.ledger import Ledger


@dataclass(frozen=True, slots=True)
class Piece:
    """A slice of a proof, or one of its controls (``control`` is its place in the list)."""

    proof: str
    name: str
    size: int
    seed: int
    control: int | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a piece found; ``trouble`` says why it found nothing."""

    counts: Counts
    seconds: float
    trouble: str = ""


def run(piece: Piece) -> Outcome:
    """Run a piece here and now. An error is an outcome: one broken proof must not hide the others."""
    proof = discover()[piece.proof]
    work = proof.run if piece.control is None else proof.controls[piece.control].run
    began = time.monotonic()
    try:
        counts = work(piece.size, piece.seed)
    except CannotRun as reason:
        return Outcome({}, time.monotonic() - began, f"could not run: {reason}")
    except Exception:  # noqa: BLE001 - see above
        traceback.print_exc()
        return Outcome({}, time.monotonic() - began, "ended in an error (above)")
    return Outcome(counts, time.monotonic() - began)


def missing_pieces(proof: Proof, ledger: Ledger) -> list[Piece]:
    """What is still to do of a proof, its slices first: which slice has which seed never changes."""
    done = {entry["seed"] for entry in ledger.slices(proof.name)}
    n_missing = proof.full - int(ledger.counts(proof.name).get("trials", 0))
    pieces, part = [], 0
    while n_missing > 0:
        seed = seed_of(proof.name, part)
        if seed not in done:
            size = min(proof.portion, n_missing)
            pieces.append(Piece(proof.name, proof.name, size, seed))
            n_missing -= size
        part += 1
    for place, control in enumerate(proof.controls):
        name = f"{proof.name} / {control.name}"
        if not ledger.slices(name):
            pieces.append(Piece(proof.name, name, control.size, seed_of(name, 0), place))
    return pieces


def seed_of(name: str, part: int) -> int:
    return zlib.crc32(f"{name}/{part}".encode())
