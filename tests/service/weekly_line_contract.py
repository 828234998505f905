"""What holds of the weekly line of two: decided by each alone, open where both chose it, and gone with either."""

from datetime import date, timedelta

import pytest

from tests.service.household import OCCASION, WORDS, House, answers, opened
from tests.service.plain import table_as_json
from workbook.errors import SharingError
from workbook.service.couple.tables import audit_log, table_log
from workbook.service.couple.waiting import waiting_cell
from workbook.service.desks.roles import PartnerService
from workbook.service.formats.values import Answer
from workbook.sharing import WEEKS, Grain, day_name

LINE = ("weekly", WEEKS)
MONDAY = date(2025, 1, 6)
WEEK = timedelta(7)


def live(service: PartnerService, values: dict[int, int], first: date = MONDAY) -> None:
    """Let somebody check in: a value throughout for each week, by its number."""
    for number, value in values.items():
        day = (first + (number - 1) * WEEK).isoformat()
        service.add_event("setting", {"name": "week", "value": number, "day": day})
        service.save_answers(answers(value, instrument="weekly", occasion=f"week-{number}"))


def line_of(service: PartnerService, person_id: str) -> dict[str, float]:
    """Return what is seen of somebody's line on the table: a score by its day."""
    (line,) = [one for one in service.read_table().lines if one.person_id == person_id]
    assert line.responses.empty and set(line.scores["subscale"]) == {"weekly.week"}
    return dict(zip(line.scores["occasion"], line.scores["score"].astype(float), strict=True))


def day(number: int, first: date = MONDAY) -> str:
    return day_name(first + (number - 1) * WEEK)


class WeeklyLineContract:
    """Kept by whatever a partner's page reaches, in process and over the link."""

    def test_one_who_chose_it_alone_changes_nothing_that_the_other_is_told(self, house: House) -> None:
        (a, _), (b, _) = house.a, house.b
        before = (table_as_json(b.read_table()), b.read_events(), b.read_audit(), b.my_data())
        live(a, {1: 2, 2: 3})
        for grain in (Grain.NOTHING, Grain.SCORES):
            a.decide(*LINE, grain)
            assert (table_as_json(b.read_table()), b.read_events(), b.read_audit(), b.my_data()) == before
        assert a.my_decision(*LINE) is Grain.SCORES and b.my_decision(*LINE) is None
        assert a.read_table().weeks == ()

    def test_it_opens_once_both_chose_it_as_scores_by_the_day_and_as_nothing_else(self, house: House) -> None:
        (a, actor_a), (b, actor_b) = house.a, house.b
        live(a, {1: 1, 2: 2})
        live(b, {1: 4, 2: 3})
        a.decide(*LINE, Grain.SCORES)
        b.decide(*LINE, Grain.SCORES)
        for reader, _actor in (house.a, house.b):
            assert set(line_of(reader, actor_a.person_id)) == {day(1), day(2)}
            assert line_of(reader, actor_b.person_id) != line_of(reader, actor_a.person_id)
            table = reader.read_table()
            assert table.published == () and table.open_rounds == () and len(table.weeks) == 2
        rows = [row.payload for row in opened(house.store, table_log(actor_a.couple_id))]
        assert not any(b"weekly.close" in row or b"weekly.mood" in row for row in rows if row)

    def test_each_sees_no_week_of_the_other_beside_which_they_have_none(self, house: House) -> None:
        (a, actor_a), (b, actor_b) = house.a, house.b
        sunday = MONDAY + timedelta(6)
        live(a, dict.fromkeys(range(1, 9), 2))
        live(b, {1: 3, 4: 1}, first=sunday)  # the evening before a's next Monday
        a.decide(*LINE, Grain.SCORES)
        b.decide(*LINE, Grain.SCORES)
        assert list(line_of(b, actor_a.person_id)) == [day(2), day(5)]
        assert list(line_of(b, actor_b.person_id)) == [day(1, sunday), day(4, sunday)]

    def test_newer_weeks_come_once_both_chose_them_and_the_line_before_stays_until_then(
        self, house: House
    ) -> None:
        (a, actor_a), (b, _) = house.a, house.b
        for service, _actor in (house.a, house.b):
            live(service, {1: 1})
            service.decide(*LINE, Grain.SCORES)
            live(service, {2: 3})
        before = table_as_json(b.read_table()), b.read_audit()
        a.decide(*LINE, Grain.SCORES)
        assert (table_as_json(b.read_table()), b.read_audit()) == before
        assert a.my_decision(*LINE) is None, "what is open was decided before"
        b.decide(*LINE, Grain.SCORES)
        assert list(line_of(b, actor_a.person_id)) == [day(1), day(2)] and len(b.read_table().weeks) == 2
        laid = [row for row in opened(house.store, table_log(actor_a.couple_id)) if row.kind == "publication"]
        assert sum(row.payload is not None for row in laid) == 2, "the line before is destroyed"

    def test_either_takes_it_away_for_both_without_a_name_and_what_waited_of_oneself(
        self, house: House
    ) -> None:
        (a, actor_a), (b, actor_b) = house.a, house.b
        for service, _actor in (house.a, house.b):
            live(service, {1: 1, 2: 2})
            service.decide(*LINE, Grain.SCORES)
        b.decide(*LINE, Grain.SCORES)  # newer weeks: waits
        b.withdraw(*LINE)
        assert a.read_table().weeks == b.read_table().weeks == ()
        assert a.my_decision(*LINE) is None and b.my_decision(*LINE) is None
        rows = opened(house.store, table_log(actor_a.couple_id))
        assert not any(b"weekly.week" in (row.payload or b"") for row in rows), "it is destroyed"
        told = str([one.payload for one in a.read_audit()])
        assert actor_a.person_id not in told and actor_b.person_id not in told
        a.decide(*LINE, Grain.SCORES)
        assert a.read_table().weeks == (), "it takes both anew"
        b.decide(*LINE, Grain.SCORES)
        assert len(a.read_table().weeks) == 2

    def test_newer_weeks_that_one_chose_wait_on_where_the_other_took_the_line_back(
        self, house: House
    ) -> None:
        (a, _), (b, _) = house.a, house.b
        for service, _actor in (house.a, house.b):
            live(service, {1: 1})
            service.decide(*LINE, Grain.SCORES)
        a.decide(*LINE, Grain.SCORES)
        b.withdraw(*LINE)
        assert a.my_decision(*LINE) is Grain.SCORES and a.read_table().weeks == ()
        b.decide(*LINE, Grain.SCORES)
        assert len(a.read_table().weeks) == 2

    @pytest.mark.parametrize("is_taken_back", [False, True])
    def test_a_week_stays_as_it_was_chosen_first_so_that_no_answer_can_be_worked_out(
        self, house: House, *, is_taken_back: bool
    ) -> None:
        (a, actor_a), (b, _) = house.a, house.b
        week = answers(2, instrument="weekly", occasion="week-1")
        four = [one for one in week if one.item != "weekly.tension"]
        a.add_event("setting", {"name": "week", "value": 1, "day": MONDAY.isoformat()})
        a.save_answers(four)
        live(b, {1: 3, 2: 3})
        for service in (a, b):
            service.decide(*LINE, Grain.SCORES)
        before = line_of(b, actor_a.person_id)
        if is_taken_back:
            a.withdraw(*LINE)
        a.save_answers([Answer("fifth", "week-1", "weekly.tension", 4)])
        live(a, {2: 1})
        for service in (a, b):
            service.decide(*LINE, Grain.SCORES)
        now = line_of(b, actor_a.person_id)
        assert set(now) == {day(1), day(2)} and now[day(1)] == before[day(1)]

    def test_only_the_weekly_check_in_is_decided_so_and_never_finer_or_week_by_week(
        self, house: House
    ) -> None:
        (a, _) = house.a
        live(a, {1: 2})
        a.save_answers(answers(2))
        for instrument, occasion, grain in (
            ("connection", WEEKS, Grain.SCORES),
            ("weekly", "week-1", Grain.SCORES),
            ("weekly", OCCASION, Grain.SCORES),
            (*LINE, Grain.ANSWERS),
            (*LINE, Grain.WORDS),
        ):
            with pytest.raises(SharingError):
                a.decide(instrument, occasion, grain)
            assert a.my_data()["decisions"] == []

    def test_without_a_week_of_which_the_day_is_known_there_is_nothing_to_show(self, house: House) -> None:
        (a, _) = house.a
        a.save_answers(answers(2, instrument="weekly", occasion="week-1"))
        with pytest.raises(SharingError):
            a.decide(*LINE, Grain.SCORES)

    def test_the_cell_in_which_it_waits_is_as_long_whatever_waits(self, house: House) -> None:
        (a, actor), (b, _) = house.a, house.b
        live(a, dict.fromkeys(range(1, 60), 2))
        live(b, {1: 2})

        def sizes() -> set[int]:
            cells = house.store.cells(waiting_cell(actor.couple_id, ""))
            return {len(house.store.read_cell(name).content or b"") for name in cells}

        a.decide("connection", OCCASION, Grain.NOTHING)
        before = sizes()
        a.decide(*LINE, Grain.SCORES)
        assert sizes() == before and len(before) == 1

    def test_parting_destroys_what_lay_open_and_what_waited(self, house: House) -> None:
        (a, actor), (b, _) = house.a, house.b
        for service, _actor in (house.a, house.b):
            live(service, {1: 1})
            service.decide(*LINE, Grain.SCORES)
        a.decide(*LINE, Grain.SCORES)
        assert len(a.my_data()["published"]) == 1, "one's own line is taken along"
        b.unpair(WORDS["Ben"])
        assert a.read_table().weeks == ()
        assert house.store.cells(waiting_cell(actor.couple_id, "")) == []
        rows = opened(house.store, table_log(actor.couple_id))
        assert not any(b"weekly.week" in (row.payload or b"") for row in rows)

    def test_two_at_one_device_choose_it_each_with_their_own_passphrase(self, house: House) -> None:
        (a, _), (b, _) = house.a, house.b
        together, _actor = house.together()
        for service, name in ((a, "Ada"), (b, "Ben")):
            live(service, {1: 1})
            person = house.actors[0 if name == "Ada" else 1].person_id
            together.decide(*LINE, Grain.SCORES, person_id=person, passphrase=WORDS[name])
        assert len(together.read_table().weeks) == 2
        assert [row.kind for row in opened(house.store, audit_log(house.actors[0].couple_id))].count(
            "opened"
        ) == 1
