"""Holding back single answers, through the whole service: what the other sees, and what nobody can tell."""

from collections.abc import Iterable, Iterator
from itertools import count
from unittest import mock

import pandas as pd
import pytest

from tests.ui.conftest import CHEAP
from workbook.errors import SharingError
from workbook.instruments import catalogue
from workbook.service.couple import held_back, rounds
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
# One of the questions that may be about what did not come up, its topic and the others of it.
MAY = next(
    (item, one)
    for one in catalogue()[PART].subscales
    for item in one.items
    if len(one.items) >= 3
    and not catalogue()[PART].held_back & set(one.items)
    and catalogue()[PART].item_by_id[item].may_not_arise
)
_NUMBERS = count()
Both = tuple[PartnerService, PartnerService]


def make_couple() -> tuple[Household, Both]:
    forever = float("inf")
    household = Household(MemoryStore(), sittings=Sittings(heartbeat=forever, idle=forever), cost=CHEAP)
    ada = household.accounts.create_couple("Ada", "ada's passphrase")
    ben = household.accounts.join(ada.code, "Ben", "ben's passphrase")
    return household, (household.seat_partner(ada.actor), household.seat_partner(ben.actor))


def answer(person: PartnerService, *, but: str = "", declined: str = "", not_arisen: str = "") -> None:
    """Answer all of a part, but leave one open, rather not say one, or say that one did not come up."""

    def given(n: int, item: str) -> Answer:
        is_answer = item not in (declined, not_arisen)
        value = n % 5 if is_answer else None
        return Answer(f"{item}-{n}", NOW, item, value, item == declined, item == not_arisen)

    person.save_answers(
        [given(n, item.id) for n, item in enumerate(catalogue()[PART].items) if item.id != but]
    )


def change(person: PartnerService, item: str, value: int | None, **reason: bool) -> None:
    """Answer one question anew."""
    person.save_answers([Answer(f"anew-{next(_NUMBERS)}", NOW, item, value, **reason)])


def opened_to(person: PartnerService) -> set[str]:
    """Return the items that this person remembers as having been open."""
    return {item for item, _value in person.my_held_back(PART, NOW).opened}


@pytest.fixture
def couple() -> Iterator[Both]:
    household, both = make_couple()
    for person in both:
        answer(person)
    yield both
    household.close()


def shown(reader: PartnerService, of: PartnerService) -> Publication:
    return next(one for one in reader.read_table().publications if one.person_id == of.actor.person_id)


def score_of(publication: Publication, topic: str = TOPIC.id) -> tuple[float, int]:
    row = publication.scores[publication.scores["subscale"] == topic].iloc[0]
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
    assert set(REST) <= opened_to(ada) and FIRST not in opened_to(ada)
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
    assert FIRST in opened_to(ben), "his own, of which nothing was held back"
    pd.testing.assert_frame_equal(shown(ada, ada).scores, shown(ben, ada).scores)


@pytest.mark.parametrize("before", [Grain.SCORES, Grain.ANSWERS])
@pytest.mark.parametrize("after", [Grain.SCORES, Grain.ANSWERS])
def test_after_an_answer_was_changed_its_topic_is_shown_as_it_was_or_not_at_all(
    couple: Both, before: Grain, after: Grain
) -> None:
    """What was shown of it, and what is shown now, would give the old answer or the new one away."""
    ada, ben = couple
    for person in couple:
        person.decide(PART, NOW, before)
    first = shown(ben, ada)
    old = int(ada.read_responses(PART).set_index("item")["value"][FIRST])
    ada.withdraw(PART, NOW)
    change(ada, FIRST, (old + 1) % 5)
    for person in couple:
        person.decide(PART, NOW, after)
    publication = shown(ben, ada)
    assert TOPIC.id in set(first.scores["subscale"]) and TOPIC.id not in set(publication.scores["subscale"])
    assert not set(TOPIC.items) & set(publication.responses["item"])
    assert len(publication.scores) > 10, "all other topics are there"
    ada.withdraw(PART, NOW)
    change(ada, FIRST, old)
    for person in couple:
        person.decide(PART, NOW, after)
    assert score_of(shown(ben, ada)) == score_of(first), "changed back, it is shown as it was"


def test_a_decision_from_before_values_were_noted_rests_on_the_answers_as_they_are(couple: Both) -> None:
    ada, ben = couple
    noting = held_back.noted

    def by_item(memory: HeldBack, shown: Iterable[tuple[str, int]] = ()) -> dict[str, list[str]]:
        kept = noting(memory, list(shown))
        names = {name: [one[0] for one in kept[name]] for name in ("opened", "shown")}
        return kept | names

    with mock.patch.object(rounds, "noted", by_item):
        ada.decide(PART, NOW, Grain.SCORES, [FIRST])
        ben.decide(PART, NOW, Grain.SCORES)
        ada.withdraw(PART, NOW)
    assert set(REST) <= opened_to(ada) and FIRST not in opened_to(ada)
    for person in couple:
        person.decide(PART, NOW, Grain.ANSWERS, [])
    assert set(TOPIC.items) & set(shown(ben, ada).responses["item"]) == set(REST)


# -- what did not come up ----------------------------------------------------------------------
def told_of(how: dict[str, str], grain: Grain, *, bens: Grain | None = None) -> tuple[str, ...]:
    """Return all that Ben reads once it is open, where Ada answered so; for him it did not come up."""
    household, (ada, ben) = make_couple()
    answer(ada, **how)
    answer(ben, not_arisen=MAY[0])
    ada.decide(PART, NOW, grain)
    ben.decide(PART, NOW, bens or grain)
    publication = shown(ben, ada)
    household.close()
    parts = (publication.responses, publication.scores)
    return tuple(one.drop(columns=["couple_id", "person_id"]).to_csv() for one in parts)


def test_what_did_not_come_up_is_told_beside_answers_and_counts_in_no_score() -> None:
    item, topic = MAY
    household, (ada, ben) = make_couple()
    answer(ada, not_arisen=item)
    answer(ben)
    ada.decide(PART, NOW, Grain.ANSWERS)
    ben.decide(PART, NOW, Grain.ANSWERS)
    publication = shown(ben, ada)
    row = publication.responses.set_index("item").loc[item]
    assert bool(row["not_arisen"]) and not bool(row["declined"]) and pd.isna(row["value"])
    assert score_of(publication, topic.id)[1] == len(topic.items) - 1
    assert shown(ada, ben).responses.set_index("item")["value"].notna()[item], "it opens the other's answer"
    household.close()


@pytest.mark.parametrize("bens", [Grain.SCORES, Grain.ANSWERS])
def test_with_scores_alone_what_did_not_come_up_looks_like_left_open_and_declined(bens: Grain) -> None:
    """Three worlds, and the same three beside answers, where the first differs: the control."""
    item, _topic = MAY
    worlds = [{"not_arisen": item}, {"but": item}, {"declined": item}]
    one, two, three = (told_of(how, Grain.SCORES, bens=bens) for how in worlds)
    assert one == two == three
    one, two, three = (told_of(how, Grain.ANSWERS) for how in worlds)
    assert one != two == three


def test_who_chose_answers_tells_no_more_where_the_other_chose_scores() -> None:
    item, _topic = MAY
    worlds = [{"not_arisen": item}, {"but": item}]
    one, two = (told_of(how, Grain.ANSWERS, bens=Grain.SCORES) for how in worlds)
    assert one == two


def test_held_back_what_did_not_come_up_is_told_to_nobody(couple: Both) -> None:
    ada, ben = couple
    item, _topic = MAY
    change(ada, item, None, not_arisen=True)
    ada.decide(PART, NOW, Grain.ANSWERS, [item])
    ben.decide(PART, NOW, Grain.ANSWERS)
    assert item not in set(shown(ben, ada).responses["item"])


def test_nothing_but_what_did_not_come_up_is_nothing_to_show() -> None:
    """At scores it would open a round, and so tell apart from left open."""
    household, (ada, _ben) = make_couple()
    change(ada, MAY[0], None, not_arisen=True)
    for grain in (Grain.SCORES, Grain.ANSWERS):
        with pytest.raises(SharingError):
            ada.decide(PART, NOW, grain)
    household.close()


def test_what_came_up_after_all_is_one_more_answer_to_a_topic_that_was_open(couple: Both) -> None:
    """Whoever saw the score of the others would know it from the next one."""
    ada, ben = couple
    item, topic = MAY
    change(ada, item, None, not_arisen=True)
    for person in couple:
        person.decide(PART, NOW, Grain.SCORES)
    before = score_of(shown(ben, ada), topic.id)
    ada.withdraw(PART, NOW)
    change(ada, item, 4)
    for person in couple:
        person.decide(PART, NOW, Grain.SCORES)
    assert score_of(shown(ben, ada), topic.id) == before
