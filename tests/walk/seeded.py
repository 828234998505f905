"""Couples that have already answered, made by the real service in the folder a server opens."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.walk.person import PASSPHRASE
from workbook.content.document import consent_hash
from workbook.instruments import catalogue
from workbook.service.desks.household import Household
from workbook.service.desks.roles import PartnerService
from workbook.service.formats.values import Answer
from workbook.sharing import Grain
from workbook.storage.opening import open_store

OCCASION = "assessment-1"
PERIODIC = ("weekly",)


def in_folder(folder: Path, act: Callable[[Household], str]) -> str:
    """Run the real service over the store that a server will open later."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WORKBOOK_KEYS", str(folder / "keys"))
        patch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
        household = Household(open_store(folder / "data"))
        try:
            return act(household)
        finally:
            household.close()


def make_couple(household: Household) -> str:
    """Make Ana and Ben, who joined and did nothing else; return their code."""
    ana = household.accounts.create_couple("Ana", PASSPHRASE + "Ana")
    household.accounts.join(ana.code, "Ben", PASSPHRASE + "Ben")
    return ana.code


def answer_all(partner: PartnerService, instrument: str, shift: int, occasion: str = OCCASION) -> None:
    """Answer every question of one instrument, by a pattern that ``shift`` moves."""
    answers = [
        Answer(
            f"{instrument}-{shift}-{n}",
            occasion,
            item.id,
            item.scale.values[(n * 2 + shift) % len(item.scale.values)],
        )
        for n, item in enumerate(catalogue()[instrument].items)
    ]
    partner.save_answers(answers)


def make_open_couple(household: Household) -> str:
    """Make Ana and Ben, who consented, answered everything and opened all of it to each other."""
    code = make_couple(household)
    for name, shift in (("Ana", 1), ("Ben", 2)):
        partner = household.seat_partner(household.accounts.sign_in(code, name, PASSPHRASE + name))
        partner.add_event("consent", {"text": "consent", "text_hash": consent_hash()})
        for instrument in catalogue().values():
            if instrument.id in PERIODIC:
                continue
            answer_all(partner, instrument.id, shift)
            if not instrument.is_private and instrument.id != "background":
                partner.decide(instrument.id, OCCASION, Grain.ANSWERS)
    return code
