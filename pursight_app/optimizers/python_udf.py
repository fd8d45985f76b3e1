"""Python UDFs: every row leaves the JVM, is turned into Python objects, and comes back."""

from collections.abc import Iterator
from dataclasses import replace

from pursight_app.core.definitions import Definition
from pursight_app.core.executions import Execution
from pursight_app.optimizers import python_code
from pursight_app.optimizers.base import Candidate, Found, rows, share_of_query

KEY = "python_udf"
# BatchEvalPython handles rows one by one; the Arrow kinds are quicker but leave the JVM too.
_ROW_BY_ROW, _BATCHED = (
    ("BatchEvalPython",),
    ("ArrowEvalPython", "MapInPandas", "FlatMapGroupsInPandas", "PythonMapInArrow", "MapInArrow"),
)


def diagnose(execution: Execution) -> Iterator[Found]:
    """Queries that evaluate Python for their rows."""
    for query in execution.queries.values():
        for node in query.plan.walk() if query.plan else ():
            if not node.name.startswith(_ROW_BY_ROW + _BATCHED):
                continue
            is_row_by_row = node.name.startswith(_ROW_BY_ROW)
            handled = node.metrics.get("number of output rows") or rows(node) or 0
            yield Found(
                f"Query {query.id} runs Python for {handled:,} rows{' one by one' if is_row_by_row else ''}",
                f"query {query.id}",
                f"{node.text[:160]}: each row is sent to a Python process and back.",
                "Say the same with Spark's own functions; where that cannot be, use a pandas UDF.",
                {
                    "rows": handled, "operator": node.name, "call": node.text[:300],
                    "sent_bytes": node.metrics.get("data sent to Python workers", 0),
                },
                share_of_query(execution, query) * (0.9 if is_row_by_row else 0.5),
            )  # fmt: skip


def propose(definition: Definition) -> Iterator[Candidate]:
    """Says a Python function in SQL, where it is simple enough to be the same."""
    after, names = definition, list[str]()
    for step in definition.steps:
        if step.python:
            text, done = python_code.udfs_as_columns(step.python)
            if done:
                after, names = after.with_step(replace(step, python=text)), names + done
    if names:
        yield Candidate(
            KEY,
            f"Say {', '.join(names)} with Spark's own functions",
            "python",
            "Rows no longer leave the JVM, and the whole expression is compiled into the scan.",
            "Only functions of comparisons, arithmetic, text methods and conditions are translated, with Python's meaning of None.",
            "low: checked by the checksums of all outputs",
            after,
            0.95,
        )
