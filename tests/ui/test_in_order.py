"""Of a page of questions the questions come before its words: never those of the page before below a new heading."""

from collections.abc import Callable
from typing import Any

import pytest

from workbook.content.first_look import first_look
from workbook.session import Session
from workbook.ui.app import App

CHAPTER = "connection.talk"
FIRST, SECOND = (one.id for one in first_look().pages[:2])


@pytest.mark.parametrize(
    ("before", "after"),
    [(f"chapter:{CHAPTER}:1", f"chapter:{CHAPTER}:2"), (f"first-look:{FIRST}", f"first-look:{SECOND}")],
)
def test_when_a_heading_changes_its_questions_are_there(
    maya: Session, take_part: Callable[[Session], Session], before: str, after: str
) -> None:
    """A slow computer shows each as it comes; somebody quick would answer the page before once more."""
    app = App(take_part(maya))
    app.go(before)
    page: Any = app._open
    old = [one["id"] for one in page.form.items]
    found: list[list[str]] = []
    page.words.observe(lambda _: found.append([one["id"] for one in page.form.items]), "blocks")
    app.go(after)
    assert str(app.session.page) == after and found
    assert all(one and not set(one) & set(old) for one in found)
