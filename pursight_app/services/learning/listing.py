"""Models of a workspace as people see them, and what a model would change, as far as they may see the tables."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, select

from pursight_app.assistant.column_model import load_model
from pursight_app.core.db import count_rows
from pursight_app.core.taxonomy import Sensitivity
from pursight_app.models import Asset, AssetColumn, ColumnModel, ModelChange, ModelStatus, UserAccount
from pursight_app.services import access
from pursight_app.services.access import Actor, Permission
from pursight_app.services.data_classes import known_class
from pursight_app.services.learning.catalogue import find_champion
from pursight_app.services.learning.lessons import MIN_REVIEWS, count_reviews
from pursight_app.services.learning.progress import ACTIVE


@dataclass(frozen=True, slots=True)
class ModelRow:
    """A model with the names of who asked for it and who decided on it, "" when nobody did."""

    model: ColumnModel
    requested_by: str
    decided_by: str


@dataclass(frozen=True, slots=True)
class Learning:
    """Where a workspace's learning stands.

    `champion`, `challenger` and `active` (queued, training or being promoted) are None where there is none; without a
    champion the shipped model is in use. `new_reviews` are reviewed columns since the newest training, of `reviews`.
    """

    shipped_version: str
    champion: ColumnModel | None
    challenger: ColumnModel | None
    active: ColumnModel | None
    reviews: int
    new_reviews: int
    min_reviews: int


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One verdict that would be another one."""

    change: ModelChange
    column: AssetColumn
    asset: Asset


@dataclass(frozen=True, slots=True)
class ClassPair:
    """How many columns would go from one class to another; None is "not named". `direction` is up, down or same."""

    before: str | None
    after: str | None
    columns: int
    direction: str


def get_learning(session: Session, actor: Actor, workspace_id: UUID) -> Learning:
    """Where the learning of a workspace stands."""
    access.require(actor, Permission.MODEL_MANAGE, workspace_id)
    trained_at = session.exec(
        select(func.max(ColumnModel.trained_at)).where(ColumnModel.workspace_id == workspace_id)
    ).one()
    return Learning(
        shipped_version=load_model().version,
        champion=find_champion(session, workspace_id),
        challenger=_newest(session, workspace_id, [ModelStatus.CHALLENGER]),
        active=_newest(session, workspace_id, ACTIVE),
        reviews=count_reviews(session, workspace_id),
        new_reviews=count_reviews(session, workspace_id, since=trained_at),
        min_reviews=MIN_REVIEWS,
    )


def _newest(session: Session, workspace_id: UUID, statuses: Sequence[ModelStatus]) -> ColumnModel | None:
    return session.exec(
        select(ColumnModel)
        .where(ColumnModel.workspace_id == workspace_id, col(ColumnModel.status).in_(statuses))
        .order_by(col(ColumnModel.number).desc())
        .limit(1)
    ).first()


def list_models(
    session: Session, actor: Actor, workspace_id: UUID, *, limit: int = 50, offset: int = 0
) -> tuple[list[ModelRow], int]:
    """Models of a workspace, newest first, and how many there are in all."""
    access.require(actor, Permission.MODEL_MANAGE, workspace_id)
    statement = select(ColumnModel).where(ColumnModel.workspace_id == workspace_id)
    total = count_rows(session, statement)
    rows = session.exec(statement.order_by(col(ColumnModel.number).desc()).limit(limit).offset(offset)).all()
    return _with_names(session, rows), total


def get_model(session: Session, actor: Actor, model_id: UUID) -> ModelRow:
    """One model."""
    return _with_names(session, [access.get(session, actor, ColumnModel, model_id, Permission.MODEL_MANAGE)])[0]


def _with_names(session: Session, rows: Sequence[ColumnModel]) -> list[ModelRow]:
    wanted = {person for row in rows for person in (row.requested_by_id, row.decided_by_id) if person}
    found = session.exec(select(UserAccount.id, UserAccount.name).where(col(UserAccount.id).in_(wanted))).all()
    names: dict[UUID | None, str] = dict(found)
    return [ModelRow(row, names.get(row.requested_by_id, ""), names.get(row.decided_by_id, "")) for row in rows]


def list_changes(
    session: Session,
    actor: Actor,
    model_id: UUID,
    *,
    before: str | None = None,
    after: str | None = None,
    limit: int = 50,
    offset: int = 0,
) -> tuple[list[ChangeRow], int]:
    """What a model would change, by table and position; `before` and `after` narrow to a class, "" to "not named"."""
    access.get(session, actor, ColumnModel, model_id, Permission.MODEL_MANAGE)
    statement = (
        select(ModelChange, AssetColumn, Asset)
        .join(AssetColumn, col(AssetColumn.id) == ModelChange.asset_column_id)
        .join(Asset, col(Asset.id) == AssetColumn.asset_id)
        .where(ModelChange.column_model_id == model_id, access.visible(actor, Asset, Permission.CATALOG_READ))
    )
    for column, wanted in ((col(ModelChange.before_class), before), (col(ModelChange.after_class), after)):
        if wanted is not None:
            statement = statement.where(func.coalesce(column, "") == wanted)
    total = count_rows(session, statement)
    order = (col(Asset.qualified_name), col(AssetColumn.position), col(ModelChange.id))
    rows = session.exec(statement.order_by(*order).limit(limit).offset(offset)).all()
    return [ChangeRow(*row) for row in rows], total


def summarise_changes(session: Session, actor: Actor, model_id: UUID) -> list[ClassPair]:
    """The same changes counted by pair of classes, most first; only columns that the actor may see are counted."""
    row = access.get(session, actor, ColumnModel, model_id, Permission.MODEL_MANAGE)
    pair = (col(ModelChange.before_class), col(ModelChange.after_class))
    statement = (
        select(*pair, func.count(col(ModelChange.id)))
        .join(AssetColumn, col(AssetColumn.id) == ModelChange.asset_column_id)
        .join(Asset, col(Asset.id) == AssetColumn.asset_id)
        .where(ModelChange.column_model_id == model_id, access.visible(actor, Asset, Permission.CATALOG_READ))
    )
    counted = session.exec(statement.group_by(*pair)).all()
    pairs = [ClassPair(old, new, n, _direction(session, row.workspace_id, old, new)) for old, new, n in counted]
    return sorted(pairs, key=lambda each: (-each.columns, each.before or "", each.after or ""))


def _direction(session: Session, workspace_id: UUID, before: str | None, after: str | None) -> str:
    old, new = (_rank(session, workspace_id, name) for name in (before, after))
    return "up" if new > old else "down" if new < old else "same"


def _rank(session: Session, workspace_id: UUID, name: str | None) -> int:
    known = known_class(session, workspace_id, name, include_inactive=True) if name else None
    # What nobody could name may hold anything, but a name for it is news either way: it counts as the lowest level.
    return Sensitivity(known.sensitivity).rank if known else 0
