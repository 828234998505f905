"""The same statistics over a folder of Parquet larger than memory.

A cohort lies in parts, each holding whole couples (`workbook.cohort.write_cohort`,
``workbook simulate --form parquet``). Each part is reduced to sufficient statistics where it
lies, by this process or by the workers of any Dask scheduler; what travels and is merged is a
few small matrices. The results are those of the in-memory calls to rounding.
"""

import os
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, reduce
from pathlib import Path
from typing import Any, Literal, TypeVar

import numpy as np

from workbook.errors import StatisticsError, WorkbookError
from workbook.instruments.model import Instrument
from workbook.research.dyadic import Apim, DyadicICC, apim, dyadic_icc
from workbook.research.dyadic.design import Covariate, Design
from workbook.research.dyadic.least_squares import Method
from workbook.research.moments import Moments
from workbook.research.parts import (
    attempt,
    class_counts,
    fault_of,
    item_sums,
    look_through,
    pair_moments,
    pair_part,
    score_columns,
    score_part,
)
from workbook.research.reliability import Estimate, cronbach_alpha, mcdonald_omega
from workbook.research.risk import Anonymity
from workbook.research.sufficient_statistics import ClassCounts, ItemSums, merge_moments
from workbook.research.validation import other_versions, said_versions

Engine = Literal["pandas", "dask"]
Progress = Callable[[int, int], None]
Found = TypeVar("Found")


def show_progress(done: int, total: int) -> None:
    """Draw a bar on the standard error stream."""
    filled = 30 * done // max(total, 1)
    end = "\n" if done == total else ""
    sys.stderr.write(f"\r[{'#' * filled}{'.' * (30 - filled)}] {done}/{total}{end}")
    sys.stderr.flush()


def keep_quiet(done: int, total: int) -> None:
    """Show no progress."""


@dataclass(frozen=True)
class Parts:
    """A cohort's parts on disk, and who computes on them.

    Of the in-memory statistics it leaves out: distinguishable partners (answers hold no roles: who
    is a or b goes by person id and means nothing, so ``distinguishable=True`` is refused), covariates
    of the couple, and all that incomplete cases did answer (``missing="fiml"``). For these, write
    `pair`'s table, choose its columns, and call them in memory.

    Parameters
    ----------
    folder : Path
        Holds ``*.parquet``, each `workbook.frames.RESPONSES` of whole couples.
    instruments : mapping of str to Instrument
    engine : {"pandas", "dask"}
        This process, part after part, or Dask's workers.
    scheduler : str or None
        Address of a Dask scheduler (``tcp://…``) whose workers see the same folder; None
        starts a cluster on this machine and keeps it for later calls.
    occasion : str
        Which occasion is analysed.
    progress : callable
        Told (parts done, parts in all); `show_progress` by default.

    Raises
    ------
    StatisticsError
        At the first call: every unreadable or half-written part, absent column, and answers to
        other versions of a questionnaire, all at once; then couples that lie in two parts. Later,
        by part: an item that one person answers twice on one occasion.

    Examples
    --------
    >>> parts = Parts(Path("cohort"), {}, engine="dask", scheduler="tcp://cluster:8786")
    >>> parts.engine
    'dask'
    """

    folder: Path
    instruments: Mapping[str, Instrument]
    engine: Engine = "pandas"
    scheduler: str | None = None
    occasion: str = "assessment-1"
    progress: Progress = field(default=show_progress)
    memory_limit: str = "auto"
    n_workers: int = 1
    _seen: dict[str, int] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def paths(self) -> list[Path]:
        return sorted(self.folder.glob("*.parquet"))

    def check(self) -> int:
        """Look through every part; give how many couples there are. Done once, at the first call."""
        if "couples" not in self._seen:
            self._seen["couples"] = self._check()
        return self._seen["couples"]

    def _check(self) -> int:
        problems = [] if self.paths else [f"{self.folder.name} holds no parts (*.parquet)"]
        problems += [f"{path.name}: {fault}" for path in self.paths if (fault := fault_of(path))]
        problems += other_versions(said_versions(self.folder), self.instruments)
        if problems:
            raise StatisticsError(problems)
        said = {item.id: item.version for one in self.instruments.values() for item in one.items}
        hashes = np.concatenate(self._run(look_through, said, keep_quiet))
        twice = len(hashes) - len(np.unique(hashes))
        if twice:
            raise StatisticsError(f"{twice} couple(s) lie in more than one part: a part holds whole couples")
        return len(hashes)

    def reliability(self, subscale: str, *, coefficient: Literal["alpha", "omega"] = "alpha") -> Estimate:
        """Return α or ω of a subscale, of those who answered all its items."""
        instrument = self._instrument(subscale)
        items = list(instrument.subscale_by_id[subscale].items)
        found = self._map(item_sums, (instrument, items, self.occasion))
        moments = reduce(ItemSums.merged, found).moments(items)
        return cronbach_alpha(moments) if coefficient == "alpha" else mcdonald_omega(moments)

    def icc(self, subscale: str, *, distinguishable: bool = False) -> DyadicICC:
        """Return the partners' likeness on a subscale; as `workbook.research.dyadic.dyadic_icc`."""
        _refuse_roles(distinguishable=distinguishable)
        pair_of = score_columns(subscale)
        found, n_set_aside = self._moments([subscale], list(pair_of))
        return replace(dyadic_icc(found, *pair_of), n_set_aside=n_set_aside)

    def apim(
        self,
        x: str,
        y: str,
        *,
        distinguishable: bool = False,
        method: Method = "REML",
        covariates: Sequence[str] = (),
    ) -> Apim:
        """Fit an APIM of two subscales, others as personal covariates; as `workbook.research.dyadic.apim`."""
        _refuse_roles(distinguishable=distinguishable)
        personal: list[Covariate] = [score_columns(name) for name in covariates]
        design = Design.of(score_columns(x), score_columns(y), personal)
        moments, n_set_aside = self._moments([x, y, *covariates], list(design.columns))
        fitted = apim(
            x=score_columns(x),
            y=score_columns(y),
            covariates=personal,
            moments=moments,
            distinguishable=False,
            method=method,
        )
        return replace(fitted, n_set_aside=n_set_aside)

    def anonymity(self, quasi: Sequence[str], sensitive: str) -> Anonymity:
        """k, l and t over background items (couples as units), a subscale's score being sensitive."""
        background = self._instrument_of_items(quasi)
        given = (background, list(quasi), self._instrument(sensitive), sensitive, self.occasion)
        return reduce(ClassCounts.merged, self._map(class_counts, given)).anonymity()

    def score(self, instrument: str, out: Path) -> Path:
        """Write every part's scores into a folder of its own, which appears whole or not at all."""
        return self._write(score_part, self.instruments[instrument], out)

    def pair(self, instrument: str, out: Path) -> Path:
        """Write every part scored and paired (`workbook.frames.PAIRS`), as `score` writes it."""
        return self._write(pair_part, self.instruments[instrument], out)

    def _moments(self, subscales: Sequence[str], columns: list[str]) -> tuple[Moments, int]:
        instruments = {name: self._instrument(name) for name in subscales}
        found = self._map(pair_moments, (instruments, columns, self.occasion))
        n_set_aside = sum(number for _, number in found)
        return merge_moments([moments for moments, _ in found if moments is not None]), n_set_aside

    def _write(self, work: Callable[..., None], instrument: Instrument, out: Path) -> Path:
        if out.exists():
            raise StatisticsError(f"{out.name} exists already: name a new folder")
        self.check()
        unfinished = out.with_name(f".{out.name}.unfinished-{os.getpid()}")
        unfinished.mkdir(parents=True)
        try:
            self._map(work, (instrument, unfinished))
            unfinished.rename(out)
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)
        return out

    def _map(self, work: Callable[[Path, Any], Found], given: Any) -> list[Found]:
        self.check()
        return self._run(work, given, self.progress)

    def _run(self, work: Callable[[Path, Any], Found], given: Any, progress: Progress) -> list[Found]:
        """Do the work on every part; return the results in order, or raise all parts' problems at once."""
        paths = self.paths
        found: list[Any] = [None] * len(paths)
        problems: list[str] = []
        for done, (place, result) in enumerate(self._arriving(work, paths, given), start=1):
            if isinstance(result, WorkbookError):
                problems += [f"{paths[place].name}: {problem}" for problem in result.problems]
            found[place] = result
            progress(done, len(paths))
        if problems:
            raise StatisticsError(sorted(problems))
        return found

    def _arriving(
        self, work: Callable[[Path, Any], Any], paths: list[Path], given: Any
    ) -> Iterator[tuple[int, Any]]:
        """(Which part, what came of it), as they are done."""
        if self.engine == "pandas":
            yield from ((place, attempt(work, path, given)) for place, path in enumerate(paths))
            return
        from distributed import Client, as_completed

        where = self.scheduler or _cluster_here(self.n_workers, self.memory_limit)
        with Client(where) as client:  # type: ignore[no-untyped-call]
            futures = [client.submit(attempt, work, path.absolute(), given, pure=False) for path in paths]
            order = {future.key: place for place, future in enumerate(futures)}
            for future in as_completed(futures):  # type: ignore[no-untyped-call]
                yield order[future.key], future.result()
                future.release()

    def _instrument(self, subscale: str) -> Instrument:
        for instrument in self.instruments.values():
            if subscale in instrument.subscale_by_id:
                return instrument
        raise StatisticsError(f"no instrument has a subscale {subscale!r}")

    def _instrument_of_items(self, items: Sequence[str]) -> Instrument:
        for instrument in self.instruments.values():
            if set(items) <= set(instrument.item_by_id):
                return instrument
        raise StatisticsError(f"no instrument has the items {', '.join(items)}")


@cache
def _cluster_here(n_workers: int, memory_limit: str) -> Any:
    """Return a cluster of this machine's own, kept for later calls: its workers take seconds to start."""
    from distributed import LocalCluster

    return LocalCluster(  # type: ignore[no-untyped-call]
        n_workers=n_workers,
        threads_per_worker=1,
        memory_limit=memory_limit,
        dashboard_address=None,
    )


def _refuse_roles(*, distinguishable: bool) -> None:
    if distinguishable:
        raise StatisticsError(
            "distinguishable=True needs roles, and answers hold none: who is a or b goes by person id "
            "and means nothing. Put the partners of each couple in the order of their roles (align_roles) "
            "and call apim or dyadic_icc on that frame"
        )
