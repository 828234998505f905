"""Every registered address that takes a form or a script's request can be asked twice: at once, and by Back.

The forms, and what has to be the same, stand in one table; a new address fails here until it has an entry.
"""

import json
import re
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.proofs.routes import ELSE, registered
from tests.server.conftest import PASSPHRASE, Person
from tests.server.test_kernels import an_item
from tests.server.test_routes import methods_of
from tests.server.test_sent_twice import BEN, NEW, form_of, twin

Case = Callable[[Callable[[], Person]], tuple[Person, dict[str, str] | object]]


def _seated(visit: Callable[[], Person], path: str, **typed: str) -> tuple[Person, dict[str, str]]:
    ann = visit().begin()
    return ann, form_of(ann, path, **typed)


def _stranger(visit: Callable[[], Person], path: str, **typed: str) -> tuple[Person, dict[str, str]]:
    person = visit()
    return person, form_of(person, path, **typed)


def _recover(visit: Callable[[], Person]) -> tuple[Person, dict[str, str]]:
    ann = visit().begin()
    typed = {"code": ann.code, "name": "Ann", "recovery_code": ann.recovery_code, "passphrase": NEW}
    return _stranger(visit, "/recover", **typed)


def _together(visit: Callable[[], Person]) -> tuple[Person, dict[str, str]]:
    ann = visit().begin()
    visit().send("/join", code=ann.code, name="Ben", passphrase=BEN)
    both = {"name": "Ann", "passphrase": PASSPHRASE, "other_name": "Ben", "other_passphrase": BEN}
    return _stranger(visit, "/together", code=ann.code, **both)


def _asked(content: object) -> Case:
    def ask(visit: Callable[[], Person]) -> tuple[Person, object]:
        return visit().begin(), content

    return ask


def _plain(visit: Callable[[], Person], **typed: str) -> tuple[Person, dict[str, str]]:
    ann = visit().begin()
    return ann, {"_xsrf": ann.token(), **typed}


ANSWER = {"operation_id": uuid.uuid4().hex, "occasion": "assessment-1", "item": an_item(), "value": 2}
CASES: dict[str, Case] = {
    "/begin": lambda visit: _stranger(visit, "/begin", name="Ann", passphrase=PASSPHRASE),
    "/join": lambda visit: _stranger(visit, "/join", code=visit().begin().code, name="Ben", passphrase=BEN),
    "/sign-in": lambda visit: _stranger(
        visit, "/sign-in", code=visit().begin().code, name="Ann", passphrase=PASSPHRASE
    ),
    "/recover": _recover,
    "/together": _together,
    "/recovery-code": _plain,
    "/passphrase": lambda visit: _seated(visit, "/passphrase", passphrase=PASSPHRASE, new_passphrase=NEW),
    "/go-alone": lambda visit: _seated(visit, "/go-alone", passphrase=PASSPHRASE),
    "/erase": lambda visit: _seated(visit, "/erase", passphrase=PASSPHRASE),
    "/copy": lambda visit: _plain(visit, passphrase=PASSPHRASE, wish="ask"),
    "/hand-over": lambda visit: _seated(visit, "/hand-over"),
    "/sign-out": _plain,
    "/leave": _plain,
    "/api/answers": _asked({"answers": [ANSWER]}),
    "/api/alive": _asked({"active": True}),
    "/api/close": _asked({"kernel": str(uuid.uuid4())}),
}
IN_A_PRACTICE = {"/therapist", "/therapist-recover"}  # asked twice in `test_practice`, where there is one
MAKES_NOTHING = {"/demo": "seats a visitor beside a simulated couple, in memory; elsewhere it is not there"}


def outcome(reply: httpx.Response) -> tuple[int, str, str]:
    """Return all that a person sees of a reply, but for what is drawn anew for every page."""
    text = re.sub(r"2\|[0-9a-f]{8}\|[0-9a-f]+\|\d+", "<token>", reply.text)
    text = re.sub(r'name="once" value="[0-9a-f]+"', "<once>", text)
    return reply.status_code, reply.headers.get("Location", ""), re.sub(r'"seconds_left": \d+', "", text)


def send(person: Person, path: str, sent: object) -> httpx.Response:
    if path.startswith("/api/"):
        return person.ask(path, sent)
    return person.client.post(path, data=sent)


def test_every_address_that_takes_something_is_listed() -> None:
    posts = {route for route, handler in registered().items() if "post" in methods_of(handler)} - {ELSE}
    assert posts == CASES.keys() | MAKES_NOTHING.keys() | IN_A_PRACTICE


@pytest.mark.parametrize("path", CASES)
def test_sent_twice_at_once_and_once_more_it_gives_the_first_answer(visit, path: str) -> None:
    person, sent = CASES[path](visit)
    again, back = twin(person, visit), twin(person, visit)
    with ThreadPoolExecutor(2) as threads:
        replies = list(threads.map(lambda one: send(one, path, sent), (person, again)))
    replies.append(send(back, path, sent))
    first, *others = map(outcome, replies)
    assert first[0] < 400, first
    assert others == [first] * 2
    if "Set-Cookie" in replies[0].headers:  # whoever it seats is seated once
        seats = {one.client.cookies.get("sitting") for one in (person, again, back)}
        assert len(seats) == 1
    codes = {
        tuple(re.findall(r'id="recovery-code">([^<]+)<', one.client.get("/recovery-code").text))
        for one in (person, again, back)
    }
    assert len(codes) == 1


def test_a_form_sent_without_its_token_is_not_what_is_tested_here(visit) -> None:
    """The control: without the token that each form holds, the second sending begins a second couple."""
    person = visit()
    form = form_of(person, "/begin", name="Ann", passphrase=PASSPHRASE)
    del form["once"]
    again = twin(person, visit)
    for one in (person, again):
        send(one, "/begin", form)
    assert json.dumps(person.client.cookies["sitting"]) != json.dumps(again.client.cookies["sitting"])
