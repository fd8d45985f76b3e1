"""Who works on a run, and what the outside hears of it."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, or_, update
from sqlmodel import Session, col, select

from pursight_app.core.clock import now
from pursight_app.core.db import after_commit, unit_of_work
from pursight_app.core.events import Event, publish
from pursight_app.models import PipelineRun, PipelineRunStatus
from pursight_app.services.leases import LeaseLostError, lease_end

OPEN = (PipelineRunStatus.QUEUED, PipelineRunStatus.SUBMITTED, PipelineRunStatus.RUNNING)
_WORKED_ON = (PipelineRunStatus.SUBMITTED, PipelineRunStatus.RUNNING)


@dataclass(frozen=True, slots=True)
class RunLease:
    """The right to work on one run; `fence` tells this owner from earlier and later ones."""

    run_id: UUID
    workspace_id: UUID
    pipeline_id: UUID
    version: int
    fence: int


def claim(run_id: UUID) -> RunLease | None:
    """Takes the run if it waits or its owner has been silent too long; None when there is nothing to do."""
    moment = now()
    is_free = or_(
        col(PipelineRun.status) == PipelineRunStatus.QUEUED,
        col(PipelineRun.status).in_(_WORKED_ON) & (col(PipelineRun.lease_until) < moment),
    )
    statement = (
        update(PipelineRun)
        .where(col(PipelineRun.id) == run_id, is_free)
        .values(
            status=PipelineRunStatus.SUBMITTED,
            fence=PipelineRun.fence + 1,
            lease_until=lease_end(),
            started_at=func.coalesce(PipelineRun.started_at, moment),
        )
        .returning(
            col(PipelineRun.workspace_id),
            col(PipelineRun.pipeline_id),
            col(PipelineRun.version),
            col(PipelineRun.fence),
        )
    )
    with unit_of_work() as session:
        row = session.exec(statement).first()  # type: ignore[call-overload]  # SQLModel types only select()
    return RunLease(run_id, *row) if row else None


def hold(session: Session, lease: RunLease) -> PipelineRun:
    """Locks the run for this transaction.

    Raises:
        LeaseLostError: a newer owner has taken it, or it is final.
    """
    row = session.exec(select(PipelineRun).where(PipelineRun.id == lease.run_id).with_for_update()).first()
    if row is None or row.fence != lease.fence or PipelineRunStatus(row.status).is_final:
        raise LeaseLostError
    return row


def announce(session: Session, run: PipelineRun, **more: object) -> None:
    """Publishes how a run stands once the surrounding transaction has committed."""
    data: dict[str, object] = {
        "run_id": str(run.id),
        "pipeline_id": str(run.pipeline_id),
        "status": str(run.status),
        "duration_s": run.duration_s,
        "error": run.error,
        **more,
    }
    event = Event(run.workspace_id, "pipeline_progress", data)
    after_commit(session, lambda: publish(event))
