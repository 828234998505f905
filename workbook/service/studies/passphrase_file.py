"""A passphrase for scripts, which nobody is there to type: from a file of its owner's alone, or a pipe.

Never from the command line or the environment, where every other program of the same user reads it.
"""

import stat
import sys
from pathlib import Path

from workbook.errors import SetupError, problem
from workbook.storage.location import check_private

STANDARD_INPUT = "-"
_MOST_BYTES = 4_096


def read_passphrase(file: str | Path) -> str:
    """Return the first line of a file, without its end; ``-`` is standard input.

    A named pipe or ``/dev/fd/3`` will do as well.

    Raises
    ------
    SetupError
        There is no such file, others can read it, or its first line is empty or no text.
    """
    try:
        if str(file) == STANDARD_INPUT:
            line = sys.stdin.readline(_MOST_BYTES)
        else:
            path = Path(file)
            if stat.S_ISREG(path.stat().st_mode):
                check_private(path)
            with path.open(encoding="utf-8") as opened:
                line = opened.readline(_MOST_BYTES)
    except (OSError, UnicodeDecodeError):
        raise SetupError(problem("study.error.no_passphrase_file", file=file)) from None
    passphrase = line.rstrip("\r\n")
    if not passphrase:
        raise SetupError(problem("study.error.empty_passphrase_file", file=file))
    return passphrase
