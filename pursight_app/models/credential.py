"""With what people and programs prove who they are, and the sessions that follow."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Text
from sqlmodel import Field, UniqueConstraint

from pursight_app.models.base import Row, json_field, json_list, reference, time_field


class LoginSession(Row, table=True):
    """A log-in that lasts; the copy in Redis decides, this row outlives a loss of Redis and is what people see.

    `key` is the SHA-256 of the cookie's token. `factors` are RFC 8176 names (pwd, otp, hwk, fed). `refresh_generation`
    counts refreshes: exactly one refresh token, that of the current generation, is good.
    """

    user_id: UUID = reference("user_account")
    key: str = Field(unique=True)
    factors: list[str] = Field(default_factory=list, sa_type=ARRAY(Text))  # type: ignore[call-overload]  # instances are fine
    address: str = ""
    user_agent: str = ""
    last_seen_at: datetime = time_field(default_now=True)
    expires_at: datetime = time_field(default_now=True)
    ended_at: datetime | None = time_field()
    end_reason: str = ""
    refresh_generation: int = 0
    refreshed_at: datetime | None = time_field()
    stepped_up_at: datetime | None = time_field()


class ApiToken(Row, table=True):
    """A token of a person or service account for programs; only its SHA-256 is kept, `hint` are its last four characters.

    `scopes` are permissions; the token may do what both it and its owner may. `workspace_id` narrows it to one workspace.
    """

    user_id: UUID = reference("user_account")
    workspace_id: UUID | None = Field(default=None, foreign_key="workspace.id", ondelete="CASCADE", index=True)
    name: str = Field(max_length=200)
    token_hash: str = Field(unique=True)
    hint: str = ""
    scopes: list[str] = Field(default_factory=list, sa_type=ARRAY(Text))  # type: ignore[call-overload]  # instances are fine
    expires_at: datetime = time_field(default_now=True)
    last_used_at: datetime | None = time_field()
    last_used_address: str = ""
    revoked_at: datetime | None = time_field()
    created_by_id: UUID | None = reference("user_account", nullable=True, index=False)


class RecoveryCode(Row, table=True):
    """A code that stands in once for a lost second factor; kept as an HMAC."""

    user_id: UUID = reference("user_account")
    code_hash: str
    used_at: datetime | None = time_field()


class Passkey(Row, table=True):
    """A WebAuthn credential; `sign_count` must grow unless the authenticator always says 0."""

    user_id: UUID = reference("user_account")
    credential_id: bytes = Field(unique=True)
    public_key: bytes
    sign_count: int = 0
    name: str = Field(max_length=200)
    transports: list[str] = Field(default_factory=list, sa_type=ARRAY(Text))  # type: ignore[call-overload]  # instances are fine
    is_backed_up: bool = False
    last_used_at: datetime | None = time_field()


class IdentityProvider(Row, table=True):
    """An OpenID Connect provider. `client_secret` is encrypted with the row's id as context.

    `group_roles` is a list of {"group", "workspace_id", "role"}: whoever has the group in `group_claim` gets the role.
    """

    key: str = Field(max_length=40, unique=True)
    name: str = Field(max_length=200)
    issuer: str
    client_id: str
    client_secret: bytes | None = None
    scopes: str = "openid email profile"
    group_claim: str = "groups"
    group_roles: list[dict[str, Any]] = json_list()
    is_enabled: bool = True


class ExternalIdentity(Row, table=True):
    """A person at a provider: known by issuer and subject, never by e-mail address (ASVS 6.8.1).

    `granted_roles` is {workspace id: role}: the memberships that this identity's groups gave, and nobody by hand.
    """

    __table_args__ = (UniqueConstraint("identity_provider_id", "subject"),)

    identity_provider_id: UUID = reference("identity_provider", index=False)
    user_id: UUID = reference("user_account")
    subject: str
    email: str = ""
    last_login_at: datetime | None = time_field()
    granted_roles: dict[str, str] = json_field()
