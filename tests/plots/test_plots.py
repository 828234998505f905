"""Each figure's frame, sentences and drawing; an empty frame draws nothing."""

import json
import re
from itertools import pairwise

import pandas as pd
import pytest

from tests.small import SMALL, answers, both
from workbook import frames, plots
from workbook.content import say
from workbook.dyads import agreement, find_changes, find_claims, needs_gap, pair, perspectives
from workbook.instruments import catalogue
from workbook.plots.canvas import WIDTHS
from workbook.plots.discs import radius_at
from workbook.plots.names import shown_facets
from workbook.plots.topics import prepare_one
from workbook.plots.trend import with_sessions
from workbook.results import work_out, work_out_own
from workbook.scoring import score, score_all
from workbook.sharing import Grain, publish
from workbook.simulate import simulate_couples

A, B = "p_0000000a", "p_0000000b"
NAMES = {"a": "Mira", "b": "Jonas"}
CATALOGUE = catalogue()
DRAWN = {view.name: view for view in plots.VIEWS if view.drawing}
DRAWINGS = {name: view.drawing for name, view in DRAWN.items()} | {"weeks": plots.WEEKS}
CONTRACTS = {name: view.contract for name, view in DRAWN.items()} | {"weeks": frames.PREPARED["trend"]}
MAY_BE_EMPTY = {
    "differences",
    "moved",
    "signs",
}  # no figure where nothing may be claimed, or nothing is often


def prepare_all(results, scores=None):
    """Return the prepared frames of every view and of the weeks; empty where there is nothing to draw."""
    given = plots.Given(results, NAMES)
    made = {name: view.prepared(CATALOGUE[view.instrument], given) for name, view in DRAWN.items()}
    found = {name: frames.empty(CONTRACTS[name]) if frame is None else frame for name, frame in made.items()}
    scores = results.scores if scores is None else scores
    changes = find_changes(scores, CATALOGUE)
    weeks = plots.prepare_trend(scores, CATALOGUE["connection"], {A: "a", B: "b"}, NAMES, changes=changes)
    return found | {"weeks": weeks}


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
    again = simulate_couples(1, 3, [CATALOGUE["connection"]], occasions=3).responses
    found = prepare_all(work_out(table, CATALOGUE), score_all(again, CATALOGUE))
    return found | {"moved": found["weeks"]}


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


def figures(view, rows):
    """Return every figure that a page may show of a view: at all widths, and of all that can be chosen."""
    drawing = DRAWINGS[view]
    chosen = [key for key, _ in drawing.choose(rows)] if drawing.choose else [""]
    return [figure for key in chosen for figure in drawing.sheets(rows, key).all()]


@pytest.mark.parametrize("view", DRAWINGS)
def test_a_figure_is_plain_json_without_background_or_drag_in_the_pages_colours(prepared, view):
    drawn = json.loads(json.dumps(figures(view, prepared[view])))

    assert drawn or view in MAY_BE_EMPTY
    for figure in drawn:
        layout = figure["layout"]
        assert layout["paper_bgcolor"] == layout["plot_bgcolor"] == "rgba(0,0,0,0)"
        assert layout["dragmode"] is False
        assert layout["xaxis"]["fixedrange"] is layout["yaxis"]["fixedrange"] is True
        assert set(re.findall(r"#[0-9a-f]{6}", json.dumps(figure))) <= set(plots.COLOURS)


@pytest.mark.parametrize("view", DRAWINGS)
def test_a_figure_comes_at_every_width_and_is_as_wide_as_it_says(prepared, view):
    drawn = figures(view, prepared[view])

    assert {figure["layout"]["width"] for figure in drawn} == (set(WIDTHS) if drawn else set())
    for figure in drawn:
        assert figure["layout"]["xaxis"]["range"] == [0, figure["layout"]["width"]]


@pytest.mark.parametrize("view", DRAWINGS)
def test_every_sentence_can_be_said(prepared, view):
    sentences = [say(key, **values) for key, values in DRAWINGS[view].sentence(prepared[view])]

    assert sentences
    assert all(sentence.endswith(".") and "!" not in sentence for sentence in sentences)


@pytest.mark.parametrize("view", DRAWINGS)
def test_every_facet_drawn_is_also_in_the_table(prepared, view):
    cells = {str(cell) for column in DRAWINGS[view].table(prepared[view]).to_numpy() for cell in column}

    assert set(prepared[view]["title"]) <= cells


@pytest.mark.parametrize("view", ["profile", "perspectives", "skills", "guesses", "waiting", "signs"])
def test_one_person_alone_sees_their_own_side(solo, view):
    assert figures(view, solo[view]) or view in MAY_BE_EMPTY
    assert DRAWINGS[view].sentence(solo[view])
    assert len(DRAWINGS[view].table(solo[view]))


@pytest.mark.parametrize("view", ["agreement", "weeks", "moved"])
def test_views_that_need_two_people_or_occasions_are_empty_for_one(solo, view):
    assert len(solo[view]) == 0


# -- worked by hand -----------------------------------------------------------------------

FACETS = [s.id for s in CATALOGUE["connection"].subscales if s.about == "self"]
FACET_TITLES = [s.topic for s in CATALOGUE["connection"].subscales if s.about == "self"]


def topics_of_many(apart):
    """Return the topics of two who are alike (2 on each), but where ``apart`` says otherwise."""
    rows = []
    for person, place in ((A, 0), (B, 1)):
        values = [float(apart.get(n, (2, 2))[place]) for n in range(len(FACETS))]
        sem = [CATALOGUE["connection"].subscale_by_id[facet].sem for facet in FACETS]
        rows.append(
            pd.DataFrame(
                {
                    "couple_id": "c_0000000", "person_id": person, "occasion": "assessment-1",
                    "instrument": "connection", "subscale": FACETS, "score": values, "n_answered": 3,
                    "n_items": 3, "sem": sem, "low": values, "high": values, "assumed": True,
                }
            )
        )  # fmt: skip
    scores = frames.check(pd.concat(rows, ignore_index=True), frames.SCORES)
    nothing = frames.empty(frames.PERSPECTIVES), frames.empty(frames.NEEDS)
    claims = find_claims(scores, *nothing, CATALOGUE, {A: "a", B: "b"})
    pairs = pair(scores, {A: "a", B: "b"})
    return plots.prepare_topics(pairs, CATALOGUE["connection"], NAMES, claims=claims)


def words_of(figure):
    """Return everything that is written on a figure."""
    return [word for trace in figure.data if trace.mode == "text" for word in trace.text]


def weights_of(figure):
    """Return the weights of the words, in the same order."""
    return [weight for trace in figure.data if trace.mode == "text" for weight in trace.textfont.weight]


MINE = {"x.talk.1": 4, "x.talk.2": 4, "x.talk.3": 0, "x.talk.partner": 3, "x.blame.1": 1, "x.blame.2": 1}
YOURS = {"x.talk.1": 2, "x.talk.2": 2, "x.talk.3": 2, "x.talk.partner": 1, "x.blame.1": 2, "x.blame.2": 2}


def small_pairs():
    return pair(score(both(MINE, YOURS), SMALL))


def test_a_topic_has_each_partners_score_and_band():
    """talk: mean(4, 4, 4 − 0) = 4 for the first, mean(2, 2, 4 − 2) = 2 for the second; bands of ±1.96·.5."""
    talk = plots.prepare_topics(small_pairs(), SMALL, NAMES)
    talk = talk[(talk["facet"] == "x.talk").to_numpy(dtype=bool)].set_index("place")

    assert talk["value"].tolist() == [4.0, 2.0]
    assert talk.loc["b", ["low", "high"]].tolist() == pytest.approx([2 - 1.96 * 0.5, 2 + 1.96 * 0.5])
    assert talk.loc["a", "high"] == 4.0  # cut at the scale's end
    assert talk["name"].tolist() == ["Mira", "Jonas"]
    assert talk["words"].iloc[0].split("\n")[0] == "choice 0"


def test_topics_that_one_left_out_are_not_shown_to_two():
    """No row, so no picture, sentence or table points at what somebody kept back."""
    pairs = pair(score(both(MINE, {"x.blame.1": 2, "x.blame.2": 2}), SMALL))

    assert set(plots.prepare_topics(pairs, SMALL, NAMES)["facet"]) == {"x.blame"}
    alone = pair(score(answers({"x.talk.1": 4, "x.talk.2": 4}), SMALL), {"p_1": "b"})
    assert plots.prepare_topics(alone, SMALL, NAMES)["place"].tolist() == ["b"]


def test_topics_run_from_full_to_small_by_their_smaller_half(prepared):
    rows = prepared["profile"]
    least = rows.groupby(["family", "facet"], sort=False)["value"].min()
    for _, own in least.groupby("family", sort=False):
        assert own.is_monotonic_decreasing
    assert least.groupby("family", sort=False).mean().is_monotonic_decreasing


def test_views_of_single_topics_keep_the_instruments_order(prepared):
    order = [s.title for s in CATALOGUE["connection"].subscales if s.about == "self"]
    for view in ("perspectives", "agreement"):
        assert list(dict.fromkeys(prepared[view]["title"])) == order


def marks(figure, *, is_open=False):
    """Return the shapes that hold one partner's marks, filled or open."""
    return [
        one
        for one in figure.layout.shapes
        if "#fffdf9" in {one.fillcolor, one.line.color}
        and "Z" in one.path
        and (one.fillcolor == "#fffdf9") is is_open
    ]


def seams(figure):
    """Return the dark lines of a figure: what marks a difference, without colour."""
    return [s for s in figure.layout.shapes if s.line.color == "#2b2723" and s.line.width > 2]


@pytest.mark.parametrize("draw", [plots.plot_profile, plots.plot_side_by_side])
@pytest.mark.parametrize("width", WIDTHS)
def test_a_claimed_difference_is_marked_in_ink_and_bold_and_others_are_not(draw, width):
    rows = topics_of_many({0: (4, 0)})
    marked, alike = draw(rows, width), draw(topics_of_many({}), width)
    bold = [text for text, weight in zip(words_of(marked), weights_of(marked), strict=True) if weight == 600]

    assert len(seams(marked)) == 1
    assert sum(line.path.count("M") for line in seams(marked)) == 1
    assert any(FACET_TITLES[0].split()[0] in text for text in bold)
    assert seams(alike) == []


def test_a_difference_within_the_claims_is_not_marked_though_it_passes_a_single_band():
    """A gap of 1.8 lies beyond its own band (1.96·√2·SEM = 1.3), and not beyond all 24 taken together."""
    rows = topics_of_many({0: (3.6, 1.8)})
    own = rows[(rows["facet"] == FACETS[0]).to_numpy(dtype=bool)]

    assert float(own["low"].max()) > float(own["value"].min())
    assert not rows["is_claimed"].any()
    assert seams(plots.plot_profile(rows)) == []


def test_a_difference_whose_error_is_not_known_is_neither_marked_nor_denied():
    """And without claims as well: no mark, no sentence, an empty cell."""
    scores = score(both({"x.talk.1": 4, "x.talk.2": 4}, {"x.talk.1": 0, "x.talk.2": 0}), SMALL)
    nothing = frames.empty(frames.PERSPECTIVES), frames.empty(frames.NEEDS)
    claims = find_claims(scores, *nothing, {SMALL.id: SMALL})
    known = plots.prepare_topics(pair(scores), SMALL, NAMES, claims=claims)
    unknown = plots.prepare_topics(pair(scores), SMALL, NAMES, claims=claims.assign(p=None, is_claimed=False))

    assert known["is_claimed"].tolist() == [True, True]
    assert plots.table_topics(known).iloc[0, -1] == "clearly different"
    for rows in (unknown, plots.prepare_topics(pair(scores), SMALL, NAMES)):
        assert rows["is_claimed"].isna().all()
        assert seams(plots.plot_side_by_side(rows)) == plots.sentence_side_by_side(rows) == []
        assert plots.table_topics(rows).iloc[0, -1] == ""


def test_marked_everywhere_is_marked_nowhere():
    """Where more than half differ no seam is drawn; the sentence says it once."""
    most = topics_of_many(dict.fromkeys(range(15), (4, 0)))

    assert seams(plots.plot_profile(most)) == []
    assert plots.sentence_profile(most) == [("results.plots.profile_apart", {"n": 15, "of": len(FACETS)})]


def test_partners_have_two_colours_and_two_symbols():
    figure = plots.plot_side_by_side(plots.prepare_topics(small_pairs(), SMALL, NAMES))

    assert {(one.fillcolor, "C" in one.path) for one in marks(figure)} == {
        ("#1d6f71", True),  # round
        ("#c9831f", False),  # with corners
    }


def test_a_half_that_is_not_there_is_a_dotted_outline_and_never_an_empty_core():
    alone = pair(score(answers({"x.talk.1": 0, "x.talk.2": 0}), SMALL), {"p_1": "a"})
    (hollow,) = [
        s
        for s in plots.plot_profile(plots.prepare_topics(alone, SMALL)).layout.shapes
        if "1px" in s.line.dash
    ]
    filled = [
        s
        for s in plots.plot_profile(plots.prepare_topics(alone, SMALL)).layout.shapes
        if s.fillcolor == "#1d6f71"
    ]

    assert hollow.fillcolor == "rgba(0,0,0,0)"
    assert filled  # the lowest answer is a core


def test_each_ring_is_one_step():
    rings = [radius_at(step / 4, 54) for step in range(5)]

    assert {round(outer - inner, 6) for inner, outer in pairwise(rings)} == {54 * 0.75 / 4}
    assert rings[0] == 54 / 4


def test_agreement_says_n_of_m():
    rows = both({"x.talk.1": 4, "x.talk.2": 3, "x.talk.3": 0}, {"x.talk.1": 2, "x.talk.2": 3, "x.talk.3": 1})
    shown = plots.prepare_agreement(agreement(rows, SMALL), SMALL)

    assert plots.table_agreement(shown).iloc[0, 1] == "2 of 3"


def test_needs_are_grouped_by_what_waits_and_touch_never_comes_first(prepared):
    rows = prepared["waiting"]
    for row in frames.rows(rows):
        gap = row.importance - row.met
        expected = "less" if row.importance < 3 else "waits" if gap >= 2 else "nearly" if gap > 0 else "met"
        assert row.group == expected
    for _, own in rows.groupby("group", sort=False):
        is_last = own["need"].isin(["needs.touched", "needs.held", "needs.desired"])
        assert is_last.is_monotonic_increasing


def test_a_vessel_is_as_long_as_it_matters_and_filled_as_far_as_it_is_met():
    needs = needs_gap(answers({"needs.seen.importance": 4, "needs.seen.met": 2}, instrument="needs"))
    figure = plots.plot_waiting(plots.prepare_waiting(needs, CATALOGUE["needs"], NAMES), 308)
    (outline,) = [s for s in figure.layout.shapes if s.line.color == "#1d6f71"]
    (filling,) = [s for s in figure.layout.shapes if s.fillcolor == "#1d6f71" and s.line.width == 0]

    assert reach(outline.path) == pytest.approx((2, 306), abs=0.2)  # the whole sheet: it matters most
    assert reach(filling.path) == pytest.approx((5.5, 154 + 6.5), abs=0.2)  # to the middle step


def reach(path):
    """Return the leftmost and rightmost point of a path."""
    x = [float(point.split(",")[0]) for point in re.findall(r"[\d.]+,[\d.]+", path)]
    return min(x), max(x)


def test_the_need_to_feel_safe_is_on_ones_own_page_only(prepared, solo):
    assert "needs.safe" not in set(prepared["waiting"]["need"])
    assert "needs.safe" in set(solo["waiting"]["need"])


@pytest.mark.parametrize("view", DRAWINGS)
def test_no_joint_view_has_a_row_for_what_is_held_back(prepared, view):
    """Neither in the figure nor in the table below it."""
    assert "Safe" not in {str(title) for title in prepared[view].get("title", [])}


def test_an_own_need_is_drawn_only_under_the_name_its_person_gave_it():

    rows = answers({"needs.own.k3f9.importance": 4, "needs.own.k3f9.met": 0}, instrument="needs")
    needs, instrument = needs_gap(rows), CATALOGUE["needs"]

    assert len(plots.prepare_waiting(needs, instrument, NAMES)) == 0
    named = plots.prepare_waiting(needs, instrument, NAMES, own_titles={"needs.own.k3f9": "Sung to"})
    assert named["title"].tolist() == ["Sung to"]


def test_without_answers_only_what_each_says_of_themselves_is_shown(prepared):
    pairs = pair(score_all(simulate_couples(1, 3).responses, CATALOGUE))
    two = plots.prepare_signs(pairs, CATALOGUE["warning_signs"], NAMES)

    assert len(plots.table_signs(two).columns) == 3
    assert len(plots.table_signs(prepared["signs"]).columns) == 5


def test_a_change_counts_beyond_the_band_of_two_measurements():
    """talk from 1 to 4; SEM .5: band 1 ± 1.96·√2·.5 = 1.386, so 4 is better; blame down is better."""
    first = answers({"x.talk.1": 1, "x.talk.2": 1, "x.blame.1": 4, "x.blame.2": 4})
    later = answers({"x.talk.1": 4, "x.talk.2": 4, "x.blame.1": 0, "x.blame.2": 0}, occasion="assessment-2")
    scores = score(pd.concat([first, later], ignore_index=True), SMALL)
    moved = find_changes(scores, {SMALL.id: SMALL})
    trend = plots.prepare_trend(scores, SMALL, {"p_1": "a"}, NAMES, changes=moved)
    talk = trend[(trend["facet"] == "x.talk").to_numpy()]

    assert talk["change"].isna().tolist() == [True, False]  # told of the last time only
    assert talk["change"].iloc[-1] == "better"
    assert talk["low"].tolist() == [0.0, 0.0]
    assert talk["high"].tolist() == pytest.approx([1 + 1.96 * 2**0.5 * 0.5] * 2)
    assert trend[(trend["facet"] == "x.blame").to_numpy()]["change"].iloc[-1] == "better"
    assert plots.sentence_trend(trend)[0] == (
        "results.plots.trend_better",
        {"name": "Mira", "subjects": "“Talk” and “Blame”"},
    )


def test_a_change_within_the_band_is_about_the_same():
    first = answers({"x.talk.1": 2, "x.talk.2": 2})
    later = answers({"x.talk.1": 3, "x.talk.2": 3}, occasion="assessment-2")
    scores = score(pd.concat([first, later], ignore_index=True), SMALL)
    moved = find_changes(scores, {SMALL.id: SMALL})
    trend = plots.prepare_trend(scores, SMALL, {"p_1": "a"}, NAMES, changes=moved)

    assert trend["change"].iloc[-1] == "none"
    assert plots.prepare_trend(scores, SMALL, {"p_1": "a"}, NAMES)["change"].isna().all()
    assert plots.plot_moved(trend) is None
    assert plots.sentence_trend(trend)[0][0] == "results.plots.trend_none"
    assert len(plots.prepare_trend(scores, SMALL, {"p_1": "a"}, NAMES, facets=["x.blame"])) == 0


def test_what_moved_is_drawn_from_the_first_time_to_now_with_both_words():
    first, later = ({"x.talk.1": n, "x.talk.2": n} for n in (0, 4))
    rows = [answers(first), answers(later, occasion="assessment-2")]
    scores = score(pd.concat(rows, ignore_index=True), SMALL)
    changes = find_changes(scores, {SMALL.id: SMALL})
    figure = plots.plot_moved(plots.prepare_trend(scores, SMALL, {"p_1": "a"}, NAMES, changes=changes))
    (then,) = marks(figure, is_open=True)
    (now,) = marks(figure)

    assert reach(then.path)[1] < reach(now.path)[0]
    assert "choice 0 → choice 4" in words_of(figure)


def test_a_line_is_never_drawn_across_a_missing_week():
    rows = [answers({"x.talk.1": 2, "x.talk.2": 2}, occasion=f"assessment-{k}") for k in (1, 2, 4, 5)]
    scores = score(pd.concat(rows, ignore_index=True), SMALL)
    figure = plots.plot_weeks(plots.prepare_trend(scores, SMALL, {"p_1": "a"}, NAMES))
    (line,) = [s for s in figure.layout.shapes if s.line.color == "#1d6f71"]

    assert line.path.count("M") == 2


def test_occasions_are_ordered_by_their_number():
    rows = [answers({"x.talk.1": 2, "x.talk.2": 2}, occasion=f"assessment-{k}") for k in (10, 9, 1)]
    scores = score(pd.concat(rows, ignore_index=True), SMALL)

    assert plots.prepare_trend(scores, SMALL, {"p_1": "a"})["number"].tolist() == [1, 9, 10]


def test_a_mark_about_oneself_is_filled_and_about_the_other_open():
    responses = both(MINE, YOURS)
    shown = plots.prepare_perspectives(perspectives(score(responses, SMALL), SMALL), SMALL, NAMES)
    talk = shown[(shown["facet"] == "x.talk").to_numpy(dtype=bool)]
    figure = plots.plot_four_views(talk)

    assert sorted(one.fillcolor for one in marks(figure)) == ["#1d6f71", "#c9831f"]
    assert sorted(one.line.color for one in marks(figure, is_open=True)) == ["#1d6f71", "#c9831f"]
    assert plots.table_perspectives(shown).iloc[0].tolist() == [
        "Talk",
        "choice 4 (4.0)",
        "choice 3 (3.0)",
        "choice 1 (1.0)",
        "choice 2 (2.0)",
    ]


def test_four_views_begin_with_the_widest_gap_between_an_own_word_and_the_others(prepared):
    rows = prepared["perspectives"]
    first, _ = DRAWINGS["perspectives"].choose(rows)[0]
    widest = {}
    for (facet, _about), own in rows.groupby(["facet", "about"]):
        widest[facet] = max(widest.get(facet, 0), float(own["value"].max() - own["value"].min()))

    assert widest[first] == max(widest.values())


def relative_luminance(colour: str) -> float:
    parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("token", ["ink", "ink-soft", "partner-a", "partner-b"])
def test_text_colours_have_aa_contrast_on_the_page(token):
    colour = next(colour for colour, name in plots.COLOURS.items() if name == token)
    ground = relative_luminance("#faf6ef")

    assert (ground + 0.05) / (relative_luminance(colour) + 0.05) >= 4.5


@pytest.mark.parametrize("has_error", [True, False])
def test_one_topic_of_two_is_prepared_as_among_all(has_error):
    """Shown in a session or drawn among the others: the same rows, but for its family and its claims."""
    scores = score_all(simulate_couples(1, 3).responses, CATALOGUE)
    if not has_error:
        scores = scores.assign(sem=pd.NA).astype(scores.dtypes)
    places = {A: "a", B: "b"}
    for facet in [one for one in shown_facets(CATALOGUE["connection"]).values() if not one.is_single]:
        own = scores[(scores["subscale"] == facet.own).to_numpy(dtype=bool)]
        whole = plots.prepare_topics(pair(own, places), CATALOGUE["connection"], NAMES)
        pd.testing.assert_frame_equal(
            prepare_one(own, facet, places, NAMES), whole.assign(family_title="").astype(whole.dtypes)
        )
        assert len(whole) == 2
    assert not len(prepare_one(own[:1], facet, places, NAMES)), "of one alone nothing is shown"
    assert not len(prepare_one(own.assign(score=pd.NA).astype(own.dtypes), facet, places, NAMES))
    assert not len(prepare_one(own, None, places, NAMES))


# -- a therapist's sessions ----------------------------------------------------------------
HELD = [(0, "2026-01-02"), (1, "2026-02-03"), (1, "2026-02-10"), (2, "2026-03-04"), (9, "2026-05-06")]


@pytest.mark.parametrize("width", WIDTHS)
def test_sessions_stand_between_the_times_with_their_days(prepared, width):
    """A dashed line each, in order, within the picture; one from before anything was there is in none."""
    rows = prepared["weeks"]
    rows = rows[(rows["facet"] == rows["facet"].iloc[0]).to_numpy(dtype=bool)]
    marked = with_sessions(rows, HELD)
    assert dict(zip(marked["number"], marked["sessions"], strict=True)) == {
        1: "2026-02-03 2026-02-10", 2: "2026-03-04", 3: "2026-05-06",
    }  # fmt: skip

    figure = plots.plot_weeks(marked, width).to_plotly_json()
    (dashed,) = [one for one in figure["layout"]["shapes"] if one["line"]["dash"] != "solid"]
    at = [float(x) for x in re.findall(r"M([\d.]+),", dashed["path"])]
    assert len(at) == 4 and at == sorted(set(at)) and at[-1] <= width
    written = [text for trace in figure["data"] for text in trace["text"] if "2026" in text]
    assert 1 <= len(written) <= 4 and "2 January 2026" not in str(figure)
    assert len(written) == 4 or width < WIDTHS[-1]
    plain = plots.plot_weeks(rows, width).to_plotly_json()
    assert all(one["line"]["dash"] == "solid" for one in plain["layout"]["shapes"])
