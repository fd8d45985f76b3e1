"""The people of a workspace: added, given another role, removed; the last administrator stays."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient
from sqlmodel import col, select

from pursight_app.core.clock import now
from pursight_app.core.db import unit_of_work
from pursight_app.models import AccessGrant, GroupMember, Member, UserAccount
from tests.factories import Office, actor_of, bearer, make_office, make_user


@pytest.fixture
def office(services: None) -> Office:
    return make_office()


def url(office: Office, rest: str = "") -> str:
    return f"/api/workspaces/{office.workspace_id}/members{rest}"


def set_role(client: TestClient, office: Office, user_id: UUID, role: str, headers: dict[str, str]) -> int:
    return client.post(url(office), json={"user_id": str(user_id), "role": role}, headers=headers).status_code


def test_a_stranger_adds_nobody(client: TestClient, office: Office) -> None:
    assert client.delete(url(office, f"/{office.viewer.user_id}")).status_code == 401


def test_a_viewer_removes_nobody_but_may_leave(client: TestClient, office: Office) -> None:
    headers = bearer(office.viewer)

    assert client.delete(url(office, f"/{office.steward.user_id}"), headers=headers).status_code == 403
    assert client.delete(url(office, f"/{office.viewer.user_id}"), headers=headers).status_code == 204
    assert client.get(url(office), headers=headers).status_code == 404


def test_members_of_another_workspace_do_not_exist(client: TestClient, office: Office) -> None:
    headers = bearer(office.outsider)

    assert client.get(url(office), headers=headers).status_code == 404
    assert client.delete(url(office, f"/{office.viewer.user_id}"), headers=headers).status_code == 404


def test_somebody_who_is_not_there_is_not_found(client: TestClient, office: Office) -> None:
    headers = bearer(office.administrator)

    assert client.delete(url(office, f"/{uuid4()}"), headers=headers).status_code == 404
    assert set_role(client, office, uuid4(), "viewer", headers) == 404


def test_members_are_found_by_part_of_their_address(client: TestClient, office: Office) -> None:
    found = client.get(url(office, f"?q={office.steward.email[:10]}"), headers=bearer(office.viewer)).json()

    assert [(row["email"], row["role"]) for row in found["items"]] == [(office.steward.email, "steward")]
    assert found["total"] == 1


def test_who_is_removed_loses_everything_at_once_and_gets_nothing_back_when_added_again(
    client: TestClient, office: Office
) -> None:
    base, headers = f"/api/workspaces/{office.workspace_id}", bearer(office.administrator)
    viewer = {"user_id": str(office.viewer.user_id)}
    group = client.post(f"{base}/groups", json={"name": "All"}, headers=headers).json()["id"]
    client.post(f"{base}/groups/{group}/members", json=viewer, headers=headers)
    client.post(f"{base}/grants", json={**viewer, "permission": "scan.run"}, headers=headers)
    theirs = bearer(office.viewer)
    assert client.get(base + "/members", headers=theirs).status_code == 200

    removed = client.delete(url(office, f"/{office.viewer.user_id}"), headers=headers)

    assert removed.status_code == 204
    assert client.get(base + "/members", headers=theirs).status_code == 404
    with unit_of_work() as session:
        for model in (Member, GroupMember, AccessGrant):
            rows = select(model).where(
                col(model.user_id) == office.viewer.user_id, col(model.workspace_id) == office.workspace_id
            )
            assert session.exec(rows).first() is None


def test_ac_33_nobody_raises_their_own_role(client: TestClient, office: Office) -> None:
    base, headers = f"/api/workspaces/{office.workspace_id}", bearer(office.administrator)
    role = {"name": "People", "key": "people", "permissions": ["member.manage", "room.join"]}
    client.post(f"{base}/roles", json=role, headers=headers)
    assert set_role(client, office, office.steward.user_id, "people", headers) == 201
    theirs = bearer(office.steward)

    assert set_role(client, office, office.steward.user_id, "administrator", theirs) == 403
    assert set_role(client, office, office.viewer.user_id, "administrator", theirs) == 403
    assert set_role(client, office, office.administrator.user_id, "guest", theirs) == 403
    assert client.delete(url(office, f"/{office.administrator.user_id}"), headers=theirs).status_code == 403
    assert set_role(client, office, office.steward.user_id, "guest", theirs) == 201


def test_ac_34_the_last_administrator_stays(client: TestClient, office: Office) -> None:
    own, headers = office.administrator.user_id, bearer(office.administrator)

    lowered = client.post(url(office), json={"user_id": str(own), "role": "viewer"}, headers=headers)
    removed = client.delete(url(office, f"/{own}"), headers=headers)

    assert (lowered.status_code, removed.status_code) == (409, 409)
    assert lowered.json()["code"] == removed.json()["code"] == "last_administrator"


def test_ac_34_a_suspended_administrator_does_not_count(client: TestClient, office: Office) -> None:
    other = make_user()
    headers = bearer(office.administrator)
    assert set_role(client, office, other.id, "administrator", headers) == 201
    with unit_of_work() as session:
        session.get_one(UserAccount, other.id).is_active = False

    assert set_role(client, office, office.administrator.user_id, "viewer", headers) == 409


def test_ac_34_two_administrators_who_leave_at_once_leave_one(client: TestClient, office: Office) -> None:
    other = make_user()
    assert set_role(client, office, other.id, "administrator", bearer(office.administrator)) == 201
    leaving = [(actor.user_id, bearer(actor)) for actor in (office.administrator, actor_of(other))]

    def leave(one: tuple[UUID, dict[str, str]]) -> int:
        return client.delete(url(office, f"/{one[0]}"), headers=one[1]).status_code

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(leave, leaving))

    assert answers == [204, 409]


def test_an_old_proof_adds_people_but_changes_no_role(
    client: TestClient, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    headers, other, real = bearer(office.administrator), make_user(), now
    monkeypatch.setattr("pursight_app.services.access.rights.now", lambda: real() + timedelta(hours=1))

    assert set_role(client, office, other.id, "viewer", headers) == 201
    changed = client.post(url(office), json={"user_id": str(other.id), "role": "engineer"}, headers=headers)
    risen = client.post(url(office), json={"user_id": str(make_user().id), "role": "administrator"}, headers=headers)

    assert (changed.status_code, risen.status_code) == (403, 403)
    assert changed.json()["code"] == risen.json()["code"] == "step_up_required"
