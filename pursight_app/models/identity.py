"""People, workspaces and who is in which with what role."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlmodel import Field, UniqueConstraint

from pursight_app.models.base import Row, one_of, reference, time_field


class Role(StrEnum):
    """The built-in roles of a member, most powerful first."""

    ADMINISTRATOR = "administrator"
    STEWARD = "steward"
    ENGINEER = "engineer"
    VIEWER = "viewer"


class UserAccount(Row, table=True):
    """A person who can log in. `email` is stored in lower case."""

    email: str = Field(max_length=320, unique=True)
    name: str = Field(max_length=200)
    password_hash: str | None = None
    is_active: bool = True
    is_administrator: bool = False
    last_login_at: datetime | None = time_field()


class Workspace(Row, table=True):
    """A tenant: nothing in it is visible from another one."""

    name: str = Field(max_length=200)


class Member(Row, table=True):
    """A person in a workspace."""

    __table_args__ = (UniqueConstraint("workspace_id", "user_id"), one_of("role", Role))

    workspace_id: UUID = reference("workspace")
    user_id: UUID = reference("user_account")
    role: str
