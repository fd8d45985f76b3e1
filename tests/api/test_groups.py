"""Groups: members of a workspace that are granted things together."""

from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient

from tests.factories import Office, actor_of, bearer, make_office, make_user


@pytest.fixture
def office(services: None) -> Office:
    return make_office()


def url(office: Office, rest: str = "") -> str:
    return f"/api/workspaces/{office.workspace_id}/groups{rest}"


def make_group(client: TestClient, office: Office, name: str = "") -> str:
    body = {"name": name or f"Group {uuid4().hex[:6]}"}
    answer = client.post(url(office), json=body, headers=bearer(office.administrator))
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


def put_in(client: TestClient, office: Office, group: str, user_id: UUID) -> int:
    body = {"user_id": str(user_id)}
    return client.post(url(office, f"/{group}/members"), json=body, headers=bearer(office.administrator)).status_code


def grant(client: TestClient, office: Office, **body: object) -> str:
    answer = client.post(
        f"/api/workspaces/{office.workspace_id}/grants", json=body, headers=bearer(office.administrator)
    )
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


def may(client: TestClient, office: Office, actor_headers: dict[str, str], action: str) -> bool:
    question = {"resource": f"workspace:{office.workspace_id}", "action": action}
    return client.post("/api/access/check", json=question, headers=actor_headers).json()["allowed"]


def test_a_stranger_sees_no_groups(client: TestClient, office: Office) -> None:
    assert client.get(url(office)).status_code == 401


def test_a_viewer_sees_no_groups(client: TestClient, office: Office) -> None:
    assert client.get(url(office), headers=bearer(office.viewer)).status_code == 403


def test_groups_of_another_workspace_do_not_exist(client: TestClient, office: Office) -> None:
    group = make_group(client, office)
    headers = bearer(office.outsider)

    assert client.get(url(office), headers=headers).status_code == 404
    assert client.get(url(office, f"/{group}/members"), headers=headers).status_code == 404


def test_a_group_of_another_workspace_is_not_reached_through_ones_own(client: TestClient, office: Office) -> None:
    other = make_office()
    group = make_group(client, other)
    headers = bearer(office.administrator)

    assert client.get(url(office, f"/{group}/members"), headers=headers).status_code == 404
    assert client.delete(url(office, f"/{group}"), headers=headers).status_code == 404


def test_a_group_that_is_not_there_is_not_found(client: TestClient, office: Office) -> None:
    assert client.delete(url(office, f"/{uuid4()}"), headers=bearer(office.administrator)).status_code == 404


def test_what_a_group_is_granted_its_members_may_at_once_and_no_longer_when_they_leave(
    client: TestClient, office: Office
) -> None:
    group, headers = make_group(client, office), bearer(office.viewer)
    grant(client, office, group_id=group, permission="scan.run")
    assert not may(client, office, headers, "scan.run")

    assert put_in(client, office, group, office.viewer.user_id) == 201

    assert may(client, office, headers, "scan.run")
    gone = client.delete(url(office, f"/{group}/members/{office.viewer.user_id}"), headers=bearer(office.administrator))
    assert gone.status_code == 204
    assert not may(client, office, headers, "scan.run")


def test_lists_say_how_many_people_and_grants_a_group_has(client: TestClient, office: Office) -> None:
    group = make_group(client, office, "Auditors 100%")
    make_group(client, office, "Others")
    grant(client, office, group_id=group, permission="scan.run")
    put_in(client, office, group, office.viewer.user_id)

    found = client.get(url(office, "?q=100%25"), headers=bearer(office.administrator)).json()
    people = client.get(url(office, f"/{group}/members"), headers=bearer(office.administrator)).json()

    assert [(row["name"], row["member_count"], row["grant_count"]) for row in found["items"]] == [
        ("Auditors 100%", 1, 1)
    ]
    assert [row["email"] for row in people["items"]] == [office.viewer.email]


def test_only_members_of_the_workspace_are_put_into_its_groups(client: TestClient, office: Office) -> None:
    assert put_in(client, office, make_group(client, office), make_user().id) == 404


def test_ac_33_nobody_puts_themselves_into_a_group(client: TestClient, office: Office) -> None:
    assert put_in(client, office, make_group(client, office), office.administrator.user_id) == 403


def test_ac_33_nobody_gives_more_than_they_hold_through_a_group(client: TestClient, office: Office) -> None:
    key = f"people-{uuid4().hex[:6]}"
    role = {"name": "People", "key": key, "permissions": ["member.manage"]}
    client.post(f"/api/workspaces/{office.workspace_id}/roles", json=role, headers=bearer(office.administrator))
    body = {"user_id": str(office.engineer.user_id), "role": key}
    client.post(f"/api/workspaces/{office.workspace_id}/members", json=body, headers=bearer(office.administrator))
    group = make_group(client, office)
    grant(client, office, group_id=group, permission="scan.run")

    member = {"user_id": str(office.viewer.user_id)}
    answer = client.post(url(office, f"/{group}/members"), json=member, headers=bearer(office.engineer))

    assert answer.status_code == 403
    assert "scan.run" in answer.json()["detail"]


def test_ac_33_nobody_leaves_a_group_that_denies_them_something(client: TestClient, office: Office) -> None:
    group, other = make_group(client, office), make_user()
    body = {"user_id": str(other.id), "role": "administrator"}
    client.post(f"/api/workspaces/{office.workspace_id}/members", json=body, headers=bearer(office.root))
    put_in(client, office, group, other.id)
    reason = "Works on the other side of the wall."
    grant(client, office, group_id=group, permission="values.read", effect="deny", reason=reason)
    headers = bearer(actor_of(other))

    left = client.delete(url(office, f"/{group}/members/{other.id}"), headers=headers)
    dissolved = client.delete(url(office, f"/{group}"), headers=headers)

    assert (left.status_code, dissolved.status_code) == (403, 403)


def test_two_groups_do_not_share_a_name(client: TestClient, office: Office) -> None:
    make_group(client, office, "Auditors")
    other = make_group(client, office)
    headers = bearer(office.administrator)

    again = client.post(url(office), json={"name": "Auditors"}, headers=headers)
    renamed = client.patch(url(office, f"/{other}"), json={"name": "Auditors"}, headers=headers)
    same = client.patch(url(office, f"/{other}"), json={"name": "Others", "description": "x"}, headers=headers)

    assert (again.status_code, renamed.status_code, same.status_code) == (409, 409, 200)
    assert again.json()["code"] == "group_name_taken"
