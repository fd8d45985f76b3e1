"""What somebody promised in a room: who, until when, done or not."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlmodel import Session, col, select

from pursight_app.core.clock import now
from pursight_app.core.errors import InvalidInputError, NotFoundError
from pursight_app.models import Participant, ParticipantStatus, Room, RoomStatus, Task, TaskStatus, UserAccount
from pursight_app.services import activity
from pursight_app.services.access import Actor
from pursight_app.services.collaboration.log import Happening, append, ended
from pursight_app.services.collaboration.seats import is_in, seat_of
from pursight_app.services.notifications import notify_person

TITLE_MAX = 300


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task with the names that its readers need."""

    task: Task
    owner: str
    room_title: str


def create_task(
    session: Session, actor: Actor, room_id: UUID, *, title: str, owner_id: UUID, due_on: date | None = None
) -> Task:
    """Gives somebody in the room something to do; they are notified.

    Raises:
        InvalidInputError: no title.
        NotFoundError: the owner does not take part in the room.
    """
    room = seat_of(session, actor, room_id, lock=True).room
    if room.status == RoomStatus.ENDED:
        raise ended()
    title = " ".join(title.split())
    if not 1 <= len(title) <= TITLE_MAX:
        raise InvalidInputError(f"A task says in 1 to {TITLE_MAX} characters what is to be done.")
    if not is_in(session, owner_id, room_id):
        raise NotFoundError("Whoever does it has to be in the room.")
    task = Task(
        workspace_id=room.workspace_id,
        room_id=room.id,
        title=title,
        owner_id=owner_id,
        due_on=due_on,
        created_by_id=actor.user_id,
    )
    session.add(task)
    told = {"task_id": str(task.id), "title": title, "owner_id": str(owner_id)}
    append(session, room, Happening("task_created", told), actor_id=actor.user_id)
    if owner_id != actor.user_id:
        notify_person(session, actor, room, owner_id, "task", task_id=str(task.id))
    activity.track(session, actor, room.workspace_id, "task.create", room_id=room.id, title=title)
    return task


def set_task_status(session: Session, actor: Actor, task_id: UUID, status: str) -> Task:
    """Says that a task is done, or opens it again; everybody in the room may, also after its end."""
    task = session.get(Task, task_id)
    if task is None:
        raise NotFoundError("There is no such task in a room that you take part in.")
    room = seat_of(session, actor, task.room_id, lock=True).room
    if status not in set(TaskStatus):
        raise InvalidInputError("A task is open or done.")
    if task.status == status:
        return task
    task.status, task.done_at = status, now() if status == TaskStatus.DONE else None
    if room.status == RoomStatus.ACTIVE:
        told = {"task_id": str(task.id), "title": task.title, "status": status}
        append(session, room, Happening("task_changed", told), actor_id=actor.user_id)
    activity.track(session, actor, room.workspace_id, f"task.{status}", room_id=room.id, title=task.title)
    return task


def list_tasks(session: Session, actor: Actor, room_id: UUID, *, limit: int = 200) -> list[TaskRow]:
    """The room's tasks: open ones first, those due soonest on top, at most `limit`."""
    seat_of(session, actor, room_id)
    return _rows(session, Task.room_id == room_id, limit=limit)


def list_own_tasks(session: Session, actor: Actor, workspace_id: UUID, *, limit: int = 200) -> list[TaskRow]:
    """The actor's open tasks in a workspace, of rooms that they are still in."""
    rooms = select(Participant.room_id).where(
        Participant.user_id == actor.user_id, Participant.status == ParticipantStatus.ACTIVE
    )
    return _rows(
        session,
        Task.workspace_id == workspace_id,
        col(Task.workspace_id).in_(list(actor.roles)),
        Task.owner_id == actor.user_id,
        Task.status == TaskStatus.OPEN,
        col(Task.room_id).in_(rooms),
        limit=limit,
    )


def _rows(session: Session, *conditions: object, limit: int = 200) -> list[TaskRow]:
    wanted = (
        select(Task, UserAccount.name, Room.title)
        .join(Room, col(Room.id) == Task.room_id)
        .outerjoin(UserAccount, col(UserAccount.id) == Task.owner_id)
        .where(*conditions)  # type: ignore[arg-type]  # comparisons of columns
        .order_by(col(Task.status).desc(), col(Task.due_on).nulls_last(), col(Task.created_at))
        .limit(limit)
    )
    return [TaskRow(task, name or "", title) for task, name, title in session.exec(wanted).all()]
