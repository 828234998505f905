"""What a study's researcher may do, in process."""

from workbook.service.desks.core import Core
from workbook.service.desks.roles import ResearcherService
from workbook.service.formats.values import Actor, Contribution
from workbook.service.studies.collected import disguise, given_to
from workbook.service.studies.given import require_study
from workbook.service.studies.study import Study


class LocalResearcher(ResearcherService):
    """A researcher's interface: what people gave the study, under made-up ids.

    Their sitting holds the private half of the study's key, which opens it.
    """

    def __init__(self, core: Core, actor: Actor) -> None:
        self._core = core
        self._actor = actor

    @property
    def actor(self) -> Actor:
        return self._actor

    def study(self) -> Study | None:
        self._core.sittings.require(self._actor)
        return self._core.study

    def read_research(self) -> list[Contribution]:
        core = self._core
        core.sittings.require(self._actor)
        private = core.sittings.key_of(self._actor)
        return disguise(given_to(core.store, core.directory, require_study(core.study), private))
