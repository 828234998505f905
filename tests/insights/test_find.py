"""Choosing insights: strengths first, few, deterministic, never a ranking of the partners."""

import dataclasses
import random
from dataclasses import replace

import pandas as pd
import pytest

from tests.small import OFTEN, SMALL, answers
from workbook import frames
from workbook.content.families import Family, families
from workbook.content.ladder import ladder
from workbook.content.thresholds import read_thresholds, thresholds
from workbook.dyads import find_claims, needs_gap, pair
from workbook.errors import ContentError
from workbook.insights import find_insights
from workbook.insights.choose import Chooser
from workbook.insights.standing import Standing
from workbook.instruments import catalogue
from workbook.instruments.model import Constant, Item, Subscale
from workbook.scoring import score

# A ladder without a first rung, so that the way up it can be seen; the first rungs have tests below.
STEADY = replace(ladder(), rungs=())


def instrument(n: int, worse: tuple[int, ...] = ()):
    """n facets of two items each on 0 to 4, SEM 0.5."""
    items, subscales = [], []
    for k in range(n):
        names = (f"x.f{k}.1", f"x.f{k}.2")
        items += [Item(name, "…", OFTEN) for name in names]
        subscales.append(
            Subscale(
                f"x.f{k}",
                f"Facet {k}",
                names,
                summary="",
                source=("S0",),
                higher_is="worse" if k in worse else "better",
                reliability=Constant(0.75, "assumed"),
                sd=Constant(1.0, "assumed"),
            )
        )
    return dataclasses.replace(SMALL, items=tuple(items), subscales=tuple(subscales))


def found(mine: list, yours: list | None = None, worse: tuple[int, ...] = (), **more):
    """Insights of a couple whose facet scores are these."""
    made = instrument(len(mine), worse)
    sides = [("p_1", mine)] + ([("p_2", yours)] if yours is not None else [])
    rows = [
        answers({f"x.f{k}.{i}": v for k, v in enumerate(values) for i in (1, 2)}, person)
        for person, values in sides
    ]
    more.setdefault("steps", STEADY)
    scores = score(pd.concat(rows, ignore_index=True), made)
    none = frames.empty(frames.PERSPECTIVES), frames.empty(frames.NEEDS)
    more.setdefault("claims", find_claims(scores, *none, {"x": made}))
    return find_insights(pair(scores), {"x": made}, alone=yours is None, **more)


def told(insights, code):
    return [insight.subject for insight in insights if insight.code == code]


def test_strengths_come_first_then_growth_then_one_step():
    """f0: 4 and 4. f1: 1 and 1."""
    insights = found([4, 1, 2, 2, 2], [4, 1, 2, 2, 2], suggestions={"x.f1": ("talk", "walk")})

    assert [insight.code for insight in insights] == ["strength", "growth", "next_step"]
    assert [insight.subject for insight in insights] == ["x.f0", "x.f1", "x.f1"]
    assert (insights[-1].exercise, insights[-1].second) == ("talk", "walk")


def test_a_strength_needs_both_partners():
    """f0: 4 and 2 (the lower position is .5). f1: 3 and 3 (.75)."""
    assert told(found([4, 3], [2, 3]), "strength") == ["x.f1"]


def test_the_strongest_by_the_lower_partner_leads():
    assert told(found([3, 4, 2, 4], [3, 4, 3, 3]), "strength") == ["x.f1", "x.f3", "x.f0"]


def test_a_topic_is_low_when_it_is_low_for_either_and_says_where_each_stands():
    """f0: 1 and 4: their mean, .63, is not low. One partner's distress is not averaged away."""
    (one,) = [i for i in found([1, 2, 2, 3, 3], [4, 2, 2, 3, 2]) if i.code == "growth"]

    assert one.subject == "x.f0"
    assert one.stands == {"a": "low", "b": "high"}
    assert one.whom == "one"


@pytest.mark.parametrize(
    ("mine", "yours", "whom"), [(1, 1, "both"), (1, 2, "some"), (1, 3, "some"), (0, 4, "one"), (4, 0, "one")]
)
def test_a_low_topic_holds_of_both_of_one_where_it_may_be_told_or_of_at_least_one(mine, yours, whom):
    """SEM at .6 is √.4 = .63, of a difference .89; of five topics and all together, 4 points hold, 2 do not."""
    (one,) = [i for i in found([mine, 2, 2, 3, 3], [yours, 2, 2, 3, 2]) if i.code == "growth"]

    assert one.whom == whom


def test_without_claims_nobody_is_told_to_stand_lower_than_the_other():
    (one,) = [i for i in found([0, 2, 2, 3, 3], [4, 2, 2, 3, 2], claims=None) if i.code == "growth"]

    assert one.whom == "some"


def test_topics_of_one_family_share_a_card():
    """Trust and broken trust are one thing: a card for both, and one for another family."""
    kin = replace(families(), families=(Family("ground", ("x.f0", "x.f1")),))
    at = [(0.1, 0.6), (0.1, 0.6), (0.6, 0.2), (0.6, 0.6)]
    made = [Standing(f"x.f{n}", False, {"a": a, "b": b}, {}, False, "", ()) for n, (a, b) in enumerate(at)]
    cards = Chooser(made, thresholds(), families=kin).growth()

    assert [(one.code, one.subjects or one.subject) for one in cards] == [
        ("growth_group", ("x.f0", "x.f1")),
        ("growth", "x.f2"),
    ]


def test_each_partners_lowest_topic_is_reported_once():
    """a: f0 is lowest (0), then f1 (1). b: f3 is lowest (1). One for each, in the topics' order."""
    insights = found([0, 1, 2, 2, 3], [2, 2, 2, 1, 3])

    assert told(insights, "growth") == ["x.f0", "x.f3"]


def test_two_low_topics_of_one_partner_are_reported_if_the_other_has_none():
    assert told(found([0, 1, 2, 2, 3], [2, 2, 2, 2, 3]), "growth") == ["x.f0", "x.f1"]


def test_ties_are_named_together_or_counted():
    """Four equally strong, five equally low: no three and no two of them are the ones."""
    insights = found([4, 4, 4, 4, 1, 1, 1], [4, 4, 4, 4, 1, 1, 1])
    tied = {one.code: one for one in insights}

    assert told(insights, "strength") == told(insights, "growth") == []
    assert tied["strength_tied"].subjects == ("x.f0", "x.f1", "x.f2", "x.f3")
    assert tied["growth_tied"].subjects == ("x.f4", "x.f5", "x.f6")
    assert tied["growth_tied"].whom == "some"


def test_tied_topics_are_named_only_as_whole_groups():
    """One at 4, then three at 3: with room for three only the first stands out."""
    assert told(found([4, 3, 3, 3, 2], [4, 3, 3, 3, 2]), "strength") == ["x.f0"]


def test_without_a_strength_the_best_topic_low_for_nobody_is_named():
    assert told(found([2, 2, 2, 1, 2], [2, 3, 2, 1, 2]), "strength_so_far") == ["x.f1"]
    assert told(found([1, 1, 0, 0, 0], [2, 3, 2, 2, 2]), "strength_so_far") == []


def test_topics_that_fear_can_raise_are_never_reported_as_a_strength():
    """f0 is strong for both but never reported; "none is strong" would be false as well."""
    unpraised = replace(STEADY, never_praised=("x.f0",))
    strong = found([4, 2, 2, 2, 1], [4, 2, 2, 2, 1], steps=unpraised)
    other = found([4, 3, 2, 2, 1], [4, 3, 2, 2, 1], steps=unpraised)
    so_far = found([2, 2, 2, 2, 1], [3, 2, 2, 2, 1], steps=unpraised)

    assert not {"strength", "strength_so_far", "nothing_strong"} & {one.code for one in strong}
    assert told(other, "strength") == ["x.f1"]
    assert told(so_far, "strength_so_far") == []


def test_without_a_low_topic_the_least_strong_is_named_gently_if_there_is_one():
    insights = found([3, 3, 3, 2, 4], [3, 3, 3, 2, 4])

    assert told(insights, "growth") == []
    assert told(insights, "growth_least") == ["x.f3"]


@pytest.mark.parametrize("mine", [[3, 3, 2, 2, 4], [4, 4, 4, 4, 3]])
def test_ties_and_strong_topics_are_never_reported_as_low(mine):
    assert [one.code for one in found(mine, mine) if "low" in one.code or "growth" in one.code] == [
        "nothing_low"
    ]


@pytest.mark.parametrize(
    ("value", "stand"), [(4, "high"), (3, "high"), (2, "middle"), (1, "low"), (0, "low")]
)
def test_all_tied_topics_are_reported_as_alike_without_naming_one(value, stand):
    insights = found([value] * 6, [value] * 6)

    assert [one.code for one in insights] == ["alike", "next_step"]
    assert set(insights[0].stands.values()) == {stand}


def test_partners_opposite_on_every_topic_are_reported_as_apart():
    insights = found([0] * 6, [3] * 6)
    codes = [one.code for one in insights]

    assert codes[0] == "apart"
    assert insights[0].stands == {}
    assert insights[0].numbers == {"n_apart": 6, "n_topics": 6}
    assert not {"strength", "strength_so_far", "growth"} & set(codes)


def test_partners_are_not_reported_as_apart_where_that_may_not_be_told():
    assert "apart" not in [one.code for one in found([0] * 6, [3] * 6, claims=None)]


def test_whoever_the_apart_topics_do_not_speak_for_is_not_passed_over():
    """Five topics low for a and high for b; a sign often for b alone."""
    insights = found([0, 0, 0, 0, 0, 1], [4, 4, 4, 4, 4, 4], worse=(5,))

    assert insights[0].code == "apart"
    assert told(insights, "growth") == ["x.f5"]


def test_with_few_topics_only_absolute_highs_and_lows_are_reported():
    assert [one.code for one in found([2, 2, 2], [2, 2, 2])] == ["few", "nothing_low", "next_step"]
    assert [one.code for one in found([4, 1], [4, 1])] == ["few", "strength", "growth", "next_step"]


def test_a_topic_with_one_value_is_not_reported_to_both():
    assert [one.code for one in found([4, None], [None, 1])] == ["next_step"]


def test_signs_are_reversed_and_a_rare_one_is_not_a_strength():
    """f1 and f2 are signs: 4 is bad, 0 is good but not what a couple is good at."""
    insights = found([3, 4, 0], [3, 4, 0], worse=(1, 2))

    assert told(insights, "strength") == ["x.f0"]
    assert told(insights, "growth") == ["x.f1"]


def test_signs_alone_still_begin_with_something_good():
    assert told(found([0, 4], [0, 4], worse=(0, 1)), "strength") == ["x.f0"]


def test_swapping_the_partners_changes_nothing_told():
    mine, yours = [4, 1, 3, 2, 0], [2, 1, 3, 4, 3]
    one, other = found(mine, yours), found(yours, mine)

    assert [(i.code, i.subject, i.exercise) for i in one] == [(i.code, i.subject, i.exercise) for i in other]
    for i, j in zip(one, other, strict=True):
        assert i.numbers.get("position") == j.numbers.get("position")
        assert (i.whom, i.second) == (j.whom, j.second)


def test_results_of_one_partner_alone_carry_that_caution():
    insights = found([4, 1])

    assert {insight.caution for insight in insights[:-1]} == {"one_side"}
    assert {insight.whom for insight in insights} == {"you"}
    assert insights[-1].exercise == ladder().for_oneself[0]
    assert told(insights, "strength") == ["x.f0"]
    assert next(i for i in insights if i.code == "strength").numbers["n_partners"] == 1


def test_assumed_constants_are_stated_with_their_source():
    first = next(i for i in found([4, 1], [4, 1]) if i.code == "strength")

    assert first.caution == "assumed"
    assert first.evidence == ("S0",)


def test_unanswered_topics_are_not_reported():
    assert [one.code for one in found([None, None], [None, None])] == ["next_step"]


def test_no_number_sums_up_the_relationship():
    """Every number belongs to one subject; nothing is summed over facets or persons."""
    for insight in found([4, 1, 4], [4, 1, 1]):
        subjects = insight.subjects or (insight.subject,)
        assert insight.code in ("few", "next_step") or all(one.startswith("x.f") for one in subjects)
        assert not {"total", "overall", "sum", "rank"} & set(insight.numbers)


def test_a_check_in_has_its_own_page():
    weekly = dataclasses.replace(instrument(2), occasion="weekly")
    rows = answers({"x.f0.1": 4, "x.f0.2": 4, "x.f1.1": 0, "x.f1.2": 0}, occasion="week-1")

    insights = find_insights(pair(score(rows, weekly)), {"x": weekly}, alone=True)

    assert [one.code for one in insights] == ["next_step"]


def test_the_order_of_pairs_does_not_matter():
    made = instrument(6)
    rows = [
        answers({f"x.f{k}.{i}": (k * 2 + p) % 5 for k in range(6) for i in (1, 2)}, f"p_{p}") for p in (1, 2)
    ]
    pairs = pair(score(pd.concat(rows, ignore_index=True), made))
    order = list(range(len(pairs)))
    random.Random(3).shuffle(order)

    assert find_insights(pairs, {"x": made}) == find_insights(pairs.iloc[order], {"x": made})


# -- needs ------------------------------------------------------------------------------


def needs_of(**people):
    rows = [
        answers(
            {
                f"needs.{need}.{aspect}": value
                for need, both in given.items()
                for aspect, value in zip(("importance", "met"), both, strict=True)
            },
            person,
            instrument="needs",
        )
        for person, given in people.items()
    ]
    return needs_gap(pd.concat(rows, ignore_index=True))


def test_one_unmet_need_for_each_partner_by_its_gap():
    """p_1: heard 4 − 1 = 3 before seen 4 − 2 = 2. p_2: seen 3 − 1 = 2."""
    needs = needs_of(p_1={"seen": (4, 2), "heard": (4, 1)}, p_2={"seen": (3, 1), "heard": (2, 0)})
    insights = found([4], [4], needs=needs, suggestions={"needs.heard": ("needs_talk",)})
    unmet = [insight for insight in insights if insight.code == "unmet_need"]

    assert [(one.person_id, one.subject) for one in unmet] == [("p_1", "needs.heard"), ("p_2", "needs.seen")]
    assert unmet[0].numbers == {"importance": 4.0, "met": 1.0, "gap": 3.0}
    assert unmet[0].caution == "single"
    assert insights[-1].code == "next_step"
    assert (insights[-1].subject, insights[-1].person_id, insights[-1].exercise) == (
        "needs.heard",
        "",
        "needs_talk",
    )


@pytest.mark.parametrize(
    ("importance", "met", "is_told"), [(3, 1, True), (3, 2, False), (2, 0, False), (4, 2, True)]
)
def test_an_important_need_with_a_gap_of_two_is_unmet(importance, met, is_told):
    insights = found([4], [4], needs=needs_of(p_1={"seen": (importance, met)}))

    assert bool(told(insights, "unmet_need")) == is_told


def test_the_source_of_a_need_is_named():
    needs = needs_of(p_1={"seen": (4, 0)})
    insights = find_insights(
        pair(score(answers({"x.talk.1": 4, "x.talk.2": 4}), SMALL)), catalogue(), needs=needs
    )

    assert [i.evidence for i in insights if i.code == "unmet_need"] != [()]


def test_a_strength_can_be_the_next_step_when_nothing_else_offers_one():
    insights = found([4], [4], suggestions={"x.f0": ("gratitude",)})

    assert (insights[-1].code, insights[-1].exercise) == ("next_step", "gratitude")


# -- thresholds -------------------------------------------------------------------------


def test_the_thresholds_are_provisional_and_ours():
    assert thresholds().is_provisional


def test_every_fault_of_a_threshold_file_is_named_at_once():
    table = {
        "version": "1.0",
        "basis": "ours",
        "strength": {"at_least": 0.4, "most": 9},
        "growth": {"at_most": 0.5, "most": 2},
        "unmet_need": {"importance_at_least": 3, "gap_at_least": 2, "least": 1},
        "few": {"topics_at_least": 5},
        "alike": {"within": 0.05},
        "apart": {"at_least": 0.5},
    }
    with pytest.raises(ContentError) as raised:
        read_thresholds(table)
    text = "\n".join(raised.value.problems)
    for fault in ("'most_each' is missing", "unknown key 'least'", "in this order", "at most 3 strengths"):
        assert fault in text
