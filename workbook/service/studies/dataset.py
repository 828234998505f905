"""A study as its researcher works with it: the rows people gave, ready for tables and exports.

Opened from the data folder by its researcher, with their passphrase, beside a running workbook or
without one. Nothing here can write, and nothing of anybody's drawer is read.
"""

import getpass
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import pandas as pd

from workbook import frames
from workbook.content import say
from workbook.errors import ReleaseError, SetupError, problem
from workbook.instruments.model import Instrument
from workbook.service.formats.publications import frame_from_json
from workbook.service.identity.directory import Directory
from workbook.service.identity.moving import as_moved
from workbook.service.studies.collected import collect
from workbook.service.studies.study import BACKGROUND, Study, askable, key_of, open_private, read_study
from workbook.sharing import Grain, without_held_back
from workbook.storage.base import Store
from workbook.storage.location import data_folder
from workbook.storage.read_only import open_read_only

if TYPE_CHECKING:
    from workbook.research.export import Journal, Published, Release

_PEOPLE = {"person_id": "string", "couple_id": "string", "grain": "string", "is_linked": "bool"}
LEVELS = {"aggregate": "aggregate", "scores": "unlinked", "linked": "restricted"}
"""What a level of an export is called here, and in the export's own files."""


@dataclass(frozen=True, eq=False)
class ConsentedStudy:
    """What people gave to a study and have not taken back, under ids made up at this opening.

    ``couple_id`` is shared by two rows only where both partners chose to be linked; everybody else
    has one of their own, so a statistic over pairs is one over consenting pairs only. Who lives with
    whom is known inside for one purpose, to count couples when the risk of an export is measured.

    Attributes
    ----------
    study : Study
    people : DataFrame
        One row per person: ``person_id``, ``couple_id``, ``grain``, ``is_linked``.
    published : Published
        All that was given, as the exports take it; see `workbook.research.export`.
    n_shut : int
        Places of people that the study's key does not open. More than none where the key was another for
        a while: a new one was made, or somebody put one of theirs in its place.
    """

    study: Study
    people: pd.DataFrame
    published: "Published" = field(repr=False)
    _households: Mapping[str, str] = field(repr=False)
    n_shut: int = 0

    @classmethod
    def of(cls, study: Study, given: pd.DataFrame, responses: pd.DataFrame, scores: pd.DataFrame) -> Self:
        """From what was given, under the ids of the store.

        Parameters
        ----------
        given : DataFrame
            As `people`; linked or not, partners have one ``couple_id``.
        responses, scores : DataFrame
            `frames.RESPONSES` and `frames.SCORES`.
        """
        from workbook.research.export import Published

        persons, couples = list(given["person_id"]), list(given["couple_id"])
        names = {person: _made_up("r") for person in persons}
        homes = {couple: _made_up("h") for couple in couples}
        together = {couple: _made_up("c") for couple in couples}
        couple_of = {
            person: together[couple] if is_linked else _made_up("c")
            for person, couple, is_linked in zip(persons, couples, given["is_linked"], strict=True)
        }
        published = Published(
            _renamed(responses, names, couple_of),
            _renamed(scores, names, couple_of),
            study.instruments,
            {names[person]: (couple, person) for person, couple in zip(persons, couples, strict=True)},
        )
        households = {names[person]: homes[couple] for person, couple in zip(persons, couples, strict=True)}
        return cls(study, _renamed(given, names, couple_of), published, households)

    @classmethod
    def simulated(cls, n_couples: int = 200, seed: int = 1) -> Self:
        """Simulate couples in a study of that name; half of them are linked.

        >>> ConsentedStudy.simulated(4).n_linked_couples
        2
        """
        from workbook.scoring import score_all
        from workbook.simulate import simulate_couples

        asks = tuple(name for name in askable() if name != "weekly")
        study = Study(say("study.demo.name"), say("study.demo.purpose"), asks, "nobody@example.org", 12)
        answers = simulate_couples(n_couples, seed, list(study.instruments.values())).responses
        answers = without_held_back(answers[answers["value"].notna()], study.instruments.values())
        answers = answers.reset_index(drop=True)
        scores = score_all(answers, study.instruments)
        people = answers[["person_id", "couple_id"]].drop_duplicates(ignore_index=True)
        linked = set(people["couple_id"].drop_duplicates().iloc[: n_couples // 2])
        given = people.assign(grain=Grain.ANSWERS.value, is_linked=people["couple_id"].isin(linked))
        return cls.of(study, given.astype(_PEOPLE), answers, scores[scores["score"].notna()])

    @property
    def catalogue(self) -> dict[str, Instrument]:
        """The instruments the study may have, without what is held back, the background questions first."""
        return dict(self.published.catalogue)

    @property
    def responses(self) -> pd.DataFrame:
        """`frames.RESPONSES`: answers where answers were given, and everybody's background facts."""
        return self.published.responses

    @property
    def scores(self) -> pd.DataFrame:
        """`frames.SCORES` of everybody."""
        return self.published.scores

    @property
    def background(self) -> pd.DataFrame:
        """One row per person, one column per background item: the value first given, NA where left out."""
        items = [item.id for item in self.catalogue[BACKGROUND].items]
        own = self.responses[self.responses["instrument"] == BACKGROUND].sort_values("occasion")
        first = own.drop_duplicates(["person_id", "item"])
        wide = first.pivot_table(index="person_id", columns="item", values="value", aggfunc="first")
        return wide.reindex(index=list(self.people["person_id"]), columns=items).astype("Int16")

    @property
    def n_persons(self) -> int:
        return len(self.people)

    @property
    def n_couples(self) -> int:
        """Households of which at least one gave something."""
        return len(set(self._households.values()))

    @property
    def n_linked_couples(self) -> int:
        return int(self.people["is_linked"].sum()) // 2

    def release(
        self,
        level: str,
        *,
        form: str = "person",
        agreement: str = "",
        subscales: Sequence[str] | None = None,
        occasion: str | None = None,
        background: Sequence[str] = (),
        k: int = 5,
        journal: "Journal | None" = None,
    ) -> "Release":
        """Return an export of this study, with its risk report; nothing is written.

        Parameters
        ----------
        level : {"aggregate", "scores", "linked"}
            Tables over linked couples; a few coarse scores of persons; linked answers.
        form : {"person", "dyad", "pairwise"}
            How linked couples are laid out.
        agreement : str
            What a linked export goes out under.
        background : list of str
            Background items to put beside the scores, such as ``background.region``; each costs
            coarser scores. At level scores only: tables and linked answers have them anyway.
        journal : Journal
            Of the folder it goes to (`workbook.research.export.open_journal`): whom an earlier
            export would give away by subtraction is left out.

        Raises
        ------
        ReleaseError
            It would be unsafe, or there is too little to make it; with every reason.
        """
        from workbook.research.export import aggregate_release, restricted_release, unlinked_release

        if level not in LEVELS:
            raise ReleaseError(problem("study.error.level", level=level, known=", ".join(LEVELS)))
        problems = []
        if form != "person" and level != "linked":
            problems.append(problem("study.error.form", form=form))
        if background and level != "scores":
            problems.append(problem("research.export.background_beside", level=level))
        if problems:
            raise ReleaseError(problems)
        if not self.n_persons:
            raise ReleaseError(problem("study.error.nobody"))
        if level == "scores":
            return unlinked_release(
                self._in_households(),
                subscales,
                background=background,
                occasion=occasion,
                k=k,
                journal=journal,
            )
        if level == "linked":
            return restricted_release(
                self.published, agreement=agreement, form=form, occasion=occasion, k=k, journal=journal
            )
        return aggregate_release(self.published, subscales, occasion=occasion, k=k, journal=journal)

    def _in_households(self) -> "Published":
        """With each household's people under one id: risk is counted in couples, linked or not."""
        homes = self._households

        def at_home(frame: pd.DataFrame) -> pd.DataFrame:
            return frame.assign(couple_id=frame["person_id"].map(homes).astype(frame["couple_id"].dtype))

        published = self.published
        return replace(published, responses=at_home(published.responses), scores=at_home(published.scores))


def _ask() -> str:
    return getpass.getpass(say("study.ask"))


def open_study(
    data: str | Path | None = None, *, ask: Callable[[], str] = _ask, key_file: Path | None = None
) -> ConsentedStudy:
    """Return what people gave to the study of a data folder, whether its server runs or not.

    Parameters
    ----------
    data : path, optional
        Default: ``WORKBOOK_DATA``, else the platform's own place.
    ask : callable
        What gives the researcher's passphrase. By default whoever sits there is asked; a script takes
        `read_passphrase` with a file (see `workbook.service.studies.passphrase_file`).
    key_file : Path, optional
        Where ``study.key`` lies, if not in the data folder.

    Raises
    ------
    SetupError
        There is no study, its file or the store's is not in order, or the passphrase does not fit.
    StorageError
        There is no store, or it does not open.
    """
    folder = data_folder(data)
    study = read_study(folder)
    if study is None:
        raise SetupError(problem("study.error.none", folder=folder))
    key_of(folder, study, key_file)  # what is wrong with it is told before anybody types
    store = open_read_only(folder)
    try:
        return read_consented(store, study, open_private(folder, study, ask(), key_file))
    finally:
        store.close()


def read_consented(store: Store, study: Study, private: bytes) -> ConsentedStudy:
    """Return what people gave to a study, from its store, opened by the private half of its key."""
    collected = collect(store, Directory(as_moved(store)), study, private)
    copies = collected.copies
    rows = [(one["person_id"], one["couple_id"], one["grain"], one["linked"]) for one in copies]
    publications = [
        publication
        for one in copies
        for publication in one["publications"]
        if publication["instrument"] in study.instruments
    ]
    responses, scores = (_joined(publications, name) for name in ("responses", "scores"))
    # What the study may not have would stay out even if a row held it.
    shown = [one.as_published for one in study.instruments.values()]
    items = {item for one in shown for item in one.item_by_id}
    subscales = {subscale for one in shown for subscale in one.subscale_by_id}
    consented = ConsentedStudy.of(
        study,
        pd.DataFrame(rows, columns=list(_PEOPLE)).astype(_PEOPLE),
        responses[responses["item"].isin(items)],
        scores[scores["subscale"].isin(subscales)],
    )
    return replace(consented, n_shut=collected.n_shut)


def _joined(publications: Sequence[Mapping[str, Any]], name: str) -> pd.DataFrame:
    """Join the rows of many publications at once: a frame each takes a second for thirty people."""
    columns: dict[str, list[Any]] = {column: [] for column in frames.FRAMES[name].columns}
    for publication in publications:
        for column, values in publication[name].items():
            columns[column].extend(values)
    return frames.check(frame_from_json(columns, name), frames.FRAMES[name])


def _renamed(frame: pd.DataFrame, names: Mapping[str, str], couple_of: Mapping[str, str]) -> pd.DataFrame:
    """Return rows under made-up ids, ordered by them and so in no order of the store's."""
    renamed = frame.assign(
        person_id=frame["person_id"].map(names).astype(frame["person_id"].dtype),
        couple_id=frame["person_id"].map(couple_of).astype(frame["couple_id"].dtype),
    )
    return renamed.sort_values("person_id", kind="stable", ignore_index=True)


def _made_up(prefix: str) -> str:
    return f"{prefix}_{secrets.token_hex(8)}"
