"""The life of a room: open, list, leave, end (F3.1-9, F3.39-45)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, or_, update
from sqlalchemy import select as sa_select
from sqlmodel import Session, SQLModel, col, select

from pursight_app.core import rooms as live
from pursight_app.core.clock import now
from pursight_app.core.db import after_commit
from pursight_app.core.errors import InvalidInputError, NotFoundError, PermissionDeniedError
from pursight_app.core.events import publish_access_change
from pursight_app.models import (
    Asset,
    Finding,
    Message,
    OptimizationPlan,
    Participant,
    ParticipantStatus,
    Pipeline,
    Room,
    RoomStatus,
    RoomSubject,
    Rule,
    ScanRun,
    UserAccount,
    Workspace,
)
from pursight_app.services import access, activity, audit
from pursight_app.services.access import Actor, Permission
from pursight_app.services.collaboration.log import Happening, append, ended
from pursight_app.services.collaboration.seats import Seat, seat_of
from pursight_app.services.notifications import close_notifications

TITLE_MAX = 200
_SUBJECTS: dict[RoomSubject, tuple[type[SQLModel], Permission]] = {
    RoomSubject.ASSET: (Asset, Permission.CATALOG_READ),
    RoomSubject.SCAN: (ScanRun, Permission.SCAN_READ),
    RoomSubject.FINDING: (Finding, Permission.FINDING_READ),
    RoomSubject.PLAN: (OptimizationPlan, Permission.PIPELINE_READ),
}


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in a room; `presence` is online, idle or offline."""

    user_id: UUID
    name: str
    email: str
    status: str
    presence: str
    read_seq: int


@dataclass(frozen=True, slots=True)
class RoomRow:
    """A room in a list; `status` is the reader's own standing, `last_text` the newest message, cut."""

    room: Room
    status: str
    people: int
    unread: int
    last_text: str
    last_at: datetime


@dataclass(frozen=True, slots=True)
class RoomDetail:
    """A room as its participants see it; `subject` is None when the reader may not see what it is about."""

    room: Room
    status: str
    is_host: bool
    people: tuple[Person, ...]
    read_seq: int
    subject: str | None
    subject_asset_id: UUID | None


def create_room(
    session: Session,
    actor: Actor,
    workspace_id: UUID,
    *,
    title: str,
    subject_kind: str = "",
    subject_id: UUID | None = None,
) -> Room:
    """Opens a room with its maker in it; from an asset, scan or finding that the maker may see, or from nothing.

    Raises:
        InvalidInputError: no title, or an unknown kind of subject.
        NotFoundError: no such subject in this workspace.
    """
    access.require(actor, Permission.ROOM_CREATE, workspace_id)
    if session.get(Workspace, workspace_id) is None:
        raise NotFoundError("There is no such workspace.")
    title = " ".join(title.split())
    if not 1 <= len(title) <= TITLE_MAX:
        raise InvalidInputError(f"A room needs a title of 1 to {TITLE_MAX} characters.")
    if subject_kind not in set(RoomSubject) or bool(subject_kind) != bool(subject_id):
        raise InvalidInputError("A room is about an asset, a scan, a finding, a plan, or nothing in particular.")
    asset_id = _subject(session, actor, workspace_id, subject_kind, subject_id)[1] if subject_id else None
    room = Room(
        workspace_id=workspace_id,
        title=title,
        subject_kind=subject_kind,
        subject_id=subject_id,
        created_by_id=actor.user_id,
    )
    session.add(room)
    session.flush()
    session.add(
        Participant(
            workspace_id=workspace_id,
            room_id=room.id,
            user_id=actor.user_id,
            status=ParticipantStatus.ACTIVE,
            joined_at=now(),
        )
    )
    session.flush()
    append(session, room, Happening("joined", _who(actor)), actor_id=actor.user_id)
    activity.track(session, actor, workspace_id, "room.create", room_id=room.id, asset_id=asset_id)
    audit.record(session, actor, "room.create", audit.Subject("room", room.id, workspace_id))
    after_commit(session, lambda: live.keep_room_state(room.id, status=room.status, workspace_id=str(workspace_id)))
    return room


def _who(actor: Actor) -> dict[str, object]:
    return {"user_id": str(actor.user_id), "name": actor.name}


def _subject(
    session: Session, actor: Actor, workspace_id: UUID, kind: str, subject_id: UUID
) -> tuple[str, UUID | None]:
    """What a room is about in words, and the asset that it hangs on."""
    model, permission = _SUBJECTS[RoomSubject(kind)]
    row = access.get(session, actor, model, subject_id, permission)
    if row.workspace_id != workspace_id:  # type: ignore[attr-defined]  # all three have it
        raise NotFoundError("There is no such thing in this workspace.")
    match row:
        case Asset():
            return row.qualified_name, row.id
        case Finding():
            return session.get_one(Rule, row.rule_id).title, row.asset_id
        case OptimizationPlan():
            return f"Plan for {session.get_one(Pipeline, row.pipeline_id).name}", None
        case _:
            return "A scan", None


def list_rooms(
    session: Session,
    actor: Actor,
    workspace_id: UUID,
    *,
    subject_id: UUID | None = None,
    limit: int = 100,
    offset: int = 0,
) -> tuple[list[RoomRow], int]:
    """The actor's rooms and open invitations, those that go on first, then the latest; and how many there are."""
    access.require(actor, Permission.ROOM_JOIN, workspace_id)
    newest = (
        select(Message.body)
        .where(Message.room_id == Room.id, col(Message.deleted_at).is_(None))
        .order_by(col(Message.seq).desc())
        .limit(1)
        .scalar_subquery()
    )
    last_at = select(func.max(Message.created_at)).where(Message.room_id == Room.id).scalar_subquery()
    people = (
        select(func.count())
        .select_from(Participant)
        .where(Participant.room_id == Room.id, Participant.status == ParticipantStatus.ACTIVE)
        .correlate(Room)
        .scalar_subquery()
    )
    wanted = (
        sa_select(Room, Participant, people, _unread(actor.user_id), newest, last_at)
        .join(Participant, col(Participant.room_id) == Room.id)
        .where(
            col(Room.workspace_id) == workspace_id,
            col(Participant.user_id) == actor.user_id,
            or_(
                col(Participant.status).in_([ParticipantStatus.ACTIVE, ParticipantStatus.LEFT]),
                and_(
                    col(Participant.status) == ParticipantStatus.INVITED,
                    col(Participant.expires_at) > now(),
                    col(Room.status) == RoomStatus.ACTIVE,
                ),
            ),
        )
    )
    if subject_id is not None:
        wanted = wanted.where(col(Room.subject_id) == subject_id)
    total = session.execute(wanted.with_only_columns(func.count(), maintain_column_froms=True)).scalar_one()
    latest = wanted.order_by(col(Room.status), func.coalesce(last_at, Room.created_at).desc(), col(Room.id))
    return [_room_row(row) for row in session.execute(latest.limit(limit).offset(offset)).all()], total


def _unread(user_id: UUID):  # noqa: ANN202  a scalar subquery
    return (
        select(func.count())
        .select_from(Message)
        .where(
            Message.room_id == Room.id,
            Message.seq > Participant.read_seq,
            col(Message.author_id).is_distinct_from(user_id),
            col(Message.deleted_at).is_(None),
        )
        .correlate(Room, Participant)
        .scalar_subquery()
    )


def _room_row(row: Any) -> RoomRow:
    room, own, people, unread, text, last_at = row
    # What was said is for those who are in; the others see that there is a room.
    is_in = own.status == ParticipantStatus.ACTIVE
    said = (text or "")[:160] if is_in else ""
    return RoomRow(room, own.status, people, unread if is_in else 0, said, last_at or room.created_at)


def get_room(session: Session, actor: Actor, room_id: UUID) -> RoomDetail:
    """A room for those who are in it, were in it, or are invited; what was said needs `seat_of`."""
    statuses = (ParticipantStatus.ACTIVE, ParticipantStatus.LEFT, ParticipantStatus.INVITED)
    seat = seat_of(session, actor, room_id, statuses=statuses)
    room, subject = seat.room, None
    if room.subject_id is not None:
        try:
            subject = _subject(session, actor, room.workspace_id, room.subject_kind, room.subject_id)
        except (NotFoundError, PermissionDeniedError):
            subject = None
    return RoomDetail(
        room,
        seat.participant.status,
        seat.is_host,
        list_people(session, room.id),
        seat.participant.read_seq,
        subject[0] if subject else None,
        subject[1] if subject else None,
    )


def list_people(session: Session, room_id: UUID) -> tuple[Person, ...]:
    """Who is in the room or invited, those who are there first."""
    shown = (ParticipantStatus.ACTIVE, ParticipantStatus.INVITED)
    wanted = (
        select(Participant, UserAccount)
        .join(UserAccount, col(UserAccount.id) == Participant.user_id)
        .where(Participant.room_id == room_id, col(Participant.status).in_(shown))
        .order_by(col(Participant.status), func.lower(UserAccount.name))
    )
    there = live.who_is_there(room_id)
    people = [
        Person(user.id, user.name, user.email, one.status, there.get(str(user.id), "offline"), one.read_seq)
        for one, user in session.exec(wanted).all()
    ]
    ranks = {"online": 0, "idle": 1, "offline": 2}
    return tuple(sorted(people, key=lambda person: (person.status, ranks[person.presence])))


def leave_room(session: Session, actor: Actor, room_id: UUID) -> None:
    """Takes the actor out; they may come back while the room is open."""
    seat = seat_of(session, actor, room_id, lock=True)
    if seat.room.status == RoomStatus.ENDED:
        raise ended()
    seat.participant.status = ParticipantStatus.LEFT
    append(session, seat.room, Happening("left", _who(actor)), actor_id=actor.user_id)
    activity.track(session, actor, seat.room.workspace_id, "room.leave", room_id=room_id)
    after_commit(session, lambda: live.gone(room_id, actor.user_id))
    # Notes that they have open close at once.
    after_commit(session, publish_access_change)


def end_room(session: Session, actor: Actor, room_id: UUID) -> Seat:
    """Ends the room for everybody: hosts, and who manages the workspace and is in it (F3.39-45).

    Raises:
        ConflictError: it has ended already; code `session_ended`.
        PermissionDeniedError: the actor only takes part.
    """
    seat = seat_of(session, actor, room_id, lock=True)
    room = seat.room
    if not seat.is_host and not actor.may(Permission.WORKSPACE_MANAGE, room.workspace_id):
        raise PermissionDeniedError(
            "Only who opened a room, or who manages the workspace, can end it.", workspace_id=room.workspace_id
        )
    append(session, room, Happening("session_ended", _who(actor)), actor_id=actor.user_id, ends=True)
    _close_invitations(session, room)
    activity.track(session, actor, room.workspace_id, "session_ended", room_id=room.id)
    audit.record(session, actor, "room.end", audit.Subject("room", room.id, room.workspace_id))
    after_commit(session, lambda: live.keep_room_state(room.id, status=RoomStatus.ENDED))
    return seat


def _close_invitations(session: Session, room: Room) -> None:
    """Whoever was still asked into a room that ended is asked no more."""
    wanted = select(Participant).where(Participant.room_id == room.id, Participant.status == ParticipantStatus.INVITED)
    for own in session.exec(wanted).all():
        own.status = ParticipantStatus.EXPIRED
        close_notifications(session, own.user_id, room.id, workspace_id=room.workspace_id)


def mark_read(session: Session, actor: Actor, room_id: UUID, seq: int) -> int:
    """Remembers how far the actor has read; never backwards, never beyond the end. Gives what is remembered."""
    seat = seat_of(session, actor, room_id)
    # Two tabs that read at once: the one further on wins, in whatever order they come.
    further = func.greatest(Participant.read_seq, min(seq, seat.room.last_seq))
    own = update(Participant).where(col(Participant.id) == seat.participant.id)
    return session.execute(own.values(read_seq=further).returning(col(Participant.read_seq))).scalar_one()
