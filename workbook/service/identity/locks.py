"""Drawer keys wrapped by a secret, a passphrase or a recovery code; and private keys in a drawer."""

from dataclasses import dataclass

from workbook.errors import WrongKeyError
from workbook.service.formats import crypto


@dataclass(frozen=True, slots=True)
class Lock:
    """A drawer key wrapped by one secret: salt and cost of the derivation, and the sealed key."""

    salt: str
    cost: tuple[int, int, int]
    sealed: str


def lock_key(key: bytes, secret: str, person_id: str, cost: crypto.Cost) -> Lock:
    """Wrap a drawer key by a secret, bound to the person it is for.

    >>> key = crypto.new_key()
    >>> lock = lock_key(key, "seven quiet lanterns", "p_1", crypto.Cost(memory_kib=64, passes=1, lanes=1))
    >>> unlock(lock, "seven quiet lanterns", "p_1") == key, unlock(lock, "a guess", "p_1")
    (True, None)
    """
    salt = crypto.new_salt()
    wrapping = crypto.derive_key(secret, salt, cost)
    sealed = crypto.seal(wrapping, key, f"drawer key of {person_id}")
    return Lock(salt.hex(), (cost.memory_kib, cost.passes, cost.lanes), sealed.hex())


def unlock(lock: Lock, secret: str, person_id: str) -> bytes | None:
    """Unwrap a drawer key; None if the secret is another. Takes one derivation either way."""
    wrapping = crypto.derive_key(secret, bytes.fromhex(lock.salt), crypto.Cost(*lock.cost))
    try:
        return crypto.open_sealed(wrapping, bytes.fromhex(lock.sealed), f"drawer key of {person_id}")
    except WrongKeyError:
        return None


@dataclass(frozen=True, slots=True)
class OwnKeys:
    """A person's key pair, in hexadecimal: the private half sealed with the key of their drawer.

    Whatever opens the drawer opens it, so another passphrase changes nothing here.
    """

    public: str
    private: str


def new_keys(drawer_key: bytes, person_id: str) -> OwnKeys:
    """Return a fresh key pair, the private half in the drawer.

    >>> key = crypto.new_key()
    >>> keys = new_keys(key, "p_1")
    >>> len(private_key(keys, key, "p_1"))
    32
    """
    pair = crypto.new_key_pair()
    sealed = crypto.seal(drawer_key, pair.private, _private_of(person_id))
    return OwnKeys(pair.public.hex(), sealed.hex())


def private_key(keys: OwnKeys, drawer_key: bytes, person_id: str) -> bytes:
    """Return the private half.

    Raises
    ------
    WrongKeyError
        The drawer key is another one.
    """
    return crypto.open_sealed(drawer_key, bytes.fromhex(keys.private), _private_of(person_id))


def _private_of(person_id: str) -> str:
    return f"private key of {person_id}"
