"""The labels that the propagations of a workspace want to see, as the catalogue stands now."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from pursight_app.core.taxonomy import Sensitivity
from pursight_app.models import (
    Asset,
    AssetColumn,
    Classification,
    ClassificationStatus,
    PropagatedLabel,
    Propagation,
)
from pursight_app.services import access
from pursight_app.services.access import Actor, Permission
from pursight_app.services.propagation.graph import load_graph
from pursight_app.services.propagation.walk import Arrival, Graph, follow
from pursight_app.services.propagation.weakening import Label


@dataclass(frozen=True, slots=True)
class Wanted:
    """A label that one propagation wants on one column."""

    propagation_id: UUID
    source_id: UUID
    asked_at: datetime
    column_id: UUID
    arrival: Arrival

    @property
    def strength(self) -> tuple[tuple[int, float, int], str, float, str]:
        """Orders the labels that want one column; greater wins: the stronger one, else the older propagation's."""
        label = self.arrival.label
        return self.arrival.strength, label.data_class, -self.asked_at.timestamp(), str(self.propagation_id)


def source_label(verdict: Classification | None) -> Label | None:
    """The label that a verdict can send along its lineage; None unless a person confirmed it."""
    if verdict is None or verdict.status != ClassificationStatus.CONFIRMED or not verdict.data_class:
        return None
    return Label(verdict.data_class, Sensitivity(verdict.sensitivity or Sensitivity.PUBLIC), verdict.confidence)


def wanted_labels(session: Session, workspace_id: UUID) -> list[Wanted]:
    """Every label that an active propagation wants; columns on which people decided are never among them.

    A propagation acts with the rights of whoever asked for it: it enters no column that they may not see and labels no
    further one that they may not review. A label once given stays when rights are taken away later.
    """
    found = session.exec(
        select(Propagation, Classification)
        .join(Classification, col(Classification.asset_column_id) == Propagation.asset_column_id)
        .join(AssetColumn, col(AssetColumn.id) == Propagation.asset_column_id)
        .join(Asset, col(Asset.id) == AssetColumn.asset_id)
        .where(
            Propagation.workspace_id == workspace_id,
            col(Propagation.withdrawn_at).is_(None),
            col(AssetColumn.missing_since).is_(None),
            col(Asset.missing_since).is_(None),
        )
        .order_by(col(Propagation.created_at), col(Propagation.id))
    ).all()
    sources = [(each, label) for each, verdict in found if (label := source_label(verdict))]
    graph = load_graph(session, {each.asset_column_id for each, _ in sources})
    given = _given(session, workspace_id)
    rights = {
        person: _rights(session, person, graph) for person in {each.created_by_id for each, _ in sources}
    }  # fmt: skip
    wanted: list[Wanted] = []
    for each, label in sources:
        seen, reviewable = rights[each.created_by_id]
        kept = given.get(each.id, frozenset())
        walk = follow(graph, each.asset_column_id, label, dark=graph.columns - seen - kept)
        wanted += [
            Wanted(each.id, each.asset_column_id, each.created_at, column, arrival)
            for column, arrival in walk.arrivals.items()
            if column not in graph.decided and (column in reviewable or column in kept)
        ]
    return wanted


def _given(session: Session, workspace_id: UUID) -> dict[UUID, frozenset[UUID]]:
    """The columns that each propagation has labelled so far."""
    statement = select(PropagatedLabel.propagation_id, PropagatedLabel.asset_column_id).where(
        PropagatedLabel.workspace_id == workspace_id
    )
    columns: dict[UUID, set[UUID]] = {}
    for propagation_id, column_id in session.exec(statement).all():
        columns.setdefault(propagation_id, set()).add(column_id)
    return {propagation_id: frozenset(found) for propagation_id, found in columns.items()}


def _rights(session: Session, person: UUID | None, graph: Graph) -> tuple[frozenset[UUID], frozenset[UUID]]:
    """The columns that a person may see and those that they may review. Who left sees what they saw, labels nothing new."""
    actor = access.load_actor(session, person) if person else None
    if actor is None:
        return graph.columns, frozenset()
    return (
        columns_with(session, actor, graph.columns, Permission.CATALOG_READ),
        columns_with(session, actor, graph.columns, Permission.CLASSIFICATION_REVIEW),
    )


def columns_with(
    session: Session, actor: Actor, column_ids: Collection[UUID], permission: Permission
) -> frozenset[UUID]:
    """Those of the columns on which the actor holds the permission."""
    statement = select(AssetColumn.id).where(col(AssetColumn.id).in_(column_ids))
    return frozenset(session.exec(access.scoped(actor, statement, AssetColumn, permission)).all())
