"""Mail through a real SMTP server (aiosmtpd) on loopback, with STARTTLS, log-in and its own certificate."""

import contextlib
import datetime as dt
import ipaddress
import ssl
from collections.abc import Generator
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from uuid import uuid4

import pytest
from aiosmtpd.smtp import AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from pursight_app.core.errors import ExternalError
from pursight_app.core.mail import Mail, can_send_mail, send_mail
from pursight_app.core.settings import get_settings
from tests.mailbox import Mailbox, free_port, mail_server

USER, PASSWORD = "pursight@corp", "p@ss/word"


def certificate(folder: Path) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    alternative = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(alternative, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "mail.pem", folder / "mail.key"
    paths[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    paths[1].write_bytes(key.private_bytes(encoding, form, serialization.NoEncryption()))
    return paths


def is_right(server: object, session: object, envelope: object, mechanism: str, data: object) -> AuthResult:
    right = LoginPassword(USER.encode(), PASSWORD.encode())
    return AuthResult(success=data == right, handled=data == right)


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="module")
def guarded(tls: tuple[Path, Path]) -> Generator[tuple[str, Mailbox]]:
    """A server that takes mail only from those who are logged in, over TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*tls)
    with mail_server(tls_context=context, require_starttls=True, auth_required=True, authenticator=is_right) as server:
        yield server


@pytest.fixture(scope="module")
def plain() -> Generator[tuple[str, Mailbox]]:
    """A server without encryption."""
    with mail_server() as server:
        yield server


@pytest.fixture
def use_server(monkeypatch: pytest.MonkeyPatch) -> object:
    def use(url: str | None) -> None:
        monkeypatch.setattr(get_settings(), "smtp_url", url)

    return use


def some_mail() -> Mail:
    return Mail(f"{uuid4().hex[:8]}@example.org", "Your invitation", "Open http://localhost/welcome?token=abc\n")


def test_a_mail_arrives_over_starttls_with_log_in(
    guarded: tuple[str, Mailbox], tls: tuple[Path, Path], use_server: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    address, box = guarded
    monkeypatch.setenv("SSL_CERT_FILE", str(tls[0]))
    use_server(f"smtp://pursight%40corp:p%40ss%2Fword@{address}?starttls=1")
    mail = some_mail()

    send_mail(mail)

    got = box.newest()
    assert box.envelopes[-1].rcpt_tos == [mail.to]
    assert got["To"] == mail.to
    assert got["Subject"] == mail.subject
    assert got.get_content_type() == "text/plain"
    assert mail.text.strip() in got.get_content()
    assert got["Auto-Submitted"] == "auto-generated"


def test_a_wrong_password_is_named_and_not_shown(
    guarded: tuple[str, Mailbox], tls: tuple[Path, Path], use_server: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    address, _ = guarded
    secret = uuid4().hex
    monkeypatch.setenv("SSL_CERT_FILE", str(tls[0]))
    use_server(f"smtp://pursight%40corp:{secret}@{address}")

    with pytest.raises(ExternalError) as caught:
        send_mail(some_mail())

    assert caught.value.code == "mail_failed"
    assert "user name or password" in caught.value.message
    assert secret not in caught.value.message


def test_an_unknown_certificate_is_refused_before_the_password_is_said(
    guarded: tuple[str, Mailbox], use_server: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    address, box = guarded
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    use_server(f"smtp://pursight%40corp:p%40ss%2Fword@{address}")
    before = len(box.envelopes)

    with pytest.raises(ExternalError, match="certificate"):
        send_mail(some_mail())

    assert len(box.envelopes) == before


def test_a_server_without_encryption_gets_no_mail_unless_it_is_allowed(
    plain: tuple[str, Mailbox], use_server: object
) -> None:
    address, box = plain
    use_server(f"smtp://{address}")

    with pytest.raises(ExternalError, match="no encryption"):
        send_mail(some_mail())
    assert box.envelopes == []

    use_server(f"smtp://{address}?starttls=0")
    send_mail(some_mail())
    assert len(box.envelopes) == 1


@pytest.mark.parametrize(
    ("to", "subject"),
    [
        ("victim@example.org\r\nBcc: other@example.org", "Hello"),
        ("a@example.org", "Hello\r\nBcc: other@example.org\r\n\r\nanother body"),
        ("a,other@example.org", "Hello"),
        ('"a" <other@example.org>,b@example.org', "Hello"),
    ],
)
def test_neither_address_nor_subject_can_add_a_header_or_a_recipient(
    plain: tuple[str, Mailbox], use_server: object, to: str, subject: str
) -> None:
    address, box = plain
    use_server(f"smtp://{address}?starttls=0")
    before = len(box.envelopes)

    with contextlib.suppress(ExternalError):
        send_mail(Mail(to, subject, "text"))

    for envelope in box.envelopes[before:]:
        got = message_from_bytes(envelope.content, policy=default)
        assert len(envelope.rcpt_tos) == 1
        assert got["Bcc"] is None
        assert len(got["To"].addresses) == 1
        assert got.get_content().strip() == "text"


def test_a_closed_port_and_no_server_at_all_are_said_plainly(use_server: object) -> None:
    use_server(f"smtp://127.0.0.1:{free_port()}")
    with pytest.raises(ExternalError, match="port is closed"):
        send_mail(some_mail())

    use_server(None)
    assert not can_send_mail()
    with pytest.raises(ExternalError, match="No mail server"):
        send_mail(some_mail())
