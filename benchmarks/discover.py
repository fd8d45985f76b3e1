"""Discovers 2,000 tables x 10 columns on PostgreSQL, beside one catalogue query and SQLAlchemy's inspector.

Run as `python -m benchmarks.discover`.
"""

import time

from sqlalchemy import create_engine, inspect

from benchmarks.bench_postgres import connect, connector_of, throw_away_postgres
from benchmarks.profile import median_seconds

TABLES = 2_000
COLUMNS = 10

_TABLE_COLUMNS = "id bigint PRIMARY KEY, " + ", ".join(f"c{number} text" for number in range(1, COLUMNS))

_ONE_QUERY = """
SELECT n.nspname, c.relname, a.attname, format_type(a.atttypid, a.atttypmod)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
WHERE c.relkind = 'r' AND n.nspname = 'public' AND a.attnum > 0 AND NOT a.attisdropped
"""


def main() -> None:
    """Prints median seconds and ratios; the inspector runs once, as it is slow."""
    with throw_away_postgres() as config:
        with connect(config) as admin:
            for start in range(0, TABLES, 200):
                admin.execute(
                    ";".join(f"CREATE TABLE t{start + number} ({_TABLE_COLUMNS})" for number in range(200)).encode()
                )
            admin.execute("VACUUM ANALYZE pg_catalog.pg_class, pg_catalog.pg_attribute")
            reference = median_seconds(lambda: admin.execute(_ONE_QUERY.encode()).fetchall())
        with connector_of(config) as connector:
            found = connector.discover()
            ours = median_seconds(connector.discover)
        engine = create_engine(f"postgresql+psycopg://postgres@/postgres?host={config.host}&port={config.port}")
        start_time = time.perf_counter()
        inspector = inspect(engine)
        for name in inspector.get_table_names():
            inspector.get_columns(name)
            inspector.get_pk_constraint(name)
            inspector.get_foreign_keys(name)
        per_table = time.perf_counter() - start_time
        engine.dispose()
    columns = sum(len(table.columns) for table in found.tables)
    print(f"one catalogue query                        {reference:6.2f} s")
    print(
        f"discover(): {len(found.tables):,} tables, {columns:,} columns    {ours:6.2f} s   {ours / reference:5.1f} x   (goal < 0.5 s)"
    )
    print(f"SQLAlchemy inspector, table by table       {per_table:6.2f} s   {per_table / reference:5.1f} x")


if __name__ == "__main__":
    main()
