"""The service contract for research: each decides alone, only what was agreed to, gone when withdrawn."""

from collections.abc import Iterator

import pytest

from tests.service.household import STUDY, WORDS, House, answers, offered
from tests.service.keyed import PRIVATE
from workbook.errors import SharingError
from workbook.instruments import catalogue
from workbook.service.desks.roles import PartnerService
from workbook.service.formats.values import Actor, Contribution
from workbook.service.studies.blob import open_blob, place_of
from workbook.sharing import Grain

WORDS_HASH = STUDY.words_hash
GIVEN = ("background", "connection", "needs")
AGREED = {"text": "consent", "text_hash": "0" * 64, "agreed": True}


def prepare(one: tuple[PartnerService, Actor], value: int = 3) -> None:
    """Somebody who takes part, and has answered all there is, the private questions too."""
    service, _actor = one
    service.add_event("consent", AGREED)
    service.add_event("own_need", {"id": "needs.own.quiet", "text": "an hour of quiet"})
    for name in catalogue():
        occasion = "week-1" if name == "weekly" else "assessment-1"
        service.save_answers(answers(value, instrument=name, occasion=occasion))
    own = answers(value, instrument="needs", most=1)[0]
    question = own.item.rpartition(".")[2]
    service.save_answers([type(own)("own", own.occasion, f"needs.own.quiet.{question}", own.value)])
    service.add_event("free_text", {"field": "background.gender_words", "text": "marker of own words"})


def give(one: tuple[PartnerService, Actor], grain: Grain = Grain.ANSWERS, *, linked: bool = False) -> None:
    one[0].give_to_research(grain, linked=linked, text_hash=WORDS_HASH)


def read(house: House) -> list[Contribution]:
    """Return what the study's researcher reads."""
    service, _actor = house.reach(house.local.sittings.begin(Actor("researcher"), PRIVATE))
    return service.read_research()


def instruments(given: Contribution) -> list[str]:
    return [one.instrument for one in given.publications]


class ResearchContract:
    """Mixed into `ServiceContract`."""

    @pytest.fixture
    def house(self) -> Iterator[House]:
        raise NotImplementedError

    def test_a_study_receives_only_what_it_asked_for(self, house: House) -> None:
        prepare(house.a)
        give(house.a)
        (given,) = read(house)
        assert instruments(given) == list(GIVEN)
        items = {item for one in given.publications for item in one.responses["item"]}
        assert items == {item.id for name in GIVEN for item in catalogue()[name].as_published.items}
        told = str([one.responses.to_json() + one.scores.to_json() for one in given.publications])
        for never in ('"safety', '"skills', '"weekly', "quiet", "marker", "Ada", house.actors[0].person_id):
            assert never not in told
        assert house.actors[0].couple_id not in told

    def test_a_summary_holds_scores_and_the_background_facts_and_no_other_answer(self, house: House) -> None:
        prepare(house.a)
        give(house.a, Grain.SCORES)
        (given,) = read(house)
        by_name = {one.instrument: one for one in given.publications}
        assert set(by_name) == {"background", "connection"}, "needs are single answers"
        assert (
            by_name["connection"].responses.empty and (by_name["connection"].scores["n_answered"] > 1).all()
        )
        assert not by_name["background"].responses.empty

    @pytest.mark.parametrize("grain", [Grain.SCORES, Grain.ANSWERS])
    def test_what_is_held_back_is_in_no_answer_no_score_and_no_count(
        self, house: House, grain: Grain
    ) -> None:
        """From one's partner, and so from a study; in another occasion it is given, as nobody held it back."""
        service, _actor = house.a
        prepare(house.a)
        asked = catalogue()["connection"]
        topic = next(
            one for one in asked.subscales if len(one.items) > 2 and not asked.held_back & set(one.items)
        )
        service.save_answers(answers(1, instrument="connection", occasion="assessment-2"))
        service.decide("connection", "assessment-1", Grain.NOTHING, [topic.items[0]])
        give(house.a, grain)
        (made,) = read(house)
        found = [one for one in made.publications if one.instrument == "connection"]
        counts = [one.scores.set_index("subscale")["n_answered"][topic.id] for one in found]
        assert counts == [len(topic.items) - 1, len(topic.items)]
        if grain is Grain.ANSWERS:
            assert [topic.items[0] in set(one.responses["item"]) for one in found] == [False, True]

    def test_people_who_chose_nothing_or_not_at_all_are_not_read(self, house: House) -> None:
        prepare(house.a)
        prepare(house.b)
        assert house.a[0].my_research() is None
        give(house.a, Grain.NOTHING)
        assert read(house) == []
        choice = house.a[0].my_research()
        assert choice is not None and choice.grain is Grain.NOTHING and not choice.is_standing
        give(house.b)
        assert len(read(house)) == 1, "the control"

    def test_partners_are_linked_only_if_both_chose_so(self, house: House) -> None:
        prepare(house.a, 2)
        prepare(house.b, 4)
        for first, second in ((False, False), (True, False), (False, True)):
            give(house.a, linked=first)
            give(house.b, linked=second)
            one, other = read(house)
            assert one.couple_id != other.couple_id and not one.is_linked and not other.is_linked
        give(house.a, linked=True)
        one, other = read(house)
        assert one.couple_id == other.couple_id and one.is_linked and other.is_linked

    def test_parting_ends_the_link_but_not_the_partners_research_copy(self, house: House) -> None:
        for one in (house.a, house.b):
            prepare(one)
            give(one, linked=True)
        house.a[0].unpair(WORDS["Ada"])
        one, other = read(house)
        assert one.couple_id != other.couple_id and not one.is_linked
        house.a[0].leave(WORDS["Ada"])
        assert len(read(house)) == 1

    def test_later_answers_are_not_given_until_chosen_again(self, house: House) -> None:
        prepare(house.a, 2)
        give(house.a)
        house.a[0].save_answers(answers(4))
        connection = read(house)[0].publications[1]
        assert set(connection.responses["value"]) == {2}
        give(house.a)
        assert set(read(house)[0].publications[1].responses["value"]) == {4}

    def test_withdrawing_takes_effect_at_the_next_read_and_leaves_no_copy(self, house: House) -> None:
        prepare(house.a)
        give(house.a)
        assert len(read(house)) == 1
        give(house.a, Grain.NOTHING)
        assert read(house) == []
        place = place_of(house.store, house.actors[0].person_id)
        (left,) = [row.payload for row in place if row.payload is not None]
        assert left is not None and open_blob(left, PRIVATE, house.actors[0].person_id) is None
        give(house.a, Grain.SCORES)
        give(house.a, Grain.ANSWERS)
        give(house.a, Grain.SCORES)
        assert read(house)[0].grain is Grain.SCORES, "the last choice counts, though it is less"

    def test_leaving_erasing_or_withdrawing_ends_participation(self, house: House) -> None:
        service, actor = house.a
        for one in (house.a, house.b):
            prepare(one)
            give(one)
        service.add_event("consent", AGREED | {"agreed": False})
        assert len(read(house)) == 1
        log = f"research/{actor.person_id}"
        with pytest.raises(SharingError):
            give(house.a)
        service.add_event("consent", AGREED)
        give(house.a)
        assert len(read(house)) == 2
        service.erase(WORDS["Ada"])
        assert len(read(house)) == 1
        assert all(row.payload is None for row in house.store.read(log))
        house.b[0].leave(WORDS["Ben"])
        assert read(house) == []

    def test_consent_with_the_hash_of_another_text_is_refused(self, house: House) -> None:
        service, _actor = house.a
        prepare(house.a)
        with pytest.raises(SharingError, match="words of the study"):
            service.give_to_research(Grain.ANSWERS, linked=False, text_hash="0" * 64)
        assert read(house) == []
        service.give_to_research(Grain.NOTHING, linked=False, text_hash="0" * 64)  # a no always counts

    def test_a_consent_is_kept_with_the_hash_of_its_words(self, house: House) -> None:
        service, _actor = house.a
        prepare(house.a)
        give(house.a, linked=True)
        give(house.a, Grain.NOTHING)
        kept = [e.payload for e in service.read_events(["consent"]) if e.payload["text"] != "consent"]
        assert [(one["text_hash"], one["agreed"]) for one in kept] == [
            (WORDS_HASH, True),
            (WORDS_HASH, False),
        ]
        give(house.a)
        own = service.my_data()["given_to_research"]
        assert own["text_hash"] == WORDS_HASH and len(own["publications"]) == len(GIVEN)

    def test_giving_requires_participation_and_answers(self, house: House) -> None:
        service, _actor = house.a
        with pytest.raises(SharingError, match="take part"):
            give(house.a)
        service.add_event("consent", AGREED)
        with pytest.raises(SharingError, match="nothing of yours"):
            give(house.a)
        service.save_answers(answers(3, instrument="background"))
        with pytest.raises(SharingError, match="nothing of yours"):
            give(house.a)
        service.save_answers(answers(3, instrument="needs"))
        with pytest.raises(SharingError, match="nothing of yours"):
            give(house.a, Grain.SCORES)
        give(house.a)

    def test_only_the_researcher_reads_copies_and_reads_nothing_else(self, house: House) -> None:
        prepare(house.a)
        give(house.a)
        for service, _actor in (house.a, house.b, house.together()):
            assert "read_research" not in offered(service)
        service, _actor = house.reach(house.local.sittings.begin(Actor("researcher"), PRIVATE))
        assert service.study() == STUDY and len(service.read_research()) == 1
        assert offered(service) == {"study", "read_research"}
        assert "give_to_research" not in offered(house.together()[0])
