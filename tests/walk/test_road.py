"""Two partners in two browsers at once: from the first page to an answered request."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests.walk.look import Looks
from tests.walk.person import KeyboardPerson, Person, UnhurriedPerson
from workbook.content import say
from workbook.content.exercise import exercises
from workbook.instruments import catalogue

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(900)]

CONNECTION = [chapter.title for chapter in catalogue()["connection"].chapters]
REQUEST = exercises()["request"]
ASKED = "Could we put our phones away at dinner on Friday?"
OFFERED = "From half past six until we have eaten?"
BEFORE = "Before you look together"
VIEWS = "button.step:visible"


def go_through_the_beginning(person: Person, looks: Looks) -> None:
    for page in ("introduction", "limits"):
        person.open_step(say(f"ui.steps.{page}"))
        looks.at(person.page, f"{page} of {person.name}")
        person.turn(lambda page=page: person.press(person.button(f"{page}.button")))
    person.open_step(say("ui.steps.consent"))
    looks.at(person.page, f"consent of {person.name}")
    person.choose(person.page.locator("input[type=radio]:visible").first)
    person.turn(lambda: person.press(person.button("consent.button")))


def answer_chapter(
    person: Person, title: str, pick: Callable[[int, int], int], looks: Looks | None = None
) -> int:
    """Answer a whole chapter; return how many questions it had."""
    person.open_step(title)
    n_answered = 0
    while person.page.locator("fieldset.question:visible").count():
        if looks and not n_answered:
            looks.at(person.page, f"{title} of {person.name}")
        n_answered += person.answer_page(pick)
        person.go_on()
    if looks:
        looks.at(person.page, f"end of {title} of {person.name}")
    return n_answered


def share(person: Person, looks: Looks | None, grain: str, *, leads_to: str) -> None:
    person.open_step(say("ui.steps.share"))
    person.choose(person.page.locator(f"input[type=radio][value={grain}]:visible"))
    if looks:
        looks.at(person.page, f"share of {person.name}")
    person.turn(lambda: person.press(person.button("share.button")))
    assert person.heading == leads_to


def answers_shown(person: Person) -> list[str]:
    """Return which choice of each question on this screen is ticked."""
    return person.page.locator("fieldset.question:visible input:checked").evaluate_all(
        "inputs => inputs.map(input => input.value)"
    )


def test_two_partners_walk_the_whole_road(visit: Callable[..., Person], looks: Looks, said: Path) -> None:
    """A with a mouse on a desktop, B with only a keyboard on a small screen, both at once."""
    ana = visit(Person, "Ana", 1280)
    ben = visit(KeyboardPerson, "Ben", 360, 740)
    ana.page.goto(ana.address)
    looks.at(ana.page, "landing")
    for door in ("begin", "join", "sign-in", "recover", "together"):
        ana.page.goto(f"{ana.address}/{door}")
        looks.at(ana.page, door)

    code = ana.begin()
    looks.at(ana.page, "overview of one alone")
    ben.join(code)
    for person in (ana, ben):
        go_through_the_beginning(person, looks)

    # A reload amid a chapter: every answer is back, on the very page one was on.
    ana.open_step(CONNECTION[0])
    ana.answer_page(lambda n, choices: (n * 3 + 1) % choices)
    before = (ana.place, answers_shown(ana))
    assert len(before[1]) > 3
    ana.page.reload()
    ana.arrive()
    assert (ana.place, answers_shown(ana)) == before

    n_answered = len(before[1]) + sum(
        answer_chapter(ana, title, lambda n, choices: (n + 2) % choices, looks) for title in CONNECTION
    )
    assert n_answered == len(catalogue()["connection"].items)
    for title in CONNECTION:
        answer_chapter(ben, title, lambda n, choices: (2 * n + 1) % choices)

    ana.open_step(say("ui.steps.results"))
    looks.at(ana.page, "own picture")

    # Before opening, either sees only "not open yet".
    share(ana, looks, "answers", leads_to=say("ui.share.saved_title"))
    looks.at(ana.page, "decision saved")
    expect(ben.step(say("ui.steps.together"))).to_contain_text(say("ui.status.locked"))
    share(ben, looks, "answers", leads_to=BEFORE)
    ben.turn(lambda: ben.press(ben.button("expectation.button_later")))

    for person in (ana, ben):
        person.open_step(say("ui.steps.together"))
        assert person.heading == BEFORE
        looks.at(person.page, f"expectation of {person.name}")
        person.turn(lambda person=person: person.press(person.button("expectation.button")))
        assert person.heading == say("ui.together.title")
        looks.at(person.page, f"together of {person.name}")
    walk_the_views(ana, looks)

    # What one says at the table reaches the other's open page by itself.
    ana.turn(lambda: ana.press(ana.button("together.to_mood")))
    looks.at(ana.page, "mood")
    ana.choose(ana.page.locator("input[type=radio]:visible").nth(3))
    ana.turn(lambda: ana.press(ana.button("mood.button")))
    looks.at(ana.page, "cooling off")
    ask_and_negotiate(ana, ben, looks)

    assert looks.told() == ""
    assert looks.n_pages >= 35
    assert "Traceback" not in said.read_text()


def walk_the_views(person: Person, looks: Looks) -> None:
    """Open every view that the joint page offers, whether it shows something or says why not."""
    titles = person.page.locator(f"{VIEWS} .step-title").all_inner_texts()
    assert len(titles) >= 4
    n_drawn = 0
    for title in titles:
        step = person.page.locator(VIEWS).filter(has=person.page.get_by_text(title, exact=True))
        person.turn(lambda step=step: person.press(step))
        charts = person.page.locator(".chart:visible")
        if charts.count():
            expect(person.page.locator("table").first).to_be_attached()
        if person.page.locator(".chart .chart-plot:visible").count():  # there may be nothing to draw
            expect(person.page.locator(".js-plotly-plot svg.main-svg:visible").first).to_be_visible(
                timeout=20_000
            )
            n_drawn += 1
        looks.at(person.page, f"view {title}")
        person.turn(lambda: person.press(person.button("view.back")))
    assert n_drawn >= 3


def ask_and_negotiate(ana: Person, ben: Person, looks: Looks) -> None:
    """A request, "I want to negotiate", and a yes: each step shows on the other's open page."""
    for person in (ana, ben):
        person.open_step(say("ui.steps.exercises"))
        looks.at(person.page, f"exercises of {person.name}")
        step = person.page.locator(VIEWS).filter(has=person.page.get_by_text(REQUEST.title, exact=True))
        person.turn(lambda person=person, step=step: person.press(step))
        looks.at(person.page, f"request of {person.name}")
    ana.type(field(ana, "sent.text"), ASKED)
    ana.choose(ana.page.locator("input[type=radio][value=no]:visible"))
    ana.press(button(ana, "sent"))

    answer(ben, ASKED, "negotiate", looks, proposal=OFFERED)
    answer(ana, OFFERED, "yes", looks)
    expect(ben.page.get_by_text(say("exercises.request.stage.agreed")).first).to_be_visible()


def field(person: Person, name: str) -> Locator:
    return person.page.get_by_label(say(f"exercises.request.{name}.label"))


def button(person: Person, move: str) -> Locator:
    return person.page.get_by_role("button", name=say(f"exercises.request.{move}.button"), exact=True)


def answer(person: Person, wording: str, choice: str, looks: Looks, proposal: str = "") -> None:
    """Open the request that has come by itself to one's page, and answer it."""
    line = person.page.locator(VIEWS).filter(has_text=wording)
    expect(line).to_be_visible()
    person.press(line)
    radio = person.page.locator(f"input[type=radio][value={choice}]:visible")
    radio.wait_for()
    looks.at(person.page, f"answering of {person.name}")
    person.choose(radio)
    if proposal:
        person.type(field(person, "answered.proposal"), proposal)
    person.press(button(person, "answered"))
    expect(radio).to_be_hidden()


def test_a_single_person_is_told_what_needs_two(visit: Callable[..., Person], looks: Looks) -> None:
    """A single person answers, sees their own results, and reads that the joint page needs two."""
    one = visit(UnhurriedPerson, "Sol", 360, 740)
    one.begin()
    go_through_the_beginning(one, looks)
    answer_chapter(one, CONNECTION[0], lambda n, choices: n % choices)
    one.open_step(say("ui.steps.results"))
    assert one.heading == say("ui.results.title")
    looks.at(one.page, "own picture of one alone")
    expect(one.step(say("ui.steps.together"))).to_contain_text(say("ui.status.locked"))
    assert looks.told() == ""
