"""What a person should look at next: verdicts in the order of what their word on it is expected to gain.

For a verdict that nobody has decided on,

    gain = P(wrong) × cost × lesson
    P(wrong) = 1 - confidence                        (of the class, or of the best guess where none was named)
    cost     = weight of the more sensitive of verdict and runner-up: public 1, internal 2, confidential 4, restricted 8;
               twice that if only one of the two is confidential or restricted, for then a mistake changes how the data are
               protected; a column without a verdict counts as public there, since no rule looks at it
    lesson   = 1 + ln(n), n = undecided columns with the same words in their header and the same verdict: they are what
               the word teaches, each further one a little less

PostgreSQL computes and sorts all of it, so that a page costs the same on any page and no evidence is read but its own.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy
from sqlalchemy import CTE, ColumnElement, SQLColumnExpression, and_, case, cast, collate, func, or_, true, union_all
from sqlmodel import Session, col, select

from pursight_app.core.db import count_rows
from pursight_app.core.taxonomy import TAXONOMY, Sensitivity
from pursight_app.models import (
    Asset,
    AssetColumn,
    Classification,
    ClassificationStatus,
    CustomDataClass,
    DataSource,
)
from pursight_app.services import access
from pursight_app.services.access import Actor, Permission
from pursight_app.services.catalog import values

# From here on a verdict is as good as a person's first look.
DOUBTFUL_BELOW = 0.8
SHOWN_EXAMPLES = 3
_NO_LETTERS = "0123456789_- .$#"


@dataclass(frozen=True, slots=True)
class QueueFilters:
    """What narrows the queue; empty means any. `named`: "named" or "unnamed". Confidences are 0-1, both ends included.

    `only_doubtful` leaves out what is certain enough, and columns without any guess (empty ones, for the most part).
    """

    query: str = ""
    data_class: str = ""
    data_source_id: UUID | None = None
    sensitivity: str = ""
    named: str = ""
    min_confidence: float = 0.0
    max_confidence: float = 1.0
    only_doubtful: bool = True


@dataclass(frozen=True, slots=True)
class QueueRow:
    """A verdict that waits, and why here. `similar_count` counts the column itself; `examples` are masked where they must be."""

    verdict: Classification
    column: AssetColumn
    asset: Asset
    data_source_name: str
    gain: float
    similar_count: int
    runner_up: str
    runner_up_share: float
    examples: tuple[str, ...]


def list_queue(
    session: Session,
    actor: Actor,
    workspace_id: UUID,
    filters: QueueFilters | None = None,
    *,
    limit: int = 50,
    offset: int = 0,
) -> tuple[list[QueueRow], int]:
    """Undecided verdicts that the actor may review, most gain first, and how many match. Two statements."""
    access.require_somewhere(actor, Permission.CLASSIFICATION_REVIEW, workspace_id)
    chosen = filters or QueueFilters()
    ranked = session.execute(_ranked(actor, workspace_id, chosen).limit(limit).offset(offset)).all()
    if not ranked:
        return [], count_rows(session, _undecided(actor, workspace_id).where(*_conditions(chosen)))
    return _rows(session, actor, ranked), ranked[0].total


def count_queue(session: Session, actor: Actor, workspace_id: UUID) -> int:
    """How many doubtful verdicts wait for this actor."""
    access.require_somewhere(actor, Permission.CLASSIFICATION_REVIEW, workspace_id)
    return count_rows(session, _undecided(actor, workspace_id).where(*_conditions(QueueFilters())))


def list_sources(session: Session, actor: Actor, workspace_id: UUID) -> list[tuple[UUID, str]]:
    """The data sources that the queue can be narrowed to, by name."""
    access.require_somewhere(actor, Permission.CLASSIFICATION_REVIEW, workspace_id)
    statement: Any = select(DataSource.id, DataSource.name).where(DataSource.workspace_id == workspace_id)
    return list(session.exec(access.scoped(actor, statement, DataSource).order_by(DataSource.name)).all())


def _undecided(actor: Actor, workspace_id: UUID, *wanted: Any) -> Any:
    return (
        sqlalchemy.select(*(wanted or (col(Classification.id),)))
        .select_from(Classification)
        .join(AssetColumn, col(AssetColumn.id) == Classification.asset_column_id)
        .join(Asset, col(Asset.id) == AssetColumn.asset_id)
        .where(
            col(Classification.workspace_id) == workspace_id,
            col(Classification.status) == ClassificationStatus.SUGGESTED,
            col(AssetColumn.missing_since).is_(None),
            col(Asset.missing_since).is_(None),
            access.visible(actor, Asset, Permission.CATALOG_READ),
            access.visible_verdicts(actor, Permission.CLASSIFICATION_REVIEW),
        )
    )


def _conditions(chosen: QueueFilters) -> list[ColumnElement[bool]]:
    data_class, confidence = col(Classification.data_class), col(Classification.confidence)
    found: list[ColumnElement[bool]] = []
    if chosen.only_doubtful:
        found += [confidence < DOUBTFUL_BELOW, or_(data_class.is_not(None), col(Classification.runner_up).is_not(None))]
    if chosen.query:
        name = col(Asset.name) + "." + col(AssetColumn.name)
        found.append(name.icontains(chosen.query[:100], autoescape=True))
    if chosen.data_class:
        found.append(data_class == chosen.data_class)
    if chosen.data_source_id:
        found.append(col(Asset.data_source_id) == chosen.data_source_id)
    if chosen.sensitivity:
        found.append(col(Classification.sensitivity) == chosen.sensitivity)
    if chosen.named:
        found.append(data_class.is_not(None) if chosen.named == "named" else data_class.is_(None))
    if chosen.min_confidence > 0:
        found.append(confidence >= chosen.min_confidence)
    if chosen.max_confidence < 1:
        found.append(confidence <= chosen.max_confidence)
    return found


def _ranked(actor: Actor, workspace_id: UUID, chosen: QueueFilters) -> Any:
    runner_up = _ranks(workspace_id)
    waiting = (
        _undecided(
            actor,
            workspace_id,
            Classification.id,
            func.translate(func.lower(collate(col(AssetColumn.name), "C")), _NO_LETTERS, "").label("words"),
            func.coalesce(Classification.data_class, "").label("data_class"),
            _worth(runner_up.c.rank).label("worth"),
            and_(true(), *_conditions(chosen)).label("is_chosen"),
        )
        .outerjoin(runner_up, runner_up.c.name == Classification.runner_up)
        .cte("waiting")
    )
    # Alike are all that wait, whatever the list is narrowed to.
    alike = (
        sqlalchemy.select(waiting.c.words, waiting.c.data_class, func.count().label("number"))
        .group_by(waiting.c.words, waiting.c.data_class)
        .subquery("alike")
    )
    total = sqlalchemy.select(func.count()).select_from(waiting).where(waiting.c.is_chosen).scalar_subquery()
    gain = (waiting.c.worth * (1 + func.ln(alike.c.number))).label("gain")
    return (
        sqlalchemy.select(waiting.c.id, gain, alike.c.number.label("similar_count"), total.label("total"))
        .join(alike, and_(alike.c.words == waiting.c.words, alike.c.data_class == waiting.c.data_class))
        .where(waiting.c.is_chosen)
        .order_by(gain.desc(), waiting.c.id)
    )


def _ranks(workspace_id: UUID) -> CTE:
    """How sensitive each class is, 0-3, by its name; the workspace's own classes too."""
    names, ranks = zip(*((known.name, known.sensitivity.rank) for known in TAXONOMY.values()), strict=True)
    shipped = sqlalchemy.select(
        func.unnest(cast(list(names), sqlalchemy.ARRAY(sqlalchemy.Text))).label("name"),
        func.unnest(cast(list(ranks), sqlalchemy.ARRAY(sqlalchemy.Integer))).label("rank"),
    )
    own = sqlalchemy.select(col(CustomDataClass.name), _rank(col(CustomDataClass.sensitivity))).where(
        col(CustomDataClass.workspace_id) == workspace_id
    )
    return union_all(shipped, own).cte("ranks")


def _rank(sensitivity: SQLColumnExpression[Any]) -> ColumnElement[int]:
    return case({str(level): level.rank for level in Sensitivity}, value=sensitivity, else_=0)


def _worth(runner_up_rank: ColumnElement[int]) -> ColumnElement[float]:
    """P(wrong) × cost."""
    own = _rank(col(Classification.sensitivity))
    other = func.coalesce(runner_up_rank, own)
    sensitive = Sensitivity.CONFIDENTIAL.rank
    crosses = case(((own >= sensitive) != (other >= sensitive), 2.0), else_=1.0)
    return (1 - col(Classification.confidence)) * func.power(2.0, func.greatest(own, other)) * crosses


def _rows(session: Session, actor: Actor, ranked: Any) -> list[QueueRow]:
    wanted = (
        select(Classification, AssetColumn, Asset, DataSource.name)
        .join(AssetColumn, col(AssetColumn.id) == Classification.asset_column_id)
        .join(Asset, col(Asset.id) == AssetColumn.asset_id)
        .join(DataSource, col(DataSource.id) == Asset.data_source_id)
        .where(col(Classification.id).in_([row.id for row in ranked]))
    )
    found = {row[0].id: row for row in session.exec(wanted).all()}
    return [_row(actor, row, *found[row.id]) for row in ranked]


def _row(  # noqa: PLR0917  the four are one row of the join
    actor: Actor, ranked: Any, verdict: Classification, column: AssetColumn, asset: Asset, source: str
) -> QueueRow:
    runner_up, share = verdict.evidence.get("runner_up") or ("", 0.0)
    examples = tuple(verdict.evidence.get("examples") or ()) or values.extremes(actor, asset, column, verdict)
    return QueueRow(
        verdict=verdict,
        column=column,
        asset=asset,
        data_source_name=source,
        gain=float(ranked.gain),
        similar_count=ranked.similar_count,
        runner_up=runner_up,
        runner_up_share=float(share),
        examples=examples[:SHOWN_EXAMPLES],
    )
