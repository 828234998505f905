"""A study: what its researcher tells people before they decide, kept as ``study.toml`` beside the store.

A study is an installation that its researcher hosts. Every word of it is shown to each partner,
and their consent is kept with the hash of those very words, so a changed study asks everybody anew. The
public half of the study's key is among them: whoever changed it to read what is given would end every
consent, show other words to who reads the page, and be met by the researcher's own key (`open_private`).
"""

import hashlib
import json
import secrets
import tomllib
from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from workbook.content import languages, say, speaking
from workbook.content.document import document_hash
from workbook.errors import Problem, SetupError, problem
from workbook.instruments import ASKED, FIRST_EDITION, catalogue, edition
from workbook.instruments.model import Instrument
from workbook.service.studies import study_key
from workbook.service.studies.study_key import StudyKey, is_public_key, read_study_key, write_whole

FILE_NAME = "study.toml"
DOCUMENT = "research_consent"
BACKGROUND = "background"
MOST_MONTHS = 240
_LONGEST = {"name": 100, "purpose": 800, "contact": 200}
_FIELDS = ("name", "purpose", "asks", "contact", "retention_months", "began")
_EDITION = "edition"  # absent from a study from before there were two
_SEALING = ("ends", "public_key")  # both, or in a study from before there were keys neither


@dataclass(frozen=True, slots=True)
class Study:
    """Who asks, what for, for what, and for how long.

    ``asks`` are instrument ids; the background questions go with every study. ``began`` is the
    day the study was set up, ``ends`` the one on which every copy is destroyed, as ``YYYY-MM-DD``.
    ``public_key`` is what copies are sealed to, in hexadecimal. These two are empty in a study from
    before there were keys: it takes nothing until it has one. ``edition`` is that of the questionnaires,
    which a study keeps: everybody it is run for is asked it.
    """

    name: str
    purpose: str
    asks: tuple[str, ...]
    contact: str
    retention_months: int
    began: str = ""
    ends: str = ""
    public_key: str = ""
    edition: int = ASKED

    @property
    def words_hash(self) -> str:
        """SHA-256 of all a person agrees to, in the language spoken: consent, words, last day and key."""
        return self._hash(*((self.ends, self.public_key) if self.public_key else ()))

    @property
    def earlier_words_hash(self) -> str:
        """The same as it was before the study had a key: of words that a copy from then was given under."""
        return self._hash()

    @property
    def key_words(self) -> str:
        """Words by which people recognise the key."""
        return study_key.key_words(self.public_key)

    def is_over(self, today: date) -> bool:
        """Tell whether its last day has come: nothing is given any more, and nothing is kept."""
        return bool(self.ends) and self.ends <= today.isoformat()

    def _hash(self, *sealing: str) -> str:
        words = [document_hash(DOCUMENT), self.name, self.purpose, sorted(self.asks), self.contact]
        plain = json.dumps(
            [*words, self.retention_months, *sealing], ensure_ascii=False, separators=(",", ":")
        )
        return hashlib.sha256(plain.encode("utf-8")).hexdigest()

    def is_in_words(self, text_hash: str, *, before_key: bool = False) -> bool:
        """Tell whether a hash is that of the study's present words, in whichever language they were read.

        ``before_key`` asks for the words as they were before the study had a key.
        """

        def hash_in(language: str) -> str:
            with speaking(language):
                return self.earlier_words_hash if before_key else self.words_hash

        return any(text_hash == hash_in(language) for language in languages())

    @property
    def instruments(self) -> dict[str, Instrument]:
        """What may be taken at all, by id: the background questions, then what is asked.

        A private instrument is never among them, whatever the file says.
        """
        wanted = dict.fromkeys((BACKGROUND, *self.asks))
        known = edition(self.edition)
        return {name: known[name] for name in wanted if name in known and not known[name].is_private}


def askable() -> list[str]:
    """Return ids of the instruments that a study may ask for: never the private one."""
    return [one.id for one in catalogue().values() if not one.is_private and one.id != BACKGROUND]


def check_study(  # noqa: PLR0913, PLR0917 - a study has fields
    name: str,
    purpose: str,
    asks: Sequence[str],
    contact: str,
    retention_months: int,
    began: str = "",
    ends: str = "",
    public_key: str = "",
    edition: int = ASKED,
) -> Study:
    """Return a study, once everything about it is in order.

    Raises
    ------
    SetupError
        With every problem at once.

    Examples
    --------
    >>> check_study("Talk", "How couples talk.", ["connection"], "team@example.org", 24).asks
    ('connection',)
    """
    texts = {"name": name, "purpose": purpose, "contact": contact}
    texts = {field: " ".join(str(text).split()) for field, text in texts.items()}
    problems = [problem for field, text in texts.items() for problem in _text_problems(field, text)]
    if not problems and not _is_reachable(texts["contact"]):
        problems.append(problem("study.error.contact"))
    problems += _ask_problems(asks)
    if type(retention_months) is not int or not 1 <= retention_months <= MOST_MONTHS:
        problems.append(problem("study.error.months", most=MOST_MONTHS))
    if public_key and not is_public_key(public_key):
        problems.append(problem("study.error.public_key"))
    if edition not in range(FIRST_EDITION, ASKED + 1):
        problems.append(problem("study.error.edition", first=FIRST_EDITION, last=ASKED))
    if problems:
        raise SetupError(problems)
    chosen = tuple(one for one in askable() if one in set(asks))
    about = texts["name"], texts["purpose"], chosen, texts["contact"]
    return Study(*about, retention_months, began, ends, public_key, edition)


def keyed(study: Study, public_key: str, today: date | None = None) -> Study:
    """Return a study whose copies are sealed to a key, and destroyed when its months from today are over."""
    day = today or datetime.now(UTC).date()
    ends = months_after(day, study.retention_months).isoformat()
    return replace(study, ends=ends, public_key=public_key)


def months_after(day: date, n: int) -> date:
    """Return the day n months later, or that month's last.

    >>> months_after(date(2026, 1, 31), 1)
    datetime.date(2026, 2, 28)
    """
    year, month = divmod(day.year * 12 + day.month - 1 + n, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def write_study(study: Study, folder: Path, *, replace: bool = False) -> Path:
    """Write a study beside the store, whole or not at all; give the file.

    With ``replace`` the study that was there is kept beside it under the hash of its words, because
    somebody may have agreed to those.

    Raises
    ------
    SetupError
        There is one already, or the file can't be written.
    """
    path, older = folder / FILE_NAME, study_before(folder, replace=replace)
    began = study.began or datetime.now(UTC).date().isoformat()
    try:
        if path.exists():
            stem = older.words_hash[:12] if older is not None else secrets.token_hex(6)
            write_whole(folder / f"study-{stem}.toml", path.read_bytes())
        write_whole(path, _as_toml(study, began).encode("utf-8"))
    except OSError as error:
        raise SetupError(problem("study.error.not_written", file=path, reason=error.strerror)) from None
    return path


def study_before(folder: Path, *, replace: bool) -> Study | None:
    """Return the study that a new one would take the place of; None where there is none, or none to be read.

    Raises
    ------
    SetupError
        There is one, and it is not to be replaced.
    """
    try:
        older = read_study(folder)
    except SetupError:
        if not replace:
            raise
        return None
    if older is not None and not replace:
        raise SetupError(problem("study.error.exists", file=folder / FILE_NAME, name=older.name))
    return older


def exports_folder(folder: Path) -> Path:
    """Return where in a data folder the journal of exports lies, and exports of the researcher's page."""
    return folder / "exports"


def read_study(folder: Path) -> Study | None:
    """Return the study of a data folder, checked as when it was made; None where there is none.

    Raises
    ------
    SetupError
        The file is not what `write_study` writes: every problem at once.
    """
    path = folder / FILE_NAME
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        raise SetupError(problem("study.error.unreadable", file=path)) from None
    problems = [
        problem("study.error.field", file=path, field=field) for field in _FIELDS if not _fits(field, content)
    ]
    problems += [
        problem("study.error.unknown_field", file=path, field=field)
        for field in content
        if field not in (*_FIELDS, *_SEALING, _EDITION)
    ]
    sealing = [field for field in _SEALING if field in content]
    missing = [field for field in _SEALING if not _fits(field, content)] if sealing else []
    if not _fits(_EDITION, {_EDITION: FIRST_EDITION} | content):
        missing.append(_EDITION)
    problems += [problem("study.error.field", file=path, field=field) for field in missing]
    if problems:
        raise SetupError(problems)
    said = {field: content[field] for field in (*_FIELDS, *sealing)}
    return check_study(**said, edition=content.get(_EDITION, FIRST_EDITION))


def open_private(folder: Path, study: Study, secret: str, file: Path | None = None) -> bytes:
    """Return the private half of a study's key, opened by its researcher's passphrase or recovery code.

    Parameters
    ----------
    folder : Path
        The data folder.
    file : Path, optional
        Where the researcher keeps ``study.key``, if not in the data folder; see `study_key.key_file`.

    Raises
    ------
    SetupError
        The study has no key, or another than the researcher's; or the secret does not open it.
    """
    key = key_of(folder, study, file)
    return study_key.open_private_half(key, secret)


def key_of(folder: Path, study: Study, file: Path | None = None) -> StudyKey:
    """Return the key pair of a study, its private half locked; see `open_private`."""
    if not study.public_key:
        raise SetupError(problem("study.error.no_key_yet", folder=folder))
    path = study_key.key_file(folder, file)
    key = read_study_key(path)
    if key.public != study.public_key:
        values = {"file": path, "own": study_key.key_words(key.public), "other": study.key_words}
        raise SetupError(problem("study.error.other_key", **values))
    return key


def _text_problems(field: str, text: str) -> list[Problem]:
    if not text:
        return [problem("study.error.empty", field=field)]
    if len(text) > _LONGEST[field]:
        return [problem("study.error.long", field=field, most=_LONGEST[field])]
    return [] if text.isprintable() else [problem("study.error.characters", field=field)]


def _is_reachable(contact: str) -> bool:
    """Tell whether a contact looks like something people can write to, open, or call."""
    return "@" in contact or "https://" in contact or sum(letter.isdigit() for letter in contact) >= 6


def _ask_problems(asks: Sequence[str]) -> list[Problem]:
    allowed, known = askable(), catalogue()
    wanted = [name for name in dict.fromkeys(asks) if name != BACKGROUND]
    private = [name for name in wanted if name in known and known[name].is_private]
    problems = [problem("study.error.private", instrument=name) for name in private]
    unknown = [name for name in wanted if name not in allowed and name not in private]
    problems += [
        problem("study.error.unknown", instrument=name, known=", ".join(allowed)) for name in unknown
    ]
    return problems if wanted else [*problems, problem("study.error.nothing_asked", known=", ".join(allowed))]


def _fits(field: str, content: Mapping[str, Any]) -> bool:
    value = content.get(field)
    if field == "asks":
        return isinstance(value, list) and all(isinstance(one, str) for one in value)
    if field in ("began", "ends"):
        return isinstance(value, str) and _is_day(value)
    return type(value) is int if field in ("retention_months", _EDITION) else isinstance(value, str)


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _as_toml(study: Study, began: str) -> str:
    # A printable text as JSON is a basic string of TOML too.
    rows = {**asdict(study), "asks": list(study.asks), "began": began}
    fields = [*_FIELDS, _EDITION, *(_SEALING if study.public_key else ())]
    lines = [f"{name} = {json.dumps(rows[name], ensure_ascii=False)}" for name in fields]
    return "\n".join([f"# {say('study.file')}", "", *lines, ""])
