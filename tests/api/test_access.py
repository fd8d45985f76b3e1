"""Rules of access over REST beside the walk over all routes, which is in tests/api/test_abuse_access.py."""

from pathlib import Path
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from pursight_app.core.db import unit_of_work
from pursight_app.models import Asset, AssetColumn, Classification, Finding
from tests.factories import (
    PEOPLE_HEADER,
    Office,
    bearer,
    make_data_class,
    make_folder_source,
    make_office,
    people_rows,
    scan_now,
    write_csv,
)


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
        "column_id": verdict.asset_column_id,
        "classification_id": verdict.id,
        "finding_id": finding.id,
        "data_class_id": make_data_class(office),
    }


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
