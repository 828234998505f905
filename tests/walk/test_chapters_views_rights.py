"""Every chapter, every view and every right, walked in a browser on the real server."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.walk.look import Looks
from tests.walk.person import PASSPHRASE, Person
from tests.walk.seeded import in_folder, make_couple, make_open_couple
from tests.walk.test_road import VIEWS, answer_chapter, go_through_the_beginning
from workbook.content import say
from workbook.content.document import documents
from workbook.instruments import catalogue
from workbook.server.testing import RunningServer, running_server
from workbook.ui.drawing import TOGETHER_VIEWS

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(900)]

CODES: dict[str, str] = {}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server over a store that holds a fresh couple and one that opened everything."""
    folder = tmp_path_factory.mktemp("seeded")
    CODES["fresh"] = in_folder(folder, make_couple)
    CODES["open"] = in_folder(folder, make_open_couple)
    CODES["rights"] = in_folder(folder, make_open_couple)
    with running_server(folder) as running:
        yield running


def test_every_chapter_can_be_answered_to_its_end(visit: Callable[..., Person], looks: Looks) -> None:
    """All of them, by finger at 360 px; the private questions open blank, and stay so."""
    ana = visit(Person, "Ana", 360, 740)
    ana.sign_in(CODES["fresh"])
    go_through_the_beginning(ana, looks)
    n_answered = 0
    for name, instrument in catalogue().items():
        if instrument.is_private or name == "weekly":
            continue
        for chapter in instrument.chapters:
            n_answered += answer_chapter(ana, chapter.title, lambda n, choices: (n + 1) % choices, looks)
    assert n_answered == sum(
        len(one.items) for name, one in catalogue().items() if not one.is_private and name != "weekly"
    )
    answer_weekly(ana, looks)
    answer_the_private_questions(ana, looks)
    assert looks.told() == ""


def answer_weekly(ana: Person, looks: Looks) -> None:
    ana.open_step(say("ui.steps.weekly"))
    looks.at(ana.page, "weekly")
    if not ana.page.locator("fieldset.question:visible").count():
        ana.turn(lambda: ana.press(ana.page.locator("button.button-primary:visible").first))
    while ana.page.locator("fieldset.question:visible").count():
        ana.answer_page(lambda n, choices: (n + 2) % choices)
        looks.at(ana.page, "weekly questions")
        ana.go_on()


def answer_the_private_questions(ana: Person, looks: Looks) -> None:
    """Answered, left, opened again: nothing is ticked, and no line says how many were answered."""
    for _ in range(2):
        ana.open_step(say("ui.steps.just-for-me"))
        looks.at(ana.page, "just for me")
        ana.turn(lambda: ana.press(ana.button("just-for-me.private_button")))
        looks.at(ana.page, "private questions")
        assert ana.page.locator("fieldset.question:visible input:checked").count() == 0
        assert ana.page.locator("progress:visible, .progress:visible").count() == 0
        ana.answer_page(lambda n, choices: n % choices)


def test_every_view_is_shown_once_both_open_everything(visit: Callable[..., Person], looks: Looks) -> None:
    """Each view draws its chart with a sentence above and a table below; none is empty."""
    ana = visit(Person, "Ana", 360, 740)
    ana.sign_in(CODES["open"])
    ana.open_step(say("ui.steps.together"))
    ana.turn(lambda: ana.press(ana.button("expectation.button")))
    titles = ana.page.locator(f"{VIEWS} .step-title").all_inner_texts()
    assert len(titles) == len(TOGETHER_VIEWS)
    n_told = 0
    for title in titles:
        step = ana.page.locator(VIEWS).filter(has=ana.page.get_by_text(title, exact=True))
        ana.turn(lambda step=step: ana.press(step))
        waits = ana.page.get_by_text(say("ui.view.one_round"), exact=True)
        expect(ana.page.locator("table").or_(waits).first).to_be_attached()
        n_told += ana.page.locator("table").count() > 0
        looks.at(ana.page, f"view {title}")
        ana.turn(lambda: ana.press(ana.button("view.back")))
    assert n_told >= len(titles) - 1, "one compares two rounds, of which there is one"
    assert looks.told() == ""


def test_each_right_is_exercised_without_the_partner(
    visit: Callable[..., Person], looks: Looks, browser: Browser, tmp_path: Path
) -> None:
    """Ana withdraws, exports, blocks, parts and erases, all without Ben."""
    ana, ben = visit(Person, "Ana", 1280), visit(Person, "Ben", 360, 740)
    for person in (ana, ben):
        person.sign_in(CODES["rights"])
    ben.open_step(say("ui.steps.together"))
    ben.turn(lambda: ben.press(ben.button("expectation.button")))
    take_back(ana, ben, looks)
    take_data(ana, looks, tmp_path)
    right(ana, "block", looks)
    ana.press(ana.button("rights.block.button_off"))
    expect(ana.button("rights.block.button_on")).to_be_visible()

    right(ana, "unpair", looks)
    confirm(ana, "unpair")
    # Ben's open page was one of the table: he is told where he is now.
    expect(ben.page.locator("#workbook h1")).to_have_text(say("ui.home.title"))
    expect(ben.page.locator("#workbook")).to_contain_text(say("ui.home.parted"))

    say_goodbye(ana, "erase", "erase", looks)
    ana.page.goto(f"{ana.address}/sign-in")
    for name, typed in {"code": CODES["rights"], "name": "Ana", "passphrase": PASSPHRASE + "Ana"}.items():
        ana.type(ana.page.locator(f"#{name}"), typed)
    ana.press(ana.page.locator("main form button[type=submit]"))
    expect(ana.page.locator("#errors")).to_be_visible()

    # Ben's own drawer is whole, and he may leave with it.
    ben.open_step(say("ui.steps.results"))
    assert ben.heading == say("ui.results.title")
    say_goodbye(ben, "leave", "go_alone", looks)
    own_code = ben.page.locator("#couple-code").inner_text()
    assert own_code != CODES["rights"]
    ben.sign_in(own_code)
    ben.open_step(say("ui.steps.results"))
    assert looks.told() == ""


def test_two_at_one_device_open_the_table_with_both_passphrases(
    visit: Callable[..., Person], looks: Looks
) -> None:
    """One sitting that needs both; it shows what lies on the table, and nothing of a drawer."""
    both = visit(Person, "both", 360, 740)
    both.page.goto(f"{both.address}/together")
    typed = {"code": CODES["open"], "name": "Ana", "passphrase": PASSPHRASE + "Ana"}
    typed |= {"other_name": "Ben", "other_passphrase": PASSPHRASE + "Ana"}  # wrong: not Ben's
    for name, text in typed.items():
        both.type(both.page.locator(f"#{name}"), text)
    both.press(both.page.locator("main form button[type=submit]"))
    expect(both.page.locator("#errors")).to_be_visible()
    for name, text in (typed | {"other_passphrase": PASSPHRASE + "Ben"}).items():
        both.type(both.page.locator(f"#{name}"), text)
    both.press(both.page.locator("main form button[type=submit]"))
    both.arrive()
    looks.at(both.page, "two at one device")
    shown = both.page.locator("#workbook").inner_text()
    assert both.heading in (say("ui.together.title"), documents()["expectation"].title)
    assert say("ui.steps.results") not in shown
    assert looks.told() == ""


def test_a_forgotten_passphrase_is_replaced_with_the_recovery_code(visit: Callable[..., Person]) -> None:
    """Without the partner, and with all that was answered; the old passphrase no longer fits."""
    one = visit(Person, "Kim", 360, 740)
    one.page.goto(f"{one.address}/begin")
    one.type(one.page.locator("#name"), "Kim")
    one.type(one.page.locator("#passphrase"), PASSPHRASE + "Kim")
    one.press(one.page.locator("main form button[type=submit]"))
    code = one.page.locator("#couple-code").inner_text()
    recovery_code = one.page.locator("#recovery-code").inner_text()
    one.press(one.page.locator("main form button[type=submit]"))
    one.arrive()
    one.page.locator("form[action='/sign-out'] button").click()
    one.page.goto(f"{one.address}/recover")
    fields = {"code": code, "name": "Kim", "recovery_code": recovery_code, "passphrase": "quite another one"}
    for name, text in fields.items():
        one.type(one.page.locator(f"#{name}"), text)
    one.press(one.page.locator("main form button[type=submit]"))
    expect(one.page.locator("#recovery-code")).not_to_have_text(recovery_code)
    one.press(one.page.locator("main form button[type=submit]"))
    one.arrive()


def take_back(ana: Person, ben: Person, looks: Looks) -> None:
    """One round less for both, at the next read; on Ben's open page the view closes by itself."""
    side_by_side = ben.page.locator(VIEWS).filter(
        has=ben.page.get_by_text(say("ui.view.titles.side_by_side"), exact=True)
    )
    expect(side_by_side).not_to_contain_text(say("ui.view.notes.missing_not_open"))
    ana.open_step(say("ui.steps.sharing"))
    looks.at(ana.page, "sharing")
    title = catalogue()["connection"].title
    ana.press(ana.page.get_by_role("button", name=say("ui.sharing.withdraw_of", title=title)))
    expect(ana.page.get_by_text(say("ui.sharing.withdrawn"))).to_be_visible()
    expect(side_by_side).to_contain_text(say("ui.view.notes.missing_not_open"))


def take_data(ana: Person, looks: Looks, folder: Path) -> None:
    """A file with Ana's own answers, nothing of Ben's drawer and nothing of the private questions."""
    right(ana, "data", looks)
    with ana.page.expect_download() as download:
        ana.press(ana.page.get_by_role("button", name=say("ui.rights.data.button")))
    path = folder / "data.json"
    download.value.save_as(path)
    text = path.read_text()
    assert "connection.listening.1" in json.dumps(json.loads(text))
    assert not [item.id for item in catalogue()["safety"].items if item.id in text]


def right(person: Person, name: str, looks: Looks) -> None:
    """Open one right from the overview."""
    person.open_step(say("ui.steps.rights"))
    step = person.page.locator(VIEWS).filter(
        has=person.page.get_by_text(say(f"ui.rights.{name}.title"), exact=True)
    )
    person.turn(lambda: person.press(step))
    looks.at(person.page, f"right {name} of {person.name}")


def confirm(person: Person, name: str) -> None:
    person.type(person.page.locator("input[type=password]:visible"), PASSPHRASE + person.name)
    person.turn(lambda: person.press(person.button(f"rights.{name}.button")))
    assert person.heading == say(f"ui.rights.{name}.done_title")


def say_goodbye(person: Person, name: str, form: str, looks: Looks) -> None:
    """Use a right that ends the sitting: a page of the server asks for the passphrase."""
    right(person, name, looks)
    person.press(person.page.get_by_role("link", name=say(f"ui.rights.{name}.button")))
    looks.at(person.page, f"{name} of {person.name}")
    person.type(person.page.locator("#passphrase"), PASSPHRASE + person.name)
    person.press(person.page.locator("main form button[type=submit]"))
    expect(person.page.locator("h1")).to_have_text(say(f"server.forms.{form}.done_heading"))
    looks.at(person.page, f"after {name} of {person.name}")
