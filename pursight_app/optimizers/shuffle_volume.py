"""Shuffle volume: the run moves more between its stages than it reads."""

from collections.abc import Iterator
from dataclasses import replace

from pursight_app.core.definitions import Definition
from pursight_app.core.executions import Execution
from pursight_app.optimizers import python_code, sql
from pursight_app.optimizers.base import MIB, Candidate, Found, mib

KEY = "shuffle_volume"
LEAST = 256 * MIB


def diagnose(execution: Execution) -> Iterator[Found]:
    """One finding for the whole run, where shuffles dominate it."""
    stages = execution.ran_stages()
    written = sum(stage.tasks.sum("shuffle_write_bytes") for stage in stages)
    read = sum(stage.tasks.sum("input_bytes") for stage in stages)
    if written < LEAST or written < read:
        return
    cores = max(1, execution.cores)
    writing = sum(stage.tasks.sum("shuffle_write_ns") for stage in stages) / 1e6
    waiting = sum(stage.tasks.sum("fetch_wait") for stage in stages)
    yield Found(
        f"The run shuffles {mib(written)} and reads {mib(read)}",
        "run",
        f"Writing shuffles took {writing / 1000:.1f} s of task time, waiting for them {waiting / 1000:.1f} s.",
        "Filter and drop columns before joins and aggregations; aggregate before joining; avoid distinct and global sorts.",
        {"shuffle_write_bytes": written, "input_bytes": read, "write_ms": round(writing), "fetch_wait_ms": waiting},
        (writing + waiting) / cores,
    )


def propose(definition: Definition) -> Iterator[Candidate]:
    """Takes shuffles away that no result needs, and makes one of those for dropping duplicates and for grouping."""
    yield from _without_useless(definition)
    yield from _together(definition)


def _without_useless(definition: Definition) -> Iterator[Candidate]:
    """DISTINCT over a UNION, sorts in the middle, fixed repartitioning, counting for a log."""
    after, words = definition, set[str]()
    last = {output.step for output in definition.outputs}
    for step in definition.steps:
        if step.sql:
            text, done = sql.without_useless_shuffles(
                step.sql, is_last=step.name in last, is_order_free=not _is_order_used(definition, step.name)
            )
            changed = replace(step, sql=text)
        else:
            text, done = python_code.without_useless_work(step.python)
            changed = replace(step, python=text)
        if done:
            after, words = after.with_step(changed), words | set(done)
    if words:
        yield Candidate(
            f"{KEY}_useless",
            f"Leave out work that no result needs: {', '.join(sorted(words))}",
            "sql",
            "Each of them moves all rows once, and the rows that come out are the same without it.",
            "UNION drops duplicates already; order of rows in a table has no meaning; a count for a log changes nothing.",
            "medium: files are no longer sorted as a whole, in case a reader relied on it"
            if "a global sort" in words
            else "low",
            after,
            0.9,
        )


def _together(definition: Definition) -> Iterator[Candidate]:
    """Steps that drop duplicates, of which the next one groups what is left."""
    after, keys = definition, list[str]()
    for step in definition.steps:
        columns = _grouped_by(definition, step.name) if step.sql else []
        text = sql.distinct_together(step.sql, columns) if columns else step.sql
        if text != step.sql:
            after, keys = after.with_step(replace(step, sql=text)), keys + columns
    if keys:
        yield Candidate(
            f"{KEY}_distinct",
            f"Bring rows together by {', '.join(keys)} before duplicates are dropped",
            "sql",
            "Rows are moved once for both: for dropping duplicates and for the grouping that follows. They are not compared before they lie together, and parts of a UNION over the same rows are read once.",
            "Equal rows have equal values there, so they meet; moving rows changes none of them.",
            "medium: where there are few different values, few tasks have work",
            after,
            0.4,
        )


def _grouped_by(definition: Definition, name: str) -> list[str]:
    """The columns that the only reader of a step groups it by; none when nobody does, or others read it too."""
    readers = [
        step for step in definition.steps if step.name != name and name.lower() in (step.sql or step.python).lower()
    ]
    if len(readers) != 1 or any(output.step == name for output in definition.outputs):
        return []
    [reader] = readers
    return sql.grouped_columns(reader.sql, name) if reader.sql else python_code.grouped_columns(reader.python)


def _is_order_used(definition: Definition, name: str) -> bool:
    """Whether a later step takes the first of something from this one, or is Python, of which that is not known."""
    carried = {name.lower()}
    for step in definition.steps[[step.name for step in definition.steps].index(name) + 1 :]:
        if any(each in (step.sql or step.python).lower() for each in carried):
            if not step.sql or sql.depends_on_order(step.sql):
                return True
            # It may hand the order on.
            carried.add(step.name.lower())
    return False
