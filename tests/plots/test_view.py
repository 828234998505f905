"""Which view shows an instrument depends on its shape, never on its name."""

from dataclasses import replace

import pytest

from tests.small import ITEMS, OFTEN, SEEN, SMALL, TALK
from workbook.content import say
from workbook.instruments import catalogue
from workbook.instruments.model import Choice, Scale
from workbook.plots import VIEWS, showings

CATALOGUE = catalogue()
TALKS = replace(SMALL, items=ITEMS[:4], subscales=(TALK, SEEN))  # one topic, and the partner's on it
BY_SHAPE = [
    "profile", "side_by_side", "differences", "perspectives", "perception", "agreement", "signs", "skills", "moved",
]  # fmt: skip


def fitting(instrument, views=VIEWS):
    return [one.view.name for one in showings(views, {instrument.id: instrument}) if not one.is_home]


def test_packaged_instruments_keep_exactly_their_views():
    shown = showings(VIEWS, CATALOGUE)

    assert [(one.id, one.instrument) for one in shown] == [
        ("profile", "connection"),
        ("side_by_side", "connection"),
        ("differences", "connection"),
        ("perspectives", "connection"),
        ("perception", "connection"),
        ("agreement", "connection"),
        ("waiting", "needs"),
        ("guesses", "needs"),
        ("signs", "warning_signs"),
        ("skills", "skills"),
        ("moved", "connection"),
    ]


@pytest.mark.parametrize("name", BY_SHAPE)
def test_a_view_fits_the_instrument_it_was_made_for_also_under_another_name(name):
    view = next(view for view in VIEWS if view.name == name)

    assert fitting(replace(CATALOGUE[view.instrument], id="other"), [view]) == [name]


def test_a_topic_with_a_question_about_the_partner_shows_in_six_views():
    assert fitting(TALKS) == ["profile", "side_by_side", "differences", "perspectives", "agreement", "moved"]


def test_a_topic_without_a_partner_item_has_no_perception_view():
    silent = replace(TALKS, items=ITEMS[:3], subscales=(TALK,))

    assert fitting(silent) == ["profile", "side_by_side", "differences", "agreement", "moved"]


@pytest.mark.parametrize(
    ("why", "instrument"),
    [
        ("private", replace(TALKS, is_private=True)),
        ("answered week by week", replace(TALKS, occasion="weekly")),
        ("unscored", replace(TALKS, subscales=())),
        ("a sum runs over the end of its scale", replace(TALKS, subscales=(replace(TALK, statistic="sum"),))),
        ("signs and topics", SMALL),
    ],
)
def test_instruments_without_a_common_axis_or_never_shared_have_no_view(why, instrument):
    assert fitting(instrument) == []


def test_answers_on_two_scales_are_never_drawn_on_one_axis():
    other = Scale("other", (*OFTEN.choices, Choice(5, "choice 5")))
    two_scales = replace(TALKS, items=(*ITEMS[:3], replace(ITEMS[3], scale=other)))

    assert fitting(TALKS) != []
    assert fitting(two_scales) == []


def test_each_view_has_a_unique_name_and_its_messages():
    names = [view.name for view in VIEWS]

    assert len(set(names)) == len(names)
    for name in names:
        assert say(f"ui.view.titles.{name}")
        assert say(f"ui.view.notes.{name}")
