"""Every way into a guarded exercise shows its words of caution."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from workbook.content.document import documents
from workbook.content.exercise import exercises
from workbook.service.demo import open_demo
from workbook.session import Session
from workbook.ui.app import App
from workbook.ui.pages.exercise import ExercisePage

GUARDED = [name for name, one in exercises().items() if one.guard]
WORDS = [documents()["guard"].title, *documents()["guard"].paragraphs]


@pytest.fixture
def app() -> Iterator[App]:
    household, service = open_demo()
    session = Session(service)
    session.mark_seen("introduction")
    session.agree("consent", "0" * 64, agreed=True)
    yield App(session)
    household.close()


def shown(app: App) -> ExercisePage:
    page = app._page("exercise")
    assert isinstance(page, ExercisePage)
    return page


def cautions(page: ExercisePage) -> str:
    """Return the blocks above everything that can be done."""
    return str(page.words.blocks)


@pytest.mark.parametrize("name", GUARDED)
def test_a_guarded_exercise_opens_with_its_words_of_caution(app: App, name: str) -> None:
    app.go(f"exercise:{name}")
    assert all(words in cautions(shown(app)) for words in WORDS)


def test_an_unguarded_exercise_has_none(app: App) -> None:
    app.go("exercise:twenty_minutes")
    assert documents()["guard"].title not in cautions(shown(app))


def test_the_listener_of_a_needs_talk_reads_the_cautions_first(
    maya: Session, jonah: Session, take_part: Callable[[Session], Session]
) -> None:
    """Both in the list, where waiting items come first, and on the talk itself."""
    for session in (maya, jonah):
        take_part(session)
    maya.act("needs_talk.said", {"need": "needs.heard", "words": "I miss our talks."})
    jonah.refresh()
    app = App(jonah)
    app.go("exercise:needs_talk")
    page = shown(app)
    order: list[Any] = list(page.root.children)

    assert all(words in cautions(page) for words in WORDS)
    assert order[0] is page.words

    (line,) = page.menu.parts[0]["steps"]
    app.go(f"exercise:needs_talk:{line['id']}")
    assert all(words in cautions(shown(app)) for words in WORDS)
