"""A study's file: all problems reported together, written atomically, never the private questions."""

import stat
from pathlib import Path

import pytest

from workbook.content import sentences
from workbook.errors import SetupError
from workbook.instruments import catalogue
from workbook.server.context import open_context
from workbook.server.settings import ServerSettings
from workbook.service.studies.study import FILE_NAME, Study, askable, check_study, read_study, write_study
from workbook.storage.backup import back_up, restore
from workbook.storage.keys import find_key
from workbook.storage.opening import open_store

GOOD = {
    "name": "Talk & “trust”\\n", "purpose": "How couples talk.", "asks": ["needs", "connection"],
    "contact": "team@example.org", "retention_months": 24,
}  # fmt: skip


def good(**changed: object) -> Study:
    return check_study(**(GOOD | changed))  # type: ignore[arg-type]


def test_a_study_is_read_back_as_written_from_an_owner_only_file(tmp_path: Path) -> None:
    study = good()
    path = write_study(study, tmp_path)
    found = read_study(tmp_path)
    assert found is not None
    assert (found.name, found.asks, found.words_hash) == (
        study.name,
        ("connection", "needs"),
        study.words_hash,
    )
    assert len(found.began) == 10
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [one.name for one in tmp_path.iterdir()] == [FILE_NAME]
    assert read_study(tmp_path / "elsewhere") is None


def test_every_problem_is_named_at_once() -> None:
    with pytest.raises(SetupError) as caught:
        check_study(" ", "x" * 900, ["safety", "poems"], "nowhere", 0)
    told = "\n".join(sentences(caught.value))
    assert len(sentences(caught.value)) == 5
    for part in ("name is missing", "purpose is too long", "safety is private", "poems", "1 to 240"):
        assert part in told


@pytest.mark.parametrize("contact", ["team@example.org", "https://example.org/study", "+49 30 1234567"])
def test_a_contact_can_be_reached(contact: str) -> None:
    assert good(contact=contact).contact == contact
    with pytest.raises(SetupError, match="contact"):
        good(contact="the office")


@pytest.mark.parametrize("months", [0, 241, True, 2.0, "24"])
def test_the_retention_in_months_is_a_bounded_whole_number(months: object) -> None:
    with pytest.raises(SetupError, match="months"):
        good(retention_months=months)


def test_a_study_can_never_ask_the_private_questions_even_in_a_handmade_file(tmp_path: Path) -> None:
    private = [one.id for one in catalogue().values() if one.is_private]
    assert private == ["safety"] and "safety" not in askable()
    with pytest.raises(SetupError, match="private"):
        good(asks=["connection", "safety"])
    path = write_study(good(), tmp_path)
    path.write_text(path.read_text().replace('"needs"', '"safety"'))
    with pytest.raises(SetupError, match="private"):
        read_study(tmp_path)
    by_hand = Study("n", "p", ("connection", "safety"), "a@b", 1)
    assert list(by_hand.instruments) == ["background", "connection"]


def test_a_study_is_replaced_only_when_asked_and_the_older_words_are_kept(tmp_path: Path) -> None:
    first = good()
    write_study(first, tmp_path)
    before = (tmp_path / FILE_NAME).read_bytes()
    with pytest.raises(SetupError, match="--replace"):
        write_study(good(name="Another"), tmp_path)
    assert (tmp_path / FILE_NAME).read_bytes() == before
    write_study(good(name="Another"), tmp_path, replace=True)
    found = read_study(tmp_path)
    assert found is not None and found.name == "Another"
    assert (tmp_path / f"study-{first.words_hash[:12]}.toml").read_bytes() == before


def test_any_change_of_the_consent_text_changes_its_hash() -> None:
    changes = {
        "name": "Other",
        "purpose": "Other.",
        "asks": ["needs"],
        "contact": "b@c",
        "retention_months": 25,
    }
    hashes = {good(**{name: value}).words_hash for name, value in changes.items()}
    assert len(hashes | {good().words_hash}) == 6
    assert good(asks=["connection", "needs"]).words_hash == good().words_hash, "the order says nothing"


@pytest.mark.parametrize(
    ("content", "match"),
    [
        ("name = ", "cannot be read"),
        (b"\xff\xfe", "cannot be read"),
        ('name = "x"\n', "purpose is missing"),
        ('name = 3\npurpose = "p"\nasks = "needs"\ncontact = "a@b"\nretention_months = "1"\nbegan = "soon"\nmore = 1', "nobody knows more"),
    ],
)  # fmt: skip
def test_a_broken_study_file_is_an_error(content: str | bytes, match: str, tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(SetupError, match=match):
        read_study(tmp_path)
    with pytest.raises(SetupError):
        write_study(good(), tmp_path)
    write_study(good(), tmp_path, replace=True)
    assert read_study(tmp_path) is not None


def test_a_failed_write_leaves_no_study_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(SetupError, match="No space"):
        write_study(good(), tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("WORKBOOK_KEYS", str(tmp_path / "keys"))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    open_store(tmp_path / "data").close()
    return tmp_path / "data"


def test_a_server_does_not_start_with_a_broken_study(data: Path, tmp_path: Path) -> None:
    settings = ServerSettings(port=0, data=data)
    (data / FILE_NAME).write_text("name =")
    with pytest.raises(SetupError, match="study init --replace"):
        open_context(settings, tmp_path / "one")
    (data / FILE_NAME).unlink()
    write_study(good(), data)
    context = open_context(settings, tmp_path / "two")
    actor = context.accounts.create_couple("Kim", "kim's passphrase").actor
    found = context.household.seat_partner(actor).study()
    assert found is not None and found.words_hash == good().words_hash
    context.close()


def test_a_backup_holds_the_consent_texts(data: Path, tmp_path: Path) -> None:
    write_study(good(), data)
    (tmp_path / "stick").mkdir()
    made = back_up(data, find_key(data, is_new=False), tmp_path / "stick")
    write_study(good(name="Later"), data, replace=True)
    restore(made, data, find_key(data, is_new=False))
    found = read_study(data)
    assert found is not None and found.words_hash == good().words_hash
