"""A simulated couple, plainly labelled so, for looking around without an account."""

from typing import Literal

import pandas as pd

from workbook.content import say
from workbook.content.document import consent_hash
from workbook.instruments import Instrument, catalogue
from workbook.service.crypto import Cost
from workbook.service.local import LocalService
from workbook.service.sittings import Sittings
from workbook.service.verbs import Actor, Answer
from workbook.sharing import grains_for
from workbook.simulate import simulate_couples
from workbook.storage.base import Store
from workbook.storage.memory import MemoryStore

SEED = 20_240_220
OCCASION = "assessment-1"
_PASSPHRASES = ("a simulated passphrase", "another simulated passphrase")
# Nobody's secret is guarded here, and the page should open at once.
_CHEAP = Cost(memory_kib=64, passes=1, lanes=1)


def open_demo(
    place: Literal["a", "b", "together"] = "a", *, store: Store | None = None
) -> tuple[LocalService, Actor]:
    """A service over an in-memory store with one simulated couple, both at "together".

    Every answer goes through the same verbs as a real person's. The sitting never runs out,
    because outside the server no page sends heartbeats.

    Parameters
    ----------
    place : {"a", "b", "together"}
        Who looks at it.
    store : Store, optional
        Another store to fill.

    Examples
    --------
    >>> service, actor = open_demo()
    >>> [member.name for member in service.couple(actor).members]
    ['Robin (simulated)', 'Sam (simulated)']
    >>> service.read_table(actor).open_rounds[0]
    ('connection', 'assessment-1')
    >>> service.close()
    """
    forever = float("inf")
    sittings = Sittings(heartbeat=forever, idle=forever)
    service = LocalService(MemoryStore() if store is None else store, sittings=sittings, cost=_CHEAP)
    code, actors = fill_with_simulated_couple(service)
    if place == "together":
        return service, sit_down(service, code, place)
    return service, actors["ab".index(place)]


def sit_down(service: LocalService, code: str, place: Literal["a", "b", "together"]) -> Actor:
    """Sign in to a demo's couple once more, as one of the two or as both."""
    both = list(zip((say("errors.demo.first"), say("errors.demo.second")), _PASSPHRASES, strict=True))
    if place == "together":
        return service.accounts.sign_in_together(code, both)
    return service.accounts.sign_in(code, *both["ab".index(place)])


def fill_with_simulated_couple(service: LocalService) -> tuple[str, tuple[Actor, Actor]]:
    """Have a simulated couple join, answer and reveal all they can; gives their code and actors."""
    names = say("errors.demo.first"), say("errors.demo.second")
    first = service.accounts.create_couple(names[0], _PASSPHRASES[0])
    second = service.accounts.join(first.code, names[1], _PASSPHRASES[1])
    actors = (first.actor, second.actor)
    shared = [instrument for instrument in catalogue().values() if not instrument.is_private]
    responses = simulate_couples(1, SEED, shared).responses
    for actor, (_, own) in zip(actors, responses.groupby("person_id", observed=True), strict=True):
        _agree(service, actor)
        _answer(service, actor, own)
    for actor in actors:
        for instrument in _to_reveal(service, actor):
            service.decide(actor, instrument.id, OCCASION, grains_for(instrument)[-1])
    return first.code, actors


def _to_reveal(service: LocalService, actor: Actor) -> list[Instrument]:
    """What has answers to be looked at together; the background is nobody's to compare."""
    responses = service.read_responses(actor)
    answered = set(
        responses.loc[(responses["occasion"] == OCCASION) & responses["value"].notna(), "instrument"]
    )
    return [
        instrument
        for instrument in catalogue().values()
        if instrument.id in answered - {"background"} and grains_for(instrument)
    ]


def _agree(service: LocalService, actor: Actor) -> None:
    """Read what comes first and consent to it, as everybody does before answering."""
    for page in ("introduction", "limits"):
        service.add_event(actor, "setting", {"name": f"seen.{page}", "value": True})
    consent = {"text": "consent", "text_hash": consent_hash(), "agreed": True}
    service.add_event(actor, "consent", consent)


def _answer(service: LocalService, actor: Actor, own: pd.DataFrame) -> None:
    columns = (own[name].tolist() for name in ("occasion", "item", "value", "declined"))
    answers = [
        Answer(f"demo-{number}", occasion, item, None if pd.isna(value) else int(value), declined is True)
        for number, (occasion, item, value, declined) in enumerate(zip(*columns, strict=True), start=1)
    ]
    for start in range(0, len(answers), 200):
        service.save_answers(actor, answers[start : start + 200])
