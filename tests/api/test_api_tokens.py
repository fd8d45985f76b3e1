"""API tokens and service accounts: shown once, narrower than their owner, dead at once."""

import json
import re
import time
import zlib
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from pursight_app.core.clock import now
from pursight_app.core.db import unit_of_work
from pursight_app.core.events import SESSION_CHANNEL
from pursight_app.core.redis import redis
from pursight_app.models import ApiToken, AuditEvent, IdempotencyKey, LoginSession, Member, UserAccount, WorkspaceRole
from pursight_app.services import access, api_tokens, auth
from pursight_app.services.access import Actor, Permission
from tests.factories import Office, actor_of, bearer, make_office, make_user, make_workspace

READ = ["catalog.read", "scan.read"]


@pytest.fixture(scope="module")
def office(services: None) -> Office:
    return make_office()


def new(client: TestClient, actor: Actor, **changes: object) -> dict[str, str]:
    body = {"name": "Nightly export", "scopes": READ, "expires_in_days": 30, **changes}
    answer = client.post("/api/tokens", json=body, headers=bearer(actor))
    assert answer.status_code == 201, answer.text
    return answer.json()


def using(token: dict[str, str]) -> dict[str, str]:
    return {"Authorization": f"Bearer {token['token']}"}


def new_service_account(client: TestClient, office: Office, role: str = "viewer") -> str:
    answer = client.post(
        f"/api/workspaces/{office.workspace_id}/service-accounts",
        json={"name": f"Exporter {uuid4().hex[:6]}", "role": role},
        headers=bearer(office.administrator),
    )
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


def new_service_token(client: TestClient, office: Office, user_id: str) -> dict[str, str]:
    answer = client.post(
        f"/api/workspaces/{office.workspace_id}/service-accounts/{user_id}/tokens",
        json={"name": "Export", "scopes": READ},
        headers=bearer(office.administrator),
    )
    assert answer.status_code == 201, answer.text
    return answer.json()


def step_down(headers: dict[str, str], actor: Actor) -> None:
    """Makes the actor's sessions look as if they had begun long ago."""
    with unit_of_work() as session:
        keys = session.exec(select(LoginSession.key).where(LoginSession.user_id == actor.user_id)).all()
    for key in keys:
        stored = redis().get(f"pursight:session:{key}")
        if stored:
            redis().set(f"pursight:session:{key}", json.dumps({**json.loads(stored), "stepped_up": 0}), ex=600)


def test_a_secret_scanner_can_tell_a_token_without_asking_us(client: TestClient, office: Office) -> None:
    token = new(client, office.viewer)["token"]

    assert re.fullmatch(r"psk_[A-Za-z0-9_-]{43}[0-9A-Za-z]{6}", token)
    digits, number = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", 0
    for character in token[-6:]:
        number = number * 62 + digits.index(character)
    assert number == zlib.crc32(token[:-6].encode())


def test_the_pattern_of_tokens_takes_no_time_on_a_long_text() -> None:
    started = time.perf_counter()

    assert api_tokens.TOKEN_PATTERN.fullmatch("psk_" + "a" * 1_000_000) is None

    assert time.perf_counter() - started < 0.1


def test_text_with_a_wrong_checksum_never_reaches_the_database(client: TestClient, office: Office) -> None:
    token = new(client, office.viewer)["token"]
    wrong = token[:-1] + ("0" if token[-1] != "0" else "1")

    # None instead of a session: any read of the database would fail here.
    assert api_tokens.find_live_token(None, wrong) is None  # type: ignore[arg-type]  # that is the point
    assert client.get("/auth/me", headers=using({"token": wrong})).status_code == 401


def test_a_token_is_shown_once_and_kept_as_a_hash(client: TestClient, office: Office) -> None:
    made = new(client, office.viewer)

    listed = client.get("/api/tokens", headers=bearer(office.viewer)).json()["items"]

    mine = next(item for item in listed if item["id"] == made["id"])
    assert mine["hint"] == made["token"][-4:]
    assert made["token"] not in json.dumps(listed)
    with unit_of_work() as session:
        row = session.get_one(ApiToken, UUID(made["id"]))
        events = session.exec(select(AuditEvent).where(AuditEvent.subject_id == made["id"])).all()
    assert made["token"] not in row.model_dump_json()
    assert [event.action for event in events] == ["api_token.create"]
    assert made["token"] not in events[0].model_dump_json()


def test_a_keyed_request_makes_one_token_and_its_answer_is_not_kept(client: TestClient, office: Office) -> None:
    headers = {**bearer(office.viewer), "Idempotency-Key": uuid4().hex}
    body = {"name": "Once", "scopes": READ, "expires_in_days": 5}

    first = client.post("/api/tokens", json=body, headers=headers)
    second = client.post("/api/tokens", json=body, headers=headers)

    assert first.status_code == 201
    assert (second.status_code, second.json()["code"]) == (409, "shown_once")
    assert first.json()["token"] not in second.text
    with unit_of_work() as session:
        kept = session.exec(select(IdempotencyKey).where(IdempotencyKey.key == headers["Idempotency-Key"])).one()
        named = session.exec(
            select(ApiToken.id).where(ApiToken.name == "Once", ApiToken.user_id == office.viewer.user_id)
        )
        assert len(named.all()) == 1
    assert kept.body == ""


def test_au_26_a_revoked_token_is_refused_at_once(client: TestClient, office: Office) -> None:
    token = new(client, office.viewer)
    assert client.get("/api/catalog/search", headers=using(token)).status_code == 200

    assert client.delete(f"/api/tokens/{token['id']}", headers=bearer(office.viewer)).status_code == 204

    answer = client.get("/api/catalog/search", headers=using(token))
    assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")


def test_au_26_an_expired_token_is_refused(client: TestClient, office: Office) -> None:
    token = new(client, office.viewer)
    with unit_of_work() as session:
        session.get_one(ApiToken, UUID(token["id"])).expires_at = now() - timedelta(seconds=1)

    assert client.get("/auth/me", headers=using(token)).status_code == 401


def test_au_26_a_token_does_nothing_outside_its_scopes(client: TestClient, office: Office) -> None:
    token = new(client, office.steward, scopes=["catalog.read"])
    body = {"name": "x", "kind": "files", "config": {"path": "/tmp"}}

    sources = f"/api/workspaces/{office.workspace_id}/data-sources"

    assert client.get("/api/catalog/search", headers=using(token)).status_code == 200
    assert client.post(sources, json=body, headers=using(token)).status_code in {403, 404}
    assert client.get("/api/scans", headers=using(token)).json().get("total", 0) == 0


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/tokens"),
        ("POST", "/api/tokens"),
        ("DELETE", "/api/tokens/{token_id}"),
        ("GET", "/api/workspaces/{workspace_id}/tokens"),
        ("GET", "/api/workspaces/{workspace_id}/service-accounts"),
        ("POST", "/api/workspaces/{workspace_id}/service-accounts"),
        ("GET", "/api/security-policy"),
        ("PATCH", "/api/security-policy"),
        ("POST", "/auth/logout"),
    ],
)
def test_au_26_a_token_of_an_administrator_opens_no_administration(
    client: TestClient, office: Office, method: str, path: str
) -> None:
    token = new(client, office.root)
    url = path.format(token_id=token["id"], workspace_id=office.workspace_id)

    assert client.request(method, url, json={}, headers=using(token)).status_code == 403
    assert client.get("/api/users", headers=using(token)).status_code == 403


def test_au_26_a_token_is_no_cookie(client: TestClient, office: Office) -> None:
    presented = new(client, office.root)["token"]

    assert redis().get(f"pursight:session:{auth.session_id_of(presented)}") is None


def test_a_token_loses_what_its_owner_loses(client: TestClient) -> None:
    office = make_office()
    token = new(client, office.steward, scopes=["catalog.read", "scan.run"])
    before = client.get("/auth/me", headers=using(token)).json()["memberships"][0]["permissions"]
    with unit_of_work() as session:
        member = select(Member).where(Member.user_id == office.steward.user_id)
        session.exec(member).one().role = "viewer"
        access.bump_version(session)

    after = client.get("/auth/me", headers=using(token)).json()["memberships"][0]["permissions"]

    assert before == ["catalog.read", "scan.run"]
    assert after == ["catalog.read"]


def test_a_token_of_one_workspace_sees_nothing_of_another(client: TestClient) -> None:
    person = make_user()
    here, there = make_workspace(steward=person), make_workspace(steward=person)
    token = new(client, actor_of(person), workspace_id=str(here), scopes=["workspace.read"])

    assert client.get(f"/api/workspaces/{here}/members", headers=using(token)).status_code == 200
    assert client.get(f"/api/workspaces/{there}/members", headers=using(token)).status_code == 404


@pytest.mark.parametrize("scope", sorted(api_tokens.NEVER_SCOPES))
def test_rights_to_give_rights_are_no_scopes(client: TestClient, office: Office, scope: Permission) -> None:
    body = {"name": "x", "scopes": [scope], "expires_in_days": 1}

    assert client.post("/api/tokens", json=body, headers=bearer(office.root)).status_code == 422


def test_nobody_makes_a_token_that_may_more_than_they(client: TestClient, office: Office) -> None:
    body = {"name": "x", "scopes": ["catalog.read", "data_source.manage"], "expires_in_days": 1}

    answer = client.post("/api/tokens", json=body, headers=bearer(office.viewer))

    assert answer.status_code == 403
    assert "data_source.manage" in answer.json()["detail"]


def test_a_token_for_a_foreign_workspace_is_not_made(client: TestClient, office: Office) -> None:
    body = {"name": "x", "scopes": READ, "expires_in_days": 1, "workspace_id": str(office.workspace_id)}

    assert client.post("/api/tokens", json=body, headers=bearer(office.outsider)).status_code == 404


@pytest.mark.parametrize("changes", [{"scopes": []}, {"expires_in_days": 366}, {"expires_in_days": 0}, {"name": " "}])
def test_a_token_without_name_scope_or_end_is_not_made(
    client: TestClient, office: Office, changes: dict[str, object]
) -> None:
    body = {"name": "x", "scopes": READ, "expires_in_days": 1, **changes}

    assert client.post("/api/tokens", json=body, headers=bearer(office.viewer)).status_code == 422


def test_making_a_token_wants_a_fresh_proof_of_who_one_is(client: TestClient, office: Office) -> None:
    headers = bearer(office.engineer)
    step_down(headers, office.engineer)

    answer = client.post("/api/tokens", json={"name": "x", "scopes": READ, "expires_in_days": 1}, headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (403, "step_up_required")


def test_use_is_noted_with_its_address_at_most_once_a_minute(client: TestClient, office: Office) -> None:
    token = new(client, office.viewer)

    def last_used() -> ApiToken:
        client.get("/auth/me", headers=using(token))
        with unit_of_work() as session:
            return session.get_one(ApiToken, UUID(token["id"]))

    first, second = last_used(), last_used()

    assert first.last_used_at is not None
    assert first.last_used_address == "testclient"
    assert second.last_used_at == first.last_used_at
    with unit_of_work() as session:
        session.get_one(ApiToken, UUID(token["id"])).last_used_at = now() - timedelta(minutes=2)
    third = last_used().last_used_at
    assert third is not None
    assert third > first.last_used_at


def test_others_cannot_revoke_a_token_but_those_who_manage_tokens_can(client: TestClient, office: Office) -> None:
    token = new(client, office.viewer, workspace_id=str(office.workspace_id))
    url = f"/api/tokens/{token['id']}"

    assert client.delete(url, headers=bearer(office.steward)).status_code == 404
    assert client.delete(url, headers=bearer(office.outsider)).status_code == 404
    assert client.get("/auth/me", headers=using(token)).status_code == 200
    assert client.delete(url, headers=bearer(office.administrator)).status_code == 204
    assert client.get("/auth/me", headers=using(token)).status_code == 401


def test_the_list_of_a_workspace_says_whose_tokens_work_there(client: TestClient) -> None:
    office = make_office()
    everywhere, here = new(client, office.viewer), new(client, office.engineer, workspace_id=str(office.workspace_id))
    new(client, office.outsider)

    url = f"/api/workspaces/{office.workspace_id}/tokens"
    items = client.get(url, headers=bearer(office.administrator)).json()["items"]

    assert {item["id"]: item["may_revoke"] for item in items} == {everywhere["id"]: False, here["id"]: True}
    assert client.get(url, headers=bearer(office.steward)).status_code == 403
    assert client.get(url, headers=bearer(office.outsider)).status_code == 404


def test_revoking_tells_open_streams(client: TestClient, office: Office) -> None:
    token = new(client, office.viewer)
    with redis().pubsub() as heard:
        heard.subscribe(SESSION_CHANNEL)
        heard.get_message(timeout=1)

        client.delete(f"/api/tokens/{token['id']}", headers=bearer(office.viewer))

        deadline, texts = time.monotonic() + 2, []
        while f"token:{token['id']}" not in texts and time.monotonic() < deadline:
            message = heard.get_message(timeout=0.1)
            texts += [message["data"]] if message else []
    assert f"token:{token['id']}" in texts


def test_an_account_has_a_bounded_number_of_tokens(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api_tokens, "MAX_LIVE_TOKENS", 2)
    person = make_office().viewer
    tokens = [new(client, person), new(client, person)]
    body = {"name": "x", "scopes": READ, "expires_in_days": 1}

    assert client.post("/api/tokens", json=body, headers=bearer(person)).status_code == 409
    client.delete(f"/api/tokens/{tokens[0]['id']}", headers=bearer(person))
    assert client.post("/api/tokens", json=body, headers=bearer(person)).status_code == 201


def test_a_service_account_works_with_its_token_and_cannot_log_in(client: TestClient, office: Office) -> None:
    user_id = new_service_account(client, office)
    token = new_service_token(client, office, user_id)

    me = client.get("/auth/me", headers=using(token)).json()

    assert me["user"]["id"] == user_id
    assert [one["workspace_id"] for one in me["memberships"]] == [str(office.workspace_id)]
    assert me["user"]["email"].endswith(".service.invalid")
    answer = client.post("/auth/login", json={"email": me["user"]["email"], "password": ""})
    assert answer.status_code == 401
    with unit_of_work() as session:
        user = session.get_one(UserAccount, UUID(user_id))
        members = session.exec(select(Member).where(Member.user_id == user.id)).all()
    assert (user.password_hash, user.is_service, len(members)) == (None, True, 1)


def test_a_suspended_service_account_does_nothing_until_it_is_resumed(client: TestClient, office: Office) -> None:
    user_id = new_service_account(client, office)
    token = new_service_token(client, office, user_id)
    url = f"/api/workspaces/{office.workspace_id}/service-accounts/{user_id}"
    headers = bearer(office.administrator)

    client.patch(url, json={"is_active": False}, headers=headers)
    assert client.get("/auth/me", headers=using(token)).status_code == 401
    client.patch(url, json={"is_active": True}, headers=headers)
    assert client.get("/auth/me", headers=using(token)).status_code == 200


def test_a_deleted_service_account_is_gone_with_its_tokens(client: TestClient, office: Office) -> None:
    user_id = new_service_account(client, office)
    token = new_service_token(client, office, user_id)
    home = f"/api/workspaces/{office.workspace_id}/service-accounts"

    assert client.delete(f"{home}/{user_id}", headers=bearer(office.administrator)).status_code == 204

    assert client.get("/auth/me", headers=using(token)).status_code == 401
    assert user_id not in client.get(home, headers=bearer(office.administrator)).text
    assert client.delete(f"{home}/{user_id}", headers=bearer(office.administrator)).status_code == 404


def test_service_accounts_are_for_those_who_manage_tokens_here(client: TestClient, office: Office) -> None:
    user_id = new_service_account(client, office)
    home = f"/api/workspaces/{office.workspace_id}/service-accounts"
    body = {"name": "Mine", "role": "viewer"}
    tokens = {"name": "x", "scopes": READ}

    for actor, status in ((office.steward, 403), (office.outsider, 404)):
        headers = bearer(actor)
        assert client.get(home, headers=headers).status_code == status
        assert client.post(home, json=body, headers=headers).status_code == status
        assert client.delete(f"{home}/{user_id}", headers=headers).status_code == status
        assert client.post(f"{home}/{user_id}/tokens", json=tokens, headers=headers).status_code == status


def test_a_person_is_no_service_account(client: TestClient, office: Office) -> None:
    home = f"/api/workspaces/{office.workspace_id}/service-accounts/{office.viewer.user_id}"
    headers = bearer(office.administrator)

    assert client.delete(home, headers=headers).status_code == 404
    assert client.post(f"{home}/tokens", json={"name": "x", "scopes": READ}, headers=headers).status_code == 404


def test_no_service_account_administers_and_names_are_told_apart(client: TestClient, office: Office) -> None:
    home, headers = f"/api/workspaces/{office.workspace_id}/service-accounts", bearer(office.administrator)

    assert client.post(home, json={"name": "Boss", "role": "administrator"}, headers=headers).status_code == 422
    assert client.post(home, json={"name": "§§", "role": "viewer"}, headers=headers).status_code == 422
    assert client.post(home, json={"name": "Twin", "role": "viewer"}, headers=headers).status_code == 201
    assert client.post(home, json={"name": " twin ", "role": "viewer"}, headers=headers).status_code == 409


def test_who_manages_tokens_only_cannot_climb_with_a_service_account(client: TestClient) -> None:
    """Somebody with token.manage but few other rights gets no token of a mightier service account."""
    office = make_office()
    user_id = new_service_account(client, office, role="steward")
    keeper = make_user()
    with unit_of_work() as session:
        rights = ["workspace.read", "token.manage", "catalog.read"]
        role = WorkspaceRole(workspace_id=office.workspace_id, key="keeper", name="Keeper", permissions=rights)
        session.add(role)
        session.add(Member(workspace_id=office.workspace_id, user_id=keeper.id, role="keeper"))
        access.bump_version(session)
    home, headers = f"/api/workspaces/{office.workspace_id}/service-accounts", bearer(actor_of(keeper))

    climb = {"name": "x", "scopes": ["data_source.manage"]}

    assert client.post(f"{home}/{user_id}/tokens", json=climb, headers=headers).status_code == 403
    assert client.post(home, json={"name": "Up", "role": "steward"}, headers=headers).status_code == 403
    fair = {"name": "x", "scopes": ["catalog.read"]}
    assert client.post(f"{home}/{user_id}/tokens", json=fair, headers=headers).status_code == 201


def test_a_service_account_stays_in_its_workspace_and_never_administers_it(client: TestClient, office: Office) -> None:
    user_id, other = new_service_account(client, office), make_workspace(administrator=make_user())
    here, headers = f"/api/workspaces/{office.workspace_id}/members", bearer(office.root)

    raised = client.post(here, json={"user_id": user_id, "role": "administrator"}, headers=headers)
    moved = client.post(
        f"/api/workspaces/{other}/members", json={"user_id": user_id, "role": "viewer"}, headers=headers
    )

    assert (raised.status_code, moved.status_code) == (409, 409)
    assert client.delete(f"{here}/{user_id}", headers=headers).status_code == 409


@pytest.mark.parametrize("path", ["/api/users", "/api/workspaces/{workspace_id}/invitations"])
def test_links_that_let_somebody_in_are_not_kept_for_a_repeated_request(
    client: TestClient, office: Office, path: str
) -> None:
    key = uuid4().hex
    headers = {**bearer(office.root), "Idempotency-Key": key}
    body = {"email": f"{key}@example.org", "name": "Ines"} | ({"role": "viewer"} if "invitations" in path else {})
    url = path.format(workspace_id=office.workspace_id)

    first, second = (client.post(url, json=body, headers=headers) for _ in range(2))

    assert (first.status_code, second.status_code) == (201, 409), first.text
    with unit_of_work() as session:
        assert session.exec(select(IdempotencyKey).where(IdempotencyKey.key == key)).one().body == ""
