"""Who works on a run, and what the outside hears of it."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, or_, update
from sqlmodel import Session, col, select

from pursight_app.core.clock import now
from pursight_app.core.db import after_commit, unit_of_work
from pursight_app.core.events import Event, publish
from pursight_app.models import ScanRun, ScanStatus
from pursight_app.services.leases import LeaseLostError, lease_end


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to work on one run; `fence` tells this owner from earlier and later ones."""

    scan_run_id: UUID
    workspace_id: UUID
    data_source_id: UUID
    fence: int


def claim(scan_run_id: UUID) -> Lease | None:
    """Takes the run if it waits or its owner has been silent too long; None when there is nothing to do."""
    moment = now()
    is_free = or_(
        col(ScanRun.status) == ScanStatus.QUEUED,
        (col(ScanRun.status) == ScanStatus.RUNNING) & (col(ScanRun.lease_until) < moment),
    )
    statement = (
        update(ScanRun)
        .where(col(ScanRun.id) == scan_run_id, is_free)
        .values(
            status=ScanStatus.RUNNING,
            fence=ScanRun.fence + 1,
            lease_until=lease_end(),
            started_at=func.coalesce(ScanRun.started_at, moment),
        )
        .returning(col(ScanRun.workspace_id), col(ScanRun.data_source_id), col(ScanRun.fence))
    )
    with unit_of_work() as session:
        row = session.exec(statement).first()  # type: ignore[call-overload]  # SQLModel types only select()
    return Lease(scan_run_id, *row) if row else None


def hold(session: Session, lease: Lease) -> ScanRun:
    """Locks the run for this transaction.

    Raises:
        LeaseLostError: a newer owner has taken it, or it is final.
    """
    statement = select(ScanRun).where(ScanRun.id == lease.scan_run_id).with_for_update()
    run = session.exec(statement).first()
    if run is None or run.fence != lease.fence or run.status != ScanStatus.RUNNING:
        raise LeaseLostError
    return run


def announce(session: Session, run: ScanRun, *, table: str = "", state: str = "") -> None:
    """Publishes the run's progress once the surrounding transaction has committed."""
    data: dict[str, object] = {
        "scan_id": str(run.id),
        "data_source_id": str(run.data_source_id),
        "status": str(run.status),
        "phase": run.phase,
        "done": run.done_count,
        "total": run.total_count,
        "summary": run.summary,
        "table": table,
        "state": state,
        "error": run.error,
    }
    event = Event(run.workspace_id, "scan_progress", data)
    after_commit(session, lambda: publish(event))
