"""What people ask of pipelines: make and change them, run and cancel, look at them; and finding work that got lost."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from croniter import croniter
from sqlalchemy import func, true
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from pursight_app.core import queue
from pursight_app.core.clock import now
from pursight_app.core.db import after_commit, count_rows, unit_of_work
from pursight_app.core.definitions import Definition, parse_definition
from pursight_app.core.errors import ConflictError, InvalidInputError, NotFoundError
from pursight_app.core.redis import RedisError
from pursight_app.core.settings import get_settings
from pursight_app.models import (
    Pipeline,
    PipelineQuery,
    PipelineRun,
    PipelineRunStatus,
    PipelineStage,
    PipelineVersion,
    RunReason,
    Workspace,
)
from pursight_app.services import access, activity, audit
from pursight_app.services.access import Actor, Permission
from pursight_app.services.leases import MAX_TAKEOVERS
from pursight_app.services.pipelines.checks import check_definition
from pursight_app.services.pipelines.ownership import require_free
from pursight_app.services.pipelines.progress import announce
from pursight_app.services.pipelines.versions import version_of

log = structlog.get_logger()
NAME_MAX = 120
SPARKLINE_RUNS = 20


@dataclass(frozen=True, slots=True)
class PipelineRow:
    """A pipeline in a list; `durations_s` of its last successful runs, oldest first."""

    pipeline: Pipeline
    last: PipelineRun | None
    durations_s: tuple[float, ...]
    run_count: int


def create_pipeline(
    session: Session, actor: Actor, workspace_id: UUID, *, name: str, definition: Mapping[str, Any]
) -> tuple[Pipeline, tuple[str, ...]]:
    """Keeps a pipeline after its definition was checked; with what is worth a word about it.

    Raises:
        InvalidInputError, PermissionDeniedError: see checks.check_definition.
        ConflictError: the workspace has a pipeline of this name, or one that writes to the same place (`output_taken`).
    """
    access.require(actor, Permission.PIPELINE_MANAGE, workspace_id)
    if session.get(Workspace, workspace_id) is None:
        raise NotFoundError("There is no such workspace.")
    name = " ".join(name.split())
    if not 1 <= len(name) <= NAME_MAX or not name.isprintable():
        raise InvalidInputError(f"A pipeline needs a name of 1 to {NAME_MAX} characters.")
    parsed = parse_definition(definition)
    checked = check_definition(session, actor, workspace_id, parsed)
    require_free(session, workspace_id, checked.definition)
    pipeline = Pipeline(workspace_id=workspace_id, name=name, created_by_id=actor.user_id)
    _plan_next(pipeline, parsed)
    try:
        with session.begin_nested():
            session.add(pipeline)
    except IntegrityError:
        raise ConflictError(
            f"There is a pipeline called {name} in this workspace already.", code="name_taken"
        ) from None
    session.add(
        PipelineVersion(
            workspace_id=workspace_id, pipeline_id=pipeline.id, number=1, definition=parsed.to_json(),
            reason="first version", made_by_id=actor.user_id,
        )
    )  # fmt: skip
    _remember(session, actor, pipeline, "pipeline.create")
    return pipeline, checked.warnings


def _remember(session: Session, actor: Actor | None, pipeline: Pipeline, what: str, **said: Any) -> None:
    audit.record(session, actor, what, audit.Subject("pipeline", pipeline.id, pipeline.workspace_id), **said)
    activity.track(
        session, actor, pipeline.workspace_id, what, pipeline=pipeline.name, pipeline_id=str(pipeline.id), **said
    )


def _plan_next(pipeline: Pipeline, definition: Definition) -> None:
    pipeline.schedule = definition.schedule
    pipeline.next_run_at = croniter(definition.schedule, now()).get_next(datetime) if definition.schedule else None


def update_pipeline(
    session: Session, actor: Actor, pipeline_id: UUID, *, definition: Mapping[str, Any], reason: str = ""
) -> PipelineVersion:
    """Makes a new version the one in use; the same definition again changes nothing."""
    access.get(session, actor, Pipeline, pipeline_id, Permission.PIPELINE_MANAGE)
    pipeline = locked(session, pipeline_id)
    parsed = parse_definition(definition)
    checked = check_definition(session, actor, pipeline.workspace_id, parsed)
    current = version_of(session, pipeline_id, pipeline.version)
    before = parse_definition(current.definition)
    require_free(session, pipeline.workspace_id, checked.definition, pipeline_id, before=before)
    if current.definition == parsed.to_json():
        return current
    made = add_version(session, actor, pipeline, parsed, reason or "changed by hand")
    _remember(session, actor, pipeline, "pipeline.update", version=made.number)
    return made


def add_version(
    session: Session, actor: Actor | None, pipeline: Pipeline, definition: Definition, reason: str
) -> PipelineVersion:
    """The next version of a pipeline that the caller has locked."""
    last = session.exec(
        select(func.max(PipelineVersion.number)).where(PipelineVersion.pipeline_id == pipeline.id)
    ).one()
    made = PipelineVersion(
        workspace_id=pipeline.workspace_id,
        pipeline_id=pipeline.id,
        number=(last or 0) + 1,
        definition=definition.to_json(),
        reason=reason[:300],
        made_by_id=actor.user_id if actor else None,
    )
    session.add(made)
    pipeline.version = made.number
    _plan_next(pipeline, definition)
    session.flush()
    return made


def locked(session: Session, pipeline_id: UUID) -> Pipeline:
    """The pipeline, whose version nobody else changes until the transaction ends."""
    wanted = select(Pipeline).where(Pipeline.id == pipeline_id).with_for_update()
    return session.exec(wanted.execution_options(populate_existing=True)).one()


def delete_pipeline(session: Session, actor: Actor, pipeline_id: UUID) -> None:
    """Removes a pipeline with its history; what it wrote stays where it is."""
    pipeline = access.get(session, actor, Pipeline, pipeline_id, Permission.PIPELINE_MANAGE)
    if _open_runs(session, pipeline_id):
        raise ConflictError("A run of this pipeline is not over. Cancel it first.", code="pipeline_active")
    _remember(session, actor, pipeline, "pipeline.delete")
    session.delete(pipeline)


def _open_runs(session: Session, pipeline_id: UUID) -> int:
    is_open = col(PipelineRun.status).in_(["queued", "submitted", "running"])
    wanted = select(func.count()).select_from(PipelineRun).where(PipelineRun.pipeline_id == pipeline_id, is_open)
    return session.exec(wanted).one()


def list_pipelines(
    session: Session, actor: Actor, workspace_id: UUID, *, limit: int = 50, offset: int = 0
) -> tuple[list[PipelineRow], int]:
    """Pipelines by name, with how they have run lately, and how many there are."""
    access.require(actor, Permission.PIPELINE_READ, workspace_id)
    wanted = select(Pipeline).where(Pipeline.workspace_id == workspace_id)
    total = count_rows(session, wanted)
    found = session.exec(wanted.order_by(func.lower(Pipeline.name), col(Pipeline.id)).limit(limit).offset(offset)).all()
    return _rows(session, list(found)), total


def _rows(session: Session, pipelines: list[Pipeline]) -> list[PipelineRow]:
    ids = [each.id for each in pipelines]
    # For each pipeline its newest by the index, however many runs it has had.
    newest = (
        select(PipelineRun)
        .where(col(PipelineRun.pipeline_id) == Pipeline.id)
        .order_by(col(PipelineRun.created_at).desc())
        .limit(SPARKLINE_RUNS)
        .correlate(Pipeline)
        .lateral()
    )
    run_of = aliased(PipelineRun, newest)
    recent = session.exec(
        select(run_of)
        .select_from(Pipeline)
        .join(newest, true())
        .where(col(Pipeline.id).in_(ids))
        .order_by(newest.c.created_at.desc())
    ).all()
    counted = dict(
        session.exec(
            select(PipelineRun.pipeline_id, func.count())
            .where(col(PipelineRun.pipeline_id).in_(ids))
            .group_by(col(PipelineRun.pipeline_id))
        ).all()
    )
    by_pipeline: dict[UUID, list[PipelineRun]] = {}
    for run in recent:
        by_pipeline.setdefault(run.pipeline_id, []).append(run)
    return [
        PipelineRow(
            each,
            next(iter(by_pipeline.get(each.id, [])), None),
            tuple(
                run.duration_s
                for run in reversed(by_pipeline.get(each.id, []))
                if run.duration_s and run.status == PipelineRunStatus.SUCCEEDED
            ),
            counted.get(each.id, 0),
        )
        for each in pipelines
    ]


def get_pipeline(session: Session, actor: Actor, pipeline_id: UUID) -> tuple[PipelineRow, PipelineVersion]:
    """A pipeline with the version in use."""
    pipeline = access.get(session, actor, Pipeline, pipeline_id, Permission.PIPELINE_READ)
    return _rows(session, [pipeline])[0], version_of(session, pipeline_id, pipeline.version)


def request_run(
    session: Session,
    actor: Actor | None,
    pipeline_id: UUID,
    *,
    reason: RunReason = RunReason.MANUAL,
    deployment_id: UUID | None = None,
) -> PipelineRun:
    """Queues a run of the version in use (F4.22-23); None as actor is PurSight itself: a schedule, a deployment.

    Raises:
        ConflictError: two runs of it wait or run already (`pipeline_active`).
    """
    if actor is not None:
        access.get(session, actor, Pipeline, pipeline_id, Permission.PIPELINE_MANAGE)
    pipeline = locked(session, pipeline_id)
    # Two of them would swap the same outputs at the same time.
    if _open_runs(session, pipeline_id):
        raise ConflictError(f"{pipeline.name} runs or waits already. Wait for it or cancel it.", code="pipeline_active")
    run = PipelineRun(
        workspace_id=pipeline.workspace_id,
        pipeline_id=pipeline.id,
        version=pipeline.version,
        reason=reason,
        deployment_id=deployment_id,
        requested_by_id=actor.user_id if actor else pipeline.created_by_id,
        # Until the sweep may send it: between the commit and the sending it would look lost to it.
        sent_at=now(),
    )
    session.add(run)
    session.flush()
    if actor is not None:
        _remember(session, actor, pipeline, "pipeline.run", version=pipeline.version)
    announce(session, run)
    after_commit(session, lambda: _send(run.id, run.fence))
    return run


def _send(run_id: UUID, fence: int) -> None:
    try:
        queue.send(queue.RUN_PIPELINE, str(run_id), job_id=_job_id(run_id, fence))
    except RedisError as error:
        # The row is there; the sweep sends it as soon as Redis is back.
        log.warning("pipeline_run.not_sent", run_id=str(run_id), error=type(error).__name__)


def _job_id(run_id: UUID, fence: int) -> str:
    return f"pipeline-run-{run_id}-{fence}"


def cancel_run(session: Session, actor: Actor, run_id: UUID) -> PipelineRun:
    """Ends a waiting run now and a running one within a moment; nothing of it becomes visible.

    Raises:
        ConflictError: it is over already (`run_over`).
    """
    access.get(session, actor, PipelineRun, run_id, Permission.PIPELINE_MANAGE)
    run = session.exec(select(PipelineRun).where(PipelineRun.id == run_id).with_for_update()).one()
    if PipelineRunStatus(run.status).is_final:
        raise ConflictError(f"This run has {run.status} already.", code="run_over")
    run.cancel_requested_at = now()
    if run.status == PipelineRunStatus.QUEUED:
        run.status, run.finished_at = PipelineRunStatus.CANCELLED, now()
    audit.record(session, actor, "pipeline_run.cancel", audit.Subject("pipeline_run", run.id, run.workspace_id))
    announce(session, run)
    return run


def get_run(session: Session, actor: Actor, run_id: UUID) -> tuple[PipelineRun, Pipeline, list[PipelineStage]]:
    """One run with its pipeline and stages, in the order in which they ran."""
    run = access.get(session, actor, PipelineRun, run_id, Permission.PIPELINE_READ)
    stages = session.exec(
        select(PipelineStage)
        .where(PipelineStage.pipeline_run_id == run_id)
        .order_by(col(PipelineStage.submitted_at_ms), col(PipelineStage.stage_id))
        .limit(500)
    ).all()
    return run, session.get_one(Pipeline, run.pipeline_id), list(stages)


def list_queries(session: Session, actor: Actor, run_id: UUID) -> list[PipelineQuery]:
    """The SQL executions of a run, the longest first."""
    access.get(session, actor, PipelineRun, run_id, Permission.PIPELINE_READ)
    wanted = select(PipelineQuery).where(PipelineQuery.pipeline_run_id == run_id)
    return list(session.exec(wanted.order_by(col(PipelineQuery.duration_ms).desc()).limit(50)).all())


def list_runs(
    session: Session, actor: Actor, pipeline_id: UUID, *, limit: int = 50, offset: int = 0
) -> tuple[list[PipelineRun], int]:
    """Runs of a pipeline, the newest first, and how many there are."""
    access.get(session, actor, Pipeline, pipeline_id, Permission.PIPELINE_READ)
    wanted = select(PipelineRun).where(PipelineRun.pipeline_id == pipeline_id)
    newest = wanted.order_by(col(PipelineRun.created_at).desc(), col(PipelineRun.id)).limit(limit).offset(offset)
    return list(session.exec(newest).all()), count_rows(session, wanted)


def sweep_runs() -> int:
    """Sends what got lost, like `scanning.sweep_scans`, and starts what is due by schedule. Returns how many were sent."""
    patience_s = get_settings().lease_s
    with unit_of_work() as session:
        silent = session.exec(
            select(PipelineRun)
            .where(col(PipelineRun.status).in_(["submitted", "running"]), col(PipelineRun.lease_until) < now())
            .with_for_update(skip_locked=True)
        ).all()
        for run in silent:
            _requeue(session, run)
        is_due = col(PipelineRun.sent_at).is_(None) | (col(PipelineRun.sent_at) < now() - timedelta(seconds=patience_s))
        waiting = session.exec(
            select(PipelineRun)
            .where(PipelineRun.status == PipelineRunStatus.QUEUED, is_due)
            .with_for_update(skip_locked=True)
        ).all()
        lost = [run for run in waiting if not queue.is_pending(_job_id(run.id, run.fence), claim_s=patience_s)]
        for run in lost:
            run.sent_at = now()
            after_commit(session, lambda run=run: _send(run.id, run.fence))
    _start_scheduled()
    return len(lost)


def _requeue(session: Session, run: PipelineRun) -> None:
    log.warning("pipeline_run.worker_lost", run_id=str(run.id), fence=run.fence)
    if run.fence >= MAX_TAKEOVERS:
        run.status, run.finished_at = PipelineRunStatus.FAILED, now()
        run.error = f"The worker died {run.fence} times while this run went on. See the worker's log."
    else:
        # The program goes on without its worker; the next one finds it by its folder.
        run.status, run.lease_until, run.sent_at = PipelineRunStatus.QUEUED, None, None
    announce(session, run)


def _start_scheduled() -> None:
    with unit_of_work() as session:
        due = session.exec(
            select(Pipeline).where(col(Pipeline.next_run_at) <= now()).with_for_update(skip_locked=True)
        ).all()
        for pipeline in due:
            pipeline.next_run_at = croniter(pipeline.schedule, now()).get_next(datetime)
            try:
                request_run(session, None, pipeline.id, reason=RunReason.SCHEDULED)
            except ConflictError:
                log.info("pipeline_run.schedule_skipped", pipeline_id=str(pipeline.id))
