"""One home with servers and one source for all fault tests; workers are started by each test and killed after it."""

from collections.abc import Generator

import pytest

from tests.factories import Office, make_office
from tests.faults.house import House, Shop, give_up_unfinished, open_house
from tests.plugins.servers import run_postgres


@pytest.fixture(scope="package")
def shared_house() -> Generator[House]:
    with open_house() as house:
        yield house


@pytest.fixture
def house(shared_house: House) -> Generator[House]:
    yield shared_house
    if give_up_unfinished():
        # The test has failed; its scans must not keep the workers from the next one.
        shared_house.end_workers()


@pytest.fixture(scope="package")
def shared_shop() -> Generator[Shop]:
    with run_postgres() as server:
        shop = Shop(server)
        shop.fill()
        yield shop


@pytest.fixture
def shop(shared_shop: Shop) -> Generator[Shop]:
    yield shared_shop
    shared_shop.unlock()


@pytest.fixture
def office(house: House) -> Office:
    return make_office()
