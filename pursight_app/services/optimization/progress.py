"""Who works on a plan, and what the outside hears of it."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import case, or_, update
from sqlmodel import Session, col, select

from pursight_app.core.clock import now
from pursight_app.core.db import after_commit, unit_of_work
from pursight_app.core.events import Event, publish
from pursight_app.models import Deployment, OptimizationPlan, PlanStatus
from pursight_app.services.leases import LeaseLostError, lease_end

WORKED_ON = (PlanStatus.ANALYSING, PlanStatus.TRYING)
ACTIVE = (PlanStatus.QUEUED, *WORKED_ON)


@dataclass(frozen=True, slots=True)
class PlanLease:
    """The right to work on one plan; `fence` tells this owner from earlier and later ones."""

    plan_id: UUID
    workspace_id: UUID
    pipeline_id: UUID
    version: int
    fence: int


def claim(plan_id: UUID) -> PlanLease | None:
    """Takes the plan if it waits or its owner has been silent too long; None when there is nothing to do."""
    is_free = or_(
        col(OptimizationPlan.status) == PlanStatus.QUEUED,
        col(OptimizationPlan.status).in_(WORKED_ON) & (col(OptimizationPlan.lease_until) < now()),
    )
    status = case(
        (col(OptimizationPlan.status) == PlanStatus.QUEUED, str(PlanStatus.ANALYSING)),
        else_=col(OptimizationPlan.status),
    )
    statement = (
        update(OptimizationPlan)
        .where(col(OptimizationPlan.id) == plan_id, is_free)
        .values(status=status, fence=OptimizationPlan.fence + 1, lease_until=lease_end())
        .returning(
            col(OptimizationPlan.workspace_id), col(OptimizationPlan.pipeline_id), col(OptimizationPlan.version),
            col(OptimizationPlan.fence),
        )
    )  # fmt: skip
    with unit_of_work() as session:
        row = session.exec(statement).first()  # type: ignore[call-overload]  # SQLModel types only select()
    return PlanLease(plan_id, *row) if row else None


def hold(session: Session, lease: PlanLease) -> OptimizationPlan:
    """Locks the plan for this transaction.

    Raises:
        LeaseLostError: a newer owner has taken it, or it is over.
    """
    row = session.exec(select(OptimizationPlan).where(OptimizationPlan.id == lease.plan_id).with_for_update()).first()
    if row is None or row.fence != lease.fence or row.status not in WORKED_ON:
        raise LeaseLostError
    return row


def announce_plan(session: Session, plan: OptimizationPlan) -> None:
    """Publishes how a plan stands once the surrounding transaction has committed."""
    kind = "plan_ready" if plan.status == PlanStatus.READY else "plan_progress"
    data: dict[str, object] = {
        "plan_id": str(plan.id), "pipeline_id": str(plan.pipeline_id), "status": str(plan.status),
        "trials": len(plan.trials), "error": plan.error,
    }  # fmt: skip
    event = Event(plan.workspace_id, kind, data)
    after_commit(session, lambda: publish(event))


def announce_deployment(session: Session, deployment: Deployment) -> None:
    """The same for a deployment."""
    data: dict[str, object] = {
        "deployment_id": str(deployment.id), "pipeline_id": str(deployment.pipeline_id), "status": str(deployment.status),
    }  # fmt: skip
    event = Event(deployment.workspace_id, "deployment_progress", data)
    after_commit(session, lambda: publish(event))
