"""Rooms over raw sockets on loopback: delivery, burst, memory, catch-up, history and search. `./pursight bench rooms`.

The server is the gateway under granian with its own PostgreSQL and Redis; its CPU is counted with theirs. Clients share the
machine, so latencies are upper bounds.
"""

import argparse
import asyncio
import os
import statistics
import subprocess
import sys
import time
from collections.abc import AsyncGenerator, Callable, Generator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from uuid import UUID, uuid4

import httpx2
import psutil
from sqlalchemy import text

from benchmarks.bench_home import running_home
from benchmarks.rooms_clients import Listener, Sender
from benchmarks.rooms_floor import refuse_all
from benchmarks.rooms_peer import ejabberd, peer_delivery
from pursight_app.core.db import database_url, unit_of_work
from pursight_app.core.settings import PROJECT_ROOT
from pursight_app.models import Member, UserAccount, Workspace
from pursight_app.services import access, auth, collaboration
from tests.plugins.servers import free_port

SIZES, MESSAGES, PER_S, ROUNDS = (2, 50, 200), 100, 10, 3
BURST, WRITERS, IDLE_SOCKETS, MISSED = 400, 8, 500, 1_000
STORED, ASKED = 1_000_000, 200
PARTS = ("delivery", "peer", "floor", "burst", "flood", "slow", "memory", "catch-up", "history")
# What a server that only waits may use in a second.
QUIET_CPU_S = 0.05
PADDING, PADDED = 12_000, 800
# As long as a delivery of `MESSAGES` lasts.
FLOOD_PER_S, FLOOD_S, FLOODERS = 1_000, MESSAGES / PER_S, 200
GOALS = {2: 15, 50: 20, 200: 30}


@dataclass
class Room:
    """A room with its people: one sender, the others listen."""

    room_id: UUID
    workspace_id: UUID
    url: str
    tokens: list[str]
    home: Path

    def processes(self) -> list[psutil.Process]:
        """The gateway, Redis, and PostgreSQL, which is nobody's child."""
        postgres = psutil.Process(int(next(self.home.rglob("postmaster.pid")).read_text().split()[0]))
        ours = [*psutil.Process().children(recursive=True), postgres, *postgres.children()]
        return [process for process in ours if process.is_running()]

    def cpu_s(self) -> float:
        """Seconds of processor that the server, PostgreSQL and Redis have used."""
        return sum(times.user + times.system for process in self.processes() for times in [process.cpu_times()])


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
    with running_home() as home:
        workspace_id, room_id, tokens = _people(people)
        with _granian("pursight_app.api.app:create_app") as url:
            yield Room(room_id, workspace_id, url, tokens, home)


@contextmanager
def _granian(app: str) -> Generator[str]:
    """The address of one web process of its own."""
    port = free_port()
    command = [sys.executable, "-m", "granian", "--interface", "asgi", "--factory", "--workers", "1"]
    command += ["--host", "127.0.0.1", "--port", str(port), "--no-log", app]
    environment = {
        **os.environ,
        "PYTHONPATH": str(PROJECT_ROOT),
        "PURSIGHT_REQUESTS_PER_MINUTE": "1000000",
        "ROOMS_FLOOR_URL": database_url(),
    }
    server = subprocess.Popen(command, env=environment, cwd=PROJECT_ROOT)
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_for(url)
        yield url
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


async def _quiet(room: Room) -> None:
    """Waits until the server has told everybody who came, and who of an earlier part went: that is no delivery."""
    for _ in range(60):
        before = room.cpu_s()
        await asyncio.sleep(1)
        if room.cpu_s() - before < QUIET_CPU_S:
            return
    sys.exit("The server does not come to rest.")


@asynccontextmanager
async def _listening(room: Room, count: int) -> AsyncGenerator[list[Listener]]:
    """`count` sockets that have caught up, each of another person as far as there are people."""
    tokens = [room.tokens[number % len(room.tokens)] for number in range(count)]
    listeners = [await Listener.open(room.url, room.room_id, token, after_seq=1_000_000_000) for token in tokens]
    await _quiet(room)
    yield listeners
    for listener in listeners:
        listener.close()


async def delivery(room: Room, size: int, beside: Callable[[], None] = lambda: None) -> list[float]:
    """One sender, `PER_S` messages a second, `size` receivers; milliseconds of each delivery, sorted.

    `beside` is called when all have come to rest: it starts what goes on meanwhile.
    """
    async with _listening(room, size) as listeners, Sender.open(room.url, room.room_id, room.tokens[0]) as sender:
        hearing = [asyncio.create_task(listener.hear(MESSAGES)) for listener in listeners]
        used = room.cpu_s()
        beside()
        for _ in range(MESSAGES):
            started = time.monotonic()
            await sender.say()
            await asyncio.sleep(max(0.0, 1 / PER_S - (time.monotonic() - started)))
        found = await asyncio.wait_for(asyncio.gather(*hearing), 30)
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
    """Ours and ejabberd's delivery in turns, as it comes and with its archive."""
    with ejabberd(keeps=False) as plain, ejabberd(keeps=True) as keeping:
        if plain is None or keeping is None:
            print("peer: ejabberd is not installed (apt install ejabberd); left out")
            return
        for size in SIZES:
            medians: dict[str, list[float]] = {"ours": [], "ejabberd": [], "ejabberd with archive": []}
            for _ in range(ROUNDS):
                medians["ours"].append(statistics.median(await delivery(room, size)))
                for name, port in (("ejabberd", plain), ("ejabberd with archive", keeping)):
                    medians[name].append(statistics.median(await peer_delivery(port, size, MESSAGES, PER_S)))
            mine, *others = (statistics.median(each) for each in medians.values())
            beside = ", ".join(
                f"{name} {ms:.1f} ms, ratio {mine / ms:.1f}" for name, ms in zip([*medians][1:], others, strict=True)
            )
            print(f"peer, {size:>3} receivers: p50 {mine:.1f} ms, {beside} (goal 2)")


async def floor(room: Room) -> None:
    """Ours, the bare stack's, and that of the bare stack when it asks whose session it is, in turns."""
    module = "benchmarks.rooms_floor"
    with _granian(f"{module}:create_app") as bare, _granian(f"{module}:create_checked_app") as checked:
        rooms = [room, replace(room, url=bare), replace(room, url=checked)]
        for size in SIZES:
            medians: list[list[float]] = [[], [], []]
            for _ in range(ROUNDS):
                for each, one in zip(medians, rooms, strict=True):
                    each.append(statistics.median(await delivery(one, size)))
            mine, least, knowing = (statistics.median(each) for each in medians)
            print(
                f"floor, {size:>3} receivers: p50 {mine:.1f} ms, bare {least:.1f} ms, ratio {mine / least:.1f}, "
                f"bare that asks whose session it is {knowing:.1f} ms"
            )


async def _pour(room: Room, count: int) -> None:
    async with Sender.open(room.url, room.room_id, room.tokens[0]) as sender:
        for _ in range(count):
            await sender.say()


async def burst(room: Room) -> None:
    """As many messages as the server takes, 200 receivers."""
    size = SIZES[-1]
    async with _listening(room, size) as listeners:
        hearing = [asyncio.create_task(listener.hear(BURST)) for listener in listeners]
        started, used = time.monotonic(), room.cpu_s()
        await asyncio.gather(*(_pour(room, BURST // WRITERS) for _ in range(WRITERS)))
        found = await asyncio.wait_for(asyncio.gather(*hearing), 60)
        took, used = time.monotonic() - started, room.cpu_s() - used
    total = sum(map(len, found))
    print(
        f"burst: {BURST} messages to {size} receivers in {took:.2f} s: {total / took:,.0f} deliveries/s (goal 10,000), "
        f"{used / total * 1e6:.0f} us of CPU per delivery"
    )


async def flood(room: Room) -> None:
    """One person sends 1,000 messages a second; what becomes of another's `PER_S` to 50 receivers (case 103).

    Beside it the same flood against a process that does nothing but refuse: what is left then is the machine's.
    """
    size, port = SIZES[1], free_port()
    calm = await delivery(room, size)
    # In processes of their own, behind the others: what they need of the two cores is not the server's fault.
    with ProcessPoolExecutor(2, mp_context=get_context("spawn"), initializer=os.nice, initargs=(10,)) as pool:
        bare = pool.submit(refuse_all, port, FLOOD_S + 15)
        await asyncio.sleep(3)
        beside, _ = await _beside_flood(pool, room, replace(room, url=f"http://127.0.0.1:{port}"))
        await asyncio.wrap_future(bare)
        late, (taken, refused) = await _beside_flood(pool, room, room)
    p95, p95_bare, p95_calm = (each[int(len(each) * 0.95)] for each in (late, beside, calm))
    print(
        f"flood: of {taken + refused:,} messages of one person in {FLOOD_S:.0f} s {refused:,} were refused with 429; p95 of another's "
        f"{p95:.1f} ms, {p95_bare:.1f} ms beside a flood that a bare process refuses, alone {p95_calm:.1f} ms (goal {GOALS[size]})"
    )


async def _beside_flood(pool: ProcessPoolExecutor, room: Room, flooded: Room) -> tuple[list[float], tuple[int, int]]:
    pouring: list[Future[tuple[int, int]]] = []
    late = await delivery(room, SIZES[1], lambda: pouring.append(pool.submit(pour_over, flooded)))
    return late, await asyncio.wrap_future(pouring[0])


def pour_over(room: Room) -> tuple[int, int]:
    """Sends `FLOOD_PER_S` messages a second as one person; how many were taken and refused."""

    async def together() -> list[tuple[int, int]]:
        return await asyncio.gather(*(_flood(room, FLOOD_PER_S / FLOODERS) for _ in range(FLOODERS)))

    taken, refused = zip(*asyncio.run(together()), strict=True)
    return sum(taken), sum(refused)


async def _flood(room: Room, per_s: float) -> tuple[int, int]:
    taken = asked = 0
    started = time.monotonic()
    async with Sender.open(room.url, room.room_id, room.tokens[1]) as sender:
        while (passed := time.monotonic() - started) < FLOOD_S:
            await asyncio.sleep(max(0.0, asked / per_s - passed))
            taken, asked = taken + await sender.try_to_say("x"), asked + 1
    return taken, asked - taken


async def slow(room: Room) -> None:
    """One of 50 receivers reads nothing of more than its buffers hold."""
    size = SIZES[1]
    async with (
        _listening(room, size + 1) as (last, *listeners),
        Sender.open(room.url, room.room_id, room.tokens[0]) as sender,
    ):
        hearing = [asyncio.create_task(listener.hear(PADDED)) for listener in listeners]
        for _ in range(PADDED):
            await sender.say("x" * PADDING)
        found = await asyncio.wait_for(asyncio.gather(*hearing), 60)
        # As long as the gateway waits for one line to be taken, and a second.
        await asyncio.sleep(11)
        told, code = await last.rest()
    late = sorted(ms for each in found for _, ms in each)
    print(
        f"slow reader among {size}: told {told} of {PADDED} messages of {PADDING // 1_000} kB, then closed with {code} "
        f"(goal: dropped); the others heard {len(late)} of {size * PADDED}, p95 {late[int(len(late) * 0.95)]:.1f} ms"
    )


async def memory(room: Room) -> None:
    """What 500 open sockets add to the server."""
    web = [process for process in room.processes() if "granian" in " ".join(process.cmdline())]
    before = sum(process.memory_info().rss for process in web)
    async with _listening(room, IDLE_SOCKETS):
        after = sum(process.memory_info().rss for process in web)
    mib = 1024 * 1024
    print(f"memory: {IDLE_SOCKETS} open sockets: {before / mib:.0f} -> {after / mib:.0f} MiB (goal 300)")


async def catch_up(room: Room) -> None:
    """A client that missed 1,000 messages."""
    await asyncio.gather(*(_pour(room, MISSED // WRITERS) for _ in range(WRITERS)))
    started = time.monotonic()
    listener = await Listener.open(room.url, room.room_id, room.tokens[1], after_seq=0)
    heard = await asyncio.wait_for(listener.hear(MISSED), 10)
    print(f"catch-up: {len(heard)} missed messages in {time.monotonic() - started:.2f} s (goal 2)")
    listener.close()


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
    if "floor" in parts:
        await floor(room)
    if "burst" in parts:
        await burst(room)
    if "flood" in parts:
        await flood(room)
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
