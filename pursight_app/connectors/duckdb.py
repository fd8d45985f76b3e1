"""DuckDB database files as a source."""

from collections import defaultdict
from pathlib import Path
from typing import Any

import duckdb
from pydantic import Field
from typing_extensions import override

from pursight_app.connectors.aggregates import select, whole
from pursight_app.connectors.base import (
    SAMPLE_ROWS,
    ColumnInfo,
    Connector,
    ConnectorConfig,
    Discovery,
    ForeignKey,
    NoSecret,
    TableInfo,
    TableKind,
    TableScan,
)
from pursight_app.connectors.declarations import declaration_fingerprint
from pursight_app.connectors.duckdb_profile import Source, scan_source
from pursight_app.connectors.duckdb_session import DuckDBSession, quoted
from pursight_app.core.errors import SourceReadError, SourceUnreachableError

_TABLES = """
SELECT schema_name, table_name, 'table', comment, estimated_size, NULL FROM duckdb_tables()
WHERE database_name = current_database() AND NOT internal
UNION ALL
SELECT schema_name, view_name, 'view', comment, NULL, sql FROM duckdb_views()
WHERE database_name = current_database() AND NOT internal
ORDER BY 1, 2
"""

_COLUMNS = """
SELECT schema_name, table_name, column_name, column_index, data_type, is_nullable, comment FROM duckdb_columns()
WHERE database_name = current_database() AND NOT internal ORDER BY schema_name, table_name, column_index
"""

_KEYS = """
SELECT schema_name, table_name, constraint_type, constraint_name, constraint_column_names, referenced_table,
  referenced_column_names
FROM duckdb_constraints()
WHERE database_name = current_database() AND constraint_type IN ('PRIMARY KEY', 'FOREIGN KEY')
ORDER BY schema_name, table_name, constraint_index
"""

_TABLE_COLUMNS = """
SELECT column_name, data_type FROM duckdb_columns()
WHERE database_name = current_database() AND schema_name = $1 AND table_name = $2 ORDER BY column_index
"""

Rows = list[tuple[Any, ...]]


class DuckDBConfig(ConnectorConfig):
    """Which file to read."""

    path: str = Field(
        title="File",
        description="Path of the DuckDB database file on the machine that scans.",
        min_length=1,
        max_length=4096,
        examples=["/data/warehouse.duckdb"],
    )


class DuckDBConnector(Connector):
    """DuckDB database files.

    The file is opened read-only and nothing outside it is reachable, so views over other files are refused. All rows
    are read. Up to 1,000,000 rows every figure is exact; above that, columns with more than 100,000 distinct values get
    an estimate of that number with its 95 % error bar. Memory is limited to 512 MB.
    """

    key = "duckdb"
    label = "DuckDB"
    description = "Tables and views of one DuckDB database file."
    Config = DuckDBConfig

    exact_rows = 1_000_000

    def __init__(
        self,
        config: DuckDBConfig,
        secret: NoSecret | None = None,
        *,
        timeout_s: float = 30.0,
        address: str | None = None,
    ) -> None:
        super().__init__(config, secret, timeout_s=timeout_s, address=address)
        self._path = Path(config.path)
        self._session: DuckDBSession | None = None

    @override
    def namespace(self) -> str:
        return f"duckdb://{self._path.absolute()}"

    @override
    def database(self) -> str:
        return self._path.stem

    @override
    def ping(self) -> str:
        return f"DuckDB {duckdb.__version__}, {len(self.discover().tables)} tables and views readable"

    @override
    def discover(self) -> Discovery:
        session = self._connected()
        with session.reading("the catalogue"):
            tables = session.rows(_TABLES)
            columns = _grouped(session.rows(_COLUMNS))
            keys = _grouped(session.rows(_KEYS))
        return Discovery(tuple(_table(row, columns[row[0], row[1]], keys[row[0], row[1]]) for row in tables))

    @override
    def scan_table(self, table: TableInfo, *, sample_rows: int = SAMPLE_ROWS, exact: bool | None = None) -> TableScan:
        session = self._connected()
        name = f"{quoted(table.schema)}.{quoted(table.name)}"
        with session.reading(f"{table.schema}.{table.name}"):
            columns = dict(session.rows(_TABLE_COLUMNS, [table.schema, table.name]))
            rows = whole(session.rows(select("count(*)", name))[0][0])
            has_row_id = table.kind is TableKind.TABLE and "rowid" not in {column.lower() for column in columns}
            source = Source(name, columns, {}, ("rowid", name) if has_row_id else None)
            is_exact = exact if exact is not None else rows <= self.exact_rows
            return scan_source(session, source, sample_rows=sample_rows, is_exact=is_exact)

    @override
    def close(self) -> None:
        if self._session is not None:
            self._session.close()
            self._session = None

    def _connected(self) -> DuckDBSession:
        if self._session is None:
            self._session = self._opened()
        return self._session

    def _opened(self) -> DuckDBSession:
        source = f"DuckDB file {self._path}"
        if not self._path.is_file():
            raise SourceUnreachableError(f"There is no {source}. Check the path, then test the connection again.")
        try:
            return DuckDBSession(source, database=self._path.absolute(), allowed=[], timeout_s=self.timeout_s)
        except duckdb.Error as error:
            if "lock" in str(error).lower():
                raise SourceUnreachableError(
                    f"{source} is open for writing in another process. Close it there, then scan again."
                ) from None
            raise SourceReadError(
                f"{source} is no DuckDB database of a version that DuckDB {duckdb.__version__} reads, or it is "
                "damaged or encrypted. Check the path."
            ) from None


def _grouped(rows: Rows) -> dict[tuple[str, str], Rows]:
    grouped: dict[tuple[str, str], Rows] = defaultdict(list)
    for schema, name, *rest in rows:
        grouped[schema, name].append(tuple(rest))
    return grouped


def _table(row: tuple[Any, ...], columns: Rows, keys: Rows) -> TableInfo:
    schema, name, kind, comment, estimate, view_definition = row
    infos = tuple(
        ColumnInfo(column, position, data_type, bool(is_nullable), remark)
        for position, (column, _, data_type, is_nullable, remark) in enumerate(columns, start=1)
    )
    primary_key = next((tuple(key[2]) for key in keys if key[0] == "PRIMARY KEY"), ())
    foreign_keys = tuple(
        ForeignKey(key[1] or f"{name}_fk{index}", tuple(key[2]), schema, key[3], tuple(key[4]))
        for index, key in enumerate(keys)
        if key[0] == "FOREIGN KEY"
    )
    return TableInfo(
        schema=schema,
        name=name,
        kind=TableKind(kind),
        columns=infos,
        primary_key=primary_key,
        foreign_keys=foreign_keys,
        view_definition=view_definition,
        comment=comment,
        row_estimate=estimate,
        fingerprint=declaration_fingerprint(
            TableKind(kind),
            infos,
            primary_key=primary_key,
            foreign_keys=foreign_keys,
            view_definition=view_definition,
        ),
    )


CONNECTOR = DuckDBConnector
