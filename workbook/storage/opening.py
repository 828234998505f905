"""Opening the household's store: folder, key, file, in that order, each checked."""

from pathlib import Path

from workbook.storage.keys import erasures_file, find_key
from workbook.storage.location import check_private, data_folder, prepare_folder
from workbook.storage.rotation import settle
from workbook.storage.sqlcipher import FILE_NAME, HEADS_NAME, SqlCipherStore


def open_store(folder: str | Path | None = None) -> SqlCipherStore:
    """Open the store of a data folder, or begin a new one.

    Parameters
    ----------
    folder : path, optional
        Default: ``WORKBOOK_DATA``, else the platform's own place.

    Raises
    ------
    SetupError
        The folder, a file in it or the key is unsafe or can't be used.
    StorageError
        The store or its key can't be opened; its subclasses say why.
    """
    place = prepare_folder(data_folder(folder))
    settle(place)
    files = [place / FILE_NAME, place / HEADS_NAME]
    for file in files:
        if file.exists():
            check_private(file)
    key = find_key(place, is_new=not any(file.exists() for file in files))
    return SqlCipherStore(place, key, erasures_file(place))
