"""People, workspaces and who is in which with what role."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger
from sqlmodel import Field, UniqueConstraint

from pursight_app.models.base import Row, reference, time_field


class Role(StrEnum):
    """The built-in roles of a member, most powerful first. Custom ones are rows of `WorkspaceRole`."""

    ADMINISTRATOR = "administrator"
    STEWARD = "steward"
    ENGINEER = "engineer"
    VIEWER = "viewer"
    GUEST = "guest"


class UserAccount(Row, table=True):
    """A person or a service that can act. `email` is stored in lower case; a service account has no password.

    `auth_version` counts changes of the credentials: access tokens that name an older one are dead. `totp_secret` is
    encrypted with the row's id as context and counts only once `totp_confirmed_at` is set; `totp_last_step` is the newest
    30-second step whose code was used, so that no code works twice.
    """

    email: str = Field(max_length=320, unique=True)
    name: str = Field(max_length=200)
    password_hash: str | None = None
    is_active: bool = True
    is_administrator: bool = False
    is_service: bool = False
    last_login_at: datetime | None = time_field()
    auth_version: int = 1
    password_changed_at: datetime | None = time_field()
    totp_secret: bytes | None = None
    totp_confirmed_at: datetime | None = time_field()
    totp_last_step: int | None = Field(default=None, sa_type=BigInteger)
    merged_into_id: UUID | None = reference("user_account", nullable=True, index=False)


class Workspace(Row, table=True):
    """A tenant: nothing in it is visible from another one."""

    name: str = Field(max_length=200)


class Member(Row, table=True):
    """A person in a workspace. `role` is a `Role` or the key of one of the workspace's own roles."""

    __table_args__ = (UniqueConstraint("workspace_id", "user_id"),)

    workspace_id: UUID = reference("workspace")
    user_id: UUID = reference("user_account")
    role: str


class Invitation(Row, table=True):
    """A link with which a person sets the first password of an account; with a workspace also its membership.

    Only the SHA-256 of the link's token is kept.
    """

    user_id: UUID = reference("user_account")
    workspace_id: UUID | None = Field(default=None, foreign_key="workspace.id", ondelete="CASCADE", index=True)
    role: str = ""
    token_hash: str = Field(unique=True)
    expires_at: datetime = time_field(default_now=True)
    accepted_at: datetime | None = time_field()
    withdrawn_at: datetime | None = time_field()
    invited_by_id: UUID | None = reference("user_account", nullable=True, index=False)


class PasswordReset(Row, table=True):
    """A link with which a person sets a new password, once. Only the SHA-256 of its token is kept."""

    user_id: UUID = reference("user_account")
    token_hash: str = Field(unique=True)
    expires_at: datetime = time_field(default_now=True)
    used_at: datetime | None = time_field()
