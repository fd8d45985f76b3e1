"""Making a data class, changing it, and taking it out of use. Columns are asked anew afterwards (rescoring.py)."""

from dataclasses import asdict, dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy import func, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from pursight_app.core.errors import ConflictError, InvalidInputError
from pursight_app.models import AssetColumn, Classification, CustomDataClass, RecognisedBy
from pursight_app.services import access, audit
from pursight_app.services.access import Actor, Permission
from pursight_app.services.data_classes.definition import Definition, checked
from pursight_app.services.data_classes.recognisers import kept_words
from pursight_app.services.data_classes.rescoring import request_rescore
from pursight_app.services.verdict_effects import settle

MOST_CLASSES = 200


@dataclass(frozen=True, slots=True)
class Change:
    """What is to change of a class; None leaves a thing as it is. Name and the way of recognising stay."""

    description: str | None = None
    group: str | None = None
    sensitivity: str | None = None
    regulations: tuple[str, ...] | None = None
    patterns: tuple[str, ...] | None = None
    words: tuple[str, ...] | None = None
    header_words: tuple[str, ...] | None = None
    min_match_ratio: float | None = None
    is_active: bool | None = None


def create_class(session: Session, actor: Actor, workspace_id: UUID, definition: Definition) -> CustomDataClass:
    """Makes a data class; columns that have it get it as soon as a worker has looked at their samples.

    Raises:
        InvalidInputError: the definition is not usable.
        ConflictError: the workspace has a class of that name, or too many.
    """
    access.require(actor, Permission.DATA_CLASS_MANAGE, workspace_id)
    kept = checked(definition)
    counting = select(func.count()).where(CustomDataClass.workspace_id == workspace_id)
    if session.exec(counting).one() >= MOST_CLASSES:
        raise ConflictError(f"A workspace has at most {MOST_CLASSES} classes of its own. Change one of them instead.")
    row = CustomDataClass(
        workspace_id=workspace_id,
        name=kept.name,
        recognised_by=kept.recognised_by,
        created_by_id=actor.user_id,
        **_columns(kept),
    )
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        raise ConflictError(
            f"This workspace has a data class {kept.name} already, perhaps one out of use. Change that one instead."
        ) from None
    audit.record(session, actor, "data_class.create", _subject(row), name=row.name, sensitivity=row.sensitivity)
    request_rescore(session, workspace_id)
    return row


def update_class(session: Session, actor: Actor, data_class_id: UUID, change: Change) -> CustomDataClass:
    """Changes a class or takes it out of use. Its level and laws follow at once wherever a column bears it.

    Raises:
        InvalidInputError: the changed definition is not usable.
    """
    row = access.get(session, actor, CustomDataClass, data_class_id, Permission.DATA_CLASS_MANAGE)
    session.refresh(row, with_for_update=True)
    given = {name: value for name, value in asdict(change).items() if value is not None}
    is_active = given.pop("is_active", row.is_active)
    foreign = "patterns" if row.recognised_by == RecognisedBy.WORDS else "words"
    if foreign in given:
        raise InvalidInputError(f"{row.name} is recognised by {row.recognised_by} and has no {foreign}.")
    new = _columns(checked(replace(_definition(row), **given)))
    new["is_active"] = is_active
    changed = {name: value for name, value in new.items() if getattr(row, name) != value}
    if not changed:
        return row
    old_sensitivity = row.sensitivity
    for name, value in changed.items():
        setattr(row, name, value)
    row.version += 1
    if changed.keys() & {"sensitivity", "regulations"}:
        _carry_over(session, row, old_sensitivity)
    audit.record(session, actor, "data_class.update", _subject(row), name=row.name, changed=sorted(changed))
    request_rescore(session, row.workspace_id)
    return row


def _subject(row: CustomDataClass) -> audit.Subject:
    return audit.Subject("data_class", row.id, row.workspace_id)


def _columns(kept: Definition) -> dict[str, Any]:
    return {
        "description": kept.description,
        "group": kept.group,
        "sensitivity": str(kept.sensitivity),
        "regulations": list(kept.regulations),
        "patterns": list(kept.patterns),
        "words": kept_words(kept.words, kept.sensitivity),
        "header_words": list(kept.header_words),
        "min_match_ratio": kept.min_match_ratio,
    }


def _definition(row: CustomDataClass) -> Definition:
    return Definition(
        name=row.name,
        group=row.group,
        sensitivity=row.sensitivity,
        recognised_by=row.recognised_by,
        description=row.description,
        regulations=tuple(row.regulations),
        patterns=tuple(row.patterns),
        # Hashes pass the check as the words they stand for.
        words=tuple(row.words),
        header_words=tuple(row.header_words),
        min_match_ratio=row.min_match_ratio,
    )


def _carry_over(session: Session, row: CustomDataClass, old_sensitivity: str) -> None:
    """Columns that bear the class get its new level, confirmed ones too: the person said what it is, not how harmful.

    A label that was weakened on its way along lineage has another level than its class and keeps it.
    """
    # Propagation itself asks which classes there are.
    from pursight_app.services import propagation

    bearing = (
        update(Classification)
        .where(
            col(Classification.workspace_id) == row.workspace_id,
            col(Classification.data_class) == row.name,
            col(Classification.sensitivity) == old_sensitivity,
        )
        .values(sensitivity=row.sensitivity, regulations=row.regulations)
        .returning(col(Classification.asset_column_id))
    )
    columns = session.execute(bearing).scalars().all()
    found = select(AssetColumn.asset_id).where(col(AssetColumn.id).in_(columns)).distinct()
    settle(session, row.workspace_id, session.exec(found).all())
    propagation.refresh(session, row.workspace_id, columns)
