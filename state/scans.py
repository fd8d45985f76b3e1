"""Scans: the list, and one scan live."""

from dataclasses import dataclass
from typing import Any

import reflex as rx

from pursight_app.core.errors import NotFoundError
from pursight_app.models import ScanStatus
from pursight_app.services import scanning
from state import format as fmt
from state.base import as_id, column_href, event, hear, run
from state.session import current_workspace, notify

PAGE_ROWS = 50
_PHASES = {
    "queued": "Waiting for a worker",
    "discovering": "Reading what the source holds",
    "scanning": "Reading tables",
    "lineage": "Working out lineage",
    "compliance": "Checking rules",
    "done": "Done",
}


@dataclass
class ScanView:
    """One run."""

    id: str
    source: str
    data_source_id: str
    status: str
    phase: str
    started: str
    started_exact: str
    took: str
    who: str
    done: str
    total: str
    percent: int
    ok: str
    changed: str
    skipped: str
    failed: str
    pending: str
    columns: str
    classified: str
    sensitive: str
    findings: str
    error: str
    is_live: bool


@dataclass
class EntryView:
    """One line of the ledger."""

    table: str
    asset_id: str
    state: str
    reason: str
    took: str


@dataclass
class VerdictView:
    """One named column."""

    href: str
    table: str
    column: str
    data_class: str
    sensitivity: str
    confidence: int


def view_scan(row: scanning.ScanRow) -> ScanView:
    """A run as pages show it."""
    run_, ledger, summary = row.run, row.ledger, row.run.summary
    ended = run_.finished_at
    seconds = (ended - run_.started_at).total_seconds() if ended and run_.started_at else None
    is_live = not ScanStatus(run_.status).is_final
    return ScanView(
        id=str(run_.id),
        source=row.data_source_name,
        data_source_id=str(run_.data_source_id),
        status=run_.status,
        phase=_PHASES.get(run_.phase, run_.phase),
        started=fmt.ago(run_.created_at),
        started_exact=fmt.exact(run_.created_at),
        took=fmt.duration(seconds),
        who=row.requested_by or "PurSight",
        done=fmt.count(run_.done_count),
        total=fmt.count(run_.total_count),
        percent=100 if not is_live else int(100 * run_.done_count / run_.total_count) if run_.total_count else 0,
        ok=fmt.count(ledger["ok"]),
        changed=fmt.count(ledger["changed"]),
        skipped=fmt.count(ledger["skipped"]),
        failed=fmt.count(ledger["failed"]),
        pending=fmt.count(ledger["pending"]),
        columns=fmt.count(summary.get("columns", 0)),
        classified=fmt.count(summary.get("classified", 0)),
        sensitive=fmt.count(summary.get("sensitive", 0)),
        findings=fmt.count(summary.get("findings", 0)) if not is_live else "after the scan",
        error=run_.error or "",
        is_live=is_live,
    )


class ScansState(rx.State):
    """The list of runs of a workspace."""

    is_loading: bool = True
    scans: list[ScanView] = []
    total: int = 0
    offset: int = 0

    @event()
    async def load(self) -> None:
        """Loads one page; `?from=` is the first row."""
        start = str(self.router.url.query_parameters.get("from", "0"))
        self.offset = int(start) if start.isdigit() else 0
        await self._fill()
        if workspace_id := await current_workspace(self):
            await hear(self, "scans", f"workspace:{workspace_id}")
        self.is_loading = False

    @event()
    async def refresh(self) -> None:
        """Called by the live hub."""
        await self._fill()

    async def _fill(self) -> None:
        if workspace_id := await current_workspace(self):
            home, offset = as_id(workspace_id), min(self.offset, 10_000)
            rows, self.total = await run(
                lambda session, actor: scanning.list_scans(
                    session, actor, workspace_id=home, limit=PAGE_ROWS, offset=offset
                )
            )
            self.scans = [view_scan(row) for row in rows]

    @rx.var
    def first(self) -> int:
        """Number of the first row shown."""
        return self.offset + 1

    @rx.var
    def last(self) -> int:
        """Number of the last row shown."""
        return self.offset + len(self.scans)

    @event()
    async def previous(self) -> rx.event.EventSpec:
        """The page before."""
        return rx.redirect(f"/scans?from={max(0, self.offset - PAGE_ROWS)}")

    @event()
    async def next_page(self) -> rx.event.EventSpec:
        """The page after."""
        return rx.redirect(f"/scans?from={self.offset + PAGE_ROWS}")


class ScanState(rx.State):
    """One run, live."""

    is_loading: bool = True
    is_missing: bool = False
    scan: ScanView | None = None
    entries: list[EntryView] = []
    entry_total: int = 0
    entry_filter: str = ""
    verdicts: list[VerdictView] = []
    verdict_total: int = 0

    @event()
    async def load(self) -> None:
        """Loads the run in the URL and keeps it live."""
        self.is_loading, self.is_missing = self.scan is None, False
        try:
            await self._fill()
            await hear(self, "scan", f"scan:{self._scan_id()}")
        except NotFoundError:
            self.is_missing, self.scan = True, None
        self.is_loading = False

    @event()
    async def refresh(self) -> None:
        """Called by the live hub."""
        await self._fill()

    def _scan_id(self) -> str:
        return self.router.url.path.rstrip("/").rpartition("/")[2]

    async def _fill(self) -> None:
        scan_id, state = as_id(self._scan_id()), self.entry_filter

        def read(session: Any, actor: Any) -> tuple[Any, Any, Any]:
            return (
                scanning.get_scan(session, actor, scan_id),
                scanning.list_entries(session, actor, scan_id, state=state, limit=100),
                scanning.list_classifications(session, actor, scan_id, only_named=True, only_sensitive=True, limit=100),
            )

        row, (entries, self.entry_total), (verdicts, self.verdict_total) = await run(read)
        self.scan = view_scan(row)
        self.entries = [
            EntryView(
                entry.qualified_name,
                str(entry.asset_id or ""),
                entry.state,
                entry.reason or "",
                fmt.duration(entry.duration_s),
            )
            for entry in entries
        ]
        self.verdicts = [
            VerdictView(
                column_href(asset.id, column.name),
                asset.qualified_name,
                column.name,
                verdict.data_class or "",
                verdict.sensitivity or "",
                round(100 * verdict.confidence),
            )
            for verdict, column, asset in verdicts
        ]

    @event()
    async def filter_entries(self, state: str) -> None:
        """Shows the lines of one state, "" for all."""
        self.entry_filter = state if state in {"", "ok", "changed", "skipped", "failed", "pending"} else ""
        await self._fill()

    @event()
    async def cancel(self) -> None:
        """Asks the worker to stop after the table at hand."""
        scan_id = as_id(self._scan_id())
        await run(lambda session, actor: scanning.cancel_scan(session, actor, scan_id))
        await notify(self, "The scan stops after the table at hand. What was read is kept.", "info")
        await self._fill()

    @event()
    async def retry(self) -> rx.event.EventSpec:
        """A new run over what this one did not read."""
        scan_id = as_id(self._scan_id())
        again = await run(lambda session, actor: scanning.retry_scan(session, actor, scan_id))
        return rx.redirect(f"/scans/{again.id}")
