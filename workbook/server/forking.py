"""Where a process that is loaded already may be forked. Imports next to nothing, as the first page does."""

import sys


def can_fork() -> bool:
    """Tell whether a fork is safe here: on Linux alone.

    On macOS the system's own libraries may break in a fork, and Windows has none: there each page's
    kernel is a program started as usual, and the first page comes from the server itself.

    >>> can_fork() == (sys.platform == "linux")
    True
    """
    return sys.platform == "linux"
