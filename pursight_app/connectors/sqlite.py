"""SQLite as a source."""

import sqlite3
from pathlib import Path

from pydantic import Field
from typing_extensions import override

from pursight_app.connectors.base import (
    SAMPLE_ROWS,
    Connector,
    ConnectorConfig,
    Discovery,
    NoSecret,
    TableInfo,
    TableScan,
)
from pursight_app.connectors.sqlite_catalogue import read_catalogue
from pursight_app.connectors.sqlite_profile import scan_relation
from pursight_app.connectors.sqlite_session import SQLiteSession


class SQLiteConfig(ConnectorConfig):
    """Which file to read."""

    path: str = Field(
        title="File",
        description="Path of the SQLite database file on the machine that scans.",
        min_length=1,
        max_length=4096,
        examples=["/data/shop.db"],
    )


class SQLiteConnector(Connector):
    """SQLite 3 database files.

    The file is opened read-only, its write-ahead log included, so another process may go on writing. Each table is read
    in one transaction. Tables of up to 1,000,000 rows are profiled exactly; of larger ones the rows are counted and
    about 50,000 of them profiled, with 95 % error bars.
    """

    key = "sqlite"
    label = "SQLite"
    description = "Tables and views of one SQLite database file."
    Config = SQLiteConfig

    exact_rows = 1_000_000

    def __init__(
        self,
        config: SQLiteConfig,
        secret: NoSecret | None = None,
        *,
        timeout_s: float = 30.0,
        address: str | None = None,
    ) -> None:
        super().__init__(config, secret, timeout_s=timeout_s, address=address)
        self._path = Path(config.path)
        self._session: SQLiteSession | None = None

    @override
    def namespace(self) -> str:
        return f"sqlite://{self._path.absolute()}"

    @override
    def database(self) -> str:
        return self._path.stem

    @override
    def ping(self) -> str:
        return f"SQLite {sqlite3.sqlite_version}, {len(self.discover().tables)} tables and views readable"

    @override
    def discover(self) -> Discovery:
        return read_catalogue(self._connected())

    @override
    def scan_table(self, table: TableInfo, *, sample_rows: int = SAMPLE_ROWS, exact: bool | None = None) -> TableScan:
        return scan_relation(self._connected(), table, sample_rows=sample_rows, exact=exact, exact_rows=self.exact_rows)

    @override
    def close(self) -> None:
        if self._session is not None:
            self._session.close()
            self._session = None

    def _connected(self) -> SQLiteSession:
        if self._session is None:
            self._session = SQLiteSession(self._path, timeout_s=self.timeout_s)
        return self._session


CONNECTOR = SQLiteConnector
