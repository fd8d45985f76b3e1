"""Sends plain-text mail through the SMTP server of the settings. What the mails say is the services' affair."""

import smtplib
import ssl
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from urllib.parse import parse_qs, unquote, urlsplit

import structlog

from pursight_app.core.errors import ExternalError
from pursight_app.core.settings import get_settings

_TIMEOUT_S = 10
_PORTS = {"smtp": 587, "smtps": 465}
# The first kind that fits; an SSL error is an OSError too.
_REASONS: tuple[tuple[type[Exception], str], ...] = (
    (smtplib.SMTPAuthenticationError, "the mail server refuses the user name or password"),
    (smtplib.SMTPRecipientsRefused, "the mail server refuses the recipient's address"),
    (smtplib.SMTPNotSupportedError, "the mail server offers no encryption or no log-in"),
    (smtplib.SMTPException, "the mail server refuses it"),
    (ssl.SSLCertVerificationError, "the certificate of the mail server is not trusted"),
    (TimeoutError, "the mail server does not answer in time"),
    (ConnectionRefusedError, "the mail server's port is closed"),
)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Mail:
    """A letter to one person; `text` may hold a link that opens an account, so it is never logged."""

    to: str
    subject: str
    text: str


def can_send_mail() -> bool:
    """Whether the settings name an SMTP server."""
    return get_settings().smtp_url is not None


def send_mail(mail: Mail) -> None:
    """Hands the mail to the SMTP server; waits for it at most about 10 s a step. Never call it inside a transaction.

    `smtp://` upgrades to TLS before anything else is said unless `?starttls=0`; `smtps://` is TLS from the first byte.

    Raises:
        ExternalError: no server is set, or it does not answer, refuses us or the recipient; code `mail_failed`.
    """
    message = _message(mail)
    try:
        with _connection() as server:
            server.send_message(message, to_addrs=[mail.to])
    except (OSError, smtplib.SMTPException) as error:
        # The server's own words may quote the recipient or our log-in name; the class says what a person can mend.
        log.warning("mail.failed", error=type(error).__name__, status=getattr(error, "smtp_code", None))
        raise ExternalError(
            f"The mail could not be sent: {_reason(error)}. Check the mail settings (PURSIGHT_SMTP_URL).",
            code="mail_failed",
        ) from None


def _message(mail: Mail) -> EmailMessage:
    # EmailMessage refuses line ends in headers and quotes what would start another address.
    message = EmailMessage()
    local, _, host = mail.to.rpartition("@")
    sender = get_settings().mail_from
    try:
        message["To"] = Address(username=local, domain=host)
        message["From"] = sender
        message["Subject"] = " ".join(mail.subject.split())
    except ValueError:
        raise ExternalError("The mail could not be sent: its address is none.", code="mail_failed") from None
    message["Date"] = formatdate(usegmt=True)
    message["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2].rstrip("> ") or None)
    # Answering machines stay quiet (RFC 3834).
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text)
    return message


def _connection() -> smtplib.SMTP:
    url = urlsplit(get_settings().smtp_url or "")
    if url.scheme not in _PORTS or not url.hostname:
        raise ExternalError("No mail server is set, so no mail can be sent.", code="mail_failed")
    address = (url.hostname, url.port or _PORTS[url.scheme])
    context = ssl.create_default_context()
    if url.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(*address, timeout=_TIMEOUT_S, context=context)
    else:
        server = smtplib.SMTP(*address, timeout=_TIMEOUT_S)
    try:
        if url.scheme == "smtp" and parse_qs(url.query).get("starttls") != ["0"]:
            server.starttls(context=context)
        if url.username:
            server.login(unquote(url.username), unquote(url.password or ""))
    except (OSError, smtplib.SMTPException):
        server.close()
        raise
    return server


def _reason(error: Exception) -> str:
    return next((words for kind, words in _REASONS if isinstance(error, kind)), "the mail server cannot be reached")
