"""Late filters: rows and columns are read, moved or staged that nobody uses.

Seen where a filter directly above a scan drops most rows, where the scan was not told of it, and where a filter stands
above a shuffle although it asks of one side only.
"""

from collections.abc import Iterator

from pursight_app.core.executions import Execution, PlanNode, Query
from pursight_app.optimizers.base import Found, rows, scans, share_of_query

KEY = "late_filter"
KEPT_AT_MOST, LEAST_ROWS = 0.3, 100_000
_THROUGH = ("WholeStageCodegen", "InputAdapter", "ColumnarToRow", "Project", "AQEShuffleRead", "GpuColumnarToRow")


def diagnose(execution: Execution) -> Iterator[Found]:
    """Filters that come after the work they would have saved."""
    for query in execution.queries.values():
        for node in query.plan.walk() if query.plan else ():
            if node.name.startswith("Filter") and node.children:
                yield from _late(execution, query, node)


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
    yield Found(
        f"Query {query.id} drops {100 * (1 - kept / given):.0f} % of {given:,} rows after reading them",
        f"query {query.id}",
        f"{node.text[:160]} stands above {below.name}: the source was not asked for less.",
        "Filter on plain columns before joining and staging, and compare dates with a range instead of a formatted text.",
        {"rows_in": given, "rows_out": kept, "filter": node.text[:300], "above": below.name},
        share_of_query(execution, query) * (1 - kept / given) * 0.6,
    )


def _is_pushed(scan: PlanNode) -> bool:
    pushed = scan.metadata.get("PushedFilters", "[]")
    partitions = scan.metadata.get("PartitionFilters", "[]")
    # IsNotNull alone keeps everything of most columns.
    return partitions not in {"[]", ""} or any(
        word in pushed for word in ("EqualTo", "GreaterThan", "LessThan", "In(", "StringStartsWith")
    )
