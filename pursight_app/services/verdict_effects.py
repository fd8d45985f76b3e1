"""What follows when verdicts change: the sensitivity of their assets and the rules over them."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm.attributes import set_committed_value
from sqlmodel import Session

from pursight_app.core.taxonomy import Sensitivity
from pursight_app.models import Asset, Finding
from pursight_app.services import compliance

# One statement for any number of assets; the same answer as scanning.tables.highest_sensitivity gives for one.
_SENSITIVITY = text(
    """
    UPDATE asset a SET sensitivity = (
        SELECT v.sensitivity
        FROM asset_column c JOIN classification v ON v.asset_column_id = c.id
        WHERE c.asset_id = a.id AND c.missing_since IS NULL
          AND v.data_class IS NOT NULL AND v.status <> 'rejected' AND v.sensitivity IS NOT NULL
        ORDER BY array_position(CAST(:levels AS text[]), v.sensitivity) DESC
        LIMIT 1)
    WHERE a.id = ANY(CAST(:asset_ids AS uuid[]))
    RETURNING a.id, a.sensitivity
    """
)


def settle(session: Session, workspace_id: UUID, asset_ids: Collection[UUID]) -> list[Finding]:
    """Brings sensitivity and findings of assets in line with the verdicts on their columns. Not for people to call.

    Returns:
        The findings that are new or open again.
    """
    if not asset_ids:
        return []
    ids = sorted(set(asset_ids))
    session.flush()
    given = {"levels": [str(level) for level in Sensitivity], "asset_ids": ids}
    found: dict[UUID, str | None] = dict(session.execute(_SENSITIVITY, given).all())  # type: ignore[arg-type]  # rows are tuples
    for row in list(session.identity_map.values()):
        # Not session.refresh(): that is a statement for each asset.
        if isinstance(row, Asset) and row.id in found:
            set_committed_value(row, "sensitivity", found[row.id])
    return compliance.evaluate_assets(session, workspace_id, ids)
