"""The one place through which sampled values and extremes of columns reach anybody.

Values of confidential and restricted columns, and of columns that nobody could name, come out masked. Who holds
`values.read` for them may ask for them with a reason, table by table; that is kept in the audit log.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from pursight_app.core.db import unit_of_work
from pursight_app.core.errors import InvalidInputError, PermissionDeniedError
from pursight_app.core.masking import mask, mask_profile
from pursight_app.core.taxonomy import Sensitivity
from pursight_app.models import Asset, AssetColumn, Classification
from pursight_app.services import access, audit
from pursight_app.services.access import Actor, Permission

# Enough to see what a column holds; the whole sample stays in blob storage.
SHOWN_VALUES = 8
MIN_REASON, MAX_REASON = 5, 500


class Sight(StrEnum):
    """How somebody sees the values of a column."""

    OPEN = "open"
    WITH_REASON = "with_reason"
    MASKED = "masked"


@dataclass(frozen=True, slots=True)
class ColumnValues:
    """Distinct values from the stored sample, at most `SHOWN_VALUES`, and the profile, as they may be shown."""

    values: tuple[str, ...]
    profile: dict[str, Any]
    is_masked: bool


def sight_of(actor: Actor, asset: Asset, verdict: Classification | None) -> Sight:
    """How the actor sees the values of a column of this asset with this verdict."""
    resource = access.column_resource(asset, verdict)
    if not Sensitivity(resource.sensitivity).is_sensitive:
        return Sight.OPEN
    may = actor.decide(Permission.VALUES_READ, resource).allowed
    return Sight.WITH_REASON if may else Sight.MASKED


def shown_profile(profile: Mapping[str, Any], sight: Sight) -> dict[str, Any]:
    """A profile without the values that `sight` hides; counts and ratios are no values."""
    if sight == Sight.OPEN:
        return dict(profile)
    return mask_profile(profile)


def extremes(actor: Actor, asset: Asset, column: AssetColumn, verdict: Classification | None) -> tuple[str, ...]:
    """The smallest and largest value of a column as they may be shown without a reason; empty when never profiled."""
    sight = sight_of(actor, asset, verdict)
    shown = shown_profile(column.profile, Sight.OPEN if sight == Sight.OPEN else Sight.MASKED)
    ends = (shown.get("minimum"), shown.get("maximum"))
    return tuple(dict.fromkeys(str(end)[:60] for end in ends if end not in {None, ""}))


def read_values(actor: Actor, asset_id: UUID, *, reason: str = "") -> dict[str, ColumnValues]:
    """Values and profile of each column by name; with a reason unmasked where the actor may, which is audited.

    Raises:
        InvalidInputError: a reason that is too short to mean anything.
        PermissionDeniedError: a reason was given, but there is no sensitive column here that the actor may see.
    """
    with unit_of_work() as session:
        asset = access.get(session, actor, Asset, asset_id, Permission.CATALOG_READ)
        columns = _columns(session, asset_id)
        sights = {column.name: sight_of(actor, asset, verdict) for column, verdict in columns}
        if reason:
            sights = _unmask(session, actor, asset, sights, reason.strip())
    # Reading Parquet takes a large library that the other pages do without.
    from pursight_app.services.scanning.tables import read_sample

    sample = read_sample(asset.sample_key) if asset.sample_key else None
    shown: dict[str, ColumnValues] = {}
    for column, _ in columns:
        sight = sights[column.name]
        sampled = sample.column(column.name).to_pylist() if sample and column.name in sample.column_names else []
        distinct = list(dict.fromkeys(value for value in sampled if value))[:SHOWN_VALUES]
        shown_values = tuple(value if sight == Sight.OPEN else mask(value) for value in distinct)
        shown[column.name] = ColumnValues(shown_values, shown_profile(column.profile, sight), sight != Sight.OPEN)
    return shown


def _columns(session: Session, asset_id: UUID) -> list[tuple[AssetColumn, Classification | None]]:
    statement = (
        select(AssetColumn, Classification)
        .outerjoin(Classification, col(Classification.asset_column_id) == AssetColumn.id)
        .where(AssetColumn.asset_id == asset_id, col(AssetColumn.missing_since).is_(None))
        .order_by(col(AssetColumn.position))
    )
    return list(session.exec(statement).all())


def _unmask(session: Session, actor: Actor, asset: Asset, sights: dict[str, Sight], reason: str) -> dict[str, Sight]:
    opened = sorted(name for name, sight in sights.items() if sight == Sight.WITH_REASON)
    if not opened:
        if Sight.MASKED in sights.values():
            raise PermissionDeniedError(f"Seeing sensitive values takes {Permission.VALUES_READ} for this table.")
        return sights
    if not MIN_REASON <= len(reason) <= MAX_REASON:
        raise InvalidInputError(f"Say in {MIN_REASON} to {MAX_REASON} characters why you need to see the values.")
    subject = audit.Subject("asset", asset.id, asset.workspace_id)
    audit.record(session, actor, "values.read", subject, table=asset.qualified_name, columns=opened, reason=reason)
    return {name: Sight.OPEN if sight == Sight.WITH_REASON else sight for name, sight in sights.items()}
