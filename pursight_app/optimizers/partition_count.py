"""Partition count: so many tasks that starting them costs more than their work, or so few that cores stand idle."""

from collections.abc import Iterator

from pursight_app.core.definitions import Definition
from pursight_app.core.executions import Execution, Stage
from pursight_app.optimizers.base import MIB, Candidate, Found, mib, share

KEY = "partition_count"
SHORT_TASK_MS, TINY_READ = 400, 8 * MIB
LARGE_READ, LONG_TASK_MS = 128 * MIB, 2_000
# What it costs to schedule, start and finish a task beside its work, as measured on local and standalone clusters.
TASK_COST_MS = 8


def diagnose(execution: Execution) -> Iterator[Found]:
    """Shuffle stages with far too many tiny tasks, and stages with fewer tasks than cores."""
    cores = max(1, execution.cores)
    for stage in execution.ran_stages():
        count = len(stage.tasks)
        if not count:
            continue
        read = stage.tasks.sum("shuffle_read_bytes") / count
        median = stage.tasks.quantiles("duration")[2]
        if (
            stage.tasks.sum("shuffle_read_bytes")
            and count >= 4 * cores
            and count >= 50
            and median < SHORT_TASK_MS
            and read < TINY_READ
        ):
            yield _too_many(execution, stage, cores, read)
        total = stage.tasks.sum("input_bytes") + stage.tasks.sum("shuffle_read_bytes")
        longest = stage.tasks.quantiles("duration")[4]
        if count < cores and longest > LONG_TASK_MS and total / count > LARGE_READ / 4:
            yield Found(
                f"Stage {stage.id} has {count} tasks for {cores} cores",
                f"stage {stage.id}",
                f"Each task reads {mib(total / count)} while {cores - count} cores stand idle.",
                "Read smaller splits or shuffle into more partitions, at least two for each core.",
                {
                    "tasks": count, "cores": cores, "bytes_per_task": round(total / count), "longest_task_ms": longest,
                    "direction": "too few",
                },
                share(execution, stage) * (1 - count / cores),
            )  # fmt: skip


def _too_many(execution: Execution, stage: Stage, cores: int, read: float) -> Found:
    count = len(stage.tasks)
    overhead = int((stage.tasks.of("duration") - stage.tasks.of("run")).clip(min=0).sum())
    needed = max(cores, round(stage.tasks.sum("shuffle_read_bytes") / (64 * MIB)))
    return Found(
        f"Stage {stage.id} has {count} tasks of {mib(read)} each",
        f"stage {stage.id}",
        f"Starting and ending them takes longer than their work; {needed} tasks would do.",
        f"Let adaptive execution join small partitions, or set spark.sql.shuffle.partitions to {needed}.",
        {
            "tasks": count, "cores": cores, "bytes_per_task": round(read), "overhead_ms": overhead, "needed_tasks": needed,
            "median_task_ms": stage.tasks.quantiles("duration")[2], "direction": "too many",
        },
        min(share(execution, stage) * (1 - needed / count), (overhead + count * TASK_COST_MS) / cores + share(execution, stage) * 0.3),
    )  # fmt: skip


# Settings that old pipelines carry and that Spark since 3.2 decides better by itself, at run time.
_LEGACY = (
    "spark.sql.shuffle.partitions", "spark.default.parallelism", "spark.sql.adaptive.enabled",
    "spark.sql.adaptive.coalescePartitions.enabled", "spark.sql.adaptive.skewJoin.enabled",
    "spark.sql.autoBroadcastJoinThreshold", "spark.sql.join.preferSortMergeJoin",
)  # fmt: skip


def propose(definition: Definition) -> Iterator[Candidate]:
    """Takes legacy settings away, so that adaptive execution joins, splits and broadcasts by what it sees."""
    found = [key for key in _LEGACY if key in definition.spark_conf]
    if found:
        yield Candidate(
            KEY,
            f"Let Spark decide instead of {len(found)} fixed settings",
            "configuration",
            f"{', '.join(found)} fix what adaptive execution decides at run time from real sizes.",
            "Settings change how rows are moved, never which rows there are.",
            "low: a setting is put back as easily",
            definition.with_conf(dict.fromkeys(found)),
            0.9,
        )
