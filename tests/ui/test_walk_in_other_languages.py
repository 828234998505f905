"""Every page in a language nobody speaks: no English is left, and nothing is cut, whichever way it is written.

The languages are made by `tools.pseudo`: none of their letters is one from A to Z, and each text stands between ⟦ and ⟧.
"""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.ui.browser import show
from tools.pseudo import write_languages
from workbook.address import Address
from workbook.content import say, speaking
from workbook.content.language import MORE, languages
from workbook.content.resource import resources
from workbook.service.demo import open_demo
from workbook.service.demo_practice import open_demo_practice
from workbook.session import Session
from workbook.session.practice import PracticeSession
from workbook.ui.app import App
from workbook.ui.blocks import heading
from workbook.ui.cockpit.desk import PAGES as COCKPIT
from workbook.ui.cockpit.desk import Cockpit
from workbook.ui.components import Menu

pytestmark = [pytest.mark.browser, pytest.mark.timeout(570)]
# What is no word of a language: who and what people named themselves, numbers, units and names of works.
NO_WORDS = re.compile(r"[\w.+-]+@[\w.-]+|https?://\S+|[\w-]+(-[\w-]+){3,}")
ENGLISH = re.compile(r"[A-Za-z]")
# Every text that is shown or said: of an element of its own words, and of what a screen reader hears.
SHOWN = """(drawings) => {
  const root = document.querySelector("#workbook");
  const shown = (element) => element.checkVisibility({ visibilityProperty: true });
  const texts = [];
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const { parentElement: within, data } = walker.currentNode;
    if (!drawings && within.closest("svg")) continue;
    if (data.trim() && !within.closest("style, script") && (shown(within) || within.closest("details"))) texts.push(data);
  }
  for (const element of root.querySelectorAll("[aria-label], [title], [placeholder], [alt]")) {
    for (const name of ["aria-label", "title", "placeholder", "alt"]) {
      if (element.getAttribute(name)?.trim()) texts.push(element.getAttribute(name));
    }
  }
  return texts;
}"""
# Words that do not fit where they stand: past the edge of the page, or of a box that hides what is over.
CUT = """() => {
  const room = document.documentElement.clientWidth, out = [];
  const told = (element) => `${element.tagName}.${element.className?.baseVal ?? element.className} "${element.textContent.slice(0, 60)}"`;
  for (const element of document.querySelectorAll("#workbook *")) {
    if (!element.checkVisibility({ visibilityProperty: true })) continue;
    if (element.closest("svg, .table-wrap, .scroll")) continue;
    const box = element.getBoundingClientRect(), style = getComputedStyle(element);
    if (box.width && (box.left < -1 || box.right > room + 1)) out.push(`past the edge: ${told(element)}`);
    const hides = style.overflowX === "hidden" || style.overflowX === "clip";
    if (hides && element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 2) out.push(`hidden: ${told(element)}`);
  }
  return out;
}"""


@pytest.fixture(scope="module", autouse=True)
def spoken_by_nobody(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    folder = tmp_path_factory.mktemp("languages")
    write_languages(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(MORE, str(folder))
        yield


class Walk:
    """Opens every page that another page leads to, and looks at each."""

    def __init__(self, session: Session, page: Page, app: App, language: str) -> None:
        self.session, self.page, self.app, self.language = session, page, app, language
        self.seen: dict[str, list[str]] = {}
        self.english: dict[str, list[str]] = {}
        self.cut: dict[str, list[str]] = {}

    def go(self) -> None:
        ahead = ["home", "mood", "cooling", "expectation"]  # the last are turned to by a button alone
        while ahead:
            place = ahead.pop()
            if place in self.seen or self.app.pages.status(Address.read(place)) == "locked":
                continue
            self.app.go(place)
            self.look(place)
            ahead += self.onward()

    def onward(self) -> list[str]:
        """Return the addresses that the lines of the page's menus, and of the path, lead to."""
        lines = [
            line["id"]
            for widget in _widgets(self.app.root)
            if isinstance(widget, Menu)
            for part in widget.parts
            for line in part["steps"]
        ]
        return [*lines, *(str(step.address) for step in self.app.pages.steps())]

    def look(self, place: str) -> None:
        for call in ("window.settled()", "window.exchange({})", "window.settled()"):
            self.page.evaluate(call)
        self.seen[place] = [self.clean(text) for text in self.page.evaluate(SHOWN, True)]
        if english := [text for text in self.seen[place] if ENGLISH.search(text)]:
            self.english[place] = english
        written = self.page.evaluate(SHOWN, False)  # a drawing shortens what has no room in it
        torn = [text for text in written if text.count("⟦") != text.count("⟧")]
        if cut := [*torn, *self.page.evaluate(CUT)]:
            self.cut[place] = cut

    def clean(self, text: str) -> str:
        """Return a text without what people wrote themselves, and without what places that help are called."""
        places = [name for one in resources().entries for name in (one.name, one.contact, one.address)]
        for name in sorted(places, key=len, reverse=True):  # a number may stand within a longer address
            text = text.replace(name, "")
        for member in self.session.couple.members:
            text = text.replace(member.name, "").replace(member.name.partition(" (")[0], "")
        return NO_WORDS.sub("", text.replace(self.session.couple.code, ""))


def _widgets(root: Any) -> Iterator[Any]:
    yield root
    for child in getattr(root, "children", ()):
        yield from _widgets(child)


def walk(browser: Browser, address: str, language: str, place: Any, width: int = 360) -> Walk:
    household, service = open_demo(place)
    session = Session(service, language=language)
    app = App(session)
    page, _ = show(browser, address, app.root, width=width)
    page.evaluate("dir => { document.documentElement.dir = dir }", languages()[language].direction)
    try:
        walked = Walk(session, page, app, language)
        walked.go()
    finally:
        page.close()
        session.close()
        household.close()
    return walked


def told(found: dict[str, list[str]]) -> str:
    return "\n".join(f"{place}: {one}" for place, texts in found.items() for one in dict.fromkeys(texts))


@pytest.mark.parametrize(("language", "place"), [("en-XA", "a"), ("ar-XB", "a"), ("ar-XB", "together")])
def test_no_page_has_english_left_or_words_cut(
    browser: Browser, address: str, language: str, place: Any
) -> None:
    walked = walk(browser, address, language, place)
    assert len(walked.seen) > (50 if place == "a" else 20)
    assert place == "together" or {"mood", "cooling"} <= set(walked.seen)
    assert all(any("⟦" in text for text in texts) for texts in walked.seen.values())
    assert told(walked.english) == ""
    assert told(walked.cut) == ""


def test_the_walk_finds_english_and_what_is_cut(browser: Browser, address: str, monkeypatch: Any) -> None:
    """One text left in English, and one heading that its box hides a part of."""
    household, service = open_demo("a")
    monkeypatch.setattr("workbook.ui.pages.home.heading", lambda level, _: heading(level, "Your workbook"))
    session = Session(service, language="en-XA")
    app = App(session)
    page, _ = show(browser, address, app.root, width=360)
    walked = Walk(session, page, app, "en-XA")
    walked.look("home")
    assert (walked.english, walked.cut) == ({"home": ["Your workbook"]}, {})
    page.evaluate(
        "document.querySelector('h1').style.cssText = 'white-space: nowrap; overflow: hidden; width: 50px'"
    )
    walked.look("home")
    assert [one.split()[0] for one in walked.cut["home"]] == ["hidden:"]
    page.close()
    household.close()


class PracticeWalk(Walk):
    """The same with a therapist's pages; what the demo's people wrote is theirs."""

    def clean(self, text: str) -> str:
        for name in ("label_1", "label_2", "label_3", "policy", "note", "homework", "therapist"):
            text = text.replace(say(f"errors.demo.{name}"), "")
        for name in ("first", "second", "third", "fourth", "fifth"):
            text = text.replace(say(f"errors.demo.{name}"), "")
        return NO_WORDS.sub("", text)


def test_a_therapists_pages_have_no_english_left_and_no_words_cut(browser: Browser, address: str) -> None:
    household, service = open_demo_practice()
    with speaking("en-XA"):
        cockpit = Cockpit(PracticeSession(service, language="en-XA"))
    case_id = cockpit.session.cases[0].case_id
    page, _ = show(browser, address, cockpit.root, width=360)
    walked = PracticeWalk(cockpit.session, page, cockpit, "en-XA")  # type: ignore[arg-type]
    for kind in COCKPIT:
        cockpit.go(f"{kind.kind}:{case_id}" if kind.is_of_case else kind.kind)
        walked.look(kind.kind)
    cockpit.go(f"live:{case_id}")
    cockpit.session.act(service.open_session, case_id)
    walked.look("live, open")
    page.close()
    household.close()
    assert len(walked.seen) == len(COCKPIT) + 1
    assert told(walked.english) == ""
    assert told(walked.cut) == ""
