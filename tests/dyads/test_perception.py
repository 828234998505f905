"""The four perspectives and the statistics made from them, checked by hand."""

import dataclasses
import math

import pandas as pd
import pytest

from tests.small import ITEMS, OFTEN, SEEN, SMALL, TALK, answers, both
from workbook import frames
from workbook.dyads import perception, perspectives
from workbook.instruments.model import Instrument, Item, Subscale
from workbook.scoring import score

MINE = {"x.talk.1": 4, "x.talk.2": 4, "x.talk.3": 0, "x.talk.partner": 3}
YOURS = {"x.talk.1": 2, "x.talk.2": 2, "x.talk.3": 2, "x.talk.partner": 1}


def seen(responses, known=None, instrument=SMALL):
    return perspectives(score(responses, instrument), instrument, known)


def test_the_four_perspectives_of_a_facet():
    """I say 4 of myself and 3 of you; you say 2 of yourself and 1 of me. Only scores have a band."""
    found = seen(both(MINE, YOURS))

    assert found["perspective"].tolist() == ["a_on_a", "a_on_b", "b_on_b", "b_on_a"]
    assert found["value"].tolist() == [4.0, 3.0, 2.0, 1.0]
    assert found["person_id"].tolist() == ["p_1", "p_1", "p_2", "p_2"]
    assert found["place"].tolist() == ["a", "a", "b", "b"]
    assert found["low"].isna().tolist() == [False, True, False, True]
    assert found["low"].iloc[2] == pytest.approx(2 - 0.98)
    assert found["high"].iloc[2] == pytest.approx(2 + 0.98)
    assert found["assumed"].tolist() == [True, False, True, False]
    assert set(found["facet"]) == {"x.talk"}
    assert set(found["instrument"]) == {"x"}


def test_a_reverse_keyed_answer_about_the_partner_is_turned():
    items = tuple(dataclasses.replace(i, reverse=True) if i.about == "partner" else i for i in ITEMS)
    instrument = dataclasses.replace(SMALL, items=items, subscales=(TALK, SEEN))

    assert seen(both(MINE, YOURS), instrument=instrument)["value"].tolist() == [4.0, 1.0, 2.0, 3.0]


def test_a_solo_person_has_two_perspectives():
    assert seen(answers(MINE))["perspective"].tolist() == ["a_on_a", "a_on_b"]
    assert seen(answers(MINE), {"p_1": "b"})["perspective"].tolist() == ["b_on_b", "b_on_a"]


def test_missing_perspectives_are_na():
    found = seen(both(MINE | {"x.talk.partner": None}, {"x.talk.partner": 1}))

    assert found["value"].isna().tolist() == [False, True, True, False]


def test_occasions_and_couples_are_kept_separate():
    rows = pd.concat(
        [
            both(MINE, YOURS),
            both(YOURS, MINE).assign(occasion="assessment-2"),
            answers(YOURS, "p_8", "c_0"),
        ],
        ignore_index=True,
    )
    found = seen(rows)

    assert found["couple_id"].tolist() == ["c_0"] * 2 + ["c_1"] * 8
    assert found["value"].tolist() == [2.0, 1.0, 4.0, 3.0, 2.0, 1.0, 2.0, 1.0, 4.0, 3.0]
    assert found["occasion"].tolist() == ["assessment-1"] * 6 + ["assessment-2"] * 4


def test_ids_as_categories_give_the_same():
    rows = pd.concat([both(MINE, YOURS), answers(MINE, "p_3", "c_2")], ignore_index=True)
    ids = ["couple_id", "person_id", "occasion", "item", "instrument"]
    some = (rows["couple_id"] == "c_1").to_numpy()
    compact = rows.astype(dict.fromkeys(ids, "category"))[some]

    pd.testing.assert_frame_equal(seen(compact), seen(rows[some]))


def test_no_perspectives_give_an_empty_frame():
    assert len(perspectives(frames.empty(frames.SCORES), SMALL)) == 0
    assert len(seen(answers({"y.a": 1}, instrument="y"))) == 0
    neither = dataclasses.replace(SMALL, subscales=(dataclasses.replace(TALK, higher_is="neither"), SEEN))
    assert len(seen(both(MINE, YOURS), instrument=neither)) == 0
    assert len(perception(frames.empty(frames.PERSPECTIVES))) == 0


# -- perception -------------------------------------------------------------------------


def many(n: int) -> Instrument:
    """Return an instrument of n single-item facets, each with an item about the partner."""
    items, subscales = [], []
    for k in range(n):
        items += [Item(f"x.f{k}.self", "…", OFTEN), Item(f"x.f{k}.partner", "…", OFTEN, about="partner")]
        subscales += [
            Subscale(f"x.f{k}.{who}", f"Facet {k}", (f"x.f{k}.{who}",), about=about, summary="")
            for who, about in (("self", "self"), ("partner", "partner"))
        ]
    return dataclasses.replace(SMALL, items=tuple(items), subscales=tuple(subscales))


def views(mine: list[int], of_you: list[int], yours: list[int], of_me: list[int]) -> pd.DataFrame:
    instrument = many(len(mine))
    one = {f"x.f{k}.self": v for k, v in enumerate(mine)} | {
        f"x.f{k}.partner": v for k, v in enumerate(of_you)
    }
    two = {f"x.f{k}.self": v for k, v in enumerate(yours)} | {
        f"x.f{k}.partner": v for k, v in enumerate(of_me)
    }
    return perception(seen(both(one, two), instrument=instrument))


def test_elevation_accuracy_and_similarity_by_hand():
    """I see you as 1 2 3 4 4 (mean 2.8), you say 0 1 2 3 4 (mean 2): elevation 0.8.

    Deviations of my view: −1.8 −0.8 0.2 1.2 1.2, of your word: −2 −1 0 1 2. Products sum to
    3.6 + 0.8 + 0 + 1.2 + 2.4 = 8; squares sum to 6.8 and 10: accuracy 8/√68. I say of myself
    4 3 2 1 0, the mirror of your word: similarity −8/√68.
    """
    found = views([4, 3, 2, 1, 0], [1, 2, 3, 4, 4], [0, 1, 2, 3, 4], [2, 2, 2, 2, 2])
    mine = found.iloc[0]

    assert (mine["person_id"], mine["place"], mine["n_facets"]) == ("p_1", "a", 5)
    assert mine["elevation"] == pytest.approx(0.8)
    assert mine["accuracy"] == pytest.approx(8 / math.sqrt(68))
    assert mine["similarity"] == pytest.approx(-8 / math.sqrt(68))


def test_a_view_that_does_not_vary_has_no_correlation():
    """You see me as 2 on everything; I say 4 3 2 1 0, mean 2: elevation 0, no correlation."""
    yours = views([4, 3, 2, 1, 0], [1, 2, 3, 4, 4], [0, 1, 2, 3, 4], [2, 2, 2, 2, 2]).iloc[1]

    assert (yours["person_id"], yours["place"]) == ("p_2", "b")
    assert yours["elevation"] == 0.0
    assert yours[["accuracy", "similarity"]].isna().all()


def test_a_truth_that_does_not_vary_has_no_correlation_either():
    mine = views([4, 3, 2, 1, 0], [0, 1, 2, 3, 4], [2, 2, 2, 2, 2], [0, 1, 2, 3, 4]).iloc[0]

    assert pd.isna(mine["accuracy"])
    assert mine["similarity"] == pytest.approx(-1.0)


def test_a_view_that_varies_by_one_step_has_a_correlation():
    """I see you as 3 3 3 4 4, you say 3 3 3 4 4 of yourself, I say 1 1 1 0 0 of myself."""
    mine = views([1, 1, 1, 0, 0], [3, 3, 3, 4, 4], [3, 3, 3, 4, 4], [1, 1, 1, 0, 0]).iloc[0]

    assert mine["accuracy"] == pytest.approx(1.0)
    assert mine["similarity"] == pytest.approx(-1.0)


def test_couples_are_sorted_and_a_lone_partner_does_not_affect_others():
    instrument = many(5)
    whole = {f"x.f{k}.self": k for k in range(5)} | {f"x.f{k}.partner": k for k in range(5)}
    rows = pd.concat(
        [
            answers(whole, "p_9", "c_9"),
            answers(whole, "p_8", "c_9"),
            answers(whole, "p_5", "c_0"),
            answers(whole, "p_1", "c_5"),
            answers(whole, "p_2", "c_5"),
        ],
        ignore_index=True,
    )
    found = perception(seen(rows, instrument=instrument).iloc[::-1])

    assert found["person_id"].tolist() == ["p_1", "p_2", "p_8", "p_9"]
    assert list(found.index) == [0, 1, 2, 3]


def test_fewer_than_five_facets_are_too_few_to_correlate():
    mine = views([4, 3, 2, 1], [1, 2, 3, 4], [0, 1, 2, 3], [2, 2, 2, 2]).iloc[0]

    assert mine["n_facets"] == 4
    assert mine["elevation"] == 1.0
    assert mine[["accuracy", "similarity"]].isna().all()


def test_facets_with_a_gap_are_left_out_for_that_perceiver_only():
    instrument = many(6)
    one = {f"x.f{k}.self": k % 5 for k in range(6)} | {f"x.f{k}.partner": k % 5 for k in range(6)}
    two = one | {"x.f0.partner": None}
    found = perception(seen(both(one, two), instrument=instrument))

    assert found["n_facets"].tolist() == [6, 5]


def test_solo_perspectives_make_no_perception():
    assert len(perception(seen(answers(MINE)))) == 0
