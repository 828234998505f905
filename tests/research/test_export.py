"""Exports: what a release contains, what it never contains, and what stops an unsafe one."""

import csv
import dataclasses
import json
import re
from pathlib import Path

import frictionless
import numpy as np
import pandas as pd
import pyreadstat
import pytest

from workbook.errors import FrameError, ReleaseError
from workbook.instruments import catalogue
from workbook.research.dyadic import Moments, apim, dyadic_icc
from workbook.research.export import (
    Check,
    Level,
    Published,
    Release,
    RiskReport,
    aggregate_release,
    restricted_release,
    unlinked_release,
    write_release,
)
from workbook.research.export.aggregate import symmetric_moments
from workbook.research.export.journal import read_journal
from workbook.research.export.release import Column, ReleaseTable
from workbook.research.export.writing import _write_sav, guard_text
from workbook.service.studies.dataset import ConsentedStudy
from workbook.sharing import Grain, Publication
from workbook.simulate import simulate_couples

SHOWN = {name: i for name, i in catalogue().items() if name in ("connection", "background")}
PSYCH_DS = re.compile(r"([a-z]+-[a-zA-Z0-9]+)(_[a-z]+-[a-zA-Z0-9]+)*_data\.csv")
"""What Psych-DS' own validator asks of a data file's whole name."""

SCALES = ["connection.open_talk", "connection.trust"]


@pytest.fixture(scope="module")
def published() -> Published:
    return Published.of_responses(simulate_couples(120, 7, SHOWN).responses, SHOWN)


@pytest.fixture(scope="module")
def unlinked(published: Published) -> Release:
    return unlinked_release(published, seed=1)


def _cells(folder: Path) -> str:
    return "\n".join(
        p.read_text(encoding="utf-8") for p in folder.rglob("*") if p.suffix in (".csv", ".json", ".md")
    )


def test_the_default_release_holds_three_coarse_scores_and_a_fresh_name(unlinked: Release) -> None:
    rows = unlinked.tables[0].rows
    assert rows.columns[0] == "row_id"
    assert rows.shape[1] == 4
    assert rows["row_id"].is_unique
    assert all(rows[name].nunique() <= 6 for name in rows.columns[1:])
    assert unlinked.risk.is_safe


def test_no_old_id_and_no_old_order_is_in_any_file(
    published: Published, unlinked: Release, tmp_path: Path
) -> None:
    written = _cells(write_release(unlinked, tmp_path / "out", study="A study", formats=["csv"]))
    for old in [*published.people()["person_id"], *published.people()["couple_id"]]:
        assert old not in written
    order = [published.people()["person_id"].tolist().index(owner) for owner in unlinked.owners]
    assert abs(np.corrcoef(order, np.arange(len(order)))[0, 1]) < 0.25


def test_two_releases_share_no_id(published: Published) -> None:
    """Otherwise two exports could be joined, and their bands intersected."""
    first, second = (set(unlinked_release(published).tables[0].rows["row_id"]) for _ in range(2))
    assert not first & second


def test_a_cohort_too_small_for_any_band_is_refused() -> None:
    few = Published.of_responses(simulate_couples(4, 1, SHOWN).responses, SHOWN)
    with pytest.raises(ReleaseError, match="at least 5"):
        unlinked_release(few)


def test_every_invalid_option_is_reported_together(published: Published) -> None:
    with pytest.raises(ReleaseError) as refusal:
        unlinked_release(
            published,
            [*SCALES, "x.y", "connection.trust"],
            background=["connection.trust.1", "no"],
            occasion="week-9",
        )
    assert len(refusal.value.problems) == 5
    with pytest.raises(ReleaseError) as refusal:
        restricted_release(published, agreement=" ", form="long", occasion="week-9")
    assert len(refusal.value.problems) == 3


def test_unpublished_answers_are_not_exported() -> None:
    """Grain scores exports no answers; grain nothing and private instruments export nothing."""
    everything = catalogue()
    cohort = simulate_couples(2, 1, SHOWN).responses
    own = Published.of_responses(cohort, SHOWN)

    def publish(person: str, grain: Grain, instrument: str = "connection") -> Publication:
        rows = cohort[(cohort["person_id"] == person) & (cohort["instrument"] == instrument)]
        scores = own.scores[own.scores["person_id"] == person]
        couple = cohort.loc[cohort["person_id"] == person, "couple_id"].iloc[0]
        return Publication(couple, person, instrument, "assessment-1", 1, grain, rows, scores)

    people = list(own.people()["person_id"])
    given = [
        publish(people[0], Grain.SCORES),
        publish(people[1], Grain.ANSWERS),
        publish(people[2], Grain.NOTHING),
    ]
    found = Published.of([*given, publish(people[3], Grain.ANSWERS, "safety")], everything)
    assert set(found.responses["person_id"]) == {people[1]}
    assert set(found.scores["person_id"]) == {people[0], people[1]}
    taken_back = dataclasses.replace(given[1], round=2, grain=Grain.NOTHING)
    assert set(Published.of([taken_back, *given], everything).scores["person_id"]) == {people[0]}


def test_an_export_has_no_column_for_what_is_held_back() -> None:
    """Nor a score that counts it, in any form; what is not held back has one."""
    everything = {i.id: i for i in catalogue().values() if not i.is_private and i.id != "weekly"}
    held = {name.replace(".", "_") for one in everything.values() for name in one.held_back}
    own = Published.of_responses(simulate_couples(20, 3, everything).responses, everything)

    for form in ("person", "dyad", "pairwise"):
        table = restricted_release(own, agreement="IRB 1", form=form).tables[0]
        names = {column.name: column.label for column in table.columns}
        assert not [name for name in names if name.startswith(tuple(held))]
        assert any(name.startswith("connection_emotional_safety_3") for name in names)
        labels = [
            label for name, label in names.items() if name.startswith("connection_emotional_safety_score")
        ]
        assert labels and all("mean of 2 items" in label for label in labels)
    scored = own.scores.set_index("subscale")
    assert (scored.loc["connection.emotional_safety", "n_answered"] <= 2).all()
    assert scored.loc["needs.safe.met", "score"].isna().all()


def test_a_simulated_study_publishes_by_the_same_rule() -> None:
    study = ConsentedStudy.simulated(4)
    whole = study.study.instruments
    held = {name for one in whole.values() for name in one.held_back}

    assert held and set(study.responses["item"]) & held == set()
    assert {item for one in study.catalogue.values() for item in one.item_by_id} & held == set()
    assert not any(name.startswith("needs.safe") for name in study.scores["subscale"])


def test_a_private_instrument_is_refused() -> None:
    private = {i.id: i for i in catalogue().values() if i.is_private}
    assert private
    item = next(iter(private.values())).items[0]
    rows = simulate_couples(1, 1, SHOWN).responses.head(1).assign(instrument="safety", item=item.id)
    with pytest.raises(FrameError, match="private"):
        Published.of_responses(rows, catalogue())


def test_the_restricted_release_says_that_a_partner_can_find_the_row(
    published: Published, tmp_path: Path
) -> None:
    release = restricted_release(published, agreement="Ethics 12/2026", seed=1)
    assert release.risk["partner"] > 0.95
    assert release.risk["background_k"] >= 5
    assert release.risk["unique"] > 0.95, "in all that is released, a couple is one of a kind"
    assert release.risk.is_safe, "the figure informs and does not decide"
    folder = write_release(release, tmp_path / "out", study="S")
    assert "find their own row" in (folder / "README.md").read_text()
    assert "Ethics 12/2026" in (folder / "README.md").read_text()


def test_duplicate_rows_are_named(published: Published) -> None:
    """Two answers of one person to one item, two scores on one facet: which would leave?"""
    answers, scores = (
        pd.concat([frame, frame.iloc[[3]]], ignore_index=True)
        for frame in (published.responses, published.scores)
    )
    with pytest.raises(FrameError) as refusal:
        Published(answers, scores, SHOWN)
    last = (len(answers) - 1, len(scores) - 1)
    wanted = zip(last, ("item", "subscale"), refusal.value.problems, strict=True)
    assert all(f"row {number}:" in problem and kind in problem for number, kind, problem in wanted)
    two = pd.concat([published.responses, published.responses.assign(occasion="assessment-2")])
    assert Published(two, published.scores, SHOWN).occasions == ["assessment-1", "assessment-2"]


def test_the_three_forms_hold_the_same_numbers(published: Published) -> None:
    """The pairwise form's actor and partner columns are the two rows of the person form."""
    name = "connection_trust_score"
    person = restricted_release(published, agreement="x", form="person", seed=1).tables[0].rows
    dyad = restricted_release(published, agreement="x", form="dyad", seed=1).tables[0].rows
    pairwise = restricted_release(published, agreement="x", form="pairwise", seed=1).tables[0].rows
    assert (len(person), len(dyad), len(pairwise)) == (240, 120, 240)
    assert sorted(person[name].dropna()) == sorted(pairwise[f"{name}_A"].dropna())
    assert sorted(pairwise[f"{name}_A"].dropna()) == sorted(pairwise[f"{name}_P"].dropna())
    icc = dyadic_icc(dyad, f"{name}_a", f"{name}_b").value
    scores = published.scores[published.scores["subscale"] == "connection.trust"]
    keyed = scores.assign(p=scores.groupby("couple_id").cumcount()).set_index(["couple_id", "p"])
    wide = keyed["score"].unstack("p")  # noqa: PD010
    expected = dyadic_icc(pd.DataFrame({"y_a": wide[0].astype(float), "y_b": wide[1].astype(float)})).value
    assert icc == pytest.approx(expected, abs=1e-3)


def test_dates_are_shifted_per_couple(published: Published) -> None:
    couples = published.people()["couple_id"].unique()
    dates = pd.DataFrame({"couple_id": couples, "at": pd.Timestamp("2026-03-01 20:15", tz="UTC")})
    rows = restricted_release(published, agreement="x", dates=dates, seed=1).tables[0].rows
    assert rows.groupby("couple")["date"].nunique().max() == 1
    assert rows["date"].nunique() > 50
    assert rows["date"].str.fullmatch(r"\d{4}-\d\d-\d\d").all()


def test_aggregate_moments_reproduce_the_exchangeable_apim(published: Published) -> None:
    release = aggregate_release(published, SCALES)
    tables = {table.name: table.rows for table in release.tables}
    names = [f"{s.replace('.', '_')}_{p}" for s in SCALES for p in "ab"]
    moments = Moments(
        int(tables["means"]["n_couples"].iloc[0]),
        pd.Series(tables["means"]["mean"].to_numpy(), index=names),
        tables["covariances"].set_index("column"),
    )
    found = apim(moments=moments, x=(names[0], names[1]), y=(names[2], names[3]), distinguishable=False)
    scores = published.wide_scores(SCALES, "assessment-1").reset_index().merge(published.people())
    place = scores.sort_values(["couple_id", "person_id"]).groupby("couple_id").cumcount()
    wide = scores.assign(p=place).set_index(["couple_id", "p"])[SCALES].unstack("p")  # noqa: PD010
    pairs = pd.DataFrame(
        {
            "x_a": wide[SCALES[0], 0],
            "x_b": wide[SCALES[0], 1],
            "y_a": wide[SCALES[1], 0],
            "y_b": wide[SCALES[1], 1],
        }
    )
    expected = apim(pairs, distinguishable=False)
    np.testing.assert_allclose(found.table["estimate"], expected.table["estimate"], rtol=1e-6)


def test_symmetric_moments_do_not_change_when_partners_swap() -> None:
    generator = np.random.default_rng(1)
    pairs = pd.DataFrame(generator.normal(size=(30, 2)), columns=["t_a", "t_b"])
    swapped = pairs.copy()
    swapped.iloc[::2] = pairs.iloc[::2, ::-1].to_numpy()
    one, other = symmetric_moments(pairs, ["t"]), symmetric_moments(swapped, ["t"])
    np.testing.assert_allclose(one.covariance, other.covariance)
    np.testing.assert_allclose(one.means, other.means)


def test_too_many_columns_for_the_number_of_couples_are_refused(published: Published) -> None:
    every = [s.id for s in SHOWN["connection"].subscales if len(s.items) > 1]
    few = Published.of_responses(simulate_couples(25, 1, SHOWN).responses, SHOWN)
    with pytest.raises(ReleaseError, match="at most"):
        aggregate_release(few, every)


def test_the_data_package_is_valid_and_its_data_agree(
    published: Published, unlinked: Release, tmp_path: Path
) -> None:
    releases = {
        "u": unlinked,
        "r": restricted_release(published, agreement="x", form="dyad"),
        "a": aggregate_release(published, SCALES),
    }
    for name, release in releases.items():
        folder = write_release(release, tmp_path / name / "out", study="Talk & trust")
        report = frictionless.validate(str(folder / "datapackage.json"))
        assert report.valid, report.flatten(["title", "message"])


def test_a_corrupt_cell_makes_the_data_package_invalid(unlinked: Release, tmp_path: Path) -> None:
    folder = write_release(unlinked, tmp_path / "u", study="S")
    path = next((folder / "data").glob("*.csv"))
    lines = path.read_text().splitlines()
    lines[3] = lines[3].rsplit(",", 1)[0] + ",77"
    path.write_text("\n".join(lines))
    assert not frictionless.validate(str(folder / "datapackage.json")).valid


@pytest.mark.parametrize("level", ["unlinked", "person", "dyad", "pairwise", "aggregate"])
def test_psych_ds(published: Published, unlinked: Release, tmp_path: Path, level: str) -> None:
    """Psych-DS 1.0 by hand, for its validator does not run offline: these of its rules.

    Root: ``dataset_description.json`` (JSON, UTF-8) and ``data/``; README allowed beside them.
    Description: @context of schema.org, @type Dataset, and the required name, description and
    variableMeasured. Data files: keyword-value pairs, letters then a dash, joined by underscores,
    ending in ``_data.csv``; comma-separated with one header row, as many cells in each row, no
    column without a name or with the same one. Variables: every column is in variableMeasured,
    and nothing else is; each a PropertyValue with a name and a description. A ``row_id`` is unique.
    """
    release = {
        "unlinked": lambda: unlinked,
        "aggregate": lambda: aggregate_release(published, SCALES),
    }.get(level, lambda: restricted_release(published, agreement="x", form=level))()
    folder = write_release(release, tmp_path / "u", study="Talk & trust", formats=["csv"])
    description = json.loads((folder / "dataset_description.json").read_text(encoding="utf-8"))
    assert re.fullmatch(r"https?://schema\.org/?", description["@context"])
    assert description["@type"] == "Dataset"
    assert all(str(description[name]).strip() for name in ("name", "description", "variableMeasured"))
    variables = description["variableMeasured"]
    assert all(one["@type"] == "PropertyValue" and one["name"] and one["description"] for one in variables)
    described = [one["name"] for one in variables]
    assert len(described) == len(set(described))
    files = sorted((folder / "data").iterdir())
    assert len(files) == len(release.tables)
    found: set[str] = set()
    for path in files:
        assert PSYCH_DS.fullmatch(path.name)
        with path.open(encoding="utf-8", newline="") as file:
            header, *rows = csv.reader(file)
        assert all(header) and len(header) == len(set(header))
        assert rows and all(len(row) == len(header) for row in rows)
        if "row_id" in header:
            assert len({row[header.index("row_id")] for row in rows}) == len(rows)
        found |= set(header)
    assert found == set(described)


@pytest.mark.parametrize("name", ["Talk and trust", "Nähe & Vertrauen, 2026", "Διάλογος", "a_b-c"])
def test_file_names_pass_psych_ds_own_rule_whatever_the_study_is_called(
    published: Published, tmp_path: Path, name: str
) -> None:
    folder = write_release(aggregate_release(published), tmp_path / "r", study=name)
    files = sorted((folder / "data").iterdir())
    assert files and all(PSYCH_DS.fullmatch(path.name) for path in files)
    described = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))["resources"]
    assert sorted(one["path"] for one in described) == [f"data/{path.name}" for path in files]


def test_no_mean_of_a_csv_file_counts_a_code_for_missing(published: Published, tmp_path: Path) -> None:
    """Read as anybody reads it; the SPSS file keeps why a cell is empty."""
    release = restricted_release(published, agreement="x", form="person", seed=2)
    coded = [c.name for table in release.tables for c in table.columns if c.missing]
    assert (release.tables[0].rows[coded].isin([-7, -9])).any(axis=None)
    folder = write_release(release, tmp_path / "r", study="S", formats=["sav"])
    for path in (folder / "data").glob("*.csv"):
        plain = pd.read_csv(path)
        numbers = plain[[name for name in coded if name in plain]]
        assert (numbers.min(axis=None) >= 0) and not numbers.isin([-7, -9]).any(axis=None)
    frame, _ = pyreadstat.read_sav(next((folder / "data").glob("*.sav")), user_missing=True)
    assert frame.isin([-7, -9]).any(axis=None)


def test_tables_for_spreadsheets_say_that_they_are_utf8(published: Published, tmp_path: Path) -> None:
    folder = write_release(aggregate_release(published), tmp_path / "r", study="S")
    for name in ("codebook.csv", "risk.csv"):
        assert (folder / name).read_bytes().startswith(b"\xef\xbb\xbf")
        assert not pd.read_csv(folder / name).columns[0].startswith("\ufeff")


def test_spss_labels_are_cut_by_bytes_and_stay_different(tmp_path: Path) -> None:
    """Cut alike, two answers would look like one."""
    labels = {0: "Ж" * 64 + "never", 1: "Ж" * 64 + "often", 2: "rarely"}
    column = Column("x", "Ж" * 300, "code", codes=labels)
    table = ReleaseTable("t", pd.DataFrame({"x": [0, 1, 2]}), (column,))
    _write_sav(table.rows, table, tmp_path / "t.sav")
    _, meta = pyreadstat.read_sav(tmp_path / "t.sav")
    kept = meta.variable_value_labels["x"]
    assert len(set(kept.values())) == 3
    assert all(len(label.encode()) <= 120 for label in kept.values())
    assert meta.column_names_to_labels["x"] == "Ж" * 127


def test_spss_keeps_labels_and_missing_codes(published: Published, tmp_path: Path) -> None:
    release = restricted_release(published, agreement="x", form="person", seed=2)
    folder = write_release(release, tmp_path / "r", study="S", formats=["sav", "parquet"])
    frame, meta = pyreadstat.read_sav(next((folder / "data").glob("*.sav")), user_missing=True)
    assert meta.column_names_to_labels["background_age_band"] == "How old are you?"
    assert meta.variable_value_labels["background_age_band"][-9.0] == "prefer not to say"
    assert {r["lo"] for r in meta.missing_ranges["background_age_band"]} == {-9.0, -8.0, -7.0}
    parquet = pd.read_parquet(next((folder / "data").glob("*.parquet")))
    assert not (parquet["background_age_band"].dropna() < 0).any()
    assert (frame["background_age_band"] < 0).any()


@pytest.mark.parametrize(
    "text", ["=1+1", "+cmd", "-2", "@SUM(A1)", "\t=1", " =1", "＝1", "|calc", "%x", "\ufeff=1"]
)
def test_text_is_escaped_against_csv_formula_injection(text: str) -> None:
    assert guard_text(text).startswith("'")


def test_a_hostile_label_is_escaped_in_every_csv(published: Published, tmp_path: Path) -> None:
    release = restricted_release(published, agreement="=HYPERLINK(1)", seed=1)
    table = release.tables[0]
    hostile = table.columns[0].__class__(table.columns[-1].name, "=cmd|' /C calc'!A0", "number")
    spoilt_table = table.__class__(table.name, table.rows, (*table.columns[:-1], hostile))
    spoilt = dataclasses.replace(release, tables=(spoilt_table,))
    folder = write_release(spoilt, tmp_path / "x", study="=S")
    for path in folder.rglob("*.csv"):
        cells = [cell for line in path.read_text().splitlines() for cell in line.split(",")]
        assert not [cell for cell in cells if cell.lstrip('"')[:1] in "=+@" and cell.lstrip('"')]


def test_an_unsafe_release_is_not_written(unlinked: Release, tmp_path: Path) -> None:
    unsafe = RiskReport((Check("k", 1, "≥ 5", ok=False),))
    spoilt = Release(Level.UNLINKED, unlinked.tables, unsafe, 1, 2)
    with pytest.raises(ReleaseError, match="is 1, allowed is ≥ 5"):
        write_release(spoilt, tmp_path / "x", study="S")
    assert list(tmp_path.iterdir()) == []


def test_a_write_that_fails_leaves_nothing(
    unlinked: Release, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: Path, *_: object, **__: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(ReleaseError, match="No space left"):
        write_release(unlinked, tmp_path / "x", study="S")
    assert list(tmp_path.iterdir()) == []


def test_the_journal_records_every_export(unlinked: Release, tmp_path: Path) -> None:
    write_release(unlinked, tmp_path / "one", study="S")
    write_release(unlinked, tmp_path / "two", study="S")
    assert [entry["folder"] for entry in read_journal(tmp_path)] == ["one", "two"]
    with pytest.raises(ReleaseError, match="exists already"):
        write_release(unlinked, tmp_path / "one", study="S")
