"""Is it safe to begin here? Asked by every start, which refuses, and by ``workbook doctor``."""

import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from workbook.content import say
from workbook.errors import SetupError
from workbook.storage.location import data_folder, key_folder


@dataclass(frozen=True, slots=True)
class Setup:
    """How a workbook is about to be served, and where: all that the looks may depend on.

    ``data`` and ``keys`` need not exist yet. ``now`` is injectable for tests.
    """

    data: Path = field(default_factory=data_folder)
    keys: Path = field(default_factory=key_folder)
    temporary: Path = field(default_factory=lambda: Path(tempfile.gettempdir()))
    started_in: Path = field(default_factory=Path.cwd)
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    listens_on: str = "127.0.0.1"
    share: bool = False
    demo: bool = False
    proxy: str = ""
    now: datetime = field(default_factory=lambda: datetime.now(UTC))


@dataclass(frozen=True, slots=True)
class Unsafe:
    """One thing that is not safe: its code, and a sentence with the way out."""

    code: str
    text: str


Look = Callable[[Setup], Iterator[Unsafe]]


def unsafe(code: str, **values: object) -> Unsafe:
    """What was found, in words.

    >>> unsafe("optimised").code
    'optimised'
    """
    return Unsafe(code, say(f"setup.unsafe.{code}", **values))


def examine(setup: Setup) -> list[Unsafe]:
    """Everything about a setup that is not safe, in the order it is best put right."""
    from workbook.server import doors, places, surroundings

    looks: tuple[Look, ...] = (*doors.LOOKS, *surroundings.LOOKS)
    if not setup.demo:  # which keeps nothing
        looks = (*looks, *places.LOOKS)
    return [found for look in looks for found in look(setup)]


def refuse_unsafe(setup: Setup) -> None:
    """Do nothing where all is safe.

    Raises
    ------
    SetupError
        With everything that was found, all at once.
    """
    if found := examine(setup):
        raise SetupError([problem.text for problem in found])


def be_private() -> None:
    """What is made from now on is ours alone, and a crash leaves no picture of the memory.

    The memory holds opened drawers and their keys.
    """
    os.umask(0o077)
    if sys.platform == "win32":
        return
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
