"""Questions about rights that are asked now and then: giving them, stepping up, explaining, who may."""

from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session, col, select

from pursight_app.core.clock import now
from pursight_app.core.errors import NotFoundError, PermissionDeniedError, StepUpRequiredError
from pursight_app.core.settings import get_settings
from pursight_app.models import Member, UserAccount
from pursight_app.services.access.actor import Actor
from pursight_app.services.access.permissions import Permission
from pursight_app.services.access.policy import Decision, Policy, Resource
from pursight_app.services.access.rows import require
from pursight_app.services.access.store import compile_policy


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
    """Whether and why `actor` may; for a denial the nearest missing permission and who in the workspace can grant it."""
    decision = actor.decide(permission, resource)
    if decision.allowed:
        return Explanation(decision)
    granters = [
        policy.name
        for policy in _policies(session, resource.workspace_id)
        if policy.user_id != actor.user_id
        and policy.decide(Permission.ROLE_MANAGE, Resource(resource.workspace_id)).allowed
        and policy.decide(permission, Resource(resource.workspace_id)).allowed
    ]
    return Explanation(decision, missing=str(permission), grantable_by=tuple(granters))


def who_may(
    session: Session, actor: Actor, permission: Permission, resource: Resource
) -> list[tuple[Policy, Decision]]:
    """Every member of the workspace, and every administrator of the installation, who may, with the reason; by name.

    Raises:
        NotFoundError, PermissionDeniedError: asking about others takes the right to manage roles.
    """
    require(actor, Permission.ROLE_MANAGE, resource.workspace_id)
    decided = ((policy, policy.decide(permission, resource)) for policy in _policies(session, resource.workspace_id))
    return [(policy, decision) for policy, decision in decided if decision.allowed]


def _policies(session: Session, workspace_id: UUID) -> list[Policy]:
    members = select(Member.user_id).where(Member.workspace_id == workspace_id)
    people = session.exec(
        select(UserAccount.id)
        .where(col(UserAccount.id).in_(members) | col(UserAccount.is_administrator), col(UserAccount.is_active))
        .order_by(UserAccount.name)
    ).all()
    compiled = (compile_policy(session, user_id) for user_id in people)
    return [policy for policy in compiled if policy is not None]


def someone(session: Session, user_id: UUID) -> Actor:
    """The actor for another account.

    Raises:
        NotFoundError: it is gone or suspended.
    """
    actor = load_actor(session, user_id)
    if actor is None:
        raise NotFoundError("There is no such person.")
    return actor
