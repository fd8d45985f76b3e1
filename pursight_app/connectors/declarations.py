"""The fingerprint of a table's declaration, the same way for every kind of source."""

import hashlib
import json
from collections.abc import Sequence

from pursight_app.connectors.base import ColumnInfo, ForeignKey, TableKind


def declaration_fingerprint(
    kind: TableKind,
    columns: Sequence[ColumnInfo],
    *,
    primary_key: Sequence[str] = (),
    foreign_keys: Sequence[ForeignKey] = (),
    view_definition: str | None = None,
) -> str:
    """32 hexadecimal digits that change with columns, types, nullability, keys or view text; comments do not count."""
    declaration = [
        kind.value,
        [(column.name, column.data_type, column.is_nullable) for column in columns],
        list(primary_key),
        sorted(
            (key.name, key.columns, key.referenced_schema, key.referenced_table, key.referenced_columns)
            for key in foreign_keys
        ),
        view_definition,
    ]
    return hashlib.sha256(json.dumps(declaration).encode()).hexdigest()[:32]
