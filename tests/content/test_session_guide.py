"""What a therapist works by here: in the right order, tentative, complete, and decided by no software."""

import re

import pytest

from workbook.content.document import documents
from workbook.content.session_guide import read_session_guide, session_guide
from workbook.errors import ContentError

ORDER = ("consent", "expectations", "strengths", "pattern", "needs", "enactment", "homework", "closing")
FAULTY = """
version = "1.0"
basis = "ours"

[[agenda]]
id = "consent"
minutes = 5
title = "Consent"
aim = "It is read."
prompts = ["May we?"]
invitation = "You read."

[[agenda]]
id = "consent"
minutes = "five"
title = ""
aim = "It is read."
prompts = []
invitation = "You read."
"""


def test_a_session_goes_in_this_order_and_takes_an_hour():
    assert tuple(step.id for step in session_guide().agenda) == ORDER
    assert session_guide().minutes == 60


def test_strengths_come_before_any_pattern_and_a_need_is_spoken_before_it_is_shown():
    step = {one.id: one for one in session_guide().agenda}
    assert ORDER.index("strengths") < ORDER.index("pattern")
    assert "after that, not before" in step["needs"].aim


def test_prompts_ask_and_never_state_a_percentage_a_number_or_whose_doing_it_is():
    prompts = [prompt for step in session_guide().agenda for prompt in step.prompts]
    assert not [prompt for prompt in prompts if re.search(r"\d|%|per cent|percent|score", prompt)]
    assert not [
        prompt for prompt in prompts if re.search(r"\byour partner's\b|\bbecause of\b|\bblame", prompt)
    ]


def test_each_step_asks_at_least_once():
    assert [
        step.id for step in session_guide().agenda if not any("?" in prompt for prompt in step.prompts)
    ] == []


def test_there_are_three_rules_on_secrets_and_four_sentences_to_rate():
    assert len(session_guide().policies) == 3
    assert [item.id for item in session_guide().rating] == ["heard", "mattered", "way", "overall"]


def test_every_limit_to_joint_work_is_named():
    named = {limit.id for limit in session_guide().limits}
    assert named == {"coercion", "fear", "affair", "addiction", "crisis", "leaving", "court"}


@pytest.mark.parametrize(
    ("section", "words"),
    [
        ("client", "two of you as a couple"),
        ("limits", "a life is in danger or a child is being harmed"),
        ("court", "may not bind a court"),
        ("owned", "The notes belong to your therapist"),
        ("kept", "even if you erase all that is yours"),
        ("kept", "backup copies"),
        ("back", "cannot make anybody forget"),
        ("watching", "Nobody reads along between sessions"),
        ("research", "a page of its own"),
        ("agreement", "rule on secrets"),
    ],
)
def test_the_consent_to_a_case_says(section, words):
    sections = {one.id: one for one in documents()["case_consent"].sections}
    assert words in " ".join(sections[section].paragraphs)


def test_every_problem_of_a_file_is_named_at_once(tmp_path):
    path = tmp_path / "guide.toml"
    path.write_text(FAULTY, encoding="utf-8")
    with pytest.raises(ContentError) as raised:
        read_session_guide(path)
    told = "\n".join(map(str, raised.value.problems))
    for part in ("minutes", "title", "prompts", "policies", "templates", "rating", "limits"):
        assert part in told
