"""Opening a store by its address. For a household's: folder, key, file, in that order, each checked."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

from workbook.errors import SetupError, problem
from workbook.storage.base import Store
from workbook.storage.keys import erasures_file, find_key
from workbook.storage.location import check_private, data_folder, prepare_folder
from workbook.storage.memory import MemoryStore
from workbook.storage.rotation import settle
from workbook.storage.sqlcipher import FILE_NAME, HEADS_NAME, SqlCipherStore

_SQLCIPHER, _MEMORY = "sqlcipher", "memory"
_KNOWN = f"{_SQLCIPHER}:///folder, {_MEMORY}://"


def open_store(address: str | Path | None = None) -> Store:
    """Open the store at an address, or begin a new one.

    Parameters
    ----------
    address : str or path, optional
        A folder, or ``sqlcipher:///folder``: an encrypted file there. ``memory://``: a store that
        ends with the process. Default: ``WORKBOOK_DATA``, else the platform's own place.

    Raises
    ------
    SetupError
        There is no such kind of store; or the folder, a file in it or the key is unsafe or can't
        be used.
    StorageError
        The store or its key can't be opened; its subclasses say why.

    Examples
    --------
    >>> open_store("memory://").heads(["a"])
    {'a': 0}
    """
    if isinstance(address, str) and "://" in address:
        scheme, folder = _parts_of(address)
        if scheme == _MEMORY:
            return MemoryStore()
        return _open_folder(folder)
    return _open_folder(address)


def _parts_of(address: str) -> tuple[str, str]:
    """Scheme and folder. An address that is refused is not told: it may hold a password."""
    scheme, _, rest = address.partition("://")
    if scheme not in (_SQLCIPHER, _MEMORY):
        raise SetupError(problem("errors.storage.unknown_kind", scheme=scheme, known=_KNOWN))
    split = urlsplit(f"//{rest}")
    has_folder = split.path.strip("/") != ""
    if split.netloc or split.query or split.fragment or has_folder != (scheme == _SQLCIPHER):
        raise SetupError(problem("errors.storage.bad_address", known=_KNOWN))
    return scheme, unquote(split.path)


def _open_folder(folder: str | Path | None) -> SqlCipherStore:
    place = prepare_folder(data_folder(folder))
    settle(place)
    files = [place / FILE_NAME, place / HEADS_NAME]
    for file in files:
        if file.exists():
            check_private(file)
    key = find_key(place, is_new=not any(file.exists() for file in files))
    return SqlCipherStore(place, key, erasures_file(place))
