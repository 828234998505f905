"""Names: none looks empty, and no partner's looks like the other's."""

import pytest

from tests.service.household import CHEAP
from workbook.content import say
from workbook.errors import AccessError
from workbook.service.desks.household import Household
from workbook.service.identity.names import look_alike, name_key
from workbook.storage.memory import MemoryStore

WORDS = "some quiet words here"
EMPTY = [
    chr(code)
    for code in (0x20, 0xA0, 0x115F, 0x1160, 0x3164, 0xFFA0, 0x2800, 0x17B4, 0x034F, 0xFE0F, 0x180B, 0x301)
]


@pytest.fixture
def local() -> Household:
    return Household(MemoryStore(), cost=CHEAP)


@pytest.mark.parametrize("name", [*EMPTY, "".join(EMPTY)[:20], f"{chr(0x3164)} {chr(0x200D)}"], ids=ascii)
def test_a_name_that_looks_empty_is_refused(local: Household, name: str) -> None:
    with pytest.raises(AccessError, match=say("errors.account.no_name")):
        local.accounts.create_couple(name, WORDS)


@pytest.mark.parametrize("name", ["Ana", "Ó", "李", "محمد", "ไทย", "Zoë 💛", "𝒜na", "नेहा", "한글"])
def test_a_name_in_any_script_is_taken(local: Household, name: str) -> None:
    assert local.accounts.create_couple(name, WORDS).code


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Ana", "\u0410n\u0430"),
        ("Ben", "ΒΕΝ"),
        ("Ben", "Веn"),
        ("Ana", f"An{chr(0x3164)}a"),
        ("Ana", f"A{chr(0x034F)}na"),
        ("Al", "AI"),
        ("Al", "A1"),
        ("Bob", "B0b"),
        ("İpek", "ipek"),
        ("IPEK", "ıpek"),
        ("Amo", "Arno"),
        ("Ana", "ꓮna"),
        ("Ana", "Ａｎａ"),
    ],
    ids=ascii,
)
def test_a_partners_look_alike_is_refused(local: Household, first: str, second: str) -> None:
    for one, other in ((first, second), (second, first)):
        code = local.accounts.create_couple(one, WORDS).code
        with pytest.raises(AccessError, match="looks the same"):
            local.accounts.join(code, other, WORDS)


@pytest.mark.parametrize(
    ("one", "other"),
    [("Ana", "Anna"), ("Ian", "Lan"), ("Zoë", "Zoe"), ("Мария", "Марина"), ("Jan", "Jon"), ("Ben", "Bea")],
)
def test_names_that_can_be_told_apart_may_be_a_couples(one: str, other: str) -> None:
    assert not look_alike(one, other)


@pytest.mark.parametrize("typed", ["İPEK", "ipek", "IPEK", "ıpek", " İpek "])
def test_a_turkish_name_signs_in_however_its_case_is_typed(local: Household, typed: str) -> None:
    code = local.accounts.create_couple("İpek", WORDS).code
    assert local.accounts.sign_in(code, typed, WORDS).role == "partner"
    assert name_key(typed) == "ipek"
