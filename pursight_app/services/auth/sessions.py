"""Log-in sessions (F1.7-8, F1.13-15). The copy in Redis decides, the row in PostgreSQL outlives a loss of Redis."""

import hashlib
import json
import secrets
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import update
from sqlmodel import Session, col, select

from pursight_app.core.clock import now
from pursight_app.core.db import after_commit, unit_of_work
from pursight_app.core.errors import NotAuthenticatedError, NotFoundError
from pursight_app.core.events import publish_session_end
from pursight_app.core.redis import redis
from pursight_app.models import LoginSession, UserAccount
from pursight_app.services import access, audit
from pursight_app.services.access import Actor, Permission
from pursight_app.services.auth.throttle import ask_redis
from pursight_app.services.auth.tokens import issue_access_token, read_refresh_token, refresh_token
from pursight_app.services.security_policy import get_security_policy

# Set once all live sessions are in Redis. Gone means that Redis has lost its data, and only then are they put back:
# a session that alone is missing has ended.
RESTORED = "pursight:sessions-restored"
# How long after a refresh its predecessor still gets the same answer. Nobody gets the answer before that time is over, so
# tabs that refresh together agree, and whoever shows the old token later has seen the new one or stole the old.
REFRESH_SETTLES_S = 0.5
SEEN_EVERY_S = 60
_REUSED = "refresh_reused"


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a log-in hands out: `session_token` for the browser's cookie, the other two for REST."""

    session_id: str
    session_token: str
    access_token: str
    refresh_token: str
    expires_in_s: int


def session_key(session_id: str) -> str:
    """Where Redis keeps a session."""
    return f"pursight:session:{session_id}"


def session_id_of(session_token: str) -> str:
    """The id under which a cookie's token is stored: its hash, so that a copy of Redis opens no session."""
    return hashlib.sha256(session_token.encode()).hexdigest()


def start_session(
    session: Session, user: UserAccount, *, factors: tuple[str, ...], identity_provider: str = ""
) -> Tokens:
    """Starts a session for somebody who has proved who they are with `factors` (RFC 8176); always under a new id."""
    session_token = secrets.token_urlsafe(32)
    policy, moment, origin = get_security_policy(session), now(), audit.ORIGIN.get(audit.Origin())
    row = LoginSession(
        user_id=user.id,
        key=session_id_of(session_token),
        factors=list(factors),
        address=origin.address,
        user_agent=origin.user_agent[:300],
        last_seen_at=moment,
        expires_at=moment + timedelta(seconds=policy.absolute_s),
        stepped_up_at=moment,
    )
    session.add(row)
    session.flush()
    user.last_login_at = moment
    told = {"identity_provider": identity_provider} if identity_provider else {}
    subject = audit.Subject("user_account", user.id)
    audit.record(session, access.load_actor(session, user.id), "session.start", subject, factors=list(factors), **told)
    # Before the commit: whoever ends the session can do so only once the row is there, and then finds the copy to delete.
    # After it, a copy could be written that has just been deleted.
    ask_redis(lambda: _keep(row, policy.idle_s))
    return _tokens(row, user.auth_version, session_token)


def _keep(row: LoginSession, idle_s: int) -> None:
    redis().set(session_key(row.key), _stored(row, idle_s), ex=idle_s)


def _stored(row: LoginSession, idle_s: int) -> str:
    return json.dumps(
        {
            "user": str(row.user_id),
            "end": row.expires_at.timestamp(),
            "idle": idle_s,
            "stepped_up": row.stepped_up_at.timestamp() if row.stepped_up_at else 0,
            "factors": row.factors,
        }
    )


def _tokens(row: LoginSession, auth_version: int, session_token: str = "") -> Tokens:
    access_token, lifetime_s = issue_access_token(row.key, auth_version)
    return Tokens(row.key, session_token, access_token, refresh_token(row.id, row.refresh_generation), lifetime_s)


def refresh_session(session: Session, presented: str, *, asked_at: datetime | None = None) -> Tokens | None:
    """New access and refresh tokens for an old refresh token; None when the session is over.

    A token of an earlier generation is a replay: one of its two users is a thief, so the session ends. The row lock lets
    one of several refreshes at once make the successor, which the others get too. `asked_at` is when the request arrived,
    which on a busy machine is long before its turn comes.
    """
    named = read_refresh_token(presented)
    if named is None:
        return None
    session_id, generation = named
    row = session.exec(select(LoginSession).where(LoginSession.id == session_id).with_for_update()).first()
    if row is None or row.ended_at or not ask_redis(lambda: redis().exists(session_key(row.key))):
        return None
    policy = access.current_policy(row.user_id)
    if policy is None or row.expires_at <= now():
        return None
    if generation == row.refresh_generation:
        row.refresh_generation, row.refreshed_at, row.last_seen_at = generation + 1, now(), now()
    elif generation + 1 != row.refresh_generation or not _is_settling(row.refreshed_at, asked_at or now()):
        end_session(session, row.key, reason=_REUSED)
        return None
    return _tokens(row, policy.auth_version)


def _is_settling(refreshed_at: datetime | None, asked_at: datetime) -> bool:
    return refreshed_at is not None and (asked_at - refreshed_at).total_seconds() <= REFRESH_SETTLES_S


def was_reused(session: Session, presented: str) -> bool:
    """Whether the session of a refresh token was ended because one of its tokens was used twice."""
    named = read_refresh_token(presented)
    row = session.get(LoginSession, named[0]) if named else None
    return row is not None and row.end_reason == _REUSED


def end_session(session: Session, session_id: str, *, reason: str, actor: Actor | None = None) -> None:
    """Ends a session everywhere: its tokens are dead, its tabs, sockets and streams close. Ending twice is fine."""
    _end(session, [LoginSession.key == session_id], reason=reason, actor=actor)


def end_sessions_of(session: Session, user_id: UUID, *, reason: str, keep: str = "", actor: Actor | None = None) -> int:
    """Ends all sessions of an account but the one whose id is `keep`; how many there were."""
    return _end(session, [LoginSession.user_id == user_id, LoginSession.key != keep], reason=reason, actor=actor)


def _end(session: Session, conditions: Iterable[object], *, reason: str, actor: Actor | None) -> int:
    statement = (
        update(LoginSession)
        .where(*conditions, col(LoginSession.ended_at).is_(None))  # type: ignore[arg-type]  # SQLModel types a comparison as bool
        .values(ended_at=now(), end_reason=reason)
        .returning(col(LoginSession.key), col(LoginSession.user_id), col(LoginSession.id))
    )
    ended = session.execute(statement).all()
    for key, user_id, row_id in ended:
        # Before the commit, so that without Redis nothing is said to have ended; after it, because a restore may have
        # read the row in between.
        ask_redis(lambda key=key: redis().delete(session_key(key)))
        after_commit(session, lambda key=key: _forget(key))
        subject = audit.Subject("user_account", user_id)
        audit.record(session, actor, "session.end", subject, login_session=str(row_id), reason=reason)
    return len(ended)


def _forget(key: str) -> None:
    ask_redis(lambda: redis().delete(session_key(key)))
    ask_redis(lambda: publish_session_end(key))


def restore_sessions() -> None:
    """Puts all live sessions back into a Redis that has lost its data."""
    started = now()
    with unit_of_work() as session:
        policy = get_security_policy(session)
        live = session.exec(
            select(LoginSession).where(
                col(LoginSession.ended_at).is_(None),
                col(LoginSession.expires_at) > started,
                col(LoginSession.last_seen_at) > started - timedelta(seconds=policy.idle_s),
            )
        ).all()
    for row in live:
        ask_redis(
            lambda row=row: redis().set(session_key(row.key), _stored(row, policy.idle_s), ex=policy.idle_s, nx=True)
        )
    with unit_of_work() as session:
        # What ended while this went on: its own deletion may have come before our writing.
        ended = session.exec(select(LoginSession.key).where(col(LoginSession.ended_at) >= started)).all()
    for key in ended:
        ask_redis(lambda key=key: redis().delete(session_key(key)))
    ask_redis(lambda: redis().set(RESTORED, int(time.time())))


def note_seen(session_id: str, *, idle_s: int) -> None:
    """Keeps a session alive for another idle time and notes that it was used; called at most once a minute for each."""
    ask_redis(lambda: redis().expire(session_key(session_id), idle_s))
    with unit_of_work() as session:
        session.execute(
            update(LoginSession)
            .where(col(LoginSession.key) == session_id, col(LoginSession.ended_at).is_(None))
            .values(last_seen_at=now())
        )


def mark_stepped_up(session: Session, actor: Actor) -> None:
    """Notes that the person behind a session has just proved again who they are.

    Raises:
        NotAuthenticatedError: the session has ended meanwhile.
    """
    row = session.exec(select(LoginSession).where(LoginSession.key == actor.session_id).with_for_update()).first()
    if row is None or row.ended_at:
        raise NotAuthenticatedError("Your session has ended. Log in again.")
    row.stepped_up_at = now()
    idle_s = get_security_policy(session).idle_s
    audit.record(session, actor, "session.step_up", audit.Subject("user_account", actor.user_id))
    # While the row is locked, for the same reason as at the start of a session.
    ask_redis(lambda: _keep(row, idle_s))


def list_sessions(session: Session, actor: Actor, user_id: UUID | None = None) -> list[LoginSession]:
    """Live sessions of the actor, or of somebody else for those who manage users; last seen first."""
    if user_id not in {None, actor.user_id}:
        access.require(actor, Permission.USER_MANAGE)
    statement = (
        select(LoginSession)
        .where(
            LoginSession.user_id == (user_id or actor.user_id),
            col(LoginSession.ended_at).is_(None),
            col(LoginSession.expires_at) > now(),
        )
        .order_by(col(LoginSession.last_seen_at).desc())
    )
    rows = session.exec(statement).all()
    alive = ask_redis(lambda: [redis().exists(session_key(row.key)) for row in rows])
    return [row for row, is_alive in zip(rows, alive, strict=True) if is_alive]


def end_one_session(session: Session, actor: Actor, login_session_id: UUID) -> None:
    """Ends one of one's own sessions, or anybody's for those who manage users.

    Raises:
        NotFoundError: no such session, or somebody else's.
    """
    row = session.get(LoginSession, login_session_id)
    if row is None or (row.user_id != actor.user_id and not actor.may(Permission.USER_MANAGE)):
        raise NotFoundError("There is no such session.")
    end_session(session, row.key, reason="ended_by_person", actor=actor)


def end_other_sessions(session: Session, actor: Actor) -> int:
    """Ends all of one's own sessions but the one at hand; how many."""
    return end_sessions_of(session, actor.user_id, reason="ended_by_person", keep=actor.session_id, actor=actor)
