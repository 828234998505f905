"""Is it safe to begin here? Asked by every start, which refuses, and by ``workbook doctor``."""

import os
import sys

from workbook.errors import SetupError
from workbook.server.preflight import environment, exposure, folders
from workbook.server.preflight.base import Check, Setup, Unsafe


def examine(setup: Setup) -> list[Unsafe]:
    """Return everything about a setup that is not safe, in the order it is best put right."""
    checks: tuple[Check, ...] = (*exposure.CHECKS, *environment.CHECKS)
    if not setup.demo:  # which keeps nothing
        checks = (*checks, *folders.CHECKS)
    return [found for check in checks for found in check(setup)]


def refuse_unsafe(setup: Setup) -> None:
    """Do nothing where all is safe.

    Raises
    ------
    SetupError
        With everything that was found, all at once.
    """
    if found := examine(setup):
        raise SetupError([unsafe.problem for unsafe in found])


def be_private() -> None:
    """Make every new file ours alone, and let a crash leave no picture of the memory.

    The memory holds opened drawers and their keys.
    """
    os.umask(0o077)
    if sys.platform == "win32":
        return
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
