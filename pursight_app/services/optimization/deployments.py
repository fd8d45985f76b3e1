"""Watches changes that were approved: judged by runs against the distribution before, kept or taken back (F4.24-32)."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import numpy as np
import structlog
from sqlmodel import Session, col, select

from pursight_app.core.clock import now
from pursight_app.core.db import unit_of_work
from pursight_app.core.definitions import parse_definition
from pursight_app.core.errors import ConflictError
from pursight_app.models import (
    Deployment,
    DeploymentStatus,
    OptimizationPlan,
    Pipeline,
    PipelineRun,
    PipelineRunStatus,
    PipelineStage,
    Recommendation,
    RunReason,
)
from pursight_app.services import access, activity, audit, pipelines
from pursight_app.services.access import Actor, Permission
from pursight_app.services.optimization.learning import add_example, learn
from pursight_app.services.optimization.progress import announce_deployment
from pursight_app.services.optimization.requests import BASELINE_RUNS, appends

log = structlog.get_logger()
# Slower than this, with few runs to tell by, or slower at all when the distributions say so.
CLEARLY_SLOWER, SLOWER, SIGNIFICANT = 1.15, 1.03, 0.1
FEW_RUNS = 4
# What a run costs, as history.figures_of has it; how many stages a report shows of each side.
_COSTS = (
    "core_hours",
    "input_bytes",
    "output_bytes",
    "shuffle_write_bytes",
    "disk_spilled",
    "stages",
    "tasks",
    "gc_ms",
)
MOST_STAGES = 10
# The worker that did a run judges it at once.
JUDGED_WITHIN = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class DeploymentRow:
    """A deployment with the runs that it is judged by, oldest first."""

    deployment: Deployment
    pipeline: Pipeline
    runs: list[PipelineRun]


def get_deployment(session: Session, actor: Actor, deployment_id: UUID) -> DeploymentRow:
    """One deployment."""
    deployment = access.get(session, actor, Deployment, deployment_id, Permission.PIPELINE_READ)
    return DeploymentRow(deployment, session.get_one(Pipeline, deployment.pipeline_id), _runs(session, deployment))


def _runs(session: Session, deployment: Deployment) -> list[PipelineRun]:
    wanted = select(PipelineRun).where(
        PipelineRun.pipeline_id == deployment.pipeline_id,
        PipelineRun.version == deployment.after_version,
        PipelineRun.reason != RunReason.INGESTED,
        # It has no other runs; with it the index leaves out all those before.
        PipelineRun.created_at >= deployment.created_at,
    )
    return list(session.exec(wanted.order_by(col(PipelineRun.created_at)).limit(100)).all())


def judge_run(run_id: UUID) -> None:
    """After a run: looks whether it belongs to changes that are watched, and goes on, keeps them or takes them back."""
    with unit_of_work() as session:
        run = session.get(PipelineRun, run_id)
        if run is None or not PipelineRunStatus(run.status).is_final:
            return
        is_watched = (Deployment.pipeline_id == run.pipeline_id, Deployment.status == DeploymentStatus.MONITORING)
        deployment = session.exec(select(Deployment).where(*is_watched).with_for_update()).first()
        if deployment is None or deployment.after_version != run.version or deployment.judged_run_id == run_id:
            return
        deployment.judged_run_id = run_id
        _judge(session, deployment, run)


def sweep_deployments() -> int:
    """Judges runs whose worker died between their end and that. Returns how many."""
    missed: list[UUID] = []
    with unit_of_work() as session:
        for deployment in session.exec(
            select(Deployment).where(Deployment.status == DeploymentStatus.MONITORING)
        ).all():
            ended = [(run.finished_at, run.id) for run in _runs(session, deployment) if run.finished_at]
            at, last = max(ended, default=(None, None))
            if at and last and last != deployment.judged_run_id and at < now() - JUDGED_WITHIN:
                missed.append(last)
    for run_id in missed:
        log.warning("deployment.run_not_judged", run_id=str(run_id))
        judge_run(run_id)
    return len(missed)


def objection_to(run_id: UUID) -> str:
    """Of a run of changes that are watched: how what it made differs from what was there before; "" if it does not."""
    with unit_of_work() as session:
        run = session.get_one(PipelineRun, run_id)
        is_watched = (Deployment.pipeline_id == run.pipeline_id, Deployment.status == DeploymentStatus.MONITORING)
        deployment = session.exec(select(Deployment).where(*is_watched)).first()
        if deployment is None or deployment.after_version != run.version:
            return ""
        difference = _difference(session, deployment, run)
        return f"The results are not the same: {difference}." if difference else ""


def _judge(session: Session, deployment: Deployment, run: PipelineRun) -> None:
    runs = _runs(session, deployment)
    done = [each for each in runs if each.status == PipelineRunStatus.SUCCEEDED]
    durations = [each.duration_s for each in done if each.duration_s]
    difference = _difference(session, deployment, run)
    if difference is not None:
        deployment.result_matches = not difference
    if run.status == PipelineRunStatus.FAILED:
        error = run.error or "no reason given"
        why = error if difference else f"A run failed: {error}"
        _roll_back(session, None, deployment, why[:500], durations)
        return
    if is_slower(deployment.baseline_durations_s, durations):
        _roll_back(session, None, deployment, "It is slower than before, beyond noise.", durations)
    elif len(durations) >= deployment.wanted_runs:
        _keep(session, deployment, durations)
    else:
        _go_on(session, deployment)
    announce_deployment(session, deployment)


def _difference(session: Session, deployment: Deployment, run: PipelineRun) -> str | None:
    """In words how the outputs of a run differ from those before the change, "" if they do not; None: it cannot be told.

    It cannot where the run made nothing, or where its inputs are not those that the analysis read.
    """
    plan = session.get_one(OptimizationPlan, deployment.plan_id)
    if not run.outputs or not deployment.baseline_outputs:
        return None
    if not pipelines.are_same(plan.budget.get("fingerprint"), run.input_prints):
        return None
    return pipelines.compare_outputs(deployment.baseline_outputs, run.outputs)


def _go_on(session: Session, deployment: Deployment) -> None:
    definition = parse_definition(
        pipelines.version_of(session, deployment.pipeline_id, deployment.after_version).definition
    )
    if appends(definition):
        return
    try:
        pipelines.request_run(
            session, None, deployment.pipeline_id, reason=RunReason.MONITORING, deployment_id=deployment.id
        )
    except ConflictError:
        # Somebody's own run is on its way; it counts as well.
        log.info("deployment.waits_for_run", deployment_id=str(deployment.id))


def is_slower(before: Sequence[float], after: Sequence[float]) -> bool:
    """Whether runs after a change are slower beyond noise: by far with few runs, by the distributions with more.

    Mann-Whitney's U test, one-sided, needs at least four runs on each side to say anything; fewer are judged by medians with
    a wide margin.
    """
    if not before or len(after) < 2:
        # One run alone may have been unlucky; twice as slow is not luck.
        return bool(before and after) and after[0] > 2 * statistics.median(before)
    ratio = statistics.median(after) / statistics.median(before)
    if len(before) < FEW_RUNS or len(after) < FEW_RUNS:
        return ratio > CLEARLY_SLOWER
    # Here, because the web server needs the 60 MB of it only when a deployment is judged.
    from scipy.stats import mannwhitneyu

    return ratio > SLOWER and float(mannwhitneyu(after, before, alternative="greater").pvalue) < SIGNIFICANT


def report_of(before: Sequence[float], after: Sequence[float]) -> dict[str, Any]:
    """Medians before and after, and the speed-up with its 90 % interval by bootstrap over runs."""
    if not before or not after:
        return {}
    draws = np.random.default_rng(7)
    ratios = [
        float(np.median(draws.choice(before, len(before))) / max(1e-9, np.median(draws.choice(after, len(after)))))
        for _ in range(2_000)
    ]
    # Of one run on each side there is nothing to draw from.
    has_spread = max(len(before), len(after)) > 1
    low, high = np.quantile(ratios, (0.05, 0.95)).tolist() if has_spread else (None, None)
    return {
        "baseline_s": round(statistics.median(before), 3),
        "optimized_s": round(statistics.median(after), 3),
        "speedup": round(statistics.median(before) / max(1e-9, statistics.median(after)), 3),
        "speedup_low": low and round(low, 3),
        "speedup_high": high and round(high, 3),
        "baseline_runs": len(before),
        "optimized_runs": len(after),
    }


def report_now(deployment: Deployment, runs: Sequence[PipelineRun]) -> dict[str, Any]:
    """The report of a deployment, while it is watched what is known so far by its runs."""
    done = [run.duration_s for run in runs if run.status == PipelineRunStatus.SUCCEEDED and run.duration_s]
    return deployment.report or report_of(deployment.baseline_durations_s, done)


def _keep(session: Session, deployment: Deployment, durations: Sequence[float]) -> None:
    before = deployment.baseline_durations_s
    is_as_fast = not before or statistics.median(durations) <= statistics.median(before)
    speed = "As fast or faster" if is_as_fast else "Not slower beyond noise"
    results = (
        "with the same results."
        if deployment.result_matches
        else "with the same results in its trials; the inputs changed since, so those of its runs could not be compared."
    )
    _close(session, None, deployment, DeploymentStatus.KEPT, why=f"{speed}, {results}", durations=durations)


def _roll_back(
    session: Session, actor: Actor | None, deployment: Deployment, why: str, durations: Sequence[float]
) -> None:
    """Makes what was before the version in use again."""
    pipeline = pipelines.locked(session, deployment.pipeline_id)
    if pipeline.version == deployment.after_version:
        before = parse_definition(pipelines.version_of(session, pipeline.id, deployment.before_version).definition)
        pipelines.add_version(
            session, actor, pipeline, before, f"rolled back to version {deployment.before_version}: {why}"
        )
    _close(session, actor, deployment, DeploymentStatus.ROLLED_BACK, why=why, durations=durations)


def _close(
    session: Session,
    actor: Actor | None,
    deployment: Deployment,
    status: DeploymentStatus,
    *,
    why: str,
    durations: Sequence[float],
) -> None:
    deployment.status, deployment.finished_at = status, now()
    deployment.report = {
        "why": why,
        **report_of(deployment.baseline_durations_s, durations),
        **_cost(session, deployment),
    }
    pipeline = session.get_one(Pipeline, deployment.pipeline_id)
    what = "pipeline.keep" if status == DeploymentStatus.KEPT else "pipeline.roll_back"
    audit.record(session, actor, what, audit.Subject("pipeline", pipeline.id, pipeline.workspace_id), why=why)
    activity.track(
        session, actor, pipeline.workspace_id, what, pipeline=pipeline.name, pipeline_id=str(pipeline.id),
        title=why, deployment_id=str(deployment.id),
    )  # fmt: skip
    _remember(session, deployment, durations)
    announce_deployment(session, deployment)


def _cost(session: Session, deployment: Deployment) -> dict[str, Any]:
    """What a run before and after costs, each figure the median of its runs, and the longest stages of the last one."""
    newest = (
        select(PipelineRun)
        .where(
            PipelineRun.pipeline_id == deployment.pipeline_id,
            PipelineRun.version == deployment.before_version,
            PipelineRun.status == PipelineRunStatus.SUCCEEDED,
            PipelineRun.reason != RunReason.INGESTED,
        )
        .order_by(col(PipelineRun.created_at).desc())
        .limit(BASELINE_RUNS)
    )
    before = list(session.exec(newest).all())
    after = [run for run in reversed(_runs(session, deployment)) if run.status == PipelineRunStatus.SUCCEEDED]
    report: dict[str, Any] = {}
    for side, runs in (("before", before), ("after", after)):
        report[f"cost_{side}"] = {
            name: statistics.median(found)
            for name in _COSTS
            if (found := [run.figures[name] for run in runs if run.figures.get(name) is not None])
        }
        report[f"stages_{side}"] = _longest_stages(session, runs[0].id) if runs else []
    return report


def _longest_stages(session: Session, run_id: UUID) -> list[dict[str, Any]]:
    wanted = select(PipelineStage).where(PipelineStage.pipeline_run_id == run_id)
    stages = session.exec(wanted.order_by(col(PipelineStage.duration_ms).desc()).limit(MOST_STAGES)).all()
    names = ("tasks", "input_bytes", "shuffle_read_bytes", "shuffle_write_bytes", "output_bytes", "disk_spilled")
    return [
        {
            "stage_id": each.stage_id, "name": each.name, "duration_ms": each.duration_ms,
            **{name: each.figures.get(name, 0) for name in names},
        }
        for each in stages
    ]  # fmt: skip


def _remember(session: Session, deployment: Deployment, durations: Sequence[float]) -> None:
    """Examples for the model. Of several changes each gets the share of the outcome that it had in trials, or was to have."""
    rows = [session.get(Recommendation, UUID(each)) for each in deployment.recommendation_ids]
    known = [row for row in rows if row is not None]
    if not durations or not deployment.baseline_durations_s or not known:
        return
    total = math.log(max(1e-3, statistics.median(durations) / statistics.median(deployment.baseline_durations_s)))
    weights = [_weight(row) for row in known]
    for row, weight in zip(known, weights, strict=True):
        add_example(
            session, workspace_id=deployment.workspace_id, pipeline_id=deployment.pipeline_id, recommendation_id=row.id,
            key=row.key.partition(":")[0], features=row.features, ratio=math.exp(total * weight / sum(weights)),
            expected=(row.expected_gain_ratio, row.expected_low, row.expected_high),
            origin="deployment" if len(known) == 1 else "share",
        )  # fmt: skip
    learn(session, deployment.workspace_id)


def _weight(row: Recommendation) -> float:
    gain = row.measured_gain_ratio if row.measured_gain_ratio is not None else row.expected_gain_ratio or 0.0
    return max(0.01, -math.log(max(1e-3, 1 - gain)))


def roll_back(session: Session, actor: Actor, deployment_id: UUID) -> Deployment:
    """Takes changes back by hand, also long after they were kept.

    Raises:
        ConflictError: they are rolled back already, or a later version is in use (`deployment_over`).
    """
    access.get(session, actor, Deployment, deployment_id, Permission.PIPELINE_APPROVE)
    deployment = session.exec(select(Deployment).where(Deployment.id == deployment_id).with_for_update()).one()
    pipeline = session.get_one(Pipeline, deployment.pipeline_id)
    if deployment.status == DeploymentStatus.ROLLED_BACK or pipeline.version != deployment.after_version:
        raise ConflictError("There is nothing to take back: another version is in use.", code="deployment_over")
    done = [
        run.duration_s
        for run in _runs(session, deployment)
        if run.status == PipelineRunStatus.SUCCEEDED and run.duration_s
    ]
    _roll_back(session, actor, deployment, "A person took it back.", done)
    return deployment
