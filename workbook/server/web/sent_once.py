"""A form that is sent twice is done once: the second sending gets the page of the first.

Each form that is shown holds a random token. What a sending did is kept for some minutes under that token,
the browser's cross-site cookie and every word that was typed: nobody gets at it from another browser, or
without the passphrase. Only a keyed digest of all that is kept, and only as long as the server runs.
"""

import asyncio
import hashlib
import secrets
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any

from workbook.service.formats.values import Actor

KEPT_SECONDS = 10 * 60.0


@dataclass(frozen=True, slots=True)
class Done:
    """What a form did: where to go next, who is signed in by it, and a code that is shown at once."""

    goal: str = ""
    actor: Actor | None = None
    code: str = ""


class Once:
    """What was sent lately. A sending that failed is forgotten, so it may be sent again.

    Parameters
    ----------
    kept : float
        Seconds for which the first sending's outcome is kept.
    """

    def __init__(self, kept: float = KEPT_SECONDS) -> None:
        self._kept = kept
        self._key = secrets.token_bytes(32)
        self._sent: dict[bytes, asyncio.Task[Done]] = {}

    async def do(
        self, marks: Sequence[str], do: Callable[[], Coroutine[Any, Any, Done]]
    ) -> tuple[Done, bool]:
        """Do it, or wait for the sending with the same marks that does; gives whether it was one."""
        key = self._digest(marks)
        task = self._sent.get(key)
        is_again = task is not None
        if task is None:
            task = self._sent[key] = asyncio.get_running_loop().create_task(do())
        try:
            done = await asyncio.shield(task)
        except Exception:
            if self._sent.get(key) is task:
                del self._sent[key]
            raise
        if not is_again:
            asyncio.get_running_loop().call_later(self._kept, self._sent.pop, key, None)
        return done, is_again

    def _digest(self, marks: Sequence[str]) -> bytes:
        digest = hashlib.blake2b(key=self._key)
        for mark in marks:
            content = mark.encode("utf-8", "surrogatepass")
            digest.update(len(content).to_bytes(4, "big") + content)
        return digest.digest()
