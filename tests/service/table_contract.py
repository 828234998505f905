"""The service contract for two people: decisions, the table, notifications."""

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pandas as pd
import pytest

from tests.service.household import INSTRUMENT, OCCASION, WORDS, House, answers, offered, opened
from workbook import frames
from workbook.errors import AccessError, SharingError, SignInError
from workbook.exercises import MACHINES, ExerciseError
from workbook.service.couple.tables import JOINT_CHOICE, audit_log, table_log
from workbook.service.couple.waiting import waiting_cell
from workbook.service.desks.roles import CoupleService, PartnerService
from workbook.service.formats.values import Change
from workbook.sharing import Grain

TABLE_EVENT = ("gratitude.written", {"text": "you made tea", "day": "2026-11-20"})


def _rows(house: House) -> dict[str, int]:
    return {log: len(house.store.read(log)) for log in house.store.logs("")}


class TableContract:
    """Subclasses give the fixture ``house``."""

    @pytest.fixture
    def house(self) -> Iterator[House]:
        raise NotImplementedError

    def test_partners_see_each_others_name_and_nothing_more(self, house: House) -> None:
        couple = house.a[0].couple()
        assert couple == house.b[0].couple()
        assert [(member.name, member.place) for member in couple.members] == [("Ada", "a"), ("Ben", "b")]
        assert not couple.is_solo and couple.code == house.code

    def test_a_round_opens_at_the_lower_grain_when_both_have_decided(self, house: House) -> None:
        (a, actor_a), (b, actor_b) = house.a, house.b
        a.save_answers(answers(1))
        b.save_answers(answers(3))
        a.decide(INSTRUMENT, OCCASION, Grain.ANSWERS)
        assert a.my_decision(INSTRUMENT, OCCASION) is Grain.ANSWERS
        assert a.read_table().publications == b.read_table().publications == ()
        b.decide(INSTRUMENT, OCCASION, Grain.SCORES)
        table = a.read_table()
        assert table.open_rounds == ((INSTRUMENT, OCCASION),)
        assert {p.person_id for p in table.publications} == {actor_a.person_id, actor_b.person_id}
        for publication in table.publications:
            assert publication.grain is Grain.SCORES and publication.responses.empty
            frames.check(publication.scores, frames.SCORES)
            assert len(publication.scores) > 0

    def test_grain_nothing_opens_nothing_and_a_later_decision_replaces_it(self, house: House) -> None:
        (a, _actor_a), (b, _actor_b) = house.a, house.b
        for service, _actor in (house.a, house.b):
            service.save_answers(answers(2))
        a.decide(INSTRUMENT, OCCASION, Grain.ANSWERS)
        a.decide(INSTRUMENT, OCCASION, Grain.NOTHING)
        b.decide(INSTRUMENT, OCCASION, Grain.ANSWERS)
        assert b.read_table().open_rounds == ()
        assert a.my_decision(INSTRUMENT, OCCASION) is Grain.NOTHING
        a.decide(INSTRUMENT, OCCASION, Grain.SCORES)
        assert [p.grain for p in b.read_table().publications] == [Grain.SCORES, Grain.SCORES]

    def test_an_open_round_is_a_frozen_snapshot(self, house: House) -> None:
        (a, _actor_a), (b, _actor_b) = house.a, house.b
        for service, _actor in (house.a, house.b):
            service.save_answers(answers(2))
            service.decide(INSTRUMENT, OCCASION, Grain.ANSWERS)
        before = b.read_table().publications
        a.save_answers(answers(4))
        after = b.read_table().publications
        for one, other in zip(before, after, strict=True):
            pd.testing.assert_frame_equal(one.responses, other.responses)
        with pytest.raises(SharingError):
            a.decide(INSTRUMENT, OCCASION, Grain.SCORES)
        a.decide(INSTRUMENT, OCCASION, Grain.ANSWERS)  # the same again is harmless

    def test_withdrawing_closes_the_round_for_both_without_naming_who(self, house: House) -> None:
        (a, _actor_a), (b, _actor_b) = house.a, house.b
        for service, _actor in (house.a, house.b):
            service.save_answers(answers(2))
            service.decide(INSTRUMENT, OCCASION, Grain.ANSWERS)
        a.withdraw(INSTRUMENT, OCCASION)
        for service, _actor in (house.a, house.b):
            table = service.read_table()
            assert table.publications == () and table.open_rounds == ()
            assert service.my_decision(INSTRUMENT, OCCASION) is None
        a.withdraw(INSTRUMENT, OCCASION)
        for service, _actor in (house.a, house.b):
            service.decide(INSTRUMENT, OCCASION, Grain.SCORES)
        assert [p.round for p in b.read_table().publications] == [2, 2]

    # -- what is hidden until both have written ---------------------------------------------
    def test_what_is_hidden_is_given_to_the_other_by_no_verb_until_both_have_written(
        self, house: House
    ) -> None:
        (a, _), (b, _) = house.a, house.b
        together, _ = house.together()
        own = {"text": "Rest.", "day": "2026-11-20"}
        a.add_table_event("question.answered", own)

        def told(service: CoupleService) -> str:
            found = [service.read_table(), service.read_audit()]
            return str(found + ([service.my_data()] if isinstance(service, PartnerService) else []))

        assert "Rest." in told(a)
        assert "Rest." not in told(b) and "Rest." not in told(together)
        assert [event.payload for event in b.read_table().events] == [own | {"text": ""}]
        assert [event.kind for event in b.read_audit()] == ["event"], "that somebody wrote, both may know"
        b.add_table_event("question.answered", {"text": "Play.", "day": "2026-11-20"})
        assert "Rest." in told(b) and "Play." in told(a)
        assert "Rest." not in told(together), "nobody's words are read at one device"

    def test_how_an_agreement_went_is_destroyed_with_what_comes_next_and_counted_nowhere(
        self, house: House
    ) -> None:
        (a, actor_a), (b, _) = house.a, house.b
        terms = {"what": "One of us cooks", "who": "me", "when": "Tuesdays", "long": "Four weeks"}
        day = datetime.now(UTC).date().isoformat()
        rest = {"notice": "We eat at seven", "hard": "", "review": day, "need": "", "request": ""}
        found = a.add_table_event("agreement.proposed", terms | rest).operation_id
        b.add_table_event("agreement.answered", {"agreement": found, "answer": "yes"})
        record = len(a.read_audit())
        said = {"went": "broken", "cost": "Your evening", "good": "Sunday"}
        a.add_table_event("agreement.owned", {"agreement": found} | said)
        b.add_table_event("agreement.heard", {"agreement": found, "answer": "heard"})
        assert "Your evening" in str(b.read_table())
        a.add_table_event("agreement.gone_on", {"agreement": found, "review": day})
        for service, _actor in (house.a, house.b):
            kinds = [event.kind for event in service.read_table().events]
            assert kinds == ["agreement.proposed", "agreement.answered", "agreement.gone_on"]
            told = str([service.read_table(), service.read_audit(), service.my_data()])
            assert not any(word in told for word in ("Your evening", "broken", "owned", "heard"))
            assert len(service.read_audit()) == record + 1
        rows = opened(house.store, table_log(actor_a.couple_id))
        assert not any(b"Your evening" in (row.payload or b"") for row in rows), "it is destroyed"

    # -- what was chosen about exercises ---------------------------------------------------
    def test_a_choice_of_one_partner_reaches_no_page_but_their_own(self, house: House) -> None:
        (a, _), (b, _) = house.a, house.b
        before = (b.read_table(), b.read_events(), b.read_audit(), b.my_data())
        a.choose_exercise("fun_list", "aside", stands=True)
        assert (b.read_table(), b.read_events(), b.read_audit(), b.my_data()) == before
        assert a.read_table().choices == ()
        assert [event.payload for event in a.read_events(["choice"])] == [
            {"exercise": "fun_list", "choice": "aside", "stands": True}
        ]

    def test_a_choice_is_joint_once_both_have_made_it_and_names_nobody(self, house: House) -> None:
        (a, actor_a), (b, actor_b) = house.a, house.b
        a.choose_exercise("fun_list", "aside", stands=True)
        b.choose_exercise("fun_list", "done", stands=True)  # another choice about the same
        assert b.read_table().choices == ()
        b.choose_exercise("fun_list", "aside", stands=True)
        assert a.read_table().choices == b.read_table().choices == (("fun_list", "aside"),)
        rows = opened(house.store, table_log(actor_a.couple_id))
        joint = [row.payload for row in rows if row.kind == JOINT_CHOICE]
        assert len(joint) == 1
        assert not any(one.person_id.encode() in joint[0] for one in (actor_a, actor_b))

    def test_a_choice_taken_back_waits_no_more(self, house: House) -> None:
        (a, _), (b, _) = house.a, house.b
        a.choose_exercise("fun_list", "aside", stands=True)
        a.choose_exercise("fun_list", "aside", stands=False)
        b.choose_exercise("fun_list", "aside", stands=True)
        assert b.read_table().choices == ()
        a.choose_exercise("fun_list", "aside", stands=True)
        assert b.read_table().choices == (("fun_list", "aside"),)

    def test_a_joint_choice_is_taken_back_by_either_for_both(self, house: House) -> None:
        (a, _), (b, _) = house.a, house.b
        for service in (a, b):
            service.choose_exercise("fun_list", "done", stands=True)
        b.choose_exercise("fun_list", "done", stands=False)
        assert a.read_table().choices == b.read_table().choices == ()
        # One's own word from before waits no longer: it takes both anew.
        b.choose_exercise("fun_list", "done", stands=True)
        assert a.read_table().choices == ()

    def test_two_together_choose_for_both(self, house: House) -> None:
        (a, _), (service, _) = house.a, house.together()
        a.choose_exercise("tech_off", "aside", stands=True)
        service.choose_exercise("fun_list", "aside", stands=True)
        assert service.read_table().choices == a.read_table().choices == (("fun_list", "aside"),)
        service.choose_exercise("fun_list", "aside", stands=False)
        assert a.read_table().choices == ()

    def test_an_unknown_exercise_or_choice_is_refused_with_all_problems(self, house: House) -> None:
        (a, _) = house.a
        with pytest.raises(AccessError) as raised:
            a.choose_exercise("no_such_thing", "loved", stands=True)
        assert len(raised.value.problems) == 2
        assert a.read_events(["choice"]) == []

    def test_parting_destroys_the_choices_that_wait(self, house: House) -> None:
        (a, actor), (b, _) = house.a, house.b
        a.choose_exercise("fun_list", "aside", stands=True)
        b.unpair(WORDS["Ben"])
        assert house.store.cells(waiting_cell(actor.couple_id, "")) == []

    def test_withdrawing_before_the_round_opens_means_undecided(self, house: House) -> None:
        (a, _actor_a), (b, _actor_b) = house.a, house.b
        for service, _actor in (house.a, house.b):
            service.save_answers(answers(2))
        a.decide(INSTRUMENT, OCCASION, Grain.ANSWERS)
        a.withdraw(INSTRUMENT, OCCASION)
        assert a.my_decision(INSTRUMENT, OCCASION) is None
        b.decide(INSTRUMENT, OCCASION, Grain.ANSWERS)
        assert b.read_table().open_rounds == ()

    @pytest.mark.parametrize(
        ("instrument", "occasion"), [("unknown", OCCASION), (INSTRUMENT, "assessment-0"), (INSTRUMENT, "x/y")]
    )
    def test_a_decision_on_an_unknown_instrument_or_occasion_is_refused(
        self, house: House, instrument: str, occasion: str
    ) -> None:
        service, _actor = house.a
        with pytest.raises(SharingError):
            service.decide(instrument, occasion, Grain.SCORES)
        with pytest.raises(SharingError):
            service.decide(INSTRUMENT, OCCASION, Grain.SCORES)  # nothing answered yet

    def test_a_joint_sitting_reads_only_the_table_and_decides_with_a_passphrase(self, house: House) -> None:
        for service, _actor in (house.a, house.b):
            service.save_answers(answers(2))
        service, _actor = house.together()
        key = (INSTRUMENT, OCCASION, Grain.SCORES)
        assert offered(service) == {
            "choose_exercise",
            "couple",
            "decide",
            "look",
            "move_in_room",
            "open_room",
            "read_audit",
            "read_table",
            "room",
            "session_now",
            "watch",
            "withdraw",
        }
        with pytest.raises(SignInError):
            service.decide(*key, person_id=house.actors[0].person_id, passphrase=WORDS["Ben"])
        for person, name in zip(house.actors, ("Ada", "Ben"), strict=True):
            assert service.read_table().open_rounds == ()
            service.decide(*key, person_id=person.person_id, passphrase=WORDS[name])
        assert service.read_table().open_rounds == ((INSTRUMENT, OCCASION),)
        assert house.a[0].my_decision(INSTRUMENT, OCCASION) is Grain.SCORES

    def test_a_joint_event_is_on_the_table_for_both(self, house: House) -> None:
        (a, actor_a), (b, _actor_b) = house.a, house.b
        kind, payload = TABLE_EVENT
        event = a.add_table_event(kind, payload, operation_id="g1")
        assert a.add_table_event(kind, payload, operation_id="g1") == event
        assert b.read_table().events == (event,)
        assert event.person_id == actor_a.person_id

    def test_an_operation_id_of_the_partner_is_refused(self, house: House) -> None:
        """Steps name what they answer by operation id: B's words must not stand where A's stood."""
        (a, _actor_a), (b, _actor_b) = house.a, house.b
        kind, payload = TABLE_EVENT
        event = a.add_table_event(kind, payload, operation_id="g1")
        with pytest.raises(AccessError):
            b.add_table_event(kind, {**payload, "text": "B was here"}, operation_id="g1")
        assert b.read_table().events == (event,)

    def test_text_removed_from_the_table_is_destroyed_and_cannot_be_resent(self, house: House) -> None:
        """A removed line of thanks is not only hidden: no row holds it any more."""
        (a, actor_a), (b, _actor_b) = house.a, house.b
        kind, payload = TABLE_EVENT
        for operation_id in ("kept", "gone"):
            a.add_table_event(kind, payload | {"text": operation_id}, operation_id=operation_id)
        b.add_table_event("gratitude.landed", {"line": "gone"})
        a.add_table_event("gratitude.removed", {"line": "gone"})
        rows = house.store.read(table_log(actor_a.couple_id))
        assert [b'"gone"' in (row.payload or b"") for row in rows[:2]] == [False, False]
        assert [row.payload is None for row in rows[:2]] == [False, True]
        for service, _actor in (house.a, house.b):
            lines = MACHINES["gratitude_log"].fold(service.read_table().events)
            assert [line.text for line in lines.values()] == ["kept"]
        with pytest.raises(AccessError):
            a.add_table_event(kind, payload | {"text": "gone"}, operation_id="gone")

    def test_a_joint_event_against_the_rules_of_its_exercise_is_refused(self, house: House) -> None:
        service, _actor = house.a
        line = service.add_table_event(*TABLE_EVENT)
        with pytest.raises(ExerciseError):
            service.add_table_event("gratitude.landed", {"line": line.operation_id})  # one's own line
        with pytest.raises(ExerciseError):
            service.add_table_event("gratitude.written", {"text": ""})
        with pytest.raises(AccessError):
            service.add_table_event("bookmark", {"page": "home"})
        assert len(service.read_table().events) == 1

    def test_a_forged_step_is_refused_with_all_its_problems_and_writes_nothing(self, house: House) -> None:
        """A foreign id, a future day, an unknown field and a too long text are all reported together."""
        (a, actor_a), (b, _actor_b) = house.a, house.b
        others = house.local.accounts.create_couple("Cleo", "cleo keeps a lamp").actor
        theirs = house.local.seat_partner(others).add_table_event(*TABLE_EVENT)
        sent = {"text": "A walk", "need": "", "is_intimate": False}
        request = a.add_table_event("request.sent", sent, operation_id="r1")
        logs = [table_log(actor_a.couple_id), audit_log(actor_a.couple_id)]
        before = house.store.heads(logs)
        for kind, payload, n_problems in (
            ("gratitude.landed", {"line": theirs.operation_id, "person_id": "p"}, 2),
            ("gratitude.landed", {"line": request.operation_id}, 1),
            ("gratitude.written", {"text": "x" * 30_000, "day": "9999-12-31", "by": "p", "at": 1}, 4),
            ("request.answered", {"request": "r1", "answer": ["yes"], "note": 3, "proposal": None}, 3),
            ("request.sent", {}, 3),
            ("needs_talk.said", {"need": "needs.own.x", "words": "\x00"}, 2),
        ):
            with pytest.raises(ExerciseError) as refused:
                b.add_table_event(kind, payload)
            assert len(refused.value.problems) == n_problems
        for kind, payload in (("request.sent", sent | {"text": "x" * 40_000}), ("nothing.here", {})):
            with pytest.raises(AccessError):
                b.add_table_event(kind, payload)
        assert house.store.heads(logs) == before

    def test_a_room_is_the_same_for_both_and_written_nowhere(self, house: House) -> None:
        (a, actor_a), (b, actor_b) = house.a, house.b
        before = _rows(house)
        assert (a.room(), b.room()) == (None, None)
        opened_room = a.open_room(actor_a.person_id)
        again = b.open_room(actor_b.person_id)  # there is one already: it is that one
        assert again.first == actor_a.person_id
        seen = b.room()
        assert seen is not None and seen.id == opened_room.id
        assert (seen.stage, seen.here, seen.moves) == ("waiting", (actor_a.person_id,), ("come", "close"))
        b.move_in_room("come")
        begun = a.move_in_room("begin")
        assert begun is not None and (begun.stage, begun.speaker) == ("quiet", actor_a.person_id)
        with pytest.raises(ExerciseError):
            b.move_in_room("said")
        assert a.move_in_room("close") is None
        assert b.room() is None
        with pytest.raises(ExerciseError, match="The room is closed"):
            b.move_in_room("said")
        assert _rows(house) == before

    def test_turns_are_kept_once_both_have_asked_unseen_by_each_other(self, house: House) -> None:
        (a, actor_a), (b, _actor_b) = house.a, house.b
        a.open_room(actor_a.person_id)
        b.move_in_room("come")
        for speaker in (a, b):
            for move in ("begin", "said", "heard"):
                speaker.move_in_room(move)
        seen = b.room()
        a.move_in_room("keep")
        assert a.room().keeps  # type: ignore[union-attr]
        after = b.room()
        assert replace(after, at=seen.at) == seen  # type: ignore[type-var, union-attr]
        assert b.read_table().events == ()
        b.move_in_room("keep")
        kept = a.read_table().events
        assert [event.kind for event in kept] == ["speaker_listener.kept"] * 2
        assert [dict(event.payload) | {"day": "", "room": ""} for event in kept] == [
            {"first": actor_a.person_id, "turns": 2, "day": "", "room": ""}
        ] * 2

    def test_a_room_closes_when_the_two_part(self, house: House) -> None:
        (a, actor_a), (b, _actor_b) = house.a, house.b
        a.open_room(actor_a.person_id)
        b.unpair(WORDS["Ben"])
        assert (a.room(), b.room()) == (None, None)
        with pytest.raises(ExerciseError):
            a.open_room(actor_a.person_id)

    def test_two_at_one_device_make_the_moves_of_both(self, house: House) -> None:
        both, _actor = house.together()
        first = both.couple().members[1].person_id
        room = both.open_room(first)
        assert (room.stage, len(room.here)) == ("ready", 2)
        for move in ("begin", "said", "heard", "begin", "said", "heard"):
            both.move_in_room(move)
        last = both.room()
        assert last is not None and last.stage == "last"
        assert house.a[0].room().stage == "last"  # type: ignore[union-attr]
        assert both.move_in_room("close") is None

    def test_a_partner_is_notified_of_their_drawer_and_the_table_only(self, house: House) -> None:
        (a, _actor_a), (b, actor_b) = house.a, house.b
        heard: list[str] = []
        arrived = threading.Event()

        def listen(change: Change) -> None:
            assert change.couple_id == actor_b.couple_id
            heard.append(change.what)
            arrived.set()

        stop = b.watch(listen)
        for service, _actor in (house.a, house.b):
            service.save_answers(answers(2))
        assert arrived.wait(5)
        assert set(heard) == {"drawer"}
        time.sleep(0.3)
        heard.clear()
        arrived.clear()
        a.add_event("bookmark", {"page": "home"})
        a.decide(INSTRUMENT, OCCASION, Grain.ANSWERS)
        a.decide(INSTRUMENT, OCCASION, Grain.NOTHING)
        a.withdraw(INSTRUMENT, OCCASION)
        assert not arrived.wait(0.5), "what A does alone is no news to B"
        a.add_table_event(*TABLE_EVENT)
        assert arrived.wait(5) and heard == ["table"]
        stop()
