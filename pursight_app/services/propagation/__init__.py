"""Labels that follow column lineage: preview, wish, withdrawal, breaks, and keeping them in line with the lineage."""

from pursight_app.services.propagation.labels import refresh
from pursight_app.services.propagation.links import (
    MAX_REASON,
    MIN_REASON,
    ColumnLink,
    break_edge,
    list_column_links,
    mend_edge,
)
from pursight_app.services.propagation.names import ColumnName
from pursight_app.services.propagation.preview import End, Preview, Step, Target, preview_propagation
from pursight_app.services.propagation.requests import (
    PropagationRow,
    ReceivedLabel,
    column_of_verdict,
    get_propagation,
    list_propagations,
    list_received,
    propagate,
    withdraw,
)
from pursight_app.services.propagation.walk import EndReason
from pursight_app.services.propagation.weakening import RULES

__all__ = [
    "MAX_REASON",
    "MIN_REASON",
    "RULES",
    "ColumnLink",
    "ColumnName",
    "End",
    "EndReason",
    "Preview",
    "PropagationRow",
    "ReceivedLabel",
    "Step",
    "Target",
    "break_edge",
    "column_of_verdict",
    "get_propagation",
    "list_column_links",
    "list_propagations",
    "list_received",
    "mend_edge",
    "preview_propagation",
    "propagate",
    "refresh",
    "withdraw",
]
