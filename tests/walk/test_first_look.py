"""From the first page to one's own first picture: few pages, few presses, and the minutes that were promised."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.walk.look import Looks
from tests.walk.person import Person
from workbook.content import say
from workbook.content.first_look import first_look
from workbook.instruments import catalogue
from workbook.instruments.how_long import minutes_to_first_picture

IS_ASKED = set(first_look().items) <= {item for one in catalogue().values() for item in one.item_by_id}
pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.skipif(not IS_ASKED, reason="the questions of the first look are not asked in this edition"),
]

MOST_PAGES, MOST_PRESSES, MOST_MINUTES = 12, 45, 9
ONCE_MORE = "connection.talk"


class Counted(Person):
    """Someone whose presses are counted, and the pages they came through."""

    def __init__(self, browser: Browser, address: str, name: str, width: int, height: int = 800) -> None:
        super().__init__(browser, address, name, width, height)
        self.n_presses = 0
        self.pages: list[str] = []

    def note_page(self) -> None:
        is_inside = self.page.locator("#workbook").count() > 0
        here = self.place if is_inside else self.page.locator("h1").first.inner_text()
        if here not in self.pages:
            self.pages.append(here)

    def press(self, target: Locator) -> None:
        self.n_presses += 1
        super().press(target)

    def choose(self, radio: Locator) -> None:
        self.n_presses += 1
        super().choose(radio)

    def turn(self, act: Callable[[], None]) -> None:
        super().turn(act)
        self.note_page()


def to_consent(person: Counted) -> None:
    """Come in as somebody new, read what is to be read, and agree."""
    person.page.goto(person.address)
    person.note_page()
    person.press(person.page.locator("main a[href='/begin']"))
    person.note_page()
    person.type(person.page.locator("#name"), person.name)
    person.type(person.page.locator("#passphrase"), "a long walk by the river")
    person.press(person.page.locator("main form button[type=submit]"))
    person.page.wait_for_selector("#recovery-code")
    person.note_page()
    person.press(person.page.locator("main form button[type=submit]"))
    person.arrive()
    person.note_page()
    for _ in range(3):
        person.go_on()
    person.choose(person.page.locator("input[type=radio]:visible").first)
    person.go_on()


def test_a_first_picture_takes_few_pages_and_presses(visit: Callable[..., Counted], looks: Looks) -> None:
    ana = visit(Counted, "Ana", 360, 740)
    to_consent(ana)
    for _page in first_look().pages:
        looks.at(ana.page, f"first look of {ana.place}")
        ana.answer_page(lambda n, choices: (n + 1) % choices)
        ana.go_on()
    looks.at(ana.page, "the needs of the first look")
    for box in ana.page.locator(".picks input").all()[: first_look().most_needs]:
        ana.choose(box)
    ana.go_on()
    assert ana.heading == say("ui.first-picture.title")
    expect(ana.page.locator(".answer-row")).to_have_count(len(first_look().items))
    looks.at(ana.page, "first picture")
    assert len(ana.pages) <= MOST_PAGES, ana.pages
    assert ana.n_presses <= MOST_PRESSES
    assert looks.told() == ""


def test_the_first_page_says_the_minutes_that_its_questions_take(visit: Callable[..., Counted]) -> None:
    sol = visit(Counted, "Sol", 1280)
    sol.page.goto(sol.address)
    minutes = minutes_to_first_picture(catalogue())
    assert minutes <= MOST_MINUTES
    expect(sol.page.get_by_text(f"{minutes} minutes to a first picture")).to_be_visible()


def test_going_on_asks_nothing_twice_and_a_decision_waits_for_a_part(visit: Callable[..., Counted]) -> None:
    bo = visit(Counted, "Bo", 1280)
    to_consent(bo)
    for _page in first_look().pages:
        bo.answer_page(lambda _n, choices: choices - 1)
        bo.go_on()
    bo.go_on()
    expect(bo.step(say("ui.steps.share"))).to_contain_text(say("ui.status.locked"))
    expect(bo.step(say("ui.steps.results"))).to_contain_text(say("ui.status.locked"))
    chapter = next(one for one in catalogue()["connection"].chapters if one.id == ONCE_MORE)
    taken = set(chapter.items) & set(first_look().items)
    bo.open_step(chapter.title)
    n_there = n_asked = 0
    while bo.page.locator("fieldset.question:visible").count():
        questions = bo.page.locator("fieldset.question:visible")
        is_there = questions.evaluate_all("all => all.map((one) => one.classList.contains('is-folded'))")
        for n, is_folded in enumerate(is_there):
            n_there, n_asked = n_there + is_folded, n_asked + (not is_folded)
            if not is_folded:
                bo.choose(questions.nth(n).locator("input").first)
                questions.nth(n).locator(".state[data-state=saved]").wait_for()
        bo.go_on()
    assert (n_there, n_asked) == (len(taken), len(chapter.items) - len(taken))
    expect(bo.step(say("ui.steps.share"))).to_contain_text(say("ui.status.open"))
