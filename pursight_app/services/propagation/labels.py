"""Brings propagated labels in line with the lineage, the verdicts and the breaks as they stand now."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, or_
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select

from pursight_app.core.clock import now
from pursight_app.core.db import after_commit
from pursight_app.core.events import Event, publish
from pursight_app.models import (
    Asset,
    AssetColumn,
    Classification,
    ClassificationOrigin,
    ClassificationStatus,
    PropagatedLabel,
    Propagation,
)
from pursight_app.services import audit
from pursight_app.services.access import Actor
from pursight_app.services.data_classes import known_class
from pursight_app.services.propagation.walk import Edge
from pursight_app.services.propagation.wanted import Wanted, wanted_labels
from pursight_app.services.propagation.weakening import RULES
from pursight_app.services.verdict_effects import settle

_NAMED_COLUMNS = 50


def refresh(
    session: Session, workspace_id: UUID, column_ids: Collection[UUID] | None = None, *, actor: Actor | None = None
) -> set[UUID]:
    """Adds the labels that propagations want and are not there, takes away those that nothing holds up any more.

    What comes out depends on the present state only: lineage, confirmed verdicts, breaks, propagations that are not
    withdrawn. Where a label goes the classifier's last suggestion comes back. `column_ids` are those whose verdict has
    changed; None after anything else. `actor` is the person behind the change, None for a scan. Not for people to call:
    the caller has checked who asks. Returns the columns whose verdict is another one now.
    """
    session.flush()
    if not _is_concerned(session, workspace_id, column_ids):
        return set()
    lock(session, workspace_id)
    wanted = wanted_labels(session, workspace_id)
    _keep_labels(session, workspace_id, wanted)
    changed = _write_verdicts(session, workspace_id, _winners(wanted))
    if not changed:
        return set()
    session.flush()
    asset_ids = _tell_assets(session, workspace_id, changed, actor)
    settle(session, workspace_id, asset_ids)
    event = Event(workspace_id, "labels", {"count": len(changed)})
    after_commit(session, lambda: publish(event))
    return set(changed)


def lock(session: Session, workspace_id: UUID) -> None:
    """Lets one transaction at a time work on the propagated labels of a workspace, until it ends."""
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"propagation:{workspace_id}", 0))))


def _is_concerned(session: Session, workspace_id: UUID, column_ids: Collection[UUID] | None) -> bool:
    """Most workspaces propagate nothing, and most verdicts lie on no way: they are left alone without a lock."""
    if column_ids is not None and not column_ids:
        return False
    active = select(Propagation.id).where(
        Propagation.workspace_id == workspace_id, col(Propagation.withdrawn_at).is_(None)
    )
    labels = select(PropagatedLabel.id).where(PropagatedLabel.workspace_id == workspace_id)
    left_over = select(Classification.id).where(
        Classification.workspace_id == workspace_id,
        Classification.origin == ClassificationOrigin.PROPAGATED,
        Classification.status == ClassificationStatus.SUGGESTED,
    )
    return bool(session.exec(select(or_(active.exists(), labels.exists(), left_over.exists()))).one())


def _winners(wanted: Iterable[Wanted]) -> dict[UUID, Wanted]:
    best: dict[UUID, Wanted] = {}
    for each in wanted:
        known = best.get(each.column_id)
        if known is None or each.strength > known.strength:
            best[each.column_id] = each
    return best


def _keep_labels(session: Session, workspace_id: UUID, wanted: list[Wanted]) -> None:
    """Makes the rows of propagated_label those that are wanted."""
    rows = session.exec(select(PropagatedLabel).where(PropagatedLabel.workspace_id == workspace_id)).all()
    known = {(row.propagation_id, row.asset_column_id): row for row in rows}
    new: list[dict[str, Any]] = []
    for each in wanted:
        label = each.arrival.label
        row = known.pop((each.propagation_id, each.column_id), None) or PropagatedLabel(
            workspace_id=workspace_id, propagation_id=each.propagation_id, asset_column_id=each.column_id,
            data_class="", sensitivity="", confidence=0.0,
        )  # fmt: skip
        is_new = not row.data_class
        row.data_class, row.sensitivity, row.confidence = label.data_class, str(label.sensitivity), label.confidence
        row.path = path_json(each.arrival.path)
        if is_new:
            new.append(row.model_dump())
    if known:
        gone = [row.id for row in known.values()]
        session.execute(delete(PropagatedLabel).where(col(PropagatedLabel.id).in_(gone)))
    if new:
        session.execute(insert(PropagatedLabel), new)


def path_json(path: Iterable[Edge]) -> list[dict[str, str]]:
    """A way as it is stored: ids and transformations, no names, because not everybody may know of every table on it."""
    return [
        {
            "upstream_column_id": str(edge.upstream),
            "downstream_column_id": str(edge.downstream),
            "transformation": str(edge.transformation),
        }
        for edge in path
    ]


def _write_verdicts(session: Session, workspace_id: UUID, winners: Mapping[UUID, Wanted]) -> dict[UUID, str | None]:
    """Gives each column its winner's label, and the rest their suggestion back; class by column where that changed."""
    _insert_missing(session, workspace_id, winners)
    is_propagated = col(Classification.origin) == ClassificationOrigin.PROPAGATED
    # A verdict that somebody is deciding in this moment is left to their own refresh, which waits for this one:
    # waiting for them here would be a deadlock.
    verdicts = session.exec(
        select(Classification)
        .where(
            Classification.workspace_id == workspace_id,
            Classification.status == ClassificationStatus.SUGGESTED,
            col(Classification.asset_column_id).in_(list(winners)) | is_propagated,
        )
        .order_by(col(Classification.id))
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()
    classes = {winner.arrival.label.data_class for winner in winners.values()}
    regulations = {name: _regulations(session, workspace_id, name) for name in classes}
    changed: dict[UUID, str | None] = {}
    for verdict in verdicts:
        winner = winners.get(verdict.asset_column_id)
        fields = _propagated(winner, regulations[winner.arrival.label.data_class]) if winner else _suggested(verdict)
        if any(getattr(verdict, name) != value for name, value in fields.items()):
            for name, value in fields.items():
                setattr(verdict, name, value)
            verdict.evaluated_at = now()
            changed[verdict.asset_column_id] = winner.arrival.label.data_class if winner else None
    return changed


def _insert_missing(session: Session, workspace_id: UUID, winners: Mapping[UUID, Wanted]) -> None:
    """A column that no scan has read yet, such as one of a view that was skipped, has no verdict to write to."""
    known = select(Classification.asset_column_id).where(col(Classification.asset_column_id).in_(list(winners)))
    missing = set(winners) - set(session.exec(known).all())
    if missing:
        rows = [
            Classification(workspace_id=workspace_id, asset_column_id=column_id).model_dump() for column_id in missing
        ]
        session.execute(insert(Classification).on_conflict_do_nothing(), rows)


def _regulations(session: Session, workspace_id: UUID, data_class: str) -> list[str]:
    known = known_class(session, workspace_id, data_class, include_inactive=True)
    return list(known.regulations) if known else []


def _propagated(winner: Wanted, regulations: list[str]) -> dict[str, Any]:
    label, path = winner.arrival.label, winner.arrival.path
    return {
        "data_class": label.data_class,
        "confidence": label.confidence,
        "sensitivity": str(label.sensitivity),
        "regulations": regulations,
        "origin": ClassificationOrigin.PROPAGATED,
        "status": ClassificationStatus.SUGGESTED,
        "model_version": "",
        "decided_by_id": None,
        "decided_at": None,
        "evidence": {
            "propagation_id": str(winner.propagation_id),
            "source_column_id": str(winner.source_id),
            "path": path_json(path),
            "reasons_for": _reasons(label.data_class, path),
            "reasons_against": [],
            "examples": [],
        },
    }


def _reasons(data_class: str, path: Iterable[Edge]) -> list[str]:
    """The rules that were applied on the way, without the names of tables."""
    steps = list(path)
    rules = [rule.sentence for step in steps if (rule := RULES[step.transformation])]
    count = f"{len(steps)} steps" if len(steps) > 1 else "one step"
    return [f"a person confirmed {data_class} on a column {count} upstream in its lineage", *dict.fromkeys(rules)]


def _suggested(verdict: Classification) -> dict[str, Any]:
    """The classifier's last word; nothing where it has never spoken."""
    said = verdict.suggestion
    return {
        "data_class": said.get("data_class"),
        "confidence": said.get("confidence") or 0.0,
        "sensitivity": said.get("sensitivity"),
        "regulations": list(said.get("regulations") or []),
        "origin": ClassificationOrigin.AUTOMATED,
        "model_version": said.get("model_version") or "",
        "evidence": said.get("evidence") or {},
    }


def _tell_assets(
    session: Session, workspace_id: UUID, changed: Mapping[UUID, str | None], actor: Actor | None
) -> list[UUID]:
    """One line in the history of each asset; returns the assets."""
    rows = session.exec(
        select(AssetColumn.id, AssetColumn.name, AssetColumn.asset_id)
        .join(Asset, col(Asset.id) == AssetColumn.asset_id)
        .where(col(AssetColumn.id).in_(list(changed)))
        .order_by(col(Asset.qualified_name), col(AssetColumn.position))
    ).all()
    by_asset: dict[UUID, tuple[list[str], list[str]]] = {}
    for column_id, name, asset_id in rows:
        given, taken = by_asset.setdefault(asset_id, ([], []))
        data_class = changed[column_id]
        given.append(f"{name} as {data_class}") if data_class else taken.append(name)
    for asset_id, (given, taken) in by_asset.items():
        subject = audit.Subject("asset", asset_id, workspace_id)
        audit.record(
            session, actor, "asset.relabel", subject,
            given=given[:_NAMED_COLUMNS], taken=taken[:_NAMED_COLUMNS], given_count=len(given), taken_count=len(taken),
        )  # fmt: skip
    return list(by_asset)
