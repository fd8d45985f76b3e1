"""Every route × {anonymous, another workspace, viewer}, made from the route table: a new route cannot be forgotten."""

import re
from collections import defaultdict
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from sqlmodel import select

from pursight_app.api.app import create_app
from pursight_app.core.db import unit_of_work
from pursight_app.models import Asset, AssetColumn, Classification, Finding
from tests.factories import (
    PEOPLE_HEADER,
    Office,
    bearer,
    make_folder_source,
    make_office,
    people_rows,
    scan_now,
    write_csv,
)


def is_public(route: APIRoute) -> bool:
    """Said at the route itself; those that FastAPI makes say nothing and hold only the description."""
    asked = getattr(route, "guard", None)
    return asked is None or asked.is_public


def routes(*, with_public: bool = False) -> list[tuple[str, str]]:
    found = []
    stack = list(create_app().routes)
    while stack:
        route = stack.pop()
        stack += list(getattr(route, "routes", None) or getattr(getattr(route, "original_router", None), "routes", []))
        if isinstance(route, APIRoute) and (with_public or not is_public(route)):
            found += [(method, route.path) for method in route.methods]
    return sorted(set(found))


def test_the_table_of_routes_is_not_empty() -> None:
    assert len(routes()) > 35


@pytest.mark.parametrize(("method", "path"), routes())
def test_a_stranger_gets_nothing(client: TestClient, method: str, path: str) -> None:
    answer = client.request(method, re.sub(r"\{\w+\}", str(uuid4()), path), json={})

    # Whoever is not logged in learns nothing about the body either.
    assert answer.status_code == 401, answer.text
    assert answer.json()["code"] == "not_authenticated"


@pytest.fixture(scope="module")
def office(services: None) -> Office:
    return make_office()


@pytest.fixture(scope="module")
def ids(office: Office, tmp_path_factory: pytest.TempPathFactory) -> dict[str, UUID]:
    folder = tmp_path_factory.mktemp("source")
    write_csv(
        folder / "people.csv", [*PEOPLE_HEADER, "password"], [[*row, f"Hunter2!{row[0]}"] for row in people_rows()]
    )
    source_id = make_folder_source(office, Path(folder))
    run = scan_now(office, source_id)
    with unit_of_work() as session:
        asset = session.exec(select(Asset).where(Asset.data_source_id == source_id)).one()
        verdict = session.exec(
            select(Classification)
            .join(AssetColumn, AssetColumn.id == Classification.asset_column_id)
            .where(AssetColumn.asset_id == asset.id, AssetColumn.name == "email")
        ).one()
        finding = session.exec(select(Finding).where(Finding.asset_id == asset.id)).first()
    assert finding is not None
    return {
        "workspace_id": office.workspace_id,
        "data_source_id": source_id,
        "scan_id": run.id,
        "asset_id": asset.id,
        "classification_id": verdict.id,
        "finding_id": finding.id,
    }


BODIES: dict[str, dict[str, object]] = {
    "/api/workspaces/{workspace_id}/members": {"user_id": str(uuid4()), "role": "viewer"},
    "/api/workspaces/{workspace_id}/data-sources": {"name": "x", "kind": "files", "config": {"path": "/tmp"}},
    "/api/classifications/{classification_id}/review": {"decision": "confirm"},
    "/api/findings/{finding_id}/waive": {"reason": "long enough a reason", "expires_at": "2099-01-01T00:00:00Z"},
    "/api/findings/{finding_id}/status": {"status": "open"},
    "/api/catalog/assets/{asset_id}/values": {"reason": "looking around"},
}


# Rows of workspaces; accounts, providers and one's own credentials belong to none.
OF_WORKSPACES = re.compile(r"\{(workspace|data_source|scan|asset|classification|finding)_id\}")


@pytest.mark.parametrize(("method", "path"), [route for route in routes() if OF_WORKSPACES.search(route[1])])
def test_a_row_of_another_workspace_does_not_exist(
    client: TestClient, office: Office, ids: dict[str, UUID], method: str, path: str
) -> None:
    url = path.format_map(defaultdict(uuid4, ids))

    answer = client.request(method, url, json=BODIES.get(path, {}), headers=bearer(office.outsider))

    assert answer.status_code == 404, answer.text
    assert "people" not in answer.text


def test_lists_of_a_stranger_are_empty_and_count_nothing(
    client: TestClient, office: Office, ids: dict[str, UUID]
) -> None:
    headers = bearer(office.outsider)

    search = client.get("/api/catalog/search?q=people", headers=headers).json()

    assert search["total"] == 0
    assert not any(search["facets"].values())
    assert client.get("/api/scans", headers=headers).json()["total"] == 0
    assert client.get("/api/findings", headers=headers).json()["total"] == 0
    assert client.get(f"/api/findings?workspace_id={ids['workspace_id']}", headers=headers).status_code == 404


VIEWER_MAY_NOT = [
    ("POST", "/api/workspaces/{workspace_id}/data-sources"),
    ("POST", "/api/workspaces/{workspace_id}/members"),
    ("PATCH", "/api/data-sources/{data_source_id}"),
    ("DELETE", "/api/data-sources/{data_source_id}"),
    ("POST", "/api/data-sources/{data_source_id}/test"),
    ("POST", "/racine/orchestration/scan-workflow/{scan_id}/retry"),
    ("POST", "/api/classifications/{classification_id}/review"),
    ("POST", "/api/findings/{finding_id}/waive"),
    ("PATCH", "/api/catalog/assets/{asset_id}"),
]


@pytest.mark.parametrize(("method", "path"), VIEWER_MAY_NOT)
def test_a_viewer_looks_and_changes_nothing(
    client: TestClient, office: Office, ids: dict[str, UUID], method: str, path: str
) -> None:
    answer = client.request(method, path.format(**ids), json=BODIES.get(path, {}), headers=bearer(office.viewer))

    assert answer.status_code == 403, answer.text
    assert answer.json()["code"] == "permission_denied"


def test_nobody_makes_accounts_or_workspaces_but_administrators(client: TestClient, office: Office) -> None:
    headers = bearer(office.administrator)

    assert client.post("/api/users", json={"email": "a@b.example"}, headers=headers).status_code == 403
    assert client.post("/api/workspaces", json={"name": "Mine"}, headers=headers).status_code == 403


def test_the_last_administrator_of_a_workspace_stays(client: TestClient, office: Office) -> None:
    body = {"user_id": str(office.administrator.user_id), "role": "viewer"}

    answer = client.post(
        f"/api/workspaces/{office.workspace_id}/members", json=body, headers=bearer(office.administrator)
    )

    assert answer.status_code == 409


def test_a_decision_says_who_granted_it_and_what_is_missing(
    client: TestClient, office: Office, ids: dict[str, UUID]
) -> None:
    question = {"resource": f"data_source:{ids['data_source_id']}", "action": "scan.run"}

    yes = client.post("/api/access/check", json=question, headers=bearer(office.steward)).json()
    no = client.post("/api/access/check", json=question, headers=bearer(office.viewer)).json()

    assert yes["allowed"]
    assert (yes["reason"], yes["granted_by"]) == ("The role steward includes scan.run.", ["role steward"])
    assert not no["allowed"]
    assert no["missing"] == "scan.run"
    assert office.administrator.name in no["grantable_by"]


def test_a_viewer_gets_masked_values_over_rest(client: TestClient, office: Office, ids: dict[str, UUID]) -> None:
    url = f"/api/catalog/assets/{ids['asset_id']}"

    values = client.get(f"{url}/values", headers=bearer(office.viewer))
    columns = client.get(f"{url}/columns", headers=bearer(office.viewer))
    reason = {"reason": "checking a finding"}
    open_values = client.post(f"{url}/values", json=reason, headers=bearer(office.steward))
    refused = client.post(f"{url}/values", json=reason, headers=bearer(office.viewer))

    assert refused.status_code == 403
    for secret in ("person1@", "Hunter2!"):
        assert secret not in values.text + columns.text
        assert secret in open_values.text
