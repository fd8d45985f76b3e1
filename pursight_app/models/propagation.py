"""Labels that follow column lineage, and the places where people stopped them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import UniqueConstraint

from pursight_app.models.base import Row, json_list, reference, time_field


class Propagation(Row, table=True):
    """A person's wish that the label of one column follows its lineage downstream, until it is withdrawn."""

    workspace_id: UUID = reference("workspace")
    asset_column_id: UUID = reference("asset_column")
    created_by_id: UUID | None = reference("user_account", nullable=True, index=False)
    withdrawn_at: datetime | None = time_field()
    withdrawn_by_id: UUID | None = reference("user_account", nullable=True, index=False)


class PropagatedLabel(Row, table=True):
    """A label that a propagation put on a column. `path` are the steps from the source to it, nearest the source first.

    Each step is {"upstream_column_id", "downstream_column_id", "transformation"}. `confidence` (0-1) is what is left
    of the source's after the transformations, `sensitivity` likewise.
    """

    __table_args__ = (UniqueConstraint("propagation_id", "asset_column_id"),)

    workspace_id: UUID = reference("workspace")
    propagation_id: UUID = reference("propagation", index=False)
    asset_column_id: UUID = reference("asset_column")
    data_class: str
    sensitivity: str
    confidence: float
    path: list[Any] = json_list()


class LineageBreak(Row, table=True):
    """Two columns between which no label may pass, whatever the lineage says. Scans rewrite edges; this row stays."""

    __table_args__ = (UniqueConstraint("upstream_column_id", "downstream_column_id"),)

    workspace_id: UUID = reference("workspace")
    upstream_column_id: UUID = reference("asset_column", index=False)
    downstream_column_id: UUID = reference("asset_column")
    reason: str
    created_by_id: UUID | None = reference("user_account", nullable=True, index=False)
