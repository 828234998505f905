"""A cohort in parts gives the same figures as in memory, with pandas or Dask."""

import dataclasses
from collections.abc import Iterator
from functools import reduce
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from distributed import LocalCluster
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.scoring import scoring
from tests.proofs.scale import FULL, scale
from workbook.cohort import write_cohort
from workbook.dyads.pairs import pair
from workbook.errors import StatisticsError
from workbook.instruments import catalogue
from workbook.research.dyadic import apim, dyadic_icc, from_pairs
from workbook.research.dyadic.least_squares import Method
from workbook.research.reliability import cronbach_alpha, item_matrix, mcdonald_omega
from workbook.research.risk import Anonymity, measure_anonymity
from workbook.research.scale import Parts, keep_quiet
from workbook.research.sufficient_statistics import ClassCounts, ItemSums
from workbook.scoring import score
from workbook.simulate import simulate_couples

SHOWN = {name: i for name, i in catalogue().items() if name in ("connection", "background")}
X, Y, Z = "connection.open_talk", "connection.trust", "connection.support"
FACTS = ["background.age_band", "background.length_band"]


@pytest.fixture(scope="module")
def responses() -> pd.DataFrame:
    """Of three couples one partner left a facet out: one of them is a part by itself."""
    drawn = simulate_couples(90, 3, SHOWN).responses
    first = drawn.drop_duplicates("couple_id").iloc[[3, 40, 70]]["person_id"]
    left_out = drawn["person_id"].isin(first) & drawn["item"].isin(
        SHOWN["connection"].subscale_by_id[X].items
    )
    return drawn.assign(value=drawn["value"].mask(left_out))


@pytest.fixture(scope="module")
def folder(responses: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four parts of unequal size, whole couples in each."""
    couples = responses["couple_id"].unique()
    cuts = np.split(couples, [7, 40, 41])
    parts = [responses[responses["couple_id"].isin(cut)] for cut in cuts]
    place = tmp_path_factory.mktemp("scale") / "cohort"
    return write_cohort(parts, place, form="parquet", about={"simulated": True})


@pytest.fixture(scope="module")
def scheduler() -> Iterator[str]:
    with LocalCluster(n_workers=2, threads_per_worker=1, processes=False, dashboard_address=None) as cluster:
        yield cluster.scheduler_address


@pytest.fixture(params=["pandas", "dask"])
def parts(request: pytest.FixtureRequest, folder: Path, scheduler: str) -> Parts:
    return Parts(folder, SHOWN, engine=request.param, scheduler=scheduler, progress=keep_quiet)


@pytest.fixture(scope="module")
def pairs(responses: pd.DataFrame) -> pd.DataFrame:
    return from_pairs(pair(score(responses, SHOWN["connection"])), [X, Y, Z])


def test_reliability_from_parts_equals_the_whole(parts: Parts, responses: pd.DataFrame) -> None:
    own = responses[responses["instrument"] == "connection"]
    items = item_matrix(own, SHOWN["connection"])[list(SHOWN["connection"].subscale_by_id[X].items)]
    complete = {"alpha": cronbach_alpha, "omega": mcdonald_omega}
    for name, statistic in complete.items():
        whole = statistic(items, missing="listwise")
        found = parts.reliability(X, coefficient=name)
        assert (found.n, found.k) == (whole.n, whole.k)
        np.testing.assert_allclose(
            [found.value, found.low, found.high], [whole.value, whole.low, whole.high], atol=1e-10
        )


def test_icc_from_parts_equals_the_whole(parts: Parts, pairs: pd.DataFrame) -> None:
    found, whole = parts.icc(X), dyadic_icc(pairs, f"{X}_a", f"{X}_b")
    assert (found.n, found.n_set_aside) == (whole.n, whole.n_set_aside)
    np.testing.assert_allclose(
        [found.value, found.low, found.p], [whole.value, whole.low, whole.p], atol=1e-10
    )


@pytest.mark.parametrize("method", ["REML", "ML"])
def test_apim_from_parts_equals_the_whole(parts: Parts, pairs: pd.DataFrame, method: Method) -> None:
    found = parts.apim(X, Y, covariates=[Z], method=method)
    whole = apim(
        pairs,
        (f"{X}_a", f"{X}_b"),
        (f"{Y}_a", f"{Y}_b"),
        covariates=[(f"{Z}_a", f"{Z}_b")],
        distinguishable=False,
        method=method,
    )
    figures = ["estimate", "se", "df", "t", "p", "low", "high"]
    np.testing.assert_allclose(found.table[figures], whole.table[figures], atol=1e-10)
    assert abs(found.loglik - whole.loglik) < 1e-8
    assert (found.n_couples, found.n_set_aside) == (whole.n_couples, whole.n_set_aside)
    assert whole.n_set_aside > 0, "else a count that is never passed on would look right"


def test_roles_absent_from_the_answers_are_refused(parts: Parts) -> None:
    """A or b by person id is no role: effects by role would be noise with a name."""
    for call in (lambda: parts.icc(X, distinguishable=True), lambda: parts.apim(X, Y, distinguishable=True)):
        with pytest.raises(StatisticsError, match="person id"):
            call()


def test_a_part_without_second_answers_sets_nobody_aside(responses: pd.DataFrame, tmp_path: Path) -> None:
    couples = responses["couple_id"].unique()
    stayed = responses[responses["couple_id"].isin(couples[:60])].assign(occasion="assessment-2")
    gone = responses[responses["couple_id"].isin(couples[60:])]
    write_cohort([stayed, gone], tmp_path / "cohort", form="parquet", about={"simulated": True})
    found = Parts(tmp_path / "cohort", SHOWN, occasion="assessment-2", progress=keep_quiet)
    pairs = from_pairs(pair(score(stayed, SHOWN["connection"])), [X])
    whole = dyadic_icc(pairs, f"{X}_a", f"{X}_b")
    assert (found.icc(X).n, found.icc(X).n_set_aside) == (whole.n, whole.n_set_aside)
    own = stayed[stayed["item"].isin(SHOWN["connection"].subscale_by_id[X].items)]
    items = item_matrix(own, SHOWN["connection"])[list(SHOWN["connection"].subscale_by_id[X].items)]
    assert found.reliability(X).n == cronbach_alpha(items, missing="listwise").n
    assert found.anonymity(FACTS, X).n_units == 60


def test_anonymity_from_parts_equals_the_whole(parts: Parts, responses: pd.DataFrame) -> None:
    own = responses[responses["item"].isin(FACTS)]
    table = own.pivot_table(index="person_id", columns="item", values="value", aggfunc="first")
    scores = score(responses, SHOWN["connection"])
    mine = scores[scores["subscale"] == X].set_index("person_id")
    people = own.drop_duplicates("person_id").set_index("person_id")
    table = table.reindex(people.index).assign(score=mine["score"].astype(float), couple=people["couple_id"])
    whole = measure_anonymity(table, FACTS, ["score"], unit="couple")
    same(parts.anonymity(FACTS, X), whole)


def same(found: Anonymity, whole: Anonymity) -> None:
    """Every figure, t to rounding."""
    assert dataclasses.replace(found, t=0.0) == dataclasses.replace(whole, t=0.0)
    assert found.t == pytest.approx(whole.t, abs=1e-10)


def counted(table: pd.DataFrame, quasi: list[str], parts: list[list[int]]) -> Anonymity:
    """From class counts of parts of the couples, merged."""
    own = [ClassCounts.of(table[table["couple"].isin(part)], quasi, "score", "couple") for part in parts]
    return reduce(ClassCounts.merged, own).anonymity()


@pytest.mark.parametrize("parts", [[[1, 2, 3, 4]], [[1, 2], [3, 4]], [[1], [2], [], [3], [4]]])
def test_a_couple_alone_in_two_classes_is_one_couple_alone(parts: list[list[int]]) -> None:
    """Couple 1 is alone in classes 1 and 2, couple 2 in class 3: two of four couples, not three."""
    table = pd.DataFrame(
        {
            "couple": [1, 1, 2, 2, 3, 3, 4, 4],
            "age": [1, 2, 3, 4, 4, 4, 4, 4],
            "score": [1.0, 2.0, 2.0, 3.0, 3.0, 1.0, np.nan, 2.0],
        }
    )
    whole = measure_anonymity(table, ["age"], ["score"], unit="couple")
    assert whole.unique == 0.5
    same(counted(table, ["age"], parts), whole)


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 10_000), st.integers(1, 30), st.integers(1, 5), st.integers(1, 4))
def test_class_counts_from_any_parts_equal_the_whole(seed: int, n: int, n_values: int, n_parts: int) -> None:
    generator = np.random.default_rng(seed)
    table = pd.DataFrame(generator.integers(0, n_values, (2 * n, 2)), columns=["x", "y"]).astype("Int16")
    table = table.mask(generator.random((2 * n, 2)) < 0.2)
    table["score"] = np.where(generator.random(2 * n) < 0.2, np.nan, generator.integers(1, 4, 2 * n))
    table["couple"] = np.repeat(np.arange(n), 2)
    table = table[generator.random(2 * n) < 0.9]
    if len(table):
        whole = measure_anonymity(table, ["x", "y"], ["score"], unit="couple")
        place = generator.integers(0, n_parts, n)
        parts = [[int(c) for c in np.flatnonzero(place == number)] for number in range(n_parts)]
        same(counted(table, ["x", "y"], parts), whole)


def test_an_item_answered_twice_is_named_with_its_part(responses: pd.DataFrame, tmp_path: Path) -> None:
    rows = responses[responses["item"].isin([*FACTS, *SHOWN["connection"].subscale_by_id[X].items])]
    folder = tmp_path / "twice"
    folder.mkdir()
    for item, call in (
        (FACTS[0], lambda parts: parts.anonymity(FACTS, X)),
        (SHOWN["connection"].subscale_by_id[X].items[0], lambda parts: parts.icc(X)),
        (SHOWN["connection"].subscale_by_id[X].items[0], lambda parts: parts.reliability(X)),
    ):
        again = rows[rows["item"] == item].head(1)
        pd.concat([rows, again]).to_parquet(folder / "part-0.parquet", index=False)
        with pytest.raises(StatisticsError, match=r"part-0.*more than once"):
            call(Parts(folder, SHOWN, progress=keep_quiet))


def test_scores_and_pairs_are_written_part_by_part(
    parts: Parts, responses: pd.DataFrame, tmp_path: Path
) -> None:
    scored = pd.read_parquet(parts.score("connection", tmp_path / "scores"))
    whole = score(responses, SHOWN["connection"])
    assert len(scored) == len(whole)
    assert scored["score"].sum() == pytest.approx(whole["score"].sum())
    assert len(pd.read_parquet(parts.pair("connection", tmp_path / "pairs"))) == len(whole) / 2
    with pytest.raises(StatisticsError, match="exists already"):
        parts.score("connection", tmp_path / "scores")


def test_a_part_that_fails_leaves_no_folder(folder: Path, responses: pd.DataFrame, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    broken.mkdir()
    responses.assign(item="connection.nonsense").to_parquet(broken / "part-0.parquet")
    with pytest.raises(Exception, match="nonsense"):
        Parts(broken, SHOWN, progress=keep_quiet).score("connection", tmp_path / "out")
    assert [path.name for path in tmp_path.iterdir()] == ["broken"]


def test_half_written_and_strange_parts_are_all_named(folder: Path, tmp_path: Path) -> None:
    whole = next(folder.glob("*.parquet")).read_bytes()
    (tmp_path / "part-0.parquet").write_bytes(whole[: len(whole) // 2])
    pd.DataFrame({"couple_id": ["c"]}).to_parquet(tmp_path / "part-1.parquet")
    with pytest.raises(StatisticsError) as refusal:
        Parts(tmp_path, SHOWN, progress=keep_quiet).check()
    assert [problem[:14] for problem in refusal.value.problems] == ["part-0.parquet", "part-1.parquet"]


def test_a_couple_in_two_parts_is_refused(responses: pd.DataFrame, tmp_path: Path) -> None:
    """Each of its halves would be an absent partner."""
    one = responses[responses["couple_id"] == responses["couple_id"].iloc[0]]
    for number, (_, person) in enumerate(one.groupby("person_id")):
        person.to_parquet(tmp_path / f"part-{number}.parquet")
    with pytest.raises(StatisticsError, match="more than one part"):
        Parts(tmp_path, SHOWN, progress=keep_quiet).check()


def test_progress_counts_every_part(folder: Path) -> None:
    seen: list[tuple[int, int]] = []
    Parts(folder, SHOWN, progress=lambda done, total: seen.append((done, total))).icc(X)
    assert seen == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StatisticsError, match="no parts"):
        Parts(tmp_path, SHOWN, progress=keep_quiet).icc(X)


def test_the_scale_proof_rejects_data_that_fit_in_memory() -> None:
    good = {"trials": FULL, "answers": 110_000_000, "gap": 0.0, "lost": 0, "gib": 1.6}
    assert scale.holds(good)
    assert not scale.holds(good | {"gib": 1.4})
    assert not scale.holds(good | {"answers": 90_000_000})
    assert scale.holds(good | {"trials": 2, "answers": 744_000, "gib": 0.01}), "the short form has no room"


def test_scoring_takes_little_memory_beside_the_scores_themselves() -> None:
    found = scoring.run(0.02)
    assert 0.0 < found["scores"] < found["memory"] - 1.0
    assert found["memory"] - found["scores"] <= 2.5
    quick = found | {"loop": 100.0, "score": 1.0, "bare": 1.0}
    assert scoring.holds(quick)
    assert not scoring.holds(quick | {"memory": 2.6 + found["scores"]})


def test_item_sums_are_pairwise_covariances() -> None:
    generator = np.random.default_rng(1)
    values = pd.DataFrame(generator.integers(0, 5, (200, 4)).astype(float)).mask(
        generator.random((200, 4)) < 0.2
    )
    halves = [ItemSums.of(values.to_numpy()[i::2]) for i in range(2)]
    found = halves[0].merged(halves[1]).moments(list("abcd"))
    np.testing.assert_allclose(found.covariance, values.cov(), atol=1e-12)
