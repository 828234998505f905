"""The in-memory store keeps the contract."""

from collections.abc import Iterator

import pytest

from tests.storage.cell_contract import CellContract
from tests.storage.contract import StoreContract
from workbook.storage.base import Store
from workbook.storage.memory import MemoryStore


class TestMemoryStore(StoreContract, CellContract):
    @pytest.fixture
    def store(self) -> Iterator[Store]:
        store = MemoryStore()
        yield store
        store.close()
