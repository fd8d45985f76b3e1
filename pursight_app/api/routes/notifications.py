"""What the caller should know, and who did what."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from pursight_app.api.dependencies import CurrentActor, Page
from pursight_app.api.guard import GuardedRoute, guard
from pursight_app.core.db import unit_of_work
from pursight_app.services import activity, notifications
from pursight_app.services.access import Permission

router = APIRouter(tags=["collaboration"], route_class=GuardedRoute, prefix="/api")


class Part(BaseModel):
    """What narrows the stream of activity."""

    asset_id: UUID | None = None
    session_id: UUID | None = None
    user_id: UUID | None = None
    type: str = Field(default="", max_length=60)
    before: datetime | None = None
    limit: int = Field(default=50, ge=1, le=200)


class Seen(BaseModel):
    """Which notification was seen; without an id all of the caller's."""

    notification_id: UUID | None = None


@router.get("/notifications")
@guard()
def list_notifications(actor: CurrentActor) -> Page:
    """The caller's own, the newest first; `total` is how many are unseen."""
    with unit_of_work() as session:
        rows, unseen = notifications.list_notifications(session, actor)
    items = [
        {
            "notification_id": str(row.notification.id),
            "kind": row.notification.kind,
            "session_id": str(row.notification.room_id) if row.notification.room_id else None,
            "title": row.room_title,
            "from": row.actor_name,
            "at": row.notification.created_at.isoformat(),
            "is_seen": row.notification.read_at is not None,
        }
        for row in rows
    ]
    return Page(items=items, next_cursor=None, total=unseen)


@router.post("/notifications/seen", status_code=204)
@guard()
def mark_seen(body: Seen, actor: CurrentActor) -> Response:
    """Marks one or all of the caller's as seen."""
    with unit_of_work() as session:
        notifications.mark_seen(session, actor, body.notification_id)
    return Response(status_code=204)


@router.get("/activity")
@guard(Permission.WORKSPACE_READ)
def list_activity(workspace_id: UUID, actor: CurrentActor, part: Annotated[Part, Query()]) -> Page:
    """Who did what, the newest first, of what the caller may see; `next_cursor` is the `before` of the next page."""
    filters = activity.Filters(part.asset_id, part.session_id, part.user_id, part.type, part.before)
    with unit_of_work() as session:
        rows = activity.list_activity(session, actor, workspace_id, filters, limit=part.limit)
    items = [
        {
            "type": row.event.type,
            "at": row.event.created_at.isoformat(),
            "actor_id": str(row.event.actor_id) if row.event.actor_id else None,
            "actor": row.actor_name,
            "asset_id": str(row.event.asset_id) if row.event.asset_id else None,
            "asset": row.asset_name,
            "session_id": str(row.event.room_id) if row.event.room_id else None,
            "room": row.room_title,
            "data": row.event.data,
        }
        for row in rows
    ]
    after = rows[-1].event.created_at.isoformat() if len(rows) == part.limit else None
    return Page(items=items, next_cursor=after, total=len(items))
