"""A store class that leaves a promise out cannot be instantiated."""

import pytest

from workbook.errors import ConflictError, StorageError
from workbook.service.link.calls import decode, encode
from workbook.service.link.errors import Refusal, error_of, refusal_of
from workbook.storage.base import Store
from workbook.storage.memory import MemoryStore

PROMISED = [
    "write",
    "read",
    "heads",
    "logs",
    "read_cell",
    "cells",
    "settle_down",
    "watch",
    "drop_set_aside",
    "mark_ended",
    "ended_among",
    "close",
]


def test_every_promised_method_is_abstract() -> None:
    assert Store.__abstractmethods__ == frozenset(PROMISED)


@pytest.mark.parametrize("missing", PROMISED)
def test_a_store_without_one_of_them_can_not_be_made(missing: str) -> None:
    parts = {name: getattr(MemoryStore, name) for name in PROMISED if name != missing}
    made_up = type("MadeUp", (Store,), {"__init__": MemoryStore.__init__} | parts)
    with pytest.raises(TypeError, match=missing):
        made_up()


def test_a_conflict_crosses_the_socket_without_the_logs() -> None:
    sent = encode(refusal_of(ConflictError("Please try again.", logs=["drawer/p_marker"])))
    assert b"marker" not in sent
    again = error_of(decode(sent, Refusal))
    assert (type(again), again.problems, isinstance(again, StorageError)) == (
        ConflictError,
        ("Please try again.",),
        True,
    )
