"""Names of columns for people who may know of them."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session, col, select

from pursight_app.models import Asset, AssetColumn
from pursight_app.services import access
from pursight_app.services.access import Actor, Permission


@dataclass(frozen=True, slots=True)
class ColumnName:
    """A column and the asset that it belongs to."""

    column_id: UUID
    column: str
    asset_id: UUID
    asset: str
    qualified_name: str


def names_of(session: Session, actor: Actor, column_ids: Collection[UUID]) -> dict[UUID, ColumnName]:
    """The names of those columns that the actor may see, missing ones included."""
    statement = (
        select(AssetColumn, Asset)
        .join(Asset, col(Asset.id) == AssetColumn.asset_id)
        .where(col(AssetColumn.id).in_(column_ids), access.visible(actor, AssetColumn, Permission.CATALOG_READ))
    )
    return {
        column.id: ColumnName(column.id, column.name, asset.id, asset.name, asset.qualified_name)
        for column, asset in session.exec(statement).all()
    }
