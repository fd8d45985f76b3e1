"""Where somebody is logged in, and ending it."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query

from pursight_app.api.dependencies import CurrentActor, Page
from pursight_app.api.guard import GuardedRoute, guard
from pursight_app.core.db import unit_of_work
from pursight_app.models import LoginSession
from pursight_app.services import auth

router = APIRouter(tags=["sessions"], route_class=GuardedRoute)


@router.get("/api/sessions")
@guard(people_only=True)
def list_sessions(actor: CurrentActor, user_id: Annotated[UUID | None, Query()] = None) -> Page:
    """One's own live sessions, last seen first; with `user_id` somebody else's, for those who manage users."""
    with unit_of_work() as session:
        rows = auth.list_sessions(session, actor, user_id)
    return Page(items=[_view(row, actor.session_id) for row in rows], next_cursor=None, total=len(rows))


@router.delete("/api/sessions/{session_id}", status_code=204)
@guard(people_only=True)
def end_session(session_id: UUID, actor: CurrentActor) -> None:
    """Ends one session everywhere, at once: one's own, or anybody's for those who manage users."""
    with unit_of_work() as session:
        auth.end_one_session(session, actor, session_id)


@router.post("/api/sessions/end-others")
@guard(people_only=True)
def end_other_sessions(actor: CurrentActor) -> dict[str, int]:
    """Ends all of one's own sessions but this one; how many."""
    with unit_of_work() as session:
        return {"ended": auth.end_other_sessions(session, actor)}


def _view(row: LoginSession, current: str) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "is_current": row.key == current,
        "started_at": row.created_at,
        "last_seen_at": row.last_seen_at,
        "expires_at": row.expires_at,
        "address": row.address,
        "user_agent": row.user_agent,
        "factors": row.factors,
    }
