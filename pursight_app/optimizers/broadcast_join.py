"""Broadcast joins: a small table that is shuffled although every task could hold it, or a large one that is copied to all."""

from collections.abc import Iterator
from dataclasses import replace

from pursight_app.core.definitions import Definition
from pursight_app.core.executions import Execution, PlanNode, Query
from pursight_app.optimizers import sql
from pursight_app.optimizers.base import MIB, Candidate, Found, Seen, mib, scans, share, stages_of

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
                    {"bytes": size, "build_ms": took, "direction": "too large", "tables": _locations(node)},
                    took,
                )


def _missed(execution: Execution, query: Query, node: PlanNode) -> Iterator[Found]:
    sizes = [size for side in node.children if (size := size_of(side)) is not None]
    if len(sizes) != 2 or min(sizes) > FITS or max(sizes) < 2 * min(sizes):
        return
    small = node.children[sizes.index(min(sizes))]
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
        {
            "small_bytes": min(sizes), "large_bytes": max(sizes), "join": node.text[:200], "direction": "missed",
            "tables": _locations(small),
        },
        moving * 0.6,
    )  # fmt: skip


def _locations(side: PlanNode) -> str:
    """Where the tables of one side of a join lie; nothing when it is made of several."""
    found = {each.metadata.get("Location", "") for each in scans(side)}
    return found.pop()[:1_000] if len(found) == 1 else ""


def propose_for(definition: Definition, seen: Seen) -> Iterator[Candidate]:
    """Says in the SQL which side of a join to copy to all, and takes a hint away that copies too much."""
    for direction, rule, key, title in (
        ("missed", sql.with_broadcast, f"{KEY}_hint", "Copy {} to every task instead of shuffling the other side"),
        ("too large", sql.without_broadcast, f"{KEY}_unhint", "Do not copy {} to every task"),
    ):
        found = seen.of(KEY, direction=direction)
        names = {
            name for each in found for name, path in seen.paths.items() if _is_at(path, str(each.evidence["tables"]))
        }
        after = definition
        for step in definition.steps:
            if step.sql and (text := rule(step.sql, names)) != step.sql:
                after = after.with_step(replace(step, sql=text))
        yield Candidate(
            key,
            title.format(", ".join(sorted(names))),
            "sql",
            found[0].title if found else "",
            "A hint says how rows of a join meet, never which rows there are.",
            "low: what is copied must fit into memory when it has grown, too" if direction == "missed" else "low",
            after,
            0.7,
        )


def _is_at(path: str, location: str) -> bool:
    # Spark writes file:/tmp/x and s3a://bucket/x; a definition may have file:///tmp/x, /tmp/x and s3://bucket/x.
    plain = path.removeprefix("file://").rstrip("/")
    return f"file:{plain}]" in location or ("://" in plain and f"//{plain.partition('://')[2]}]" in location)
