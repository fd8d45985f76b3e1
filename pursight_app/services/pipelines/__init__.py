"""Pipelines on Spark: their definitions and versions, their runs, what the runs did (workflow engine, F4.1-4, F4.20-26)."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from sqlmodel import Session

from pursight_app.core.definitions import parse_definition
from pursight_app.services.access import Actor
from pursight_app.services.pipelines.checks import check_definition, linked_assets, resolve
from pursight_app.services.pipelines.event_log_folders import FolderReport, ingest_folder
from pursight_app.services.pipelines.history import compare_outputs, ingest_event_log, ingest_upload
from pursight_app.services.pipelines.inputs import are_same
from pursight_app.services.pipelines.requests import (
    PipelineRow,
    add_version,
    cancel_run,
    create_pipeline,
    delete_pipeline,
    get_pipeline,
    get_run,
    list_pipelines,
    list_queries,
    list_runs,
    locked,
    request_run,
    sweep_runs,
    update_pipeline,
)
from pursight_app.services.pipelines.versions import (
    VersionRow,
    diff_definitions,
    diff_versions,
    list_versions,
    version_of,
)


def run_pipeline(run_id: UUID, objection: Callable[[UUID], str] = lambda _: "") -> None:
    """Does one run, see `execution.run_pipeline`; only workers need what it loads."""
    from pursight_app.services.pipelines import execution

    execution.run_pipeline(run_id, objection)


def list_open_lineage(session: Session, actor: Actor, run_id: UUID) -> list[dict[str, Any]]:
    """The OpenLineage events of a run, for those who may read all that it reads: they hold the columns of its inputs.

    Raises:
        PermissionDeniedError: it reads an asset that the actor may not read (`reads_hidden`).
    """
    run, _, _ = get_run(session, actor, run_id)
    definition = parse_definition(version_of(session, run.pipeline_id, run.version).definition)
    resolve(session, actor, run.workspace_id, definition)
    return run.open_lineage


def sweep_open_lineage() -> int:
    """Sends OpenLineage events that nobody took yet, see `open_lineage.sweep_events`."""
    from pursight_app.services.pipelines import open_lineage

    return open_lineage.sweep_events()


__all__ = [
    "FolderReport",
    "PipelineRow",
    "VersionRow",
    "add_version",
    "are_same",
    "cancel_run",
    "check_definition",
    "compare_outputs",
    "create_pipeline",
    "delete_pipeline",
    "diff_definitions",
    "diff_versions",
    "get_pipeline",
    "get_run",
    "ingest_event_log",
    "ingest_folder",
    "ingest_upload",
    "linked_assets",
    "list_open_lineage",
    "list_pipelines",
    "list_queries",
    "list_runs",
    "list_versions",
    "locked",
    "request_run",
    "run_pipeline",
    "sweep_open_lineage",
    "sweep_runs",
    "update_pipeline",
    "version_of",
]
