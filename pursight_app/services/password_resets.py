"""Links with which somebody who forgot their password sets a new one. They open no session and skip no second factor."""

import contextvars
import secrets
import time
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, update
from sqlmodel import Session, col, select

from pursight_app.core.clock import now
from pursight_app.core.db import unit_of_work
from pursight_app.core.errors import ConflictError, PurSightError
from pursight_app.core.mail import Mail, can_send_mail
from pursight_app.models import PasswordReset, UserAccount
from pursight_app.services import access, audit, auth, user_changes, users
from pursight_app.services.access import Actor
from pursight_app.services.account_links import IssuedLink, dead_link, deliver, digest_of, link_to, new_token
from pursight_app.services.users import AccountState

LIFETIME = timedelta(minutes=30)
# Tries to ask for a link, per hour.
PER_ADDRESS, PER_ACCOUNT, WINDOW_S = 20, 3, 3600
# In ms. The work starts well after the answer has left: at once, it would slow the answer down, by more for a known address.
START_DELAY_MS = (200, 600)
_worker = ThreadPoolExecutor(1, thread_name_prefix="password-reset")

log = structlog.get_logger()


def request_reset(email: str) -> Future[None]:
    """Mails a link if there is an account with this address that has a password.

    Everything that depends on the account happens afterwards on another thread, so neither the answer nor its time tells
    whether there is one. The future is for tests; nobody else waits.

    Raises:
        RateLimitedError: too many requests from this network address.
    """
    auth.throttle("reset_address", audit.ORIGIN.get(audit.Origin()).address, limit=PER_ADDRESS, window_s=WINDOW_S)
    return _worker.submit(contextvars.copy_context().run, _mail_link, email.strip().lower()[:320])


def _mail_link(email: str) -> None:
    shortest, longest = START_DELAY_MS
    time.sleep((shortest + secrets.randbelow(longest - shortest + 1)) / 1_000)
    try:
        if not can_send_mail():
            return
        # Nobody's mailbox is flooded; counted for unknown addresses as well.
        auth.throttle("reset_account", email, limit=PER_ACCOUNT, window_s=WINDOW_S)
        with unit_of_work() as session:
            user = users.find_by_email(session, email)
            if user is None or not user.is_active or user.is_service or user.password_hash is None:
                return
            link = _issue(session, None, user)
        deliver(link)
    except PurSightError as error:
        log.warning("password_reset.not_sent", error=error.code)


def create_reset_link(session: Session, actor: Actor, user_id: UUID) -> IssuedLink:
    """A link for somebody who asked an administrator; the password they have stays good until it is used.

    Raises:
        ConflictError: the account is suspended, a service, or its invitation is still open.
    """
    user = user_changes.lock_user(session, actor, user_id)
    if not user.is_active or user.is_service:
        raise ConflictError("Only a person with an active account can set a new password.")
    if users.state_of(user) == AccountState.INVITED:
        raise ConflictError("This person has not accepted the invitation yet. Send the invitation again instead.")
    return _issue(session, actor, user)


def _issue(session: Session, actor: Actor | None, user: UserAccount) -> IssuedLink:
    _end_links(session, user.id)
    token = new_token()
    row = PasswordReset(user_id=user.id, token_hash=digest_of(token), expires_at=now() + LIFETIME)
    session.add(row)
    audit.record(session, actor, "password_reset.request", audit.Subject("user_account", user.id), email=user.email)
    url = link_to("reset", token)
    text = (
        f"Hello {' '.join(user.name.split())},\n\nsomebody asked for a new password for your account {user.email}.\n\n"
        f"Open this link to set one:\n{url}\n\nIt works once, for 30 minutes. If it was not you, do nothing: your "
        "password stays as it is.\n"
    )
    return IssuedLink(row.id, user.id, url, Mail(user.email, "Set a new password for PurSight", text))


def _end_links(session: Session, user_id: UUID) -> None:
    unused = update(PasswordReset).where(col(PasswordReset.user_id) == user_id, col(PasswordReset.used_at).is_(None))
    session.execute(unused.values(used_at=now()))


def check_reset_link(session: Session, token: str) -> None:
    """Says early whether a link still works. No permission: whoever holds it may know.

    Raises:
        NotFoundError: the link is dead; code `link_dead`.
    """
    if session.exec(select(PasswordReset.id).where(*_works(token))).first() is None:
        raise dead_link()


def _works(token: str) -> list[ColumnElement[bool]]:
    return [
        col(PasswordReset.token_hash) == digest_of(token),
        col(PasswordReset.expires_at) > now(),
        col(PasswordReset.used_at).is_(None),
    ]


def set_new_password(session: Session, token: str, password: str) -> UserAccount:
    """Sets the password, once; all sessions and other links of the account end. No permission: the link is the proof.

    Raises:
        NotFoundError: the link is dead; code `link_dead`.
        InvalidInputError: the password is too short or too common; the link stays good.
    """
    # Compared and set in one statement: of two uses at once exactly one finds it unused.
    using = update(PasswordReset).where(*_works(token))
    user_id = session.execute(using.values(used_at=now()).returning(col(PasswordReset.user_id))).scalar_one_or_none()
    user = session.get(UserAccount, user_id, with_for_update=True) if user_id else None
    if user is None or not user.is_active:
        raise dead_link()
    auth.set_password(session, user, password)
    _end_links(session, user.id)
    actor = access.load_actor(session, user.id)
    ended = auth.end_sessions_of(session, user.id, reason="password_reset", actor=actor)
    subject = audit.Subject("user_account", user.id)
    audit.record(session, actor, "password_reset.use", subject, sessions_ended=ended)
    return user
