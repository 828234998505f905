"""The one thread that writes. What waits together is committed together.

A commit costs two syncs of the disk, whatever it holds. So while one runs, all that arrives
is gathered for the next: many small writes at once cost little more than one. Each is judged by
what those before it have written, of the same commit too; one that is refused leaves the others be.
"""

import queue
import secrets
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from workbook.errors import ConflictError, StorageError, problem
from workbook.storage import chain
from workbook.storage.base import Row
from workbook.storage.chain import Head
from workbook.storage.connections import (
    DiskFailedError,
    SyncFailedError,
    empty_wal,
    has_no_room,
    plain_errors,
)
from workbook.storage.heads_file import MARK_BYTES
from workbook.storage.records import to_digest
from workbook.storage.transaction import Tail, Transaction
from workbook.storage.witness import Witness

_MOST_TOGETHER = 256
Work = Callable[[Transaction], Any]


@dataclass(slots=True)
class _Job:
    work: Work
    destroys: bool
    done: "Future[Any]"


@dataclass(slots=True)
class _Between:
    work: Callable[[], None]
    done: "Future[None]"


class Writer:
    """Runs work in transactions, in the order submitted.

    Parameters
    ----------
    engine : Engine
        Of a single connection.
    witness : Witness
        Written after each commit and before anything is acknowledged.
    committed : callable
        Given the rows newly written and the cells' names, after each commit, once their heads are written.
    """

    def __init__(
        self, engine: Engine, witness: Witness, committed: Callable[[list[Row], set[str]], None]
    ) -> None:
        self._engine = engine
        self._witness = witness
        self._committed = committed
        self._jobs: queue.SimpleQueue[_Job | _Between | None] = queue.SimpleQueue()
        self._put_back: list[_Job | _Between | None] = []
        self._submitting = threading.Lock()
        self._tails: dict[str, Tail] = {}
        self._unwritten: dict[str, Head] = {}
        self._mark = b""
        self._untold: list[Row] = []
        self._untold_cells: set[str] = set()
        self._must_truncate = False
        self._closed = False
        self._stopped = False
        self._thread = threading.Thread(target=self._run, name="store-writer", daemon=True)
        self._thread.start()

    def do(self, work: Work, *, destroys: bool = False) -> Any:
        """Run `work` in a transaction, block until it is durable, and return its result.

        ``destroys`` has the write-ahead log emptied as well before this returns, because it
        still holds what the database no longer does.

        Raises
        ------
        ConflictError
            The work raised it, before it changed anything.
        SyncFailedError
            A sync failed, now or ever since the start: nothing is written any more.
        """
        job = _Job(work, destroys, Future())
        with self._submitting:
            if self._closed:
                raise StorageError(problem("errors.storage.closed"))
            self._jobs.put(job)
        return job.done.result()

    @property
    def has_stopped(self) -> bool:
        """Whether a sync failed, so that nothing is written any more."""
        return self._stopped

    def between_commits(self, work: Callable[[], None]) -> None:
        """Run `work` between two commits, and block until it is done; once a sync failed, nothing is run.

        What it raises is kept from the caller, but stops the writer as a failed commit would.
        """
        job = _Between(work, Future())
        with self._submitting:
            if self._closed:
                return
            self._jobs.put(job)
        job.done.result()

    def close(self) -> None:
        """Finish what was submitted, then end the thread. Closing twice is harmless."""
        with self._submitting:
            if not self._closed:
                self._closed = True
                self._jobs.put(None)
        self._thread.join()

    def _run(self) -> None:
        while (job := self._next()) is not None:
            if isinstance(job, _Between):
                self._run_between(job)
                continue
            together = [job]
            while len(together) < _MOST_TOGETHER and not self._jobs.empty():
                following = self._jobs.get()
                if not isinstance(following, _Job):
                    self._put_back.append(following)
                    break
                together.append(following)
            self._write(together)

    def _next(self) -> _Job | _Between | None:
        return self._put_back.pop() if self._put_back else self._jobs.get()

    def _run_between(self, job: _Between) -> None:
        try:
            with plain_errors():
                if not self._stopped and not self._unwritten:
                    job.work()
        except BaseException as error:  # noqa: BLE001  the thread lives on, and whoever waits is told nothing
            self._consider(error)
        job.done.set_result(None)

    def _write(self, jobs: list[_Job]) -> None:
        try:
            with plain_errors():
                self._refuse_after_failure()
                if self._unwritten:  # or the database would be two commits ahead of its heads
                    self._acknowledge()
                given = self._commit(jobs)
                self._acknowledge()
                if any(job.destroys for job in jobs):
                    self._truncate()
        except BaseException as error:  # noqa: BLE001  whoever waits must hear of it, and the thread lives on
            error = self._consider(error)
            self._tails.clear()  # what the file holds now has to be looked up again
            for job in jobs:
                job.done.set_exception(error)
            return
        for job, result in zip(jobs, given, strict=True):
            if isinstance(result, ConflictError):
                job.done.set_exception(result)
            else:
                job.done.set_result(result)

    def _refuse_after_failure(self) -> None:
        # The next sync would succeed, whatever became of what the failed one was for.
        if self._stopped:
            raise SyncFailedError(problem("errors.storage.stopped"))

    def _consider(self, error: BaseException) -> BaseException:
        """Stop for good after a failed sync; a disk that is only full may have room again later."""
        if not isinstance(error, DiskFailedError):
            return error
        wal = Path(f"{self._engine.url.database}-wal")
        if not isinstance(error, SyncFailedError) and has_no_room(wal):
            return StorageError(problem("errors.storage.full_disk"))
        self._stopped = True
        return SyncFailedError(problem("errors.storage.stopped"))

    def _commit(self, jobs: list[_Job]) -> list[Any]:
        with self._engine.begin() as connection:
            transaction = Transaction(connection, self._tails)
            given = [_done_or_refused(job, transaction) for job in jobs]
            if transaction.has_changed:
                self._mark = secrets.token_bytes(MARK_BYTES)
                transaction.mark(self._mark)
        self._tails |= transaction.changed
        self._unwritten |= {log: tail.head for log, tail in transaction.changed.items()}
        self._unwritten |= {
            chain.name_of_cell(name): chain.head_of_cell(to_digest(stamp))
            for name, stamp in transaction.cells.items()
        }
        self._untold += transaction.fresh
        self._untold_cells |= transaction.cells.keys()
        self._must_truncate |= transaction.destroyed > 0
        return given

    def _acknowledge(self) -> None:
        # Heads that could not be written stay due: no later commit may be made before them.
        self._witness.write(self._unwritten, self._mark)
        self._unwritten = {}
        fresh, self._untold = self._untold, []
        cells, self._untold_cells = self._untold_cells, set()
        self._committed(fresh, cells)

    def _truncate(self) -> None:
        if not self._must_truncate:
            return
        empty_wal(self._engine)
        self._must_truncate = False


def _done_or_refused(job: _Job, transaction: Transaction) -> Any:
    try:
        return job.work(transaction)
    except ConflictError as conflict:
        return conflict
