"""The same little shop in every kind of source, so that one suite runs over all connectors."""

import json
import math
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pursight_app.connectors.base import Connector, TableInfo
from pursight_app.connectors.registry import connector_for
from tests.plugins.servers import PASSWORD, Server, mariadb_admin, postgres_admin

ROWS = 3_000
HOSTILE = ['"; drop table x;--', "sélect from", "100% `tick`", "back\\slash 'quote'", "emoji 🦊", "select"]

# id, name (null for each fifth), score, born
CUSTOMERS: list[tuple[int, str | None, float, str]] = [
    (
        number,
        None if number % 5 == 0 else f"Anna-{number % 70}",
        number / 4,
        f"{1850 + number % 170}-03-0{1 + number % 9}",
    )
    for number in range(1, ROWS + 1)
]


@dataclass
class Shop:
    """One source with the shop in it. `write` runs SQL through the connector's own connection (None for files)."""

    kind: str
    config: dict[str, Any]
    secret: dict[str, str] = field(default_factory=dict)
    schema: str = ""
    suffix: str = ""
    wide: int = 1000
    hostile: list[str] = field(default_factory=lambda: HOSTILE)
    execute: Callable[[str], object] | None = None

    @property
    def is_database(self) -> bool:
        return self.execute is not None

    @contextmanager
    def connector(self, timeout_s: float = 30.0) -> Iterator[Connector]:
        made = connector_for(self.kind)
        with made(
            made.Config.model_validate(self.config), made.Secret.model_validate(self.secret), timeout_s=timeout_s
        ) as connector:
            yield connector

    def table(self, connector: Connector, name: str) -> TableInfo:
        wanted = name + self.suffix
        return next(
            table for table in connector.discover().tables if table.name == wanted and table.schema == self.schema
        )


def tables_sql(quote: str, *, names: list[str] = HOSTILE, real: str = "double precision", wide: int) -> Iterator[str]:
    """The shop in SQL; only what differs between the dialects is a parameter."""

    def quoted(name: str) -> str:
        return quote + name.replace(quote, quote * 2) + quote

    yield f"CREATE TABLE customers (id integer PRIMARY KEY, name varchar(60), score {real}, born date NOT NULL)"
    values = ", ".join(
        f"({number}, {'NULL' if name is None else repr(name)}, {score}, '{born}')"
        for number, name, score, born in CUSTOMERS
    )
    yield f"INSERT INTO customers VALUES {values}"
    yield "CREATE TABLE orders (id integer PRIMARY KEY, customer_id integer, FOREIGN KEY (customer_id) REFERENCES customers (id))"
    yield "CREATE VIEW early AS SELECT id, name FROM customers WHERE id <= 10"
    yield "CREATE VIEW endless AS SELECT sum(a.id * b.id + c.id * d.id) AS s FROM customers a, customers b, customers c, customers d"
    yield "CREATE TABLE empty_table (a integer, b text)"
    columns = ", ".join(f"{quoted(name)} integer" for name in names)
    yield f"CREATE TABLE {quoted(names[0])} ({columns})"
    yield f"INSERT INTO {quoted(names[0])} VALUES ({', '.join(str(number) for number in range(len(names)))})"
    yield f"CREATE TABLE wide ({', '.join(f'c{number} smallint' for number in range(wide))})"
    yield f"INSERT INTO wide (c0, c{wide - 1}) VALUES (1, 2)"


def postgresql_shop(server: Server) -> Shop:
    with postgres_admin(server) as admin:
        for statement in tables_sql('"', wide=1600):
            admin.execute(statement.encode())
        admin.execute("COMMENT ON TABLE customers IS 'who buys'; COMMENT ON COLUMN customers.born IS 'birthday'")
        admin.execute("GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader")
        admin.execute("ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO reader")
    config = {"host": "127.0.0.1", "port": server.port, "database": "postgres", "username": "reader"}

    def execute(sql: str) -> None:
        with postgres_admin(server) as admin:
            admin.execute(sql.encode())

    return Shop("postgresql", config, {"password": PASSWORD}, "public", wide=1600, execute=execute)


def mysql_shop(server: Server) -> Shop:
    def execute(sql: str) -> None:
        with closing(mariadb_admin(server)) as admin, admin.cursor() as cursor:
            cursor.execute(sql)

    # MySQL's own names end with the basic plane of Unicode.
    names = [name.replace("🦊", "☃") for name in HOSTILE]
    for statement in tables_sql("`", names=names, wide=1000):
        execute(statement)
    config = {"host": "127.0.0.1", "port": server.port, "database": "shop", "username": "reader"}
    return Shop("mysql", config, {"password": PASSWORD}, hostile=names, execute=execute)


def sqlite_shop(folder: Path) -> Shop:
    path = folder / "shop.db"

    def execute(sql: str) -> None:
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute(sql)

    for statement in tables_sql('"', real="real", wide=2000):
        execute(statement)
    return Shop("sqlite", {"path": str(path)}, wide=2000, execute=execute)


def duckdb_shop(folder: Path) -> Shop:
    path = folder / "shop.duckdb"

    def execute(sql: str) -> None:
        with closing(duckdb.connect(str(path))) as connection:
            connection.execute(sql)

    for statement in tables_sql('"', wide=1000):
        execute(statement)
    return Shop("duckdb", {"path": str(path)}, schema="main", execute=execute)


def files_shop(folder: Path, suffix: str) -> Shop:
    folder.mkdir()
    names = ["id", "name", "score", "born"]
    tables: dict[str, tuple[list[str], list[tuple[Any, ...]]]] = {
        "customers": (names, CUSTOMERS),
        "hostile [1] *'\"": (HOSTILE, [tuple(range(len(HOSTILE)))]),
        "wide": ([f"c{number}" for number in range(300)], [tuple(range(300))]),
    }
    for name, (columns, rows) in tables.items():
        _write(folder / f"{name}{suffix}", columns, rows)
    _write_empty(folder / f"empty_table{suffix}")
    return Shop("files", {"path": str(folder)}, suffix=suffix, wide=300)


def _write(path: Path, columns: list[str], rows: list[tuple[Any, ...]]) -> None:
    if path.suffix == ".parquet":
        pq.write_table(pa.table(dict(zip(columns, map(list, zip(*rows, strict=True)), strict=True))), path)
    elif path.suffix == ".jsonl":
        path.write_text("".join(json.dumps(dict(zip(columns, row, strict=True))) + "\n" for row in rows))
    else:
        lines = [columns, *rows]
        quoted = (
            ",".join(
                '"' + ("" if cell is None else str(cell)).replace('"', '""') + '"' if cell is not None else ""
                for cell in line
            )
            for line in lines
        )
        path.write_text("\n".join(quoted) + "\n")


def _write_empty(path: Path) -> None:
    if path.suffix == ".parquet":
        pq.write_table(pa.table({"a": pa.array([], pa.int32()), "b": pa.array([], pa.string())}), path)
    elif path.suffix == ".csv":
        path.write_text("a,b\n")


SHOPS = ["postgresql", "mysql", "sqlite", "duckdb", "csv", "parquet", "jsonl"]


def make_shop(name: str, request: pytest.FixtureRequest, folder: Path) -> Shop:
    if name == "postgresql":
        return postgresql_shop(request.getfixturevalue("postgres"))
    if name == "mysql":
        return mysql_shop(request.getfixturevalue("mariadb"))
    if name == "sqlite":
        return sqlite_shop(folder)
    if name == "duckdb":
        return duckdb_shop(folder)
    return files_shop(folder / "files", f".{name}")


def is_close(actual: float | None, expected: float) -> bool:
    return actual is not None and math.isclose(actual, expected, rel_tol=1e-6)
