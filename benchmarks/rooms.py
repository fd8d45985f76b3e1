"""Rooms over raw sockets on loopback: delivery, burst, memory, catch-up, history and search. `./pursight bench rooms`.

The server is the gateway under granian with its own PostgreSQL and Redis; its CPU is counted with theirs. Clients share the
machine, so latencies are upper bounds.
"""

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from uuid import UUID, uuid4

import aiohttp
import httpx2
import psutil
from sqlalchemy import text

from benchmarks.bench_home import running_home
from benchmarks.rooms_peer import ejabberd, peer_delivery
from pursight_app.core.db import unit_of_work
from pursight_app.core.settings import PROJECT_ROOT
from pursight_app.models import Member, UserAccount, Workspace
from pursight_app.services import access, auth, collaboration
from tests.plugins.servers import free_port

SIZES, MESSAGES, PER_S, ROUNDS = (2, 50, 200), 100, 10, 3
BURST, IDLE_SOCKETS, MISSED = 400, 500, 1_000
STORED, ASKED = 1_000_000, 200
PARTS = ("delivery", "peer", "burst", "slow", "memory", "catch-up", "history")
PADDING, PADDED = 12_000, 800
GOALS = {2: 15, 50: 20, 200: 30}


@dataclass
class Room:
    """A room with its people: one sender, the others listen."""

    room_id: UUID
    workspace_id: UUID
    url: str
    tokens: list[str]
    processes: list[psutil.Process] = field(default_factory=list)

    def cpu_s(self) -> float:
        """Seconds of processor that the server, PostgreSQL and Redis have used."""
        return sum(times.user + times.system for process in self.processes for times in [process.cpu_times()])


def _people(count: int) -> tuple[UUID, UUID, list[str]]:
    """A workspace, a room that all are in, and an access token of each."""
    users = [UserAccount(email=f"{uuid4().hex}@example.org", name=f"Person {number}") for number in range(count)]
    with unit_of_work() as session:
        workspace = Workspace(name="Bench")
        session.add(workspace)
        session.add_all(users)
        session.flush()
        session.add_all(Member(workspace_id=workspace.id, user_id=user.id, role="viewer") for user in users)
        access.bump_version(session)
    actors = []
    for user in users:
        with unit_of_work() as session:
            actor = access.load_actor(session, user.id)
        assert actor is not None  # noqa: S101  just made
        actors.append(actor)
    with unit_of_work() as session:
        room = collaboration.create_room(session, actors[0], workspace.id, title="Bench")
    tokens = []
    for actor in actors:
        if actor is not actors[0]:
            with unit_of_work() as session:
                collaboration.invite(session, actors[0], room.id, user_id=actor.user_id)
            with unit_of_work() as session:
                collaboration.join(session, actor, room.id)
        with unit_of_work() as session:
            user = session.get_one(UserAccount, actor.user_id)
            tokens.append(auth.start_session(session, user, factors=("pwd",)).access_token)
    return workspace.id, room.id, tokens


@contextmanager
def _serving(people: int) -> Generator[Room]:
    with running_home():
        workspace_id, room_id, tokens = _people(people)
        port = free_port()
        command = [sys.executable, "-m", "granian", "--interface", "asgi", "--factory", "--workers", "1"]
        command += ["--host", "127.0.0.1", "--port", str(port), "--no-log", "pursight_app.api.app:create_app"]
        environment = {**os.environ, "PYTHONPATH": str(PROJECT_ROOT), "PURSIGHT_REQUESTS_PER_MINUTE": "1000000"}
        server = subprocess.Popen(command, env=environment, cwd=PROJECT_ROOT)
        url = f"http://127.0.0.1:{port}"
        try:
            _wait_for(url)
            ours = [process for process in psutil.Process().children(recursive=True) if process.is_running()]
            yield Room(room_id, workspace_id, url, tokens, ours)
        finally:
            server.terminate()
            server.wait(30)


def _wait_for(url: str) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            if httpx2.get(f"{url}/healthz").status_code == 200:
                return
        except httpx2.TransportError:
            time.sleep(0.1)
    sys.exit("The server does not start.")


@asynccontextmanager
async def _listening(room: Room, count: int) -> AsyncGenerator[list[aiohttp.ClientWebSocketResponse]]:
    """`count` sockets that have caught up, each of another person as far as there are people."""
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector) as client:
        sockets = []
        for number in range(count):
            headers = {"Authorization": f"Bearer {room.tokens[number % len(room.tokens)]}"}
            address = f"{room.url.replace('http', 'ws')}/racine/events?session_id={room.room_id}&after_seq=1000000000"
            sockets.append(await client.ws_connect(address, headers=headers, max_msg_size=0))
        await asyncio.sleep(1)
        yield sockets
        for socket in sockets:
            await socket.close()


async def _hear(socket: aiohttp.ClientWebSocketResponse, count: int, found: list[tuple[int, float]]) -> None:
    """(number, milliseconds since it was sent) of the next `count` messages."""
    heard = 0
    while heard < count:
        given = await socket.receive_str()
        now = time.monotonic()
        if '"type":"message"' not in given:
            continue
        event = json.loads(given)
        found.append((event["seq"], (now - float(event["data"]["body"].split()[0])) * 1e3))
        heard += 1


async def _send(room: Room, client: aiohttp.ClientSession, padding: str = "") -> None:
    body = {"session_id": str(room.room_id), "body": f"{time.monotonic()!r} {padding}", "client_id": uuid4().hex}
    headers = {"Authorization": f"Bearer {room.tokens[0]}"}
    async with client.post(f"{room.url}/racine/collaboration/message", json=body, headers=headers) as answer:
        if answer.status != 201:
            sys.exit(f"{answer.status}: {await answer.text()}")


async def delivery(room: Room, size: int) -> list[float]:
    """One sender, `PER_S` messages a second, `size` receivers; milliseconds of each delivery, sorted."""
    async with _listening(room, size) as sockets, aiohttp.ClientSession() as client:
        found: list[list[tuple[int, float]]] = [[] for _ in sockets]
        hearing = [asyncio.create_task(_hear(*each)) for each in zip(sockets, [MESSAGES] * size, found, strict=True)]
        used = room.cpu_s()
        for number in range(MESSAGES):
            started = time.monotonic()
            await _send(room, client)
            await asyncio.sleep(max(0.0, 1 / PER_S - (time.monotonic() - started)) if number < MESSAGES else 0)
        await asyncio.wait_for(asyncio.gather(*hearing), 30)
        used = room.cpu_s() - used
    orders = {tuple(seq for seq, _ in each) for each in found}
    late = sorted(ms for each in found for _, ms in each)
    print(
        f"delivery, {size:>3} receivers: p50 {statistics.median(late):.1f} ms, p95 {late[int(len(late) * 0.95)]:.1f} ms "
        f"(goal {GOALS[size]}), {len(late)} of {size * MESSAGES} delivered, {len(orders)} order, "
        f"{used / len(late) * 1e6:.0f} us of CPU per delivery"
    )
    return late


async def peer(room: Room) -> None:
    """Ours and ejabberd's delivery in turns."""
    with ejabberd() as port:
        if port is None:
            print("peer: ejabberd is not installed (apt install ejabberd); left out")
            return
        for size in SIZES:
            ours, theirs = [], []
            for _ in range(ROUNDS):
                ours.append(statistics.median(await delivery(room, size)))
                theirs.append(statistics.median(await peer_delivery(port, size, MESSAGES, PER_S)))
            mine, other = statistics.median(ours), statistics.median(theirs)
            print(
                f"peer, {size:>3} receivers: p50 {mine:.1f} ms, ejabberd {other:.1f} ms, ratio {mine / other:.1f} (goal 2)"
            )


async def burst(room: Room) -> None:
    """As many messages as the server takes, 200 receivers."""
    size = SIZES[-1]
    async with _listening(room, size) as sockets, aiohttp.ClientSession() as client:
        found: list[list[tuple[int, float]]] = [[] for _ in sockets]
        hearing = [asyncio.create_task(_hear(*each)) for each in zip(sockets, [BURST] * size, found, strict=True)]
        started, used = time.monotonic(), room.cpu_s()

        async def pour(count: int) -> None:
            for _ in range(count):
                await _send(room, client)

        await asyncio.gather(*(pour(BURST // 8) for _ in range(8)))
        await asyncio.wait_for(asyncio.gather(*hearing), 60)
        took, used = time.monotonic() - started, room.cpu_s() - used
    total = sum(map(len, found))
    print(
        f"burst: {BURST} messages to {size} receivers in {took:.2f} s: {total / took:,.0f} deliveries/s (goal 10,000), "
        f"{used / total * 1e6:.0f} us of CPU per delivery"
    )


async def slow(room: Room) -> None:
    """One of 50 receivers reads nothing of more than its buffers hold."""
    size = SIZES[1]
    async with _listening(room, size + 1) as sockets, aiohttp.ClientSession() as client:
        found: list[list[tuple[int, float]]] = [[] for _ in range(size)]
        hearing = [asyncio.create_task(_hear(*each)) for each in zip(sockets, [PADDED] * size, found, strict=False)]
        for _ in range(PADDED):
            await _send(room, client, "x" * PADDING)
        await asyncio.wait_for(asyncio.gather(*hearing), 60)
        # As long as the gateway waits for one line to be taken, and a second.
        await asyncio.sleep(11)
        told = 0
        while (given := await sockets[size].receive()).type is aiohttp.WSMsgType.TEXT:
            told += '"type":"message"' in given.data
    late = sorted(ms for each in found for _, ms in each)
    print(
        f"slow reader among {size}: told {told} of {PADDED} messages of {PADDING // 1_000} kB, then closed with {sockets[size].close_code} "
        f"(goal: dropped); the others heard {len(late)} of {size * PADDED}, p95 {late[int(len(late) * 0.95)]:.1f} ms"
    )


async def memory(room: Room) -> None:
    """What 500 open sockets add to the server."""
    web = [process for process in room.processes if "granian" in " ".join(process.cmdline())]
    before = sum(process.memory_info().rss for process in web)
    async with _listening(room, IDLE_SOCKETS):
        after = sum(process.memory_info().rss for process in web)
    mib = 1024 * 1024
    print(f"memory: {IDLE_SOCKETS} open sockets: {before / mib:.0f} -> {after / mib:.0f} MiB (goal 300)")


async def catch_up(room: Room) -> None:
    """A client that missed 1,000 messages."""
    async with aiohttp.ClientSession() as client:
        for _ in range(MISSED // 8):
            await asyncio.gather(*(_send(room, client) for _ in range(8)))
        headers = {"Authorization": f"Bearer {room.tokens[1]}"}
        address = f"{room.url.replace('http', 'ws')}/racine/events?session_id={room.room_id}&after_seq=0"
        started, heard = time.monotonic(), 0
        async with client.ws_connect(address, headers=headers, max_msg_size=0) as socket:
            while heard < MISSED:
                heard += '"type":"message"' in await asyncio.wait_for(socket.receive_str(), 10)
            print(f"catch-up: {heard} missed messages in {time.monotonic() - started:.2f} s (goal 2)")


def history(room: Room) -> None:
    """A page of history, and search, in a room of a million messages."""
    filling = text(
        "INSERT INTO message (id, created_at, workspace_id, room_id, seq, client_id, body, mentions) "
        "SELECT gen_random_uuid(), now() - (:count - n) * interval '1 second', :workspace, :room, 1000000 + n, n::text, "
        "'about table ' || n % 977 || CASE WHEN n % 50000 = 0 THEN ' zebra' ELSE ' column ' END || md5(n::text), '[]' "
        "FROM generate_series(1, :count) n"
    )
    with unit_of_work() as session:
        session.execute(text("SET LOCAL statement_timeout = 0"))
        session.execute(filling, {"count": STORED, "workspace": room.workspace_id, "room": room.room_id})
        session.execute(text("ANALYZE message"))
    headers = {"Authorization": f"Bearer {room.tokens[0]}"}
    with httpx2.Client(base_url=room.url, headers=headers, timeout=30) as client:
        base = f"/racine/collaboration/session/{room.room_id}/messages"
        search = f"/racine/collaboration/messages/search?workspace_id={room.workspace_id}"
        asked = {
            "newest page of 50 (goal 20)": [base] * ASKED,
            "page anywhere (goal 20)": [f"{base}?before_seq={1_000_000 + n * 4_993 % STORED}" for n in range(ASKED)],
            "search, rare word (goal 150)": [f"{search}&q=zebra"] * ASKED,
            "search, a word of 1,000 (goal 150)": [f"{search}&q={n % 977}" for n in range(ASKED)],
            "search, word of every message (goal 150)": [f"{search}&q=table&session_id={room.room_id}"] * 30,
        }
        for name, urls in asked.items():
            times = sorted(_asked_ms(client, url) for url in urls)
            print(f"history, {name}: p50 {statistics.median(times):.1f} ms, p95 {times[int(len(times) * 0.95)]:.1f} ms")


def _asked_ms(client: httpx2.Client, url: str) -> float:
    started = time.perf_counter()
    client.get(url).raise_for_status()
    return (time.perf_counter() - started) * 1e3


async def _live(room: Room, parts: list[str]) -> None:
    if "delivery" in parts:
        for size in SIZES:
            await delivery(room, size)
    if "peer" in parts:
        await peer(room)
    if "burst" in parts:
        await burst(room)
    if "slow" in parts:
        await slow(room)
    if "memory" in parts:
        await memory(room)
    if "catch-up" in parts:
        await catch_up(room)


def main() -> None:
    """Prints every figure beside its goal."""
    parser = argparse.ArgumentParser(prog="pursight bench rooms", description=__doc__)
    parser.add_argument("--part", action="append", choices=PARTS, default=[], help="only this part; may be repeated")
    parts: list[str] = parser.parse_args().part or [*PARTS]
    with _serving(SIZES[-1]) as room:
        asyncio.run(_live(room, parts))
        if "history" in parts:
            history(room)


if __name__ == "__main__":
    main()
