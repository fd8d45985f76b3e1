"""One asset: columns with verdict and profile, the evidence of one column, lineage, findings, history."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import reflex as rx

from pursight_app.core.errors import ConflictError, NotFoundError
from pursight_app.core.taxonomy import TAXONOMY
from pursight_app.services import catalog, compliance, data_classes, lineage, members, reviews
from state import format as fmt
from state.asset_views import (
    AssetFinding,
    AssetView,
    ColumnView,
    EvidenceView,
    HistoryView,
    NodeView,
    PersonView,
    SaidView,
    definition_of,
    lineage_sides,
    view_asset,
    view_column,
    view_evidence,
    view_said,
)
from state.base import as_id, event, hear, run, run_outside
from state.propagation import PropagationState
from state.session import notify

TABS = ("columns", "lineage", "findings", "risk", "history")
PAGE_COLUMNS = 100
MOST_OWNERS = 200
MOST_SAID = 20


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
    said: list[SaidView] = []

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
                members.list_members(session, actor, row.asset.workspace_id, limit=MOST_OWNERS)[0],
                data_classes.list_classes(session, actor, row.asset.workspace_id),
            )

        row, (columns, self.column_total), graph, findings, history, people, classes = await run(read)
        self.data_classes = [known.name for known in classes]
        self.asset = view_asset(row)
        self.columns = [view_column(column, row.asset.row_count) for column in columns]
        self.upstream, self.downstream = lineage_sides(graph, asset_id)
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
        self.history = [
            HistoryView(fmt.ago(each.at), fmt.exact(each.at), each.who, each.what, each.href) for each in history
        ]
        self.people = [PersonView(str(person.user.id), person.user.name) for person in people]
        await hear(self, "asset", f"workspace:{self.asset.workspace_id}")

    @rx.var
    def try_href(self) -> str:
        """The trial with the headers of the open column filled in."""
        return f"/try?{self._open_column()}"

    @rx.var
    def teach_href(self) -> str:
        """A new data class that is learned from the open column."""
        return f"/data-classes?{self._open_column()}"

    def _open_column(self) -> str:
        return urlencode({"from": self.asset.id if self.asset else "", "column": self.evidence.column})

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

    @event()
    async def unmask(self, form: dict[str, Any]) -> None:
        """Shows the sensitive values of the open column, for a reason that is kept."""
        await self._open(self.evidence.column, reason=str(form.get("reason", "")).strip() or "-")

    async def _open(self, column: str, *, reason: str = "") -> None:
        asset_id = self._asset_id()
        rows, _ = await run(lambda session, actor: catalog.list_columns(session, actor, asset_id, limit=2_000))
        row = next((each for each in rows if each.column.name == column), None)
        if row is None:
            return
        values = await run_outside(lambda actor: catalog.read_values(actor, asset_id, reason=reason))
        rows_count = (await run(lambda session, actor: catalog.get_asset(session, actor, asset_id))).asset.row_count
        column_id, home = row.column.id, row.column.workspace_id
        name = row.classification.data_class if row.classification else None
        definition = await run(lambda session, _: definition_of(session, home, name))
        self.evidence = view_evidence(row, values.get(column), rows_count, definition=definition)
        said, _ = await run(
            lambda session, actor: reviews.list_reviews(
                session, actor, home, asset_column_id=column_id, limit=MOST_SAID
            )
        )
        self.said = [view_said(each) for each in said]
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
    async def review(self, decision: str) -> Any:
        """Confirms or rejects the verdict that is open."""
        return await self._review(decision, None)

    @event()
    async def correct(self, form: dict[str, Any]) -> Any:
        """Gives the column another data class."""
        return await self._review("correct", str(form.get("data_class", "")))

    async def _review(self, decision: str, data_class: str | None) -> Any:
        verdict_id = as_id(self.evidence.classification_id)
        await run(
            lambda session, actor: reviews.review_classification(
                session, actor, verdict_id, decision=decision, data_class=data_class
            )
        )
        said = {"confirm": "Confirmed", "reject": "Rejected", "correct": f"Corrected to {data_class}"}
        await notify(self, f"{said.get(decision, 'Reviewed')}. Scans leave this verdict as it is from now on.")
        return await self._again()

    async def _again(self) -> Any:
        """The open column as it stands now; whether its label may follow lineage depends on it."""
        await self._fill()
        await self._open(self.evidence.column)
        return PropagationState.open_verdict(self.evidence.classification_id)

    @event()
    async def undo(self, batch_id: str, review_id: str) -> Any:
        """Takes back what was said of the open column; the rest of its batch stays."""
        try:
            await run(lambda session, actor: reviews.undo_reviews(session, actor, as_id(batch_id), [as_id(review_id)]))
        except ConflictError as error:
            await notify(self, error.message, "error")
        else:
            await notify(self, "Taken back.")
        return await self._again()

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
