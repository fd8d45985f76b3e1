"""Changes that are watched, where the worker died between the end of a run and its judgement."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlmodel import select

from pursight_app.core.clock import now
from pursight_app.core.db import unit_of_work
from pursight_app.models import Deployment, OptimizationPlan, Pipeline, PipelineRun, PipelineVersion
from pursight_app.services import optimization
from tests.factories import Office, make_office

DEFINITION = {
    "inputs": [{"name": "orders", "path": "/tmp/orders", "format": "parquet"}],
    "steps": [{"name": "sums", "sql": "SELECT count(*) AS n FROM orders"}],
    "outputs": [{"step": "sums", "path": "/tmp/sums", "format": "parquet"}],
}


@pytest.fixture
def office(services: None) -> Office:
    return make_office()


def watched(office: Office, *durations_s: float, wanted_runs: int = 2) -> UUID:
    """A deployment that waits, with runs of its version that ended two minutes ago and that nobody has judged."""
    with unit_of_work() as session:
        pipeline = Pipeline(workspace_id=office.workspace_id, name="Watched", version=2)
        session.add(pipeline)
        session.flush()
        ids = {"workspace_id": office.workspace_id, "pipeline_id": pipeline.id}
        session.add_all(PipelineVersion(**ids, number=number, definition=DEFINITION) for number in (1, 2))
        plan = OptimizationPlan(**ids, version=1, status="applied", requested_by_id=office.engineer.user_id)
        session.add(plan)
        session.flush()
        deployment = Deployment(
            **ids, plan_id=plan.id, status="monitoring", before_version=1, after_version=2, wanted_runs=wanted_runs,
            baseline_durations_s=[10.0, 11.0], approved_by_id=office.engineer.user_id,
        )  # fmt: skip
        session.add(deployment)
        at = now() - timedelta(minutes=2)
        session.add_all(
            PipelineRun(**ids, version=2, status="succeeded", duration_s=each, started_at=at, finished_at=at)
            for each in durations_s
        )
        session.flush()
        return deployment.id


def test_the_sweep_judges_what_a_dead_worker_did_not(office: Office) -> None:
    deployment_id = watched(office, 4.0, 5.0)

    assert optimization.sweep_deployments() == 1
    assert optimization.sweep_deployments() == 0

    with unit_of_work() as session:
        assert session.get_one(Deployment, deployment_id).status == "kept"


def test_a_run_that_was_missed_is_followed_by_the_next_one_and_no_other(office: Office) -> None:
    deployment_id = watched(office, 4.0, wanted_runs=3)

    assert optimization.sweep_deployments() == 1
    assert optimization.sweep_deployments() == 0

    with unit_of_work() as session:
        deployment = session.get_one(Deployment, deployment_id)
        assert deployment.status == "monitoring"
        runs = session.exec(select(PipelineRun.status).where(PipelineRun.pipeline_id == deployment.pipeline_id)).all()
    assert sorted(runs) == ["queued", "succeeded"]
    with unit_of_work() as session:
        for run in session.exec(select(PipelineRun).where(PipelineRun.status == "queued")).all():
            run.status, run.finished_at = "cancelled", now()


def test_what_was_judged_last_is_not_followed_by_an_older_run(office: Office) -> None:
    deployment_id = watched(office, 4.0, 5.0)
    with unit_of_work() as session:
        deployment = session.get_one(Deployment, deployment_id)
        runs = session.exec(select(PipelineRun).where(PipelineRun.pipeline_id == deployment.pipeline_id)).all()
        runs[1].finished_at, deployment.judged_run_id = now(), runs[1].id

    assert optimization.sweep_deployments() == 0


def test_a_run_that_has_just_ended_is_left_to_its_worker(office: Office) -> None:
    deployment_id = watched(office, 4.0, 5.0)
    with unit_of_work() as session:
        pipeline_id = session.get_one(Deployment, deployment_id).pipeline_id
        for run in session.exec(select(PipelineRun).where(PipelineRun.pipeline_id == pipeline_id)).all():
            run.finished_at = now()

    assert optimization.sweep_deployments() == 0
