"""Who may do what in a room: everything here begins with `seat_of`."""

from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session, select

from pursight_app.core.errors import NotFoundError
from pursight_app.models import Participant, ParticipantStatus, Room
from pursight_app.services import access
from pursight_app.services.access import Actor, Permission

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
    if lock:
        # On its own and first: what is read behind it is then as the last writer left it.
        session.exec(
            select(Room).where(Room.id == room_id).with_for_update().execution_options(populate_existing=True)
        ).first()
    room = access.get(session, actor, Room, room_id, Permission.ROOM_JOIN)
    wanted = select(Participant).where(Participant.room_id == room_id, Participant.user_id == actor.user_id)
    found = session.exec(wanted).first()
    if found is None or found.status not in statuses:
        raise NotFoundError(_NO_ROOM)
    return Seat(room, found)


def is_in(session: Session, user_id: UUID, room_id: UUID) -> bool:
    """Whether a person takes part in a room at this moment."""
    wanted = select(Participant.id).where(
        Participant.room_id == room_id, Participant.user_id == user_id, Participant.status == ParticipantStatus.ACTIVE
    )
    return session.exec(wanted).first() is not None
