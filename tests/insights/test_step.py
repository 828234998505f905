"""The joint next step does not reveal its reason, and climbs the ladder where that is safe."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.insights import couples
from tests.insights.couples import ASKED, FACETS, NAMES, NEEDS, SIGNS, A, B, answers, texts, together
from workbook.content import say
from workbook.content.exercise import exercises
from workbook.content.ladder import ladder
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
    assert name == ladder().exercise
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
