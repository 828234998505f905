"""Each figure's frame, sentences and drawing; an empty frame draws nothing."""

import json
import re

import pandas as pd
import pytest

from tests.small import SMALL, answers, both
from workbook import frames, plots
from workbook.content import say
from workbook.dyads import agreement, find_changes, find_claims, needs_gap, pair, perspectives
from workbook.instruments import catalogue
from workbook.results import work_out, work_out_own
from workbook.scoring import score, score_all
from workbook.sharing import Grain, publish
from workbook.simulate import simulate_couples

A, B = "p_0000000a", "p_0000000b"
NAMES = {"a": "Mira", "b": "Jonas"}
CATALOGUE = catalogue()
DRAWN = {view.name: view for view in plots.VIEWS if view.drawing}
DRAWINGS = {name: view.drawing for name, view in DRAWN.items()} | {"trend": plots.TREND}
CONTRACTS = {name: view.contract for name, view in DRAWN.items()} | {"trend": frames.PREPARED["trend"]}


def prepare_all(results, scores=None):
    """Return the prepared frames of every view and the trend; empty where there is nothing to draw."""
    given = plots.Given(results, NAMES)
    made = {name: view.prepared(CATALOGUE[view.instrument], given) for name, view in DRAWN.items()}
    found = {name: frames.empty(CONTRACTS[name]) if frame is None else frame for name, frame in made.items()}
    scores = results.scores if scores is None else scores
    trend = plots.prepare_trend(scores, CATALOGUE["connection"], {A: "a", B: "b"}, NAMES)
    return found | {"trend": trend}


@pytest.fixture(scope="module")
def prepared():
    responses = simulate_couples(1, 3).responses
    table = [
        publish(
            responses,
            Grain.ANSWERS,
            instrument=CATALOGUE[name],
            couple_id="c_0000000",
            person_id=person,
            occasion="assessment-1",
        )
        for name in ("connection", "warning_signs", "needs", "skills")
        for person in (A, B)
    ]
    again = score_all(simulate_couples(1, 3, [CATALOGUE["connection"]], occasions=3).responses, CATALOGUE)
    return prepare_all(work_out(table, CATALOGUE), again)


@pytest.fixture(scope="module")
def solo():
    responses = simulate_couples(1, 3).responses
    return prepare_all(work_out_own(responses[(responses["person_id"] == A).to_numpy()], CATALOGUE))


@pytest.mark.parametrize("view", DRAWINGS)
def test_a_prepared_frame_keeps_its_contract(prepared, view):
    contract = CONTRACTS[view]

    assert len(prepared[view])
    pd.testing.assert_frame_equal(frames.check(prepared[view], contract), prepared[view])


@pytest.mark.parametrize("view", DRAWINGS)
def test_an_empty_frame_yields_no_figure_no_sentence_and_an_empty_table(view):
    nothing = frames.empty(CONTRACTS[view])

    assert DRAWINGS[view].plot(nothing) is None
    assert DRAWINGS[view].sentence(nothing) == []
    assert len(DRAWINGS[view].table(nothing)) == 0


@pytest.mark.parametrize("view", DRAWINGS)
def test_a_figure_is_plain_json_without_background_or_drag_in_the_pages_colours(prepared, view):
    drawn = json.dumps(DRAWINGS[view].plot(prepared[view]).to_plotly_json())
    layout = json.loads(drawn)["layout"]

    assert layout["paper_bgcolor"] == layout["plot_bgcolor"] == "rgba(0,0,0,0)"
    assert layout["dragmode"] is False
    assert layout["xaxis"]["fixedrange"] is layout["yaxis"]["fixedrange"] is True

    assert set(re.findall(r"#[0-9a-f]{6}", drawn)) <= set(plots.COLOURS)


@pytest.mark.parametrize("view", DRAWINGS)
def test_every_sentence_can_be_said(prepared, view):
    sentences = [say(key, **values) for key, values in DRAWINGS[view].sentence(prepared[view])]

    assert sentences
    assert all(sentence.endswith(".") and "!" not in sentence for sentence in sentences)


@pytest.mark.parametrize("view", DRAWINGS)
def test_every_facet_drawn_is_also_in_the_table(prepared, view):
    cells = {str(cell) for column in DRAWINGS[view].table(prepared[view]).to_numpy() for cell in column}

    assert set(prepared[view]["title"]) <= cells


@pytest.mark.parametrize("view", ["profile", "perspectives", "skills", "guesses", "needs_map", "heat_map"])
def test_one_person_alone_sees_their_own_side(solo, view):
    assert DRAWINGS[view].plot(solo[view]) is not None
    assert DRAWINGS[view].sentence(solo[view])
    assert len(DRAWINGS[view].table(solo[view]))


@pytest.mark.parametrize("view", ["side_by_side", "agreement", "trend"])
def test_views_that_need_two_people_or_occasions_are_empty_for_one(solo, view):
    assert len(solo[view]) == 0


# -- worked by hand -----------------------------------------------------------------------

MINE = {"x.talk.1": 4, "x.talk.2": 4, "x.talk.3": 0, "x.talk.partner": 3, "x.blame.1": 1, "x.blame.2": 1}
YOURS = {"x.talk.1": 2, "x.talk.2": 2, "x.talk.3": 2, "x.talk.partner": 1, "x.blame.1": 2, "x.blame.2": 2}


def small_pairs():
    return pair(score(both(MINE, YOURS), SMALL))


def test_the_profile_shows_the_mean_and_its_band():
    """talk: mean(4, 2) = 3; SEM of the mean √(.25 + .25)/2 = .354; band 3 ± .693."""
    talk = plots.prepare_profile(small_pairs(), SMALL).set_index("facet").loc["x.talk"]

    assert talk["value"] == 3.0
    assert talk["low"] == pytest.approx(3 - 1.96 * 0.5**0.5 / 2)
    assert talk["high"] == pytest.approx(3 + 1.96 * 0.5**0.5 / 2)
    assert (talk["left"], talk["right"]) == ("choice 0", "choice 4")
    assert (talk["n_partners"], talk["assumed"]) == (2, True)


def test_the_profile_runs_from_strong_to_weak(prepared):
    assert prepared["profile"]["value"].is_monotonic_decreasing


def test_other_views_keep_the_instruments_order(prepared):
    order = [s.title for s in CATALOGUE["connection"].subscales if s.about == "self"]
    for view in ("side_by_side", "perspectives", "agreement"):
        assert list(dict.fromkeys(prepared[view]["title"])) == order


def test_a_difference_is_joined_by_a_line_and_not_told_by_colour_alone():
    claims = find_claims(
        score(both({"x.talk.1": 4, "x.talk.2": 4}, {"x.talk.1": 0, "x.talk.2": 0}), SMALL),
        frames.empty(frames.PERSPECTIVES),
        frames.empty(frames.NEEDS),
        {SMALL.id: SMALL},
    )
    differing = plots.prepare_side_by_side(small_pairs(), SMALL, NAMES, claims=claims)
    alike = plots.prepare_side_by_side(pair(score(both(MINE, MINE), SMALL)), SMALL, NAMES)

    def joins(frame):
        return [
            t for t in plots.plot_side_by_side(frame).data if t.mode == "lines" and t.line.color == "#2b2723"
        ]

    assert len(joins(differing)) == 1
    assert joins(alike) == []
    assert plots.sentence_side_by_side(alike)[0][0] == "results.plots.side_by_side_none"


def test_partners_have_two_colours_and_two_symbols():
    figure = plots.plot_side_by_side(plots.prepare_side_by_side(small_pairs(), SMALL, NAMES))
    marks = {(t.marker.symbol, t.marker.color) for t in figure.data if t.mode == "markers"}

    assert marks == {("circle", "#1d6f70"), ("diamond", "#96590a")}


def test_assumed_bands_are_dashed_and_sourced_ones_are_not():
    figure = plots.plot_side_by_side(plots.prepare_side_by_side(small_pairs(), SMALL, NAMES))
    bands = {
        t.line.dash
        for t in figure.data
        if t.mode == "lines" and t.line.width == 2 and t.line.color != "#dfd5c5"
    }

    assert bands == {"3px,3px", "solid"}  # talk is assumed, blame is sourced


def test_agreement_says_n_of_m():
    rows = both({"x.talk.1": 4, "x.talk.2": 3, "x.talk.3": 0}, {"x.talk.1": 2, "x.talk.2": 3, "x.talk.3": 1})
    shown = plots.prepare_agreement(agreement(rows, SMALL), SMALL)

    assert plots.table_agreement(shown).iloc[0, 1] == "2 of 3"


def test_needs_are_numbered_alike_for_both_and_the_unmet_are_marked(prepared):
    numbers = prepared["needs_map"].groupby("need")["number"].nunique()
    unmet = prepared["needs_map"][prepared["needs_map"]["unmet"].to_numpy(dtype=bool)]

    assert (numbers == 1).all()
    assert (unmet["importance"] >= 3).all()
    assert (unmet["importance"] - unmet["met"] >= 2).all()


def test_needs_are_numbered_without_gaps(prepared, solo):
    """The need to feel safe is only on one's own page, never on the joint one."""
    for drawn in (prepared["needs_map"], solo["needs_map"]):
        assert sorted(set(drawn["number"])) == list(range(1, drawn["need"].nunique() + 1))
    assert "needs.safe" not in set(prepared["needs_map"]["need"])
    assert "needs.safe" in set(solo["needs_map"]["need"])


@pytest.mark.parametrize("view", DRAWINGS)
def test_no_joint_view_has_a_row_for_what_is_held_back(prepared, view):
    """Neither in the figure nor in the table below it."""
    assert "Safe" not in {str(title) for title in prepared[view].get("title", [])}


def test_an_own_need_is_drawn_only_under_the_name_its_person_gave_it():

    rows = answers({"needs.own.k3f9.importance": 4, "needs.own.k3f9.met": 0}, instrument="needs")
    needs, instrument = needs_gap(rows), CATALOGUE["needs"]

    assert len(plots.prepare_needs_map(needs, instrument, NAMES)) == 0
    named = plots.prepare_needs_map(needs, instrument, NAMES, own_titles={"needs.own.k3f9": "Sung to"})
    assert named["title"].tolist() == ["Sung to"]


def test_without_answers_the_heat_map_has_a_column_for_each_partner_only(prepared):
    pairs = pair(score_all(simulate_couples(1, 3).responses, CATALOGUE))
    two = plots.prepare_heat_map(pairs, CATALOGUE["warning_signs"], NAMES)

    assert len(plots.table_heat_map(two).columns) == 3
    assert len(plots.table_heat_map(prepared["heat_map"]).columns) == 5


def test_a_change_counts_beyond_the_band_of_two_measurements():
    """talk from 1 to 4; SEM .5: band 1 ± 1.96·√2·.5 = 1.386, so 4 is better; blame down is better."""
    first = answers({"x.talk.1": 1, "x.talk.2": 1, "x.blame.1": 4, "x.blame.2": 4})
    later = answers({"x.talk.1": 4, "x.talk.2": 4, "x.blame.1": 0, "x.blame.2": 0}, occasion="assessment-2")
    scores = score(pd.concat([first, later], ignore_index=True), SMALL)
    moved = find_changes(scores, {SMALL.id: SMALL})
    trend = plots.prepare_trend(scores, SMALL, {"p_1": "a"}, NAMES, changes=moved)
    talk = trend[(trend["facet"] == "x.talk").to_numpy()]

    assert talk["change"].tolist() == ["none", "better"]
    assert talk["low"].tolist() == [0.0, 0.0]
    assert talk["high"].tolist() == pytest.approx([1 + 1.96 * 2**0.5 * 0.5] * 2)
    assert trend[(trend["facet"] == "x.blame").to_numpy()]["change"].tolist() == ["none", "better"]
    assert plots.sentence_trend(trend)[0] == (
        "results.plots.trend_better",
        {"name": "Mira", "subjects": "“Talk” and “Blame”"},
    )


def test_a_change_within_the_band_is_about_the_same():
    first = answers({"x.talk.1": 2, "x.talk.2": 2})
    later = answers({"x.talk.1": 3, "x.talk.2": 3}, occasion="assessment-2")
    scores = score(pd.concat([first, later], ignore_index=True), SMALL)
    trend = plots.prepare_trend(scores, SMALL, {"p_1": "a"}, NAMES)

    assert trend["change"].tolist() == ["none", "none"]
    assert plots.sentence_trend(trend)[0][0] == "results.plots.trend_none"
    assert len(plots.prepare_trend(scores, SMALL, {"p_1": "a"}, NAMES, facets=["x.blame"])) == 0


@pytest.mark.parametrize("place", ["a", "b"])
def test_one_partner_alone_has_a_trend_with_one_name(place: str):
    later = answers({"x.talk.1": 3, "x.talk.2": 3}, occasion="assessment-2")
    scores = score(pd.concat([answers({"x.talk.1": 2, "x.talk.2": 2}), later], ignore_index=True), SMALL)
    figure = plots.plot_trend(plots.prepare_trend(scores, SMALL, {"p_1": place}, NAMES))

    written = " ".join(text.text for text in figure.layout.annotations)
    assert [name for name in NAMES.values() if name in written] == [NAMES[place]]


def test_occasions_are_ordered_by_their_number():
    rows = [answers({"x.talk.1": 2, "x.talk.2": 2}, occasion=f"assessment-{k}") for k in (10, 9, 1)]
    scores = score(pd.concat(rows, ignore_index=True), SMALL)

    assert plots.prepare_trend(scores, SMALL, {"p_1": "a"})["number"].tolist() == [1, 9, 10]


def test_a_mark_about_oneself_is_filled_and_about_the_other_open():
    responses = both(MINE, YOURS)
    shown = plots.prepare_perspectives(perspectives(score(responses, SMALL), responses, SMALL), SMALL, NAMES)
    symbols = [t.marker.symbol for t in plots.plot_perspectives(shown).data if t.mode == "markers"]

    assert sorted(symbols) == ["circle", "circle-open", "diamond", "diamond-open"]
    assert plots.table_perspectives(shown).iloc[0].tolist() == ["Talk", "4.0", "3.0", "1.0", "2.0"]


def relative_luminance(colour: str) -> float:
    parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("token", ["ink", "ink-soft", "partner-a", "partner-b"])
def test_text_colours_have_aa_contrast_on_the_page(token):
    colour = next(colour for colour, name in plots.COLOURS.items() if name == token)
    ground = relative_luminance("#faf6ef")

    assert (ground + 0.05) / (relative_luminance(colour) + 0.05) >= 4.5
