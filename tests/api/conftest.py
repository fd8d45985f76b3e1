"""The gateway in process, over the run's real services."""

from collections.abc import Generator
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient

from pursight_app.api.app import create_app
from tests.oidc.browser import Provider, add_provider, new_browser, share
from tests.oidc.process import OidcServer


@pytest.fixture(scope="session")
def client(services: None) -> Generator[TestClient]:
    with TestClient(create_app(), raise_server_exceptions=False) as client:
        yield client


@pytest.fixture(scope="session")
def provider(client: TestClient) -> Generator[Provider]:
    """A real OpenID Connect provider that people can log in through."""
    yield from _running_provider()


@pytest.fixture(scope="session")
def other(client: TestClient) -> Generator[Provider]:
    """A second one, with an issuer and keys of its own."""
    yield from _running_provider()


def _running_provider() -> Generator[Provider]:
    key = f"p{uuid4().hex[:8]}"
    server = OidcServer([key]).start()
    yield add_provider(server, key)
    server.stop()


@pytest.fixture
def browser(client: TestClient) -> TestClient:
    """A browser with cookies of its own that follows no redirect."""
    share(client)
    return new_browser()
