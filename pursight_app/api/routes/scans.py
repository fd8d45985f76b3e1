"""The scan workflow (F2.2, F2.29-30) and what a scan found."""

from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from pursight_app.api.dependencies import CurrentActor, CurrentPaging, Page, page
from pursight_app.api.guard import GuardedRoute, guard
from pursight_app.api.routes.findings import view_finding
from pursight_app.core.db import unit_of_work
from pursight_app.models import LedgerState, ScanRun
from pursight_app.services import compliance, reviews, scanning
from pursight_app.services.access import Permission

router = APIRouter(tags=["scans"], route_class=GuardedRoute)
_WORKFLOW = "/racine/orchestration/scan-workflow"
_LEDGER = (LedgerState.OK, LedgerState.CHANGED, LedgerState.SKIPPED, LedgerState.FAILED)


class ScanOptions(BaseModel):
    """What to scan; all tables unless `tables` names some by qualified name."""

    tables: list[str] | None = Field(default=None, max_length=10_000)


class ScanRequest(BaseModel):
    """Which source to scan."""

    data_source_id: UUID
    options: ScanOptions | None = None


class Review(BaseModel):
    """A person's word on a verdict; `data_class` goes with `correct`."""

    decision: str = Field(max_length=20)
    data_class: str | None = Field(default=None, max_length=60)


def _queued(run: ScanRun) -> dict[str, str]:
    return {"scan_id": str(run.id), "status": run.status}


@router.post(_WORKFLOW, status_code=202)
@guard(Permission.SCAN_RUN)
def request_scan(body: ScanRequest, actor: CurrentActor) -> dict[str, str]:
    """Queues a scan."""
    tables = body.options.tables if body.options else None
    with unit_of_work() as session:
        return _queued(scanning.request_scan(session, actor, body.data_source_id, tables=tables))


@router.get(_WORKFLOW + "/{scan_id}")
@guard(Permission.SCAN_READ, "scan_id")
def get_scan(scan_id: UUID, actor: CurrentActor) -> dict[str, object]:
    """How far a scan is and what it found so far."""
    with unit_of_work() as session:
        row = scanning.get_scan(session, actor, scan_id)
    run = row.run
    summary = {name: run.summary.get(name, 0) for name in ("tables", "columns", "classified", "sensitive", "findings")}
    return {
        "scan_id": str(run.id),
        "data_source_id": str(run.data_source_id),
        "status": run.status,
        "progress": {"phase": run.phase, "done": run.done_count, "total": run.total_count},
        "summary": summary,
        "ledger": {str(state): row.ledger[state] for state in _LEDGER},
        "error": run.error,
        "created_at": run.created_at,
        "started_at": run.started_at,
        "finished_at": run.finished_at,
    }


@router.post(_WORKFLOW + "/{scan_id}/cancel", status_code=202)
@guard(Permission.SCAN_RUN, "scan_id")
def cancel_scan(scan_id: UUID, actor: CurrentActor) -> dict[str, str]:
    """Ends a scan after the table at hand."""
    with unit_of_work() as session:
        return _queued(scanning.cancel_scan(session, actor, scan_id))


@router.post(_WORKFLOW + "/{scan_id}/retry", status_code=202)
@guard(Permission.SCAN_RUN, "scan_id")
def retry_scan(scan_id: UUID, actor: CurrentActor) -> dict[str, str]:
    """A new scan over what this one did not read."""
    with unit_of_work() as session:
        return _queued(scanning.retry_scan(session, actor, scan_id))


@router.get("/api/scans")
@guard(Permission.SCAN_READ)
def list_scans(
    actor: CurrentActor, at: CurrentPaging, workspace_id: UUID | None = None, data_source_id: UUID | None = None
) -> Page:
    """Scans, newest first."""
    with unit_of_work() as session:
        rows, total = scanning.list_scans(
            session,
            actor,
            workspace_id=workspace_id,
            data_source_id=data_source_id,
            limit=at.limit,
            offset=at.offset,
        )
    items = [
        {
            **_queued(row.run),
            "data_source": row.data_source_name,
            "created_at": row.run.created_at,
            "ledger": row.ledger,
        }
        for row in rows
    ]
    return page(items, total, at)


@router.get("/api/scans/{scan_id}/ledger")
@guard(Permission.SCAN_READ, "scan_id")
def list_entries(scan_id: UUID, actor: CurrentActor, at: CurrentPaging, state: str = "") -> Page:
    """Every table of a scan and how it ended."""
    with unit_of_work() as session:
        rows, total = scanning.list_entries(session, actor, scan_id, state=state, limit=at.limit, offset=at.offset)
    items = [
        {
            "table": row.qualified_name,
            "asset_id": str(row.asset_id) if row.asset_id else None,
            "state": row.state,
            "reason": row.reason,
            "duration_s": row.duration_s,
        }
        for row in rows
    ]
    return page(items, total, at)


@router.get("/api/scans/{scan_id}/classifications")
@guard(Permission.SCAN_READ, "scan_id")
def list_classifications(scan_id: UUID, actor: CurrentActor, at: CurrentPaging) -> Page:
    """The verdicts on the columns that a scan read, with their evidence."""
    with unit_of_work() as session:
        rows, total = scanning.list_classifications(session, actor, scan_id, limit=at.limit, offset=at.offset)
    items = [
        {
            "id": str(verdict.id),
            "asset_id": str(asset.id),
            "table": asset.qualified_name,
            "column": column.name,
            "data_class": verdict.data_class,
            "confidence": verdict.confidence,
            "sensitivity": verdict.sensitivity,
            "regulations": verdict.regulations,
            "evidence": verdict.evidence,
            "status": verdict.status,
        }
        for verdict, column, asset in rows
    ]
    return page(items, total, at)


@router.get("/api/scans/{scan_id}/findings")
@guard(Permission.SCAN_READ, "scan_id")
def list_findings(scan_id: UUID, actor: CurrentActor, at: CurrentPaging) -> Page:
    """The rules that failed when this scan was evaluated."""
    with unit_of_work() as session:
        scanning.get_scan(session, actor, scan_id)
        rows, total = compliance.list_findings(
            session, actor, scan_run_id=scan_id, statuses=(), limit=at.limit, offset=at.offset
        )
    return page([view_finding(row) for row in rows], total, at)


@router.post("/api/classifications/{classification_id}/review")
@guard(Permission.CLASSIFICATION_REVIEW, "classification_id")
def review(classification_id: UUID, body: Review, actor: CurrentActor) -> dict[str, object]:
    """Confirms, rejects or corrects a verdict."""
    with unit_of_work() as session:
        verdict = reviews.review_classification(
            session, actor, classification_id, decision=body.decision, data_class=body.data_class
        )
    return {
        "id": str(verdict.id),
        "status": verdict.status,
        "data_class": verdict.data_class,
        "confidence": verdict.confidence,
        "sensitivity": verdict.sensitivity,
    }
