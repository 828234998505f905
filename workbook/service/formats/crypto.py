"""How things are sealed: with a key that a secret unwraps, or to a person by their public key.

Keys are derived by Argon2id (RFC 9106), rows sealed by AES-256-GCM, and what is for somebody else by
HPKE (RFC 9180: X25519, HKDF-SHA256, AES-256-GCM). Every sealed thing is bound to where it belongs, so a
row moved to another drawer or place does not open. Rows are padded to buckets, because the length of a
sealed row would otherwise tell what it holds.
"""

import hashlib
import hmac
import secrets
import threading
import unicodedata
from dataclasses import dataclass

from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from workbook.errors import WrongKeyError

KEY_BYTES = 32
SALT_BYTES = 16
_NONCE_BYTES = 12
_LENGTH_BYTES = 4
_SMALLEST_BUCKET = 256
_LARGEST_DOUBLING = 65_536
_HPKE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


@dataclass(frozen=True, slots=True)
class Cost:
    """What one guess of a passphrase costs: memory in KiB, passes over it, lanes."""

    memory_kib: int
    passes: int
    lanes: int


HOUSEHOLD = Cost(memory_kib=65_536, passes=3, lanes=1)
"""About a quarter of a second and 64 MiB for each guess on a household computer."""


def new_key() -> bytes:
    """Return a fresh drawer key, 32 random bytes."""
    return secrets.token_bytes(KEY_BYTES)


def new_salt() -> bytes:
    """Return a fresh salt for one passphrase, 16 random bytes."""
    return secrets.token_bytes(SALT_BYTES)


# Each derivation takes 64 MiB while it runs: many at once may wait, but may not fill the memory.
_AT_ONCE = threading.BoundedSemaphore(4)


def derive_key(secret: str, salt: bytes, cost: Cost = HOUSEHOLD) -> bytes:
    """Return the key that a passphrase stands for (Argon2id, 32 bytes).

    The text is normalised (NFKC), so that the same passphrase typed on another keyboard fits.
    """
    typed = unicodedata.normalize("NFKC", secret).encode("utf-8", "surrogatepass")
    with _AT_ONCE:
        return hash_secret_raw(typed, salt, cost.passes, cost.memory_kib, cost.lanes, KEY_BYTES, Type.ID)


def seal(key: bytes, content: bytes, bound_to: str) -> bytes:
    """Encrypt and pad one row; it opens only with the same ``bound_to``.

    >>> key = new_key()
    >>> row = seal(key, b"hello", "drawer/p_1")
    >>> open_sealed(key, row, "drawer/p_1")
    b'hello'
    >>> len(row) == len(seal(key, b"a much longer sentence", "drawer/p_1"))
    True
    """
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, _pad(content), bound_to.encode())


def open_sealed(key: bytes, sealed: bytes, bound_to: str) -> bytes:
    """Decrypt one row.

    Raises
    ------
    WrongKeyError
        When the key is another one, the row was changed, or it belongs elsewhere.
    """
    nonce, body = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
    try:
        return _unpad(AESGCM(key).decrypt(nonce, body, bound_to.encode()))
    except (InvalidTag, ValueError):
        raise WrongKeyError("a sealed row does not open with this key") from None


@dataclass(frozen=True, slots=True)
class KeyPair:
    """What others seal to somebody with, and what only they open it with; 32 bytes each."""

    public: bytes
    private: bytes


def new_key_pair() -> KeyPair:
    """Return a fresh key pair (X25519)."""
    private = X25519PrivateKey.generate()
    return KeyPair(private.public_key().public_bytes_raw(), private.private_bytes_raw())


def public_of(private: bytes) -> bytes:
    """Return the public half that belongs to a private one.

    >>> pair = new_key_pair()
    >>> public_of(pair.private) == pair.public
    True
    """
    return X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


def seal_to(public: bytes, content: bytes, bound_to: str) -> bytes:
    """Encrypt and pad what one person alone is to open; nobody needs to be there for it.

    >>> pair = new_key_pair()
    >>> open_own(pair.private, seal_to(pair.public, b"hello", "case"), "case")
    b'hello'
    """
    return _HPKE.encrypt(_pad(content), X25519PublicKey.from_public_bytes(public), info=bound_to.encode())


def open_own(private: bytes, sealed: bytes, bound_to: str) -> bytes:
    """Decrypt what was sealed to somebody, with their private key.

    Raises
    ------
    WrongKeyError
        It was sealed to somebody else, was changed, or belongs elsewhere.
    """
    key = X25519PrivateKey.from_private_bytes(private)
    try:
        return _unpad(_HPKE.decrypt(sealed, key, info=bound_to.encode()))
    except (InvalidTag, ValueError):
        raise WrongKeyError("this was not sealed to this person") from None


def opaque_id(key: bytes, operation_id: str) -> str:
    """Return what an operation id is called outside the drawer: the same for the same id, telling nothing."""
    return hmac.new(key, b"operation:" + operation_id.encode(), hashlib.sha256).hexdigest()


def bucket(length: int) -> int:
    """Return the size to which content of this length is padded: doubling, then steps of 64 KiB.

    >>> bucket(3), bucket(300), bucket(70_000)
    (256, 512, 131072)
    """
    size = _SMALLEST_BUCKET
    while size < length and size < _LARGEST_DOUBLING:
        size *= 2
    return size if length <= size else -(-length // _LARGEST_DOUBLING) * _LARGEST_DOUBLING


def _pad(content: bytes) -> bytes:
    framed = len(content).to_bytes(_LENGTH_BYTES, "big") + content
    return framed.ljust(bucket(len(framed)), b"\0")


def _unpad(padded: bytes) -> bytes:
    length = int.from_bytes(padded[:_LENGTH_BYTES], "big")
    return padded[_LENGTH_BYTES : _LENGTH_BYTES + length]
