"""Checks of what the workbook would run in: the environment, this Python, its database, its folders."""

import os
import stat
import sys
from collections.abc import Iterator, Mapping

from workbook.errors import problem
from workbook.server.preflight.base import Check, Setup, Unsafe, unsafe
from workbook.service.link.path import LONGEST_PATH

# Before it, two processes writing to one write-ahead log could corrupt the database.
OLDEST_SQLITE = (3, 51, 3)
DATABASE_SETTINGS = {"synchronous": 2, "foreign_keys": 1, "secure_delete": 1, "temp_store": 2}
CONFIGURATIONS = (
    "voila",
    "jupyter_config",
    "jupyter_server_config",
    "jupyter_voila_config",
    "jupyter_notebook_config",
)
# Variables that change what runs, by why they are refused. Whatever else is set is not passed on to kernels.
REFUSED: Mapping[str, str] = {
    "PYTHONSTARTUP": "code",
    "PYTHONBREAKPOINT": "code",
    "PYTHONHOME": "code",
    "PYTHONINSPECT": "prompt",
    "PYTHONDEVMODE": "debug",
    "PYTHONASYNCIODEBUG": "debug",
    "PYTHONDUMPREFS": "debug",
    "PYTHONDUMPREFSFILE": "debug",
    "SSLKEYLOGFILE": "tls_keys",
    "JUPYTER_CONFIG_DIR": "jupyter",
    "JUPYTER_CONFIG_PATH": "jupyter",
    "JUPYTER_PATH": "jupyter",
    "JUPYTER_DATA_DIR": "jupyter",
    "JUPYTER_TOKEN": "jupyter",
    "JUPYTER_NO_CONFIG": "jupyter",
    "JUPYTER_ALLOW_INSECURE_WRITES": "jupyter",
    "VOILA_APP_CONFIG": "jupyter",
}
READABLE_KEYRINGS = ("keyrings.alt.",)
_LONGEST_SOCKET = "wb-xxxxxxxx/service/s"


def check_environment(setup: Setup) -> Iterator[Unsafe]:
    """Check for variables that run code, write secrets down or set Jupyter up another way."""
    for name, why in REFUSED.items():
        if setup.environment.get(name):
            yield unsafe("environment", name=name, why=problem(f"setup.why.{why}"))
    backend = setup.environment.get("PYTHON_KEYRING_BACKEND", "")
    if backend.startswith(READABLE_KEYRINGS):
        yield unsafe("keyring", name=backend)


def check_python(_setup: Setup) -> Iterator[Unsafe]:
    """Python checks what it should, and shows nobody what it works on."""
    if sys.flags.optimize:
        yield unsafe("optimised")
    if sys.flags.inspect or sys.flags.interactive:
        yield unsafe("interactive")
    if sys.flags.dev_mode:
        yield unsafe("development")
    if is_debugged():
        yield unsafe("traced")


def check_user(_setup: Setup) -> Iterator[Unsafe]:
    """As oneself, and files nobody else may change."""
    if os.name != "posix":
        return
    if os.getuid() != os.geteuid():
        yield unsafe("another_user")
    found = os.umask(0o077)
    os.umask(found)
    if not found & stat.S_IWOTH:
        yield unsafe("umask", umask=f"{found:03o}")


def check_working_folder(setup: Setup) -> Iterator[Unsafe]:
    """Check that nothing at the starting place sets Voila up. We never read it; others might."""
    for name in CONFIGURATIONS:
        for ending in ("py", "json"):
            file = setup.started_in / f"{name}.{ending}"
            if file.exists():
                yield unsafe("configuration", file=file)


def check_temporary_folder(setup: Setup) -> Iterator[Unsafe]:
    """Check where kernels' sockets lie: a short path, which others can't put another in the place of."""
    path = setup.temporary / _LONGEST_SOCKET
    if len(os.fsencode(path)) > LONGEST_PATH:
        yield unsafe("socket_path", path=setup.temporary)
    mode = stat.S_IMODE(setup.temporary.stat().st_mode) if setup.temporary.is_dir() else 0
    if os.name == "posix" and mode & stat.S_IWOTH and not mode & stat.S_ISVTX:
        yield unsafe("temporary", folder=setup.temporary, mode=f"{mode:o}")


def check_database(_setup: Setup) -> Iterator[Unsafe]:
    """Check a SQLite that encrypts, is new enough for a write-ahead log, and takes our settings."""
    import sqlcipher3

    from workbook.storage.connections import settings_in_force

    found = tuple(sqlcipher3.sqlite_version_info)
    if found < OLDEST_SQLITE:
        yield unsafe("sqlite", found=_dotted(found), oldest=_dotted(OLDEST_SQLITE))
    settings = settings_in_force(("cipher_version", *DATABASE_SETTINGS))
    if not settings["cipher_version"]:
        yield unsafe("cipher")
    for name, wanted in DATABASE_SETTINGS.items():
        if settings[name] != wanted:
            yield unsafe("database_setting", name=name, found=settings[name], wanted=wanted)


def is_debugged() -> bool:
    """Tell whether a debugger follows every line. (Measuring coverage traces as well, and may.)"""
    follower = sys.gettrace()
    return follower is not None and type(follower).__module__.split(".")[0] != "coverage"


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))


CHECKS: tuple[Check, ...] = (
    check_environment,
    check_python,
    check_user,
    check_working_folder,
    check_temporary_folder,
    check_database,
)
