"""Profiles and samples one SQLite table in one read transaction."""

import json
import random
import sqlite3
from collections.abc import Sequence

import numpy as np

from pursight_app.connectors.aggregates import ColumnExpressions, read_profiles, select, whole
from pursight_app.connectors.base import VALUE_CHARACTERS, ColumnProfile, TableInfo, TableKind, TableScan
from pursight_app.connectors.estimates import Estimate, carried_over
from pursight_app.connectors.samples import SEED, string_table, thin_out, with_shapes
from pursight_app.connectors.sqlite_session import SQLiteSession

PROFILED_ROWS = 50_000

_BY_ROW_ID = "WHERE rowid IN (SELECT value FROM json_each(?))"
_COLUMNS = "SELECT name FROM pragma_table_xinfo(?) WHERE hidden <> 1 ORDER BY cid"

# A source is a FROM clause with its parameters.
Source = tuple[str, Sequence[object]]


def scan_relation(
    session: SQLiteSession, table: TableInfo, *, sample_rows: int, exact: bool | None, exact_rows: int
) -> TableScan:
    """One scan of one table or view; the rows are always counted, which SQLite does fast."""
    name = quoted(table.name)
    with session.reading(table.name):
        rows = whole(session.rows(select("count(*)", name))[0][0])
        # SQLite reads a quoted name that is no column as a text literal, so only columns of this snapshot are used.
        columns = [_expressions(column) for (column,) in session.rows(_COLUMNS, (table.name,))]
        if exact or (exact is None and rows <= exact_rows):
            source: Source = (name, ())
            _, profiles = _aggregate(session, columns, source)
            read = None
        else:
            source = _drawn(session, table, min(1.0, PROFILED_ROWS / max(1, rows)))
            read, profiles = _aggregate(session, columns, source)
            profiles = _carried_over(session, profiles, source=source, read=read, rows=rows)
        share = min(1.0, (1.33 * sample_rows + 50) / max(1, rows))
        sampled = session.rows(*_select(_texts(columns), _drawn(session, table, share)))
    sample = string_table([column.name for column in columns], thin_out(sampled, sample_rows))
    return TableScan(rows, None, read, with_shapes(profiles, sample), sample)


def quoted(name: str) -> str:
    """An identifier in double quotes, with inner quotes doubled."""
    return '"' + name.replace('"', '""') + '"'


def _expressions(name: str) -> ColumnExpressions:
    value = quoted(name)
    return ColumnExpressions(
        name=name,
        value=value,
        minimum=_text(f"min({value})"),
        maximum=_text(f"max({value})"),
        distinct=f"count(DISTINCT {value})",
        length=f"CASE typeof({value}) WHEN 'blob' THEN 3 + 2 * length({value}) ELSE length(CAST({value} AS TEXT)) END",
        text=_text(value),
    )


def _text(value: str) -> str:
    """The text form, cut: any column of SQLite can hold any type, and a blob shows as a literal such as x'00ff'."""
    head = f"'x''' || hex(substr({value}, 1, {VALUE_CHARACTERS // 2 - 2})) || ''''"
    return f"CASE typeof({value}) WHEN 'blob' THEN {head} ELSE substr(CAST({value} AS TEXT), 1, {VALUE_CHARACTERS}) END"


def _texts(columns: Sequence[ColumnExpressions]) -> str:
    return ", ".join(column.text for column in columns)


def _select(expressions: str, source: Source) -> tuple[str, Sequence[object]]:
    return select(expressions, source[0]), source[1]


def _aggregate(
    session: SQLiteSession, columns: Sequence[ColumnExpressions], source: Source
) -> tuple[int, dict[str, ColumnProfile]]:
    return read_profiles(columns, lambda expressions: session.rows(*_select(expressions, source))[0])


def _drawn(session: SQLiteSession, table: TableInfo, share: float) -> Source:
    """About `share` of the rows, spread over the whole table; always with a WHERE that can be added to."""
    name = quoted(table.name)
    if share >= 1:
        return f"{name} WHERE true", ()
    # Asking for chosen row ids touches only their pages; a table without row ids and a view must be read through.
    # A declared column may take the name rowid and then hides the real one.
    has_row_id = table.kind == TableKind.TABLE and all(column.name.lower() != "rowid" for column in table.columns)
    bounds = _row_id_bounds(session, name) if share < 0.05 and has_row_id else None
    if bounds is None:
        return f"{name} WHERE pursight_draw({share:.9f})", ()
    low, high = bounds
    wanted = min(high - low + 1, max(1, round(share * (high - low + 1))))
    ids = random.Random(SEED).sample(range(low, high + 1), wanted)  # noqa: S311  # draws a sample, no secret
    return f"{name} {_BY_ROW_ID}", (json.dumps(ids),)


def _row_id_bounds(session: SQLiteSession, name: str) -> tuple[int, int] | None:
    try:
        low, high, count = session.rows(select("min(rowid), max(rowid), count(*)", name))[0]
    except sqlite3.OperationalError:
        return None
    # Where most ids are unused, drawing ids would miss most of the time.
    return (low, high) if low is not None and high - low < 4 * count else None


def _carried_over(
    session: SQLiteSession, profiles: dict[str, ColumnProfile], *, source: Source, read: int, rows: int
) -> dict[str, ColumnProfile]:
    carried: dict[str, ColumnProfile] = {}
    for name, profile in profiles.items():
        counts = session.rows(
            f"{select('count(*)', source[0])} AND {quoted(name)} IS NOT NULL GROUP BY {quoted(name)}", source[1]
        )
        is_null = np.arange(read) < profile.null_count
        carried[name] = carried_over(
            profile,
            null_hits=is_null.astype(np.int64),
            sizes=np.ones(read, dtype=np.int64),
            frequencies=np.array([count for (count,) in counts], dtype=np.int64),
            total=Estimate(rows, 0),
        )
    return carried
