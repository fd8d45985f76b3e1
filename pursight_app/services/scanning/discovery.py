"""Writes what a source holds into the catalogue: set-based, so that 2,000 tables take about as long as 20."""

import json
from collections.abc import Iterable, Sequence
from uuid import UUID, uuid4

from psycopg import Cursor
from sqlmodel import Session

from pursight_app.connectors.base import Discovery, TableInfo, qualified_name
from pursight_app.services.identifiers import search_tokens

_TEMPORARY = """
CREATE TEMP TABLE found_asset (
    id uuid, kind text, qualified_name text, schema_name text, name text, comment text, view_definition text,
    fingerprint text, row_estimate bigint, size_bytes bigint, name_tokens text[], other_tokens text[]
) ON COMMIT DROP;
CREATE TEMP TABLE found_column (
    id uuid, qualified_name text, name text, position int, data_type text, is_nullable bool, is_primary_key bool,
    comment text
) ON COMMIT DROP;
CREATE TEMP TABLE found_entry (id uuid, qualified_name text, state text, reason text) ON COMMIT DROP;
"""
# People's fields (description, owner) are not named here, so no scan can touch them. row_count keeps its measured value.
_UPSERT_ASSETS = """
INSERT INTO asset (id, created_at, workspace_id, data_source_id, kind, namespace, qualified_name, schema_name, name,
                   comment, view_definition, fingerprint, size_bytes, combination_risk,
                   search_vector)
SELECT DISTINCT ON (f.qualified_name)
       f.id, now(), %(workspace)s, %(source)s, f.kind, %(namespace)s, f.qualified_name, f.schema_name, f.name,
       f.comment, f.view_definition, f.fingerprint, f.size_bytes, '{}',
       setweight(array_to_tsvector(f.name_tokens), 'A') || setweight(array_to_tsvector(f.other_tokens), 'C')
FROM found_asset f
ON CONFLICT (data_source_id, qualified_name) DO UPDATE SET
    kind = excluded.kind, schema_name = excluded.schema_name, name = excluded.name, comment = excluded.comment,
    view_definition = excluded.view_definition, size_bytes = excluded.size_bytes,
    search_vector = excluded.search_vector, missing_since = NULL
"""
_UPSERT_COLUMNS = """
INSERT INTO asset_column (id, created_at, workspace_id, asset_id, name, position, data_type, is_nullable,
                          is_primary_key, comment, profile)
SELECT DISTINCT ON (a.id, f.name)
       f.id, now(), %(workspace)s, a.id, f.name, f.position, f.data_type, f.is_nullable, f.is_primary_key, f.comment,
       '{}'
FROM found_column f JOIN asset a ON a.data_source_id = %(source)s AND a.qualified_name = f.qualified_name
ON CONFLICT (asset_id, name) DO UPDATE SET
    position = excluded.position, data_type = excluded.data_type, is_nullable = excluded.is_nullable,
    is_primary_key = excluded.is_primary_key, comment = excluded.comment, missing_since = NULL
"""
_MISSING_COLUMNS = """
UPDATE asset_column c SET missing_since = now()
FROM asset a JOIN found_asset f USING (qualified_name)
WHERE a.data_source_id = %(source)s AND c.asset_id = a.id AND c.missing_since IS NULL
  AND NOT EXISTS (SELECT FROM found_column x WHERE x.qualified_name = a.qualified_name AND x.name = c.name)
"""
# A table that the source refuses to show is skipped, not missing: it is in found_entry.
_MISSING_ASSETS = """
UPDATE asset a SET missing_since = now()
WHERE a.data_source_id = %(source)s AND a.missing_since IS NULL
  AND NOT EXISTS (SELECT FROM found_entry e WHERE e.qualified_name = a.qualified_name)
"""
# DO NOTHING keeps the lines that an earlier owner of this run has finished: that is the checkpoint.
_INSERT_ENTRIES = """
INSERT INTO scan_entry (id, created_at, workspace_id, scan_run_id, asset_id, qualified_name, state, reason, finished_at)
SELECT e.id, now(), %(workspace)s, %(run)s, a.id, e.qualified_name, e.state, e.reason,
       CASE WHEN e.state = 'pending' THEN NULL ELSE now() END
FROM found_entry e LEFT JOIN asset a ON a.data_source_id = %(source)s AND a.qualified_name = e.qualified_name
WHERE %(tables)s::text[] IS NULL OR e.qualified_name = ANY(%(tables)s)
ON CONFLICT (scan_run_id, qualified_name) DO NOTHING
"""


def write_discovery(
    session: Session,
    found: Discovery,
    *,
    workspace_id: UUID,
    data_source_id: UUID,
    scan_run_id: UUID,
    namespace: str,
    database: str,
    tables: Sequence[str] | None,
) -> None:
    """Upserts assets and columns, marks what is gone as missing, and opens the run's ledger.

    `tables` narrows the ledger to some qualified names; what is missing is then still seen, because `found` is whole.
    """
    connection = session.connection().connection.driver_connection
    assert connection is not None  # noqa: S101  a live session has one; the type checker cannot know
    values = {
        "workspace": workspace_id,
        "source": data_source_id,
        "run": scan_run_id,
        "namespace": namespace,
        "tables": list(tables) if tables else None,
    }
    with connection.cursor() as cursor:
        cursor.execute(_TEMPORARY)
        _copy(cursor, "found_asset", (_asset_row(database, table) for table in found.tables))
        _copy(cursor, "found_column", (row for table in found.tables for row in _column_rows(database, table)))
        _copy(cursor, "found_entry", _entry_rows(database, found))
        cursor.execute("ANALYZE found_asset; ANALYZE found_column; ANALYZE found_entry")
        for statement in (_UPSERT_ASSETS, _UPSERT_COLUMNS, _MISSING_COLUMNS, _MISSING_ASSETS, _INSERT_ENTRIES):
            cursor.execute(statement, values)


def table_name(database: str, schema: str, name: str) -> str:
    """The qualified name of one table of a source."""
    return clean(qualified_name((database, schema, name)))


def clean(text: str) -> str:
    """Text that PostgreSQL can store: no NUL, no half surrogate pairs."""
    return text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode()


def _copy(cursor: Cursor[object], table: str, rows: Iterable[tuple[object, ...]]) -> None:
    with cursor.copy(f"COPY {table} FROM STDIN") as copy:  # type: ignore[arg-type]  # our own constant names
        for row in rows:
            copy.write_row(row)


def _asset_row(database: str, table: TableInfo) -> tuple[object, ...]:
    name = clean(table.name)
    others = {token for column in table.columns for token in search_tokens(clean(column.name))}
    others |= search_tokens(clean(table.comment or "")) | search_tokens(clean(table.schema))
    names = search_tokens(name)
    return (
        uuid4(),
        str(table.kind),
        table_name(database, table.schema, table.name),
        clean(table.schema),
        name,
        clean(table.comment) if table.comment else None,
        clean(table.view_definition) if table.view_definition else None,
        table.fingerprint,
        table.row_estimate,
        table.size_bytes,
        sorted(names),
        sorted(others - names),
    )


def _column_rows(database: str, table: TableInfo) -> Iterable[tuple[object, ...]]:
    address = table_name(database, table.schema, table.name)
    for column in table.columns:
        yield (
            uuid4(),
            address,
            clean(column.name),
            column.position,
            clean(column.data_type),
            column.is_nullable,
            column.name in table.primary_key,
            clean(column.comment) if column.comment else None,
        )


def _entry_rows(database: str, found: Discovery) -> Iterable[tuple[object, ...]]:
    for table in found.tables:
        yield (uuid4(), table_name(database, table.schema, table.name), "pending", None)
    for skipped in found.skipped:
        address = table_name(database, skipped.schema, skipped.name)
        yield (uuid4(), address, "failed" if skipped.is_failure else "skipped", clean(skipped.reason))


def profile_json(profile: object) -> str:
    """A profile as stored: JSON without the two characters that PostgreSQL refuses in it."""
    return clean(json.dumps(profile, ensure_ascii=False, allow_nan=False)).replace("\\u0000", "\\ufffd")
