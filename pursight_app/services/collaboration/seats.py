"""Who may do what in a room: everything here begins with `seat_of`."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from pursight_app.core.errors import NotFoundError
from pursight_app.models import Participant, ParticipantStatus, Room
from pursight_app.services import access
from pursight_app.services.access import Actor, Permission

# Made once: they are asked with every message, and building them costs as much as running them.
_LOCKED = (
    select(Room).where(col(Room.id) == bindparam("room_id")).with_for_update().execution_options(populate_existing=True)
)
_OWN = select(Participant).where(
    col(Participant.room_id) == bindparam("room_id"), col(Participant.user_id) == bindparam("user_id")
)
_NO_ROOM = "There is no such room, or not one that you take part in."


@dataclass(frozen=True, slots=True)
class Seat:
    """A room and the actor's place in it."""

    room: Room
    participant: Participant

    @property
    def is_host(self) -> bool:
        """Whether the actor opened the room: hosts end it, withdraw invitations and remove messages."""
        return self.room.created_by_id == self.participant.user_id


def seat_of(
    session: Session,
    actor: Actor,
    room_id: UUID,
    *,
    statuses: tuple[ParticipantStatus, ...] = (ParticipantStatus.ACTIVE,),
    lock: bool = False,
) -> Seat:
    """The actor's seat, if they are in the room's workspace and stand in one of `statuses`.

    `lock` makes everything else that writes to the room wait until the transaction ends.

    Raises:
        NotFoundError: for everybody else the room does not exist.
    """
    # On its own and first: what is read behind it is then as the last writer left it. Held by name, because a session
    # forgets rows that nobody holds, and `get` would ask for it once more.
    locked = session.exec(_LOCKED, params={"room_id": room_id}).first() if lock else None
    room = (
        locked
        if locked is not None and _may_join(actor, locked.workspace_id)
        else access.get(session, actor, Room, room_id, Permission.ROOM_JOIN)
    )
    found = session.exec(_OWN, params={"room_id": room_id, "user_id": actor.user_id}).first()
    if found is None or found.status not in statuses:
        raise NotFoundError(_NO_ROOM)
    return Seat(room, found)


def _may_join(actor: Actor, workspace_id: UUID) -> bool:
    return actor.decide(Permission.ROOM_JOIN, access.Resource(workspace_id)).allowed


def require_joinable(actor: Actor, workspace_id: UUID) -> None:
    """A seat counts only for whoever may still be in rooms of its workspace.

    Raises:
        NotFoundError: for everybody else the room does not exist.
    """
    if not _may_join(actor, workspace_id):
        raise NotFoundError(_NO_ROOM)


def is_in(session: Session, user_id: UUID, room_id: UUID) -> bool:
    """Whether a person takes part in a room at this moment."""
    wanted = select(Participant.id).where(
        Participant.room_id == room_id, Participant.user_id == user_id, Participant.status == ParticipantStatus.ACTIVE
    )
    return session.exec(wanted).first() is not None
