"""Executions of scans and their ledger."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Index, text
from sqlmodel import UniqueConstraint

from pursight_app.models.base import Row, json_field, one_of, reference, time_field


class ScanStatus(StrEnum):
    """Life of a run; the last four are final."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    PARTIAL = "partial"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_final(self) -> bool:
        """Whether nothing more happens to the run."""
        return self not in {ScanStatus.QUEUED, ScanStatus.RUNNING}


class LedgerState(StrEnum):
    """Where one table of a run stands; every one ends in exactly one of the last four."""

    PENDING = "pending"
    OK = "ok"
    CHANGED = "changed"
    SKIPPED = "skipped"
    FAILED = "failed"


class ScanRun(Row, table=True):
    """One execution of a scan.

    A worker owns the run while `lease_until` lies ahead; `fence` grows with each owner, and a write that carries an
    older fence is refused, so that a worker which was thought dead cannot write over its successor.
    """

    __table_args__ = (
        one_of("status", ScanStatus),
        # Two runs of one source at a time would write over each other's assets.
        Index(
            "uq_scan_run_active",
            "data_source_id",
            unique=True,
            postgresql_where=text("status IN ('queued', 'running')"),
        ),
    )

    workspace_id: UUID = reference("workspace")
    data_source_id: UUID = reference("data_source")
    requested_by_id: UUID | None = reference("user_account", nullable=True, index=False)
    status: str = ScanStatus.QUEUED
    phase: str = "queued"
    total_count: int = 0
    done_count: int = 0
    summary: dict[str, Any] = json_field()
    options: dict[str, Any] = json_field()
    error: str | None = None
    fence: int = 0
    lease_until: datetime | None = time_field()
    sent_at: datetime | None = time_field()
    cancel_requested_at: datetime | None = time_field()
    started_at: datetime | None = time_field()
    finished_at: datetime | None = time_field()


class ScanEntry(Row, table=True):
    """One line of a run's ledger: one table and how it ended, with the reason where it was not read."""

    __table_args__ = (UniqueConstraint("scan_run_id", "qualified_name"), one_of("state", LedgerState))

    workspace_id: UUID = reference("workspace")
    scan_run_id: UUID = reference("scan_run", index=False)
    asset_id: UUID | None = reference("asset", nullable=True)
    qualified_name: str
    state: str = LedgerState.PENDING
    reason: str | None = None
    duration_s: float | None = None
    finished_at: datetime | None = time_field()
