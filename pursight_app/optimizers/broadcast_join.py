"""Broadcast joins: a small table that is shuffled although every task could hold it, or a large one that is copied to all."""

from collections.abc import Iterator

from pursight_app.core.executions import Execution, PlanNode, Query
from pursight_app.optimizers.base import MIB, Found, mib, share, stages_of

KEY = "broadcast_join"
FITS, TOO_LARGE = 64 * MIB, 256 * MIB
_SHUFFLED = ("SortMergeJoin", "ShuffledHashJoin")


def size_of(node: PlanNode) -> int | None:
    """What an exchange moved, the nearest one below the node; None where there is none."""
    for below in node.walk():
        if below.name.startswith(("Exchange", "BroadcastExchange", "GpuShuffleExchange", "GpuColumnarExchange")):
            return below.metrics.get("data size") or below.metrics.get("shuffle bytes written")
    return None


def diagnose(execution: Execution) -> Iterator[Found]:
    """Shuffled joins with a small side, and broadcasts that are too large."""
    for query in execution.queries.values():
        for node in query.plan.walk() if query.plan else ():
            if node.name.startswith(_SHUFFLED) and len(node.children) == 2:
                yield from _missed(execution, query, node)
            if node.name.startswith("BroadcastExchange") and (node.metrics.get("data size") or 0) > TOO_LARGE:
                size, took = (
                    node.metrics["data size"],
                    sum(
                        node.metrics.get(name, 0) for name in ("time to build", "time to broadcast", "time to collect")
                    ),
                )
                yield Found(
                    f"Query {query.id} copies {mib(size)} to every executor",
                    f"query {query.id}",
                    "The driver collects the table, builds it and sends it to all; a shuffle would move it once.",
                    "Lower spark.sql.autoBroadcastJoinThreshold or take the hint away.",
                    {"bytes": size, "build_ms": took},
                    took,
                )


def _missed(execution: Execution, query: Query, node: PlanNode) -> Iterator[Found]:
    sizes = [size for side in node.children if (size := size_of(side)) is not None]
    if len(sizes) != 2 or min(sizes) > FITS or max(sizes) < 2 * min(sizes):
        return
    # What the join is for is left; its exchanges and sorts are what goes.
    moving = sum(
        share(execution, stage)
        for stage in stages_of(execution, query)
        if stage.tasks.sum("shuffle_write_bytes") or stage.tasks.sum("shuffle_read_bytes")
    )
    yield Found(
        f"Query {query.id} shuffles both sides of a join although one has {mib(min(sizes))}",
        f"query {query.id}",
        f"The other side ({mib(max(sizes))}) is written, moved and sorted only to meet it.",
        "Broadcast the small side, by a hint or by letting adaptive execution see its real size.",
        {"small_bytes": min(sizes), "large_bytes": max(sizes), "join": node.text[:200]},
        moving * 0.6,
    )
