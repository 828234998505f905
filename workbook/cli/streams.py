"""Where a command's words go, and what happens when nobody takes them any more."""

import os
from typing import Any


class Lasting:
    """A stream that outlives its reader: after ``| head`` has gone, a command still ends its work.

    What is printed then goes nowhere. Else a command would stop wherever its next word was, an
    export unwritten, and call it an error.
    """

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write, or pass over what nobody reads."""
        try:
            return int(self._stream.write(text))
        except BrokenPipeError:
            self._turn_away()
            return len(text)

    def flush(self) -> None:
        """Flush, or pass over what nobody reads."""
        try:
            self._stream.flush()
        except BrokenPipeError:
            self._turn_away()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def _turn_away(self) -> None:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self._stream.fileno())
        os.close(nowhere)
