"""A therapist's pages: what each says, what none may say, and no accessibility violation."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pyotp
import pytest
from playwright.sync_api import Browser

from tests.ui.browser import show
from tests.ui.conftest import catch_up_until
from tests.ui.test_pages import violations
from workbook.content import say
from workbook.content.practice import practice_offer
from workbook.content.session_guide import session_guide
from workbook.errors import WorkbookError
from workbook.reports import to_html
from workbook.service.demo import fill_with_simulated_couple, forever_household
from workbook.service.demo_practice import _PASSPHRASE as THERAPISTS
from workbook.service.demo_practice import ALL, fill_with_practice, sit_down_as_therapist
from workbook.service.desks.household import Household
from workbook.service.formats.case_values import Granted, ToCase
from workbook.service.formats.values import Answer
from workbook.session import Session
from workbook.session.practice import PracticeSession
from workbook.ui.app import App
from workbook.ui.cockpit.base import in_words
from workbook.ui.cockpit.desk import PAGES, Cockpit
from workbook.ui.cockpit.presentation import Presentation
from workbook.ui.cockpit.report import sheet_for_therapist

TOPIC, ROUND = "connection.appreciation", "assessment-1"
NOTE = "A note that nobody else reads."
# Captions that are seen although a heading above says the same.
SAID_TWICE = """() => {
  const headings = new Set([...document.querySelectorAll("h1, h2, h3")].map((one) => one.textContent));
  return [...document.querySelectorAll("caption")].filter((one) => one.offsetHeight > 1 && !one.closest("details"))
    .map((one) => one.textContent).filter((one) => headings.has(one));
}"""


@dataclass
class Room:
    """A session of the demo's first case, with everybody's pages."""

    household: Household
    robin: App
    sam: App
    cockpit: Cockpit
    shared: Cockpit
    case_id: str

    @property
    def sessions(self) -> list[Session | PracticeSession]:
        return [self.robin.session, self.sam.session, self.cockpit.session, self.shared.session]

    def settle(self, happened: Callable[[], object]) -> None:
        """Have all pages take up what changed, until something has happened."""

        def caught_up() -> object:
            for one in self.sessions:
                one.catch_up()
            return happened()

        catch_up_until(self.robin.session, caught_up)

    def pictures(self) -> list[int]:
        """How many topics each of the four pages shows."""
        in_session = [app._made["in-session"].shown for app in (self.robin, self.sam)]
        others = (self.cockpit._made["live"].showing._shown, self.shared._made["presentation"].shown)
        return [len(one.topics) for one in (*in_session, *others)]


@pytest.fixture(scope="module")
def room() -> Iterator[Room]:
    household = forever_household()
    code, actors = fill_with_simulated_couple(household)
    made = fill_with_practice(household, code, actors)
    robin, sam = (App(Session(household.seat_partner(actor))) for actor in actors)
    actor = sit_down_as_therapist(household, made.therapist_code)
    desk = household.seat_therapist(actor)
    cockpit = Cockpit(PracticeSession(desk))
    shared = Cockpit(PracticeSession(desk), (Presentation,))
    yield Room(household, robin, sam, cockpit, shared, cockpit.session.cases[0].case_id)
    household.close()


@pytest.fixture
def going_on(room: Room) -> Iterator[Room]:
    """A session that both came into, and its end."""
    act, desk = room.cockpit.session.act, room.cockpit.session.service
    room.cockpit.go(f"live:{room.case_id}")
    act(desk.open_session, room.case_id)
    room.settle(lambda: room.robin.session.live and room.sam.session.live)
    for app in (room.robin, room.sam):
        app.session.come_into_session()
        app.go("in-session")
    room.settle(lambda: len((room.cockpit.session.live(room.case_id) or _nobody()).here) == 2)
    yield room
    act(desk.end_session, room.case_id)


def _nobody() -> object:
    raise AssertionError("no session goes on")


def asks(room: Room, topic: str) -> None:
    room.cockpit.session.act_live(room.cockpit.session.service.reveal, room.case_id, topic, ROUND)


def words_on(app: App | Cockpit) -> str:
    """Everything the open page's words hold, as one text."""
    assert app._open is not None
    return str(app._open.words.blocks)


# -- showing a topic ------------------------------------------------------------------------------
def test_a_topic_is_on_all_four_pages_and_gone_from_all_when_one_takes_it_back(going_on: Room) -> None:
    assert going_on.pictures() == [0, 0, 0, 0]
    asks(going_on, TOPIC)
    going_on.settle(lambda: going_on.pictures() == [1, 1, 1, 1])
    going_on.sam.session.take_back_in_session(TOPIC)
    going_on.settle(lambda: going_on.pictures() == [0, 0, 0, 0])
    assert say("cockpit.showing.is_asked", title="Appreciation and gratitude") in str(
        going_on.cockpit._made["live"].showing._words.blocks
    )


def test_a_guarded_topic_is_refused_until_its_owners_offer_it(going_on: Room) -> None:
    guarded = next(one for one in practice_offer().guarded if one.startswith("connection."))
    with pytest.raises(WorkbookError):
        asks(going_on, guarded)
    assert going_on.pictures() == [0, 0, 0, 0]


@pytest.mark.parametrize("why", ["nothing granted", "granted to the case alone", "taken back"])
def test_nobodys_page_tells_why_a_topic_is_not_shown(going_on: Room, why: str) -> None:
    """Two worlds: whatever the reason on Sam's side, each of the four pages is the same."""
    sam = going_on.sam.session
    case = sam.case
    assert case is not None
    before = dict(case.grants)
    if why == "nothing granted":
        sam.grant_case({}, until="")
    elif why == "granted to the case alone":
        sam.grant_case(dict.fromkeys(ALL, Granted(ToCase.ANSWERS)), until="")
    else:
        sam.take_back_in_session("connection.curiosity")
    asks(going_on, "connection.curiosity")
    for one in going_on.sessions:
        one.catch_up()
    told = {
        "robin": words_on(going_on.robin),
        "shared": words_on(going_on.shared),
        "cockpit": str(going_on.cockpit._made["live"].showing._words.blocks),
    }
    sam.grant_case(before, until="")
    _SEEN.setdefault("told", told)
    assert told == _SEEN["told"]
    assert "uriosity" not in told["robin"] + told["shared"]


_SEEN: dict[str, dict[str, str]] = {}


def test_the_shared_screen_holds_no_label_no_note_and_nothing_of_how_far_anybody_is(going_on: Room) -> None:
    act, desk = going_on.cockpit.session.act, going_on.cockpit.session.service
    act(desk.write_note, going_on.case_id, "free", NOTE)
    asks(going_on, "connection.listening")
    going_on.settle(lambda: going_on.pictures() == [1, 1, 1, 1])
    page = going_on.shared._open
    assert page is not None
    held = str([widget.get_state() for widget in _widgets(going_on.shared.root)])
    label = going_on.cockpit.session.case(going_on.case_id).seen.label
    for private in (label, NOTE, *(say(f"cockpit.progress.{one}") for one in ("finished", "under_way"))):
        assert private not in held
    assert "Listening" in held  # the control: what is shown is found there
    assert NOTE in str(going_on.cockpit.session.notes(going_on.case_id))


def _widgets(box: object) -> Iterator[object]:
    yield box
    for child in getattr(box, "children", ()):
        yield from _widgets(child)


def test_one_more_topic_can_be_allowed_once_all_are_used_covered_ones_too(going_on: Room) -> None:
    page = going_on.cockpit._made["live"].showing
    for topic in ("connection.listening", "connection.curiosity", "connection.attention"):
        asks(going_on, topic)
    going_on.cockpit.session.act_live(
        going_on.cockpit.session.service.cover, going_on.case_id, "connection.listening"
    )
    going_on.cockpit._open.fill()
    assert [one["label"] for one in page._row.widget.buttons] == [say("cockpit.showing.more")]
    page._row.press("b0")
    assert going_on.cockpit.session.live(going_on.case_id).reveals_left == 1
    assert say("cockpit.showing.show") in [one["label"] for one in page._row.widget.buttons]


# -- what a therapist may turn to -------------------------------------------------------------------
@pytest.mark.parametrize("page", ["case:no-such-case", "live:no-such-case", "no-such-page", "presentation"])
def test_a_page_that_is_not_there_is_not_opened(room: Room, page: str) -> None:
    room.cockpit.go("cases")
    with pytest.raises(WorkbookError):
        room.cockpit.go(page)
    assert str(room.cockpit.session.page) == "cases"


def test_no_session_is_offered_before_each_was_seen_alone(room: Room) -> None:
    second = room.cockpit.session.cases[1].case_id
    room.cockpit.go(f"case:{second}")
    labels = [one["label"] for one in room.cockpit._open.actions.buttons]
    assert say("cockpit.case.session") not in labels
    room.cockpit.go(f"live:{second}")
    assert say("cockpit.live.open") not in [one["label"] for one in room.cockpit._open.actions.buttons]
    assert say("cockpit.live.not_alone") in words_on(room.cockpit)


def test_cases_stand_in_the_order_they_were_made_with_what_each_waits_for(room: Room) -> None:
    room.cockpit.go("cases")
    lines = room.cockpit._open.menu.parts[0]["steps"]
    assert [one["title"] for one in lines] == [say(f"errors.demo.label_{n}") for n in (1, 2, 3)]
    assert lines[1]["note"] == say("cockpit.cases.see_alone")
    assert lines[2]["note"].startswith("1 of 2 have joined")


def test_how_far_somebody_is_stands_there_where_they_granted_it_and_a_dash_where_not(room: Room) -> None:
    room.cockpit.go(f"case:{room.cockpit.session.cases[1].case_id}")
    table = next(one for one in room.cockpit._open.words.blocks if one["kind"] == "table")
    assert {row[2] for row in table["rows"]} == {"–"}, "the second of the two granted nothing"
    assert {row[1] for row in table["rows"]} <= {
        say(f"cockpit.progress.{n}") for n in ("finished", "under_way", "not_begun")
    }
    assert not any(
        "safe" in str(row[0]).lower() and "private" in str(row[0]).lower() for row in table["rows"]
    )


# -- notes --------------------------------------------------------------------------------------------
def test_a_note_that_was_typed_is_kept_when_the_page_is_left(room: Room) -> None:
    room.cockpit.go(f"notes:{room.case_id}")
    page = room.cockpit._open
    page.template.value, page.text.value = "next_step", "Ask about the tent."
    room.cockpit.go("cases")
    kept = room.cockpit.session.notes(room.case_id)
    assert [(one.template, one.text) for one in kept if "tent" in one.text] == [
        ("next_step", "Ask about the tent.")
    ]


# -- over time --------------------------------------------------------------------------------------------
def test_sessions_stand_in_the_picture_over_time_with_their_days_and_in_its_table(room: Room) -> None:
    act, desk = room.cockpit.session.act, room.cockpit.session.service
    room.cockpit.go(f"over-time:{room.case_id}")
    trends = room.cockpit._open.trends
    if not any(panel.root.children for panel in trends._panels.values()):
        assert say("cockpit.over-time.trends_none") in str(trends._words.blocks)
        for app, value in ((room.robin, 1), (room.sam, 3)):
            session = app.session
            items = session.instruments["connection"].items
            session.save(
                [
                    Answer(f"again-{app.session.actor.person_id}-{one.id}", "assessment-2", one.id, value)
                    for one in items
                ]
            )
            session.own_case.grant_case(
                {"connection": Granted(ToCase.SCORES, in_session=True)},
                until="",
                policy_hash=session.own_case.my_case().policy_hash,
            )
    act(desk.open_session, room.case_id)
    act(desk.end_session, room.case_id)
    mark = room.cockpit.session.case(room.case_id).marks[-1]
    assert mark.rounds == 2
    room.cockpit.go(f"over-time:{room.case_id}")
    panel = trends._panels["connection"]
    assert "4px,3px" in str(panel.chart.figures)
    assert say("cockpit.over-time.trends_lines") in panel.chart.note
    table = panel.below.blocks[0]["blocks"][0]
    assert table["head"][-1] == say("cockpit.over-time.column_sessions")
    assert in_words(mark.day) in [row[-1] for row in table["rows"]][-1]


# -- how one signs in --------------------------------------------------------------------------------------
def test_a_second_step_is_set_and_taken_off_on_the_page_and_its_key_is_shown_once(room: Room) -> None:
    room.cockpit.go("account")
    page = room.cockpit._open
    assert page.passphrase not in page.root.children
    assert say("cockpit.account.lost") in str(page.lost.blocks), "what to do without the phone stands there"
    page.actions._handle_custom_msg({"press": "b0"}, [])
    (key,) = [one["text"].replace(" ", "") for one in page.words.blocks if one["kind"] == "code"]
    (link,) = [one["items"][0]["address"] for one in page.words.blocks if one["kind"] == "links"]
    assert link.startswith("otpauth://totp/") and key in link
    assert not room.cockpit.session.practice.has_second_factor

    room.cockpit.go("cases")
    assert key not in str(page.words.blocks), "left behind on no page"
    room.cockpit.go("account")
    page.actions._handle_custom_msg({"press": "b0"}, [])
    (key,) = [one["text"].replace(" ", "") for one in page.words.blocks if one["kind"] == "code"]
    page.passphrase.value, page.digits.value = THERAPISTS, "000000"
    page.actions._handle_custom_msg({"press": "b0"}, [])
    assert say("errors.account.wrong_digits") in str(room.cockpit.trouble.blocks)
    assert page.passphrase.value == page.digits.value == ""
    code = pyotp.TOTP(key)
    page.passphrase.value, page.digits.value = THERAPISTS, code.at(time.time() - 30)
    page.actions._handle_custom_msg({"press": "b0"}, [])
    assert room.cockpit.session.practice.has_second_factor
    assert key not in str(page.words.blocks)

    page.passphrase.value, page.digits.value = THERAPISTS, code.now()
    page.actions._handle_custom_msg({"press": "b0"}, [])
    assert not room.cockpit.session.practice.has_second_factor


# -- the report -----------------------------------------------------------------------------------------
def test_the_report_is_a_file_without_a_script_that_says_what_it_rests_on(room: Room) -> None:
    room.cockpit.session.act(room.cockpit.session.service.write_note, room.case_id, "free", NOTE)
    html = to_html(sheet_for_therapist(room.cockpit.session, room.case_id))
    assert "<script" not in html
    assert "http" not in html.replace('http-equiv="Content-Security-Policy"', "").replace(
        "http://www.w3.org/2000/svg", ""
    )
    assert f'content: counter(page) "  ·  {say("cockpit.report.provisional")}"' in html
    for words in ("scores", "validity", "not_measured", "safety", "limit_1"):
        assert say(f"cockpit.report.{words}", title="How we connect") in html or words == "scores"
    assert NOTE not in html
    assert "Robin (simulated)" in html


def test_the_report_of_a_case_that_granted_nothing_says_so(room: Room) -> None:
    third = room.cockpit.session.cases[2].case_id
    html = to_html(sheet_for_therapist(room.cockpit.session, third))
    assert say("cockpit.report.nothing") in html
    assert "<table" not in html


# -- ids and words ----------------------------------------------------------------------------------------
def test_the_guide_has_words_for_all_that_a_practice_offers_and_for_nothing_else() -> None:
    offer, guide = practice_offer(), session_guide()
    assert tuple(one.id for one in guide.agenda) == offer.steps
    assert tuple(one.id for one in guide.policies) == offer.policies
    assert tuple(one.id for one in guide.templates) == offer.templates
    assert tuple(one.id for one in guide.rating) == offer.rating


# -- in a browser --------------------------------------------------------------------------------------------
@pytest.mark.timeout(600)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_of_the_cockpit_breaks_an_accessibility_rule_or_overflows(
    room: Room, browser: Browser, address: str, scheme: str
) -> None:
    found = []
    page, _kernel = show(browser, address, room.cockpit.root, scheme=scheme)
    kinds = [kind.kind if not kind.is_of_case else f"{kind.kind}:{room.case_id}" for kind in PAGES]
    for name in [*kinds, f"case:{room.case_id}:close"]:
        room.cockpit.go(name)
        page.evaluate("() => { window.exchange({}); }")
        page.wait_for_timeout(250)
        for width in (1280, 360):
            page.set_viewport_size({"width": width, "height": 800})
            found += violations(page, f"{name} at {width}")
        said_twice = page.evaluate(SAID_TWICE)
        found += [f"{name}: {title!r} stands there twice" for title in said_twice]
    page.close()
    assert found == []


def test_every_printed_page_of_the_report_says_that_it_is_provisional(room: Room) -> None:
    weasyprint = pytest.importorskip("weasyprint")
    html = to_html(sheet_for_therapist(room.cockpit.session, room.case_id), is_for_pdf=True)
    pages = weasyprint.HTML(string=html).render().pages
    assert len(pages) > 3
    for page in pages:
        assert say("cockpit.report.provisional") in "".join(_texts(page._page_box)).replace("\xa0", " ")


def _texts(box: object) -> Iterator[str]:
    yield getattr(box, "text", "")
    for child in getattr(box, "children", ()):
        yield from _texts(child)
