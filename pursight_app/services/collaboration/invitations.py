"""Asking people into a room, and their answer (F3.10-23)."""

from datetime import timedelta
from uuid import UUID

from sqlmodel import Session, col, select

from pursight_app.core import rooms as live
from pursight_app.core.clock import now
from pursight_app.core.db import after_commit, unit_of_work
from pursight_app.core.errors import ConflictError, NotFoundError, PermissionDeniedError
from pursight_app.models import Member, Participant, ParticipantStatus, Room, RoomStatus, UserAccount
from pursight_app.services import access, activity, users
from pursight_app.services.access import Actor, Permission
from pursight_app.services.collaboration.log import Happening, append, ended
from pursight_app.services.collaboration.rooms import list_people
from pursight_app.services.collaboration.seats import Seat, seat_of
from pursight_app.services.notifications import close_notifications, mark_seen, notify_person

INVITED_FOR = timedelta(days=7)
# As many as one process tells in a few milliseconds.
MOST_PEOPLE = 500


def invite(
    session: Session, actor: Actor, room_id: UUID, *, user_id: UUID | None = None, email: str = ""
) -> Participant:
    """Asks a member of the workspace into the room and notifies them at once; asked again, the invitation is renewed.

    Raises:
        NotFoundError: nobody of this id or address in the workspace; code `not_a_member`. Guests are made members first,
            by whoever manages the workspace's people, so that nobody comes in by accident.
        ConflictError: the person is in already, or the room is full or has ended.
    """
    room = seat_of(session, actor, room_id, lock=True).room
    if room.status == RoomStatus.ENDED:
        raise ended()
    person = _member(session, room.workspace_id, user_id, email)
    own = session.exec(
        select(Participant).where(Participant.room_id == room_id, Participant.user_id == person.id)
    ).first()
    if own is not None and own.status == ParticipantStatus.ACTIVE:
        raise ConflictError(f"{person.name} is in this room already.", code="already_in")
    if own is None and len(list_people(session, room_id)) >= MOST_PEOPLE:
        raise ConflictError(f"A room has at most {MOST_PEOPLE} people.")
    own = own or Participant(workspace_id=room.workspace_id, room_id=room_id, user_id=person.id)
    own.status, own.invited_by_id, own.expires_at = ParticipantStatus.INVITED, actor.user_id, now() + INVITED_FOR
    session.add(own)
    session.flush()
    told = {"user_id": str(person.id), "name": person.name, "invited_by": str(actor.user_id)}
    append(session, room, Happening("invitation", told), actor_id=actor.user_id)
    notify_person(session, actor, room, person.id, "invitation")
    activity.track(session, actor, room.workspace_id, "room.invite", room_id=room.id, name=person.name)
    return own


def _member(session: Session, workspace_id: UUID, user_id: UUID | None, email: str) -> UserAccount:
    wanted = (
        select(UserAccount)
        .join(Member, col(Member.user_id) == UserAccount.id)
        .where(Member.workspace_id == workspace_id, col(UserAccount.is_active))
    )
    who = UserAccount.id == user_id if user_id else UserAccount.email == users.checked_email(email)
    person = session.exec(wanted.where(who)).first()
    if person is None:
        # The same for strangers and for people of other workspaces.
        raise NotFoundError(
            "Nobody of this workspace has this address. Whoever manages its people can make them a guest first.",
            code="not_a_member",
        )
    return person


def join(session: Session, actor: Actor, room_id: UUID) -> Seat:
    """Takes a seat: invited people, and those who left. Being in already is fine and changes nothing.

    Raises:
        ConflictError: the room has ended, code `session_ended`; or the invitation is too old, code `invitation_expired`.
    """
    statuses = (
        ParticipantStatus.INVITED, ParticipantStatus.EXPIRED, ParticipantStatus.ACTIVE, ParticipantStatus.LEFT
    )  # fmt: skip
    seat = seat_of(session, actor, room_id, statuses=statuses, lock=True)
    room, own = seat.room, seat.participant
    if own.status == ParticipantStatus.ACTIVE:
        return seat
    if room.status == RoomStatus.ENDED:
        raise ended()
    is_old = own.status == ParticipantStatus.INVITED and own.expires_at is not None and own.expires_at <= now()
    if is_old or own.status == ParticipantStatus.EXPIRED:
        raise ConflictError("This invitation is too old. Ask for a new one.", code="invitation_expired")
    own.status, own.joined_at = ParticipantStatus.ACTIVE, now()
    session.flush()
    told = {"user_id": str(actor.user_id), "name": actor.name}
    room.last_seq = append(session, room, Happening("joined", told), actor_id=actor.user_id)
    # Messages of before are there to be read, but are nothing new to them.
    own.read_seq = max(own.read_seq, room.last_seq)
    mark_seen(session, actor, room_id=room_id)
    activity.track(session, actor, room.workspace_id, "room.join", room_id=room.id)
    after_commit(session, lambda: live.sign_of_life(room_id, [actor.user_id]))
    return seat


def decline(session: Session, actor: Actor, room_id: UUID) -> None:
    """Says no to an invitation; the room is told."""
    seat = seat_of(session, actor, room_id, statuses=(ParticipantStatus.INVITED,), lock=True)
    seat.participant.status = ParticipantStatus.DECLINED
    mark_seen(session, actor, room_id=room_id)
    if seat.room.status == RoomStatus.ACTIVE:
        told = {"user_id": str(actor.user_id), "name": actor.name}
        append(session, seat.room, Happening("invitation_declined", told), actor_id=actor.user_id)
        activity.track(session, actor, seat.room.workspace_id, "room.decline", room_id=room_id)


def withdraw(session: Session, actor: Actor, room_id: UUID, user_id: UUID) -> None:
    """Takes an open invitation back, or takes somebody out of the room; their streams end at once.

    Raises:
        PermissionDeniedError: neither host nor the one who invited.
        NotFoundError: nobody of this id is in or invited.
    """
    seat = seat_of(session, actor, room_id, lock=True)
    room = seat.room
    if room.status == RoomStatus.ENDED:
        raise ended()
    own = _other(session, room, user_id)
    may = seat.is_host or actor.may(Permission.WORKSPACE_MANAGE, room.workspace_id)
    has_invited = own.status == ParticipantStatus.INVITED and own.invited_by_id == actor.user_id
    if not may and not has_invited:
        raise PermissionDeniedError(
            "Only who opened the room, or who sent the invitation, can do this.", workspace_id=room.workspace_id
        )
    kind = "invitation_withdrawn" if own.status == ParticipantStatus.INVITED else "removed"
    own.status = ParticipantStatus.WITHDRAWN
    session.flush()
    append(session, room, Happening(kind, {"user_id": str(user_id)}), actor_id=actor.user_id)
    # What asks them in leads nowhere any more; their bell and their list of rooms look again.
    close_notifications(session, user_id, room_id, workspace_id=room.workspace_id)
    activity.track(session, actor, room.workspace_id, f"room.{kind}", room_id=room.id, name=_name(session, user_id))
    access.bump_version(session)
    after_commit(session, lambda: live.gone(room_id, user_id))


def _name(session: Session, user_id: UUID) -> str:
    return session.exec(select(UserAccount.name).where(UserAccount.id == user_id)).first() or ""


def sweep_expired_invitations() -> None:
    """Takes what asks people into rooms out of their bells once the invitation is too old."""
    with unit_of_work() as session:
        old = session.exec(
            select(Participant)
            .where(Participant.status == ParticipantStatus.INVITED, col(Participant.expires_at) < now())
            .with_for_update(skip_locked=True)
        ).all()
        for own in old:
            own.status = ParticipantStatus.EXPIRED
            close_notifications(session, own.user_id, own.room_id, workspace_id=own.workspace_id)


def _other(session: Session, room: Room, user_id: UUID) -> Participant:
    statuses = (ParticipantStatus.INVITED, ParticipantStatus.ACTIVE)
    found = session.exec(
        select(Participant).where(
            Participant.room_id == room.id,
            Participant.user_id == user_id,
            col(Participant.status).in_(statuses),
        )
    ).first()
    if found is None or user_id == room.created_by_id:
        raise NotFoundError("There is nobody of this id in the room whom you could take out.")
    return found
