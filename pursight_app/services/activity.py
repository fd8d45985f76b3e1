"""Who did what, for people to see: one stream per workspace, asset, person and room. The audit log keeps the rest."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, or_
from sqlmodel import Session, col, select

from pursight_app.core.db import after_commit
from pursight_app.core.events import Event, publish
from pursight_app.models import ActivityEvent, Asset, Participant, ParticipantStatus, Room, UserAccount
from pursight_app.services import access
from pursight_app.services.access import Actor, Permission


@dataclass(frozen=True, slots=True)
class Filters:
    """What narrows the stream; None means any."""

    asset_id: UUID | None = None
    room_id: UUID | None = None
    user_id: UUID | None = None
    type: str = ""
    before: datetime | None = None


@dataclass(frozen=True, slots=True)
class ActivityRow:
    """One line of the stream with the names that a reader needs; all of them may be seen by whoever asked."""

    event: ActivityEvent
    actor_name: str
    asset_name: str
    room_title: str


def track(
    session: Session,
    actor: Actor | None,
    workspace_id: UUID,
    kind: str,
    *,
    asset_id: UUID | None = None,
    room_id: UUID | None = None,
    **data: object,
) -> None:
    """Adds a line, `kind` as `noun.verb`; `data` holds no sampled value. Those who watch are told after the commit."""
    session.add(
        ActivityEvent(
            workspace_id=workspace_id,
            actor_id=actor.user_id if actor else None,
            type=kind,
            asset_id=asset_id,
            room_id=room_id,
            data=data,
        )
    )
    # Only that there is something new: what it is, each reader may see or not.
    after_commit(session, lambda: publish(Event(workspace_id, "activity", {})))


def list_activity(
    session: Session, actor: Actor, workspace_id: UUID, filters: Filters, *, limit: int = 50
) -> list[ActivityRow]:
    """The newest lines first, of what the actor may see: assets by their rights, rooms by taking part.

    Older ones follow with `filters.before`, the time of the last line at hand.
    """
    access.require(actor, Permission.WORKSPACE_READ, workspace_id)
    rooms = select(Participant.room_id).where(
        Participant.user_id == actor.user_id, Participant.status == ParticipantStatus.ACTIVE
    )
    assets = access.scoped(actor, select(Asset.id).where(Asset.workspace_id == workspace_id), Asset)
    wanted = (
        select(ActivityEvent, UserAccount.name, Asset.qualified_name, Room.title)
        .outerjoin(UserAccount, col(UserAccount.id) == ActivityEvent.actor_id)
        .outerjoin(Asset, col(Asset.id) == ActivityEvent.asset_id)
        .outerjoin(Room, col(Room.id) == ActivityEvent.room_id)
        .where(
            ActivityEvent.workspace_id == workspace_id,
            or_(col(ActivityEvent.room_id).is_(None), col(ActivityEvent.room_id).in_(rooms)),
            or_(col(ActivityEvent.asset_id).is_(None), col(ActivityEvent.asset_id).in_(assets)),
            *_without_hidden_kinds(actor, workspace_id),
        )
        .order_by(col(ActivityEvent.created_at).desc(), col(ActivityEvent.id))
        .limit(limit)
    )
    narrowing = {
        ActivityEvent.asset_id: filters.asset_id,
        ActivityEvent.room_id: filters.room_id,
        ActivityEvent.actor_id: filters.user_id,
    }
    for column, value in narrowing.items():
        if value is not None:
            wanted = wanted.where(col(column) == value)
    if filters.type:
        # "room" stands for all that happens to rooms.
        wanted = wanted.where(
            or_(
                col(ActivityEvent.type) == filters.type,
                col(ActivityEvent.type).startswith(f"{filters.type}.", autoescape=True),
            )
        )
    if filters.before is not None:
        wanted = wanted.where(ActivityEvent.created_at < filters.before)
    rows = session.exec(wanted).all()
    return [ActivityRow(event, name or "", asset or "", title or "") for event, name, asset, title in rows]


def _without_hidden_kinds(actor: Actor, workspace_id: UUID) -> list[ColumnElement[bool]]:
    """What tells of scans and findings is for those who may see them everywhere in the workspace."""
    rights = (("scan", Permission.SCAN_READ), ("finding", Permission.FINDING_READ))
    return [
        col(ActivityEvent.type).not_like(f"{noun}.%")
        for noun, permission in rights
        if not actor.may(permission, workspace_id)
    ]
