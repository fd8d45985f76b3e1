"""Finds workspaces whose verdicts come from an older shipped model or older detectors, and has them asked anew.

No label stays for ever just because it was given once; what people confirmed stays because they did.
"""

from uuid import UUID

import structlog
from sqlalchemy import exists
from sqlmodel import Session, col, select

from pursight_app.assistant.column_model import load_model
from pursight_app.core.db import unit_of_work
from pursight_app.core.errors import ConflictError
from pursight_app.detectors.detection import DETECTOR_VERSION
from pursight_app.models import (
    Asset,
    AssetColumn,
    Classification,
    ClassificationOrigin,
    ClassificationStatus,
    ColumnModel,
    ModelStatus,
    Workspace,
)
from pursight_app.services.learning.catalogue import find_champion
from pursight_app.services.learning.lessons import MIN_REVIEWS, count_reviews
from pursight_app.services.learning.requests import queue_model

log = structlog.get_logger()


def refresh_outdated() -> int:
    """Queues what is due in each workspace and returns in how many. Called now and then by each worker pool.

    Where the shipped model or the detectors are newer than the verdicts, the model in use is applied anew, from the kept
    samples. A workspace's own model cannot be used on top of another shipped model: there the shipped one is applied,
    and then the reviews are learned anew as a challenger that waits for a person.
    """
    with unit_of_work() as session:
        workspace_ids = list(session.exec(select(Workspace.id)).all())
    return sum(_refresh(workspace_id) for workspace_id in workspace_ids)


def _refresh(workspace_id: UUID) -> bool:
    try:
        with unit_of_work() as session:
            row = _due(session, workspace_id)
            if row is not None:
                queue_model(session, row)
                log.info("model.refresh_queued", workspace_id=str(workspace_id), version=row.version)
    except ConflictError:
        # Somebody trains or promotes just now; the next look finds what is then left.
        return False
    return row is not None


def _due(session: Session, workspace_id: UUID) -> ColumnModel | None:
    base, champion = load_model(), find_champion(session, workspace_id)
    if champion is None:
        return _applied(workspace_id, None) if _has_outdated(session, workspace_id) else None
    own = champion if champion.artefact_key and champion.base_version == base.version else None
    is_current = champion.base_version == base.version and champion.scores.get("detector_version") == DETECTOR_VERSION
    if not is_current:
        return _applied(workspace_id, own, relearns=bool(champion.artefact_key) and own is None)
    if champion.scores.get("relearns") and count_reviews(session, workspace_id) >= MIN_REVIEWS:
        champion.scores = {name: value for name, value in champion.scores.items() if name != "relearns"}
        return ColumnModel(workspace_id=workspace_id, number=0)
    return None


def _applied(workspace_id: UUID, own: ColumnModel | None, *, relearns: bool = False) -> ColumnModel:
    """A promotion that nobody asked for: of the workspace's own model, or of the shipped one when `own` is None."""
    base = load_model()
    return ColumnModel(
        workspace_id=workspace_id,
        number=0,
        status=ModelStatus.PROMOTING,
        version=own.version if own else base.version,
        base_version=base.version,
        artefact_key=own.artefact_key if own else None,
        review_count=own.review_count if own else 0,
        trained_at=own.trained_at if own else None,
        scores={"refreshes": True, **({"relearns": True} if relearns else {})},
    )


def _has_outdated(session: Session, workspace_id: UUID) -> bool:
    """Whether a verdict of the classifier bears older versions and its table's sample is kept."""
    evidence = col(Classification.evidence)
    statement = select(
        exists()
        .where(
            col(Classification.workspace_id) == workspace_id,
            col(Classification.status) == ClassificationStatus.SUGGESTED,
            col(Classification.origin) == ClassificationOrigin.AUTOMATED,
            (col(Classification.model_version) != load_model().version)
            | (evidence["detector_version"].as_string() != DETECTOR_VERSION),
        )
        .where(col(AssetColumn.id) == Classification.asset_column_id, col(AssetColumn.missing_since).is_(None))
        .where(col(Asset.id) == AssetColumn.asset_id, col(Asset.sample_key).is_not(None))
    )
    return bool(session.exec(statement).one())
