"""A real SMTP server in a thread (aiosmtpd) that keeps what it is given."""

import re
import socket
import time
from collections.abc import Generator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import Message
from email.policy import default

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope


class Mailbox:
    """What the server was given, in order."""

    def __init__(self) -> None:
        self.envelopes: list[Envelope] = []

    async def handle_DATA(self, _server: object, _session: object, envelope: Envelope) -> str:  # noqa: N802  aiosmtpd's name
        self.envelopes.append(envelope)
        return "250 OK"

    def newest(self) -> Message:
        return message_from_bytes(self.envelopes[-1].content, policy=default)

    def to(self, address: str, *, count: int = 1, within_s: float = 5) -> list[str]:
        """The texts for one address, once there are `count` of them or the time is over."""
        until = time.monotonic() + within_s
        while True:
            mine = [each for each in self.envelopes if each.rcpt_tos == [address]]
            if len(mine) >= count or time.monotonic() > until:
                return [message_from_bytes(each.content, policy=default).get_content() for each in mine]
            time.sleep(0.02)


def token_in(text: str) -> str:
    """The token of the link in a mail or answer."""
    found = re.search(r"token=([\w-]{20,100})", text)
    assert found is not None, text
    return found[1]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def mail_server(**options: object) -> Generator[tuple[str, Mailbox]]:
    """Host and port of a running server, and what it received."""
    box = Mailbox()
    server = Controller(box, hostname="127.0.0.1", port=free_port(), **options)
    server.start()
    try:
        yield f"127.0.0.1:{server.port}", box
    finally:
        server.stop()
