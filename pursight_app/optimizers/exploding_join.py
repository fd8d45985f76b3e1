"""Exploding joins: every row of one side meets every row of the other, or a join gives many times what it got."""

from collections.abc import Iterator
from dataclasses import replace

from pursight_app.core.definitions import Definition
from pursight_app.core.executions import Execution
from pursight_app.optimizers import sql
from pursight_app.optimizers.base import Candidate, Found, rows, share_of_query

KEY = "exploding_join"
GROWTH, LEAST_ROWS = 10, 100_000
_ALL_PAIRS = ("CartesianProduct", "BroadcastNestedLoopJoin")


def diagnose(execution: Execution) -> Iterator[Found]:
    """Joins without an equality, and joins that multiply rows."""
    for query in execution.queries.values():
        for node in query.plan.walk() if query.plan else ():
            if len(node.children) != 2:
                continue
            made = node.metrics.get("number of output rows") or 0
            left, right = (rows(side) or 0 for side in node.children)
            is_all_pairs = node.name.startswith(_ALL_PAIRS)
            if is_all_pairs and max(left * right, made) >= LEAST_ROWS:
                yield Found(
                    f"Query {query.id} compares every row with every row",
                    f"query {query.id}",
                    f"{node.text[:160]} has no equality to join by: {left:,} × {right:,} pairs are looked at.",
                    "Join by equality: an OR of equalities is a union of joins, a range can be joined by its bucket.",
                    {"left_rows": left, "right_rows": right, "output_rows": made, "join": node.text[:300]},
                    share_of_query(execution, query) * 0.8,
                )
            elif left and right and made >= LEAST_ROWS and made > GROWTH * max(left, right) and "Join" in node.name:
                yield Found(
                    f"A join of query {query.id} turns {max(left, right):,} rows into {made:,}",
                    f"query {query.id}",
                    f"{node.text[:160]}: keys repeat on both sides.",
                    "Check whether the key is complete; make one side distinct or aggregate it before the join.",
                    {"left_rows": left, "right_rows": right, "output_rows": made, "join": node.text[:300]},
                    share_of_query(execution, query) * 0.5,
                )


def propose(definition: Definition) -> Iterator[Candidate]:
    """Turns an inner join on `a OR b` into the union of a join on `a` and one on `b` that leaves out what `a` found."""
    after, count = definition, 0
    for step in definition.steps:
        rewritten = sql.rewrite(step.sql, sql.or_join_as_union) if step.sql else ""
        if rewritten and rewritten != step.sql:
            after, count = after.with_step(replace(step, sql=rewritten)), count + 1
    if count:
        yield Candidate(
            KEY,
            "Join by each equality alone and unite the results",
            "sql",
            "An OR of equalities leaves Spark only comparing every row with every row; each equality alone is a hash join.",
            "The second join keeps a pair only where the first equality is not true, NULL included, so no pair comes twice and none is lost.",
            "low: checked by the checksums of all outputs",
            after,
            0.95,
        )
