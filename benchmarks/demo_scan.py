"""Scans the whole demo company, beside one flat aggregate query per table.

Run as `./pursight bench demo_scan`.
"""

import statistics
import time
from collections.abc import Callable
from uuid import UUID

import psycopg
from psycopg import sql
from sqlmodel import select

from benchmarks.bench_home import running_home
from pursight_app.core.db import database_url, unit_of_work
from pursight_app.models import DataSource, ScanRun, UserAccount
from pursight_app.runtime.demo import create_demo_company
from pursight_app.runtime.demo.company import SCHEMAS
from pursight_app.runtime.postgres import demo_database
from pursight_app.services import access, installation, scanning

ROUNDS = 3

_RELATIONS = """
SELECT n.nspname, c.relname, array_agg(a.attname ORDER BY a.attnum)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE n.nspname = ANY(%s) AND c.relkind IN ('r', 'v', 'm') GROUP BY 1, 2 ORDER BY 1, 2
"""


def main() -> None:
    """Prints the seconds of the first scan, which loads the model too, the median of later ones, and the ratios."""
    with running_home():
        address = demo_database(database_url())
        making = _seconds(lambda: create_demo_company(address.url))
        with unit_of_work() as session:
            installation.ensure_first_administrator(session)
            first_run = installation.ensure_demo(session, address.config, address.secret)
        if first_run is None:
            raise SystemExit("The demo has been scanned already; this home is not new.")
        flat = statistics.median([_seconds(lambda: _flat_queries(address.url)) for _ in range(ROUNDS)])
        first = _seconds(lambda: scanning.run_scan(first_run))
        later = statistics.median([_request_and_scan() for _ in range(ROUNDS)])
        with unit_of_work() as session:
            run = session.get_one(ScanRun, first_run)
    found = ", ".join(f"{count:,} {name}" for name, count in run.summary.items())
    print(f"scan {run.status}: {found}; the company itself was made in {making:.1f} s")
    print(f"one flat aggregate query per table, summed   {flat:6.2f} s    1.0 x")
    print(f"first scan, with loading the model           {first:6.2f} s {first / flat:6.1f} x   goal < 15 s")
    print(f"scan once more                               {later:6.2f} s {later / flat:6.1f} x")


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _flat_queries(url: str) -> None:
    """What a plain profiler asks: rows, filled values, smallest and largest of every column, one query per table."""
    with psycopg.connect(url) as connection:
        for schema, name, columns in connection.execute(_RELATIONS, [list(SCHEMAS)]).fetchall():
            figures = [
                sql.SQL("count({0}), min({0}::text), max({0}::text)").format(sql.Identifier(column))
                for column in columns
            ]
            table = sql.Identifier(schema, name)
            connection.execute(sql.SQL("SELECT count(*), {} FROM {}").format(sql.SQL(", ").join(figures), table))


def _request_and_scan() -> float:
    run_id = _request()
    return _seconds(lambda: scanning.run_scan(run_id))


def _request() -> UUID:
    with unit_of_work() as session:
        person = session.exec(select(UserAccount)).one()
        actor = access.load_actor(session, person.id)
        if actor is None:
            raise SystemExit("The administrator made a moment ago is gone.")
        source = session.exec(select(DataSource)).one()
        return scanning.request_scan(session, actor, source.id).id


if __name__ == "__main__":
    main()
