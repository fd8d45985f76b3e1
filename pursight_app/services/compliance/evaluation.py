"""Evaluates the rules over assets and turns the answers into findings (F2.20-23)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import structlog
from sqlmodel import Session, col, select

from pursight_app.core.clock import now
from pursight_app.core.errors import InvalidInputError
from pursight_app.models import (
    Asset,
    AssetColumn,
    Classification,
    ClassificationStatus,
    Finding,
    FindingStatus,
    Rule,
    RuleScope,
)
from pursight_app.rules.environment import evaluate
from pursight_app.services.combination_risk.figures import from_json

log = structlog.get_logger()
_BATCH = 500


@dataclass(frozen=True, slots=True)
class _Column:
    row: AssetColumn
    verdict: Classification | None


def evaluate_assets(
    session: Session, workspace_id: UUID, asset_ids: Sequence[UUID], *, scan_run_id: UUID | None = None
) -> list[Finding]:
    """Evaluates every enabled rule over the assets; returns findings that are new or open again.

    A finding whose rule no longer fails is resolved. Assets that are not given are left alone, so a table that could
    not be read keeps its findings.
    """
    enabled = select(Rule).where(Rule.workspace_id == workspace_id, col(Rule.is_enabled))
    rules = list(session.exec(enabled).all())
    appeared: list[Finding] = []
    for start in range(0, len(asset_ids), _BATCH):
        batch = list(asset_ids[start : start + _BATCH])
        failed = list(_failures(rules, _load(session, batch)))
        appeared += _store(session, workspace_id, batch, failed, scan_run_id)
    return appeared


def _load(session: Session, asset_ids: list[UUID]) -> list[tuple[Asset, list[_Column]]]:
    columns: dict[UUID, list[_Column]] = {}
    statement = (
        select(AssetColumn, Classification)
        .outerjoin(
            Classification,
            (col(Classification.asset_column_id) == AssetColumn.id)
            & (col(Classification.status) != ClassificationStatus.REJECTED),
        )
        .where(col(AssetColumn.asset_id).in_(asset_ids), col(AssetColumn.missing_since).is_(None))
        .order_by(col(AssetColumn.position))
    )
    for row, verdict in session.exec(statement).all():
        columns.setdefault(row.asset_id, []).append(_Column(row, verdict))
    assets = session.exec(select(Asset).where(col(Asset.id).in_(asset_ids), col(Asset.missing_since).is_(None))).all()
    return [(asset, columns.get(asset.id, [])) for asset in assets]


def _failures(
    rules: list[Rule], loaded: list[tuple[Asset, list[_Column]]]
) -> Iterable[tuple[Rule, Asset, _Column | None]]:
    for asset, columns in loaded:
        table = _table_facts(asset, columns)
        for rule in rules:
            if rule.scope == RuleScope.TABLE:
                if _holds(rule, {"table": table}):
                    yield rule, asset, None
                continue
            for column in columns:
                # A rule about data has nothing to say of a column that nobody could name.
                if column.verdict and column.verdict.data_class:
                    facts = {"table": table, "column": _column_facts(asset, column)}
                    if _holds(rule, facts):
                        yield rule, asset, column


def _holds(rule: Rule, facts: dict[str, dict[str, object]]) -> bool:
    try:
        return evaluate(rule.condition, facts)
    except InvalidInputError as error:
        # One bad rule must not stop the others, nor a scan.
        log.warning("rule.not_evaluated", rule=rule.key, error=error.message)
        return False


def _table_facts(asset: Asset, columns: list[_Column]) -> dict[str, object]:
    verdicts = [column.verdict for column in columns if column.verdict and column.verdict.data_class]
    risk = from_json(asset.combination_risk)
    worst = risk.worst.figures if risk and risk.worst else None
    return {
        "schema": asset.schema_name,
        "name": asset.name,
        "kind": asset.kind,
        "row_count": asset.row_count or 0,
        "column_count": len(columns),
        "has_owner": asset.owner_id is not None,
        "has_description": bool(asset.description or asset.comment),
        "data_classes": sorted({str(verdict.data_class) for verdict in verdicts}),
        "sensitivities": sorted({verdict.sensitivity for verdict in verdicts if verdict.sensitivity}),
        "regulations": sorted({name for verdict in verdicts for name in verdict.regulations}),
        "unique_ratio": worst.known_ratio if worst else 0.0,
        "k": worst.k if worst else 0,
    }


def _column_facts(asset: Asset, column: _Column) -> dict[str, object]:
    verdict, profile, rows = column.verdict, column.row.profile, asset.row_count or 0
    evidence: dict[str, Any] = verdict.evidence if verdict else {}
    return {
        "name": column.row.name,
        "data_type": column.row.data_type,
        "data_class": verdict.data_class if verdict else "",
        "confidence": float(verdict.confidence) if verdict else 0.0,
        "sensitivity": (verdict.sensitivity or "") if verdict else "",
        "regulations": list(verdict.regulations) if verdict else [],
        "is_confirmed": verdict is not None and verdict.status == ClassificationStatus.CONFIRMED,
        "is_primary_key": column.row.is_primary_key,
        "null_ratio": _ratio(profile.get("null_count"), rows),
        "distinct_ratio": _ratio(profile.get("distinct_count"), rows),
        "prevalence": _ratio(evidence.get("matched"), evidence.get("tested")),
    }


def _ratio(part: float | None, whole: float | None) -> float:
    return min(1.0, float(part) / float(whole)) if part and whole else 0.0


def _store(
    session: Session,
    workspace_id: UUID,
    asset_ids: list[UUID],
    failed: list[tuple[Rule, Asset, _Column | None]],
    scan_run_id: UUID | None,
) -> list[Finding]:
    known = {
        (finding.rule_id, finding.subject): finding
        for finding in session.exec(select(Finding).where(col(Finding.asset_id).in_(asset_ids))).all()
    }
    moment = now()
    appeared: list[Finding] = []
    seen: set[tuple[UUID, UUID]] = set()
    for rule, asset, column in failed:
        subject = column.row.id if column else asset.id
        seen.add((rule.id, subject))
        finding = known.get((rule.id, subject))
        if finding is None:
            finding = Finding(
                id=uuid4(), workspace_id=workspace_id, rule_id=rule.id, asset_id=asset.id, subject=subject,
                asset_column_id=column.row.id if column else None, severity=rule.severity,
            )  # fmt: skip
            session.add(finding)
            appeared.append(finding)
        elif finding.status == FindingStatus.RESOLVED:
            finding.status, finding.resolved_at = FindingStatus.OPEN, None
            appeared.append(finding)
        finding.severity, finding.last_seen_at = rule.severity, moment
        # A review evaluates too; the finding stays with the scan that last saw it.
        finding.scan_run_id = scan_run_id or finding.scan_run_id
        finding.evidence = _evidence(rule, asset, column)
    for key, finding in known.items():
        if key not in seen and finding.status != FindingStatus.RESOLVED:
            finding.status, finding.resolved_at = FindingStatus.RESOLVED, moment
    session.flush()
    return appeared


def _evidence(rule: Rule, asset: Asset, column: _Column | None) -> dict[str, object]:
    evidence: dict[str, object] = {"condition": rule.condition, "table": asset.qualified_name}
    if column and column.verdict:
        verdict = column.verdict
        evidence |= {
            "column": column.row.name,
            "data_class": verdict.data_class,
            "confidence": round(verdict.confidence, 3),
            "matched": verdict.evidence.get("matched"),
            "tested": verdict.evidence.get("tested"),
            "classification_id": str(verdict.id),
        }
    return evidence
