"""Rate limits on every verb that takes a secret: wrong tries count together, and lock nobody else out."""

import contextlib
import inspect
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from unittest import mock

import pytest

from tests.service.household import CHEAP, INSTRUMENT, OCCASION, WORDS, House, answers, begin, tries_later
from workbook.errors import AccessError, SignInError, TooManyTriesError
from workbook.service.desks.household import Household
from workbook.service.desks.partner import LocalPartner
from workbook.service.desks.together import LocalTogether
from workbook.service.formats import crypto
from workbook.service.identity.accounts import Accounts
from workbook.service.identity.rate_limit import MOST_TRIES, Tries
from workbook.sharing import Grain
from workbook.storage.memory import MemoryStore

Door = Callable[[House, str], object]
NEW = "some quite new words"
FROM_OUTSIDE: dict[str, Door] = {
    "sign_in": lambda house, secret: house.local.accounts.sign_in(house.code, "Ada", secret),
    "sign_in_together": lambda house, secret: house.local.accounts.sign_in_together(
        house.code, [("Ada", secret), ("Ben", WORDS["Ben"])]
    ),
    "sign_in_together as the second": lambda house, secret: house.local.accounts.sign_in_together(
        house.code, [("Ben", WORDS["Ben"]), ("Ada", secret)]
    ),
    "decide": lambda house, secret: house.local.seat(house.table).decide(
        INSTRUMENT,
        OCCASION,
        Grain.NOTHING,
        person_id=house.actors[0].person_id,
        passphrase=secret,
    ),
}
SEATED: dict[str, Door] = {
    "change_passphrase": lambda house, secret: house.local.accounts.change_passphrase(
        house.actors[0], secret, NEW
    ),
    "private_copy": lambda house, secret: house.local.seat(house.actors[0]).private_copy(secret, "ask"),
    "unpair": lambda house, secret: house.local.seat(house.actors[0]).unpair(secret),
    "leave": lambda house, secret: house.local.seat(house.actors[0]).leave(secret),
    "erase": lambda house, secret: house.local.seat(house.actors[0]).erase(secret),
}
RECOVERY: dict[str, Door] = {
    "recover": lambda house, secret: house.local.accounts.recover(house.code, "Ada", secret, NEW)
}
DOORS = FROM_OUTSIDE | SEATED | RECOVERY
WITHIN = {"check_passphrase", "open_member"}  # what the doors themselves call
NO_GUESS = {"create_couple", "join"}  # these take a new passphrase


@pytest.fixture
def house() -> House:
    house = begin()
    for actor in house.actors:
        house.local.seat(actor).save_answers(answers(2))
    house.table = house.together()[1]  # type: ignore[attr-defined]
    return house


def guess(house: House, door: str, n: int, secret: str = "a wrong passphrase") -> list[type]:
    """Try a door n times; return the outcome of each try."""
    told = []
    for _ in range(n):
        try:
            DOORS[door](house, secret)
        except AccessError as error:
            told.append(type(error))
        else:
            told.append(str)
    return told


def test_every_verb_that_takes_a_secret_is_listed_here() -> None:
    def takes_a_secret(method: Callable[..., object]) -> bool:
        return bool(
            {"passphrase", "old", "recovery_code", "both"} & set(inspect.signature(method).parameters)
        )

    found = {
        name
        for kind in (Accounts, LocalPartner, LocalTogether)
        for name, method in inspect.getmembers(kind, inspect.isfunction)
        if not name.startswith("_") and takes_a_secret(method)
    }
    assert found - WITHIN - NO_GUESS == {door.partition(" ")[0] for door in DOORS}


@pytest.mark.parametrize("door", DOORS)
def test_wrong_tries_at_any_door_count_on_the_account(house: House, door: str) -> None:
    assert guess(house, door, 4) == [SignInError] * 4
    told = guess(house, "sign_in", 7)
    assert told == [SignInError] * 6 + [TooManyTriesError]


@pytest.mark.parametrize("door", FROM_OUTSIDE)
def test_ten_wrong_tries_lock_every_door_from_outside(house: House, door: str) -> None:
    other = next(one for one in ("sign_in", "decide") if one != door)
    assert guess(house, other, MOST_TRIES) == [SignInError] * MOST_TRIES
    assert guess(house, door, 1, WORDS["Ada"]) == [TooManyTriesError]
    with tries_later(15 * 60 + 1):
        house.table = house.together()[1]  # type: ignore[attr-defined]
        assert guess(house, door, 1, WORDS["Ada"]) == [str]


@pytest.mark.parametrize("door", SEATED)
@pytest.mark.parametrize("elsewhere", [*FROM_OUTSIDE, *RECOVERY])
def test_tries_from_outside_do_not_lock_a_signed_in_person(house: House, door: str, elsewhere: str) -> None:
    guess(house, elsewhere, MOST_TRIES + 2)
    assert guess(house, door, 1, WORDS["Ada"]) == [str]


@pytest.mark.parametrize("elsewhere", DOORS)
def test_a_right_recovery_code_works_after_any_number_of_wrong_passphrases(
    house: House, elsewhere: str
) -> None:
    guess(house, elsewhere, MOST_TRIES + 2)
    assert guess(house, "recover", 1, house.recovery["Ada"]) == [str]


def test_ten_wrong_recovery_codes_are_rate_limited_and_lock_the_account(house: House) -> None:
    assert guess(house, "recover", MOST_TRIES + 2) == [SignInError] * MOST_TRIES + [TooManyTriesError] * 2
    assert guess(house, "sign_in", 1, WORDS["Ada"]) == [TooManyTriesError]


@pytest.mark.parametrize("door", SEATED)
def test_ten_wrong_tries_in_a_sitting_rate_limit_only_that_sitting(house: House, door: str) -> None:
    """A thief at an open page has ten, in all; the owner's other sitting goes on."""
    other = house.local.accounts.sign_in(house.code, "Ada", WORDS["Ada"])
    assert guess(house, door, MOST_TRIES + 1) == [SignInError] * MOST_TRIES + [TooManyTriesError]
    assert guess(house, door, 1, WORDS["Ada"]) == [TooManyTriesError]
    assert guess(house, "sign_in", 1, WORDS["Ada"]) == [TooManyTriesError]
    house.actors = (other, house.actors[1])
    assert guess(house, door, 1, WORDS["Ada"]) == [str]


def test_guesses_at_one_partner_never_lock_out_the_other(house: House) -> None:
    """Both sit at one address in most homes, and so do many couples at one practice."""
    for door in DOORS:
        guess(house, door, MOST_TRIES + 2)
    accounts = house.local.accounts
    assert accounts.sign_in(house.code, "Ben", WORDS["Ben"]).role == "partner"
    elsewhere = accounts.create_couple("Cas", "cas has a third", address="one")
    assert accounts.join(elsewhere.code, "Dan", "dan has a fourth", address="one").actor.role == "partner"


def test_guesses_with_made_up_names_lock_nobody_out(house: House) -> None:
    for n in range(50):
        with pytest.raises(SignInError):
            house.local.accounts.sign_in(house.code, f"Nobody {n}", "a wrong passphrase")
    assert guess(house, "sign_in", 1, WORDS["Ada"]) == [str]


def test_wrong_codes_from_an_address_do_not_stop_a_right_code_from_joining() -> None:
    local = Household(MemoryStore(), cost=CHEAP)
    code = local.accounts.create_couple("Ada", WORDS["Ada"]).code
    told = []
    for n in range(MOST_TRIES + 1):
        with pytest.raises(AccessError) as raised:
            local.accounts.join(f"lusab-{n}", "Ben", WORDS["Ben"], address="one")
        told.append(type(raised.value))
    assert told == [SignInError] * MOST_TRIES + [TooManyTriesError]
    assert local.accounts.join(code, "Ben", WORDS["Ben"], address="one").code == code


def test_one_partners_right_passphrase_refunds_no_try_at_the_other(house: House) -> None:
    """Whoever knows one passphrase has ten guesses at the other, however they are mixed in."""
    n_wrong = 0
    for n in range(3 * MOST_TRIES):
        house.local.accounts.sign_in(house.code, "Ben", WORDS["Ben"])
        door = ("sign_in_together", "sign_in_together as the second", "decide")[n % 3]
        n_wrong += guess(house, door, 1) == [SignInError]
    assert n_wrong == MOST_TRIES


def test_both_passphrases_are_always_checked(house: House) -> None:
    """Otherwise the time taken would reveal which of the two was right."""
    keys = []
    right = list(WORDS.items())
    for both in (
        [("Ada", "wrong one"), right[1]],
        [right[0], ("Ben", "wrong one")],
        [("Nobody", "wrong one"), right[1]],
    ):
        with mock.patch.object(crypto, "derive_key", wraps=crypto.derive_key) as derived:
            with pytest.raises(SignInError):
                house.local.accounts.sign_in_together(house.code, both)
            keys.append(derived.call_count)
    assert keys == [2, 2, 2]


def test_a_successful_try_refunds_itself_and_no_later_try() -> None:
    tries = Tries()
    right = tries.charge(["door"], most=2)
    with tries_later(600):
        tries.charge(["door"], most=2)
        tries.refund(right)
    with tries_later(1000):  # the right one would be forgotten by now, the wrong one is not
        tries.charge(["door"], most=2)
        with pytest.raises(TooManyTriesError, match="9 minutes"):
            tries.charge(["door"], most=2)


@pytest.mark.parametrize("wanted", [dict.fromkeys(range(60), 3), {0: 1, 14: 20, 15: 20, 28: 20, 29: 20}])
def test_any_sliding_quarter_hour_allows_ten_tries(wanted: dict[int, int]) -> None:
    """A window that begins with its first try would allow nine just before its end and ten just after."""
    tries, taken = Tries(), []
    for minute, times in wanted.items():
        with tries_later(60 * minute + 1):
            for _ in range(times):
                with contextlib.suppress(TooManyTriesError):
                    tries.charge(["door"])
                    taken.append(minute)
    assert max(sum(begin <= at < begin + 15 for at in taken) for begin in range(60)) == MOST_TRIES
    assert len(taken) >= (max(wanted) // 15 + 1) * MOST_TRIES, "all of them can be had"


def test_concurrent_tries_are_limited_to_ten() -> None:
    """Also the very first ones of a key, which the memory of `limits` alone may count as one."""
    tries = Tries()

    def took(key: str) -> bool:
        try:
            tries.charge([key], most=2)
        except TooManyTriesError:
            return False
        return True

    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(8) as threads:
            for n in range(200):
                assert sum(threads.map(took, [f"door {n}"] * 8)) == 2
            assert sum(threads.map(took, ["door"] * 200)) == 2
    finally:
        sys.setswitchinterval(usual)


def test_a_try_refused_by_one_key_is_charged_to_none() -> None:
    tries = Tries()
    tries.charge(["b"], most=1)
    for _ in range(3):
        with pytest.raises(TooManyTriesError):
            tries.charge(["a", "b"], most=1)
    tries.charge(["a"], most=1)


# -- deciding at one device --------------------------------------------------------------------
def test_a_decision_checks_only_the_named_account_with_one_derivation(house: House) -> None:
    with mock.patch.object(crypto, "derive_key", wraps=crypto.derive_key) as derived:
        assert guess(house, "decide", 1, WORDS["Ben"]) == [SignInError]
        assert derived.call_count == 1
    decided = [house.local.seat(actor).my_decision(INSTRUMENT, OCCASION) for actor in house.actors]
    assert decided == [None, None]


def test_the_partners_passphrase_is_refused_like_any_wrong_one(house: House) -> None:
    told = set()
    for secret in (WORDS["Ben"], "a wrong passphrase"):
        with pytest.raises(SignInError) as raised:
            DOORS["decide"](house, secret)
        told.add(str(raised.value))
    assert len(told) == 1


def test_changing_ones_own_passphrase_reveals_nothing_about_the_partners(house: House) -> None:
    """Ben makes each guess his own passphrase and decides with it: it says nothing, and A's count holds."""
    own, told = WORDS["Ben"], []
    for n in range(3 * MOST_TRIES):
        secret = WORDS["Ada"] if n == 2 * MOST_TRIES else f"guess number {n} of many"
        house.local.accounts.change_passphrase(house.actors[1], own, secret)
        own = secret
        house.local.seat(house.table).decide(
            INSTRUMENT,
            OCCASION,
            Grain.NOTHING,
            person_id=house.actors[1].person_id,
            passphrase=own,
        )
        told += guess(house, "decide", 1, secret)
    assert told == [SignInError] * MOST_TRIES + [TooManyTriesError] * 2 * MOST_TRIES


def test_two_with_the_same_passphrase_both_decide() -> None:
    local = Household(MemoryStore(), cost=CHEAP)
    first = local.accounts.create_couple("Ada", "the very same words")
    second = local.accounts.join(first.code, "Ben", "the very same words")
    for welcome in (first, second):
        local.seat(welcome.actor).save_answers(answers(2))
    both = [("Ada", "the very same words"), ("Ben", "the very same words")]
    table = local.accounts.sign_in_together(first.code, both)
    for welcome in (first, second):
        person_id = welcome.actor.person_id
        local.seat(table).decide(
            INSTRUMENT,
            OCCASION,
            Grain.SCORES,
            person_id=person_id,
            passphrase="the very same words",
        )
    assert local.seat(table).read_table().open_rounds == ((INSTRUMENT, OCCASION),)


def test_a_decision_for_a_person_outside_the_couple_is_neither_tried_nor_counted(house: House) -> None:
    cas = house.local.accounts.create_couple("Cas", "cas has a third")
    told = set()
    for person_id in (cas.actor.person_id, "p_made_up"):
        for _ in range(MOST_TRIES + 1):
            with pytest.raises(AccessError) as raised:
                house.local.seat(house.table).decide(
                    INSTRUMENT, OCCASION, Grain.NOTHING, person_id=person_id, passphrase="x"
                )
            told.add((type(raised.value), str(raised.value)))
    assert len(told) == 1
    house.local.accounts.sign_in(cas.code, "Cas", "cas has a third")


def test_a_joint_decision_needs_a_person_id(house: House) -> None:
    for person_id in ("", house.actors[0].couple_id):
        with pytest.raises(AccessError):
            house.local.seat(house.table).decide(
                INSTRUMENT, OCCASION, Grain.NOTHING, person_id=person_id, passphrase=WORDS["Ada"]
            )
