"""Approval of plans: once whoever presses at the same time, all or some of it; and what runs say of the results."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import select

from pursight_app.core.clock import now
from pursight_app.core.db import unit_of_work
from pursight_app.core.errors import ConflictError, InvalidInputError, PermissionDeniedError
from pursight_app.models import Deployment, OptimizationPlan, Pipeline, PipelineRun, PipelineVersion, Recommendation
from pursight_app.services import optimization, pipelines
from pursight_app.services.access import Actor
from tests.factories import Office, make_office

PRINTS = [[1, 100, 1_000]]
OUTPUTS = [{"rows": 3, "hash": "7", "schema": [["n", "bigint"]], "floats": {}}]
OTHERS = [{**OUTPUTS[0], "rows": 2}]


@pytest.fixture
def office(services: None) -> Office:
    return make_office()


def definition(name: str) -> dict[str, Any]:
    return {
        "inputs": [{"name": "orders", "path": f"/tmp/{name}/orders", "format": "parquet"}],
        "steps": [{"name": "sums", "sql": "SELECT count(*) AS n FROM orders"}],
        "outputs": [{"step": "sums", "path": f"/tmp/{name}/sums", "format": "parquet"}],
    }


def make_pipeline(office: Office, name: str = "Approved") -> UUID:
    with unit_of_work() as session:
        made, _ = pipelines.create_pipeline(
            session, office.engineer, office.workspace_id, name=name, definition=definition(name)
        )
        return made.id


def make_ready(office: Office, pipeline_id: UUID, *, fingerprint: Any = PRINTS) -> UUID:
    """A plan with two settings to choose from."""
    with unit_of_work() as session:
        ids = {"workspace_id": office.workspace_id}
        plan = OptimizationPlan(
            **ids, pipeline_id=pipeline_id, version=1, status="ready", baseline_s=10.0,
            budget={"outputs": OUTPUTS, "fingerprint": fingerprint},
        )  # fmt: skip
        session.add(plan)
        session.flush()
        for position, (key, conf) in enumerate(
            (("tuning", {"spark.sql.shuffle.partitions": "8"}), ("small_files_in", {}))
        ):
            session.add(
                Recommendation(
                    **ids, plan_id=plan.id, position=position, key=key, title=key, kind="configuration",
                    change={"spark_conf": conf}, is_chosen=True,
                )
            )  # fmt: skip
        return plan.id


def apply(actor: Actor, plan_id: UUID, chosen: list[UUID] | None = None) -> UUID:
    with unit_of_work() as session:
        return optimization.apply_plan(session, actor, plan_id, chosen).id


def recommendations(plan_id: UUID) -> dict[str, UUID]:
    with unit_of_work() as session:
        rows = session.exec(select(Recommendation).where(Recommendation.plan_id == plan_id)).all()
        return {row.key: row.id for row in rows}


def test_two_people_who_approve_at_the_same_moment_apply_it_once(office: Office) -> None:
    pipeline_id = make_pipeline(office)
    plan_id = make_ready(office, pipeline_id)
    barrier = Barrier(8)

    def press(actor: Actor) -> UUID:
        barrier.wait(10)
        return apply(actor, plan_id)

    with ThreadPoolExecutor(8) as people:
        made = set(people.map(press, [office.engineer, office.administrator] * 4))

    assert len(made) == 1
    with unit_of_work() as session:
        assert len(session.exec(select(Deployment).where(Deployment.pipeline_id == pipeline_id)).all()) == 1
        assert session.get_one(Pipeline, pipeline_id).version == 2
        versions = session.exec(select(PipelineVersion).where(PipelineVersion.pipeline_id == pipeline_id)).all()
        assert sorted(version.number for version in versions) == [1, 2]
        assert len(session.exec(select(PipelineRun).where(PipelineRun.pipeline_id == pipeline_id)).all()) == 1


def test_some_of_a_plan_is_applied_and_the_rest_is_not(office: Office) -> None:
    pipeline_id = make_pipeline(office)
    plan_id = make_ready(office, pipeline_id)
    known = recommendations(plan_id)

    with pytest.raises(InvalidInputError, match="Nothing of this plan"):
        apply(office.engineer, plan_id, [])
    with pytest.raises(InvalidInputError, match="not of this plan"):
        apply(office.engineer, plan_id, [make_ready(office, make_pipeline(office, "Another"))])
    deployment_id = apply(office.engineer, plan_id, [known["tuning"]])

    with unit_of_work() as session:
        deployment = session.get_one(Deployment, deployment_id)
        conf = pipelines.version_of(session, pipeline_id, 2).definition["spark_conf"]
    assert deployment.recommendation_ids == [str(known["tuning"])]
    assert conf == {"spark.sql.shuffle.partitions": "8"}


def test_the_diff_is_that_of_what_is_chosen(office: Office) -> None:
    plan_id = make_ready(office, make_pipeline(office))
    known = recommendations(plan_id)
    with unit_of_work() as session:
        row = optimization.get_plan(session, office.engineer, plan_id)
        assert "shuffle.partitions" in optimization.diff_of_plan(session, row)
        of_one = optimization.diff_of_plan(session, row, [known["tuning"]]).splitlines()[2:]
        assert [line for line in of_one if line[0] in "+-"] == ["+spark.sql.shuffle.partitions = 8"]
        assert optimization.diff_of_plan(session, row, []) == ""


def test_what_one_may_not_approve_is_refused(office: Office) -> None:
    plan_id = make_ready(office, make_pipeline(office))
    with pytest.raises(PermissionDeniedError):
        apply(office.viewer, plan_id)


def test_a_second_change_waits_until_the_first_is_decided(office: Office) -> None:
    pipeline_id = make_pipeline(office)
    first, second = make_ready(office, pipeline_id), make_ready(office, pipeline_id)
    apply(office.engineer, first)
    with unit_of_work() as session:
        session.get_one(OptimizationPlan, second).version = 2
        tuning = session.get_one(Recommendation, recommendations(second)["tuning"])
        tuning.change = {"spark_conf": {"spark.sql.shuffle.partitions": "16"}}

    with pytest.raises(ConflictError) as refused:
        apply(office.engineer, second)
    assert refused.value.code == "deployment_active"
    with pytest.raises(ConflictError) as again, unit_of_work() as session:
        optimization.request_plan(session, office.engineer, pipeline_id)
    assert again.value.code == "deployment_active"


def run_of(deployment_id: UUID, status: str = "succeeded", **figures: Any) -> UUID:
    """The run that waits for a deployment, as a worker leaves it."""
    with unit_of_work() as session:
        deployment = session.get_one(Deployment, deployment_id)
        wanted = select(PipelineRun).where(
            PipelineRun.pipeline_id == deployment.pipeline_id, PipelineRun.status == "queued"
        )
        run = session.exec(wanted).one()
        run.status, run.finished_at, run.duration_s = status, now(), 9.0
        for name, value in figures.items():
            setattr(run, name, value)
        return run.id


def judged(deployment_id: UUID, run_id: UUID) -> Deployment:
    optimization.judge_run(run_id)
    with unit_of_work() as session:
        return session.get_one(Deployment, deployment_id)


def test_results_that_differ_are_objected_to_before_anybody_sees_them(office: Office) -> None:
    deployment_id = apply(office.engineer, make_ready(office, make_pipeline(office)))
    run_id = run_of(deployment_id, "running", outputs=OTHERS, input_prints=PRINTS, finished_at=None)

    reason = optimization.objection_to(run_id)

    assert "2 rows instead of 3" in reason
    with unit_of_work() as session:
        run = session.get_one(PipelineRun, run_id)
        run.status, run.error, run.finished_at = "failed", reason, now()
    after = judged(deployment_id, run_id)
    assert (after.status, after.result_matches) == ("rolled_back", False)
    assert "not the same" in after.report["why"]
    with unit_of_work() as session:
        assert session.get_one(Pipeline, after.pipeline_id).version == 3


@pytest.mark.parametrize("prints", [[[2, 200, 2_000]], [None], []])
def test_results_of_other_inputs_are_not_called_the_same(office: Office, prints: list[Any]) -> None:
    deployment_id = apply(office.engineer, make_ready(office, make_pipeline(office)))
    for number in range(optimization.WATCHED_RUNS):
        run_id = run_of(deployment_id, outputs=OTHERS, input_prints=prints)
        assert optimization.objection_to(run_id) == ""
        after = judged(deployment_id, run_id)
        assert after.result_matches is None
        assert (after.status == "kept") == (number == optimization.WATCHED_RUNS - 1)
    assert "could not be compared" in after.report["why"]


def test_inputs_that_nobody_can_see_are_never_the_same(office: Office) -> None:
    plan_id = make_ready(office, make_pipeline(office), fingerprint=[None])
    deployment_id = apply(office.engineer, plan_id)
    run_id = run_of(deployment_id, outputs=OUTPUTS, input_prints=[None])
    assert judged(deployment_id, run_id).result_matches is None


def test_the_same_results_of_the_same_inputs_are_kept_and_said(office: Office) -> None:
    deployment_id = apply(office.engineer, make_ready(office, make_pipeline(office)))
    for _ in range(optimization.WATCHED_RUNS):
        run_id = run_of(deployment_id, outputs=OUTPUTS, input_prints=PRINTS)
        assert optimization.objection_to(run_id) == ""
        after = judged(deployment_id, run_id)
    assert (after.status, after.result_matches) == ("kept", True)
    assert after.report["why"] == "As fast or faster, with the same results."


def test_a_run_that_fails_takes_the_changes_back(office: Office) -> None:
    deployment_id = apply(office.engineer, make_ready(office, make_pipeline(office)))
    after = judged(deployment_id, run_of(deployment_id, "failed", error="Out of memory."))
    assert after.status == "rolled_back"
    assert after.report["why"] == "A run failed: Out of memory."
    assert judged_without_a_reason(office) == "A run failed: no reason given"
    with unit_of_work() as session:
        version = pipelines.version_of(session, after.pipeline_id, 3)
    assert version.definition == pipelines_first(after.pipeline_id)


def judged_without_a_reason(office: Office) -> str:
    deployment_id = apply(office.engineer, make_ready(office, make_pipeline(office, "Silent")))
    return str(judged(deployment_id, run_of(deployment_id, "failed")).report["why"])


def pipelines_first(pipeline_id: UUID) -> dict[str, Any]:
    with unit_of_work() as session:
        return dict(pipelines.version_of(session, pipeline_id, 1).definition)


def test_the_report_says_what_a_run_costs_and_which_stages_were_long(office: Office) -> None:
    from pursight_app.models import PipelineStage

    pipeline_id = make_pipeline(office)
    figures = [{"core_hours": hours, "input_bytes": 1_000} for hours in (1.0, 2.0, 9.0)]
    with unit_of_work() as session:
        for each in figures:
            run = PipelineRun(
                workspace_id=office.workspace_id, pipeline_id=pipeline_id, version=1, status="succeeded",
                duration_s=10.0, figures=each,
            )  # fmt: skip
            session.add(run)
        session.flush()
        session.add(
            PipelineStage(
                workspace_id=office.workspace_id, pipeline_run_id=run.id, stage_id=4, attempt=0, name="save at x",
                duration_ms=900, figures={"tasks": 5, "input_bytes": 1_000},
            )
        )  # fmt: skip
    deployment_id = apply(office.engineer, make_ready(office, pipeline_id))
    after = judged(deployment_id, run_of(deployment_id, "failed", error="no"))

    assert after.report["cost_before"]["core_hours"] == 2.0
    assert [(each["stage_id"], each["tasks"]) for each in after.report["stages_before"]] == [(4, 5)]
    assert after.report["stages_after"] == []
