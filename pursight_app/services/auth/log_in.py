"""Who are you: e-mail and password (F1.1-6), and changing the latter."""

from sqlmodel import Session, select

from pursight_app.core.errors import InvalidInputError, NotAuthenticatedError, RateLimitedError
from pursight_app.core.settings import get_settings
from pursight_app.models import UserAccount
from pursight_app.services import access, audit
from pursight_app.services.access import Actor
from pursight_app.services.auth.passwords import rehash_if_needed, set_password, verify_password
from pursight_app.services.auth.sessions import end_other_sessions
from pursight_app.services.auth.throttle import forget_tries, take_back_try, throttle
from pursight_app.services.security_policy import get_security_policy

WINDOW_S = 300


def authenticate(session: Session, email: str, password: str) -> UserAccount | None:
    """The person whose e-mail and password these are, or None; both outcomes are audited.

    Unknown, suspended, passwordless and wrong are told apart neither by the answer nor by the time it takes.

    Raises:
        RateLimitedError: too many tries for this account, from this address or in all, in 5 minutes.
        ServiceUnavailableError: too many log-ins wait, or Redis is away.
    """
    email = email.strip().lower()
    address = audit.ORIGIN.get(audit.Origin()).address
    _count_try(email, address)
    user = session.exec(select(UserAccount).where(UserAccount.email == email)).first()
    is_right = verify_password(user.password_hash if user else None, password)
    subject = audit.Subject("user_account", user.id if user else "")
    if user is None or not is_right or not user.is_active or not _may_use_password(session, user):
        audit.record(session, None, "session.start", subject, result="denied", email=email[:320])
        return None
    forget_tries("account", email)
    take_back_try("address", address)
    take_back_try("all", "")
    rehash_if_needed(user, password)
    # The session, or the second factor that is still wanted, has an event of its own.
    audit.record(session, access.load_actor(session, user.id), "password.verify", subject)
    return user


def _may_use_password(session: Session, user: UserAccount) -> bool:
    # With single sign-on only, administrators keep their passwords: somebody must get in when the provider is down.
    return user.is_administrator or get_security_policy(session).password_login == "everybody"  # noqa: S105  a choice, not a password


def _count_try(email: str, address: str) -> None:
    settings = get_settings()
    counters = (
        ("all", "", settings.login_attempts_in_all),
        ("address", address, settings.login_attempts_per_address),
        ("account", email, settings.login_attempts_per_account),
    )
    for kind, key, limit in counters:
        try:
            throttle(kind, key, limit=limit, window_s=WINDOW_S)
        except RateLimitedError as error:
            if error.is_first:
                # One event for the flood, not one for each of its drops.
                subject = audit.Subject("log_in", kind)
                audit.record_apart(None, "session.start", subject, "denied", reason="too many tries", email=email[:320])
            raise


def confirm_password(session: Session, actor: Actor, password: str) -> bool:
    """Whether this is the actor's password; tries are counted apart from those of log-ins.

    Raises:
        RateLimitedError: more than 5 wrong ones in 5 minutes.
    """
    throttle("confirm", str(actor.user_id), limit=5, window_s=WINDOW_S)
    user = session.get_one(UserAccount, actor.user_id)
    if not verify_password(user.password_hash, password):
        return False
    forget_tries("confirm", str(actor.user_id))
    return True


def change_password(session: Session, actor: Actor, old: str, new: str, *, end_others: bool) -> None:
    """Sets one's own password. Access tokens issued before are dead; other sessions end on choice.

    Raises:
        NotAuthenticatedError: the old password is wrong.
        InvalidInputError: the new one is too short, too common, or the old one.
    """
    if not confirm_password(session, actor, old):
        raise NotAuthenticatedError("Your present password is wrong.", code="invalid_credentials")
    if old == new:
        raise InvalidInputError("The new password is the old one.", code="weak_password")
    user = session.get_one(UserAccount, actor.user_id)
    set_password(session, user, new)
    audit.record(session, actor, "user.change_password", audit.Subject("user_account", user.id), end_others=end_others)
    if end_others:
        end_other_sessions(session, actor)
