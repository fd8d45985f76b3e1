"""Runs as OpenLineage events: kept with the run, and sent to PURSIGHT_OPENLINEAGE_URL where that is set.

Kept in the transaction that changes the run and sent after it, so that none is lost; one may come twice, which its reader
knows by the run's id. What the other side refuses as wrong is not sent again.
"""

from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx2
import structlog
from openlineage.client import event_v2 as events
from openlineage.client import facet_v2 as facets
from openlineage.client.serde import Serde
from sqlalchemy import func
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from pursight_app.core.clock import now
from pursight_app.core.db import after_commit, unit_of_work
from pursight_app.core.definitions import parse_definition
from pursight_app.core.errors import ServiceUnavailableError
from pursight_app.core.settings import get_settings
from pursight_app.models import (
    Asset,
    AssetColumn,
    ColumnLineageEdge,
    LineageEdge,
    Pipeline,
    PipelineRun,
    PipelineRunStatus,
    Workspace,
)
from pursight_app.services.pipelines.versions import version_of

log = structlog.get_logger()
TIMEOUT_S, MOST_AT_ONCE, GIVE_UP_AFTER = 5.0, 20, timedelta(days=1)
PRODUCER = "urn:pursight"
_ENDS = {
    PipelineRunStatus.SUCCEEDED: events.RunState.COMPLETE,
    PipelineRunStatus.FAILED: events.RunState.FAIL,
    PipelineRunStatus.CANCELLED: events.RunState.ABORT,
}


def keep_event(session: Session, run: PipelineRun) -> None:
    """Adds START while the run goes on, and how it ended once it has; a run that never began gets both."""
    status = PipelineRunStatus(run.status)
    wanted = [events.RunState.START, _ENDS[status]] if status.is_final else [events.RunState.START]
    known = {each["eventType"] for each in run.open_lineage}
    run.open_lineage = [
        *run.open_lineage,
        *(_event(session, run, kind) for kind in wanted if kind.value not in known),
    ]


def _event(session: Session, run: PipelineRun, kind: events.RunState) -> dict[str, Any]:
    is_start = kind is events.RunState.START
    at = (run.started_at if is_start else run.finished_at) or now()
    inputs, outputs = ([], []) if is_start else _datasets(session, run)
    event = events.RunEvent(
        eventTime=at.isoformat(), producer=PRODUCER, eventType=kind, run=_run(run), job=_job(session, run), inputs=inputs,
        outputs=outputs,
    )  # fmt: skip
    return Serde.to_dict(event)


def _run(run: PipelineRun) -> events.Run:
    found: dict[str, facets.RunFacet] = {}
    if version := run.figures.get("spark_version"):
        found["processing_engine"] = facets.processing_engine_run.ProcessingEngineRunFacet(
            version=version, name="spark"
        )
    if run.error:
        found["errorMessage"] = facets.error_message_run.ErrorMessageRunFacet(
            message=run.error, programmingLanguage="SQL"
        )
    return events.Run(runId=str(run.id), facets=found)


def _job(session: Session, run: PipelineRun) -> events.Job:
    workspace, pipeline = session.get_one(Workspace, run.workspace_id), session.get_one(Pipeline, run.pipeline_id)
    definition = parse_definition(version_of(session, run.pipeline_id, run.version).definition)
    statements = ";\n".join(step.sql for step in definition.steps if step.sql)
    found: dict[str, facets.JobFacet] = {
        "jobType": facets.job_type_job.JobTypeJobFacet("BATCH", "SPARK", jobType="PIPELINE")
    }
    if statements:
        found["sql"] = facets.sql_job.SQLJobFacet(statements, dialect="spark")
    return events.Job(f"pursight://{workspace.name}", pipeline.name, found)


def _datasets(session: Session, run: PipelineRun) -> tuple[list[events.InputDataset], list[events.OutputDataset]]:
    """What the lineage of this run says; nothing of a run that wrote nothing."""
    one, other = aliased(Asset), aliased(Asset)
    rows = session.exec(
        select(LineageEdge.id, one, other)
        .join(one, col(one.id) == LineageEdge.upstream_id)
        .join(other, col(other.id) == LineageEdge.downstream_id)
        .where(LineageEdge.pipeline_run_id == run.id)
        .order_by(col(one.name), col(other.name))
    ).all()
    inputs = {asset.id: asset for _, asset, _ in rows}
    outputs: dict[UUID, Asset] = {asset.id: asset for _, _, asset in rows}
    fields = _fields(session, [(edge, source, target.id) for edge, source, target in rows])
    return (
        [events.InputDataset(*_name(asset), facets={"schema": _schema(session, asset)}) for asset in inputs.values()],
        [_output(session, asset, fields[asset.id]) for asset in outputs.values()],
    )


def _output(
    session: Session, asset: Asset, fields: dict[str, list[facets.column_lineage_dataset.InputField]]
) -> events.OutputDataset:
    lineage = facets.column_lineage_dataset
    found: dict[str, facets.DatasetFacet] = {"schema": _schema(session, asset)}
    if fields:
        columns = {name: lineage.Fields(inputFields=given) for name, given in fields.items()}
        found["columnLineage"] = lineage.ColumnLineageDatasetFacet(fields=columns)
    counted = facets.output_statistics_output_dataset.OutputStatisticsOutputDatasetFacet(rowCount=asset.row_count)
    return events.OutputDataset(*_name(asset), facets=found, outputFacets={"outputStatistics": counted})


def _name(asset: Asset) -> tuple[str, str]:
    is_whole_path = asset.qualified_name.startswith("/") or "://" in asset.qualified_name
    return asset.namespace, asset.name if is_whole_path else asset.qualified_name


def _schema(session: Session, asset: Asset) -> facets.schema_dataset.SchemaDatasetFacet:
    columns = session.exec(
        select(AssetColumn.name, AssetColumn.data_type)
        .where(AssetColumn.asset_id == asset.id, col(AssetColumn.missing_since).is_(None))
        .order_by(col(AssetColumn.position))
    ).all()
    schema = facets.schema_dataset
    return schema.SchemaDatasetFacet(fields=[schema.SchemaDatasetFacetFields(name, kind) for name, kind in columns])


def _fields(
    session: Session, edges: Sequence[tuple[UUID, Asset, UUID]]
) -> dict[UUID, dict[str, list[facets.column_lineage_dataset.InputField]]]:
    """By output and its column the columns that its values come from."""
    lineage = facets.column_lineage_dataset
    known = {edge: (source, target) for edge, source, target in edges}
    one, other = aliased(AssetColumn), aliased(AssetColumn)
    rows = session.exec(
        select(ColumnLineageEdge.lineage_edge_id, one.name, other.name, ColumnLineageEdge.transformation)
        .join(one, col(one.id) == ColumnLineageEdge.upstream_column_id)
        .join(other, col(other.id) == ColumnLineageEdge.downstream_column_id)
        .where(col(ColumnLineageEdge.lineage_edge_id).in_(known))
        .order_by(col(other.position), col(one.position))
    ).all()
    found: dict[UUID, dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
    for edge, column, output, how in rows:
        source, target = known[edge]
        ways = [lineage.Transformation("DIRECT", str(how).upper())]
        found[target][output].append(lineage.InputField(*_name(source), column, ways))
    return found


def send_after_commit(session: Session, run_id: UUID) -> None:
    """Sends once the events are kept; should PurSight's own database be away by then, the sweep does it."""

    def send() -> None:
        with suppress(ServiceUnavailableError):
            send_events(run_id)

    after_commit(session, send)


def send_events(run_id: UUID) -> bool:
    """Sends what was not sent of a run yet; False: nobody answers, so that it is tried again later."""
    url = get_settings().openlineage_url
    if not url:
        return True
    with unit_of_work() as session:
        run = session.get(PipelineRun, run_id)
        waiting = run.open_lineage[run.open_lineage_sent :] if run else []
        sent = run.open_lineage_sent if run else 0
    is_answered = True
    for event in waiting:
        if not (is_answered := _post(url, event)):
            break
        sent += 1
    with unit_of_work() as session:
        run = session.get(PipelineRun, run_id, with_for_update=True)
        if run is not None:
            run.open_lineage_sent = max(run.open_lineage_sent, sent)
    return is_answered


def _post(url: str, event: dict[str, Any]) -> bool:
    key = get_settings().openlineage_api_key
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    try:
        answer = httpx2.post(url, json=event, headers=headers, timeout=TIMEOUT_S)
    except httpx2.HTTPError as error:
        log.warning("open_lineage.not_sent", run_id=event["run"]["runId"], error=type(error).__name__)
        return False
    if answer.status_code >= 500 or answer.status_code == 429:
        log.warning("open_lineage.not_sent", run_id=event["run"]["runId"], status=answer.status_code)
        return False
    if answer.status_code >= 400:
        log.error("open_lineage.refused", run_id=event["run"]["runId"], status=answer.status_code)
    return True


def sweep_events() -> int:
    """Sends what nobody took when it was due; ends at the first that nobody takes now. Returns how many runs were tried."""
    if not get_settings().openlineage_url:
        return 0
    unsent = func.jsonb_array_length(col(PipelineRun.open_lineage)) > PipelineRun.open_lineage_sent
    with unit_of_work() as session:
        # What has just ended is sent by its own worker.
        times = col(PipelineRun.finished_at).between(now() - GIVE_UP_AFTER, now() - timedelta(seconds=30))
        wanted = select(PipelineRun.id).where(unsent, times).order_by(col(PipelineRun.finished_at)).limit(MOST_AT_ONCE)
        waiting = session.exec(wanted).all()
    for number, run_id in enumerate(waiting, start=1):
        if not send_events(run_id):
            return number
    return len(waiting)
