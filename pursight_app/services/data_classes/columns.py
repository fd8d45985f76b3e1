"""Learns the form of a data class from columns of the catalogue that have it, through their kept samples."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import Session, col, select

from pursight_app.core.db import unit_of_work
from pursight_app.core.errors import InvalidInputError, NotFoundError, PermissionDeniedError
from pursight_app.models import Asset, AssetColumn, Classification
from pursight_app.services import access
from pursight_app.services.access import Actor, Permission
from pursight_app.services.catalog.values import Sight, sight_of
from pursight_app.services.data_classes.definition import learned_patterns

MOST_COLUMNS = 20
_VALUES_EACH = 200


def learn_from_columns(
    actor: Actor,
    workspace_id: UUID,
    columns: Sequence[tuple[UUID, str]],
    *,
    counter_examples: Sequence[str] = (),
    width: str = "as_seen",
) -> tuple[str, ...]:
    """The patterns that the values of these columns, given as table and column name, have in common. No value is kept.

    Raises:
        InvalidInputError: too many columns, too few kept values, or values with nothing in common.
        NotFoundError: no such column.
        PermissionDeniedError: a sensitive column whose values the actor may not see: a form tells something of them.
    """
    from pursight_app.services import rescoring

    if not 1 <= len(columns) <= MOST_COLUMNS:
        raise InvalidInputError(f"Choose 1 to {MOST_COLUMNS} columns.")
    with unit_of_work() as session:
        access.require(actor, Permission.DATA_CLASS_MANAGE, workspace_id)
        wanted = {_column_id(session, actor, workspace_id, asset_id, name) for asset_id, name in columns}
        asset_ids = [asset_id for asset_id, _ in columns]
        tables = rescoring.load_tables(session, workspace_id, asset_ids=asset_ids, limit=MOST_COLUMNS)
    values: list[str] = []
    for table in tables:
        for column_id, sample in rescoring.samples_of(table):
            if column_id in wanted:
                values += list(dict.fromkeys(value for value in sample.values if value))[:_VALUES_EACH]
    if not values:
        raise InvalidInputError(
            "No values of these columns are kept, so there is nothing to learn from. Paste examples."
        )
    return learned_patterns(values, counter_examples, width)


def _column_id(session: Session, actor: Actor, workspace_id: UUID, asset_id: UUID, name: str) -> UUID:
    asset = access.get(session, actor, Asset, asset_id, Permission.CATALOG_READ)
    statement = (
        select(AssetColumn, Classification)
        .outerjoin(Classification, col(Classification.asset_column_id) == AssetColumn.id)
        .where(AssetColumn.asset_id == asset.id, AssetColumn.name == name, col(AssetColumn.missing_since).is_(None))
    )
    found = session.exec(statement).first()
    if found is None or asset.workspace_id != workspace_id:
        raise NotFoundError("There is no such column in this workspace, or not one that you may see.")
    column, verdict = found
    if sight_of(actor, asset, verdict) == Sight.MASKED:
        raise PermissionDeniedError(
            f"Learning from {asset.name}.{column.name} takes {Permission.VALUES_READ} for this table.",
            workspace_id=workspace_id,
        )
    return column.id
