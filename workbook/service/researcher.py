"""What a study's researcher may do, in process."""

from workbook.service.core import Core
from workbook.service.roles import ResearcherService
from workbook.service.studies import given
from workbook.service.study import Study
from workbook.service.values import Actor, Given


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

    def read_research(self) -> list[Given]:
        core = self._core
        core.sittings.require(self._actor)
        return given.disguise(given.given_to(core.store, core.directory, given.require_study(core.study)))
