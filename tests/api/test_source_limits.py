"""What a person who may add sources cannot do with them: reach inner hosts, PurSight's own servers, or map the network."""

import itertools
import json
import socket
import threading
from collections.abc import Callable, Generator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import psutil
import psycopg
import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from pursight_app.core.db import unit_of_work
from pursight_app.core.settings import get_settings
from pursight_app.models import DataSource
from pursight_app.services import data_sources, source_limits
from tests.factories import Office, bearer, make_office
from tests.plugins.servers import free_port

SECRET = "planted-secret-7tq2"


@pytest.fixture
def office(services: None) -> Office:
    """New for each test: connection tests are counted for each person."""
    return make_office()


@pytest.fixture
def configure(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Settings of the source limits alone; servers, keys and sessions of the run stay as they are."""

    def change(**settings: object) -> None:
        changed = get_settings().model_copy(update=settings)
        monkeypatch.setattr(source_limits, "get_settings", lambda: changed)

    return change


def config(**changes: object) -> dict[str, object]:
    return {"host": "127.0.0.1", "port": 5432, "database": "shop", "username": "reader", **changes}


def create(client: TestClient, office: Office, *, kind: str = "postgresql", **changes: object) -> Any:
    body = {"name": uuid4().hex, "kind": kind, "config": config(**changes), "secret": {"password": SECRET}}
    url = f"/api/workspaces/{office.workspace_id}/data-sources"
    return client.post(url, json=body, headers=bearer(office.steward))


def probe(client: TestClient, office: Office, source_id: str) -> Any:
    return client.post(f"/api/data-sources/{source_id}/test", headers=bearer(office.steward))


INNER = [
    "127.0.0.1", "127.9.9.9", "::1", "[::1]", "0.0.0.0", "169.254.169.254", "localhost", "0x7f.1", "127.1", "2130706433",
    "017700000001", "::ffff:127.0.0.1", "::ffff:7f00:1", "::ffff:169.254.169.254", "64:ff9b::7f00:1", "2002:7f00:1::1",
    "fe80::1", "100.100.100.200",
]  # fmt: skip


@pytest.mark.parametrize("kind", ["postgresql", "mysql"])
@pytest.mark.parametrize("host", INNER)
def test_sf_58_inner_hosts_are_refused_unless_they_are_allowed(
    client: TestClient, office: Office, configure: Callable[..., None], host: str, kind: str
) -> None:
    # A server that others can reach; the defaults allow private networks only.
    configure(host="0.0.0.0")

    answer = create(client, office, kind=kind, host=host)

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input"), answer.text
    assert SECRET not in answer.text


def test_sf_58_an_allowed_inner_host_is_taken(
    client: TestClient, office: Office, configure: Callable[..., None]
) -> None:
    configure(host="0.0.0.0", source_hosts=("127.0.0.0/8",))

    assert create(client, office, host="127.0.0.1").status_code == 201
    assert create(client, office, host="169.254.169.254").status_code == 422


def own_addresses() -> list[str]:
    found = [each.address for addresses in psutil.net_if_addrs().values() for each in addresses]
    lan = [address for address in found if address.count(".") == 3 and not address.startswith("127.")]
    return ["127.0.0.1", "127.8.8.8", "localhost", "::1", "::ffff:127.0.0.1", *lan]


@pytest.mark.parametrize("host", own_addresses())
@pytest.mark.parametrize(("named", "port"), [*itertools.product(["127.0.0.1", "localhost"], [5433, 6379])])
def test_sf_58_our_own_postgresql_and_redis_are_refused_even_when_loopback_is_allowed(
    client: TestClient, office: Office, configure: Callable[..., None], *, host: str, named: str, port: int
) -> None:
    configure(
        database_url=f"postgresql://pursight:x@{named}:5433/pursight",
        redis_url=f"redis://{named}",
        source_hosts=("0.0.0.0/0", "::/0", "localhost"),
    )

    refused, other = create(client, office, host=host, port=port), create(client, office, host=host, port=port + 10)

    assert (refused.status_code, other.status_code) == (422, 201), refused.text


def test_sf_58_a_stored_source_that_becomes_our_own_server_is_not_opened(
    client: TestClient, office: Office, configure: Callable[..., None]
) -> None:
    source_id = create(client, office, port=5433).json()["id"]
    configure(database_url="postgresql://pursight:x@127.0.0.1:5433/pursight")

    answer = probe(client, office, source_id).json()

    assert (answer["ok"], "not allowed" in answer["detail"]) == (False, True)


def test_sf_58_the_embedded_servers_sockets_cannot_be_named(client: TestClient, office: Office) -> None:
    home = get_settings().home
    for host in (str(home / "postgres"), str(home / "run"), f"unix:{home}/run/redis.sock"):
        assert create(client, office, host=host).status_code == 422


def test_sf_59_a_name_is_resolved_once_and_only_the_checked_address_is_contacted(
    client: TestClient, office: Office, configure: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first answer is a public address, every later one would be the metadata service."""
    source_id = create(client, office, host="127.0.0.1").json()["id"]
    with unit_of_work() as session:
        source = session.exec(select(DataSource).where(DataSource.id == source_id)).one()
        source.config = {**source.config, "host": "rebind.example.com"}
    configure(host="0.0.0.0")
    asked: list[str] = []

    def rebinding(name: str, *_: object, **__: object) -> list[tuple[Any, ...]]:
        asked.append(name)
        address = "93.184.216.34" if len(asked) == 1 else "169.254.169.254"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 0))]

    contacted: list[str] = []

    def connect(**options: Any) -> None:
        contacted.append(options.get("hostaddr", ""))
        raise psycopg.OperationalError("connection refused")

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    monkeypatch.setattr("pursight_app.connectors.postgresql_session.psycopg.connect", connect)
    monkeypatch.setattr(source_limits, "LONGEST_TEST_S", 0.1)
    data_sources.test_data_source(office.steward, source.id)

    assert asked == ["rebind.example.com"]
    assert contacted == ["93.184.216.34"]


@contextmanager
def listener(answer: bytes | None) -> Generator[tuple[int, list[bytes]]]:
    """A port on which something else listens: answers `answer` to whatever comes, or never when it is None."""
    received: list[bytes] = []
    stop = threading.Event()
    with closing(socket.socket()) as server:
        server.bind(("127.0.0.1", 0))
        server.listen(8)
        server.settimeout(0.1)

        def serve() -> None:
            open_ones = []
            while not stop.is_set():
                try:
                    connection, _ = server.accept()
                except TimeoutError:
                    continue
                received.append(b"")
                if answer is None:
                    open_ones.append(connection)
                    continue
                connection.sendall(answer)
                connection.close()
            for connection in open_ones:
                connection.close()

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield server.getsockname()[1], received
        finally:
            stop.set()
            thread.join()


def test_sf_60_nothing_is_fetched_over_http_so_no_redirect_is_followed(
    client: TestClient, office: Office, tmp_path: Path
) -> None:
    redirect = b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/latest/meta-data\r\nContent-Length: 0\r\n\r\n"
    with listener(redirect) as (port, received):
        address = f"http://127.0.0.1:{port}/data.csv"
        url = f"/api/workspaces/{office.workspace_id}/data-sources"
        for kind in ("files", "duckdb", "sqlite"):
            body = {"name": uuid4().hex, "kind": kind, "config": {"path": address}}
            answer = client.post(url, json=body, headers=bearer(office.steward))
            assert answer.status_code == 422, answer.text
        # Nor through a file that names the address.
        (tmp_path / "link.csv").write_text(f"url\n{address}\n")
        body = {"name": uuid4().hex, "kind": "files", "config": {"path": str(tmp_path)}}
        source = client.post(url, json=body, headers=bearer(office.steward)).json()
        assert probe(client, office, source["id"]).json()["ok"]

    assert received == []


def test_sf_61_a_test_tells_no_port_from_another(
    client: TestClient, office: Office, configure: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    configure(host="0.0.0.0", source_hosts=("127.0.0.0/8",))
    monkeypatch.setattr(source_limits, "TEST_TIMEOUT_S", 1.0)
    monkeypatch.setattr(source_limits, "LONGEST_TEST_S", 2.0)
    answers = {}
    with (
        listener(None) as (filtered, _),
        listener(b"SSH-2.0-OpenSSH_9.2\r\n") as (ssh, _),
        listener(b"HTTP/1.1 400 Bad Request\r\n\r\n") as (web, _),
    ):
        ports = {"closed": free_port(), "filtered": filtered, "ssh": ssh, "web": web}
        for kind in ("postgresql", "mysql"):
            for name, port in ports.items():
                source_id = create(client, office, kind=kind, port=port).json()["id"]
                answer = probe(client, office, source_id).json()
                answers[kind, name] = answer["detail"].replace(str(port), "PORT"), answer["latency_ms"]

    assert {text for text, _ in answers.values()} == {
        "No database answers at 127.0.0.1:PORT. Check host, port and firewall, then test the connection again."
    }
    times = [latency_ms for _, latency_ms in answers.values()]
    assert min(times) >= 1950, answers
    assert max(times) - min(times) < 700, answers


def test_sf_61_tests_are_counted_for_each_person(client: TestClient, office: Office, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id\n1\n")
    url = f"/api/workspaces/{office.workspace_id}/data-sources"
    body = {"name": uuid4().hex, "kind": "files", "config": {"path": str(tmp_path)}}
    source_id = client.post(url, json=body, headers=bearer(office.steward)).json()["id"]

    codes = [probe(client, office, source_id).status_code for _ in range(source_limits.TESTS_PER_MINUTE + 1)]

    assert codes == [200] * source_limits.TESTS_PER_MINUTE + [429]
    administrator = client.post(f"/api/data-sources/{source_id}/test", headers=bearer(office.administrator))
    assert administrator.status_code == 200


def test_se_72_no_answer_holds_a_password_only_that_it_is_set(client: TestClient, office: Office) -> None:
    made = create(client, office)
    headers, url = bearer(office.administrator), f"/api/data-sources/{made.json()['id']}"
    answers = [
        made,
        client.get(url, headers=headers),
        client.patch(url, json={"name": uuid4().hex}, headers=headers),
        client.get(f"/api/workspaces/{office.workspace_id}/data-sources", headers=headers),
        client.get("/api/audit-events", params={"workspace_id": str(office.workspace_id)}, headers=headers),
        client.get("/api/catalog/search", params={"q": SECRET}, headers=headers),
    ]

    assert [answer.status_code < 300 for answer in answers] == [True] * len(answers), [one.text for one in answers]
    assert [json.loads(answer.text).get("secret") for answer in answers[:3]] == ["set"] * 3
    assert not [answer.text for answer in answers if SECRET in answer.text]


@pytest.mark.parametrize("change", [{"host": "127.0.0.2"}, {"port": 9}, {"database": "other"}])
def test_se_75_a_new_address_of_a_source_wants_its_password_again(
    client: TestClient, office: Office, change: dict[str, object]
) -> None:
    url = f"/api/data-sources/{create(client, office).json()['id']}"
    headers = bearer(office.steward)

    refused = client.patch(url, json={"config": config(**change)}, headers=headers)
    taken = client.patch(url, json={"config": config(**change), "secret": {"password": "new"}}, headers=headers)

    assert (refused.status_code, refused.json()["code"]) == (422, "secret_needed")
    assert taken.status_code == 200, taken.text


@pytest.mark.parametrize("kind", ["postgresql", "mysql"])
def test_se_76_what_a_driver_says_of_a_failed_connection_holds_no_password(
    client: TestClient, office: Office, kind: str
) -> None:
    with listener(f"{SECRET} postgresql://reader:{SECRET}@db/shop\n".encode()) as (port, _):
        for each in (port, free_port()):
            source_id = create(client, office, kind=kind, port=each).json()["id"]
            answer = probe(client, office, source_id)

            assert answer.json()["ok"] is False
            assert SECRET not in answer.text
            assert "://" not in answer.json()["detail"]
