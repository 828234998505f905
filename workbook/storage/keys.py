"""The key of the store's file: in the system's keyring, else in a file apart from the data.

Either way a copy of the data folder alone opens nothing. (It guards against a copied or lost
disk; each drawer is sealed besides with a key that only its person's passphrase opens.)
"""

import contextlib
import os
import secrets
from pathlib import Path

import keyring
from keyring.errors import KeyringError

from workbook.errors import SetupError, StorageError, problem
from workbook.storage.location import check_private, key_folder, prepare_folder
from workbook.storage.witness import sync_folder

_SERVICE = "intimacy-workbook"
_ID_FILE = "key-id"
KEY_BYTES = 32


def find_key(folder: Path, *, is_new: bool) -> bytes:
    """Return the 32-byte key of a data folder, made and kept if the folder is new.

    Parameters
    ----------
    folder : Path
        The data folder. It holds only a random name for the key.
    is_new : bool
        Whether it holds no store yet. A missing key is then made; otherwise it is an error,
        because a new key would open nothing.

    Raises
    ------
    StorageError
        The key is gone.
    SetupError
        The key's file is open to others, malformed, or inside the data folder.
    """
    key_id = _key_id(folder)
    _refuse_inside(folder)
    key = _from_keyring(key_id) or _from_file(key_id)
    if key is not None:
        return key
    if not is_new:
        raise StorageError(problem("errors.storage.no_key", key=key_id))
    key = secrets.token_bytes(KEY_BYTES)
    adopt_key(key_id, key)
    return key


def adopt_key(key_id: str, key: bytes) -> None:
    """Keep a key under a name: in the keyring, else in a file. Durable when it returns."""
    if not _to_keyring(key_id, key):
        _to_file(key_id, key)


def forget_key(key_id: str) -> None:
    """Destroy a key and all that is kept beside it: nothing opens with it from then on."""
    with contextlib.suppress(KeyringError, RuntimeError, OSError):
        keyring.delete_password(_SERVICE, key_id)
    for name in (f"{key_id}.key", f"{key_id}.erased", f"{key_id}.successor"):
        (key_folder() / name).unlink(missing_ok=True)
    if key_folder().is_dir():
        sync_folder(key_folder())


def key_id_of(folder: Path) -> str:
    """Return the random name by which the key of a data folder, or of a backup, is found."""
    return _key_id(folder)


def make_key_id(folder: Path, key_id: str) -> None:
    """Write in a folder which key it opens with."""
    _write_new(folder / _ID_FILE, key_id)


def note_successor(key_id: str, following: str) -> None:
    """Note that a store went on under another key: what was erased since is on that one's list."""
    _write_new(prepare_folder(key_folder()) / f"{key_id}.successor", following)


def later_lists(folder: Path) -> list[tuple[Path, bytes]]:
    """Return the lists of what was erased after a folder's key was followed by others, each with its key."""
    found: list[tuple[Path, bytes]] = []
    key_id, seen = _key_id(folder), set()
    while key_id not in seen:
        seen.add(key_id)
        path = key_folder() / f"{key_id}.successor"
        if not path.exists():
            break
        key_id = path.read_text(encoding="ascii", errors="replace").strip()
        key = _from_keyring(key_id) or _from_file(key_id) if key_id.isalnum() else None
        if key is not None:
            found.append((key_folder() / f"{key_id}.erased", key))
    return found


def key_file(folder: Path) -> Path:
    """Return where the key of a data folder lies if the keyring does not have it."""
    return key_folder() / f"{_key_id(folder)}.key"


def erasures_file(folder: Path) -> Path:
    """Return where the list of what was erased from a data folder lies: beside its key."""
    return prepare_folder(key_folder()) / f"{_key_id(folder)}.erased"


def _key_id(folder: Path) -> str:
    path = folder / _ID_FILE
    if not path.exists():
        _write_new(path, secrets.token_hex(8))
    key_id = path.read_text(encoding="ascii", errors="replace").strip()
    if not key_id.isalnum() or len(key_id) > 64:
        raise SetupError(problem("errors.storage.bad_key_file", path=path))
    return key_id


def _refuse_inside(folder: Path) -> None:
    if key_folder().resolve().is_relative_to(folder.resolve()):
        raise SetupError(problem("errors.storage.key_beside_data", folder=folder))


def _from_keyring(key_id: str) -> bytes | None:
    # Any trouble with a keyring (none installed, locked, no session) means: look for the file.
    with contextlib.suppress(KeyringError, RuntimeError, OSError):
        found = keyring.get_password(_SERVICE, key_id)
        return _parse(found) if found else None
    return None


def _to_keyring(key_id: str, key: bytes) -> bool:
    with contextlib.suppress(KeyringError, RuntimeError, OSError):
        keyring.set_password(_SERVICE, key_id, key.hex())
        return keyring.get_password(_SERVICE, key_id) == key.hex()
    return False


def _from_file(key_id: str) -> bytes | None:
    path = key_folder() / f"{key_id}.key"
    if not path.exists():
        return None
    check_private(path)
    key = _parse(path.read_text(encoding="ascii", errors="replace"))
    if key is None:
        raise SetupError(problem("errors.storage.bad_key_file", path=path))
    return key


def _to_file(key_id: str, key: bytes) -> None:
    folder = prepare_folder(key_folder())
    _write_new(folder / f"{key_id}.key", key.hex())


def _write_new(path: Path, content: str) -> None:
    """Write a private file that is there whole, or not at all."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(content + "\n")
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    sync_folder(path.parent)


def _parse(text: str) -> bytes | None:
    try:
        key = bytes.fromhex(text.strip())
    except ValueError:
        return None
    return key if len(key) == KEY_BYTES else None
