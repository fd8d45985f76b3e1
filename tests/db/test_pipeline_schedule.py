"""Pipelines that run by schedule: when they are due, once, and with the rights of whoever made them."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlmodel import select

from pursight_app.core.clock import now
from pursight_app.core.db import unit_of_work
from pursight_app.core.errors import InvalidInputError
from pursight_app.models import Pipeline, PipelineRun
from pursight_app.services import pipelines
from tests.db.test_approvals import definition
from tests.factories import Office, make_office


@pytest.fixture
def office(services: None) -> Office:
    return make_office()


def make_scheduled(office: Office, schedule: str) -> UUID:
    given = {**definition("scheduled"), "schedule": schedule}
    with unit_of_work() as session:
        return pipelines.create_pipeline(
            session, office.engineer, office.workspace_id, name="Nightly", definition=given
        )[0].id


def runs_of(pipeline_id: UUID) -> list[PipelineRun]:
    with unit_of_work() as session:
        return list(session.exec(select(PipelineRun).where(PipelineRun.pipeline_id == pipeline_id)).all())


def make_due(pipeline_id: UUID) -> None:
    with unit_of_work() as session:
        session.get_one(Pipeline, pipeline_id).next_run_at = now() - timedelta(seconds=1)


def test_a_pipeline_that_is_due_runs_once_and_the_next_time_is_planned(office: Office) -> None:
    pipeline_id = make_scheduled(office, "0 3 * * *")
    with unit_of_work() as session:
        first = session.get_one(Pipeline, pipeline_id).next_run_at
    assert first is not None
    assert now() < first <= now() + timedelta(days=1)
    assert (first.hour, first.minute) == (3, 0)
    pipelines.sweep_runs()
    assert runs_of(pipeline_id) == []

    make_due(pipeline_id)
    pipelines.sweep_runs()
    pipelines.sweep_runs()

    [run] = runs_of(pipeline_id)
    assert (run.reason, run.requested_by_id, run.status) == ("scheduled", office.engineer.user_id, "queued")
    with unit_of_work() as session:
        assert session.get_one(Pipeline, pipeline_id).next_run_at == first

    # The one before has not ended: it is not started a second time beside it.
    make_due(pipeline_id)
    pipelines.sweep_runs()
    assert len(runs_of(pipeline_id)) == 1
    with unit_of_work() as session:
        assert session.get_one(Pipeline, pipeline_id).next_run_at == first


def test_a_schedule_that_is_taken_away_starts_nothing(office: Office) -> None:
    pipeline_id = make_scheduled(office, "*/5 * * * *")
    with unit_of_work() as session:
        pipelines.update_pipeline(session, office.engineer, pipeline_id, definition=definition("scheduled"))
        assert session.get_one(Pipeline, pipeline_id).next_run_at is None
    pipelines.sweep_runs()
    assert runs_of(pipeline_id) == []


@pytest.mark.parametrize("schedule", ["every day", "61 * * * *", "* * * *", "0 3 * * * ; rm"])
def test_what_is_no_schedule_is_refused(office: Office, schedule: str) -> None:
    with pytest.raises(InvalidInputError, match="five fields"):
        make_scheduled(office, schedule)
