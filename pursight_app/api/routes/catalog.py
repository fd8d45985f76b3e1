"""The catalogue: search, assets, columns, lineage, history (F2.24-27)."""

from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from pursight_app.api.dependencies import CurrentActor, CurrentPaging, Page, page
from pursight_app.api.guard import GuardedRoute, SecretRoute, guard
from pursight_app.core.db import unit_of_work
from pursight_app.core.taxonomy import TAXONOMY
from pursight_app.models import Asset
from pursight_app.services import catalog, combination_risk, lineage
from pursight_app.services.access import Permission
from pursight_app.services.catalog import Filters
from pursight_app.services.catalog.values import MAX_REASON, MIN_REASON

router = APIRouter(tags=["catalogue"], route_class=GuardedRoute)
# Answers with unmasked values in them, which must not be kept for repeated requests.
_values_router = APIRouter(tags=["catalogue"], route_class=SecretRoute)


class AssetChange(BaseModel):
    """People's own fields; absent ones stay, "" clears."""

    description: str | None = Field(default=None, max_length=10_000)
    owner_id: str | None = Field(default=None, max_length=40)


class SearchPageAnswer(Page):
    """A page of results with the facets of the whole search."""

    facets: dict[str, dict[str, int]]


def _view(asset: Asset) -> dict[str, object]:
    return {
        "id": str(asset.id),
        "workspace_id": str(asset.workspace_id),
        "data_source_id": str(asset.data_source_id),
        "kind": asset.kind,
        "namespace": asset.namespace,
        "qualified_name": asset.qualified_name,
        "name": asset.name,
        "comment": asset.comment,
        "description": asset.description,
        "owner_id": str(asset.owner_id) if asset.owner_id else None,
        "sensitivity": asset.sensitivity,
        "row_count": asset.row_count,
        "row_count_error": asset.row_count_error,
        "scanned_at": asset.scanned_at,
        "missing_since": asset.missing_since,
    }


@router.get("/api/catalog/search")
@guard(Permission.CATALOG_READ)
def search(  # noqa: PLR0917  each is a query parameter
    actor: CurrentActor,
    at: CurrentPaging,
    q: str = "",
    kind: str = "",
    data_class: str = "",
    sensitivity: str = "",
    owner: UUID | None = None,
    data_source: UUID | None = None,
    workspace_id: UUID | None = None,
) -> SearchPageAnswer:
    """Assets that match every word, exact names first, with facets."""
    filters = Filters(
        workspace_id=workspace_id,
        kind=kind,
        data_class=data_class,
        sensitivity=sensitivity,
        data_source_id=data_source,
        owner_id=owner,
    )
    with unit_of_work() as session:
        found = catalog.search_assets(session, actor, q, filters, limit=at.limit, offset=at.offset)
    items = [
        {
            **_view(result.asset),
            "data_source": result.data_source_name,
            "owner": result.owner_name,
            "columns": result.column_count,
            "data_classes": list(result.data_classes),
            "matched_columns": list(result.matched_columns),
        }
        for result in found.results
    ]
    answer = page(items, found.total, at)
    return SearchPageAnswer(items=answer.items, next_cursor=answer.next_cursor, total=answer.total, facets=found.facets)


@router.get("/api/catalog/assets/{asset_id}")
@guard(Permission.CATALOG_READ, "asset_id")
def get_asset(asset_id: UUID, actor: CurrentActor) -> dict[str, object]:
    """One asset."""
    with unit_of_work() as session:
        row = catalog.get_asset(session, actor, asset_id)
    return {**_view(row.asset), "data_source": row.data_source_name, "owner": row.owner_name}


class Unmasking(BaseModel):
    """Why somebody needs to see sensitive values."""

    reason: str = Field(min_length=MIN_REASON, max_length=MAX_REASON)


@router.patch("/api/catalog/assets/{asset_id}")
@guard(Permission.CATALOG_EDIT, "asset_id")
def update_asset(asset_id: UUID, body: AssetChange, actor: CurrentActor) -> dict[str, object]:
    """Sets description and owner; scans never touch them."""
    with unit_of_work() as session:
        return _view(
            catalog.update_asset(session, actor, asset_id, description=body.description, owner_id=body.owner_id)
        )


@router.get("/api/catalog/assets/{asset_id}/columns")
@guard(Permission.CATALOG_READ, "asset_id")
def list_columns(asset_id: UUID, actor: CurrentActor, at: CurrentPaging, q: str = "") -> Page:
    """The columns with profile and verdict; extremes of sensitive columns are masked."""
    with unit_of_work() as session:
        rows, total = catalog.list_columns(session, actor, asset_id, query=q, limit=at.limit, offset=at.offset)
    items = [
        {
            "id": str(row.column.id),
            "name": row.column.name,
            "position": row.column.position,
            "data_type": row.column.data_type,
            "is_nullable": row.column.is_nullable,
            "is_primary_key": row.column.is_primary_key,
            "comment": row.column.comment,
            "profile": row.profile,
            "is_masked": row.is_masked,
            "may_unmask": row.may_unmask,
            "classification_id": str(row.classification.id) if row.classification else None,
            "data_class": row.classification.data_class if row.classification else None,
            "confidence": row.classification.confidence if row.classification else None,
            "sensitivity": row.classification.sensitivity if row.classification else None,
            "status": row.classification.status if row.classification else None,
            "evidence": row.classification.evidence if row.classification else None,
        }
        for row in rows
    ]
    return page(items, total, at)


@router.get("/api/catalog/assets/{asset_id}/values")
@guard(Permission.CATALOG_READ, "asset_id")
def read_values(asset_id: UUID, actor: CurrentActor) -> dict[str, object]:
    """Some values of each column from the last scan; those of sensitive columns are masked."""
    return _values(catalog.read_values(actor, asset_id))


@_values_router.post("/api/catalog/assets/{asset_id}/values")
@guard(Permission.CATALOG_READ, "asset_id")
def unmask_values(asset_id: UUID, body: Unmasking, actor: CurrentActor) -> dict[str, object]:
    """The same with sensitive values open where `values.read` holds; the reason is kept in the audit log."""
    return _values(catalog.read_values(actor, asset_id, reason=body.reason))


def _values(shown: dict[str, catalog.ColumnValues]) -> dict[str, object]:
    return {
        name: {"values": list(each.values), "profile": each.profile, "is_masked": each.is_masked}
        for name, each in shown.items()
    }


@router.get("/api/catalog/assets/{asset_id}/lineage")
@guard(Permission.CATALOG_READ, "asset_id")
def get_lineage(asset_id: UUID, actor: CurrentActor, direction: str = "both", depth: int = 1) -> dict[str, object]:
    """What an asset is made from and what is made from it."""
    with unit_of_work() as session:
        graph = lineage.get_lineage(session, actor, asset_id, direction=direction, depth=depth)
    columns: dict[str, list[dict[str, str]]] = {}
    for edge_id, upstream, downstream in graph.columns:
        columns.setdefault(str(edge_id), []).append({"upstream": upstream, "downstream": downstream})
    return {
        "nodes": [_view(asset) for asset in graph.assets],
        "edges": [
            {
                "id": str(edge.id),
                "upstream_id": str(edge.upstream_id),
                "downstream_id": str(edge.downstream_id),
                "kind": edge.kind,
                "columns": columns.get(str(edge.id), []),
            }
            for edge in graph.edges
        ],
        "is_cut": graph.is_cut,
    }


@router.get("/api/catalog/assets/{asset_id}/combination-risk")
@guard(Permission.CATALOG_READ, "asset_id")
def get_combination_risk(asset_id: UUID, actor: CurrentActor) -> dict[str, object]:
    """Which small sets of columns single people out, on the sample of the last scan; holds no value."""
    found = combination_risk.get_risk(actor, asset_id)
    return {"risk": found.risk.as_json() if found.risk else None, "is_outdated": found.is_outdated}


@router.get("/api/catalog/assets/{asset_id}/history")
@guard(Permission.CATALOG_READ, "asset_id")
def list_history(asset_id: UUID, actor: CurrentActor, at: CurrentPaging) -> Page:
    """What happened to an asset, newest first."""
    with unit_of_work() as session:
        entries = catalog.list_history(session, actor, asset_id, limit=at.limit)
    items = [{"at": entry.at, "who": entry.who, "what": entry.what, "href": entry.href or None} for entry in entries]
    return page(items, len(items), at)


@router.get("/api/data-classes")
@guard()
def list_data_classes(actor: CurrentActor) -> Page:  # noqa: ARG001  asked for so that only people with a session see it
    """The data classes that verdicts name."""
    items = [
        {
            "data_class": known.name,
            "group": known.group,
            "sensitivity": known.sensitivity,
            "regulations": list(known.regulations),
            "definition": known.definition,
        }
        for known in TAXONOMY.values()
    ]
    return Page(items=items, next_cursor=None, total=len(items))


router.include_router(_values_router)
