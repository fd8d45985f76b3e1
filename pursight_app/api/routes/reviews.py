"""Verdicts and what people say of them: the queue, reviews in bulk, undo, evidence, and trying the classifier."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from pursight_app.api.dependencies import CurrentActor, CurrentPaging, Page, page
from pursight_app.api.guard import GuardedRoute, guard
from pursight_app.core.clock import now
from pursight_app.core.db import unit_of_work
from pursight_app.services import reviews
from pursight_app.services.access import Permission
from pursight_app.services.classification_trial import (
    MAX_HEADERS,
    MAX_NAME,
    MAX_VALUES,
    Trial,
    try_classification,
)
from pursight_app.services.reviews import QueueFilters, QueueRow, ReviewRow

router = APIRouter(tags=["reviews"], route_class=GuardedRoute)

Name = Annotated[str, Field(max_length=MAX_NAME)]


class NewReviews(BaseModel):
    """The same word on several verdicts; `data_class` goes with `correct`."""

    classification_ids: list[UUID] = Field(min_length=1, max_length=reviews.MAX_BATCH)
    decision: str = Field(max_length=20)
    data_class: str | None = Field(default=None, max_length=60)


class Undo(BaseModel):
    """Which reviews of a batch; all of them without `review_ids`."""

    review_ids: list[UUID] | None = Field(default=None, min_length=1, max_length=reviews.MAX_BATCH)


class QueueQuery(BaseModel):
    """What narrows the queue; `doubtful=false` lists the certain ones too."""

    q: str = Query(default="", max_length=100)
    data_class: str = Query(default="", max_length=60)
    data_source: UUID | None = None
    sensitivity: Literal["", "public", "internal", "confidential", "restricted"] = ""
    named: Literal["", "named", "unnamed"] = ""
    min_confidence: float = Query(default=0.0, ge=0, le=1)
    max_confidence: float = Query(default=1.0, ge=0, le=1)
    doubtful: bool = True

    def as_filters(self) -> QueueFilters:
        """The same for the service."""
        return QueueFilters(
            query=self.q,
            data_class=self.data_class,
            data_source_id=self.data_source,
            sensitivity=self.sensitivity,
            named=self.named,
            min_confidence=self.min_confidence,
            max_confidence=self.max_confidence,
            only_doubtful=self.doubtful,
        )


class TrialColumn(BaseModel):
    """A column to try; null is an empty cell. At most 256 KB of values."""

    values: list[str | None] = Field(max_length=MAX_VALUES)
    column: Name = ""
    table: Name = ""
    table_columns: list[Name] = Field(default=[], max_length=MAX_HEADERS)
    declared_type: Name = ""


@router.get("/api/classifications/{classification_id}")
@guard(Permission.CATALOG_READ, "classification_id")
def get_classification(classification_id: UUID, actor: CurrentActor) -> dict[str, Any]:
    """One verdict with its whole evidence and what was said of it."""
    with unit_of_work() as session:
        row = reviews.get_verdict(session, actor, classification_id)
        said, _ = reviews.list_reviews(session, actor, row.asset.workspace_id, asset_column_id=row.column.id)
    return {**row.as_json(), "reviews": [_view_review(each) for each in said]}


@router.get("/api/workspaces/{workspace_id}/review-queue")
@guard(Permission.CLASSIFICATION_REVIEW, "workspace_id")
def list_queue(
    workspace_id: UUID, actor: CurrentActor, at: CurrentPaging, query: Annotated[QueueQuery, Query()]
) -> Page:
    """Verdicts that wait for a person, those first from whose review most is expected."""
    with unit_of_work() as session:
        rows, total = reviews.list_queue(
            session, actor, workspace_id, query.as_filters(), limit=at.limit, offset=at.offset
        )
    return page([_view_queued(row) for row in rows], total, at)


@router.post("/api/workspaces/{workspace_id}/reviews", status_code=201)
@guard(Permission.CLASSIFICATION_REVIEW, "workspace_id")
def create_reviews(workspace_id: UUID, body: NewReviews, actor: CurrentActor) -> dict[str, object]:
    """Confirms, rejects or corrects up to 500 verdicts: all of them or none."""
    with unit_of_work() as session:
        made = reviews.review_many(
            session,
            actor,
            workspace_id,
            body.classification_ids,
            decision=body.decision,
            data_class=body.data_class,
        )
    return {"batch_id": str(made.batch_id), "reviewed": made.reviewed}


@router.get("/api/workspaces/{workspace_id}/reviews")
@guard(Permission.CATALOG_READ, "workspace_id")
def list_reviews(workspace_id: UUID, actor: CurrentActor, at: CurrentPaging, batch_id: UUID | None = None) -> Page:
    """Who said what of which column, newest first."""
    with unit_of_work() as session:
        rows, total = reviews.list_reviews(
            session, actor, workspace_id, batch_id=batch_id, limit=at.limit, offset=at.offset
        )
    return page([_view_review(row) for row in rows], total, at)


@router.post("/api/reviews/{batch_id}/undo")
@guard(Permission.CLASSIFICATION_REVIEW, "batch_id")
def undo(batch_id: UUID, body: Undo, actor: CurrentActor) -> dict[str, object]:
    """Takes a batch back, or some reviews of it; 409 where a column was reviewed again since."""
    with unit_of_work() as session:
        undone = reviews.undo_reviews(session, actor, batch_id, body.review_ids)
    return {"batch_id": str(undone.batch_id), "undone": undone.reviewed}


@router.get("/api/workspaces/{workspace_id}/evidence", response_class=StreamingResponse)
@guard(Permission.CATALOG_READ, "workspace_id")
def export_evidence(
    workspace_id: UUID,
    actor: CurrentActor,
    form: Annotated[Literal["jsonl"], Query(alias="format")] = "jsonl",
) -> StreamingResponse:
    """Every verdict with its evidence, a JSON object a line; examples are masked, and the export is recorded."""
    name = f"evidence-{now():%Y-%m-%d}.{form}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    lines = reviews.export_evidence(actor, workspace_id)
    return StreamingResponse(lines, media_type="application/x-ndjson", headers=headers)


@router.post("/api/workspaces/{workspace_id}/classify")
@guard(Permission.CATALOG_READ, "workspace_id")
def classify(workspace_id: UUID, body: TrialColumn, actor: CurrentActor) -> dict[str, Any]:
    """What the workspace's classifier says of these values; nothing of them is stored or logged."""
    trial = Trial(
        values=tuple(body.values),
        column=body.column,
        table=body.table,
        table_columns=tuple(body.table_columns),
        declared_type=body.declared_type,
    )
    verdict = try_classification(actor, workspace_id, trial)
    return {
        "data_class": verdict.data_class,
        "confidence": verdict.confidence,
        "sensitivity": verdict.sensitivity,
        "regulations": list(verdict.regulations),
        "evidence": verdict.evidence.as_json(),
    }


def _view_queued(row: QueueRow) -> dict[str, Any]:
    verdict = row.verdict
    return {
        "classification_id": str(verdict.id),
        "asset_id": str(row.asset.id),
        "table": row.asset.qualified_name,
        "column": row.column.name,
        "data_source": row.data_source_name,
        "data_class": verdict.data_class,
        "confidence": verdict.confidence,
        "sensitivity": verdict.sensitivity,
        "runner_up": row.runner_up or None,
        "runner_up_share": row.runner_up_share,
        "similar_columns": row.similar_count,
        "gain": round(row.gain, 4),
        "examples": list(row.examples),
    }


def _view_review(row: ReviewRow) -> dict[str, Any]:
    review = row.review
    return {
        "id": str(review.id),
        "batch_id": str(review.batch_id),
        "classification_id": str(row.classification_id),
        "asset_id": str(row.asset.id),
        "table": row.asset.qualified_name,
        "column": row.column.name,
        "decision": review.decision,
        "before": review.before.get("data_class"),
        "data_class": review.data_class,
        "decided_by": row.who or None,
        "decided_at": review.created_at,
        "undone_by": row.undone_by or None,
        "undone_at": review.undone_at,
        "can_undo": row.is_newest and review.undone_at is None,
    }
