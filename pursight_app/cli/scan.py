"""`./pursight scan TARGET`: the same connectors and the same classifier without any server."""

import json
import sys
from dataclasses import asdict
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from pursight_app.core.errors import ExternalError

if TYPE_CHECKING:
    from pursight_app.connectors.base import Connector, TableInfo


class Format(StrEnum):
    """How the result is printed."""

    TABLE = "table"
    JSON = "json"


def scan(
    target: Annotated[str, typer.Argument(help="postgresql://…, mysql://…, sqlite:///…, duckdb:///… or a path.")],
    output: Annotated[Format, typer.Option("--format", help="table for people, json for programs.")] = Format.TABLE,
    sample: Annotated[int, typer.Option(min=10, max=10_000, help="Rows sampled from each table.")] = 1_000,
) -> None:
    """Reads every table of TARGET and says what data lie in each column, and why."""
    from pursight_app.connectors.registry import from_target

    tables: list[dict[str, object]] = []
    skipped: list[dict[str, str]] = []
    with from_target(target) as connector:
        found = connector.discover()
        skipped += [{"table": _name(each.schema, each.name), "reason": each.reason} for each in found.skipped]
        for place, table in enumerate(found.tables, start=1):
            name = _name(table.schema, table.name)
            if sys.stderr.isatty():
                print(f"\r\033[K{place}/{len(found.tables)} {name}", end="", file=sys.stderr, flush=True)
            try:
                tables.append(_one_table(connector, table, name, sample))
            except ExternalError as error:
                skipped.append({"table": name, "reason": error.message})
    if sys.stderr.isatty():
        print("\r\033[K", end="", file=sys.stderr)
    if output is Format.JSON:
        print(json.dumps({"tables": tables, "skipped": skipped}, ensure_ascii=False, indent=2))
    else:
        _print_tables(tables, skipped)
    if skipped and not tables:
        raise typer.Exit(2)


def _name(schema: str, name: str) -> str:
    return f"{schema}.{name}" if schema else name


def _one_table(connector: "Connector", table: "TableInfo", name: str, sample: int) -> dict[str, object]:
    from pursight_app.assistant.column_model import load_model
    from pursight_app.services.classification import Recognition
    from pursight_app.services.scanning.tables import classify

    scanned = connector.scan_table(table, sample_rows=sample)
    verdicts = classify(table, scanned, Recognition(load_model())).verdicts
    columns: list[dict[str, object]] = []
    for column in table.columns:
        verdict, profile = verdicts[column.name], scanned.columns[column.name]
        counts = asdict(profile)
        # The command's output ends up in logs and tickets: extremes are values and stay out of it.
        for extreme in ("minimum", "maximum"):
            counts.pop(extreme)
        columns.append(
            {
                "column": column.name,
                "data_type": column.data_type,
                "data_class": verdict.data_class,
                "confidence": round(verdict.confidence, 4),
                "sensitivity": verdict.sensitivity,
                "regulations": list(verdict.regulations),
                "evidence": verdict.evidence.as_json(),
                "profile": counts,
            }
        )
    return {
        "table": name,
        "kind": str(table.kind),
        "rows": scanned.row_count,
        "rows_error": scanned.row_count_error,
        "columns": columns,
    }


def _print_tables(tables: list[dict[str, object]], skipped: list[dict[str, str]]) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    console = Console()
    for table in tables:
        about = "≈ " if table["rows_error"] else ""
        shown = Table(title=escape(f"{table['table']} · {about}{table['rows']:,} rows"), title_justify="left")
        for header in ("column", "data class", "confidence", "sensitivity", "regulations", "evidence"):
            shown.add_column(header, overflow="fold")
        for column in table["columns"]:  # type: ignore[attr-defined]  # a list of columns, made above
            reasons = column["evidence"]["reasons_for"]
            shown.add_row(
                escape(column["column"]),
                column["data_class"] or "not named",
                f"{column['confidence']:.2f}" if column["data_class"] else "",
                column["sensitivity"] or "",
                ", ".join(column["regulations"]),
                escape(reasons[0] if reasons else ""),
            )
        console.print(shown)
    for each in skipped:
        console.print(f"Not read: {escape(each['table'])}: {escape(each['reason'])}")
