"""The service in process keeps the contract."""

from collections.abc import Iterator

import pytest

from tests.service.contract import ServiceContract
from tests.service.household import Household, begin


class TestLocalService(ServiceContract):
    @pytest.fixture
    def house(self) -> Iterator[Household]:
        house = begin()
        yield house
        house.local.close()
