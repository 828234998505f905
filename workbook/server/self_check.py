"""Is it safe to begin here? Asked by every start, which refuses, and by ``workbook doctor``."""

import os
import sys

from workbook.errors import SetupError
from workbook.server import doors, places, surroundings
from workbook.server.unsafe import Look, Setup, Unsafe


def examine(setup: Setup) -> list[Unsafe]:
    """Everything about a setup that is not safe, in the order it is best put right."""
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
