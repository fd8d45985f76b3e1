"""Labels that follow column lineage, and the places where people stop them."""

from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from pursight_app.api.dependencies import CurrentActor, CurrentPaging, Page, page
from pursight_app.api.guard import GuardedRoute, guard
from pursight_app.core.db import unit_of_work
from pursight_app.core.errors import NotFoundError
from pursight_app.models import Propagation
from pursight_app.services import propagation
from pursight_app.services.access import Permission
from pursight_app.services.propagation import ColumnLink, ColumnName, Preview, PropagationRow, Target

router = APIRouter(tags=["propagation"], route_class=GuardedRoute)


class NewBreak(BaseModel):
    """Two columns between which no label may pass, and why."""

    upstream_column_id: UUID
    downstream_column_id: UUID
    reason: str = Field(min_length=propagation.MIN_REASON, max_length=propagation.MAX_REASON)


@router.get("/api/columns/{column_id}/propagation-preview")
@guard(Permission.CLASSIFICATION_REVIEW, "column_id")
def preview_propagation(column_id: UUID, actor: CurrentActor) -> dict[str, object]:
    """Where the label of a column would go along its lineage, what would be left of it, and where and why ways end."""
    with unit_of_work() as session:
        return _preview(propagation.preview_propagation(session, actor, column_id))


@router.post("/api/columns/{column_id}/propagate", status_code=201)
@guard(Permission.CLASSIFICATION_REVIEW, "column_id")
def propagate(column_id: UUID, actor: CurrentActor) -> dict[str, object]:
    """Lets the confirmed label of a column follow its lineage from now on; asking twice is the same as asking once."""
    with unit_of_work() as session:
        return _propagation(propagation.propagate(session, actor, column_id))


@router.get("/api/columns/{column_id}/propagated-labels")
@guard(Permission.CATALOG_READ, "column_id")
def list_received(column_id: UUID, actor: CurrentActor) -> Page:
    """The labels that came to a column along lineage, each with its way."""
    with unit_of_work() as session:
        found = propagation.list_received(session, actor, column_id)
    items = [
        {
            "propagation_id": str(label.propagation_id),
            "source": _name(label.source),
            "path": [_step(step) for step in label.path],
            "data_class": label.data_class,
            "sensitivity": label.sensitivity,
            "confidence": label.confidence,
        }
        for label in found
    ]
    return Page(items=items, next_cursor=None, total=len(items))


@router.get("/api/workspaces/{workspace_id}/propagations")
@guard(Permission.CATALOG_READ, "workspace_id")
def list_propagations(workspace_id: UUID, actor: CurrentActor, at: CurrentPaging) -> Page:
    """The propagations of a workspace, active ones first."""
    with unit_of_work() as session:
        rows, total = propagation.list_propagations(session, actor, workspace_id, limit=at.limit, offset=at.offset)
    return page([_row(row) for row in rows], total, at)


@router.post("/api/propagations/{propagation_id}/withdraw")
@guard(Permission.CLASSIFICATION_REVIEW, "propagation_id")
def withdraw(propagation_id: UUID, actor: CurrentActor) -> dict[str, object]:
    """Ends a propagation: its labels go, the classifier's suggestions come back."""
    with unit_of_work() as session:
        return _propagation(propagation.withdraw(session, actor, propagation_id))


@router.get("/api/catalog/assets/{asset_id}/column-lineage")
@guard(Permission.CATALOG_READ, "asset_id")
def list_column_links(asset_id: UUID, actor: CurrentActor) -> dict[str, object]:
    """Which columns an asset's columns take their values from and give them to, and what becomes of the values."""
    with unit_of_work() as session:
        links, is_cut = propagation.list_column_links(session, actor, asset_id)
    return {"items": [_link(link) for link in links], "total": len(links), "is_cut": is_cut}


@router.post("/api/workspaces/{workspace_id}/lineage-breaks", status_code=201)
@guard(Permission.CLASSIFICATION_REVIEW, "workspace_id")
def break_edge(workspace_id: UUID, body: NewBreak, actor: CurrentActor) -> dict[str, object]:
    """Stops all labels between two columns; those that came this way are withdrawn."""
    with unit_of_work() as session:
        stop = propagation.break_edge(
            session, actor, body.upstream_column_id, body.downstream_column_id, reason=body.reason
        )
        _require_here(stop.workspace_id, workspace_id)
        return {
            "upstream_column_id": str(stop.upstream_column_id),
            "downstream_column_id": str(stop.downstream_column_id),
            "reason": stop.reason,
            "created_at": stop.created_at,
        }


@router.delete(
    "/api/workspaces/{workspace_id}/lineage-breaks/{upstream_column_id}/{downstream_column_id}", status_code=204
)
@guard(Permission.CLASSIFICATION_REVIEW, "workspace_id")
def mend_edge(workspace_id: UUID, upstream_column_id: UUID, downstream_column_id: UUID, actor: CurrentActor) -> None:
    """Lets labels pass between two columns again."""
    with unit_of_work() as session:
        mended = propagation.mend_edge(session, actor, upstream_column_id, downstream_column_id)
        _require_here(mended.workspace_id, workspace_id)


def _require_here(found: UUID, named: UUID) -> None:
    """The address names a workspace; columns of another one are not there. Raised before the commit."""
    if found != named:
        raise NotFoundError("There are no such columns in this workspace.")


def _name(name: ColumnName | None) -> dict[str, str] | None:
    if name is None:
        return None
    return {
        "column_id": str(name.column_id),
        "column": name.column,
        "asset_id": str(name.asset_id),
        "table": name.qualified_name,
    }


def _step(step: propagation.Step) -> dict[str, object]:
    return {"to": _name(step.to), "transformation": str(step.transformation)}


def _preview(seen: Preview) -> dict[str, object]:
    return {
        "source": _name(seen.source),
        "data_class": seen.data_class,
        "refusal": seen.refusal,
        "propagation_id": str(seen.propagation_id) if seen.propagation_id else None,
        "targets": [_target(target) for target in seen.targets],
        "ends": [
            {"upstream": _name(end.upstream), "downstream": _name(end.downstream), "reason": str(end.reason)}
            for end in seen.ends
        ],
        "hidden_count": seen.hidden_count,
        "is_cut": seen.is_cut,
    }


def _target(target: Target) -> dict[str, object]:
    return {
        "column": _name(target.name),
        "path": [_step(step) for step in target.path],
        "data_class": target.data_class,
        "sensitivity": target.sensitivity,
        "confidence": target.confidence,
        "now": {"data_class": target.now_class, "sensitivity": target.now_sensitivity, "origin": target.now_origin},
        "stays": target.stays,
    }


def _propagation(row: Propagation) -> dict[str, object]:
    return {
        "id": str(row.id),
        "column_id": str(row.asset_column_id),
        "created_at": row.created_at,
        "withdrawn_at": row.withdrawn_at,
    }


def _row(row: PropagationRow) -> dict[str, object]:
    return {
        **_propagation(row.propagation),
        "source": _name(row.source),
        "data_class": row.data_class,
        "labels": row.label_count,
        "created_by": row.created_by,
    }


def _link(link: ColumnLink) -> dict[str, object]:
    return {
        "upstream": _name(link.upstream),
        "downstream": _name(link.downstream),
        "kind": link.kind,
        "transformation": str(link.transformation),
        "is_broken": link.is_broken,
        "reason": link.reason,
        "broken_by": link.broken_by,
    }
