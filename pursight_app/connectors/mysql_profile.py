"""Profiles and samples one MySQL or MariaDB table inside one snapshot: exact for small tables, estimated for large."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pursight_app.connectors.aggregates import ColumnExpressions, read_profiles, select, whole
from pursight_app.connectors.base import VALUE_CHARACTERS, ColumnProfile, TableInfo, TableKind, TableScan
from pursight_app.connectors.estimates import Estimate, carried_over, estimate_rows_of_ranges
from pursight_app.connectors.mysql_session import Row, Session, literal, quoted
from pursight_app.connectors.samples import SEED, string_table, thin_out, with_shapes

# A sampled profile reads about this many rows. They pass through Python one by one, hence fewer than elsewhere.
PROFILED_ROWS = 20_000

# Many short ranges of the key: neighbouring rows resemble each other.
_RANGES = 400

_TEXTS = frozenset({"char", "varchar", "tinytext", "text", "mediumtext", "longtext"})
_BINARIES = frozenset({"binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob"})
_ORDERED = frozenset(
    {"tinyint", "smallint", "mediumint", "int", "bigint", "decimal", "float", "double"}
    | {"date", "datetime", "timestamp", "time", "year"}
)
_INTEGERS = frozenset({"tinyint", "smallint", "mediumint", "int", "bigint"})
_SHAPES = frozenset(
    {
        "geometry",
        "point",
        "linestring",
        "polygon",
        "multipoint",
        "multilinestring",
        "multipolygon",
        "geometrycollection",
    }
)

_COLUMNS = """
SELECT COLUMN_NAME, DATA_TYPE, CHARACTER_MAXIMUM_LENGTH, COLUMN_KEY FROM information_schema.COLUMNS
WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = {table} ORDER BY ORDINAL_POSITION
"""


_ROWS = """
SELECT TABLE_ROWS FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = {table}
"""


@dataclass(frozen=True, slots=True)
class _Table:
    """What is scanned: its quoted name, its columns and, if it has just one, the integer column of its primary key."""

    name: str
    columns: tuple[ColumnExpressions, ...]
    key: str | None
    info: TableInfo


@dataclass(frozen=True, slots=True)
class _Draw:
    """Rows of a sampled profile: a FROM clause, the whole table's rows, and where the drawn key ranges start."""

    source: str
    total: Estimate
    starts: npt.NDArray[np.int64] | None


def scan_relation(
    session: Session, table: TableInfo, *, sample_rows: int, exact: bool | None, exact_rows: int
) -> TableScan:
    """One scan of one table or view; `exact_rows` decides where `exact` is None."""
    with session.reading(table.name):
        found = _describe(session, table)
        if exact is None:
            exact = _expected_rows(session, table) <= exact_rows
        scan = _scan_exactly if exact else _scan_sampled
        return scan(session, found, sample_rows)


def _describe(session: Session, table: TableInfo) -> _Table:
    rows = session.rows(_COLUMNS.format(table=literal(table.name)))
    keys = [(name, data_type) for name, data_type, _, key in rows if key == "PRI"]
    key = keys[0][0] if len(keys) == 1 and keys[0][1] in _INTEGERS else None
    columns = tuple(_column(name, data_type, whole(length)) for name, data_type, length, _ in rows)
    return _Table(quoted(table.name), columns, quoted(key) if key else None, table)


def _expected_rows(session: Session, table: TableInfo) -> int:
    """InnoDB's statistic, which can be half or twice the truth; a view is counted up to a million rows."""
    if table.kind is TableKind.VIEW:
        some = f"({select('1', quoted(table.name))} LIMIT 1000000) AS some"
        return whole(session.rows(select("COUNT(*)", some))[0][0])
    rows = session.rows(_ROWS.format(table=literal(table.name)))
    return whole(rows[0][0]) if rows else 0


def _column(name: str, data_type: str, length: int) -> ColumnExpressions:
    value = quoted(name)
    text, size = f"CAST({value} AS CHAR)", f"CHAR_LENGTH(CAST({value} AS CHAR))"
    if data_type in _TEXTS:
        text, size = value, f"CHAR_LENGTH({value})"
    elif data_type in _BINARIES:
        # Only the head is spelled out: the text form of a large binary would break the packet limit.
        text, size = f"CONCAT('0x', HEX(LEFT({value}, {VALUE_CHARACTERS // 2 - 1})))", f"2 + 2 * LENGTH({value})"
    elif data_type in _SHAPES:
        text, size = f"ST_AsText({value})", f"CHAR_LENGTH(ST_AsText({value}))"
    elif data_type == "bit":
        text, size = f"CAST({value} + 0 AS CHAR)", f"CHAR_LENGTH(CAST({value} + 0 AS CHAR))"
    ordered = value if data_type in _ORDERED else text
    return ColumnExpressions(
        name=name,
        value=value,
        minimum=f"LEFT(CAST(MIN({ordered}) AS CHAR), {VALUE_CHARACTERS})",
        maximum=f"LEFT(CAST(MAX({ordered}) AS CHAR), {VALUE_CHARACTERS})",
        distinct=f"COUNT(DISTINCT {_identity(value, data_type, length)})",
        length=size,
        text=f"LEFT({text}, {VALUE_CHARACTERS})",
    )


def _identity(value: str, data_type: str, length: int) -> str:
    """What makes two values the same: bytes and not the collation, for which "a" and "A" are one."""
    if data_type in _ORDERED or data_type == "bit":
        return value
    return f"CAST({value} AS BINARY)" if 0 < length <= 255 else f"MD5({value})"


def _scan_exactly(session: Session, table: _Table, sample_rows: int) -> TableScan:
    row_count, profiles = _aggregate(session, table, table.name)
    share = min(1.0, (1.33 * sample_rows + 50) / max(1, row_count))
    source = table.name if share >= 1 else f"{table.name} WHERE RAND({SEED}) < {share:.9f}"
    sample = _read_sample(session, table, source, sample_rows)
    return TableScan(row_count, None, None, with_shapes(profiles, sample), sample)


def _aggregate(session: Session, table: _Table, source: str) -> tuple[int, dict[str, ColumnProfile]]:
    return read_profiles(table.columns, lambda expressions: session.rows(select(expressions, source))[0])


def _read_sample(session: Session, table: _Table, source: str, sample_rows: int) -> pa.Table:
    rows = session.rows(select(", ".join(column.text for column in table.columns), source))
    return string_table([column.name for column in table.columns], thin_out(rows, sample_rows))


def _scan_sampled(session: Session, table: _Table, sample_rows: int) -> TableScan:
    draw = _draw_ranges(session, table) or _draw_rows(session, table)
    read, profiles = _aggregate(session, table, draw.source)
    # One hash of each value, in one query: how often values repeat decides how many the table has.
    hashes = ", ".join(f"LEFT(MD5({column.value}), 16)" for column in table.columns)
    rows = session.rows(select(f"{table.key or 'NULL'}, {hashes}", draw.source))
    clusters = _clusters(rows, draw)
    columns = {
        column.name: _carried_over(profiles[column.name], [row[index] for row in rows], clusters, draw.total)
        for index, column in enumerate(table.columns, start=1)
    }
    sample = _read_sample(session, table, draw.source, sample_rows)
    return TableScan(draw.total.value, draw.total.error or None, read, with_shapes(columns, sample), sample)


def _carried_over(
    profile: ColumnProfile, hashes: Sequence[str | None], clusters: npt.NDArray[np.int64], total: Estimate
) -> ColumnProfile:
    is_null = np.array([value is None for value in hashes], dtype=np.float64)
    filled = [value for value in hashes if value is not None]
    return carried_over(
        profile,
        null_hits=np.bincount(clusters, weights=is_null).astype(np.int64),
        sizes=np.bincount(clusters).astype(np.int64),
        frequencies=np.unique(np.array(filled, dtype="U16"), return_counts=True)[1].astype(np.int64),
        total=total,
    )


def _clusters(rows: Sequence[Row], draw: _Draw) -> npt.NDArray[np.int64]:
    """The number of the range that each row came from; rows drawn one by one are a cluster each."""
    if draw.starts is None or not rows:
        return np.arange(len(rows), dtype=np.int64)
    keys = np.array([int(row[0]) for row in rows], dtype=object)
    return np.searchsorted(draw.starts.astype(object), keys, side="right").astype(np.int64) - 1


def _draw_ranges(session: Session, table: _Table) -> _Draw | None:
    """Short ranges of the integer key, which touch only their own pages; None where the key does not serve."""
    if table.key is None:
        return None
    low, high = session.rows(select(f"MIN({table.key}), MAX({table.key})", table.name))[0]
    if low is None:
        return None
    span = int(high) - int(low) + 1
    guess = max(1, _expected_rows(session, table.info))
    width = max(1, round(PROFILED_ROWS / _RANGES * span / guess))
    slots = span // width
    if slots < 2 * _RANGES:
        return None
    chosen = sorted(random.Random(SEED).sample(range(slots), _RANGES))  # noqa: S311  # draws a sample, no secret
    starts = [int(low) + slot * width for slot in chosen]
    ranges = " OR ".join(f"{table.key} BETWEEN {start} AND {start + width - 1}" for start in starts)
    source = f"{table.name} WHERE {ranges}"
    keys = [int(key) for (key,) in session.rows(select(table.key, source))]
    if len(keys) < PROFILED_ROWS // 10:
        return None
    places = np.searchsorted(np.array(starts, dtype=object), np.array(keys, dtype=object), side="right") - 1
    per_range = np.bincount(places.astype(np.int64), minlength=_RANGES).astype(np.int64)
    total = estimate_rows_of_ranges(per_range, _RANGES * width / span)
    return _Draw(source, total, np.array(starts, dtype=object))


def _draw_rows(session: Session, table: _Table) -> _Draw:
    """Single rows over the whole table, in a pass through all of it; RAND with a seed repeats itself."""
    rows = whole(session.rows(select("COUNT(*)", table.name))[0][0])
    share = min(1.0, PROFILED_ROWS / max(1, rows))
    return _Draw(f"{table.name} WHERE RAND({SEED}) < {share:.9f}", Estimate(rows, 0), None)
