"""What could be better about a pipeline, its approval, and what came of it (F4.2, F4.16-32)."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from pursight_app.api.dependencies import CurrentActor, CurrentPaging, Page, page
from pursight_app.api.guard import GuardedRoute, guard
from pursight_app.core.db import unit_of_work
from pursight_app.models import Deployment, PipelineRun, Recommendation
from pursight_app.services import optimization
from pursight_app.services.access import Permission
from pursight_app.services.optimization import PlanRow
from pursight_app.services.optimization import deployments as watching
from pursight_app.services.optimization import learning as cost_learning

router = APIRouter(tags=["pipelines"], route_class=GuardedRoute, prefix="/racine/pipeline")


_RESULTS = {True: "same", False: "different", None: "not_compared"}


class Budget(BaseModel):
    """How much may be tried on Spark; trials 0: nothing, the recommendations are priced by the model alone."""

    trials: int = Field(default=8, ge=0, le=40)
    seconds: int = Field(default=3_600, ge=1, le=6 * 3_600)


class Wanted(BaseModel):
    """Which pipeline to analyse."""

    pipeline_id: UUID
    budget: Budget = Budget()


class Approval(BaseModel):
    """Which plan to apply; without `recommendation_ids` what the trials chose."""

    plan_id: UUID
    recommendation_ids: list[UUID] | None = Field(default=None, max_length=100)
    watch_runs: int = Field(
        default=optimization.WATCHED_RUNS, ge=2, le=20, description="After how many runs it is judged."
    )


def _recommendation(row: Recommendation) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "title": row.title,
        "kind": row.kind,
        "change": row.change,
        "mechanism": row.mechanism,
        "condition": row.condition,
        "expected_gain_ratio": row.expected_gain_ratio,
        "expected_interval": [row.expected_low, row.expected_high],
        "measured_gain_ratio": row.measured_gain_ratio,
        "confidence": row.confidence,
        "evidence": row.evidence,
        "risk": row.risk,
        "result_matches": row.result_matches,
        "is_chosen": row.is_chosen,
    }


def _plan(row: PlanRow) -> dict[str, Any]:
    plan = row.plan
    return {
        "plan_id": str(plan.id),
        "pipeline_id": str(plan.pipeline_id),
        "version": plan.version,
        "status": plan.status,
        "bottlenecks": plan.bottlenecks,
        "recommendations": [_recommendation(each) for each in row.recommendations],
        "trials": plan.trials,
        "baseline_s": plan.baseline_s,
        "optimized_s": plan.optimized_s,
        "model_version": plan.model_version,
        "budget": {name: plan.budget.get(name) for name in ("trials", "seconds")},
        "deployment_id": str(row.deployment.id) if row.deployment else None,
        "error": plan.error,
        "created_at": plan.created_at,
        "finished_at": plan.finished_at,
    }


def _deployment(row: Deployment, runs: list[PipelineRun]) -> dict[str, Any]:
    report = watching.report_now(row, runs)
    return {
        "deployment_id": str(row.id),
        "pipeline_id": str(row.pipeline_id),
        "plan_id": str(row.plan_id),
        "status": row.status,
        "before_version": row.before_version,
        "after_version": row.after_version,
        "baseline_s": report.get("baseline_s"),
        "optimized_s": report.get("optimized_s"),
        "speedup": report.get("speedup"),
        "speedup_interval": [report.get("speedup_low"), report.get("speedup_high")],
        "result_matches": bool(row.result_matches),
        "results": _RESULTS[row.result_matches],
        "why": row.report.get("why"),
        "report": row.report,
        "runs": [
            {"run_id": str(run.id), "status": run.status, "duration_s": run.duration_s, "created_at": run.created_at}
            for run in runs
        ],
    }


@router.post("/optimize", status_code=202)
@guard(Permission.PIPELINE_MANAGE)
def optimize(body: Wanted, actor: CurrentActor) -> dict[str, str]:
    """Queues an analysis with trials."""
    with unit_of_work() as session:
        plan = optimization.request_plan(session, actor, body.pipeline_id, budget=body.budget.model_dump())
    return {"plan_id": str(plan.id), "status": plan.status}


@router.get("/plans/{plan_id}")
@guard(Permission.PIPELINE_READ, on="plan_id")
def get_plan(plan_id: UUID, actor: CurrentActor) -> dict[str, Any]:
    """A plan with its bottlenecks, recommendations and trials, and the definition before and after as a diff."""
    with unit_of_work() as session:
        row = optimization.get_plan(session, actor, plan_id)
        diff = optimization.diff_of_plan(session, row)
    return {**_plan(row), "diff": diff}


@router.get("/{pipeline_id}/plans")
@guard(Permission.PIPELINE_READ, on="pipeline_id")
def list_plans(pipeline_id: UUID, actor: CurrentActor, at: CurrentPaging) -> Page:
    """A pipeline's plans, the newest first."""
    with unit_of_work() as session:
        rows, total = optimization.list_plans(session, actor, pipeline_id, limit=at.limit, offset=at.offset)
    return page([_plan(row) for row in rows], total, at)


@router.post("/apply-optimization", status_code=202)
@guard(Permission.PIPELINE_APPROVE)
def apply_optimization(body: Approval, actor: CurrentActor) -> dict[str, str]:
    """Approves a plan: a new version is put into use and watched. The same plan again is the same deployment."""
    with unit_of_work() as session:
        made = optimization.apply_plan(
            session, actor, body.plan_id, body.recommendation_ids, watch_runs=body.watch_runs
        )
    return {"deployment_id": str(made.id), "status": made.status}


@router.get("/deployments/{deployment_id}")
@guard(Permission.PIPELINE_READ, on="deployment_id")
def get_deployment(deployment_id: UUID, actor: CurrentActor) -> dict[str, Any]:
    """What came of approved changes: runs before and after, speed-up with its interval, whether the results are the same."""
    with unit_of_work() as session:
        row = watching.get_deployment(session, actor, deployment_id)
    return _deployment(row.deployment, row.runs)


@router.get("/{pipeline_id}/deployments")
@guard(Permission.PIPELINE_READ, on="pipeline_id")
def list_deployments(pipeline_id: UUID, actor: CurrentActor, at: CurrentPaging) -> Page:
    """A pipeline's deployments, the newest first."""
    with unit_of_work() as session:
        rows, total = optimization.list_deployments(session, actor, pipeline_id, limit=at.limit, offset=at.offset)
    return page([_deployment(row, []) for row in rows], total, at)


@router.post("/deployments/{deployment_id}/roll-back")
@guard(Permission.PIPELINE_APPROVE, on="deployment_id")
def roll_back(deployment_id: UUID, actor: CurrentActor) -> dict[str, str]:
    """Makes the version before the one in use again."""
    with unit_of_work() as session:
        made = watching.roll_back(session, actor, deployment_id)
    return {"deployment_id": str(made.id), "status": made.status}


@router.get("/model-quality")
@guard(Permission.PIPELINE_READ)
def model_quality(workspace_id: UUID, actor: CurrentActor) -> dict[str, Any]:
    """How right the predictions of gains have been in a workspace."""
    with unit_of_work() as session:
        return cost_learning.model_quality(session, actor, workspace_id)
