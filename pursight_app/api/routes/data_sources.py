"""Data sources and the kinds there are."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from pursight_app.api.dependencies import CurrentActor, CurrentPaging, Page, page
from pursight_app.api.guard import GuardedRoute, guard
from pursight_app.connectors.registry import list_connectors
from pursight_app.core.db import unit_of_work
from pursight_app.models import DataSource
from pursight_app.services import access, data_sources
from pursight_app.services.access import Permission

router = APIRouter(tags=["data sources"], route_class=GuardedRoute)


class NewDataSource(BaseModel):
    """A source to be; `config` and `secret` as GET /api/connectors describes them for its kind."""

    name: str = Field(max_length=200)
    kind: str = Field(max_length=40)
    config: dict[str, Any] = Field(default_factory=dict)
    secret: dict[str, Any] = Field(default_factory=dict)


class DataSourceChange(BaseModel):
    """What to change; absent fields stay."""

    name: str | None = Field(default=None, max_length=200)
    config: dict[str, Any] | None = None
    secret: dict[str, Any] | None = None


def _view(source: DataSource) -> dict[str, object]:
    """A source as it may leave the server: whether a secret is set, never the secret."""
    return {
        "id": str(source.id),
        "workspace_id": str(source.workspace_id),
        "name": source.name,
        "kind": source.kind,
        "config": source.config,
        "secret": "set" if source.secret else "none",
        "last_test_at": source.last_test_at,
        "last_test_ok": source.last_test_ok,
        "last_scan_at": source.last_scan_at,
    }


@router.get("/api/connectors")
@guard()
def list_kinds(actor: CurrentActor) -> Page:  # noqa: ARG001  asked for so that only people with a session see it
    """The kinds of source with the JSON schema of their configuration and secret."""
    items = [
        {
            "kind": kind.key,
            "label": kind.label,
            "description": kind.description,
            "config": kind.Config.model_json_schema(),
            "secret": kind.Secret.model_json_schema(),
        }
        for kind in list_connectors()
    ]
    return Page(items=items, next_cursor=None, total=len(items))


@router.post("/api/workspaces/{workspace_id}/data-sources", status_code=201)
@guard(Permission.DATA_SOURCE_MANAGE, "workspace_id")
def create_data_source(workspace_id: UUID, body: NewDataSource, actor: CurrentActor) -> dict[str, object]:
    """Adds a source; test and scan it next."""
    with unit_of_work() as session:
        source = data_sources.create_data_source(
            session, actor, workspace_id, name=body.name, kind=body.kind, config=body.config, secret=body.secret
        )
    return _view(source)


@router.get("/api/workspaces/{workspace_id}/data-sources")
@guard(Permission.DATA_SOURCE_READ, "workspace_id")
def list_data_sources(workspace_id: UUID, actor: CurrentActor, at: CurrentPaging) -> Page:
    """The sources of a workspace with their figures."""
    with unit_of_work() as session:
        rows = data_sources.list_data_sources(session, actor, workspace_id)
    items = [
        {**_view(row.source), "tables": row.table_count, "columns": row.column_count, "sensitive": row.sensitive_count}
        for row in rows
    ]
    return page(items[at.offset : at.offset + at.limit], len(items), at)


@router.get("/api/data-sources/{data_source_id}")
@guard(Permission.DATA_SOURCE_READ, "data_source_id")
def get_data_source(data_source_id: UUID, actor: CurrentActor) -> dict[str, object]:
    """One source."""
    with unit_of_work() as session:
        return _view(access.get(session, actor, DataSource, data_source_id, Permission.DATA_SOURCE_READ))


@router.patch("/api/data-sources/{data_source_id}")
@guard(Permission.DATA_SOURCE_MANAGE, "data_source_id")
def update_data_source(data_source_id: UUID, body: DataSourceChange, actor: CurrentActor) -> dict[str, object]:
    """Changes a source; a new address needs the secret again."""
    with unit_of_work() as session:
        return _view(
            data_sources.update_data_source(
                session, actor, data_source_id, name=body.name, config=body.config, secret=body.secret
            )
        )


@router.delete("/api/data-sources/{data_source_id}", status_code=204)
@guard(Permission.DATA_SOURCE_MANAGE, "data_source_id")
def delete_data_source(data_source_id: UUID, actor: CurrentActor) -> Response:
    """Removes a source and all that was found in it."""
    with unit_of_work() as session:
        data_sources.delete_data_source(session, actor, data_source_id)
    return Response(status_code=204)


@router.post("/api/data-sources/{data_source_id}/test")
@guard(Permission.DATA_SOURCE_MANAGE, "data_source_id")
def test_data_source(data_source_id: UUID, actor: CurrentActor) -> dict[str, object]:
    """Connects, logs in and reads one thing."""
    result = data_sources.test_data_source(actor, data_source_id)
    return {"ok": result.ok, "latency_ms": result.latency_ms, "detail": result.detail}
