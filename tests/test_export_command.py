"""`workbook study` and `workbook export`: research copies are exported once the risk report allows it."""

import re
import shutil
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner, Result

from tests.service.cohort import fill
from tests.service.keyed import passphrase_file
from workbook.cli import main
from workbook.research.export import read_journal
from workbook.service.studies.study import Study, read_study
from workbook.sharing import Grain
from workbook.storage.base import Store
from workbook.storage.opening import open_store

INIT = [
    "--name",
    "Talk",
    "--purpose",
    "How couples talk.",
    "--asks",
    "connection",
    "--contact",
    "a@example.org",
]


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


def words_in(data: Path) -> list[str]:
    """Return the option that names a file with the passphrase, beside the data folder."""
    data.parent.mkdir(exist_ok=True)
    return ["--passphrase-file", str(passphrase_file(data.parent))]


def study_with(data: Path) -> tuple[Study, Store]:
    """A study made by the command, and its store, open."""
    done = run("study", "init", *INIT, "--retention-months", "24", "--data", str(data), *words_in(data))
    assert done.exit_code == 0, done.output
    study = read_study(data)
    assert isinstance(study, Study)
    return study, open_store(data)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a study; 40 linked couples and 20 people of 10 more gave answers."""
    folder = tmp_path_factory.mktemp("study")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WORKBOOK_KEYS", str(folder / "keys"))
        patch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
        study, store = study_with(folder / "data")
        fill(store, study, 40, seed=5)
        fill(store, study, 10, seed=6, linked=False, grain=Grain.SCORES)
        store.close()
    return folder


@pytest.fixture(autouse=True)
def _keys(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test begins without a journal of exports: else they would hold each other's people back."""
    shutil.rmtree(folder / "data" / "exports", ignore_errors=True)
    monkeypatch.setenv("WORKBOOK_KEYS", str(folder / "keys"))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")


def export(folder: Path, out: Path, *options: str) -> Result:
    data = folder / "data"
    return run("export", "--data", str(data), "--out", str(out), *words_in(data), *options)


def table(out: Path) -> pd.DataFrame:
    (path,) = (out / "data").glob("*.csv")
    return pd.read_csv(path)


# -- the study ------------------------------------------------------------------------------


def test_a_study_is_shown_as_participants_see_it_and_not_overwritten_by_default(folder: Path) -> None:
    shown = run("study", "show", "--data", str(folder / "data"))
    assert shown.exit_code == 0
    for part in ("Talk", "How couples talk.", "(background)", "(connection)", "24 months"):
        assert part in shown.output
    again = run("study", "init", *INIT, "--retention-months", "3", "--data", str(folder / "data"))
    assert again.exit_code == 2 and "--replace" in again.stderr
    assert run("study", "show", "--data", str(folder / "data")).output == shown.output


def test_all_problems_of_a_study_are_reported_together_and_nothing_is_written(tmp_path: Path) -> None:
    done = run(
        "study", "init", "--asks", "safety,poems", "--retention-months", "ten", "--data", str(tmp_path / "d")
    )
    assert done.exit_code == 2
    assert len(done.stderr.splitlines()) == 6
    assert not (tmp_path / "d").exists()
    assert run("study", "show", "--data", str(tmp_path / "d")).exit_code == 2


# -- exports --------------------------------------------------------------------------------


def test_the_risk_report_comes_first_then_the_files_and_the_journal(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "first"
    done = export(
        folder, out, "--level", "scores", "--format", "csv", "--format", "parquet", "--format", "sav"
    )
    assert done.exit_code == 0, done.stderr
    assert done.output.index("Risk report") < done.output.index("Written to")
    assert "100 people" in done.output
    assert {path.suffix for path in (out / "data").iterdir()} == {".csv", ".parquet", ".sav"}
    rows = table(out)
    assert len(rows) == 100 and not {"couple", "couple_id"} & set(rows)
    (entry,) = read_journal(folder / "data" / "exports")
    assert list(tmp_path.iterdir()) == [out], "the journal does not lie with what leaves"
    assert (entry["folder"], entry["level"], entry["study"]) == ("first", "unlinked", "Talk")


def test_another_folder_does_not_forget_earlier_exports(folder: Path, tmp_path: Path) -> None:
    """Tables are about the same people, or the two could be subtracted."""
    tables = ("--level", "aggregate", "--scale", "connection.trust")
    for place in ("one", "another"):
        done = export(folder, tmp_path / place / "tables", *tables)
        assert done.exit_code == 0, done.stderr
    entries = read_journal(folder / "data" / "exports")
    assert [entry["n_couples"] for entry in entries] == [entries[0]["n_couples"]] * 2
    assert entries[0]["members"] == entries[1]["members"] and entries[0]["salt"] == entries[1]["salt"]


def test_only_couples_who_both_agreed_are_exported_linked(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "linked"
    options = ["--level", "linked", "--form", "dyad"]
    refused = export(folder, out, *options)
    assert refused.exit_code == 2 and "agreement" in refused.stderr and not out.exists()
    done = export(folder, out, *options, "--agreement", "ethics board 12")
    assert done.exit_code == 0, done.stderr
    assert re.search(r"for information +Share of couples that stand alone in their values: 1 ", done.output)
    assert len(table(out)) == 40
    assert "can find their own row" in (out / "README.md").read_text()


def test_tables_are_about_linked_couples_alone(folder: Path, tmp_path: Path) -> None:
    done = export(folder, tmp_path / "tables", "--level", "aggregate", "--scale", "connection.trust")
    assert done.exit_code == 0, done.stderr
    (scales,) = (tmp_path / "tables" / "data").glob("*scales*.csv")
    n_couples = pd.read_csv(scales)["n_couples"].tolist()
    assert len(n_couples) == 1 and 20 <= n_couples[0] <= 40, "the ten who gave alone are not paired"


def test_an_unsafe_export_is_refused_with_the_reason_and_leaves_nothing(folder: Path, tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("workbook.service.studies.collected._in_pairs", lambda _given: set())
        done = export(folder, tmp_path / "x", "--level", "linked", "--agreement", "a")
    assert done.exit_code == 2 and "at least 5" in done.stderr
    assert list(tmp_path.iterdir()) == []
    form = export(folder, tmp_path / "x", "--level", "scores", "--form", "dyad")
    assert form.exit_code == 2 and "Only linked" in form.stderr
    (tmp_path / "x").mkdir()
    there = export(folder, tmp_path / "x", "--level", "scores")
    assert there.exit_code == 2 and "exists already" in there.stderr
    assert "Risk report" in there.output, "the report is printed before anything is refused"
    assert list((tmp_path / "x").iterdir()) == [] and read_journal(folder / "data" / "exports") == []


def test_a_group_too_small_for_k_anonymity_is_refused_with_the_measured_risk(tmp_path: Path) -> None:
    data = tmp_path / "data"
    study, store = study_with(data)
    fill(store, study, 6, seed=7)
    store.close()
    done = run(
        "export", "--level", "scores", "--data", str(data), "--out", str(tmp_path / "out"), *words_in(data)
    )
    assert done.exit_code == 2 and "even one scale" in done.stderr
    report = done.output.partition("Risk report")[2]
    assert "≤ 0.05" in report and "≥ 5" in report
    assert not (tmp_path / "out").exists()


def test_background_facts_are_exported_when_nobody_is_identifiable(tmp_path: Path) -> None:
    study, store = study_with(tmp_path / "data")
    fill(store, study, 150, seed=5)
    store.close()
    out = tmp_path / "out"
    fact = "background.living_together"
    done = run(
        "export",
        "--level",
        "scores",
        "--background",
        f"{fact}, {fact}",
        "--data",
        str(tmp_path / "data"),
        "--out",
        str(out),
        *words_in(tmp_path / "data"),
    )
    assert done.exit_code == 0, done.output
    rows = table(out)
    assert "background_living_together" in rows and not {"couple", "couple_id"} & set(rows)
    (entry,) = read_journal(tmp_path / "data" / "exports")
    assert entry["facts"] == [fact]


def test_background_facts_that_identify_somebody_are_refused_with_the_report(
    folder: Path, tmp_path: Path
) -> None:
    """Fifty couples are too few to hide a region's people in."""
    out = tmp_path / "x"
    done = export(folder, out, "--level", "scores", "--background", "background.region")
    assert done.exit_code == 2 and "Risk report" in done.output and "alike in background" in done.stderr
    wrong = export(folder, out, "--level", "scores", "--background", "connection.trust.1,poems")
    assert wrong.exit_code == 2
    assert "'connection.trust.1' is an answer" in wrong.stderr and "no item 'poems'" in wrong.stderr
    beside = export(
        folder, out, "--level", "aggregate", "--form", "dyad", "--background", "background.region"
    )
    assert beside.exit_code == 2 and len(beside.stderr.splitlines()) == 2, "both wishes are named"
    assert "level scores only" in beside.stderr
    assert list(tmp_path.iterdir()) == []


def test_no_export_contains_a_date(folder: Path, tmp_path: Path) -> None:
    """The only date in a research copy is the day of consent, which is not exported."""
    done = export(folder, tmp_path / "linked", "--level", "linked", "--agreement", "board 12")
    assert done.exit_code == 0, done.stderr
    files = [
        path for path in (tmp_path / "linked").rglob("*") if path.is_file() and path.name != "manifest.json"
    ]
    assert not [path.name for path in files if re.search(r"\b\d{4}-\d\d-\d\d\b", path.read_text("utf-8"))]


def test_without_a_study_or_a_store_nothing_is_exported(tmp_path: Path) -> None:
    def tried(data: Path) -> Result:
        out = str(tmp_path / "out")
        return run(
            "export", "--level", "scores", "--data", str(data), "--out", out, *words_in(tmp_path / "d")
        )

    done = tried(tmp_path)
    assert done.exit_code == 2 and "no study" in done.stderr
    init = ["study", "init", *INIT, "--retention-months", "24", "--data", str(tmp_path / "d")]
    assert run(*init, *words_in(tmp_path / "d")).exit_code == 0
    done = tried(tmp_path / "d")
    assert done.exit_code == 2 and "no workbook" in done.stderr
    open_store(tmp_path / "d").close()
    done = tried(tmp_path / "d")
    assert done.exit_code == 2 and "Nobody" in done.stderr
    assert not (tmp_path / "out").exists()
