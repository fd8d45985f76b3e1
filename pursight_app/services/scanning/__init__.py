"""Scans: asking for one, doing it table by table, and what can be said of it (F2.1-31)."""

from uuid import UUID

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


def run_scan(scan_run_id: UUID) -> None:
    """Works on a run until it is final, see `execution.run_scan`; loads the scanner, which pages do without, only then."""
    from pursight_app.services.scanning import execution

    execution.run_scan(scan_run_id)


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
