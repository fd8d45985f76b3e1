"""Search over the catalogue; every filter lives in the URL."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import reflex as rx

from pursight_app.core.taxonomy import Sensitivity
from pursight_app.models import AssetKind
from pursight_app.services import catalog
from pursight_app.services.catalog import Filters, SearchResult
from state import format as fmt
from state.base import as_id, event, run
from state.session import current_workspace

PAGE_ROWS = 25
_FILTERS = ("kind", "sensitivity", "data_class", "data_source", "missing")


@dataclass
class ResultView:
    """One result."""

    id: str
    kind: str
    name: str
    qualified_name: str
    source: str
    owner: str
    comment: str
    sensitivity: str
    columns: str
    rows: str
    scanned: str
    is_missing: bool
    data_classes: list[str]
    more_classes: int
    why: str


@dataclass
class FacetItem:
    """One value of a filter and how many assets it would give."""

    name: str
    value: str
    label: str
    count: str
    is_on: bool


class CatalogState(rx.State):
    """One page of results with facets."""

    is_loading: bool = True
    query: str = ""
    results: list[ResultView] = []
    total: int = 0
    total_text: str = ""
    offset: int = 0
    facets: list[FacetItem] = []
    has_filters: bool = False
    shows_filters: bool = False
    _filters: dict[str, str] = {}

    @event()
    async def load(self) -> None:
        """Reads the URL and searches."""
        given = self.router.url.query_parameters
        self.query = str(given.get("q", ""))[:200]
        self._filters = {name: str(given.get(name, "")) for name in _FILTERS if given.get(name)}
        start = str(given.get("from", "0"))
        self.offset = min(int(start), 10_000) if start.isdigit() else 0
        self.has_filters = bool(self._filters) or bool(self.query)
        if workspace_id := await current_workspace(self):
            await self._search(as_id(workspace_id))
        self.is_loading = False

    async def _search(self, workspace_id: UUID) -> None:
        filters, query, offset = _parse(workspace_id, self._filters), self.query, self.offset
        found = await run(
            lambda session, actor: catalog.search_assets(session, actor, query, filters, limit=PAGE_ROWS, offset=offset)
        )
        self.results = [_view(result, self.query) for result in found.results]
        self.total, self.total_text = found.total, fmt.count(found.total)
        self.facets = _facets(found.facets, self._filters)

    @rx.var
    def first(self) -> int:
        """Number of the first result shown."""
        return self.offset + 1

    @rx.var
    def last(self) -> int:
        """Number of the last result shown."""
        return self.offset + len(self.results)

    def _href(self, *, start: int = 0, **changed: str) -> str:
        values = {"q": self.query, **self._filters, **changed, "from": str(start) if start else ""}
        return f"/catalog?{urlencode({name: value for name, value in values.items() if value})}"

    @event()
    async def toggle(self, name: str, value: str) -> Any:
        """Sets or clears one filter."""
        if name not in _FILTERS:
            return None
        return rx.redirect(self._href(**{name: "" if self._filters.get(name) == value else value[:200]}))

    @event()
    async def show_filters(self) -> None:
        """Opens or closes the filters where the screen has no room for both."""
        self.shows_filters = not self.shows_filters

    @event()
    async def clear(self) -> rx.event.EventSpec:
        """Everything again."""
        return rx.redirect("/catalog")

    @event()
    async def previous(self) -> rx.event.EventSpec:
        """The page before."""
        return rx.redirect(self._href(start=max(0, self.offset - PAGE_ROWS)))

    @event()
    async def next_page(self) -> rx.event.EventSpec:
        """The page after."""
        return rx.redirect(self._href(start=self.offset + PAGE_ROWS))


def _parse(workspace_id: UUID, given: dict[str, str]) -> Filters:
    source = given.get("data_source", "")
    return Filters(
        workspace_id=workspace_id,
        kind=given.get("kind", "") if given.get("kind") in set(AssetKind) else "",
        sensitivity=given.get("sensitivity", "") if given.get("sensitivity") in set(Sensitivity) else "",
        data_class=given.get("data_class", ""),
        data_source_id=as_id(source) if source else None,
        include_missing=bool(given.get("missing")),
    )


def _view(result: SearchResult, query: str) -> ResultView:
    asset = result.asset
    why = ""
    if query and query.strip().lower() not in asset.name.lower() and result.matched_columns:
        why = f"Column {', '.join(result.matched_columns)}"
    return ResultView(
        id=str(asset.id),
        kind=asset.kind,
        name=asset.name,
        qualified_name=asset.qualified_name,
        source=result.data_source_name,
        owner=result.owner_name,
        comment=(asset.description or asset.comment or "")[:240],
        sensitivity=asset.sensitivity or "",
        columns=fmt.count(result.column_count),
        rows=fmt.estimate(asset.row_count, asset.row_count_error),
        scanned=fmt.ago(asset.scanned_at, otherwise="not scanned yet"),
        is_missing=asset.missing_since is not None,
        data_classes=list(result.data_classes[:6]),
        more_classes=max(0, len(result.data_classes) - 6),
        why=why,
    )


def _facets(facets: dict[str, dict[str, int]], chosen: dict[str, str]) -> list[FacetItem]:
    items = [
        _item("sensitivity", level, level.capitalize(), facets["sensitivity"][level], chosen)
        for level in reversed(Sensitivity)
        if level in facets["sensitivity"]
    ]
    classes = list(facets["data_class"].items())[:14]
    items.extend(_item("data_class", value, value, count, chosen) for value, count in classes)
    for value, count in facets["data_source"].items():
        source_id, _, name = value.partition("|")
        items.append(_item("data_source", source_id, name, count, chosen))
    for value, count in facets["kind"].items():
        items.append(_item("kind", value, value.capitalize(), count, chosen))
    return items


def _item(name: str, value: str, label: str, count: int, chosen: dict[str, str]) -> FacetItem:
    return FacetItem(name, value, label, fmt.count(count), chosen.get(name) == value)
