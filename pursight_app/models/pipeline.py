"""Pipelines, their versions and their runs, and what the runs did on Spark."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Index, UniqueConstraint, text
from sqlmodel import Field

from pursight_app.models.base import Row, json_field, json_list, one_of, reference, time_field


class PipelineRunStatus(StrEnum):
    """Life of a run. `submitted`: Spark has it and has not begun yet."""

    QUEUED = "queued"
    SUBMITTED = "submitted"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_final(self) -> bool:
        """Whether nothing more happens to it."""
        return self in {PipelineRunStatus.SUCCEEDED, PipelineRunStatus.FAILED, PipelineRunStatus.CANCELLED}


class RunReason(StrEnum):
    """Why a run took place."""

    MANUAL = "manual"
    SCHEDULED = "scheduled"
    MONITORING = "monitoring"
    INGESTED = "ingested"


class Pipeline(Row, table=True):
    """A data process on Spark. `version` is the one in use."""

    __table_args__ = (UniqueConstraint("workspace_id", "name"),)

    workspace_id: UUID = reference("workspace", index=False)
    name: str = Field(max_length=120)
    version: int = 1
    schedule: str = Field(default="", max_length=100)
    next_run_at: datetime | None = time_field()
    created_by_id: UUID | None = reference("user_account", nullable=True, index=False)


class PipelineVersion(Row, table=True):
    """What a pipeline was from one moment on. `reason` says why it was made; a version is never changed."""

    __table_args__ = (UniqueConstraint("pipeline_id", "number"),)

    workspace_id: UUID = reference("workspace")
    pipeline_id: UUID = reference("pipeline", index=False)
    number: int
    definition: dict[str, Any] = json_field()
    reason: str = Field(default="", max_length=300)
    made_by_id: UUID | None = reference("user_account", nullable=True, index=False)


class PipelineRun(Row, table=True):
    """One execution. A worker owns the row while `lease_until` lies ahead; `fence` grows with each owner, as for ScanRun.

    `duration_s` is the work without the start of Spark; `input_prints` say what its inputs were (see pipelines.inputs);
    `outputs` are checksums of what it made, also of what was not let into place; `figures` what Spark did in all.
    `open_lineage` are its events, of which the first `open_lineage_sent` have been taken by the receiver.
    """

    __table_args__ = (
        one_of("status", PipelineRunStatus),
        one_of("reason", RunReason),
        Index("ix_pipeline_run_history", "pipeline_id", "created_at"),
        # What has to be told to other catalogues.
        Index(
            "ix_pipeline_run_untold",
            "finished_at",
            postgresql_where=text("jsonb_array_length(open_lineage) > open_lineage_sent"),
        ),
        Index("ix_pipeline_run_open", "status", postgresql_where=text("status IN ('queued', 'submitted', 'running')")),
    )

    workspace_id: UUID = reference("workspace")
    pipeline_id: UUID = reference("pipeline", index=False)
    version: int
    status: str = PipelineRunStatus.QUEUED
    reason: str = RunReason.MANUAL
    deployment_id: UUID | None = Field(default=None, index=True)
    requested_by_id: UUID | None = reference("user_account", nullable=True, index=False)
    app_id: str | None = Field(default=None, max_length=200)
    duration_s: float | None = None
    error: str | None = None
    input_prints: list[list[int] | None] = json_list()
    outputs: list[dict[str, Any]] = json_list()
    figures: dict[str, Any] = json_field()
    bottlenecks: list[dict[str, Any]] = json_list()
    open_lineage: list[dict[str, Any]] = json_list()
    open_lineage_sent: int = 0
    started_at: datetime | None = time_field()
    finished_at: datetime | None = time_field()
    cancel_requested_at: datetime | None = time_field()
    fence: int = 0
    lease_until: datetime | None = time_field()
    sent_at: datetime | None = time_field()


class PipelineStage(Row, table=True):
    """One stage of a run on Spark with the distribution of its tasks; `figures` as cli.diagnose prints them."""

    __table_args__ = (UniqueConstraint("pipeline_run_id", "stage_id", "attempt"),)

    workspace_id: UUID = reference("workspace")
    pipeline_run_id: UUID = reference("pipeline_run", index=False)
    stage_id: int
    attempt: int
    name: str = Field(max_length=300)
    submitted_at_ms: int = Field(default=0, sa_type=BigInteger)
    duration_ms: int = Field(default=0, sa_type=BigInteger)
    figures: dict[str, Any] = json_field()


class PipelineQuery(Row, table=True):
    """One SQL execution of a run with its last plan: `plan` is a tree of {name, text, metrics, children}."""

    __table_args__ = (UniqueConstraint("pipeline_run_id", "query_id"),)

    workspace_id: UUID = reference("workspace")
    pipeline_run_id: UUID = reference("pipeline_run", index=False)
    query_id: int
    description: str = Field(default="", max_length=500)
    duration_ms: int = Field(default=0, sa_type=BigInteger)
    plan: dict[str, Any] = json_field()
