"""Telling watchers of new rows, off the writer's thread and in order."""

import logging
import queue
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable

from workbook.errors import name_defect
from workbook.storage.base import Row

Notify = Callable[[list[Row]], None]
_log = logging.getLogger(__name__)


class Watchers:
    """Who watches which log. Calls happen on one thread of its own, so a watcher may append."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._by_log: dict[str, dict[object, Notify]] = defaultdict(dict)
        self._queue: queue.SimpleQueue[tuple[object, str, list[Row]] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    def add(self, log: str, notify: Notify) -> Callable[[], None]:
        """Watch a log from now on; the returned function stops it, and may be called twice."""
        token = object()
        with self._lock:
            self._by_log[log][token] = notify
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="store-watchers", daemon=True)
                self._thread.start()

        def stop() -> None:
            with self._lock:
                watching = self._by_log.get(log, {})
                watching.pop(token, None)
                if not watching:
                    self._by_log.pop(log, None)

        return stop

    def tell(self, rows: Iterable[Row], cells: Iterable[str] = ()) -> None:
        """Queue newly written rows for whoever watches their logs now, and for nobody who comes later.

        Who watches a cell that was written is told so, with no rows.
        """
        by_log: dict[str, list[Row]] = {name: [] for name in cells}
        for row in rows:
            by_log.setdefault(row.log, []).append(row)
        with self._lock:
            for log, written in by_log.items():
                for token in self._by_log.get(log, {}):
                    self._queue.put((token, log, written))

    def close(self) -> None:
        """Deliver what is queued, then end the thread."""
        thread, self._thread = self._thread, None
        if thread is not None:
            self._queue.put(None)
            if thread is not threading.current_thread():
                thread.join(timeout=5)

    def _run(self) -> None:
        while (call := self._queue.get()) is not None:
            token, name, written = call
            with self._lock:
                notify = self._by_log.get(name, {}).get(token)
            if notify is None:  # it has stopped watching meanwhile
                continue
            try:
                notify(written)
            except Exception as error:  # noqa: BLE001  one bad watcher must not silence the others
                _log.error("a watcher failed: %s", name_defect(error))
