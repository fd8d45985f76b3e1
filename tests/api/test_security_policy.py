"""The security policy: who may set it, what it refuses, what follows from it."""

from collections.abc import Generator
from datetime import timedelta
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from sqlmodel import col, select

from pursight_app.core.clock import now
from pursight_app.core.db import unit_of_work
from pursight_app.core.errors import InvalidInputError
from pursight_app.core.settings import get_settings
from pursight_app.models import ApiToken, AuditEvent, IdentityProvider, SecurityPolicy, UserAccount
from pursight_app.services import access, auth, security_policy
from pursight_app.services.security_policy import SecurityPolicyValues
from tests.factories import PASSWORD, Office, bearer, make_office, make_user

URL = "/api/security-policy"


@pytest.fixture(scope="module")
def office(services: None) -> Office:
    return make_office()


@pytest.fixture(autouse=True)
def policy_as_found(services: None) -> Generator[None]:
    """There is one policy in the installation, so each test leaves it as it was."""
    yield
    with unit_of_work() as session:
        session.exec(select(SecurityPolicy)).one().settings = {}
        access.bump_version(session)


def give_factor(user_id: UUID) -> None:
    with unit_of_work() as session:
        session.get_one(UserAccount, user_id).totp_confirmed_at = now()
        access.bump_version(session)


def test_the_policy_is_for_administrators_of_the_installation(client: TestClient, office: Office) -> None:
    assert client.get(URL).status_code == 401
    for actor in (office.viewer, office.administrator):
        assert client.get(URL, headers=bearer(actor)).status_code == 403
        assert client.patch(URL, json={"password_min_length": 12}, headers=bearer(actor)).status_code == 403


def test_an_installation_starts_with_the_defaults(client: TestClient, office: Office) -> None:
    values = client.get(URL, headers=bearer(office.root)).json()

    assert values == SecurityPolicyValues().model_dump()
    policy = SecurityPolicyValues()
    assert (policy.idle_s, policy.absolute_s) == (get_settings().session_idle_s, get_settings().session_absolute_s)


def test_a_change_is_kept_and_audited_with_before_and_after(client: TestClient, office: Office) -> None:
    answer = client.patch(URL, json={"invitation_days": 3}, headers=bearer(office.root))

    assert answer.status_code == 200
    assert answer.json()["invitation_days"] == 3
    with unit_of_work() as session:
        event = session.exec(
            select(AuditEvent)
            .where(AuditEvent.action == "security_policy.update", AuditEvent.actor_id == office.root.user_id)
            .order_by(col(AuditEvent.position).desc())
        ).first()
    assert event is not None
    assert event.detail == {"before": {"invitation_days": 7}, "after": {"invitation_days": 3}}


@pytest.mark.parametrize(
    "changes",
    [
        {"password_min_length": 7},
        {"password_min_length": 65},
        {"api_token_max_days": 0},
        {"session_idle_s": 299},
        {"session_idle_s": 7200, "session_absolute_s": 3600},
        {"require_second_factor": "somebody"},
        {"nonsense": 1},
    ],
)
def test_values_outside_their_bounds_change_nothing(
    client: TestClient, office: Office, changes: dict[str, object]
) -> None:
    answer = client.patch(URL, json=changes, headers=bearer(office.root))

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")
    assert client.get(URL, headers=bearer(office.root)).json() == SecurityPolicyValues().model_dump()


def test_nobody_locks_themselves_out_with_a_second_factor(client: TestClient, office: Office) -> None:
    answer = client.patch(URL, json={"require_second_factor": "administrators"}, headers=bearer(office.root))

    assert answer.status_code == 409
    assert "your own second factor" in answer.json()["detail"]


def test_a_required_second_factor_counts_at_once_and_others_are_sent_to_enrol(client: TestClient) -> None:
    office = make_office()
    headers = bearer(office.viewer)
    give_factor(office.root.user_id)
    assert client.get("/api/catalog/search", headers=headers).status_code == 200

    answer = client.patch(URL, json={"require_second_factor": "everybody"}, headers=bearer(office.root))

    assert answer.status_code == 200
    assert client.get("/auth/me", headers=headers).json()["must_enrol"] is True
    assert client.get(f"/api/workspaces/{office.workspace_id}/members", headers=headers).status_code == 403


def test_passwords_are_not_closed_without_another_way_in(client: TestClient, office: Office) -> None:
    answer = client.patch(URL, json={"password_login": "administrators"}, headers=bearer(office.root))

    assert answer.status_code == 409
    assert "single sign-on" in answer.json()["detail"]


def test_with_sign_on_only_administrators_keep_their_passwords(client: TestClient, office: Office) -> None:
    boss, person = make_user(is_administrator=True, password=PASSWORD), make_user(password=PASSWORD)
    with unit_of_work() as session:
        session.add(
            IdentityProvider(key=f"p{boss.id.hex[:8]}", name="Office", issuer="https://id.example", client_id="x")
        )

    answer = client.patch(URL, json={"password_login": "administrators"}, headers=bearer(office.root))

    def log_in(user: UserAccount) -> int:
        return client.post("/auth/login", json={"email": user.email, "password": PASSWORD}).status_code

    assert answer.status_code == 200
    assert (log_in(boss), log_in(person)) == (200, 401)


def test_a_longer_minimum_counts_for_new_passwords(client: TestClient, office: Office) -> None:
    client.patch(URL, json={"password_min_length": 20}, headers=bearer(office.root))

    user = make_user()
    with pytest.raises(InvalidInputError, match="20"), unit_of_work() as session:
        auth.set_password(session, session.get_one(UserAccount, user.id), "short but rare")


def test_a_shorter_life_of_tokens_shortens_those_there_are(client: TestClient, office: Office) -> None:
    body = {"name": "Long", "scopes": ["catalog.read"], "expires_in_days": 300}
    token = client.post("/api/tokens", json=body, headers=bearer(office.viewer)).json()

    client.patch(URL, json={"api_token_max_days": 30}, headers=bearer(office.root))

    with unit_of_work() as session:
        row = session.get_one(ApiToken, UUID(token["id"]))
    assert row.expires_at == row.created_at + timedelta(days=30)
    assert client.post("/api/tokens", json=body, headers=bearer(office.viewer)).status_code == 422


def test_facts_count_people_without_a_second_factor_but_no_programs(services: None) -> None:
    root = make_office().root
    with unit_of_work() as session:
        before = security_policy.get_security_facts(session, root)
    with unit_of_work() as session:
        session.add(UserAccount(email=f"{root.user_id.hex}@x.service.invalid", name="Robot", is_service=True))
    make_user()
    give_factor(make_user(is_administrator=True).id)

    with unit_of_work() as session:
        after = security_policy.get_security_facts(session, root)

    assert after.people - before.people == 2
    assert after.people_without_factor - before.people_without_factor == 1
    assert after.administrators - before.administrators == 1
    assert after.administrators_without_factor == before.administrators_without_factor
