"""What an approval of a proposal does, in words for whoever is to approve it: nobody agrees to what they do not see."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from pursight_app.core.errors import ConflictError
from pursight_app.models import (
    Asset,
    AssetColumn,
    Classification,
    Decision,
    DecisionAction,
    Finding,
    Rule,
    UserAccount,
)
from pursight_app.services import access
from pursight_app.services.access import Actor, Permission

HIDDEN = "something of the catalogue that you may not see"
_VERBS = {"confirm": "is confirmed as", "reject": "is not, after all,", "correct": "becomes"}


def effects_of(session: Session, actor: Actor, decision: Decision) -> list[str]:
    """One sentence for each thing that an approval changes, as far as the reader may see it."""
    params = decision.params
    match decision.action:
        case DecisionAction.REVIEW:
            return _reviewed(session, actor, params)
        case DecisionAction.WAIVE:
            finding = session.get(Finding, UUID(params["finding_id"]))
            rule = session.get(Rule, finding.rule_id) if finding else None
            asset = session.get(Asset, finding.asset_id) if finding else None
            ends = datetime.fromisoformat(params["expires_at"])
            what = f"“{rule.title}” on {_name(actor, asset)}" if rule and _sees(actor, asset) else HIDDEN
            return [f"The finding {what} is waived until {ends:%-d %b %Y}, because: {params['reason']}"]
        case DecisionAction.ASSIGN_OWNER:
            asset = session.get(Asset, UUID(params["asset_id"]))
            user = session.get(UserAccount, UUID(params["user_id"]))
            return [f"{user.name} ({user.email}) becomes the owner of {_name(actor, asset)}"] if user else []
        case _:
            return []


def _reviewed(session: Session, actor: Actor, params: Mapping[str, Any]) -> list[str]:
    ids = [UUID(each) for each in params["classification_ids"]]
    rows = session.exec(
        select(Classification, AssetColumn, Asset)
        .join(AssetColumn, col(AssetColumn.id) == Classification.asset_column_id)
        .join(Asset, col(Asset.id) == AssetColumn.asset_id)
        .where(col(Classification.id).in_(ids))
        .order_by(Asset.qualified_name, col(AssetColumn.position))
    ).all()
    proposed: Mapping[str, list[str | None]] = params.get("standing") or {}
    chosen = params.get("data_class") if params["decision"] == "correct" else None
    said = list[str]()
    for verdict, column, asset in rows:
        resource = access.column_resource(asset, verdict)
        if not actor.decide(Permission.CATALOG_READ, resource).allowed:
            said.append(f"A verdict on {HIDDEN}")
            continue
        data_class = chosen or proposed.get(str(verdict.id), [verdict.data_class])[0] or "not named"
        said.append(f"{asset.qualified_name}.{column.name} {_VERBS[params['decision']]} {data_class}")
    return said


def standing_of(session: Session, ids: list[str], *, lock: bool = False) -> dict[str, list[str | None]]:
    """(data class, status) of verdicts at this moment, by their id; with `lock` they stay so until the transaction ends."""
    wanted = select(Classification).where(col(Classification.id).in_([UUID(each) for each in ids]))
    if lock:
        # In one order, as reviews lock them; and as they are now, not as this transaction has read them before.
        wanted = wanted.order_by(col(Classification.id)).with_for_update().execution_options(populate_existing=True)
    return {str(verdict.id): [verdict.data_class, verdict.status] for verdict in session.exec(wanted).all()}


def require_as_proposed(session: Session, decision: Decision) -> None:
    """What is approved is what was proposed: a scan, or a person, may have changed a verdict meanwhile.

    Raises:
        ConflictError: one stands otherwise now (`proposal_outdated`).
    """
    proposed = decision.params.get("standing")
    if decision.action != DecisionAction.REVIEW or proposed is None:
        return
    standing = standing_of(session, decision.params["classification_ids"], lock=True)
    if changed := sum(standing.get(each) != was for each, was in proposed.items()):
        raise ConflictError(
            f"{changed} of the {len(proposed)} verdicts changed after this was proposed. Look at them, and propose it again.",
            code="proposal_outdated",
        )


def _sees(actor: Actor, asset: Asset | None) -> bool:
    return asset is not None and actor.decide(Permission.CATALOG_READ, access.asset_resource(asset)).allowed


def _name(actor: Actor, asset: Asset | None) -> str:
    return asset.qualified_name if asset is not None and _sees(actor, asset) else HIDDEN
