"""Each proof in its short form: it holds, and with its protection removed it fails."""

import json
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from tests.proofs import _seen as seen
from tests.proofs._running import missing_pieces, seed_of
from tests.proofs.harness import CannotRun, Control, Proof, discover, merge, proof
from tests.proofs.ledger import Ledger, state
from tests.proofs.reach import KEEPING, ROOT, reached

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
    untimed = counts | dict.fromkeys(proof.timed, 0.0)
    assert proof.holds(untimed), proof.figure(counts)


@pytest.mark.parametrize(("proof", "control"), CONTROLS, ids=[_name(*pair) for pair in CONTROLS])
def test_without_its_protection_it_fails(proof: Proof, control: Control) -> None:
    try:
        counts = control.run(control.size, 1)
    except CannotRun as reason:
        pytest.skip(str(reason))
    figure = proof.figure(counts)  # the table shows it as well, whatever a control counts
    assert control.fails(counts), figure


@pytest.mark.parametrize("proof", PROOFS.values(), ids=list(PROOFS))
def test_every_proof_has_a_control(proof: Proof) -> None:
    assert proof.controls


def test_a_proof_without_a_bound_is_refused() -> None:
    with pytest.raises(ValueError, match="bounds nothing"):
        proof("empty", bound="", full=1, short=1)


def test_counts_are_summed_and_floats_keep_their_worst() -> None:
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


def test_the_remaining_work_is_the_missing_slices_and_the_controls(tmp_path) -> None:
    ledger = Ledger(tmp_path, at="one")
    planned = Proof("cuts", "", 25, 1, 10, nothing, lambda _: True, lambda _: "")
    planned.control(size=3)(nothing)
    assert [piece.size for piece in missing_pieces(planned, ledger)] == [10, 10, 5, 3]
    # The second slice was ready before the first one, when the run was stopped.
    ledger.add("cuts", seed_of("cuts", 1), {"trials": 10}, 0.1)
    left = missing_pieces(planned, ledger)
    assert [(piece.size, piece.seed) for piece in left[:2]] == [
        (10, seed_of("cuts", 0)),
        (5, seed_of("cuts", 2)),
    ]
    ledger.add("cuts / nothing", seed_of("cuts / nothing", 0), {"trials": 3}, 0.1)
    ledger.add("cuts", seed_of("cuts", 0), {"trials": 10}, 0.1)
    ledger.add("cuts", seed_of("cuts", 2), {"trials": 4}, 0.1)
    assert [(piece.size, piece.seed) for piece in missing_pieces(planned, ledger)] == [
        (1, seed_of("cuts", 3))
    ]


def nothing(_size: int, _seed: int) -> dict:
    return {"trials": 1}


def test_results_depend_on_every_module_that_is_loaded() -> None:
    """Otherwise a change would leave results standing that it may have made false."""
    code = (
        "import sys, importlib; importlib.import_module(sys.argv[1]); "
        "print(*(one.__file__ for one in list(sys.modules.values()) if getattr(one, '__file__', None)), sep='\\n')"
    )
    for name in ("agreeing", "at-rest", "histories", "worlds"):
        module = PROOFS[name].run.__module__
        done = subprocess.run(
            [sys.executable, "-c", code, module], capture_output=True, text=True, check=True, cwd=ROOT
        )
        loaded = {Path(line) for line in done.stdout.splitlines()}
        own = {path.relative_to(ROOT).as_posix() for path in loaded if path.is_relative_to(ROOT)}
        own = {path for path in own if path.startswith(("workbook/", "tests/", "tools/"))} - set(KEEPING)
        assert own, name
        assert own <= set(reached(module)), name


def test_a_result_outlives_changes_of_what_it_does_not_depend_on() -> None:
    """Of `server_kills` the hostile browser takes a function; two worlds take nothing, not even at second hand."""
    found = {name: set(reached(one.run.__module__)) for name, one in PROOFS.items()}
    changed = "tests/proofs/server_kills.py"
    assert changed not in found["worlds"]
    assert {changed, "tests/proofs/hostile_browser.py"} <= found["hostile-browser"]
    pages, ui = "workbook/ui/app.py", "workbook/content/en/messages/ui.toml"
    assert not {pages, ui} & (found["histories"] | found["coverage"] | found["presses"])
    assert {pages, ui, "workbook/content/ladder.py"} <= found["agreeing"] & found["worlds"]
    assert "workbook/storage/writer.py" in found["histories"]
    assert "workbook/content/en/messages/errors.toml" in found["histories"]
    # A server serves all of it, whatever is imported.
    assert {"notebooks/couple.ipynb", "workbook/server/assets/static/page.js"} <= found["routes"]
    for name, one in PROOFS.items():
        own = one.run.__module__.replace(".", "/") + ".py"
        assert {own, "tests/proofs/harness.py", "tests/proofs/_running.py", "uv.lock"} <= found[name], name
        assert all((ROOT / path).is_file() for path in found[name])


def test_another_content_is_another_state(monkeypatch, tmp_path) -> None:
    """Of a file that a proof does not read it is the same."""
    before = state.__wrapped__("histories")
    (tmp_path / "changed").write_text("x")
    paths = reached(PROOFS["histories"].run.__module__)
    monkeypatch.setattr("tests.proofs.ledger.reached", lambda _: (*paths, str(tmp_path / "changed")))
    assert state.__wrapped__("histories") != before


def test_only_what_is_proven_in_full_of_this_state_is_written_down(monkeypatch, tmp_path) -> None:
    monkeypatch.setattr(seen, "FILE", tmp_path / "seen.json")
    states = ["one"]
    monkeypatch.setattr(seen, "state", lambda _: states[-1])
    ledger = Ledger(tmp_path, at="one")
    planned = Proof("cuts", "0 lost", 10, 3, 5, nothing, lambda counts: counts["lost"] == 0, str)
    planned.control(size=1, fails=lambda counts: counts["lost"] > 0)(nothing)
    day = date(2026, 5, 1)
    ledger.add("cuts", seed_of("cuts", 0), {"trials": 5, "lost": 0}, 60)
    ledger.add("cuts / nothing", seed_of("cuts / nothing", 0), {"trials": 1, "lost": 1}, 30)
    assert seen.note([planned], ledger, day) == [] and not seen.is_seen("cuts")
    ledger.add("cuts", seed_of("cuts", 1), {"trials": 5, "lost": 0}, 60)
    assert seen.note([planned], ledger, day) == ["cuts"] and seen.is_seen("cuts")
    assert seen.read_seen()["cuts"]["minutes"] == 2.5 and seen.read_seen()["cuts"]["controls"] == {
        "nothing": True
    }
    states.append("two")
    assert not seen.is_seen("cuts"), "of another state it is to be proven anew"
    states.append("one")
    ledger.add("cuts", 7, {"trials": 5, "lost": 1}, 60)
    assert seen.note([planned], ledger, day) == ["cuts"] and not seen.is_seen("cuts"), "it does not hold"
