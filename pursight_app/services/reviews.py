"""What people say of verdicts: confirm, reject, correct."""

from uuid import UUID

from sqlmodel import Session

from pursight_app.core.clock import now
from pursight_app.core.errors import InvalidInputError
from pursight_app.models import Asset, AssetColumn, Classification, ClassificationOrigin, ClassificationStatus
from pursight_app.services import access, audit, compliance, data_classes
from pursight_app.services.access import Actor, Permission

DECISIONS = ("confirm", "reject", "correct")


def review_classification(
    session: Session, actor: Actor, classification_id: UUID, *, decision: str, data_class: str | None = None
) -> Classification:
    """Records a person's word on a verdict; from then on no scan changes it. Rules are evaluated anew at once.

    Raises:
        InvalidInputError: an unknown decision; `correct` without a data class that the workspace knows; nothing to confirm.
    """
    # The scanner brings the column model along; pages load it with the first review only.
    from pursight_app.services.scanning.tables import highest_sensitivity

    verdict = access.get(session, actor, Classification, classification_id, Permission.CLASSIFICATION_REVIEW)
    column = session.get_one(AssetColumn, verdict.asset_column_id)
    before = verdict.data_class
    _decide(session, verdict, decision, data_class)
    verdict.decided_by_id, verdict.decided_at = actor.user_id, now()
    asset = session.get_one(Asset, column.asset_id)
    asset.sensitivity = highest_sensitivity(session, asset.id)
    session.flush()
    compliance.evaluate_assets(session, asset.workspace_id, [asset.id])
    audit.record(
        session,
        actor,
        "classification.review",
        audit.Subject("asset", asset.id, asset.workspace_id),
        column=column.name,
        decision=decision,
        before=before,
        data_class=verdict.data_class,
    )
    return verdict


def _decide(session: Session, verdict: Classification, decision: str, data_class: str | None) -> None:
    if decision not in DECISIONS:
        raise InvalidInputError("A decision is confirm, reject or correct.")
    if decision == "confirm":
        if not verdict.data_class:
            raise InvalidInputError("There is no data class to confirm here; correct the verdict instead.")
        verdict.status = ClassificationStatus.CONFIRMED
        return
    if decision == "reject":
        verdict.status = ClassificationStatus.REJECTED
        return
    known = data_classes.known_class(session, verdict.workspace_id, data_class or "")
    if known is None:
        raise InvalidInputError(f"{(data_class or '')[:60]!r} is no data class. The page Data classes lists them.")
    verdict.data_class, verdict.sensitivity = known.name, str(known.sensitivity)
    verdict.regulations, verdict.confidence = list(known.regulations), 1.0
    verdict.origin, verdict.status = ClassificationOrigin.MANUAL, ClassificationStatus.CONFIRMED
