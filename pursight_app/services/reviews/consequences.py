"""What follows when people decide on verdicts: labels that follow them, sensitivity, rules, and a nudge to open pages."""

from collections.abc import Iterable
from uuid import UUID

from sqlmodel import Session

from pursight_app.core.db import after_commit
from pursight_app.core.events import Event, publish
from pursight_app.models import Asset, AssetColumn
from pursight_app.services import propagation
from pursight_app.services.access import Actor
from pursight_app.services.verdict_effects import settle


def follow_up(
    session: Session,
    actor: Actor,
    workspace_id: UUID,
    changed: Iterable[tuple[AssetColumn, Asset]],
    *,
    decision: str,
) -> None:
    """Brings everything in line with verdicts that have just changed. Not for people to call."""
    columns, assets = zip(*((column.id, asset.id) for column, asset in changed), strict=True)
    # Labels first: they take their lock before rows of assets are locked, everywhere in the same order.
    propagation.refresh(session, workspace_id, columns, actor=actor)
    settle(session, workspace_id, set(assets))
    event = Event(workspace_id, "review", {"decision": decision, "count": len(columns)})
    after_commit(session, lambda: publish(event))
