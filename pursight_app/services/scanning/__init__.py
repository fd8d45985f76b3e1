"""Scans: asking for one, doing it table by table, and what can be said of it (F2.1-31)."""

from pursight_app.services.scanning.execution import run_scan
from pursight_app.services.scanning.requests import (
    ScanRow,
    cancel_scan,
    get_scan,
    list_classifications,
    list_entries,
    list_scans,
    request_scan,
    retry_scan,
    sweep_scans,
)

__all__ = [
    "ScanRow",
    "cancel_scan",
    "get_scan",
    "list_classifications",
    "list_entries",
    "list_scans",
    "request_scan",
    "retry_scan",
    "run_scan",
    "sweep_scans",
]
