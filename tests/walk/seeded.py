"""A couple that has answered already, made by the real service in the folder a server opens."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.walk.person import PASSPHRASE
from workbook.content.document import consent_hash
from workbook.instruments import catalogue
from workbook.service.local import LocalService
from workbook.service.verbs import Actor, Answer
from workbook.sharing import Grain
from workbook.storage.opening import open_store

OCCASION = "assessment-1"
PERIODIC = ("weekly",)


def in_folder(folder: Path, act: Callable[[LocalService], str]) -> str:
    """Run the real service over the store that a server will open later."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WORKBOOK_KEYS", str(folder / "keys"))
        patch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
        service = LocalService(open_store(folder / "data"))
        try:
            return act(service)
        finally:
            service.close()


def make_couple(service: LocalService) -> str:
    """Ana and Ben, who joined and did nothing else; gives their code."""
    ana = service.accounts.create_couple("Ana", PASSPHRASE + "Ana")
    service.accounts.join(ana.code, "Ben", PASSPHRASE + "Ben")
    return ana.code


def answer_all(
    service: LocalService, actor: Actor, instrument: str, shift: int, occasion: str = OCCASION
) -> None:
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
    service.save_answers(actor, answers)


def make_open_couple(service: LocalService) -> str:
    """Ana and Ben, who answered all there is, consented, and opened it all to each other."""
    code = make_couple(service)
    for name, shift in (("Ana", 1), ("Ben", 2)):
        actor = service.accounts.sign_in(code, name, PASSPHRASE + name)
        service.add_event(actor, "consent", {"text": "consent", "text_hash": consent_hash()})
        for instrument in catalogue().values():
            if instrument.id in PERIODIC:
                continue
            answer_all(service, actor, instrument.id, shift)
            if not instrument.is_private and instrument.id != "background":
                service.decide(actor, instrument.id, OCCASION, Grain.ANSWERS)
    return code
