"""Drawer keys wrapped by a secret: a passphrase, or a recovery code."""

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
