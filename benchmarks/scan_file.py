"""Scans a Parquet file of about 1 GB, beside DuckDB's own SUMMARIZE.

Run as `python -m benchmarks.scan_file`.
"""

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb

from pursight_app.connectors.files import FilesConfig, FilesConnector

ROWS = 11_000_000

_ROWS = f"""
SELECT i AS id, uuid() AS uid, 'user' || (random() * 3e6)::int || '@example' || (i % 50) || '.com' AS email,
  'Name ' || md5((i % 5000)::varchar)[:8] AS name, (random() * 100)::int AS age, (random() * 1e6)::int AS points,
  (random() * 10000)::decimal(10, 2) AS amount, random() AS score,
  timestamp '2020-01-01' + to_microseconds((random() * 1e14)::bigint) AS created_at,
  date '1950-01-01' + (random() * 25000)::int AS birth, random() < 0.3 AS is_active,
  CASE WHEN random() < 0.8 THEN md5(random()::varchar) END AS token, ['de', 'fr', 'us', 'uk'][1 + (random() * 3)::int] AS country,
  i % 1000 AS dept, CASE WHEN random() < 0.5 THEN (random() * 1e9)::bigint END AS phone, 'SCN-' || (i % 999) AS code
FROM range({ROWS}) AS t(i)
"""


def _timed(path: str, what: str) -> None:
    """Runs one candidate and prints its seconds and its peak memory; alone in its process, so that the peak is its own."""
    start = time.perf_counter()
    if what == "summarize":
        with duckdb.connect(config={"threads": 2, "memory_limit": "512MB"}) as connection:
            connection.execute(f"SUMMARIZE SELECT * FROM '{path}'").fetchall()
    else:
        with FilesConnector(FilesConfig(path=path), timeout_s=600) as connector:
            (table,) = connector.discover().tables
            connector.scan_table(table)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{time.perf_counter() - start:.2f} {peak:.0f}")


def _measured(path: Path, what: str) -> tuple[float, float]:
    command = [sys.executable, "-m", "benchmarks.scan_file", str(path), what]
    answer = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    return float(answer[0]), float(answer[1])


def main() -> None:
    """Prints seconds, ratio and peak memory of both."""
    if len(sys.argv) == 3:
        _timed(sys.argv[1], sys.argv[2])
        return
    with tempfile.TemporaryDirectory(prefix="pursight-bench-") as folder:
        path = Path(folder, "big.parquet")
        with duckdb.connect() as connection:
            connection.execute(f"COPY ({_ROWS}) TO '{path}' (FORMAT parquet)")
        size = path.stat().st_size / 2**30
        # Interleaved, so that a busy machine slows both.
        rounds = [(_measured(path, "summarize"), _measured(path, "scan")) for _ in range(3)]
    summarize = sorted(reference for reference, _ in rounds)[1]
    scan = sorted(ours for _, ours in rounds)[1]
    print(
        f"DuckDB SUMMARIZE of {size:.2f} GB                {summarize[0]:6.2f} s             {summarize[1]:5.0f} MB peak"
    )
    print(
        f"discover + scan_table                      {scan[0]:6.2f} s   {scan[0] / summarize[0]:5.1f} x   {scan[1]:5.0f} MB peak   (goal <= 3 x, < 1,000 MB)"
    )


if __name__ == "__main__":
    main()
