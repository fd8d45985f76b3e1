"""What rooms decide, and who then does what."""

from datetime import date
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from pursight_app.api.dependencies import MAX_OFFSET, CurrentActor, CurrentPaging, Page, page, page_of
from pursight_app.api.guard import GuardedRoute, guard
from pursight_app.core.db import unit_of_work
from pursight_app.models import Decision
from pursight_app.services import collaboration
from pursight_app.services.access import Permission
from pursight_app.services.collaboration import TaskRow

router = APIRouter(tags=["collaboration"], route_class=GuardedRoute, prefix="/racine/collaboration")


class NewProposal(BaseModel):
    """What is to be decided, and what an approval then does (docs/howto/decide-in-rooms.md)."""

    session_id: UUID
    title: str = Field(max_length=1_000)
    action: str = Field(default="none", max_length=20)
    params: dict[str, Any] = Field(default_factory=dict)
    needs: int = Field(default=1, ge=1, le=10)


class Ballot(BaseModel):
    """Yes or no."""

    is_approval: bool


class NewTask(BaseModel):
    """Something for somebody in the room to do."""

    session_id: UUID
    title: str = Field(max_length=1_000)
    user_id: UUID
    due_on: date | None = None


class TaskState(BaseModel):
    """`open` or `done`."""

    status: str = Field(max_length=10)


def _view(decision: Decision) -> dict[str, object]:
    return {
        "decision_id": str(decision.id),
        "title": decision.title,
        "action": decision.action,
        "status": decision.status,
        "needs": decision.needs,
    }


def view_task(row: TaskRow) -> dict[str, object]:
    """A task as it leaves the server."""
    task = row.task
    return {
        "task_id": str(task.id),
        "session_id": str(task.room_id),
        "room": row.room_title,
        "title": task.title,
        "owner_id": str(task.owner_id) if task.owner_id else None,
        "owner": row.owner,
        "due_on": task.due_on.isoformat() if task.due_on else None,
        "status": task.status,
    }


@router.post("/decisions", status_code=201)
@guard(Permission.ROOM_JOIN)
def propose(body: NewProposal, actor: CurrentActor) -> dict[str, object]:
    """Puts something to the vote."""
    with unit_of_work() as session:
        made = collaboration.propose(
            session, actor, body.session_id, title=body.title, action=body.action, params=body.params, needs=body.needs
        )
    return _view(made)


@router.post("/decisions/{decision_id}/vote")
@guard(Permission.ROOM_JOIN, on="decision_id")
def vote(decision_id: UUID, body: Ballot, actor: CurrentActor) -> dict[str, object]:
    """Approves or rejects; enough approvals do what the proposal says, with the approver's rights."""
    with unit_of_work() as session:
        return _view(collaboration.vote(session, actor, decision_id, is_approval=body.is_approval))


@router.post("/decisions/{decision_id}/withdraw")
@guard(Permission.ROOM_JOIN, on="decision_id")
def withdraw(decision_id: UUID, actor: CurrentActor) -> dict[str, object]:
    """Takes one's own proposal back."""
    with unit_of_work() as session:
        return _view(collaboration.withdraw_proposal(session, actor, decision_id))


@router.get("/session/{session_id}/decisions")
@guard(Permission.ROOM_JOIN, on="session_id")
def list_decisions(session_id: UUID, actor: CurrentActor, at: CurrentPaging) -> Page:
    """The room's proposals, open ones first; `effects` says what an approval does."""
    with unit_of_work() as session:
        rows, total = collaboration.list_decisions(session, actor, session_id, limit=at.limit, offset=at.offset)
    items = [
        {
            **_view(row.decision),
            "proposed_by": row.proposed_by,
            "decided_by": row.decided_by,
            "approvals": row.approvals,
            "has_voted": row.has_voted,
            "effects": row.effects,
        }
        for row in rows
    ]
    return page(items, total, at)


@router.post("/tasks", status_code=201)
@guard(Permission.ROOM_JOIN)
def create_task(body: NewTask, actor: CurrentActor) -> dict[str, str]:
    """Gives somebody in the room something to do."""
    with unit_of_work() as session:
        made = collaboration.create_task(
            session, actor, body.session_id, title=body.title, owner_id=body.user_id, due_on=body.due_on
        )
    return {"task_id": str(made.id)}


@router.patch("/tasks/{task_id}")
@guard(Permission.ROOM_JOIN, on="task_id")
def set_task_status(task_id: UUID, body: TaskState, actor: CurrentActor) -> dict[str, str]:
    """Says that a task is done, or opens it again."""
    with unit_of_work() as session:
        task = collaboration.set_task_status(session, actor, task_id, body.status)
    return {"task_id": str(task.id), "status": task.status}


@router.get("/session/{session_id}/tasks")
@guard(Permission.ROOM_JOIN, on="session_id")
def list_tasks(session_id: UUID, actor: CurrentActor, at: CurrentPaging) -> Page:
    """The room's tasks, open ones first."""
    with unit_of_work() as session:
        rows = collaboration.list_tasks(session, actor, session_id, limit=MAX_OFFSET)
    return page_of(rows, view_task, at)


@router.get("/tasks")
@guard(Permission.ROOM_JOIN)
def list_own_tasks(workspace_id: UUID, actor: CurrentActor, at: CurrentPaging) -> Page:
    """The caller's own open tasks."""
    with unit_of_work() as session:
        rows = collaboration.list_own_tasks(session, actor, workspace_id, limit=MAX_OFFSET)
    return page_of(rows, view_task, at)
