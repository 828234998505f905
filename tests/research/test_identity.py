"""One identity and one order of partners in every frame; names that stand twice."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from workbook.dyads.ids import places
from workbook.errors import StatisticsError
from workbook.research.dyadic import align_roles, apim, distinguishability, dyadic_icc, from_persons
from workbook.research.reliability import cronbach_alpha, item_statistics, mcdonald_omega


def test_partners_stand_in_one_order_everywhere() -> None:
    """Ids are read as text: 10 stands before 9, in `places` and in `from_persons`."""
    people = pd.DataFrame({"couple_id": ["c1", "c1"], "person_id": [9, 10], "age": [29, 30]})
    wide = from_persons(people, ["age"])
    placed = places(people).set_index("place")["person_id"]
    assert wide[["person_id_a", "person_id_b"]].iloc[0].tolist() == placed[["a", "b"]].tolist() == ["10", "9"]
    assert wide[["age_a", "age_b"]].iloc[0].tolist() == [30, 29]


def test_what_two_frames_say_of_women_stays_the_womens() -> None:
    """Women 1 to 30 all score 3, men 31 to 60 all 1: merged by couple, the women's mean is 3."""
    n = np.arange(1, 31)
    people = pd.DataFrame(
        {
            "couple_id": np.concatenate([n, n]),
            "person_id": np.concatenate([n, n + 30]),
            "sex": ["f"] * 30 + ["m"] * 30,
            "score": [3.0] * 30 + [1.0] * 30,
        }
    )
    facts, scores = from_persons(people, ["sex"]), from_persons(people, ["score"])
    both = facts.merge(scores, on=["couple_id", "person_id_a", "person_id_b"], validate="one_to_one")
    assert len(both) == 30
    of_women = np.where(both["sex_a"] == "f", both["score_a"], both["score_b"])
    assert of_women.mean() == 3.0
    placed = (
        places(people).assign(person_id=lambda p: p["person_id"].astype(int)).merge(people, on="person_id")
    )
    a = placed[placed["place"] == "a"].sort_values("couple_id_x")["score"].to_numpy()
    np.testing.assert_array_equal(a, scores.sort_values("couple_id")["score_a"].to_numpy())


@pytest.mark.parametrize("ids", [[0, "0"], [0.0, "0"], ["0", "0"]])
def test_a_couple_is_one_however_its_id_is_stored(ids: list[object]) -> None:
    people = pd.DataFrame(
        {"couple_id": pd.Series(ids, dtype=object), "person_id": [7, "p1"], "x": [1.0, 2.0]}
    )
    wide = from_persons(people, ["x"])
    assert wide[["couple_id", "x_a", "x_b"]].to_numpy().tolist() == [["0", 1.0, 2.0]]
    pairs = pd.DataFrame({"couple_id": pd.Series(ids, dtype=object), "y_a": [1.0, 2], "y_b": [2.0, 1]})
    with pytest.raises(StatisticsError, match="1 duplicated"):
        dyadic_icc(pairs)


def test_roles_of_numbers_and_words_are_put_in_order() -> None:
    people = pd.DataFrame({"couple_id": [1, 1], "role": pd.Series([1, "m"], dtype=object), "x": [1.0, 2.0]})
    wide = from_persons(people, ["x"], role="role")
    assert wide[["role_a", "x_a", "role_b", "x_b"]].iloc[0].tolist() == ["1", 1.0, "m", 2.0]


PAIRS = pd.DataFrame(np.random.default_rng(1).normal(size=(30, 4)), columns=["x_a", "x_b", "y_a", "y_b"])
ITEMS = pd.DataFrame(np.random.default_rng(2).normal(size=(30, 3)), columns=["i", "i", "j"])
PEOPLE = pd.DataFrame({"couple_id": [1, 1], "sex": ["f", "m"], "x": [1.0, 2.0]})
TWICE: dict[str, tuple[str, Callable[[], object]]] = {
    "alpha": ("i", lambda: cronbach_alpha(ITEMS)),
    "omega": ("i", lambda: mcdonald_omega(ITEMS)),
    "items": ("i", lambda: item_statistics(ITEMS)),
    "icc": ("y_a", lambda: dyadic_icc(pd.concat([PAIRS, PAIRS[["y_a"]]], axis=1))),
    "apim": ("x_b", lambda: apim(pd.concat([PAIRS, PAIRS[["x_b"]]], axis=1), distinguishable=False)),
    "roles": ("x_a", lambda: distinguishability(pd.concat([PAIRS, PAIRS[["x_a"]]], axis=1))),
    "couples": (
        "couple_id",
        lambda: dyadic_icc(pd.concat([PAIRS, pd.DataFrame(0, PAIRS.index, ["couple_id"] * 2)], axis=1)),
    ),
    "persons": ("x", lambda: from_persons(PEOPLE, ["x", "x"])),
    "persons' frame": ("x", lambda: from_persons(pd.concat([PEOPLE, PEOPLE[["x"]]], axis=1), ["x"])),
    "role among values": ("sex", lambda: from_persons(PEOPLE, ["sex", "x"], role="sex")),
    "aligned": (
        "y_a",
        lambda: align_roles(
            pd.concat([PAIRS, PAIRS[["y_a"]]], axis=1).assign(role_a="f", role_b="m"),
            columns=[("x_a", "x_b"), ("y_a", "y_b")],
        ),
    ),
}


@pytest.mark.parametrize("name", list(TWICE))
def test_a_name_that_stands_twice_is_refused_by_name(name: str) -> None:
    column, call = TWICE[name]
    with pytest.raises(StatisticsError, match=f"column '{column}' is .*twice"):
        call()


@pytest.mark.parametrize("code", [999, -9, 99])
def test_a_code_for_missing_is_no_number_to_reckon_with(code: int) -> None:
    """One 999 among answers from 1 to 5 turns a likeness of .6 into one of 0."""
    generator = np.random.default_rng(3)
    shared = generator.normal(size=(60, 1))
    pairs = pd.DataFrame(np.clip(np.round(3 + shared + generator.normal(size=(60, 2)) * 0.7), 1, 5))
    pairs = pairs.set_axis(["y_a", "y_b"], axis=1)
    assert dyadic_icc(pairs).value > 0.4
    pairs.loc[[4, 7], "y_a"] = code
    with pytest.raises(StatisticsError, match="'y_a', rows 4, 7: far from all other values") as refusal:
        dyadic_icc(pairs)
    assert str(code) not in str(refusal.value)


def test_an_ordinary_99_is_a_number() -> None:
    generator = np.random.default_rng(4)
    pairs = pd.DataFrame(np.round(generator.uniform(40, 98, size=(60, 2))), columns=["y_a", "y_b"])
    pairs.loc[3, "y_a"] = 99
    assert dyadic_icc(pairs).n == 60
