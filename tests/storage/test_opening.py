"""Where the data and its key live, and who may read them."""

import stat
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend

from tests.storage.contract import note
from workbook.errors import SetupError, StorageError, WrongKeyError
from workbook.storage.base import Store
from workbook.storage.keys import find_key, key_file
from workbook.storage.location import check_private, data_folder, prepare_folder
from workbook.storage.memory import MemoryStore
from workbook.storage.opening import open_store
from workbook.storage.sqlcipher import FILE_NAME


class DictKeyring(KeyringBackend):
    """A keyring that works, in memory."""

    priority = 1.0  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password


class LockedKeyring(DictKeyring):
    """A keyring that refuses, as on a computer without a session."""

    def get_password(self, service: str, username: str) -> str | None:
        raise keyring.errors.KeyringLocked("locked")

    def set_password(self, service: str, username: str, password: str) -> None:
        raise keyring.errors.PasswordSetError("locked")


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("WORKBOOK_KEYS", str(tmp_path / "keys"))
    before = keyring.get_keyring()
    keyring.set_keyring(LockedKeyring())
    yield tmp_path / "data"
    keyring.set_keyring(before)


def test_a_new_store_is_owner_only_and_its_key_is_outside_the_data_folder(data: Path) -> None:
    store = open_store(data)
    store.write([note("a", "1")])
    store.close()
    assert stat.S_IMODE(data.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in data.iterdir()} == {0o600}
    key = key_file(data)
    assert not key.is_relative_to(data) and stat.S_IMODE(key.stat().st_mode) == 0o600
    text = key.read_text().strip()
    assert all(
        text.encode() not in file.read_bytes() and bytes.fromhex(text) not in file.read_bytes()
        for file in data.iterdir()
    )
    store = open_store(data)
    assert len(store.read("a")) == 1
    store.close()


def test_the_system_keyring_is_preferred_over_a_key_file(data: Path) -> None:
    keyring.set_keyring(DictKeyring())
    open_store(data).close()
    assert not key_file(data).exists()
    open_store(data).close()


def test_a_lost_key_is_reported_and_not_replaced(data: Path) -> None:
    open_store(data).close()
    key_file(data).unlink()
    with pytest.raises(StorageError, match="key is not"):
        open_store(data)
    assert not key_file(data).exists()


def test_a_different_key_is_refused_as_wrong(data: Path) -> None:
    open_store(data).close()
    key_file(data).write_text("ab" * 32)
    with pytest.raises(WrongKeyError):
        open_store(data)
    key_file(data).write_text("not a key")
    with pytest.raises(SetupError):
        open_store(data)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_folder_readable_by_others_is_refused_with_the_command_that_fixes_it(data: Path, mode: int) -> None:
    open_store(data).close()
    for path in (data / FILE_NAME, key_file(data)):
        path.chmod(mode)
        with pytest.raises(SetupError, match=f"chmod 600 {path}"):
            open_store(data)
        path.chmod(0o600)
    data.chmod(0o755)
    with pytest.raises(SetupError, match=f"chmod 700 {data}"):
        open_store(data)


def test_an_empty_folder_is_made_owner_only(data: Path) -> None:
    data.mkdir(mode=0o755)
    assert stat.S_IMODE(prepare_folder(data).stat().st_mode) == 0o700
    check_private(data)


def test_a_key_inside_the_data_folder_is_refused(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKBOOK_KEYS", str(data / "keys"))
    with pytest.raises(SetupError, match="may not lie inside"):
        find_key(prepare_folder(data), is_new=True)


def test_a_file_where_the_folder_should_be_is_refused(data: Path) -> None:
    data.write_text("")
    with pytest.raises(SetupError):
        prepare_folder(data)


def test_the_folder_is_the_chosen_one_then_the_environments_then_the_platforms(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORKBOOK_DATA", str(tmp_path / "named"))
    assert data_folder(tmp_path / "chosen") == tmp_path / "chosen"
    assert data_folder() == tmp_path / "named"
    monkeypatch.delenv("WORKBOOK_DATA")
    assert data_folder().name == "intimacy-workbook"


def test_a_folder_and_its_address_open_the_same_store(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spaced = data.with_name("data of two")
    addresses = (
        spaced,
        str(spaced),
        f"sqlcipher://{spaced}",
        f"sqlcipher://{str(spaced).replace(' ', '%20')}",
    )
    for n, address in enumerate(addresses):
        store: Store = open_store(address)
        store.write([note("a", str(n))])
        store.close()
    monkeypatch.setenv("WORKBOOK_DATA", str(spaced))
    store = open_store()
    assert store.heads(["a"]) == {"a": 4}
    store.close()


def test_a_memory_store_starts_empty_each_time(data: Path) -> None:
    store = open_store("memory://")
    store.write([note("a", "1")])
    assert isinstance(store, MemoryStore) and open_store("memory://").logs() == []
    assert not data.exists()


@pytest.mark.parametrize(
    "address", ["postgresql://me:secret@host/secret", "sqlite:///secret", "://secret", "SQLCIPHER:///secret"]
)
def test_an_unknown_address_scheme_is_refused_with_the_known_ones(address: str) -> None:
    with pytest.raises(SetupError, match=r"sqlcipher:///folder, memory://") as refused:
        open_store(address)
    assert address.partition("://")[0] in str(refused.value) and "secret" not in str(refused.value)


@pytest.mark.parametrize(
    "address",
    [
        "sqlcipher://",
        "sqlcipher:///",
        "sqlcipher://secret/a",
        "sqlcipher:///secret?key=1",
        "memory:///secret",
    ],
)
def test_a_malformed_store_address_is_refused(address: str) -> None:
    with pytest.raises(SetupError, match=r"sqlcipher:///folder, memory://") as refused:
        open_store(address)
    assert "secret" not in str(refused.value)
