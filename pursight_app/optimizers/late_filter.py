"""Late filters: rows and columns are read, moved or staged that nobody uses.

Seen where a filter directly above a scan drops most rows, where the scan was not told of it, and where a filter stands
above a shuffle although it asks of one side only. What another query has written only for that scan was mostly in vain too.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from pursight_app.core.definitions import Definition
from pursight_app.core.executions import Execution, PlanNode, Query
from pursight_app.optimizers import sql
from pursight_app.optimizers.base import MIB, Candidate, Found, mib, rows, scans, share_of_query

KEY = "late_filter"
KEPT_AT_MOST, LEAST_ROWS = 0.3, 100_000
_WRITES = re.compile(r"InsertIntoHadoopFsRelationCommand (\S+?), ")
_COLUMNS = re.compile(r"\[([^\[\]]+)\]$")
_FIELD = re.compile(r"(?:struct<|,)([^:,<>]+):")
UNREAD_FROM, LEAST_WRITTEN = 0.5, 16 * MIB
_THROUGH = ("WholeStageCodegen", "InputAdapter", "ColumnarToRow", "Project", "AQEShuffleRead", "GpuColumnarToRow")


def diagnose(execution: Execution) -> Iterator[Found]:
    """Filters that come after the work they would have saved."""
    for query in execution.queries.values():
        for node in query.plan.walk() if query.plan else ():
            if node.name.startswith("Filter") and node.children:
                yield from _late(execution, query, node)
            if written := _WRITES.search(node.text):
                yield from _unread_columns(execution, query, written[1], node)


def _late(execution: Execution, query: Query, node: PlanNode) -> Iterator[Found]:
    below = node.children[0]
    while below.name.startswith(_THROUGH) and len(below.children) == 1:
        below = below.children[0]
    kept, given = node.metrics.get("number of output rows"), rows(below)
    if kept is None or not given or given < LEAST_ROWS or kept / given > KEPT_AT_MOST:
        return
    is_scan = below in scans(query.plan)
    if is_scan and _is_pushed(below):
        return
    writer = _writer(execution, below) if is_scan else None
    wrote = {"written_by": writer.id} if writer else {}
    after = f"query {writer.id} has written them to files" if writer else "reading them"
    yield Found(
        f"Query {query.id} drops {100 * (1 - kept / given):.0f} % of {given:,} rows after {after}",
        f"query {query.id}",
        f"{node.text[:160]} stands above {below.name}: the source was not asked for less.",
        "Filter on plain columns before joining and staging, and compare dates with a range instead of a formatted text.",
        {"rows_in": given, "rows_out": kept, "filter": node.text[:300], "above": below.name, **wrote},
        (share_of_query(execution, query) * 0.6 + (_share_of_writer(execution, writer, below) if writer else 0))
        * (1 - kept / given),
    )


def _unread_columns(execution: Execution, writer: Query, place: str, node: PlanNode) -> Iterator[Found]:
    """Columns that a query writes to files for later ones, of which none reads them."""
    columns = _COLUMNS.search(node.text)
    readers = [
        scan
        for query in execution.queries.values()
        for scan in scans(query.plan)
        if f"[{place}]" in scan.metadata.get("Location", "")
    ]
    schemas = [scan.metadata.get("ReadSchema", "") for scan in readers]
    # Of wide tables Spark tells only the first columns.
    if not columns or not readers or any("more fields" in text for text in (columns[1], *schemas)):
        return
    written, read = columns[1].split(", "), {name for text in schemas for name in _FIELD.findall(text)}
    unread = [name for name in written if name not in read]
    size = node.metrics.get("written output", 0)
    if len(unread) < UNREAD_FROM * len(written) or size < LEAST_WRITTEN:
        return
    yield Found(
        f"Query {writer.id} writes {len(written)} columns to files, of which {len(unread)} are read by nobody",
        f"query {writer.id}",
        f"{mib(size)} are written to {place}; later queries of the run read {', '.join(sorted(read))[:200]}.",
        "Select the columns that are needed before staging, or do not stage: Spark then reads only those.",
        {
            "columns": len(written), "unread_columns": ", ".join(unread)[:300], "written_bytes": size,
            "written_by": writer.id, "direction": "columns",
        },
        share_of_query(execution, writer) * len(unread) / len(written),
    )  # fmt: skip


def _share_of_writer(execution: Execution, writer: Query, scan: PlanNode) -> float:
    """This scan's part of the time that went into its files: who else reads them needs them too."""
    location = scan.metadata.get("Location", "")
    readers = sum(
        any(each.metadata.get("Location") == location for each in scans(query.plan))
        for query in execution.queries.values()
    )
    return share_of_query(execution, writer) / max(1, readers)


def _writer(execution: Execution, scan: PlanNode) -> Query | None:
    """The query of the same application that wrote the files of a scan."""
    location = scan.metadata.get("Location", "")
    for query in execution.queries.values():
        for node in query.plan.walk() if query.plan else ():
            if (written := _WRITES.search(node.text)) and f"[{written[1]}]" in location:
                return query
    return None


def _is_pushed(scan: PlanNode) -> bool:
    pushed = scan.metadata.get("PushedFilters", "[]")
    partitions = scan.metadata.get("PartitionFilters", "[]")
    # IsNotNull alone keeps everything of most columns.
    return partitions not in {"[]", ""} or any(
        word in pushed for word in ("EqualTo", "GreaterThan", "LessThan", "In(", "StringStartsWith")
    )


def propose(definition: Definition) -> Iterator[Candidate]:
    """Lets filters through: steps are no longer written to files in between, and dates are compared as dates."""
    staged = [step for step in definition.steps if step.persist == "stage"]
    unstaged = definition
    for step in staged:
        unstaged = unstaged.with_step(replace(step, persist="none"))
    if staged:
        yield Candidate(
            f"{KEY}_stage",
            f"Do not write {', '.join(step.name for step in staged)} to files in between",
            "sql",
            "What a later step drops is then never read, joined or written; Spark plans over the whole.",
            "A step is a view over the same rows, whether it is written or not; with rand() or now() it would not be.",
            "medium: a step that several others read is computed by each of them",
            unstaged,
            0.95,
        )
    plain, count = definition, 0
    for step in definition.steps:
        rewritten = sql.rewrite(step.sql, sql.plain_dates) if step.sql else ""
        if rewritten and rewritten != step.sql:
            plain, count = plain.with_step(replace(step, sql=rewritten)), count + 1
    if count:
        yield Candidate(
            f"{KEY}_dates",
            "Compare dates with a range instead of a formatted text",
            "sql",
            "A comparison of the plain column is pushed into the scan, which skips files and row groups by their statistics.",
            "date_format(d, 'yyyy-MM') = 'x' and year(d) = n hold for exactly the dates of that month or year; NULL fails both.",
            "low: checked by the checksums of all outputs",
            plain,
            0.5,
        )
