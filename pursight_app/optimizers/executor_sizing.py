"""Executor sizing: cores and memory that are paid for and stand idle, or too few for what waits."""

from collections.abc import Iterator

from pursight_app.core.executions import Execution
from pursight_app.optimizers.base import Found, mib, seconds

KEY = "executor_sizing"
IDLE_BELOW, BUSY_ABOVE, WAVES = 0.3, 0.9, 8


def diagnose(execution: Execution) -> Iterator[Found]:
    """One finding for the run: far too many cores, or far too few."""
    cores, busy = execution.cores, execution.busy
    if not cores or busy < 5_000:
        return
    stages = execution.ran_stages()
    used = sum(stage.tasks.sum("run") for stage in stages)
    ratio = used / (cores * busy)
    peak = max((stage.tasks.quantiles("peak_memory")[4] for stage in stages), default=0.0)
    memory = max((each.memory_bytes for each in execution.executors.values()), default=0)
    figures = {
        "cores": cores, "busy_ms": busy, "core_ms_used": used, "used_ratio": round(ratio, 3), "peak_task_memory_bytes": peak,
        "executor_memory_bytes": memory, "executors": len(execution.executors),
    }  # fmt: skip
    if ratio < IDLE_BELOW and cores > 2:
        yield Found(
            f"{100 * (1 - ratio):.0f} % of the cores' time was idle",
            "run",
            f"Tasks used {seconds(used)} of the {seconds(cores * busy)} that {cores} cores offered; the largest task held {mib(peak)}.",
            "Ask for fewer executors, or let Spark take and give them back (dynamic allocation). It saves cost, not time.",
            figures,
            busy * 0.05,
        )
    widest = max((len(stage.tasks) for stage in stages), default=0)
    if ratio > BUSY_ABOVE and widest > WAVES * cores:
        yield Found(
            f"All {cores} cores are busy and stages wait in {widest // cores} waves",
            "run",
            f"Tasks used {100 * ratio:.0f} % of what the cores offered; the widest stage has {widest:,} tasks.",
            "More executors would shorten it nearly in proportion.",
            figures,
            busy * 0.4,
        )
