"""Roles of a workspace: defined by those who may, in force at once, never above who defines them."""

from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from pursight_app.core.db import unit_of_work
from pursight_app.models import AuditEvent, Member, UserAccount
from tests.factories import Office, actor_of, bearer, make_office, make_user

NEW = {"name": "Data protection officer", "permissions": ["catalog.read", "finding.read", "finding.waive"]}


@pytest.fixture
def office(services: None) -> Office:
    return make_office()


def url(office: Office, rest: str = "") -> str:
    return f"/api/workspaces/{office.workspace_id}/roles{rest}"


def make_role(client: TestClient, office: Office, *permissions: str, key: str = "helper") -> str:
    body = {"name": key.capitalize(), "key": key, "permissions": list(permissions)}
    answer = client.post(url(office), json=body, headers=bearer(office.administrator))
    assert answer.status_code == 201, answer.text
    return key


def give_role(office: Office, key: str) -> UserAccount:
    user = make_user()
    with unit_of_work() as session:
        session.add(Member(workspace_id=office.workspace_id, user_id=user.id, role=key))
    return user


def test_a_stranger_defines_no_role(client: TestClient, office: Office) -> None:
    assert client.post(url(office), json=NEW).status_code == 401


def test_a_steward_defines_no_role(client: TestClient, office: Office) -> None:
    answer = client.post(url(office), json=NEW, headers=bearer(office.steward))

    assert answer.status_code == 403
    assert answer.json()["code"] == "permission_denied"


def test_roles_of_another_workspace_do_not_exist(client: TestClient, office: Office) -> None:
    headers = bearer(office.outsider)

    assert client.get(url(office), headers=headers).status_code == 404
    assert client.get(f"/api/roles?workspace_id={office.workspace_id}", headers=headers).status_code == 404
    assert client.post(url(office), json=NEW, headers=headers).status_code == 404


def test_a_role_that_is_not_there_is_not_found(client: TestClient, office: Office) -> None:
    headers = bearer(office.administrator)

    assert client.delete(url(office, "/nobody"), headers=headers).status_code == 404
    assert client.patch(url(office, "/viewer"), json={"name": "X"}, headers=headers).status_code == 404


def test_an_own_role_stands_beside_the_built_in_ones_in_plain_words(client: TestClient, office: Office) -> None:
    made = client.post(url(office), json=NEW, headers=bearer(office.administrator))

    assert made.status_code == 201, made.text
    assert made.json()["role"] == "data-protection-officer"
    assert made.json()["permissions"] == ["workspace.read", "catalog.read", "finding.read", "finding.waive"]
    listed = client.get(f"/api/roles?workspace_id={office.workspace_id}", headers=bearer(office.viewer)).json()
    assert [row["role"] for row in listed["items"]][-1] == "data-protection-officer"
    assert listed["total"] == 6
    assert "acknowledge and waive findings" in listed["items"][-1]["summary"]
    assert client.get("/api/roles", headers=bearer(office.viewer)).json()["total"] == 5


@pytest.mark.parametrize(
    "body",
    [
        {**NEW, "name": " "},
        {**NEW, "key": "Not A Key"},
        {**NEW, "permissions": ["world.rule"]},
        {**NEW, "permissions": ["user.manage"]},
    ],
)
def test_a_role_that_does_not_fit_is_refused_with_a_sentence(
    client: TestClient, office: Office, body: dict[str, object]
) -> None:
    answer = client.post(url(office), json=body, headers=bearer(office.administrator))

    assert answer.status_code == 422, answer.text
    assert answer.json()["code"] == "invalid_input"


@pytest.mark.parametrize("key", ["viewer", "helper"])
def test_a_key_stands_for_one_role_only(client: TestClient, office: Office, key: str) -> None:
    make_role(client, office, "catalog.read")

    answer = client.post(url(office), json={**NEW, "key": key}, headers=bearer(office.administrator))

    assert answer.status_code == 409
    assert answer.json()["code"] == "role_key_taken"


def test_a_change_of_a_role_counts_at_once_and_is_kept_with_before_and_after(
    client: TestClient, office: Office
) -> None:
    key = make_role(client, office, "scan.read")
    headers = bearer(actor_of(give_role(office, key)))
    question = {"resource": f"workspace:{office.workspace_id}", "action": "scan.run"}
    assert not client.post("/api/access/check", json=question, headers=headers).json()["allowed"]

    changed = client.patch(
        url(office, f"/{key}"), json={"permissions": ["scan.read", "scan.run"]}, headers=bearer(office.administrator)
    )

    assert changed.status_code == 200, changed.text
    assert client.post("/api/access/check", json=question, headers=headers).json()["allowed"]
    with unit_of_work() as session:
        event = session.exec(
            select(AuditEvent).where(AuditEvent.workspace_id == office.workspace_id, AuditEvent.action == "role.update")
        ).one()
    assert "scan.run" not in event.detail["before"]["permissions"]
    assert "scan.run" in event.detail["after"]["permissions"]


def test_ac_33_nobody_defines_a_role_above_their_own_rights(client: TestClient, office: Office) -> None:
    key = make_role(client, office, "role.manage", "catalog.read")
    headers = bearer(actor_of(give_role(office, key)))

    above = client.post(url(office), json={**NEW, "permissions": ["values.read"]}, headers=headers)
    own = client.patch(url(office, f"/{key}"), json={"permissions": ["values.read"]}, headers=headers)

    assert (above.status_code, own.status_code) == (403, 403)
    assert "values.read" in above.json()["detail"]


def test_a_role_that_somebody_has_stays(client: TestClient, office: Office) -> None:
    key = make_role(client, office, "catalog.read")
    give_role(office, key)

    kept = client.delete(url(office, f"/{key}"), headers=bearer(office.administrator))

    assert kept.status_code == 409
    assert kept.json()["code"] == "role_in_use"
    assert "1 member" in kept.json()["detail"]


def test_a_role_that_nobody_has_goes(client: TestClient, office: Office) -> None:
    key = make_role(client, office, "catalog.read")

    assert client.delete(url(office, f"/{key}"), headers=bearer(office.administrator)).status_code == 204

    listed = client.get(url(office), headers=bearer(office.viewer)).json()
    assert key not in [row["role"] for row in listed["items"]]


def test_a_preview_names_who_gains_and_loses_what_and_changes_nothing(client: TestClient, office: Office) -> None:
    key = make_role(client, office, "scan.read", "catalog.read")
    holder = give_role(office, key)
    group = client.post(
        f"/api/workspaces/{office.workspace_id}/groups",
        json={"name": f"Group {uuid4().hex[:6]}"},
        headers=bearer(office.administrator),
    ).json()
    base = f"/api/workspaces/{office.workspace_id}"
    client.post(
        f"{base}/groups/{group['id']}/members",
        json={"user_id": str(office.viewer.user_id)},
        headers=bearer(office.administrator),
    )
    grant = client.post(
        f"{base}/grants", json={"group_id": group["id"], "role": key}, headers=bearer(office.administrator)
    )
    assert grant.status_code == 201, grant.text

    preview = client.post(
        url(office, f"/{key}/preview"),
        json={"permissions": ["catalog.read", "scan.run"]},
        headers=bearer(office.administrator),
    ).json()

    people = {each["user_id"]: each for each in preview["people"]}
    assert preview["added"] == ["scan.run"]
    assert preview["removed"] == ["scan.read"]
    assert people[str(holder.id)]["gains"] == ["scan.run"]
    assert people[str(holder.id)]["loses"] == ["scan.read"]
    # Seeing scans is part of being a viewer anyway, so the group's loss is no loss to them.
    assert people[str(office.viewer.user_id)]["gains"] == ["scan.run"]
    assert people[str(office.viewer.user_id)]["loses"] == []
    assert preview["holders"] == 2
    now = client.get(url(office), headers=bearer(office.viewer)).json()["items"][-1]
    assert now["permissions"] == ["workspace.read", "scan.read", "catalog.read"]
