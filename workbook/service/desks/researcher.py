"""What a study's researcher may do, in process."""

from workbook.service.desks.core import Core
from workbook.service.desks.roles import ResearcherService
from workbook.service.formats.values import Actor, Contribution
from workbook.service.studies import given
from workbook.service.studies.study import Study


class LocalResearcher(ResearcherService):
    """A researcher's interface: what people gave the study, under made-up ids."""

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
        return given.disguise(given.given_to(core.store, core.directory, given.require_study(core.study)))
