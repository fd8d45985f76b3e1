"""Tokens of people and service accounts for programs: shown once, kept as a hash, revocable at once (F1.1-10)."""

import hashlib
import re
import secrets
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, update
from sqlmodel import Session, col, select

from pursight_app.core.clock import now
from pursight_app.core.db import after_commit
from pursight_app.core.errors import ConflictError, InvalidInputError, NotFoundError, PermissionDeniedError
from pursight_app.core.events import publish_session_end
from pursight_app.models import ApiToken, Member, UserAccount, Workspace
from pursight_app.services import access, audit
from pursight_app.services.access import Actor, Permission
from pursight_app.services.security_policy import get_security_policy

PREFIX = "psk_"
_CHECKSUM_LENGTH = 6
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
# Prefix, 32 random bytes in base64url, and a checksum: a scanner can tell ours from any other text without asking us.
TOKEN_PATTERN = re.compile(
    r"""
    (?P<body> psk_ [A-Za-z0-9_-]{43} )
    (?P<checksum> [0-9A-Za-z]{6} )      # CRC-32 of the body in base 62, most significant digit first
    """,
    re.VERBOSE,
)
# Rights to give rights would let a stolen token outlive its own revocation.
NEVER_SCOPES = frozenset(
    {
        Permission.USER_MANAGE,
        Permission.INSTALLATION_MANAGE,
        Permission.ROLE_MANAGE,
        Permission.MEMBER_MANAGE,
        Permission.TOKEN_MANAGE,
    }
)
TOKEN_SCOPES = tuple(permission for permission in Permission if permission not in NEVER_SCOPES)
MAX_LIVE_TOKENS = 50
_SHOWN_AFTER_END = timedelta(days=30)
_SEEN_EVERY = timedelta(minutes=1)
_NO_TOKEN = "There is no such token, or not one that you may see."  # noqa: S105  a sentence, not a token


@dataclass(frozen=True, slots=True)
class TokenRow:
    """A token as a list shows it; `workspace_name` is "" for one that is good in all workspaces of its owner."""

    token: ApiToken
    owner: UserAccount
    workspace_name: str
    may_revoke: bool


def create_token(
    session: Session,
    actor: Actor,
    *,
    name: str,
    scopes: Iterable[str],
    workspace_id: UUID | None,
    expires_in_days: int,
    user_id: UUID | None = None,
) -> tuple[ApiToken, str]:
    """Makes a token and gives its text, which nobody can read again; `user_id` names a service account.

    Raises:
        InvalidInputError: no name, no or unknown scopes, or a life that the security policy does not allow.
        PermissionDeniedError: a scope that the owner, or the actor, does not have.
        NotFoundError: no such workspace or service account for the actor.
        ConflictError: the owner has 50 live tokens already.
    """
    owner, home = (actor, workspace_id) if user_id in {None, actor.user_id} else _service(session, actor, user_id)
    access.require_step_up(actor)
    wanted = _known_scopes(scopes)
    # Of a service account the actor too must hold them, else its token would be a ladder.
    for holder in (owner, actor):
        _require_scopes(holder, wanted, home)
    expires_at = now() + timedelta(days=_checked_days(session, expires_in_days))
    _check_count(session, owner.user_id)
    presented = new_token()
    token = ApiToken(
        user_id=owner.user_id,
        workspace_id=home,
        name=_checked_name(name),
        token_hash=_hash(presented),
        hint=presented[-4:],
        scopes=sorted(wanted),
        expires_at=expires_at,
        created_by_id=actor.user_id,
    )
    session.add(token)
    session.flush()
    _record(session, actor, "api_token.create", token)
    return token, presented


def _service(session: Session, actor: Actor, user_id: UUID | None) -> tuple[Actor, UUID]:
    """The service account's actor and its workspace, for those who may manage it."""
    statement = select(Member).join(UserAccount, col(UserAccount.id) == Member.user_id)
    member = session.exec(statement.where(UserAccount.id == user_id, col(UserAccount.is_service))).first()
    if member is None or not actor.knows(member.workspace_id):
        raise NotFoundError("There is no such service account. People make their own tokens.")
    access.require(actor, Permission.TOKEN_MANAGE, member.workspace_id)
    return access.someone(session, member.user_id), member.workspace_id


def _known_scopes(scopes: Iterable[str]) -> frozenset[Permission]:
    texts = set(scopes)
    unknown = sorted(texts - set(TOKEN_SCOPES))
    if unknown or not texts:
        problem = f"{unknown[0][:60]!r} is no scope of a token" if unknown else "A token needs a scope"
        raise InvalidInputError(f"{problem}. Scopes are {', '.join(TOKEN_SCOPES)}.")
    return frozenset(Permission(text) for text in texts)


def _require_scopes(holder: Actor, scopes: frozenset[Permission], workspace_id: UUID | None) -> None:
    if workspace_id is not None and not holder.knows(workspace_id):
        raise NotFoundError("There is no such workspace, or not one that you may see.")
    homes = holder.roles if workspace_id is None else (workspace_id,)
    lacking = sorted(
        scope
        for scope in scopes
        if not holder.is_administrator and not any(holder.may_somewhere(scope, home) for home in homes)
    )
    if lacking:
        raise PermissionDeniedError(f"{holder.name} does not have {', '.join(lacking)}, so a token cannot have it.")


def _checked_days(session: Session, days: int) -> int:
    longest = get_security_policy(session).api_token_max_days
    if not 1 <= days <= longest:
        raise InvalidInputError(f"A token lives 1 to {longest} days here.")
    return days


def _checked_name(name: str) -> str:
    name = name.strip()
    if not 1 <= len(name) <= 200 or not name.isprintable():
        raise InvalidInputError("A token needs a name of 1 to 200 characters, such as the program that uses it.")
    return name


def _check_count(session: Session, user_id: UUID) -> None:
    live = select(func.count()).where(ApiToken.user_id == user_id, _is_live())
    # Two at once must not both be the fiftieth.
    session.exec(select(UserAccount.id).where(UserAccount.id == user_id).with_for_update()).one()
    if session.exec(live).one() >= MAX_LIVE_TOKENS:
        raise ConflictError(f"An account has at most {MAX_LIVE_TOKENS} live tokens. Revoke one that is not used.")


def new_token() -> str:
    """The text of a new token, with 256 random bits."""
    body = PREFIX + secrets.token_urlsafe(32)
    return body + checksum(body)


def checksum(body: str) -> str:
    """The last six characters of a token, from all that is before them."""
    number, digits = zlib.crc32(body.encode()), ""
    for _ in range(_CHECKSUM_LENGTH):
        number, digit = divmod(number, len(_DIGITS))
        digits = _DIGITS[digit] + digits
    return digits


def _hash(presented: str) -> str:
    # 256 random bits need no slow hash: there is nothing to guess.
    return hashlib.sha256(presented.encode()).hexdigest()


def find_live_token(session: Session, presented: str) -> ApiToken | None:
    """The token that was presented; None for text that is none, one that has run out and one that was revoked."""
    parts = TOKEN_PATTERN.fullmatch(presented)
    if parts is None or checksum(parts["body"]) != parts["checksum"]:
        return None
    return session.exec(select(ApiToken).where(ApiToken.token_hash == _hash(presented), _is_live())).first()


def is_live(session: Session, token_id: UUID) -> bool:
    """Whether a token that was good is still."""
    return session.exec(select(ApiToken.id).where(ApiToken.id == token_id, _is_live())).first() is not None


def _is_live() -> ColumnElement[bool]:
    return and_(col(ApiToken.revoked_at).is_(None), col(ApiToken.expires_at) > now())


def touch(session: Session, token: ApiToken) -> None:
    """Notes when and from where a token was used, at most once a minute."""
    due = now() - _SEEN_EVERY
    if token.last_used_at is not None and token.last_used_at > due:
        return
    # The condition again in the statement: of many requests at once, one writes.
    is_due = or_(col(ApiToken.last_used_at).is_(None), col(ApiToken.last_used_at) <= due)
    session.execute(
        update(ApiToken)
        .where(col(ApiToken.id) == token.id, is_due)
        .values(last_used_at=now(), last_used_address=audit.ORIGIN.get(audit.Origin()).address)
        .execution_options(synchronize_session=False)
    )


def revoke_token(session: Session, actor: Actor, token_id: UUID) -> ApiToken:
    """Ends a token at once, everywhere; its streams close. Twice is fine.

    Raises:
        NotFoundError: no such token, or one that is not the actor's to revoke.
    """
    token = session.get(ApiToken, token_id, with_for_update=True)
    if token is None or not _may_revoke(actor, token):
        raise NotFoundError(_NO_TOKEN)
    if token.revoked_at is None:
        token.revoked_at = now()
        _record(session, actor, "api_token.revoke", token)
        end_streams(session, token.id)
    return token


def end_streams(session: Session, token_id: UUID) -> None:
    """Makes a change of a token count at once: what it listens to closes after the commit."""
    access.bump_version(session)
    after_commit(session, lambda: publish_session_end(f"token:{token_id}"))


def _may_revoke(actor: Actor, token: ApiToken) -> bool:
    if actor.limits is not None:
        return False
    is_managed = token.workspace_id is not None and actor.may(Permission.TOKEN_MANAGE, token.workspace_id)
    return token.user_id == actor.user_id or is_managed or actor.may(Permission.USER_MANAGE)


def list_own_tokens(session: Session, actor: Actor) -> list[TokenRow]:
    """The actor's tokens, newest first; those that ended more than 30 days ago are left out."""
    return _rows(session, actor, col(ApiToken.user_id) == actor.user_id)


def list_workspace_tokens(session: Session, actor: Actor, workspace_id: UUID) -> list[TokenRow]:
    """Tokens that are good in a workspace, newest first: its service accounts' and its members'.

    Raises:
        NotFoundError, PermissionDeniedError: that takes the right to manage tokens.
    """
    access.require(actor, Permission.TOKEN_MANAGE, workspace_id)
    members = select(Member.user_id).where(Member.workspace_id == workspace_id)
    of_members = col(ApiToken.workspace_id).is_(None) & col(ApiToken.user_id).in_(members)
    return _rows(session, actor, or_(col(ApiToken.workspace_id) == workspace_id, of_members))


def _rows(session: Session, actor: Actor, condition: ColumnElement[bool]) -> list[TokenRow]:
    ended: datetime = now() - _SHOWN_AFTER_END
    statement = (
        select(ApiToken, UserAccount, Workspace.name)
        .join(UserAccount, col(UserAccount.id) == ApiToken.user_id)
        .outerjoin(Workspace, col(Workspace.id) == ApiToken.workspace_id)
        .where(
            condition,
            col(ApiToken.expires_at) > ended,
            or_(col(ApiToken.revoked_at).is_(None), col(ApiToken.revoked_at) > ended),
        )
        .order_by(col(ApiToken.created_at).desc())
    )
    rows = session.exec(statement).all()
    return [TokenRow(token, owner, name or "", _may_revoke(actor, token)) for token, owner, name in rows]


def _record(session: Session, actor: Actor, action: str, token: ApiToken) -> None:
    subject = audit.Subject("api_token", token.id, token.workspace_id)
    audit.record(
        session,
        actor,
        action,
        subject,
        name=token.name,
        owner=str(token.user_id),
        hint=token.hint,
        scopes=token.scopes,
        expires_at=token.expires_at.isoformat(),
    )
