"""Sign-in pages: what strangers may see, and how people sign in and out."""

import base64
import hashlib
import re
import time

import httpx
import pytest

from tests.server.conftest import PASSPHRASE, kernels_of
from workbook.server.web.headers import SECURITY_HEADERS

DOORS = ["/", "/begin", "/join", "/sign-in", "/recover", "/together", "/leave"]
STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)
STYLESHEET = re.compile(r'<link rel="stylesheet"( media="\w+")? href="/static/workbook')


@pytest.mark.parametrize("path", DOORS)
def test_a_stranger_sees_the_sign_in_page_and_starts_no_kernel(server, visit, path):
    reply = visit().client.get(path)
    assert reply.status_code == 200
    assert "<h1>" in reply.text
    assert kernels_of(server) == []


@pytest.mark.parametrize("path", [*DOORS, "/nowhere", "/workbook", "/api/alive", "/static/nothing.js"])
def test_every_response_has_security_headers_and_is_not_cached(visit, path):
    reply = visit().client.get(path)
    assert {name: reply.headers.get(name) for name in SECURITY_HEADERS} == SECURITY_HEADERS
    assert reply.headers["Cache-Control"] == "no-store"
    assert "Server" not in reply.headers


def test_content_security_policy_allows_no_inline_script_eval_or_other_origin(visit):
    policy = visit().client.get("/").headers["Content-Security-Policy"]
    scripts = next(rule for rule in policy.split("; ") if rule.startswith("script-src "))
    assert scripts == "script-src 'self'"
    assert not re.search(r"https?:|blob:|unsafe-eval|\*", policy)


def test_the_first_page_waits_for_no_stylesheet_and_its_policy_allows_the_one_within(visit):
    reply = visit().client.get("/")
    policy, (within,) = reply.headers["Content-Security-Policy"], STYLE.findall(reply.text)
    digest = base64.b64encode(hashlib.sha256(within.encode()).digest()).decode()
    rule = next(one for one in policy.split("; ") if one.startswith("style-src-elem "))
    assert f"'sha256-{digest}'" in rule
    assert "unsafe" not in rule
    assert STYLESHEET.findall(reply.text) == [' media="print"']


@pytest.mark.parametrize("path", [one for one in DOORS if one not in ("/", "/leave")])
def test_other_pages_link_to_their_stylesheet(visit, path):
    page = visit().client.get(path).text
    assert (STYLE.findall(page), STYLESHEET.findall(page)) == ([], [""])


@pytest.mark.parametrize("path", DOORS)
def test_only_the_first_page_is_packed_for_it_shows_nothing_that_was_sent(visit, path):
    """What is packed together with the token would tell of it by its length, could a part be chosen."""
    reply = visit().client.get(path, headers={"Accept-Encoding": "gzip"})
    assert reply.headers.get("Content-Encoding") == ("gzip" if path == "/" else None)
    if path == "/":
        asked = visit().client.get(
            "/?marked-word-of-a-stranger=marked-word", headers={"Referer": "marked-word"}
        )
        assert "marked-word" not in asked.text
        assert (
            "Content-Encoding" not in visit().client.get("/", headers={"Accept-Encoding": "identity"}).headers
        )


@pytest.mark.parametrize("path", DOORS)
def test_no_page_names_another_origin_or_holds_a_script(visit, path):
    page = visit().client.get(path).text
    assert not re.search(r"(src|href|action)=\"(https?:)?//", page)
    assert not re.search(r"<script(?![^>]*\bsrc=)|\son\w+=", page)


@pytest.mark.parametrize(
    "path", ["/workbook", "/recovery-code", "/passphrase", "/go-alone", "/erase", "/copy", "/hand-over"]
)
def test_a_stranger_is_redirected_from_private_pages_to_sign_in(visit, path):
    reply = visit().client.get(path)
    assert reply.status_code == 302
    assert reply.headers["Location"].startswith("/?")


@pytest.mark.parametrize(
    "path",
    [
        "/voila/files/x",
        "/voila/static/voila.js",
        "/voila/templates/x",
        "/voila/render/x",
        "/voila/query/x",
        "/api/kernels",
        "/api/contents",
        "/login",
        "/tree",
        "/voila/api/shutdown/x",
        "/static/../application.py",
        "/static/%2e%2e/settings.py",
    ],
)
def test_routes_of_voila_and_jupyter_are_not_served(visit, path):
    reply = visit().begin().client.get(path)
    assert reply.status_code == 404
    assert "Traceback" not in reply.text


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost", "192.0.2.1:80"])
def test_a_request_that_names_another_host_is_refused(server, host):
    for path in ("/", "/static/nothing.js", "/api/alive"):
        reply = httpx.get(server.url.rstrip("/") + path, headers={"Host": host}, trust_env=False)
        assert reply.status_code == 403


def test_beginning_signs_in_shows_the_recovery_code_once_and_opens_the_workbook(server, visit):
    ann = visit().begin()
    assert len(ann.recovery_code) == 35
    assert ann.recovery_code in ann.client.get("/recovery-code").text  # a reload shows it still
    assert ann.send("/recovery-code").headers["Location"] == "/workbook"
    again = ann.client.get("/recovery-code")
    assert (again.status_code, again.headers["Location"]) == (303, "/workbook")
    assert ann.recovery_code not in again.text


def test_the_cookie_is_http_only_and_same_site(visit):
    ann = visit()
    reply = ann.send("/begin", name="Ann", passphrase=PASSPHRASE)
    cookie = next(line for line in reply.headers.get_list("Set-Cookie") if line.startswith("sitting="))
    assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(cookie.split("; "))


def test_a_planted_session_id_is_replaced_at_sign_in(visit):
    """Fixation: the id after signing in is new, whatever the cookie said before."""
    ann = visit()
    ann.client.cookies.set("sitting", "planted-before", domain="localhost.local")
    ann.begin()
    assert "planted-before" not in {
        cookie.value for cookie in ann.client.cookies.jar if cookie.domain != "localhost.local"
    }


@pytest.mark.parametrize(
    "path", ["/begin", "/join", "/sign-in", "/recover", "/together", "/leave", "/sign-out", "/api/alive"]
)
def test_a_form_without_the_csrf_token_is_refused(visit, path):
    reply = visit().client.post(path, data={"name": "Ann", "passphrase": PASSPHRASE})
    assert reply.status_code == 403
    assert not any("sitting=" in line for line in reply.headers.get_list("Set-Cookie"))


def test_a_cross_site_form_is_refused_even_with_a_token(visit):
    ann = visit()
    reply = ann.client.post(
        "/begin",
        data={"_xsrf": ann.token(), "name": "Ann", "passphrase": PASSPHRASE},
        headers={"Origin": "https://evil.example"},
    )
    assert reply.status_code == 404


def test_the_second_partner_joins_with_the_code_and_signs_in_again(visit):
    ann, ben = visit().begin(), visit()
    assert (
        ben.send(
            "/join", code=ann.code.upper().replace("-", " "), name="Ben", passphrase=PASSPHRASE
        ).status_code
        == 303
    )
    ben.send("/sign-out")
    assert ben.client.get("/workbook").status_code == 302
    reply = ben.send("/sign-in", code=ann.code, name="ben", passphrase=PASSPHRASE)
    assert reply.headers["Location"] == "/workbook"


def test_a_refused_form_keeps_its_input_except_the_passphrase(visit):
    reply = visit().send("/sign-in", code="lusab-rodin", name="Zoë <b>", passphrase="not this one")
    assert 'value="lusab-rodin"' in reply.text
    assert "Zoë &lt;b&gt;" in reply.text
    assert "not this one" not in reply.text
    assert 'role="alert"' in reply.text


def test_unknown_name_and_wrong_passphrase_get_the_same_reply(visit):
    ann = visit().begin()
    pages = [
        visit().send("/sign-in", code=code, name=name, passphrase="wrong passphrase").text
        for code, name in ((ann.code, "Ann"), (ann.code, "Nobody"), ("no-such-code", "Ann"))
    ]
    problems = [re.search(r'<div class="errors".*?</div>', page, re.DOTALL)[0] for page in pages]
    assert len(set(problems)) == 1


def test_after_ten_wrong_tries_even_the_right_passphrase_is_rate_limited(server, notebook, tmp_path_factory):
    """On a server of its own: the address is blocked too."""
    from tests.server.conftest import Person
    from workbook.server.testing import running_server

    folder = tmp_path_factory.mktemp("tries")
    with (
        running_server(folder, "--notebook", str(notebook)) as own,
        httpx.Client(base_url=own.url, timeout=30, trust_env=False) as client,
    ):
        ann = Person(client).begin()
        ann.send("/sign-out")
        wrong = {"code": ann.code, "name": "Ann", "passphrase": "wrong one"}
        assert [ann.send("/sign-in", **wrong).status_code for _ in range(10)] == [200] * 10
        reply = ann.send("/sign-in", **wrong | {"passphrase": PASSPHRASE})
        assert reply.status_code == 429
        assert "minutes" in reply.text


def test_recovering_sets_a_new_passphrase_and_a_new_code(visit):
    ann = visit().begin()
    new = {
        "code": ann.code,
        "name": "Ann",
        "recovery_code": ann.recovery_code,
        "passphrase": "eight new words here",
    }
    other = visit()
    assert other.send("/recover", **new).headers["Location"] == "/recovery-code"
    assert ann.recovery_code not in other.client.get("/recovery-code").text
    assert ann.client.get("/workbook").status_code == 302  # her older sitting has ended


def test_changing_the_passphrase_voids_the_old_one_and_shows_a_new_code_once(visit):
    ann, elsewhere = visit().begin(), visit()
    elsewhere.send("/sign-in", code=ann.code, name="Ann", passphrase=PASSPHRASE)
    new = "eight new words here"
    reply = ann.send("/passphrase", passphrase=PASSPHRASE, new_passphrase=new)
    assert reply.headers["Location"] == "/recovery-code"
    shown = ann.client.get("/recovery-code").text
    code = re.search(r'id="recovery-code">([^<]+)<', shown)[1]
    assert code != ann.recovery_code
    assert ann.send("/recovery-code").headers["Location"] == "/workbook"
    assert ann.client.get("/recovery-code").headers["Location"] == "/workbook"
    assert elsewhere.client.get("/workbook").status_code == 302  # her other sitting has ended
    names = {"code": ann.code, "name": "Ann"}
    assert visit().send("/sign-in", **names, passphrase=PASSPHRASE).status_code == 200
    assert visit().send("/sign-in", **names, passphrase=new).headers["Location"] == "/workbook"


def test_a_wrong_old_passphrase_changes_nothing_and_marks_its_field(visit):
    ann = visit().begin()
    reply = ann.send("/passphrase", passphrase="not this one", new_passphrase="eight new words here")
    assert pointed_at(reply.text) == ["passphrase"]
    names = {"code": ann.code, "name": "Ann"}
    assert visit().send("/sign-in", **names, passphrase=PASSPHRASE).headers["Location"] == "/workbook"


def test_two_together_have_no_passphrase_to_change(visit):
    ann, ben = visit().begin(), visit()
    ben.send("/join", code=ann.code, name="Ben", passphrase="bens own words")
    table = visit()
    table.send(
        "/together",
        code=ann.code,
        name="Ann",
        passphrase=PASSPHRASE,
        other_name="Ben",
        other_passphrase="bens own words",
    )
    assert table.client.get("/passphrase").status_code == 403
    assert (
        table.send("/passphrase", passphrase=PASSPHRASE, new_passphrase="eight new words").status_code == 403
    )


def test_each_problem_of_a_form_leads_to_its_own_field(visit):
    """Both of two fields are wrong: two links, each to its field, which names its problem too."""
    page = visit().send("/begin", name=" ", passphrase="short").text
    assert pointed_at(page) == ["name", "passphrase"]
    for name in ("name", "passphrase"):
        field = re.search(rf'<input id="{name}".*?>', page, re.DOTALL)[0]
        assert 'aria-invalid="true"' in field
        assert f"{name}-wrong" in field
    wrong_code = visit().send("/join", code="no-such-code", name="Ben", passphrase="bens own words")
    assert pointed_at(wrong_code.text) == ["code"]
    assert 'aria-invalid="true"' not in re.search(r'<input id="name".*?>', wrong_code.text, re.DOTALL)[0]


def pointed_at(page: str) -> list[str]:
    """Return the fields that the summary of problems links to."""
    summary = re.search(r'<div class="errors".*?</div>', page, re.DOTALL)[0]
    return re.findall(r'href="#([^"]+)"', summary)


def test_handing_over_ends_the_sitting_and_asks_for_the_other(visit):
    ann = visit().begin()
    reply = ann.send("/hand-over")
    assert f'value="{ann.code}"' in reply.text
    assert ann.client.get("/workbook").status_code == 302


def test_together_needs_both_passphrases(visit):
    ann, ben = visit().begin(), visit()
    ben.send("/join", code=ann.code, name="Ben", passphrase="bens own words")
    both = {"code": ann.code, "name": "Ann", "passphrase": PASSPHRASE, "other_name": "Ben"}
    table = visit()
    assert table.send("/together", **both, other_passphrase=PASSPHRASE).status_code == 200
    assert (
        table.send("/together", **both, other_passphrase="bens own words").headers["Location"] == "/workbook"
    )


def test_leaving_ends_the_sitting_and_hides_sign_in_until_asked_back(server, visit):
    ann = visit().begin()
    ann.open_workbook()
    assert ann.send("/leave").headers["Location"] == "/leave"
    for path in DOORS[:-1]:
        assert ann.client.get(path).headers["Location"] == "/leave"
    assert "workbook" not in ann.client.get("/leave").text.lower()
    wait_until(lambda: kernels_of(server) == [])
    ann.send("/leave", back="yes")
    assert ann.client.get("/").status_code == 200


def test_static_files_are_compressed_and_cached_for_ever(visit):
    ann = visit()
    address = re.search(r'src="(/static/shell\.[0-9a-f]{16}\.js)"', ann.client.get("/").text)[1]
    reply = ann.client.get(address)
    assert reply.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert reply.headers["Content-Encoding"] == "gzip"
    plain = ann.client.get(address, headers={"Accept-Encoding": "identity"})
    assert plain.content == reply.content


def wait_until(fact, seconds: float = 15.0) -> None:
    latest = time.monotonic() + seconds
    while not fact():
        assert time.monotonic() < latest, "it did not come true in time"
        time.sleep(0.1)
