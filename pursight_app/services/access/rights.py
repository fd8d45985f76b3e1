"""Questions about rights that are asked now and then: giving them, stepping up, explaining, who may."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col

from pursight_app.core.clock import now
from pursight_app.core.db import count_rows
from pursight_app.core.errors import NotFoundError, PermissionDeniedError, StepUpRequiredError
from pursight_app.core.settings import get_settings
from pursight_app.models import UserAccount
from pursight_app.services.access.actor import Actor
from pursight_app.services.access.holders import holders, holds
from pursight_app.services.access.permissions import Permission
from pursight_app.services.access.policy import Decision, Policy, Resource
from pursight_app.services.access.rows import require
from pursight_app.services.access.store import compile_policy

MOST_GRANTERS = 20


@dataclass(frozen=True, slots=True)
class Explanation:
    """A decision with what people ask next: what is missing, and the names of those who can grant it."""

    decision: Decision
    missing: str = ""
    grantable_by: tuple[str, ...] = ()


def load_actor(session: Session, user_id: UUID, *, session_id: str = "") -> Actor | None:
    """The actor for an account as this transaction has it; None when it is gone or suspended.

    For jobs, the command line and questions about somebody else; requests get theirs from `services.auth`.
    """
    policy = compile_policy(session, user_id)
    return Actor(policy, session_id) if policy else None


def require_step_up(actor: Actor) -> None:
    """Lets a dangerous act go on only if the person has proved lately that it is them.

    Raises:
        StepUpRequiredError: the last proof is older than the setting `step_up_s`.
        PermissionDeniedError: an API token acts, which cannot prove anything.
    """
    if actor.limits is not None:
        raise PermissionDeniedError("An API token cannot do this; it takes a person who is logged in.")
    # Without a session it is the command line or a job: whoever can start those owns the machine.
    if actor.session_id and now().timestamp() - actor.stepped_up_at > get_settings().step_up_s:
        raise StepUpRequiredError("This is a dangerous act, so confirm first that it is you.")


def require_may_give(actor: Actor, workspace_id: UUID, permissions: frozenset[Permission]) -> None:
    """Nobody gives more than they hold themselves, for the whole workspace.

    Raises:
        PermissionDeniedError: names what is missing.
    """
    lacking = sorted(permission for permission in permissions if not actor.may(permission, workspace_id))
    if lacking:
        raise PermissionDeniedError(f"You cannot give what you do not have yourself: {', '.join(lacking)}.")


def explain(session: Session, actor: Actor, permission: Permission, resource: Resource) -> Explanation:
    """Whether and why `actor` may; for a denial the nearest missing permission and who can grant it, by name."""
    decision = actor.decide(permission, resource)
    if decision.allowed:
        return Explanation(decision)
    whole = Resource(resource.workspace_id)
    able = (
        holders(session, Permission.ROLE_MANAGE, whole)
        .where(holds(session, permission, whole), UserAccount.id != actor.user_id)
        # The people of the place first: administrators of the installation are far away.
        .order_by(None)
        .order_by(col(UserAccount.is_administrator), func.lower(UserAccount.name))
        .limit(MOST_GRANTERS)
    )
    names = [user.name for user in session.exec(able).all()]
    return Explanation(decision, missing=str(permission), grantable_by=tuple(names))


def who_may(
    session: Session, actor: Actor, permission: Permission, resource: Resource, *, limit: int = 50, offset: int = 0
) -> tuple[list[tuple[Policy, Decision]], int]:
    """Members of the workspace and administrators of the installation who may, with the reason, by name; and how many.

    Raises:
        NotFoundError, PermissionDeniedError: asking about others takes the right to manage members or roles.
    """
    if not actor.may(Permission.MEMBER_MANAGE, resource.workspace_id):
        require(actor, Permission.ROLE_MANAGE, resource.workspace_id)
    statement = holders(session, permission, resource)
    people = session.exec(statement.limit(limit).offset(offset)).all()
    compiled = (compile_policy(session, user.id) for user in people)
    decided = ((policy, policy.decide(permission, resource)) for policy in compiled if policy is not None)
    return [(policy, decision) for policy, decision in decided if decision.allowed], count_rows(session, statement)


def someone(session: Session, user_id: UUID) -> Actor:
    """The actor for another account.

    Raises:
        NotFoundError: it is gone or suspended.
    """
    actor = load_actor(session, user_id)
    if actor is None:
        raise NotFoundError("There is no such person.")
    return actor
