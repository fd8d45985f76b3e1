"""Combination risk over REST: kept by scans, measured anew when verdicts change, and a fact for rules."""

from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from sqlmodel import col, select

from pursight_app.core.db import unit_of_work
from pursight_app.models import Asset, AssetColumn, Classification
from pursight_app.services import compliance, reviews
from tests.factories import Office, bearer, make_folder_source, make_office, scan_now, write_csv

ROWS = [
    [
        f"19{50 + row % 40}-{1 + row % 12:02}-{1 + row % 28:02}",
        ("Berlin", "Hamburg", "Köln", "Bremen")[row % 4],
        "fm"[row % 2],
    ]
    for row in range(80)
]


@pytest.fixture(scope="module")
def office(services: None, tmp_path_factory: pytest.TempPathFactory) -> Office:
    office, folder = make_office(), tmp_path_factory.mktemp("risk")
    write_csv(folder / "members.csv", ["date_of_birth", "city", "gender"], ROWS)
    write_csv(folder / "stock.csv", ["sku", "amount"], [[f"S-{row}", row] for row in range(40)])
    scan_now(office, make_folder_source(office, folder))
    return office


def asset_id(office: Office, name: str) -> UUID:
    with unit_of_work() as session:
        asked = select(Asset.id).where(Asset.workspace_id == office.workspace_id, col(Asset.name).startswith(name))
        return session.exec(asked).one()


def read(client: TestClient, office: Office, name: str) -> dict[str, object]:
    answer = client.get(f"/api/catalog/assets/{asset_id(office, name)}/combination-risk", headers=bearer(office.viewer))
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_strangers_learn_nothing(client: TestClient, office: Office) -> None:
    path = f"/api/catalog/assets/{asset_id(office, 'members')}/combination-risk"

    assert client.get(path).status_code == 401
    assert client.get(path, headers=bearer(office.outsider)).status_code == 404


def test_a_scan_keeps_what_a_viewer_reads_and_no_value_is_in_it(client: TestClient, office: Office) -> None:
    found = read(client, office, "members")

    assert found["is_outdated"] is False
    assert found["risk"]["sets"][0]["figures"]["unique_ratio"] > 0.2
    assert {each["column"] for each in found["risk"]["quasi_identifiers"]} == {"date_of_birth", "city", "gender"}
    assert "Hamburg" not in str(found)
    assert ROWS[0][0] not in str(found)


def test_a_table_without_people_says_so(client: TestClient, office: Office) -> None:
    found = read(client, office, "stock")

    assert found["risk"]["reason"] == "no_person"
    assert found["risk"]["sets"] == []


def test_a_table_that_names_nobody_is_found_by_its_combination(office: Office) -> None:
    members = asset_id(office, "members")
    with unit_of_work() as session:
        rows, _ = compliance.list_findings(session, office.steward, workspace_id=office.workspace_id, limit=100)

    assert [row.finding.asset_id for row in rows if row.rule.key == "GDPR-004-01"] == [members]


def test_a_rejected_verdict_changes_what_is_measured(client: TestClient, office: Office) -> None:
    members = asset_id(office, "members")
    with unit_of_work() as session:
        verdict_id = session.exec(
            select(Classification.id)
            .join(AssetColumn, col(AssetColumn.id) == Classification.asset_column_id)
            .where(AssetColumn.asset_id == members, AssetColumn.name == "date_of_birth")
        ).one()
        reviews.review_classification(session, office.steward, verdict_id, decision="reject")

    found = read(client, office, "members")

    assert {each["column"] for each in found["risk"]["quasi_identifiers"]} == {"city", "gender"}
    assert found["is_outdated"] is False
    with unit_of_work() as session:
        rows, _ = compliance.list_findings(session, office.steward, workspace_id=office.workspace_id, limit=100)
    assert not [row for row in rows if row.rule.key == "GDPR-004-01"]
