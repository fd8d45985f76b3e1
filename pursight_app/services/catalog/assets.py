"""One asset: its columns with profile and verdict, its sample values, its history, and what people write about it."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from pursight_app.core.db import count_rows
from pursight_app.core.errors import NotFoundError
from pursight_app.models import (
    ActivityEvent,
    Asset,
    AssetColumn,
    AuditEvent,
    Classification,
    DataSource,
    Member,
    ScanEntry,
    ScanRun,
    UserAccount,
)
from pursight_app.services import access, activity, audit
from pursight_app.services.access import Actor, Permission
from pursight_app.services.catalog import values
from pursight_app.services.catalog.review_history import HistoryEntry, list_review_entries
from pursight_app.services.catalog.values import Sight

_CHANGES = (
    "asset.update",
    "asset.relabel",
    "classification.review",
    "lineage.break",
    "lineage.mend",
    "propagation.create",
    "propagation.withdraw",
)


@dataclass(frozen=True, slots=True)
class AssetRow:
    """An asset with the names a reader needs; `owner_name` is "" without an owner."""

    asset: Asset
    data_source_name: str
    owner_name: str


@dataclass(frozen=True, slots=True)
class ColumnRow:
    """A column; `profile` is what may be shown of it, `is_masked` whether values were hidden in it.

    `may_unmask` says whether the actor could see them by giving a reason.
    """

    column: AssetColumn
    classification: Classification | None
    profile: dict[str, Any]
    is_masked: bool
    may_unmask: bool


def get_asset(session: Session, actor: Actor, asset_id: UUID) -> AssetRow:
    """One asset that the actor may see."""
    asset = access.get(session, actor, Asset, asset_id, Permission.CATALOG_READ)
    source = session.get_one(DataSource, asset.data_source_id)
    owner = session.get(UserAccount, asset.owner_id) if asset.owner_id else None
    return AssetRow(asset, source.name, owner.name if owner else "")


def list_columns(
    session: Session, actor: Actor, asset_id: UUID, *, query: str = "", limit: int = 100, offset: int = 0
) -> tuple[list[ColumnRow], int]:
    """The columns in their order with verdict and profile, and how many there are in all."""
    asset = access.get(session, actor, Asset, asset_id, Permission.CATALOG_READ)
    statement = (
        select(AssetColumn, Classification)
        .outerjoin(Classification, col(Classification.asset_column_id) == AssetColumn.id)
        .where(AssetColumn.asset_id == asset_id, col(AssetColumn.missing_since).is_(None))
    )
    if query:
        statement = statement.where(
            col(AssetColumn.name).icontains(query, autoescape=True)
            | col(Classification.data_class).icontains(query, autoescape=True)
        )
    total = count_rows(session, statement)
    found = session.exec(statement.order_by(col(AssetColumn.position)).limit(limit).offset(offset)).all()
    return [_column_row(actor, asset, column, verdict) for column, verdict in found], total


def _column_row(actor: Actor, asset: Asset, column: AssetColumn, verdict: Classification | None) -> ColumnRow:
    sight = values.sight_of(actor, asset, verdict)
    shown = values.shown_profile(column.profile, sight)
    return ColumnRow(column, verdict, shown, is_masked=sight != Sight.OPEN, may_unmask=sight == Sight.WITH_REASON)


def update_asset(
    session: Session,
    actor: Actor,
    asset_id: UUID,
    *,
    description: str | None = None,
    owner_id: UUID | str | None = None,
) -> Asset:
    """Sets people's own fields; None leaves a field alone, an empty string clears it.

    Raises:
        NotFoundError: the owner is not a member of the workspace.
    """
    asset = access.get(session, actor, Asset, asset_id, Permission.CATALOG_EDIT)
    changed: dict[str, Any] = {}
    if description is not None:
        asset.description = description.strip()[:10_000] or None
        changed["description"] = True
    if owner_id is not None:
        asset.owner_id = _member_id(session, asset.workspace_id, owner_id) if owner_id else None
        # Owners have rights on what is theirs.
        access.bump_version(session)
        changed["owner"] = str(asset.owner_id or "")
    audit.record(session, actor, "asset.update", audit.Subject("asset", asset.id, asset.workspace_id), **changed)
    activity.track(session, actor, asset.workspace_id, "asset.update", asset_id=asset.id)
    return asset


def _member_id(session: Session, workspace_id: UUID, user_id: UUID | str) -> UUID:
    try:
        wanted = UUID(str(user_id))
    except ValueError:
        raise NotFoundError("There is no such person in this workspace.") from None
    member = select(Member.user_id).where(Member.workspace_id == workspace_id, Member.user_id == wanted)
    if not session.exec(member).first():
        raise NotFoundError("There is no such person in this workspace.")
    return wanted


def list_history(session: Session, actor: Actor, asset_id: UUID, *, limit: int = 50) -> list[HistoryEntry]:
    """What scans found and people changed, newest first."""
    asset = access.get(session, actor, Asset, asset_id, Permission.CATALOG_READ)
    scans = session.exec(
        select(ScanEntry, UserAccount.name)
        .join(ScanRun, col(ScanRun.id) == ScanEntry.scan_run_id)
        .outerjoin(UserAccount, col(UserAccount.id) == ScanRun.requested_by_id)
        .where(ScanEntry.asset_id == asset.id, col(ScanEntry.finished_at).is_not(None))
        .order_by(col(ScanEntry.finished_at).desc())
        .limit(limit)
    ).all()
    said = {
        "ok": "Scanned",
        "changed": "Scanned; its declaration changed",
        "failed": "Could not be read",
        "skipped": "Skipped",
    }
    entries = [
        HistoryEntry(entry.finished_at, who or "", said[entry.state] + (f": {entry.reason}" if entry.reason else ""))
        for entry, who in scans
        if entry.finished_at
    ]
    changes = session.exec(
        select(AuditEvent)
        .where(
            AuditEvent.subject_id == str(asset.id),
            col(AuditEvent.action).in_(_CHANGES),
            # Reviews since there are batches have rows of their own.
            col(AuditEvent.detail)["batch_id"].is_(None),
        )
        .order_by(col(AuditEvent.created_at).desc())
        .limit(limit)
    ).all()
    entries += [HistoryEntry(event.created_at, event.actor_email, _sentence(event)) for event in changes]
    entries += list_review_entries(session, asset.id, limit=limit)
    entries += _decided_in_rooms(session, asset.id, limit=limit)
    return sorted(entries, key=lambda entry: entry.at, reverse=True)[:limit]


def _decided_in_rooms(session: Session, asset_id: UUID, *, limit: int) -> list[HistoryEntry]:
    wanted = (
        select(ActivityEvent, UserAccount.email)
        .outerjoin(UserAccount, col(UserAccount.id) == ActivityEvent.actor_id)
        .where(ActivityEvent.asset_id == asset_id, ActivityEvent.type == "decision.approved")
        .order_by(col(ActivityEvent.created_at).desc())
        .limit(limit)
    )
    return [
        HistoryEntry(
            event.created_at,
            who or "",
            f"Decided in a room: {event.data.get('title')}",
            f"/rooms/{event.data.get('room')}",
        )
        for event, who in session.exec(wanted).all()
    ]


def _sentence(event: AuditEvent) -> str:
    detail = event.detail
    if event.action == "asset.update":
        fields = [name for name in ("description", "owner") if name in detail]
        return f"Changed {' and '.join(fields)}" if fields else "Changed"
    if event.action == "asset.relabel":
        return _labels_sentence(detail)
    column = detail.get("column")
    if event.action in _LINEAGE_SENTENCES:
        reason = f": {detail['reason']}" if detail.get("reason") else ""
        return f"{_LINEAGE_SENTENCES[event.action]} {column}{reason}"
    after = f" as {detail['data_class']}" if detail.get("data_class") else ""
    return f"Column {column}: {detail.get('decision')}{after}"


_LINEAGE_SENTENCES = {
    "lineage.break": "Stopped labels on their way to column",
    "lineage.mend": "Labels may pass again to column",
    "propagation.create": "Let the label follow its lineage from column",
    "propagation.withdraw": "Withdrew from the lineage the label of column",
}


def _labels_sentence(detail: dict[str, Any]) -> str:
    parts: list[str] = []
    for verb, names, count in (
        ("came", detail.get("given") or [], detail.get("given_count") or 0),
        ("was taken back", detail.get("taken") or [], detail.get("taken_count") or 0),
    ):
        if names:
            more = f" and {count - len(names)} more" if count > len(names) else ""
            parts.append(f"{verb}: {', '.join(names)}{more}")
    return f"Along lineage a label {'; '.join(parts)}"
