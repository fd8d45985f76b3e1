"""Proposals of a room, and what an approval does: the real action, with the rights of those who approve."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import func
from sqlmodel import Session, col, select

from pursight_app.core.clock import now
from pursight_app.core.db import count_rows
from pursight_app.core.errors import ConflictError, InvalidInputError, NotFoundError, PermissionDeniedError
from pursight_app.models import (
    Asset,
    AssetColumn,
    Classification,
    ClassificationStatus,
    Decision,
    DecisionAction,
    DecisionStatus,
    DecisionVote,
    Finding,
    Member,
    Participant,
    ParticipantStatus,
    Room,
    RoomStatus,
    UserAccount,
)
from pursight_app.services import access, activity, audit, catalog, compliance, reviews
from pursight_app.services.access import Actor, Permission
from pursight_app.services.collaboration.effects import effects_of, require_as_proposed, standing_of
from pursight_app.services.collaboration.log import Happening, append, ended
from pursight_app.services.collaboration.seats import Seat, seat_of
from pursight_app.services.notifications import notify_person

TITLE_MAX = 300
MOST_APPROVALS = 10
_NO_DECISION = "There is no such proposal in a room that you take part in."


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """A proposal with the names that its readers need; `has_voted` of the reader; `effects` of open ones, see effects.py."""

    decision: Decision
    proposed_by: str
    decided_by: str
    approvals: int
    has_voted: bool
    effects: list[str]


def propose(
    session: Session,
    actor: Actor,
    room_id: UUID,
    *,
    title: str,
    action: str = "none",
    params: Mapping[str, Any] | None = None,
    needs: int = 1,
) -> Decision:
    """Puts something to the vote; the others in the room are notified.

    `params` of an action: review `classification_ids`, `decision`, `data_class`; waive `finding_id`, `reason`,
    `expires_at` (RFC 3339); assign_owner `asset_id`, `user_id`.

    Raises:
        InvalidInputError: no title, an unknown action, or params that do not fit it.
        NotFoundError: it is about something that the actor may not see, or of another workspace.
    """
    seat = seat_of(session, actor, room_id, lock=True)
    room = seat.room
    if room.status == RoomStatus.ENDED:
        raise ended()
    title = " ".join(title.split())
    checked = _checked(title, action, needs, params or {})
    _require_here(session, actor, room, action, checked)
    if action == DecisionAction.REVIEW:
        checked["standing"] = standing_of(session, checked["classification_ids"])
    decision_id = uuid4()
    told: dict[str, object] = {"decision_id": str(decision_id), "title": title, "action": action}
    seq = append(session, room, Happening("decision_proposed", told), actor_id=actor.user_id)
    decision = Decision(
        id=decision_id,
        workspace_id=room.workspace_id,
        room_id=room.id,
        seq=seq,
        title=title,
        action=action,
        params=checked,
        needs=needs,
        proposed_by_id=actor.user_id,
    )
    session.add(decision)
    for user_id in _others(session, room, actor):
        notify_person(session, actor, room, user_id, "decision", decision_id=str(decision_id))
    activity.track(session, actor, room.workspace_id, "decision.propose", room_id=room.id, title=title)
    return decision


def _require_here(session: Session, actor: Actor, room: Room, action: str, params: Mapping[str, Any]) -> None:
    """What a proposal is about, and whom it names, is of the room's workspace."""
    for row in _subjects(session, actor, action, params, is_doing=False):
        if row.workspace_id != room.workspace_id:
            raise NotFoundError("There is no such thing in the room's workspace.")
    if action == DecisionAction.ASSIGN_OWNER:
        is_named = (Member.workspace_id == room.workspace_id, Member.user_id == UUID(params["user_id"]))
        if session.exec(select(Member.id).where(*is_named)).first() is None:
            raise NotFoundError("There is no such person in the room's workspace.")


def _others(session: Session, room: Room, actor: Actor) -> list[UUID]:
    wanted = select(Participant.user_id).where(
        Participant.room_id == room.id,
        Participant.status == ParticipantStatus.ACTIVE,
        Participant.user_id != actor.user_id,
    )
    return list(session.exec(wanted).all())


def _checked(title: str, action: str, needs: int, params: Mapping[str, Any]) -> dict[str, Any]:
    """The params of an action as they are kept: JSON, complete, of the right kind."""
    if not 1 <= len(title) <= TITLE_MAX:
        raise InvalidInputError(f"A proposal says in 1 to {TITLE_MAX} characters what is to be decided.")
    if action not in set(DecisionAction) or not 1 <= needs <= MOST_APPROVALS:
        raise InvalidInputError(f"An action is one of {', '.join(DecisionAction)}; approvals 1 to {MOST_APPROVALS}.")
    try:
        if action == DecisionAction.REVIEW:
            ids = [str(UUID(str(each))) for each in params["classification_ids"]]
            _must(1 <= len(ids) <= reviews.MAX_BATCH, params.get("decision", "confirm") in reviews.DECISIONS)
            decision = str(params.get("decision", "confirm"))
            # Of the other decisions it says nothing, and would say the wrong thing to whoever approves.
            data_class = str(params["data_class"]) if decision == "correct" and params.get("data_class") else None
            return {"classification_ids": ids, "decision": decision, "data_class": data_class}
        if action == DecisionAction.WAIVE:
            expires_at = datetime.fromisoformat(str(params["expires_at"]))
            reason = str(params["reason"]).strip()
            _must(expires_at.tzinfo is not None, 10 <= len(reason) <= 2_000)
            _must(expires_at > now())
            return {
                "finding_id": str(UUID(str(params["finding_id"]))),
                "reason": reason,
                "expires_at": expires_at.isoformat(),
            }
        if action == DecisionAction.ASSIGN_OWNER:
            return {name: str(UUID(str(params[name]))) for name in ("asset_id", "user_id")}
    except (KeyError, ValueError, TypeError):
        wanted = {
            "review": "classification_ids, decision (confirm, reject, correct) and for correct data_class",
            "waive": "finding_id, a reason of at least 10 characters, and expires_at in the future with time zone",
            "assign_owner": "asset_id and user_id",
        }
        raise InvalidInputError(f"The action {action} takes {wanted[action]}.") from None
    return {}


def _must(*conditions: bool) -> None:
    if not all(conditions):
        raise ValueError


def _subjects(
    session: Session, actor: Actor, action: str, params: Mapping[str, Any], *, is_doing: bool
) -> list[Classification | Finding | Asset]:
    """What an action is about; whoever proposes must see it, whoever approves must hold the right to do it."""
    if action == DecisionAction.REVIEW:
        right = Permission.CLASSIFICATION_REVIEW if is_doing else Permission.CATALOG_READ
        ids = [UUID(each) for each in params["classification_ids"]]
        return [access.get(session, actor, Classification, each, right) for each in ids]
    if action == DecisionAction.WAIVE:
        right = Permission.FINDING_WAIVE if is_doing else Permission.FINDING_READ
        return [access.get(session, actor, Finding, UUID(params["finding_id"]), right)]
    if action == DecisionAction.ASSIGN_OWNER:
        right = Permission.CATALOG_EDIT if is_doing else Permission.CATALOG_READ
        return [access.get(session, actor, Asset, UUID(params["asset_id"]), right)]
    return []


def _proposal(session: Session, actor: Actor, decision_id: UUID) -> tuple[Seat, Decision]:
    room_id = session.exec(select(Decision.room_id).where(Decision.id == decision_id)).first()
    if room_id is None:
        raise NotFoundError(_NO_DECISION)
    # The room's lock: of two votes at once the second finds what the first has made of it.
    seat = seat_of(session, actor, room_id, lock=True)
    decision = session.get_one(Decision, decision_id, populate_existing=True)
    if seat.room.status == RoomStatus.ENDED:
        raise ended()
    if decision.status != DecisionStatus.PROPOSED:
        raise ConflictError(f"This was decided already: {decision.status}.", code="already_decided")
    return seat, decision


def vote(session: Session, actor: Actor, decision_id: UUID, *, is_approval: bool) -> Decision:
    """Approves or rejects. One rejection ends a proposal; enough approvals do what it says, in the same transaction.

    Raises:
        ConflictError: decided already (`already_decided`), or a verdict has changed since it was proposed (`proposal_outdated`).
        PermissionDeniedError: one's own proposal; or the actor may not do what it says.
    """
    seat, decision = _proposal(session, actor, decision_id)
    if not is_approval:
        return _close(session, actor, seat.room, decision, DecisionStatus.REJECTED)
    if decision.proposed_by_id == actor.user_id:
        raise PermissionDeniedError(
            "Somebody else has to approve what you propose.", workspace_id=seat.room.workspace_id
        )
    subjects = _subjects(session, actor, decision.action, decision.params, is_doing=True)
    voted = select(DecisionVote).where(DecisionVote.decision_id == decision.id, DecisionVote.user_id == actor.user_id)
    if session.exec(voted).first() is not None:
        raise ConflictError("You approved this already.", code="already_decided")
    session.add(DecisionVote(workspace_id=decision.workspace_id, decision_id=decision.id, user_id=actor.user_id))
    session.flush()
    count = select(func.count()).select_from(DecisionVote).where(DecisionVote.decision_id == decision.id)
    approvals = session.exec(count).one()
    if approvals < decision.needs:
        told = {"decision_id": str(decision.id), "approvals": approvals, "needs": decision.needs}
        append(session, seat.room, Happening("decision_voted", told), actor_id=actor.user_id)
        return decision
    require_as_proposed(session, decision)
    _apply(session, actor, decision)
    return _close(session, actor, seat.room, decision, DecisionStatus.APPROVED, asset_ids=_assets(session, subjects))


def _apply(session: Session, actor: Actor, decision: Decision) -> None:
    params = decision.params
    match decision.action:
        case DecisionAction.REVIEW:
            ids = [UUID(each) for each in params["classification_ids"]]
            reviews.review_many(
                session,
                actor,
                decision.workspace_id,
                ids,
                decision=params["decision"],
                data_class=params["data_class"],
            )
        case DecisionAction.WAIVE:
            ends = datetime.fromisoformat(params["expires_at"])
            compliance.waive_finding(
                session, actor, UUID(params["finding_id"]), reason=params["reason"], expires_at=ends
            )
        case DecisionAction.ASSIGN_OWNER:
            catalog.update_asset(session, actor, UUID(params["asset_id"]), owner_id=UUID(params["user_id"]))
        case _:
            return


def _assets(session: Session, subjects: list[Classification | Finding | Asset]) -> list[UUID]:
    columns = [each.asset_column_id for each in subjects if isinstance(each, Classification)]
    found = [each.asset_id for each in subjects if isinstance(each, Finding)]
    found += [each.id for each in subjects if isinstance(each, Asset)]
    if columns:
        found += session.exec(select(AssetColumn.asset_id).where(col(AssetColumn.id).in_(columns))).all()
    return list(dict.fromkeys(found))


def _close(
    session: Session,
    actor: Actor,
    room: Room,
    decision: Decision,
    status: DecisionStatus,
    *,
    asset_ids: Sequence[UUID] = (),
) -> Decision:
    decision.status, decision.decided_by_id, decision.decided_at = status, actor.user_id, now()
    told = {"decision_id": str(decision.id), "title": decision.title, "status": str(status)}
    append(session, room, Happening("decision_closed", told), actor_id=actor.user_id)
    kind = f"decision.{status}"
    activity.track(session, actor, room.workspace_id, kind, room_id=room.id, title=decision.title)
    for asset_id in asset_ids:
        # Without the room, so that the asset's readers see it; the title is what the room wants them to know.
        activity.track(
            session, actor, room.workspace_id, kind, asset_id=asset_id, title=decision.title, room=str(room.id)
        )
    audit.record(session, actor, kind, audit.Subject("decision", decision.id, room.workspace_id), does=decision.action)
    return decision


def withdraw_proposal(session: Session, actor: Actor, decision_id: UUID) -> Decision:
    """Takes one's own proposal back."""
    seat, decision = _proposal(session, actor, decision_id)
    if decision.proposed_by_id != actor.user_id:
        raise PermissionDeniedError("Only who proposed it can take it back.", workspace_id=seat.room.workspace_id)
    return _close(session, actor, seat.room, decision, DecisionStatus.WITHDRAWN)


def list_decisions(
    session: Session, actor: Actor, room_id: UUID, *, limit: int = 100, offset: int = 0
) -> tuple[list[DecisionRow], int]:
    """The room's proposals, open ones first, then the newest; and how many there are."""
    seat_of(session, actor, room_id)
    wanted = select(Decision).where(Decision.room_id == room_id)
    is_closed = col(Decision.status) != DecisionStatus.PROPOSED
    ranked = wanted.order_by(is_closed, col(Decision.seq).desc()).limit(limit).offset(offset)
    rows = session.exec(ranked).all()
    ids = {each for row in rows for each in (row.proposed_by_id, row.decided_by_id) if each}
    found = session.exec(select(UserAccount).where(col(UserAccount.id).in_(ids))).all()
    names = {user.id: user.name for user in found}
    votes = session.exec(select(DecisionVote).where(col(DecisionVote.decision_id).in_([row.id for row in rows]))).all()
    listed = [
        DecisionRow(
            row,
            names.get(row.proposed_by_id, "") if row.proposed_by_id else "",
            names.get(row.decided_by_id, "") if row.decided_by_id else "",
            sum(vote.decision_id == row.id for vote in votes),
            any(vote.decision_id == row.id and vote.user_id == actor.user_id for vote in votes),
            effects_of(session, actor, row) if row.status == DecisionStatus.PROPOSED else [],
        )
        for row in rows
    ]
    return listed, count_rows(session, wanted)


def suggested_of(session: Session, actor: Actor, asset_id: UUID) -> list[UUID]:
    """The verdicts of an asset that name a data class and wait for a person's word, at most one batch."""
    access.get(session, actor, Asset, asset_id, Permission.CATALOG_READ)
    wanted = (
        select(Classification.id)
        .join(AssetColumn, col(AssetColumn.id) == Classification.asset_column_id)
        .where(
            AssetColumn.asset_id == asset_id,
            col(AssetColumn.missing_since).is_(None),
            Classification.status == ClassificationStatus.SUGGESTED,
            col(Classification.data_class).is_not(None),
        )
        .order_by(col(AssetColumn.position))
        .limit(reviews.MAX_BATCH)
    )
    return list(session.exec(wanted).all())
