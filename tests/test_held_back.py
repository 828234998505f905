"""In every publication a held-back item looks like one left blank."""

import dataclasses
from collections.abc import Callable

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.small import SMALL, answers
from workbook.instruments import Instrument, catalogue
from workbook.results import Results, work_out, work_out_own
from workbook.scoring import score
from workbook.service.formats.publications import as_published, publication_from_json, publication_to_json
from workbook.service.formats.values import Table
from workbook.session.sitting import _mark_of
from workbook.sharing import (
    Grain,
    Publication,
    coarsen,
    open_round,
    publish,
    renew,
    rule_of,
    without_held_back,
)
from workbook.simulate import simulate_couples

INSTRUMENTS = catalogue()
HOLDING = {name: one for name, one in INSTRUMENTS.items() if one.held_back}
SAFETY, PEACE, FAITH = (
    "connection.emotional_safety.1",
    "connection.emotional_safety.4",
    "warning_signs.trust_broken.2",
)
Publish = Callable[[pd.DataFrame, Grain, Instrument, str], Publication]


def published(rows: pd.DataFrame, grain: Grain, instrument: Instrument, person: str = "p_1") -> Publication:
    known = {"couple_id": "c_1", "person_id": person, "occasion": "assessment-1"}
    return publish(rows, grain, instrument=instrument, **known)


def scored_over_all(
    rows: pd.DataFrame, grain: Grain, instrument: Instrument, person: str = "p_1"
) -> Publication:
    """Score first and remove the held-back answers afterwards, as it was before."""
    whole = published(rows, Grain.ANSWERS, open_to_all(instrument), person)
    shown = whole.responses[~whole.responses["item"].isin(instrument.held_back)]
    return coarsen(dataclasses.replace(whole, responses=shown, rule=rule_of(instrument)), grain)


def open_to_all(instrument: Instrument) -> Instrument:
    """The instrument with nothing held back."""
    items = tuple(dataclasses.replace(item, never_published="") for item in instrument.items)
    return dataclasses.replace(instrument, items=items)


def touched(instrument: Instrument) -> list[str]:
    """The items of every facet that holds something back, one more facet, and what stands alone."""
    beside = [s for s in instrument.subscales if instrument.held_back & set(s.items)]
    names = [name for s in [*beside, instrument.subscales[0]] for name in s.items]
    return list(dict.fromkeys([*names, *sorted(instrument.held_back)]))


@st.composite
def sheets(draw: st.DrawFn) -> tuple[Instrument, dict[str, int | None], set[str]]:
    """Answers of one person to a questionnaire that holds something back, and items left out wholly."""
    instrument = HOLDING[draw(st.sampled_from(sorted(HOLDING)))]
    names = touched(instrument)
    given = {
        name: draw(st.none() | st.sampled_from(instrument.item_by_id[name].scale.values)) for name in names
    }
    return instrument, given, draw(st.sets(st.sampled_from(names)))


def worlds(instrument: Instrument, given: dict[str, int | None], out: set[str]) -> list[pd.DataFrame]:
    """Return the sheet as given, and with the held-back items declined and left blank."""
    held = instrument.held_back
    here = {name: value for name, value in given.items() if name not in out or name in held}
    declined = {name: None if name in held else value for name, value in here.items()}
    left_open = {name: value for name, value in here.items() if name not in held}
    return [answers(sheet, instrument=instrument.id) for sheet in (here, declined, left_open)]


def told(publication: Publication | None) -> object:
    return publication and publication_to_json(publication)


def difference(sheet: tuple, make: Publish) -> bool:
    """Tell whether any publication, alone or opened with the partner's, differs between the worlds."""
    instrument, given, out = sheet
    partner = make(worlds(instrument, dict.fromkeys(given, 2 if instrument.id != "needs" else 1), set())[0]
                   .assign(person_id="p_2"), Grain.ANSWERS, instrument, "p_2")  # fmt: skip
    seen = []
    for rows in worlds(instrument, given, out):
        alone = [make(rows, grain, instrument, "p_1") for grain in Grain]
        opened = [open_round(one, partner) for one in alone]
        seen.append(([told(one) for one in alone], [[told(one) for one in both or ()] for both in opened]))
    return any(world != seen[0] for world in seen)


@given(sheets())
@settings(max_examples=20, deadline=None)
def test_held_back_declined_and_blank_items_publish_identically(sheet):
    assert not difference(sheet, published)


def test_the_test_above_fails_where_scores_are_made_of_all_items():
    sheet = (INSTRUMENTS["connection"], {SAFETY: 0, SAFETY[:-1] + "2": 3, SAFETY[:-1] + "3": 2}, set())
    assert not difference(sheet, published)
    assert difference(sheet, scored_over_all)


def guess(publication: Publication, instrument: Instrument, item: str) -> float | None:
    """Derive the hidden answer as a partner could: score × items − shown answers; None if impossible."""
    subscale = next(one for one in instrument.subscales if item in one.items)
    here = publication.scores[publication.scores["subscale"] == subscale.id]
    shown = publication.responses[publication.responses["item"].isin(subscale.items)]
    if not len(here) or here["n_answered"].iloc[0] != len(shown) + 1:
        return None
    ends = {name: instrument.item_by_id[name].scale for name in subscale.items}
    turned = [
        ends[name].lowest + ends[name].highest - value if instrument.item_by_id[name].reverse else value
        for name, value in zip(shown["item"], shown["value"], strict=True)
    ]
    rest = float(here["score"].iloc[0]) * int(here["n_answered"].iloc[0]) - sum(turned)
    is_reversed = instrument.item_by_id[item].reverse
    return round(ends[item].lowest + ends[item].highest - rest if is_reversed else rest, 6)


@pytest.mark.parametrize("item", [SAFETY, PEACE, FAITH])
@pytest.mark.parametrize("value", range(5))
def test_held_back_answers_cannot_be_derived_from_a_published_score(item, value):
    instrument = INSTRUMENTS[item.partition(".")[0]]
    subscale = next(one for one in instrument.subscales if item in one.items)
    known = [name for name in subscale.items if name not in instrument.held_back]
    rows = answers(dict.fromkeys(known, 3) | {item: value}, instrument=instrument.id)

    assert guess(published(rows, Grain.ANSWERS, instrument), instrument, item) is None
    assert guess(scored_over_all(rows, Grain.ANSWERS, instrument), instrument, item) == value


def test_a_held_back_item_is_scored_as_missing():
    rows = answers({SAFETY: 4, SAFETY[:-1] + "3": 1, SAFETY[:-1] + "5": 2}, instrument="connection")
    scores = published(rows, Grain.SCORES, INSTRUMENTS["connection"]).scores

    row = scores.set_index("subscale").loc["connection.emotional_safety"]
    assert (row["score"], row["n_answered"], row["n_items"]) == (2.5, 2, 4)


def test_a_facet_with_too_few_publishable_answers_is_not_published():
    rows = answers({SAFETY: 4, SAFETY[:-1] + "2": 3}, instrument="connection")

    assert published(rows, Grain.ANSWERS, INSTRUMENTS["connection"]).scores.empty


# -- what one person sees of themselves, and both see together ---------------------------


@pytest.fixture(scope="module")
def responses() -> pd.DataFrame:
    return simulate_couples(1, 3).responses


def together(responses: pd.DataFrame) -> Results:
    people = responses[["couple_id", "person_id"]].drop_duplicates().itertuples(index=False)
    table = [
        publish(
            responses,
            Grain.ANSWERS,
            instrument=INSTRUMENTS[name],
            couple_id=couple,
            person_id=person,
            occasion="assessment-1",
        )
        for couple, person in people
        for name in ("connection", "warning_signs", "needs", "skills")
    ]
    return work_out(table, INSTRUMENTS)


def test_own_pages_score_held_back_items_too(responses):
    own = responses[(responses["person_id"] == "p_0000000a").to_numpy()]
    results = work_out_own(own, INSTRUMENTS)

    for name, instrument in HOLDING.items():
        here = results.scores[(results.scores["instrument"] == name).to_numpy()].reset_index(drop=True)
        pd.testing.assert_frame_equal(here, score(own, open_to_all(instrument)), check_dtype=False)
    assert "needs.safe" in set(results.needs["need"])


def test_joint_results_do_not_depend_on_held_back_answers(responses):
    """Pairs, perspectives, perception, agreement, needs and insights, end to end."""
    held = {name for one in HOLDING.values() for name in one.held_back}
    is_held = responses["item"].isin(held).to_numpy()
    other_world = responses[~is_held | (responses["person_id"] != "p_0000000a").to_numpy()]
    one, other = together(responses), together(other_world.reset_index(drop=True))

    for part in ("scores", "pairs", "perspectives", "perception", "agreement", "needs"):
        pd.testing.assert_frame_equal(getattr(one, part), getattr(other, part))
    assert one.insights == other.insights
    shown = set(one.scores["subscale"]) | set(one.needs["need"])
    assert {"needs.safe", "needs.safe.met", "needs.safe.importance", "needs.safe.guess"} & shown == set()
    desired = one.needs[(one.needs["need"] == "needs.desired").to_numpy()]
    assert desired["outside"].isna().all() and desired["met"].notna().all()
    agreed = one.agreement.set_index("facet")["n_both"]
    assert agreed["connection.emotional_safety"] == 2


# -- what was published before -----------------------------------------------------------


def before(rows: pd.DataFrame, grain: Grain, instrument: Instrument, person: str = "p_1") -> Publication:
    """Return a publication as it was made when nothing was held back."""
    return dataclasses.replace(published(rows, grain, open_to_all(instrument), person), rule="")


@given(sheets())
@settings(max_examples=20, deadline=None)
def test_renewing_at_grain_answers_equals_publishing_today(sheet):
    instrument, given, out = sheet
    rows = worlds(instrument, given, out)[0]

    made = renew(before(rows, Grain.ANSWERS, instrument), instrument)

    assert told(made) == told(published(rows, Grain.ANSWERS, instrument))
    assert told(renew(made, instrument)) == told(made)


@given(sheets())
@settings(max_examples=20, deadline=None)
def test_renewing_at_grain_scores_drops_scores_that_may_count_held_back_items(sheet):
    instrument, given, out = sheet
    rows = worlds(instrument, given, out)[0]
    old = before(rows, Grain.SCORES, instrument)
    gone = {one.id for one in instrument.subscales if instrument.held_back & set(one.items)}

    made = renew(old, instrument)

    assert made.rule == rule_of(instrument) and made.grain is Grain.SCORES and made.responses.empty
    kept = old.scores[~old.scores["subscale"].isin(gone).to_numpy(dtype=bool)].reset_index(drop=True)
    pd.testing.assert_frame_equal(made.scores, kept)


def test_renewing_keeps_the_score_of_a_facet_without_held_back_items():
    """An open round keeps only items both answered; the score was made from all answers."""
    talk = dict.fromkeys(("connection.open_talk.1", "connection.open_talk.2", "connection.open_talk.3"), 4)
    rows = answers(talk | {SAFETY: 1}, instrument="connection")
    old = before(rows, Grain.ANSWERS, INSTRUMENTS["connection"])
    short = dataclasses.replace(
        old, responses=old.responses[old.responses["item"] != "connection.open_talk.2"]
    )

    made = renew(short, INSTRUMENTS["connection"])

    pd.testing.assert_frame_equal(made.scores, old.scores)


def test_an_instrument_without_held_back_items_is_never_renewed():
    made = published(answers({"x.talk.1": 3, "x.talk.2": 4}), Grain.ANSWERS, SMALL)

    assert (rule_of(SMALL), made.rule) == ("", "")
    assert renew(made, SMALL) is made


def test_the_rule_changes_with_the_set_of_held_back_items():
    connection = INSTRUMENTS["connection"]
    items = tuple(
        dataclasses.replace(item, never_published="for the test") if item.id.endswith("trust.3") else item
        for item in connection.items
    )
    assert len({"", rule_of(connection), rule_of(dataclasses.replace(connection, items=items))}) == 3


def test_a_renewed_table_invalidates_cached_results():
    made = published(
        answers({SAFETY[:-1] + "2": 3}, instrument="connection"), Grain.ANSWERS, INSTRUMENTS["connection"]
    )
    old = dataclasses.replace(made, rule="")

    was, now = (Table((as_published(publication_to_json(one)),)) for one in (old, made))
    assert _mark_of(was) != _mark_of(now)


def test_a_publication_stored_without_a_rule_reads_as_an_empty_rule():
    made = published(answers({"x.talk.1": 3, "x.talk.2": 4}), Grain.ANSWERS, SMALL)
    plain = publication_to_json(made)
    del plain["rule"]

    assert publication_from_json(plain).rule == ""


# -- a whole cohort ----------------------------------------------------------------------


def test_without_held_back_removes_exactly_the_held_back_items(responses):
    left = without_held_back(responses, INSTRUMENTS.values())

    held = {name for one in INSTRUMENTS.values() for name in one.held_back}
    assert set(responses["item"]) - set(left["item"]) == held
    assert without_held_back(left, INSTRUMENTS.values()) is left
