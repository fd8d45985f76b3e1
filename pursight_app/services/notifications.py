"""What one person should know: kept until seen, told at once on whatever page they are."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, update
from sqlmodel import Session, col, select

from pursight_app.core.clock import now
from pursight_app.core.db import after_commit
from pursight_app.core.events import Event, publish
from pursight_app.models import Notification, Room, UserAccount
from pursight_app.services.access import Actor

MOST_SHOWN = 50


@dataclass(frozen=True, slots=True)
class NotificationRow:
    """A notification with the names that its reader needs."""

    notification: Notification
    actor_name: str
    room_title: str


def notify_person(session: Session, actor: Actor, room: Room, user_id: UUID, kind: str, **data: object) -> None:
    """Keeps a notification about a room and tells every tab and stream of that person after the commit."""
    row = Notification(
        workspace_id=room.workspace_id, user_id=user_id, kind=kind, room_id=room.id, actor_id=actor.user_id, data=data
    )
    session.add(row)
    told = {
        "user_id": str(user_id),
        "notification_id": str(row.id),
        "session_id": str(room.id),
        "title": room.title,
        "from": actor.name,
    }
    event = Event(room.workspace_id, "invitation" if kind == "invitation" else "notification", {**told, "kind": kind})
    after_commit(session, lambda: publish(event))


def list_notifications(session: Session, actor: Actor, *, limit: int = MOST_SHOWN) -> tuple[list[NotificationRow], int]:
    """The person's own in workspaces that they are still in, newest first, and how many are unseen."""
    own = (Notification.user_id == actor.user_id, col(Notification.workspace_id).in_(list(actor.roles)))
    unseen = select(func.count()).select_from(Notification).where(*own, col(Notification.read_at).is_(None))
    wanted = (
        select(Notification, UserAccount.name, Room.title)
        .outerjoin(UserAccount, col(UserAccount.id) == Notification.actor_id)
        .outerjoin(Room, col(Room.id) == Notification.room_id)
        .where(*own)
        .order_by(col(Notification.created_at).desc(), col(Notification.id))
        .limit(limit)
    )
    rows = [NotificationRow(row, name or "", title or "") for row, name, title in session.exec(wanted).all()]
    return rows, session.exec(unseen).one()


def close_notifications(session: Session, user_id: UUID, room_id: UUID, *, workspace_id: UUID) -> None:
    """Marks what somebody was told about a room as done, because it leads nowhere any more; their tabs look again."""
    open_ones = update(Notification).where(
        col(Notification.user_id) == user_id, col(Notification.room_id) == room_id, col(Notification.read_at).is_(None)
    )
    session.execute(open_ones.values(read_at=now()))
    told = Event(workspace_id, "notification", {"user_id": str(user_id), "session_id": str(room_id), "kind": "closed"})
    after_commit(session, lambda: publish(told))


def mark_seen(
    session: Session, actor: Actor, notification_id: UUID | None = None, *, room_id: UUID | None = None
) -> None:
    """Marks one of the person's own, those about one room, or all of them as seen. Others' stay untouched."""
    seen = update(Notification).where(col(Notification.user_id) == actor.user_id, col(Notification.read_at).is_(None))
    if notification_id is not None:
        seen = seen.where(col(Notification.id) == notification_id)
    if room_id is not None:
        seen = seen.where(col(Notification.room_id) == room_id)
    changed = session.execute(seen.values(read_at=now()).returning(col(Notification.workspace_id))).scalars().all()
    for workspace_id in set(changed):
        told = Event(workspace_id, "notification", {"user_id": str(actor.user_id), "kind": "seen"})
        after_commit(session, lambda told=told: publish(told))
