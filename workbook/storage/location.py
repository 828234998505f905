"""Where the data lives, and that nobody else of this computer can read it."""

import os
import shutil
import stat
from pathlib import Path

import platformdirs

from workbook.errors import SetupError, problem

_APPLICATION = "intimacy-workbook"
SET_ASIDE, RESTORING = "before-restore-", ".restoring-"  # how folders are named that restoring makes
_PRIVATE_FOLDER, _PRIVATE_FILE = 0o700, 0o600


def data_folder(chosen: str | Path | None = None) -> Path:
    """Return the data folder: what was chosen, else ``WORKBOOK_DATA``, else the platform's own place.

    >>> data_folder("/tmp/example")
    PosixPath('/tmp/example')
    """
    named = chosen or os.environ.get("WORKBOOK_DATA")
    if named:
        return Path(named).expanduser().absolute()
    return platformdirs.user_data_path(_APPLICATION, appauthor=False)


def key_folder() -> Path:
    """Return where key files lie when there is no keyring: never inside the data folder."""
    named = os.environ.get("WORKBOOK_KEYS")
    if named:
        return Path(named).expanduser().absolute()
    return platformdirs.user_config_path(_APPLICATION, appauthor=False) / "keys"


def prepare_folder(folder: Path) -> Path:
    """Make a private folder, or check that an existing one is private.

    An empty folder that others may read is closed to them; one with something in it is not
    touched, because its owner may have meant it so.

    Raises
    ------
    SetupError
        It is no folder, can't be made or written to, or is open to others.
    """
    try:
        folder.mkdir(mode=_PRIVATE_FOLDER, parents=True, exist_ok=True)
        if _is_open_to_others(folder) and not any(folder.iterdir()):
            folder.chmod(_PRIVATE_FOLDER)
    except FileExistsError:
        raise SetupError(problem("errors.storage.not_a_folder", path=folder)) from None
    except OSError:
        raise SetupError(problem("errors.storage.no_folder", folder=folder)) from None
    check_private(folder)
    if not os.access(folder, os.W_OK | os.X_OK):
        raise SetupError(problem("errors.storage.no_folder", folder=folder))
    return folder


def check_private(path: Path) -> None:
    """Refuse a file or folder that others of this computer can read, naming the way out.

    Raises
    ------
    SetupError
        With the command that closes it.
    """
    if _is_open_to_others(path):
        mode = _PRIVATE_FOLDER if path.is_dir() else _PRIVATE_FILE
        raise SetupError(problem("errors.storage.open_folder", path=path, mode=f"{mode:o}"))


def remove_set_aside(folder: Path) -> None:
    """Remove what restoring set aside in a data folder, or left half-made there.

    Raises
    ------
    OSError
        One of them can't be removed.
    """
    for path in [*folder.glob(f"{SET_ASIDE}*"), *folder.glob(f"{RESTORING}*")]:
        shutil.rmtree(path)


def _is_open_to_others(path: Path) -> bool:
    if os.name != "posix":  # elsewhere a person's own folders are private by their access lists
        return False
    return bool(stat.S_IMODE(path.stat().st_mode) & 0o077)
