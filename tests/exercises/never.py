"""What must never come to be in the exercises that two do with each other; see `tests.exercises.forbidden`."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from tests.exercises.play import ANA, BEN
from tests.exercises.pressing import Forbidden
from workbook.exercises import Step

BOTH = {ANA, BEN}
Things = Mapping[str, Any]


def by_the_other(kind: str, about: str) -> Forbidden:
    """Return what is forbidden where whoever began a thing must not make a move on it themselves."""

    def forbidden(_things: Things, steps: Sequence[Step]) -> Collection[str]:
        began = {step.operation_id: step.person_id for step in steps}
        return [
            f"{kind} on one's own"
            for step in steps
            if step.kind == kind and began[step.payload[about]] == step.person_id
        ]

    return forbidden


def by_its_maker(kind: str, about: str) -> Forbidden:
    """Return what is forbidden where only whoever began a thing may make a move on it."""

    def forbidden(_things: Things, steps: Sequence[Step]) -> Collection[str]:
        began = {step.operation_id: step.person_id for step in steps}
        return [
            f"{kind} on the other's"
            for step in steps
            if step.kind == kind and began[step.payload[about]] != step.person_id
        ]

    return forbidden


def never(what: str, where: Callable[[Any], bool]) -> Forbidden:
    """Return what is forbidden of every single thing."""
    return lambda things, _steps: [what for one in things.values() if where(one)]


def all_of(*rules: Forbidden) -> Forbidden:
    """Return what any of these rules forbids."""
    return lambda things, steps: [found for rule in rules for found in rule(things, steps)]


def told_before_both(things: Things, _steps: Sequence[Step]) -> Collection[str]:
    """Forbid that somebody is told what the other wrote apart before both have written."""
    return [
        "the other's words are told before both have written"
        for one in things.values()
        for reader in BOTH
        for writer in one.answers
        if writer != reader and not one.is_written
        if any(told.by == writer and told.text == one.answers[writer] for told in one.told(reader))
    ]


def _asked_in_turn(talks: Things, steps: Sequence[Step]) -> Collection[str]:
    wanted: dict[str, Mapping[str, Any]] = {}
    found = []
    for step in steps:
        if step.kind == "weekly_talk.wanted":
            wanted[step.person_id] = step.payload
        if step.kind == "weekly_talk.planned" and step.payload["deck"] in ("memories", "past_relationships"):
            said = {one[step.payload["deck"]] for one in wanted.values()}
            if said != {"yes"} or len(wanted) < 2:
                found.append("a deck was open that not both wanted")
    return found


def _steep(_times: Things, steps: Sequence[Step]) -> Collection[str]:
    """Judge by the steps alone who took a steep step too early, or went on after a bad time."""
    found: list[str] = []
    taken: dict[str, int | None] = {}
    past: dict[str, dict[str, tuple[int | None, str]]] = {ANA: {}, BEN: {}}
    current: dict[str, int | None] = {}
    for step in steps:
        by = step.person_id
        if step.kind == "step_more_open.said_today":
            picked = step.payload["step"]
            times = list(past[by].values())
            well = [one for one, felt in times if felt == "well" and one is not None and one <= 4]
            if step.payload["today"] == "ready" and picked is not None:
                if picked >= 7 and len(well) < 2:
                    found.append("a steep step before two small ones went well")
                if times and times[-1][1] == "badly" and picked > 2:
                    found.append("no small step after a bad time")
            current[by] = picked
        if step.kind == "step_more_open.felt":
            time = step.payload["time"]
            taken.setdefault(f"{by} {time}", current.get(by))
            past[by][time] = (taken[f"{by} {time}"], step.payload["felt"])
    return found


def _drawn_twice(slips: Things, steps: Sequence[Step]) -> Collection[str]:
    drawn = [step.payload["slip"] for step in steps if step.kind == "question_jar.drawn"]
    open_now = [slip for slip in slips.values() if slip.stage == "drawn"]
    return [
        *(["a question was drawn twice"] if len(drawn) != len(set(drawn)) else []),
        *(["two questions lie there at once"] if len(open_now) > 1 else []),
        *("a drawn question tells its writer" for slip in slips.values() if slip.is_drawn and slip.title_by),
        *(
            "the other's question is told in the jar"
            for slip in slips.values()
            for reader in BOTH - {slip.by}
            if not slip.is_drawn and slip.told(reader)
        ),
    ]


def _one_evening(evenings: Things, _steps: Sequence[Step]) -> Collection[str]:
    waiting = [one for one in evenings.values() if one.is_open]
    return ["an evening that has passed still waits"] if len(waiting) > 1 else []


def _liked(idea: Any) -> bool:
    return idea.stage in ("both_yes", "both_maybe", "dated") and "no" in idea.ratings.values()


NEVER: Mapping[str, Forbidden] = {
    "backing_a_dream": all_of(
        by_the_other("backing_a_dream.asked", "dream_id"),
        by_the_other("backing_a_dream.offered", "dream_id"),
        by_its_maker("backing_a_dream.chosen", "dream_id"),
        never("an offer before a question", lambda one: bool(one.offer) and not one.more),
    ),
    "curiosity_update": all_of(
        told_before_both,
        never("a guess at what was not opened", lambda one: bool(one.answers) and len(one.topics) < 2),
    ),
    "forgiving": all_of(
        by_the_other("forgiving.answered", "amends"),
        never("somebody is waited for", lambda one: one.waits_for(ANA) or one.waits_for(BEN)),
    ),
    "fun_list": never("an idea that one does not want is offered", _liked),
    "good_news": all_of(
        by_the_other("good_news.asked", "news_id"),
        never("glad before it was told", lambda one: bool(one.glad) and not (one.question and one.more)),
    ),
    "here_for_you": all_of(
        by_the_other("here_for_you.received", "telling"),
        by_its_maker("here_for_you.asked", "telling"),
        never("advice that was not asked for", lambda one: bool(one.ideas) and one.helps != "ideas"),
    ),
    "how_we_met": told_before_both,
    "letting_go": all_of(
        by_its_maker("letting_go.praised", "habit_id"),
        by_its_maker("letting_go.looked_back", "habit_id"),
        never(
            "the other is told how it was",
            lambda one: any(
                "looked_back" in told.key for reader in BOTH - {one.by} for told in one.told(reader)
            ),
        ),
    ),
    "little_time": never("a thing without an end", lambda one: one.stage not in ("offered", "agreed", "had")),
    "new_traditions": never("more than three times without a look back", lambda one: one.times > 3),
    "not_a_parent": all_of(
        by_the_other("not_a_parent.answered", "care"), by_its_maker("not_a_parent.heard", "care")
    ),
    "patience_and_help": by_its_maker("patience_and_help.looked_back", "sign"),
    "question_jar": all_of(_drawn_twice, told_before_both),
    "reading_each_other": all_of(
        by_the_other("reading_each_other.guessed", "sign"),
        by_its_maker("reading_each_other.explained", "sign"),
    ),
    "room_for_me": by_the_other("room_for_me.noted", "room"),
    "shared_dream": never(
        "a project before both were heard", lambda one: bool(one.project) and set(one.dreams) != BOTH
    ),
    "small_gestures": all_of(
        by_its_maker("small_gestures.answered", "gesture"),
        by_its_maker("small_gestures.noticed", "gesture"),
        never("a yes to touch nobody was asked for", lambda one: one.stage == "asked" and not one.is_touch),
    ),
    "step_more_open": all_of(
        _steep,
        never(
            "shared before both were ready",
            lambda one: bool(one.words) and (set(one.today.values()) != {"ready"} or len(one.today) < 2),
        ),
    ),
    "support_plan": all_of(
        by_the_other("support_plan.answered", "plan"),
        by_its_maker("support_plan.renewed", "plan"),
        by_its_maker("support_plan.removed", "plan"),
    ),
    "talk_about_fear": all_of(
        by_the_other("talk_about_fear.heard", "fear"), by_its_maker("talk_about_fear.removed", "fear")
    ),
    "tech_off": never(
        "a time before both named what pulls them", lambda one: bool(one.when) and set(one.pulls) != BOTH
    ),
    "try_what_you_love": all_of(
        by_the_other("try_what_you_love.answered", "taste"),
        by_the_other("try_what_you_love.tasted", "taste"),
        by_its_maker("try_what_you_love.thanked", "taste"),
    ),
    "twenty_minutes": all_of(told_before_both, _one_evening),
    "weekly_talk": _asked_in_turn,
    "what_we_expect": all_of(
        told_before_both,
        never("marked before both were read", lambda one: bool(one.marks) and not one.is_written),
    ),
}
