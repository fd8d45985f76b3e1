"""Executor sizing: cores and memory that are paid for and stand idle, or too few for what waits."""

from collections.abc import Iterator

from pursight_app.core.definitions import Definition
from pursight_app.core.executions import Execution
from pursight_app.optimizers.base import Candidate, Found, Seen, count_executors, mib, seconds

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
        "executor_memory_bytes": memory, "executors": count_executors(execution),
    }  # fmt: skip
    if ratio < IDLE_BELOW and cores > 2:
        yield Found(
            f"{100 * (1 - ratio):.0f} % of the cores' time was idle",
            "run",
            f"Tasks used {seconds(used)} of the {seconds(cores * busy)} that {cores} cores offered; the largest task held {mib(peak)}.",
            "Ask for fewer executors, or let Spark take and give them back (dynamic allocation). It saves cost, not time.",
            {**figures, "direction": "too many"},
            busy * 0.05,
        )
    widest = max((len(stage.tasks) for stage in stages), default=0)
    if ratio > BUSY_ABOVE and widest > WAVES * cores:
        yield Found(
            f"All {cores} cores are busy and stages wait in {widest // cores} waves",
            "run",
            f"Tasks used {100 * ratio:.0f} % of what the cores offered; the widest stage has {widest:,} tasks.",
            "More executors would shorten it nearly in proportion.",
            {**figures, "direction": "too few"},
            busy * 0.4,
        )


_SAME = "Settings change where tasks run, never which rows there are."


def propose_for(definition: Definition, seen: Seen) -> Iterator[Candidate]:
    """Executors that come and go with the work where many idle, twice as many where all are busy; on clusters alone."""
    conf = definition.spark_conf
    for each in seen.of(KEY):
        now, is_idle = int(each.evidence["executors"]), each.evidence["direction"] == "too many"
        # In local mode the driver runs the tasks, on the cores that whoever installed PurSight gave it.
        if not now or conf.get("spark.dynamicAllocation.enabled") == "true":
            continue
        if is_idle:
            wanted = {
                "spark.dynamicAllocation.enabled": "true", "spark.dynamicAllocation.shuffleTracking.enabled": "true",
                "spark.dynamicAllocation.maxExecutors": str(now), "spark.executor.instances": None,
            }  # fmt: skip
            title, risk = (
                "Give idle executors back",
                "low: saves cost; an executor that is wanted again takes seconds to start",
            )
        else:
            cores = int(each.evidence["cores"])
            wanted = {"spark.executor.instances": str(2 * now), "spark.cores.max": str(2 * cores)}
            title, risk = (
                f"Ask for {2 * now} executors instead of {now}",
                "medium: costs as much more as it takes less time",
            )
        yield Candidate(
            f"{KEY}_{'idle' if is_idle else 'busy'}", title, "configuration", each.title, _SAME, risk,
            definition.with_conf(wanted), 0.1 if is_idle else 0.9, needs_start=True,
        )  # fmt: skip
