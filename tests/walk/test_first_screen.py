"""The questions that the server draws, in a real browser: answered before there is a kernel, then taken over by it.

The page's large script is held back, so that what is there before the kernel can be looked at as long as need be.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Error, Page, Route, expect

from tests.walk.look import Looks
from tests.walk.person import PASSPHRASE, Person
from tests.walk.seeded import OCCASION, in_folder, make_couple
from workbook.address import at
from workbook.content import say
from workbook.content.document import consent_hash
from workbook.server.testing import RunningServer, running_server
from workbook.service.desks.household import Household
from workbook.service.formats.values import Answer
from workbook.session import Session

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

TALK = "connection.talk"
CODES: dict[str, str] = {}
COUPLES = ("wide 360", "wide 1280", "held", "early", "drawn", "left", "keys")
# Where each thing stands that is read, from the top of the window.
_PLACES = """() => [...document.querySelectorAll("main h1, main .lead, main .progress, main fieldset.question, main label.option")]
  .filter((one) => one.checkVisibility())
  .map((one) => [one.tagName, one.textContent, ...["x", "y", "width", "height"].map((side) => Math.round(one.getBoundingClientRect()[side]))])"""
# The questions as the server drew them, and as the page's own script draws them from the same.
_BOTH = """async () => {
  const plain = (list) => [...list.querySelectorAll("fieldset")].map((one) => {
    const copy = one.cloneNode(true);
    copy.querySelectorAll("input").forEach((radio) => { radio.removeAttribute("name"); radio.removeAttribute("autocomplete"); radio.removeAttribute("checked"); });
    copy.querySelectorAll("[class='']").forEach((empty) => empty.removeAttribute("class"));
    copy.querySelector(".options").style.cssText = copy.querySelector(".options").style.cssText;
    return [copy.outerHTML, [...one.querySelectorAll("input")].map((radio) => radio.checked)];
  });
  const place = document.querySelector("#opening [data-form]");
  const given = JSON.parse(place.dataset.form);
  const server = plain(place);
  const { default: form } = await import(document.querySelector("#opening script").src);
  const el = document.createElement("div");
  form.render({ model: { get: (name) => given[name], on() {}, off() {} }, el });
  return [server, plain(el)];
}"""


def _seed(household: Household) -> str:
    for couple in COUPLES:
        code = CODES[couple] = make_couple(household)
        for name, chapter in (("Ana", TALK), ("Ben", "background.about_you")):
            partner = household.seat_partner(household.accounts.sign_in(code, name, PASSPHRASE + name))
            partner.add_event("consent", {"text": "consent", "text_hash": consent_hash()})
            partner.add_event("bookmark", {"page": str(at("chapter", chapter, 1)), "occasion": OCCASION})
            if couple == "drawn":
                session = Session(partner)
                partner.save_answers(list(_some_answers(session, chapter)))
                session.close()
    return ""


def _some_answers(session: Session, chapter: str) -> Iterator[Answer]:
    """Answer the first questions in each way there is: at both ends, between, and not at all."""
    for n, item in enumerate(session.screens(chapter)[0][:5]):
        values = item.scale.values
        value = {0: values[0], 1: values[-1], 2: values[1]}.get(n)
        if n == 3:
            yield Answer(f"{n}", OCCASION, item.id, None, declined=True, version=item.version)
        elif value is not None:
            yield Answer(f"{n}", OCCASION, item.id, value, version=item.version)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    folder: Path = tmp_path_factory.mktemp("first-screen")
    in_folder(folder, _seed)
    with running_server(folder) as running:
        yield running


class Held:
    """Scripts of a page that are held back until they are let go."""

    def __init__(self, page: Page, *names: str) -> None:
        self.waiting: list[Route] = []
        self.page, self.patterns = page, [f"**/{name}.*.js" for name in names]
        for pattern in self.patterns:
            page.route(pattern, self._hold)

    def _hold(self, route: Route) -> None:
        self.waiting.append(route)

    def let_go(self) -> None:
        """Let the scripts come."""
        for route in self.waiting:
            with suppress(Error):  # of a page that is gone
                route.continue_()
        for pattern in self.patterns:
            self.page.unroute(pattern)


def _sign_in(person: Person, couple: str) -> None:
    page = person.page
    page.goto(f"{person.address}/sign-in", wait_until="commit")
    page.fill("#code", CODES[couple])
    page.fill("#name", person.name)
    page.fill("#passphrase", PASSPHRASE + person.name)
    page.click("main form button[type=submit]", no_wait_after=True)
    page.locator("#opening fieldset.question").first.wait_for()


def _is_taken_over(page: Page) -> None:
    page.wait_for_function("() => document.documentElement.dataset.ready")
    expect(page.locator("#opening")).to_have_count(0)
    expect(page.locator("#workbook h1")).to_be_visible()


def _state(page: Page, n: int) -> Any:
    return expect(page.locator("main fieldset.question:visible").nth(n).locator(".state"))


@pytest.mark.parametrize("width", [360, 1280])
def test_questions_are_answered_before_the_kernel_is_there_and_nothing_moves_when_it_comes(
    visit: Callable[..., Person], looks: Looks, width: int
) -> None:
    ana = visit(Person, "Ana", width)
    page = ana.page
    held = Held(page, "page")
    _sign_in(ana, f"wide {width}")
    assert not page.locator("#workbook").is_visible()
    choice = page.locator("#opening fieldset.question").nth(2).locator("label.option").nth(1)
    with page.expect_response("**/api/answers") as kept:
        choice.click()  # as soon as it stands still: the page is still being written
    assert kept.value.ok
    _state(page, 2).to_have_attribute("data-state", "saved")
    looks.at(page, f"first screen, {width}")
    page.evaluate("() => window.scrollBy(0, 120)")
    before, scrolled = page.evaluate(_PLACES), page.evaluate("scrollY")
    held.let_go()
    _is_taken_over(page)
    after = page.evaluate(_PLACES)
    progress = [one for one in before if "answered" in one[1] and one[0] == "DIV"]
    assert page.evaluate("scrollY") == scrolled
    assert [one for one in before if one not in progress] == [one for one in after if one[0] != "DIV"]
    taken = page.locator("#workbook fieldset.question").nth(2).locator("input").nth(1)
    assert taken.is_checked()
    assert taken.evaluate("radio => radio === document.activeElement")
    _state(page, 2).to_have_attribute("data-state", "saved")
    page.locator("#workbook fieldset.question").nth(3).locator("label.option").nth(0).click()
    _state(page, 3).to_have_attribute("data-state", "saved")
    expect(page.locator("#workbook .progress-words")).to_contain_text(say("ui.chapter.progress", n=2, of=45))
    page.reload()
    _is_taken_over(page)
    checked = page.locator("#workbook fieldset.question input:checked")
    assert checked.count() == 2


def test_a_choice_pressed_before_any_script_is_kept(visit: Callable[..., Person]) -> None:
    ana = visit(Person, "Ana", 1280)
    page = ana.page
    held, form = Held(page, "page"), Held(page, "form")
    _sign_in(ana, "early")
    question = page.locator("#opening fieldset.question").first
    question.locator("label.option").nth(2).click()
    question.locator("label.option").nth(3).click()
    assert question.locator(".state").get_attribute("data-state") == ""
    with page.expect_request("**/api/answers") as sent:
        form.let_go()
    assert [one["value"] for one in sent.value.post_data_json["answers"]] == [3]
    _state(page, 0).to_have_attribute("data-state", "saved")
    held.let_go()
    _is_taken_over(page)
    assert page.locator("#workbook fieldset.question").first.locator("input").nth(3).is_checked()


def test_what_is_under_a_finger_stays_until_it_is_let_go(visit: Callable[..., Person]) -> None:
    ana = visit(Person, "Ana", 1280)
    page = ana.page
    held = Held(page, "page")
    _sign_in(ana, "held")
    label = page.locator("#opening fieldset.question").nth(1).locator("label.option").nth(2)
    label.scroll_into_view_if_needed()
    box = label.bounding_box()
    assert box is not None
    page.wait_for_function("() => window.workbook")
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    held.let_go()
    page.wait_for_selector("#workbook .actions button", state="attached")
    page.wait_for_timeout(500)
    assert page.locator("#opening").count() == 1
    page.mouse.up()
    _is_taken_over(page)
    assert page.locator("#workbook fieldset.question").nth(1).locator("input").nth(2).is_checked()
    _state(page, 1).to_have_attribute("data-state", "saved")


def test_a_choice_by_keys_that_rests_a_moment_is_kept_across(visit: Callable[..., Person]) -> None:
    ana = visit(Person, "Ana", 1280)
    page = ana.page
    held = Held(page, "page")
    _sign_in(ana, "keys")
    page.wait_for_function("() => window.workbook")
    page.locator("#opening fieldset.question input").first.focus()
    held.let_go()
    for _ in range(40):  # the page is taken over somewhere among these presses
        page.keyboard.press("ArrowRight")
        page.wait_for_timeout(40)
    _is_taken_over(page)
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    at_end = page.evaluate(
        "() => document.activeElement.closest('fieldset.question') && document.activeElement.value"
    )
    _state(page, 0).to_have_attribute("data-state", "saved")
    page.reload()
    _is_taken_over(page)
    first = page.locator("#workbook fieldset.question").first
    assert first.locator("input:checked").get_attribute("value") == at_end


@pytest.mark.parametrize("name", ["Ana", "Ben"])
def test_the_server_draws_what_the_script_draws(visit: Callable[..., Person], name: str) -> None:
    """In a row and as a list, answered in every way there is and not at all."""
    person = visit(Person, name, 1280)
    held = Held(person.page, "page")
    _sign_in(person, "drawn")
    person.page.wait_for_function("() => window.workbook")
    server, script = person.page.evaluate(_BOTH)
    assert server == script
    assert sum(any(checked) for _markup, checked in server) >= 4
    held.let_go()
    _is_taken_over(person.page)


def test_after_the_quick_exit_going_back_shows_no_question(visit: Callable[..., Person]) -> None:
    ana = visit(Person, "Ana", 1280)
    page = ana.page
    Held(page, "page")
    _sign_in(ana, "left")
    text = page.locator("#opening legend").first.inner_text()
    page.wait_for_function("() => window.workbook")
    page.click("[data-quick-exit] button")
    page.wait_for_url("**/leave")
    page.go_back(wait_until="commit")
    page.wait_for_timeout(500)
    assert text not in page.content()


def test_the_first_screen_is_kept_nowhere(visit: Callable[..., Person]) -> None:
    ben = visit(Person, "Ben", 1280)
    with ben.page.expect_response("**/workbook") as answered:
        _sign_in(ben, "held")
    assert answered.value.headers["cache-control"] == "no-store"


def test_two_who_sit_together_are_drawn_no_questions(visit: Callable[..., Person]) -> None:
    ana = visit(Person, "Ana", 1280)
    page = ana.page
    page.goto(f"{ana.address}/together")
    for field, value in {
        "code": CODES["held"],
        "name": "Ana",
        "passphrase": PASSPHRASE + "Ana",
        "other_name": "Ben",
        "other_passphrase": PASSPHRASE + "Ben",
    }.items():
        page.fill(f"#{field}", value)
    with page.expect_response("**/workbook") as answered:
        page.click("main form button[type=submit]")
    assert "data-form" not in answered.value.text()
