"""Profiles and samples one PostgreSQL relation inside one snapshot: exact for small tables, estimated for large ones."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from pursight_app.connectors.aggregates import COLUMNS_PER_QUERY, read_profiles, select, whole
from pursight_app.connectors.base import ColumnProfile, TableInfo, TableScan
from pursight_app.connectors.estimates import Estimate, carried_over, estimate_rows
from pursight_app.connectors.postgresql_columns import ProfiledColumn, fenced, profiled_columns
from pursight_app.connectors.postgresql_hashes import columns_per_stream, read_hashes
from pursight_app.connectors.postgresql_session import Session, quoted
from pursight_app.connectors.samples import SEED, string_table, thin_out, with_shapes

# A sampled profile reads about this many rows, spread over at most this many pages: few rows from many pages, because
# neighbouring rows resemble each other and whole pages would make distinct counts far too low.
PROFILED_ROWS = 50_000
PROFILED_PAGES = 8_000

_PLAN_ROWS = re.compile(
    r"""
    rows=(\d{1,18})      # the planner's guess
    [ ]width=\d+\)$     # at the end of the plan's first line, after any table name
    """,
    re.VERBOSE,
)

_COLUMNS = """
SELECT a.attname::text, CASE WHEN t.typtype = 'd' THEN b.typname ELSE t.typname END::text,
  CASE WHEN t.typtype = 'd' THEN b.typtype ELSE t.typtype END::text
FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid LEFT JOIN pg_type b ON b.oid = t.typbasetype
WHERE a.attrelid = %s::regclass AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
"""

_SIZE = """
SELECT c.relkind::text,
  CASE WHEN c.relkind = 'p' THEN (SELECT sum(pg_relation_size(relid)) FROM pg_partition_tree(c.oid))
       WHEN c.relkind IN ('r', 'm') THEN
         (SELECT coalesce(sum(pg_relation_size(i.inhrelid)), 0) FROM pg_inherits i WHERE i.inhparent = c.oid)
         + pg_relation_size(c.oid) END / current_setting('block_size')::int
FROM pg_class c WHERE c.oid = %s::regclass
"""


@dataclass(frozen=True, slots=True)
class _Relation:
    """What is scanned: its quoted name, columns, and pages (None for a view, which has none of its own)."""

    name: str
    columns: tuple[ProfiledColumn, ...]
    pages: int | None


@dataclass(frozen=True, slots=True)
class _Source:
    """A FROM clause with its condition."""

    table: str
    condition: str | None = None

    def __str__(self) -> str:
        return self.table if self.condition is None else f"{self.table} WHERE {self.condition}"

    def narrowed(self, condition: str) -> "_Source":
        """The rows that also meet `condition`."""
        return _Source(self.table, condition if self.condition is None else f"{self.condition} AND {condition}")


def scan_relation(
    session: Session, table: TableInfo, *, sample_rows: int, exact: bool | None, exact_rows: int
) -> TableScan:
    """One scan of one relation; `exact_rows` decides where `exact` is None."""
    name = f"{quoted(table.schema)}.{quoted(table.name)}"
    with session.reading(f"{table.schema}.{table.name}"):
        relation = _describe(session, name)
        if exact is None:
            exact = _expected_rows(session, relation) <= exact_rows
        scan = _scan_exactly(session, relation, sample_rows) if exact else _scan_sampled(session, relation, sample_rows)
    if session.is_lossy:
        scan = replace(scan, notes=("The database states no encoding: bytes that are no UTF-8 are shown as \ufffd.",))
    return scan


def _describe(session: Session, name: str) -> _Relation:
    kind, pages = session.rows(_SIZE, (name,))[0]
    columns = session.rows(_COLUMNS, (name,))
    has_pages = kind in {"r", "m", "p"}
    return _Relation(name, profiled_columns(columns, session.server_major), whole(pages) if has_pages else None)


def _expected_rows(session: Session, relation: _Relation) -> int:
    """The planner's own guess, which uses the table's present size and also works for views."""
    plan = session.rows(f"EXPLAIN SELECT FROM {relation.name}")[0][0]
    found = _PLAN_ROWS.search(plan)
    return int(found.group(1)) if found else 0


def _scan_exactly(session: Session, relation: _Relation, sample_rows: int) -> TableScan:
    everything = _Source(relation.name)
    row_count, profiles = _aggregate(session, relation, everything)
    group_size = columns_per_stream(row_count) or len(relation.columns)
    for start in range(0, len(relation.columns), max(1, group_size)):
        group = relation.columns[start : start + group_size]
        counts = _count_distinct(session, relation, group, row_count)
        for column, distinct in zip(group, counts, strict=True):
            name = column.expressions.name
            profiles[name] = replace(profiles[name], distinct_count=distinct)
    # A third more rows than needed, because the number that Bernoulli sampling draws varies.
    share = min(1.0, (1.33 * sample_rows + 50) / row_count) if row_count else 1.0
    sample = _read_sample(session, relation, _drawn(relation, share), sample_rows)
    return TableScan(
        row_count=row_count,
        row_count_error=None,
        sampled_rows=None,
        columns=with_shapes(profiles, sample),
        sample=sample,
    )


def _aggregate(session: Session, relation: _Relation, source: _Source) -> tuple[int, dict[str, ColumnProfile]]:
    row_count, profiles = 0, dict[str, ColumnProfile]()
    # The fence needs aliases for its own columns only, as a target list ends at 1,664.
    for start in range(0, max(1, len(relation.columns)), COLUMNS_PER_QUERY):
        group = relation.columns[start : start + COLUMNS_PER_QUERY]
        rows = fenced(group, str(source))
        _restart_random(session, relation)
        row_count, found = read_profiles(
            [column.expressions for column in group],
            lambda expressions, rows=rows: session.rows(select(expressions, rows))[0],
        )
        profiles |= found
    return row_count, profiles


def _count_distinct(
    session: Session, relation: _Relation, group: Sequence[ProfiledColumn], row_count: int
) -> list[int]:
    if columns_per_stream(row_count) == 0:
        # The hashes of even one column would not fit; the server sorts them on its disk instead.
        counts = ", ".join(f"count(DISTINCT nullif({column.hash}, 0))" for column in group)
        return [whole(count) for count in session.rows(select(counts, relation.name))[0]]
    return read_hashes(session, relation.name, [column.hash for column in group], row_count).count_distinct()


def _drawn(relation: _Relation, share: float) -> _Source:
    """About `share` of the rows, spread over the whole relation."""
    if share >= 1:
        return _Source(relation.name)
    if relation.pages is None:
        return _Source(relation.name, f"random() < {share:.9f}")
    return _Source(f"{relation.name} TABLESAMPLE BERNOULLI ({share * 100:.9f}) REPEATABLE ({SEED})")


def _read_sample(session: Session, relation: _Relation, source: _Source, sample_rows: int) -> pa.Table:
    _restart_random(session, relation)
    texts = ", ".join(column.expressions.text for column in relation.columns)
    rows = session.rows(select(texts, str(source)))
    return string_table([column.expressions.name for column in relation.columns], thin_out(rows, sample_rows))


def _scan_sampled(session: Session, relation: _Relation, sample_rows: int) -> TableScan:
    draw = _draw_rows if relation.pages is None else _draw_pages
    total, source, cluster = draw(session, relation)
    read, profiles = _aggregate(session, relation, source)
    _restart_random(session, relation)
    matrix = read_hashes(session, str(source), [cluster, *(column.hash for column in relation.columns)], read)
    clusters = np.unique(matrix.hashes[0], return_inverse=True)[1]
    columns = {
        name: carried_over(
            profile,
            null_hits=np.bincount(clusters, weights=matrix.hashes[index] == 0).astype(np.int64),
            sizes=np.bincount(clusters),
            frequencies=matrix.frequencies(index),
            total=total,
        )
        for index, (name, profile) in enumerate(profiles.items(), start=1)
    }
    wanted = source.narrowed(f"random() < {1.5 * sample_rows / read:.9f}") if read > 2 * sample_rows else source
    sample = _read_sample(session, relation, wanted, sample_rows)
    return TableScan(
        row_count=total.value,
        row_count_error=total.error or None,
        sampled_rows=read,
        columns=with_shapes(columns, sample),
        sample=sample,
    )


def _draw_pages(session: Session, relation: _Relation) -> tuple[Estimate, _Source, str]:
    """Rows of the relation, the source of the profiled rows, and the expression of a row's page."""
    fraction = min(1.0, PROFILED_PAGES / max(1, relation.pages or 1))
    # The page number is only reachable through the text form of ctid; the partition belongs to it.
    page = "(tableoid::bigint << 32) + split_part(ltrim(ctid::text, '('), ',', 1)::bigint"
    drawn = f"{relation.name} TABLESAMPLE SYSTEM ({fraction * 100:.9f}) REPEATABLE ({SEED})"
    pages = session.rows(f"{select('count(*)', drawn)} GROUP BY {page}")
    rows_per_page = np.array([row[0] for row in pages], dtype=np.int64)
    total = estimate_rows(rows_per_page, fraction)
    threshold = min(1.0, PROFILED_ROWS / max(1, int(rows_per_page.sum()))) * 65_536
    # By a hash of the row's place and not by random(), so that each query of the scan sees the same rows.
    return total, _Source(drawn, f"(hashtidextended(ctid, tableoid::bigint) & 65535) < {threshold:.0f}"), page


def _draw_rows(session: Session, relation: _Relation) -> tuple[Estimate, _Source, str]:
    """As `_draw_pages` for a view, whose rows have no place: they are counted, then drawn one by one."""
    rows = whole(session.rows(select("count(*)", relation.name))[0][0])
    share = min(1.0, PROFILED_ROWS / max(1, rows))
    return Estimate(rows, 0), _Source(relation.name, f"random() < {share:.9f}"), "row_number() OVER ()"


def _restart_random(session: Session, relation: _Relation) -> None:
    """Makes random() draw the same rows of a view again; parallel workers would each have a sequence of their own."""
    if relation.pages is None:
        session.rows("SELECT setseed(0.42), set_config('max_parallel_workers_per_gather', '0', true)")
