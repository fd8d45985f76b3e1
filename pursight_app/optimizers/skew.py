"""Skew: a few tasks of a stage get most of its data, and everybody waits for them.

Seen where the longest task takes four times as long as the middle one and reads at least three times as much. AQE splits
such partitions of joins by itself when it is on; of an aggregation it cannot.
"""

from collections.abc import Iterator

from pursight_app.core.executions import Execution
from pursight_app.optimizers.base import Found, mib, seconds, share

KEY = "skew"
LONGEST_TO_MEDIAN, DATA_TO_MEDIAN, LEAST_TASKS = 4.0, 3.0, 4


def diagnose(execution: Execution) -> Iterator[Found]:
    """Stages whose longest task is far longer than the others because of its data."""
    for stage in execution.ran_stages():
        tasks = stage.tasks
        if len(tasks) < LEAST_TASKS:
            continue
        duration = tasks.of("duration")
        read = tasks.of("shuffle_read_bytes") + tasks.of("input_bytes")
        median, longest = tasks.quantiles("duration")[2], int(duration.max())
        middle_read, most_read = sorted(read.tolist())[len(read) // 2], int(read.max())
        if longest < LONGEST_TO_MEDIAN * max(median, 50) or most_read < DATA_TO_MEDIAN * max(middle_read, 64 * 1024):
            continue
        # Spread evenly, the stage would end with its mean task in the last wave.
        waste = min(share(execution, stage), longest - float(duration.mean()))
        yield Found(
            f"One task of stage {stage.id} runs {longest / max(1, median):.0f} times as long as the middle one",
            f"stage {stage.id}",
            f"Its data are {mib(most_read)} where the middle task has {mib(middle_read)}; the other cores wait for it.",
            "Turn adaptive execution on so that skewed partitions are split, or spread the frequent key.",
            {
                "longest_task_ms": longest, "median_task_ms": median, "largest_read_bytes": most_read,
                "median_read_bytes": middle_read, "tasks": len(tasks), "longest_task": seconds(longest),
            },
            waste,
        )  # fmt: skip
