"""The gateway in process, over the run's real services."""

from collections.abc import Generator

import pytest
from fastapi.testclient import TestClient

from pursight_app.api.app import create_app


@pytest.fixture(scope="session")
def client(services: None) -> Generator[TestClient]:
    with TestClient(create_app(), raise_server_exceptions=False) as client:
        yield client
