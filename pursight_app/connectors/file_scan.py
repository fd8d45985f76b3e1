"""Describes and scans one file: checks it, makes it readable, reads it, and makes sure that it stood still meanwhile."""

import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from pursight_app.connectors.aggregates import select, whole
from pursight_app.connectors.base import ColumnInfo, TableInfo, TableKind, TableScan
from pursight_app.connectors.declarations import declaration_fingerprint
from pursight_app.connectors.duckdb_profile import Source, scan_source
from pursight_app.connectors.duckdb_session import DuckDBSession
from pursight_app.connectors.file_copies import TextFile, readable_file
from pursight_app.connectors.file_formats import FileFormat, FoundFile, content_problem
from pursight_app.connectors.file_readers import describe_file, rejected_lines
from pursight_app.core.errors import SourceReadError

# Up to here every figure of a scan is exact unless asked otherwise.
EXACT_ROWS = 1_000_000
EXACT_BYTES = 256 * 1024 * 1024

_HEAD_BYTES = 4 * 1024 * 1024

# Text up to this size is parsed once and kept in memory for the scan.
_LOADED_BYTES = 64 * 1024 * 1024

# DuckDB's own limits of a CSV line and a JSON object.
_LINE_BYTES = {FileFormat.CSV: 2_000_000, FileFormat.JSONL: 16_000_000}

# More lines than this share that do not fit the header mean a misjudged dialect and not broken lines.
_REJECTED_SHARE = 0.1


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A path that DuckDB can read, and what to tell about it."""

    path: Path
    notes: tuple[str, ...]


def describe_table(session: DuckDBSession, found: FoundFile, file_format: FileFormat) -> TableInfo:
    """The file's columns, from its head only (CSV, JSON lines) or its footer (Parquet)."""
    rows = None
    with _prepared(session, found, file_format, head_bytes=_HEAD_BYTES) as prepared, session.reading(found.name):
        source = describe_file(session, prepared.path, file_format, is_head=True)
        if file_format is FileFormat.PARQUET:
            rows = whole(session.rows(select("count(*)", source.relation))[0][0])
    columns = tuple(
        ColumnInfo(name, position, source.guessed.get(name, data_type))
        for position, (name, data_type) in enumerate(source.columns.items(), start=1)
    )
    return TableInfo(
        schema="",
        name=found.name,
        kind=TableKind.FILE,
        columns=columns,
        row_estimate=rows,
        size_bytes=found.path.stat().st_size,
        fingerprint=declaration_fingerprint(TableKind.FILE, columns),
    )


def scan_file(
    session: DuckDBSession, found: FoundFile, file_format: FileFormat, *, sample_rows: int, exact: bool | None
) -> TableScan:
    """One scan of one file; raises SourceReadError if somebody wrote to it meanwhile."""
    try:
        before = _stamp(found.path)
        problem = content_problem(found.path, file_format)
        if problem is not None:
            raise SourceReadError(f"Cannot read {found.name}. {problem} Rename the file or write it anew.")
        with _prepared(session, found, file_format) as prepared, session.reading(found.name):
            scan = _read(session, found, prepared, file_format, sample_rows=sample_rows, exact=exact)
        after = _stamp(found.path)
    except OSError:
        raise SourceReadError(f"Cannot read {found.name}: the file vanished or may no longer be read.") from None
    if after != before:
        raise SourceReadError(f"{found.name} was changed while it was read. Scan it again when it is complete.")
    return scan


def _stamp(path: Path) -> tuple[int, int, int]:
    """What changes when somebody writes to a file or puts another one in its place."""
    status = path.stat()
    return status.st_size, status.st_mtime_ns, status.st_ino


@contextmanager
def _prepared(
    session: DuckDBSession, found: FoundFile, file_format: FileFormat, *, head_bytes: int | None = None
) -> Generator[_Prepared]:
    """The file under a path that DuckDB can read, for the time of the block."""
    path, notes = found.path.resolve(), ()
    if file_format is not FileFormat.PARQUET:
        deadline = time.monotonic() + session.timeout_s
        readable = readable_file(
            TextFile(path, found.name, deadline, _LINE_BYTES[file_format], head_bytes), session.workspace
        )
        path, notes = readable.path, readable.notes
    # A name with wildcards would be taken for a pattern, and a name such as s3://x for an address.
    link = session.workspace / "link"
    link.unlink(missing_ok=True)
    link.symlink_to(path)
    try:
        yield _Prepared(link, notes)
    finally:
        link.unlink(missing_ok=True)
        if path.is_relative_to(session.workspace):
            path.unlink(missing_ok=True)


def _read(
    session: DuckDBSession,
    found: FoundFile,
    prepared: _Prepared,
    file_format: FileFormat,
    *,
    sample_rows: int,
    exact: bool | None,
) -> TableScan:
    source = describe_file(session, prepared.path, file_format, is_head=False)
    if file_format is not FileFormat.PARQUET and prepared.path.stat().st_size <= _LOADED_BYTES:
        source = _loaded(session, source)
    if exact is None and file_format is FileFormat.PARQUET:
        exact = whole(session.rows(select("count(*)", source.relation))[0][0]) <= EXACT_ROWS
    elif exact is None:
        exact = prepared.path.stat().st_size <= EXACT_BYTES
    scan = scan_source(session, source, sample_rows=sample_rows, is_exact=exact)
    notes = prepared.notes
    if file_format is FileFormat.CSV:
        notes += _about_rejects(session, found, scan.row_count)
    return replace(scan, notes=notes)


def _loaded(session: DuckDBSession, source: Source) -> Source:
    """The rows of a small text file in memory, until the transaction ends; a wide one takes many passes."""
    session.rows(f"CREATE TEMP TABLE scanned AS {select('*', source.relation)}")
    return replace(source, relation="scanned")


def _about_rejects(session: DuckDBSession, found: FoundFile, row_count: int) -> tuple[str, ...]:
    count, first = rejected_lines(session)
    if count == 0:
        return ()
    if count > _REJECTED_SHARE * (row_count + count):
        raise SourceReadError(
            f"Cannot read {found.name}: {count:,} of {row_count + count:,} lines do not fit the header, or are longer than "
            f"the limit of 2,000,000 bytes; the first is line {first}. Mend the file or its delimiter."
        )
    return (f"{count:,} lines do not fit the header and were left out; the first is line {first}.",)
