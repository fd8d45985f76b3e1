"""Spill: tasks hold more than their memory takes, so sorted runs and hash tables go to disk and come back."""

from collections.abc import Iterator

from pursight_app.core.executions import Execution
from pursight_app.optimizers.base import MIB, Found, mib, share

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
            },
            share(execution, stage) * min(MOST_OF_STAGE, disk / max(1, handled)),
        )  # fmt: skip
