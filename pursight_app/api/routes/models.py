"""Models that learned from a workspace's reviews: train, compare, promote, dismiss, go back."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from pursight_app.api.dependencies import CurrentActor, CurrentPaging, Page, page
from pursight_app.api.guard import GuardedRoute, guard
from pursight_app.core.db import unit_of_work
from pursight_app.models import ColumnModel
from pursight_app.services import learning
from pursight_app.services.access import Permission

router = APIRouter(tags=["models"], route_class=GuardedRoute)


class Promotion(BaseModel):
    """`override` promotes a model that did not pass its gate."""

    override: bool = False


class RollBack(BaseModel):
    """Which earlier model to go back to; without `model_id` the shipped one."""

    model_id: UUID | None = Field(default=None)


def _brief(row: ColumnModel) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "number": row.number,
        "status": row.status,
        "version": row.version,
        "reviews": row.review_count,
        "progress": {"done": row.done_count, "total": row.total_count},
        "error": row.error,
        "created_at": row.created_at,
        "trained_at": row.trained_at,
        "decided_at": row.decided_at,
    }


@router.get("/api/workspaces/{workspace_id}/models")
@guard(Permission.MODEL_MANAGE, "workspace_id")
def list_models(workspace_id: UUID, actor: CurrentActor, at: CurrentPaging) -> Page:
    """Models of a workspace, newest first."""
    with unit_of_work() as session:
        rows, total = learning.list_models(session, actor, workspace_id, limit=at.limit, offset=at.offset)
    return page([_brief(row.model) for row in rows], total, at)


@router.post("/api/workspaces/{workspace_id}/models", status_code=202)
@guard(Permission.MODEL_MANAGE, "workspace_id")
def request_training(workspace_id: UUID, actor: CurrentActor) -> dict[str, Any]:
    """Queues the training of a model from the workspace's reviews."""
    with unit_of_work() as session:
        return _brief(learning.request_training(session, actor, workspace_id))


@router.post("/api/workspaces/{workspace_id}/models/roll-back", status_code=202)
@guard(Permission.MODEL_MANAGE, "workspace_id")
def roll_back(workspace_id: UUID, body: RollBack, actor: CurrentActor) -> dict[str, Any]:
    """Queues the comparison with an earlier model, which can then be promoted."""
    with unit_of_work() as session:
        return _brief(learning.roll_back(session, actor, workspace_id, body.model_id))


@router.get("/api/models/{model_id}")
@guard(Permission.MODEL_MANAGE, "model_id")
def get_model(model_id: UUID, actor: CurrentActor) -> dict[str, Any]:
    """One model with its scores beside those of the model in use, and what it would change in the catalogue."""
    with unit_of_work() as session:
        row = learning.get_model(session, actor, model_id)
        pairs = learning.summarise_changes(session, actor, model_id)
    scores = {name: row.model.scores.get(name) for name in ("golden", "site", "gate", "diff")}
    changes = [
        {"before": pair.before, "after": pair.after, "columns": pair.columns, "sensitivity": pair.direction}
        for pair in pairs
    ]
    return {**_brief(row.model), "scores": scores, "changes": changes}


@router.get("/api/models/{model_id}/changes")
@guard(Permission.MODEL_MANAGE, "model_id")
def list_changes(
    model_id: UUID, actor: CurrentActor, at: CurrentPaging, before: str | None = None, after: str | None = None
) -> Page:
    """The verdicts that a model would change; an empty `before` or `after` stands for "not named"."""
    with unit_of_work() as session:
        rows, total = learning.list_changes(
            session, actor, model_id, before=before, after=after, limit=at.limit, offset=at.offset
        )
    items = [
        {
            "asset_id": str(row.asset.id),
            "table": row.asset.qualified_name,
            "column": row.column.name,
            "before": {"data_class": row.change.before_class, "confidence": row.change.before_confidence},
            "after": {"data_class": row.change.after_class, "confidence": row.change.after_confidence},
        }
        for row in rows
    ]
    return page(items, total, at)


@router.post("/api/models/{model_id}/promote", status_code=202)
@guard(Permission.MODEL_MANAGE, "model_id")
def promote_model(model_id: UUID, body: Promotion, actor: CurrentActor) -> dict[str, Any]:
    """Queues that a challenger is put into use."""
    with unit_of_work() as session:
        return _brief(learning.promote_model(session, actor, model_id, override=body.override))


@router.post("/api/models/{model_id}/dismiss")
@guard(Permission.MODEL_MANAGE, "model_id")
def dismiss_model(model_id: UUID, actor: CurrentActor) -> dict[str, Any]:
    """Says that a challenger will not be used."""
    with unit_of_work() as session:
        return _brief(learning.dismiss_model(session, actor, model_id))
