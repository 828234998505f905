"""What must never come to be in each exercise, whoever presses what; a line for each rule of its own."""

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any

from tests.exercises.never import NEVER
from tests.exercises.play import ANA, BEN
from tests.exercises.pressing import Forbidden
from workbook.exercises import Step

BOTH = {ANA, BEN}


def _gratitude_log(lines: Mapping[str, Any], _steps: Sequence[Step]) -> Collection[str]:
    return [
        "whoever wrote a line took it in themselves"
        for one in lines.values()
        if one.stage == "landed" and one.waits_for(one.by)
    ]


def _needs_talk(talks: Mapping[str, Any], steps: Sequence[Step]) -> Collection[str]:
    by = {step.operation_id: step.person_id for step in steps}
    heard = {(step.payload["talk"], step.person_id) for step in steps if step.kind == "needs_talk.heard"}
    return [
        "the one who spoke said it back to themselves"
        for talk in talks.values()
        if (talk.id, by[talk.id]) in heard
    ]


def _request(requests: Mapping[str, Any], _steps: Sequence[Step]) -> Collection[str]:
    return [
        "somebody answered their own words"
        for one in requests.values()
        if one.stage in ("agreed", "declined") and one.answered_by == one.title_by
    ]


def _asks_too_soon(_requests: Mapping[str, Any], steps: Sequence[Step]) -> Collection[str]:
    sent = {one.operation_id: one for one in steps if one.kind == "request.sent"}
    noes = [
        one for one in steps if one.kind == "request.answered" and one.payload["answer"] in ("no", "rest")
    ]
    asked = [(sent[one.payload["request"]], one) for one in noes]
    return [
        "a need was asked for again within two weeks of a no"
        for first, no in asked
        for again in sent.values()
        if (again.payload["need"], again.person_id) == (first.payload["need"], first.person_id)
        and again.payload["need"]
        and steps.index(again) > steps.index(no)
        and again.at < no.at + timedelta(days=14)
    ]


def _agreement(agreements: Mapping[str, Any], steps: Sequence[Step]) -> Collection[str]:
    looked = [
        "somebody said how the other kept it"
        for one in agreements.values()
        for person_id in one.looks
        if not one.terms.falls_to(person_id)
    ]
    yes = [step for step in steps if step.kind == "agreement.answered" and step.payload["answer"] == "yes"]
    alone = [
        "terms hold that one alone said yes to"
        for one in agreements.values()
        if one.agreed
        and not any(step.payload["agreement"] == one.id and step.person_id != one.agreed.by for step in yes)
    ]
    closed = [
        "how it went is told of what is closed"
        for one in agreements.values()
        if not one.is_open and one.looks
    ]
    return [*looked, *alone, *closed]


def _breakdown(found: Mapping[str, Any], _steps: Sequence[Step]) -> Collection[str]:
    return [
        "whoever named the day agreed to it alone"
        for one in found.values()
        if one.stage == "named" and one.waits_for(one.by_day)
    ]


def _our_plan(steps: Mapping[str, Any], _steps: Sequence[Step]) -> Collection[str]:
    early = [
        "how it was is told before both have said it"
        for one in steps.values()
        if len(one.looks) < 2 and any(told.key.endswith(("good", "mixed", "hard")) for told in one.told(ANA))
    ]
    return [
        *early,
        *("how it was outlives the step" for one in steps.values() if not one.is_open and one.looks),
    ]


def _speaker_listener(talks: Mapping[str, Any], _steps: Sequence[Step]) -> Collection[str]:
    return ["one alone kept a talk" for one in talks.values() if not one.is_open and one.asked != BOTH]


def _the_question(reviews: Mapping[str, Any], _steps: Sequence[Step]) -> Collection[str]:
    told = [
        "the other's answer is told before both have written"
        for one in reviews.values()
        for reader in BOTH
        if len(one.answers) < 2 and any(told.by not in ("", reader) for told in one.told(reader))
    ]
    return [*told, *("a step before both" for one in reviews.values() if one.step and len(one.answers) < 2)]


FORBIDDEN: Mapping[str, Forbidden] = {
    **NEVER,
    "gratitude_log": _gratitude_log,
    "needs_talk": _needs_talk,
    "request": lambda found, steps: [*_request(found, steps), *_asks_too_soon(found, steps)],
    "agreement": _agreement,
    "breakdown": _breakdown,
    "our_plan": _our_plan,
    "speaker_listener": _speaker_listener,
    "the_question": _the_question,
}
