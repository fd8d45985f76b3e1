"""Single sign-on: linking, unlinking and invitations, against a real provider."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from pursight_app.core.clock import now
from pursight_app.core.db import unit_of_work
from pursight_app.core.errors import ConflictError, NotFoundError, StepUpRequiredError
from pursight_app.models import AuditEvent, ExternalIdentity, Invitation, LoginSession, UserAccount
from pursight_app.services import access, auth, sso
from pursight_app.services.access import Actor
from tests.factories import PASSWORD, actor_of, make_user, make_workspace
from tests.oidc.browser import (
    Provider,
    actor_in,
    came_back,
    log_in,
    new_browser,
    path_of,
    person,
    role_of,
)

pytestmark = pytest.mark.usefixtures("services")


def with_password(browser: TestClient) -> UserAccount:
    """Somebody who is logged in to this browser with a password."""
    user = make_user(password=PASSWORD)
    with unit_of_work() as session:
        tokens = auth.start_session(session, session.get_one(UserAccount, user.id), factors=("pwd",))
    browser.cookies.set("ps_session", tokens.session_token)
    return user


def link(browser: TestClient, provider: Provider, who: dict[str, object], **headers: str) -> str:
    answer = browser.get(f"/auth/sso/{provider.key}/link/start", headers=headers)
    assert answer.status_code == 303, answer.text
    return path_of(provider.server.log_in(answer.headers["location"], **who))


def identities(user_id: UUID) -> list[sso.IdentityRow]:
    with unit_of_work() as session:
        actor = access.load_actor(session, user_id)
        assert actor is not None
        return sso.list_identities(session, actor)


def invite(email: str, workspace_id: UUID, *, days: int = 1) -> UserAccount:
    with unit_of_work() as session:
        user = UserAccount(email=email, name="Invited Person")
        session.add(user)
        session.flush()
        expires_at = now() + timedelta(days=days)
        session.add(
            Invitation(
                user_id=user.id,
                workspace_id=workspace_id,
                role="engineer",
                token_hash=uuid4().hex,
                expires_at=expires_at,
            )
        )
    return user


def test_somebody_with_a_password_links_and_then_logs_in_through_the_provider(
    browser: TestClient, provider: Provider
) -> None:
    user, who = with_password(browser), person(groups=["viewers"])

    linked = browser.get(link(browser, provider, {**who, "email": user.email}))

    assert (linked.status_code, linked.headers["location"]) == (303, "/account")
    assert [row.email for row in identities(user.id)] == [user.email]
    fresh = new_browser()
    assert log_in(fresh, provider, who) == "/"
    actor = actor_in(fresh)
    assert actor is not None
    assert actor.user_id == user.id


def test_linking_asks_for_the_log_in_at_the_provider_again(browser: TestClient, provider: Provider) -> None:
    with_password(browser)

    answer = browser.get(f"/auth/sso/{provider.key}/link/start")

    assert "prompt=login" in answer.headers["location"]


def test_linking_takes_a_session_a_recent_proof_and_our_own_page(browser: TestClient, provider: Provider) -> None:
    address = f"/auth/sso/{provider.key}/link/start"
    assert browser.get(address).status_code == 401

    user = with_password(browser)
    assert browser.get(address, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403

    with unit_of_work() as session:
        row = session.exec(select(LoginSession).where(LoginSession.user_id == user.id)).one()
        stale = Actor(access.load_actor(session, user.id).policy, session_id=row.key, stepped_up_at=0)
    with pytest.raises(StepUpRequiredError):
        sso.start_login(provider.key, next_path="/account", browser="b" * 43, actor=stale)


def test_a_link_that_somebody_else_finishes_is_refused(browser: TestClient, provider: Provider) -> None:
    user = with_password(browser)
    url = link(browser, provider, person())
    browser.cookies.delete("ps_session")
    intruder = with_password(browser)

    answer = browser.get(url)

    assert answer.status_code == 400
    assert identities(user.id) == identities(intruder.id) == []


def test_an_identity_belongs_to_one_account(browser: TestClient, provider: Provider) -> None:
    who = person()
    log_in(new_browser(), provider, who)
    user = with_password(browser)

    answer = browser.get(link(browser, provider, who))

    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
    assert identities(user.id) == []


def test_unlinking_takes_the_memberships_that_the_identity_gave(browser: TestClient, provider: Provider) -> None:
    user, who = with_password(browser), person()
    browser.get(link(browser, provider, who))
    log_in(new_browser(), provider, who)
    assert role_of(user.id, provider.workspace_id) == "viewer"

    with unit_of_work() as session:
        sso.unlink(session, actor_of(user), identities(user.id)[0].id)

    assert role_of(user.id, provider.workspace_id) is None
    assert identities(user.id) == []


def test_the_only_way_into_an_account_cannot_be_unlinked_nor_somebody_elses(
    browser: TestClient, provider: Provider
) -> None:
    log_in(browser, provider, person())
    actor = actor_in(browser)
    assert actor is not None
    mine = identities(actor.user_id)[0].id

    with unit_of_work() as session, pytest.raises(ConflictError):
        sso.unlink(session, access.load_actor(session, actor.user_id), mine)
    with unit_of_work() as session, pytest.raises(NotFoundError):
        sso.unlink(session, actor_of(make_user()), mine)
    assert len(identities(actor.user_id)) == 1


def test_an_invited_person_gets_in_without_a_group(browser: TestClient, provider: Provider) -> None:
    workspace_id = make_workspace()
    who = person(groups=[])
    user = invite(str(who["email"]), workspace_id)

    assert log_in(browser, provider, who) == "/"

    assert role_of(user.id, workspace_id) == "engineer"
    with unit_of_work() as session:
        assert session.exec(select(Invitation).where(Invitation.user_id == user.id)).one().accepted_at is not None


@pytest.mark.parametrize("flaw", ["unverified", "unsaid", "expired", "used"])
def test_au_24_an_invitation_is_not_taken_without_a_proven_address(
    browser: TestClient, provider: Provider, flaw: str
) -> None:
    verified = {"unverified": False, "unsaid": None}.get(flaw, True)
    who = person(groups=["viewers"], email_verified=verified)
    user = invite(str(who["email"]), make_workspace(), days=-1 if flaw == "expired" else 1)
    if flaw == "used":
        with unit_of_work() as session:
            session.get_one(UserAccount, user.id).last_login_at = now()

    assert log_in(browser, provider, who).startswith("/login?problem=sso-")

    assert actor_in(browser) is None
    with unit_of_work() as session:
        assert session.exec(select(ExternalIdentity).where(ExternalIdentity.user_id == user.id)).first() is None


def test_factors_of_the_provider_are_kept_with_the_session(browser: TestClient, provider: Provider) -> None:
    log_in(browser, provider, person(amr=["pwd", "otp", "mfa", "nonsense"]))

    actor = actor_in(browser)
    assert actor is not None
    with unit_of_work() as session:
        row = session.exec(select(LoginSession).where(LoginSession.key == actor.session_id)).one()
    assert row.factors == ["fed", "mfa", "otp"]


def test_every_step_is_audited_and_no_secret_is(browser: TestClient, provider: Provider) -> None:
    who = person()
    log_in(browser, provider, who)
    actor = actor_in(browser)
    assert actor is not None
    log_in(browser, provider, {**who, "groups": []})
    url = came_back(browser, provider, person())
    new_browser().get(path_of(url))

    with unit_of_work() as session:
        known = session.exec(select(AuditEvent).where(AuditEvent.subject_id == str(actor.user_id))).all()
        refused = session.exec(
            select(AuditEvent).where(AuditEvent.action == "session.start", AuditEvent.result == "failed")
        ).all()
    done = [(event.action, event.result) for event in sorted(known, key=lambda event: event.position)]
    assert done == [
        ("user.create", "ok"),
        ("identity.link", "ok"),
        ("member.set", "ok"),
        ("session.start", "ok"),
        ("member.set", "ok"),
        ("session.start", "denied"),
    ]
    assert any("another browser" in str(event.detail) for event in refused)
    assert "code=" not in str([event.detail for event in refused])
