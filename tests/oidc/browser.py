"""What the tests of single sign-on stand on: a provider as PurSight has it, and a browser with cookies of its own."""

from dataclasses import dataclass
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from fastapi.testclient import TestClient
from sqlmodel import select

from pursight_app.core.db import unit_of_work
from pursight_app.models import LoginSession, Member
from pursight_app.services import access, auth, sso
from pursight_app.services.access import Actor
from tests.factories import actor_of, make_user, make_workspace
from tests.oidc.process import CLIENT_ID, CLIENT_SECRET, OidcServer

# The gateway with its event loop, for all browsers of the run.
_shared: dict[str, TestClient] = {}


@dataclass
class Provider:
    """A provider as PurSight has it, with the server behind it."""

    id: UUID
    key: str
    server: OidcServer
    root: Actor
    workspace_id: UUID

    def map(self, *rows: tuple[str, UUID, str]) -> None:
        with unit_of_work() as session:
            known = sso.get_provider(session, self.root, self.id).settings
            mapped = [sso.GroupRole(*row) for row in rows]
            settings = sso.ProviderSettings(
                known.name, known.issuer, known.client_id, scopes=known.scopes, group_roles=mapped
            )
            sso.update_provider(session, self.root, self.id, settings=settings)


def add_provider(server: OidcServer, key: str) -> Provider:
    root = actor_of(make_user(is_administrator=True))
    workspace_id = make_workspace(administrator=make_user())
    settings = sso.ProviderSettings(
        f"Provider {key}",
        server.issuer,
        CLIENT_ID,
        scopes="openid email profile groups",
        group_roles=[sso.GroupRole("viewers", workspace_id, "viewer")],
    )
    with unit_of_work() as session:
        made = sso.create_provider(session, root, key=key, settings=settings, client_secret=CLIENT_SECRET)
    return Provider(made.id, key, server, root, workspace_id)


def share(client: TestClient) -> None:
    """Names the gateway that browsers talk to."""
    _shared["app"] = client


def new_browser() -> TestClient:
    """Cookies of its own, on the event loop that all share."""
    made = TestClient(_shared["app"].app, base_url="http://localhost:3000", follow_redirects=False)
    made.portal = _shared["app"].portal
    return made


def person(**claims: object) -> dict[str, object]:
    """Somebody at a provider who is in the group `viewers`."""
    sub = uuid4().hex
    known = {"sub": sub, "email": f"{sub[:12]}@example.org", "email_verified": True, "name": "Ada Ext"}
    return {**known, "groups": ["viewers"], **claims}


def begin(browser: TestClient, provider: Provider, **query: str) -> str:
    """The provider's address that the browser is sent to."""
    answer = browser.get(f"/auth/sso/{provider.key}/start", params=query)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def came_back(browser: TestClient, provider: Provider, who: dict[str, object], **query: str) -> str:
    """The callback's address that the provider sends the browser to."""
    return provider.server.log_in(begin(browser, provider, **query), **who)


def path_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}"


def log_in(browser: TestClient, provider: Provider, who: dict[str, object], **query: str) -> str:
    """Logs in and returns where the browser ends."""
    answer = browser.get(path_of(came_back(browser, provider, who, **query)))
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def actor_in(browser: TestClient) -> Actor | None:
    token = browser.cookies.get("ps_session")
    if not token:
        return None
    with unit_of_work() as session:
        row = session.exec(select(LoginSession).where(LoginSession.key == auth.session_id_of(token))).one()
        return access.load_actor(session, row.user_id, session_id=row.key)


def role_of(user_id: UUID, workspace_id: UUID) -> str | None:
    with unit_of_work() as session:
        return session.exec(
            select(Member.role).where(Member.user_id == user_id, Member.workspace_id == workspace_id)
        ).first()
