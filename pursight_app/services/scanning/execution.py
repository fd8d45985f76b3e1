"""Runs a scan in a worker: discover, then table by table, then lineage and rules (F2.9-28).

Each table is one transaction and so one checkpoint: a killed worker loses at most the table at hand, and whoever takes
the run over goes on with the next one. No source is read inside a transaction.
"""

import time
from uuid import UUID

import structlog
from sqlalchemy import func
from sqlmodel import Session, col, select

from pursight_app.connectors.base import Connector, TableInfo, TableScan
from pursight_app.core.clock import now
from pursight_app.core.db import unit_of_work
from pursight_app.core.errors import (
    ExternalError,
    PermissionDeniedError,
    PurSightError,
    ServiceUnavailableError,
    SourceLoginFailedError,
    SourceUnreachableError,
)
from pursight_app.core.settings import get_settings
from pursight_app.core.taxonomy import Sensitivity
from pursight_app.models import (
    Asset,
    AssetColumn,
    Classification,
    DataSource,
    Finding,
    LedgerState,
    ScanEntry,
    ScanRun,
    ScanStatus,
)
from pursight_app.services import access, activity, compliance, data_sources, lineage, propagation
from pursight_app.services.classification import Verdict
from pursight_app.services.leases import Heartbeat, LeaseLostError
from pursight_app.services.recognition import load_recognition
from pursight_app.services.scanning import tables
from pursight_app.services.scanning.discovery import table_name, write_discovery
from pursight_app.services.scanning.progress import Lease, announce, claim, hold
from pursight_app.services.scanning.requests import CANCELLED_REASON, close_pending

log = structlog.get_logger()
# A source that was cut off gets this many tries to come back before the rest of its tables is given up.
_RECONNECT_TRIES = 3
_RECONNECT_WAIT_S = 2.0


class _CancelledError(Exception):
    """Somebody asked to cancel the run."""


def run_scan(scan_run_id: UUID) -> None:
    """Works on a run until it is final; does nothing when it is over or another worker has it.

    Raises:
        ServiceUnavailableError: PurSight's own database or Redis went away. The lease runs out and the sweep sends
            the run again; it goes on from the last finished table.
    """
    lease = claim(scan_run_id)
    if lease is None:
        log.info("scan_run.nothing_to_do", scan_run_id=str(scan_run_id))
        return
    structlog.contextvars.bind_contextvars(scan_run_id=str(scan_run_id), workspace_id=str(lease.workspace_id))
    with Heartbeat(ScanRun, lease.scan_run_id, lease.fence):
        try:
            _work(lease)
        except LeaseLostError:
            log.warning("scan_run.lease_lost")
        except _CancelledError:
            _finish(lease, cancelled=True)
        except ServiceUnavailableError:
            raise
        except PurSightError as error:
            _finish(lease, error=error.message)
        except Exception:
            # Outermost handler of a job: the run must not look alive, the bug must reach the log and RQ.
            _finish(lease, error="PurSight failed while it ran this scan. The worker's log has the details.")
            raise


def _work(lease: Lease) -> None:
    _require_right(lease)
    with unit_of_work() as session:
        source = session.get_one(DataSource, lease.data_source_id)
        _set_phase(session, lease, "discovering")
    with _open(source) as connector:
        known = _discover(lease, connector)
        for address in _pending(lease):
            _require_right(lease)
            _one_table(lease, connector, address, known.get(address))
    with unit_of_work() as session:
        _set_phase(session, lease, "lineage")
        lineage.write_lineage(session, source, known, scan_run_id=lease.scan_run_id)
        propagation.refresh(session, lease.workspace_id)
    with unit_of_work() as session:
        run = _set_phase(session, lease, "compliance")
        scanned = _read_assets(session, lease)
        for finding in compliance.evaluate_assets(
            session, lease.workspace_id, [asset.id for asset in scanned], scan_run_id=run.id
        ):
            compliance.announce_finding(session, finding)
    _finish(lease)


def _require_right(lease: Lease) -> None:
    """Lets the scan go on only while whoever asked for it may still scan the source; asked again at each table."""
    with unit_of_work() as session:
        requested_by_id = session.get_one(ScanRun, lease.scan_run_id).requested_by_id
    if requested_by_id is None:
        return
    policy = access.current_policy(requested_by_id)
    place = access.Resource(lease.workspace_id, lease.data_source_id)
    if policy is None or not access.Actor(policy).decide(access.Permission.SCAN_RUN, place).allowed:
        raise PermissionDeniedError(
            f"Whoever asked for this scan does not have {access.Permission.SCAN_RUN} here any more. "
            "Somebody who has it can retry the scan to read the rest."
        )


def _open(source: DataSource) -> Connector:
    try:
        return data_sources.open_connector(source)
    except ServiceUnavailableError as error:
        # The key does not fit the credentials. No later try will mend that, unlike an outage of our own servers.
        raise _UnusableSourceError(error.message) from None


class _UnusableSourceError(PurSightError):
    """The source cannot be opened before a person has done something."""


def _set_phase(session: Session, lease: Lease, phase: str) -> ScanRun:
    run = hold(session, lease)
    if run.cancel_requested_at:
        raise _CancelledError
    run.phase = phase
    announce(session, run)
    return run


def _discover(lease: Lease, connector: Connector) -> dict[str, TableInfo]:
    found = connector.discover()
    database, namespace = connector.database(), connector.namespace()
    with unit_of_work() as session:
        run = hold(session, lease)
        write_discovery(
            session,
            found,
            workspace_id=lease.workspace_id,
            data_source_id=lease.data_source_id,
            scan_run_id=lease.scan_run_id,
            namespace=namespace,
            database=database,
            tables=run.options.get("tables"),
        )
        run.phase = "scanning"
        _count(session, run)
        announce(session, run)
    return {table_name(database, table.schema, table.name): table for table in found.tables}


def _pending(lease: Lease) -> list[str]:
    with unit_of_work() as session:
        statement = (
            select(ScanEntry.qualified_name)
            .where(ScanEntry.scan_run_id == lease.scan_run_id, ScanEntry.state == LedgerState.PENDING)
            .order_by(ScanEntry.qualified_name)
        )
        return list(session.exec(statement).all())


def _one_table(lease: Lease, connector: Connector, address: str, table: TableInfo | None) -> None:
    started = time.monotonic()
    scan: TableScan | None = None
    classified: tables.ClassifiedTable | None = None
    sample_key, reason = None, "The table was dropped while the scan ran."
    if table is not None:
        try:
            scan = _read(connector, table)
            with unit_of_work() as session:
                recognition = load_recognition(session, lease.workspace_id)
            classified = tables.classify(table, scan, recognition)
            sample_key = tables.store_sample(lease, address, scan, classified.verdicts)
        except ExternalError as error:
            reason = error.message
    with unit_of_work() as session:
        run = hold(session, lease)
        entry = session.exec(
            select(ScanEntry).where(ScanEntry.scan_run_id == run.id, ScanEntry.qualified_name == address)
        ).one()
        if scan is not None and table is not None and classified is not None:
            entry.state = tables.write_table(
                session, entry, table=table, scan=scan, classified=classified, sample_key=sample_key
            )
        else:
            entry.state, entry.reason = LedgerState.FAILED, reason
        entry.duration_s, entry.finished_at = round(time.monotonic() - started, 3), now()
        run.done_count += 1
        verdicts = classified.verdicts if classified else {}
        run.summary = _added(run.summary, verdicts, is_read=entry.state != LedgerState.FAILED)
        announce(session, run, table=address, state=str(entry.state))
        is_cancelled = run.cancel_requested_at is not None
    if is_cancelled:
        raise _CancelledError


def _read(connector: Connector, table: TableInfo) -> TableScan:
    """Reads one table; a source that went away gets a little time, and is given up when it stays away."""
    try:
        return connector.scan_table(table, sample_rows=get_settings().sample_rows)
    except SourceUnreachableError:
        for attempt in range(_RECONNECT_TRIES):
            time.sleep(_RECONNECT_WAIT_S * attempt)
            try:
                connector.ping()
            except (SourceUnreachableError, SourceLoginFailedError):
                # A server that stops or starts refuses log-ins; this one worked when the scan began.
                continue
            return connector.scan_table(table, sample_rows=get_settings().sample_rows)
        raise _SourceGoneError from None


def _added(summary: dict[str, int], verdicts: dict[str, Verdict], *, is_read: bool) -> dict[str, int]:
    """The summary with one more table; recounting the whole run after each table would be quadratic."""
    named = [verdict for verdict in verdicts.values() if verdict.data_class]
    sensitive = [verdict for verdict in named if verdict.sensitivity and Sensitivity(verdict.sensitivity).is_sensitive]
    more = {"tables": int(is_read), "columns": len(verdicts), "classified": len(named), "sensitive": len(sensitive)}
    return summary | {name: summary.get(name, 0) + count for name, count in more.items()}


class _SourceGoneError(PurSightError):
    """The source broke off and did not come back; the run ends here and says so."""

    def __init__(self) -> None:
        super().__init__(
            "The data source stopped answering in the middle of the scan. What was read is kept; "
            "check the source, then retry this scan to read the rest."
        )


def _count(session: Session, run: ScanRun) -> None:
    """Brings the run's counts up to date from the ledger, the only place where they are true."""
    statement = (
        select(ScanEntry.state, func.count()).where(ScanEntry.scan_run_id == run.id).group_by(col(ScanEntry.state))
    )
    states = dict(session.exec(statement).all())
    run.total_count = sum(states.values())
    run.done_count = run.total_count - states.get(LedgerState.PENDING, 0)
    counted = session.exec(
        select(
            func.count(col(AssetColumn.id)),
            func.count(col(Classification.data_class)),
            func.count(col(Classification.id)).filter(
                col(Classification.sensitivity).in_(["confidential", "restricted"]),
                col(Classification.data_class).is_not(None),
            ),
        )
        .select_from(ScanEntry)
        .join(AssetColumn, col(AssetColumn.asset_id) == ScanEntry.asset_id)
        .outerjoin(Classification, col(Classification.asset_column_id) == AssetColumn.id)
        .where(
            ScanEntry.scan_run_id == run.id,
            col(ScanEntry.state).in_([LedgerState.OK, LedgerState.CHANGED]),
            col(AssetColumn.missing_since).is_(None),
        )
    ).one()
    findings = session.exec(select(func.count()).select_from(Finding).where(Finding.scan_run_id == run.id)).one()
    read = states.get(LedgerState.OK, 0) + states.get(LedgerState.CHANGED, 0)
    names = ("columns", "classified", "sensitive")
    run.summary = {"tables": read, **dict(zip(names, counted, strict=True)), "findings": findings}


def _read_assets(session: Session, lease: Lease) -> list[Asset]:
    statement = (
        select(Asset)
        .join(ScanEntry, col(ScanEntry.asset_id) == Asset.id)
        .where(
            ScanEntry.scan_run_id == lease.scan_run_id,
            col(ScanEntry.state).in_([LedgerState.OK, LedgerState.CHANGED]),
        )
        .order_by(Asset.qualified_name)
    )
    return list(session.exec(statement).all())


def _finish(lease: Lease, *, cancelled: bool = False, error: str | None = None) -> None:
    with unit_of_work() as session:
        try:
            run = hold(session, lease)
        except LeaseLostError:
            return
        if cancelled:
            close_pending(session, run.id, LedgerState.SKIPPED, CANCELLED_REASON)
        elif error:
            close_pending(session, run.id, LedgerState.FAILED, error)
        _count(session, run)
        failed = session.exec(
            select(func.count())
            .select_from(ScanEntry)
            .where(ScanEntry.scan_run_id == run.id, ScanEntry.state == LedgerState.FAILED)
        ).one()
        run.status = _final_status(run, failed, cancelled=cancelled, error=error)
        run.error, run.phase, run.finished_at, run.lease_until = error, "done", now(), None
        source = session.get_one(DataSource, run.data_source_id)
        if run.summary["tables"]:
            source.last_scan_at = run.finished_at
        announce(session, run)
        # Who may see the catalogue sees what became of it; the tables themselves stand in the ledger.
        activity.track(session, None, run.workspace_id, f"scan.{run.status}", source=source.name, scan_id=str(run.id))
        log.info("scan_run.finished", status=str(run.status), **run.summary)


def _final_status(run: ScanRun, failed: int, *, cancelled: bool, error: str | None) -> ScanStatus:
    if cancelled:
        return ScanStatus.CANCELLED
    if not failed and not error:
        return ScanStatus.SUCCEEDED
    return ScanStatus.PARTIAL if run.summary["tables"] else ScanStatus.FAILED
