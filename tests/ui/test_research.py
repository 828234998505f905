"""The page on which one person decides about research: nothing preselected, nothing about the partner."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser

from tests.axe import violations
from tests.service.keyed import PRIVATE, with_key
from tests.ui.browser import show
from tests.ui.conftest import CHEAP, pages_of, status
from workbook.address import at
from workbook.content import say
from workbook.service.desks.household import Household
from workbook.service.identity.sittings import Sittings
from workbook.service.studies.collected import given_to
from workbook.service.studies.study import Study
from workbook.session import Session
from workbook.sharing import Grain
from workbook.storage.memory import MemoryStore
from workbook.ui.app import App

BEFORE_KEYS = Study(
    "Talk and trust", "How couples talk.", ("connection", "needs"), "Dr Kim, kim@example.org", 24
)
STUDY = with_key(BEFORE_KEYS)


@pytest.fixture
def household() -> Iterator[Household]:
    forever = float("inf")
    sittings = Sittings(heartbeat=forever, idle=forever)
    household = Household(MemoryStore(), sittings=sittings, cost=CHEAP, study=STUDY)
    yield household
    household.close()


def steps(session: Session) -> list[str]:
    return [str(step.address) for step in pages_of(session).steps()]


def words(app: App) -> str:
    return str(app._open.words.blocks)  # type: ignore[union-attr]


def choose(app: App, grain: str, linked: str = "") -> None:
    app._open.choice.value, app._open.link.value = grain, linked  # type: ignore[union-attr]
    press(app, "study.page.button")


def press(app: App, key: str) -> None:
    page = app._open
    (button,) = [one["id"] for one in page.actions.buttons if one["label"] == say(key)]  # type: ignore[union-attr]
    page._row.press(button)  # type: ignore[union-attr]


@pytest.fixture
def app(maya: Session, take_part: Callable[[Session], Session], answer_all: Callable[..., None]) -> App:
    take_part(maya)
    answer_all(maya)
    answer_all(maya, "background")
    app = App(maya)
    app.go("research")
    return app


def test_the_page_exists_only_with_a_study_and_for_participants(
    household: Household, maya: Session, take_part: Callable[[Session], Session]
) -> None:
    assert "research" not in steps(maya) and status(maya, "research") == "locked"
    take_part(maya)
    assert "research" in steps(maya)
    without = Household(MemoryStore(), cost=CHEAP)
    alone = take_part(
        Session(without.seat_partner(without.accounts.create_couple("Kim", "kim's passphrase").actor))
    )
    assert "research" not in steps(alone) and status(alone, "research") == "locked"
    both = [("Maya", "maya's passphrase"), ("Jonah", "jonah's passphrase")]
    together = Session(household.seat_couple(household.accounts.sign_in_together(maya.couple.code, both)))
    assert "research" not in steps(together) and status(together, "research") == "locked"


def test_the_study_is_described_in_full_before_any_choice(app: App) -> None:
    told = words(app)
    for part in (
        STUDY.name,
        STUDY.purpose,
        STUDY.contact,
        "How we connect",
        "What we need",
        "1 January 2999",
        STUDY.key_words,
    ):
        assert part in told
    for part in (
        "cannot be promised",
        "own row by their own answers",
        "take back",
        "private questions",
        "not added",
    ):
        assert part in told
    page = app._open
    assert page is not None
    assert page.choice.value == "" and page.link.value == ""
    assert [one["value"] for one in page.choice.options] == ["nothing", "scores", "answers"]
    choose(app, "")
    assert page.choice.error and app.session.page == at("research")
    choose(app, "answers")
    assert page.link.error and app.session.page == at("research"), "linked or not is a choice of its own"


def test_a_choice_takes_effect_and_can_be_seen_changed_and_withdrawn(household: Household, app: App) -> None:
    def given() -> list[tuple[Grain, bool]]:
        return [
            (one.grain, one.is_linked)
            for one in given_to(household._core.store, household._core.directory, STUDY, PRIVATE)
        ]

    assert given() == []
    choose(app, "answers", "linked_yes")
    assert app.session.page == at("research", "saved") and given() == [(Grain.ANSWERS, False)]
    app.go("research")
    assert "you gave your answers" in words(app) and "not told whether they did" in words(app)
    assert app._open is not None and app._open.choice.value == "", "to save again is to agree again"
    choose(app, "scores", "linked_no")
    assert given() == [(Grain.SCORES, False)]
    app.go("research")
    press(app, "study.page.take_back")
    assert given() == []
    app.go("research")
    assert "You chose to give nothing" in words(app)


@pytest.mark.parametrize(
    ("study", "told"),
    [(BEFORE_KEYS, "no_key"), (with_key(BEFORE_KEYS, ends="2026-01-01"), "over")],
    ids=["without a key", "over"],
)
def test_a_study_that_takes_nothing_says_why_and_offers_only_to_take_back(
    household: Household, app: App, study: Study, told: str
) -> None:
    choose(app, "answers", "linked_no")
    household._core.study = study
    session = Session(household.seat_partner(app.session.service.actor))
    closed = App(session)
    closed.go("research")
    assert say(f"study.page.{told}") in words(closed)
    page = closed._open
    assert page is not None and page.place.children == ()
    labels = [one["label"] for one in page.actions.buttons]
    assert say("study.page.button") not in labels and say("study.page.take_back") in labels
    press(closed, "study.page.take_back")
    assert given_to(household._core.store, household._core.directory, STUDY, PRIVATE) == []


def test_who_can_open_a_copy_is_told_with_the_name_of_the_key(app: App) -> None:
    told = words(app)
    for part in ("Whoever made this study", STUDY.key_words, say("study.page.key_note")):
        assert part in told


def test_the_preview_counts_exactly_what_would_be_given(app: App) -> None:
    page = app._open
    assert page is not None
    page.choice.value = "answers"
    rows = page.preview.blocks[0]["blocks"][0]["rows"]
    assert [row[0] for row in rows] == ["A little about you", "How we connect"]
    n_items = len(app.session.instruments["connection"].as_published.items)
    assert rows[1][1] == say("study.page.n_answers", n=n_items)
    page.choice.value = "scores"
    assert say("study.page.n_answers", n=n_items) not in str(page.preview.blocks)
    assert say("study.page.never") in words(app), "the same for everyone"


def test_the_preview_counts_nothing_that_is_held_back(app: App) -> None:
    session = app.session
    items = session.instruments["connection"].as_published.items
    session.decide("connection", Grain.NOTHING, [items[0].id])
    app.go("research")
    page = app._open
    assert page is not None
    page.choice.value = "answers"
    rows = page.preview.blocks[0]["blocks"][0]["rows"]
    assert rows[1][1] == say("study.page.n_answers", n=len(items) - 1)


def test_a_browser_cannot_choose_what_is_not_offered(household: Household, app: App) -> None:
    choose(app, "everything", "linked_yes")
    choose(app, "answers", "yes")
    assert given_to(household._core.store, household._core.directory, STUDY, PRIVATE) == []


def test_the_page_does_not_depend_on_the_partners_choice(
    household: Household,
    app: App,
    jonah: Session,
    take_part: Callable[..., Session],
    answer_all: Callable[..., None],
) -> None:
    take_part(jonah)
    answer_all(jonah)
    before = (words(app), steps(app.session), list(app.pages.steps()))
    words_hash = STUDY.words_hash
    jonah.own.give_to_research(Grain.ANSWERS, linked=True, text_hash=words_hash)
    app.session.refresh()
    assert (words(app), steps(app.session), list(app.pages.steps())) == before


def test_no_rule_of_accessibility_is_broken_wide_or_narrow(app: App, browser: Browser, address: str) -> None:
    choose(app, "answers", "linked_no")
    app.go("research")
    page, _kernel = show(browser, address, app.root)
    page.locator("input[type=radio][value=answers]").check(force=True)
    page.get_by_text(say("study.page.preview")).wait_for()
    for width in (1280, 360):
        page.set_viewport_size({"width": width, "height": 800})
        assert [(one["id"], one["nodes"][0]["html"][:100]) for one in violations(page)] == []
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    page.close()
