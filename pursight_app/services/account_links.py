"""Links that open an account once: a random token that only the link holds, and the mail that brings it."""

import hashlib
import secrets
from dataclasses import dataclass
from uuid import UUID

from pursight_app.core.errors import ExternalError, NotFoundError
from pursight_app.core.mail import Mail, can_send_mail, send_mail
from pursight_app.core.settings import get_settings
from pursight_app.services import audit, auth

TOKEN_MAX = 100


@dataclass(frozen=True, slots=True)
class IssuedLink:
    """A link that exists only here and in the hands of whoever gets it; `id` is of what it belongs to."""

    id: UUID
    user_id: UUID
    url: str
    mail: Mail


@dataclass(frozen=True, slots=True)
class Delivery:
    """How a link got away: mailed, or the sentence why not; neither when no mail server is set."""

    is_mailed: bool = False
    problem: str = ""


def new_token() -> str:
    """256 random bits; a link with it cannot be guessed."""
    return secrets.token_urlsafe(32)


def digest_of(token: str) -> str:
    """What the database keeps of a token; a copy of it opens nothing."""
    return hashlib.sha256(token.encode()).hexdigest()


def link_to(page: str, token: str) -> str:
    """The address of an open page with a token, as people reach this installation."""
    return f"{get_settings().origin}/{page}?token={token}"


def deliver(link: IssuedLink) -> Delivery:
    """Mails the link, after the transaction that made it. A failure is told, never raised: the link is good all the same."""
    if not can_send_mail():
        return Delivery()
    try:
        send_mail(link.mail)
    except ExternalError as error:
        return Delivery(problem=error.message)
    return Delivery(is_mailed=True)


def throttle_links() -> None:
    """Bounds the work that trying out tokens makes; guessing one is hopeless anyway.

    Raises:
        RateLimitedError: too many uses of links from this network address.
    """
    auth.throttle("account_link", audit.ORIGIN.get(audit.Origin()).address, limit=200, window_s=300)


def dead_link() -> NotFoundError:
    """The one answer for tokens that are unknown, used, replaced, withdrawn or too old."""
    return NotFoundError(
        "This link does not work any more: it was used, replaced by a newer one, or is too old. Ask for a new one.",
        code="link_dead",
    )
