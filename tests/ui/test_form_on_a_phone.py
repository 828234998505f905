"""A question takes about a third of a phone, says its choices to everybody, and folds once it is answered."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.axe import violations
from tests.ui.browser import show
from workbook.address import at
from workbook.instruments import catalogue
from workbook.session import Session
from workbook.ui.app import App
from workbook.ui.components import Form

pytestmark = pytest.mark.browser

CHAPTER = "connection.talk"
PHONE = {"width": 360, "height": 740}
TARGET = 44
WORDS = ("Never", "Rarely", "Sometimes", "Often", "Almost always")


def form_of(n_questions: int = 3, words: tuple[str, ...] = WORDS, **traits: Any) -> Form:
    """Return a form whose every answer is kept at once."""
    choices = [[value, word] for value, word in enumerate(words)]
    items = [{"id": f"q{n}", "text": f"Question number {n}", "choices": choices} for n in range(n_questions)]
    form = Form(items=items, occasion="assessment-1", **traits)
    form.observe(
        lambda change: setattr(form, "acknowledged", [one["operation_id"] for one in change["new"]]),
        "answers_out",
    )
    return form


@pytest.fixture
def open_form(browser: Browser, address: str) -> Iterator[Callable[..., Page]]:
    """Open a form on a phone."""
    pages: list[Page] = []

    def opened(form: Form, width: int = PHONE["width"], *, guard_ms: int = 0) -> Page:
        page, _kernel = show(browser, address, form, width=width)
        page.set_viewport_size({"width": width, "height": PHONE["height"]})
        page.evaluate(f"window.doubleTapMs = {guard_ms}")
        pages.append(page)
        return page

    yield opened
    for page in pages:
        page.close()


@pytest.fixture
def chapter(
    maya: Session, take_part: Callable[[Session], Session], browser: Browser, address: str
) -> Iterator[Page]:
    take_part(maya).go(at("chapter", CHAPTER, 1))
    page, _kernel = show(browser, address, App(maya).root, width=PHONE["width"])
    page.set_viewport_size(PHONE)
    yield page
    page.close()


def boxes(found: Locator) -> list[dict[str, float]]:
    return [box for one in found.all() if (box := one.bounding_box()) is not None]


def answer(page: Page, question: int, choice: int) -> None:
    page.locator(".question").nth(question).locator(".option").nth(choice).click()
    expect(page.locator(".question").nth(question).locator(".state")).to_have_attribute("data-state", "saved")


def is_wider_than_its_screen(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))


def with_large_text(page: Page) -> None:
    page.evaluate("document.documentElement.style.fontSize = '225%'")  # twice our 112.5 %


def test_a_question_takes_about_a_third_of_a_phone(open_form: Callable[..., Page]) -> None:
    """Every question of the workbook, with its own words; stacked as before it takes more than half."""
    items = [
        {"id": item.id, "text": item.text, "choices": [[one.value, one.label] for one in item.scale.choices]}
        for instrument in catalogue().values()
        for item in instrument.items
        if instrument.id != "background"  # bands and places, each chosen by its words from a list
    ]
    page = open_form(Form(items=items, occasion="assessment-1"))
    heights = [box["height"] for box in boxes(page.locator(".question"))]
    assert len(heights) == len(items) > 200
    assert sum(heights) / len(heights) <= PHONE["height"] / 3
    assert max(heights) <= 0.4 * PHONE["height"]
    page.add_style_tag(content=".scale { grid-template-columns: 1fr !important }")
    stacked = [box["height"] for box in boxes(page.locator(".question"))]
    assert sum(stacked) / len(stacked) > PHONE["height"] / 2, "the control: one below the other"


@pytest.mark.parametrize("width", [360, 320])
def test_five_targets_for_a_thumb_stand_in_one_row(open_form: Callable[..., Page], width: int) -> None:
    page = open_form(form_of(), width)
    targets = boxes(page.locator(".question").first.locator(".scale .option"))
    assert len(targets) == len(WORDS)
    assert len({box["y"] for box in targets}) == 1
    assert min(min(box["width"], box["height"]) for box in targets) >= TARGET
    assert min(box["height"] for box in boxes(page.locator(".option-quiet"))) >= TARGET
    assert not is_wider_than_its_screen(page)


def test_every_choice_says_its_words_and_the_chosen_one_shows_them(open_form: Callable[..., Page]) -> None:
    page = open_form(form_of(1))
    for word in WORDS:
        expect(page.get_by_role("radio", name=word, exact=True)).to_have_count(1)
    words = page.locator(".scale-words")
    assert words.inner_text().split("\n") == [WORDS[0], WORDS[-1]]
    answer(page, 0, 2)
    assert words.inner_text().split("\n") == [WORDS[0], WORDS[2], WORDS[-1]]
    answer(page, 0, 4)
    assert words.inner_text().split("\n") == [WORDS[0], WORDS[-1]]
    expect(words.locator(".is-chosen")).to_have_text(WORDS[-1])


def test_with_room_every_choice_shows_its_words(open_form: Callable[..., Page]) -> None:
    page = open_form(form_of(1), 1280)
    for word in WORDS:
        box = page.locator(".scale").get_by_text(word, exact=True).bounding_box()
        assert box is not None and box["width"] > TARGET / 2
    expect(page.locator(".scale-words")).to_be_hidden()


def test_with_large_text_choices_stand_below_each_other(open_form: Callable[..., Page]) -> None:
    page = open_form(form_of(1))
    with_large_text(page)
    targets = boxes(page.locator(".scale .option"))
    assert len({box["y"] for box in targets}) == len(WORDS)
    assert all(box["width"] > TARGET for box in boxes(page.locator(".scale .option-text")))
    assert not is_wider_than_its_screen(page)


@pytest.mark.parametrize(
    ("words", "is_row"),
    [
        (("No", "Yes"), True),
        (("No", "Some of the time", "Yes"), True),
        (("Never", "Once", "A few times", "Often"), True),
        (("Not once", "Once or twice", "About once a week", "Most days", "Every day or nearly so"), True),
        (("Under 1", "1 to 2", "3 to 5", "6 to 10", "11 to 20", "More"), False),
        (("No", "A place with a very long name, somewhere in the world"), False),
    ],
)
def test_scales_of_other_lengths_fit_a_phone(
    open_form: Callable[..., Page], words: tuple[str, ...], is_row: bool
) -> None:
    page = open_form(form_of(1, words), 320)
    targets = boxes(page.locator(".options .option"))
    assert len(targets) == len(words)
    assert len({box["y"] for box in targets}) == (1 if is_row else len(words))
    assert min(min(box["width"], box["height"]) for box in targets) >= TARGET
    assert not is_wider_than_its_screen(page)
    for text in (words[0], words[-1]):
        assert any(box["width"] > 5 for box in boxes(page.locator(".question").get_by_text(text, exact=True)))


def test_an_answered_question_folds_when_the_next_is_answered(open_form: Callable[..., Page]) -> None:
    page = open_form(form_of())
    first, reopen = page.locator(".question").first, page.locator(".answered").first
    answer(page, 0, 3)
    expect(reopen).to_be_hidden()  # until the person goes on
    answer(page, 1, 1)
    expect(reopen).to_be_visible()
    expect(reopen).to_have_attribute("aria-expanded", "false")
    assert reopen.inner_text().split() == ["Often", "Change"]
    expect(first.locator(".scale")).to_be_hidden()
    reopen.click()
    expect(first.locator(".scale")).to_be_visible()
    expect(first.locator("input").nth(3)).to_be_focused()
    expect(page.locator(".answered").nth(1)).to_be_visible()
    answer(page, 0, 0)
    answer(page, 2, 0)
    assert reopen.inner_text().split() == ["Never", "Change"]


def test_answers_that_are_there_already_come_folded_and_others_open(open_form: Callable[..., Page]) -> None:
    known = {"q0": {"value": 2, "declined": False}, "q1": {"value": None, "declined": True}}
    page = open_form(form_of(answers=known))
    assert [one.is_visible() for one in page.locator(".answered").all()] == [True, True, False]
    assert "Prefer not to say" in page.locator(".answered").nth(1).inner_text()


def test_what_is_not_saved_and_what_is_private_does_not_fold(open_form: Callable[..., Page]) -> None:
    page = open_form(form_of())
    page.evaluate("() => { window.workbook.saveAnswers = () => new Promise(() => {}); }")
    for n in range(2):
        page.locator(".question").nth(n).locator(".option").nth(1).click()
    expect(page.locator(".question.is-folded")).to_have_count(0)
    private = open_form(form_of(opens_blank=True))
    for n in range(2):
        answer(private, n, 1)
    expect(private.locator(".question.is-folded")).to_have_count(0)


def test_folding_leaves_the_question_one_is_at_where_it_is(open_form: Callable[..., Page]) -> None:
    page = open_form(form_of(8))
    answer(page, 3, 1)
    page.locator(".question").nth(4).scroll_into_view_if_needed()
    page.evaluate("window.scrollBy(0, 200)")
    before = page.locator(".question").nth(4).bounding_box()
    answer(page, 4, 1)
    after = page.locator(".question").nth(4).bounding_box()
    assert page.locator(".question.is-folded").count() == 1
    assert before is not None and after is not None and abs(before["y"] - after["y"]) <= 1


@pytest.mark.parametrize(("guard_ms", "n_answered"), [(5000, 2), (0, 3)])
def test_what_is_pressed_while_the_page_moves_counts_for_nothing(
    open_form: Callable[..., Page], guard_ms: int, n_answered: int
) -> None:
    """At the top of a page there is no room to keep still; without the guard the press would count."""
    page = open_form(form_of(), guard_ms=guard_ms)
    answer(page, 0, 1)
    answer(page, 1, 1)
    page.locator(".question").nth(2).locator(".option").nth(1).click()
    page.wait_for_timeout(100)
    assert page.locator("input:checked").count() == n_answered


def test_progress_stays_in_sight(chapter: Page) -> None:
    is_seen = """() => {
      const { left, top, width, height } = document.querySelector(".progress-track").getBoundingClientRect();
      return Boolean(document.elementFromPoint(left + width / 2, top + height / 2)?.closest(".progress"));
    }"""
    chapter.evaluate("window.scrollTo(0, document.documentElement.scrollHeight)")
    assert chapter.evaluate("window.scrollY") > PHONE["height"] / 2
    assert chapter.evaluate(is_seen)
    chapter.evaluate("document.querySelector('.in-sight').classList.remove('in-sight')")
    assert not chapter.evaluate(is_seen), "the control: it would have gone with the page"


def test_what_has_the_focus_is_not_covered(chapter: Page) -> None:
    """Going back by keyboard, below the header and the progress."""
    chapter.evaluate("window.scrollTo(0, document.documentElement.scrollHeight)")
    chapter.locator(".question").last.locator("input").first.focus()
    below = "document.querySelector('.in-sight').getBoundingClientRect().bottom"
    for _ in range(5):
        chapter.keyboard.press("Shift+Tab")
        top = chapter.evaluate(
            "document.activeElement.closest('.option, .answered').getBoundingClientRect().top"
        )
        assert top >= chapter.evaluate(below) - 1


def test_the_mirrored_form_runs_from_right_to_left(open_form: Callable[..., Page]) -> None:
    page = open_form(form_of(1))
    page.evaluate("document.documentElement.dir = 'rtl'")
    left = [box["x"] for box in boxes(page.locator(".scale .option"))]
    assert left == sorted(left, reverse=True)
    page.locator("input").first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowLeft")
    expect(page.locator("input").nth(1)).to_be_checked()
    ends = boxes(page.locator(".scale-words > span"))
    assert ends[0]["x"] > ends[-1]["x"]


def test_the_choice_is_seen_in_forced_colours(open_form: Callable[..., Page]) -> None:
    page = open_form(form_of(1))
    page.emulate_media(forced_colors="active")
    answer(page, 0, 2)
    page.locator("body").click(position={"x": 2, "y": 2})
    outlines = page.locator(".scale .option").evaluate_all(
        "all => all.map((one) => getComputedStyle(one).outlineStyle)"
    )
    assert [outline != "none" for outline in outlines] == [False, False, True, False, False]


def test_axe_finds_nothing_in_a_form_open_or_folded(chapter: Page) -> None:
    assert violations(chapter) == []
    for n in range(3):
        answer(chapter, n, n)
    assert chapter.locator(".question.is-folded").count() >= 2
    assert violations(chapter) == []
