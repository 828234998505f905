"""The restricted release: linked couples, every answer, for those who signed for it."""

from collections.abc import Sequence
from enum import StrEnum

import numpy as np
import pandas as pd

from workbook.errors import ReleaseError, problem
from workbook.research.anonymise import SUPPRESSED, draw_seed, fresh_ids, shift_dates, shuffle_rows
from workbook.research.attacks import N_TOLD, attack_as_outsider, attack_as_partner
from workbook.research.export.journal import Basis, Journal
from workbook.research.export.published import Published
from workbook.research.export.release import (
    DECLINED,
    NOT_ARISEN,
    SMALLEST_CELL,
    Column,
    Level,
    Release,
    ReleaseTable,
    RiskReport,
    at_least,
    column_name,
    for_information,
    item_column,
    score_column,
)
from workbook.research.export.unlinked import partners
from workbook.research.risk import measure_anonymity


class Layout(StrEnum):
    """How couples are laid out.

    *person*: a row per person with the couple's id. *dyad*: a row per couple, columns ending
    in _a and _b. *pairwise*: a row per person with their own values (_A, actor) and the
    partner's (_P).
    """

    PERSON = "person"
    DYAD = "dyad"
    PAIRWISE = "pairwise"


def restricted_release(  # noqa: PLR0913 - an export's settings, by name
    published: Published,
    *,
    agreement: str,
    form: Layout | str = Layout.PERSON,
    occasion: str | None = None,
    background: bool = True,
    dates: pd.DataFrame | None = None,
    k: int = SMALLEST_CELL,
    seed: int | None = None,
    journal: Journal | None = None,
) -> Release:
    """Answers and scores of couples whose both partners published answers, partners linked.

    Free text never leaves; ids are fresh; who is a or b is drawn; dates, if given, are moved
    couple by couple; background facts that fewer than k couples share are withheld. Each
    partner can still find their own row and so the other's: the files say so, and the risk report
    tells how many couples stand alone in all that is released (nearly all: it bounds nothing).

    Parameters
    ----------
    published : Published
    agreement : str
        The data-use agreement or ethics approval this goes out under; it is written into the
        files. Without one there is no restricted release.
    form : Layout
    occasion : str
        The first by default.
    background : bool
    dates : DataFrame
        ``couple_id`` and ``at``, to add a shifted date of the first sitting: for researchers' own
        data. What is given to a study carries no day, so neither `workbook export` nor its page
        adds one; the day of consent, moved by up to half a year either way, would tell nothing.
    k : int
    seed : int
        For tests only, as `unlinked_release`.
    journal : Journal
        Of the folder this goes to: whom earlier exports would give away is left out, and
        background facts are withheld as if others knew who joined when.

    Raises
    ------
    ReleaseError
        No agreement, unknown form or occasion, fewer than k couples with both: all at once.
    """
    journal = journal or Journal()
    occasion = occasion or published.first_occasion()
    shape = _refuse(published, agreement, form, occasion)
    facts_given = ("background",) if background else ()
    basis = Basis(Level.RESTRICTED, occasion, k, facts=facts_given)
    both = _both_published(published, occasion)
    people, basis = published.settle(both, basis, journal)
    n, n_both = int(people["couple_id"].nunique()), int(both["couple_id"].nunique())
    if n_both < k:
        raise ReleaseError(problem("research.refused.few_published", n=n_both, k=k))
    if n < k:  # there are enough, but earlier exports would give somebody away
        earlier = ", ".join(str(entry["folder"]) for entry in journal.entries)
        asked = {"n": n_both, "left": n, "least": basis.least, "earlier": earlier}
        raise ReleaseError(problem("research.refused.held_back_rows", **asked))
    generator = np.random.default_rng(draw_seed() if seed is None else seed)
    rows, columns, facts = _collect(published, people, occasion, background=background)
    joined = published.joined(people, basis, journal)
    rows = _withhold_rare_couples(rows.assign(joined=joined.to_numpy()), facts, k)
    risk = _assess(rows, columns, facts, k, agreement)
    rows, columns = _disguise(rows, columns, dates, generator)
    table = _lay_out(rows, columns, shape, generator)
    return Release(Level.RESTRICTED, (table,), risk, n, len(people), notes=(agreement,), basis=basis)


def _both_published(published: Published, occasion: str) -> pd.DataFrame:
    own = published.responses[published.responses["occasion"] == occasion]
    people = own[["person_id", "couple_id"]].drop_duplicates()
    sizes = people.groupby("couple_id", observed=True)["person_id"].transform("size")
    return people[sizes == 2].sort_values(["couple_id", "person_id"], ignore_index=True)


def _collect(
    published: Published, people: pd.DataFrame, occasion: str, *, background: bool
) -> tuple[pd.DataFrame, list[Column], list[str]]:
    """Return one row per person with everything that may leave, its columns, and the facts among them."""
    order = list(people["person_id"])
    parts: dict[str, np.ndarray] = {}
    columns: list[Column] = []
    facts: list[str] = []
    answered = set(
        published.responses.loc[published.responses["occasion"] == occasion, "instrument"].unique()
    )
    for instrument in published.catalogue.values():
        if instrument.is_private or instrument.id not in answered:
            continue
        if instrument.id == "background" and not background:
            continue
        items = [item.id for item in instrument.items]
        answers = published.wide_answers(items, occasion, declined=DECLINED, not_arisen=NOT_ARISEN).reindex(
            order
        )
        for item in instrument.items:
            columns.append(item_column(item))
            parts[column_name(item.id)] = answers[item.id].array
            facts += [column_name(item.id)] if instrument.id == "background" else []
        names = [subscale.id for subscale in instrument.subscales]
        scores = published.wide_scores(names, occasion).reindex(order)
        for subscale in instrument.subscales:
            if len(subscale.items) > 1:
                columns.append(score_column(subscale, f"{column_name(subscale.id)}_score"))
                parts[columns[-1].name] = scores[subscale.id].round(4).to_numpy()
    rows = pd.DataFrame(parts)
    rows.insert(0, "couple_id", people["couple_id"].to_numpy())
    rows.insert(0, "person_id", people["person_id"].to_numpy())
    return rows, columns, facts


def _couple_keys(rows: pd.DataFrame, facts: Sequence[str]) -> pd.Series:
    """Return each row's couple as others may know it: both partners' facts, whoever is who."""
    own = rows[list(facts)].astype("string").fillna("").agg("|".join, axis=1)
    return own.groupby(rows["couple_id"]).transform(lambda both: " & ".join(sorted(both)))


def _withhold_rare_couples(rows: pd.DataFrame, facts: list[str], k: int) -> pd.DataFrame:
    """Withhold facts, one after another, until every couple's facts are shared by k couples.

    Which exports they have been in (``joined``) counts as a fact. Facts are tried in order; each
    is kept for those couples with whom it stays common enough, so that the most basic facts survive for most.
    """
    result = rows.copy()
    kept = ["joined"]
    for name in facts:
        kept.append(name)
        keys = _couple_keys(result, kept)
        sizes = result["couple_id"].groupby(keys).transform("nunique")
        small = (sizes < k).to_numpy(dtype=bool)
        result[name] = result[name].mask(small, SUPPRESSED)
        # The suppressed rows may themselves be few; they then need a larger class with them.
        keys = _couple_keys(result, kept)
        sizes = result["couple_id"].groupby(keys).transform("nunique")
        if (sizes < k).any():
            result[name] = result[name].mask(np.ones(len(result), dtype=bool), SUPPRESSED)
    return result


def _assess(
    rows: pd.DataFrame, columns: list[Column], facts: list[str], k: int, agreement: str
) -> RiskReport:
    keyed = rows.assign(facts=_couple_keys(rows, ["joined", *facts]))
    scores = [column.name for column in columns if column.kind == "number"]
    told = [column.name for column in columns if column.kind == "code" and column.name not in set(facts)][
        :N_TOLD
    ]
    by_facts = measure_anonymity(keyed, ["facts"], scores[:1], unit="couple_id")
    known = [column.name for column in columns]
    partner = attack_as_partner(rows, list(rows["person_id"]), partners(rows), known, link="couple_id")
    outsider = attack_as_outsider(rows, [*facts, *told])
    return RiskReport(
        (
            at_least("background_k", by_facts.k, k),
            at_least("l", by_facts.l, 2) if scores else for_information("l", by_facts.l),
            for_information("t", by_facts.t),
            for_information("unique", measure_anonymity(rows, known, unit="couple_id").unique),
            for_information("partner", partner.success),
            for_information("outsider_told", outsider.success),
            at_least("agreement", float(bool(agreement.strip())), 1),
        )
    )


def _disguise(
    rows: pd.DataFrame, columns: list[Column], dates: pd.DataFrame | None, generator: np.random.Generator
) -> tuple[pd.DataFrame, list[Column]]:
    """Fresh ids, drawn places, shifted dates, nothing in its old order."""
    first = [
        Column("couple", "A random name for the couple", "id"),
        Column("person", "A random name for the person", "id"),
        Column("place", "Which partner: a or b, drawn by lot", "text"),
    ]
    rows = shuffle_rows(rows, generator)
    couples = fresh_ids(list(rows["couple_id"]), "c", generator)
    persons = fresh_ids(list(rows["person_id"]), "p", generator)
    place = np.where(rows.groupby("couple_id", observed=True).cumcount() == 0, "a", "b")
    found = rows.assign(
        couple=rows["couple_id"].map(couples), person=rows["person_id"].map(persons), place=place
    )
    if dates is not None:
        moved = shift_dates(dates, generator).groupby("couple_id", observed=True)["date"].min()
        found["date"] = rows["couple_id"].map(moved).dt.strftime("%Y-%m-%d").to_numpy()
        first.append(
            Column("date", "Day of the first sitting, moved by up to 182 days, both partners alike", "text")
        )
    return found[[c.name for c in [*first, *columns]]], [*first, *columns]


def _lay_out(
    rows: pd.DataFrame, columns: list[Column], form: Layout, generator: np.random.Generator
) -> ReleaseTable:
    by_couple = {"couple", "date"}
    personal = [c for c in columns if c.name not in by_couple | {"place", "person"}]
    kept = [c for c in columns if c.name in by_couple]
    if form is Layout.PERSON:
        return ReleaseTable("persons", shuffle_rows(rows, generator), tuple(columns))
    names = [c.name for c in personal]
    sides = {p: rows[rows["place"] == p].set_index("couple") for p in ("a", "b")}
    shared = [c.name for c in kept if c.name != "couple"]
    if form is Layout.DYAD:
        wide = (
            sides["a"][shared].join([sides[p][names].add_suffix(f"_{p}") for p in ("a", "b")]).reset_index()
        )
        suffixes = {"_a": "partner a", "_b": "partner b"}
        table = shuffle_rows(wide, generator)
        return ReleaseTable("couples", table, (*kept, *_doubled(personal, suffixes)))
    both = [
        sides[own][["person", *shared]]
        .join([sides[own][names].add_suffix("_A"), sides[other][names].add_suffix("_P")])
        .reset_index()
        for own, other in (("a", "b"), ("b", "a"))
    ]
    suffixes = {"_A": "own (actor)", "_P": "the partner's"}
    person = next(c for c in columns if c.name == "person")
    described = (*kept, person, *_doubled(personal, suffixes))
    table = shuffle_rows(pd.concat(both, ignore_index=True), generator)[[c.name for c in described]]
    return ReleaseTable("pairwise", table, described)


def _doubled(columns: list[Column], suffixes: dict[str, str]) -> list[Column]:
    return [
        Column(f"{c.name}{suffix}", f"{c.label} ({words})", c.kind, c.codes, c.missing)
        for suffix, words in suffixes.items()
        for c in columns
    ]


def _refuse(published: Published, agreement: str, form: Layout | str, occasion: str) -> Layout:
    problems = []
    if not agreement.strip():
        problems.append(problem("research.refused.agreement"))
    if form not in set(Layout):
        problems.append(problem("research.refused.form", form=form, known=", ".join(Layout)))
    if occasion not in published.occasions:
        problems.append(
            problem("research.refused.occasion", occasion=occasion, known=", ".join(published.occasions))
        )
    if problems:
        raise ReleaseError(problems)
    return Layout(form)
