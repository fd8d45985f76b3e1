"""Identity providers over REST: who may manage them, what is refused, what is kept and what is shown."""

from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from sqlmodel import col, select

from pursight_app.core.db import unit_of_work
from pursight_app.core.errors import StepUpRequiredError
from pursight_app.core.settings import get_settings
from pursight_app.models import AuditEvent, IdentityProvider, UserAccount
from pursight_app.services import sso
from pursight_app.services.access import Actor
from pursight_app.services.sso import transport
from tests.factories import actor_of, bearer, make_office, make_user, make_workspace
from tests.oidc.browser import Provider, came_back, log_in, new_browser, path_of, person, share
from tests.oidc.process import CLIENT_ID, CLIENT_SECRET

SECRET = "planted-client-secret-4711"


def body(**changes: object) -> dict[str, object]:
    known = {"key": f"k{uuid4().hex[:8]}", "name": "Company log-in", "issuer": "https://login.example.com"}
    return {**known, "client_id": "pursight", "client_secret": SECRET, **changes}


@pytest.fixture
def root(client: TestClient) -> dict[str, str]:
    return bearer(actor_of(make_user(is_administrator=True)))


def create(client: TestClient, root: dict[str, str], **changes: object) -> dict[str, object]:
    answer = client.post("/api/identity-providers", json=body(**changes), headers=root)
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_only_administrators_of_the_installation_manage_providers(client: TestClient, provider: Provider) -> None:
    office = make_office()
    address = f"/api/identity-providers/{provider.id}"

    for headers, status in (({}, 401), (bearer(office.administrator), 403), (bearer(office.outsider), 403)):
        assert client.get("/api/identity-providers", headers=headers).status_code == status
        assert client.post("/api/identity-providers", json={}, headers=headers).status_code == status
        assert client.patch(address, json={}, headers=headers).status_code == status
        assert client.delete(address, headers=headers).status_code == status
        assert client.post(f"{address}/test", headers=headers).status_code == status


def test_se_72_a_client_secret_is_only_ever_said_to_be_set(client: TestClient, root: dict[str, str]) -> None:
    made = create(client, root)

    answers = [
        made,
        client.get("/api/identity-providers", headers=root).json(),
        client.patch(f"/api/identity-providers/{made['id']}", json={"name": "Renamed"}, headers=root).json(),
    ]
    with unit_of_work() as session:
        row = session.exec(select(IdentityProvider).where(IdentityProvider.key == made["key"])).one()
        about = select(AuditEvent).where(AuditEvent.subject_id == str(made["id"]))
        kept = session.exec(about.order_by(col(AuditEvent.position))).all()

    assert made["client_secret"] == answers[2]["client_secret"] == "set"
    assert SECRET not in str(answers)
    assert SECRET.encode() not in (row.client_secret or b"")
    assert SECRET not in str([event.detail for event in kept])
    assert kept[-1].detail["before"]["name"] == "Company log-in"
    assert kept[-1].detail["after"]["name"] == "Renamed"


@pytest.mark.parametrize(
    "wrong",
    [
        {"issuer": "http://login.example.com"},
        {"issuer": "https://user:pass@login.example.com"},
        {"issuer": "ftp://login.example.com"},
        {"issuer": "https://login.example.com?x=1"},
        {"issuer": "https://login.example.com:99999"},
        {"issuer": "file:///etc/passwd"},
        {"key": "No Spaces"},
        {"key": "../x"},
        {"scopes": "email profile"},
        {"scopes": 'openid "quoted"'},
        {"name": "   "},
        {"client_id": ""},
        {"group_roles": [{"group": "g", "workspace_id": str(uuid4()), "role": "viewer"}]},
    ],
    ids=str,
)
def test_what_does_not_fit_is_refused(client: TestClient, root: dict[str, str], wrong: dict[str, object]) -> None:
    answer = client.post("/api/identity-providers", json=body(**wrong), headers=root)

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")


def test_a_role_must_be_one_of_the_workspace(client: TestClient, root: dict[str, str]) -> None:
    row = {"group": "g", "workspace_id": str(make_workspace()), "role": "installation administrator"}

    assert client.post("/api/identity-providers", json=body(group_roles=[row]), headers=root).status_code == 422


def test_a_key_is_taken_once(client: TestClient, root: dict[str, str]) -> None:
    made = create(client, root)

    again = client.post("/api/identity-providers", json=body(key=made["key"]), headers=root)

    assert (again.status_code, again.json()["code"]) == (409, "key_taken")


def test_plain_http_is_for_this_machine_while_nobody_else_reaches_it(
    client: TestClient, root: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert create(client, root, issuer="http://127.0.0.1:9999")["issuer"] == "http://127.0.0.1:9999"

    monkeypatch.setattr(get_settings(), "host", "0.0.0.0")
    answer = client.post("/api/identity-providers", json=body(issuer="http://127.0.0.1:9999"), headers=root)

    assert answer.status_code == 422


def test_se_75_a_new_issuer_wants_the_secret_again(client: TestClient, root: dict[str, str]) -> None:
    made = create(client, root)
    address = f"/api/identity-providers/{made['id']}"
    moved = {"issuer": "https://evil.example.com"}

    assert client.patch(address, json=moved, headers=root).json()["code"] == "secret_needed"
    assert client.patch(address, json={**moved, "client_secret": "new"}, headers=root).status_code == 200


def test_the_issuer_of_linked_people_stays(client: TestClient, root: dict[str, str], provider: Provider) -> None:
    share(client)
    log_in(new_browser(), provider, person())

    answer = client.patch(
        f"/api/identity-providers/{provider.id}",
        json={"issuer": "https://other.example.com", "client_secret": "x"},
        headers=root,
    )

    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")


def test_a_change_takes_a_recent_proof(client: TestClient, provider: Provider) -> None:
    stale = Actor(actor_of(make_user(is_administrator=True)).policy, session_id="some session", stepped_up_at=0)

    with unit_of_work() as session, pytest.raises(StepUpRequiredError):
        sso.delete_provider(session, stale, provider.id)
    with unit_of_work() as session, pytest.raises(StepUpRequiredError):
        sso.set_provider_enabled(session, stale, provider.id, is_enabled=False)


def test_the_test_says_that_a_provider_fits(client: TestClient, root: dict[str, str], provider: Provider) -> None:
    found = client.post(f"/api/identity-providers/{provider.id}/test", headers=root).json()

    assert found["ok"] is True
    assert found["found"]["Issuer"] == provider.server.issuer


def test_the_test_says_in_words_what_is_wrong(client: TestClient, root: dict[str, str], provider: Provider) -> None:
    cases = {
        f"{provider.server.issuer}/": "Enter it exactly so",
        f"{provider.server.issuer}/nowhere": "answers with status 404",
        "http://127.0.0.1:1": "Cannot reach",
        "https://no-such-host.invalid": "is unknown",
        "https://169.254.169.254": "may not reach",
        "https://[::ffff:169.254.169.254]": "may not reach",
    }
    for issuer, words in cases.items():
        made = create(client, root, issuer=issuer)
        found = client.post(f"/api/identity-providers/{made['id']}/test", headers=root).json()
        assert found["ok"] is False
        assert words in found["detail"], found


def test_an_answer_that_is_too_large_is_not_read(
    client: TestClient, root: dict[str, str], provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "MAX_ANSWER_BYTES", 100)

    found = client.post(f"/api/identity-providers/{provider.id}/test", headers=root).json()

    assert "too large" in found["detail"]


def test_a_wrong_client_secret_is_said_to_be_the_providers_trouble(
    client: TestClient, browser: TestClient, root: dict[str, str], other: Provider
) -> None:
    address = f"/api/identity-providers/{other.id}"
    client.patch(address, json={"client_secret": "wrong"}, headers=root)
    try:
        location = browser.get(path_of(came_back(browser, other, person()))).headers["location"]
    finally:
        client.patch(address, json={"client_secret": CLIENT_SECRET}, headers=root)

    assert location.startswith("/login?problem=sso-unavailable")


def test_removing_a_provider_keeps_accounts(client: TestClient, root: dict[str, str], provider: Provider) -> None:
    made = create(client, root, issuer=provider.server.issuer, client_id=CLIENT_ID)
    address = f"/api/identity-providers/{made['id']}"

    assert client.delete(address, headers=root).status_code == 204
    assert client.delete(address, headers=root).status_code == 404
    with unit_of_work() as session:
        actions = session.exec(
            select(AuditEvent.action).where(AuditEvent.subject_id == str(made["id"])).order_by(col(AuditEvent.position))
        ).all()
        assert session.exec(select(UserAccount)).first() is not None
    assert actions == ["identity_provider.create", "identity_provider.delete"]
