"""Tables, one file per noun; no logic. Importing this package registers them all."""

from pursight_app.models.audit import AuditEvent, IdempotencyKey
from pursight_app.models.catalog import (
    Asset,
    AssetColumn,
    AssetKind,
    Classification,
    ClassificationOrigin,
    ClassificationStatus,
    ColumnLineageEdge,
    LineageEdge,
    LineageKind,
)
from pursight_app.models.compliance import Finding, FindingStatus, Rule, RuleScope, Severity, Waiver
from pursight_app.models.data_source import DataSource
from pursight_app.models.identity import Member, Role, UserAccount, Workspace
from pursight_app.models.scan import LedgerState, ScanEntry, ScanRun, ScanStatus

__all__ = [
    "Asset",
    "AssetColumn",
    "AssetKind",
    "AuditEvent",
    "Classification",
    "ClassificationOrigin",
    "ClassificationStatus",
    "ColumnLineageEdge",
    "DataSource",
    "Finding",
    "FindingStatus",
    "IdempotencyKey",
    "LedgerState",
    "LineageEdge",
    "LineageKind",
    "Member",
    "Role",
    "Rule",
    "RuleScope",
    "ScanEntry",
    "ScanRun",
    "ScanStatus",
    "Severity",
    "UserAccount",
    "Waiver",
    "Workspace",
]
