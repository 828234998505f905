"""The bytes of the file of heads: where each part lies, what it holds, how it is sealed.

The file is always as long, whatever was written: a header, two places for a snapshot of all heads, and three
for **records**. A record holds all heads that changed since its snapshot, so that the newest says everything
and there is no history to count. What is not in use is random, and without the key the rest looks random too.

- Records go round: each is written where the oldest was. So a power cut can only spoil the one that is being
  written, and then the one before it stands.
- Each is sealed (AES-GCM) to its place, and holds the digest of its snapshot and of the record before it,
  which has to be there as well: moved, repeated, or taken from an older copy of the file, it does not fit.
- Each holds the **mark** of its commit. The database keeps the marks of its two newest commits, so that
  neither can be older than the other by more than the one commit that a crash may have cut short.

A part begins at a block of the disk, so that writing one can't touch another.
"""

import hashlib
import hmac
import secrets
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from workbook.errors import DamagedStoreError, WrongKeyError, problem
from workbook.storage.chain import Head

MARK_BYTES = 16
NO_MARK = bytes(MARK_BYTES)
BLOCK = 4096
N_PLACES, N_SLOTS = 2, 3  # for snapshots, for records
_LEAST_AREA = 2  # blocks for a snapshot: 127 logs, several couples; doubled where they are more
_MAGIC = b"workbook-heads-2"
_HEADER = struct.Struct(">16s16sI")  # magic, salt, blocks of a snapshot's place
_MAC_BYTES, _NONCE_BYTES, _SEAL_BYTES = 32, 12, 28
_RECORD = struct.Struct(">32s?32sB16s")  # the one before, whether it may be gone; snapshot, its place; mark
_COUNT = struct.Struct(">I")
_HEAD = struct.Struct(">16sQQ32s")  # tag of the log, rows, forgotten, link
_MOST_IN_RECORD = (BLOCK - _SEAL_BYTES - _RECORD.size - _COUNT.size) // _HEAD.size
Heads = Mapping[bytes, Head]
Parts = list[tuple[int, bytes]]
"""What to write, each with its offset."""


@dataclass(frozen=True, slots=True)
class Keys:
    """What the file is written with, derived from the store's key."""

    digests: bytes
    seals: bytes

    @classmethod
    def of(cls, key: bytes) -> "Keys":
        """Return the keys that follow from a store's key."""
        digests = hashlib.sha256(b"workbook heads\0" + key).digest()
        return cls(digests, hmac.digest(digests, b"seals", "sha256"))

    def tag(self, log: str) -> bytes:
        """Return the keyed digest that stands for a log's name."""
        return hmac.digest(self.digests, b"log\0" + log.encode(), "sha256")[:16]


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a file stands: all heads and the mark of the newest commit, and which parts are in force."""

    heads: dict[bytes, Head] = field(default_factory=dict)
    changed: Heads = field(default_factory=dict)  # since the snapshot
    mark: bytes = NO_MARK
    salt: bytes = b""
    area: int = 0  # blocks of a snapshot's place; 0: there is no such file yet
    place: int = 1
    snapshot: bytes = bytes(32)  # its digest
    slot: int = N_SLOTS - 1
    newest: bytes = bytes(32)  # the digest of the newest record
    is_new: bool = False  # there is no file, or its very first line was cut short


@dataclass(frozen=True, slots=True)
class _Record:
    slot: int
    before: bytes
    is_alone: bool
    snapshot: bytes
    place: int
    mark: bytes
    changed: dict[bytes, Head]


def area_for(n_heads: int) -> int:
    """Return how many blocks a snapshot of so many heads takes: always a power of two."""
    blocks = _LEAST_AREA
    while blocks * BLOCK < _SEAL_BYTES + _COUNT.size + n_heads * _HEAD.size:
        blocks *= 2
    return blocks


def new_file(keys: Keys, heads: Heads, mark: bytes) -> tuple[bytes, Standing]:
    """Return a whole file that holds one snapshot and one record, and where it stands."""
    salt, area = secrets.token_bytes(16), area_for(len(heads))
    header = _HEADER.pack(_MAGIC, salt, area)
    content = bytearray(secrets.token_bytes(_size(area)))
    begun = Standing(dict(heads), salt=salt, area=area)
    parts, standing = next_write(keys, begun, heads, mark, is_anew=True)
    for offset, part in [(0, header + hmac.digest(keys.digests, header, "sha256")), *parts]:
        content[offset : offset + len(part)] = part
    return bytes(content), standing


def next_write(
    keys: Keys, standing: Standing, changed: Heads, mark: bytes, *, is_anew: bool = False
) -> tuple[Parts, Standing]:
    """Return what a commit adds to a file, and where it stands once that is written, but for its heads.

    With ``is_anew``, ``changed`` are all heads; they go into a snapshot, and nothing of before is needed.
    """
    since = {**standing.changed, **changed}
    parts: Parts = []
    place, digest = standing.place, standing.snapshot
    if is_anew or len(since) > _MOST_IN_RECORD:
        since, place = {}, 1 - standing.place
        heads = changed if is_anew else {**standing.heads, **changed}
        content = _seal(keys, _pack(heads), standing.area * BLOCK, _snapshot_at(standing.salt, place))
        parts.append((_offset(place, standing.area), content))
        digest = hashlib.sha256(content).digest()
    slot = (standing.slot + 1) % N_SLOTS
    content = _RECORD.pack(standing.newest, is_anew, digest, place, mark) + _pack(since)
    sealed = _seal(keys, content, BLOCK, _record_at(standing.salt, slot))
    parts.append((_slot_offset(slot, standing.area), sealed))
    newest = hashlib.sha256(sealed).digest()
    after = replace(
        standing, changed=since, mark=mark, place=place, snapshot=digest, slot=slot, newest=newest
    )
    return parts, after


def unused_parts(standing: Standing) -> Parts:
    """Return random bytes for all that the newest record and its snapshot make needless."""
    slots = [slot for slot in range(N_SLOTS) if slot != standing.slot]
    old = [(_slot_offset(slot, standing.area), secrets.token_bytes(BLOCK)) for slot in slots]
    return [(_offset(1 - standing.place, standing.area), secrets.token_bytes(standing.area * BLOCK)), *old]


def parse(keys: Keys, content: bytes) -> Standing:
    """Return where a file stands.

    Raises
    ------
    WrongKeyError
        It was written with another key.
    DamagedStoreError
        It is not what was written; only the newest record may be missing.
    """
    if not content:
        return Standing(is_new=True)
    salt, area = _parse_header(keys, content)
    starts = [_slot_offset(slot, area) for slot in range(N_SLOTS)]
    slots = [content[start : start + BLOCK] for start in starts]
    if len(content) != _size(area) or len(set(slots)) < N_SLOTS:
        raise damaged()
    opened = [_open_record(keys, sealed, salt, slot) for slot, sealed in enumerate(slots)]
    digests = [hashlib.sha256(sealed).digest() for sealed in slots]
    left = {digest: one for digest, one in zip(digests, opened, strict=True) if one is not None}
    while left:
        followed = {record.before for record in left.values()}
        newest = [digest for digest in left if digest not in followed]
        if (
            len(newest) > 1
        ):  # a power cut while what was before was made random: of it, the oldest is still there
            newest = [digest for digest in newest if left[digest].is_alone]
        record = left.pop(newest[0]) if len(newest) == 1 else None
        if record is None or (record.before not in left and not record.is_alone):
            raise damaged()
        place = content[_offset(record.place, area) : _offset(record.place + 1, area)]
        if hashlib.sha256(place).digest() == record.snapshot:
            heads = _unpack(_open(keys, place, _snapshot_at(salt, record.place)) or bytes(_COUNT.size))
            of_record = (record.mark, salt, area, record.place, record.snapshot, record.slot)
            return Standing({**heads, **record.changed}, record.changed, *of_record, newest[0])
        # Else a power cut spoiled the snapshot that was written together with its first record.
    raise damaged()


def damaged() -> DamagedStoreError:
    """Return the error that says that the file is not what was written."""
    return DamagedStoreError(problem("errors.storage.damaged", what="the file of heads"))


def _parse_header(keys: Keys, content: bytes) -> tuple[bytes, int]:
    header = content[: _HEADER.size]
    if len(content) < BLOCK or not header.startswith(_MAGIC):
        raise damaged()
    mac = content[_HEADER.size : _HEADER.size + _MAC_BYTES]
    if not hmac.compare_digest(mac, hmac.digest(keys.digests, header, "sha256")):
        raise WrongKeyError(problem("errors.storage.wrong_key"))
    _, salt, area = _HEADER.unpack(header)
    return salt, area


def _open_record(keys: Keys, sealed: bytes, salt: bytes, slot: int) -> _Record | None:
    content = _open(keys, sealed, _record_at(salt, slot))
    if content is None:
        return None
    before, is_alone, snapshot, place, mark = _RECORD.unpack_from(content)
    return _Record(slot, before, is_alone, snapshot, place, mark, _unpack(content[_RECORD.size :]))


def _size(area: int) -> int:
    return _slot_offset(N_SLOTS, area)


def _offset(place: int, area: int) -> int:
    return BLOCK + place * area * BLOCK


def _slot_offset(slot: int, area: int) -> int:
    return _offset(N_PLACES, area) + slot * BLOCK


def _pack(heads: Heads) -> bytes:
    packed = [_HEAD.pack(tag, head.n_rows, head.n_forgotten, head.link) for tag, head in heads.items()]
    return _COUNT.pack(len(packed)) + b"".join(packed)


def _unpack(content: bytes) -> dict[bytes, Head]:
    (n_heads,) = _COUNT.unpack_from(content)
    packed = content[_COUNT.size : _COUNT.size + n_heads * _HEAD.size]
    return {tag: Head(*rest) for tag, *rest in _HEAD.iter_unpack(packed)}


def _seal(keys: Keys, content: bytes, length: int, bound_to: bytes) -> bytes:
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + AESGCM(keys.seals).encrypt(nonce, content.ljust(length - _SEAL_BYTES, b"\0"), bound_to)


def _open(keys: Keys, sealed: bytes, bound_to: bytes) -> bytes | None:
    try:
        return AESGCM(keys.seals).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], bound_to)
    except InvalidTag:
        return None


def _snapshot_at(salt: bytes, place: int) -> bytes:
    return b"snapshot" + salt + bytes([place])


def _record_at(salt: bytes, slot: int) -> bytes:
    return b"record" + salt + bytes([slot])
