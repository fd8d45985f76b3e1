"""Access: decisions beside pycasbin, a checked request beside the same route bare, log-ins, revocation, refreshes."""

import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from uuid import UUID, uuid4

import casbin
import httpx2
import psutil

from benchmarks.bench_home import running_home
from pursight_app.core.db import unit_of_work
from pursight_app.models import Member, ScopeKind, UserAccount, Workspace
from pursight_app.services import access, auth
from pursight_app.services.access import Decision, Permission, Policy, Resource
from tests.plugins.servers import free_port

GRANTS, ROUNDS = 10_000, 5
PASSWORD = "a bench has no secrets"  # noqa: S105  a throw-away database
_MODEL = """
[request_definition]
r = sub, obj, act
[policy_definition]
p = sub, obj, act, eft
[policy_effect]
e = some(where (p.eft == allow)) && !some(where (p.eft == deny))
[matchers]
m = r.sub == p.sub && r.obj == p.obj && r.act == p.act
"""


def _median_us(work: Callable[[], object], times: int) -> float:
    rounds: list[float] = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        for _ in range(times):
            work()
        rounds.append((time.perf_counter() - started) / times * 1e6)
    return statistics.median(rounds)


def decisions() -> None:
    """One person with 10,000 grants on data sources: microseconds to allow and to deny."""
    home, sources = uuid4(), [uuid4() for _ in range(GRANTS)]
    yes = Decision(allowed=True, reason="Granted.", granted_by=("grant",))
    rules = {Permission.SCAN_RUN: {(ScopeKind.DATA_SOURCE, source, ""): yes for source in sources}}
    policy = Policy(
        user_id=uuid4(), email="", name="", is_administrator=False, is_service=False, auth_version=1,
        roles={home: "guest"}, allows=rules, denies={},
    )  # fmt: skip
    mine, other = Resource(home, sources[-1], "db.s.t"), Resource(home, uuid4(), "db.s.t")
    allow = _median_us(lambda: policy.decide(Permission.SCAN_RUN, mine), 20_000)
    deny = _median_us(lambda: policy.decide(Permission.SCAN_RUN, other), 20_000)
    reasons = all(policy.decide(right, place).reason for right in Permission for place in (mine, other))
    print(
        f"decision at {GRANTS:,} grants: allow {allow:.2f} µs, deny {deny:.2f} µs (ratio {deny / allow:.2f}), goal 5 µs, 2 x"
    )
    print(f"every decision has a reason: {reasons}")
    with tempfile.NamedTemporaryFile("w", suffix=".conf") as file:
        file.write(_MODEL)
        file.flush()
        enforcer = casbin.Enforcer(file.name)
        enforcer.add_policies([["me", str(source), "scan.run", "allow"] for source in sources])
        known, unknown = str(sources[-1]), str(uuid4())
        reference_allow = _median_us(lambda: enforcer.enforce("me", known, "scan.run"), 2)
        reference_deny = _median_us(lambda: enforcer.enforce("me", unknown, "scan.run"), 2)
    print(
        f"reference pycasbin: allow {reference_allow / 1e3:.1f} ms, deny {reference_deny / 1e3:.1f} ms; "
        f"ratio allow {allow / reference_allow:.6f}, deny {deny / reference_deny:.6f}"
    )


@contextmanager
def _serving(**settings: str) -> Generator[tuple[str, psutil.Process]]:
    port = free_port()
    environment = {**os.environ, "PURSIGHT_PORT": str(port), **settings}
    command = [
        sys.executable, "-m", "granian", "--interface", "asgi", "--factory", "--host", "127.0.0.1", "--port", str(port),
        "--workers", "1", "--no-access-log", "--log-level", "warning", "benchmarks.access_app:make",
    ]  # fmt: skip
    process = subprocess.Popen(command, env=environment)
    try:
        url = f"http://127.0.0.1:{port}"
        for _ in range(200):
            try:
                httpx2.get(f"{url}/healthz")
                break
            except httpx2.TransportError:
                time.sleep(0.1)
        yield url, psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait(20)


def _cpu_s(process: psutil.Process) -> float:
    family = [process, *process.children(recursive=True)]
    return sum(sum(each.cpu_times()[:2]) for each in family)


async def _load(
    url: str, path: str, headers: dict[str, str], *, seconds: float, connections: int
) -> tuple[int, list[float]]:
    """Requests answered with 200 and their seconds; a raw client, because httpx itself takes longer than the server."""
    host, port = url.removeprefix("http://").split(":")
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    request = f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\n{lines}\r\n".encode()
    until, took = time.perf_counter() + seconds, list[float]()

    async def client() -> None:
        reader, writer = await asyncio.open_connection(host, int(port))
        while time.perf_counter() < until:
            started = time.perf_counter()
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
            await reader.readexactly(length)
            if head.startswith(b"HTTP/1.1 200"):
                took.append(time.perf_counter() - started)
        writer.close()

    await asyncio.gather(*(client() for _ in range(connections)))
    return len(took), took


def checked_requests(url: str, process: psutil.Process, token: str) -> None:
    """Requests per second and CPU of a checked route beside the same one bare, one worker, 16 connections."""
    headers = {"Authorization": f"Bearer {token}"}
    rates: dict[str, list[tuple[float, float, float]]] = {"bare": [], "checked": []}
    for _ in range(ROUNDS):
        for name, measured in rates.items():
            before = _cpu_s(process)
            count, took = asyncio.run(_load(url, f"/api/bench/{name}", headers, seconds=2, connections=16))
            cpu_ms = (_cpu_s(process) - before) / max(1, count) * 1e3
            measured.append((count / 2, cpu_ms, statistics.median(took) * 1e3))
    medians = {name: [statistics.median(column) for column in zip(*rows, strict=True)] for name, rows in rates.items()}
    (bare_rate, bare_ms, bare_p50), (rate, cpu_ms, p50) = medians["bare"], medians["checked"]
    print(f"checked request: {rate:,.0f}/s, {cpu_ms:.3f} ms CPU, p50 {p50:.1f} ms; goal 4,000/s, +0.5 ms, 4 ms")
    print(f"reference bare route: {bare_rate:,.0f}/s, {bare_ms:.3f} ms CPU, p50 {bare_p50:.1f} ms")
    print(f"more CPU than bare: {cpu_ms - bare_ms:.3f} ms; ratio {cpu_ms / bare_ms:.2f}")


async def _log_in(client: httpx2.AsyncClient, email: str, password: str) -> tuple[int, float]:
    started = time.perf_counter()
    answer = await client.post("/auth/login", json={"email": email, "password": password})
    return answer.status_code, time.perf_counter() - started


async def _log_ins(url: str, emails: list[str]) -> list[tuple[int, float]]:
    limits = httpx2.Limits(max_connections=20)
    async with httpx2.AsyncClient(base_url=url, limits=limits, timeout=60) as client:
        return await asyncio.gather(*(_log_in(client, email, PASSWORD) for email in emails))


def log_ins(url: str, process: psutil.Process, emails: list[str]) -> None:
    """Log-ins per second of one worker at OWASP's minimum of argon2id, and memory under a flood of them."""
    before, started = _cpu_s(process), time.perf_counter()
    answers = asyncio.run(_log_ins(url, emails * 4))
    took, cpu_s = time.perf_counter() - started, _cpu_s(process) - before
    good = sum(code == 200 for code, _ in answers)
    print(f"log-ins, 20 at a time: {good / took:.0f}/s, {good / cpu_s:.0f} per second of CPU; goal 30/s per core")
    resident = max(each.memory_info().rss for each in process.children(recursive=True))
    codes, peak = _flood(url, process, emails)
    print(
        f"flood of 300 at once: {codes}; memory {resident / 2**20:.0f} MiB before, at most {peak / 2**20:.0f} MiB in it"
    )


def _flood(url: str, process: psutil.Process, emails: list[str]) -> tuple[dict[int, int], int]:
    peak, is_over = 0, threading.Event()

    def watch() -> None:
        nonlocal peak
        while not is_over.wait(0.02):
            peak = max(peak, *(each.memory_info().rss for each in process.children(recursive=True)))

    async def flood() -> list[tuple[int, float]]:
        async with httpx2.AsyncClient(base_url=url, limits=httpx2.Limits(max_connections=300), timeout=60) as client:
            return await asyncio.gather(*(_log_in(client, emails[n % len(emails)], PASSWORD) for n in range(300)))

    watcher = threading.Thread(target=watch)
    watcher.start()
    answers = asyncio.run(flood())
    is_over.set()
    watcher.join()
    return {code: sum(each == code for each, _ in answers) for code in sorted({code for code, _ in answers})}, peak


def telling_apart(url: str, email: str) -> None:
    """Median milliseconds of a wrong password for a known and an unknown address, 500 tries each, taken in turns."""
    times: dict[str, list[float]] = {"known": [], "unknown": []}

    async def measure() -> None:
        async with httpx2.AsyncClient(base_url=url, timeout=60) as client:
            for _ in range(500):
                for kind, address in (("known", email), ("unknown", f"{uuid4().hex}@example.org")):
                    times[kind].append((await _log_in(client, address, "not the password"))[1])

    asyncio.run(measure())
    known, unknown = (statistics.median(times[kind]) * 1e3 for kind in ("known", "unknown"))
    print(
        f"wrong password: known {known:.2f} ms, unknown {unknown:.2f} ms; differ by {abs(known - unknown):.2f} ms, goal 5 ms"
    )


def revocation(urls: list[str], user_id: UUID, home: UUID) -> None:
    """Milliseconds until a change counts in every process: role taken, session ended, account suspended."""
    results: dict[str, float] = {}
    for name, change in (("role taken", _take_role), ("session ended", _end_session), ("suspended", _suspend)):
        with unit_of_work() as session:
            user = session.get_one(UserAccount, user_id)
            user.is_active = True
            _set_role(session, home, user_id, "viewer")
            tokens = auth.start_session(session, user, factors=("pwd",))
        headers = {"Authorization": f"Bearer {tokens.access_token}"}
        worst = 0.0
        # The processes may be as late with the new role as they may be with its end.
        time.sleep(0.2)
        with httpx2.Client() as client:
            for url in urls:
                assert client.get(f"{url}/api/bench/checked", headers=headers).status_code == 200  # noqa: S101  a bench
            change(user_id, home, tokens.session_id)
            started = time.perf_counter()
            for url in urls:
                while client.get(f"{url}/api/bench/checked", headers=headers).status_code == 200:
                    pass
                worst = max(worst, time.perf_counter() - started)
        results[name] = worst * 1e3
    said = ", ".join(f"{name} {took:.0f} ms" for name, took in results.items())
    print(f"in force in {len(urls)} processes after: {said}; goal 100 ms")


def _set_role(session: object, home: UUID, user_id: UUID, role: str) -> None:
    from sqlmodel import Session, select

    assert isinstance(session, Session)  # noqa: S101  a bench
    member = session.exec(select(Member).where(Member.workspace_id == home, Member.user_id == user_id)).one()
    member.role = role
    access.bump_version(session)


def _take_role(user_id: UUID, home: UUID, _key: str) -> None:
    with unit_of_work() as session:
        _set_role(session, home, user_id, "guest")


def _end_session(_user_id: UUID, _home: UUID, key: str) -> None:
    with unit_of_work() as session:
        auth.end_session(session, key, reason="bench")


def _suspend(user_id: UUID, _home: UUID, _key: str) -> None:
    with unit_of_work() as session:
        session.get_one(UserAccount, user_id).is_active = False
        access.bump_version(session)


def refreshes(url: str, token: str) -> None:
    """20 refreshes of one token at once: how many successors."""

    async def at_once() -> list[httpx2.Response]:
        async with httpx2.AsyncClient(base_url=url, timeout=60) as client:
            return await asyncio.gather(
                *(client.post("/auth/refresh", json={"refresh_token": token}) for _ in range(20))
            )

    answers = asyncio.run(at_once())
    successors = {json.loads(answer.text).get("refresh_token") for answer in answers if answer.status_code == 200}
    print(
        f"20 refreshes at once: {len(successors)} successor, {sum(a.status_code == 200 for a in answers)} answered 200"
    )


def main() -> None:
    """Runs all parts in a throw-away home."""
    decisions()
    with running_home():
        user_id, home, emails = _people()
        with unit_of_work() as session:
            user = session.get_one(UserAccount, user_id)
            tokens = auth.start_session(session, user, factors=("pwd",))
        generous = {f"PURSIGHT_LOGIN_ATTEMPTS_{name}": "1000000" for name in ("PER_ACCOUNT", "PER_ADDRESS", "IN_ALL")}
        with _serving(**generous) as (url, process), _serving(**generous) as (second, _):
            checked_requests(url, process, tokens.access_token)
            log_ins(url, process, emails)
            telling_apart(url, emails[0])
            refreshes(url, tokens.refresh_token)
            revocation([url, second], user_id, home)


def _people() -> tuple[UUID, UUID, list[str]]:
    emails = [f"bench{n}@example.org" for n in range(50)]
    password_hash = auth.hash_password(PASSWORD)
    with unit_of_work() as session:
        home = Workspace(name="Bench")
        users = [UserAccount(email=email, name="Bench", password_hash=password_hash) for email in emails]
        session.add_all([home, *users])
        session.flush()
        session.add_all(Member(workspace_id=home.id, user_id=user.id, role="viewer") for user in users)
    return users[1].id, home.id, emails


if __name__ == "__main__":
    main()
