"""Write docs/exercises.md: each exercise, its machine, the test of its own rule, and a picture of its page.

A row that names a test or a picture that is not there cannot be written, so `make check` fails for it.
"""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from workbook.content import say
from workbook.content.exercise import exercises
from workbook.exercises import SHELVES

ROOT = Path(__file__).parents[1]
TESTS, PICTURES = "tests/exercises", "docs/screenshots/360"
APART, IN_TURN, MACHINES = (f"test_{name}.py" for name in ("rules_apart", "rules_in_turn", "machines"))
RULES: dict[str, tuple[str, str]] = {
    "twenty_minutes": (APART, "test_a_day_without_the_other_passes_and_nothing_waits_for_it"),
    "our_plan": (APART, "test_a_day_takes_both_and_how_it_was_opens_once_both_have_said_it"),
    "gratitude_log": (MACHINES, "test_only_the_partner_marks_a_line_as_landed"),
    "good_news": (IN_TURN, "test_a_question_comes_first_and_joy_after_more_was_told"),
    "small_gestures": (IN_TURN, "test_touch_takes_a_yes_of_its_own_each_time"),
    "little_time": (IN_TURN, "test_ten_minutes_that_come_to_nothing_leave_the_list"),
    "tech_off": (IN_TURN, "test_nothing_is_proposed_before_each_named_what_pulls_oneself"),
    "fun_list": (APART, "test_a_no_is_told_to_nobody_and_looks_like_any_rating_of_anything"),
    "new_traditions": (IN_TURN, "test_after_three_times_both_are_asked_to_look_back"),
    "try_what_you_love": (IN_TURN, "test_the_guest_may_refuse_and_the_host_has_no_word_about_the_guest"),
    "weekly_talk": (APART, "test_a_wish_for_a_deck_is_told_only_where_both_have_it"),
    "question_jar": (
        APART,
        "test_a_question_is_given_to_nobody_before_it_is_drawn_and_then_without_its_writer",
    ),
    "curiosity_update": (APART, "test_nothing_is_guessed_at_that_was_not_opened_and_guesses_open_together"),
    "how_we_met": (APART, "test_each_writes_apart_and_no_move_corrects_the_others_memory"),
    "speaker_listener": ("test_room.py", "test_the_listener_ends_no_round_before_its_time_is_over"),
    "here_for_you": (IN_TURN, "test_there_is_no_place_for_advice_before_ideas_were_asked_for"),
    "reading_each_other": (
        IN_TURN,
        "test_only_whose_sign_it_is_says_what_it_means_and_no_guess_is_kept_as_right",
    ),
    "support_plan": (IN_TURN, "test_a_plan_is_written_anew_by_whom_it_is_about_and_answered_again"),
    "what_we_expect": (APART, "test_expectations_open_together_and_so_do_the_marks"),
    "not_a_parent": (IN_TURN, "test_the_word_of_whom_it_is_done_for_counts_and_may_change"),
    "needs_talk": (MACHINES, "test_the_listener_does_not_declare_it_understood"),
    "request": (MACHINES, "test_a_no_needs_no_reason_and_ends_it"),
    "agreement": (MACHINES, "test_whoever_does_it_says_how_it_went_and_nobody_says_it_of_the_other"),
    "breakdown": (MACHINES, "test_what_is_written_alone_is_no_part_of_what_is_told"),
    "shared_dream": (IN_TURN, "test_a_project_comes_after_both_dreams_and_is_nothing_without_the_others_yes"),
    "backing_a_dream": (IN_TURN, "test_the_dream_stays_its_owners"),
    "the_question": (MACHINES, "test_a_step_is_of_both_once_the_other_says_yes"),
    "step_more_open": (APART, "test_the_step_is_told_to_nobody_and_who_said_not_today_neither"),
    "talk_about_fear": (IN_TURN, "test_the_listener_says_it_back_and_has_no_field_for_a_promise_or_a_proof"),
    "letting_go": (APART, "test_how_the_week_was_is_given_to_nobody_else"),
    "forgiving": (IN_TURN, "test_no_move_says_that_somebody_forgave_and_nobody_is_waited_for"),
    "room_for_me": (IN_TURN, "test_what_is_told_asks_for_no_yes"),
    "patience_and_help": (IN_TURN, "test_each_looks_back_on_their_own_sign_alone"),
}
"""The test of the rule that is each exercise's own: its file in ``tests/exercises``, and its name."""


def write_exercises(note: str) -> str:
    """Return the page of all exercises.

    Raises
    ------
    LookupError
        Naming each exercise without a row, and each test or picture that is not there.
    """
    if wrong := [*_missing()]:
        raise LookupError("; ".join(wrong))
    parts = [
        note,
        "# The exercises\n",
        "Each is a text and a machine under one name. The test named is that of the rule which is its own;",
        "what holds for all of them is asked of every machine (`tests/exercises/`), and two browsers walk",
        "through each (`tests/ui/test_walked_by_two.py`). “Care”: everybody reads",
        "the words of caution first. “Touch”: everybody reads that touch takes a free yes each time. The",
        "pictures are made by `python -m tools.screenshots --exercises`.\n",
    ]
    for shelf, machines in SHELVES.items():
        parts += [
            f"## {say(f'ui.exercises.shelf.{shelf}')}\n",
            "| exercise | machine | the test of its own rule | first | page |",
            "|---|---|---|---|---|",
            *(_row(machine.id) for machine in machines),
            "",
        ]
    return "\n".join(parts)


def _row(name: str) -> str:
    exercise, (file, test) = exercises()[name], RULES[name]
    first = ", ".join(word for word, is_so in (("care", exercise.guard), ("touch", exercise.touch)) if is_so)
    machine = f"[`{name}`](../workbook/exercises/{name}.py)"
    rule = f"[`{test}`](../{TESTS}/{file})"
    page = f"[picture](screenshots/360/exercise-{name}.png)"
    return f"| {exercise.title} | {machine} | {rule} | {first} | {page} |"


def _missing() -> Iterator[str]:
    known = {machine.id for machines in SHELVES.values() for machine in machines}
    yield from (f"{name} has no row in tools/exercise_table.py" for name in sorted(known - set(RULES)))
    yield from (f"{name} is no exercise with rules" for name in sorted(set(RULES) - known))
    for name, (file, test) in RULES.items():
        if test not in _tests_in(file):
            yield f"{name}: there is no test {test} in {TESTS}/{file}"
        if not (ROOT / PICTURES / f"exercise-{name}.png").is_file():
            yield f"{name}: there is no picture of its page: python -m tools.screenshots --exercises"


@cache
def _tests_in(file: str) -> frozenset[str]:
    tree = ast.parse((ROOT / TESTS / file).read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))
