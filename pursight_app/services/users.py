"""The accounts of the installation: who has one, and what state it is in."""

from sqlalchemy import func
from sqlmodel import Session, select

from pursight_app.core.errors import ConflictError, InvalidInputError
from pursight_app.models import UserAccount
from pursight_app.services import access, audit
from pursight_app.services.access import Actor, Permission
from pursight_app.services.auth import hash_password


def create_user(
    session: Session,
    actor: Actor | None,
    *,
    email: str,
    name: str,
    password: str | None,
    is_administrator: bool = False,
) -> UserAccount:
    """Adds an account; `actor` is None only for the command line, whose user owns the machine.

    Raises:
        ConflictError: the e-mail address has an account already.
        InvalidInputError: no e-mail address, or a password that is too short.
    """
    if actor is not None:
        access.require(actor, Permission.USER_MANAGE)
    email = checked_email(email)
    if session.exec(select(UserAccount).where(UserAccount.email == email)).first():
        raise ConflictError(f"{email} has an account already.", code="email_taken")
    user = UserAccount(
        email=email,
        name=name.strip() or email,
        password_hash=hash_password(password) if password else None,
        is_administrator=is_administrator,
    )
    session.add(user)
    session.flush()
    audit.record(session, actor, "user.create", audit.Subject("user_account", user.id), email=email)
    return user


def checked_email(email: str) -> str:
    """The address in lower case; InvalidInputError when it is none.

    Only the form `local@host` is checked: libraries refuse `.local` and other inner domains, which are common here.
    """
    email = email.strip().lower()
    local, _, host = email.partition("@")
    if not local or not host or "@" in host or len(email) > 320 or not email.isprintable() or " " in email:
        raise InvalidInputError(f"{email[:80]!r} is not an e-mail address.")
    return email


def list_users(session: Session, actor: Actor, *, limit: int, offset: int) -> tuple[list[UserAccount], int]:
    """Accounts by e-mail address and how many there are; for administrators of the installation."""
    access.require(actor, Permission.USER_MANAGE)
    rows = session.exec(select(UserAccount).order_by(UserAccount.email).limit(limit).offset(offset)).all()
    return list(rows), session.exec(select(func.count()).select_from(UserAccount)).one()
