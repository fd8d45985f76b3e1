"""Asking for scans, cancelling and retrying them, reading their state, and finding work that got lost."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, func, not_, or_, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from pursight_app.core import queue
from pursight_app.core.clock import now
from pursight_app.core.db import after_commit, count_rows, unit_of_work
from pursight_app.core.errors import ConflictError
from pursight_app.core.redis import RedisError
from pursight_app.core.settings import get_settings
from pursight_app.models import (
    Asset,
    AssetColumn,
    Classification,
    DataSource,
    LedgerState,
    ScanEntry,
    ScanRun,
    ScanStatus,
    UserAccount,
)
from pursight_app.services import access, audit
from pursight_app.services.access import Actor, Permission
from pursight_app.services.compliance.findings import reopen_expired
from pursight_app.services.leases import MAX_TAKEOVERS
from pursight_app.services.scanning.progress import announce

log = structlog.get_logger()
CANCELLED_REASON = "The scan was cancelled before this table was read."


@dataclass(frozen=True, slots=True)
class ScanRow:
    """A run with the names that a reader needs, and its ledger: how many tables ended in which state."""

    run: ScanRun
    data_source_name: str
    requested_by: str
    ledger: dict[str, int]


def request_scan(session: Session, actor: Actor, data_source_id: UUID, *, tables: list[str] | None = None) -> ScanRun:
    """Queues a scan of a source, or of some of its tables by qualified name (F2.2-4).

    Raises:
        NotFoundError, PermissionDeniedError: see services.access.
        ConflictError: a scan of this source is queued or running (`scan_active`).
    """
    source = access.get(session, actor, DataSource, data_source_id, Permission.SCAN_RUN)
    run = ScanRun(
        workspace_id=source.workspace_id,
        data_source_id=source.id,
        requested_by_id=actor.user_id,
        options={"tables": tables} if tables else {},
        # Until the sweep may send it: between the commit and the sending it would look lost to it.
        sent_at=now(),
    )
    try:
        with session.begin_nested():
            session.add(run)
    except IntegrityError:
        raise ConflictError(
            f"A scan of {source.name} is queued or running. Wait for it or cancel it first.", code="scan_active"
        ) from None
    audit.record(
        session, actor, "scan.request", audit.Subject("scan_run", run.id, run.workspace_id), source=source.name
    )
    announce(session, run)
    after_commit(session, lambda: _send(run.id, run.fence))
    return run


def _send(scan_run_id: UUID, fence: int) -> None:
    try:
        queue.send(queue.SCAN, str(scan_run_id), job_id=_job_id(scan_run_id, fence))
    except RedisError as error:
        # The row is there; the sweep sends it as soon as Redis is back.
        log.warning("scan_run.not_sent", scan_run_id=str(scan_run_id), error=type(error).__name__)


def _job_id(scan_run_id: UUID, fence: int) -> str:
    return f"scan-{scan_run_id}-{fence}"


def cancel_scan(session: Session, actor: Actor, scan_run_id: UUID) -> ScanRun:
    """Ends a queued run now and a running one after the table at hand; what was read stays.

    Raises:
        ConflictError: the run is over already.
    """
    access.get(session, actor, ScanRun, scan_run_id, Permission.SCAN_RUN)
    run = session.exec(select(ScanRun).where(ScanRun.id == scan_run_id).with_for_update()).one()
    if ScanStatus(run.status).is_final:
        raise ConflictError(f"This scan has {run.status} already.", code="scan_over")
    run.cancel_requested_at = now()
    if run.status == ScanStatus.QUEUED:
        close_pending(session, run.id, LedgerState.SKIPPED, CANCELLED_REASON)
        run.status, run.phase, run.finished_at = ScanStatus.CANCELLED, "done", now()
    audit.record(session, actor, "scan.cancel", audit.Subject("scan_run", run.id, run.workspace_id))
    announce(session, run)
    return run


def close_pending(session: Session, scan_run_id: UUID, state: LedgerState, reason: str) -> None:
    """Gives every table that was not reached its final state, so that the ledger adds up."""
    session.exec(  # type: ignore[call-overload]  # SQLModel types only select()
        update(ScanEntry)
        .where(col(ScanEntry.scan_run_id) == scan_run_id, col(ScanEntry.state) == LedgerState.PENDING)
        .values(state=state, reason=reason, finished_at=now())
    )


def retry_scan(session: Session, actor: Actor, scan_run_id: UUID) -> ScanRun:
    """A new run over what the old one did not get: its failed and unreached tables, or all when it found none.

    Raises:
        ConflictError: the old run goes on, or has nothing left to retry.
    """
    run = access.get(session, actor, ScanRun, scan_run_id, Permission.SCAN_RUN)
    if not ScanStatus(run.status).is_final:
        raise ConflictError("This scan is not over; there is nothing to retry yet.", code="scan_active")
    entries = session.exec(select(ScanEntry).where(ScanEntry.scan_run_id == run.id)).all()
    left = [
        entry.qualified_name
        for entry in entries
        if entry.state == LedgerState.FAILED
        or (entry.state == LedgerState.SKIPPED and entry.reason == CANCELLED_REASON)
    ]
    if entries and not left:
        raise ConflictError("Every table of this scan was read or cannot be; there is nothing to retry.")
    return request_scan(session, actor, run.data_source_id, tables=left or None)


def get_scan(session: Session, actor: Actor, scan_run_id: UUID) -> ScanRow:
    """One run with its ledger."""
    access.get(session, actor, ScanRun, scan_run_id, Permission.SCAN_READ)
    return _rows(session, select(ScanRun.id).where(ScanRun.id == scan_run_id))[0]


def list_scans(
    session: Session,
    actor: Actor,
    *,
    workspace_id: UUID | None = None,
    data_source_id: UUID | None = None,
    limit: int = 50,
    offset: int = 0,
) -> tuple[list[ScanRow], int]:
    """Runs that the actor may see, newest first, and how many there are in all."""
    statement = access.scoped(actor, select(ScanRun.id), ScanRun)
    if workspace_id is not None:
        access.require_somewhere(actor, Permission.SCAN_READ, workspace_id)
        statement = statement.where(ScanRun.workspace_id == workspace_id)
    if data_source_id is not None:
        statement = statement.where(ScanRun.data_source_id == data_source_id)
    total = count_rows(session, statement)
    newest = statement.order_by(col(ScanRun.created_at).desc(), col(ScanRun.id)).limit(limit).offset(offset)
    return _rows(session, newest), total


def _rows(session: Session, ids: object) -> list[ScanRow]:
    wanted = list(session.exec(ids).all())  # type: ignore[call-overload]  # a select of ids
    statement = (
        select(ScanRun, DataSource.name, UserAccount.name)
        .join(DataSource, col(DataSource.id) == ScanRun.data_source_id)
        .outerjoin(UserAccount, col(UserAccount.id) == ScanRun.requested_by_id)
        .where(col(ScanRun.id).in_(wanted))
        .order_by(col(ScanRun.created_at).desc(), col(ScanRun.id))
    )
    counted = session.exec(
        select(ScanEntry.scan_run_id, ScanEntry.state, func.count())
        .where(col(ScanEntry.scan_run_id).in_(wanted))
        .group_by(col(ScanEntry.scan_run_id), col(ScanEntry.state))
    ).all()
    ledgers: dict[UUID, dict[str, int]] = {run_id: {str(state): 0 for state in LedgerState} for run_id in wanted}
    for run_id, state, count in counted:
        ledgers[run_id][state] = count
    return [ScanRow(run, source, who or "", ledgers[run.id]) for run, source, who in session.exec(statement).all()]


def list_entries(
    session: Session, actor: Actor, scan_run_id: UUID, *, state: str = "", limit: int = 100, offset: int = 0
) -> tuple[list[ScanEntry], int]:
    """The ledger's lines: failed and skipped ones first, then by name; and how many there are in all."""
    access.get(session, actor, ScanRun, scan_run_id, Permission.SCAN_READ)
    statement = select(ScanEntry).where(ScanEntry.scan_run_id == scan_run_id, _is_of_visible_asset(actor))
    if state:
        statement = statement.where(ScanEntry.state == state)
    total = count_rows(session, statement)
    is_trouble = col(ScanEntry.state).in_([LedgerState.FAILED, LedgerState.SKIPPED])
    order = (is_trouble.desc(), col(ScanEntry.qualified_name))
    return list(session.exec(statement.order_by(*order).limit(limit).offset(offset)).all()), total


def _is_of_visible_asset(actor: Actor) -> ColumnElement[bool]:
    """A ledger line names a table, so whoever may not know of the table does not see the line."""
    hidden = select(Asset.id).where(not_(access.visible(actor, Asset, Permission.CATALOG_READ)))
    return col(ScanEntry.asset_id).is_(None) | col(ScanEntry.asset_id).not_in(hidden)


def list_classifications(
    session: Session,
    actor: Actor,
    scan_run_id: UUID,
    *,
    only_named: bool = False,
    only_sensitive: bool = False,
    limit: int = 50,
    offset: int = 0,
) -> tuple[list[tuple[Classification, AssetColumn, Asset]], int]:
    """The verdicts on the columns that a run looked at, by table and position (F2.18)."""
    access.get(session, actor, ScanRun, scan_run_id, Permission.SCAN_READ)
    statement = (
        select(Classification, AssetColumn, Asset)
        .join(AssetColumn, col(AssetColumn.id) == Classification.asset_column_id)
        .join(Asset, col(Asset.id) == AssetColumn.asset_id)
        .join(ScanEntry, (col(ScanEntry.asset_id) == Asset.id) & (col(ScanEntry.scan_run_id) == scan_run_id))
    )
    statement = statement.where(access.visible(actor, Asset, Permission.CATALOG_READ))
    if only_named:
        statement = statement.where(col(Classification.data_class).is_not(None))
    if only_sensitive:
        statement = statement.where(col(Classification.sensitivity).in_(["confidential", "restricted"]))
    total = count_rows(session, statement)
    order = (col(Asset.qualified_name), col(AssetColumn.position))
    return list(session.exec(statement.order_by(*order).limit(limit).offset(offset)).all()), total


def sweep_scans() -> int:
    """Sends what got lost: runs whose worker fell silent and runs whose job is not in the queue. Returns how many.

    Called every few seconds by each worker pool. Several pools at once send nothing twice: a row that one of them looks
    at is locked, and one that was sent a moment ago is left alone.
    """
    patience_s = get_settings().lease_s
    with unit_of_work() as session:
        reopen_expired(session)
        silent = session.exec(
            select(ScanRun)
            .where(ScanRun.status == ScanStatus.RUNNING, col(ScanRun.lease_until) < now())
            .with_for_update(skip_locked=True)
        ).all()
        for run in silent:
            _requeue(session, run)
        is_due = or_(col(ScanRun.sent_at).is_(None), col(ScanRun.sent_at) < now() - timedelta(seconds=patience_s))
        waiting = session.exec(
            select(ScanRun).where(ScanRun.status == ScanStatus.QUEUED, is_due).with_for_update(skip_locked=True)
        ).all()
        lost = [run for run in waiting if not queue.is_pending(_job_id(run.id, run.fence), claim_s=patience_s)]
        for run in lost:
            run.sent_at = now()
            after_commit(session, lambda run=run: _send(run.id, run.fence))
    return len(lost)


def _requeue(session: Session, run: ScanRun) -> None:
    log.warning("scan_run.worker_lost", scan_run_id=str(run.id), fence=run.fence)
    if run.fence >= MAX_TAKEOVERS:
        close_pending(session, run.id, LedgerState.FAILED, "The worker died while this scan ran.")
        run.status, run.phase, run.finished_at = ScanStatus.FAILED, "done", now()
        run.error = f"The worker died {run.fence} times while it ran this scan. See the worker's log."
    else:
        run.status, run.lease_until, run.sent_at = ScanStatus.QUEUED, None, None
    announce(session, run)
