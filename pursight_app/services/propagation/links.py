"""Column lineage of one asset as people see it, and the places where they stop labels."""

from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session, col, or_, select

from pursight_app.core.errors import ConflictError, InvalidInputError, NotFoundError
from pursight_app.models import (
    Asset,
    AssetColumn,
    ColumnLineageEdge,
    LineageBreak,
    LineageEdge,
    Transformation,
    UserAccount,
)
from pursight_app.services import access, audit
from pursight_app.services.access import Actor, Permission
from pursight_app.services.propagation.labels import refresh
from pursight_app.services.propagation.names import ColumnName, names_of

MIN_REASON, MAX_REASON = 5, 500
MAX_LINKS = 500


@dataclass(frozen=True, slots=True)
class ColumnLink:
    """Values go from one column to another. `broken_by` and `reason` are "" unless a person stopped labels there."""

    upstream: ColumnName
    downstream: ColumnName
    kind: str
    transformation: Transformation
    is_broken: bool
    reason: str
    broken_by: str


def list_column_links(session: Session, actor: Actor, asset_id: UUID) -> tuple[list[ColumnLink], bool]:
    """The column lineage into and out of an asset, at most `MAX_LINKS`, and whether some were left out."""
    asset = access.get(session, actor, Asset, asset_id, Permission.CATALOG_READ)
    own = select(AssetColumn.id).where(AssetColumn.asset_id == asset.id)
    here = or_(col(ColumnLineageEdge.upstream_column_id).in_(own), col(ColumnLineageEdge.downstream_column_id).in_(own))
    found = session.exec(
        select(ColumnLineageEdge, LineageEdge.kind, LineageBreak, UserAccount.name)
        .join(LineageEdge, col(LineageEdge.id) == ColumnLineageEdge.lineage_edge_id)
        .outerjoin(
            LineageBreak,
            (col(LineageBreak.upstream_column_id) == ColumnLineageEdge.upstream_column_id)
            & (col(LineageBreak.downstream_column_id) == ColumnLineageEdge.downstream_column_id),
        )
        .outerjoin(UserAccount, col(UserAccount.id) == LineageBreak.created_by_id)
        .where(here)
        .order_by(col(ColumnLineageEdge.id))
        .limit(MAX_LINKS + 1)
    ).all()
    ids = {end for edge, *_ in found for end in (edge.upstream_column_id, edge.downstream_column_id)}
    names = names_of(session, actor, ids)
    links = [
        ColumnLink(
            upstream=names[edge.upstream_column_id],
            downstream=names[edge.downstream_column_id],
            kind=kind,
            transformation=Transformation(edge.transformation),
            is_broken=bool(stop),
            reason=stop.reason if stop else "",
            broken_by=(person or "somebody") if stop else "",
        )
        for edge, kind, stop, person in found[:MAX_LINKS]
        if edge.upstream_column_id in names and edge.downstream_column_id in names
    ]
    ordered = sorted(
        links, key=lambda link: (link.downstream.asset_id != asset.id, _place(link.upstream), _place(link.downstream))
    )
    return ordered, len(found) > MAX_LINKS


def _place(name: ColumnName) -> tuple[str, str]:
    return name.qualified_name, name.column


def break_edge(
    session: Session, actor: Actor, upstream_column_id: UUID, downstream_column_id: UUID, *, reason: str
) -> LineageBreak:
    """Stops all labels between two columns; those that came this way are withdrawn. Scans do not undo it.

    Raises:
        InvalidInputError: the reason is too short or too long.
        NotFoundError: no values go from the one column to the other.
        ConflictError: labels are stopped there already.
    """
    _, downstream = _ends(session, actor, upstream_column_id, downstream_column_id)
    reason = reason.strip()
    if not MIN_REASON <= len(reason) <= MAX_REASON:
        raise InvalidInputError(f"Say in {MIN_REASON} to {MAX_REASON} characters why labels must not pass here.")
    edge = select(ColumnLineageEdge.id).where(
        ColumnLineageEdge.upstream_column_id == upstream_column_id,
        ColumnLineageEdge.downstream_column_id == downstream_column_id,
    )
    if session.exec(edge).first() is None:
        raise NotFoundError("No values go from the one column to the other, as far as the lineage knows.")
    if _find_break(session, upstream_column_id, downstream_column_id):
        raise ConflictError("Labels are stopped between these columns already.")
    stop = LineageBreak(
        workspace_id=downstream.workspace_id, upstream_column_id=upstream_column_id,
        downstream_column_id=downstream_column_id, reason=reason, created_by_id=actor.user_id,
    )  # fmt: skip
    session.add(stop)
    _record(session, actor, "lineage.break", downstream, {"reason": reason})
    refresh(session, downstream.workspace_id, actor=actor)
    return stop


def mend_edge(session: Session, actor: Actor, upstream_column_id: UUID, downstream_column_id: UUID) -> LineageBreak:
    """Lets labels pass between two columns again; returns what stopped them.

    Raises:
        NotFoundError: nobody stopped labels there.
    """
    _, downstream = _ends(session, actor, upstream_column_id, downstream_column_id)
    stop = _find_break(session, upstream_column_id, downstream_column_id)
    if stop is None:
        raise NotFoundError("Labels are not stopped between these columns.")
    session.delete(stop)
    _record(session, actor, "lineage.mend", downstream, {})
    refresh(session, downstream.workspace_id, actor=actor)
    return stop


def _ends(session: Session, actor: Actor, upstream_id: UUID, downstream_id: UUID) -> tuple[AssetColumn, AssetColumn]:
    return (
        access.get(session, actor, AssetColumn, upstream_id, Permission.CLASSIFICATION_REVIEW),
        access.get(session, actor, AssetColumn, downstream_id, Permission.CLASSIFICATION_REVIEW),
    )


def _find_break(session: Session, upstream_id: UUID, downstream_id: UUID) -> LineageBreak | None:
    statement = select(LineageBreak).where(
        LineageBreak.upstream_column_id == upstream_id, LineageBreak.downstream_column_id == downstream_id
    )
    return session.exec(statement).first()


def _record(session: Session, actor: Actor, action: str, downstream: AssetColumn, detail: dict[str, str]) -> None:
    subject = audit.Subject("asset", downstream.asset_id, downstream.workspace_id)
    audit.record(session, actor, action, subject, column=downstream.name, **detail)
