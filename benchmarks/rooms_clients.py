"""The clients of the room benchmark: raw sockets, as those of its peer.

They share two cores with what is measured, so they do no more than they must.
"""

import asyncio
import base64
import os
import re
import sys
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Self
from urllib.parse import urlsplit
from uuid import UUID, uuid4

# What a server sends is not masked, so a message can be found in the bytes as they come, as in the peer's client.
_MESSAGE = re.compile(rb'"seq":(\d+),"type":"message".{0,2000}?"body":"([\d.]+) ')
_CLOSING = b"\x88\x02"
_LENGTH = re.compile(rb"(?i)content-length: (\d+)")


class Listener:
    """One raw WebSocket that hears a room."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._rest = b""

    @classmethod
    async def open(cls, url: str, room_id: UUID | str, token: str, *, after_seq: int) -> Self:
        """Opens the room's events behind `after_seq`."""
        at = urlsplit(url)
        reader, writer = await asyncio.open_connection(at.hostname, at.port)
        lines = (
            f"GET /racine/events?session_id={room_id}&after_seq={after_seq} HTTP/1.1",
            f"Host: {at.netloc}",
            f"Authorization: Bearer {token}",
            "Connection: Upgrade",
            "Upgrade: websocket",
            "Sec-WebSocket-Version: 13",
            f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}",
        )
        writer.write("".join(f"{line}\r\n" for line in (*lines, "")).encode())
        answer = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10)
        if b" 101 " not in answer.splitlines()[0]:
            sys.exit(f"No stream: {answer.decode()}")
        return cls(reader, writer)

    async def hear(self, count: int) -> list[tuple[int, float]]:
        """(number, milliseconds since it was sent) of the next `count` messages."""
        found: list[tuple[int, float]] = []
        while len(found) < count:
            self._rest += await self._reader.read(65_536)
            now = time.monotonic()
            end = 0
            for each in _MESSAGE.finditer(self._rest):
                found.append((int(each[1]), (now - float(each[2])) * 1e3))
                end = each.end()
            self._rest = self._rest[end:]
        return found

    async def skip(self) -> None:
        """Reads what comes next without looking at it."""
        await self._reader.read(65_536)

    async def rest(self) -> tuple[int, int | None]:
        """How many messages come until the server closes, and the code it closes with."""
        given = await self._reader.read(-1)
        code = int.from_bytes(given[-2:], "big") if given[-4:-2] == _CLOSING else None
        return len(_MESSAGE.findall(given)), code

    def close(self) -> None:
        """Goes."""
        self._writer.close()


class Sender:
    """One person's kept connection. Raw too: what a library does before it sends would count as the server's."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, room_id: UUID, token: str) -> None:
        self._reader, self._writer, self._room_id = reader, writer, room_id
        self._head = (
            "POST /racine/collaboration/message HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            f"Authorization: Bearer {token}\r\nContent-Length: "
        )

    @classmethod
    @asynccontextmanager
    async def open(cls, url: str, room_id: UUID, token: str) -> AsyncGenerator[Self]:
        """Connected as whoever has the token."""
        at = urlsplit(url)
        reader, writer = await asyncio.open_connection(at.hostname, at.port)
        try:
            yield cls(reader, writer, room_id, token)
        finally:
            writer.close()

    async def say(self, padding: str = "") -> None:
        """Says to the room what time it is, and waits until that is kept."""
        if not await self.try_to_say(f"{time.monotonic()!r} {padding}"):
            sys.exit("Not sent: too many messages.")

    async def try_to_say(self, words: str) -> bool:
        """Says something; False when the server finds it too much."""
        ids = f'"session_id":"{self._room_id}","client_id":"{uuid4().hex}"'
        body = f'{{{ids},"body":"{words}"}}'
        self._writer.write(f"{self._head}{len(body)}\r\n\r\n{body}".encode())
        head = await self._reader.readuntil(b"\r\n\r\n")
        length = _LENGTH.search(head)
        answer = await self._reader.readexactly(int(length[1])) if length else b""
        if not head.startswith((b"HTTP/1.1 201", b"HTTP/1.1 429")):
            sys.exit(f"Not sent: {head!r} {answer!r}")
        return head.startswith(b"HTTP/1.1 201")
