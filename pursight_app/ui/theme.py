"""Names of the visual language: which tone, icon and word stands for what. The values are in assets/pursight.css."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sign:
    """How one meaning is shown: a tone, an icon and a word, never colour alone."""

    tone: str
    icon: str
    word: str


SENSITIVITY: Mapping[str, Sign] = {
    "public": Sign("grey", "globe", "Public"),
    "internal": Sign("blue", "building", "Internal"),
    "confidential": Sign("amber", "lock", "Confidential"),
    "restricted": Sign("red", "shield-alert", "Restricted"),
}
PRESENCE: Mapping[str, str] = {"online": "Here", "idle": "Away", "offline": "Not here"}
SEVERITY: Mapping[str, Sign] = {
    "low": Sign("grey", "chevron-down", "Low"),
    "medium": Sign("blue", "equal", "Medium"),
    "high": Sign("amber", "chevron-up", "High"),
    "critical": Sign("red", "octagon-alert", "Critical"),
}
SCAN_STATUS: Mapping[str, Sign] = {
    "queued": Sign("grey", "clock", "Queued"),
    "running": Sign("accent", "loader", "Running"),
    "succeeded": Sign("green", "circle-check", "Succeeded"),
    "partial": Sign("amber", "circle-alert", "Partial"),
    "failed": Sign("red", "circle-x", "Failed"),
    "cancelled": Sign("grey", "ban", "Cancelled"),
}
LEDGER_STATE: Mapping[str, Sign] = {
    "pending": Sign("grey", "clock", "Waiting"),
    "ok": Sign("green", "check", "Read"),
    "changed": Sign("accent", "pencil", "Changed"),
    "skipped": Sign("grey", "skip-forward", "Skipped"),
    "failed": Sign("red", "x", "Failed"),
}
TRANSFORMATION: Mapping[str, Sign] = {
    "identity": Sign("green", "copy", "Copied"),
    "transformation": Sign("blue", "pencil-line", "Changed"),
    "masking": Sign("amber", "eye-off", "Masked"),
    "aggregation": Sign("grey", "sigma", "Counted or compared"),
}
VERDICT_STATUS: Mapping[str, Sign] = {
    "suggested": Sign("grey", "sparkles", "Suggested"),
    "confirmed": Sign("green", "check", "Confirmed"),
    "rejected": Sign("grey", "x", "Rejected"),
    "propagated": Sign("accent", "git-branch", "Propagated"),
}
REVIEW_DECISION: Mapping[str, Sign] = {
    "confirm": Sign("green", "check", "Confirmed"),
    "reject": Sign("grey", "x", "Rejected"),
    "correct": Sign("accent", "pencil", "Corrected"),
}
FINDING_STATUS: Mapping[str, Sign] = {
    "open": Sign("amber", "circle-dot", "Open"),
    "acknowledged": Sign("blue", "eye", "Acknowledged"),
    "resolved": Sign("green", "circle-check", "Resolved"),
    "waived": Sign("grey", "calendar-clock", "Waived"),
}
DECISION_STATUS: Mapping[str, Sign] = {
    "proposed": Sign("amber", "vote", "Open"),
    "approved": Sign("green", "check", "Approved"),
    "rejected": Sign("red", "x", "Rejected"),
    "withdrawn": Sign("grey", "undo-2", "Taken back"),
}
MODEL_STATUS: Mapping[str, Sign] = {
    "queued": Sign("grey", "clock", "Queued"),
    "training": Sign("accent", "loader", "Training"),
    "challenger": Sign("blue", "git-compare", "Waits for a decision"),
    "promoting": Sign("accent", "loader", "Being put into use"),
    "champion": Sign("green", "circle-check", "In use"),
    "retired": Sign("grey", "archive", "Was in use"),
    "dismissed": Sign("grey", "x", "Dismissed"),
    "failed": Sign("red", "circle-x", "Failed"),
}
SCORE_CHANGE: Mapping[str, Sign] = {
    "better": Sign("green", "chevron-up", "Better"),
    "same": Sign("grey", "equal", "The same"),
    "worse": Sign("amber", "chevron-down", "Worse"),
}
LEVEL_CHANGE: Mapping[str, Sign] = {
    "up": Sign("amber", "chevron-up", "More sensitive"),
    "down": Sign("blue", "chevron-down", "Less sensitive"),
}
RUN_STATUS: Mapping[str, Sign] = {
    "queued": Sign("grey", "clock", "Queued"),
    "submitted": Sign("blue", "send", "Given to Spark"),
    "running": Sign("accent", "loader", "Running"),
    "succeeded": Sign("green", "circle-check", "Succeeded"),
    "failed": Sign("red", "circle-x", "Failed"),
    "cancelled": Sign("grey", "ban", "Cancelled"),
}
PLAN_STATUS: Mapping[str, Sign] = {
    "queued": Sign("grey", "clock", "Queued"),
    "analysing": Sign("accent", "loader", "Analysing"),
    "trying": Sign("accent", "flask-conical", "Trying changes"),
    "ready": Sign("blue", "git-compare", "Waits for a decision"),
    "applied": Sign("green", "check", "Approved"),
    "failed": Sign("red", "circle-x", "Failed"),
}
DEPLOYMENT_STATUS: Mapping[str, Sign] = {
    "deploying": Sign("accent", "loader", "Deploying"),
    "monitoring": Sign("blue", "eye", "Being watched"),
    "kept": Sign("green", "circle-check", "Kept"),
    "rolled_back": Sign("amber", "undo-2", "Rolled back"),
    "failed": Sign("red", "circle-x", "Failed"),
}
RECOMMENDATION_KIND: Mapping[str, Sign] = {
    "configuration": Sign("grey", "sliders-horizontal", "Setting"),
    "sql": Sign("blue", "code", "SQL"),
    "python": Sign("blue", "code", "Python"),
    "caching": Sign("accent", "archive", "Kept step"),
    "layout": Sign("accent", "files", "Files"),
    "suggestion": Sign("grey", "lightbulb", "Suggestion"),
}
AUDIT_RESULT: Mapping[str, Sign] = {
    "ok": Sign("green", "check", "Done"),
    "denied": Sign("amber", "ban", "Refused"),
    "failed": Sign("red", "circle-x", "Failed"),
}
ASSET_KIND: Mapping[str, Sign] = {
    "table": Sign("grey", "table-2", "Table"),
    "view": Sign("grey", "eye", "View"),
    "file": Sign("grey", "file", "File"),
}
SOURCE_ICON: Mapping[str, str] = {
    "postgresql": "database",
    "mysql": "database",
    "sqlite": "hard-drive",
    "duckdb": "hard-drive",
    "files": "folder",
}
ACCOUNT_STATE: Mapping[str, Sign] = {
    "active": Sign("green", "circle-check", "Active"),
    "invited": Sign("blue", "mail", "Invited"),
    "suspended": Sign("red", "ban", "Suspended"),
    "merged": Sign("grey", "merge", "Merged"),
}
ROLE_WORDS: Mapping[str, str] = {
    "administrator": "Administrator",
    "steward": "Steward",
    "engineer": "Engineer",
    "viewer": "Viewer",
    "guest": "Guest",
}
