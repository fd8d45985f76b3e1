"""Discovers 2,000 tables x 10 columns on PostgreSQL into the catalogue, beside one catalogue query and SQLAlchemy.

Run as `./pursight bench discover`.
"""

import itertools
import time
from dataclasses import dataclass
from uuid import UUID

import psycopg
from sqlalchemy import Engine, create_engine, func, inspect
from sqlmodel import select

from benchmarks.bench_home import running_home
from benchmarks.bench_postgres import connect, connector_of, throw_away_postgres
from benchmarks.profile import median_seconds
from pursight_app.connectors.postgresql import PostgreSQLConnector
from pursight_app.core.db import unit_of_work
from pursight_app.models import Asset, AssetColumn, DataSource, ScanRun, ScanStatus, Workspace
from pursight_app.services.scanning.discovery import write_discovery

TABLES = 2_000
COLUMNS = 10

_TABLE_COLUMNS = "id bigint PRIMARY KEY, " + ", ".join(f"c{number} text" for number in range(1, COLUMNS))

_ONE_QUERY = """
SELECT n.nspname, c.relname, a.attname, format_type(a.atttypid, a.atttypmod)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
WHERE c.relkind = 'r' AND n.nspname = 'public' AND a.attnum > 0 AND NOT a.attisdropped
"""


@dataclass(frozen=True)
class Figures:
    """Median seconds of each candidate; `tables` and `columns` are rows counted in PurSight's database."""

    one_query: float
    inspector: float
    discover: float
    first: float
    again: float
    tables: int
    columns: int


def main() -> None:
    """Prints median seconds and ratios; the inspector runs once, as it is slow."""
    with throw_away_postgres() as config, running_home():
        with connect(config) as admin:
            _make_tables(admin)
            one_query = median_seconds(lambda: admin.execute(_ONE_QUERY.encode()).fetchall())
        with connector_of(config) as connector:
            discover = median_seconds(connector.discover)
            first, again, tables, columns = _into_catalogue(connector)
        engine = create_engine(f"postgresql+psycopg://postgres@/postgres?host={config.host}&port={config.port}")
        inspector = _inspect(engine)
        engine.dispose()
    _print(Figures(one_query, inspector, discover, first, again, tables, columns))


def _make_tables(admin: psycopg.Connection) -> None:
    for start in range(0, TABLES, 200):
        statements = ";".join(f"CREATE TABLE t{start + number} ({_TABLE_COLUMNS})" for number in range(200))
        admin.execute(statements.encode())
    admin.execute("VACUUM ANALYZE pg_catalog.pg_class, pg_catalog.pg_attribute")


def _into_catalogue(connector: PostgreSQLConnector) -> tuple[float, float, int, int]:
    """Seconds into an empty source, seconds once more into the same one, and the rows that the last source has."""
    with unit_of_work() as session:
        workspace = Workspace(name="Bench")
        session.add(workspace)
    numbers = itertools.count()
    source_id = _new_source(workspace.id, next(numbers))

    def into_a_new_source() -> None:
        nonlocal source_id
        source_id = _new_source(workspace.id, next(numbers))
        _discover_into(connector, workspace.id, source_id)

    first = median_seconds(into_a_new_source)
    again = median_seconds(lambda: _discover_into(connector, workspace.id, source_id))
    with unit_of_work() as session:
        assets = select(Asset.id).where(Asset.data_source_id == source_id)
        tables = session.exec(select(func.count()).select_from(assets.subquery())).one()
        columns = session.exec(select(func.count()).where(AssetColumn.asset_id.in_(assets))).one()  # type: ignore[union-attr]  # a column, not a UUID
    return first, again, tables, columns


def _new_source(workspace_id: UUID, number: int) -> UUID:
    source = DataSource(workspace_id=workspace_id, name=f"Source {number}", kind="postgresql", config={})
    with unit_of_work() as session:
        session.add(source)
    return source.id


def _discover_into(connector: PostgreSQLConnector, workspace_id: UUID, source_id: UUID) -> None:
    """What a scan does before it reads the first table: discover, write assets, columns and ledger, commit."""
    run = ScanRun(workspace_id=workspace_id, data_source_id=source_id, status=ScanStatus.SUCCEEDED)
    with unit_of_work() as session:
        session.add(run)
    found = connector.discover()
    with unit_of_work() as session:
        write_discovery(
            session,
            found,
            workspace_id=workspace_id,
            data_source_id=source_id,
            scan_run_id=run.id,
            namespace=connector.namespace(),
            database=connector.database(),
            tables=None,
        )


def _inspect(engine: Engine) -> float:
    start = time.perf_counter()
    inspector = inspect(engine)
    for name in inspector.get_table_names():
        inspector.get_columns(name)
        inspector.get_pk_constraint(name)
        inspector.get_foreign_keys(name)
    return time.perf_counter() - start


def _print(figures: Figures) -> None:
    rows = f"{figures.tables:,} tables, {figures.columns:,} columns"
    lines = (
        ("one catalogue query", figures.one_query, ""),
        ("SQLAlchemy inspector, table by table, once", figures.inspector, ""),
        ("discover() alone", figures.discover, "goal < 0.5 s"),
        (f"into the catalogue, {rows} new", figures.first, "goal < 2 s"),
        ("into the catalogue once more, nothing changed", figures.again, "goal < 2 s"),
    )
    for what, seconds, goal in lines:
        print(f"{what:<62} {seconds:6.2f} s {seconds / figures.one_query:6.1f} x   {goal}")


if __name__ == "__main__":
    main()
