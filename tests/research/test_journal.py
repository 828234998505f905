"""The journal of exports: protection against differencing one export with another."""

import dataclasses
from collections import Counter
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbook.errors import ReleaseError
from workbook.instruments import catalogue
from workbook.research.anonymise import SUPPRESSED
from workbook.research.export import (
    Published,
    Release,
    adopt_journal,
    aggregate_release,
    open_journal,
    restricted_release,
    unlinked_release,
    write_release,
)
from workbook.research.export.journal import FEWEST, JOURNAL, Basis, Journal, read_journal
from workbook.simulate import simulate_couples

SHOWN = {name: i for name, i in catalogue().items() if name in ("connection", "background")}
SCALES = ["connection.open_talk", "connection.trust"]


@pytest.fixture(scope="module")
def everybody() -> Published:
    return Published.of_responses(simulate_couples(120, 7, SHOWN, missing=0.0, declined=0.0).responses, SHOWN)


def some(published: Published, couples: slice) -> Published:
    """Only these couples, in the order of their ids."""
    names = sorted(published.people()["couple_id"].unique())[couples]
    return dataclasses.replace(
        published,
        responses=published.responses[published.responses["couple_id"].isin(names)].reset_index(drop=True),
        scores=published.scores[published.scores["couple_id"].isin(names)].reset_index(drop=True),
    )


def totals(release: Release) -> tuple[np.ndarray, int]:
    """Return the sums over couples that anybody can compute from an aggregate export."""
    means = {table.name: table.rows for table in release.tables}["means"]
    n = int(means["n_couples"].iloc[0])
    return means["mean"].to_numpy() * n, n


def test_without_the_journal_one_couple_can_be_found_by_differencing(everybody: Published) -> None:
    """The attack itself: two safe exports, and the scores of the couple that only one of them has."""
    whole, less = (
        aggregate_release(everybody, SCALES),
        aggregate_release(some(everybody, slice(1, None)), SCALES),
    )
    assert whole.risk.is_safe
    assert less.risk.is_safe
    (sums, n), (rest, m) = totals(whole), totals(less)
    assert n - m == 1
    first = some(everybody, slice(0, 1)).scores
    own = [first.loc[first["subscale"] == name, "score"].mean() for name in SCALES]
    np.testing.assert_allclose((sums - rest)[[0, 2]], own, atol=1e-9)


def test_an_export_differing_by_one_couple_is_refused(everybody: Published, tmp_path: Path) -> None:
    write_release(aggregate_release(everybody, SCALES), tmp_path / "whole", study="S")
    less = aggregate_release(some(everybody, slice(1, None)), SCALES)
    with pytest.raises(ReleaseError, match=r"whole, this export would show 1 couples.*at least 20"):
        write_release(less, tmp_path / "less", study="S")
    assert not (tmp_path / "less").exists()
    assert len(read_journal(tmp_path)) == 1
    write_release(less, tmp_path / "elsewhere" / "less", study="S")  # apart nothing is compared


def test_the_journal_is_the_studys_wherever_an_export_goes(everybody: Published, tmp_path: Path) -> None:
    records = tmp_path / "data" / "exports"
    write_release(
        aggregate_release(everybody, SCALES), tmp_path / "one" / "whole", study="S", records=records
    )
    less = aggregate_release(some(everybody, slice(1, None)), SCALES)
    with pytest.raises(ReleaseError, match="whole, this export would show 1 couples"):
        write_release(less, tmp_path / "other" / "less", study="S", records=records)
    assert not (tmp_path / "one" / JOURNAL).exists()
    assert len(read_journal(records)) == 1


def test_a_journal_kept_beside_older_exports_is_taken_over(everybody: Published, tmp_path: Path) -> None:
    old, records = tmp_path / "old", tmp_path / "data" / "exports"
    write_release(aggregate_release(everybody, SCALES), old / "whole", study="S")
    adopt_journal(records, old)
    adopt_journal(records, old)  # once is enough
    assert read_journal(records) == read_journal(old)
    less = aggregate_release(some(everybody, slice(1, None)), SCALES)
    with pytest.raises(ReleaseError, match="would show 1 couples"):
        write_release(less, tmp_path / "new" / "less", study="S", records=records)
    strange = tmp_path / "strange"
    write_release(aggregate_release(some(everybody, slice(60)), SCALES), strange / "half", study="S")
    with pytest.raises(ReleaseError, match=r"tells of exports \(half\)"):
        adopt_journal(records, strange)
    assert len(read_journal(records)) == 1


def test_a_second_default_export_takes_as_many_facets_as_the_first_one_leaves_room_for(
    everybody: Published, tmp_path: Path
) -> None:
    """29 couples, then 30: one facet more would need 30 couples, and the newcomer alone must wait."""
    first = aggregate_release(some(everybody, slice(29)))
    write_release(first, tmp_path / "first", study="S")
    second = aggregate_release(some(everybody, slice(30)), journal=open_journal(tmp_path))
    assert (first.n_couples, second.n_couples) == (29, 29)
    write_release(second, tmp_path / "second", study="S")


def test_an_export_that_an_earlier_one_forbids_says_so(everybody: Published, tmp_path: Path) -> None:
    write_release(aggregate_release(some(everybody, slice(24)), SCALES), tmp_path / "first", study="S")
    five = [f"connection.{name}" for name in ("open_talk", "trust")]
    five += [n for n in sorted(set(everybody.scores["subscale"])) if n not in five and "connection" in n][:3]
    with pytest.raises(ReleaseError) as refusal:
        aggregate_release(some(everybody, slice(30)), five, journal=open_journal(tmp_path))
    assert "30 couples have every score, but earlier exports (first) allow" in str(refusal.value)
    assert "of whom both have every score" not in str(refusal.value)


def test_the_same_data_may_be_exported_again(everybody: Published, tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_release(aggregate_release(everybody, SCALES), tmp_path / name, study="S")
    write_release(unlinked_release(everybody), tmp_path / "rows", study="S")


def test_a_couple_that_left_is_hidden_by_dropping_others_too(everybody: Published, tmp_path: Path) -> None:
    write_release(aggregate_release(everybody, SCALES), tmp_path / "whole", study="S")
    rest = some(everybody, slice(1, None))
    release = aggregate_release(rest, SCALES, journal=open_journal(tmp_path))
    assert release.n_couples == 120 - FEWEST
    write_release(release, tmp_path / "rest", study="S")
    assert "background" not in {table.name for table in release.tables}


def test_newcomers_wait_until_they_are_enough(everybody: Published, tmp_path: Path) -> None:
    write_release(unlinked_release(some(everybody, slice(100))), tmp_path / "first", study="S")
    few = unlinked_release(some(everybody, slice(103)), journal=open_journal(tmp_path))
    assert few.n_couples == 100
    more = unlinked_release(everybody, journal=open_journal(tmp_path))
    assert more.n_couples in (100, 120)  # 20 couples wait too where their rows could be found
    write_release(more, tmp_path / "second", study="S")
    with pytest.raises(ReleaseError, match="3 couples apart"):
        write_release(unlinked_release(some(everybody, slice(103))), tmp_path / "third", study="S")


def test_differencing_two_exports_leaves_newcomers_that_are_k_anonymous(
    everybody: Published, tmp_path: Path
) -> None:
    """Whoever holds both exports can tell which rows are new; these hide k couples in every class."""
    first = unlinked_release(some(everybody, slice(70)))
    write_release(first, tmp_path / "first", study="S")
    second = unlinked_release(everybody, journal=open_journal(tmp_path))
    write_release(second, tmp_path / "second", study="S")
    (old, new) = (release.tables[0].rows.drop(columns="row_id") for release in (first, second))
    fresh = Counter(map(tuple, new.to_numpy())) - Counter(map(tuple, old.to_numpy()))
    gone = Counter(map(tuple, old.to_numpy())) - Counter(map(tuple, new.to_numpy()))
    assert not gone
    assert sum(fresh.values()) == 100
    joined = set(everybody.people()["person_id"]) - set(first.owners)
    couple = everybody.people().set_index("person_id")["couple_id"]
    rows = new.assign(owner=second.owners)
    own = rows[rows["owner"].isin(joined)]
    hidden = own["owner"].map(couple).groupby([own[c] for c in new.columns], dropna=False).nunique()
    assert hidden.min() >= 5
    assert (own.iloc[:, 0] != SUPPRESSED).any()


def test_rows_do_not_show_who_left(everybody: Published, tmp_path: Path) -> None:
    write_release(unlinked_release(everybody), tmp_path / "first", study="S")
    rest = some(everybody, slice(30, None))
    release = unlinked_release(rest, journal=open_journal(tmp_path))
    with pytest.raises(ReleaseError, match=r"taken back.*aggregate"):
        write_release(release, tmp_path / "second", study="S")
    write_release(aggregate_release(rest, SCALES, journal=open_journal(tmp_path)), tmp_path / "t", study="S")


def test_other_bands_or_scales_of_the_same_people_are_refused(everybody: Published, tmp_path: Path) -> None:
    write_release(unlinked_release(everybody, SCALES), tmp_path / "first", study="S")
    with pytest.raises(ReleaseError, match="other scales or bands"):
        write_release(unlinked_release(everybody, [SCALES[1]]), tmp_path / "second", study="S")
    again = unlinked_release(everybody, journal=open_journal(tmp_path))
    assert list(again.tables[0].rows.columns[1:]) == [name.replace(".", "_") for name in SCALES]
    write_release(again, tmp_path / "third", study="S")


def test_rows_of_a_changed_cohort_must_be_made_with_the_journal(everybody: Published, tmp_path: Path) -> None:
    """Twenty newcomers are enough, but their rows must have been made to hide each other."""
    write_release(unlinked_release(some(everybody, slice(100)), SCALES), tmp_path / "first", study="S")
    blind = unlinked_release(everybody, SCALES)
    shape = open_journal(tmp_path).shape("assessment-1", blind.basis.members if blind.basis else {})
    assert blind.basis is not None
    assert shape is not None
    forged = dataclasses.replace(blind, basis=dataclasses.replace(blind.basis, shape=shape))
    with pytest.raises(ReleaseError, match="make this export with the study's journal"):
        write_release(forged, tmp_path / "second", study="S")


def test_background_facts_are_refused_after_an_export_of_different_people(
    everybody: Published, tmp_path: Path
) -> None:
    write_release(aggregate_release(some(everybody, slice(90)), SCALES), tmp_path / "first", study="S")
    rows = unlinked_release(
        everybody, SCALES[:1], background=["background.living_together"], journal=open_journal(tmp_path)
    )
    with pytest.raises(ReleaseError, match="cell by cell"):
        write_release(rows, tmp_path / "second", study="S")


def test_linked_rows_and_tables_are_compared_too(everybody: Published, tmp_path: Path) -> None:
    linked = restricted_release(some(everybody, slice(119)), agreement="Ethics 1")
    write_release(linked, tmp_path / "linked", study="S")
    with pytest.raises(ReleaseError, match="1 couples apart"):
        write_release(aggregate_release(everybody, SCALES), tmp_path / "tables", study="S")
    settled = aggregate_release(everybody, SCALES, journal=open_journal(tmp_path))
    assert settled.n_couples == 119


def test_people_are_matched_across_exports_by_their_stable_keys(everybody: Published, tmp_path: Path) -> None:
    """Ids are random at every opening, so people are matched by keys: otherwise nobody would overlap."""
    names = everybody.people()
    keys = {p: (c, p) for p, c in zip(names["person_id"], names["couple_id"], strict=True)}

    def opened(number: int, published: Published) -> Published:
        def anew(frame: pd.DataFrame) -> pd.DataFrame:
            ids = {name: f"{number}-" + frame[name] for name in ("person_id", "couple_id")}
            return frame.assign(**ids)

        fresh = {f"{number}-{person}": key for person, key in keys.items()}
        return Published(anew(published.responses), anew(published.scores), SHOWN, fresh)

    write_release(aggregate_release(opened(1, everybody), SCALES), tmp_path / "one", study="S")
    less = aggregate_release(opened(2, some(everybody, slice(1, None))), SCALES)
    with pytest.raises(ReleaseError, match="1 couples apart"):
        write_release(less, tmp_path / "two", study="S")


def test_the_journal_holds_no_ids_and_is_in_no_release(everybody: Published, tmp_path: Path) -> None:
    folder = write_release(unlinked_release(everybody), tmp_path / "out", study="S")
    kept = (tmp_path / JOURNAL).read_text()
    for person in everybody.people()["person_id"]:
        assert person not in kept
    entry = read_journal(tmp_path)[0]
    assert len(entry["members"]) == 240
    given_out = "".join(path.read_text() for path in folder.rglob("*.json"))
    assert entry["salt"] not in given_out
    assert entry["members"][0][0] not in given_out


def test_every_table_of_one_export_is_about_the_same_people() -> None:
    """Were one table about one person more, that person's score would be the difference."""
    cohort = simulate_couples(120, 7, SHOWN, missing=0.3).responses
    release = aggregate_release(Published.of_responses(cohort, SHOWN), SCALES)
    tables = {table.name: table.rows for table in release.tables}
    assert release.n_couples < 118
    assert set(tables["scales"]["n_persons"]) == {2 * release.n_couples}
    assert set(tables["means"]["n_couples"]) == set(tables["scales"]["n_couples"]) == {release.n_couples}


def test_a_truncated_journal_line_is_skipped_and_a_damaged_one_is_an_error(
    everybody: Published, tmp_path: Path
) -> None:
    release = aggregate_release(everybody, SCALES)
    write_release(release, tmp_path / "one", study="S")
    path = tmp_path / JOURNAL
    whole = path.read_text()
    path.write_text(whole + whole[:200])
    assert len(read_journal(tmp_path)) == 1
    write_release(release, tmp_path / "two", study="S")
    assert [entry["folder"] for entry in read_journal(tmp_path)] == ["one", "two"]
    path.write_text(whole[:300] + "\n" + whole)
    with pytest.raises(ReleaseError, match="line 1, cannot be read"):
        write_release(release, tmp_path / "three", study="S")


def test_a_release_without_its_members_is_refused(everybody: Published, tmp_path: Path) -> None:
    nameless = dataclasses.replace(aggregate_release(everybody, SCALES), basis=None)
    with pytest.raises(ReleaseError, match="whose answers"):
        write_release(nameless, tmp_path / "out", study="S")


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), min_size=2, max_size=5))
def test_no_combination_of_exports_reveals_fewer_than_twenty_couples(
    steps: list[tuple[int, int]],
) -> None:
    """Couples join and leave between exports; every class by membership is empty or large enough."""
    journal, held, first, last = Journal(), [], 0, 100
    for number, (leave, join) in enumerate(steps):
        first, last = first + leave, last + join
        members = {f"p{i}{place}": f"c{i}" for i in range(first, last) for place in "ab"}
        basis = Basis("aggregate", "assessment-1", FEWEST, members)
        out = journal.hold_back(basis)
        basis = dataclasses.replace(basis, members={p: c for p, c in members.items() if p not in out})
        if not basis.members or journal.problems(basis):
            continue
        held.append(set(basis.members.values()))
        entry = {"folder": str(number), "level": "aggregate", **journal.note(basis)}
        journal = Journal((*journal.entries, entry), journal.salt)
    for signs in product([True, False], repeat=len(held)):
        if any(signs):
            inside = set.intersection(*[own for own, s in zip(held, signs, strict=True) if s])
            atom = inside - set().union(*[own for own, s in zip(held, signs, strict=True) if not s])
            assert not atom or len(atom) >= FEWEST
    assert held
