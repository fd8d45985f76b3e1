"""Who works on a model, and what the outside hears of it."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import case, or_, update
from sqlmodel import Session, col, select

from pursight_app.core.clock import now
from pursight_app.core.db import after_commit, unit_of_work
from pursight_app.core.events import Event, publish
from pursight_app.models import ColumnModel, ModelStatus
from pursight_app.services.leases import LeaseLostError, lease_end

ACTIVE = (ModelStatus.QUEUED, ModelStatus.TRAINING, ModelStatus.PROMOTING)
"""States in which a worker has something to do. Of such models a workspace has at most one."""
_WORKED_ON = (ModelStatus.TRAINING, ModelStatus.PROMOTING)


@dataclass(frozen=True, slots=True)
class ModelLease:
    """The right to work on one model; `fence` tells this owner from earlier and later ones."""

    model_id: UUID
    workspace_id: UUID
    status: ModelStatus
    fence: int


def claim(model_id: UUID) -> ModelLease | None:
    """Takes the model if it waits or its owner has been silent too long; None when there is nothing to do."""
    is_free = or_(
        col(ColumnModel.status) == ModelStatus.QUEUED,
        # A promotion waits without a lease until the first worker has it.
        col(ColumnModel.status).in_(_WORKED_ON)
        & (col(ColumnModel.lease_until).is_(None) | (col(ColumnModel.lease_until) < now())),
    )
    # A model that waits is trained next; one that is being promoted goes on being promoted.
    status = case(
        (col(ColumnModel.status) == ModelStatus.QUEUED, str(ModelStatus.TRAINING)), else_=col(ColumnModel.status)
    )
    statement = (
        update(ColumnModel)
        .where(col(ColumnModel.id) == model_id, is_free)
        .values(status=status, fence=ColumnModel.fence + 1, lease_until=lease_end())
        .returning(col(ColumnModel.workspace_id), col(ColumnModel.status), col(ColumnModel.fence))
    )
    with unit_of_work() as session:
        row = session.exec(statement).first()  # type: ignore[call-overload]  # SQLModel types only select()
    return ModelLease(model_id, row[0], ModelStatus(row[1]), row[2]) if row else None


def hold(session: Session, lease: ModelLease) -> ColumnModel:
    """Locks the model for this transaction.

    Raises:
        LeaseLostError: a newer owner has taken it, or it is done.
    """
    row = session.exec(select(ColumnModel).where(ColumnModel.id == lease.model_id).with_for_update()).first()
    if row is None or row.fence != lease.fence or row.status != lease.status:
        raise LeaseLostError
    return row


def announce(session: Session, row: ColumnModel, kind: str = "model_progress") -> None:
    """Publishes how far a model is once the surrounding transaction has committed; `kind` is the type of the event."""
    data: dict[str, object] = {
        "model_id": str(row.id),
        "number": row.number,
        "status": str(row.status),
        "done": row.done_count,
        "total": row.total_count,
        "error": row.error,
    }
    event = Event(row.workspace_id, kind, data)
    after_commit(session, lambda: publish(event))
