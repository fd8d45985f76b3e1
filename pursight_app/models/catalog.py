"""Assets, their columns, the verdicts on them and the lineage between them."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, Column, Computed, Index, Text, text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlmodel import Field, UniqueConstraint

from pursight_app.models.base import Row, json_field, one_of, reference, time_field


class AssetKind(StrEnum):
    """What an asset is; the values of connectors.base.TableKind are among them."""

    TABLE = "table"
    VIEW = "view"
    FILE = "file"


class ClassificationStatus(StrEnum):
    """What people said of a verdict."""

    SUGGESTED = "suggested"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"


class ClassificationOrigin(StrEnum):
    """Where a verdict comes from."""

    AUTOMATED = "automated"
    MANUAL = "manual"
    PROPAGATED = "propagated"


class LineageKind(StrEnum):
    """How an edge between two assets is known."""

    VIEW = "view"
    FOREIGN_KEY = "foreign_key"
    PIPELINE = "pipeline"


class Transformation(StrEnum):
    """What becomes of a value on its way from one column to another (OpenLineage's column lineage facet, subtypes)."""

    IDENTITY = "identity"
    TRANSFORMATION = "transformation"
    AGGREGATION = "aggregation"
    MASKING = "masking"


class Asset(Row, table=True):
    """A table, view or file. `comment` is the source's word, `description` people's; a scan never touches the latter.

    `combination_risk` is services.combination_risk.CombinationRisk as JSON, empty when never measured.
    """

    __table_args__ = (
        UniqueConstraint("data_source_id", "qualified_name"),
        one_of("kind", AssetKind),
        Index("ix_asset_search", "search_vector", postgresql_using="gin"),
        Index("ix_asset_order", "workspace_id", text("lower(name)"), "id"),
    )

    workspace_id: UUID = reference("workspace", index=False)
    data_source_id: UUID = reference("data_source", index=False)
    kind: str
    namespace: str
    qualified_name: str
    schema_name: str = ""
    name: str
    comment: str | None = None
    description: str | None = None
    owner_id: UUID | None = reference("user_account", nullable=True)
    view_definition: str | None = None
    fingerprint: str = ""
    row_count: int | None = Field(default=None, sa_type=BigInteger)
    row_count_error: int | None = Field(default=None, sa_type=BigInteger)
    sampled_rows: int | None = None
    size_bytes: int | None = Field(default=None, sa_type=BigInteger)
    sensitivity: str | None = None
    sample_key: str | None = None
    combination_risk: dict[str, Any] = json_field()
    scanned_at: datetime | None = time_field()
    missing_since: datetime | None = time_field()
    search_vector: Any = Field(default=None, sa_type=TSVECTOR)


class AssetColumn(Row, table=True):
    """A column; `profile` holds connectors.base.ColumnProfile as JSON, empty when never profiled."""

    __table_args__ = (
        UniqueConstraint("asset_id", "name"),
        # For the review queue, which reads the names of all columns but not their profiles.
        Index(
            "ix_asset_column_queue",
            "workspace_id",
            postgresql_include=["id", "asset_id", "name"],
            postgresql_where=text("missing_since IS NULL"),
        ),
    )

    workspace_id: UUID = reference("workspace")
    asset_id: UUID = reference("asset", index=False)
    name: str
    position: int
    data_type: str
    is_nullable: bool = True
    is_primary_key: bool = False
    comment: str | None = None
    profile: dict[str, Any] = json_field()
    missing_since: datetime | None = time_field()


class Classification(Row, table=True):
    """The verdict on one column. `data_class` NULL: looked at, nothing named. A confirmed row never changes by itself.

    `suggestion` is what the classifier said last, whatever people said since: {"data_class", "confidence", "sensitivity",
    "regulations", "evidence", "model_version"}. It comes back when a review is undone or a propagated label withdrawn.
    """

    __table_args__ = (
        one_of("status", ClassificationStatus),
        one_of("origin", ClassificationOrigin),
        # All that the review queue orders by: it reads this index and not the rows, whose evidence is large.
        Index(
            "ix_classification_queue",
            "workspace_id",
            postgresql_include=["id", "asset_column_id", "data_class", "confidence", "sensitivity", "runner_up"],
            postgresql_where=text("status = 'suggested'"),
        ),
    )

    workspace_id: UUID = reference("workspace")
    asset_column_id: UUID = Field(foreign_key="asset_column.id", ondelete="CASCADE", unique=True)
    data_class: str | None = Field(default=None, index=True)
    confidence: float = 0.0
    sensitivity: str | None = None
    regulations: list[str] = Field(default_factory=list, sa_type=ARRAY(Text))  # type: ignore[call-overload]  # instances are fine
    evidence: dict[str, Any] = json_field()
    suggestion: dict[str, Any] = json_field()
    origin: str = ClassificationOrigin.AUTOMATED
    status: str = ClassificationStatus.SUGGESTED
    model_version: str = ""
    decided_by_id: UUID | None = reference("user_account", nullable=True, index=False)
    decided_at: datetime | None = time_field()
    evaluated_at: datetime = time_field(default_now=True)
    # Kept by PostgreSQL beside the evidence: the review queue orders by it without reading the evidence of every column.
    runner_up: str | None = Field(
        default=None, sa_column=Column(Text, Computed("evidence #>> '{runner_up,0}'", persisted=True))
    )


class LineageEdge(Row, table=True):
    """`downstream` is made from (view, pipeline) or refers to (foreign key) `upstream`."""

    __table_args__ = (
        UniqueConstraint("upstream_id", "downstream_id", "kind"),
        one_of("kind", LineageKind),
    )

    workspace_id: UUID = reference("workspace")
    upstream_id: UUID = reference("asset", index=False)
    downstream_id: UUID = reference("asset")
    kind: str
    scan_run_id: UUID | None = reference("scan_run", nullable=True, index=False)
    pipeline_run_id: UUID | None = Field(default=None, index=True)


class ColumnLineageEdge(Row, table=True):
    """One column of the downstream asset takes its values from one of the upstream asset."""

    __table_args__ = (
        UniqueConstraint("lineage_edge_id", "upstream_column_id", "downstream_column_id"),
        one_of("transformation", Transformation),
    )

    workspace_id: UUID = reference("workspace")
    lineage_edge_id: UUID = reference("lineage_edge", index=False)
    upstream_column_id: UUID = reference("asset_column")
    downstream_column_id: UUID = reference("asset_column")
    transformation: str = Transformation.IDENTITY
