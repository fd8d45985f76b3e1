"""The data classes of a workspace: those of the taxonomy and its own, which can be tried before they are saved."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from pursight_app.api.dependencies import CurrentActor, CurrentPaging, Page, page
from pursight_app.api.guard import GuardedRoute, guard
from pursight_app.core.db import unit_of_work
from pursight_app.core.taxonomy import TAXONOMY
from pursight_app.models import CustomDataClass
from pursight_app.services import data_classes
from pursight_app.services.access import Permission
from pursight_app.services.data_classes import Change, Definition, Preview, PreviewColumn

router = APIRouter(tags=["data classes"], route_class=GuardedRoute)
# The services say how many there may be; these only bound what is read at all.
_MOST_LINES = 10_000


class DataClassChange(BaseModel):
    """What to change; absent fields stay. Name and way of recognising cannot change."""

    model_config = ConfigDict(extra="forbid")

    description: str | None = Field(default=None, max_length=2_000)
    group: str | None = Field(default=None, max_length=40)
    sensitivity: str | None = Field(default=None, max_length=20)
    regulations: tuple[str, ...] | None = Field(default=None, max_length=40)
    patterns: tuple[str, ...] | None = Field(default=None, max_length=100)
    words: tuple[str, ...] | None = Field(default=None, max_length=_MOST_LINES)
    header_words: tuple[str, ...] | None = Field(default=None, max_length=100)
    min_match_ratio: float | None = None
    is_active: bool | None = None


class NewDataClass(BaseModel):
    """A data class to be; of `patterns`, `words` and `examples` only what `recognised_by` names counts."""

    name: str = Field(max_length=100)
    group: str = Field(max_length=40)
    sensitivity: str = Field(max_length=20)
    recognised_by: str = Field(max_length=20)
    description: str = Field(default="", max_length=2_000)
    regulations: tuple[str, ...] = Field(default=(), max_length=40)
    patterns: tuple[str, ...] = Field(default=(), max_length=100)
    words: tuple[str, ...] = Field(default=(), max_length=_MOST_LINES)
    examples: tuple[str, ...] = Field(default=(), max_length=_MOST_LINES)
    counter_examples: tuple[str, ...] = Field(default=(), max_length=_MOST_LINES)
    width: str = Field(default="as_seen", max_length=20)
    header_words: tuple[str, ...] = Field(default=(), max_length=100)
    min_match_ratio: float = 0.8


class PreviewQuestion(NewDataClass):
    """A data class to try; `after` goes on where an earlier answer stopped."""

    after: UUID | None = None


class ColumnReference(BaseModel):
    """A column of the catalogue."""

    asset_id: UUID
    column: str = Field(max_length=500)


class Lesson(BaseModel):
    """What to learn a form from: examples, or columns of the catalogue."""

    examples: tuple[str, ...] = Field(default=(), max_length=_MOST_LINES)
    columns: tuple[ColumnReference, ...] = Field(default=(), max_length=100)
    counter_examples: tuple[str, ...] = Field(default=(), max_length=_MOST_LINES)
    width: str = Field(default="as_seen", max_length=20)


def _view(row: CustomDataClass, columns: int = 0) -> dict[str, object]:
    """A class as it leaves the server: how many words it has, not which."""
    return {
        "id": str(row.id),
        "data_class": row.name,
        "group": row.group,
        "sensitivity": row.sensitivity,
        "regulations": row.regulations,
        "definition": row.description,
        "is_own": True,
        "recognised_by": row.recognised_by,
        "patterns": row.patterns,
        "word_count": len(row.words),
        "header_words": row.header_words,
        "min_match_ratio": row.min_match_ratio,
        "is_active": row.is_active,
        "version": row.version,
        "is_applied": row.rescored_version >= row.version,
        "columns": columns,
    }


def _view_column(row: PreviewColumn) -> dict[str, object]:
    return {
        **asdict(row),
        "asset_id": str(row.asset_id),
        "match_ratio": round(row.match_ratio, 4),
        "lower_bound": round(row.lower_bound, 4),
    }


def _view_preview(found: Preview) -> dict[str, object]:
    return {
        **asdict(found),
        "hits": [_view_column(row) for row in found.hits],
        "near_misses": [_view_column(row) for row in found.near_misses],
        "after": str(found.after) if found.after else None,
        "warnings": found.warnings,
    }


@router.get("/api/workspaces/{workspace_id}/data-classes")
@guard(Permission.CATALOG_READ, "workspace_id")
def list_data_classes(workspace_id: UUID, actor: CurrentActor, at: CurrentPaging) -> Page:
    """Own classes first, then the taxonomy's, each with the number of columns that bear it here."""
    with unit_of_work() as session:
        own = data_classes.list_own_classes(session, actor, workspace_id)
        counted = data_classes.count_columns(session, actor, workspace_id)
    items: list[dict[str, Any]] = [_view(row, counted.get(row.name, 0)) for row in own]
    items += [
        {
            "data_class": known.name,
            "group": known.group,
            "sensitivity": known.sensitivity,
            "regulations": list(known.regulations),
            "definition": known.definition,
            "is_own": False,
            "columns": counted.get(known.name, 0),
        }
        for known in TAXONOMY.values()
    ]
    return page(items[at.offset : at.offset + at.limit], len(items), at)


@router.post("/api/workspaces/{workspace_id}/data-classes", status_code=201)
@guard(Permission.DATA_CLASS_MANAGE, "workspace_id")
def create_data_class(workspace_id: UUID, body: NewDataClass, actor: CurrentActor) -> dict[str, object]:
    """Makes a class of the workspace; columns are asked anew from their kept samples."""
    with unit_of_work() as session:
        row = data_classes.create_class(session, actor, workspace_id, Definition(**body.model_dump()))
    return _view(row)


@router.patch("/api/data-classes/{data_class_id}")
@guard(Permission.DATA_CLASS_MANAGE, "data_class_id")
def update_data_class(data_class_id: UUID, body: DataClassChange, actor: CurrentActor) -> dict[str, object]:
    """Changes a class, or takes it out of use with `is_active` false; columns are asked anew."""
    with unit_of_work() as session:
        row = data_classes.update_class(session, actor, data_class_id, Change(**body.model_dump()))
    return _view(row)


@router.post("/api/workspaces/{workspace_id}/data-classes/preview")
@guard(Permission.DATA_CLASS_MANAGE, "workspace_id")
def preview_data_class(workspace_id: UUID, body: PreviewQuestion, actor: CurrentActor) -> dict[str, object]:
    """Tries a class on the kept samples of at most 500 tables in 8 seconds; changes nothing. Examples are masked."""
    definition = Definition(**body.model_dump(exclude={"after"}))
    return _view_preview(data_classes.preview_class(actor, workspace_id, definition, after=body.after))


@router.post("/api/workspaces/{workspace_id}/data-classes/learn")
@guard(Permission.DATA_CLASS_MANAGE, "workspace_id")
def learn_form(workspace_id: UUID, body: Lesson, actor: CurrentActor) -> dict[str, object]:
    """The patterns that examples or columns have in common, in plain words too. Keeps none of the values."""
    if body.columns:
        columns = [(each.asset_id, each.column) for each in body.columns]
        patterns = data_classes.learn_from_columns(
            actor, workspace_id, columns, counter_examples=body.counter_examples, width=body.width
        )
    else:
        patterns = data_classes.learned_patterns(body.examples, body.counter_examples, body.width)
    return {"patterns": patterns, "in_words": [data_classes.describe(pattern) for pattern in patterns]}
