"""One asset: columns with verdict and profile, the evidence of one column, lineage, findings, history."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import reflex as rx

from pursight_app.core.errors import NotFoundError
from pursight_app.core.taxonomy import TAXONOMY
from pursight_app.services import catalog, compliance, lineage, reviews, workspaces
from pursight_app.services.catalog import ColumnRow
from state import format as fmt
from state.base import as_id, event, hear, run, run_outside
from state.session import notify

TABS = ("columns", "lineage", "findings", "history")
PAGE_COLUMNS = 100


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


@dataclass
class PersonView:
    """Somebody who could own the asset."""

    id: str
    name: str


class AssetState(rx.State):
    """The asset in the URL; `?tab=` and `?column=` say what is open."""

    is_loading: bool = True
    is_missing: bool = False
    asset: AssetView | None = None
    tab: str = "columns"
    columns: list[ColumnView] = []
    column_total: int = 0
    column_query: str = ""
    offset: int = 0
    is_open: bool = False
    evidence: EvidenceView = EvidenceView()
    upstream: list[NodeView] = []
    downstream: list[NodeView] = []
    is_cut: bool = False
    findings: list[AssetFinding] = []
    history: list[HistoryView] = []
    people: list[PersonView] = []
    data_classes: list[str] = list(TAXONOMY)
    correcting: bool = False

    @event()
    async def load(self) -> None:
        """Loads what the URL names."""
        given = self.router.url.query_parameters
        self.tab = str(given.get("tab")) if given.get("tab") in TABS else "columns"
        self.column_query = str(given.get("find", ""))[:100]
        start = str(given.get("from", "0"))
        self.offset = min(int(start), 10_000) if start.isdigit() else 0
        self.is_missing, self.is_open = False, False
        try:
            await self._fill()
            if column := str(given.get("column", "")):
                await self._open(column)
        except NotFoundError:
            self.is_missing, self.asset = True, None
        self.is_loading = False

    @event()
    async def refresh(self) -> None:
        """Called by the live hub when a scan has read something."""
        await self._fill()

    def _asset_id(self) -> UUID:
        return as_id(self.router.url.path.rstrip("/").rpartition("/")[2])

    async def _fill(self) -> None:
        asset_id, query, offset = self._asset_id(), self.column_query, self.offset

        def read(session: Any, actor: Any) -> tuple[Any, ...]:
            row = catalog.get_asset(session, actor, asset_id)
            return (
                row,
                catalog.list_columns(session, actor, asset_id, query=query, limit=PAGE_COLUMNS, offset=offset),
                lineage.get_lineage(session, actor, asset_id),
                compliance.list_findings(session, actor, asset_id=asset_id, statuses=(), limit=100)[0],
                catalog.list_history(session, actor, asset_id),
                workspaces.list_members(session, actor, row.asset.workspace_id),
            )

        row, (columns, self.column_total), graph, findings, history, members = await run(read)
        self.asset = _view_asset(row)
        self.columns = [_view_column(column, row.asset.row_count) for column in columns]
        self.upstream, self.downstream = _sides(graph, asset_id)
        self.is_cut = graph.is_cut
        self.findings = [
            AssetFinding(
                str(each.finding.id),
                each.finding.severity,
                each.finding.status,
                each.rule.title,
                each.column.name if each.column else "",
            )
            for each in findings
        ]
        self.history = [HistoryView(fmt.ago(each.at), fmt.exact(each.at), each.who, each.what) for each in history]
        self.people = [PersonView(str(user.id), user.name) for _, user in members]
        await hear(self, "asset", f"workspace:{self.asset.workspace_id}")

    @rx.var
    def first(self) -> int:
        """Number of the first column shown."""
        return self.offset + 1

    @rx.var
    def last(self) -> int:
        """Number of the last column shown."""
        return self.offset + len(self.columns)

    def _href(self, **changed: str) -> str:
        values = {"tab": self.tab if self.tab != "columns" else "", "find": self.column_query, **changed}
        query = urlencode({name: value for name, value in values.items() if value})
        return f"/catalog/{self._asset_id()}" + (f"?{query}" if query else "")

    @event()
    async def choose_tab(self, tab: str) -> rx.event.EventSpec:
        """Opens a tab; the URL says so."""
        return rx.redirect(self._href(tab=tab if tab in TABS and tab != "columns" else ""), replace=True)

    @event()
    async def find(self, form: dict[str, Any]) -> rx.event.EventSpec:
        """Narrows the columns by name or data class."""
        return rx.redirect(self._href(find=str(form.get("find", ""))[:100]), replace=True)

    @event()
    async def previous(self) -> rx.event.EventSpec:
        """Columns before."""
        start = max(0, self.offset - PAGE_COLUMNS)
        return rx.redirect(self._href(**{"from": str(start) if start else ""}))

    @event()
    async def next_page(self) -> rx.event.EventSpec:
        """Columns after."""
        return rx.redirect(self._href(**{"from": str(self.offset + PAGE_COLUMNS)}))

    @event()
    async def open_column(self, column: str) -> None:
        """Opens the evidence of one column."""
        await self._open(column)

    async def _open(self, column: str) -> None:
        asset_id = self._asset_id()
        rows, _ = await run(lambda session, actor: catalog.list_columns(session, actor, asset_id, limit=2_000))
        row = next((each for each in rows if each.column.name == column), None)
        if row is None:
            return
        values = await run_outside(lambda actor: catalog.sample_values(actor, asset_id))
        rows_count = (await run(lambda session, actor: catalog.get_asset(session, actor, asset_id))).asset.row_count
        self.evidence = _view_evidence(row, values.get(column), rows_count)
        self.is_open, self.correcting = True, False

    @event()
    async def close_column(self, is_open: bool = False) -> None:  # noqa: FBT001, FBT002  Radix sends the new state
        """Closes the drawer."""
        if not is_open:
            self.is_open = False

    @event()
    async def start_correcting(self) -> None:
        """Shows the choice of data classes."""
        self.correcting = True

    @event()
    async def review(self, decision: str) -> None:
        """Confirms or rejects the verdict that is open."""
        await self._review(decision, None)

    @event()
    async def correct(self, form: dict[str, Any]) -> None:
        """Gives the column another data class."""
        await self._review("correct", str(form.get("data_class", "")))

    async def _review(self, decision: str, data_class: str | None) -> None:
        verdict_id = as_id(self.evidence.classification_id)
        await run(
            lambda session, actor: reviews.review_classification(
                session, actor, verdict_id, decision=decision, data_class=data_class
            )
        )
        said = {"confirm": "Confirmed", "reject": "Rejected", "correct": f"Corrected to {data_class}"}
        await notify(self, f"{said.get(decision, 'Reviewed')}. Scans leave this verdict as it is from now on.")
        await self._fill()
        await self._open(self.evidence.column)

    @event()
    async def save_about(self, form: dict[str, Any]) -> None:
        """Saves description and owner."""
        asset_id = self._asset_id()
        description, owner_id = str(form.get("description", "")), str(form.get("owner", ""))
        await run(
            lambda session, actor: catalog.update_asset(
                session, actor, asset_id, description=description, owner_id=owner_id
            )
        )
        await self._fill()
        await notify(self, "Saved. Scans never change what people write here.")


def _view_asset(row: catalog.AssetRow) -> AssetView:
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


def _view_column(row: ColumnRow, row_count: int | None) -> ColumnView:
    column, verdict, profile = row.column, row.classification, row.profile
    shapes: dict[str, int] = profile.get("shapes") or {}
    top = max(shapes.values(), default=0)
    is_named = verdict is not None and verdict.data_class is not None and verdict.status != "rejected"
    return ColumnView(
        name=column.name,
        data_type=column.data_type,
        is_key=column.is_primary_key,
        data_class=verdict.data_class or "" if is_named and verdict else "",
        sensitivity=verdict.sensitivity or "" if is_named and verdict else "",
        confidence=round(100 * verdict.confidence) if verdict else 0,
        status=verdict.status if verdict else "",
        nulls=_share(profile, "null_count", row_count),
        distinct=fmt.estimate(
            profile.get("distinct_count"), profile.get("distinct_count_error"), otherwise="not scanned yet"
        ),
        strip=[max(8, round(100 * count / top)) for count in shapes.values()] if top else [],
        strip_text=f"Commonest shapes: {', '.join(list(shapes)[:3])}" if shapes else "",
    )


def _share(profile: dict[str, Any], name: str, row_count: int | None) -> str:
    if name not in profile:
        return "not scanned yet"
    if not row_count:
        return "no rows"
    about = "≈ " if profile.get(f"{name}_error") else ""
    return about + fmt.percent(profile[name] / row_count)


def _view_evidence(row: ColumnRow, values: catalog.SampleValues | None, row_count: int | None) -> EvidenceView:
    column, verdict, profile = row.column, row.classification, row.profile
    evidence: dict[str, Any] = verdict.evidence if verdict else {}
    data_class = (verdict.data_class or "") if verdict else ""
    known = TAXONOMY.get(data_class)
    runner_up = evidence.get("runner_up")
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
        definition=known.definition if known else "",
        sensitivity=(verdict.sensitivity or "") if verdict else "",
        regulations=list(verdict.regulations) if verdict else [],
        confidence=round(100 * verdict.confidence) if verdict else 0,
        status=verdict.status if verdict else "",
        matched=_matched(evidence),
        examples=list(evidence.get("examples", [])),
        reasons_for=list(evidence.get("reasons_for", [])),
        reasons_against=list(evidence.get("reasons_against", [])),
        runner_up=_runner_up(runner_up),
        versions=f"model {evidence.get('model_version', '')}, detectors {evidence.get('detector_version', '')}",
        facts=[fact for fact in facts if fact[1]],
        shapes=[[shape, fmt.count(count)] for shape, count in list((profile.get("shapes") or {}).items())[:6]],
        shown_values=list(values.values) if values else [],
        is_masked=values.is_masked if values else row.is_masked,
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


def _sides(graph: lineage.LineageGraph, asset_id: UUID) -> tuple[list[NodeView], list[NodeView]]:
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
