"""Sealing: a row opens only with the right key in the right place, and reveals nothing otherwise."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.service.household import CHEAP
from workbook.errors import WrongKeyError
from workbook.service.formats import crypto

KEY = bytes(range(32))


@given(st.binary(max_size=5_000), st.text(max_size=50).filter(lambda text: text.isascii()))
def test_a_sealed_row_opens_with_its_key_in_its_place(content: bytes, place: str) -> None:
    assert crypto.open_sealed(KEY, crypto.seal(KEY, content, place), place) == content


@given(st.integers(0, 10_000), st.integers(1, 255))
def test_a_changed_byte_key_or_place_does_not_open(position: int, flip: int) -> None:
    sealed = bytearray(crypto.seal(KEY, b"content", "place"))
    with pytest.raises(WrongKeyError):
        crypto.open_sealed(bytes(32), bytes(sealed), "place")
    with pytest.raises(WrongKeyError):
        crypto.open_sealed(KEY, bytes(sealed), "elsewhere")
    sealed[position % len(sealed)] ^= flip
    with pytest.raises(WrongKeyError):
        crypto.open_sealed(KEY, bytes(sealed), "place")


@pytest.mark.parametrize("cut", [b"", b"short", bytes(12), bytes(27)])
def test_bytes_that_are_not_a_sealed_row_are_refused(cut: bytes) -> None:
    with pytest.raises(WrongKeyError):
        crypto.open_sealed(KEY, cut, "place")


def test_sealing_is_randomised() -> None:
    assert len({crypto.seal(KEY, b"same", "place") for _ in range(100)}) == 100


@given(st.integers(0, 300_000))
def test_rows_are_padded_to_few_sizes_never_more_than_double(length: int) -> None:
    size = crypto.bucket(length)
    assert length <= size <= max(256, 2 * length)
    assert size in (256, 512, 1024, 2048, 4096, 8192, 16_384, 32_768) or size % 65_536 == 0


def test_a_passphrase_typed_on_another_keyboard_is_the_same_passphrase() -> None:
    composed, decomposed = "caf\u00e9 au lait", "cafe\u0301 au lait"
    salt = crypto.new_salt()
    assert crypto.derive_key(composed, salt, CHEAP) == crypto.derive_key(decomposed, salt, CHEAP)
    assert crypto.derive_key(composed, salt, CHEAP) != crypto.derive_key(composed, crypto.new_salt(), CHEAP)


def test_key_derivation_costs_at_least_what_owasp_recommends() -> None:
    """OWASP's password storage cheat sheet: Argon2id with 46 MiB and 1 pass, or 19 MiB and 2."""
    assert crypto.HOUSEHOLD.memory_kib >= 46 * 1024 and crypto.HOUSEHOLD.passes >= 1


def test_stored_operation_ids_are_opaque_and_deterministic() -> None:
    seen = crypto.opaque_id(KEY, "connection.listening.1-3")
    assert seen == crypto.opaque_id(KEY, "connection.listening.1-3")
    assert seen != crypto.opaque_id(bytes(32), "connection.listening.1-3") and "listening" not in seen
