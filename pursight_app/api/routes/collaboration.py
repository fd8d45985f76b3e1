"""Rooms, as the contract names them: collaboration sessions (F3.1-23, F3.39-45)."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field, model_validator

from pursight_app.api.dependencies import CurrentActor, CurrentPaging, Page, page
from pursight_app.api.guard import GuardedRoute, guard
from pursight_app.core import rooms as live
from pursight_app.core.db import unit_of_work
from pursight_app.services import collaboration
from pursight_app.services.access import Permission
from pursight_app.services.collaboration import RoomDetail, RoomRow

router = APIRouter(tags=["collaboration"], route_class=GuardedRoute, prefix="/racine/collaboration")
_JOIN = guard(Permission.ROOM_JOIN)


class NewRoom(BaseModel):
    """A room, at most about one thing."""

    workspace_id: UUID
    title: str = Field(max_length=1_000)
    asset_id: UUID | None = None
    scan_id: UUID | None = None
    finding_id: UUID | None = None
    plan_id: UUID | None = None

    @model_validator(mode="after")
    def _at_most_one(self) -> "NewRoom":
        if sum(each is not None for each in (self.asset_id, self.scan_id, self.finding_id, self.plan_id)) > 1:
            raise ValueError("A room is about one thing at most.")
        return self

    def subject(self) -> tuple[str, UUID | None]:
        """The kind and id of what the room is about."""
        given = {"asset": self.asset_id, "scan": self.scan_id, "finding": self.finding_id, "plan": self.plan_id}
        return next(((kind, each) for kind, each in given.items() if each is not None), ("", None))


class RoomRef(BaseModel):
    """Names a room."""

    session_id: UUID


class NewSeat(RoomRef):
    """Whom to ask: a member of the workspace, by id or by address."""

    user_id: UUID | None = None
    email: str = Field(default="", max_length=320)

    @model_validator(mode="after")
    def _one(self) -> "NewSeat":
        if (self.user_id is None) == (not self.email):
            raise ValueError("Give either user_id or email.")
        return self


class SomebodyInRoom(RoomRef):
    """Names a person in a room."""

    user_id: UUID


class ReadMark(RoomRef):
    """How far somebody has read."""

    seq: int = Field(ge=0, le=2**53)


def view_room(detail: RoomDetail) -> dict[str, object]:
    """A room as its participants get it."""
    room = detail.room
    return {
        "session_id": str(room.id),
        "workspace_id": str(room.workspace_id),
        "title": room.title,
        "status": room.status,
        "your_status": detail.status,
        "last_seq": room.last_seq,
        "read_seq": detail.read_seq,
        "subject_kind": room.subject_kind,
        "subject_id": str(room.subject_id) if detail.subject else None,
        "subject": detail.subject,
        "created_at": room.created_at.isoformat(),
        "ended_at": room.ended_at.isoformat() if room.ended_at else None,
        "participants": [
            {
                "user_id": str(person.user_id),
                "name": person.name,
                "status": person.status,
                "presence": person.presence,
                "read_seq": person.read_seq,
            }
            for person in detail.people
        ],
    }


def _view_row(row: RoomRow) -> dict[str, object]:
    return {
        "session_id": str(row.room.id),
        "title": row.room.title,
        "status": row.room.status,
        "your_status": row.status,
        "participants": row.people,
        "unread": row.unread,
        "last_seq": row.room.last_seq,
        "last_at": row.last_at.isoformat(),
    }


@router.post("/session", status_code=201)
@guard(Permission.ROOM_CREATE)
def create_session(body: NewRoom, actor: CurrentActor) -> dict[str, str]:
    """Opens a room; its maker is in it."""
    kind, subject_id = body.subject()
    with unit_of_work() as session:
        room = collaboration.create_room(
            session, actor, body.workspace_id, title=body.title, subject_kind=kind, subject_id=subject_id
        )
    return {"session_id": str(room.id)}


@router.get("/sessions")
@_JOIN
def list_sessions(workspace_id: UUID, actor: CurrentActor, at: CurrentPaging, subject_id: UUID | None = None) -> Page:
    """The caller's rooms and open invitations, those that go on first, then the latest."""
    with unit_of_work() as session:
        rows, total = collaboration.list_rooms(
            session, actor, workspace_id, subject_id=subject_id, limit=at.limit, offset=at.offset
        )
    return page([_view_row(row) for row in rows], total, at)


@router.get("/session/{session_id}")
@guard(Permission.ROOM_JOIN, on="session_id")
def get_session(session_id: UUID, actor: CurrentActor) -> dict[str, object]:
    """A room with its people, for those who are in it or invited."""
    with unit_of_work() as session:
        return view_room(collaboration.get_room(session, actor, session_id))


@router.post("/invite", status_code=201)
@_JOIN
def invite(body: NewSeat, actor: CurrentActor) -> dict[str, str]:
    """Asks a member of the workspace into a room; they are notified at once."""
    with unit_of_work() as session:
        made = collaboration.invite(session, actor, body.session_id, user_id=body.user_id, email=body.email)
    return {"session_id": str(body.session_id), "user_id": str(made.user_id), "status": made.status}


@router.post("/withdraw", status_code=204)
@_JOIN
def withdraw(body: SomebodyInRoom, actor: CurrentActor) -> Response:
    """Takes an invitation back, or somebody out of a room."""
    with unit_of_work() as session:
        collaboration.withdraw(session, actor, body.session_id, body.user_id)
    return Response(status_code=204)


@router.post("/decline", status_code=204)
@_JOIN
def decline(body: RoomRef, actor: CurrentActor) -> Response:
    """Says no to an invitation."""
    with unit_of_work() as session:
        collaboration.decline(session, actor, body.session_id)
    return Response(status_code=204)


@router.post("/join")
@_JOIN
def join(body: RoomRef, actor: CurrentActor) -> dict[str, object]:
    """Takes a seat; being in already changes nothing."""
    with unit_of_work() as session:
        seat = collaboration.join(session, actor, body.session_id)
    return {"session_id": str(seat.room.id), "status": seat.participant.status, "last_seq": seat.room.last_seq}


@router.post("/leave", status_code=204)
@_JOIN
def leave(body: RoomRef, actor: CurrentActor) -> Response:
    """Gives the seat back; coming back is possible while the room is open."""
    with unit_of_work() as session:
        collaboration.leave_room(session, actor, body.session_id)
    return Response(status_code=204)


@router.post("/end-session")
@_JOIN
def end_session(body: RoomRef, actor: CurrentActor) -> dict[str, str]:
    """Ends a room for everybody; it stays readable."""
    with unit_of_work() as session:
        collaboration.end_room(session, actor, body.session_id)
    return {"session_id": str(body.session_id), "status": "ended"}


@router.post("/read")
@_JOIN
def mark_read(body: ReadMark, actor: CurrentActor) -> dict[str, int]:
    """Remembers how far the caller has read; never backwards."""
    with unit_of_work() as session:
        return {"read_seq": collaboration.mark_read(session, actor, body.session_id, body.seq)}


@router.post("/typing", status_code=204)
@_JOIN
def typing(body: RoomRef, actor: CurrentActor) -> Response:
    """Tells the room that the caller is writing; forgotten after four seconds."""
    with unit_of_work() as session:
        collaboration.require_open(collaboration.seat_of(session, actor, body.session_id).room)
    live.typing(body.session_id, actor.user_id, actor.name)
    live.sign_of_life(body.session_id, [actor.user_id], is_active=True)
    return Response(status_code=204)


@router.get("/session/{session_id}/events")
@guard(Permission.ROOM_JOIN, on="session_id")
def list_events(
    session_id: UUID,
    actor: CurrentActor,
    after_seq: Annotated[int, Query(ge=0, le=2**53)] = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 200,
) -> Page:
    """The kept events after `after_seq` in their order: what a client that was away has missed."""
    with unit_of_work() as session:
        seat = collaboration.seat_of(session, actor, session_id)
        events = collaboration.events_after(session, session_id, after_seq, limit=limit)
    return Page(items=events, next_cursor=None, total=seat.room.last_seq)


@router.get(
    "/session/{session_id}/export",
    response_class=Response,
    responses={200: {"content": {"application/json": {}, "text/markdown": {}}}},
)
@guard(Permission.ROOM_JOIN, on="session_id")
def export(
    session_id: UUID,
    actor: CurrentActor,
    format: Annotated[str, Query(pattern="^(json|markdown)$")] = "json",  # noqa: A002  the name of the parameter
) -> Response:
    """Everything that was said and shared, as JSON or Markdown."""
    make = collaboration.export_json if format == "json" else collaboration.export_markdown
    kind = "application/json" if format == "json" else "text/markdown; charset=utf-8"
    with unit_of_work() as session:
        text = make(session, actor, session_id)
    name = f"room.{'json' if format == 'json' else 'md'}"
    return Response(text, media_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})
