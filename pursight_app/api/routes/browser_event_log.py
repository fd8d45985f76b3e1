"""Uploading an event log with a browser's cookie: a native form, whose file may be too large for a page's socket."""

import asyncio
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import UploadFile

from pursight_app.api.guard import GuardedRoute, public
from pursight_app.api.routes.browser_share import actor_of_cookie
from pursight_app.core.db import unit_of_work
from pursight_app.core.errors import UserError
from pursight_app.models import Pipeline
from pursight_app.services import access, pipelines
from pursight_app.services.access import Actor, Permission

router = APIRouter(tags=["pipelines"], route_class=GuardedRoute, include_in_schema=False)


@router.post("/auth/browser-event-log")
@public
async def upload_event_log(request: Request, pipeline_id: str = "") -> Response:
    """The form's target: to the run that was made, or back to the pipeline with what was wrong."""
    actor = await actor_of_cookie(request)
    try:
        pipeline = UUID(pipeline_id)
    except ValueError:
        return _back(pipeline_id, "There is no such pipeline.")
    try:
        # Before the body is read: nobody fills the disk who may not.
        await asyncio.to_thread(_require_managed, actor, pipeline)
        async with request.form(max_files=1, max_fields=5) as form:
            file = form.get("file")
            if not isinstance(file, UploadFile) or not file.filename:
                return _back(pipeline_id, "Choose a file first.")
            run_id = await asyncio.to_thread(_ingest, actor, pipeline, file)
    except UserError as error:
        return _back(pipeline_id, error.message)
    return RedirectResponse(f"/pipelines/runs/{run_id}", 303)


def _back(pipeline: str, problem: str) -> Response:
    return RedirectResponse(f"/pipelines/{quote(pipeline, safe='')}?tab=runs&problem={quote(problem)}", 303)


def _require_managed(actor: Actor, pipeline_id: UUID) -> None:
    with unit_of_work() as session:
        access.get(session, actor, Pipeline, pipeline_id, Permission.PIPELINE_MANAGE)


def _ingest(actor: Actor, pipeline_id: UUID, file: UploadFile) -> UUID:
    with unit_of_work() as session:
        return pipelines.ingest_upload(session, actor, pipeline_id, file.filename or "log", file.file).id
