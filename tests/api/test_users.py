"""Accounts over REST: who may, what changes, and what can never be taken away."""

from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient
from sqlmodel import col, select, update

from pursight_app.core.clock import now
from pursight_app.core.db import unit_of_work
from pursight_app.core.settings import get_settings
from pursight_app.models import (
    AccessGrant,
    ApiToken,
    AuditEvent,
    Member,
    Passkey,
    RecoveryCode,
    UserAccount,
)
from pursight_app.services import user_changes
from pursight_app.services.access import Actor
from tests.factories import PASSWORD, Office, actor_of, bearer, make_office, make_user, make_workspace


@pytest.fixture(scope="module")
def office(services: None) -> Office:
    return make_office()


def post(client: TestClient, actor: Actor, user_id: UUID, act: str, body: dict[str, Any] | None = None) -> Any:
    return client.post(f"/api/users/{user_id}/{act}", json=body, headers=bearer(actor))


def row(user_id: UUID) -> UserAccount:
    with unit_of_work() as session:
        return session.get_one(UserAccount, user_id)


ACTS = ["suspend", "reactivate", "password-reset", "second-factor-reset", "end-sessions", "merge"]


@pytest.mark.parametrize("act", ACTS)
def test_only_administrators_of_the_installation_change_accounts(client: TestClient, office: Office, act: str) -> None:
    user, body = make_user(), {"into": str(uuid4())}

    assert client.post(f"/api/users/{user.id}/{act}", json=body).status_code == 401
    assert post(client, office.administrator, user.id, act, body).status_code == 403
    assert post(client, office.root, uuid4(), act, body).status_code == 404


@pytest.mark.parametrize("act", ACTS)
def test_changing_accounts_takes_a_fresh_proof(
    client: TestClient, office: Office, monkeypatch: pytest.MonkeyPatch, act: str
) -> None:
    user = make_user(password=PASSWORD)
    monkeypatch.setattr(get_settings(), "step_up_s", -1)

    answer = post(client, office.root, user.id, act, {"into": str(office.viewer.user_id)})

    assert (answer.status_code, answer.json()["code"]) == (403, "step_up_required")
    assert row(user.id).is_active


@pytest.mark.parametrize("field", ["is_administrator", "is_active", "is_service", "password_hash", "auth_version"])
def test_ac_31_fields_that_nobody_may_set_are_refused(client: TestClient, office: Office, field: str) -> None:
    body = {"email": f"{uuid4().hex[:8]}@example.org", "password": PASSWORD, field: True}

    made = client.post("/api/users", json=body, headers=bearer(office.root))
    changed = client.patch(
        f"/api/users/{make_user().id}", json={"is_active": False, "email": "x@y.example"}, headers=bearer(office.root)
    )

    assert made.status_code == 422
    assert changed.status_code == 422


def test_the_list_is_searched_filtered_and_paged(client: TestClient, office: Office) -> None:
    mark = uuid4().hex[:10]
    headers = bearer(office.root)
    for n in range(3):
        client.post("/api/users", json={"email": f"{n}-{mark}@example.org", "password": PASSWORD}, headers=headers)
    client.post("/api/users", json={"email": f"new-{mark}@example.org", "name": f"Nora {mark}"}, headers=headers)

    def listed(**query: object) -> dict[str, Any]:
        return client.get("/api/users", params={"q": mark.upper(), **query}, headers=headers).json()

    assert listed()["total"] == 4
    assert [each["state"] for each in listed(only="invited")["items"]] == ["invited"]
    assert listed(only="administrators")["total"] == 0
    assert listed(only="no_second_factor")["total"] == 4
    first = listed(limit=3)
    second = listed(limit=3, cursor=first["next_cursor"])
    assert [len(first["items"]), len(second["items"]), second["next_cursor"]] == [3, 1, None]
    assert client.get("/api/users", params={"q": "%"}, headers=headers).json()["total"] == 0
    assert "password" not in str(first)


def test_au_12_a_suspended_account_is_out_at_once_and_comes_back(client: TestClient, office: Office) -> None:
    user = make_user(password=PASSWORD)
    theirs = bearer(actor_of(user))
    assert client.get("/auth/me", headers=theirs).status_code == 200

    assert post(client, office.root, user.id, "suspend").status_code == 204

    assert client.get("/auth/me", headers=theirs).status_code == 401
    login = {"email": user.email, "password": PASSWORD}
    assert client.post("/auth/login", json=login).status_code == 401
    assert post(client, office.root, user.id, "reactivate").status_code == 204
    assert client.get("/auth/me", headers=theirs).status_code == 401
    assert client.post("/auth/login", json=login).status_code == 200


def test_a_change_is_audited_with_before_and_after(client: TestClient, office: Office) -> None:
    user = make_user()

    answer = client.patch(f"/api/users/{user.id}", json={"name": " New  Name "}, headers=bearer(office.root))

    assert answer.json()["name"] == "New Name"
    with unit_of_work() as session:
        event = session.exec(
            select(AuditEvent).where(AuditEvent.subject_id == str(user.id), AuditEvent.action == "user.rename")
        ).one()
    assert (event.detail["before"], event.detail["after"]) == ({"name": "Test Person"}, {"name": "New Name"})


def test_nobody_suspends_demotes_or_merges_themselves(client: TestClient, office: Office) -> None:
    me = office.root.user_id

    suspended = post(client, office.root, me, "suspend")
    demoted = client.patch(f"/api/users/{me}", json={"is_administrator": False}, headers=bearer(office.root))
    merged = post(client, office.root, me, "merge", {"into": str(make_user(password=PASSWORD).id)})

    assert [each.json()["code"] for each in (suspended, demoted, merged)] == ["own_account"] * 3


@pytest.fixture
def two_administrators(services: None) -> Generator[tuple[Actor, Actor]]:
    """The only administrators there are while the test runs."""
    with unit_of_work() as session:
        others = session.exec(select(UserAccount.id).where(col(UserAccount.is_administrator))).all()
        session.execute(update(UserAccount).where(col(UserAccount.id).in_(others)).values(is_administrator=False))
    pair = [make_user(is_administrator=True) for _ in range(2)]
    yield actor_of(pair[0]), actor_of(pair[1])
    with unit_of_work() as session:
        session.execute(update(UserAccount).where(col(UserAccount.id).in_(others)).values(is_administrator=True))
        mine = [each.id for each in pair]
        session.execute(update(UserAccount).where(col(UserAccount.id).in_(mine)).values(is_administrator=False))


@pytest.mark.parametrize("round_", range(5))
def test_ac_34_two_administrators_who_remove_each_other_leave_one(
    two_administrators: tuple[Actor, Actor], round_: int
) -> None:
    from pursight_app.core.errors import ConflictError

    def suspend(pair: tuple[Actor, Actor]) -> str:
        try:
            with unit_of_work() as session:
                user_changes.suspend_user(session, pair[0], pair[1].user_id)
        except ConflictError as error:
            return error.code
        return "done"

    one, two = two_administrators
    with ThreadPoolExecutor(2) as pool:
        outcomes = sorted(pool.map(suspend, [(one, two), (two, one)]))

    assert outcomes == ["done", "last_administrator"]


def test_ac_34_the_last_administrator_cannot_be_demoted_or_merged_away(
    two_administrators: tuple[Actor, Actor],
) -> None:
    from pursight_app.core.errors import ConflictError
    from pursight_app.services import user_merge

    one, two = two_administrators
    with unit_of_work() as session:
        user_changes.set_administrator(session, one, two.user_id, is_administrator=False)

    # `two` acts with the policy from before: the row decides, not what the caller remembers.
    with pytest.raises(ConflictError) as demoted, unit_of_work() as session:
        user_changes.set_administrator(session, two, one.user_id, is_administrator=False)
    with pytest.raises(ConflictError) as merged, unit_of_work() as session:
        user_merge.merge_users(session, two, closed_id=one.user_id, kept_id=make_user(password=PASSWORD).id)

    assert demoted.value.code == merged.value.code == "last_administrator"


def test_a_lost_second_factor_is_taken_away_and_sessions_end(client: TestClient, office: Office) -> None:
    user = make_user(password=PASSWORD)
    theirs = bearer(actor_of(user))
    with unit_of_work() as session:
        account = session.get_one(UserAccount, user.id)
        account.totp_secret, account.totp_confirmed_at, account.totp_last_step = b"sealed", now(), 1
        session.add(RecoveryCode(user_id=user.id, code_hash="x"))
        session.add(Passkey(user_id=user.id, credential_id=uuid4().bytes, public_key=b"k", name="Phone"))

    assert post(client, office.root, user.id, "second-factor-reset").status_code == 204

    after = row(user.id)
    assert (after.totp_secret, after.totp_confirmed_at, after.totp_last_step) == (None, None, None)
    with unit_of_work() as session:
        for model in (Passkey, RecoveryCode):
            assert session.exec(select(model).where(model.user_id == user.id)).all() == []
    assert client.get("/auth/me", headers=theirs).status_code == 401
    assert client.post("/auth/login", json={"email": user.email, "password": PASSWORD}).status_code == 200


def test_all_sessions_of_a_person_end_but_not_the_one_that_says_so(client: TestClient, office: Office) -> None:
    user = make_user()
    theirs, mine = [bearer(actor_of(user)) for _ in range(3)], bearer(office.root)

    answer = client.post(f"/api/users/{user.id}/end-sessions", headers=mine)
    own = client.post(f"/api/users/{office.root.user_id}/end-sessions", headers=mine)

    assert answer.json() == {"ended": 3}
    assert {client.get("/auth/me", headers=each).status_code for each in theirs} == {401}
    assert own.status_code == 200
    assert client.get("/auth/me", headers=mine).status_code == 200


def test_merging_moves_what_one_account_has_and_raises_no_role(client: TestClient, office: Office) -> None:
    closed, kept = make_user(password=PASSWORD), make_user(password=PASSWORD)
    both = make_workspace(administrator=closed)
    only_closed = make_workspace(steward=closed)
    with unit_of_work() as session:
        session.add(Member(workspace_id=both, user_id=kept.id, role="viewer"))
        session.add(AccessGrant(workspace_id=both, user_id=closed.id, permission="scan.run"))
        session.add(Passkey(user_id=closed.id, credential_id=uuid4().bytes, public_key=b"k", name="Phone"))
        token = ApiToken(user_id=closed.id, name="old", token_hash=uuid4().hex, expires_at=now() + timedelta(days=1))
        session.add(token)
    theirs = bearer(actor_of(closed))
    preview = post(client, office.root, closed.id, "merge", {"into": str(kept.id), "is_preview": True})
    assert row(closed.id).is_active

    done = post(client, office.root, closed.id, "merge", {"into": str(kept.id)})

    assert done.json() == preview.json()
    assert done.json() == {
        "memberships_moved": 1,
        "memberships_kept": 1,
        "groups_moved": 0,
        "grants_moved": 1,
        "assets_moved": 0,
        "identities_moved": 0,
        "passkeys_moved": 1,
        "tokens_revoked": 1,
        "sessions_ended": 1,
        "loses_administrator": False,
    }
    assert dict(actor_of(kept).roles) == {both: "viewer", only_closed: "steward"}
    merged = row(closed.id)
    assert (merged.is_active, merged.merged_into_id, merged.password_hash) == (False, kept.id, None)
    assert client.get("/auth/me", headers=theirs).status_code == 401
    with unit_of_work() as session:
        assert session.get_one(ApiToken, token.id).revoked_at is not None
    again = post(client, office.root, closed.id, "reactivate")
    assert again.status_code == 409


def test_accounts_that_do_not_fit_are_not_merged(client: TestClient, office: Office) -> None:
    user, suspended = make_user(password=PASSWORD), make_user()
    post(client, office.root, suspended.id, "suspend")

    for into in (user.id, suspended.id):
        assert post(client, office.root, user.id, "merge", {"into": str(into)}).status_code == 409
    assert row(user.id).is_active
