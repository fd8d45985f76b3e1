"""Optimisation of pipelines: plans, trials, approval, deployment, learning from outcomes. Flow 4."""

from uuid import UUID

from pursight_app.services.optimization.requests import (
    WATCHED_RUNS,
    PlanRow,
    apply_plan,
    diff_of_plan,
    get_plan,
    list_deployments,
    list_plans,
    request_plan,
    sweep_plans,
)


def make_plan(plan_id: UUID) -> None:
    """Works on a plan until it is ready, see `analysis.make_plan`; only workers need what it loads."""
    from pursight_app.services.optimization import analysis

    analysis.make_plan(plan_id)


def judge_run(run_id: UUID) -> None:
    """What a run means for changes that are watched, see `deployments.judge_run`."""
    from pursight_app.services.optimization import deployments

    deployments.judge_run(run_id)


def objection_to(run_id: UUID) -> str:
    """Why what a run made may not be seen, see `deployments.objection_to`."""
    from pursight_app.services.optimization import deployments

    return deployments.objection_to(run_id)


def sweep_deployments() -> int:
    """Judges runs whose worker died before it could, see `deployments.sweep_deployments`."""
    from pursight_app.services.optimization import deployments

    return deployments.sweep_deployments()


__all__ = [
    "WATCHED_RUNS",
    "PlanRow",
    "apply_plan",
    "diff_of_plan",
    "get_plan",
    "judge_run",
    "list_deployments",
    "list_plans",
    "make_plan",
    "objection_to",
    "request_plan",
    "sweep_deployments",
    "sweep_plans",
]
