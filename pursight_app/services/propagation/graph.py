"""Reads the column lineage downstream of some columns, with breaks and what people decided."""

from collections.abc import Collection
from uuid import UUID

from sqlmodel import Session, col, select

from pursight_app.models import (
    Asset,
    AssetColumn,
    Classification,
    ClassificationStatus,
    ColumnLineageEdge,
    LineageBreak,
    Transformation,
)
from pursight_app.services.propagation.walk import MAX_DEPTH, Edge, Graph
from pursight_app.services.propagation.weakening import RULES

# For all propagations of a workspace together; each one alone is held to walk.MAX_COLUMNS.
_MAX_LOADED = 20_000


def load_graph(session: Session, sources: Collection[UUID]) -> Graph:
    """Everything that a label of `sources` could reach, at most 20 steps away; one statement for each step.

    Columns and assets that are missing at their source are not entered.
    """
    pairs: dict[tuple[UUID, UUID], Edge] = {}
    decided: dict[UUID, str] = {}
    reached, frontier, is_cut = set(sources), set(sources), False
    for _ in range(MAX_DEPTH + 1):
        if not frontier:
            break
        if len(reached) > _MAX_LOADED:
            is_cut = True
            break
        onward: set[UUID] = set()
        for edge, status, data_class in _step(session, frontier):
            known = pairs.get((edge.upstream, edge.downstream))
            if known is None or _keeps_more(edge, known):
                pairs[edge.upstream, edge.downstream] = edge
            if status in {ClassificationStatus.CONFIRMED, ClassificationStatus.REJECTED}:
                decided[edge.downstream] = (data_class or "") if status == ClassificationStatus.CONFIRMED else ""
            if not edge.is_broken and edge.transformation != Transformation.AGGREGATION:
                onward.add(edge.downstream)
        frontier = onward - reached
        reached |= frontier
    edges: dict[UUID, list[Edge]] = {}
    for edge in pairs.values():
        edges.setdefault(edge.upstream, []).append(edge)
    return Graph({column: tuple(found) for column, found in edges.items()}, decided, is_cut)


def _step(session: Session, frontier: Collection[UUID]) -> list[tuple[Edge, str | None, str | None]]:
    statement = (
        select(ColumnLineageEdge, LineageBreak.id, Classification.status, Classification.data_class)
        .join(AssetColumn, col(AssetColumn.id) == ColumnLineageEdge.downstream_column_id)
        .join(Asset, col(Asset.id) == AssetColumn.asset_id)
        .outerjoin(
            LineageBreak,
            (col(LineageBreak.upstream_column_id) == ColumnLineageEdge.upstream_column_id)
            & (col(LineageBreak.downstream_column_id) == ColumnLineageEdge.downstream_column_id),
        )
        .outerjoin(Classification, col(Classification.asset_column_id) == AssetColumn.id)
        .where(
            col(ColumnLineageEdge.upstream_column_id).in_(frontier),
            col(AssetColumn.missing_since).is_(None),
            col(Asset.missing_since).is_(None),
        )
    )
    return [
        (
            Edge(
                row.upstream_column_id,
                row.downstream_column_id,
                Transformation(row.transformation),
                is_broken=bool(break_id),
            ),
            status,
            data_class,
        )
        for row, break_id, status, data_class in session.exec(statement).all()
    ]


def _keeps_more(one: Edge, other: Edge) -> bool:
    """Two columns can be joined by a view and a foreign key at once; the label takes the way that keeps more."""
    left, right = RULES[one.transformation], RULES[other.transformation]
    return left is not None and (right is None or left.confidence_factor > right.confidence_factor)
