"""Who did what: one stream per workspace, table, person and room, of what each reader may see."""

from datetime import datetime
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from pursight_app.core.db import unit_of_work
from pursight_app.models import Asset, Finding
from pursight_app.services import catalog, compliance
from tests.factories import (
    PEOPLE_HEADER,
    Office,
    bearer,
    make_folder_source,
    make_office,
    make_room,
    people_rows,
    scan_now,
    write_csv,
)


@pytest.fixture(scope="module")
def office(services: None) -> Office:
    return make_office()


@pytest.fixture(scope="module")
def asset_id(office: Office, tmp_path_factory: pytest.TempPathFactory) -> UUID:
    folder = tmp_path_factory.mktemp("activity")
    write_csv(folder / "people.csv", PEOPLE_HEADER, people_rows())
    scan_now(office, make_folder_source(office, folder))
    with unit_of_work() as session:
        return session.exec(select(Asset.id).where(Asset.workspace_id == office.workspace_id)).one()


def types(client: TestClient, office: Office, who: str = "steward", **narrowed: object) -> list[str]:
    asked = {"workspace_id": str(office.workspace_id), **{name: str(value) for name, value in narrowed.items()}}
    answer = client.get("/api/activity", params=asked, headers=bearer(getattr(office, who)))
    assert answer.status_code == 200, answer.text
    return [item["type"] for item in answer.json()["items"]]


def test_what_becomes_of_a_table_is_its_stream(client: TestClient, office: Office, asset_id: UUID) -> None:
    with unit_of_work() as session:
        catalog.update_asset(session, office.steward, asset_id, description="People who signed up")
        finding = session.exec(select(Finding).where(Finding.asset_id == asset_id)).first()
    assert finding is not None
    with unit_of_work() as session:
        compliance.set_finding_status(session, office.steward, finding.id, "acknowledged")

    assert types(client, office, asset_id=asset_id) == ["finding.acknowledged", "asset.update"]
    assert types(client, office, asset_id=asset_id, type="finding") == ["finding.acknowledged"]
    assert types(client, office, user_id=office.viewer.user_id, asset_id=asset_id) == []
    assert "scan.succeeded" in types(client, office)


def test_rooms_are_told_to_those_who_are_in_them(client: TestClient, office: Office) -> None:
    room = make_room(office, office.engineer)

    assert types(client, office, session_id=room) == ["room.join", "room.invite", "room.create"]
    assert types(client, office, "engineer", session_id=room, type="room.join") == ["room.join"]
    assert types(client, office, "viewer", session_id=room) == []
    gone = client.post("/racine/collaboration/leave", json={"session_id": str(room)}, headers=bearer(office.engineer))
    assert gone.status_code == 204
    assert types(client, office, session_id=room)[0] == "room.leave"


def test_pages_of_the_stream_follow_each_other(client: TestClient, office: Office) -> None:
    room = make_room(office, office.viewer, office.engineer)
    asked = {"workspace_id": str(office.workspace_id), "session_id": str(room), "limit": 2}
    seen: list[str] = []
    while True:
        page = client.get("/api/activity", params=asked, headers=bearer(office.steward)).json()
        seen += [item["type"] for item in page["items"]]
        if page["next_cursor"] is None:
            break
        assert datetime.fromisoformat(page["next_cursor"]).tzinfo
        asked["before"] = page["next_cursor"]
    assert seen == ["room.join", "room.invite", "room.join", "room.invite", "room.create"]


@pytest.mark.parametrize(("who", "status"), [("outsider", 404), ("nobody", 401)])
def test_strangers_hear_of_nothing(client: TestClient, office: Office, who: str, status: int) -> None:
    headers = {} if who == "nobody" else bearer(getattr(office, who))
    answer = client.get("/api/activity", params={"workspace_id": str(office.workspace_id)}, headers=headers)
    assert answer.status_code == status
