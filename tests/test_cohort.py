"""Cohort files: the committed one is reproduced byte for byte, and none is ever half-written."""

import filecmp
import shutil
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner, Result
from pandas.testing import assert_frame_equal

from workbook import frames
from workbook.cli import main
from workbook.cohort import ABOUT, read_about, read_cohort, write_cohort
from workbook.errors import FrameError, StorageError
from workbook.simulate import simulate_couples

COMMITTED = Path(__file__).parents[1] / "data" / "cohort"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def files_that_differ(one: Path, other: Path) -> list[str]:
    names = sorted({path.name for folder in (one, other) for path in folder.iterdir()})
    _, differing, missing = filecmp.cmpfiles(one, other, names, shallow=False)
    return differing + missing


@pytest.fixture(scope="module")
def responses() -> pd.DataFrame:
    return simulate_couples(3, seed=5, missing=0.1, declined=0.1).responses


def sort_rows(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.sort_values(["person_id", "occasion", "item"]).reset_index(drop=True)


def test_the_committed_cohort_is_remade_byte_for_byte(tmp_path: Path) -> None:
    about = read_about(COMMITTED)
    remade = tmp_path / "cohort"
    asked = ["--couples", about["couples"], "--seed", about["seed"], "--occasions", about["occasions"]]
    assert run("simulate", *asked, "--out", remade).exit_code == 0
    assert files_that_differ(COMMITTED, remade) == [], "a questionnaire has changed: run `make data`"
    assert about["simulated"] is True
    assert about["couples"] >= 200


def test_the_comparison_sees_one_changed_byte(tmp_path: Path) -> None:
    changed = Path(shutil.copytree(COMMITTED, tmp_path / "cohort"))
    victim = changed / "connection.csv"
    content = bytearray(victim.read_bytes())
    content[-2] ^= 1
    victim.write_bytes(content)
    assert files_that_differ(COMMITTED, changed) == ["connection.csv"]


def test_another_seed_gives_other_bytes(tmp_path: Path) -> None:
    for seed in (1, 2):
        run("simulate", "--couples", 5, "--seed", seed, "--out", tmp_path / str(seed))
    assert files_that_differ(tmp_path / "1", tmp_path / "2")


def test_a_bigger_cohort_begins_with_the_smaller_one() -> None:
    small = simulate_couples(3, seed=5).responses
    large = simulate_couples(7, seed=5).responses
    shared = large[large["couple_id"].isin(small["couple_id"].unique())]
    assert_frame_equal(sort_rows(small), sort_rows(shared))


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_a_written_cohort_reads_back_the_same(form: str, responses: pd.DataFrame, tmp_path: Path) -> None:
    couples = responses["couple_id"].unique()
    parts = [responses[responses["couple_id"] == couple] for couple in couples]
    folder = write_cohort(parts, tmp_path / "cohort", form=form, about={})
    expected = frames.check(responses, frames.RESPONSES)
    assert_frame_equal(sort_rows(expected), sort_rows(read_cohort(folder)))


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_declined_and_not_answered_stay_apart(form: str, responses: pd.DataFrame, tmp_path: Path) -> None:
    back = read_cohort(write_cohort([responses], tmp_path / "cohort", form=form, about={}))
    assert back["declined"].sum() == responses["declined"].sum() > 0
    assert back["value"].isna().sum() == responses["value"].isna().sum() > back["declined"].sum()


def test_an_interrupted_cohort_leaves_nothing(responses: pd.DataFrame, tmp_path: Path) -> None:
    broken = responses.assign(value="not a number")
    with pytest.raises(FrameError):
        write_cohort([responses, broken], tmp_path / "cohort", form="csv", about={})
    assert list(tmp_path.iterdir()) == []


def test_an_old_cohort_survives_a_failed_replacement(responses: pd.DataFrame, tmp_path: Path) -> None:
    folder = write_cohort([responses], tmp_path / "cohort", form="csv", about={"old": True})
    with pytest.raises(FrameError):
        write_cohort([responses.drop(columns="value")], folder, form="csv", about={}, replace=True)
    assert read_about(folder)["old"] is True
    assert [path.name for path in tmp_path.iterdir()] == ["cohort"]


def test_a_folder_in_use_is_refused_and_untouched(responses: pd.DataFrame, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("dear")
    with pytest.raises(StorageError, match="is there already"):
        write_cohort([responses], tmp_path, form="csv", about={})
    with pytest.raises(StorageError, match=ABOUT):
        write_cohort([responses], tmp_path, form="csv", about={}, replace=True)
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_a_folder_that_is_no_cohort_says_so(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="holds no cohort"):
        read_cohort(tmp_path)


def test_an_unwritable_folder_is_reported_in_a_sentence(responses: pd.DataFrame, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="could not be written"):
        write_cohort([responses], tmp_path / "file" / "cohort", form="csv", about={})


HEAD = "couple_id,person_id,occasion,connection.open_talk.1"
FAULTS = {
    "no id": (f"{HEAD}\n,p1,assessment-1,3\n", "column 'couple_id', row 1: missing"),
    "semicolons": (f"{HEAD}\nc1,p1,assessment-1,3\n".replace(",", ";"), "not by semicolons"),
    "capitals": (f"{HEAD.upper()}\nc1,p1,assessment-1,3\n", "written in small letters"),
    "half a point": (f"{HEAD}\nc1,p1,assessment-1,3.5\n", "row 1: neither empty"),
    "too large": (f"{HEAD}\nc1,p1,assessment-1,40000\n", "row 1: neither empty"),
    "infinite": (f"{HEAD}\nc1,p1,assessment-1,inf\n", "row 1: neither empty"),
    "a power": (f"{HEAD}\nc1,p1,assessment-1,1e400\n", "row 1: neither empty"),
    "a word": (f"{HEAD}\nc1,p1,assessment-1,3\nc1,p2,assessment-1,Often\n", "row 2: neither empty"),
    "a truth": (f"{HEAD}\nc1,p1,assessment-1,TRUE\n", "row 1: neither empty"),
    "99": (f"{HEAD}\nc1,p1,assessment-1,99\n", "row 1: outside its scale"),
    "-99": (f"{HEAD}\nc1,p1,assessment-1,-99\n", "row 1: neither empty"),
    "nothing": ("", "is empty"),
    "a name twice": (f"{HEAD},person_id\nc1,p1,assessment-1,3,p1\n", "column 'person_id' is there twice"),
    "a short row": (f"{HEAD}\nc1,p1,assessment-1\n", "row 1: not as many cells"),
    "an open quotation": (f'{HEAD}\nc1,p1,"assessment-1,3\n', "quotation mark"),
}


def folder_with(tmp_path: Path, **files: bytes) -> Path:
    (tmp_path / ABOUT).write_text('{"form": "csv"}', encoding="utf-8")
    for name, content in files.items():
        (tmp_path / f"{name}.csv").write_bytes(content)
    return tmp_path


@pytest.mark.parametrize("name", list(FAULTS))
def test_a_file_of_peoples_own_is_refused_by_file_row_and_column(tmp_path: Path, name: str) -> None:
    text, reason = FAULTS[name]
    with pytest.raises(FrameError) as refusal:
        read_cohort(folder_with(tmp_path, connection=text.encode()))
    (said,) = refusal.value.problems[:1]
    assert str(said).startswith("connection.csv: ") and reason in str(said)
    for value in ("Often", "40000", "TRUE", "1e400", "3.5"):
        assert value not in str(refusal.value)


def test_every_problem_of_every_file_is_told_at_once(tmp_path: Path) -> None:
    bad = f"{HEAD},connection.open_talk.2\nc1,,assessment-1,Often,x\n,p2,assessment-1,1,\n".encode()
    with pytest.raises(FrameError) as refusal:
        read_cohort(folder_with(tmp_path, connection=bad, needs=f"{HEAD}\n".encode("utf-16")))
    said = [str(one) for one in refusal.value.problems]
    assert len(said) == 5
    assert "needs.csv: not UTF-8" in said[-1]


def test_ids_are_text_as_written_and_only_an_empty_cell_is_missing(tmp_path: Path) -> None:
    text = f"\ufeff{HEAD}\nNA,007,assessment-1,3\nNA,null,assessment-1,\nNA,7,assessment-1,-9\n"
    read = read_cohort(folder_with(tmp_path, connection=text.encode()))
    assert read["couple_id"].tolist() == ["NA"] * 3
    assert read["person_id"].tolist() == ["007", "null", "7"]
    assert read["value"].isna().tolist() == [False, True, True]
    assert read["declined"].tolist() == [False, False, True]


def test_a_cut_off_parquet_part_is_named(tmp_path: Path) -> None:
    (tmp_path / ABOUT).write_text('{"form": "parquet"}', encoding="utf-8")
    (tmp_path / "part-00000.parquet").write_bytes(b"PAR1 and nothing else")
    with pytest.raises(FrameError, match=r"part-00000\.parquet: cannot be read"):
        read_cohort(tmp_path)
