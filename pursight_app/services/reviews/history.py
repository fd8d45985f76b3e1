"""What was said of verdicts, newest first: single reviews and batches of them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy
from sqlalchemy import ColumnElement, SQLColumnExpression, case, func
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from pursight_app.core.db import count_rows
from pursight_app.models import Asset, AssetColumn, Classification, Review, UserAccount
from pursight_app.services import access
from pursight_app.services.access import Actor, Permission


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """A review with names. `is_newest`: no other review of the column counts after it, so it can be undone."""

    review: Review
    column: AssetColumn
    asset: Asset
    classification_id: UUID
    who: str
    undone_by: str
    is_newest: bool


@dataclass(frozen=True, slots=True)
class BatchRow:
    """Reviews made together. `before_class` and `data_class` are None where they differ or there is none.

    `place` is one column of them, `tables` in how many assets they lie, `undone_count` how many were taken back.
    """

    batch_id: UUID
    decision: str
    who: str
    at: datetime
    column_count: int
    undone_count: int
    tables: int
    data_class: str | None
    before_class: str | None
    place: str


def list_reviews(
    session: Session,
    actor: Actor,
    workspace_id: UUID,
    *,
    asset_column_id: UUID | None = None,
    batch_id: UUID | None = None,
    limit: int = 50,
    offset: int = 0,
) -> tuple[list[ReviewRow], int]:
    """Reviews of columns that the actor may see, newest first, undone ones too; and how many there are."""
    access.require_somewhere(actor, Permission.CATALOG_READ, workspace_id)
    author, undoer, later = aliased(UserAccount), aliased(UserAccount), aliased(Review)
    is_later = (
        select(later.id)
        .where(
            later.asset_column_id == Review.asset_column_id,
            col(later.undone_at).is_(None),
            col(later.created_at) > Review.created_at,
        )
        .exists()
    )
    statement = (
        _visible(
            actor, workspace_id, Review, AssetColumn, Asset, Classification.id, author.name, undoer.name, ~is_later
        )
        .outerjoin(author, col(author.id) == Review.decided_by_id)
        .outerjoin(undoer, col(undoer.id) == Review.undone_by_id)
    )
    if asset_column_id is not None:
        statement = statement.where(col(Review.asset_column_id) == asset_column_id)
    if batch_id is not None:
        statement = statement.where(col(Review.batch_id) == batch_id)
    total = count_rows(session, statement)
    newest_first = statement.order_by(col(Review.created_at).desc(), col(Review.id))
    found = session.execute(newest_first.limit(limit).offset(offset)).all()
    return [
        ReviewRow(review, column, asset, verdict_id, who or "", undone_by or "", is_newest=is_newest)
        for review, column, asset, verdict_id, who, undone_by, is_newest in found
    ], total


def list_batches(
    session: Session, actor: Actor, workspace_id: UUID, *, limit: int = 20, offset: int = 0
) -> tuple[list[BatchRow], int]:
    """What was decided together, newest first; counts are over the columns that the actor may see."""
    access.require_somewhere(actor, Permission.CATALOG_READ, workspace_id)
    author = aliased(UserAccount)
    before = col(Review.before)["data_class"].astext
    place = Asset.name + "." + AssetColumn.name
    at = func.min(Review.created_at).label("at")
    statement = (
        _visible(
            actor,
            workspace_id,
            Review.batch_id,
            func.min(Review.decision),
            func.min(author.name),
            at,
            func.count(),
            func.count(col(Review.undone_at)),
            func.count(col(Asset.id).distinct()),
            _shared(col(Review.data_class)),
            _shared(before),
            func.min(place),
        )
        .outerjoin(author, col(author.id) == Review.decided_by_id)
        .group_by(col(Review.batch_id))
        .order_by(at.desc(), col(Review.batch_id))
    )
    counted = _visible(actor, workspace_id, func.count(col(Review.batch_id).distinct()))
    total = session.execute(counted).scalar_one()
    return [BatchRow(*row) for row in session.execute(statement.limit(limit).offset(offset)).all()], total


def _shared(value: SQLColumnExpression[Any]) -> ColumnElement[Any]:
    # The value that all rows of a group have, NULL where they differ.
    return case((func.count(value.distinct()) == 1, func.min(value)), else_=None)


def _visible(actor: Actor, workspace_id: UUID, *wanted: Any) -> Any:
    statement: Any = (
        sqlalchemy.select(*wanted)
        .select_from(Review)
        .join(AssetColumn, col(AssetColumn.id) == Review.asset_column_id)
        .join(Asset, col(Asset.id) == AssetColumn.asset_id)
        .join(Classification, col(Classification.asset_column_id) == AssetColumn.id)
        .where(col(Review.workspace_id) == workspace_id)
    )
    return access.scoped(actor, statement, Classification)
