"""The service in process keeps the contract."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.service.contract import ServiceContract
from tests.service.household import House, begin
from workbook.storage.sqlcipher import SqlCipherStore


class TestLocalService(ServiceContract):
    @pytest.fixture
    def house(self) -> Iterator[House]:
        house = begin()
        yield house
        house.local.close()


class TestLocalServiceOverAnEncryptedFile(ServiceContract):
    @pytest.fixture
    def house(self, tmp_path: Path) -> Iterator[House]:
        house = begin(SqlCipherStore(tmp_path, bytes(range(32))))
        yield house
        house.local.close()
