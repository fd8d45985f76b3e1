"""The one order of a room: every change gets the next number in its own transaction, and is told once it is durable.

A number from a sequence would be visible before numbers below it are committed, and readers that ask for "all after N"
would miss those for good. The counter in the room's own row makes writers wait for each other instead.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import cast
from uuid import UUID

from sqlalchemy import Table, bindparam, insert, inspect, update
from sqlmodel import Session, col, select

from pursight_app.core.clock import now
from pursight_app.core.db import after_commit
from pursight_app.core.errors import ConflictError
from pursight_app.core.rooms import RoomLine, publish_room
from pursight_app.models import Message, Room, RoomEvent, RoomStatus, UserAccount

MOST_EVENTS = 500
# Made once, on the tables themselves: every message passes here, and the mapper would cost more than PostgreSQL.
_ROOMS = cast("Table", inspect(Room).local_table)
_COUNTING = (
    update(_ROOMS)
    .where(_ROOMS.c.id == bindparam("room"), _ROOMS.c.status == RoomStatus.ACTIVE)
    .values(last_seq=_ROOMS.c.last_seq + 1, message_count=_ROOMS.c.message_count + bindparam("messages"))
    .returning(_ROOMS.c.last_seq)
)
_KEEPING = insert(cast("Table", inspect(RoomEvent).local_table))


@dataclass(frozen=True, slots=True)
class Happening:
    """What `append` writes down. `data` holds ids and the room's own words, never a name from the catalogue.

    `told` is what only goes out live and is read from elsewhere later: the text of a message.
    """

    type: str
    data: Mapping[str, object]
    message_id: UUID | None = None
    told: Mapping[str, object] | None = None


def append(session: Session, room: Room, happening: Happening, *, actor_id: UUID | None, ends: bool = False) -> int:
    """Gives the happening its number, keeps it and tells it after the commit. `ends` closes the room with it.

    Raises:
        ConflictError: the room has ended; code `session_ended`.
    """
    at = now()
    changed: dict[str, object] = {"status": RoomStatus.ENDED, "ended_at": at, "ended_by_id": actor_id} if ends else {}
    # What was changed in this transaction goes first: the connection below knows nothing of pending rows.
    session.flush()
    connection = session.connection()
    counting = _COUNTING.values(**changed) if ends else _COUNTING
    given = {"room": room.id, "messages": int(happening.type == "message")}
    seq = connection.execute(counting, given).scalar_one_or_none()
    if seq is None:
        raise ended()
    connection.execute(
        _KEEPING,
        {
            "room_id": room.id,
            "seq": seq,
            "workspace_id": room.workspace_id,
            "type": happening.type,
            "actor_id": actor_id,
            "created_at": at,
            "message_id": happening.message_id,
            "data": dict(happening.data),
        },
    )
    tell_after_commit(session, room.id, seq, happening, at)
    return seq


def tell_after_commit(session: Session, room_id: UUID, seq: int, happening: Happening, at: datetime) -> None:
    """Tells the room of what bears this number, once it is durable."""
    told = event_of(room_id, seq, happening.type, at, {**happening.data, **(happening.told or {})})
    by = str(happening.data["author_id"]) if happening.type == "message" else ""
    after_commit(session, lambda: publish_room(RoomLine.of(room_id, told), by=by))


def ended() -> ConflictError:
    """What everybody hears who still wants something of an ended room."""
    return ConflictError("This room has ended. It can be read, and takes nothing more.", code="session_ended")


def require_open(room: Room) -> None:
    """Whoever wants to do something in a room.

    Raises:
        ConflictError: it has ended; code `session_ended`.
    """
    if room.status == RoomStatus.ENDED:
        raise ended()


def event_of(room_id: UUID, seq: int, kind: str, at: datetime, data: Mapping[str, object]) -> dict[str, object]:
    """An event as the contract has it (section 3)."""
    return {"seq": seq, "type": kind, "session_id": str(room_id), "at": at.isoformat(), "data": dict(data)}


def events_after(
    session: Session, room_id: UUID, after_seq: int, *, limit: int = MOST_EVENTS
) -> list[dict[str, object]]:
    """The kept events with a higher number in their order, at most `limit`; the caller has checked who asks."""
    wanted = (
        select(RoomEvent, Message, UserAccount.name)
        .outerjoin(Message, col(Message.id) == RoomEvent.message_id)
        .outerjoin(UserAccount, col(UserAccount.id) == RoomEvent.actor_id)
        .where(RoomEvent.room_id == room_id, RoomEvent.seq > after_seq)
        .order_by(col(RoomEvent.seq))
        .limit(limit)
    )
    return [_told_again(*row) for row in session.exec(wanted).all()]


def _told_again(event: RoomEvent, message: Message | None, name: str | None) -> dict[str, object]:
    data = dict(event.data)
    if message is not None and event.type in {"message", "message_edited"}:
        # What it says now: an edited or deleted text is not told again.
        data |= {"body": message.body, "author_name": name or "", "is_deleted": message.deleted_at is not None}
    return event_of(event.room_id, event.seq, event.type, event.created_at, data)
