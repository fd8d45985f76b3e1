"""Findings as people see them, and what they decide: acknowledge, waive, reopen."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import case, func
from sqlmodel import Session, col, select

from pursight_app.core.clock import now
from pursight_app.core.db import after_commit, count_rows
from pursight_app.core.errors import ConflictError, InvalidInputError
from pursight_app.core.events import Event, publish
from pursight_app.models import Asset, AssetColumn, Finding, FindingStatus, Rule, Severity, UserAccount, Waiver
from pursight_app.services import access, activity, audit
from pursight_app.services.access import Actor, Permission

_SEVERITY_ORDER = case({level: rank for rank, level in enumerate(reversed(Severity))}, value=col(Finding.severity))
OPEN_STATUSES = (FindingStatus.OPEN, FindingStatus.ACKNOWLEDGED)


@dataclass(frozen=True, slots=True)
class FindingRow:
    """A finding with what a reader needs beside it; `column` and `waiver` are None where there is none."""

    finding: Finding
    rule: Rule
    asset: Asset
    column: AssetColumn | None
    waiver: Waiver | None
    approved_by: str | None


def announce_finding(session: Session, finding: Finding) -> None:
    """Publishes that a rule fails now, once the surrounding transaction has committed."""
    asset = session.get_one(Asset, finding.asset_id)
    data: dict[str, object] = {
        "data_source_id": str(asset.data_source_id),
        "table": asset.qualified_name,
        "finding_id": str(finding.id),
        "asset_id": str(finding.asset_id),
        "severity": finding.severity,
    }
    event = Event(finding.workspace_id, "finding", data)
    after_commit(session, lambda: publish(event))


def list_findings(
    session: Session,
    actor: Actor,
    *,
    workspace_id: UUID | None = None,
    scan_run_id: UUID | None = None,
    asset_id: UUID | None = None,
    statuses: tuple[str, ...] = OPEN_STATUSES,
    severity: str = "",
    limit: int = 50,
    offset: int = 0,
) -> tuple[list[FindingRow], int]:
    """Findings that the actor may see, worst first, then newest; and how many there are in all."""
    statement = access.scoped(actor, select(Finding), Finding)
    if workspace_id is not None:
        access.require_somewhere(actor, Permission.FINDING_READ, workspace_id)
        statement = statement.where(Finding.workspace_id == workspace_id)
    if scan_run_id is not None:
        statement = statement.where(Finding.scan_run_id == scan_run_id)
    if asset_id is not None:
        statement = statement.where(Finding.asset_id == asset_id)
    if statuses:
        statement = statement.where(col(Finding.status).in_(statuses))
    if severity:
        statement = statement.where(Finding.severity == severity)
    total = count_rows(session, statement)
    order = (_SEVERITY_ORDER, col(Finding.created_at).desc(), col(Finding.id))
    ids = select(statement.order_by(*order).limit(limit).offset(offset).subquery().c.id)
    return _rows(session, session.exec(_joined().where(col(Finding.id).in_(ids)).order_by(*order)).all()), total


def _joined():  # noqa: ANN202  a five-fold Select type says less than the statement
    return (
        select(Finding, Rule, Asset, AssetColumn)
        .join(Rule, col(Rule.id) == Finding.rule_id)
        .join(Asset, col(Asset.id) == Finding.asset_id)
        .outerjoin(AssetColumn, col(AssetColumn.id) == Finding.asset_column_id)
    )


def _rows(session: Session, found: object) -> list[FindingRow]:
    rows: list[tuple[Finding, Rule, Asset, AssetColumn | None]] = list(found)  # type: ignore[call-overload]  # rows are tuples
    waived = [finding.id for finding, *_ in rows if finding.status == FindingStatus.WAIVED]
    waivers: dict[UUID, tuple[Waiver, str | None]] = {}
    if waived:
        statement = (
            select(Waiver, UserAccount.name)
            .outerjoin(UserAccount, col(UserAccount.id) == Waiver.approved_by_id)
            .where(col(Waiver.finding_id).in_(waived), col(Waiver.withdrawn_at).is_(None))
            .order_by(col(Waiver.created_at))
        )
        waivers = {waiver.finding_id: (waiver, name) for waiver, name in session.exec(statement).all()}
    return [FindingRow(*row, *waivers.get(row[0].id, (None, None))) for row in rows]


def get_finding(session: Session, actor: Actor, finding_id: UUID) -> FindingRow:
    """One finding with its rule, asset and waiver."""
    access.get(session, actor, Finding, finding_id, Permission.FINDING_READ)
    return _rows(session, session.exec(_joined().where(Finding.id == finding_id)).all())[0]


def count_findings(session: Session, actor: Actor, workspace_id: UUID) -> dict[str, int]:
    """Open and acknowledged findings by severity; every severity is there, worst first."""
    access.require_somewhere(actor, Permission.FINDING_READ, workspace_id)
    statement = (
        select(Finding.severity, func.count())
        .where(access.visible(actor, Finding, Permission.FINDING_READ))
        .where(Finding.workspace_id == workspace_id, col(Finding.status).in_(OPEN_STATUSES))
        .group_by(Finding.severity)
    )
    counted = dict(session.exec(statement).all())
    return {str(level): counted.get(level, 0) for level in reversed(Severity)}


def set_finding_status(session: Session, actor: Actor, finding_id: UUID, status: str) -> Finding:
    """Acknowledges a finding or opens it again; a waiver is withdrawn by opening it.

    Raises:
        InvalidInputError: another status; only evaluation resolves, only a waiver waives.
    """
    finding = access.get(session, actor, Finding, finding_id, Permission.FINDING_WAIVE)
    if status not in OPEN_STATUSES:
        raise InvalidInputError("People can set a finding to open or acknowledged.")
    if finding.status == FindingStatus.RESOLVED:
        raise ConflictError("This finding is resolved: the rule no longer fails.")
    for waiver in session.exec(select(Waiver).where(Waiver.finding_id == finding_id)).all():
        waiver.withdrawn_at = waiver.withdrawn_at or now()
    before, finding.status = finding.status, status
    subject = audit.Subject("finding", finding.id, finding.workspace_id)
    audit.record(session, actor, "finding.set_status", subject, before=before, after=status)
    activity.track(session, actor, finding.workspace_id, f"finding.{status}", asset_id=finding.asset_id)
    return finding


def waive_finding(session: Session, actor: Actor, finding_id: UUID, *, reason: str, expires_at: datetime) -> Waiver:
    """Accepts the risk until `expires_at`; the next scan after that opens the finding again.

    Raises:
        InvalidInputError: no reason of at least 10 characters, or an end that is past or over a year away.
        ConflictError: the finding is resolved or waived already.
        StepUpRequiredError: it is critical, and the last proof of who acts is too old.
    """
    finding = access.get(session, actor, Finding, finding_id, Permission.FINDING_WAIVE)
    if finding.severity == Severity.CRITICAL:
        access.require_step_up(actor)
    reason = reason.strip()
    if not 10 <= len(reason) <= 2_000:
        raise InvalidInputError("Say in 10 to 2,000 characters why the risk is accepted; auditors read it.")
    if expires_at.tzinfo is None or not 0 < (expires_at - now()).total_seconds() <= 366 * 24 * 3600:
        raise InvalidInputError("A waiver ends at a future moment, with time zone, at most one year away.")
    if finding.status not in OPEN_STATUSES:
        raise ConflictError(f"This finding is {finding.status}; only an open one can be waived.")
    waiver = Waiver(
        workspace_id=finding.workspace_id,
        finding_id=finding.id,
        reason=reason,
        approved_by_id=actor.user_id,
        expires_at=expires_at,
    )
    finding.status = FindingStatus.WAIVED
    session.add(waiver)
    subject = audit.Subject("finding", finding.id, finding.workspace_id)
    audit.record(session, actor, "finding.waive", subject, reason=reason, expires_at=expires_at.isoformat())
    activity.track(session, actor, finding.workspace_id, "finding.waive", asset_id=finding.asset_id)
    return waiver


def reopen_expired(session: Session) -> int:
    """Opens findings whose waiver has run out; called by the worker's sweep. Returns how many."""
    moment = now()
    expired = session.exec(
        select(Waiver).where(col(Waiver.withdrawn_at).is_(None), col(Waiver.expires_at) < moment)
    ).all()
    for waiver in expired:
        waiver.withdrawn_at = moment
        finding = session.get(Finding, waiver.finding_id)
        if finding and finding.status == FindingStatus.WAIVED:
            finding.status = FindingStatus.OPEN
    return len(expired)
