"""What runs did on Spark, from their event logs into PostgreSQL (F4.3-4); logs from elsewhere too."""

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import insert
from sqlmodel import Session, col, delete, select

from pursight_app.core.clock import now
from pursight_app.core.errors import InvalidInputError
from pursight_app.core.executions import Execution, PlanNode, Stage
from pursight_app.models import (
    Pipeline,
    PipelineQuery,
    PipelineRun,
    PipelineRunStatus,
    PipelineStage,
    RunReason,
)
from pursight_app.optimizers.base import Bottleneck, diagnose
from pursight_app.services import access, audit
from pursight_app.services.access import Actor, Permission
from pursight_app.spark.event_log import read_event_log

MAX_LOG_BYTES = 1024 * 1024 * 1024
CUT = "The log ends before the application did: it died, or the log was cut. What it holds is kept."
MOST_STAGES, MOST_QUERIES, MOST_NODES, MOST_BOTTLENECKS = 500, 100, 400, 30


def keep_execution(session: Session, run: PipelineRun, execution: Execution) -> None:
    """Writes stages, queries and bottlenecks of a run; what was there of it before is replaced."""
    for table in (PipelineStage, PipelineQuery):
        session.execute(delete(table).where(col(table.pipeline_run_id) == run.id))
    ids: dict[str, Any] = {"workspace_id": run.workspace_id, "pipeline_run_id": run.id}
    stages = [
        PipelineStage(
            **ids, stage_id=stage.id, attempt=stage.attempt, name=stage.name[:300], submitted_at_ms=stage.submitted_at or 0,
            duration_ms=stage.wall, figures=stage_figures(execution, stage),
        ).model_dump()
        for stage in execution.ran_stages()[:MOST_STAGES]
    ]  # fmt: skip
    queries = [
        PipelineQuery(
            **ids, query_id=query.id, description=query.description[:500], duration_ms=query.wall,
            plan=_tree(query.plan, [MOST_NODES]) if query.plan else {},
        ).model_dump()
        for query in sorted(execution.queries.values(), key=lambda each: -each.wall)[:MOST_QUERIES]
    ]  # fmt: skip
    for table, rows in ((PipelineStage, stages), (PipelineQuery, queries)):
        if rows:
            session.execute(insert(table), rows)
    run.figures = figures_of(execution)
    run.bottlenecks = [as_json(one) for one in diagnose(execution)[:MOST_BOTTLENECKS]]


def as_json(one: Bottleneck) -> dict[str, Any]:
    """A bottleneck as it is kept."""
    return {**asdict(one), "evidence": dict(one.evidence)}


def figures_of(execution: Execution) -> dict[str, Any]:
    """What the application did in all."""
    stages = execution.ran_stages()
    total = {name: sum(stage.tasks.sum(name) for stage in stages) for name in (
        "run", "gc", "input_bytes", "output_bytes", "shuffle_read_bytes", "shuffle_write_bytes", "disk_spilled"
    )}  # fmt: skip
    return {
        "app_name": execution.name,
        "spark_version": execution.spark_version,
        "wall_ms": execution.wall,
        "busy_ms": execution.busy,
        "cores": execution.cores,
        "core_hours": round(total["run"] / 3_600_000, 5),
        "executors": [
            {"id": each.id, "cores": each.cores, "memory_bytes": each.memory_bytes, "removed_reason": each.removed_reason}
            for each in list(execution.executors.values())[:200]
        ],
        "jobs": len(execution.jobs),
        "failed_jobs": len(execution.failed_jobs),
        "stages": len(stages),
        "tasks": sum(len(stage.tasks) for stage in stages),
        "failed_tasks": sum(stage.failed_tasks for stage in stages),
        "started_at_ms": execution.started_at or 0,
        "configuration": {key: value for key, value in execution.properties.items() if _is_telling(key)},
        "warnings": execution.warnings,
        **{f"{name}_ms" if name in {"run", "gc"} else name: value for name, value in total.items()},
    }  # fmt: skip


def _is_telling(key: str) -> bool:
    # Properties can hold passwords and keys of stores; only what explains time is kept.
    is_secret = any(word in key.lower() for word in ("password", "secret", "token", "key", "credential"))
    return (
        key.startswith(
            ("spark.sql.", "spark.executor.", "spark.driver.memory", "spark.default", "spark.memory", "spark.dynamic")
        )
        and not is_secret
    )


def stage_figures(execution: Execution, stage: Stage) -> dict[str, Any]:
    """Sums and distributions of one stage."""
    tasks = stage.tasks
    names = ("min", "p25", "median", "p75", "max")
    return {
        "tasks": len(tasks),
        "failed_tasks": stage.failed_tasks,
        "killed_tasks": stage.killed_tasks,
        "critical_ms": execution.critical.get((stage.id, stage.attempt), 0),
        "query_id": stage.query_id,
        "started_ms": max(0, (stage.submitted_at or 0) - (execution.started_at or 0)),
        "run_ms": tasks.sum("run"),
        "cpu_ms": round(tasks.sum("cpu_ns") / 1e6),
        "gc_ms": tasks.sum("gc"),
        "failure": stage.failure[:500],
        **{name: tasks.sum(name) for name in (
            "input_bytes", "input_records", "output_bytes", "output_records", "shuffle_read_bytes", "shuffle_write_bytes",
            "memory_spilled", "disk_spilled",
        )},
        "peak_memory": tasks.quantiles("peak_memory")[4],
        "task_ms": dict(zip(names, tasks.quantiles("duration"), strict=True)),
        "task_read_bytes": dict(zip(names, tasks.quantiles("shuffle_read_bytes" if tasks.sum("shuffle_read_bytes") else "input_bytes"), strict=True)),
    }  # fmt: skip


def _tree(node: PlanNode, left: list[int]) -> dict[str, Any]:
    """The plan as JSON, at most as many nodes as `left` holds."""
    left[0] -= 1
    children = [_tree(child, left) for child in node.children if left[0] > 0]
    return {"name": node.name, "text": node.text[:300], "metrics": node.metrics, "children": children}


def ingest_event_log(session: Session, actor: Actor, pipeline_id: UUID, path: Path) -> PipelineRun:
    """Adds a run that took place elsewhere to a pipeline's history; an application that it has already stays one run.

    Raises:
        InvalidInputError: not an event log.
    """
    access.get(session, actor, Pipeline, pipeline_id, Permission.PIPELINE_MANAGE)
    execution = read_event_log(path)
    known = known_run(session, pipeline_id, execution)
    if known is not None and not (known.reason == RunReason.INGESTED and known.error == CUT and execution.is_complete):
        return known
    # Of an application whose log was taken while it ran the whole log says more.
    return keep_ingested(session, actor, pipeline_id, execution, known)


def known_run(session: Session, pipeline_id: UUID, execution: Execution) -> PipelineRun | None:
    """The run that the history has of this application already."""
    if not execution.app_id:
        return None
    is_it = (PipelineRun.pipeline_id == pipeline_id, PipelineRun.app_id == execution.app_id[:200])
    return session.exec(select(PipelineRun).where(*is_it).limit(1)).first()


def keep_ingested(
    session: Session, actor: Actor, pipeline_id: UUID, execution: Execution, known: PipelineRun | None = None
) -> PipelineRun:
    """Keeps what an application did as a run of a pipeline, at the time at which it took place; in place of `known`."""
    pipeline = access.get(session, actor, Pipeline, pipeline_id, Permission.PIPELINE_MANAGE)
    began = _moment(execution.started_at)
    ending = _bad_end(execution)
    run = known or PipelineRun(workspace_id=pipeline.workspace_id, pipeline_id=pipeline.id, version=pipeline.version)
    run.status = PipelineRunStatus.FAILED if ending else PipelineRunStatus.SUCCEEDED
    run.reason, run.requested_by_id = RunReason.INGESTED, actor.user_id
    run.app_id, run.error = execution.app_id[:200] or None, ending[:2000] or None
    run.duration_s = round(execution.busy / 1000, 3)
    run.created_at = run.started_at = began
    run.finished_at = began + timedelta(milliseconds=execution.wall)
    session.add(run)
    session.flush()
    keep_execution(session, run, execution)
    subject = audit.Subject("pipeline", pipeline.id, pipeline.workspace_id)
    audit.record(session, actor, "pipeline.ingest", subject, app_id=run.app_id or "", run_id=str(run.id))
    return run


def _bad_end(execution: Execution) -> str:
    """Why an application did not end well, as far as its log says; "" if it did."""
    if execution.failed_jobs:
        return execution.failed_jobs[0].error or "A job failed."
    if not execution.is_complete:
        return CUT
    return ""


def _moment(ms: int | None) -> datetime:
    """A clock that is missing or wrong says nothing, so that the moment of reading stands."""
    is_likely = ms is not None and 0 < ms <= now().timestamp() * 1000
    return datetime.fromtimestamp((ms or 0) / 1000, UTC) if is_likely else now()


def ingest_upload(session: Session, actor: Actor, pipeline_id: UUID, name: str, content: Any) -> PipelineRun:
    """The same for an uploaded file, an open binary stream; read in bounded memory.

    Raises:
        InvalidInputError: larger than `MAX_LOG_BYTES`, or not an event log.
    """
    with tempfile.NamedTemporaryFile(prefix="eventlog-", suffix=Path(name).suffix[:10]) as file:
        size = 0
        while part := content.read(1 << 20):
            size += len(part)
            if size > MAX_LOG_BYTES:
                raise InvalidInputError(f"An event log has at most {MAX_LOG_BYTES // 1024**3} GB.")
            file.write(part)
        file.flush()
        return ingest_event_log(session, actor, pipeline_id, Path(file.name))


def compare_outputs(before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]) -> str:
    """Empty when all outputs hold the same rows, whatever their order and files; else the first difference in words."""
    if len(before) != len(after):
        return "another number of outputs"
    for number, (old, new) in enumerate(zip(before, after, strict=True), start=1):
        if old["schema"] != new["schema"]:
            return f"output {number} has other columns or types"
        if old["rows"] != new["rows"]:
            return f"output {number} has {new['rows']:,} rows instead of {old['rows']:,}"
        if old["hash"] != new["hash"]:
            return f"output {number} has other values"
        for name, figures in old["floats"].items():
            if not all(_close(one, other) for one, other in zip(figures, new["floats"][name], strict=True)):
                return f"output {number} has other values in {name}"
    return ""


# Sums of floats depend on their order; doubles keep 15 to 16 digits, and a million additions cost some of them.
_TOLERANCE = 1e-9


def _close(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return one == other or abs(one - other) <= _TOLERANCE * max(abs(one), abs(other), 1e-12)
