"""One verdict with everything behind it, and all of them as a file: evidence without any raw value."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from pursight_app.core.db import unit_of_work
from pursight_app.core.errors import PermissionDeniedError
from pursight_app.models import Asset, AssetColumn, Classification, UserAccount
from pursight_app.services import access, audit
from pursight_app.services.access import Actor, Permission

_BATCH_VERDICTS = 500


@dataclass(frozen=True, slots=True)
class VerdictRow:
    """A verdict with its column, its asset and the name of who decided, "" where nobody did."""

    verdict: Classification
    column: AssetColumn
    asset: Asset
    who: str

    def as_json(self) -> dict[str, Any]:
        """The verdict as it may leave the server; examples in the evidence are masked since they were made."""
        verdict = self.verdict
        return {
            "id": str(verdict.id),
            "asset_id": str(self.asset.id),
            "table": self.asset.qualified_name,
            "column": self.column.name,
            "data_type": self.column.data_type,
            "data_class": verdict.data_class,
            "confidence": verdict.confidence,
            "sensitivity": verdict.sensitivity,
            "regulations": list(verdict.regulations),
            "origin": verdict.origin,
            "status": verdict.status,
            "decided_by": self.who or None,
            "decided_at": verdict.decided_at.isoformat() if verdict.decided_at else None,
            "evaluated_at": verdict.evaluated_at.isoformat(),
            "model_version": verdict.model_version,
            "evidence": verdict.evidence,
            "suggestion": verdict.suggestion,
        }


def get_verdict(session: Session, actor: Actor, classification_id: UUID) -> VerdictRow:
    """One verdict that the actor may see."""
    verdict = access.get(session, actor, Classification, classification_id, Permission.CATALOG_READ)
    column = session.get_one(AssetColumn, verdict.asset_column_id)
    who = session.get(UserAccount, verdict.decided_by_id) if verdict.decided_by_id else None
    return VerdictRow(verdict, column, session.get_one(Asset, column.asset_id), who.name if who else "")


def export_evidence(actor: Actor, workspace_id: UUID) -> Iterator[str]:
    """Every verdict of a workspace that the actor may see, one JSON object a line; recorded before the first line.

    Raises:
        NotFoundError, PermissionDeniedError: the actor may not read the catalogue; also later, when the right is taken away.
    """
    access.require_somewhere(actor, Permission.CATALOG_READ, workspace_id)
    with unit_of_work() as session:
        audit.record(session, actor, "evidence.export", audit.Subject("workspace", workspace_id, workspace_id))
    return _lines(actor, workspace_id)


def _lines(actor: Actor, workspace_id: UUID) -> Iterator[str]:
    after: UUID | None = None
    while True:
        with unit_of_work() as session:
            rows = _batch(session, _as_of_now(actor, workspace_id), workspace_id, after)
            text = "".join(json.dumps(row.as_json(), ensure_ascii=False) + "\n" for row in rows)
        if text:
            yield text
        if len(rows) < _BATCH_VERDICTS:
            return
        after = rows[-1].verdict.id


def _as_of_now(actor: Actor, workspace_id: UUID) -> Actor:
    policy = access.current_policy(actor.user_id)
    newest = replace(actor, policy=policy) if policy else None
    if newest is None or not newest.may_somewhere(Permission.CATALOG_READ, workspace_id):
        raise PermissionDeniedError("You may not read this catalogue any more.", workspace_id=workspace_id)
    return newest


def _batch(session: Session, actor: Actor, workspace_id: UUID, after: UUID | None) -> list[VerdictRow]:
    statement: Any = (
        select(Classification, AssetColumn, Asset, UserAccount.name)
        .join(AssetColumn, col(AssetColumn.id) == Classification.asset_column_id)
        .join(Asset, col(Asset.id) == AssetColumn.asset_id)
        .outerjoin(UserAccount, col(UserAccount.id) == Classification.decided_by_id)
        .where(
            Classification.workspace_id == workspace_id,
            col(AssetColumn.missing_since).is_(None),
            col(Asset.missing_since).is_(None),
        )
        .order_by(col(Classification.id))
    )
    if after is not None:
        statement = statement.where(col(Classification.id) > after)
    found = session.exec(access.scoped(actor, statement, Classification).limit(_BATCH_VERDICTS)).all()
    return [VerdictRow(verdict, column, asset, who or "") for verdict, column, asset, who in found]
