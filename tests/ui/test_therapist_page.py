"""One partner's own page about a therapist: nothing is chosen for them, and nothing on it is about the other."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser

from tests.ui.browser import show
from tests.ui.test_pages import violations
from workbook.content import say
from workbook.content.document import documents
from workbook.service.desks.household import Household
from workbook.service.desks.therapist import LocalTherapist
from workbook.service.formats.case_values import Granted, ToCase
from workbook.session import Session
from workbook.ui.app import App
from workbook.ui.pages.therapist import Therapist

PARTS = ("connection", "warning_signs", "needs", "skills")


@pytest.fixture
def desk(household: Household) -> LocalTherapist:
    """A therapist with a rule on secrets."""
    desk = household.seat_therapist(
        household.therapists.create("A. Rivers", "a therapist's passphrase").actor
    )
    desk.set_policy("with_limits", "Ask me how.", 365)
    return desk


@pytest.fixture
def code(desk: LocalTherapist) -> str:
    return desk.make_case("Tuesday").code


@pytest.fixture
def app(maya: Session, take_part: Callable[[Session], Session], code: str) -> App:
    app = App(take_part(maya))
    app.go("therapist")
    page_of(app).code.value = code
    press(app, "join")
    return app


def page_of(app: App) -> Therapist:
    page = app._open
    assert isinstance(page, Therapist)
    return page


def press(app: App, key: str) -> None:
    """Press a button of the page by the key of its label."""
    page = page_of(app)
    label = say(f"ui.therapist.{key}")
    number = next(n for n, one in enumerate(page.actions.buttons) if one["label"] == label)
    app.guard_press(page._row.press)(f"b{number}")


def words(app: App) -> str:
    return str(page_of(app).words.blocks)


def choose(
    app: App, grain: str = "scores", shown: tuple[str, ...] = ("connection",), until: str = "30"
) -> None:
    page = page_of(app)
    for field in page.chosen.values():
        field.value = grain
    page.shown.picked, page.until.value = list(shown), until


def test_a_wrong_code_is_told_and_nothing_is_joined(
    maya: Session, take_part: Callable[[Session], Session], code: str
) -> None:
    app = App(take_part(maya))
    app.go("therapist")
    page_of(app).code.value = "kimod-kimod-kimod-kimod"
    press(app, "join")
    assert say("errors.case.no_case") in str(app.trouble.blocks)
    assert app.session.case is None


def test_joining_grants_nothing_and_the_page_says_so(app: App, desk: LocalTherapist) -> None:
    assert say("ui.therapist.sees_nothing") in words(app)
    case = desk.cases()[0]
    assert [dict(one.progress) for one in case.members] == [{}]
    assert desk.read_case(case.case_id).publications == ()


def test_the_rule_and_the_consent_are_read_before_anything_can_be_chosen(app: App) -> None:
    app.go("therapist:grant")
    assert documents()["case_consent"].title in words(app), (
        "asked for by its address, it is read first all the same"
    )
    assert page_of(app).place.children == ()
    assert "Ask me how." in words(app)
    press(app, "read_yes")
    assert say("ui.therapist.choose_title") in words(app)


def test_nothing_is_chosen_beforehand_and_all_that_is_missing_is_said_at_once(app: App) -> None:
    press(app, "choose")
    press(app, "read_yes")
    page = page_of(app)
    assert [field.value for field in (*page.chosen.values(), page.until)] == [""] * 5
    assert page.shown.picked == []
    press(app, "save")
    assert all(field.error for field in (*page.chosen.values(), page.until))
    assert app.session.case is not None and app.session.case.grants == {}


def test_what_may_be_shown_in_session_takes_scores_or_more(app: App) -> None:
    press(app, "choose")
    press(app, "read_yes")
    choose(app, grain="progress")
    press(app, "save")
    assert page_of(app).chosen["connection"].error == say("ui.therapist.needs_scores")
    assert app.session.case is not None and app.session.case.grants == {}


def test_what_is_granted_stands_there_by_part_and_is_taken_back_at_one_press(
    app: App, desk: LocalTherapist
) -> None:
    press(app, "choose")
    press(app, "read_yes")
    choose(app)
    press(app, "save")
    case = app.session.case
    assert case is not None
    assert case.grants["connection"] == Granted(ToCase.SCORES, in_session=True)
    assert case.grants["needs"] == Granted(ToCase.SCORES, in_session=False)
    assert say("ui.therapist.grain_scores") in words(app)
    assert desk.cases()[0].members[0].progress
    press(app, "take_back")
    assert say("ui.therapist.sees_nothing") in words(app)
    assert not desk.cases()[0].members[0].progress


def test_after_a_change_of_the_rule_it_rests_and_is_read_again(app: App, desk: LocalTherapist) -> None:
    press(app, "choose")
    press(app, "read_yes")
    choose(app)
    press(app, "save")
    desk.set_policy("each_alone", "", 90)
    app.session.case_changed()
    assert say("ui.therapist.rests_title") in words(app)
    app.go("therapist:grant")
    assert documents()["case_consent"].title in words(app), "what was read before was another rule"


def test_what_is_shown_to_whom_says_of_oneself_whether_a_therapist_sees_anything(app: App) -> None:
    app.go("sharing")
    assert say("ui.sharing.therapist_none") in str(app._open.words.blocks)
    for part in ("therapist:read", "therapist:grant"):
        app.go(part)
        if part == "therapist:read":
            press(app, "read_yes")
    choose(app)
    press(app, "save")
    app.go("sharing")
    assert say("ui.sharing.therapist_some") in str(app._open.words.blocks)


def test_leaving_is_asked_once_more_and_ends_all(app: App, desk: LocalTherapist) -> None:
    press(app, "leave")
    assert say("ui.therapist.leave_title") in words(app)
    page = page_of(app)
    page._row.press("b1")
    assert app.session.case is None
    assert desk.cases()[0].members == ()


def test_one_partners_page_is_the_same_whatever_the_other_joined_or_granted(
    app: App, jonah: Session, take_part: Callable[[Session], Session], code: str
) -> None:
    """Two worlds: Jonah joined and granted all, or never came."""
    alone = words(app)
    take_part(jonah)
    jonah.join_case(code)
    jonah.grant_case(dict.fromkeys(PARTS, Granted(ToCase.ANSWERS, in_session=True)), until="")
    app.session.catch_up()
    app.session.case_changed()
    assert words(app) == alone
    assert "Jonah" not in words(app)


@pytest.mark.timeout(300)
def test_no_state_of_the_page_breaks_an_accessibility_rule_or_overflows(
    app: App, browser: Browser, address: str
) -> None:
    found = []
    page, _kernel = show(browser, address, app.root)

    def look(name: str) -> None:
        page.evaluate("() => { window.exchange({}); }")
        page.wait_for_timeout(250)
        for width in (1280, 360):
            page.set_viewport_size({"width": width, "height": 800})
            found.extend(violations(page, f"{name} at {width}"))

    look("joined")
    press(app, "choose")
    look("read")
    press(app, "read_yes")
    press(app, "save")  # with every error there is
    look("choose")
    choose(app)
    press(app, "save")
    look("granted")
    app.go("therapist:leave")
    look("leave")
    page.close()
    assert found == []
