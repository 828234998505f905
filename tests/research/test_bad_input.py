"""Bad input: all faults reported together by row and column, no value shown, nothing half-written."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from workbook.cohort import read_cohort, write_cohort
from workbook.errors import FrameError, StatisticsError
from workbook.instruments import catalogue
from workbook.research.change import couple_change, reliable_change
from workbook.research.dyadic import (
    apim,
    apimem,
    distinguishability,
    dyadic_icc,
    from_pairs,
    from_persons,
    moderated_apim,
    perceptual_accuracy,
    profile_similarity,
    truth_and_bias,
)
from workbook.research.reliability import item_matrix
from workbook.research.scale import Parts, keep_quiet
from workbook.research.validation import check_responses, read_answers
from workbook.simulate import simulate_couples

SHOWN = {name: i for name, i in catalogue().items() if name in ("connection", "background")}
OWN = ["x_a", "x_b", "y_a", "y_b", "m_a", "m_b"]
TRUST = "connection.trust"
RELIABLE: dict[str, Any] = {"sd": 1.0, "reliability": 0.8, "higher_is": "better"}


@pytest.fixture
def responses() -> pd.DataFrame:
    return simulate_couples(6, 3, SHOWN).responses


@pytest.fixture
def pairs() -> pd.DataFrame:
    drawn = np.random.default_rng(2).normal(size=(40, 6))
    return pd.DataFrame(drawn, columns=OWN).assign(couple_id=[f"c{i}" for i in range(40)])


STATISTICS: dict[str, Callable[[pd.DataFrame], object]] = {
    "dyadic_icc": dyadic_icc,
    "apim": lambda pairs: apim(pairs, distinguishable=False),
    "apim of roles": lambda pairs: apim(pairs, distinguishable=True),
    "apim, fiml": lambda pairs: apim(pairs, distinguishable=False, method="ML", missing="fiml"),
    "distinguishability": distinguishability,
    "moderated_apim": lambda pairs: moderated_apim(pairs, by="product", distinguishable=False),
    "apimem": lambda pairs: apimem(pairs, distinguishable=False, n_draws=200),
    "truth_and_bias": lambda pairs: truth_and_bias(
        pairs, ("y_a", "y_b"), ("x_a", "x_b"), distinguishable=False
    ),
}


@pytest.mark.parametrize("name", STATISTICS)
def test_infinite_values_and_duplicate_couples_are_named_by_row(name: str, pairs: pd.DataFrame) -> None:
    pairs.loc[3, "y_a"] = np.inf
    with pytest.raises(StatisticsError, match=r"column 'y_a' is not finite at row 3"):
        STATISTICS[name](pairs)
    pairs.loc[3, "y_a"] = 1.0
    pairs.loc[7, "couple_id"] = "c2"
    with pytest.raises(StatisticsError, match=r"couple_id: 1 duplicated \(row 7\)"):
        STATISTICS[name](pairs)


@pytest.mark.parametrize("code", [999, -99, 88])
@pytest.mark.parametrize("name", STATISTICS)
def test_a_code_for_missing_is_named_by_row_also_among_values_around_zero(
    name: str, code: int, pairs: pd.DataFrame
) -> None:
    """Scores that were centred or standardised: the code is as far from them as from any."""
    STATISTICS[name](pairs)
    pairs.loc[[3, 8], "y_a"] = code
    with pytest.raises(StatisticsError, match=r"'y_a', rows 3, 8: far from all other values") as refusal:
        STATISTICS[name](pairs)
    assert str(code) not in str(refusal.value)


def test_a_code_for_missing_is_named_in_profiles_and_in_changes() -> None:
    generator = np.random.default_rng(4)
    people = [f"p{i}" for i in range(20)]
    facets = pd.DataFrame(generator.normal(3, 1, size=(20, 4)), columns=list("abcd"), index=people)
    profile_similarity(facets, facets + 1.0), reliable_change(facets["a"], facets["b"], **RELIABLE)
    coded = facets.assign(c=facets["c"].where(facets.index != "p3", 999.0))
    for call in (
        lambda: profile_similarity(facets, coded),
        lambda: perceptual_accuracy(facets, coded, facets),
        lambda: reliable_change(facets["a"], coded["c"], **RELIABLE),
    ):
        with pytest.raises(StatisticsError, match="far from all other values"):
            call()


@pytest.mark.parametrize("name", STATISTICS)
def test_too_few_couples_and_constant_columns_are_refused(name: str, pairs: pd.DataFrame) -> None:
    with pytest.raises(StatisticsError, match=r"at least|needed"):
        STATISTICS[name](pairs.head(2))
    with pytest.raises(StatisticsError, match="'y_b' does not vary"):
        STATISTICS[name](pairs.assign(y_b=2.0))


@pytest.mark.parametrize("name", [name for name in STATISTICS if name != "apim, fiml"])
def test_an_incomplete_couple_is_set_aside_and_counted(name: str, pairs: pd.DataFrame) -> None:
    found = STATISTICS[name](pairs.assign(y_b=pairs["y_b"].mask(pairs.index < 4)))
    assert getattr(found, "n_set_aside", None) == 4


def test_too_few_couples_and_constant_columns_are_reported_together(pairs: pd.DataFrame) -> None:
    with pytest.raises(StatisticsError) as refusal:
        dyadic_icc(pairs.head(2).assign(y_a=1.0, y_b=1.0))
    assert len(refusal.value.problems) == 3


def test_a_column_nobody_answered_is_refused(pairs: pd.DataFrame) -> None:
    with pytest.raises(StatisticsError):
        STATISTICS["apim, fiml"](pairs.assign(y_b=np.nan))


def test_rows_of_frames_and_profiles_are_named(pairs: pd.DataFrame) -> None:
    rows = pd.DataFrame({"couple_id": ["c1"] * 3, "trust": [1.0, 2.0, 3.0]})
    with pytest.raises(StatisticsError, match=r"rows 0, 1, 2"):
        from_persons(rows, ["trust"])
    twice = pd.DataFrame({"couple_id": ["c1"] * 2, "occasion": ["a-1"] * 2, "subscale": ["t"] * 2})
    with pytest.raises(StatisticsError, match=r"row 1: .* twice"):
        from_pairs(twice.assign(score_a=1.0, score_b=2.0))
    facets = pd.DataFrame(np.arange(12.0).reshape(4, 3) ** 1.5, columns=["f", "g", "h"])
    spoilt = facets.copy()
    spoilt.loc[2, "g"] = -np.inf
    for statistic in (profile_similarity, lambda a, b: perceptual_accuracy(a, b, a)):
        with pytest.raises(StatisticsError, match="facet 'g' is not finite at row 2"):
            statistic(facets, spoilt)
        with pytest.raises(StatisticsError, match="row 0 stands there twice"):
            statistic(facets.loc[[0, 0, 1]], facets.loc[[0, 0, 1]])
    kept = reliable_change(rows["trust"], rows["trust"] + 1, sd=1, reliability=0.8, higher_is="better")
    with pytest.raises(StatisticsError, match="rows 0, 1, 2"):
        couple_change(kept.assign(couple_id="c1"), sd=1, reliability=0.8, higher_is="better")


def test_good_answers_pass_unchanged(responses: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(check_responses(responses, SHOWN), responses.reset_index(drop=True))
    unsaid = responses.drop(columns=["version", "not_arisen"])
    pd.testing.assert_frame_equal(
        check_responses(unsaid, SHOWN, versions={"connection": "2.0"}), responses.reset_index(drop=True)
    )


def test_all_faults_of_answers_are_reported_together_by_row_and_column(responses: pd.DataFrame) -> None:
    rows = responses.astype({"value": "Float64", "person_id": "object", "couple_id": "object"}).reset_index(
        drop=True
    )
    other = {**SHOWN, **{i.id: i for i in catalogue().values() if i.is_private}}
    private = next(i for i in other.values() if i.is_private)
    rows.loc[0, "value"] = np.inf
    rows.loc[1, ["value", "declined"]] = [1.5, False]
    rows.loc[2, ["value", "declined"]] = [99.0, False]
    rows.loc[4, ["value", "declined"]] = [2.0, True]
    rows.loc[5, "item"] = "connection.nothing.1"
    rows.loc[6, "instrument"] = "invented"
    rows.loc[7, ["instrument", "item"]] = [private.id, private.items[0].id]
    rows.loc[8, "item"] = rows.loc[9, "item"]
    rows.loc[10, "version"] = "0.9"
    rows.loc[11, "version"] = pd.NA
    rows.loc[12, "person_id"] = pd.NA
    rows.loc[rows.index[-1], "couple_id"] = rows.loc[0, "couple_id"]
    with pytest.raises(FrameError) as refusal:
        check_responses(rows, other)
    said = "\n".join(refusal.value.problems)
    for problem in (
        "column 'value': row 0: not finite",
        "column 'value': row 1: no whole number",
        "column 'value': row 2: outside the scale of",
        "column 'declined': row 4: declined, and yet",
        "column 'item': row 5: 'connection.nothing.1' is not in connection 2.0",
        "column 'instrument': row 6: 'invented' is not in the catalogue",
        f"column 'instrument': row 7: {private.id!r} is private",
        "column 'item': row 9: answered before by the same person",
        f"column 'version': row 10: answers {rows.loc[10, 'item']!r} 0.9, analysed is",
        "column 'version': row 11: missing",
        "column 'person_id': row 12: missing",
        "a person who is in another couple too",
        "a couple of more than two",
    ):
        assert problem in said
    assert "99" not in said  # an answer is never shown


def test_absent_and_strange_columns_are_named(responses: pd.DataFrame) -> None:
    with pytest.raises(FrameError) as refusal:
        check_responses(responses.drop(columns="value").assign(note="free text"), SHOWN)
    assert refusal.value.problems == (
        "column 'value' is missing",
        "column 'note' is not one of a response's: leave it out",
    )


def test_mixed_versions_are_refused_wherever_answers_are_counted_together(responses: pd.DataFrame) -> None:
    own = responses[responses["instrument"] == "connection"].reset_index(drop=True)
    mixed = own.assign(version=[*own["version"].iloc[:-2], "1.1", "1.1"])
    with pytest.raises(
        StatisticsError, match=f"rows {len(own) - 2}, {len(own) - 1}: answers an item in another version"
    ):
        item_matrix(mixed, SHOWN["connection"])
    assert len(item_matrix(own, SHOWN["connection"])) == 12


def test_a_cohorts_folder_says_its_versions(responses: pd.DataFrame, tmp_path: Path) -> None:
    good = {"couples": 6, "instruments": {"connection": "2.0"}}
    for form in ("csv", "parquet"):
        folder = write_cohort([responses], tmp_path / form, form=form, about=good)
        assert len(read_answers(folder, SHOWN)) == len(read_cohort(folder))
        other = write_cohort(
            [responses], tmp_path / f"{form}-2", form=form, about={"instruments": {"connection": "3"}}
        )
        with pytest.raises(FrameError, match=r"cohort\.json: these are answers to connection 3, analysed is"):
            read_answers(other, SHOWN)
    with pytest.raises(StatisticsError, match="answers to connection 3"):
        Parts(tmp_path / "parquet-2", SHOWN, progress=keep_quiet).icc(TRUST)


@pytest.mark.parametrize("cut", ["in a line", "in a cell", "at a line's end", "parquet"])
def test_half_written_files_are_named(responses: pd.DataFrame, tmp_path: Path, cut: str) -> None:
    form = "parquet" if cut == "parquet" else "csv"
    folder = write_cohort([responses], tmp_path / "c", form=form, about={"couples": 6})
    for path in folder.glob(f"*.{form}"):
        whole = path.read_bytes()
        lines = whole.splitlines(keepends=True)
        kept = {
            "in a line": whole[: len(whole) * 2 // 3].rsplit(b",", 3)[0] + b"\n",
            "in a cell": whole[:-2],
            "at a line's end": b"".join(lines[:-4]),
            "parquet": whole[: len(whole) // 2],
        }[cut]
        path.write_bytes(kept)
    with pytest.raises(FrameError) as refusal:
        read_answers(folder, SHOWN)
    assert len(refusal.value.problems) == (1 if cut in ("at a line's end", "parquet") else 2)
    assert "cut off" in str(refusal.value) or "cells" in str(refusal.value)


def test_a_part_of_another_version_is_named_at_the_first_call(
    responses: pd.DataFrame, tmp_path: Path
) -> None:
    folder = write_cohort([responses], tmp_path / "c", form="parquet", about={})
    part = folder / "part-00000.parquet"
    pd.read_parquet(part).drop(columns=["version", "not_arisen"]).to_parquet(part)
    Parts(folder, SHOWN, progress=keep_quiet).reliability(TRUST)
    rows = responses.reset_index(drop=True)
    rows.loc[rows.index[5], "version"] = "0.9"
    rows.to_parquet(part)
    with pytest.raises(StatisticsError, match=r"part-00000\.parquet: column 'version': row 5"):
        Parts(folder, SHOWN, progress=keep_quiet).reliability(TRUST)


def test_problems_of_all_parts_are_reported_together(responses: pd.DataFrame, tmp_path: Path) -> None:
    folder = write_cohort([responses], tmp_path / "c", form="parquet", about={})
    rows = pd.read_parquet(folder / "part-00000.parquet")
    first = rows["couple_id"] == rows["couple_id"].iloc[0]
    for name, own in (("part-00000", rows[first]), ("part-00001", rows[~first])):
        part = own.reset_index(drop=True)
        part.loc[part.index[part["instrument"] == "connection"][0], "value"] = 77
        part.to_parquet(folder / f"{name}.parquet")
    with pytest.raises(StatisticsError) as refusal:
        Parts(folder, SHOWN, progress=keep_quiet).score("connection", tmp_path / "out")
    assert [problem.split(":")[0] for problem in refusal.value.problems] == [
        "part-00000.parquet",
        "part-00001.parquet",
    ]
    assert not (tmp_path / "out").exists()
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".out")]


def test_a_couple_in_two_parts_is_noticed_by_every_statistic(responses: pd.DataFrame, tmp_path: Path) -> None:
    folder = write_cohort([responses], tmp_path / "c", form="parquet", about={})
    shutil.copy(folder / "part-00000.parquet", folder / "part-00001.parquet")
    parts = Parts(folder, SHOWN, progress=keep_quiet)
    for call in (lambda: parts.icc(TRUST), lambda: parts.reliability(TRUST), parts.check):
        with pytest.raises(StatisticsError, match="more than one part"):
            call()
