"""A study's key pair: what people give is sealed to it, and its researcher alone opens it.

The public half stands in ``study.toml``, among the words that everybody agrees to. The private half lies
in ``study.key``, locked once by the researcher's passphrase and once by a code shown when it is made.
Without both, what was given can't be opened by anybody. The workbook itself never needs that file.
"""

import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from workbook.errors import SetupError, problem
from workbook.service.formats import crypto
from workbook.service.formats.fingerprint import fingerprint_words
from workbook.service.identity.accounts import LONGEST_PASSPHRASE, SHORTEST_PASSPHRASE
from workbook.service.identity.codes import new_recovery_code, plain_code
from workbook.service.identity.locks import Lock, lock_key, unlock
from workbook.service.identity.passphrases import weakness
from workbook.service.identity.rate_limit import Tries
from workbook.storage.location import check_private

FILE_NAME = "study.key"
PLACE = "WORKBOOK_STUDY_KEY"
"""Variable of the environment that says where the file lies, if not in the data folder."""
_VERSION = 1
_MOST_MEMORY_KIB, _MOST_PASSES, _MOST_LANES = 1 << 21, 64, 16  # a made-up cost must not stop the computer
_TRIES = Tries()


@dataclass(frozen=True, slots=True)
class StudyKey:
    """A study's key pair, in hexadecimal; the private half is locked by each of two secrets."""

    public: str
    by_passphrase: Lock
    by_code: Lock


def new_study_key(passphrase: str, cost: crypto.Cost = crypto.HOUSEHOLD) -> tuple[StudyKey, str]:
    """Make a key pair; return it with the recovery code, which is kept nowhere.

    >>> key, code = new_study_key("seven quiet lanterns", crypto.Cost(64, 1, 1))
    >>> open_private_half(key, code) == open_private_half(key, "seven quiet lanterns")
    True
    """
    pair, code = crypto.new_key_pair(), new_recovery_code()
    public = pair.public.hex()
    locks = [lock_key(pair.private, one, _of(public), cost) for one in (passphrase, plain_code(code))]
    return StudyKey(public, *locks), code


def open_private_half(key: StudyKey, secret: str, *, tries: Tries = _TRIES) -> bytes:
    """Return the private half, opened by the passphrase or the recovery code.

    Raises
    ------
    SetupError
        It is neither, or what is locked there does not belong to the public half.
    TooManyTriesError
        After ten wrong tries of this program within 15 minutes.
    """
    taken = tries.charge([f"study {key.public}"])
    private = unlock(key.by_passphrase, secret, _of(key.public))
    if private is None:
        private = unlock(key.by_code, plain_code(secret), _of(key.public))
    if private is None:
        raise SetupError(problem("study.error.wrong_passphrase"), about=["passphrase"])
    tries.refund(taken)
    if crypto.public_of(private).hex() != key.public:
        raise SetupError(problem("study.error.key_damaged"))
    return private


def with_passphrase(
    key: StudyKey, private: bytes, passphrase: str, cost: crypto.Cost = crypto.HOUSEHOLD
) -> StudyKey:
    """Return the key pair under another passphrase; what was sealed to it and the code stay as they are."""
    return replace(key, by_passphrase=lock_key(private, passphrase, _of(key.public), cost))


def check_passphrase(passphrase: str, name: str = "") -> None:
    """Refuse a passphrase for a study that is too short, too long, or quick to guess.

    Raises
    ------
    SetupError
        Saying which.
    """
    if len(passphrase) < SHORTEST_PASSPHRASE:
        raise SetupError(problem("errors.account.short_passphrase", least=SHORTEST_PASSPHRASE))
    if len(passphrase) > LONGEST_PASSPHRASE:
        raise SetupError(problem("errors.account.long_passphrase", most=LONGEST_PASSPHRASE))
    if weak := weakness(passphrase, name):
        raise SetupError(problem(f"errors.account.{weak}"))


def key_words(public: str) -> str:
    """Return the words by which people recognise a study's key; empty where there is none."""
    return fingerprint_words(bytes.fromhex(public)) if public else ""


def key_file(folder: Path, file: Path | None = None) -> Path:
    """Return where a key pair lies: as was said, as ``WORKBOOK_STUDY_KEY`` says, or in the folder."""
    named = file or os.environ.get(PLACE)
    return Path(named).expanduser().absolute() if named else folder / FILE_NAME


def write_study_key(key: StudyKey, path: Path) -> None:
    """Write a key pair to a file of its owner's alone, whole or not at all; an older pair stays beside.

    Raises
    ------
    SetupError
        It can't be written.
    """
    plain = json.dumps({"format": _VERSION, **asdict(key)}, indent=1) + "\n"
    try:
        if path.exists() and (older := _public_in(path)) != key.public:
            write_whole(path.with_name(f"study-{older[:12] or secrets.token_hex(6)}.key"), path.read_bytes())
        write_whole(path, plain.encode("ascii"))
    except OSError as error:
        raise SetupError(problem("study.error.not_written", file=path, reason=error.strerror)) from None


def read_study_key(path: Path) -> StudyKey:
    """Return the key pair of a file that `write_study_key` wrote.

    Raises
    ------
    SetupError
        There is none, others can read it, or it is something else.
    """
    try:
        check_private(path)
        content = json.loads(path.read_text(encoding="ascii"))
        is_newer = content["format"] > _VERSION
        found = StudyKey(
            content["public"], *(_read_lock(content[f"by_{one}"]) for one in ("passphrase", "code"))
        )
    except FileNotFoundError:
        raise SetupError(problem("study.error.no_key_file", file=path)) from None
    except (OSError, ValueError, KeyError, TypeError):
        raise SetupError(problem("study.error.key_unreadable", file=path)) from None
    if is_newer or not is_public_key(found.public):
        raise SetupError(
            problem("errors.storage.newer" if is_newer else "study.error.key_unreadable", file=path)
        )
    return found


def is_public_key(text: Any) -> bool:
    """Tell whether something is a public key, in small hexadecimal digits, to which can be sealed."""
    is_hex = isinstance(text, str) and set(text) <= set("0123456789abcdef")
    if not is_hex or len(text) != 2 * crypto.KEY_BYTES:
        return False
    try:
        crypto.seal_to(bytes.fromhex(text), b"", "a look at a key")
    except ValueError:  # one of the few that everybody could open
        return False
    return True


def write_whole(path: Path, content: bytes) -> None:
    """Write a file of its owner's alone: all of it, or what was there before stays."""
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def _public_in(path: Path) -> str:
    try:
        return read_study_key(path).public
    except SetupError:
        return ""


def _read_lock(content: Mapping[str, Any]) -> Lock:
    memory, passes, lanes = (int(part) for part in content["cost"])
    if not (8 <= memory <= _MOST_MEMORY_KIB and 1 <= passes <= _MOST_PASSES and 1 <= lanes <= _MOST_LANES):
        raise ValueError("cost")
    for part in ("salt", "sealed"):
        bytes.fromhex(content[part])
    return Lock(content["salt"], (memory, passes, lanes), content["sealed"])


def _of(public: str) -> str:
    return f"study {public}"
