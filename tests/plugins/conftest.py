"""Fixtures of the connector tests: one real PostgreSQL and one real MariaDB for the whole run."""

from collections.abc import Generator

import pytest

from tests.plugins.servers import Server, run_mariadb, run_postgres


@pytest.fixture(scope="session")
def postgres() -> Generator[Server]:
    with run_postgres() as server:
        yield server


@pytest.fixture(scope="session")
def mariadb() -> Generator[Server]:
    with run_mariadb() as server:
        yield server
