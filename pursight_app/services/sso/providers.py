"""The identity providers of this installation: adding, changing, testing and removing them.

A client secret goes in encrypted and never comes out.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, select

from pursight_app.core.db import unit_of_work
from pursight_app.core.errors import ConflictError, InvalidInputError, NotFoundError
from pursight_app.core.secrets import decrypt, encrypt
from pursight_app.core.settings import get_settings
from pursight_app.models import ExternalIdentity, IdentityProvider
from pursight_app.services import access, audit
from pursight_app.services.access import Actor, Permission
from pursight_app.services.sso.discovery import fetch_discovery, fetch_keys, forget_documents
from pursight_app.services.sso.errors import ProviderUnavailableError
from pursight_app.services.sso.roles import has_role
from pursight_app.services.sso.transport import checked_url, slot

_SECRET = "client_secret"  # noqa: S105  the name of a field, not a password
_KEY = re.compile(r"[a-z][a-z0-9-]{1,39}")
# RFC 6749, section 3.3: what a scope may be made of.
_SCOPE = re.compile(r"[\x21\x23-\x5B\x5D-\x7E]{1,100}")
MAX_GROUP_ROLES = 200


@dataclass(frozen=True, slots=True)
class GroupRole:
    """Whoever has `group` at the provider gets `role` in the workspace."""

    group: str
    workspace_id: UUID
    role: str


@dataclass(frozen=True, slots=True)
class ProviderSettings:
    """What an administrator enters, but for the secret. The first row of `group_roles` that fits counts per workspace."""

    name: str
    issuer: str
    client_id: str
    scopes: str = "openid email profile"
    group_claim: str = "groups"
    group_roles: Sequence[GroupRole] = ()


@dataclass(frozen=True, slots=True)
class ProviderRow:
    """A provider as administrators see it; `people_count` are the accounts linked to it."""

    id: UUID
    key: str
    settings: ProviderSettings
    has_secret: bool
    is_enabled: bool
    redirect_uri: str
    people_count: int


@dataclass(frozen=True, slots=True)
class ProviderCheck:
    """What a test found: one sentence, and what the provider says about itself as (name, value) pairs."""

    is_ok: bool
    sentence: str
    facts: tuple[tuple[str, str], ...] = ()


def redirect_uri(key: str) -> str:
    """The address to enter at the provider as redirect or callback URI."""
    return f"{get_settings().origin}/auth/sso/{key}/callback"


def list_enabled_providers(session: Session) -> list[tuple[str, str]]:
    """Key and name of each provider that people can log in through, by name. For strangers."""
    enabled = select(IdentityProvider.key, IdentityProvider.name).where(col(IdentityProvider.is_enabled))
    return [(key, name) for key, name in session.exec(enabled.order_by(func.lower(IdentityProvider.name))).all()]


def list_providers(session: Session, actor: Actor) -> list[ProviderRow]:
    """All providers by name."""
    access.require(actor, Permission.INSTALLATION_MANAGE)
    people = (
        select(ExternalIdentity.identity_provider_id, func.count().label("n"))
        .group_by(col(ExternalIdentity.identity_provider_id))
        .subquery()
    )
    statement = (
        select(IdentityProvider, func.coalesce(people.c.n, 0))
        .outerjoin(people, people.c.identity_provider_id == IdentityProvider.id)
        .order_by(func.lower(IdentityProvider.name))
    )
    return [_row(provider, count) for provider, count in session.exec(statement).all()]


def get_provider(session: Session, actor: Actor, provider_id: UUID) -> ProviderRow:
    """One provider.

    Raises:
        NotFoundError: there is none of this id.
    """
    access.require(actor, Permission.INSTALLATION_MANAGE)
    provider = session.get(IdentityProvider, provider_id)
    if provider is None:
        raise NotFoundError("There is no such identity provider.")
    return _row(provider, _people(session, provider))


def _row(provider: IdentityProvider, people_count: int = 0) -> ProviderRow:
    return ProviderRow(
        id=provider.id,
        key=provider.key,
        settings=_settings_of(provider),
        has_secret=provider.client_secret is not None,
        is_enabled=provider.is_enabled,
        redirect_uri=redirect_uri(provider.key),
        people_count=people_count,
    )


def _settings_of(provider: IdentityProvider) -> ProviderSettings:
    return ProviderSettings(
        name=provider.name,
        issuer=provider.issuer,
        client_id=provider.client_id,
        scopes=provider.scopes,
        group_claim=provider.group_claim,
        group_roles=group_roles_of(provider),
    )


def group_roles_of(provider: IdentityProvider) -> list[GroupRole]:
    """The stored mapping, in its order."""
    return [GroupRole(row["group"], UUID(row["workspace_id"]), row["role"]) for row in provider.group_roles]


def secret_of(provider: IdentityProvider) -> str:
    """The client secret in the clear, "" for none; only for the token request."""
    if provider.client_secret is None:
        return ""
    return decrypt(provider.client_secret, context=provider.id.hex)[_SECRET]


def create_provider(
    session: Session, actor: Actor, *, key: str, settings: ProviderSettings, client_secret: str
) -> ProviderRow:
    """Adds a provider, switched on. It is not contacted: a test says whether it answers.

    Raises:
        InvalidInputError: a value that does not fit, or a role of `group_roles` that its workspace does not have.
        ConflictError: there is a provider of that key.
    """
    _require(actor)
    key = key.strip().lower()
    if not _KEY.fullmatch(key):
        raise InvalidInputError("A key has 2 to 40 characters: small letters, digits and hyphens, first a letter.")
    if session.exec(select(IdentityProvider.id).where(IdentityProvider.key == key)).first():
        raise ConflictError(f"There is a provider with the key {key} already.", code="key_taken")
    provider = IdentityProvider(key=key, name="", issuer="", client_id="")
    _fill(session, provider, settings)
    _set_secret(provider, client_secret)
    session.add(provider)
    session.flush()
    _record(session, actor, "create", provider, after=_shown(provider))
    return _row(provider)


def update_provider(
    session: Session, actor: Actor, provider_id: UUID, *, settings: ProviderSettings, client_secret: str | None = None
) -> ProviderRow:
    """Changes everything but the key. `client_secret` None keeps the secret, "" removes it.

    Raises:
        InvalidInputError: a value that does not fit; or the issuer changes without the secret being given again, which
            would hand it to somebody else's server.
        ConflictError: the issuer changes although people are linked: the same subject there is another person.
    """
    provider = _get(session, actor, provider_id)
    before = _shown(provider)
    if settings.issuer.strip() != provider.issuer:
        if _people(session, provider):
            raise ConflictError("People are linked to this issuer. Add the other issuer as a provider of its own.")
        if provider.client_secret and client_secret is None:
            raise InvalidInputError("The issuer changes, so enter the client secret again.", code="secret_needed")
    forget_documents(provider.issuer)
    _fill(session, provider, settings)
    if client_secret is not None:
        _set_secret(provider, client_secret)
    detail = {"before": before, "after": _shown(provider), "is_secret_new": client_secret is not None}
    _record(session, actor, "update", provider, **detail)
    return _row(provider, _people(session, provider))


def set_provider_enabled(session: Session, actor: Actor, provider_id: UUID, *, is_enabled: bool) -> ProviderRow:
    """Lets people log in through the provider, or no longer. Their sessions go on; end those on the people's page."""
    provider = _get(session, actor, provider_id)
    if provider.is_enabled != is_enabled:
        provider.is_enabled = is_enabled
        detail = {"before": {"is_enabled": not is_enabled}, "after": {"is_enabled": is_enabled}}
        _record(session, actor, "enable" if is_enabled else "disable", provider, **detail)
    return _row(provider, _people(session, provider))


def delete_provider(session: Session, actor: Actor, provider_id: UUID) -> None:
    """Removes a provider and all links to it. Accounts and memberships stay until somebody removes them."""
    provider = _get(session, actor, provider_id)
    forget_documents(provider.issuer)
    _record(session, actor, "delete", provider, before=_shown(provider), people=_people(session, provider))
    session.delete(provider)


def check_provider(actor: Actor, provider_id: UUID) -> ProviderCheck:
    """Fetches the discovery document and the keys. What is wrong is an answer here, not an error."""
    with unit_of_work() as session:
        access.require(actor, Permission.INSTALLATION_MANAGE)
        provider = session.get(IdentityProvider, provider_id)
        if provider is None:
            raise NotFoundError("There is no such identity provider.")
    check = _check(provider.issuer)
    with unit_of_work() as session:
        _record(session, actor, "test", provider, result="ok" if check.is_ok else "failed")
    return check


def _check(issuer: str) -> ProviderCheck:
    try:
        with slot():
            found = fetch_discovery(checked_url(issuer, what="issuer"))
            keys = fetch_keys(found.jwks_uri)
    except (ProviderUnavailableError, InvalidInputError) as error:
        return ProviderCheck(is_ok=False, sentence=error.message)
    # The next log-in sees the provider as the test saw it, also after a failure that was mended.
    forget_documents(issuer)
    facts = (
        ("Issuer", found.issuer),
        ("Log-in page", found.authorization_endpoint),
        ("Signature", ", ".join(sorted(found.algorithms))),
        ("Signing keys", str(len(keys.keys))),
    )
    return ProviderCheck(is_ok=True, sentence="The provider answers and fits. Now log in through it once.", facts=facts)


def _require(actor: Actor) -> None:
    access.require(actor, Permission.INSTALLATION_MANAGE)
    access.require_step_up(actor)


def _get(session: Session, actor: Actor, provider_id: UUID) -> IdentityProvider:
    _require(actor)
    provider = session.get(IdentityProvider, provider_id, with_for_update=True)
    if provider is None:
        raise NotFoundError("There is no such identity provider.")
    return provider


def _people(session: Session, provider: IdentityProvider) -> int:
    linked = select(func.count()).where(ExternalIdentity.identity_provider_id == provider.id)
    return session.exec(linked).one()


def _fill(session: Session, provider: IdentityProvider, settings: ProviderSettings) -> None:
    provider.name = _text(settings.name, "name", 200)
    issuer = checked_url(settings.issuer.strip(), what="issuer")
    if "?" in issuer or len(issuer) > 500:
        raise InvalidInputError("An issuer has no question mark and at most 500 characters.")
    provider.issuer = issuer
    provider.client_id = _text(settings.client_id, "client ID", 500)
    scopes = settings.scopes.split()
    if "openid" not in scopes or not all(_SCOPE.fullmatch(scope) for scope in scopes) or len(scopes) > 20:
        raise InvalidInputError("Scopes are words with spaces between them, and openid is one of them.")
    provider.scopes = " ".join(dict.fromkeys(scopes))
    provider.group_claim = _text(settings.group_claim, "group claim", 200)
    provider.group_roles = _checked_roles(session, settings.group_roles)


def _text(value: str, what: str, longest: int) -> str:
    value = value.strip()
    if not 1 <= len(value) <= longest or not value.isprintable():
        raise InvalidInputError(f"The {what} has 1 to {longest} characters.")
    return value


def _checked_roles(session: Session, rows: Sequence[GroupRole]) -> list[dict[str, Any]]:
    if len(rows) > MAX_GROUP_ROLES:
        raise InvalidInputError(f"There are at most {MAX_GROUP_ROLES} rows of groups and roles.")
    for row in rows:
        if not has_role(session, row.workspace_id, row.role):
            raise InvalidInputError(f"The role {row.role[:40]!r} is not one of the workspace that its row names.")
    return [
        {"group": _text(row.group, "group", 200), "workspace_id": str(row.workspace_id), "role": row.role}
        for row in rows
    ]


def _set_secret(provider: IdentityProvider, client_secret: str) -> None:
    if len(client_secret) > 1000:
        raise InvalidInputError("A client secret has at most 1,000 characters.")
    secret = {_SECRET: client_secret.strip()}
    provider.client_secret = encrypt(secret, context=provider.id.hex) if client_secret.strip() else None


def _shown(provider: IdentityProvider) -> dict[str, Any]:
    """The provider as the audit log keeps it: of the secret only whether there is one."""
    kept = provider.model_dump(mode="json", exclude={"id", "created_at", "client_secret"})
    return {**kept, "has_secret": provider.client_secret is not None}


def _record(session: Session, actor: Actor, verb: str, provider: IdentityProvider, **detail: Any) -> None:
    subject = audit.Subject("identity_provider", provider.id)
    audit.record(session, actor, f"identity_provider.{verb}", subject, name=provider.name, **detail)
