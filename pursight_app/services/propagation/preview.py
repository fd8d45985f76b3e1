"""What would happen if the label of a column followed its lineage, shown before anybody does it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session, col, select

from pursight_app.core.taxonomy import Sensitivity
from pursight_app.models import (
    AssetColumn,
    Classification,
    ClassificationStatus,
    PropagatedLabel,
    Propagation,
    Transformation,
    UserAccount,
)
from pursight_app.services import access
from pursight_app.services.access import Actor, Permission
from pursight_app.services.propagation.graph import load_graph
from pursight_app.services.propagation.names import ColumnName, names_of
from pursight_app.services.propagation.walk import Arrival, Edge, EndReason, Walk, follow
from pursight_app.services.propagation.wanted import columns_with, source_label

CONFIRM_FIRST = "Only a verdict that a person has confirmed can follow its lineage. Confirm it first."


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a way; `to` None when the actor may not know of that column."""

    to: ColumnName | None
    transformation: Transformation


@dataclass(frozen=True, slots=True)
class Target:
    """A column that the label reaches, what would be left of it there, and what stands there now.

    `stays` says why nothing changes there, "" when the label would be set.
    """

    name: ColumnName
    path: tuple[Step, ...]
    data_class: str
    sensitivity: str
    confidence: float
    now_class: str | None
    now_sensitivity: str | None
    now_origin: str
    stays: str


@dataclass(frozen=True, slots=True)
class End:
    """An edge at which a way ends, and why."""

    upstream: ColumnName
    downstream: ColumnName
    reason: EndReason


@dataclass(frozen=True, slots=True)
class Preview:
    """Where a label would go. `refusal` says why it cannot go at all, "" when it can.

    `hidden_count` further columns are reached that the actor may not see or not review: they get no label.
    `propagation_id` is that of the propagation that is at work already, if any.
    """

    source: ColumnName
    data_class: str | None
    targets: tuple[Target, ...]
    ends: tuple[End, ...]
    hidden_count: int
    is_cut: bool
    refusal: str
    propagation_id: UUID | None


def preview_propagation(session: Session, actor: Actor, column_id: UUID) -> Preview:
    """Where the label of a column would go downstream, nearest first, and where and why it stops. Changes nothing."""
    column = access.get(session, actor, AssetColumn, column_id, Permission.CLASSIFICATION_REVIEW)
    verdict = session.exec(select(Classification).where(Classification.asset_column_id == column.id)).first()
    source = names_of(session, actor, [column.id])[column.id]
    active = active_propagation(session, column.id)
    label = source_label(verdict)
    if label is None:
        return Preview(
            source, verdict.data_class if verdict else None, (), (), 0, is_cut=False, refusal=CONFIRM_FIRST,
            propagation_id=active.id if active else None,
        )  # fmt: skip
    graph = load_graph(session, {column.id})
    seen = columns_with(session, actor, graph.columns, Permission.CATALOG_READ)
    reviewable = columns_with(session, actor, graph.columns, Permission.CLASSIFICATION_REVIEW)
    walk = follow(graph, column.id, label, dark=graph.columns - seen)
    names = names_of(session, actor, graph.columns | {column.id})
    return Preview(
        source=source,
        data_class=label.data_class,
        targets=_targets(session, walk, names=names, reviewable=reviewable, own_id=active.id if active else None),
        ends=_ends(walk, names),
        hidden_count=len(walk.hidden | (set(walk.arrivals) - reviewable)),
        is_cut=walk.is_cut,
        refusal="",
        propagation_id=active.id if active else None,
    )


def active_propagation(session: Session, column_id: UUID) -> Propagation | None:
    """The propagation of a column that has not been withdrawn."""
    statement = select(Propagation).where(
        Propagation.asset_column_id == column_id, col(Propagation.withdrawn_at).is_(None)
    )
    return session.exec(statement.order_by(col(Propagation.created_at))).first()


def described(path: Iterable[Edge], names: Mapping[UUID, ColumnName]) -> tuple[Step, ...]:
    """A way with the names that the reader may know."""
    return tuple(Step(names.get(edge.downstream), edge.transformation) for edge in path)


def _targets(
    session: Session,
    walk: Walk,
    *,
    names: Mapping[UUID, ColumnName],
    reviewable: frozenset[UUID],
    own_id: UUID | None,
) -> tuple[Target, ...]:
    reached = [column for column in walk.arrivals if column in reviewable]
    verdicts = {
        verdict.asset_column_id: (verdict, person or "somebody")
        for verdict, person in session.exec(
            select(Classification, UserAccount.name)
            .outerjoin(UserAccount, col(UserAccount.id) == Classification.decided_by_id)
            .where(col(Classification.asset_column_id).in_(reached))
        ).all()
    }
    rivals = _rivals(session, reached, own_id)
    targets: list[Target] = []
    for column in reached:
        arrival, (verdict, person) = walk.arrivals[column], verdicts.get(column, (None, ""))
        targets.append(
            Target(
                name=names[column],
                path=described(arrival.path, names),
                data_class=arrival.label.data_class,
                sensitivity=str(arrival.label.sensitivity),
                confidence=arrival.label.confidence,
                now_class=verdict.data_class if verdict else None,
                now_sensitivity=verdict.sensitivity if verdict else None,
                now_origin=str(verdict.origin) if verdict else "",
                stays=_stays(verdict, person) or _beaten(arrival, rivals.get(column, [])),
            )
        )
    return tuple(sorted(targets, key=lambda each: (len(each.path), each.name.qualified_name, each.name.column)))


def _stays(verdict: Classification | None, person: str) -> str:
    if verdict is None or verdict.status == ClassificationStatus.SUGGESTED:
        return ""
    if verdict.status == ClassificationStatus.REJECTED:
        return f"{person} rejected {verdict.data_class or 'the verdict'} here"
    return f"confirmed as {verdict.data_class} by {person}"


def _rivals(session: Session, columns: list[UUID], own_id: UUID | None) -> dict[UUID, list[PropagatedLabel]]:
    """The labels that other propagations have put on the columns."""
    statement = select(PropagatedLabel).where(col(PropagatedLabel.asset_column_id).in_(columns))
    if own_id is not None:
        statement = statement.where(PropagatedLabel.propagation_id != own_id)
    rivals: dict[UUID, list[PropagatedLabel]] = {}
    for row in session.exec(statement).all():
        rivals.setdefault(row.asset_column_id, []).append(row)
    return rivals


def _beaten(arrival: Arrival, rivals: Iterable[PropagatedLabel]) -> str:
    for rival in rivals:
        strength = (Sensitivity(rival.sensitivity).rank, rival.confidence, -len(rival.path))
        if strength > arrival.strength:
            return f"{rival.data_class} came here from another column and is stronger"
    return ""


def _ends(walk: Walk, names: Mapping[UUID, ColumnName]) -> tuple[End, ...]:
    ends = [
        End(names[edge.upstream], names[edge.downstream], reason)
        for edge, reason in walk.ends.items()
        if edge.upstream in names and edge.downstream in names
    ]
    return tuple(sorted(ends, key=lambda end: (end.downstream.qualified_name, end.downstream.column, end.reason)))
