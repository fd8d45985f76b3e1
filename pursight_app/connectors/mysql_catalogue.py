"""Reads the catalogue of one MySQL or MariaDB database in three queries."""

from collections import defaultdict
from collections.abc import Sequence

from pursight_app.connectors.base import ColumnInfo, Discovery, ForeignKey, SkippedTable, TableInfo, TableKind
from pursight_app.connectors.declarations import declaration_fingerprint
from pursight_app.connectors.mysql_session import Row, Session, literal

_TABLES = """
SELECT t.TABLE_NAME, t.TABLE_TYPE, t.TABLE_ROWS, t.DATA_LENGTH + t.INDEX_LENGTH, t.TABLE_COMMENT, v.VIEW_DEFINITION
FROM information_schema.TABLES AS t
LEFT JOIN information_schema.VIEWS AS v ON v.TABLE_SCHEMA = t.TABLE_SCHEMA AND v.TABLE_NAME = t.TABLE_NAME
WHERE t.TABLE_SCHEMA = {schema} ORDER BY t.TABLE_NAME
"""

_COLUMNS = """
SELECT TABLE_NAME, COLUMN_NAME, ORDINAL_POSITION, COLUMN_TYPE, IS_NULLABLE, COLUMN_COMMENT, PRIVILEGES
FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = {schema} ORDER BY TABLE_NAME, ORDINAL_POSITION
"""

_KEYS = """
SELECT TABLE_NAME, CONSTRAINT_NAME, COLUMN_NAME, REFERENCED_TABLE_SCHEMA, REFERENCED_TABLE_NAME, REFERENCED_COLUMN_NAME
FROM information_schema.KEY_COLUMN_USAGE
WHERE TABLE_SCHEMA = {schema} AND (CONSTRAINT_NAME = 'PRIMARY' OR REFERENCED_TABLE_NAME IS NOT NULL)
ORDER BY TABLE_NAME, CONSTRAINT_NAME, ORDINAL_POSITION
"""

Grouped = dict[str, list[Row]]


def read_catalogue(session: Session, database: str) -> Discovery:
    """All tables and views of the database that the account sees; MySQL hides what it has no right on at all."""
    schema = literal(database)
    with session.reading("the catalogue"):
        tables = session.rows(_TABLES.format(schema=schema))
        columns = _grouped(session.rows(_COLUMNS.format(schema=schema)))
        keys = _grouped(session.rows(_KEYS.format(schema=schema)))
    found: list[TableInfo] = []
    skipped: list[SkippedTable] = []
    for table in tables:
        name = str(table[0])
        reason = _skip_reason(columns.get(name, []))
        if reason is None:
            found.append(_table(table, columns[name], keys.get(name, []), database))
        else:
            skipped.append(SkippedTable("", name, reason, is_failure=True))
    return Discovery(tuple(found), tuple(skipped))


def _grouped(rows: Sequence[Row]) -> Grouped:
    grouped: Grouped = defaultdict(list)
    for name, *rest in rows:
        grouped[name].append(tuple(rest))
    return grouped


def _skip_reason(columns: Sequence[Row]) -> str | None:
    if not columns:
        return "Its declaration is broken: it refers to something that no longer exists."
    if any("select" not in str(column[5]) for column in columns):
        return "The account may not read all its columns. Grant SELECT on it."
    return None


def _table(table: Row, columns: Sequence[Row], keys: Sequence[Row], database: str) -> TableInfo:
    name, table_type, rows, size, comment, view_definition = table
    is_view = table_type not in {"BASE TABLE", "SYSTEM VERSIONED"}
    kind = TableKind.VIEW if is_view else TableKind.TABLE
    infos = tuple(
        ColumnInfo(column, int(position), data_type, is_nullable == "YES", remark or None)
        for column, position, data_type, is_nullable, remark, _ in columns
    )
    primary_key = tuple(key[1] for key in keys if key[0] == "PRIMARY" and key[3] is None)
    foreign_keys = _foreign_keys(keys, database)
    return TableInfo(
        schema="",
        name=name,
        kind=kind,
        columns=infos,
        primary_key=primary_key,
        foreign_keys=foreign_keys,
        view_definition=view_definition or None,
        comment=None if is_view else comment or None,
        row_estimate=None if is_view or rows is None else int(rows),
        size_bytes=None if is_view or size is None else int(size),
        fingerprint=declaration_fingerprint(
            kind, infos, primary_key=primary_key, foreign_keys=foreign_keys, view_definition=view_definition
        ),
    )


def _foreign_keys(keys: Sequence[Row], database: str) -> tuple[ForeignKey, ...]:
    grouped: dict[str, list[Row]] = defaultdict(list)
    for key in keys:
        if key[3] is not None:
            grouped[key[0]].append(key)
    return tuple(
        ForeignKey(
            name,
            tuple(part[1] for part in parts),
            # Our tables have no schema within their database; a reference to another database names it.
            "" if parts[0][2] == database else parts[0][2],
            parts[0][3],
            tuple(part[4] for part in parts),
        )
        for name, parts in grouped.items()
    )
