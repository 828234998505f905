"""What a setup is, and what is found unsafe about one; the checks themselves are beside it."""

import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from workbook.errors import Problem, problem
from workbook.storage.location import data_folder, key_folder


@dataclass(frozen=True, slots=True)
class Setup:
    """How a workbook is about to be served, and where: all that the checks may depend on.

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
    """One thing that is not safe: its code, and what is wrong with the way out."""

    code: str
    problem: Problem


Check = Callable[[Setup], Iterator[Unsafe]]


def unsafe(code: str, **values: object) -> Unsafe:
    """Return what was found.

    >>> unsafe("optimised").code
    'optimised'
    """
    return Unsafe(code, problem(f"setup.unsafe.{code}", **values))
