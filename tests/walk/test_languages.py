"""Two of one couple read two languages on a real server, and neither meets a word of English.

The languages are those nobody speaks, made by `tools.pseudo`; without them nobody is offered any.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator

from tests.walk.person import PASSPHRASE, Person
from tools.pseudo import write_languages
from workbook.content import say, speaking
from workbook.content.language import MORE
from workbook.server.testing import RunningServer, running_server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
DIRECTIONS = {"en-XA": "ltr", "ar-XB": "rtl"}
DOORS = ("begin", "join", "sign-in", "recover", "together", "no-such-page")
WORDS = """() => [document.title, ...[...document.querySelectorAll("[aria-label], [placeholder]")].flatMap(
  (one) => [one.getAttribute("aria-label") ?? "", one.getAttribute("placeholder") ?? ""]), document.body.innerText]
  .map((text) => text.replace(/^English$/m, ""))"""
TOO_WIDE = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


class Reader(Person):
    """Somebody who chose a language at the door."""

    def __init__(self, browser: Browser, address: str, name: str, language: str, width: int = 360) -> None:
        super().__init__(browser, address, name, width)
        self.language, self.code = language, ""
        self.page.goto(self.address)
        self.press(self.page.locator(f".languages a[hreflang='{language}']"))
        self.page.wait_for_url(f"{self.address}/")

    def look(self) -> None:
        """Find nothing in English, nothing wider than the page, and the page marked as in this language."""
        frame = self.page.locator("html")
        assert (frame.get_attribute("lang"), frame.get_attribute("dir")) == (
            self.language,
            DIRECTIONS[self.language],
        )
        assert self.english() == [], self.page.url
        assert self.page.evaluate(TOO_WIDE) <= 0, self.page.url

    def english(self) -> list[str]:
        told = self.page.evaluate(WORDS)
        mine = re.compile(
            "|".join(filter(None, ("Ana", "Ben", self.code, r"\b[A-Z0-9]{4}(-[A-Z0-9]{4})+\b")))
        )
        lines = [line for text in told for line in mine.sub("", text).split("\n")]
        return [line for line in lines if re.search("[A-Za-z]", line)]

    def button(self, key: str, **values: object) -> Locator:
        with speaking(self.language):
            return super().button(key, **values)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("languages")
    write_languages(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(MORE, str(folder))
        yield folder


@pytest.fixture(scope="module")
def of_languages(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with running_server(tmp_path_factory.mktemp("walk"), environment={MORE: str(folder)}) as running:
        yield running


@pytest.fixture
def reader(browser: Browser, of_languages: RunningServer) -> Iterator[Callable[[str, str], Reader]]:
    came: list[Reader] = []

    def come(name: str, language: str) -> Reader:
        came.append(Reader(browser, of_languages.url.rstrip("/"), name, language))
        return came[-1]

    yield come
    for person in came:
        person.close()
    assert {person.name: person.complaints for person in came if person.complaints} == {}


@pytest.mark.parametrize("language", DIRECTIONS)
def test_the_doors_and_what_they_refuse_are_in_the_language_chosen(reader, language: str) -> None:
    stranger = reader("Ana", language)
    stranger.look()
    for door in DOORS:
        stranger.page.goto(f"{stranger.address}/{door}")
        stranger.look()
    stranger.complaints.clear()  # of the page that is not there
    stranger.page.goto(f"{stranger.address}/sign-in")
    for field, typed in {"code": "0", "name": "Ana", "passphrase": "0"}.items():
        stranger.page.fill(f"#{field}", typed)
    stranger.page.click("form.form button[type=submit]")
    stranger.page.wait_for_selector("#errors")
    stranger.look()
    stranger.page.click(".exit-button")
    stranger.page.wait_for_url("**/leave")
    assert stranger.english() == []


def test_two_of_one_couple_read_two_languages_at_once(reader) -> None:
    ana, ben = reader("Ana", "en-XA"), reader("Ben", "ar-XB")
    code = ana.begin()
    ana.code = ben.code = code
    ben.join(code)
    for _ in range(2):  # a page of one, then of the other, from the same server
        for person in (ana, ben):
            person.look()
            person.go_on()
            person.look()
    ana.page.reload()  # the same sitting and a new kernel, whatever the browser chose meanwhile
    ana.context.add_cookies([{"name": "language", "value": "ar-XB", "url": ana.address}])
    ana.arrive()
    ana.look()


def test_at_one_device_the_second_sitting_has_the_language_chosen_before_it(reader) -> None:
    ana = reader("Ana", "en-XA")
    code = ana.code = ana.begin()
    ana.look()
    ana.page.goto(f"{ana.address}/hand-over")
    ana.look()
    ana.page.locator("main form button[type=submit]").first.click()
    ana.page.goto(f"{ana.address}/?language=ar-XB")
    ana.language = "ar-XB"
    ana.page.goto(f"{ana.address}/sign-in")
    for field, typed in {"code": code, "name": "Ana", "passphrase": PASSPHRASE + "Ana"}.items():
        ana.page.fill(f"#{field}", typed)
    ana.page.click("form.form button[type=submit]")
    ana.arrive()
    ana.look()


def test_nobody_is_offered_these_languages_where_nobody_named_them(browser: Browser, tmp_path: Path) -> None:
    with running_server(tmp_path, environment={MORE: ""}) as server:
        stranger = Person(browser, server.url.rstrip("/"), "Ana", 360)
        stranger.page.goto(f"{stranger.address}/?language=ar-XB")
        assert stranger.page.locator("html").get_attribute("lang") == "en"
        assert stranger.page.locator(".languages").count() == 0
        assert say("server.landing.heading") in stranger.page.inner_text("main")
        stranger.close()


def test_the_look_finds_english(reader) -> None:
    ana = reader("Ana", "en-XA")
    ana.page.evaluate("document.querySelector('h1').textContent = 'Our workbook'")
    assert ana.english() == ["Our workbook"]
