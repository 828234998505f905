"""Sentences on how two people see each other: each threshold, and too little data."""

import pandas as pd
import pytest

from workbook.content import say
from workbook.content.thresholds import thresholds
from workbook.frames import CLAIMS, PERCEPTION, check
from workbook.service.demo import open_demo
from workbook.session import Session
from workbook.sharing import Grain
from workbook.ui.app import App
from workbook.ui.perception_text import seen_in_words

NAMES = {"a": "Maya", "b": "Jonah"}


def seen(**numbers: float | None) -> pd.DataFrame:
    line = {"elevation": 0.0, "accuracy": 0.6, "similarity": 0.6} | numbers
    fixed = {"couple_id": "c_1", "occasion": "assessment-1", "instrument": "connection"}
    rows = [fixed | {"person_id": f"p_{place}", "place": place, "n_facets": 21} | line for place in "ab"]
    return check(pd.DataFrame(rows)[list(PERCEPTION.columns)], PERCEPTION)


def told(key: str) -> str:
    return say(f"ui.perception.{key}", me="Maya", you="Jonah")


def may_tell(*what: str) -> pd.DataFrame:
    """Return claims in which these differences of a reading may be told, for both."""
    rows = [
        {"couple_id": "c_1", "occasion": "assessment-1", "instrument": "connection", "view": "perception"}
        | {
            "facet": one,
            "by": by,
            "about": about,
            "difference": None,
            "error": None,
            "p": 0.001,
            "is_claimed": True,
        }
        for one in what
        for by, about in ("ab", "ba")
    ]
    return check(pd.DataFrame(rows), CLAIMS)


@pytest.mark.parametrize(
    ("numbers", "claimed", "key"),
    [
        ({"elevation": 0.3}, ("level",), "level_high"),
        ({"elevation": -0.3}, ("level",), "level_low"),
        ({"elevation": 3.0}, (), "level_same"),
        ({"accuracy": 0.5}, (), "order_clear"),
        ({"accuracy": 0.49}, (), "order_unknown"),
        ({"accuracy": -0.9}, (), "order_unknown"),
        ({"accuracy": 0.19}, ("order",), "order_other"),
        ({"accuracy": None}, (), "order_unknown"),
        ({"similarity": 0.5}, (), "like_clear"),
        ({"similarity": -0.1}, (), "like_unknown"),
        ({"similarity": -0.1}, ("like",), "like_other"),
        ({"similarity": None}, (), "like_unknown"),
    ],
)
def test_a_difference_is_told_only_where_it_may_be(numbers, claimed, key):
    claims = may_tell(*claimed) if claimed else None

    assert told(key) in str(seen_in_words(seen(**numbers), NAMES, claims=claims))


def test_two_orders_over_five_topics_are_alike_only_beyond_chance():
    """Fisher's z of .5 over 5 topics is .55·√2 = .78; of .9, 2.08; the limit is 1.645."""
    few = seen(accuracy=0.5).assign(n_facets=5)
    clear = seen(accuracy=0.9).assign(n_facets=5)

    assert told("order_unknown") in str(seen_in_words(few, NAMES))
    assert told("order_clear") in str(seen_in_words(clear, NAMES))


def test_thresholds_are_content_and_marked_provisional():
    limits = thresholds()
    assert limits.perception.order_clear == 0.5
    assert (limits.claims.reliability, limits.claims.level) == (0.6, 0.05)
    assert limits.is_provisional
    assert "limits are our own" in str(seen_in_words(seen(), NAMES))


def test_the_numbers_stand_in_a_table():
    """−0.04 rounds to 0.0 and carries no sign."""
    table = seen_in_words(seen(elevation=-0.04, accuracy=-0.25), NAMES)[-1]["blocks"][0]
    assert [row[1] for row in table["rows"]] == ["0.0 points", "−0.2", "0.6"]


def test_an_empty_frame_is_reported_as_such():
    expected = [{"kind": "lead", "text": say("ui.perception.too_few")}]
    assert seen_in_words(None, NAMES) == expected
    assert seen_in_words(seen().iloc[:0], NAMES) == expected


def test_two_who_opened_their_answers_see_it_and_the_menu_leads_there():
    household, service = open_demo()
    app = App(Session(service))
    app.go("view:perception")
    shown = str(app._open.view.title.blocks)
    assert "looks at" in shown
    assert "assumed" not in shown  # no term of the trade
    household.close()


def test_at_grain_scores_it_says_what_is_missing(maya, jonah, take_part, answer_all):
    for session in (maya, jonah):
        take_part(session)
        answer_all(session)
        session.decide("connection", Grain.SCORES)
    maya.refresh()
    app = App(maya)
    app.go("view:perception")
    assert app._open.view.title.blocks == [{"kind": "lead", "text": say("ui.view.needs_answers")}]
