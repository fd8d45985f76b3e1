"""What administrators set about log-ins of the whole installation (F1.1-10): the values, and changing them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy import ColumnElement, and_, func, or_, update
from sqlmodel import Session, col, select

from pursight_app.core.errors import ConflictError, InvalidInputError
from pursight_app.core.settings import get_settings
from pursight_app.models import ApiToken, IdentityProvider, Member, Passkey, Role, SecurityPolicy, UserAccount
from pursight_app.services import access, audit
from pursight_app.services.access import Actor, Permission


class SecurityPolicyValues(BaseModel):
    """The policy with its defaults; times in seconds, None means what the settings of the process say."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    require_second_factor: Literal["nobody", "administrators", "everybody"] = "nobody"
    session_idle_s: int | None = Field(default=None, ge=300, le=30 * 24 * 3600)
    session_absolute_s: int | None = Field(default=None, ge=3600, le=365 * 24 * 3600)
    password_min_length: int = Field(default=8, ge=8, le=64)
    api_token_max_days: int = Field(default=365, ge=1, le=365)
    invitation_days: int = Field(default=7, ge=1, le=30)
    password_login: Literal["everybody", "administrators"] = "everybody"  # noqa: S105  a choice, not a password

    @property
    def idle_s(self) -> int:
        """A session unused this long ends."""
        return self.session_idle_s or get_settings().session_idle_s

    @property
    def absolute_s(self) -> int:
        """A session never lives longer."""
        return self.session_absolute_s or get_settings().session_absolute_s


@dataclass(frozen=True, slots=True)
class SecurityFacts:
    """Whom the policy meets: active people (no service accounts), those of them without a second factor, and more."""

    people: int
    people_without_factor: int
    administrators: int
    administrators_without_factor: int
    has_provider: bool


def get_security_policy(session: Session) -> SecurityPolicyValues:
    """The policy as it is now. No permission is asked: everybody lives under it."""
    return SecurityPolicyValues.model_validate(session.exec(select(SecurityPolicy)).one().settings)


def update_security_policy(session: Session, actor: Actor, changes: Mapping[str, object]) -> SecurityPolicyValues:
    """Changes some of the values and gives all of them. Tokens that would live too long now end sooner.

    Raises:
        InvalidInputError: an unknown setting, or a value outside its bounds.
        ConflictError: the change would lock people out, the actor or everybody.
    """
    access.require(actor, Permission.INSTALLATION_MANAGE)
    access.require_step_up(actor)
    row = session.exec(select(SecurityPolicy).with_for_update()).one()
    before = SecurityPolicyValues.model_validate(row.settings)
    after = _checked({**before.model_dump(), **_known(changes)})
    _refuse_lock_out(session, actor, before, after)
    old, new = before.model_dump(), after.model_dump()
    changed = [name for name in new if new[name] != old[name]]
    if not changed:
        return after
    row.settings = {**row.settings, **{name: new[name] for name in changed}}
    if after.api_token_max_days < before.api_token_max_days:
        _shorten_tokens(session, after.api_token_max_days)
    access.bump_version(session)
    audit.record(
        session,
        actor,
        "security_policy.update",
        audit.Subject("security_policy", row.id),
        before={name: old[name] for name in changed},
        after={name: new[name] for name in changed},
    )
    return after


def _known(changes: Mapping[str, object]) -> Mapping[str, object]:
    unknown = sorted(set(changes) - set(SecurityPolicyValues.model_fields))
    if unknown:
        raise InvalidInputError(f"There is no security setting {unknown[0][:60]!r}.")
    return changes


def _checked(values: dict[str, Any]) -> SecurityPolicyValues:
    try:
        after = SecurityPolicyValues.model_validate(values)
    except ValidationError as error:
        wrong = error.errors(include_url=False, include_input=False)[0]
        raise InvalidInputError(f"{wrong['loc'][0]}: {wrong['msg']}.") from None
    if after.idle_s > after.absolute_s:
        raise InvalidInputError(
            "A session cannot be idle for longer than it may live at all. Shorten the one or lengthen the other."
        )
    return after


def _refuse_lock_out(session: Session, actor: Actor, before: SecurityPolicyValues, after: SecurityPolicyValues) -> None:
    is_stricter = after.require_second_factor not in {before.require_second_factor, "nobody"}
    if is_stricter and "fed" not in actor.factors and not _has_factor(session, actor):
        raise ConflictError("Set up your own second factor first, else you would be locked out by your own rule.")
    if after.password_login in {before.password_login, "everybody"}:
        return
    if session.exec(select(IdentityProvider.id).where(col(IdentityProvider.is_enabled))).first() is None:
        raise ConflictError("Set up single sign-on first: without it nobody but administrators could log in.")
    has_password = select(UserAccount.id).where(_is_administrator(), col(UserAccount.password_hash).is_not(None))
    if session.exec(has_password).first() is None:
        raise ConflictError("Give one administrator a password first, for the day the sign-on provider is down.")


def _has_factor(session: Session, actor: Actor) -> bool:
    statement = select(UserAccount.id).where(UserAccount.id == actor.user_id, _with_factor())
    return session.exec(statement).first() is not None


def _with_factor() -> ColumnElement[bool]:
    passkeys = select(Passkey.id).where(Passkey.user_id == UserAccount.id).exists()
    return or_(col(UserAccount.totp_confirmed_at).is_not(None), passkeys)


def _is_person() -> ColumnElement[bool]:
    return and_(col(UserAccount.is_active), col(UserAccount.is_service).is_(False))


def _is_administrator() -> ColumnElement[bool]:
    return and_(_is_person(), col(UserAccount.is_administrator))


def _shorten_tokens(session: Session, days: int) -> None:
    latest = col(ApiToken.created_at) + timedelta(days=days)
    session.execute(update(ApiToken).where(col(ApiToken.expires_at) > latest).values(expires_at=latest))


def get_security_facts(session: Session, actor: Actor) -> SecurityFacts:
    """How many people a stricter policy would meet now."""
    access.require(actor, Permission.INSTALLATION_MANAGE)
    of_workspace = select(Member.id).where(Member.user_id == UserAccount.id, Member.role == Role.ADMINISTRATOR).exists()
    administers = or_(col(UserAccount.is_administrator), of_workspace)
    statement = select(
        func.count(),
        func.count().filter(~_with_factor()),
        func.count().filter(administers),
        func.count().filter(and_(administers, ~_with_factor())),
    ).where(_is_person())
    people, bare, administrators, bare_administrators = session.exec(statement).one()
    provider = session.exec(select(IdentityProvider.id).where(col(IdentityProvider.is_enabled))).first()
    return SecurityFacts(people, bare, administrators, bare_administrators, has_provider=provider is not None)
