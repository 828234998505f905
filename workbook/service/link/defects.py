"""Defects of a kernel reach the server's log: what a kernel prints goes nowhere.

What is told is the class of an error and its places (`workbook.errors.name_defect`). The server trusts
no kernel with more: other signs than those of a place, long lines and many of them are left out.
"""

import logging
import re
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import suppress

from workbook.errors import WorkbookError
from workbook.service.formats.values import Actor

MOST_TOLD = 50
"""Defects that are written down of one sitting; a browser may press a broken button without end."""
_MOST_LINES = 40
_LINE = re.compile(r"[\w .,:/<>-]{1,200}", re.ASCII)
_log = logging.getLogger(__name__)


class KernelLog(logging.Handler):
    """Tells the server what a kernel's pages log as an error.

    Parameters
    ----------
    tell : callable
        Given the text; a server that is not there does not hear it.
    """

    def __init__(self, tell: Callable[[str], None]) -> None:
        super().__init__(logging.ERROR)
        self._tell = tell

    def emit(self, record: logging.LogRecord) -> None:
        with suppress(WorkbookError):
            self._tell(record.getMessage())


class Defects:
    """Writes down what kernels tell, so many for each sitting and no more."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._told: Counter[str] = Counter()

    def take(self, actor: Actor, text: str) -> None:
        """Write one defect to the log."""
        with self._lock:
            self._told[actor.sitting_id] += 1
            if self._told[actor.sitting_id] > MOST_TOLD:
                return
        _log.error("a page failed: %s", plain(text))


def plain(text: str) -> str:
    r"""Keep the lines of a text that look like a class or a place.

    >>> plain("KeyError\n  /workbook/ui/app.py:12 go\nan {answer}")
    'KeyError\n  /workbook/ui/app.py:12 go'
    """
    return "\n".join(line for line in text.splitlines()[:_MOST_LINES] if _LINE.fullmatch(line))
