"""File format and compression: text is parsed row by row and column by column, and a compressed text file has one reader."""

from collections.abc import Iterator

from pursight_app.core.executions import Execution
from pursight_app.optimizers.base import MIB, Found, mib, scans, share_of_query, stages_of

KEY = "file_format"
LEAST_BYTES = 16 * MIB
_TEXT = ("csv", "json", "text")


def diagnose(execution: Execution) -> Iterator[Found]:
    """Scans of text formats worth their conversion, and unsplittable files."""
    for query in execution.queries.values():
        for scan in scans(query.plan):
            kind = next(
                (word for word in _TEXT if f"scan {word}" in scan.name.lower() or f"scan {word}" in scan.text.lower()),
                "",
            )
            size = scan.metrics.get("size of files read", 0)
            if not kind or size < LEAST_BYTES:
                continue
            tasks = max(
                (len(stage.tasks) for stage in stages_of(execution, query) if stage.tasks.sum("input_bytes")), default=0
            )
            is_single = tasks == 1 and execution.cores > 1 and size > 64 * MIB
            yield Found(
                f"Query {query.id} parses {mib(size)} of {kind.upper()}" + (" in one task" if is_single else ""),
                f"query {query.id}",
                f"All columns of all rows are parsed whatever the query needs{'; compressed text cannot be split' if is_single else ''}.",
                "Keep it as Parquet, which reads only the columns that are used and skips row groups by their statistics.",
                {"bytes": size, "format": kind, "tasks": tasks, "files": scan.metrics.get("number of files read", 0)},
                share_of_query(execution, query) * (0.7 if is_single else 0.4),
            )
