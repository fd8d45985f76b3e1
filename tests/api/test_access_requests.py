"""Requests for access: one asks, another decides, and only once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from pursight_app.core.clock import now
from pursight_app.core.db import unit_of_work
from pursight_app.models import AccessGrant, AuditEvent
from tests.factories import Office, bearer, make_office

REASON = "I prepare the audit of the shop."


@pytest.fixture
def office(services: None) -> Office:
    return make_office()


def url(office: Office, rest: str = "") -> str:
    return f"/api/workspaces/{office.workspace_id}/access-requests{rest}"


def ask(client: TestClient, office: Office, permission: str = "scan.run") -> str:
    body = {"permission": permission, "reason": REASON}
    answer = client.post(url(office), json=body, headers=bearer(office.viewer))
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


def may_scan(client: TestClient, office: Office) -> bool:
    question = {"resource": f"workspace:{office.workspace_id}", "action": "scan.run"}
    return client.post("/api/access/check", json=question, headers=bearer(office.viewer)).json()["allowed"]


def test_a_stranger_asks_for_nothing(client: TestClient, office: Office) -> None:
    assert client.post(url(office), json={}).status_code == 401


def test_a_steward_decides_nothing_and_sees_only_their_own(client: TestClient, office: Office) -> None:
    request = ask(client, office)
    headers = bearer(office.steward)

    assert client.post(url(office, f"/{request}/approve"), json={}, headers=headers).status_code == 403
    assert client.get(url(office), headers=headers).json()["total"] == 0
    assert client.get(url(office), headers=bearer(office.viewer)).json()["total"] == 1


def test_requests_of_another_workspace_do_not_exist(client: TestClient, office: Office) -> None:
    request, other = ask(client, office), make_office()

    assert client.get(url(office), headers=bearer(office.outsider)).status_code == 404
    crossed = client.post(url(other, f"/{request}/approve"), json={}, headers=bearer(other.administrator))
    assert crossed.status_code == 404


def test_a_request_that_is_not_there_is_not_found(client: TestClient, office: Office) -> None:
    answer = client.post(url(office, f"/{uuid4()}/approve"), json={}, headers=bearer(office.administrator))

    assert answer.status_code == 404


def test_an_approved_request_becomes_a_grant_that_counts_at_once(client: TestClient, office: Office) -> None:
    request, end = ask(client, office), now() + timedelta(days=7)
    assert not may_scan(client, office)

    answer = client.post(
        url(office, f"/{request}/approve"), json={"expires_at": end.isoformat()}, headers=bearer(office.administrator)
    )

    assert answer.status_code == 200, answer.text
    assert answer.json()["grant"]["reason"] == REASON
    assert may_scan(client, office)
    with unit_of_work() as session:
        grant = session.exec(select(AccessGrant).where(AccessGrant.workspace_id == office.workspace_id)).one()
        actions = session.exec(
            select(AuditEvent.action).where(AuditEvent.subject_id == request).order_by(AuditEvent.position)
        ).all()
    assert grant.expires_at == end
    assert actions == ["access_request.create", "access_request.approve"]


def test_a_refusal_comes_with_a_note_and_gives_nothing(client: TestClient, office: Office) -> None:
    request, headers = ask(client, office), bearer(office.administrator)

    silent = client.post(url(office, f"/{request}/refuse"), json={"note": " "}, headers=headers)
    answer = client.post(url(office, f"/{request}/refuse"), json={"note": "Ask Eva."}, headers=headers)

    assert (silent.status_code, answer.status_code) == (422, 200)
    own = client.get(url(office), headers=bearer(office.viewer)).json()["items"][0]
    assert (own["status"], own["note"]) == ("refused", "Ask Eva.")
    assert not may_scan(client, office)


def test_nobody_asks_twice_or_for_what_they_have(client: TestClient, office: Office) -> None:
    ask(client, office)
    headers = bearer(office.viewer)

    again = client.post(url(office), json={"permission": "scan.run", "reason": REASON}, headers=headers)
    held = client.post(url(office), json={"permission": "scan.read", "reason": REASON}, headers=headers)

    assert (again.status_code, again.json()["code"]) == (409, "request_open")
    assert (held.status_code, held.json()["code"]) == (409, "already_allowed")


@pytest.mark.parametrize(
    "body",
    [
        {"permission": "user.manage", "reason": REASON},
        {"permission": "scan.run", "reason": "pls"},
        {"permission": "role.manage", "reason": REASON, "data_source_id": str(uuid4())},
    ],
)
def test_a_request_that_does_not_fit_is_refused_with_a_sentence(
    client: TestClient, office: Office, body: dict[str, str]
) -> None:
    assert client.post(url(office), json=body, headers=bearer(office.viewer)).status_code == 422


def test_one_takes_ones_own_request_back_and_nobody_elses(client: TestClient, office: Office) -> None:
    request = ask(client, office)

    foreign = client.delete(url(office, f"/{request}"), headers=bearer(office.steward))
    own = client.delete(url(office, f"/{request}"), headers=bearer(office.viewer))
    late = client.post(url(office, f"/{request}/approve"), json={}, headers=bearer(office.administrator))

    assert (foreign.status_code, own.status_code, late.status_code) == (404, 200, 409)


def test_ac_40_nobody_approves_their_own_request(client: TestClient, office: Office) -> None:
    role = {"name": "Keeper", "key": "keeper", "permissions": ["role.manage"]}
    base, headers = f"/api/workspaces/{office.workspace_id}", bearer(office.administrator)
    client.post(f"{base}/roles", json=role, headers=headers)
    client.post(f"{base}/members", json={"user_id": str(office.engineer.user_id), "role": "keeper"}, headers=headers)
    body = {"permission": "catalog.read", "reason": REASON}
    request = client.post(url(office), json=body, headers=bearer(office.engineer)).json()["id"]

    for decision in ("approve", "refuse"):
        answer = client.post(
            url(office, f"/{request}/{decision}"), json={"note": "Fine."}, headers=bearer(office.engineer)
        )
        assert answer.status_code == 403, answer.text
        assert "own request" in answer.json()["detail"]


def test_ra_80_two_who_decide_at_once_make_one_decision(client: TestClient, office: Office) -> None:
    request = ask(client, office)
    calls = [(verb, bearer(actor)) for verb in ("approve", "refuse") for actor in (office.administrator, office.root)]

    def decide(call: tuple[str, dict[str, str]]) -> int:
        verb, headers = call
        return client.post(url(office, f"/{request}/{verb}"), json={"note": "Decided."}, headers=headers).status_code

    with ThreadPoolExecutor(4) as pool:
        answers = sorted(pool.map(decide, calls))

    assert answers == [200, 409, 409, 409]
