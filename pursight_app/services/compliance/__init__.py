"""Rules, their evaluation over the catalogue, and what people decide about findings."""

from pursight_app.services.compliance.evaluation import evaluate_assets
from pursight_app.services.compliance.findings import (
    OPEN_STATUSES,
    FindingRow,
    announce_finding,
    count_findings,
    get_finding,
    list_findings,
    set_finding_status,
    waive_finding,
)
from pursight_app.services.compliance.rules import create_rule, install_packs, list_rules

__all__ = [
    "OPEN_STATUSES",
    "FindingRow",
    "announce_finding",
    "count_findings",
    "create_rule",
    "evaluate_assets",
    "get_finding",
    "install_packs",
    "list_findings",
    "list_rules",
    "set_finding_status",
    "waive_finding",
]
