"""Who acts: made from a live session or API token, never from what a client says."""

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from uuid import UUID

from pursight_app.services.access.permissions import Permission
from pursight_app.services.access.policy import Decision, Policy, Resource


@dataclass(frozen=True, slots=True)
class TokenLimits:
    """What an API token narrows its owner's rights to; `workspace_id` None: any of the owner's workspaces."""

    token_id: UUID
    scopes: frozenset[Permission]
    workspace_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Actor:
    """A person or service account that acts, with everything it may do.

    `session_id` is the key of the log-in session, "" for API tokens, jobs and the command line; `stepped_up_at` is the
    moment (seconds since 1970) at which the person last proved who they are, `factors` with what (RFC 8176).
    """

    policy: Policy
    session_id: str = ""
    stepped_up_at: float = 0.0
    limits: TokenLimits | None = None
    factors: tuple[str, ...] = ()

    @property
    def user_id(self) -> UUID:
        """The account's id."""
        return self.policy.user_id

    @property
    def email(self) -> str:
        """The account's address."""
        return self.policy.email

    @property
    def name(self) -> str:
        """What others see."""
        return self.policy.name

    @property
    def is_administrator(self) -> bool:
        """Whether the account administers the installation; an API token of it never does."""
        return self.policy.is_administrator and self.limits is None

    @property
    def roles(self) -> Mapping[UUID, str]:
        """Workspaces the account is in, with its role there."""
        return self.policy.roles

    @property
    def token_id(self) -> UUID | None:
        """The API token that is used, None for a session."""
        return self.limits.token_id if self.limits else None

    @property
    def must_enrol(self) -> bool:
        """Whether the person must first set up a second factor; whoever comes from a provider has theirs there."""
        return self.policy.must_enrol and bool(self.session_id) and "fed" not in self.factors

    def decide(self, permission: Permission, resource: Resource) -> Decision:
        """Whether the actor may, and why."""
        if self.must_enrol:
            return _ENROL_FIRST
        if self.limits is not None:
            if permission not in self.limits.scopes:
                return Decision(allowed=False, reason=f"The scopes of this API token do not include {permission}.")
            if self.limits.workspace_id not in {None, resource.workspace_id}:
                return Decision(allowed=False, reason="This API token is for another workspace.")
        return self.policy.decide(permission, resource)

    def may(self, permission: Permission, workspace_id: UUID | None = None) -> bool:
        """Whether `permission` holds for a whole workspace; without one, only installation administrators have any."""
        if workspace_id is None:
            return self.is_administrator and not self.must_enrol
        return self.decide(permission, Resource(workspace_id)).allowed

    def may_somewhere(self, permission: Permission, workspace_id: UUID) -> bool:
        """Whether `permission` holds for at least a part of a workspace; what exactly, each row decides."""
        if self.limits is not None and (
            permission not in self.limits.scopes or self.limits.workspace_id not in {None, workspace_id}
        ):
            return False
        return not self.must_enrol and self.policy.holds_somewhere(permission, workspace_id)

    def knows(self, workspace_id: UUID) -> bool:
        """Whether the workspace exists for the actor."""
        if self.limits is not None and self.limits.workspace_id not in {None, workspace_id}:
            return False
        return self.policy.is_administrator or workspace_id in self.policy.roles


_ENROL_FIRST = Decision(
    allowed=False, reason="Set up a second factor under “Your account” first; this place wants one."
)
# Who acts in the event that is being handled; web/ sets it for pages, REST passes actors as arguments.
ACTING: ContextVar[Actor | None] = ContextVar("acting", default=None)
