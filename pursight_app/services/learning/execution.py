"""Works on a model in a worker until it is a challenger or the champion."""

from uuid import UUID

import structlog

from pursight_app.core.db import unit_of_work
from pursight_app.core.errors import PermissionDeniedError, PurSightError, ServiceUnavailableError
from pursight_app.models import ColumnModel, ModelStatus
from pursight_app.services import access
from pursight_app.services.learning.endings import fail_model
from pursight_app.services.learning.progress import ModelLease, claim, hold
from pursight_app.services.learning.promotion import promote
from pursight_app.services.learning.training import train
from pursight_app.services.leases import Heartbeat, LeaseLostError

log = structlog.get_logger()


def run_model(model_id: UUID) -> None:
    """Trains or promotes a model; does nothing when that is done or another worker has it.

    Raises:
        ServiceUnavailableError: PurSight's own database or Redis went away. The lease runs out and the sweep sends the
            model again; it goes on from the last finished batch.
    """
    lease = claim(model_id)
    if lease is None:
        log.info("model.nothing_to_do", model_id=str(model_id))
        return
    structlog.contextvars.bind_contextvars(model_id=str(model_id), workspace_id=str(lease.workspace_id))
    with Heartbeat(ColumnModel, lease.model_id, lease.fence):
        try:
            _require_right(lease)
            (promote if lease.status == ModelStatus.PROMOTING else train)(lease)
        except LeaseLostError:
            log.warning("model.lease_lost")
        except ServiceUnavailableError:
            raise
        except PurSightError as error:
            _fail(lease, error.message)
        except Exception:
            # Outermost handler of a job: the model must not look alive, the bug must reach the log and RQ.
            _fail(lease, "PurSight failed while it worked on this model. The worker's log has the details.")
            raise


def _require_right(lease: ModelLease) -> None:
    """Lets the work go on only while whoever asked for it may still ask; what PurSight does by itself nobody asked for."""
    with unit_of_work() as session:
        row = hold(session, lease)
        asked_by_id = row.decided_by_id if lease.status == ModelStatus.PROMOTING else row.requested_by_id
    if asked_by_id is None:
        return
    policy = access.current_policy(asked_by_id)
    place = access.Resource(lease.workspace_id)
    if policy is None or not access.Actor(policy).decide(access.Permission.MODEL_MANAGE, place).allowed:
        raise PermissionDeniedError(
            f"Whoever asked for this does not have {access.Permission.MODEL_MANAGE} here any more. "
            "Somebody who has it can retrain."
        )


def _fail(lease: ModelLease, message: str) -> None:
    with unit_of_work() as session:
        try:
            fail_model(session, hold(session, lease), message)
        except LeaseLostError:
            return
