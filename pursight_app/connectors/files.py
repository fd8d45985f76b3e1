"""CSV, Parquet and JSON lines files as a source."""

from enum import StrEnum
from pathlib import Path

from pydantic import Field
from typing_extensions import override

from pursight_app.connectors.base import (
    SAMPLE_ROWS,
    Connector,
    ConnectorConfig,
    Discovery,
    NoSecret,
    SkippedTable,
    TableInfo,
    TableScan,
)
from pursight_app.connectors.duckdb_session import DuckDBSession
from pursight_app.connectors.file_formats import FileFormat, FoundFile, content_problem, format_of, list_files
from pursight_app.connectors.file_scan import describe_table, scan_file
from pursight_app.core.errors import SourceReadError, SourceUnreachableError


class FormatChoice(StrEnum):
    """The format of the files; auto goes by each file's extension."""

    AUTO = "auto"
    CSV = "csv"
    PARQUET = "parquet"
    JSONL = "jsonl"


class FilesConfig(ConnectorConfig):
    """Which files to read."""

    path: str = Field(
        title="File or folder",
        description="Path of one file, or of a folder whose files each become a table, on the machine that scans.",
        min_length=1,
        max_length=4096,
        examples=["/data/exports"],
    )
    format: FormatChoice = Field(
        default=FormatChoice.AUTO,
        title="Format",
        description="Format of the files; auto goes by the extension (.csv, .tsv, .parquet, .jsonl, also with .gz).",
    )
    include: str = Field(
        default="*",
        title="Only files like",
        description="Pattern of the file names to read, with * and ? as wildcards.",
        max_length=255,
        examples=["*.csv", "2026/*.parquet"],
    )


class FilesConnector(Connector):
    """CSV, Parquet and JSON lines files, one or a whole folder with its subfolders.

    Each file is a table named by its path below the folder. CSV dialects are detected; text that is no UTF-8 is read
    as well as possible and the scan says so; lines that do not fit the header are left out and counted. All rows are
    read: up to 1,000,000 rows (Parquet) or 256 MB (text) every figure is exact, above that columns with more than
    100,000 distinct values get an estimate with its 95 % error bar. Memory is limited to 512 MB, a line to 2 MB, and a
    compressed file to 200 times its size.
    """

    key = "files"
    label = "Files"
    description = "CSV, Parquet and JSON lines files: one file, or a folder of them."
    Config = FilesConfig

    def __init__(
        self,
        config: FilesConfig,
        secret: NoSecret | None = None,
        *,
        timeout_s: float = 30.0,
        address: str | None = None,
    ) -> None:
        super().__init__(config, secret, timeout_s=timeout_s, address=address)
        self._config = config
        self._root = Path(config.path).expanduser().absolute()
        self._session: DuckDBSession | None = None

    @override
    def namespace(self) -> str:
        folder = self._root.parent if self._root.is_file() else self._root
        return f"file://{folder}"

    @override
    def database(self) -> str:
        return ""

    @override
    def ping(self) -> str:
        readable = [found for found in self._files() if found.refusal is None and self._format(found) is not None]
        return f"{self._root.name or self._root}: {len(readable)} readable files"

    @override
    def discover(self) -> Discovery:
        tables: list[TableInfo] = []
        skipped: list[SkippedTable] = []
        for found in self._files():
            outcome = self._described(found)
            if isinstance(outcome, TableInfo):
                tables.append(outcome)
            else:
                # What is no data file, or lies outside the folder, is left out on purpose; the rest should be readable.
                is_data = found.refusal is None and self._format(found) is not None
                skipped.append(SkippedTable("", found.name, outcome, is_failure=is_data))
        return Discovery(tuple(tables), tuple(skipped))

    @override
    def scan_table(self, table: TableInfo, *, sample_rows: int = SAMPLE_ROWS, exact: bool | None = None) -> TableScan:
        found = self._found(table.name)
        file_format = self._format(found)
        if file_format is None:
            raise SourceReadError(f"Cannot read {found.name}: its extension is none of .csv, .tsv, .parquet, .jsonl.")
        return scan_file(self._connected(), found, file_format, sample_rows=sample_rows, exact=exact)

    @override
    def close(self) -> None:
        if self._session is not None:
            self._session.close()
            self._session = None

    def _connected(self) -> DuckDBSession:
        if self._session is None:
            self._session = DuckDBSession(
                str(self._root), database=None, allowed=[self._root.resolve()], timeout_s=self.timeout_s
            )
        return self._session

    def _files(self) -> list[FoundFile]:
        if not self._root.exists():
            raise SourceUnreachableError(
                f"There is no file or folder {self._root}. Check the path, then test it again."
            )
        try:
            return list(list_files(self._root, self._config.include))
        except OSError:
            raise SourceUnreachableError(
                f"The folder {self._root} cannot be listed. Grant read access to it."
            ) from None

    def _found(self, name: str) -> FoundFile:
        """The file of a table; its name is looked up among the listed ones, so it cannot lead elsewhere."""
        for found in self._files():
            if found.name == name:
                if found.refusal is not None:
                    raise SourceReadError(f"Cannot read {name}. {found.refusal}")
                return found
        raise SourceReadError(f"Cannot read {name}: the file no longer exists. Discover the source again.")

    def _format(self, found: FoundFile) -> FileFormat | None:
        if self._config.format is not FormatChoice.AUTO:
            return FileFormat(self._config.format.value)
        return format_of(found.path)

    def _described(self, found: FoundFile) -> TableInfo | str:
        """The file as a table, or why it cannot be one."""
        if found.refusal is not None:
            return found.refusal
        file_format = self._format(found)
        if file_format is None:
            return "Its extension is none of .csv, .tsv, .parquet, .jsonl (also with .gz)."
        try:
            problem = content_problem(found.path, file_format)
            return problem or describe_table(self._connected(), found, file_format)
        except SourceReadError as error:
            return error.message
        except OSError:
            return "It cannot be opened. Check that it still exists and may be read."


CONNECTOR = FilesConnector
