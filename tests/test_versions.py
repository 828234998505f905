"""What was answered in other words is another answer: it is scored, joined and shown only as what it was."""

import pandas as pd

from tests.small import asked_version
from workbook import frames
from workbook.dyads import find_changes
from workbook.instruments import catalogue, edition
from workbook.plots import prepare_trend
from workbook.plots.trend import note_moved
from workbook.scoring import score_as_answered
from workbook.simulate import simulate_couples
from workbook.versions import as_answered, asked_in, joined_in_time

THEN, NOW = edition(1), catalogue()
PERSON = "p_0000000a"
SAME = {
    one.id
    for one in NOW["connection"].subscales
    if NOW["connection"].rests_on(one.id) == THEN["connection"].rests_on(one.id)
}


def answered(asked, occasion: str) -> pd.DataFrame:
    rows = simulate_couples(1, 7, [asked["connection"]], missing=0, declined=0).responses
    return rows[(rows["person_id"] == PERSON).to_numpy(dtype=bool)].assign(occasion=occasion)


def test_each_round_is_scored_in_the_version_in_which_it_was_answered() -> None:
    rows = pd.concat([answered(THEN, "assessment-1"), answered(NOW, "assessment-2")], ignore_index=True)
    scores = score_as_answered(rows, NOW)
    by_round = scores.groupby("occasion")["version"].unique()
    assert by_round["assessment-1"].tolist() == ["1.0"] and by_round["assessment-2"].tolist() == ["2.0"]
    assert len(scores[scores["occasion"] == "assessment-1"]) == len(THEN["connection"].subscales)


def test_a_round_that_was_begun_in_other_words_counts_as_what_is_asked_once_that_is_answered() -> None:
    old, new = answered(THEN, "assessment-2"), answered(NOW, "assessment-2")
    only_now = new[[name not in THEN["connection"].item_by_id for name in new["item"]]].iloc[:1]
    assert as_answered(old, NOW)["connection"] == THEN["connection"]
    both = pd.concat([old, only_now], ignore_index=True)
    assert as_answered(both, NOW)["connection"] == NOW["connection"]
    kept = asked_in(both, NOW["connection"].keys)
    assert set(zip(kept["item"], kept["version"], strict=True)) <= NOW["connection"].keys
    assert 0 < len(kept) < len(both)


def test_only_scores_that_rest_on_the_same_questions_are_joined_over_time_and_the_others_are_counted() -> (
    None
):
    rows = pd.concat([answered(THEN, "assessment-1"), answered(NOW, "assessment-2")], ignore_index=True)
    scores = score_as_answered(rows, NOW)
    joined = joined_in_time(scores, NOW)
    assert set(joined.loc[joined["occasion"] == "assessment-1", "subscale"]) == SAME == {"connection.support"}
    assert set(find_changes(scores, NOW)["facet"]) == SAME
    prepared = prepare_trend(scores, NOW["connection"], {PERSON: "a"}, {"a": "Mira"})
    assert set(prepared["facet"]) == SAME
    n_parted = sum(one.about == "self" and one.id in THEN["connection"].subscale_by_id for one in NOW["connection"].subscales) - 1  # fmt: skip
    assert ("results.plots.parted", {"n": n_parted}) in note_moved(prepared)
    again = pd.concat([answered(NOW, "assessment-1"), answered(NOW, "assessment-2")], ignore_index=True)
    whole = prepare_trend(score_as_answered(again, NOW), NOW["connection"], {PERSON: "a"}, {"a": "Mira"})
    assert len(set(whole["facet"])) == 24 and not any(key.endswith("parted") for key, _ in note_moved(whole))


def test_a_frame_of_before_is_of_the_first_version_and_nothing_in_it_did_not_come_up() -> None:
    row = {"couple_id": "c", "person_id": "p", "occasion": "assessment-1", "instrument": "x", "item": "x.1"}
    before = frames.check(pd.DataFrame([row | {"value": 1, "declined": False}]), frames.RESPONSES)
    assert before["version"].tolist() == ["1.0"] and before["not_arisen"].tolist() == [False]
    assert asked_version("connection.closeness.1") == "2.0"
