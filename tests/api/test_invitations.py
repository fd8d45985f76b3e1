"""Invitations over REST: to the installation, into a workspace, accepted once."""

from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from pursight_app.core.clock import now
from pursight_app.core.db import unit_of_work
from pursight_app.core.settings import get_settings
from pursight_app.models import AuditEvent, Invitation, Member, UserAccount, WorkspaceRole
from tests.factories import PASSWORD, Office, actor_of, bearer, make_office, make_user, make_workspace
from tests.mailbox import Mailbox, free_port, mail_server, token_in


@pytest.fixture(scope="module")
def office(services: None) -> Office:
    return make_office()


@pytest.fixture(scope="module")
def server() -> Generator[tuple[str, Mailbox]]:
    with mail_server() as running:
        yield running


@pytest.fixture
def mailbox(server: tuple[str, Mailbox], monkeypatch: pytest.MonkeyPatch) -> Mailbox:
    """Mail is set up."""
    monkeypatch.setattr(get_settings(), "smtp_url", f"smtp://{server[0]}?starttls=0")
    return server[1]


def address() -> str:
    return f"{uuid4().hex[:12]}@example.org"


def invite(client: TestClient, office: Office, email: str, *, role: str = "viewer", by: str = "administrator") -> dict:
    answer = client.post(
        f"/api/workspaces/{office.workspace_id}/invitations",
        json={"email": email, "name": "Ines Invited", "role": role},
        headers=bearer(getattr(office, by)),
    )
    assert answer.status_code == 201, answer.text
    return answer.json()


def accept(client: TestClient, token: str, password: str = PASSWORD, name: str = "Ines") -> object:
    return client.post("/auth/invitations/accept", json={"token": token, "name": name, "password": password})


def user_of(email: str) -> UserAccount:
    with unit_of_work() as session:
        return session.exec(select(UserAccount).where(UserAccount.email == email)).one()


def memberships(user_id: UUID) -> list[Member]:
    with unit_of_work() as session:
        return list(session.exec(select(Member).where(Member.user_id == user_id)).all())


def test_only_those_who_manage_members_invite(client: TestClient, office: Office) -> None:
    url = f"/api/workspaces/{office.workspace_id}/invitations"
    body = {"email": address(), "role": "viewer"}

    assert client.post(url, json=body).status_code == 401
    assert client.post(url, json=body, headers=bearer(office.steward)).status_code == 403
    assert client.get(url, headers=bearer(office.viewer)).status_code == 403
    assert client.post(url, json=body, headers=bearer(office.outsider)).status_code == 404
    assert client.get("/api/invitations", headers=bearer(office.administrator)).status_code == 403
    assert client.post("/api/users", json=body, headers=bearer(office.administrator)).status_code == 403


def test_an_invited_person_sets_a_password_and_is_a_member(client: TestClient, office: Office) -> None:
    email = address()
    made = invite(client, office, email, role="engineer")
    assert client.post("/auth/login", json={"email": email, "password": PASSWORD}).status_code == 401

    answer = accept(client, token_in(made["invitation_link"]), name="Ines Invited")

    assert answer.json()["email"] == email
    token = client.post("/auth/login", json={"email": email, "password": PASSWORD}).json()["access_token"]
    me = client.get("/auth/me", headers={"Authorization": f"Bearer {token}"}).json()
    assert me["user"]["name"] == "Ines Invited"
    assert [each["role"] for each in me["memberships"]] == ["engineer"]
    with unit_of_work() as session:
        actions = session.exec(
            select(AuditEvent.action).where(AuditEvent.subject_id == made["id"]).order_by(AuditEvent.position)
        ).all()
    assert actions == ["invitation.create", "invitation.accept"]


def test_an_account_without_a_password_is_an_invitation(client: TestClient, office: Office) -> None:
    email = address()

    answer = client.post("/api/users", json={"email": email, "name": "Ines"}, headers=bearer(office.root))

    assert answer.status_code == 201
    assert UUID(answer.json()["id"]) == user_of(email).id
    assert not answer.json()["is_mailed"]
    assert accept(client, token_in(answer.json()["invitation_link"])).status_code == 200


def test_ra_82_fifty_acceptances_at_once_make_one_membership(client: TestClient, office: Office) -> None:
    email = address()
    token = token_in(invite(client, office, email)["invitation_link"])

    with ThreadPoolExecutor(50) as pool:
        codes = list(pool.map(lambda n: accept(client, token, f"{PASSWORD} {n}").status_code, range(50)))

    assert codes.count(200) == 1
    assert set(codes) == {200, 404}
    assert len(memberships(user_of(email).id)) == 1
    with unit_of_work() as session:
        accepted = select(Invitation).where(Invitation.user_id == user_of(email).id)
        assert [each.accepted_at is not None for each in session.exec(accepted).all()] == [True]


@pytest.mark.parametrize("end", ["used", "expired", "withdrawn", "resent", "suspended", "made up"])
def test_a_dead_link_opens_nothing_and_does_not_say_why(client: TestClient, office: Office, end: str) -> None:
    email = address()
    made = invite(client, office, email)
    token, headers = token_in(made["invitation_link"]), bearer(office.administrator)
    if end == "used":
        assert accept(client, token).status_code == 200
    elif end == "withdrawn":
        assert client.delete(f"/api/invitations/{made['id']}", headers=headers).status_code == 204
    elif end == "resent":
        again = client.post(f"/api/invitations/{made['id']}/resend", headers=headers)
        assert token_in(again.json()["invitation_link"]) != token
    elif end == "made up":
        token = "x" * 43
    else:
        with unit_of_work() as session:
            if end == "expired":
                session.get_one(Invitation, UUID(made["id"])).expires_at = now() - timedelta(seconds=1)
            else:
                session.get_one(UserAccount, user_of(email).id).is_active = False

    answer = accept(client, token, "another password of mine")

    assert answer.status_code == 404
    assert answer.json()["code"] == "link_dead"
    assert client.post("/auth/login", json={"email": email, "password": "another password of mine"}).status_code == 401


def test_a_refused_password_leaves_the_link_good(client: TestClient, office: Office) -> None:
    token = token_in(invite(client, office, address())["invitation_link"])

    refused = accept(client, token, "password")

    assert refused.status_code == 422
    assert "guessed first" in refused.json()["detail"]
    assert accept(client, token).status_code == 200


def test_the_answer_is_the_same_for_an_address_with_an_account(client: TestClient, office: Office) -> None:
    known, unknown = make_user(password=PASSWORD), address()
    with unit_of_work() as session:
        session.get_one(UserAccount, known.id).name = "Nobody Knows"

    answers = [invite(client, office, email) for email in (known.email, unknown)]

    def shape(answer: dict) -> dict:
        return {**answer, "id": "", "invitation_link": answer["invitation_link"].partition("=")[0]}

    assert shape(answers[0]) == shape(answers[1])
    assert memberships(known.id) == []
    pending = client.get(
        f"/api/workspaces/{office.workspace_id}/invitations", headers=bearer(office.administrator)
    ).json()["items"]
    mine = [each for each in pending if each["email"] in {known.email, unknown}]
    assert len(mine) == 2
    assert "Nobody Knows" not in str(mine)


def test_somebody_with_an_account_accepts_from_a_session_and_keeps_the_password(
    client: TestClient, office: Office
) -> None:
    known, other = make_user(password=PASSWORD), make_user()
    token = token_in(invite(client, office, known.email)["invitation_link"])

    with_password = accept(client, token, "a password of the inviter")
    as_other = client.post("/api/invitations/accept", json={"token": token}, headers=bearer(actor_of(other)))
    as_known = client.post("/api/invitations/accept", json={"token": token}, headers=bearer(actor_of(known)))
    again = client.post("/api/invitations/accept", json={"token": token}, headers=bearer(actor_of(known)))

    assert (with_password.status_code, with_password.json()["code"]) == (409, "account_exists")
    assert (as_other.status_code, as_other.json()["code"]) == (409, "other_account")
    assert as_known.json() == {"workspace_id": str(office.workspace_id), "role": "viewer"}
    assert again.status_code == 404
    assert [each.role for each in memberships(known.id)] == ["viewer"]
    assert client.post("/auth/login", json={"email": known.email, "password": PASSWORD}).status_code == 200


def test_ac_33_nobody_invites_to_more_than_they_hold(client: TestClient, office: Office) -> None:
    user = make_user()
    workspace_id = make_workspace(administrator=make_user(), recruiter=user)
    with unit_of_work() as session:
        session.add(
            WorkspaceRole(
                workspace_id=workspace_id,
                key="recruiter",
                name="Recruiter",
                permissions=["workspace.read", "member.manage", "room.join"],
            )
        )
    url, headers = f"/api/workspaces/{workspace_id}/invitations", bearer(actor_of(user))

    above = client.post(url, json={"email": address(), "role": "administrator"}, headers=headers)
    within = client.post(url, json={"email": address(), "role": "guest"}, headers=headers)
    unknown = client.post(url, json={"email": address(), "role": "emperor"}, headers=headers)

    assert (above.status_code, within.status_code, unknown.status_code) == (403, 201, 422)


def test_invitations_of_another_workspace_do_not_exist(client: TestClient, office: Office) -> None:
    made, other = invite(client, office, address()), make_office()
    headers = bearer(other.administrator)

    assert client.post(f"/api/invitations/{made['id']}/resend", headers=headers).status_code == 404
    assert client.delete(f"/api/invitations/{made['id']}", headers=headers).status_code == 404
    url = f"/api/workspaces/{office.workspace_id}/invitations"
    assert client.get(url, headers=headers).status_code == 404


def test_where_mail_works_a_manager_of_one_workspace_never_holds_the_link(
    client: TestClient, office: Office, mailbox: Mailbox
) -> None:
    email = address()

    made = invite(client, office, email)
    by_root = invite(client, office, address(), by="root")

    assert made["is_mailed"]
    assert "invitation_link" not in made
    assert "invitation_link" in by_root
    text = mailbox.to(email)[0]
    assert f"{get_settings().origin}/welcome?token=" in text
    assert accept(client, token_in(text)).status_code == 200


def test_a_mail_that_cannot_be_sent_does_not_lose_the_invitation(
    client: TestClient, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(get_settings(), "smtp_url", f"smtp://127.0.0.1:{free_port()}")

    answer = client.post("/api/users", json={"email": address(), "name": "Ines"}, headers=bearer(office.root))

    assert answer.status_code == 201
    assert "port is closed" in answer.json()["mail_problem"]
    assert accept(client, token_in(answer.json()["invitation_link"])).status_code == 200


def test_names_do_not_reach_the_headers_of_a_mail(client: TestClient, office: Office, mailbox: Mailbox) -> None:
    email = address()
    body = {"email": email, "name": "Ines\r\nBcc: other@example.org"}

    assert client.post("/api/users", json=body, headers=bearer(office.root)).status_code == 201

    assert len(mailbox.to(email)) == 1
    assert mailbox.newest()["Bcc"] is None


def test_the_database_keeps_no_token(client: TestClient, office: Office) -> None:
    made = invite(client, office, address())
    token = token_in(made["invitation_link"])

    with unit_of_work() as session:
        row = session.get_one(Invitation, UUID(made["id"]))
        events = session.exec(select(AuditEvent).where(AuditEvent.subject_id == made["id"])).all()

    assert token not in str(row.model_dump())
    assert token not in str([each.model_dump() for each in events])
