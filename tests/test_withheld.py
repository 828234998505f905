"""Nobody can work an answer out that no publication shows, from all that was ever open on an occasion.

Whoever looks on remembers everything, and knows which answers there are, which were used, and which were changed
between. They try every sheet of answers: an answer is found where all sheets that fit what was seen have the same
one there.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

import pytest
from hypothesis import Phase, assume, example, find, given, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample

from tests.small import SMALL, answers
from workbook.sharing import Grain, Publication, publish
from workbook.withheld import Answered, behind, values_of, withheld

ITEMS = tuple(SMALL.item_by_id)
SHEET = {"x.talk.1": 3, "x.talk.2": 4, "x.talk.3": 1, "x.talk.partner": 2, "x.blame.1": 1, "x.blame.2": 3}
Out = Callable[..., Collection[str]]


def chosen_alone(
    _answered: object, _instrument: object, *, chosen: Collection[str], opened: object
) -> Collection[str]:
    """The control: only what was chosen stays out, whatever was open before."""
    del opened
    return chosen


def by_item_alone(
    there: Mapping[str, int], instrument: object, *, chosen: Collection[str], opened: Iterable[Answered]
) -> Collection[str]:
    """The control: an answer that was changed since it was open is taken for the same one."""
    known = {(item, there[item]) for item, _ in opened if item in there}
    return withheld(there, instrument, chosen=chosen, opened=known)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Opening:
    """One decision that opened: what was answered by then, at which grain, and what was held back.

    ``changed`` are answers that were changed before, by as much; what is changed stays so.
    """

    answered: frozenset[str]
    grain: Grain
    held_back: frozenset[str]
    changed: tuple[Answered, ...] = field(default=())


def sheets_of(openings: Iterable[Opening]) -> list[dict[str, int]]:
    """Return all answers as they are at each decision."""
    found, sheet = [], dict(SHEET)
    for one in openings:
        sheet = sheet | {item: (sheet[item] + by) % 5 for item, by in one.changed}
        found.append(sheet)
    return found


def seen(openings: Collection[Opening], out: Out) -> list[tuple[Publication, frozenset[str]]]:
    """Return what was open, one after the other, each taken back before the next; and what each used."""
    opened: frozenset[Answered] = frozenset()
    found = []
    for one, sheet in zip(openings, sheets_of(openings), strict=True):
        there = answers({item: sheet[item] for item in one.answered})
        left = out(values_of(there), SMALL, chosen=one.held_back, opened=opened)
        about = {"couple_id": "c_1", "person_id": "p_1", "occasion": "assessment-1"}
        used = there[~there["item"].isin(left)]
        publication = publish(used, one.grain, instrument=SMALL, **about)
        single = {(item, sheet[item]) for item in publication.responses["item"]}
        opened |= behind(used, publication.scores, SMALL) | single
        found.append((publication, one.answered - frozenset(left)))
    return found


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


Given = tuple[str, int]
"""An item, and how often its answer was changed before: what whoever looks on would like to know."""


def numbered(decided: Sequence[Opening]) -> list[dict[str, Given]]:
    """Return, at each decision, which answer to each item stands: the first, or one that took its place."""
    found, times = [], dict.fromkeys(ITEMS, 0)
    for one in decided:
        times = times | {item: times[item] + 1 for item in {item for item, by in one.changed if by % 5}}
        found.append({item: (item, n) for item, n in times.items()})
    return found


def known_from(sums: Collection[frozenset[Given]], truth: Mapping[Given, int]) -> set[Given]:
    """Return the answers that are the same in every sheet with these sums."""

    def value(sheet: Mapping[Given, int], one: Given) -> int:
        return 4 - sheet[one] if SMALL.item_by_id[one[0]].reverse else sheet[one]

    def summed(sheet: Mapping[Given, int]) -> list[int]:
        return [sum(value(sheet, one) for one in together) for together in sums]

    asked = sorted({one for together in sums for one in together})
    wanted = summed(truth)
    sheets = [dict(zip(asked, values, strict=True)) for values in product(range(5), repeat=len(asked))]
    fitting = [sheet for sheet in sheets if summed(sheet) == wanted]
    return {one for one in asked if len({sheet[one] for sheet in fitting}) == 1}


def worked_out(decided: Sequence[Opening], out: Out) -> set[Given]:
    """Return the answers that all openings together give away, none of them alone, and none of them shows."""
    stood = numbered(decided)
    truth = {
        name: sheet[name[0]]
        for names, sheet in zip(stood, sheets_of(decided), strict=True)
        for name in names.values()
    }
    told = [
        [frozenset(names[item] for item in together) for together in told_by(publication, used)]
        for names, (publication, used) in zip(stood, seen(decided, out), strict=True)
    ]
    found: set[Given] = set()
    for subscale in SMALL.subscales:  # what is shown of one topic says nothing of another
        of_topic = [
            [one for one in sums if {item for item, _ in one} <= set(subscale.items)] for sums in told
        ]
        alone = set().union(*(known_from(sums, truth) for sums in of_topic))
        found |= known_from([one for sums in of_topic for one in sums], truth) - alone
    return found


changes = st.lists(st.tuples(st.sampled_from(ITEMS), st.integers(1, 4)), max_size=2).map(tuple)
openings = st.lists(
    st.builds(
        Opening,
        st.just(frozenset(ITEMS)) | st.frozensets(st.sampled_from(ITEMS), min_size=1),
        st.sampled_from([Grain.SCORES, Grain.ANSWERS]),
        st.frozensets(st.sampled_from(ITEMS), max_size=3),
        st.just(()) | changes,
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
# All was shown; one answer is changed, and only the sum is shown again: it gives the new answer away.
CHANGED = [
    Opening(ALL, Grain.ANSWERS, frozenset()),
    Opening(ALL, Grain.SCORES, frozenset(), (("x.talk.2", 2),)),
]
# Only the sum was shown; one answer is changed, and all is shown: the old answer is what is left of the sum.
CHANGED_AND_SHOWN = [
    Opening(ALL, Grain.SCORES, frozenset()),
    Opening(ALL, Grain.ANSWERS, frozenset(), (("x.talk.1", 1),)),
]


@settings(max_examples=40, deadline=None)
@example(ONE_LESS)
@example(ONE_MORE)
@example(OUT_AND_IN)
@example(CHANGED)
@example(CHANGED_AND_SHOWN)
@given(openings)
def test_no_later_publication_lets_an_answer_be_worked_out_that_it_does_not_show(
    decided: list[Opening],
) -> None:
    assert worked_out(decided, withheld) == set()


@pytest.mark.parametrize(
    "decided",
    [ONE_LESS, ONE_MORE, OUT_AND_IN, CHANGED],
    ids=["one less", "one more", "out and in", "changed"],
)
def test_the_control_gives_answers_away(decided: list[Opening]) -> None:
    assert worked_out(decided, chosen_alone)


@pytest.mark.parametrize("decided", [CHANGED, CHANGED_AND_SHOWN], ids=["the new one", "the old one"])
def test_an_answer_that_was_changed_is_given_away_where_it_is_taken_for_the_same(
    decided: list[Opening],
) -> None:
    assert worked_out(decided, by_item_alone)


@pytest.mark.parametrize("out", [chosen_alone, by_item_alone])
def test_the_search_itself_finds_what_the_control_gives_away(out: Out) -> None:
    try:
        find(
            openings,
            lambda decided: bool(worked_out(decided, out)),
            settings=settings(max_examples=200, phases=[Phase.generate], deadline=None),
        )
    except NoSuchExample:
        pytest.fail("the search is too weak to find what is there")


@settings(max_examples=30, deadline=None)
@given(openings)
def test_what_is_held_back_is_never_shown_and_what_was_never_open_is_not_touched(
    decided: list[Opening],
) -> None:
    first, *_later = decided
    there = {item: SHEET[item] for item in first.answered}
    assert withheld(there, SMALL, chosen=first.held_back, opened=()) == first.held_back & first.answered
    for one, (publication, _used) in zip(decided, seen(decided, withheld), strict=True):
        assert not set(publication.responses["item"]) & one.held_back


@settings(max_examples=20, deadline=None)
@given(openings)
def test_the_same_again_shows_the_same_again(decided: list[Opening]) -> None:
    """Also where an answer was changed meanwhile, and changed back."""
    one = Opening(decided[0].answered, decided[0].grain, decided[0].held_back)
    assume(one.held_back != ALL)
    other = Opening(one.answered, one.grain, one.held_back, (("x.talk.1", 2),))
    back = Opening(one.answered, one.grain, one.held_back, (("x.talk.1", 3),))
    first, _changed, again = (publication for publication, _ in seen([one, other, back], withheld))
    assert looks(first) == looks(again)


@settings(max_examples=30, deadline=None)
@given(openings)
def test_held_back_looks_like_left_open(decided: list[Opening]) -> None:
    """At every grain, in scores and counts too."""
    one = decided[0]
    held, _ = seen([one], withheld)[0]
    never_answered = Opening(one.answered - one.held_back, one.grain, frozenset(), one.changed)
    assert looks(held) == looks(seen([never_answered], withheld)[0][0])


def test_what_did_not_come_up_moves_nothing_of_what_was_open() -> None:
    """Nor is it anything that was open: an answer given in its place comes as one more."""
    there = {"x.talk.1": 3, "x.talk.2": 4, "x.talk.3": None}
    opened = [("x.talk.1", 3), ("x.talk.2", 4)]
    assert withheld(there, SMALL, chosen=(), opened=opened) == frozenset()
    assert withheld(there, SMALL, chosen={"x.talk.3"}, opened=opened) == {"x.talk.3"}
    assert withheld(there | {"x.talk.3": 2}, SMALL, chosen=(), opened=opened) == {"x.talk.3"}
    was_answered = [*opened, ("x.talk.3", 2)]
    assert withheld(there, SMALL, chosen=(), opened=was_answered) == set(there)
