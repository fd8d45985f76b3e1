"""The audit log over REST (F1.21): reading, exporting, checking."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from pursight_app.api.dependencies import COOKIE, CurrentActor, CurrentPaging, Page, page
from pursight_app.api.guard import GuardedRoute, guard, public
from pursight_app.core.clock import now
from pursight_app.core.db import unit_of_work
from pursight_app.core.errors import NotAuthenticatedError
from pursight_app.services import audit, auth
from pursight_app.services.access import Actor, Permission
from pursight_app.services.audit import Anchor, AuditFilter, ExportFormat

router = APIRouter(tags=["audit"], route_class=GuardedRoute)
_MEDIA_TYPES = {ExportFormat.CSV: "text/csv", ExportFormat.JSONL: "application/x-ndjson"}

Text = Annotated[str, Query(max_length=200)]
Workspace = Annotated[UUID | None, Query(description="Only this workspace; without it the whole installation.")]


class AuditQuery(BaseModel):
    """Which events; `since` and `until` without a time zone are UTC, `until` itself is not included."""

    who: str = Query(default="", max_length=320)
    action: str = Query(default="", max_length=100)
    subject_kind: str = Query(default="", max_length=100)
    subject_id: str = Query(default="", max_length=300)
    result: Literal["", "ok", "denied", "failed"] = ""
    since: datetime | None = None
    until: datetime | None = None
    text: str = Query(default="", max_length=200)

    def as_filter(self) -> AuditFilter:
        """The same for the service."""
        texts = self.model_dump(exclude={"since", "until"})
        return replace(AuditFilter(**texts), since=_utc(self.since), until=_utc(self.until))


def _utc(moment: datetime | None) -> datetime | None:
    return moment.replace(tzinfo=UTC) if moment and moment.tzinfo is None else moment


class ChainAnswer(BaseModel):
    """Whether the log is whole; `anchor` is its end, to be kept elsewhere and given as `expected` later."""

    is_unbroken: bool
    event_count: int
    broken_at: int | None
    problem: str
    anchor: str


@router.get("/api/audit-events")
@guard(Permission.AUDIT_READ)
def list_audit_events(
    actor: CurrentActor, at: CurrentPaging, query: Annotated[AuditQuery, Query()], workspace_id: Workspace = None
) -> Page:
    """Who did what, newest first."""
    with unit_of_work() as session:
        rows, total = audit.list_audit_events(
            session, actor, workspace_id=workspace_id, limit=at.limit, offset=at.offset, wanted=query.as_filter()
        )
    return page([row.model_dump(mode="json") for row in rows], total, at)


@router.get("/api/audit-events/export", response_class=StreamingResponse)
@guard(Permission.AUDIT_EXPORT, people_only=True)
def export_audit_events(
    actor: CurrentActor,
    query: Annotated[AuditQuery, Query()],
    workspace_id: Workspace = None,
    form: Annotated[ExportFormat, Query(alias="format")] = ExportFormat.CSV,
) -> StreamingResponse:
    """All chosen events, oldest first, as CSV or JSON lines; wants a fresh proof of who you are and is recorded."""
    return _streamed(actor, workspace_id, query.as_filter(), form)


@router.get("/api/audit-events/verify")
@guard(Permission.INSTALLATION_MANAGE)
def verify_audit_log(actor: CurrentActor, expected: Text = "") -> ChainAnswer:
    """Walks the chain of all events; for administrators of the installation."""
    anchor = Anchor.parse(expected) if expected else None
    with unit_of_work() as session:
        report = audit.check_chain(session, actor, expected=anchor)
    return ChainAnswer(
        is_unbroken=report.is_unbroken,
        event_count=report.event_count,
        broken_at=report.broken_at,
        problem=report.problem,
        anchor=str(report.anchor),
    )


@router.get("/auth/audit-download/{ticket}", include_in_schema=False)
@public
async def download_export(request: Request, ticket: Annotated[str, Path(max_length=100)]) -> StreamingResponse:
    """What the export button of the page makes the browser fetch; the ticket is good for its own session only."""
    session_id = auth.session_id_of(request.cookies.get(COOKIE, ""))
    actor = await auth.actor_of_session(session_id)
    if actor is None:
        raise NotAuthenticatedError("Your session has ended. Log in again.")
    request.state.actor = actor
    return await asyncio.to_thread(_of_ticket, actor, ticket)


def _of_ticket(actor: Actor, ticket: str) -> StreamingResponse:
    asked = audit.take_export_ticket(ticket, actor.session_id)
    return _streamed(actor, asked.workspace_id, asked.wanted, asked.form)


def _streamed(actor: Actor, workspace_id: UUID | None, wanted: AuditFilter, form: ExportFormat) -> StreamingResponse:
    parts = audit.export_audit_events(actor, workspace_id=workspace_id, wanted=wanted, form=form)
    name = f"audit-log-{now():%Y-%m-%d}.{form}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return StreamingResponse(parts, media_type=_MEDIA_TYPES[form], headers=headers)
