"""What is said in rooms (F3.32-38)."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from pursight_app.api.dependencies import CurrentActor, Page
from pursight_app.api.guard import GuardedRoute, guard
from pursight_app.core.db import unit_of_work
from pursight_app.services import collaboration
from pursight_app.services.access import Permission
from pursight_app.services.collaboration import MessageRow

router = APIRouter(tags=["collaboration"], route_class=GuardedRoute, prefix="/racine/collaboration")
# Far more than a message may have: whoever sends a megabyte is told so by the service, in words.
_BODY_MAX = 100_000


class NewMessage(BaseModel):
    """Something said once: `client_id` is the sender's own id of it, such as a UUID."""

    session_id: UUID
    body: str = Field(max_length=_BODY_MAX)
    client_id: str = Field(max_length=100)
    thread_id: UUID | None = None


class Window(BaseModel):
    """Which part of what was said."""

    before_seq: int | None = Field(default=None, ge=0, le=2**53)
    after_seq: int | None = Field(default=None, ge=0, le=2**53)
    thread_id: UUID | None = None
    limit: int = Field(default=50, ge=1, le=200)


class NewBody(BaseModel):
    """What a message says instead."""

    body: str = Field(max_length=_BODY_MAX)


class Sign(BaseModel):
    """One emoji, set or taken back."""

    emoji: str = Field(max_length=16)
    is_set: bool = True


def view_message(row: MessageRow) -> dict[str, object]:
    """A message as it leaves the server; the text of a deleted one is gone."""
    message = row.message
    return {
        "message_id": str(message.id),
        "session_id": str(message.room_id),
        "seq": message.seq,
        "at": message.created_at.isoformat(),
        "author_id": str(message.author_id) if message.author_id else None,
        "author_name": row.author_name,
        "client_id": message.client_id,
        "body": message.body,
        "thread_id": str(message.thread_id) if message.thread_id else None,
        "mentions": message.mentions,
        "replies": row.replies,
        "reactions": [{"emoji": emoji, "count": count, "is_own": own} for emoji, count, own in row.reactions],
        "edited_at": message.edited_at.isoformat() if message.edited_at else None,
        "is_deleted": message.deleted_at is not None,
    }


# Without a model of the answer: FastAPI would check it in one more thread.
@router.post(
    "/message",
    status_code=201,
    response_model=None,
    responses={200: {"description": "Sent before with this client_id"}},
)
@guard(Permission.ROOM_JOIN, in_turn=True)
def send_message(body: NewMessage, actor: CurrentActor, response: Response) -> dict[str, object]:
    """Says something; the same `client_id` again answers 200 with the same message, and nothing is sent twice."""
    with unit_of_work() as session:
        sent = collaboration.send(
            session, actor, body.session_id, body=body.body, client_id=body.client_id, thread_id=body.thread_id
        )
    if not sent.is_new:
        response.status_code = 200
    return {"message_id": str(sent.message_id), "seq": sent.seq}


@router.get("/session/{session_id}/messages")
@guard(Permission.ROOM_JOIN, on="session_id")
def list_messages(session_id: UUID, actor: CurrentActor, part: Annotated[Window, Query()]) -> Page:
    """Messages in their order: the newest, those before `before_seq`, or those after `after_seq`.

    `next_cursor` is the `before_seq` of the page before this one; with `after_seq` the one of the page behind it.
    """
    with unit_of_work() as session:
        rows = collaboration.list_messages(session, actor, session_id, **part.model_dump())
        total = collaboration.seat_of(session, actor, session_id).room.message_count
    edge = rows[-1 if part.after_seq is not None else 0].message.seq if len(rows) == part.limit else None
    items = [view_message(row) for row in rows]
    return Page(items=items, next_cursor=str(edge) if edge is not None else None, total=total)


@router.get("/messages/search")
@guard(Permission.ROOM_JOIN)
def search_messages(
    workspace_id: UUID,
    q: Annotated[str, Query(min_length=1, max_length=200)],
    actor: CurrentActor,
    session_id: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=50)] = 20,
) -> Page:
    """The newest messages that hold all words, in one room or in all that the caller takes part in."""
    with unit_of_work() as session:
        found = collaboration.search_messages(session, actor, workspace_id, q, room_id=session_id, limit=limit)
    items = [view_message(row) | {"title": room.title} for row, room in found]
    return Page(items=items, next_cursor=None, total=len(items))


@router.patch("/messages/{message_id}")
@guard(Permission.ROOM_JOIN, on="message_id")
def edit_message(message_id: UUID, body: NewBody, actor: CurrentActor) -> dict[str, object]:
    """Changes one's own message; what it said stays in its history."""
    with unit_of_work() as session:
        message = collaboration.edit(session, actor, message_id, body.body)
    return {"message_id": str(message.id), "body": message.body}


@router.delete("/messages/{message_id}", status_code=204)
@guard(Permission.ROOM_JOIN, on="message_id")
def delete_message(message_id: UUID, actor: CurrentActor) -> Response:
    """Takes a message's text away."""
    with unit_of_work() as session:
        collaboration.delete(session, actor, message_id)
    return Response(status_code=204)


@router.get("/messages/{message_id}/history")
@guard(Permission.ROOM_JOIN, on="message_id")
def list_versions(message_id: UUID, actor: CurrentActor) -> Page:
    """What a message said before, oldest first."""
    with unit_of_work() as session:
        versions = collaboration.list_versions(session, actor, message_id)
    items = [{"body": each.body, "until": each.created_at.isoformat()} for each in versions]
    return Page(items=items, next_cursor=None, total=len(items))


@router.post("/messages/{message_id}/reactions", status_code=204)
@guard(Permission.ROOM_JOIN, on="message_id")
def react(message_id: UUID, body: Sign, actor: CurrentActor) -> Response:
    """Sets an emoji on a message, or takes it back."""
    with unit_of_work() as session:
        collaboration.react(session, actor, message_id, body.emoji, is_set=body.is_set)
    return Response(status_code=204)
