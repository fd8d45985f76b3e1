"""The peer of the room benchmark: ejabberd, where Debian's package is installed, with a chat room (XEP-0045) of as many people.

As it comes it keeps nothing of what is said, where PurSight commits each message before it tells of it; with its archive
(XEP-0313, in Mnesia) it writes each message into a table, which no fsync follows. Its clients read plain TCP, without WebSocket and
JSON. All of it favours ejabberd.
"""

import asyncio
import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from tests.plugins.servers import free_port

_CONFIG = """
hosts: [localhost]
loglevel: error
listen: [{{port: {port}, ip: "127.0.0.1", module: ejabberd_c2s, access: all}}]
host_config: {{localhost: {{auth_method: [anonymous], anonymous_protocol: sasl_anon, allow_multiple_connections: true}}}}
modules:
  mod_muc: {{access: all, access_create: all, max_users: 1000, min_message_interval: 0, default_room_options: {{mam: {keeps}}}}}
{archive}"""
_ARCHIVE = "  mod_mam: {default: always, db_type: mnesia}\n"
_STREAM = (
    "<stream:stream to='localhost' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>"
)
_ROOM = "bench@conference.localhost"
_BODY = re.compile(rb"<body>([\d.]+)</body>")


class Person:
    """One client in the room."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._rest = b""

    async def enter(self, name: str) -> None:
        """Signs in without a name of its own and enters the room."""
        await self._say(_STREAM, b"</stream:features>")
        await self._say("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='ANONYMOUS'/>", b"<success")
        await self._say(_STREAM, b"</stream:features>")
        await self._say("<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>", b"</iq>")
        presence = f"<presence to='{_ROOM}/{name}'><x xmlns='http://jabber.org/protocol/muc'/></presence>"
        await self._say(presence, b"<subject")

    async def _say(self, text: str, answer: bytes) -> None:
        self._writer.write(text.encode())
        await asyncio.wait_for(self._reader.readuntil(answer), 10)

    def send(self) -> None:
        """Says to the room what time it is."""
        self._writer.write(
            f"<message type='groupchat' to='{_ROOM}'><body>{time.monotonic()!r}</body></message>".encode()
        )

    def close(self) -> None:
        """Goes."""
        self._writer.close()

    async def hear(self, count: int) -> list[float]:
        """Milliseconds since each of the next `count` messages was sent."""
        found: list[float] = []
        while len(found) < count:
            self._rest += await self._reader.read(65_536)
            now = time.monotonic()
            end = 0
            for each in _BODY.finditer(self._rest):
                found.append((now - float(each[1])) * 1e3)
                end = each.end()
            self._rest = self._rest[end:]
        return found


@contextmanager
def ejabberd(*, keeps: bool) -> Generator[int | None]:
    """The port of a server of its own, with or without an archive of messages; None where ejabberd is not installed."""
    found = sorted(Path("/usr/lib").glob("*/ejabberd-*/ebin"))
    if not found or not shutil.which("erl"):
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="psb-ejabberd-") as folder:
        place, port = Path(folder), free_port()
        (place / "ejabberd.yml").write_text(
            _CONFIG.format(port=port, keeps=str(keeps).lower(), archive=_ARCHIVE if keeps else "")
        )
        names = {"EJABBERD_CONFIG_PATH": "ejabberd.yml", "EJABBERD_LOG_PATH": "log", "SPOOL_DIR": "spool"}
        environment = {**os.environ, **{name: str(place / file) for name, file in names.items()}, "HOME": folder}
        environment["ERL_LIBS"] = str(found[-1].parents[1])
        command = ["erl", "-noinput", "-pa", str(found[-1]), "-mnesia", "dir", f'"{place}/spool"', "-s", "ejabberd"]
        server = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            yield port
        finally:
            server.terminate()
            server.wait(30)


async def _connected(port: int) -> Person:
    for _ in range(300):
        try:
            return Person(*await asyncio.open_connection("127.0.0.1", port))
        except OSError:
            await asyncio.sleep(0.1)
    raise TimeoutError("ejabberd does not start.")


@asynccontextmanager
async def _people(port: int, size: int) -> AsyncGenerator[list[Person]]:
    people = []
    for number in range(size):
        people.append(await _connected(port))
        await people[-1].enter(f"person{number}")
    await asyncio.sleep(1)
    try:
        yield people
    finally:
        for person in people:
            person.close()


async def peer_delivery(port: int, size: int, messages: int, per_s: float) -> list[float]:
    """Milliseconds of each delivery, sorted: one sender who hears too, as ours does."""
    async with _people(port, size) as people:
        hearing = [asyncio.create_task(person.hear(messages)) for person in people]
        for _ in range(messages):
            people[0].send()
            await asyncio.sleep(1 / per_s)
        found = await asyncio.wait_for(asyncio.gather(*hearing), 30)
    return sorted(ms for each in found for ms in each)
