"""Schema inference and file listing: jobs that read data or list folders only to learn their shape."""

import re
from collections.abc import Iterator
from dataclasses import replace

from pursight_app.core.definitions import Definition, Input
from pursight_app.core.executions import Execution, Job, Stage
from pursight_app.optimizers.base import Candidate, Found, Seen, seconds

KEY = "schema_inference"
_READER = re.compile(r"DataFrameReader\.(?:csv|json|parquet|orc|load|text)|DataStreamReader")
# Spark lists folders by a job of its own when there are more of them than this.
MANY_FOLDERS = 32


def diagnose(execution: Execution) -> Iterator[Found]:
    """Jobs started by a reader before any query: one finding for those that list folders, one for those that look at data."""
    stages = {stage.id: stage for stage in execution.ran_stages()}
    listing, looking = list[tuple[Job, list[Stage]]](), list[tuple[Job, list[Stage]]]()
    for job in execution.jobs.values():
        own = [stages[number] for number in job.stage_ids if number in stages]
        if own and all(_READER.search(stage.details) for stage in own):
            (listing if _is_listing(own) else looking).append((job, own))
    if listing:
        folders = sum(len(stage.tasks) for _, own in listing for stage in own)
        yield _found(
            listing, "listing", f"{len(listing)} jobs only list {folders:,} folders or more",
            "Read a table of a catalogue, which knows its files; partition by fewer values, and keep fewer, larger files.",
        )  # fmt: skip
    if looking:
        yield _found(
            looking, "inference", f"{len(looking)} jobs only find out what the data look like",
            "Give CSV and JSON a schema, and read tables from a catalogue.",
        )  # fmt: skip


def _is_listing(own: list[Stage]) -> bool:
    return all(len(stage.tasks) > MANY_FOLDERS and not stage.tasks.sum("input_bytes") for stage in own)


def _found(jobs: list[tuple[Job, list[Stage]]], direction: str, title: str, advice: str) -> Found:
    spent = sum((job.finished_at or job.submitted_at) - job.submitted_at for job, _ in jobs)
    return Found(
        title,
        f"jobs {', '.join(str(job.id) for job, _ in jobs[:10])}",
        f"They take {seconds(spent)} before the work begins.",
        advice,
        {
            "jobs": len(jobs), "spent_ms": spent, "direction": direction,
            "input_bytes": sum(stage.tasks.sum("input_bytes") for _, own in jobs for stage in own),
        },
        spent * 0.9,
    )  # fmt: skip


def propose_for(definition: Definition, seen: Seen) -> Iterator[Candidate]:
    """Says the columns of CSV and JSON inputs that Spark found out, so that it need not read them for that."""
    inputs = tuple(
        _with_schema(each, seen)
        if seen.of(KEY, direction="inference") and _is_inferred(each) and seen.schemas.get(each.name)
        else each
        for each in definition.inputs
    )
    names = [after.name for before, after in zip(definition.inputs, inputs, strict=True) if before != after]
    yield Candidate(
        KEY,
        f"Say which columns {', '.join(names)} has instead of finding out",
        "configuration",
        "Without a schema Spark reads the whole text once only to see of which type each column is.",
        "The schema is the one that Spark found. A file that no longer fits ends the run (FAILFAST) instead of giving other rows.",
        "medium: a new column in the files is not seen, and another type fails the run",
        replace(definition, inputs=inputs),
        0.9,
    )


def _is_inferred(given: Input) -> bool:
    options = {name.lower(): value.lower() for name, value in given.options}
    is_text = given.format == "json" or (given.format == "csv" and options.get("inferschema") == "true")
    return is_text and not given.schema and "mode" not in options


def _with_schema(given: Input, seen: Seen) -> Input:
    columns = ", ".join(f"`{name.replace('`', '``')}` {kind}" for name, kind in seen.schemas[given.name])
    kept = tuple((name, value) for name, value in given.options if name.lower() != "inferschema")
    return replace(given, schema=columns, options=(*kept, ("mode", "FAILFAST")))
