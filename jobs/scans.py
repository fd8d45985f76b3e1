"""Scan jobs."""

from uuid import UUID

from pursight_app.services import scanning


def run(scan_run_id: str) -> None:
    """Works on one scan run. Safe to run twice: a run is claimed by one worker, and a finished one is left alone."""
    scanning.run_scan(UUID(scan_run_id))
