"""What people ask of optimisation: a plan, its approval, a way back; and finding work that got lost (F4.2, F4.16-24)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from pursight_app.core import queue
from pursight_app.core.clock import now
from pursight_app.core.db import after_commit, count_rows, unit_of_work
from pursight_app.core.definitions import Definition, parse_definition
from pursight_app.core.errors import ConflictError, InvalidInputError
from pursight_app.core.redis import RedisError
from pursight_app.core.settings import get_settings
from pursight_app.models import (
    Deployment,
    DeploymentStatus,
    OptimizationPlan,
    Pipeline,
    PipelineRun,
    PipelineRunStatus,
    PlanStatus,
    Recommendation,
    RunReason,
    UserAccount,
)
from pursight_app.optimizers.base import Bottleneck, Seen
from pursight_app.services import access, activity, audit, pipelines
from pursight_app.services.access import Actor, Permission
from pursight_app.services.leases import MAX_TAKEOVERS
from pursight_app.services.optimization.changes import TUNING, put_together
from pursight_app.services.optimization.progress import ACTIVE, WORKED_ON, announce_deployment, announce_plan

log = structlog.get_logger()
MOST_TRIALS, MOST_SECONDS = 40, 6 * 3600
BASELINE_RUNS = 20
# As many as the distributions need to be compared.
WATCHED_RUNS = 4


@dataclass(frozen=True, slots=True)
class PlanRow:
    """A plan with its recommendations in order, its pipeline, and the deployment that it became."""

    plan: OptimizationPlan
    pipeline: Pipeline
    recommendations: list[Recommendation]
    deployment: Deployment | None
    requested_by: str


def request_plan(
    session: Session, actor: Actor, pipeline_id: UUID, *, budget: Mapping[str, Any] | None = None
) -> OptimizationPlan:
    """Queues an analysis; `budget` {trials, seconds} bounds what is tried on Spark, trials 0: nothing.

    Raises:
        InvalidInputError: a budget beyond all bounds.
        ConflictError: the pipeline is being analysed (`plan_active`), or changes of it are being watched (`deployment_active`).
    """
    pipeline = access.get(session, actor, Pipeline, pipeline_id, Permission.PIPELINE_MANAGE)
    checked = _budget(budget or {})
    if _active_deployment(session, pipeline_id):
        raise ConflictError(
            "Changes of this pipeline are being watched. Wait until they are kept or rolled back.",
            code="deployment_active",
        )
    # Whoever asks must be able to read what will be read.
    definition = parse_definition(pipelines.version_of(session, pipeline_id, pipeline.version).definition)
    pipelines.check_definition(session, actor, pipeline.workspace_id, definition)
    plan = OptimizationPlan(
        workspace_id=pipeline.workspace_id, pipeline_id=pipeline.id, version=pipeline.version, budget=checked,
        requested_by_id=actor.user_id, sent_at=now(),
    )  # fmt: skip
    try:
        with session.begin_nested():
            session.add(plan)
    except IntegrityError:
        raise ConflictError(f"{pipeline.name} is being analysed already.", code="plan_active") from None
    _remember(session, actor, pipeline, "pipeline.optimize", plan_id=str(plan.id))
    announce_plan(session, plan)
    after_commit(session, lambda: _send(plan.id, plan.fence))
    return plan


def _remember(session: Session, actor: Actor | None, pipeline: Pipeline, what: str, **said: Any) -> None:
    audit.record(session, actor, what, audit.Subject("pipeline", pipeline.id, pipeline.workspace_id), **said)
    activity.track(
        session, actor, pipeline.workspace_id, what, pipeline=pipeline.name, pipeline_id=str(pipeline.id), **said
    )


def _budget(given: Mapping[str, Any]) -> dict[str, Any]:
    trials, seconds = given.get("trials", 8), given.get("seconds", 3_600)
    is_whole = all(isinstance(each, int) and not isinstance(each, bool) for each in (trials, seconds))
    if not is_whole or not 0 <= trials <= MOST_TRIALS or not 1 <= seconds <= MOST_SECONDS:
        raise InvalidInputError(f"budget: trials from 0 to {MOST_TRIALS}, seconds from 1 to {MOST_SECONDS}.")
    return {"trials": trials, "seconds": seconds}


def _active_deployment(session: Session, pipeline_id: UUID) -> Deployment | None:
    is_open = col(Deployment.status).in_([DeploymentStatus.DEPLOYING, DeploymentStatus.MONITORING])
    return session.exec(select(Deployment).where(Deployment.pipeline_id == pipeline_id, is_open)).first()


def _send(plan_id: UUID, fence: int) -> None:
    try:
        queue.send(queue.OPTIMIZE, str(plan_id), job_id=_job_id(plan_id, fence))
    except RedisError as error:
        # The row is there; the sweep sends it as soon as Redis is back.
        log.warning("plan.not_sent", plan_id=str(plan_id), error=type(error).__name__)


def _job_id(plan_id: UUID, fence: int) -> str:
    return f"plan-{plan_id}-{fence}"


def get_plan(session: Session, actor: Actor, plan_id: UUID) -> PlanRow:
    """One plan."""
    plan = access.get(session, actor, OptimizationPlan, plan_id, Permission.PIPELINE_READ)
    return _row(session, plan)


def _row(session: Session, plan: OptimizationPlan) -> PlanRow:
    found = session.exec(
        select(Recommendation).where(Recommendation.plan_id == plan.id).order_by(col(Recommendation.position))
    ).all()
    asked = session.get(UserAccount, plan.requested_by_id) if plan.requested_by_id else None
    deployment = session.exec(select(Deployment).where(Deployment.plan_id == plan.id)).first()
    return PlanRow(
        plan, session.get_one(Pipeline, plan.pipeline_id), list(found), deployment, asked.name if asked else "PurSight"
    )


def list_plans(
    session: Session, actor: Actor, pipeline_id: UUID, *, limit: int = 20, offset: int = 0
) -> tuple[list[PlanRow], int]:
    """A pipeline's plans, the newest first, and how many there are."""
    access.get(session, actor, Pipeline, pipeline_id, Permission.PIPELINE_READ)
    wanted = select(OptimizationPlan).where(OptimizationPlan.pipeline_id == pipeline_id)
    newest = wanted.order_by(col(OptimizationPlan.created_at).desc()).limit(limit).offset(offset)
    return [_row(session, plan) for plan in session.exec(newest).all()], count_rows(session, wanted)


def planned_definition(session: Session, row: PlanRow, recommendation_ids: Sequence[UUID] | None = None) -> Definition:
    """The definition after the plan's chosen recommendations, or after those named."""
    before = parse_definition(pipelines.version_of(session, row.plan.pipeline_id, row.plan.version).definition)
    wanted = [each for each in row.recommendations if _is_wanted(each, recommendation_ids)]
    knobs = {
        key: value for each in wanted if each.key == TUNING for key, value in each.change.get("spark_conf", {}).items()
    }
    return put_together(before, _seen(row.plan), [each.key for each in wanted if each.key != TUNING], knobs)


def _seen(plan: OptimizationPlan) -> Seen:
    told = plan.budget.get("seen", {})
    return Seen([Bottleneck(**each) for each in plan.bottlenecks], told.get("schemas", {}), told.get("paths", {}))


def _is_wanted(row: Recommendation, ids: Sequence[UUID] | None) -> bool:
    if row.kind == "suggestion":
        return False
    return row.id in ids if ids is not None else row.is_chosen


def diff_of_plan(session: Session, row: PlanRow, recommendation_ids: Sequence[UUID] | None = None) -> str:
    """What the definition would be after the chosen recommendations, or after those named, as a diff."""
    old = pipelines.version_of(session, row.plan.pipeline_id, row.plan.version).definition
    new = planned_definition(session, row, recommendation_ids).to_json()
    return pipelines.diff_definitions(old, new, f"version {row.plan.version}", "with these changes")


def apply_plan(
    session: Session,
    actor: Actor,
    plan_id: UUID,
    recommendation_ids: Sequence[UUID] | None = None,
    *,
    watch_runs: int = WATCHED_RUNS,
) -> Deployment:
    """Approves a plan or some of its recommendations: a new version, deployed and watched for `watch_runs` runs.

    Twice is the same deployment.

    Raises:
        ConflictError: it is not ready; the pipeline changed since (`plan_outdated`); another deployment is watched.
        InvalidInputError: nothing to apply, or a recommendation of another plan.
        PermissionDeniedError: the pipeline reads what the approver may not read (`reads_hidden`).
    """
    access.get(session, actor, OptimizationPlan, plan_id, Permission.PIPELINE_APPROVE)
    plan = session.exec(select(OptimizationPlan).where(OptimizationPlan.id == plan_id).with_for_update()).one()
    known = session.exec(select(Deployment).where(Deployment.plan_id == plan_id)).first()
    if known is not None:
        return known
    if plan.status != PlanStatus.READY:
        raise ConflictError(f"This plan is {plan.status}; only a ready one can be applied.", code="plan_not_ready")
    pipeline = pipelines.locked(session, plan.pipeline_id)
    row = _row(session, plan)
    if pipeline.version != plan.version:
        diff = pipelines.diff_versions(session, actor, pipeline.id, plan.version, pipeline.version)
        raise ConflictError(
            f"The pipeline changed after it was analysed; analyse it again. What changed:\n{diff}"[:4_000],
            code="plan_outdated",
        )
    if recommendation_ids is not None and not set(recommendation_ids) <= {each.id for each in row.recommendations}:
        raise InvalidInputError("One of these recommendations is not of this plan.")
    after = planned_definition(session, row, recommendation_ids)
    pipelines.check_definition(session, actor, pipeline.workspace_id, after)
    if after.to_json() == pipelines.version_of(session, pipeline.id, plan.version).definition:
        raise InvalidInputError("Nothing of this plan is to be applied.", code="nothing_to_apply")
    applied = [each for each in row.recommendations if _is_wanted(each, recommendation_ids)]
    return _deploy(session, actor, row, after=after, applied=applied, watch_runs=watch_runs)


def _deploy(
    session: Session,
    actor: Actor,
    row: PlanRow,
    *,
    after: Definition,
    applied: Sequence[Recommendation],
    watch_runs: int,
) -> Deployment:
    plan, pipeline = row.plan, row.pipeline
    if _active_deployment(session, pipeline.id):
        raise ConflictError(
            "Another change of this pipeline is being watched. Wait for it or roll it back.", code="deployment_active"
        )
    deployment = Deployment(
        workspace_id=plan.workspace_id,
        pipeline_id=pipeline.id,
        plan_id=plan.id,
        status=DeploymentStatus.MONITORING,
        before_version=plan.version,
        after_version=plan.version,
        recommendation_ids=[str(each.id) for each in applied],
        wanted_runs=watch_runs,
        baseline_durations_s=_baseline(session, plan),
        baseline_outputs=list(plan.budget.get("outputs", [])),
        approved_by_id=actor.user_id,
    )
    session.add(deployment)
    made = pipelines.add_version(session, actor, pipeline, after, "; ".join(each.title for each in applied))
    deployment.after_version = made.number
    plan.status = PlanStatus.APPLIED
    session.flush()
    _remember(session, actor, pipeline, "pipeline.apply", plan_id=str(plan.id), version=made.number)
    announce_deployment(session, deployment)
    announce_plan(session, plan)
    if not appends(after):
        pipelines.request_run(session, actor, pipeline.id, reason=RunReason.MONITORING, deployment_id=deployment.id)
    return deployment


def appends(definition: Definition) -> bool:
    """Whether a run adds rows, so that none may be started only to look at it."""
    return any(output.mode == "append" for output in definition.outputs)


def _baseline(session: Session, plan: OptimizationPlan) -> list[float]:
    """How long the version before took: its own runs, and the baseline of the trials."""
    rows = session.exec(
        select(PipelineRun.duration_s)
        .where(
            PipelineRun.pipeline_id == plan.pipeline_id, PipelineRun.version == plan.version,
            PipelineRun.status == PipelineRunStatus.SUCCEEDED, PipelineRun.reason != RunReason.INGESTED,
        )
        .order_by(col(PipelineRun.created_at).desc())
        .limit(BASELINE_RUNS)
    ).all()  # fmt: skip
    own = [each for each in rows if each is not None]
    return own or ([plan.baseline_s] if plan.baseline_s else [])


def list_deployments(
    session: Session, actor: Actor, pipeline_id: UUID, *, limit: int = 20, offset: int = 0
) -> tuple[list[Deployment], int]:
    """A pipeline's deployments, the newest first."""
    access.get(session, actor, Pipeline, pipeline_id, Permission.PIPELINE_READ)
    wanted = select(Deployment).where(Deployment.pipeline_id == pipeline_id)
    newest = wanted.order_by(col(Deployment.created_at).desc()).limit(limit).offset(offset)
    return list(session.exec(newest).all()), count_rows(session, wanted)


def sweep_plans() -> int:
    """Sends what got lost, like `scanning.sweep_scans`. Returns how many."""
    patience_s = get_settings().lease_s
    with unit_of_work() as session:
        silent = session.exec(
            select(OptimizationPlan)
            .where(col(OptimizationPlan.status).in_(WORKED_ON), col(OptimizationPlan.lease_until) < now())
            .with_for_update(skip_locked=True)
        ).all()
        for plan in silent:
            log.warning("plan.worker_lost", plan_id=str(plan.id), fence=plan.fence)
            if plan.fence >= MAX_TAKEOVERS:
                plan.status, plan.error = (
                    PlanStatus.FAILED,
                    "The worker died again and again during the trials. See its log.",
                )
            else:
                plan.status, plan.lease_until, plan.sent_at, plan.trials = PlanStatus.QUEUED, None, None, []
            announce_plan(session, plan)
        is_due = col(OptimizationPlan.sent_at).is_(None) | (
            col(OptimizationPlan.sent_at) < now() - timedelta(seconds=patience_s)
        )
        waiting = session.exec(
            select(OptimizationPlan)
            .where(OptimizationPlan.status == ACTIVE[0], is_due)
            .with_for_update(skip_locked=True)
        ).all()
        lost = [plan for plan in waiting if not queue.is_pending(_job_id(plan.id, plan.fence), claim_s=patience_s)]
        for plan in lost:
            plan.sent_at = now()
            after_commit(session, lambda plan=plan: _send(plan.id, plan.fence))
    return len(lost)
