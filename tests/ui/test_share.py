"""The sharing page, without a browser."""

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from tests.ui.conftest import status
from workbook.content import say
from workbook.instruments import catalogue
from workbook.service.desks.household import Household
from workbook.service.formats.values import Answer
from workbook.session import Session
from workbook.sharing import Grain
from workbook.ui.app import App

NOT_ARISEN = next(one.id for one in catalogue()["connection"].as_published.items if one.may_not_arise)
HELD = {"connection": "connection.emotional_safety.1", "needs": "needs.safe.met"}


def preview_rows(app: App) -> list[list[Any]]:
    """All rows of the preview, those to unfold too."""
    page: Any = app._open

    def rows(blocks: list[dict[str, Any]]) -> list[list[Any]]:
        return [row for one in blocks for row in one.get("rows", [])] + [
            row for one in blocks for row in rows(one.get("blocks", []))
        ]

    return rows(page.preview.blocks)


@pytest.fixture
def answered(
    maya: Session,
    jonah: Session,
    take_part: Callable[[Session], Session],
    answer_all: Callable[..., None],
) -> tuple[Session, Session]:
    """Both answered all of two parts; Maya would rather not say one thing, and another did not come up."""
    for session in (maya, jonah):
        take_part(session)
        for part in HELD:
            answer_all(session, part)
    maya.save([Answer("declines", maya.occasion, "connection.open_talk.1", None, declined=True)])
    maya.save([Answer("not-arisen", maya.occasion, NOT_ARISEN, None, not_arisen=True)])
    return maya, jonah


@pytest.mark.parametrize(
    ("part", "grain"), [("connection", "scores"), ("connection", "answers"), ("needs", "answers")]
)
def test_the_preview_equals_what_is_published(
    answered: tuple[Session, Session], household: Household, part: str, grain: str
) -> None:
    """Row for row; Jonah answered everything, so all of Maya's can open."""
    maya, _jonah = answered
    app = App(maya)
    app.go(f"share:{part}")
    page: Any = app._open
    page.choice.value = grain
    shown = preview_rows(app)
    for session in answered:
        session.decide(part, Grain(grain))
    maya.refresh()
    mine = next(one for one in maya.table.publications if one.person_id == maya.actor.person_id)
    instrument = maya.instruments[part]
    if grain == "scores":
        expected = [
            [instrument.subscale_by_id[name].title, f"{value:.1f}"]
            for name, value in zip(mine.scores["subscale"], mine.scores["score"], strict=True)
        ]
    else:
        expected = [
            [
                item.text,
                say("ui.form.not_arisen") if pd.isna(value) else item.scale.choices[int(value)].label,
            ]
            for item, value in (
                (instrument.item_by_id[name], value)
                for name, value in zip(mine.responses["item"], mine.responses["value"], strict=True)
            )
        ]
        assert (say("ui.form.not_arisen") in str(shown)) == (part == "connection")
    assert shown == expected
    assert instrument.item_by_id[HELD[part]].text not in str(shown)


@pytest.mark.parametrize("part", HELD)
def test_held_back_topics_are_listed_identically_for_everyone(
    answered: tuple[Session, Session], part: str
) -> None:
    """Whether or not the person answered any of them."""
    _maya, jonah = answered
    jonah.save([Answer(name, jonah.occasion, name, None, declined=True) for name in HELD.values()])
    notes = []
    for session in answered:
        app = App(session)
        app.go(f"share:{part}")
        page: Any = app._open
        notes.append([one for one in page.words.blocks if one["kind"] == "note"])
    assert notes[0] == notes[1]
    assert say("ui.share.never") in str(notes[0])


def test_a_part_that_can_never_be_shown_has_no_decision(
    maya: Session, take_part: Callable[[Session], Session]
) -> None:
    take_part(maya)
    maya.save([Answer(name, maya.occasion, name, 1) for name in HELD.values()])
    assert maya.to_decide() == [] and status(maya, "share") == "locked"
    assert status(maya, "results") == "open", "one's own page shows it"
    maya.save([Answer("one-more", maya.occasion, "needs.seen.met", 1)])
    assert [one.id for one in maya.to_decide()] == ["needs"]


def test_a_summary_of_too_few_answers_says_that_it_is_empty(
    maya: Session, take_part: Callable[[Session], Session]
) -> None:
    take_part(maya)
    maya.save([Answer("one", maya.occasion, "connection.open_talk.2", 1)])
    app = App(maya)
    app.go("share:connection")
    page: Any = app._open
    page.choice.value = "scores"
    assert preview_rows(app) == []
    assert say("ui.share.preview_empty") in str(page.preview.blocks)


@pytest.mark.parametrize(
    ("grain", "before"), [("answers", ""), ("scores", ""), ("answers", "scores"), ("scores", "answers")]
)
def test_the_preview_of_what_is_held_back_is_what_opens(
    answered: tuple[Session, Session], grain: str, before: str
) -> None:
    """No row more or less; of a topic that was open before, nothing."""
    maya, jonah = answered
    topic = maya.instruments["connection"].subscale_by_id["connection.listening"]
    for session in answered if before else ():
        session.decide("connection", Grain(before))
    if before:
        jonah.withdraw("connection", jonah.occasion)
    maya.refresh()
    app = App(maya)
    app.go("share:connection")
    page: Any = app._open
    page.choice.value = grain
    offered = {option["value"] for group in page.held_back.groups for option in group["options"]}
    assert topic.items[0] in offered and HELD["connection"] not in offered
    page.held_back.picked = [topic.items[0]]
    rows = preview_rows(app)
    assert (say("ui.share.open_before") in str(page.preview.blocks)) is bool(before)
    page._decide()
    jonah.decide("connection", Grain(grain))
    maya.refresh()
    mine = next(one for one in maya.table.publications if one.person_id == maya.actor.person_id)
    assert len(rows) == len(mine.scores if grain == "scores" else mine.responses) > 10
    assert topic.items[0] not in set(mine.responses["item"])
    assert (topic.id in set(mine.scores["subscale"])) is not bool(before)
    app.go("share:connection")
    assert page.held_back.choice() == [topic.items[0]], "the choice is remembered, for its own person"
