"""Hold what every request may reach: the store, the service, who is signed in, tickets."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from workbook.errors import StorageError
from workbook.server.settings import ServerSettings
from workbook.server.web.sent_once import Once
from workbook.server.web.turns import Turns
from workbook.service.demo import fill_with_simulated_couple
from workbook.service.demo_practice import DemoPractice, fill_with_practice
from workbook.service.desks.household import Household
from workbook.service.formats.values import Actor
from workbook.service.identity.accounts import Accounts
from workbook.service.identity.sittings import Sittings
from workbook.service.link.socket import ServiceSocket
from workbook.service.studies.study import read_study
from workbook.storage.location import data_folder
from workbook.storage.memory import MemoryStore
from workbook.storage.opening import open_store
from workbook.storage.spare import Spare, is_full

__all__ = ["ServerContext", "data_folder", "open_context"]


@dataclass(slots=True)
class ServerContext:
    """Everything trusted that a request may reach, held in one place.

    ``ticket_for`` gives the environment variables by which one kernel reaches the service:
    the socket's path and a ticket that works once. ``recovery_codes`` holds a new code from
    the moment it is made until the person says it is written down, by sitting. ``once`` knows
    which forms were sent already, and ``turns`` who has a key derived next.
    """

    household: Household
    accounts: Accounts
    sittings: Sittings
    ticket_for: Callable[[Actor], dict[str, str]]
    close: Callable[[], None]
    demo: DemoPractice | None = None
    recovery_codes: dict[str, str] = field(default_factory=dict)
    once: Once = field(default_factory=Once)
    turns: Turns = field(default_factory=Turns)

    def __post_init__(self) -> None:
        self.sittings.on_end(self._forget_code)

    def _forget_code(self, actor: Actor) -> None:
        self.recovery_codes.pop(actor.sitting_id, None)


def open_context(settings: ServerSettings, folder: Path) -> ServerContext:
    """Open the store and the service, and the socket by which kernels reach it.

    Raises
    ------
    StorageError
        The store does not open; says why and what to do.
    """
    household = Household(MemoryStore()) if settings.demo else _open_household(settings.data)
    door = ServiceSocket(household, _private(folder / "service"))

    turns = Turns()

    def close() -> None:
        turns.close()
        door.close()
        household.close()

    demo = _open_demo(household) if settings.demo else None
    accounts, sittings = household.accounts, household.sittings
    return ServerContext(household, accounts, sittings, door.ticket_for, close, demo=demo, turns=turns)


def _open_household(data: Path | None) -> Household:
    study = read_study(data_folder(data))  # first: a study that can't be read must not be taken for none
    spare = Spare(data_folder(data))
    try:
        return Household(open_store(data), study=study, spare=spare)
    except StorageError as error:
        if not is_full(error) or not spare.give_up():
            raise
        return Household(open_store(data), study=study, spare=spare)


def _private(folder: Path) -> Path:
    folder.mkdir(mode=0o700, parents=True)
    return folder


def _open_demo(household: Household) -> DemoPractice:
    code, actors = fill_with_simulated_couple(household)
    made = fill_with_practice(household, code, actors)
    for actor in actors:
        household.sittings.end(actor.sitting_id)
    return made
