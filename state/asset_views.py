"""The view rows of an asset's page and how they are made from what services return."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlmodel import Session

from pursight_app.models import Classification
from pursight_app.services import catalog, data_classes, lineage
from pursight_app.services.catalog import ColumnRow
from pursight_app.services.classification_evidence import Verdict
from pursight_app.services.reviews import ReviewRow
from state import format as fmt


@dataclass
class AssetView:
    """The head of the page."""

    id: str
    workspace_id: str
    kind: str
    name: str
    qualified_name: str
    source: str
    data_source_id: str
    owner: str
    owner_id: str
    description: str
    comment: str
    sensitivity: str
    rows: str
    size: str
    scanned: str
    scanned_exact: str
    sampled: str
    missing: str


@dataclass
class ColumnView:
    """One column; `strip` are heights 0-100 of its commonest shapes."""

    name: str
    data_type: str
    is_key: bool
    data_class: str
    sensitivity: str
    confidence: int
    status: str
    nulls: str
    distinct: str
    strip: list[int] = field(default_factory=list)
    strip_text: str = ""


@dataclass
class ContributionView:
    """What spoke for the class or for its rival; `share` is its weight in percent of the heaviest."""

    what: str
    block: str
    weight: str
    share: int
    is_for: bool


@dataclass
class EvidenceView:
    """Why a column has its verdict."""

    classification_id: str = ""
    column: str = ""
    data_type: str = ""
    comment: str = ""
    data_class: str = ""
    definition: str = ""
    sensitivity: str = ""
    regulations: list[str] = field(default_factory=list)
    confidence: int = 0
    status: str = ""
    matched: str = ""
    examples: list[str] = field(default_factory=list)
    reasons_for: list[str] = field(default_factory=list)
    reasons_against: list[str] = field(default_factory=list)
    runner_up: str = ""
    versions: str = ""
    facts: list[list[str]] = field(default_factory=list)
    shapes: list[list[str]] = field(default_factory=list)
    shown_values: list[str] = field(default_factory=list)
    is_masked: bool = False
    may_unmask: bool = False
    compared: str = ""
    contributions: list[ContributionView] = field(default_factory=list)
    otherwise: str = ""


@dataclass
class SaidView:
    """What somebody said of the column."""

    id: str
    batch_id: str
    words: str
    who: str
    when: str
    when_exact: str
    note: str
    can_undo: bool


@dataclass
class NodeView:
    """One neighbour in the lineage."""

    id: str
    name: str
    qualified_name: str
    sensitivity: str
    how: str
    columns: list[str]


@dataclass
class AssetFinding:
    """One finding of this asset."""

    id: str
    severity: str
    status: str
    title: str
    column: str


@dataclass
class HistoryView:
    """One thing that happened."""

    when: str
    exact: str
    who: str
    what: str
    href: str


@dataclass
class PersonView:
    """Somebody who could own the asset."""

    id: str
    name: str


def view_asset(row: catalog.AssetRow) -> AssetView:
    """The head of the page."""
    asset = row.asset
    sampled = f"Figures are estimates from {fmt.count(asset.sampled_rows)} sampled rows." if asset.sampled_rows else ""
    return AssetView(
        id=str(asset.id),
        workspace_id=str(asset.workspace_id),
        kind=asset.kind,
        name=asset.name,
        qualified_name=asset.qualified_name,
        source=row.data_source_name,
        data_source_id=str(asset.data_source_id),
        owner=row.owner_name,
        owner_id=str(asset.owner_id or ""),
        description=asset.description or "",
        comment=asset.comment or "",
        sensitivity=asset.sensitivity or "",
        rows=fmt.estimate(asset.row_count, asset.row_count_error),
        size=fmt.size(asset.size_bytes),
        scanned=fmt.ago(asset.scanned_at, otherwise="not scanned yet"),
        scanned_exact=fmt.exact(asset.scanned_at),
        sampled=sampled,
        missing=fmt.ago(asset.missing_since, otherwise="") if asset.missing_since else "",
    )


def view_column(row: ColumnRow, row_count: int | None) -> ColumnView:
    """One row of the columns."""
    column, verdict, profile = row.column, row.classification, row.profile
    shapes = _commonest(profile)
    top = shapes[0][1] if shapes else 0
    is_named = verdict is not None and verdict.data_class is not None and verdict.status != "rejected"
    return ColumnView(
        name=column.name,
        data_type=column.data_type,
        is_key=column.is_primary_key,
        data_class=verdict.data_class or "" if is_named and verdict else "",
        sensitivity=verdict.sensitivity or "" if is_named and verdict else "",
        confidence=round(100 * verdict.confidence) if verdict else 0,
        status=shown_status(verdict),
        nulls=_share(profile, "null_count", row_count),
        distinct=fmt.estimate(
            profile.get("distinct_count"), profile.get("distinct_count_error"), otherwise="not scanned yet"
        ),
        strip=[max(8, round(100 * count / top)) for _, count in shapes] if top else [],
        strip_text=f"Commonest shapes: {', '.join(shape for shape, _ in shapes[:3])}" if shapes else "",
    )


def _commonest(profile: dict[str, Any]) -> list[tuple[str, int]]:
    """Shapes of the values and how many have each, the commonest first: JSONB keeps no order of its own."""
    shapes: dict[str, int] = profile.get("shapes") or {}
    ranked = sorted(shapes.items(), key=lambda each: (-each[1], each[0]))
    return [(shape or "(empty text)", count) for shape, count in ranked]


def shown_status(verdict: Classification | None) -> str:
    """What people said of a verdict, or that it came along lineage; "" without one."""
    if verdict is None:
        return ""
    is_propagated = verdict.origin == "propagated" and verdict.status == "suggested"
    return "propagated" if is_propagated else verdict.status


def _share(profile: dict[str, Any], name: str, row_count: int | None) -> str:
    if name not in profile:
        return "not scanned yet"
    if not row_count:
        return "no rows"
    about = "≈ " if profile.get(f"{name}_error") else ""
    return about + fmt.percent(profile[name] / row_count)


def definition_of(session: Session, workspace_id: UUID, name: str | None) -> str:
    """What a data class means, one of the workspace's own too; "" for none."""
    known = data_classes.known_class(session, workspace_id, name, include_inactive=True) if name else None
    return known.definition if known else ""


def view_evidence(
    row: ColumnRow, values: catalog.ColumnValues | None, row_count: int | None, *, definition: str
) -> EvidenceView:
    """The drawer of one column; `values` None when no sample is stored."""
    column, verdict = row.column, row.classification
    profile = values.profile if values else row.profile
    evidence: dict[str, Any] = verdict.evidence if verdict else {}
    data_class = (verdict.data_class or "") if verdict else ""
    facts = [
        ["Empty", _share(profile, "null_count", row_count)],
        ["Distinct", fmt.estimate(profile.get("distinct_count"), profile.get("distinct_count_error"))],
        ["Smallest", str(profile.get("minimum") or "")],
        ["Largest", str(profile.get("maximum") or "")],
        ["Length", _length(profile)],
    ]
    return EvidenceView(
        classification_id=str(verdict.id) if verdict else "",
        column=column.name,
        data_type=column.data_type,
        comment=column.comment or "",
        data_class=data_class,
        definition=definition,
        sensitivity=(verdict.sensitivity or "") if verdict else "",
        regulations=list(verdict.regulations) if verdict else [],
        confidence=round(100 * verdict.confidence) if verdict else 0,
        status=shown_status(verdict),
        facts=[fact for fact in facts if fact[1]],
        shapes=[[shape, fmt.count(count)] for shape, count in _commonest(profile)[:6]],
        shown_values=list(values.values) if values else [],
        is_masked=values.is_masked if values else row.is_masked,
        may_unmask=row.may_unmask and (values.is_masked if values else True),
        otherwise=_otherwise(verdict),
        **_reasons(evidence),
    )


def view_trial(verdict: Verdict, column: str, definition: str) -> EvidenceView:
    """A verdict on values that are in no catalogue."""
    evidence: dict[str, Any] = dict(verdict.evidence.as_json())
    return EvidenceView(
        column=column,
        data_class=verdict.data_class or "",
        definition=definition,
        sensitivity=str(verdict.sensitivity or ""),
        regulations=list(verdict.regulations),
        confidence=round(100 * verdict.confidence),
        **_reasons(evidence),
    )


def _reasons(evidence: dict[str, Any]) -> dict[str, Any]:
    """The fields of an `EvidenceView` that say why."""
    return {
        "matched": _matched(evidence),
        "examples": list(evidence.get("examples", [])),
        "reasons_for": list(evidence.get("reasons_for", [])),
        "reasons_against": list(evidence.get("reasons_against", [])),
        "runner_up": _runner_up(evidence.get("runner_up")),
        "versions": f"model {evidence.get('model_version', '')}, detectors {evidence.get('detector_version', '')}",
        "compared": _compared(evidence),
        "contributions": _contributions(evidence),
    }


def _contributions(evidence: dict[str, Any]) -> list[ContributionView]:
    """What spoke for and against, heaviest first; empty for verdicts from before contributions were kept."""
    found = evidence.get("contributions") or []
    most = max((abs(each["weight"]) for each in found), default=0.0) or 1.0
    return [
        ContributionView(
            what=each["what"],
            block=each["block"],
            weight=f"{each['weight']:+.1f}".replace("-", "−"),
            share=max(3, round(100 * abs(each["weight"]) / most)),
            is_for=each["weight"] > 0,
        )
        for each in found
    ]


def _compared(evidence: dict[str, Any]) -> str:
    """Between which two classes the contributions decide."""
    pair = evidence.get("compared")
    return f"{pair[0]} rather than {pair[1]}" if pair else ""


def _otherwise(verdict: Classification | None) -> str:
    """What the classifier says where a person decided otherwise."""
    said = verdict.suggestion if verdict else None
    if verdict is None or verdict.status == "suggested" or not said or said.get("data_class") == verdict.data_class:
        return ""
    name = said.get("data_class")
    return f"{name} ({fmt.percent(said.get('confidence'))})" if name else "no class that is likely enough"


def view_said(row: ReviewRow) -> SaidView:
    """One review in the drawer."""
    review = row.review
    before = review.before.get("data_class") or "not named"
    words = {"confirm": f"Confirmed {before}", "reject": f"Rejected {before}"}
    note = f"Taken back by {row.undone_by or 'somebody who left'}" if review.undone_at else ""
    return SaidView(
        id=str(review.id),
        batch_id=str(review.batch_id),
        words=words.get(review.decision, f"Corrected {before} to {review.data_class}"),
        who=row.who or "somebody who left",
        when=fmt.ago(review.created_at),
        when_exact=fmt.exact(review.created_at),
        note=note,
        can_undo=row.is_newest and review.undone_at is None,
    )


def _length(profile: dict[str, Any]) -> str:
    if profile.get("min_length") is None:
        return ""
    return f"{profile['min_length']} to {profile['max_length']}, mean {profile.get('mean_length') or 0:.1f}"


def _matched(evidence: dict[str, Any]) -> str:
    if not evidence.get("tested"):
        return ""
    bound = fmt.percent(evidence.get("lower_bound"))
    return (
        f"{fmt.count(evidence['matched'])} of {fmt.count(evidence['tested'])} values match"
        f" ({fmt.count(evidence.get('distinct', 0))} different ones); at least {bound} of the column with 95 % certainty"
    )


def _runner_up(runner_up: Any) -> str:
    if isinstance(runner_up, dict):
        runner_up = list(runner_up.values())
    return f"{runner_up[0]} ({fmt.percent(float(runner_up[1]))})" if runner_up else ""


def lineage_sides(graph: lineage.LineageGraph, asset_id: UUID) -> tuple[list[NodeView], list[NodeView]]:
    """What is upstream and what is downstream of the asset."""
    assets = {asset.id: asset for asset in graph.assets}
    pairs: dict[UUID, list[str]] = {}
    for edge_id, upstream, downstream in graph.columns:
        pairs.setdefault(edge_id, []).append(f"{upstream} → {downstream}")
    sides: tuple[list[NodeView], list[NodeView]] = ([], [])
    for edge in graph.edges:
        is_upstream = edge.downstream_id == asset_id
        other = assets[edge.upstream_id if is_upstream else edge.downstream_id]
        words = {"view": "view reads it", "foreign_key": "foreign key"}
        node = NodeView(
            str(other.id),
            other.name,
            other.qualified_name,
            other.sensitivity or "",
            words.get(edge.kind, edge.kind),
            pairs.get(edge.id, [])[:5],
        )
        sides[0 if is_upstream else 1].append(node)
    return sides
