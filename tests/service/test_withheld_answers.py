"""Holding back single answers, through the whole service: what the other sees, and what nobody can tell."""

from collections.abc import Iterator

import pandas as pd
import pytest

from tests.ui.conftest import CHEAP
from workbook.errors import SharingError
from workbook.instruments import catalogue
from workbook.service.desks.household import Household
from workbook.service.desks.roles import PartnerService
from workbook.service.formats.values import Answer, HeldBack
from workbook.service.identity.sittings import Sittings
from workbook.sharing import Grain, Publication
from workbook.storage.memory import MemoryStore

PART, NOW = "connection", "assessment-1"
TOPIC = next(
    one
    for one in catalogue()[PART].subscales
    if len(one.items) >= 3 and not catalogue()[PART].held_back & set(one.items)
)
FIRST, *REST = TOPIC.items
Both = tuple[PartnerService, PartnerService]


def make_couple() -> tuple[Household, Both]:
    forever = float("inf")
    household = Household(MemoryStore(), sittings=Sittings(heartbeat=forever, idle=forever), cost=CHEAP)
    ada = household.accounts.create_couple("Ada", "ada's passphrase")
    ben = household.accounts.join(ada.code, "Ben", "ben's passphrase")
    return household, (household.seat_partner(ada.actor), household.seat_partner(ben.actor))


def answer(person: PartnerService, *, but: str = "", declined: str = "") -> None:
    """Answer all of a part, but leave one open, or rather not say one."""
    person.save_answers(
        [
            Answer(f"{item.id}-{n}", NOW, item.id, None, declined=True)
            if item.id == declined
            else Answer(f"{item.id}-{n}", NOW, item.id, n % 5)
            for n, item in enumerate(catalogue()[PART].items)
            if item.id != but
        ]
    )


@pytest.fixture
def couple() -> Iterator[Both]:
    household, both = make_couple()
    for person in both:
        answer(person)
    yield both
    household.close()


def shown(reader: PartnerService, of: PartnerService) -> Publication:
    return next(one for one in reader.read_table().publications if one.person_id == of.actor.person_id)


def score_of(publication: Publication) -> tuple[float, int]:
    row = publication.scores[publication.scores["subscale"] == TOPIC.id].iloc[0]
    return float(row["score"]), int(row["n_answered"])


@pytest.mark.parametrize("grain", [Grain.SCORES, Grain.ANSWERS])
def test_what_is_held_back_is_in_no_answer_no_score_and_no_count(couple: Both, grain: Grain) -> None:
    ada, ben = couple
    ada.decide(PART, NOW, grain, [FIRST])
    ben.decide(PART, NOW, grain)
    publication = shown(ben, ada)
    assert FIRST not in set(publication.responses["item"])
    mine = ada.read_responses(PART).set_index("item")["value"]
    turned = {item.id: item.reverse for item in catalogue()[PART].items}
    used = [4 - mine[item] if turned[item] else mine[item] for item in REST]
    assert score_of(publication) == (pytest.approx(sum(used) / len(used)), len(REST))
    assert score_of(shown(ada, ben))[1] == len(TOPIC.items), "the control: nobody else's answers go"


@pytest.mark.parametrize("grain", [Grain.SCORES, Grain.ANSWERS])
def test_the_other_cannot_tell_held_back_from_left_open_and_declined(grain: Grain) -> None:
    """Three worlds, and a fourth that differs: all that Ben reads, before it opens and after."""
    told = []
    for how in ({}, {"but": FIRST}, {"declined": FIRST}, {"but": REST[0]}):
        household, (ada, ben) = make_couple()
        answer(ada, **how)
        answer(ben)
        ada.decide(PART, NOW, grain, [] if how else [FIRST])
        before = (ben.read_table(), [one.kind for one in ben.read_audit()], ben.read_events())
        assert before[0].publications == ()
        ben.decide(PART, NOW, grain)
        publication = shown(ben, ada)
        frames = [
            frame.drop(columns=["couple_id", "person_id"])
            for frame in (publication.responses, publication.scores)
        ]
        after = [one.kind for one in ben.read_audit()]
        told.append((before[1:], *(frame.to_csv() for frame in frames), publication.rule, after))
        household.close()
    assert told[0] == told[1] == told[2] != told[3]


def test_after_a_score_was_open_a_later_publication_leaves_the_whole_topic_out(couple: Both) -> None:
    ada, ben = couple
    for person in couple:
        person.decide(PART, NOW, Grain.SCORES)
    assert TOPIC.id in set(shown(ben, ada).scores["subscale"])
    ben.withdraw(PART, NOW)
    ada.decide(PART, NOW, Grain.ANSWERS, [FIRST])
    ben.decide(PART, NOW, Grain.ANSWERS)
    publication = shown(ben, ada)
    assert not set(TOPIC.items) & set(publication.responses["item"])
    assert TOPIC.id not in set(publication.scores["subscale"])
    assert len(publication.scores) > 10, "all other topics are there"


def test_what_was_decided_but_never_open_binds_nobody(couple: Both) -> None:
    ada, ben = couple
    ada.decide(PART, NOW, Grain.SCORES)
    ada.decide(PART, NOW, Grain.ANSWERS, [FIRST])
    ben.decide(PART, NOW, Grain.ANSWERS)
    assert set(REST) <= set(shown(ben, ada).responses["item"])


@pytest.mark.parametrize("closer", [0, 1])
def test_it_is_remembered_over_closing_and_deciding_for_nothing(couple: Both, closer: int) -> None:
    """Whoever closes it; and though a decision for nothing, and one taken back, come in between."""
    ada, ben = couple
    ada.decide(PART, NOW, Grain.SCORES, [FIRST])
    ben.decide(PART, NOW, Grain.SCORES)
    couple[closer].withdraw(PART, NOW)
    ada.decide(PART, NOW, Grain.NOTHING)
    ada.decide(PART, NOW, Grain.SCORES)
    ada.withdraw(PART, NOW)
    known = ada.my_held_back(PART, NOW)
    assert known.chosen == (FIRST,), "what was held back stays so until it is chosen anew"
    assert set(REST) <= set(known.opened) and FIRST not in known.opened
    ada.decide(PART, NOW, Grain.ANSWERS, [])
    ben.decide(PART, NOW, Grain.ANSWERS)
    assert set(TOPIC.items) & set(shown(ben, ada).responses["item"]) == set(REST)


def test_the_same_decision_again_is_harmless_and_another_is_refused(couple: Both) -> None:
    ada, ben = couple
    ada.decide(PART, NOW, Grain.ANSWERS, [FIRST])
    ben.decide(PART, NOW, Grain.ANSWERS)
    ada.decide(PART, NOW, Grain.ANSWERS, [FIRST])
    with pytest.raises(SharingError):
        ada.decide(PART, NOW, Grain.ANSWERS, [])


def test_all_held_back_is_refused_and_so_is_what_is_no_question(couple: Both) -> None:
    ada, _ben = couple
    with pytest.raises(SharingError, match="held back"):
        ada.decide(PART, NOW, Grain.ANSWERS, [item.id for item in catalogue()[PART].items])
    with pytest.raises(SharingError):
        ada.decide(PART, NOW, Grain.ANSWERS, ["needs.seen.met"])
    assert ada.my_decision(PART, NOW) is None and ada.my_held_back(PART, NOW) == HeldBack()


def test_nobody_elses_choice_is_told(couple: Both) -> None:
    ada, ben = couple
    ada.decide(PART, NOW, Grain.SCORES, [FIRST])
    ben.decide(PART, NOW, Grain.SCORES)
    assert ben.my_held_back(PART, NOW).chosen == ()
    assert FIRST in ben.my_held_back(PART, NOW).opened, "his own, of which nothing was held back"
    pd.testing.assert_frame_equal(shown(ada, ada).scores, shown(ben, ada).scores)
