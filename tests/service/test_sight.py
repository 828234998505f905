"""What a sitting reads as it begins, and after each change, is one request to the service."""

import pandas as pd
import pytest

from tests.service.household import INSTRUMENT, OCCASION, House, answers, begin
from workbook.service.desks.sight import SHOWS_CASE, SHOWS_DECISIONS, SHOWS_ROOM
from workbook.service.formats import publications
from workbook.service.formats.values import CHANGES
from workbook.service.link.remote import RemoteService, reach
from workbook.service.link.socket import ServiceSocket
from workbook.session import Session
from workbook.sharing import Grain


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every verb that kernels ask, in order."""
    asked: list[str] = []
    ask = RemoteService._ask

    def noting(self: RemoteService, verb, *given, **named):
        asked.append(verb.name)
        return ask(self, verb, *given, **named)

    monkeypatch.setattr(RemoteService, "_ask", noting)
    return asked


@pytest.fixture
def house():
    house = begin()
    socket = ServiceSocket(house.local)
    house.connected = [reach(*socket.ticket_for(actor).values()) for actor in house.actors]
    yield house
    for service in house.connected:
        service.close()
    socket.close()
    house.local.close()


def _open(house: House) -> None:
    for service in house.connected:
        service.save_answers(answers(2))
        service.add_event("setting", {"name": "occasion", "value": "assessment-2"})
        service.decide(INSTRUMENT, OCCASION, Grain.ANSWERS)


def test_a_sitting_begins_with_one_request_and_decides_with_two(house: House, asked: list[str]) -> None:
    _open(house)
    del asked[:]
    session = Session(house.connected[0])
    assert asked == ["look"]
    assert session.occasion == "assessment-2" and session.decisions == {(INSTRUMENT, OCCASION): Grain.ANSWERS}
    assert session.standing_decisions() == {(INSTRUMENT, OCCASION): Grain.ANSWERS}
    assert asked == ["look"], "what was decided in a round before came with the rest"
    session.save(answers(1, occasion="assessment-2"))
    session.decide(INSTRUMENT, Grain.SCORES)
    assert asked == ["look", "save_answers", "look", "decide", "look"]
    session.close()


def test_frames_of_publications_are_made_when_first_asked_for_and_once(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    _open(house)
    made: list[str] = []
    make = publications.frames_from_json
    monkeypatch.setattr(
        publications, "frames_from_json", lambda given, name: made.append(name) or make(given, name)
    )
    table = house.connected[0].read_table()
    assert {one.person_id for one in table.published} == {one.person_id for one in house.actors}
    assert made == [], "neither the service nor the page has looked into one"
    first = table.publications
    assert sorted(made) == ["responses", "scores"] and table.publications is first


def test_publications_come_over_the_link_as_they_lie_in_the_service(house: House) -> None:
    _open(house)
    near = house.local.seat(house.actors[1]).read_table().publications
    far = house.connected[1].read_table().publications
    assert len(near) == len(far) == 2
    for one, other in zip(near, far, strict=True):
        pd.testing.assert_frame_equal(one.responses, other.responses)
        pd.testing.assert_frame_equal(one.scores, other.scores)
        assert len(one.responses) > 0 and len(one.scores) > 0
        assert (one.person_id, one.rule, one.version, one.words) == (
            other.person_id,
            other.rule,
            other.version,
            other.words,
        )


def test_each_change_is_shown_by_some_part() -> None:
    assert set(CHANGES) == SHOWS_ROOM | SHOWS_CASE | SHOWS_DECISIONS
