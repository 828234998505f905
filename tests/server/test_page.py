"""The served page in a real browser: interactive, free of errors, and open about a lost kernel or server."""

import os
import signal
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.server.conftest import PASSPHRASE, kernels_of
from tests.server.test_door import wait_until
from tests.server.test_kernels import an_item
from workbook.server.testing import running_server

pytestmark = pytest.mark.browser
READY = "html[data-ready=yes]"


def begin(page, url: str = "/") -> str:
    """Sign up as a new person by the real forms; return the couple's code."""
    page.goto(url)
    page.get_by_role("link", name="Begin a new workbook").click()
    page.get_by_label("Your name").fill("Ann")
    page.get_by_label("Your passphrase").fill(PASSPHRASE)
    page.get_by_role("button", name="Begin").click()
    code = page.locator("#couple-code").inner_text()
    page.get_by_role("button", name="I have written them down").click()
    page.wait_for_selector(READY)
    return code


def test_the_page_becomes_interactive_and_draws_a_figure_without_browser_errors(page, server):
    begin(page)
    page.get_by_role("button", name="Say it").click()
    page.get_by_text("said", exact=True).wait_for()
    assert not any("plotly" in address for address in page.requests)  # not before a figure is shown
    page.get_by_role("button", name="Draw it").click()
    page.locator(".js-plotly-plot .bars path").first.wait_for()
    assert page.locator(".js-plotly-plot .bars path").count() == 2
    page.wait_for_timeout(500)
    assert page.complaints == []
    assert {address.split("/")[2] for address in page.requests if not address.startswith("data:")} == {
        server.url.split("/")[2]
    }


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_a_page_has_the_day_of_its_own_browser(browser, server, zone):
    """The two differ by more than a day, so one of them is never that of the server."""
    context = browser.new_context(base_url=server.url, timezone_id=zone)
    page = context.new_page()
    begin(page)
    page.get_by_role("button", name="Date it").click()
    there = datetime.now(ZoneInfo(zone))
    told = page.get_by_text("dated ")
    told.wait_for()
    around = {f"dated {at:%Y-%m-%d %H}" for at in (there, there + timedelta(minutes=1))}
    assert told.inner_text() in around
    context.close()


def test_no_script_can_be_evaluated_or_written_into_the_page(page):
    begin(page)
    for attempt in ("eval('1')", "new Function('return 1')()"):
        # In a task of its own: what the test's own call runs directly is exempt from the policy.
        tried = f"setTimeout(() => {{ try {{ {attempt}; done('ran') }} catch {{ done('refused') }} }})"
        assert page.evaluate(f"() => new Promise((done) => {tried})") == "refused"
    page.evaluate(
        """() => { const script = document.createElement('script'); script.textContent = 'window.fired = 1';
        document.body.append(script); const image = document.createElement('img');
        image.setAttribute('onerror', 'window.fired = 2'); image.src = '/static/none';
        document.body.append(image); }"""
    )
    page.wait_for_timeout(500)
    assert page.evaluate("window.fired") is None


def test_unusual_unicode_does_not_end_the_session(page):
    begin(page)
    field = page.get_by_label("Words")
    for text in ("\U0001f9e1 emoji", "e\u0301 combining", "\u202eright to left"):
        field.fill(text)
        page.get_by_text(f"heard {text}").wait_for()
    page.evaluate(
        """() => { const field = document.querySelector('input[type=text]'); field.value = 'half \\ud83d';
        field.dispatchEvent(new Event('input', { bubbles: true })); }"""
    )
    page.get_by_text("heard half \ufffd").wait_for()
    page.evaluate(
        """() => { const field = document.querySelector('input[type=text]');
        field.value = 'x'.repeat(5_000_000); field.dispatchEvent(new Event('input', { bubbles: true })); }"""
    )
    page.get_by_role("button", name="Say it").wait_for()


def test_an_error_in_the_kernel_sends_no_traceback(page):
    frames = []

    def keep(frame):  # a method of a list can't be listened with
        frames.append(frame)

    page.on("websocket", lambda line: line.on("framereceived", keep))
    begin(page)
    page.get_by_role("button", name="Break it").click()
    page.get_by_role("button", name="Say it").click()
    page.get_by_text("said", exact=True).wait_for()
    sent = b"".join(frame if isinstance(frame, bytes) else frame.encode() for frame in frames)
    assert b"ZeroDivisionError" not in sent
    assert b"Traceback" not in sent


def test_a_button_press_arrives_after_the_text_typed_before_it(page):
    """Even if the kernel is busy with an earlier change: stock widgets would hold the later one back."""
    begin(page)
    page.evaluate(
        """() => { const field = document.querySelector('input[type=text]');
        for (const words of ['slow', 'quick']) { field.focus(); field.value = words;
            field.dispatchEvent(new Event('input', { bubbles: true })); field.blur(); }
        [...document.querySelectorAll('button')].find((one) => one.textContent === 'Repeat it').click(); }"""
    )
    page.get_by_text("pressed at quick").wait_for()


def test_a_page_changed_while_drawing_ends_in_its_last_state_and_order(page):
    begin(page)
    page.get_by_role("button", name="Turn it").click()
    page.get_by_text("two 19").wait_for()
    page.wait_for_timeout(500)
    shown = page.locator(".widget-vbox .widget-vbox").first.inner_text()
    assert shown.split() == ["gone", "19", "one", "19", "two", "19"]
    assert page.complaints == []


def test_a_reload_gets_a_new_kernel_and_the_old_one_ends(page, server):
    begin(page)
    before = {process.pid for process in kernels_of(server)}
    page.reload()
    page.wait_for_selector(READY)
    wait_until(lambda: len({process.pid for process in kernels_of(server)} & before) == len(before) - 1)


def test_a_dead_kernel_is_reported_within_five_seconds(page, server):
    before = {process.pid for process in kernels_of(server)}
    begin(page)
    pid = ({process.pid for process in kernels_of(server)} - before).pop()
    os.kill(pid, signal.SIGKILL)
    page.get_by_text("This page has lost its connection").wait_for(timeout=5000)


def test_being_offline_is_reported_within_five_seconds_and_cleared_later(page):
    begin(page)
    page.context.set_offline(True)
    page.get_by_text("We can’t reach the workbook right now").wait_for(timeout=5000)
    page.context.set_offline(False)
    page.get_by_text("We can’t reach the workbook right now").wait_for(state="hidden")


def test_a_hanging_server_is_reported_within_five_seconds(page, server):
    """A black hole: connections stay open and nothing comes back."""
    begin(page)
    os.kill(server.pid, signal.SIGSTOP)
    try:
        page.get_by_text("We can’t reach the workbook right now").wait_for(timeout=5000)
    finally:
        os.kill(server.pid, signal.SIGCONT)
    page.get_by_text("We can’t reach the workbook right now").wait_for(state="hidden")


SAVE = """(item) => { window.kept = [];
    window.workbook.saveAnswers([{ occasion: 'assessment-1', item, value: 2 }])
    .then((ids) => window.kept.push(...ids), (error) => { window.refused = error.message }); }"""


def test_an_answer_is_kept_once_acknowledged_and_an_impossible_one_is_refused_in_a_sentence(page):
    begin(page)
    page.evaluate(SAVE, an_item())
    wait_until(lambda: page.evaluate("window.kept.length === 1"))
    page.evaluate(SAVE, "no.such.item")
    wait_until(lambda: page.evaluate("window.refused"))
    assert "Traceback" not in page.evaluate("window.refused")


def test_answers_given_while_offline_are_delivered_once_afterwards(page):
    begin(page)
    page.context.set_offline(True)
    page.evaluate(SAVE, an_item())
    page.wait_for_timeout(2500)
    assert page.evaluate("window.kept") == []
    assert page.evaluate("window.localStorage.length + window.sessionStorage.length") == 0
    page.context.set_offline(False)
    wait_until(lambda: page.evaluate("window.kept.length === 1"))


def test_after_a_server_restart_the_page_asks_for_sign_in_and_then_sends(browser, notebook, tmp_path):
    context = browser.new_context()
    page = context.new_page()
    page.set_default_timeout(60_000)
    with running_server(tmp_path, "--notebook", str(notebook)) as first:
        begin(page, first.url)
        port = first.url.rstrip("/").rpartition(":")[2]
    page.evaluate(SAVE, an_item())
    with running_server(tmp_path, "--notebook", str(notebook), "--port", port):
        page.get_by_role("heading", name="Please sign in again").wait_for()
        assert page.evaluate("window.kept") == []
        page.get_by_label("Your passphrase").fill("not the right one")
        page.get_by_role("button", name="Sign in").click()
        page.locator("dialog .error-message:not([hidden])").wait_for()
        page.get_by_label("Your passphrase").fill(PASSPHRASE)
        with page.expect_response("**/api/answers") as answered:
            page.get_by_role("button", name="Sign in").click()
        assert answered.value.status == 200
        page.wait_for_selector(READY)  # it loaded itself again, with a kernel of the new server
    context.close()


def test_the_page_warns_two_minutes_before_timeout_and_one_button_extends_it(page):
    begin(page)
    sent = []

    def nearly_over(route):
        sent.append(route.request.post_data_json)
        left = 100 if not sent[-1]["active"] else 1800
        route.fulfill(json={"signed_in": True, "kernel_alive": True, "seconds_left": left})

    page.evaluate("workbook.beatOnLine = null")  # beats go by requests, which are answered here
    page.route("**/api/alive", nearly_over)
    asked = page.get_by_role("dialog").get_by_role("heading", name="Are you still there?")
    asked.wait_for()
    page.get_by_role("button", name="Stay signed in").click()
    asked.wait_for(state="hidden", timeout=1500)
    assert sent[-1]["active"] is True


def test_pressing_shift_three_times_hides_the_page_and_ends_the_sitting(page, server):
    before = {process.pid for process in kernels_of(server)}
    begin(page)
    (mine,) = {process.pid for process in kernels_of(server)} - before
    for _ in range(3):
        page.keyboard.press("Shift")
    page.wait_for_url("**/leave")
    assert page.title() == "Kitchen measures"
    wait_until(lambda: mine not in {process.pid for process in kernels_of(server)})
    page.go_back()
    page.wait_for_url("**/leave")
    for _ in range(3):
        page.keyboard.press("Shift")
    page.get_by_role("link", name="Begin a new workbook").wait_for()


def test_the_exit_button_works_without_scripts(browser, server):
    context = browser.new_context(base_url=server.url, java_script_enabled=False)
    page = context.new_page()
    page.goto("/")
    page.get_by_role("button", name="Leave now").click()
    assert page.url.endswith("/leave")
    context.close()


def test_the_committed_bundle_was_built_from_the_committed_sources():
    """The digests that the build recorded are those of the files that lie here."""
    import hashlib
    from pathlib import Path

    from workbook.server.assets.static_files import manifest

    root = Path(__file__).parents[2]
    places = {"sources": root / "frontend", "files": root / "workbook" / "server" / "assets" / "static"}
    for kind, recorded in manifest().items():
        assert recorded == {
            name: hashlib.sha256((places[kind] / name).read_bytes()).hexdigest() for name in recorded
        }
    assert {f"src/{file.name}" for file in (root / "frontend" / "src").iterdir()} <= set(
        manifest()["sources"]
    )


def test_answers_a_full_disk_refused_wait_on_the_page_and_the_banner_says_why(page):
    begin(page)
    sentence = "There is no room left on this computer, so this was not saved."
    page.route("**/api/answers", lambda route: route.fulfill(status=503, json={"error": sentence}))
    page.evaluate(SAVE, an_item())
    page.get_by_text(sentence).wait_for()
    assert page.evaluate("window.kept") == []
    page.unroute("**/api/answers")
    wait_until(lambda: page.evaluate("window.kept.length === 1"))
    page.get_by_text(sentence).wait_for(state="hidden")
