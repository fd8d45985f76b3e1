"""Seconds from `./pursight up` to the first page and memory at rest, beside an empty PostgreSQL and Redis. Linux only.

Run as `./pursight bench footprint`.
"""

import http.client
import multiprocessing
import os
import signal
import socket
import statistics
import subprocess
import time
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path

import psutil

from benchmarks.bench_home import empty_home
from pursight_app.core.settings import PROJECT_ROOT
from pursight_app.runtime.postgres import start_postgres
from pursight_app.runtime.redis_server import start_redis

ROUNDS = 3
IDLE_S = 20
START_TIMEOUT_S = 300


def main() -> None:
    """Prints start time and memory of both, and which process holds how much."""
    if not Path("/proc/self/smaps_rollup").exists():
        raise SystemExit("Memory is read from /proc/PID/smaps_rollup, which this system lacks.")
    servers_s, servers_mb = _empty_servers()
    with empty_home() as home:
        with _up(home) as (_, first_s):
            pass
        starts: list[float] = []
        for number in range(ROUNDS):
            with _up(home) as (process, seconds):
                starts.append(seconds)
                if number == ROUNDS - 1:
                    time.sleep(IDLE_S)
                    parts = _parts(process.pid)
    warm_s, idle_mb = statistics.median(starts), sum(parts.values())
    print(f"empty PostgreSQL and Redis, warm start       {servers_s:6.2f} s    1.0 x")
    print(f"first start in a new home                     {first_s:6.2f} s {first_s / servers_s:6.1f} x")
    print(f"warm start to the first page                 {warm_s:6.2f} s {warm_s / servers_s:6.1f} x   goal < 10 s")
    print(f"memory of empty PostgreSQL and Redis         {servers_mb:6.0f} MB   1.0 x")
    print(
        f"memory of `up` {IDLE_S} s after its start           {idle_mb:6.0f} MB {idle_mb / servers_mb:5.1f} x   goal < 1,000 MB"
    )
    for name, size in sorted(parts.items(), key=lambda part: -part[1]):
        print(f"  {name:<42} {size:6.0f} MB")


def _empty_servers() -> tuple[float, float]:
    """Seconds of a second start of the two servers alone, and their memory in MB."""
    # Each start in a process of its own: the wheel remembers a stopped server as running.
    with empty_home() as home, multiprocessing.get_context("spawn").Pool(1, maxtasksperchild=1) as pool:
        return pool.map(_servers_once, [home, home], chunksize=1)[1]


def _servers_once(home: Path) -> tuple[float, float]:
    start = time.perf_counter()
    postgres, redis_process = start_postgres(home), start_redis(home)
    seconds = time.perf_counter() - start
    time.sleep(2)
    memory = sum(sum(_parts(pid).values()) for pid in (postgres.get_pid(), redis_process.pid) if pid)
    redis_process.terminate()
    redis_process.wait()
    postgres.stop()
    return seconds, memory


@contextmanager
def _up(home: Path) -> Generator[tuple[subprocess.Popen[bytes], float]]:
    """A running `./pursight up` and its seconds until the log-in page came; stopped as by Ctrl-C afterwards."""
    port = _free_port()
    start = time.perf_counter()
    with (home / "up.log").open("ab") as log:
        process = subprocess.Popen(
            [PROJECT_ROOT / "pursight", "up", "--port", str(port)],
            env={**os.environ, "PURSIGHT_HOME": str(home)},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    try:
        while not _has_page(port):
            if process.poll() is not None or time.perf_counter() - start > START_TIMEOUT_S:
                raise SystemExit(f"`up` did not start:\n{(home / 'up.log').read_text()[-2000:]}")
            time.sleep(0.02)
        yield process, time.perf_counter() - start
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _has_page(port: int) -> bool:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=5)) as connection:
        try:
            connection.request("GET", "/login", headers={"Accept": "text/html"})
            answer = connection.getresponse()
            return answer.status == 200 and b"<html" in answer.read()
        except (OSError, http.client.HTTPException):
            return False


def _parts(pid: int) -> dict[str, float]:
    """Proportional memory in MB of a process and all below it, by what they are; shared pages count once."""
    root = psutil.Process(pid)
    sizes: dict[str, float] = {}
    for process in (root, *root.children(recursive=True)):
        try:
            kind = _kind(process, pid)
            lines = Path(f"/proc/{process.pid}/smaps_rollup").read_text().splitlines()
        except (psutil.NoSuchProcess, FileNotFoundError, ProcessLookupError):
            continue  # it ended while we looked
        kilobytes = next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)
        sizes[kind] = sizes.get(kind, 0.0) + kilobytes / 1024
    return sizes


def _kind(process: psutil.Process, root_pid: int) -> str:
    command = " ".join(process.cmdline())
    if "granian" in command:
        return "web server"
    if " worker " in command:
        return "scan workers, their pool and the sweep"
    if "postgres" in command.split(" -D")[0]:
        return "PostgreSQL"
    if "redis-server" in command:
        return "Redis"
    return "supervisor (up)" if process.pid == root_pid else "supervisor's helpers (honcho)"


if __name__ == "__main__":
    main()
