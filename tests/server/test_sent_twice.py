"""A form sent twice is handled once, and the person sees the result of the first submission."""

import asyncio
import re
from concurrent.futures import ThreadPoolExecutor
from html import unescape

import httpx
import pytest

from tests.server.conftest import PASSPHRASE, Person
from workbook.content import say
from workbook.errors import SignInError
from workbook.server.web.sent_once import Done, Once

BEN = "bens own words"
NEW = "eight new words here"


def form_of(person: Person, path: str, **typed: str) -> dict[str, str]:
    """Return the form as a page shows it, filled in, with its own two tokens."""
    page = person.client.get(path).text
    names = ("_xsrf", "once")
    hidden = {name: unescape(re.search(rf'name="{name}" value="([^"]+)"', page)[1]) for name in names}
    return hidden | typed


def send(person: Person, path: str, form: dict[str, str]) -> httpx.Response:
    return person.client.post(path, data=form)


def codes(person: Person) -> list[str]:
    """Return the couple's code and recovery code if the page shows them now; else nothing."""
    return re.findall(r'id="(?:couple|recovery)-code">([^<]+)<', person.client.get("/recovery-code").text)


def twin(person: Person, visit) -> Person:
    """Return a copy of the browser before a response came, as a double click sends its second request."""
    other = visit()
    for cookie in person.client.cookies.jar:
        other.client.cookies.jar.set_cookie(cookie)
    return other


# -- begin and join -----------------------------------------------------------------------------
def test_beginning_twice_makes_one_couple_and_shows_its_codes(visit):
    ann = visit()
    form = form_of(ann, "/begin", name="Ann", passphrase=PASSPHRASE)
    again = twin(ann, visit)
    assert send(ann, "/begin", form).headers["Location"] == "/recovery-code"
    assert send(again, "/begin", form).headers["Location"] == "/recovery-code"
    assert codes(ann) == codes(again) and len(codes(ann)) == 2


def test_joining_twice_makes_one_person_and_no_error(visit):
    ann, ben = visit().begin(), visit()
    form = form_of(ben, "/join", code=ann.code, name="Ben", passphrase=BEN)
    again = twin(ben, visit)
    assert send(ben, "/join", form).headers["Location"] == "/recovery-code"
    assert send(again, "/join", form).headers["Location"] == "/recovery-code"
    assert codes(ben) == codes(again) and codes(ben)[0] == ann.code


@pytest.mark.parametrize("path", ["/begin", "/join"])
def test_a_form_sent_many_times_at_once_is_handled_once(visit, path):
    ann, ben = visit().begin(), visit()
    typed = {"code": ann.code} if path == "/join" else {}
    form = form_of(ben, path, name="Ben", passphrase=BEN, **typed)
    twins = [twin(ben, visit) for _ in range(5)]
    with ThreadPoolExecutor(5) as threads:
        replies = list(threads.map(lambda one: send(one, path, form), twins))
    assert [reply.headers["Location"] for reply in replies] == ["/recovery-code"] * 5
    assert len({tuple(codes(one)) for one in twins}) == 1


def test_going_back_and_resubmitting_shows_the_same_codes(visit):
    ann = visit()
    form = form_of(ann, "/begin", name="Ann", passphrase=PASSPHRASE)
    send(ann, "/begin", form)
    first = codes(ann)
    assert send(ann, "/begin", form).headers["Location"] == "/recovery-code"
    assert codes(ann) == first


def test_a_form_that_failed_may_be_sent_again(visit):
    ann, ben = visit().begin(), visit()
    form = form_of(ben, "/join", code="no-such-code", name="Ben", passphrase=BEN)
    for _ in range(2):
        assert send(ben, "/join", form).status_code == 200
    assert send(ben, "/join", form | {"code": ann.code}).headers["Location"] == "/recovery-code"


# -- what a second sending must not give ---------------------------------------------------------
def test_confirmed_codes_are_not_shown_again(visit):
    ann = visit()
    form = form_of(ann, "/begin", name="Ann", passphrase=PASSPHRASE)
    again = twin(ann, visit)
    send(ann, "/begin", form)
    assert ann.send("/recovery-code").headers["Location"] == "/workbook"
    assert say("server.sent_already") in unescape(send(again, "/begin", form).text)
    assert codes(again) == []


def test_resubmitting_a_form_after_signing_out_signs_nobody_in(visit):
    ann = visit()
    form = form_of(ann, "/begin", name="Ann", passphrase=PASSPHRASE)
    send(ann, "/begin", form)
    ann.send("/sign-out")
    reply = send(ann, "/begin", form)
    assert say("server.sent_already") in unescape(reply.text)
    assert ann.client.get("/recovery-code").status_code == 302


@pytest.mark.parametrize("what", ["another browser", "another passphrase", "another form"])
def test_a_stored_result_is_bound_to_browser_passphrase_and_form(visit, what):
    ann = visit()
    form = form_of(ann, "/begin", name="Ann", passphrase=PASSPHRASE)
    other = visit() if what == "another browser" else twin(ann, visit)
    send(ann, "/begin", form)
    own = form_of(other, "/begin", name="Ann", passphrase=PASSPHRASE)
    if what == "another browser":
        form = own | {"once": form["once"]}
    elif what == "another passphrase":
        form |= {"passphrase": "another one of mine"}
    else:
        form = own
    send(other, "/begin", form)
    assert codes(other) != codes(ann)


# -- their neighbours ---------------------------------------------------------------------------
def test_signing_in_together_twice_makes_one_sitting(visit):
    ann, ben, table = visit().begin(), visit(), visit()
    ben.send("/join", code=ann.code, name="Ben", passphrase=BEN)
    both = {"name": "Ann", "passphrase": PASSPHRASE, "other_name": "Ben", "other_passphrase": BEN}
    form = form_of(table, "/together", code=ann.code, **both)
    again = twin(table, visit)
    for one in (table, again):
        assert send(one, "/together", form).headers["Location"] == "/workbook"
    assert table.client.cookies["sitting"] == again.client.cookies["sitting"]


def test_a_passphrase_changed_twice_shows_the_new_code(visit):
    ann = visit().begin()
    ann.send("/recovery-code")
    form = form_of(ann, "/passphrase", passphrase=PASSPHRASE, new_passphrase=NEW)
    for _ in range(2):
        assert send(ann, "/passphrase", form).headers["Location"] == "/recovery-code"
    assert len(codes(ann)) == 2


def test_recovered_twice_shows_the_new_code(visit):
    ann, other = visit().begin(), visit()
    typed = {"code": ann.code, "name": "Ann", "recovery_code": ann.recovery_code, "passphrase": NEW}
    form = form_of(other, "/recover", **typed)
    again = twin(other, visit)
    for one in (other, again):
        assert send(one, "/recover", form).headers["Location"] == "/recovery-code"
    assert codes(other) == codes(again) and len(codes(other)) == 2


@pytest.mark.parametrize("path", ["/go-alone", "/erase"])
def test_leaving_or_erasing_twice_shows_the_last_page(visit, path):
    """It holds the only code with which somebody who left signs in again."""
    ann = visit().begin()
    form = form_of(ann, path, passphrase=PASSPHRASE)
    again = twin(ann, visit)
    pages = [send(one, path, form).text for one in (ann, again)]
    told = [re.sub(r"2\|[0-9a-f]{8}\|[0-9a-f]+\|\d+", "<token>", page) for page in pages]
    assert told[0] == told[1]
    assert ('id="couple-code"' in told[0]) == (path == "/go-alone")


def test_the_leaving_page_shows_strangers_nothing(visit):
    stranger = visit()
    assert stranger.send("/go-alone", passphrase=PASSPHRASE, once="made-up").status_code == 403


def test_going_back_to_a_gone_recovery_page_leads_to_the_workbook(visit):
    ann = visit().begin()
    ann.send("/recovery-code")
    assert ann.client.get("/recovery-code").headers["Location"] == "/workbook"


def test_confirming_the_codes_twice_leads_to_the_workbook(visit):
    ann = visit().begin()
    assert [ann.send("/recovery-code").headers["Location"] for _ in range(2)] == ["/workbook"] * 2


# -- somebody who is signed in -------------------------------------------------------------------
@pytest.mark.parametrize("path", ["/begin", "/join"])
def test_a_signed_in_person_is_sent_to_their_workbook(visit, path):
    ann = visit().begin()
    for goal in ("/recovery-code", "/workbook"):  # past the codes, as long as they are not written down
        page = unescape(ann.client.get(path).text)
        assert say("server.signed_in.lead", name="Ann") in page
        assert f'href="{goal}"' in page and 'name="passphrase"' not in page
        ann.send("/recovery-code")


@pytest.mark.parametrize("path", ["/begin", "/join"])
def test_a_signed_in_person_cannot_make_a_second_account(visit, path):
    """From another tab, where the form was open before."""
    zoe, ann = visit().begin("Zoe"), visit()
    form = form_of(ann, path, name="Ann", passphrase=PASSPHRASE, code=zoe.code)
    ann.begin()
    first = codes(ann)
    assert send(ann, path, form).headers["Location"] == path
    assert codes(ann) == first
    assert visit().send("/join", code=zoe.code, name="Ben", passphrase=BEN).is_redirect  # the place is free


def test_signing_out_there_leads_to_the_form(visit):
    ann = visit().begin()
    assert ann.send("/sign-out", then="/begin").headers["Location"] == "/begin"
    assert 'name="passphrase"' in ann.client.get("/begin").text
    assert ann.send("/sign-out", then="https://evil.example").headers["Location"] == "/"


# -- what remembers it ---------------------------------------------------------------------------
def test_a_result_is_computed_once_and_expires():
    async def sent() -> list[tuple[str, bool]]:
        once, n = Once(kept=0.05), iter("abcdef")

        async def do() -> Done:
            await asyncio.sleep(0.01)
            return Done(next(n))

        found = [*await asyncio.gather(*(once.do(["form", "words"], do) for _ in range(3)))]
        found.append(await once.do(["form", "words"], do))
        found.append(await once.do(["form", "other words"], do))
        await asyncio.sleep(0.1)
        assert once._sent == {}
        found.append(await once.do(["form", "words"], do))
        return [(done.goal, is_again) for done, is_again in found]

    expected = [("a", False), ("a", True), ("a", True), ("a", True), ("b", False), ("c", False)]
    assert asyncio.run(sent()) == expected


def test_a_failure_reaches_every_waiting_request_and_is_not_cached():
    async def sent() -> list[str]:
        once = Once()

        async def fail() -> Done:
            await asyncio.sleep(0.01)
            raise SignInError("no")

        waited = [once.do(["x"], fail) for _ in range(2)]
        told = [type(error).__name__ for error in await asyncio.gather(*waited, return_exceptions=True)]
        done, is_again = await once.do(["x"], lambda: asyncio.sleep(0, Done("in")))
        return [*told, done.goal, str(is_again)]

    assert asyncio.run(sent()) == ["SignInError", "SignInError", "in", "False"]


def test_parts_of_a_key_are_not_concatenated_ambiguously():
    once = Once()
    assert once._digest(["ab", "c"]) != once._digest(["a", "bc"])
