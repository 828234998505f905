"""A simulated couple, plainly labelled so, for looking around without an account."""

from typing import Literal

import pandas as pd

from workbook.content import say, speaking
from workbook.content.document import consent_hash
from workbook.content.language import SOURCE
from workbook.instruments import Instrument, catalogue
from workbook.service.desks.household import Household
from workbook.service.desks.roles import CoupleService, PartnerService
from workbook.service.formats.crypto import Cost
from workbook.service.formats.values import Actor, Answer
from workbook.service.identity.sittings import Sittings
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
) -> tuple[Household, CoupleService]:
    """Open an in-memory household of one simulated couple, both at "together", and one's own place in it.

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
    >>> household, service = open_demo()
    >>> [member.name for member in service.couple().members]
    ['Robin (simulated)', 'Sam (simulated)']
    >>> service.read_table().open_rounds[0]
    ('connection', 'assessment-1')
    >>> household.close()
    """
    household = forever_household(store)
    code, actors = fill_with_simulated_couple(household)
    actor = sit_down(household, code, place) if place == "together" else actors["ab".index(place)]
    return household, household.seat_couple(actor)


def forever_household(store: Store | None = None) -> Household:
    """Return an empty household whose sittings never run out, and in which nobody's secret is guarded."""
    forever = float("inf")
    sittings = Sittings(heartbeat=forever, idle=forever)
    return Household(MemoryStore() if store is None else store, sittings=sittings, cost=_CHEAP)


def sit_down(household: Household, code: str, place: Literal["a", "b", "together"]) -> Actor:
    """Sign in to a demo's couple once more, as one of the two or as both."""
    both = list(zip(_names(), _PASSPHRASES, strict=True))
    if place == "together":
        return household.accounts.sign_in_together(code, both)
    return household.accounts.sign_in(code, *both["ab".index(place)])


def fill_with_simulated_couple(
    household: Household, *, names: tuple[str, str] | None = None, seed: int = SEED
) -> tuple[str, tuple[Actor, Actor]]:
    """Have a simulated couple join, answer and reveal all they can; gives their code and actors."""
    names = _names() if names is None else names
    first = household.accounts.create_couple(names[0], _PASSPHRASES[0])
    second = household.accounts.join(first.code, names[1], _PASSPHRASES[1])
    actors = (first.actor, second.actor)
    shared = [instrument for instrument in catalogue().values() if not instrument.is_private]
    responses = simulate_couples(1, seed, shared).responses
    partners = [household.seat_partner(actor) for actor in actors]
    for partner, (_, own) in zip(partners, responses.groupby("person_id", observed=True), strict=True):
        _agree(partner)
        _answer(partner, own)
    for partner in partners:
        for instrument in _to_reveal(partner):
            partner.decide(instrument.id, OCCASION, grains_for(instrument)[-1])
    return first.code, actors


def _names() -> tuple[str, str]:
    """Return what the two are called: the same to whoever looks, in whichever language."""
    with speaking(SOURCE):
        return say("errors.demo.first"), say("errors.demo.second")


def _to_reveal(partner: PartnerService) -> list[Instrument]:
    """Return what has answers to be looked at together; the background is nobody's to compare."""
    responses = partner.read_responses()
    answered = set(
        responses.loc[(responses["occasion"] == OCCASION) & responses["value"].notna(), "instrument"]
    )
    return [
        instrument
        for instrument in catalogue().values()
        if instrument.id in answered - {"background"} and grains_for(instrument)
    ]


def _agree(partner: PartnerService) -> None:
    """Read what comes first and consent to it, as everybody does before answering."""
    for page in ("introduction", "limits"):
        partner.add_event("setting", {"name": f"seen.{page}", "value": True})
    consent = {"text": "consent", "text_hash": consent_hash(), "agreed": True}
    partner.add_event("consent", consent)


def _answer(partner: PartnerService, own: pd.DataFrame) -> None:
    columns = (own[name].tolist() for name in ("occasion", "item", "value", "declined", "version"))
    answers = [
        Answer(
            f"demo-{number}",
            occasion,
            item,
            None if pd.isna(value) else int(value),
            declined is True,
            version=version,
        )
        for number, (occasion, item, value, declined, version) in enumerate(
            zip(*columns, strict=True), start=1
        )
    ]
    for start in range(0, len(answers), 200):
        partner.save_answers(answers[start : start + 200])
