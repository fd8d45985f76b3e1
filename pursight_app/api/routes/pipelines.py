"""Pipelines on Spark: definitions, versions, runs and their history (F4.2-4, F4.22-26)."""

import asyncio
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field
from starlette.datastructures import UploadFile

from pursight_app.api.dependencies import CurrentActor, CurrentPaging, Page, page
from pursight_app.api.guard import GuardedRoute, guard
from pursight_app.core import live_metrics
from pursight_app.core.db import unit_of_work
from pursight_app.core.errors import InvalidInputError
from pursight_app.models import PipelineRun, PipelineStage
from pursight_app.services import pipelines
from pursight_app.services.access import Actor, Permission
from pursight_app.services.pipelines import PipelineRow

router = APIRouter(tags=["pipelines"], route_class=GuardedRoute, prefix="/racine/pipeline")


class NewPipeline(BaseModel):
    """A name and what the pipeline does; see docs/rest.md for the definition."""

    workspace_id: UUID
    name: str = Field(max_length=1_000)
    definition: dict[str, Any]


class LogFolder(BaseModel):
    """Where a cluster keeps its event logs: a folder, or the URL of one in a store."""

    folder: str = Field(max_length=2_000)
    app_name: str = Field(default="", max_length=500, description="Only applications of exactly this name.")


class NewVersion(BaseModel):
    """What the pipeline does from now on."""

    definition: dict[str, Any]
    reason: str = Field(default="", max_length=300)


_FILE = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {"file": {"type": "string", "format": "binary"}},
                }
            }
        },
    }
}


def _row(row: PipelineRow) -> dict[str, Any]:
    one, last = row.pipeline, row.last
    return {
        "pipeline_id": str(one.id),
        "workspace_id": str(one.workspace_id),
        "name": one.name,
        "version": one.version,
        "schedule": one.schedule or None,
        "next_run_at": one.next_run_at,
        "runs": row.run_count,
        "last_run": _brief(last) if last else None,
        "recent_durations_s": list(row.durations_s),
    }


def _brief(run: PipelineRun) -> dict[str, Any]:
    return {
        "run_id": str(run.id),
        "pipeline_id": str(run.pipeline_id),
        "version": run.version,
        "status": run.status,
        "reason": run.reason,
        "duration_s": run.duration_s,
        "app_id": run.app_id,
        "error": run.error,
        "created_at": run.created_at,
        "started_at": run.started_at,
        "finished_at": run.finished_at,
    }


def _stage(stage: PipelineStage) -> dict[str, Any]:
    return {
        "stage_id": stage.stage_id, "attempt": stage.attempt, "name": stage.name, "duration_ms": stage.duration_ms, **stage.figures
    }  # fmt: skip


@router.post("", status_code=201)
@guard(Permission.PIPELINE_MANAGE)
def create_pipeline(body: NewPipeline, actor: CurrentActor) -> dict[str, Any]:
    """Keeps a pipeline after its SQL, places and rights were checked."""
    with unit_of_work() as session:
        made, warnings = pipelines.create_pipeline(
            session, actor, body.workspace_id, name=body.name, definition=body.definition
        )
    return {"pipeline_id": str(made.id), "version": made.version, "warnings": list(warnings)}


@router.get("/list")
@guard(Permission.PIPELINE_READ)
def list_pipelines(workspace_id: UUID, actor: CurrentActor, at: CurrentPaging) -> Page:
    """Pipelines of a workspace by name."""
    with unit_of_work() as session:
        rows, total = pipelines.list_pipelines(session, actor, workspace_id, limit=at.limit, offset=at.offset)
    return page([_row(row) for row in rows], total, at)


@router.get("/runs/{run_id}")
@guard(Permission.PIPELINE_READ, on="run_id")
def get_run(run_id: UUID, actor: CurrentActor) -> dict[str, Any]:
    """One run with its stages, bottlenecks and checksums; `live` is what Spark does at this moment."""
    with unit_of_work() as session:
        run, _, stages = pipelines.get_run(session, actor, run_id)
    live = [] if run.finished_at else live_metrics.read_metrics(run.id, limit=1)
    return {
        **_brief(run),
        "stages": [_stage(stage) for stage in stages],
        "figures": run.figures,
        "bottlenecks": run.bottlenecks,
        "outputs": run.outputs,
        "live": live[0] if live else None,
    }


@router.get("/runs/{run_id}/queries")
@guard(Permission.PIPELINE_READ, on="run_id")
def list_queries(run_id: UUID, actor: CurrentActor) -> Page:
    """The SQL executions of a run with their plans and metrics."""
    with unit_of_work() as session:
        rows = pipelines.list_queries(session, actor, run_id)
    items = [
        {"query_id": row.query_id, "description": row.description, "duration_ms": row.duration_ms, "plan": row.plan}
        for row in rows
    ]
    return Page(items=items, next_cursor=None, total=len(items))


@router.get("/runs/{run_id}/open-lineage")
@guard(Permission.PIPELINE_READ, on="run_id")
def list_open_lineage(run_id: UUID, actor: CurrentActor) -> Page:
    """The OpenLineage events of a run, as they are sent to PURSIGHT_OPENLINEAGE_URL."""
    with unit_of_work() as session:
        items = pipelines.list_open_lineage(session, actor, run_id)
    return Page(items=items, next_cursor=None, total=len(items))


@router.get("/runs/{run_id}/metrics")
@guard(Permission.PIPELINE_READ, on="run_id")
def list_metrics(run_id: UUID, actor: CurrentActor) -> Page:
    """What Spark did second by second, as far as it is kept: the last ten minutes, for an hour."""
    with unit_of_work() as session:
        pipelines.get_run(session, actor, run_id)
    items = live_metrics.read_metrics(run_id)
    return Page(items=items, next_cursor=None, total=len(items))


@router.post("/runs/{run_id}/cancel")
@guard(Permission.PIPELINE_MANAGE, on="run_id")
def cancel_run(run_id: UUID, actor: CurrentActor) -> dict[str, Any]:
    """Ends a run; nothing of it becomes visible."""
    with unit_of_work() as session:
        return _brief(pipelines.cancel_run(session, actor, run_id))


@router.get("/{pipeline_id}")
@guard(Permission.PIPELINE_READ, on="pipeline_id")
def get_pipeline(pipeline_id: UUID, actor: CurrentActor) -> dict[str, Any]:
    """A pipeline with the definition in use."""
    with unit_of_work() as session:
        row, version = pipelines.get_pipeline(session, actor, pipeline_id)
    return {**_row(row), "definition": version.definition}


@router.put("/{pipeline_id}")
@guard(Permission.PIPELINE_MANAGE, on="pipeline_id")
def update_pipeline(pipeline_id: UUID, body: NewVersion, actor: CurrentActor) -> dict[str, Any]:
    """Makes a new version the one in use."""
    with unit_of_work() as session:
        made = pipelines.update_pipeline(session, actor, pipeline_id, definition=body.definition, reason=body.reason)
    return {"pipeline_id": str(pipeline_id), "version": made.number}


@router.delete("/{pipeline_id}", status_code=204)
@guard(Permission.PIPELINE_MANAGE, on="pipeline_id")
def delete_pipeline(pipeline_id: UUID, actor: CurrentActor) -> Response:
    """Removes a pipeline with its history; what it wrote stays."""
    with unit_of_work() as session:
        pipelines.delete_pipeline(session, actor, pipeline_id)
    return Response(status_code=204)


@router.get("/{pipeline_id}/versions")
@guard(Permission.PIPELINE_READ, on="pipeline_id")
def list_versions(pipeline_id: UUID, actor: CurrentActor) -> Page:
    """All versions, the newest first."""
    with unit_of_work() as session:
        rows = pipelines.list_versions(session, actor, pipeline_id)
    items = [
        {
            "number": row.version.number, "reason": row.version.reason, "made_by": row.made_by,
            "created_at": row.version.created_at, "definition": row.version.definition,
        }
        for row in rows
    ]  # fmt: skip
    return Page(items=items, next_cursor=None, total=len(items))


@router.get("/{pipeline_id}/diff")
@guard(Permission.PIPELINE_READ, on="pipeline_id")
def diff_versions(
    pipeline_id: UUID,
    actor: CurrentActor,
    before: Annotated[int, Query(ge=1, le=2**31 - 1)] = 1,
    after: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None,
) -> dict[str, str]:
    """What differs between two versions, as a unified diff; without numbers between the first and the one in use."""
    with unit_of_work() as session:
        row, _ = pipelines.get_pipeline(session, actor, pipeline_id)
        return {"diff": pipelines.diff_versions(session, actor, pipeline_id, before, after or row.pipeline.version)}


@router.post("/{pipeline_id}/run", status_code=202)
@guard(Permission.PIPELINE_MANAGE, on="pipeline_id")
def request_run(pipeline_id: UUID, actor: CurrentActor) -> dict[str, str]:
    """Queues a run of the version in use."""
    with unit_of_work() as session:
        run = pipelines.request_run(session, actor, pipeline_id)
    return {"run_id": str(run.id), "status": run.status}


@router.get("/{pipeline_id}/runs")
@guard(Permission.PIPELINE_READ, on="pipeline_id")
def list_runs(pipeline_id: UUID, actor: CurrentActor, at: CurrentPaging) -> Page:
    """Runs of a pipeline, the newest first."""
    with unit_of_work() as session:
        rows, total = pipelines.list_runs(session, actor, pipeline_id, limit=at.limit, offset=at.offset)
    return page([_brief(row) for row in rows], total, at)


@router.post("/{pipeline_id}/event-logs", status_code=201, openapi_extra=_FILE)
@guard(Permission.PIPELINE_MANAGE, on="pipeline_id")
async def ingest(pipeline_id: UUID, request: Request, actor: CurrentActor) -> dict[str, Any]:
    """Adds the event log of a run that took place elsewhere (multipart/form-data, `file`): plain, .gz, .zst or .lz4."""
    async with request.form(max_files=1, max_fields=5) as form:
        file = form.get("file")
        if not isinstance(file, UploadFile):
            raise InvalidInputError("Send the event log as multipart/form-data in the field file.")
        run = await asyncio.to_thread(_ingest, actor, pipeline_id, file)
    return {
        "run_id": str(run.id),
        "status": run.status,
        "bottlenecks": run.bottlenecks,
        "warnings": run.figures["warnings"],
    }


@router.post("/{pipeline_id}/event-logs/folder")
@guard(Permission.PIPELINE_MANAGE, on="pipeline_id")
def ingest_folder(pipeline_id: UUID, body: LogFolder, actor: CurrentActor) -> dict[str, Any]:
    """Adds the logs of a folder that the history does not have yet, at most 50; `left` says how many wait for the next call."""
    report = pipelines.ingest_folder(actor, pipeline_id, body.folder, app_name=body.app_name)
    return {
        "runs": [{"run_id": str(run.id), "app_id": run.app_id, "status": run.status} for run in report.runs],
        "known": report.known,
        "others": report.others,
        "left": report.left,
        "problems": report.problems,
    }


def _ingest(actor: Actor, pipeline_id: UUID, file: UploadFile) -> PipelineRun:
    with unit_of_work() as session:
        return pipelines.ingest_upload(session, actor, pipeline_id, file.filename or "log", file.file)
