"""Rules, what failed them, and risks that somebody accepted."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field, UniqueConstraint

from pursight_app.models.base import Row, json_field, one_of, reference, time_field


class Severity(StrEnum):
    """How bad a failed check is, mildest first."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


class FindingStatus(StrEnum):
    """Life of a finding."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"
    WAIVED = "waived"


class RuleScope(StrEnum):
    """What one evaluation of a rule looks at."""

    COLUMN = "column"
    TABLE = "table"


class Rule(Row, table=True):
    """A check: a finding exists while the CEL `condition` is true. `pack` is NULL for rules made here."""

    __table_args__ = (
        UniqueConstraint("workspace_id", "key"),
        one_of("severity", Severity),
        one_of("scope", RuleScope),
    )

    workspace_id: UUID = reference("workspace", index=False)
    key: str = Field(max_length=40)
    framework: str = Field(max_length=40)
    title: str = Field(max_length=200)
    description: str
    remediation: str
    severity: str
    scope: str
    condition: str
    pack: str | None = None
    is_enabled: bool = True


class Finding(Row, table=True):
    """A rule that failed on an asset or on one of its columns; `subject` is the id of whichever it is."""

    __table_args__ = (
        UniqueConstraint("rule_id", "subject"),
        one_of("status", FindingStatus),
        one_of("severity", Severity),
        Index("ix_finding_list", "workspace_id", "status", "severity"),
    )

    workspace_id: UUID = reference("workspace", index=False)
    rule_id: UUID = reference("rule", index=False)
    asset_id: UUID = reference("asset")
    asset_column_id: UUID | None = Field(default=None, foreign_key="asset_column.id", ondelete="CASCADE", index=True)
    subject: UUID
    scan_run_id: UUID | None = reference("scan_run", nullable=True)
    severity: str
    status: str = FindingStatus.OPEN
    evidence: dict[str, Any] = json_field()
    last_seen_at: datetime = time_field(default_now=True)
    resolved_at: datetime | None = time_field()


class Waiver(Row, table=True):
    """A risk accepted for a time: who, why, until when."""

    workspace_id: UUID = reference("workspace")
    finding_id: UUID = reference("finding")
    reason: str
    approved_by_id: UUID | None = reference("user_account", nullable=True, index=False)
    expires_at: datetime = time_field(default_now=True)
    withdrawn_at: datetime | None = time_field()
