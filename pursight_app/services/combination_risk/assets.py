"""Combination risk of assets: measured in a scan, kept with the asset, measured anew when verdicts change."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from sqlmodel import Session, col, select

from pursight_app.core.clock import now
from pursight_app.core.db import unit_of_work
from pursight_app.models import Asset, AssetColumn, Classification, ClassificationStatus
from pursight_app.services import access, compliance
from pursight_app.services.access import Actor, Permission
from pursight_app.services.combination_risk.figures import Column, CombinationRisk, fingerprint, from_json

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, slots=True)
class AssetRisk:
    """What is known of an asset; `risk` None: never measured. `is_outdated`: its columns are taken for something else now."""

    risk: CombinationRisk | None
    is_outdated: bool


def measure_scanned(session: Session, asset: Asset, sample: "pa.Table") -> None:
    """Keeps the combination risk of a table that a scan has just read, by the verdicts that hold now."""
    from pursight_app.services.combination_risk.measure import measure

    session.flush()
    columns = _columns(session, asset.id)
    asset.combination_risk = measure(sample, columns, row_count=asset.row_count or 0, at=now()).as_json()


def get_risk(actor: Actor, asset_id: UUID) -> AssetRisk:
    """The combination risk of an asset; measured anew when verdicts have changed and the sample allows it."""
    with unit_of_work() as session:
        asset = access.get(session, actor, Asset, asset_id, Permission.CATALOG_READ)
        kept = from_json(asset.combination_risk)
        is_fresh = kept is not None and kept.verdicts == fingerprint(_columns(session, asset_id))
    if is_fresh:
        return AssetRisk(kept, is_outdated=False)
    measured = refresh(asset_id)
    return AssetRisk(measured or kept, is_outdated=measured is None and kept is not None)


def refresh(asset_id: UUID) -> CombinationRisk | None:
    """Measures an asset by its stored sample, keeps the answer and evaluates rules; for jobs and reads, not for people.

    None when there is nothing to measure: the asset is gone, or no sample was kept, or only a masked one.
    """
    # PyArrow and NumPy are large, and the pages do without them until somebody asks for this.
    from pursight_app.services.combination_risk.measure import measure
    from pursight_app.services.scanning.samples import masked_columns
    from pursight_app.services.scanning.tables import read_sample

    with unit_of_work() as session:
        asset = session.get(Asset, asset_id)
        columns = _columns(session, asset_id)
    sample = read_sample(asset.sample_key) if asset and asset.sample_key else None
    if asset is None or sample is None or masked_columns(sample):
        return None
    risk = measure(sample, columns, row_count=asset.row_count or 0, at=now())
    with unit_of_work() as session:
        current = session.get(Asset, asset_id, with_for_update=True)
        if current is None or current.sample_key != asset.sample_key:
            # A scan has read the table meanwhile and measured it.
            return from_json(current.combination_risk) if current else None
        if fingerprint(_columns(session, asset_id)) == risk.verdicts:
            current.combination_risk = risk.as_json()
            session.flush()
            compliance.evaluate_assets(session, current.workspace_id, [asset_id])
    return risk


def _columns(session: Session, asset_id: UUID) -> Sequence[Column]:
    """What the columns are taken for; a rejected verdict is none."""
    statement = (
        select(AssetColumn, Classification)
        .outerjoin(
            Classification,
            (col(Classification.asset_column_id) == AssetColumn.id)
            & (col(Classification.status) != ClassificationStatus.REJECTED),
        )
        .where(AssetColumn.asset_id == asset_id, col(AssetColumn.missing_since).is_(None))
        .order_by(col(AssetColumn.position))
    )
    rows = session.exec(statement).all()
    keys = sum(column.is_primary_key for column, _ in rows)
    return [
        Column(column.name, verdict.data_class if verdict else None, is_key=column.is_primary_key and keys == 1)
        for column, verdict in rows
    ]
