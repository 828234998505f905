"""The error boundary: whatever a callback raises becomes one clear sentence with a way out.

ipywidgets swallows exceptions of callbacks: to the person nothing seems to happen. Here an
error raised on purpose (`WorkbookError`) is shown in its own words; any other is logged
without values, and the page says what is safe and what to do.
"""

import logging
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, ParamSpec

from workbook.content import say, sentences, speaking, spoken
from workbook.errors import WorkbookError, name_defect

P = ParamSpec("P")
_log = logging.getLogger("workbook.ui")


class Guard:
    """Wraps callbacks; ``show`` is called with the sentences of what went wrong, ``begin`` before each call.

    All of it is said in one language: the sitting's, whatever the event loop calls it in.

    Examples
    --------
    >>> seen = []
    >>> guard = Guard(seen.append)
    >>> def refuse() -> None:
    ...     raise WorkbookError("This is not open to you yet.")
    >>> guard(refuse)()
    >>> seen
    [['This is not open to you yet.']]
    """

    def __init__(
        self,
        show: Callable[[Sequence[str]], None],
        begin: Callable[[], None] = lambda: None,
        language: str | None = None,
    ) -> None:
        self._show = show
        self._begin = begin
        self._language = spoken() if language is None else language

    def __call__(self, callback: Callable[P, Any]) -> Callable[P, None]:
        """Return the same callback, whose errors are shown instead of lost."""

        @wraps(callback)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> None:
            with speaking(self._language):
                attempt(*args, **kwargs)

        def attempt(*args: P.args, **kwargs: P.kwargs) -> None:
            try:
                self._begin()
                callback(*args, **kwargs)
            except WorkbookError as error:
                self._show(sentences(error))
            except Exception as error:  # noqa: BLE001 - nothing may be swallowed, whatever it is
                _log.error("%s", name_defect(error))
                self._show((say("ui.trouble.unknown"),))

        return guarded
