"""A therapist's way in: there in a practice and nowhere else, and it tells nobody what was wrong."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from pathlib import Path

import httpx
import pytest

from tests.server.conftest import CHEAP, PASSPHRASE, Person
from tests.server.test_every_form_twice import IN_A_PRACTICE, outcome, send
from tests.server.test_sent_twice import form_of, twin
from tests.walk.seeded import in_folder
from workbook.content import say
from workbook.server.testing import RunningServer, running_server
from workbook.service.desks.household import Household

RECOVERY: dict[str, str] = {}
NEW = "another row of quiet words"


def make_therapist(household: Household) -> str:
    made = household.therapists.create("A. Rivers", PASSPHRASE)
    RECOVERY["code"] = made.recovery_code
    other = household.therapists.create("B. Lakes", PASSPHRASE)
    RECOVERY["other"], RECOVERY["of other"] = other.code, other.recovery_code
    return made.code


@pytest.fixture(scope="module")
def practice(tmp_path_factory: pytest.TempPathFactory, notebook: Path) -> Iterator[tuple[RunningServer, str]]:
    folder = tmp_path_factory.mktemp("practice")
    code = in_folder(folder, make_therapist)
    (notebook.parent / "therapist.ipynb").write_text(notebook.read_text())
    with running_server(folder, "--practice", "--notebook", str(notebook), environment=CHEAP) as server:
        yield server, code


@pytest.fixture
def visitor(practice: tuple[RunningServer, str]) -> Iterator[Person]:
    with httpx.Client(base_url=practice[0].url, timeout=60, trust_env=False) as client:
        yield Person(client)


def test_where_no_practice_is_run_there_is_no_door_and_no_word_of_one(tmp_path: Path) -> None:
    with (
        running_server(tmp_path, environment=CHEAP) as server,
        httpx.Client(base_url=server.url, timeout=60, trust_env=False) as client,
    ):
        stranger = Person(client)
        assert [client.get(path).status_code for path in ("/therapist", "/therapist-recover")] == [404, 404]
        assert stranger.send("/therapist", code="a", passphrase="b", digits="").status_code == 404
        assert say("server.landing.therapist") not in client.get("/").text


def test_a_therapist_signs_in_and_gets_a_kernel_of_their_own(
    visitor: Person, practice: tuple[RunningServer, str]
) -> None:
    assert say("server.landing.therapist") in visitor.client.get("/").text
    reply = visitor.send("/therapist", code=practice[1], passphrase=PASSPHRASE, digits="")
    assert (reply.status_code, reply.headers["Location"]) == (303, "/workbook")
    assert visitor.open_workbook()
    assert visitor.client.get("/presentation", timeout=60).status_code == 200


def test_whatever_is_wrong_is_told_in_the_same_words(
    visitor: Person, practice: tuple[RunningServer, str]
) -> None:
    tries = [
        {"code": "kimod-kimod-kimod-kimod", "passphrase": PASSPHRASE, "digits": ""},
        {"code": practice[1], "passphrase": "another passphrase", "digits": ""},
        {"code": practice[1], "passphrase": "another passphrase", "digits": "123456"},
    ]
    told = set()
    for one in tries:
        reply = visitor.ask("/therapist", one)
        told.add((reply.status_code, reply.text))
    assert len(told) == 1
    assert {words for _status, words in told} == {
        json.dumps({"error": say("errors.account.wrong_therapist")}, ensure_ascii=False)
    }


def test_a_partner_opens_no_view_of_a_session_and_a_therapist_no_drawer(
    visitor: Person, practice: tuple[RunningServer, str]
) -> None:
    visitor.begin()
    assert visitor.client.get("/presentation").status_code == 403
    visitor.send("/sign-out")
    visitor.send("/therapist", code=practice[1], passphrase=PASSPHRASE, digits="")
    answer = {"operation_id": "1", "occasion": "assessment-1", "item": "connection.trust.1", "value": 2}
    assert visitor.ask("/api/answers", {"answers": [answer]}).status_code == 403
    for page in ("/passphrase", "/erase", "/go-alone", "/copy"):
        assert visitor.client.get(page).status_code == 403, page


def test_a_recovery_code_gives_a_new_passphrase_and_two_codes_to_write_down(
    visitor: Person, practice: tuple[RunningServer, str]
) -> None:
    reply = visitor.send(
        "/therapist-recover", code=practice[1], recovery_code=RECOVERY["code"], passphrase=NEW
    )
    assert (reply.status_code, reply.headers["Location"]) == (303, "/recovery-code")
    page = visitor.client.get("/recovery-code").text
    assert say("server.recovery_code.text_therapist") in page
    assert practice[1] in page
    visitor.send("/recovery-code")
    again = visitor.send(
        "/therapist-recover", code=practice[1], recovery_code=RECOVERY["code"], passphrase=NEW
    )
    assert say("errors.account.wrong_recovery_therapist") in unescape(again.text)


@pytest.mark.parametrize("path", sorted(IN_A_PRACTICE))
def test_a_form_sent_twice_at_once_and_once_more_gives_the_first_answer(
    practice: tuple[RunningServer, str], path: str
) -> None:
    def visit() -> Person:
        return Person(httpx.Client(base_url=practice[0].url, timeout=60, trust_env=False))

    typed = {"code": RECOVERY["other"], "passphrase": PASSPHRASE}
    typed |= (
        {"recovery_code": RECOVERY["of other"], "passphrase": NEW} if "recover" in path else {"digits": ""}
    )
    person = visit()
    sent = form_of(person, path, **typed)
    people = [person, twin(person, visit), twin(person, visit)]
    with ThreadPoolExecutor(2) as threads:
        replies = list(threads.map(lambda one: send(one, path, sent), people[:2]))
    replies.append(send(people[2], path, sent))
    first, *others = map(outcome, replies)
    assert first[0] == 303
    assert others == [first] * 2
    assert len({one.client.cookies.get("sitting") for one in people}) == 1
    for one in people:
        one.client.close()


def test_a_therapist_who_goes_to_the_couples_doors_is_told_who_is_signed_in(
    visitor: Person, practice: tuple[RunningServer, str]
) -> None:
    for secret in (PASSPHRASE, NEW):  # whether or not it was changed before
        visitor.send("/therapist", code=practice[1], passphrase=secret, digits="")
    assert "A. Rivers" in visitor.client.get("/begin").text
