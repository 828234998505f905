"""What the dashboard is about: the installation's study, or a simulated cohort that says so."""

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from workbook.cohort import ABOUT
from workbook.content import say
from workbook.instruments import catalogue
from workbook.instruments.model import Instrument
from workbook.research.dyadic import from_persons
from workbook.research.export import (
    Journal,
    Published,
    Release,
    aggregate_release,
    restricted_release,
    unlinked_release,
)
from workbook.research.validation import read_answers

if TYPE_CHECKING:
    from workbook.service.studies.dataset import ConsentedStudy
    from workbook.service.studies.study import Study

Make = Callable[[str, str, str, str, Journal], Release]
"""(level, form, agreement, occasion, journal) → a release."""

COHORT = Path("data/cohort")


@dataclass(frozen=True, eq=False)
class Sample:
    """Published answers and scores, who is linked with whom, and how to make an export of them.

    ``linked`` holds ``person_id`` and ``couple_id`` of those whose partner is in it too; ``shut`` how many
    places the study's key does not open, and the words by which that key is known.
    """

    name: str
    is_simulated: bool
    published: Published
    n_persons: int
    linked: pd.DataFrame
    exports: Path
    make: Make
    shut: tuple[int, str] = (0, "")

    @property
    def catalogue(self) -> Mapping[str, Instrument]:
        return self.published.catalogue

    @cached_property
    def questionnaires(self) -> list[Instrument]:
        """Those with facets of several items that somebody answered."""
        here = set(self.published.scores["instrument"])
        return [
            instrument
            for instrument in self.catalogue.values()
            if instrument.id in here and any(len(s.items) > 1 for s in instrument.subscales)
        ]

    def occasions(self, instrument: Instrument) -> list[str]:
        scores = self.published.scores
        return sorted(scores.loc[scores["instrument"] == instrument.id, "occasion"].unique())

    def shown(self, instrument: Instrument, occasion: str) -> pd.DataFrame:
        """Everybody's answers to one questionnaire, with a row for each item that was left out."""
        responses = self.published.responses
        own = responses[(responses["instrument"] == instrument.id) & (responses["occasion"] == occasion)]
        items = [item.id for item in instrument.items]
        own = own[own["item"].isin(items)]
        keyed = own.set_index(["person_id", "item"])[["value", "declined"]]
        everybody = pd.MultiIndex.from_product(
            [own["person_id"].unique(), items], names=["person_id", "item"]
        )
        whole = keyed.reindex(everybody).reset_index()
        whole["declined"] = whole["declined"].astype("boolean").fillna(value=False)
        couples = own.drop_duplicates("person_id").set_index("person_id")["couple_id"]
        return whole.assign(
            couple_id=whole["person_id"].map(couples), occasion=occasion, instrument=instrument.id
        )

    def facets(self, occasion: str) -> dict[str, str]:
        """Facets of several items that have scores on an occasion, with their titles."""
        here = self.published.scores
        scored = set(here.loc[(here["occasion"] == occasion) & here["score"].notna(), "subscale"])
        return {
            subscale.id: subscale.title
            for instrument in self.questionnaires
            for subscale in instrument.subscales
            if subscale.id in scored and len(subscale.items) > 1
        }

    def pairs(self, facets: list[str], occasion: str) -> pd.DataFrame:
        """Return one row per linked couple, two columns per facet; who is a says nothing."""
        scores = self.published.wide_scores(facets, occasion)
        persons = self.linked.merge(scores, left_on="person_id", right_index=True)
        return from_persons(persons, facets)


def find_study() -> "Study | None":
    """Return the study of this installation, with its key in order; None where there is none.

    Raises
    ------
    SetupError
        Its file or its key is not in order.
    """
    from workbook.service.studies.study import key_of, read_study
    from workbook.storage.location import data_folder

    folder = data_folder()
    study = read_study(folder)
    if study is not None:
        key_of(folder, study)
    return study


def open_study_sample(passphrase: str) -> Sample:
    """Return the study of this installation, opened by its researcher's passphrase."""
    from workbook.service.studies.dataset import open_study
    from workbook.service.studies.study import exports_folder
    from workbook.storage.location import data_folder

    folder = data_folder()
    return of_study(open_study(folder, ask=lambda: passphrase), exports_folder(folder))


def open_simulated() -> Sample:
    """Return the simulated cohort of ``data/cohort``; without that, one made now."""
    from workbook.service.studies.dataset import ConsentedStudy

    cohort = find_cohort(Path.cwd())
    if cohort is not None:
        return of_cohort(cohort)
    simulated = of_study(ConsentedStudy.simulated(), _passing_folder())
    return Sample(**{**vars(simulated), "is_simulated": True})


def find_cohort(start: Path) -> Path | None:
    """Return the simulated cohort of the project a folder lies in."""
    for folder in (start, *start.parents):
        if (folder / COHORT / ABOUT).exists():
            return folder / COHORT
    return None


def of_study(consented: "ConsentedStudy", exports: Path) -> Sample:
    """Return what people gave to a study and have not taken back."""

    def make(level: str, form: str, agreement: str, occasion: str, journal: Journal) -> Release:
        return consented.release(level, form=form, agreement=agreement, occasion=occasion, journal=journal)

    people = consented.people
    shut = (consented.n_shut, consented.study.key_words)
    linked = people.loc[people["is_linked"].to_numpy(dtype=bool), ["person_id", "couple_id"]]
    return Sample(
        consented.study.name, False, consented.published, consented.n_persons, linked, exports, make, shut
    )


def of_cohort(folder: Path) -> Sample:
    """Return simulated couples, as if all of them had published everything."""
    shown = {name: i for name, i in catalogue().items() if not i.is_private}
    published = Published.of_responses(read_answers(folder, shown), shown)

    def make(level: str, form: str, agreement: str, occasion: str, journal: Journal) -> Release:
        if level == "scores":
            return unlinked_release(published, occasion=occasion, journal=journal)
        if level == "linked":
            return restricted_release(
                published, agreement=agreement, form=form, occasion=occasion, journal=journal
            )
        return aggregate_release(published, occasion=occasion, journal=journal)

    people = published.people()
    return Sample(
        say("dashboard.simulated.name"), True, published, len(people), people, _passing_folder(), make
    )


def _passing_folder() -> Path:
    return Path(tempfile.gettempdir()) / "workbook-simulated-exports"
