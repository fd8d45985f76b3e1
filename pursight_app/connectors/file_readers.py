"""What DuckDB needs to read one file: the FROM clause and the columns, for CSV, Parquet and JSON lines."""

from collections.abc import Mapping
from pathlib import Path

from pursight_app.connectors.duckdb_profile import Source
from pursight_app.connectors.duckdb_session import DuckDBSession, literal
from pursight_app.connectors.file_formats import FileFormat

# Types that the CSV sniffer may find and that are worth checking; everything else stays text.
_GUESSES = frozenset({"BIGINT", "DOUBLE", "DATE", "TIME", "TIMESTAMP", "TIMESTAMP WITH TIME ZONE", "BOOLEAN"})

_CSV_REJECTS = "SELECT count(DISTINCT line), min(line) FROM reject_errors"


def describe_file(session: DuckDBSession, path: Path, file_format: FileFormat, *, is_head: bool) -> Source:
    """How to read the file; call inside `session.reading`.

    JSON lines are looked through to the end unless `is_head`, because a later line may have other keys or types.
    """
    if file_format is FileFormat.CSV:
        return _csv(session, path)
    if file_format is FileFormat.PARQUET:
        return _parquet(session, path)
    return _json_lines(session, path, is_head=is_head)


def rejected_lines(session: DuckDBSession) -> tuple[int, int | None]:
    """How many lines of the CSV file just profiled were left out, and the number of the first one."""
    count, first = session.rows(_CSV_REJECTS)[0]
    return int(count), first


def _csv(session: DuckDBSession, path: Path) -> Source:
    # Lines of another width than the rest must not decide about the dialect.
    sniffed = session.rows(
        'SELECT "Delimiter", "Quote", "Escape", "SkipRows", "HasHeader", "Columns" '
        "FROM sniff_csv($1, ignore_errors = true)",
        [str(path)],
    )[0]
    delimiter, quote, escape, skip, has_header, columns = sniffed
    # A head without any quoted field does not mean that none follows.
    quote = '"' if quote == "(empty)" else quote
    escape = quote if escape == "(empty)" else escape
    types = {column["name"]: column["type"] for column in columns}
    options = {
        "auto_detect": "false",
        "delim": literal(delimiter),
        "quote": literal(quote),
        "escape": literal(escape),
        "skip": str(int(skip)),
        "header": str(bool(has_header)).lower(),
        "columns": _declared(dict.fromkeys(types, "VARCHAR")),
        "store_rejects": "true",
        "rejects_limit": "100000",
    }
    guessed = {name: kind for name, kind in types.items() if kind in _GUESSES}
    return Source(_reader("read_csv", path, options), dict.fromkeys(types, "VARCHAR"), guessed)


def _parquet(session: DuckDBSession, path: Path) -> Source:
    relation = f"read_parquet({literal(str(path))})"
    columns = _described(session, relation)
    if "file_row_number" in {name.lower() for name in columns}:
        return Source(relation, columns, {})
    numbered = f"read_parquet({literal(str(path))}, file_row_number = true)"
    return Source(relation, columns, {}, ("file_row_number", numbered))


def _json_lines(session: DuckDBSession, path: Path, *, is_head: bool) -> Source:
    # Depth 2 types the columns and keeps nested objects as one JSON value: their keys are data as often as names. Nor may
    # an object of many keys become one column that maps keys to values.
    options = {
        "format": "'newline_delimited'",
        "compression": "'none'",
        "maximum_depth": "2",
        "map_inference_threshold": "-1",
        "field_appearance_threshold": "0",
        "sample_size": "20480" if is_head else "-1",
    }
    columns = _described(session, _reader("read_json", path, options))
    # With the types stated, the following passes do not detect them again.
    stated = {name: options[name] for name in ("format", "compression")} | {"columns": _declared(columns)}
    return Source(_reader("read_json", path, stated), columns, {})


def _described(session: DuckDBSession, relation: str) -> dict[str, str]:
    return {name: kind for name, kind, *_ in session.rows(f"DESCRIBE FROM {relation}")}


def _reader(function: str, path: Path, options: Mapping[str, str]) -> str:
    settings = ", ".join(f"{name} = {value}" for name, value in options.items())
    return f"{function}({literal(str(path))}, {settings})"


def _declared(columns: Mapping[str, str]) -> str:
    return "{" + ", ".join(f"{literal(name)}: {literal(kind)}" for name, kind in columns.items()) + "}"
