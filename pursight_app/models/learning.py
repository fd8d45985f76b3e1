"""What stewards taught: their reviews, the numbers of columns, the models trained from both, and what a model would change."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Index, text
from sqlmodel import Field, UniqueConstraint

from pursight_app.models.base import Row, json_field, one_of, reference, time_field


class ReviewDecision(StrEnum):
    """What a person said of a verdict."""

    CONFIRM = "confirm"
    REJECT = "reject"
    CORRECT = "correct"


class ModelStatus(StrEnum):
    """Life of a workspace's column model. Of `champion` there is at most one; without one the shipped model is used."""

    QUEUED = "queued"
    TRAINING = "training"
    CHALLENGER = "challenger"
    PROMOTING = "promoting"
    CHAMPION = "champion"
    RETIRED = "retired"
    DISMISSED = "dismissed"
    FAILED = "failed"


class Review(Row, table=True):
    """One person's word on one verdict. `before` is the verdict as it stood; an undone review counts for nothing.

    Reviews made together share a `batch_id`. `data_class` is the class after the review, NULL after a rejection;
    `before["data_class"]` is then the class that the column does not have.
    """

    __table_args__ = (one_of("decision", ReviewDecision),)

    workspace_id: UUID = reference("workspace")
    asset_column_id: UUID = reference("asset_column")
    batch_id: UUID = Field(index=True)
    decision: str
    data_class: str | None = None
    before: dict[str, Any] = json_field()
    decided_by_id: UUID | None = reference("user_account", nullable=True, index=False)
    undone_at: datetime | None = time_field()
    undone_by_id: UUID | None = reference("user_account", nullable=True, index=False)


class ColumnFeatures(Row, table=True):
    """The numbers by which the column model knows a column, as of its last scan: no value can be read from them.

    `vector` is the packed form of assistant.features.ColumnFeatures, `version` that of the features' order.
    """

    __table_args__ = (UniqueConstraint("asset_column_id"),)

    workspace_id: UUID = reference("workspace")
    asset_column_id: UUID = reference("asset_column", index=False)
    version: str
    vector: bytes


class ColumnModel(Row, table=True):
    """A column model that learned from one workspace's reviews; `number` counts them within the workspace.

    `scores` holds champion and challenger side by side: on the golden set per class, and on the workspace's reviews.
    A worker owns the row while `lease_until` lies ahead; `fence` grows with each owner, as for ScanRun.
    """

    __table_args__ = (
        UniqueConstraint("workspace_id", "number"),
        one_of("status", ModelStatus),
        Index("uq_column_model_champion", "workspace_id", unique=True, postgresql_where=text("status = 'champion'")),
        Index(
            "uq_column_model_active",
            "workspace_id",
            unique=True,
            postgresql_where=text("status IN ('queued', 'training', 'promoting')"),
        ),
    )

    workspace_id: UUID = reference("workspace")
    number: int
    status: str = ModelStatus.QUEUED
    base_version: str = ""
    version: str = ""
    artefact_key: str | None = None
    review_count: int = 0
    scores: dict[str, Any] = json_field()
    error: str | None = None
    requested_by_id: UUID | None = reference("user_account", nullable=True, index=False)
    decided_by_id: UUID | None = reference("user_account", nullable=True, index=False)
    decided_at: datetime | None = time_field()
    trained_at: datetime | None = time_field()
    done_count: int = 0
    total_count: int = 0
    fence: int = 0
    lease_until: datetime | None = time_field()
    sent_at: datetime | None = time_field()


class ModelChange(Row, table=True):
    """One verdict that would be another one under a challenger; the rows are what a person looks at before promoting."""

    __table_args__ = (UniqueConstraint("column_model_id", "asset_column_id"),)

    workspace_id: UUID = reference("workspace")
    column_model_id: UUID = reference("column_model", index=False)
    asset_column_id: UUID = reference("asset_column")
    before_class: str | None = None
    before_confidence: float = 0.0
    after_class: str | None = None
    after_confidence: float = 0.0
