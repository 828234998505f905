"""A whole session with three browsers: join, grant, show, take back, talk, homework, notes, rating, report."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.proofs._wire import Network, Wire
from tests.walk.look import Looks
from tests.walk.person import PASSPHRASE, Person
from tests.walk.seeded import in_folder, make_open_couple
from workbook.content import say
from workbook.content.session_guide import session_guide
from workbook.instruments import catalogue
from workbook.server.testing import RunningServer, running_server
from workbook.service.desks.household import Household

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(900)]

CODES: dict[str, str] = {}
LABEL = "Blue folder, Tuesday"
NOTE = "Both laughed about the broken tent."
HOMEWORK = "Ben begins, on Sunday."
TOPIC = "connection.appreciation"
GUARDED = "connection.trust"
PICTURE = ".chart-frame"


def make_practice(household: Household) -> str:
    CODES["therapist"] = household.therapists.create("A. Rivers", PASSPHRASE + "Rivers").code
    return make_open_couple(household)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    folder: Path = tmp_path_factory.mktemp("practice")
    CODES["couple"] = in_folder(folder, make_practice)
    with running_server(folder, "--practice") as running:
        yield running


class Rivers(Person):
    """The therapist, at a wide screen."""

    def sign_in(self, code: str) -> None:
        self.page.goto(f"{self.address}/")
        self.press(self.page.locator("main a[href='/therapist']"))
        self.type(self.page.locator("#code"), code)
        self.type(self.page.locator("#passphrase"), PASSPHRASE + "Rivers")
        self.press(self.page.locator("main form button[type=submit]"))
        self.arrive()

    def does(self, key: str, **values: object) -> None:
        """Press a button of the cockpit by the key of its message."""
        self.press(self.page.get_by_role("button", name=say(f"cockpit.{key}", **values), exact=True))

    def opens(self, page: str) -> None:
        """Turn to a page of the case by its row."""
        self.turn(lambda: self.does(f"{page}.short"))


def picks(page: Page, label: str, value: str) -> None:
    page.get_by_role("combobox", name=label, exact=True).select_option(value)


def sees(page: Page, words: str) -> None:
    expect(page.locator("#workbook").get_by_text(words).first).to_be_visible()


def title_of(topic: str) -> str:
    return next(one.topic for one in catalogue()["connection"].subscales if one.id == topic)


def grants(person: Person, code: str, *, shown: tuple[str, ...], grain: str = "scores") -> None:
    """Join a case, read what holds, and grant all parts; of those named, also that they may be shown."""
    person.open_step(say("ui.steps.therapist"))
    person.type(person.page.get_by_label(say("ui.therapist.code")), code)
    person.press(person.button("therapist.join"))
    sees(person.page, say("ui.therapist.sees_nothing"))
    person.turn(lambda: person.press(person.button("therapist.choose")))
    person.turn(lambda: person.press(person.button("therapist.read_yes")))
    for name in ("connection", "warning_signs", "needs", "skills"):
        picks(person.page, catalogue()[name].title, grain)
    for name in shown:
        person.page.get_by_role("checkbox", name=catalogue()[name].title).check(force=True)
    picks(person.page, say("ui.therapist.until_legend"), "90")
    person.press(person.button("therapist.save"))
    sees(person.page, say("ui.therapist.take_back"))


@pytest.fixture
def wire(server: RunningServer) -> Iterator[Wire]:
    """Ben's way to the server, which can break."""
    network = Network()
    yield network.wire(int(server.url.rstrip("/").rpartition(":")[2]))
    network.close()


def test_three_go_through_a_session(
    visit: Callable[..., Person], wire: Wire, looks: Looks, tmp_path: Path
) -> None:
    rivers, ana, ben = (
        visit(Rivers, "Rivers", 1280),
        visit(Person, "Ana", 1280),
        visit(partial(Person, wire=wire), "Ben", 360, 740),
    )
    code = _begins_a_case(rivers, looks)
    for person in (ana, ben):
        person.sign_in(CODES["couple"])
        grants(person, code, shown=("connection",))
        looks.at(person.page, f"therapist, granted, {person.name}")
    _opens_the_session(rivers, looks)
    for person in (ana, ben):
        person.go_home()
        person.turn(lambda person=person: person.press(person.button("home.in_session")))
        looks.at(person.page, f"in session, invited, {person.name}")
        person.press(person.button("in-session.come"))
        sees(person.page, session_guide().agenda[0].invitation)
    shared = rivers.context.new_page()
    shared.goto(f"{rivers.address}/presentation")
    sees(shared, session_guide().agenda[0].invitation)
    _shows_and_takes_back(rivers, ana, ben, shared, looks)
    _loses_the_network(rivers, ana, ben, wire)
    _talks(rivers, ana, looks)
    _closes(rivers, ana, ben, looks)
    _looks_back(rivers, tmp_path, looks)
    ben.complaints[:] = [one for one in ben.complaints if "ERR_CONNECTION" not in one]  # a line broke
    for person in (rivers, ana, ben):
        assert person.complaints == []
        assert person.off_origin == []


def _begins_a_case(rivers: Rivers, looks: Looks) -> str:
    """The rule on secrets comes before the first case."""
    rivers.sign_in(CODES["therapist"])
    looks.at(rivers.page, "cockpit, without a rule")
    rivers.turn(lambda: rivers.does("cases.to_policy"))
    rivers.choose(rivers.page.locator("input[type=radio][value=no_secrets]"))
    picks(rivers.page, say("cockpit.practice.days"), "365")
    looks.at(rivers.page, "cockpit, rule")
    rivers.turn(lambda: rivers.does("practice.save"))
    rivers.type(rivers.page.get_by_label(say("cockpit.cases.label")), LABEL)
    rivers.turn(lambda: rivers.does("cases.begin"))
    looks.at(rivers.page, "cockpit, case, nobody joined")
    return rivers.page.locator(".code").first.inner_text()


def _opens_the_session(rivers: Rivers, looks: Looks) -> None:
    """No session opens before each was seen alone."""
    expect(rivers.page.get_by_role("button", name=say("cockpit.case.session"))).to_have_count(0)
    for name in ("Ana", "Ben"):
        rivers.does("case.tick", name=name)
    sees(rivers.page, say("cockpit.case.seen_alone"))
    looks.at(rivers.page, "cockpit, case, seen alone")
    rivers.turn(lambda: rivers.does("case.session"))
    looks.at(rivers.page, "cockpit, session, before")
    rivers.does("live.open")
    sees(rivers.page, session_guide().agenda[0].aim)


def _shows_and_takes_back(rivers: Rivers, ana: Person, ben: Person, shared: Page, looks: Looks) -> None:
    pages = (rivers.page, ana.page, ben.page, shared)
    # A guarded topic is asked for: nothing appears anywhere, and no page but the therapist's says that it was.
    picks(rivers.page, say("cockpit.showing.topic"), GUARDED)
    rivers.does("showing.show")
    sees(rivers.page, say("errors.case.guarded"))
    for page in pages[1:]:
        expect(page.get_by_text(say("errors.case.guarded"))).to_have_count(0)
        expect(page.locator(PICTURE)).to_have_count(0)
    picks(rivers.page, say("cockpit.showing.topic"), TOPIC)
    rivers.does("showing.show")
    for page in pages:
        expect(page.locator(PICTURE)).to_have_count(1)
        sees(page, title_of(TOPIC))
    looks.at(rivers.page, "cockpit, session, shown")
    looks.at(ana.page, "in session, shown")
    looks.at(ben.page, "in session, shown, narrow")
    looks.at(shared, "presentation, shown")
    for page in pages:  # each comes back to where the session is, and shows what is shown
        page.reload()
        expect(page.locator(PICTURE)).to_have_count(1, timeout=60_000)
        sees(page, title_of(TOPIC))
    for private in (LABEL, say("cockpit.showing.title"), say("cockpit.live.here", names="Ana")):
        expect(shared.get_by_text(private)).to_have_count(0)
    ana.press(ana.button("in-session.take_back", title=title_of(TOPIC)))
    for page in pages:
        expect(page.locator(PICTURE)).to_have_count(0)
    sees(rivers.page, say("cockpit.showing.is_asked", title=title_of(TOPIC)))
    expect(ben.page.locator("#workbook").get_by_text(title_of(TOPIC), exact=True)).to_have_count(0)


def _loses_the_network(rivers: Rivers, ana: Person, ben: Person, wire: Wire) -> None:
    """What is shown and taken back while somebody is cut off is so on their page once they are back."""
    shown = ben.page.locator(PICTURE)
    wire.set("refuse")
    picks(ana.page, say("ui.in-session.offer"), TOPIC)
    ana.press(ana.button("in-session.offer_button"))
    expect(ana.page.locator(PICTURE)).to_have_count(1)
    expect(shown).to_have_count(0)
    wire.set("open")
    expect(shown).to_have_count(1, timeout=30_000)
    wire.set("refuse")
    ana.press(ana.button("in-session.take_back", title=title_of(TOPIC)))
    expect(rivers.page.locator(PICTURE)).to_have_count(0)
    wire.set("open")
    expect(shown).to_have_count(0, timeout=30_000)


def _talks(rivers: Rivers, ana: Person, looks: Looks) -> None:
    """The room is offered, and opened by the therapist; nobody is taken there against their will."""
    picks(rivers.page, say("cockpit.beginning.what"), "room")
    rivers.does("beginning.begin")
    rivers.does("beginning.first", name="Ana")
    sees(rivers.page, say("cockpit.beginning.room_waiting"))
    ana.turn(lambda: ana.press(ana.button("in-session.begun_room")))
    sees(ana.page, say("ui.room.come_button"))
    looks.at(rivers.page, "cockpit, session, room")
    rivers.does("beginning.close")
    expect(rivers.page.get_by_text(say("cockpit.beginning.room_waiting"))).to_have_count(0)
    ana.go_home()
    ana.turn(lambda: ana.press(ana.button("home.in_session")))


def _closes(rivers: Rivers, ana: Person, ben: Person, looks: Looks) -> None:
    picks(rivers.page, say("cockpit.live.step"), "closing")
    for item in session_guide().rating:
        picks(ana.page, item.text, "8")
    looks.at(ana.page, "in session, rating")
    ana.press(ana.button("in-session.rate"))
    expect(ana.button("in-session.rate")).to_have_count(0)
    rivers.turn(lambda: rivers.does("live.end"))
    sees(ben.page, say("ui.in-session.over_title"))
    looks.at(ben.page, "in session, over")
    picks(rivers.page, say("cockpit.over-time.exercise"), "twenty_minutes")
    rivers.type(rivers.page.get_by_label(say("cockpit.over-time.words")), HOMEWORK)
    rivers.does("over-time.suggest")
    sees(rivers.page, HOMEWORK)
    ben.go_home()
    sees(ben.page, HOMEWORK)
    aside = say("ui.home.homework_aside", title="Twenty minutes a day")
    ben.press(ben.page.get_by_role("button", name=aside, exact=True))
    expect(ben.page.get_by_text(HOMEWORK)).to_have_count(0)
    ana.go_home()
    sees(ana.page, HOMEWORK)


def _looks_back(rivers: Rivers, folder: Path, looks: Looks) -> None:
    sees(rivers.page, say("cockpit.over-time.scale"))
    expect(rivers.page.locator("table").last).to_contain_text("8")
    looks.at(rivers.page, "cockpit, over time")
    rivers.opens("picture")
    looks.at(rivers.page, "cockpit, pictures")
    rivers.opens("notes")
    rivers.type(rivers.page.get_by_role("textbox", name=say("cockpit.notes.text")), NOTE)
    rivers.does("notes.keep")
    sees(rivers.page, NOTE)
    looks.at(rivers.page, "cockpit, notes")
    rivers.opens("report")
    looks.at(rivers.page, "cockpit, report")
    with rivers.page.expect_download() as download:
        rivers.does("report.page")
    download.value.save_as(folder / "report.html")
    report = (folder / "report.html").read_text(encoding="utf-8")
    for words in (say("cockpit.report.provisional"), "Ana", "Ben", title_of(TOPIC)):
        assert words in report
    assert "<script" not in report
    assert NOTE not in report
