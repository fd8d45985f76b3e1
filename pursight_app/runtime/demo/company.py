"""Builds the demo company in an empty PostgreSQL database: declarations, rows, keys, views, comments, statistics."""

from collections.abc import Iterator
from dataclasses import dataclass

import psycopg
from psycopg import sql

from pursight_app.runtime.demo import crm, health, hr, ops, payments, sales, support, web
from pursight_app.runtime.demo.resources import read_text
from pursight_app.runtime.demo.world import TableData, World, make_world

SCHEMAS = ("crm", "sales", "payments", "hr", "health", "support", "web", "ops")

_DOMAINS = (crm, sales, payments, hr, health, support, web, ops)
# Any number does as long as nobody else uses it: two starts at once must not build the company twice.
_LOCK_KEY = 20_261_123


@dataclass(frozen=True, slots=True)
class DemoSummary:
    """What the demo database holds; `is_created` is False when it was there before.

    `view_count` counts views and materialised views. `row_count` is the rows of all tables as ANALYZE counted them.
    """

    is_created: bool
    schema_count: int
    table_count: int
    view_count: int
    row_count: int


def create_demo_company(dsn: str, *, seed: int = 20261123) -> DemoSummary:
    """Fills the empty database at `dsn` with Nordlicht Handel, a retailer with a pharmacy; takes some seconds.

    Everything happens in one transaction, so an interrupted start leaves nothing behind. When one of the schemas
    exists already, nothing is changed. The same seed gives the same rows (with the same release of Faker).

    Raises:
        psycopg.OperationalError: the database cannot be reached.
    """
    with psycopg.connect(dsn) as connection:
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK_KEY,))
        is_created = not _exists(connection)
        if is_created:
            _build(connection, make_world(seed))
        return _summarise(connection, is_created=is_created)


def _exists(connection: psycopg.Connection) -> bool:
    found = connection.execute("SELECT 1 FROM pg_namespace WHERE nspname = ANY(%s)", (list(SCHEMAS),)).fetchone()
    return found is not None


def _build(connection: psycopg.Connection, world: World) -> None:
    # The server may lose its last second in a crash: a demo can be built again.
    connection.execute("SET LOCAL synchronous_commit = off")
    connection.execute("SET LOCAL timezone = 'UTC'")
    for schema in SCHEMAS:
        _run(connection, f"{schema}.sql")
    for table in _all_tables(world):
        _load(connection, table)
    for script in ("keys.sql", "views.sql", "comments.sql"):
        _run(connection, script)
    for schema, name in _relations(connection, "rm"):
        connection.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(schema, name)))


def _run(connection: psycopg.Connection, script: str) -> None:
    # Bytes, because psycopg's type for text accepts only literals, and this text is a file of ours.
    connection.execute(read_text("sql", script).encode())


def _all_tables(world: World) -> Iterator[TableData]:
    for domain in _DOMAINS:
        yield from domain.tables(world)


def _load(connection: psycopg.Connection, table: TableData) -> None:
    statement = sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(table.schema, table.name))
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in table.rows:
            copy.write_row(row)


def _relations(connection: psycopg.Connection, kinds: str) -> list[tuple[str, str]]:
    return connection.execute(
        """
        SELECT n.nspname, c.relname FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
        WHERE n.nspname = ANY(%s) AND c.relkind = ANY(%s) ORDER BY 1, 2
        """,
        (list(SCHEMAS), list(kinds)),
    ).fetchall()


def _summarise(connection: psycopg.Connection, *, is_created: bool) -> DemoSummary:
    counted = connection.execute(
        """
        SELECT count(DISTINCT n.nspname), count(*) FILTER (WHERE c.relkind = 'r'),
               count(*) FILTER (WHERE c.relkind IN ('v', 'm')),
               coalesce(sum(greatest(c.reltuples, 0)) FILTER (WHERE c.relkind = 'r'), 0)::bigint
        FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
        WHERE n.nspname = ANY(%s)
        """,
        (list(SCHEMAS),),
    ).fetchone()
    schema_count, table_count, view_count, row_count = counted or (0, 0, 0, 0)
    return DemoSummary(is_created, schema_count, table_count, view_count, row_count)
