"""What a workspace's reviews teach: the newest word on each column, with the numbers of the column."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, func
from sqlalchemy.dialects.postgresql import distinct_on
from sqlmodel import Session, col, select

from pursight_app.assistant.column_model import load_model
from pursight_app.assistant.feature_packing import unpack_features
from pursight_app.assistant.site_model import MOST_LESSONS, Lesson
from pursight_app.core.taxonomy import TAXONOMY
from pursight_app.models import AssetColumn, ColumnFeatures, Review, ReviewDecision
from pursight_app.services.recognition import features_version

MIN_REVIEWS = 10
"""With fewer reviews there is nothing to measure a model by."""


@dataclass(frozen=True, slots=True)
class DatedLesson:
    """A lesson and when it was given, which says what an earlier model may have learned from."""

    lesson: Lesson
    at: datetime


def load_lessons(session: Session, workspace_id: UUID) -> list[DatedLesson]:
    """At most `MOST_LESSONS` lessons, newest first. Not for people.

    Left out are reviews of columns whose numbers are of an older version (their next scan brings them back) and of
    classes that the workspace made itself, which patterns recognise and not the model.
    """
    newest = _newest_reviews(workspace_id).subquery()
    statement = (
        select(Review, AssetColumn.asset_id, ColumnFeatures.vector)
        .join(newest, newest.c.id == Review.id)
        .join(AssetColumn, col(AssetColumn.id) == Review.asset_column_id)
        .join(ColumnFeatures, col(ColumnFeatures.asset_column_id) == Review.asset_column_id)
        .where(ColumnFeatures.version == features_version(load_model()))
        .order_by(col(Review.created_at).desc(), col(Review.id))
        .limit(MOST_LESSONS)
    )
    lessons: list[DatedLesson] = []
    for review, asset_id, vector in session.exec(statement).all():
        is_right = review.decision != ReviewDecision.REJECT
        data_class = review.data_class if is_right else review.before.get("data_class")
        if data_class in TAXONOMY:
            lesson = Lesson(unpack_features(vector), str(data_class), is_right=is_right, table=str(asset_id))
            lessons.append(DatedLesson(lesson, review.created_at))
    return lessons


def count_reviews(session: Session, workspace_id: UUID, *, since: datetime | None = None) -> int:
    """Reviewed columns of a workspace; with `since` those whose last word is newer."""
    newest = _newest_reviews(workspace_id).subquery()
    statement = select(func.count()).select_from(newest)
    if since is not None:
        statement = statement.where(newest.c.created_at > since)
    return session.exec(statement).one()


def _newest_reviews(workspace_id: UUID) -> Select[UUID, datetime]:
    return (
        select(col(Review.id), col(Review.created_at))
        .ext(distinct_on(col(Review.asset_column_id)))
        .where(col(Review.workspace_id) == workspace_id, col(Review.undone_at).is_(None))
        .order_by(col(Review.asset_column_id), col(Review.created_at).desc(), col(Review.id))
    )
