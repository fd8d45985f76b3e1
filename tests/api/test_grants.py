"""Grants and denials: what they change, to what they can be narrowed, and who may give them."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx2 as httpx
import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from pursight_app.core.clock import now
from pursight_app.core.db import unit_of_work
from pursight_app.models import AuditEvent, UserAccount
from tests.factories import (
    PEOPLE_HEADER,
    Office,
    actor_of,
    bearer,
    make_folder_source,
    make_office,
    make_user,
    people_rows,
    scan_now,
    write_csv,
)

REASON = "Looks after the complaints of customers."


@pytest.fixture
def office(services: None) -> Office:
    return make_office()


def url(office: Office, rest: str = "") -> str:
    return f"/api/workspaces/{office.workspace_id}/grants{rest}"


def give(client: TestClient, office: Office, **body: Any) -> httpx.Response:
    body = {"user_id": str(office.viewer.user_id), "permission": "scan.run", **body}
    return client.post(url(office), json=body, headers=bearer(office.administrator))


def may(client: TestClient, headers: dict[str, str], resource: str, action: str) -> dict[str, Any]:
    return client.post("/api/access/check", json={"resource": resource, "action": action}, headers=headers).json()


def rename(user_id: UUID, name: str) -> None:
    with unit_of_work() as session:
        session.get_one(UserAccount, user_id).name = name


def test_a_stranger_grants_nothing(client: TestClient, office: Office) -> None:
    assert client.post(url(office), json={}).status_code == 401


def test_a_steward_grants_nothing(client: TestClient, office: Office) -> None:
    assert client.post(url(office), json={}, headers=bearer(office.steward)).status_code == 403
    assert client.get(url(office), headers=bearer(office.steward)).status_code == 403


def test_grants_of_another_workspace_do_not_exist(client: TestClient, office: Office) -> None:
    grant = give(client, office).json()["id"]
    other = make_office()

    assert client.get(url(office), headers=bearer(office.outsider)).status_code == 404
    assert client.delete(url(other, f"/{grant}"), headers=bearer(other.administrator)).status_code == 404


def test_a_grant_that_is_not_there_is_not_found(client: TestClient, office: Office) -> None:
    assert client.delete(url(office, f"/{uuid4()}"), headers=bearer(office.administrator)).status_code == 404


def test_a_grant_counts_at_once_and_no_longer_once_revoked(client: TestClient, office: Office) -> None:
    headers, home = bearer(office.viewer), f"workspace:{office.workspace_id}"
    assert not may(client, headers, home, "scan.run")["allowed"]

    made = give(client, office)

    assert made.status_code == 201, made.text
    assert may(client, headers, home, "scan.run")["granted_by"] == [f"grant {made.json()['id']}"]
    revoked = client.delete(url(office, f"/{made.json()['id']}"), headers=bearer(office.administrator))
    assert revoked.status_code == 204
    assert not may(client, headers, home, "scan.run")["allowed"]


def test_a_denial_wins_over_a_role(client: TestClient, office: Office) -> None:
    body = {"user_id": str(office.steward.user_id), "permission": "values.read", "effect": "deny", "reason": REASON}

    assert give(client, office, **body).status_code == 201

    answer = may(client, bearer(office.steward), f"workspace:{office.workspace_id}", "values.read")
    assert not answer["allowed"]
    assert "Denied to the person" in answer["path"][-1]


def test_a_grant_is_a_sentence(client: TestClient, office: Office) -> None:
    rename(office.viewer.user_id, "Anna")
    end = (now() + timedelta(days=400)).replace(month=3, day=1)

    made = give(
        client,
        office,
        permission="values.read",
        scope_kind="sensitivity",
        scope_value="restricted",
        reason=REASON,
        expires_at=end.isoformat(),
    ).json()

    assert made["sentence"] == (
        f"Anna may see sampled values of sensitive columns unmasked, for restricted data until 1 March {end.year}."
    )


def test_a_grant_and_its_end_are_audited_in_words(client: TestClient, office: Office) -> None:
    made = give(client, office).json()
    client.delete(url(office, f"/{made['id']}"), headers=bearer(office.administrator))

    with unit_of_work() as session:
        events = session.exec(
            select(AuditEvent).where(AuditEvent.subject_id == made["id"]).order_by(AuditEvent.position)
        ).all()
    assert [event.action for event in events] == ["grant.create", "grant.revoke"]
    assert (events[0].detail["before"], events[0].detail["after"]) == (None, made["sentence"])
    assert (events[1].detail["before"], events[1].detail["after"]) == (made["sentence"], None)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (
            {"permission": "role.manage", "scope_kind": "sensitivity", "scope_value": "restricted"},
            "the whole workspace",
        ),
        ({"scope_kind": "data_class", "scope_value": "iban"}, "the whole workspace or one data source"),
        ({"permission": "values.read", "scope_kind": "data_class", "scope_value": "iban"}, "reason"),
        ({"permission": "values.read", "reason": REASON, "scope_kind": "data_class", "scope_value": "x"}, "data class"),
        ({"permission": "catalog.edit", "scope_kind": "subtree", "scope_value": "shop"}, "data_source_id"),
        ({"scope_value": "restricted"}, "scope_value"),
        ({"effect": "deny"}, "reason"),
        ({"effect": "deny", "permission": "member.manage", "reason": REASON}, "locked out"),
        ({"effect": "deny", "permission": None, "role": "viewer", "reason": REASON}, "not of a role"),
        ({"role": "viewer"}, "one role or of one permission"),
        ({"permission": None, "role": "emperor"}, "no role"),
        ({"permission": "user.manage"}, "installation"),
        ({"expires_at": "2020-01-01T00:00:00Z"}, "future"),
        ({"group_id": str(uuid4())}, "one person or to one group"),
    ],
)
def test_a_grant_that_does_not_fit_is_refused_and_says_what_would(
    client: TestClient, office: Office, body: dict[str, Any], said: str
) -> None:
    answer = give(client, office, **body)

    assert answer.status_code == 422, answer.text
    assert said in answer.json()["detail"]


def test_a_path_must_lead_somewhere_and_covers_what_lies_below(
    client: TestClient, office: Office, tmp_path: Path
) -> None:
    write_csv(tmp_path / "people.csv", PEOPLE_HEADER, people_rows())
    source = make_folder_source(office, tmp_path)
    scan_now(office, source)
    part = {"permission": "catalog.edit", "scope_kind": "subtree", "data_source_id": str(source)}
    found = client.get("/api/catalog/search?q=people", headers=bearer(office.viewer)).json()["items"][0]

    wrong = give(client, office, **part, scope_value="peeple.csv")
    right = give(client, office, **part, scope_value="people.csv")

    assert wrong.status_code == 422
    assert "people.csv" in wrong.json()["detail"]
    assert right.status_code == 201, right.text
    headers = bearer(office.viewer)
    asset = found.get("id") or found["asset_id"]
    assert may(client, headers, f"asset:{asset}", "catalog.edit")["allowed"]
    assert not may(client, headers, f"workspace:{office.workspace_id}", "catalog.edit")["allowed"]


def test_only_members_and_groups_of_the_workspace_get_grants(client: TestClient, office: Office) -> None:
    assert give(client, office, user_id=str(make_user().id)).status_code == 404
    assert give(client, office, user_id=None, group_id=str(uuid4())).status_code == 404


def test_the_same_grant_is_not_made_twice(client: TestClient, office: Office) -> None:
    give(client, office)

    again = give(client, office)

    assert again.status_code == 409
    assert again.json()["code"] == "grant_exists"


def test_ac_33_nobody_grants_anything_to_themselves_or_to_a_group_of_theirs(client: TestClient, office: Office) -> None:
    base, headers = f"/api/workspaces/{office.workspace_id}", bearer(office.administrator)
    group = client.post(f"{base}/groups", json={"name": "All"}, headers=headers).json()["id"]
    body = {"user_id": str(office.administrator.user_id)}
    client.post(f"{base}/groups/{group}/members", json=body, headers=bearer(office.root))

    assert give(client, office, user_id=str(office.administrator.user_id)).status_code == 403
    assert give(client, office, user_id=None, group_id=group).status_code == 403


def test_ac_33_nobody_grants_more_than_they_hold(client: TestClient, office: Office) -> None:
    base, headers = f"/api/workspaces/{office.workspace_id}", bearer(office.administrator)
    role = {"name": "Keeper", "key": "keeper", "permissions": ["role.manage", "catalog.read"]}
    client.post(f"{base}/roles", json=role, headers=headers)
    keeper = make_user()
    client.post(f"{base}/members", json={"user_id": str(keeper.id), "role": "keeper"}, headers=headers)
    body = {"user_id": str(office.viewer.user_id)}

    above = client.post(url(office), json={**body, "permission": "scan.run"}, headers=bearer(actor_of(keeper)))
    by_role = client.post(url(office), json={**body, "role": "engineer"}, headers=bearer(actor_of(keeper)))
    held = client.post(url(office), json={**body, "permission": "catalog.read"}, headers=bearer(actor_of(keeper)))

    assert (above.status_code, by_role.status_code, held.status_code) == (403, 403, 201)


def test_ac_33_nobody_lifts_their_own_denial(client: TestClient, office: Office) -> None:
    body = {"user_id": str(office.administrator.user_id), "permission": "values.read", "effect": "deny"}
    made = client.post(url(office), json={**body, "reason": REASON}, headers=bearer(office.root)).json()

    own = client.delete(url(office, f"/{made['id']}"), headers=bearer(office.administrator))
    by_another = client.delete(url(office, f"/{made['id']}"), headers=bearer(office.root))

    assert (own.status_code, by_another.status_code) == (403, 204)


def test_an_old_proof_does_not_grant(client: TestClient, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    headers = bearer(office.administrator)
    body = {"user_id": str(office.viewer.user_id), "permission": "scan.run"}
    real = now
    monkeypatch.setattr("pursight_app.services.access.rights.now", lambda: real() + timedelta(hours=1))

    answer = client.post(url(office), json=body, headers=headers)

    assert answer.status_code == 403
    assert answer.json()["code"] == "step_up_required"
