"""The table of exercises names a test and a picture that are there, for each of them."""

import pytest

from tools import exercise_table
from tools.exercise_table import RULES, write_exercises
from workbook.exercises import MACHINES


def test_each_exercise_has_one_row_with_a_rule_of_its_own() -> None:
    assert set(RULES) == set(MACHINES)
    assert len(set(RULES.values())) == len(RULES)
    page = write_exercises("")
    assert all(page.count(f"../workbook/exercises/{name}.py") == 1 for name in MACHINES)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"request": ("test_machines.py", "test_of_tomorrow")}, "request: there is no test test_of_tomorrow"),
        (
            {"of_tomorrow": ("test_machines.py", "test_an_exercise_has_one_name")},
            "of_tomorrow is no exercise",
        ),
        ({"of_tomorrow": ("test_machines.py", "test_an_exercise_has_one_name")}, "no picture of its page"),
    ],
)
def test_a_test_or_a_picture_that_is_not_there_is_named(
    monkeypatch: pytest.MonkeyPatch, change: dict[str, tuple[str, str]], told: str
) -> None:
    monkeypatch.setattr(exercise_table, "RULES", RULES | change)
    with pytest.raises(LookupError, match=told):
        write_exercises("")


def test_an_exercise_without_a_row_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        exercise_table, "RULES", {name: rule for name, rule in RULES.items() if name != "request"}
    )
    with pytest.raises(LookupError, match="request has no row"):
        write_exercises("")
