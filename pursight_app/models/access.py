"""Who may do what beyond the role of a member: own roles, groups, grants, requests for them; and the rules for log-ins."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, CheckConstraint, Text
from sqlmodel import Field, UniqueConstraint

from pursight_app.models.base import Row, json_field, one_of, reference, time_field


class GrantEffect(StrEnum):
    """What a grant does; a denial wins over any number of allowances."""

    ALLOW = "allow"
    DENY = "deny"


class ScopeKind(StrEnum):
    """What a grant is narrowed to. A subtree is a path in a data source and everything below it."""

    WORKSPACE = "workspace"
    DATA_SOURCE = "data_source"
    SUBTREE = "subtree"
    DATA_CLASS = "data_class"
    SENSITIVITY = "sensitivity"


class RequestStatus(StrEnum):
    """Life of a request for access."""

    PENDING = "pending"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class WorkspaceRole(Row, table=True):
    """A role that a workspace made for itself; `key` is what `Member.role` and grants hold."""

    __table_args__ = (UniqueConstraint("workspace_id", "key"),)

    workspace_id: UUID = reference("workspace", index=False)
    key: str = Field(max_length=40)
    name: str = Field(max_length=200)
    description: str = ""
    permissions: list[str] = Field(default_factory=list, sa_type=ARRAY(Text))  # type: ignore[call-overload]  # instances are fine


class UserGroup(Row, table=True):
    """Members of a workspace that are granted things together."""

    __table_args__ = (UniqueConstraint("workspace_id", "name"),)

    workspace_id: UUID = reference("workspace", index=False)
    name: str = Field(max_length=200)
    description: str = ""


class GroupMember(Row, table=True):
    """A person in a group."""

    __table_args__ = (UniqueConstraint("user_group_id", "user_id"),)

    workspace_id: UUID = reference("workspace")
    user_group_id: UUID = reference("user_group", index=False)
    user_id: UUID = reference("user_account")


class AccessGrant(Row, table=True):
    """Allows or denies a role or one permission to a person or a group, for the workspace or a part of it.

    `scope_value` is "" for a workspace and a data source, else the path, data class or sensitivity.
    """

    __table_args__ = (
        one_of("effect", GrantEffect),
        one_of("scope_kind", ScopeKind),
        CheckConstraint("num_nonnulls(user_id, user_group_id) = 1", name="subject"),
        CheckConstraint("num_nonnulls(role, permission) = 1", name="content"),
        CheckConstraint("(data_source_id IS NOT NULL) = (scope_kind IN ('data_source', 'subtree'))", name="scope"),
    )

    workspace_id: UUID = reference("workspace")
    user_id: UUID | None = Field(default=None, foreign_key="user_account.id", ondelete="CASCADE", index=True)
    user_group_id: UUID | None = Field(default=None, foreign_key="user_group.id", ondelete="CASCADE", index=True)
    effect: str = GrantEffect.ALLOW
    role: str | None = None
    permission: str | None = None
    scope_kind: str = ScopeKind.WORKSPACE
    data_source_id: UUID | None = Field(default=None, foreign_key="data_source.id", ondelete="CASCADE", index=True)
    scope_value: str = ""
    reason: str = ""
    expires_at: datetime | None = time_field()
    created_by_id: UUID | None = reference("user_account", nullable=True, index=False)


class AccessRequest(Row, table=True):
    """Somebody asks for a permission, for the workspace or one of its data sources; another person decides."""

    __table_args__ = (one_of("status", RequestStatus),)

    workspace_id: UUID = reference("workspace")
    user_id: UUID = reference("user_account")
    permission: str
    data_source_id: UUID | None = Field(default=None, foreign_key="data_source.id", ondelete="CASCADE", index=True)
    reason: str = ""
    status: str = RequestStatus.PENDING
    decided_by_id: UUID | None = reference("user_account", nullable=True, index=False)
    decided_at: datetime | None = time_field()
    note: str = ""


class AuthorizationVersion(Row, table=True):
    """One row. Raised in the same transaction as any change of who may do what; compiled policies name theirs."""

    version: int = Field(default=1, sa_type=BigInteger)


class SecurityPolicy(Row, table=True):
    """One row: what administrators set on the security page; services.security_policy gives it its shape."""

    settings: dict[str, Any] = json_field()
