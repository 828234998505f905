"""Signing in: who may, who may not, and what a refusal reveals."""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from tests.service.household import CHEAP, WORDS, House, answers, begin, tries_later
from workbook.errors import AccessError, SignInError, TooManyTriesError
from workbook.service.desks.household import Household
from workbook.service.formats.crypto import Cost
from workbook.service.identity import directory
from workbook.service.identity.codes import new_couple_code, new_recovery_code, plain_code
from workbook.storage.base import Row
from workbook.storage.memory import MemoryStore


@pytest.fixture
def house() -> House:
    return begin()


def test_signing_in_again_opens_the_same_drawer(house: House) -> None:
    service, actor = house.a
    service.save_answers(answers(2))
    house.local.sittings.end(actor.sitting_id)
    again = house.local.seat_partner(house.local.accounts.sign_in(house.code, "  ada ", WORDS["Ada"]))
    assert len(again.read_responses()) == len(answers(2))


def test_codes_are_typed_with_any_case_spaces_and_dashes(house: House) -> None:
    typed = house.code.upper().replace("-", "  ")
    assert house.local.accounts.sign_in(typed, "ADA", WORDS["Ada"]).person_id == house.actors[0].person_id


def test_codes_do_not_repeat_and_are_long_enough_not_to_be_guessed() -> None:
    assert len({new_couple_code() for _ in range(500)}) == 500
    assert len(plain_code(new_couple_code())) == 20 and len(plain_code(new_recovery_code())) == 30


@pytest.mark.parametrize(
    ("code", "name", "passphrase"),
    [
        ("right", "Ada", "wrong passphrase"),
        ("right", "Zoe", WORDS["Ada"]),
        ("nobody", "Ada", WORDS["Ada"]),
        ("right", "Ada", WORDS["Ben"]),
        ("", "", ""),
        ("\ud800", "\ud800", "\ud800"),
    ],
)
def test_every_failed_sign_in_gets_the_same_reply(
    house: House, code: str, name: str, passphrase: str
) -> None:
    with pytest.raises(SignInError) as raised:
        house.local.accounts.sign_in(house.code if code == "right" else code, name, passphrase)
    with pytest.raises(SignInError) as other:
        house.local.accounts.sign_in("another", "Name", "and passphrase")
    assert str(raised.value) == str(other.value)


def test_every_failed_sign_in_takes_the_same_time() -> None:
    """One derivation each: 20 MiB of it, so that everything else is small beside it."""
    local = Household(MemoryStore(), cost=Cost(memory_kib=20_480, passes=1, lanes=1))
    code = local.accounts.create_couple("Ada", WORDS["Ada"]).code

    def seconds(code: str, name: str) -> float:
        start = time.process_time()
        with pytest.raises(SignInError):
            local.accounts.sign_in(code, name, "wrong passphrase")
        return time.process_time() - start

    # In turn, in this process's own time, and of each the least: other work on this computer adds to none.
    wrong = {"passphrase": (code, "Ada"), "name": (code, "Zoe"), "code": ("nobody", "Ada")}
    rounds = [[seconds(*given) for given in wrong.values()] for _ in range(7)]
    least = [min(times) for times in zip(*rounds, strict=True)]
    assert max(least) / min(least) < 2


@pytest.mark.parametrize("is_started_anew", [False, True])
def test_as_many_rows_are_read_and_decoded_for_a_code_that_nobody_has(
    house: House, monkeypatch: pytest.MonkeyPatch, is_started_anew: bool
) -> None:
    """But for the row of the code itself; also where nobody signed in since the start."""
    decoded = Counter[str]()
    local = Household(house.store, cost=CHEAP) if is_started_anew else house.local

    def fold(log: str) -> Callable[[Any], Any]:
        real = getattr(directory, f"fold_{log}")

        def counted(rows: Sequence[Row]) -> Any:
            decoded[log] += len(rows)
            return real(rows)

        return counted

    for log in ("account", "couple"):
        monkeypatch.setattr(directory, f"fold_{log}", fold(log))
    seen = []
    for code, name in (("nobody", "Ada"), (house.code, "Zoe"), (house.code, "Ada"), (house.code, "Ben")):
        decoded.clear()
        with pytest.raises(SignInError):
            local.accounts.sign_in(code, name, "wrong passphrase")
        seen.append(dict(decoded))
    assert seen[0]["account"] == 2 and seen == [seen[0]] * 4


def test_a_couple_read_instead_of_none_opens_to_nobody(house: House) -> None:
    """Their own names and passphrases do not fit where the code is another."""
    with pytest.raises(SignInError):
        house.local.accounts.sign_in("nobody", "Ada", WORDS["Ada"])
    with pytest.raises(SignInError):
        house.local.accounts.recover("nobody", "Ada", house.recovery["Ada"], "a new long passphrase")


def test_an_account_allows_ten_tries_per_quarter_hour_from_any_address(house: House) -> None:
    accounts = house.local.accounts
    for _ in range(10):
        with pytest.raises(SignInError):
            accounts.sign_in(house.code, "Ada", "wrong passphrase")
    with pytest.raises(TooManyTriesError, match="15 minutes"):
        accounts.sign_in(house.code, "Ada", WORDS["Ada"])
    accounts.sign_in(house.code, "Ben", WORDS["Ben"])
    with tries_later(15 * 60 + 1):
        accounts.sign_in(house.code, "Ada", WORDS["Ada"])


def test_being_locked_out_looks_the_same_for_an_account_that_does_not_exist(house: House) -> None:
    replies = []
    for name in ("Ada", "Nobody"):
        for _ in range(11):
            with pytest.raises(AccessError) as raised:
                house.local.accounts.sign_in(house.code, name, "wrong passphrase")
        replies.append((type(raised.value), str(raised.value)))
    assert replies[0] == replies[1] and replies[0][0] is TooManyTriesError


def test_successful_sign_ins_are_never_rate_limited(house: House) -> None:
    for _ in range(15):
        house.local.accounts.sign_in(house.code, "Ada", WORDS["Ada"])


def test_tries_are_counted_before_they_are_checked(house: House) -> None:
    """Fifty at once get ten guesses between them, not fifty."""
    from concurrent.futures import ThreadPoolExecutor

    def guess(_n: int) -> type[Exception]:
        try:
            house.local.accounts.sign_in(house.code, "Ada", "wrong passphrase")
        except AccessError as error:
            return type(error)
        raise AssertionError

    with ThreadPoolExecutor(16) as threads:
        replies = list(threads.map(guess, range(50)))
    assert replies.count(SignInError) == 10 and replies.count(TooManyTriesError) == 40


def test_joining_needs_the_code_and_a_free_place(house: House) -> None:
    accounts = house.local.accounts
    with pytest.raises(SignInError) as full:
        accounts.join(house.code, "Cleo", "a long passphrase")
    with pytest.raises(SignInError) as unknown:
        accounts.join("nobody", "Cleo", "a long passphrase")
    assert str(full.value) == str(unknown.value)


def test_two_may_not_have_the_same_name_whatever_its_case() -> None:
    local = Household(MemoryStore(), cost=CHEAP)
    code = local.accounts.create_couple("Zoë", "a long passphrase").code
    with pytest.raises(AccessError, match="uses that name"):
        local.accounts.join(code, " ZOË", "another passphrase")
    local.accounts.join(code, "Zoe", "another passphrase")


@pytest.mark.parametrize(
    ("name", "passphrase", "n_problems"),
    [
        ("", "short", 2),
        ("x" * 41, "long enough", 1),
        ("a\x00b", "long enough", 1),
        ("\ud800", "long enough", 1),
        ("Ada", "x" * 201, 1),
    ],
)
def test_every_problem_of_a_new_account_is_named_at_once(name: str, passphrase: str, n_problems: int) -> None:
    local = Household(MemoryStore(), cost=CHEAP)
    with pytest.raises(AccessError) as raised:
        local.accounts.create_couple(name, passphrase)
    assert len(raised.value.problems) == n_problems


@pytest.mark.parametrize("name", ["نور", "李 小龙", "👩‍❤️‍👨", "O'Neil-Ægir"])
def test_names_of_every_script_are_welcome(name: str) -> None:
    local = Household(MemoryStore(), cost=CHEAP)
    actor = local.accounts.create_couple(name, "a long passphrase").actor
    assert local.seat(actor).couple().members[0].name == name
    assert local.seat(actor).couple().is_solo


def test_a_recovery_code_opens_the_drawer_once_and_is_replaced(house: House) -> None:
    service, _actor = house.a
    service.save_answers(answers(2))
    accounts = house.local.accounts
    welcome = accounts.recover(house.code, "Ada", house.recovery["Ada"].lower(), "a new passphrase")
    assert len(house.local.seat_partner(welcome.actor).read_responses()) == len(answers(2))
    with pytest.raises(AccessError):
        service.read_responses()  # the sittings from before have ended
    with pytest.raises(SignInError):
        accounts.recover(house.code, "Ada", house.recovery["Ada"], "yet another passphrase")
    with pytest.raises(SignInError):
        accounts.sign_in(house.code, "Ada", WORDS["Ada"])
    accounts.sign_in(house.code, "Ada", "a new passphrase")
    accounts.recover(house.code, "Ada", welcome.recovery_code, "yet another passphrase")


def test_changing_the_passphrase_leaves_no_key_for_the_old_one(house: House) -> None:
    accounts = house.local.accounts
    with pytest.raises(SignInError):
        accounts.change_passphrase(house.actors[0], "wrong passphrase", "a new passphrase")
    recovery_code = accounts.change_passphrase(house.actors[0], WORDS["Ada"], "a new passphrase")
    assert house.local.seat(house.actors[0]).read_responses().empty  # this sitting goes on
    with pytest.raises(SignInError):
        accounts.sign_in(house.code, "Ada", WORDS["Ada"])
    accounts.sign_in(house.code, "Ada", "a new passphrase")
    accounts.recover(house.code, "Ada", recovery_code, "yet another passphrase")
    own = house.store.read(f"account/{house.actors[0].person_id}")
    assert [row.payload is None for row in own] == [True, True, False]


def test_accounts_outlive_a_restart(house: House) -> None:
    again = Household(house.store, cost=CHEAP)
    actor = again.accounts.sign_in(house.code, "Ben", WORDS["Ben"])
    assert [member.name for member in again.seat(actor).couple().members] == ["Ada", "Ben"]


def test_a_joint_sign_in_needs_both_passphrases(house: House) -> None:
    accounts = house.local.accounts
    for both in (
        [("Ada", WORDS["Ada"])],
        [("Ada", WORDS["Ada"])] * 2,
        [("Ada", WORDS["Ada"]), ("Ben", "wrong passphrase")],
    ):
        with pytest.raises(AccessError):
            accounts.sign_in_together(house.code, both)
    assert house.together()[1].role == "together"
