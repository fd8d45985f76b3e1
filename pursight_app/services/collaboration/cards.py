"""Assets that messages link to, as one reader may see them now."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, select

from pursight_app.models import Asset, Finding, FindingStatus, UserAccount
from pursight_app.services import access
from pursight_app.services.access import Actor

MOST_CARDS = 50


@dataclass(frozen=True, slots=True)
class AssetCard:
    """What unfolds below a link to an asset; `sensitivity` is "" while nothing sensitive was found."""

    asset_id: UUID
    name: str
    sensitivity: str
    open_findings: int
    owner: str


def cards_of(session: Session, actor: Actor, asset_ids: Sequence[UUID]) -> dict[UUID, AssetCard]:
    """Cards of those assets that the actor may see; the others are plain links to them. One query."""
    if not asset_ids:
        return {}
    findings = access.scoped(
        actor,
        select(func.count()).where(
            Finding.asset_id == Asset.id,
            col(Finding.status).in_([FindingStatus.OPEN, FindingStatus.ACKNOWLEDGED]),
        ),
        Finding,
    )
    wanted = (
        select(Asset, UserAccount.name, findings.correlate(Asset).scalar_subquery())
        .outerjoin(UserAccount, col(UserAccount.id) == Asset.owner_id)
        .where(col(Asset.id).in_(asset_ids[:MOST_CARDS]), access.visible(actor, Asset, access.Permission.CATALOG_READ))
    )
    return {
        asset.id: AssetCard(asset.id, asset.qualified_name, asset.sensitivity or "", count, owner or "")
        for asset, owner, count in session.exec(wanted).all()
    }
