"""What a therapist may do, in process."""

from workbook.service.cases import grants
from workbook.service.desks.core import Core
from workbook.service.desks.roles import TherapistService
from workbook.service.formats.values import Actor, Case


class LocalTherapist(TherapistService):
    """A therapist's interface: what couples let them read."""

    def __init__(self, core: Core, actor: Actor) -> None:
        self._core = core
        self._actor = actor

    @property
    def actor(self) -> Actor:
        return self._actor

    def read_cases(self) -> list[Case]:
        return grants.cases_of(self._core.store, self._core.therapists.private_key_of(self._actor))
