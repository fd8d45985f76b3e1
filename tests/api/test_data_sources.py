"""Data sources over REST: what is refused, what never comes back, what is done once."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient

from pursight_app.core.settings import get_settings
from tests.factories import Office, bearer, make_office, write_csv

SECRET = "planted-secret-93xk"


@pytest.fixture(scope="module")
def office(services: None) -> Office:
    return make_office()


def create(client: TestClient, office: Office, body: dict[str, object], **headers: str) -> object:
    url = f"/api/workspaces/{office.workspace_id}/data-sources"
    return client.post(url, json=body, headers={**bearer(office.steward), **headers})


def postgres(name: str = "", **config: object) -> dict[str, object]:
    whole = {"host": "127.0.0.1", "port": 5432, "database": "shop", "username": "reader", **config}
    return {"name": name or uuid4().hex, "kind": "postgresql", "config": whole, "secret": {"password": SECRET}}


def test_the_kinds_come_with_a_schema_for_their_form(client: TestClient, office: Office) -> None:
    items = client.get("/api/connectors", headers=bearer(office.viewer)).json()["items"]

    assert {item["kind"] for item in items} == {"postgresql", "mysql", "sqlite", "duckdb", "files"}
    for item in items:
        for field in item["config"]["properties"].values():
            assert field["title"]
            assert field["description"]


def test_a_password_goes_in_and_never_comes_out(client: TestClient, office: Office) -> None:
    made = create(client, office, postgres())
    source_id = made.json()["id"]
    headers = bearer(office.steward)

    answers = [
        made,
        client.get(f"/api/data-sources/{source_id}", headers=headers),
        client.get(f"/api/workspaces/{office.workspace_id}/data-sources", headers=headers),
        client.post(f"/api/data-sources/{source_id}/test", headers=headers),
    ]

    assert made.json()["secret"] == "set"
    assert not any(SECRET in answer.text for answer in answers)


@pytest.mark.parametrize(
    "config",
    [
        {"host": "169.254.169.254"},
        {"host": "0x7f.1"},
        {"host": "/var/run/postgresql"},
        {"options": "-c log_statement=all"},
        {"passfile": "/etc/passwd"},
        {"port": 0},
        {"host": ""},
    ],
)
def test_addresses_and_options_outside_the_allowed_ones_are_refused(
    client: TestClient, office: Office, config: dict[str, object]
) -> None:
    answer = create(client, office, postgres(**config))

    assert answer.status_code == 422, answer.text
    assert SECRET not in answer.text


@pytest.mark.parametrize(
    "path",
    ["/etc", "/etc/passwd", "../../etc", "file:///etc/passwd", "/tmp/%2e%2e/etc", "HOME/secrets", "/proc/self"],
)
def test_a_path_outside_the_allowed_roots_is_refused(client: TestClient, office: Office, path: str) -> None:
    answer = create(
        client,
        office,
        {"name": uuid4().hex, "kind": "files", "config": {"path": path.replace("HOME", str(get_settings().home))}},
    )

    assert answer.status_code == 422
    assert answer.json()["code"] == "invalid_input"


def test_a_link_out_of_the_roots_is_refused(client: TestClient, office: Office, tmp_path: Path) -> None:
    (tmp_path / "way-out").symlink_to("/etc")

    answer = create(client, office, {"name": "x", "kind": "files", "config": {"path": str(tmp_path / "way-out")}})

    assert answer.status_code == 422


def test_an_unreachable_source_is_an_answer_with_a_sentence(client: TestClient, office: Office) -> None:
    source_id = create(client, office, postgres(port=9)).json()["id"]

    answer = client.post(f"/api/data-sources/{source_id}/test", headers=bearer(office.steward)).json()

    assert answer["ok"] is False
    assert "127.0.0.1:9" in answer["detail"]
    assert answer["latency_ms"] >= 0


def test_ra_79_one_idempotency_key_makes_one_source_even_at_once(client: TestClient, office: Office) -> None:
    body, key = postgres(), uuid4().hex
    headers = {**bearer(office.steward), "Idempotency-Key": key}
    url = f"/api/workspaces/{office.workspace_id}/data-sources"

    with ThreadPoolExecutor(5) as pool:
        answers = list(pool.map(lambda _: client.post(url, json=body, headers=headers), range(5)))
    again = client.post(url, json=body, headers=headers)

    assert {answer.status_code for answer in answers} <= {201, 409}
    ids = {answer.json()["id"] for answer in [*answers, again] if answer.status_code == 201}
    assert len(ids) == 1
    items = client.get(url, headers=headers).json()["items"]
    assert len([item for item in items if item["name"] == body["name"]]) == 1


def test_ra_79_one_key_starts_one_scan(client: TestClient, office: Office, tmp_path: Path) -> None:
    body = {"name": "once", "kind": "files", "config": {"path": str(tmp_path)}}
    given = {"data_source_id": create(client, office, body).json()["id"]}
    headers = {**bearer(office.steward), "Idempotency-Key": uuid4().hex}
    url = "/racine/orchestration/scan-workflow"

    with ThreadPoolExecutor(5) as pool:
        answers = list(pool.map(lambda _: client.post(url, json=given, headers=headers), range(5)))
    again = client.post(url, json=given, headers=headers)

    assert {answer.status_code for answer in answers} <= {202, 409}
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} <= {"in_progress"}
    assert len({answer.json()["scan_id"] for answer in [*answers, again] if answer.status_code == 202}) == 1
    assert client.get(f"/api/scans?data_source_id={given['data_source_id']}", headers=headers).json()["total"] == 1


def test_one_key_for_two_requests_is_refused(client: TestClient, office: Office) -> None:
    key = uuid4().hex
    create(client, office, postgres(), **{"Idempotency-Key": key})

    answer = create(client, office, postgres(), **{"Idempotency-Key": key})

    assert answer.status_code == 422
    assert answer.json()["code"] == "idempotency_mismatch"


def test_lists_are_paged_and_capped(client: TestClient, office: Office, tmp_path: Path) -> None:
    write_csv(tmp_path / "a.csv", ["id"], [[1]])
    for _ in range(3):
        create(client, office, {"name": uuid4().hex, "kind": "files", "config": {"path": str(tmp_path)}})
    url = f"/api/workspaces/{office.workspace_id}/data-sources"
    headers = bearer(office.steward)

    first = client.get(url, params={"limit": 2}, headers=headers).json()
    second = client.get(url, params={"limit": 2, "cursor": first["next_cursor"]}, headers=headers).json()

    assert len(first["items"]) == 2
    assert not {item["id"] for item in first["items"]} & {item["id"] for item in second["items"]}
    assert client.get(url, params={"limit": 10_000}, headers=headers).status_code == 422
    assert client.get(url, params={"cursor": "nonsense"}, headers=headers).status_code == 422


@pytest.mark.parametrize("query", ["", "%", "_", "'", "\\", ":*", "& |", "a" * 500, "\x00", "🙂", "' OR 1=1 --"])
def test_any_search_text_is_only_text(client: TestClient, office: Office, query: str) -> None:
    answer = client.get("/api/catalog/search", params={"q": query}, headers=bearer(office.steward))

    assert answer.status_code == 200, answer.text
