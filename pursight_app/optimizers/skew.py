"""Skew: a few tasks of a stage get most of its data, and everybody waits for them.

Seen where the longest task takes four times as long as the middle one and reads at least three times as much. AQE splits
such partitions of joins by itself when it is on; of an aggregation it cannot.
"""

from collections.abc import Iterator

from pursight_app.core.definitions import Definition
from pursight_app.core.executions import Execution
from pursight_app.optimizers.base import MIB, Candidate, Found, Seen, mib, seconds, share

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


_SWITCHES = ("spark.sql.adaptive.enabled", "spark.sql.adaptive.skewJoin.enabled")
_SPLIT_FROM, _SPLIT_INTO = (
    "spark.sql.adaptive.skewJoin.skewedPartitionThresholdInBytes", "spark.sql.adaptive.advisoryPartitionSizeInBytes",
)  # fmt: skip


def propose_for(definition: Definition, seen: Seen) -> Iterator[Candidate]:
    """Lets adaptive execution split the partitions of joins that are as large as the one that was waited for.

    By itself it splits only what is larger than 256 MiB, whatever the others have.
    """
    found = [each for each in seen.of(KEY) if int(each.evidence["largest_read_bytes"]) >= 4 * MIB]
    conf = definition.spark_conf
    if not found or _SPLIT_FROM in conf or _SPLIT_INTO in conf:
        return
    size = str(max(MIB, int(found[0].evidence["largest_read_bytes"]) // 4))
    is_off = {name: "true" for name in _SWITCHES if conf.get(name, "true").lower() == "false"}
    yield Candidate(
        f"{KEY}_split",
        f"Split skewed partitions of joins from {mib(int(size))} on",
        "configuration",
        f"{found[0].title}: adaptive execution can read such a partition in parts, by several tasks.",
        "Settings change how rows are moved, never which rows there are.",
        "low: a setting is put back as easily",
        definition.with_conf({**is_off, _SPLIT_FROM: size, _SPLIT_INTO: size}),
        0.5,
    )
