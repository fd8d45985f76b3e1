"""Shuffle volume: the run moves more between its stages than it reads."""

from collections.abc import Iterator

from pursight_app.core.executions import Execution
from pursight_app.optimizers.base import MIB, Found, mib

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
