"""Profiles 1,000,000 rows x 20 columns on PostgreSQL, exact and sampled, beside one flat aggregate query.

Run as `python -m benchmarks.profile`.
"""

import statistics
import time
from collections.abc import Callable

import psutil

from benchmarks.bench_postgres import connect, connector_of, throw_away_postgres

ROWS = 1_000_000
ROUNDS = 3

_TABLE = f"""
CREATE TABLE wide AS SELECT i::bigint AS id, gen_random_uuid() AS uid,
  'user' || (random() * 300000)::int || '@example' || (i % 50) || '.com' AS email,
  (ARRAY['Anna', 'Ben', 'Carla', 'Dmitri'])[1 + i % 4] || ' ' || left(md5((i % 5000)::text), 8) AS name,
  (random() * 100)::int AS age, (random() * 1e6)::int AS points, (random() * 10000)::numeric(10, 2) AS amount,
  random() AS score, now() - random() * interval '1000 days' AS created_at,
  date '1950-01-01' + (random() * 25000)::int AS birth, random() < 0.3 AS is_active,
  CASE WHEN random() < 0.8 THEN md5(random()::text) END AS token,
  (ARRAY['de', 'fr', 'us', 'uk'])[1 + (random() * 3)::int] AS country, i % 1000 AS dept,
  CASE WHEN random() < 0.5 THEN (random() * 1e9)::bigint END AS phone, 'SCN-' || (i % 999) AS code,
  repeat('x', (random() * 40)::int) AS note, (random() * 3e4)::int AS shop,
  timestamp '2020-01-01' + (i % 86400) * interval '1 second' AS seen_at, ((random() * 99999)::int)::text AS zip
FROM generate_series(1, {ROWS}) AS s(i)
"""


def median_seconds(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    """The median wall time of `rounds` runs, after one that warms the caches."""
    work()
    times: list[float] = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def main() -> None:
    """Prints median seconds, the ratio to the reference of the same run, and the process's peak memory."""
    with throw_away_postgres() as config:
        with connect(config) as admin:
            admin.execute(_TABLE.encode())
            admin.execute("VACUUM ANALYZE wide")
            names = [
                name
                for (name,) in admin.execute(
                    "SELECT attname FROM pg_attribute WHERE attrelid = 'wide'::regclass AND attnum > 0"
                )
            ]
            unordered = {"uid", "is_active"}
            flat = ", ".join(
                f"count({name}), min({value}), max({value})"
                for name in names
                for value in [f"{name}::text" if name in unordered else name]
            )
            reference = median_seconds(lambda: admin.execute(f"SELECT count(*), {flat} FROM wide".encode()).fetchone())
        with connector_of(config) as connector:
            table = next(table for table in connector.discover().tables if table.name == "wide")
            exact = median_seconds(lambda: connector.scan_table(table, exact=True))
            sampled = median_seconds(lambda: connector.scan_table(table, exact=False))
    print(f"reference: one flat aggregate query        {reference:6.2f} s")
    print(
        f"exact: {ROWS:,} x {len(names)}, all figures          {exact:6.2f} s   {exact / reference:5.1f} x   (goal < 8 s)"
    )
    print(f"sampled, with error bars                   {sampled:6.2f} s   {sampled / reference:5.1f} x   (goal < 1 s)")
    print(f"memory of this process at the end          {psutil.Process().memory_info().rss / 2**20:6.0f} MB")


if __name__ == "__main__":
    main()
