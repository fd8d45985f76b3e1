"""Schema inference and file listing: jobs that read data or list folders only to learn their shape."""

import re
from collections.abc import Iterator

from pursight_app.core.executions import Execution
from pursight_app.optimizers.base import Found, seconds

KEY = "schema_inference"
_LISTING = re.compile(r"Listing leaf files")
_READER = re.compile(r"DataFrameReader\.(?:csv|json|parquet|orc|load|text)|DataStreamReader")


def diagnose(execution: Execution) -> Iterator[Found]:
    """Jobs started by a reader before any query."""
    stages = {stage.id: stage for stage in execution.ran_stages()}
    found = []
    for job in execution.jobs.values():
        own = [stages[number] for number in job.stage_ids if number in stages]
        if any(_LISTING.search(stage.name) for stage in own) or (
            own and all(_READER.search(stage.details) for stage in own)
        ):
            found.append((job, own))
    spent = sum((job.finished_at or job.submitted_at) - job.submitted_at for job, _ in found)
    if not found:
        return
    read = sum(stage.tasks.sum("input_bytes") for _, own in found for stage in own)
    yield Found(
        f"{len(found)} jobs only find out what the data look like",
        f"jobs {', '.join(str(job.id) for job, _ in found[:10])}",
        f"They list folders or infer schemas for {seconds(spent)} before the work begins.",
        "Give CSV and JSON a schema, read tables from a catalogue, and keep fewer, larger files.",
        {"jobs": len(found), "spent_ms": spent, "input_bytes": read},
        spent * 0.9,
    )
