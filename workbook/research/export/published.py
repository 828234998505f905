"""What people published to a study: all that an export may draw on."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Self

import pandas as pd

from workbook import frames
from workbook.errors import FrameError, ReleaseError, problem
from workbook.instruments.model import Instrument
from workbook.research.checks import places
from workbook.research.export.journal import Basis, Journal
from workbook.research.validation import check_responses
from workbook.scoring import score_all
from workbook.sharing import Grain, Publication, renew, without_held_back


@dataclass(frozen=True, eq=False)
class Published:
    """Answers and scores that their people published to research, of any number of couples.

    Attributes
    ----------
    responses : DataFrame
        `workbook.frames.RESPONSES`: of those who published answers.
    scores : DataFrame
        `workbook.frames.SCORES`: of everybody who published anything.
    catalogue : mapping of str to Instrument
        Without what is never published: an export has no column for it.
    keys : mapping of str to (str, str), optional
        The couple's and the person's lasting names, by ``person_id``, where the frames' own
        ids are drawn anew at every opening: the journal of exports knows people by them.

    Raises
    ------
    FrameError
        A person's answer to an item, or score on a facet, stands there twice for one occasion.
    """

    responses: pd.DataFrame = field(repr=False)
    scores: pd.DataFrame = field(repr=False)
    catalogue: Mapping[str, Instrument]
    keys: Mapping[str, tuple[str, str]] | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        shown = {name: instrument.as_published for name, instrument in self.catalogue.items()}
        object.__setattr__(self, "catalogue", shown)
        problems = []
        for what, frame, kind in (("responses", self.responses, "item"), ("scores", self.scores, "subscale")):
            again = frame.duplicated(["person_id", "occasion", kind]).to_numpy(dtype=bool)
            if again.any():
                where = places(frame.index[again])
                problems.append(f"{what}, {where}: the person has this {kind} on this occasion already")
        if problems:
            raise FrameError(problems)

    @classmethod
    def of(cls, publications: Iterable[Publication], catalogue: Mapping[str, Instrument]) -> Self:
        """From the publications in a study's log; nothing at grain *nothing*, nothing private.

        Of one person, instrument and occasion the latest round counts: a lower grain there
        takes back what an earlier round gave.
        """
        latest: dict[tuple[str, str, str], Publication] = {}
        for publication in sorted(publications, key=lambda p: p.round):
            latest[publication.person_id, publication.instrument, publication.occasion] = publication
        shown = [
            renew(p, catalogue[p.instrument])
            for p in latest.values()
            if p.grain != Grain.NOTHING
            and p.instrument in catalogue
            and not catalogue[p.instrument].is_private
        ]
        responses = [p.responses for p in shown if len(p.responses)]
        scores = [p.scores for p in shown if len(p.scores)]
        return cls(
            frames.check(pd.concat(responses, ignore_index=True), frames.RESPONSES)
            if responses
            else frames.empty(frames.RESPONSES),
            frames.check(pd.concat(scores, ignore_index=True), frames.SCORES)
            if scores
            else frames.empty(frames.SCORES),
            catalogue,
        )

    @classmethod
    def of_responses(cls, responses: pd.DataFrame, catalogue: Mapping[str, Instrument]) -> Self:
        """As if everybody had published all they can: simulated cohorts, own studies.

        Raises
        ------
        FrameError
            As `workbook.research.validation.check_responses`: all problems by row and column.
        """
        checked = without_held_back(check_responses(responses, catalogue), catalogue.values())
        return cls(checked, score_all(checked, catalogue), catalogue)

    @property
    def occasions(self) -> list[str]:
        return sorted(set(self.scores["occasion"]) | set(self.responses["occasion"]))

    def people(self) -> pd.DataFrame:
        """``person_id``, ``couple_id`` of everybody, one row each."""
        both = [frame[["person_id", "couple_id"]] for frame in (self.scores, self.responses)]
        return pd.concat(both).drop_duplicates().sort_values(["couple_id", "person_id"], ignore_index=True)

    def settle(self, people: pd.DataFrame, basis: Basis, journal: Journal) -> tuple[pd.DataFrame, Basis]:
        """Return these people without those whom earlier exports would give away, and their basis."""
        couples = dict(zip(people["person_id"], people["couple_id"], strict=True))
        names = self.keys or {person: (couple, person) for person, couple in couples.items()}
        members = {names[person][1]: names[person][0] for person in couples}
        basis = replace(basis, members=members, seen=journal.fingerprint)
        out = journal.hold_back(basis)
        stays = people["person_id"].map(lambda person: names[person][1] not in out).to_numpy(dtype=bool)
        kept = {name: couple for name, couple in members.items() if name not in out}
        return people[stays].reset_index(drop=True), replace(basis, members=kept)

    def joined(self, people: pd.DataFrame, basis: Basis, journal: Journal) -> pd.Series:
        """Return each person's class by the exports they have been in: others may know who joined when."""
        labels = journal.classes(basis.occasion, basis.members)
        names = self.keys
        return people["person_id"].map(lambda person: labels[names[person][1] if names else person])

    def wide_scores(self, subscales: Iterable[str], occasion: str) -> pd.DataFrame:
        """Return persons × subscales (float, NaN where not scored), indexed by person."""
        rows = self.scores[
            (self.scores["occasion"] == occasion) & self.scores["subscale"].isin(list(subscales))
        ]
        wide = rows.set_index(["person_id", "subscale"])["score"].unstack("subscale")  # noqa: PD010
        return wide.reindex(columns=list(subscales)).astype("Float64").astype(float)

    def wide_answers(
        self,
        items: Iterable[str],
        occasion: str,
        *,
        declined: int | None = None,
        not_arisen: int | None = None,
    ) -> pd.DataFrame:
        """Return persons × items (Int16, NA where not answered), the reasons for no answer as codes."""
        rows = self.responses[
            (self.responses["occasion"] == occasion) & self.responses["item"].isin(list(items))
        ]
        values = rows["value"].mask(rows["declined"], declined) if declined is not None else rows["value"]
        values = values.mask(rows["not_arisen"], not_arisen) if not_arisen is not None else values
        keyed = rows.assign(value=values).set_index(["person_id", "item"])["value"]
        return keyed.unstack("item").reindex(columns=list(items)).astype("Int16")  # noqa: PD010

    def first_occasion(self) -> str:
        if not self.occasions:
            raise ReleaseError(problem("research.refused.nobody"))
        return self.occasions[0]
