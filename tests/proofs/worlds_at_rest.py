"""Two worlds that differ only in what A keeps private look the same at rest, to three observers of the disk.

One couple with the same ids, keys and past in each. A comes, answers as many questions in both worlds, and in
the second also does some of this: answers the safety questions, decides (nothing, scores, answers or own words) and
takes back, puts an exercise aside, says it was done and takes that back, blocks B's words, gives a study a copy, joins a
therapist's case and grants something there, leaves a draft, turns pages, asks for the private copy, answers again. The values of all
answers differ as well. The disk is compared once A's sitting has ended, with the server running and closed; after a
kill -9 in the middle of it and the next start; and with the disk as it was before A came, by which parts of it
changed. A waiting decision is the one thing that B's passphrase opens: what it holds is not compared.
"""

import contextlib
import random
import shutil
import time
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from typing import cast
from unittest import mock

from tests.proofs import _at_rest, _deeds
from tests.proofs._partners import CHEAP
from tests.proofs._writing import KEY
from tests.proofs.harness import Counts, proof
from tests.proofs.kills import forking
from tests.proofs.power_cuts import scratch
from workbook.instruments import catalogue
from workbook.service.cases.owner import Owner
from workbook.service.cases.words_read import hash_of_words
from workbook.service.couple import drawers, records
from workbook.service.couple.records import Record
from workbook.service.couple.waiting import Waiting
from workbook.service.desks.household import Household
from workbook.service.desks.partner import LocalPartner
from workbook.service.formats.case_values import Granted, ToCase
from workbook.service.formats.values import Answer
from workbook.service.identity.sittings import Sittings
from workbook.sharing import WEEKS, Grain
from workbook.storage.base import Store, Writing
from workbook.storage.sqlcipher import SqlCipherStore

OBSERVERS = ("without", "with_key", "partner")
MOMENTS = ("running", "closed", "killed")
OCCASION = _deeds.OCCASION
SHOWN, N_ANSWERED = (
    "connection",
    41,
)  # with needs, a week and what is answered again, within one block of rows
LARGEST_STEP = 3
"""Pages by which chance may move the size of the database: where SQLite splits a page of an index hangs on ids
that are drawn. It must not lean: neither of two worlds may be the larger one more often than a coin would have it."""
_EVERY_NTH_KILLED = 5
_LEFT = ""  # the kind that a control leaves in rows


def _answer_safety(ana: LocalPartner, chance: random.Random) -> None:
    ana.save_answers(_answers("safety", chance, 10))


def _decide(grain: Grain) -> Callable[[LocalPartner, random.Random], None]:
    return lambda ana, _chance: ana.decide(SHOWN, OCCASION, grain)


def _take_back(ana: LocalPartner, _chance: random.Random) -> None:
    ana.decide(SHOWN, OCCASION, Grain.ANSWERS)
    ana.withdraw(SHOWN, OCCASION)


def _hold_back(ana: LocalPartner, chance: random.Random) -> None:
    items = [item.id for item in catalogue()[SHOWN].items]
    ana.decide(SHOWN, OCCASION, Grain.ANSWERS, chance.sample(items, chance.randint(1, 9)))


def _pick_needs(ana: LocalPartner, _chance: random.Random) -> None:
    ana.add_event("setting", {"name": f"needs-now.{OCCASION}", "value": "needs.seen needs.safe"})


def _decide_with_own_words(ana: LocalPartner, _chance: random.Random) -> None:
    ana.decide("needs", OCCASION, Grain.WORDS)


def _choose(exercise: str, choice: str) -> Callable[[LocalPartner, random.Random], None]:
    return lambda ana, _chance: ana.choose_exercise(exercise, choice, stands=True)


def _choose_and_take_back(ana: LocalPartner, _chance: random.Random) -> None:
    for stands in (True, False):
        ana.choose_exercise("gratitude_log", "done", stands=stands)


def _show_weeks(ana: LocalPartner, _chance: random.Random) -> None:
    ana.decide("weekly", WEEKS, Grain.SCORES)


def _show_weeks_and_take_back(ana: LocalPartner, chance: random.Random) -> None:
    _show_weeks(ana, chance)
    ana.withdraw("weekly", WEEKS)


def _draft(ana: LocalPartner, chance: random.Random) -> None:
    for _ in range(chance.randint(1, 3)):
        words = '{"request.sent:": {"text": "%s"}}' % ("x" * chance.randint(1, 2_000))
        ana.add_event("draft", {"drafts": words})


def _turn_pages(ana: LocalPartner, chance: random.Random) -> None:
    for page in chance.sample(("home", f"share:{SHOWN}", "decided", "expectation", "own"), 3):
        ana.add_event("bookmark", {"page": page, "occasion": OCCASION})
    ana.add_event("setting", {"name": "seen.expectation", "value": True})


def _grant(ana: LocalPartner, chance: random.Random, invite: str) -> None:
    ana.join_case(invite)
    granted = Granted(chance.choice((ToCase.SCORES, ToCase.ANSWERS)), in_session=chance.random() < 0.5)
    ana.grant_case({SHOWN: granted}, until="", policy_hash=hash_of_words(_deeds.POLICY))


DEEDS: dict[str, Callable[[LocalPartner, random.Random], object]] = {
    "safety": _answer_safety,
    "nothing": _decide(Grain.NOTHING),
    "scores": _decide(Grain.SCORES),
    "answers": _decide(Grain.ANSWERS),
    "own words": _decide_with_own_words,
    "held back": _hold_back,
    "needs picked": _pick_needs,
    "exercise aside": _choose("fun_list", "aside"),
    "exercise done": _choose("tech_off", "done"),
    "exercise taken back": _choose_and_take_back,
    "taken back": _take_back,
    "weeks shown": _show_weeks,
    "weeks taken back": _show_weeks_and_take_back,
    "blocked": lambda ana, _chance: ana.block_free_text(blocked=True),
    "gave": lambda ana, chance: ana.give_to_research(
        chance.choice((Grain.SCORES, Grain.ANSWERS)), linked=True, text_hash=_deeds.STUDY.words_hash
    ),
    "draft": _draft,
    "pages": _turn_pages,
    "private copy": lambda ana, _chance: ana.private_copy(_deeds.PASSPHRASES[0], "ask"),
}
CASE_DEEDS: dict[str, Callable[[LocalPartner, random.Random, str], object]] = {
    "joined a case": lambda ana, _chance, invite: ana.join_case(invite),
    "granted": _grant,
}
AGAIN = "answered again"  # rows of an ordinary kind: filled up to a round number once the sitting has ended
APART = tuple(f"{who}_{moment}" for who in OBSERVERS for moment in MOMENTS)


@proof(
    "worlds-at-rest",
    bound="0 of ≥200 pairs told apart at rest by any of 3 observers, after the end, kill -9 and the next start",
    full=200,
    short=2,
    portion=25,
    holds=lambda counts: (
        not any(counts[key] for key in (*APART, "changed_otherwise", "larger_by_far"))
        and not _leans(int(counts["larger_with"]), int(counts["larger_without"]))
    ),
)
def worlds_at_rest(size: int, seed: int) -> Counts:
    """Compare ``size`` pairs; each private deed comes first in some of them."""
    return _compare(size, seed)


@worlds_at_rest.control(size=1, fails=lambda counts: counts["with_key_killed"] > 0)
def one_kind_left_in_rows(size: int, seed: int) -> Counts:
    """Whom one blocks is a row of the drawer, as it was before; after a sitting that ends, filling up hides one."""
    with left_in_rows("block"):
        return _compare(size, seed, ["blocked"])


@worlds_at_rest.control(size=1, fails=lambda counts: counts["with_key_killed"] > 0)
def choices_left_in_rows(size: int, seed: int) -> Counts:
    """What one chose about an exercise is a row of the drawer."""
    with left_in_rows("choice"):
        return _compare(size, seed, ["exercise aside"])


@worlds_at_rest.control(size=1, fails=lambda counts: counts["with_key_killed"] > 0)
def drafts_left_in_rows(size: int, seed: int) -> Counts:
    """What one wrote in an exercise and did not send is a row of the drawer."""
    with left_in_rows("draft"):
        return _compare(size, seed, ["draft"])


@worlds_at_rest.control(size=1, fails=lambda counts: counts["with_key_closed"] > 0)
def rows_not_rounded(size: int, seed: int) -> Counts:
    """The drawer's log ends with the last answer."""
    with mock.patch.object(drawers, "BLOCK_OF_ROWS", 1):
        return _compare(size, seed, [AGAIN])


@worlds_at_rest.control(size=1, fails=lambda counts: counts["changed_otherwise"] > 0)
def cells_written_only_where_used(size: int, seed: int) -> Counts:
    """No cell is written anew at the begin and end of a sitting."""
    settling = drawers.Drawer.settling

    def rows_only(self: drawers.Drawer, opening: Record | None = None) -> tuple[Writing, dict[str, int]]:
        writing, expect = settling(self, opening)
        return Writing(writing.entries), expect

    with (
        mock.patch.object(drawers.Drawer, "settling", rows_only),
        mock.patch.object(Waiting, "rewriting", return_value=Writing()),
    ):
        return _compare(size, seed, ["nothing"])


@worlds_at_rest.control(size=1, fails=lambda counts: counts["changed_otherwise"] > 0)
def a_place_written_only_where_used(size: int, seed: int) -> Counts:
    """Nobody's place in a case is written anew but by who joins one."""
    with mock.patch.object(Owner, "settling", return_value=Writing()):
        return _compare(size, seed, ["granted"])


@worlds_at_rest.control(size=1, fails=lambda counts: counts["without_running"] > 0)
def a_store_that_never_settles(size: int, seed: int) -> Counts:
    """What SQLite keeps beside the database counts commits for everybody."""
    with mock.patch.object(SqlCipherStore, "settle_down"):
        return _compare(size, seed, ["scores"])


@contextlib.contextmanager
def left_in_rows(kind: str) -> Iterator[None]:
    """Have one kind of record, if any is named, be no private one."""
    is_private = records.is_private

    def all_but_one(record: Record, instruments: object) -> bool:
        return record.kind != kind and is_private(record, instruments)  # type: ignore[arg-type]

    with mock.patch.object(drawers, "is_private", all_but_one), mock.patch(f"{__name__}._LEFT", kind):
        yield


def _compare(size: int, seed: int, only: list[str] | None = None) -> Counts:
    keys = (*APART, "changed_otherwise", "larger_by_far", "larger_with", "larger_without", "n_killed")
    counts: Counts = dict.fromkeys(("trials", *keys), 0)
    for number in range(size):
        chance = random.Random(f"{seed}/{number}")
        names = [*DEEDS, *CASE_DEEDS, AGAIN]
        drawn = [names[number % len(names)], *chance.sample(names, chance.randint(0, 3))]
        deeds = only or list(dict.fromkeys(drawn))  # a copy given twice replaces one, which is noted as ended
        group, is_killed = f"{seed}/{number}", number % _EVERY_NTH_KILLED == 0
        with scratch() as one, scratch() as other:
            worlds = [_World(one, f"{group}/0", []), _World(other, f"{group}/1", deeds)]
            _tell_apart([world.live() for world in worlds], counts)
            if is_killed:
                counts["n_killed"] += 1
                killed = [world.killed() for world in worlds]
                _count(killed, "killed", counts)
        counts["trials"] += 1
    return counts


class _World:
    """A couple of which A does some deeds, in a folder of its own; the same couple in every world of a group."""

    def __init__(self, folder: Path, name: str, deeds: list[str]) -> None:
        self.folder, self.name, self.deeds = folder, name, deeds

    def live(self) -> list[object]:
        """Let A come and go; return what is seen while the server runs and once it is closed, and what changed."""
        place = _prepared(self.folder / "live", self.name)
        before = _at_rest.stamps(place)
        household = _household(place)
        self._act(household)
        household.sittings.end_where(lambda _actor: True)
        running = _look(place)
        household.close()
        closed = _look(place)
        after = _at_rest.stamps(place)
        changed = sorted(name for name in after if before.get(name) != after[name])
        return [running, closed, changed]

    def killed(self) -> _at_rest.Seen:
        """Let A be at it in a process of its own, kill that, start anew and close; return what is seen then."""
        place = _prepared(self.folder / "killed", self.name)
        told, tell = forking().Pipe(duplex=False)
        deeds = [deed for deed in self.deeds if deed != AGAIN]  # nothing fills up rows before A comes again
        process = forking().Process(target=act_until_killed, args=(place, self.name, deeds, tell, _LEFT))
        process.start()
        if not told.poll(120):
            raise AssertionError("A never was at it")
        told.recv()
        process.kill()
        process.join()
        _household(place).close()
        return _look(place)

    def _act(self, household: Household) -> None:
        act(household, self.name, self.deeds)


def act(household: Household, name: str, deeds: list[str]) -> None:
    """Let A sign in, answer, and do what she does in this world."""
    chance = random.Random(name)
    code = (_code_file(household)).read_text(encoding="utf-8")
    ana = household.seat_partner(household.accounts.sign_in(code, _deeds.NAMES[0], _deeds.PASSPHRASES[0]))
    _act(ana, chance, deeds, _deeds.invite_of(name.rpartition("/")[0]))


def record_acts(name: str, deeds: list[str]) -> list[tuple[str, tuple[object, ...], dict[str, object]]]:
    """Return what A does in a world as verbs and what they are given, for whoever does it elsewhere."""
    calls: list[tuple[str, tuple[object, ...], dict[str, object]]] = []

    class _Recorder:
        def __getattr__(self, verb: str) -> Callable[..., None]:
            return lambda *given, **named: calls.append((verb, given, named))

    invite = _deeds.invite_of(name.rpartition("/")[0])
    _act(cast(LocalPartner, _Recorder()), random.Random(name), deeds, invite)
    return calls


def _act(ana: LocalPartner, chance: random.Random, deeds: list[str], invite: str) -> None:
    ana.read_table()
    ana.save_answers([*_answers(SHOWN, chance, N_ANSWERED), *_answers("needs", chance, 2)])
    ana.add_event("setting", {"name": "week", "value": 1, "day": "2026-03-02"})
    ana.save_answers(_answers("weekly", chance, 6, "week-1"))
    ana.add_event("own_need", {"id": "needs.own.0badcafe", "text": "to be alone"})
    for deed in deeds:
        if deed in CASE_DEEDS:
            CASE_DEEDS[deed](ana, chance, invite)
        elif deed == AGAIN:
            ana.save_answers(_answers(SHOWN, chance, chance.randint(1, 3)))
        else:
            DEEDS[deed](ana, chance)


def act_until_killed(place: Path, name: str, deeds: list[str], tell: Connection, left: str) -> None:
    """In a process of its own: be at it, say so, and wait for the end."""
    with left_in_rows(left):
        act(_household(place), name, deeds)
        tell.send("at it")
        time.sleep(600)


def _tell_apart(both: list[list[object]], counts: Counts) -> None:
    (running, closed, changed), (other_running, other_closed, other_changed) = both
    _count([running, other_running], "running", counts)
    _count([closed, other_closed], "closed", counts)
    counts["changed_otherwise"] += changed != other_changed


def _count(pair: list[object], moment: str, counts: Counts) -> None:
    one, other = pair
    assert isinstance(one, _at_rest.Seen) and isinstance(other, _at_rest.Seen)
    for who in OBSERVERS:
        counts[f"{who}_{moment}"] += getattr(one, who) != getattr(other, who)
    step = other.n_pages - one.n_pages  # the second is the world with the deeds
    counts["larger_with"] += step > 0 and moment == "closed"
    counts["larger_without"] += step < 0 and moment == "closed"
    counts["larger_by_far"] += abs(step) > LARGEST_STEP


def _leans(n_one: int, n_other: int) -> bool:
    """Tell whether one of two outcomes came more often than three standard errors of a fair coin allow."""
    return abs(n_one - n_other) > 2 + 3 * (n_one + n_other) ** 0.5


def _prepared(place: Path, name: str) -> Path:
    """Make the couple of a group: both have come before, opened something, and gone."""
    (place / "data").mkdir(parents=True, mode=0o700)
    (place / "keys").mkdir(mode=0o700)
    household = _household(place)
    couple = _deeds.make_couple(household, name.rpartition("/")[0])
    _deeds.act_as_ben(household, couple, name.rpartition("/")[0])
    (place.parent / f"{place.name}-code").write_text(couple.code, encoding="utf-8")
    household.close()
    return place


def _code_file(household: Household) -> Path:
    store = household._core.store
    assert isinstance(store, SqlCipherStore)
    place = store._folder.parent
    return place.parent / f"{place.name}-code"


def _household(place: Path) -> Household:
    return household_of(SqlCipherStore(place / "data", KEY, place / "keys" / "erased"))


def household_of(store: Store) -> Household:
    """Return a household in which no sitting ends by itself."""
    forever = float("inf")
    return Household(
        store, sittings=Sittings(heartbeat=forever, idle=forever), cost=CHEAP, study=_deeds.STUDY
    )


def _look(place: Path) -> _at_rest.Seen:
    """Look at a copy, so that looking changes nothing."""
    with _copied(place) as copy:
        return _at_rest.look(copy, _deeds.NAMES[1], _deeds.PASSPHRASES[1])


@contextlib.contextmanager
def _copied(place: Path) -> Iterator[Path]:
    with scratch() as folder:
        yield Path(shutil.copytree(place, folder / "copy"))


def _answers(instrument: str, chance: random.Random, n: int, occasion: str = OCCASION) -> list[Answer]:
    items = catalogue()[instrument].items[:n]
    return [
        Answer(chance.randbytes(16).hex(), occasion, item.id, chance.choice(item.scale.values))
        for item in items
    ]
