"""What a new installation needs: a first administrator, a first workspace, and the demo if it is wanted."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from pursight_app.core.secrets import FIRST_PASSWORD, ensure_secret
from pursight_app.core.settings import get_settings
from pursight_app.models import Asset, DataSource, Pipeline, UserAccount, Workspace
from pursight_app.services import access, data_sources, pipelines, scanning, users, workspaces
from pursight_app.services.access import Actor

FIRST_WORKSPACE = "My workspace"
DEMO_WORKSPACE = "Nordlicht Handel (demo)"
DEMO_SOURCE = "Nordlicht shop database"


@dataclass(frozen=True, slots=True)
class FirstLogin:
    """The first administrator; `password` is None when the settings gave it, so that it is not printed."""

    email: str
    password: str | None


def ensure_first_administrator(session: Session) -> FirstLogin | None:
    """Makes the first administrator and workspace; None when there are accounts already."""
    if session.exec(select(UserAccount.id)).first():
        return None
    settings = get_settings()
    password = settings.admin_password or ensure_secret(FIRST_PASSWORD, secrets.token_urlsafe(12))[0]
    user = users.create_user(
        session, None, email=settings.admin_email, name="Administrator", password=password, is_administrator=True
    )
    actor = access.load_actor(session, user.id)
    assert actor is not None  # noqa: S101  made two lines above
    workspaces.create_workspace(session, actor, name=FIRST_WORKSPACE)
    return FirstLogin(user.email, None if settings.admin_password else password)


def ensure_demo(session: Session, config: dict[str, object], secret: dict[str, object]) -> UUID | None:
    """Makes the demo workspace with its source and queues a scan; None when it is there and scanned."""
    actor = _administrator(session)
    workspace = session.exec(select(Workspace).where(Workspace.name == DEMO_WORKSPACE)).first()
    if workspace is None:
        workspace = workspaces.create_workspace(session, actor, name=DEMO_WORKSPACE)
    source = session.exec(
        select(DataSource).where(DataSource.workspace_id == workspace.id, DataSource.name == DEMO_SOURCE)
    ).first()
    if source is None:
        source = data_sources.create_data_source(
            session, actor, workspace.id, name=DEMO_SOURCE, kind="postgresql", config=config, secret=secret
        )
    if session.exec(select(Asset.id).where(Asset.data_source_id == source.id)).first():
        return None
    return scanning.request_scan(session, actor, source.id).id


def demo_workspace_id(session: Session) -> UUID:
    """The workspace that `ensure_demo` made."""
    return session.exec(select(Workspace.id).where(Workspace.name == DEMO_WORKSPACE)).one()


def ensure_demo_pipelines(session: Session, workspace_id: UUID, definitions: Mapping[str, Mapping[str, Any]]) -> None:
    """Makes the demo's pipelines by name; those that are there, or were changed, are left alone."""
    if session.exec(select(Pipeline.id).where(Pipeline.workspace_id == workspace_id)).first():
        return
    actor = _administrator(session)
    for name, definition in definitions.items():
        pipelines.create_pipeline(session, actor, workspace_id, name=name, definition=definition)


def _administrator(session: Session) -> Actor:
    user = session.exec(
        select(UserAccount).where(col(UserAccount.is_administrator)).order_by(col(UserAccount.created_at))
    ).first()
    actor = access.load_actor(session, user.id) if user else None
    assert actor is not None  # noqa: S101  ensure_first_administrator ran before
    return actor
