"""Each proof in its short form: it holds, and with its protection removed it fails."""

import json

import pytest

from tests.proofs.harness import CannotRun, Control, Proof, discover, merge, proof
from tests.proofs.ledger import Ledger

PROOFS = discover()
CONTROLS = [(found, control) for found in PROOFS.values() for control in found.controls]
pytestmark = pytest.mark.proof


def _name(proof: Proof, control: Control) -> str:
    return f"{proof.name}-{control.name.replace(' ', '-')}"


@pytest.mark.parametrize("proof", PROOFS.values(), ids=list(PROOFS))
def test_the_short_form_holds(proof: Proof) -> None:
    try:
        counts = proof.run(proof.short, 1)
    except CannotRun as reason:
        pytest.skip(str(reason))
    assert counts["trials"] >= proof.short
    assert proof.holds(counts), proof.figure(counts)


@pytest.mark.parametrize(("proof", "control"), CONTROLS, ids=[_name(*pair) for pair in CONTROLS])
def test_without_its_protection_it_fails(proof: Proof, control: Control) -> None:
    try:
        counts = control.run(control.size, 1)
    except CannotRun as reason:
        pytest.skip(str(reason))
    assert control.fails(counts), proof.figure(counts)


@pytest.mark.parametrize("proof", PROOFS.values(), ids=list(PROOFS))
def test_every_proof_has_a_control(proof: Proof) -> None:
    assert proof.controls


def test_a_proof_that_bounds_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="bounds nothing"):
        proof("empty", bound="", full=1, short=1)


def test_whole_numbers_add_up_and_floats_keep_their_worst() -> None:
    assert merge({"trials": 2, "worst": 0.1}, {"trials": 3, "worst": 0.05}) == {"trials": 5, "worst": 0.1}


def test_results_are_kept_by_commit_and_name_and_only_grow(tmp_path) -> None:
    Ledger(tmp_path, at="one").add("kills", 1, {"trials": 5, "lost": 1}, 0.1)
    Ledger(tmp_path, at="one").add("kills", 2, {"trials": 7, "lost": 0}, 0.1)
    Ledger(tmp_path, at="two").add("kills", 1, {"trials": 9, "lost": 0}, 0.1)
    assert Ledger(tmp_path, at="one").counts("kills") == {"trials": 12, "lost": 1}
    assert Ledger(tmp_path, at="one").counts("cuts") == {}


def test_a_ledger_cut_off_mid_line_loses_only_that_line(tmp_path) -> None:
    ledger = Ledger(tmp_path, at="one")
    ledger.add("kills", 1, {"trials": 5}, 0.1)
    with (tmp_path / "results.jsonl").open("a") as file:
        file.write(json.dumps({"commit": "one"})[:9])
    ledger.add("kills", 2, {"trials": 7}, 0.1)
    assert ledger.counts("kills") == {"trials": 12}
