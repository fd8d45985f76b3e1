"""One asset: its columns with profile and verdict, its sample values, its history, and what people write about it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from pursight_app.core.db import count_rows, unit_of_work
from pursight_app.core.errors import NotFoundError
from pursight_app.core.masking import mask
from pursight_app.core.taxonomy import Sensitivity
from pursight_app.models import (
    Asset,
    AssetColumn,
    AuditEvent,
    Classification,
    ClassificationStatus,
    DataSource,
    Member,
    ScanEntry,
    ScanRun,
    UserAccount,
)
from pursight_app.services import access, audit
from pursight_app.services.access import Actor, Permission

# Enough to see what a column holds; the whole sample stays in blob storage.
SHOWN_VALUES = 8


@dataclass(frozen=True, slots=True)
class AssetRow:
    """An asset with the names a reader needs; `owner_name` is "" without an owner."""

    asset: Asset
    data_source_name: str
    owner_name: str


@dataclass(frozen=True, slots=True)
class ColumnRow:
    """A column; `profile` is what the actor may see of it, `is_masked` whether extremes were hidden from it."""

    column: AssetColumn
    classification: Classification | None
    profile: dict[str, Any]
    is_masked: bool


@dataclass(frozen=True, slots=True)
class SampleValues:
    """Distinct values from the stored sample, at most 8; masked unless the actor may see them."""

    values: tuple[str, ...]
    is_masked: bool


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One thing that happened to an asset, as a sentence."""

    at: datetime
    who: str
    what: str


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
    access.get(session, actor, Asset, asset_id, Permission.CATALOG_READ)
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
    return [_column_row(actor, column, verdict) for column, verdict in found], total


def _column_row(actor: Actor, column: AssetColumn, verdict: Classification | None) -> ColumnRow:
    profile = dict(column.profile)
    if may_see_column(actor, column, verdict):
        return ColumnRow(column, verdict, profile, is_masked=False)
    for extreme in ("minimum", "maximum"):
        if profile.get(extreme):
            profile[extreme] = mask(str(profile[extreme]))
    return ColumnRow(column, verdict, profile, is_masked=True)


def may_see_column(actor: Actor, column: AssetColumn, verdict: Classification | None) -> bool:
    """Whether values of a column may be shown unmasked; the one place that decides it.

    A column without a verdict, or with a doubtful one, may hold anything: it counts as restricted.
    """
    is_known = verdict is not None and verdict.data_class and verdict.status != ClassificationStatus.REJECTED
    level = verdict.sensitivity if is_known and verdict else Sensitivity.RESTRICTED
    return actor.may_see_values(level, column.workspace_id)


def sample_values(actor: Actor, asset_id: UUID) -> dict[str, SampleValues]:
    """Some values of each column from the last scan's sample, by column name; empty when none is stored.

    Reading unmasked values of sensitive columns is audited.
    """
    with unit_of_work() as session:
        asset = access.get(session, actor, Asset, asset_id, Permission.CATALOG_READ)
        columns, _ = list_columns(session, actor, asset_id, limit=2_000)
        if actor.may(Permission.VALUES_READ, asset.workspace_id):
            subject = audit.Subject("asset", asset.id, asset.workspace_id)
            audit.record(session, actor, "values.read", subject, table=asset.qualified_name)
    # Reading Parquet takes a large library that the other pages do without.
    from pursight_app.services.scanning.tables import read_sample

    sample = read_sample(asset.sample_key) if asset.sample_key else None
    if sample is None:
        return {}
    shown: dict[str, SampleValues] = {}
    for row in columns:
        if row.column.name not in sample.column_names:
            continue
        distinct = dict.fromkeys(value for value in sample.column(row.column.name).to_pylist() if value)
        values = list(distinct)[:SHOWN_VALUES]
        shown[row.column.name] = SampleValues(
            tuple(mask(value) if row.is_masked else value for value in values), row.is_masked
        )
    return shown


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
        changed["owner"] = str(asset.owner_id or "")
    audit.record(session, actor, "asset.update", audit.Subject("asset", asset.id, asset.workspace_id), **changed)
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
            col(AuditEvent.action).in_(["asset.update", "classification.review"]),
        )
        .order_by(col(AuditEvent.created_at).desc())
        .limit(limit)
    ).all()
    entries += [HistoryEntry(event.created_at, event.actor_email, _sentence(event)) for event in changes]
    return sorted(entries, key=lambda entry: entry.at, reverse=True)[:limit]


def _sentence(event: AuditEvent) -> str:
    detail = event.detail
    if event.action == "asset.update":
        fields = [name for name in ("description", "owner") if name in detail]
        return f"Changed {' and '.join(fields)}" if fields else "Changed"
    after = f" as {detail['data_class']}" if detail.get("data_class") else ""
    return f"Column {detail.get('column')}: {detail.get('decision')}{after}"
