"""Jobs on pipelines."""

from uuid import UUID

from pursight_app.services import optimization, pipelines


def run(run_id: str) -> None:
    """Does one run. Safe to run twice: a run is claimed by one worker, and a finished one is left alone."""
    pipelines.run_pipeline(UUID(run_id), optimization.objection_to)
    optimization.judge_run(UUID(run_id))


def optimize(plan_id: str) -> None:
    """Analyses a pipeline and tries changes. Safe to run twice: a plan is claimed by one worker."""
    optimization.make_plan(UUID(plan_id))
