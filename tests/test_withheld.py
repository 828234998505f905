"""Nobody can work an answer out that no publication shows, from all that was ever open on an occasion.

Whoever looks on remembers everything, and knows which answers there are and which were used. They try every
sheet of answers: an answer is found where all sheets that fit what was seen have the same one there.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import pytest
from hypothesis import Phase, assume, example, find, given, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample

from tests.small import SMALL, answers
from workbook.sharing import Grain, Publication, publish
from workbook.withheld import behind, withheld

ITEMS = tuple(SMALL.item_by_id)
SHEET = {"x.talk.1": 3, "x.talk.2": 4, "x.talk.3": 1, "x.talk.partner": 2, "x.blame.1": 1, "x.blame.2": 3}
Out = Callable[..., Collection[str]]


def chosen_alone(
    _answered: object, _instrument: object, *, chosen: Collection[str], opened: object
) -> Collection[str]:
    """The control: only what was chosen stays out, whatever was open before."""
    del opened
    return chosen


@dataclass(frozen=True)
class Opening:
    """One decision that opened: what was answered by then, at which grain, and what was held back."""

    answered: frozenset[str]
    grain: Grain
    held_back: frozenset[str]


def seen(openings: Iterable[Opening], sheet: Mapping[str, int], out: Out) -> list[Publication]:
    """Return what was open, one after the other, each taken back before the next."""
    opened: frozenset[str] = frozenset()
    found = []
    for one in openings:
        there = answers({item: sheet[item] for item in one.answered})
        left = out(one.answered, SMALL, chosen=one.held_back, opened=opened)
        about = {"couple_id": "c_1", "person_id": "p_1", "occasion": "assessment-1"}
        used = there[~there["item"].isin(left)]
        publication = publish(used, one.grain, instrument=SMALL, **about)
        opened |= behind_all(publication, one.answered - frozenset(left))
        found.append(publication)
    return found


def behind_all(publication: Publication, used: Collection[str]) -> frozenset[str]:
    """Return the items that a publication rests on."""
    of_scores = behind(answers({item: SHEET[item] for item in used}), publication.scores, SMALL)
    return of_scores | set(publication.responses["item"])


def looks(publication: Publication) -> set[tuple[object, ...]]:
    """Return all that a publication shows, in whatever order the answers were given."""
    scores, rows = publication.scores, publication.responses
    return {
        *zip(scores["subscale"], scores["score"].round(9), scores["n_answered"], strict=True),
        *zip(rows["item"], rows["value"], strict=True),
    }


def told_by(publication: Publication, used: Collection[str]) -> list[frozenset[str]]:
    """Return the sets of items of which the sum is told: single answers, and those behind each score."""
    single = [frozenset({item}) for item in publication.responses["item"]]
    scored = [SMALL.subscale_by_id[name].items for name in publication.scores["subscale"]]
    return [*single, *(frozenset(items) & frozenset(used) for items in scored)]


def known_from(sums: Collection[frozenset[str]], items: Sequence[str]) -> set[str]:
    """Return the items of a topic that have the same answer in every sheet of it with these sums."""

    def value(sheet: Mapping[str, int], item: str) -> int:
        return 4 - sheet[item] if SMALL.item_by_id[item].reverse else sheet[item]

    def summed(sheet: Mapping[str, int]) -> list[int]:
        return [sum(value(sheet, item) for item in one) for one in sums if one <= set(items)]

    truth = summed(SHEET)
    sheets = [dict(zip(items, values, strict=True)) for values in product(range(5), repeat=len(items))]
    fitting = [sheet for sheet in sheets if summed(sheet) == truth]
    return {item for item in items if len({sheet[item] for sheet in fitting}) == 1}


def worked_out(decided: Collection[Opening], out: Out) -> set[str]:
    """Return the answers that all openings together give away, none of them alone, and none of them shows."""
    told, opened = [], frozenset()
    for one, publication in zip(decided, seen(decided, SHEET, out), strict=True):
        left = out(one.answered, SMALL, chosen=one.held_back, opened=opened)
        used = one.answered - frozenset(left)
        opened |= behind_all(publication, used)
        told.append(told_by(publication, used))
    found: set[str] = set()
    for subscale in SMALL.subscales:  # what is shown of one topic says nothing of another
        alone = set().union(*(known_from(sums, subscale.items) for sums in told))
        found |= known_from([one for sums in told for one in sums], subscale.items) - alone
    return found


openings = st.lists(
    st.builds(
        Opening,
        st.just(frozenset(ITEMS)) | st.frozensets(st.sampled_from(ITEMS), min_size=1),
        st.sampled_from([Grain.SCORES, Grain.ANSWERS]),
        st.frozensets(st.sampled_from(ITEMS), max_size=3),
    ),
    min_size=2,
    max_size=4,
)
ALL = frozenset(ITEMS)
ONE_LESS = [Opening(ALL, Grain.SCORES, frozenset()), Opening(ALL, Grain.ANSWERS, frozenset({"x.talk.3"}))]
ONE_MORE = [
    Opening(ALL - {"x.talk.3"}, Grain.SCORES, frozenset()),
    Opening(ALL, Grain.SCORES, frozenset()),
]
OUT_AND_IN = [
    Opening(ALL, Grain.SCORES, frozenset({"x.talk.2"})),
    Opening(ALL, Grain.SCORES, frozenset()),
]


@settings(max_examples=30, deadline=None)
@example(ONE_LESS)
@example(ONE_MORE)
@example(OUT_AND_IN)
@given(openings)
def test_no_later_publication_lets_an_answer_be_worked_out_that_it_does_not_show(
    decided: list[Opening],
) -> None:
    assert worked_out(decided, withheld) == set()


@pytest.mark.parametrize(
    "decided", [ONE_LESS, ONE_MORE, OUT_AND_IN], ids=["one less", "one more", "out and in"]
)
def test_the_control_gives_answers_away(decided: list[Opening]) -> None:
    assert worked_out(decided, chosen_alone)


def test_the_search_itself_finds_what_the_control_gives_away() -> None:
    try:
        find(
            openings,
            lambda decided: bool(worked_out(decided, chosen_alone)),
            settings=settings(max_examples=60, phases=[Phase.generate], deadline=None),
        )
    except NoSuchExample:
        pytest.fail("the search is too weak to find what is there")


@settings(max_examples=30, deadline=None)
@given(openings)
def test_what_is_held_back_is_never_shown_and_what_was_never_open_is_not_touched(
    decided: list[Opening],
) -> None:
    first, *_later = decided
    assert (
        withheld(first.answered, SMALL, chosen=first.held_back, opened=()) == first.held_back & first.answered
    )
    for one, publication in zip(decided, seen(decided, SHEET, withheld), strict=True):
        assert not set(publication.responses["item"]) & one.held_back


@settings(max_examples=20, deadline=None)
@given(openings)
def test_the_same_again_shows_the_same_again(decided: list[Opening]) -> None:
    one = decided[0]
    assume(one.held_back != ALL)
    first, again = seen([one, one], SHEET, withheld)
    assert looks(first) == looks(again)


@settings(max_examples=30, deadline=None)
@given(openings)
def test_held_back_looks_like_left_open(decided: list[Opening]) -> None:
    """At every grain, in scores and counts too."""
    one = decided[0]
    held = seen([one], SHEET, withheld)[0]
    never_answered = Opening(one.answered - one.held_back, one.grain, frozenset())
    assert looks(held) == looks(seen([never_answered], SHEET, withheld)[0])
