"""A new passphrase that is easy to guess is refused, with a sentence that says what to do."""

import pytest

from tests.service.household import WORDS, begin
from workbook.content import say
from workbook.errors import AccessError
from workbook.service.identity.passphrases import common_passphrases, weakness


@pytest.mark.parametrize(
    ("passphrase", "wrong"),
    [
        ("password", "common_passphrase"),
        ("Pass word 123!", "common_passphrase"),
        ("iloveyou", "common_passphrase"),
        ("sunshine2024", "common_passphrase"),
        ("QWERTYUIOP", "common_passphrase"),
        ("trustno1", "common_passphrase"),
        ("aaaaaaaa", "simple_passphrase"),
        ("!!!!!!!!", "simple_passphrase"),
        ("1987-12-05", "simple_passphrase"),
        ("hgfedcba", "simple_passphrase"),
        ("Annabel-Lee", "name_passphrase"),
        ("annabel lee 1987", "name_passphrase"),
        ("lusab-rodin-malov-zirum", "code_passphrase"),
        ("LUSAB rodin malov zirum 1", "code_passphrase"),
    ],
)
def test_weak_passphrases_are_refused(passphrase, wrong):
    assert weakness(passphrase, "Annabel Lee", "lusab-rodin-malov-zirum") == wrong
    assert say(f"errors.account.{wrong}").endswith("that only you would think of.")


@pytest.mark.parametrize(
    "passphrase",
    [
        "seven quiet lanterns",
        "Annabel sings under the bridge",
        "ein langer Satz",
        "四つの静かな灯籠と川",
        "tR5#vq9!",
    ],
)
def test_strong_passphrases_are_accepted(passphrase):
    assert weakness(passphrase, "Annabel", "lusab-rodin-malov-zirum") is None


def test_every_entry_of_the_common_passphrase_list_is_refused():
    words = common_passphrases()
    assert len(words) > 10_000
    refused = sum(weakness(word) is not None for word in words if len(word) >= 8)
    assert refused == sum(len(word) >= 8 for word in words)


def test_every_way_to_set_a_passphrase_refuses_a_weak_one():
    house = begin()
    accounts, actor = house.local.accounts, house.actors[0]
    ways = {
        "begin": lambda: accounts.create_couple("Cas", "password123"),
        "join": lambda: accounts.join(
            accounts.create_couple("Cas", "a fair passphrase").code, "Dee", "iloveyou"
        ),
        "recover": lambda: accounts.recover(house.code, "Ada", house.recovery["Ada"], house.code),
        "change": lambda: accounts.change_passphrase(actor, WORDS["Ada"], house.code),
    }
    for way, go in ways.items():
        with pytest.raises(AccessError) as refused:
            go()
        assert list(refused.value.about) == ["new passphrase"], way
    accounts.sign_in(house.code, "Ada", WORDS["Ada"])  # nothing was changed
