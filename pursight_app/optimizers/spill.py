"""Spill: tasks hold more than their memory takes, so sorted runs and hash tables go to disk and come back."""

import math
from collections.abc import Iterator

from pursight_app.core.definitions import Definition
from pursight_app.core.executions import Execution
from pursight_app.optimizers.base import MIB, Candidate, Found, Seen, memory_of, mib, more_memory, share

KEY = "spill"
LEAST_BYTES = 16 * MIB
# Of a stage's time, at most: sorting in memory takes its time too. Measured on the bench bed: nothing to gain at 0.5.
MOST_OF_STAGE = 0.3


def diagnose(execution: Execution) -> Iterator[Found]:
    """Stages that wrote to disk what did not fit."""
    for stage in execution.ran_stages():
        disk, memory = stage.tasks.sum("disk_spilled"), stage.tasks.sum("memory_spilled")
        if disk < LEAST_BYTES:
            continue
        handled = disk + sum(
            stage.tasks.sum(name) for name in ("input_bytes", "shuffle_read_bytes", "shuffle_write_bytes")
        )
        yield Found(
            f"Stage {stage.id} spills {mib(disk)} to disk",
            f"stage {stage.id}",
            f"{mib(memory)} of rows did not fit into the memory of its {len(stage.tasks)} tasks.",
            "More shuffle partitions make each task smaller; more executor memory or fewer cores per executor give each more.",
            {
                "disk_spilled_bytes": disk, "memory_spilled_bytes": memory, "tasks": len(stage.tasks),
                "peak_memory_bytes": stage.tasks.quantiles("peak_memory")[4],
                "shuffle_read_bytes": stage.tasks.sum("shuffle_read_bytes"), **memory_of(execution),
            },
            share(execution, stage) * min(MOST_OF_STAGE, disk / max(1, handled)),
        )  # fmt: skip


_PARTITIONS, _JOINED_TO = "spark.sql.shuffle.partitions", "spark.sql.adaptive.advisoryPartitionSizeInBytes"
MOST_PARTITIONS = 4_000


def propose_for(definition: Definition, seen: Seen) -> Iterator[Candidate]:
    """Smaller shuffle tasks, so many that each fits into its memory; and more memory, which takes a new start of Spark."""
    found = seen.of(KEY)
    of_shuffles = [each for each in found if each.evidence["shuffle_read_bytes"]]
    if of_shuffles:
        told = of_shuffles[0].evidence
        tasks, peak = int(told["tasks"]), max(1.0, float(told["peak_memory_bytes"]))
        held = peak + float(told["memory_spilled_bytes"]) / tasks
        count = min(MOST_PARTITIONS, tasks * 2 ** math.ceil(math.log2(held / peak)))
        # Adaptive execution would join them again to 64 MiB.
        size = max(MIB, int(told["shuffle_read_bytes"]) // count)
        yield Candidate(
            f"{KEY}_partitions",
            f"Shuffle into {count} partitions, so that each fits into memory",
            "configuration",
            f"{of_shuffles[0].title}: its {tasks} tasks hold {mib(held)} of rows each and have {mib(peak)} for them.",
            "Settings change how rows are moved, never which rows there are.",
            "low: a setting is put back as easily",
            definition.with_conf({_PARTITIONS: str(count), _JOINED_TO: str(size)}),
            0.3,
        )
    yield from more_memory(f"{KEY}_memory", found, definition)
