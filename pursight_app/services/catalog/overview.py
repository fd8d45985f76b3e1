"""The figures of the home page: what is covered, what is sensitive, what waits for a person."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, func
from sqlalchemy.dialects.postgresql import distinct_on
from sqlmodel import Session, col, select

from pursight_app.core.taxonomy import Sensitivity
from pursight_app.models import Asset, AssetColumn, Classification, ClassificationStatus, ScanRun, ScanStatus
from pursight_app.services import access
from pursight_app.services.access import Actor, Permission


@dataclass(frozen=True, slots=True)
class Overview:
    """Counts over the columns of a workspace. `by_sensitivity` has every level; `unnamed` were looked at in vain."""

    table_count: int
    column_count: int
    classified_count: int
    unnamed_count: int
    by_sensitivity: dict[str, int]
    failed_scan_count: int
    missing_count: int


def get_overview(session: Session, actor: Actor, workspace_id: UUID) -> Overview:
    """The overview of a workspace, in four statements however large it is."""
    access.require_somewhere(actor, Permission.CATALOG_READ, workspace_id)
    seen = access.visible(actor, Asset, Permission.CATALOG_READ)
    is_here = col(Asset.missing_since).is_(None)
    tables, missing = session.exec(
        select(func.count().filter(is_here), func.count().filter(~is_here))
        .select_from(Asset)
        .where(Asset.workspace_id == workspace_id, seen)
    ).one()
    has_class = col(Classification.data_class).is_not(None)
    is_accepted = col(Classification.status) != ClassificationStatus.REJECTED
    columns, classified, unnamed = session.exec(
        select(
            func.count(),
            func.count().filter(has_class & is_accepted),
            func.count().filter(col(Classification.id).is_not(None) & ~(has_class & is_accepted)),
        )
        .select_from(AssetColumn)
        .join(Asset, col(Asset.id) == AssetColumn.asset_id)
        .outerjoin(Classification, col(Classification.asset_column_id) == AssetColumn.id)
        .where(AssetColumn.workspace_id == workspace_id, is_here, seen, col(AssetColumn.missing_since).is_(None))
    ).one()
    return Overview(
        table_count=tables,
        column_count=columns,
        classified_count=classified,
        unnamed_count=unnamed,
        by_sensitivity=_by_sensitivity(session, workspace_id, seen),
        failed_scan_count=_failed_scans(session, actor, workspace_id),
        missing_count=missing,
    )


def _by_sensitivity(session: Session, workspace_id: UUID, seen: ColumnElement[bool]) -> dict[str, int]:
    levels = session.exec(
        select(Classification.sensitivity, func.count())
        .join(AssetColumn, col(AssetColumn.id) == Classification.asset_column_id)
        .join(Asset, col(Asset.id) == AssetColumn.asset_id)
        .where(
            Classification.workspace_id == workspace_id,
            seen,
            col(Classification.data_class).is_not(None),
            Classification.status != ClassificationStatus.REJECTED,
            col(Asset.missing_since).is_(None),
            col(AssetColumn.missing_since).is_(None),
        )
        .group_by(col(Classification.sensitivity))
    ).all()
    counted = {level: count for level, count in levels if level}
    return {str(level): counted.get(level, 0) for level in Sensitivity}


def _failed_scans(session: Session, actor: Actor, workspace_id: UUID) -> int:
    """Sources whose newest finished run did not read everything."""
    newest = (
        access.scoped(actor, select(ScanRun.status), ScanRun)
        .where(ScanRun.workspace_id == workspace_id, col(ScanRun.finished_at).is_not(None))
        .ext(distinct_on(col(ScanRun.data_source_id)))
        .order_by(col(ScanRun.data_source_id), col(ScanRun.created_at).desc())
    )
    return sum(status in {ScanStatus.FAILED, ScanStatus.PARTIAL} for status in session.exec(newest).all())
