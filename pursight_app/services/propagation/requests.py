"""What people ask for: let a label follow its lineage, take that back, and see what is at work."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, select

from pursight_app.core.clock import now
from pursight_app.core.db import count_rows
from pursight_app.core.errors import ConflictError
from pursight_app.models import AssetColumn, Classification, PropagatedLabel, Propagation, Transformation, UserAccount
from pursight_app.services import access, audit
from pursight_app.services.access import Actor, Permission
from pursight_app.services.propagation.labels import lock, refresh
from pursight_app.services.propagation.names import ColumnName, names_of
from pursight_app.services.propagation.preview import CONFIRM_FIRST, Step, active_propagation, described
from pursight_app.services.propagation.walk import Edge
from pursight_app.services.propagation.wanted import source_label


@dataclass(frozen=True, slots=True)
class PropagationRow:
    """A propagation with its source and the number of columns that bear its label, of those that the actor may see.

    `data_class` is None while the source's verdict is not confirmed: the propagation then waits and labels nothing.
    """

    propagation: Propagation
    source: ColumnName
    data_class: str | None
    label_count: int
    created_by: str


@dataclass(frozen=True, slots=True)
class ReceivedLabel:
    """A label that came to a column; `source` None when the actor may not know of that column."""

    propagation_id: UUID
    source: ColumnName | None
    path: tuple[Step, ...]
    data_class: str
    sensitivity: str
    confidence: float


def propagate(session: Session, actor: Actor, column_id: UUID) -> Propagation:
    """Lets the confirmed label of a column follow its lineage from now on; asking twice is the same as asking once.

    Raises:
        ConflictError: no person has confirmed the verdict.
    """
    column = access.get(session, actor, AssetColumn, column_id, Permission.CLASSIFICATION_REVIEW)
    # Before anything is read: two people who ask at once must not both find nothing there.
    lock(session, column.workspace_id)
    verdict = session.exec(select(Classification).where(Classification.asset_column_id == column.id)).first()
    label = source_label(verdict)
    if label is None:
        raise ConflictError(CONFIRM_FIRST, code="not_confirmed")
    found = active_propagation(session, column.id)
    if found is None:
        found = Propagation(workspace_id=column.workspace_id, asset_column_id=column.id, created_by_id=actor.user_id)
        session.add(found)
        subject = audit.Subject("asset", column.asset_id, column.workspace_id)
        audit.record(session, actor, "propagation.create", subject, column=column.name, data_class=label.data_class)
    refresh(session, column.workspace_id, actor=actor)
    return found


def withdraw(session: Session, actor: Actor, propagation_id: UUID) -> Propagation:
    """Ends a propagation: its labels go and the classifier's suggestions come back.

    Raises:
        ConflictError: it has been withdrawn before.
    """
    found = get_propagation(session, actor, propagation_id)
    if found.withdrawn_at is not None:
        raise ConflictError("This propagation has been withdrawn already.")
    column = session.get_one(AssetColumn, found.asset_column_id)
    lock(session, found.workspace_id)
    found.withdrawn_at, found.withdrawn_by_id = now(), actor.user_id
    subject = audit.Subject("asset", column.asset_id, column.workspace_id)
    audit.record(session, actor, "propagation.withdraw", subject, column=column.name)
    refresh(session, found.workspace_id, actor=actor)
    return found


def get_propagation(session: Session, actor: Actor, propagation_id: UUID) -> Propagation:
    """A propagation whose source the actor may review.

    Raises:
        NotFoundError, PermissionDeniedError: as for `access.get`.
    """
    return access.get(session, actor, Propagation, propagation_id, Permission.CLASSIFICATION_REVIEW)


def list_propagations(
    session: Session, actor: Actor, workspace_id: UUID, *, limit: int = 50, offset: int = 0
) -> tuple[list[PropagationRow], int]:
    """The propagations of a workspace whose source the actor may see, active ones first; and how many there are."""
    access.require_somewhere(actor, Permission.CATALOG_READ, workspace_id)
    statement = (
        select(Propagation, Classification, UserAccount.name)
        .join(AssetColumn, col(AssetColumn.id) == Propagation.asset_column_id)
        .outerjoin(Classification, col(Classification.asset_column_id) == AssetColumn.id)
        .outerjoin(UserAccount, col(UserAccount.id) == Propagation.created_by_id)
        .where(
            Propagation.workspace_id == workspace_id,
            access.visible(actor, AssetColumn, Permission.CATALOG_READ),
        )
    )
    total = count_rows(session, statement)
    order = (col(Propagation.withdrawn_at).is_not(None), col(Propagation.created_at).desc(), col(Propagation.id))
    found = session.exec(statement.order_by(*order).limit(limit).offset(offset)).all()
    names = names_of(session, actor, {each.asset_column_id for each, _, _ in found})
    counts = _counts(session, actor, [each.id for each, _, _ in found])
    rows: list[PropagationRow] = []
    for each, verdict, person in found:
        label = source_label(verdict)
        data_class = label.data_class if label else None
        rows.append(PropagationRow(each, names[each.asset_column_id], data_class, counts.get(each.id, 0), person or ""))
    return rows, total


def _counts(session: Session, actor: Actor, propagation_ids: list[UUID]) -> dict[UUID, int]:
    statement = (
        select(PropagatedLabel.propagation_id, func.count())
        .join(AssetColumn, col(AssetColumn.id) == PropagatedLabel.asset_column_id)
        .where(
            col(PropagatedLabel.propagation_id).in_(propagation_ids),
            access.visible(actor, AssetColumn, Permission.CATALOG_READ),
        )
        .group_by(col(PropagatedLabel.propagation_id))
    )
    return dict(session.exec(statement).all())


def column_of_verdict(session: Session, actor: Actor, classification_id: UUID) -> tuple[UUID, bool]:
    """The column of a verdict that the actor may see, and whether they may review it."""
    verdict = access.get(session, actor, Classification, classification_id, Permission.CATALOG_READ)
    place = access.resource_of(session, verdict)
    return verdict.asset_column_id, actor.decide(Permission.CLASSIFICATION_REVIEW, place).allowed


def list_received(session: Session, actor: Actor, column_id: UUID) -> list[ReceivedLabel]:
    """The labels that came to a column along lineage, the most certain first, with the ways as the actor may know them."""
    column = access.get(session, actor, AssetColumn, column_id, Permission.CATALOG_READ)
    found = session.exec(
        select(PropagatedLabel, Propagation.asset_column_id)
        .join(Propagation, col(Propagation.id) == PropagatedLabel.propagation_id)
        .where(PropagatedLabel.asset_column_id == column.id)
        .order_by(col(PropagatedLabel.confidence).desc(), col(PropagatedLabel.id))
    ).all()
    ways = {row.id: _edges(row) for row, _ in found}
    ids = {edge.downstream for way in ways.values() for edge in way} | {source_id for _, source_id in found}
    names = names_of(session, actor, ids)
    return [
        ReceivedLabel(
            propagation_id=row.propagation_id,
            source=names.get(source_id),
            path=described(ways[row.id], names),
            data_class=row.data_class,
            sensitivity=row.sensitivity,
            confidence=row.confidence,
        )
        for row, source_id in found
    ]


def _edges(row: PropagatedLabel) -> list[Edge]:
    return [
        Edge(
            UUID(step["upstream_column_id"]), UUID(step["downstream_column_id"]), Transformation(step["transformation"])
        )
        for step in row.path
    ]
