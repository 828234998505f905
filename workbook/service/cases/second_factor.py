"""A therapist's second factor: six digits of an app on their phone (TOTP, RFC 6238), each good once.

The secret is sealed with the key of their account, in a row that is as long with one and without: nothing
at rest tells whether somebody has one, and at the door nobody is asked for one before they have typed all.
"""

import hmac
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass

import pyotp

from workbook.service.formats import crypto
from workbook.service.formats.rows import read_row, write_row

_STEP_SECONDS, _LATE_STEPS, _DIGITS = 30, 1, 6
_ISSUER = "Workbook"


@dataclass(frozen=True, slots=True)
class SecondFactor:
    """The secret that the app shares, empty where there is none, and the last step whose digits were used."""

    secret: str = ""
    used: int = 0

    def seal(self, key: bytes, person_id: str) -> str:
        """Return it sealed with the key of an account, in hexadecimal."""
        return crypto.seal(key, write_row(asdict(self)), _bound_to(person_id)).hex()

    def accept(self, digits: str, clock: Callable[[], float] = time.time) -> "SecondFactor | None":
        """Return it as it is once these digits are used; None where they don't fit or were used before.

        Without a secret whatever was typed fits. Digits of the step before and after count as well, for
        phones whose clock is off.

        Examples
        --------
        >>> made = SecondFactor(new_secret())
        >>> digits = pyotp.TOTP(made.secret).at(3_000)
        >>> used = made.accept(digits, lambda: 3_000.0)
        >>> used is not None, used.accept(digits, lambda: 3_000.0)
        (True, None)
        """
        typed = "".join(character for character in digits if character.isdigit())[: _DIGITS + 1]
        now, found = int(clock()) // _STEP_SECONDS, 0
        for step in range(now - _LATE_STEPS, now + _LATE_STEPS + 1):
            wanted = pyotp.TOTP(self.secret or _NOBODYS).generate_otp(step)
            if hmac.compare_digest(typed.encode(), wanted.encode()) and step > self.used:
                found = step
        if not self.secret:
            return self
        return SecondFactor(self.secret, found) if found else None


def open_factor(sealed: str, key: bytes, person_id: str) -> SecondFactor:
    """Return what `SecondFactor.seal` sealed; an account from before there were any has none."""
    if not sealed:
        return SecondFactor()
    return SecondFactor(**read_row(crypto.open_sealed(key, bytes.fromhex(sealed), _bound_to(person_id))))


def new_secret() -> str:
    """Return a fresh secret, as an app takes it when it is typed."""
    return pyotp.random_base32()


def address_for_app(secret: str, name: str) -> str:
    """Return the address that an app reads from a picture."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=_ISSUER)


def _bound_to(person_id: str) -> str:
    return f"second factor of {person_id}"


_NOBODYS = new_secret()
"""Compared with where somebody has no secret: so it takes as long."""
