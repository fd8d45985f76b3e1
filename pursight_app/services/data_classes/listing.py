"""Which data classes a workspace knows. TAXONOMY alone is not the answer: a workspace can have classes of its own."""

from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, select

from pursight_app.core.taxonomy import TAXONOMY, DataClass, Sensitivity
from pursight_app.models import Asset, AssetColumn, Classification, ClassificationStatus, CustomDataClass
from pursight_app.services import access
from pursight_app.services.access import Actor, Permission


def known_class(session: Session, workspace_id: UUID, name: str, *, include_inactive: bool = False) -> DataClass | None:
    """The class of that name in this workspace, None when there is none. Not for people: the caller has checked who asks.

    Inactive classes are found only when asked for: verdicts that bear one still need its words, new ones cannot have it.
    """
    if name in TAXONOMY:
        return TAXONOMY[name]
    wanted = select(CustomDataClass).where(CustomDataClass.workspace_id == workspace_id, CustomDataClass.name == name)
    if not include_inactive:
        wanted = wanted.where(col(CustomDataClass.is_active))
    row = session.exec(wanted).first()
    return as_data_class(row) if row else None


def list_classes(session: Session, actor: Actor, workspace_id: UUID) -> list[DataClass]:
    """Every class that a verdict of this workspace can name: its own active ones by name, then the taxonomy's."""
    own = [as_data_class(row) for row in list_own_classes(session, actor, workspace_id) if row.is_active]
    return [*own, *TAXONOMY.values()]


def list_own_classes(session: Session, actor: Actor, workspace_id: UUID) -> list[CustomDataClass]:
    """The workspace's own classes by name, inactive ones last."""
    access.require_somewhere(actor, Permission.CATALOG_READ, workspace_id)
    own = select(CustomDataClass).where(CustomDataClass.workspace_id == workspace_id)
    return list(session.exec(own.order_by(col(CustomDataClass.is_active).desc(), func.lower(CustomDataClass.name))))


def count_columns(session: Session, actor: Actor, workspace_id: UUID) -> dict[str, int]:
    """How many columns that the actor sees bear each class; rejected verdicts and vanished columns do not count."""
    access.require_somewhere(actor, Permission.CATALOG_READ, workspace_id)
    counting = (
        select(Classification.data_class, func.count())
        .join(AssetColumn, col(AssetColumn.id) == Classification.asset_column_id)
        .join(Asset, col(Asset.id) == AssetColumn.asset_id)
        .where(
            Classification.workspace_id == workspace_id,
            access.visible(actor, Classification, Permission.CATALOG_READ),
            col(Classification.data_class).is_not(None),
            Classification.status != ClassificationStatus.REJECTED,
            col(AssetColumn.missing_since).is_(None),
            col(Asset.missing_since).is_(None),
        )
        .group_by(col(Classification.data_class))
    )
    return {name: count for name, count in session.exec(counting).all() if name}


def as_data_class(row: CustomDataClass) -> DataClass:
    """A workspace's own class in the form of the taxonomy's."""
    return DataClass(
        name=row.name,
        group=row.group,
        sensitivity=Sensitivity(row.sensitivity),
        regulations=tuple(row.regulations),
        definition=row.description,
    )
