"""Lineage between assets: foreign keys and views as the source declares them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID, uuid4

import structlog
from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select

from pursight_app.connectors.base import TableInfo
from pursight_app.core.errors import InvalidInputError
from pursight_app.models import (
    Asset,
    AssetColumn,
    ColumnLineageEdge,
    DataSource,
    LineageEdge,
    LineageKind,
    Transformation,
)
from pursight_app.services import access
from pursight_app.services.access import Actor, Permission

log = structlog.get_logger()
_DIALECTS = {"postgresql": "postgres", "mysql": "mysql", "sqlite": "sqlite", "duckdb": "duckdb"}
MAX_DEPTH = 10
MAX_EDGES = 500
_EdgeKey = tuple[UUID, UUID, LineageKind]


def write_lineage(session: Session, source: DataSource, found: Mapping[str, TableInfo], *, scan_run_id: UUID) -> None:
    """Replaces the declared edges between a source's assets by those that `found` (by qualified name) declares."""
    assets = {
        row.qualified_name: row for row in session.exec(select(Asset).where(Asset.data_source_id == source.id)).all()
    }
    ids = {name: asset.id for name, asset in assets.items()}
    addresses = {(table.schema, table.name): name for name, table in found.items()}
    edges: dict[_EdgeKey, dict[tuple[str, str], Transformation]] = {}
    for name, table in found.items():
        for kind, upstream, pair, transformation in _declared(source, table, found, addresses):
            if upstream in ids and upstream != name:
                edges.setdefault((ids[upstream], ids[name], kind), {})[pair] = transformation
    # What pipelines made of them is not the source's to say.
    session.execute(
        delete(LineageEdge).where(
            col(LineageEdge.downstream_id).in_(list(ids.values())), col(LineageEdge.kind) != LineageKind.PIPELINE
        )
    )
    _insert(session, source.workspace_id, edges, scan_run_id)


def _declared(
    source: DataSource, table: TableInfo, found: Mapping[str, TableInfo], addresses: Mapping[tuple[str, str], str]
) -> Iterator[tuple[LineageKind, str, tuple[str, str], Transformation]]:
    for key in table.foreign_keys:
        upstream = addresses.get((key.referenced_schema, key.referenced_table), "")
        for pair in zip(key.referenced_columns, key.columns, strict=False):
            # A referring column holds values of the key, unchanged.
            yield LineageKind.FOREIGN_KEY, upstream, pair, Transformation.IDENTITY
    if not table.view_definition:
        return
    # The SQL parser is needed in workers only.
    from pursight_app.services.column_sources import column_sources

    schema = {(other.schema, other.name): tuple(each.name for each in other.columns) for other in found.values()}
    try:
        origins = column_sources(table.view_definition, dialect=_DIALECTS.get(source.kind, ""), schema=schema)
    except InvalidInputError as error:
        log.warning("view.not_analysed", view=table.name, error=error.message)
        return
    names = {column.name.lower(): column.name for column in table.columns}
    for origin in origins:
        upstream = addresses.get((origin.schema or table.schema, origin.table), "")
        pair = (origin.column, names.get(origin.output.lower(), origin.output))
        yield LineageKind.VIEW, upstream, pair, origin.transformation


def _insert(
    session: Session,
    workspace_id: UUID,
    edges: Mapping[_EdgeKey, Mapping[tuple[str, str], Transformation]],
    scan_run_id: UUID,
) -> None:
    if not edges:
        return
    touched = {asset_id for upstream, downstream, _ in edges for asset_id in (upstream, downstream)}
    columns = {
        (row.asset_id, row.name): row.id
        for row in session.exec(select(AssetColumn).where(col(AssetColumn.asset_id).in_(touched))).all()
    }
    edge_rows, column_rows = [], []
    for (upstream, downstream, kind), pairs in edges.items():
        edge_id = uuid4()
        edge_rows.append(
            LineageEdge(
                id=edge_id, workspace_id=workspace_id, upstream_id=upstream, downstream_id=downstream, kind=kind,
                scan_run_id=scan_run_id,
            ).model_dump()
        )  # fmt: skip
        for (from_name, to_name), transformation in pairs.items():
            ends = columns.get((upstream, from_name)), columns.get((downstream, to_name))
            if ends[0] and ends[1]:
                column_rows.append(
                    ColumnLineageEdge(
                        workspace_id=workspace_id, lineage_edge_id=edge_id,
                        upstream_column_id=ends[0], downstream_column_id=ends[1], transformation=transformation,
                    ).model_dump()
                )  # fmt: skip
    session.execute(insert(LineageEdge), edge_rows)
    if column_rows:
        session.execute(insert(ColumnLineageEdge), column_rows)


@dataclass(frozen=True, slots=True)
class LineageGraph:
    """Assets around one asset. `is_cut` when the node or depth budget left something out."""

    assets: list[Asset]
    edges: list[LineageEdge]
    columns: list[tuple[UUID, str, str]]
    is_cut: bool


def get_lineage(
    session: Session, actor: Actor, asset_id: UUID, *, direction: str = "both", depth: int = 1
) -> LineageGraph:
    """The graph around an asset up to `depth` steps upstream, downstream or both; `columns` are (edge, from, to).

    Raises:
        InvalidInputError: an unknown direction, or a depth outside 1 to 10.
    """
    asset = access.get(session, actor, Asset, asset_id, Permission.CATALOG_READ)
    if direction not in {"upstream", "downstream", "both"} or not 1 <= depth <= MAX_DEPTH:
        raise InvalidInputError("Direction is upstream, downstream or both; depth is 1 to 10.")
    # The graph ends where the actor's sight does: no edge to an asset that does not exist for them.
    seen = access.scoped(actor, select(Asset.id).where(Asset.workspace_id == asset.workspace_id), Asset)
    edges: dict[UUID, LineageEdge] = {}
    is_cut = False
    for way in ("upstream", "downstream") if direction == "both" else (direction,):
        frontier, reached = {asset.id}, {asset.id}
        for _ in range(depth):
            near, far = ("downstream_id", "upstream_id") if way == "upstream" else ("upstream_id", "downstream_id")
            statement = select(LineageEdge).where(
                col(getattr(LineageEdge, near)).in_(frontier), col(getattr(LineageEdge, far)).in_(seen)
            )
            step = list(session.exec(statement.limit(MAX_EDGES + 1)).all())
            is_cut = is_cut or len(step) > MAX_EDGES
            edges |= {edge.id: edge for edge in step[:MAX_EDGES]}
            frontier = {getattr(edge, far) for edge in step} - reached
            reached |= frontier
            if not frontier or len(edges) >= MAX_EDGES:
                break
    ids = {end for edge in edges.values() for end in (edge.upstream_id, edge.downstream_id)} | {asset.id}
    assets = session.exec(select(Asset).where(col(Asset.id).in_(ids)).order_by(Asset.qualified_name)).all()
    return LineageGraph(list(assets), list(edges.values()), _column_pairs(session, list(edges)), is_cut)


def _column_pairs(session: Session, edge_ids: list[UUID]) -> list[tuple[UUID, str, str]]:
    rows = session.exec(select(ColumnLineageEdge).where(col(ColumnLineageEdge.lineage_edge_id).in_(edge_ids))).all()
    ids = {end for row in rows for end in (row.upstream_column_id, row.downstream_column_id)}
    names = dict(session.exec(select(AssetColumn.id, AssetColumn.name).where(col(AssetColumn.id).in_(ids))).all())
    return sorted((row.lineage_edge_id, names[row.upstream_column_id], names[row.downstream_column_id]) for row in rows)
