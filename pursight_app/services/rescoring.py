"""Asks the classifier anew about columns that were scanned before, from the sample that the scan kept.

No source is read. What people confirmed or rejected, and labels that follow lineage, stay as they are.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import pyarrow as pa
import structlog
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from pursight_app.assistant.features import ColumnFeatures
from pursight_app.detectors.base import ColumnSample
from pursight_app.models import (
    Asset,
    AssetColumn,
    Classification,
    ClassificationOrigin,
    ClassificationStatus,
    ColumnLineageEdge,
    LineageEdge,
    LineageKind,
)
from pursight_app.services import compliance
from pursight_app.services.classification import Recognition, Verdict, suggest_with_features
from pursight_app.services.recognition import features_version
from pursight_app.services.scanning.discovery import clean
from pursight_app.services.scanning.samples import masked_columns
from pursight_app.services.scanning.tables import read_sample, write_features, write_verdicts
from pursight_app.services.verdict_effects import settle

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class ScannedTable:
    """A table as the catalogue knows it: what is needed to score its sample without its source.

    `columns` are in order of position; `partners` maps a column's id to its foreign key's `table.column`; `verdicts`
    maps the id of each column to its verdict as it stands.
    """

    asset: Asset
    columns: tuple[AssetColumn, ...]
    partners: Mapping[UUID, str]
    verdicts: Mapping[UUID, Classification]

    def follows(self, column_id: UUID) -> bool:
        """Whether the column's verdict is the classifier's own and nobody's decision, so that it may change."""
        verdict = self.verdicts.get(column_id)
        return (
            verdict is not None
            and verdict.status == ClassificationStatus.SUGGESTED
            and verdict.origin == ClassificationOrigin.AUTOMATED
        )


@dataclass(frozen=True, slots=True)
class ScoredTable:
    """New verdicts and numbers of a table's columns by column id; columns without usable values are missing."""

    table: ScannedTable
    verdicts: dict[UUID, Verdict]
    features: dict[UUID, ColumnFeatures]
    features_version: str

    def changed_columns(self) -> list[UUID]:
        """The columns whose verdict would be another class, in order of position."""
        return [
            column.id
            for column in self.table.columns
            if column.id in self.verdicts
            and self.table.follows(column.id)
            and self.verdicts[column.id].data_class != self.table.verdicts[column.id].data_class
        ]


def load_tables(
    session: Session,
    workspace_id: UUID,
    *,
    after: UUID | None = None,
    asset_ids: Sequence[UUID] | None = None,
    limit: int = 25,
) -> list[ScannedTable]:
    """Scanned tables of a workspace by id, from the one behind `after` on; `asset_ids` narrows them. Not for people."""
    statement = (
        select(Asset)
        .where(
            Asset.workspace_id == workspace_id,
            col(Asset.scanned_at).is_not(None),
            col(Asset.missing_since).is_(None),
        )
        .order_by(col(Asset.id))
        .limit(limit)
    )
    if after is not None:
        statement = statement.where(col(Asset.id) > after)
    if asset_ids is not None:
        statement = statement.where(col(Asset.id).in_(asset_ids))
    assets = session.exec(statement).all()
    columns: dict[UUID, list[AssetColumn]] = {asset.id: [] for asset in assets}
    verdicts: dict[UUID, Classification] = {}
    rows = session.exec(
        select(AssetColumn, Classification)
        .outerjoin(Classification, col(Classification.asset_column_id) == AssetColumn.id)
        .where(col(AssetColumn.asset_id).in_(list(columns)), col(AssetColumn.missing_since).is_(None))
        .order_by(col(AssetColumn.position))
    ).all()
    for column, verdict in rows:
        columns[column.asset_id].append(column)
        if verdict is not None:  # pyright: ignore[reportUnnecessaryComparison]  an outer join gives None
            verdicts[column.id] = verdict
    partners = _partners(session, list(columns))
    return [ScannedTable(asset, tuple(columns[asset.id]), partners, verdicts) for asset in assets]


def _partners(session: Session, asset_ids: list[UUID]) -> dict[UUID, str]:
    upstream_column, upstream = aliased(AssetColumn), aliased(Asset)
    statement = (
        select(ColumnLineageEdge.downstream_column_id, upstream.name, upstream_column.name)
        .join(LineageEdge, col(LineageEdge.id) == ColumnLineageEdge.lineage_edge_id)
        .join(upstream_column, col(upstream_column.id) == ColumnLineageEdge.upstream_column_id)
        .join(upstream, col(upstream.id) == upstream_column.asset_id)
        .where(col(LineageEdge.downstream_id).in_(asset_ids), LineageEdge.kind == LineageKind.FOREIGN_KEY)
    )
    return {column_id: f"{table}.{name}" for column_id, table, name in session.exec(statement).all()}


def score_tables(tables: Sequence[ScannedTable], recognition: Recognition) -> list[ScoredTable]:
    """Verdicts from the kept samples; a table without one gets no verdicts. Opens no transaction: blobs may be far away."""
    places: list[tuple[int, UUID]] = []
    samples: list[ColumnSample] = []
    for place, table in enumerate(tables):
        for column_id, sample in samples_of(table):
            places.append((place, column_id))
            samples.append(sample)
    verdicts, features = suggest_with_features(samples, recognition)
    scored = [ScoredTable(table, {}, {}, features_version(recognition.model)) for table in tables]
    for (place, column_id), verdict, numbers in zip(places, verdicts, features, strict=True):
        scored[place].verdicts[column_id] = verdict
        scored[place].features[column_id] = numbers
    return scored


def samples_of(table: ScannedTable) -> list[tuple[UUID, ColumnSample]]:
    """The columns whose sampled values are kept as they were, by column id, in order of position. Not for people."""
    if table.asset.sample_key is None:
        return []
    kept = read_sample(table.asset.sample_key)
    if kept is None:
        log.warning("sample.missing", asset_id=str(table.asset.id))
        return []
    # What is masked at rest has lost its form; the next scan sees the values again.
    masked = masked_columns(kept)
    usable = {clean(name): name for name in kept.column_names if name not in masked}
    headers = tuple(column.name for column in table.columns)
    return [
        (
            column.id,
            ColumnSample(
                table=table.asset.name,
                column=column.name,
                values=_values(kept, usable[column.name]),
                table_columns=headers,
                declared_type=column.data_type,
                references=table.partners.get(column.id, ""),
            ),
        )
        for column in table.columns
        if column.name in usable
    ]


def _values(kept: pa.Table, name: str) -> tuple[str | None, ...]:
    return tuple(kept.column(name).to_pylist())


def write_scores(session: Session, workspace_id: UUID, scored: Sequence[ScoredTable]) -> list[ScoredTable]:
    """Writes the classifier's word into the catalogue and evaluates the rules; returns the tables where a class changed.

    `suggestion` is always written, the verdict only where it is the classifier's own (also when a person decided since
    the tables were loaded: the statement itself looks).
    """
    changed = [each for each in scored if each.changed_columns()]
    for each in scored:
        if each.verdicts:
            write_verdicts(session, workspace_id, each.verdicts)
            write_features(session, workspace_id, each.features, each.features_version)
    for finding in settle(session, workspace_id, [each.table.asset.id for each in scored if each.verdicts]):
        compliance.announce_finding(session, finding)
    return changed
