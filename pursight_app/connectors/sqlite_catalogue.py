"""Reads the catalogue of a SQLite file in three queries."""

import sqlite3
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from pursight_app.connectors.base import ColumnInfo, Discovery, ForeignKey, SkippedTable, TableInfo, TableKind
from pursight_app.connectors.declarations import declaration_fingerprint
from pursight_app.connectors.sqlite_session import SQLiteSession

_OBJECTS = r"""
SELECT name, type, sql FROM sqlite_schema
WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\_%' ESCAPE '\' ORDER BY name
"""

# hidden = 1 marks the internal columns of virtual tables; generated columns (2, 3) are ordinary ones to a reader.
_COLUMNS = """
SELECT m.name, p.name, p.type, p."notnull", p.pk FROM sqlite_schema AS m JOIN pragma_table_xinfo(m.name) AS p
WHERE m.type IN ('table', 'view') AND p.hidden <> 1
"""

_FOREIGN_KEYS = """
SELECT m.name, f.id, f."table", f."from", f."to" FROM sqlite_schema AS m JOIN pragma_foreign_key_list(m.name) AS f
WHERE m.type = 'table' ORDER BY m.name, f.id, f.seq
"""

Rows = list[tuple[Any, ...]]


def read_catalogue(session: SQLiteSession) -> Discovery:
    """All tables and views but SQLite's own; what cannot be described is skipped with a reason."""
    with session.reading("the catalogue"):
        objects = session.rows(_OBJECTS)
        columns = _columns(session, objects)
        foreign_keys = _foreign_keys(session, columns)
    tables: list[TableInfo] = []
    skipped: list[SkippedTable] = []
    for name, kind, sql in objects:
        if columns.get(name):
            tables.append(_table(name, kind, sql, columns=columns[name], foreign_keys=foreign_keys.get(name, ())))
        else:
            reason = "Its declaration is broken: it names a table, column or module that does not exist."
            skipped.append(SkippedTable("", name, reason, is_failure=True))
    return Discovery(tuple(tables), tuple(skipped))


def _columns(session: SQLiteSession, objects: Rows) -> dict[str, Rows]:
    found: dict[str, Rows] = defaultdict(list)
    try:
        rows = session.rows(_COLUMNS)
    except sqlite3.OperationalError:
        # One broken view fails the query for all objects, so each is asked alone to find out which.
        rows = [row for name, _, _ in objects for row in _columns_of(session, name)]
    for name, *column in rows:
        found[name].append(tuple(column))
    return found


def _columns_of(session: SQLiteSession, name: str) -> Rows:
    try:
        return session.rows(f"{_COLUMNS} AND m.name = ?", (name,))
    except sqlite3.OperationalError:
        return []


def _foreign_keys(session: SQLiteSession, columns: Mapping[str, Rows]) -> dict[str, tuple[ForeignKey, ...]]:
    grouped: dict[tuple[str, int], Rows] = defaultdict(list)
    for name, number, *reference in session.rows(_FOREIGN_KEYS):
        grouped[name, number].append(tuple(reference))
    found: dict[str, tuple[ForeignKey, ...]] = {}
    for (name, number), references in grouped.items():
        target = references[0][0]
        # A reference without columns means the primary key of the target.
        implied = _primary_key(columns.get(target, []))
        referenced = tuple(to or "" for _, _, to in references) if references[0][2] else implied
        key = ForeignKey(f"{name}_fk{number}", tuple(source for _, source, _ in references), "", target, referenced)
        found[name] = (*found.get(name, ()), key)
    return found


def _primary_key(columns: Sequence[tuple[Any, ...]]) -> tuple[str, ...]:
    return tuple(name for name, _, _, place in sorted(columns, key=lambda column: column[3]) if place)


def _table(name: str, kind: str, sql: str | None, *, columns: Rows, foreign_keys: tuple[ForeignKey, ...]) -> TableInfo:
    infos = tuple(
        ColumnInfo(column, position, data_type or "any", not is_required)
        for position, (column, data_type, is_required, _) in enumerate(columns, start=1)
    )
    table_kind = TableKind.VIEW if kind == "view" else TableKind.TABLE
    view_definition = sql if kind == "view" else None
    primary_key = _primary_key(columns)
    return TableInfo(
        schema="",
        name=name,
        kind=table_kind,
        columns=infos,
        primary_key=primary_key,
        foreign_keys=foreign_keys,
        view_definition=view_definition,
        fingerprint=declaration_fingerprint(
            table_kind, infos, primary_key=primary_key, foreign_keys=foreign_keys, view_definition=view_definition
        ),
    )
