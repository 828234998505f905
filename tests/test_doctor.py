"""`workbook doctor` finds each problem it checks for, and says how to fix it."""

import json
import os
import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from workbook.cli import findings, main
from workbook.cli.doctor import examine
from workbook.cli.findings import Finding
from workbook.content.resource import Resource, Resources
from workbook.storage.base import Entry
from workbook.storage.keys import find_key
from workbook.storage.opening import open_store
from workbook.storage.sqlcipher import SqlCipherStore

NOW = datetime(2027, 1, 1, tzinfo=UTC)


def problems(look: Callable[[], Iterator[Finding]]) -> list[str]:
    return [finding.text for finding in look() if finding.is_problem]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    return data


@pytest.fixture
def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_this_installation_is_healthy_and_the_doctor_writes_nothing(tmp_path: Path, free_port: int) -> None:
    asked = ["doctor", "--data", str(tmp_path / "new"), "--port", str(free_port)]
    result = CliRunner().invoke(main, asked)
    assert result.exit_code == 0, result.output
    assert "PROBLEM" not in result.output
    assert list(tmp_path.iterdir()) == []


def test_a_problem_makes_exit_code_1_and_is_counted(folder: Path, free_port: int) -> None:
    folder.chmod(0o755)
    result = CliRunner().invoke(main, ["doctor", "--data", str(folder), "--port", str(free_port)])
    assert result.exit_code == 1
    assert "1 to put right" in result.output


def test_the_doctor_counts_what_opens_with_the_databases_key_alone(folder: Path) -> None:
    """None where there is no database, none of what is sealed, and each row of before; nothing is written."""
    look = partial(findings.look_at_sealing, folder)
    assert list(look()) == []
    store = open_store(folder)
    store.write([Entry("table/c_1", "1", "sealed", b"x"), Entry("drawer/p_1", "1", "sealed", b"x")])
    store.close()
    told, in_rows = look()
    assert (told.kind, in_rows.kind) == ("fine", "note") and "Of 1 people" in in_rows.text
    store = open_store(folder)
    store.write((), cells={"private/p_1": b"x"}, seen={"private/p_1": b""})
    store.close()
    assert [one.kind for one in look()] == ["fine", "fine"]
    store = open_store(folder)
    store.write([Entry("table/c_1", "2", "event", b"{}"), Entry("pending/c_1", "1", "pending", b"{}")])
    store.close()
    told, _in_rows = look()
    assert told.kind == "note" and told.text.startswith("2 rows")


def test_a_folder_that_others_may_read(folder: Path) -> None:
    look = partial(findings.look_at_folder, folder)
    assert problems(look) == []
    folder.chmod(0o750)
    assert problems(look)[0].endswith(f"Run `chmod 700 {folder}`.")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written(folder: Path) -> None:
    folder.chmod(0o500)
    assert "cannot be written" in problems(partial(findings.look_at_folder, folder / "inside"))[0]


def test_a_network_disk(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(findings, "file_system_of", lambda _path: "nfs4")
    assert "network disk (nfs4)" in problems(partial(findings.look_at_folder, folder))[0]


def test_the_file_system_is_taken_from_the_deepest_mount(tmp_path: Path) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(f"/dev/a / ext4 rw 0 0\nserver:/x {tmp_path}/my\\040home nfs4 rw 0 0\n")
    inside = tmp_path / "my home" / "data"
    inside.mkdir(parents=True)
    assert findings.file_system_of(inside, mounts) == "nfs4"
    assert findings.file_system_of(tmp_path, mounts) == "ext4"
    assert findings.file_system_of(inside, tmp_path / "no such file") == ""


def test_the_key_file_is_owner_only_and_outside_the_data_folder(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORKBOOK_KEYS", str(tmp_path / "keys"))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    look = partial(findings.look_at_key, folder)
    assert problems(look) == []
    SqlCipherStore(folder, find_key(folder, is_new=True)).close()
    assert problems(look) == []
    (key,) = (tmp_path / "keys").iterdir()
    key.chmod(0o644)
    assert str(key) in problems(look)[0]
    key.unlink()
    assert len(problems(look)) == 1


def test_a_key_inside_the_data_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKBOOK_KEYS", str(folder / "keys"))
    assert "inside the data folder" in problems(partial(findings.look_at_key, folder))[0]


def test_a_full_disk(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = SimpleNamespace(free=10 * 10**6)
    monkeypatch.setattr(findings.shutil, "disk_usage", lambda _path: usage)
    assert "Only 10 MB of room" in problems(partial(findings.look_at_folder, folder))[0]


def test_a_busy_port(free_port: int) -> None:
    look = partial(findings.look_at_port, free_port)
    assert problems(look) == []
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", free_port))
        taken.listen()
        assert f"--port {free_port + 1}" in problems(look)[0]


def test_a_clock_behind_this_program(folder: Path) -> None:
    assert problems(partial(findings.look_at_clock, folder, lambda: NOW)) == []
    assert problems(partial(findings.look_at_clock, folder, lambda: datetime(2020, 1, 1, tzinfo=UTC)))


def test_a_clock_behind_what_was_written_last(folder: Path) -> None:
    written = folder / "workbook.db"
    written.touch()
    later = (NOW + timedelta(days=2)).timestamp()
    os.utime(written, (later, later))
    assert "2027-01-03" in problems(partial(findings.look_at_clock, folder, lambda: NOW))[0]


def test_an_old_python(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(findings, "OLDEST_PYTHON", (4, 0))
    assert "is too old" in problems(findings.look_at_python)[0]


def test_a_package_of_another_version_and_a_missing_one(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = ["click<1", "no-such-package-of-ours", "segno>=1", 'pytest<1; extra == "dev"']
    monkeypatch.setattr(findings.importlib.metadata, "requires", lambda _name: asked)
    found = problems(findings.look_at_python)
    assert len(found) == 1
    assert ["click" in found[0], "no-such-package-of-ours (missing)" in found[0]] == [True, True]
    assert ["segno" in found[0], "pytest" in found[0]] == [False, False]


def test_a_database_library_too_old_for_a_write_ahead_log(monkeypatch: pytest.MonkeyPatch) -> None:
    assert problems(findings.look_at_database) == []
    monkeypatch.setattr(findings, "OLDEST_SQLITE", (99, 0, 0))
    assert "99.0.0 or newer" in problems(findings.look_at_database)[0]


def test_a_changed_file_for_the_browser(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    static = tmp_path / "static"
    static.mkdir()
    (static / "page.js").write_text("changed")
    manifest = {"files": {"page.js": "0" * 64, "gone.js": "0" * 64}}
    (static / "manifest.json").write_text(json.dumps(manifest))
    assert problems(findings.look_at_bundle) == []
    monkeypatch.setattr(findings.resources, "files", lambda _package: tmp_path)
    assert "gone.js, page.js" in problems(findings.look_at_bundle)[0]


def test_where_pages_are_slow_to_open_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = {}
    for platform in ("linux", "darwin", "win32"):
        monkeypatch.setattr("sys.platform", platform)
        (finding,) = findings.look_at_kernels()
        shown[platform] = (finding.kind, "takes some seconds" in finding.text)
    assert shown == {"linux": ("fine", False), "darwin": ("note", True), "win32": ("note", True)}


def test_unverified_resources_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def listed(*checked_by: str) -> Resources:
        entries = [Resource(f"r{n}", f"Place {n}", *[""] * 5, who) for n, who in enumerate(checked_by)]
        return Resources("", (), "", "", tuple(entries))

    shown = {}
    for name, who in {"empty": (), "unchecked": ("", "Kim"), "checked": ("Kim",)}.items():
        monkeypatch.setattr("workbook.content.resource.resources", partial(listed, *who))
        (finding,) = findings.look_at_resources()
        shown[name] = (finding.kind, "Place 0" in finding.text)
    assert shown == {"empty": ("note", False), "unchecked": ("note", True), "checked": ("fine", False)}


def test_a_failing_check_is_reported_and_the_others_run() -> None:
    def breaks() -> Iterator[Finding]:
        raise ZeroDivisionError("secret")
        yield

    def works() -> Iterator[Finding]:
        yield Finding("fine", "well")

    found = list(examine([breaks, works]))
    assert [finding.kind for finding in found] == ["problem", "fine"]
    assert "secret" not in found[0].text
    with pytest.raises(ZeroDivisionError):
        list(examine([breaks], debug=True))
