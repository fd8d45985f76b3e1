"""Joins two accounts of one person. What both have stays as the kept account has it: merging never raises a role."""

from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, update
from sqlmodel import Session, SQLModel, col, select

from pursight_app.core.clock import now
from pursight_app.core.errors import ConflictError, NotFoundError
from pursight_app.models import (
    AccessGrant,
    AccessRequest,
    ApiToken,
    Asset,
    ExternalIdentity,
    GroupMember,
    Invitation,
    LoginSession,
    Member,
    Passkey,
    PasswordReset,
    RequestStatus,
    UserAccount,
)
from pursight_app.services import access, audit, auth, user_changes
from pursight_app.services.access import Actor, Permission


@dataclass(frozen=True, slots=True)
class MergePlan:
    """What merging would do, counted.

    The kept account's role and groups win where both accounts have one; those are `kept`. Sessions, API tokens and
    pending requests and links of the closed account end.
    """

    memberships_moved: int
    memberships_kept: int
    groups_moved: int
    grants_moved: int
    assets_moved: int
    identities_moved: int
    passkeys_moved: int
    tokens_revoked: int
    sessions_ended: int
    loses_administrator: bool


def plan_merge(session: Session, actor: Actor, *, closed_id: UUID, kept_id: UUID) -> MergePlan:
    """What `merge_users` would do with these two now; changes nothing.

    Raises:
        NotFoundError, ConflictError: as `merge_users`.
    """
    access.require(actor, Permission.USER_MANAGE)
    closed, kept = session.get(UserAccount, closed_id), session.get(UserAccount, kept_id)
    if closed is None or kept is None:
        raise NotFoundError("There is no such person.")
    _check(actor, closed, kept)
    return _plan(session, closed, kept)


def merge_users(session: Session, actor: Actor, *, closed_id: UUID, kept_id: UUID) -> MergePlan:
    """Moves what `closed_id` has to `kept_id` and closes it for good; says what was done.

    Raises:
        NotFoundError: one of the accounts is not there.
        ConflictError: they are the same, one is a service or closed, the closed one is the actor's own or the last
            administrator's.
    """
    closed = user_changes.lock_user(session, actor, closed_id)
    kept = session.exec(
        select(UserAccount).where(UserAccount.id == kept_id).with_for_update().execution_options(populate_existing=True)
    ).first()
    if kept is None:
        raise NotFoundError("There is no such person.")
    _check(actor, closed, kept)
    user_changes.require_other_administrator(session, closed)
    plan = _plan(session, closed, kept)
    _move(session, closed.id, kept.id)
    _end(session, actor, closed)
    closed.merged_into_id = kept.id
    access.bump_version(session)
    subject = audit.Subject("user_account", closed.id)
    audit.record(session, actor, "user.merge", subject, email=closed.email, into=kept.email, moved=asdict(plan))
    return plan


def _check(actor: Actor, closed: UserAccount, kept: UserAccount) -> None:
    if closed.id == kept.id:
        raise ConflictError("These are one and the same account. Choose another one to keep.")
    user_changes.require_somebody_else(actor, closed)
    if closed.merged_into_id is not None:
        raise ConflictError(f"{closed.email} was merged already.")
    if not kept.is_active or kept.is_service or closed.is_service:
        raise ConflictError("Accounts of people can be merged, and the one that stays must be active.")


def _plan(session: Session, closed: UserAccount, kept: UserAccount) -> MergePlan:
    def count(model: type[SQLModel], *conditions: Any) -> int:
        mine = col(getattr(model, "owner_id" if model is Asset else "user_id")) == closed.id
        return session.exec(select(func.count()).select_from(model).where(mine, *conditions)).one()

    shared = _of_both(Member.workspace_id, Member, kept.id)
    return MergePlan(
        memberships_moved=count(Member, ~shared),
        memberships_kept=count(Member, shared),
        groups_moved=count(GroupMember, ~_of_both(GroupMember.user_group_id, GroupMember, kept.id)),
        grants_moved=count(AccessGrant),
        assets_moved=count(Asset),
        identities_moved=count(ExternalIdentity),
        passkeys_moved=count(Passkey),
        tokens_revoked=count(ApiToken, col(ApiToken.revoked_at).is_(None)),
        sessions_ended=count(LoginSession, col(LoginSession.ended_at).is_(None), LoginSession.expires_at > now()),
        loses_administrator=closed.is_administrator and not kept.is_administrator,
    )


def _of_both(place: Any, model: Any, kept_id: UUID) -> Any:
    """Whether a row's workspace or group is one that the kept account is in too."""
    return col(place).in_(select(place).where(model.user_id == kept_id))


def _move(session: Session, closed_id: UUID, kept_id: UUID) -> None:
    both = {Member: Member.workspace_id, GroupMember: GroupMember.user_group_id}
    for model, place in both.items():
        elsewhere = ~_of_both(place, model, kept_id)
        moving = update(model).where(col(model.user_id) == closed_id, elsewhere).values(user_id=kept_id)
        session.execute(moving.execution_options(synchronize_session=False))
    for model in (AccessGrant, ExternalIdentity, Passkey):
        session.execute(update(model).where(col(model.user_id) == closed_id).values(user_id=kept_id))
    session.execute(update(Asset).where(col(Asset.owner_id) == closed_id).values(owner_id=kept_id))


def _end(session: Session, actor: Actor, closed: UserAccount) -> None:
    mine = {model: col(model.user_id) == closed.id for model in (ApiToken, AccessRequest, PasswordReset, Invitation)}
    for model, column in ((ApiToken, "revoked_at"), (PasswordReset, "used_at"), (Invitation, "withdrawn_at")):
        ending = update(model).where(mine[model], col(getattr(model, column)).is_(None))
        session.execute(ending.values({column: now()}))
    pending = mine[AccessRequest], col(AccessRequest.status) == RequestStatus.PENDING
    session.execute(update(AccessRequest).where(*pending).values(status=RequestStatus.WITHDRAWN))
    auth.end_sessions_of(session, closed.id, reason="merged", actor=actor)
    user_changes.forget_second_factor(session, closed)
    closed.is_active = closed.is_administrator = False
    closed.password_hash = None
