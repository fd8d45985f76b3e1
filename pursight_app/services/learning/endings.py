"""How the work on a model ends badly."""

from uuid import UUID

from sqlmodel import Session

from pursight_app.models import ColumnModel, ModelStatus
from pursight_app.services.learning.catalogue import end, find_champion
from pursight_app.services.learning.progress import announce


def fail_model(session: Session, row: ColumnModel, message: str) -> None:
    """Ends the work on a model for good. What a promotion has changed by then is set right by the next refresh."""
    was_promoting = row.status == ModelStatus.PROMOTING
    end(row)
    row.status, row.error, row.lease_until = ModelStatus.FAILED, message, None
    if was_promoting:
        _mark_stale(session, row.workspace_id)
    announce(session, row)


def _mark_stale(session: Session, workspace_id: UUID) -> None:
    """Makes the refresh apply the champion anew; without a champion it sees the foreign verdicts by themselves."""
    champion = find_champion(session, workspace_id)
    if champion is not None:
        champion.scores = {**champion.scores, "detector_version": ""}
