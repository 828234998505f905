"""The joint next step does not reveal its reason, and climbs the ladder where that is safe."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest

from tests.insights import chance, couples
from tests.insights.couples import ASKED, FACETS, NAMES, NEEDS, SIGNS, A, B, answers, texts, together
from workbook.content import say
from workbook.content.exercise import exercises
from workbook.content.ladder import ladder
from workbook.instruments.facets import facets
from workbook.results import Results
from workbook.ui.insight_text import next_step
from workbook.ui.overview import told_together

TRUST, SAFETY = "connection.trust", "connection.emotional_safety"
CONFLICT, HURT = "warning_signs.conflict", "warning_signs.trust_broken"
WELL = dict.fromkeys(FACETS, 3) | dict.fromkeys(SIGNS, 1)
UNMET = dict.fromkeys(NEEDS[:3], (4, 0))


def world(
    mine: dict[str, int | None] | None = None,
    yours: dict[str, int | None] | None = None,
    *,
    needs: dict[str, tuple[int, int]] | None = None,
    shared: tuple[str, ...] = tuple(ASKED),
) -> Results:
    """Return the results of two who are well except as given (None: left blank). The second's needs are met."""

    def scores(given: dict[str, int | None] | None) -> dict[str, int]:
        return {t: v for t, v in (WELL | (given or {})).items() if v is not None}

    met = {need: (importance, importance) for need, (importance, _) in (needs or {}).items()}
    return together(
        answers(A, scores(mine), needs=needs), answers(B, scores(yours), needs=met), shared=shared
    )


UNSTEADY: dict[str, Callable[[], Results]] = {
    "trust low for one": lambda: world({TRUST: 0}),
    "trust low for the other": lambda: world(None, {TRUST: 1}),
    "trust low for both": lambda: world({TRUST: 1}, {TRUST: 1}),
    "trust neither low nor high": lambda: world({TRUST: 2}),
    "trust left open by one": lambda: world({TRUST: None}),
    "trust left open by the other": lambda: world(None, {TRUST: None}),
    "safety low": lambda: world({SAFETY: 0}),
    "safety left open": lambda: world({SAFETY: None}, {SAFETY: None}),
    "conflict often": lambda: world({CONFLICT: 4}),
    "conflict now and then": lambda: world(None, {CONFLICT: 2}),
    "conflict left open": lambda: world(None, {CONFLICT: None}),
    "trust hurt": lambda: world({HURT: 4}),
    "signs not shown": lambda: world(shared=("connection", "needs")),
    "connection not shown": lambda: world(shared=("warning_signs",)),
    "only needs shown": lambda: world(needs=UNMET, shared=("needs",)),
    "trust low, and talk, and needs": lambda: world({TRUST: 0, FACETS[0]: 0}, needs=UNMET),
    "trust left open, inner world low": lambda: world({TRUST: None, FACETS[1]: 0}),
    "trust low, lonely and blamed": lambda: world({TRUST: 1, SIGNS[4]: 4}, {SIGNS[6]: 4}),
    "all low": lambda: world(dict.fromkeys(FACETS, 0) | dict.fromkeys(SIGNS, 4)),
}


def told_step(results: Results) -> tuple[object, ...]:
    """Return every byte of the step: what the page says about it, and what its button opens."""
    (step,) = [one for one in results.insights if one.code == "next_step"]
    said = list(texts(told_together(results, ASKED, NAMES)))
    after = said[said.index("# " + say("ui.together.next_step")) :]
    return step, next_step(step), tuple(after)


@pytest.fixture(scope="module")
def time_and_warmth() -> tuple[object, ...]:
    return told_step(UNSTEADY["trust low for one"]())


@pytest.mark.parametrize("name", UNSTEADY)
def test_low_held_back_and_blank_topics_lead_to_the_same_step(
    name: str, time_and_warmth: tuple[object, ...]
) -> None:
    assert told_step(UNSTEADY[name]()) == time_and_warmth


def test_that_step_is_one_of_time_and_warmth_without_a_guard(time_and_warmth: tuple[object, ...]) -> None:
    (name, _title, _words) = time_and_warmth[1]  # type: ignore[misc]
    assert name == ladder().time_and_warmth[0]
    assert not exercises()[name].guard


def test_without_the_first_rungs_the_step_reveals_what_is_low(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: a step that follows what is low says which it was."""
    bare = replace(ladder(), rungs=tuple(replace(rung, first=False) for rung in ladder().rungs))
    monkeypatch.setattr("workbook.insights.find.ladder", lambda: bare)

    assert len({str(told_step(UNSTEADY[name]())) for name in ("trust low for one", "conflict often")}) == 2


def subject_of(results: Results) -> tuple[str, str]:
    (step,) = [one for one in results.insights if one.code == "next_step"]
    return step.subject, step.exercise


def test_with_healthy_first_rungs_the_lowest_other_rung_comes_first() -> None:
    """Talk is lower than time, and time stands on the lower rung."""
    results = world({"connection.open_talk": 0}, {"connection.protected_time": 1})

    assert subject_of(results) == ("connection.protected_time", "twenty_minutes")


def test_a_topic_low_for_one_partner_counts() -> None:
    assert subject_of(world({"connection.listening": 1}))[0] == "connection.listening"


def test_after_the_rungs_comes_an_unmet_need_without_its_owner() -> None:
    results = world(needs={"needs.heard": (4, 1)})
    (step,) = [one for one in results.insights if one.code == "next_step"]

    assert (step.subject, step.person_id) == ("needs.heard", "")


def test_the_need_to_feel_safe_appears_in_own_insights_only() -> None:
    needs = {"needs.safe": (4, 0)}
    joint, own = world(needs=needs), couples.alone(answers(A, WELL, needs=needs))

    assert "needs.safe" not in {one.subject for one in joint.insights}
    assert "needs.safe" in {one.subject for one in own.insights}


@pytest.mark.parametrize("topic", [*FACETS, *SIGNS])
def test_no_low_topic_leads_two_to_a_guarded_step(topic: str) -> None:
    low = 0 if topic in FACETS else 4
    _, exercise = subject_of(world({topic: low}))
    unguarded = [one for one in couples.suggestions()[topic] if not exercises()[one].guard]

    assert not exercises()[exercise].guard or not unguarded


# -- every rung, and what was put aside ----------------------------------------------------


def steps_of(results: Results) -> tuple[str, ...]:
    (step,) = [one for one in results.insights if one.code == "next_step"]
    return step.exercise, step.second


def given_sheet(person: str, low: str = "", *, unmet: str = "", unable: str = "") -> dict[str, int]:
    """Return answers of somebody who is well but for one topic, one need, or one skill."""
    sheet = chance.answers_of({topic: {"a": score} for topic, score in WELL.items()})["a"]
    sheet |= {f"{need}.{aspect}": 4 for need in NEEDS for aspect in ("importance", "met")}
    sheet |= {item.id: item.scale.highest for item in ASKED["skills"].items}
    if low:
        sheet |= chance.answers_of({low: {"a": 0 if low in FACETS else 4}})["a"]
    if unmet:
        sheet[f"{unmet}.met"] = 0
    if unable:
        sheet[f"{unable}.self"] = 0
    return sheet


def climbed(low: str = "", **more: str) -> Results:
    one = couples.responses_of(A, given_sheet(A, low, **more))
    return together(one, couples.responses_of(B, given_sheet(B)))


ASKED_ABOUT = {facet.id for one in ASKED.values() for facet in facets(one)}
HIGHER = [topic for rung in ladder().rungs if not rung.first for topic in rung.topics if topic in ASKED_ABOUT]


@pytest.mark.parametrize("topic", [one for one in HIGHER if one in (*FACETS, *SIGNS)])
def test_every_topic_above_the_first_rungs_can_lead(topic: str) -> None:
    assert subject_of(climbed(topic))[0] == topic


@pytest.mark.parametrize("need", [one for one in HIGHER if one.startswith("needs.")])
def test_every_need_leads_but_those_that_never_do(need: str) -> None:
    led = subject_of(climbed(unmet=need))[0]

    assert (led == need) is (need not in (*ladder().never_first, *ladder().never_joint))


@pytest.mark.parametrize("skill", [one for one in HIGHER if one.startswith("skills.")])
def test_every_skill_leads_somewhere(skill: str) -> None:
    assert subject_of(climbed(unable=skill))[0] == skill


@pytest.mark.parametrize("need", ["needs.touched", "needs.held", "needs.desired", "needs.safe"])
def test_needs_that_could_press_somebody_lead_no_card_of_two(need: str) -> None:
    told = {one.subject for one in climbed(unmet=need).insights} | {
        subject for one in climbed(unmet=need).insights for subject in one.subjects
    }

    assert need not in told


@pytest.mark.parametrize(
    "topic", [one for one in (*FACETS, *SIGNS, *NEEDS) if one != "connection.vulnerability"]
)
def test_nothing_but_the_inner_world_leads_to_more_openness(topic: str) -> None:
    """Blame and loneliness least of all: who is hurt is not asked to give more."""
    assert "step_more_open" not in couples.suggestions()[topic]


def test_a_second_step_stands_beside_the_first_and_needs_no_guard_if_the_first_does() -> None:
    for topic in HIGHER:
        results = climbed(
            **{"low": topic}
            if topic in (*FACETS, *SIGNS)
            else {"unmet" if topic.startswith("needs") else "unable": topic}
        )
        first, second = steps_of(results)
        assert second and second != first, topic
        assert not (exercises()[first].guard and exercises()[second].guard), topic


def test_what_was_put_aside_or_done_is_not_offered() -> None:
    low = climbed("connection.listening")
    first, second = steps_of(low)
    answered = [
        couples.responses_of(A, given_sheet(A, "connection.listening")),
        couples.responses_of(B, given_sheet(B)),
    ]
    passed = steps_of(together(*answered, passed=(first,)))

    assert first not in passed
    assert passed[0] == second


@pytest.mark.parametrize("name", ["trust low for one", "trust left open by one", "all low"])
def test_what_was_put_aside_moves_every_unsteady_world_alike(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "tests.insights.couples.work_out", partial(couples.work_out, passed=(ladder().time_and_warmth[0],))
    )

    assert steps_of(UNSTEADY[name]()) == ladder().time_and_warmth[1:3]


def test_who_put_all_aside_is_offered_them_anew() -> None:
    answered = [answers(A, WELL | {TRUST: 0}), answers(B, WELL)]

    assert steps_of(together(*answered, passed=tuple(exercises()))) == ladder().time_and_warmth[:2]


def test_ones_own_unsteady_ground_leads_to_what_one_can_begin_alone() -> None:
    """Low, or not answered: the same words on one's own page, too."""
    low, blank = (
        [one for one in couples.alone(answers(A, scores)).insights if one.code == "next_step"]
        for scores in (WELL | {TRUST: 0}, {t: s for t, s in WELL.items() if t != TRUST})
    )

    assert low == blank
    assert (low[0].exercise, low[0].second) == ladder().for_oneself[:2]
