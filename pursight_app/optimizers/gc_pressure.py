"""Garbage collection: tasks spend their time on making room in memory."""

from collections.abc import Iterator

from pursight_app.core.definitions import Definition
from pursight_app.core.executions import Execution
from pursight_app.optimizers.base import Candidate, Found, Seen, memory_of, more_memory, seconds, share

KEY = "gc_pressure"
# Dr. Elephant calls 8 % moderate and 10 % severe.
SHARE_OF_RUN, LEAST_MS = 0.1, 1_000


def diagnose(execution: Execution) -> Iterator[Found]:
    """Stages whose tasks collected garbage for a tenth of their time or more."""
    for stage in execution.ran_stages():
        # Tasks that run at the same time in one process all count its pauses, so a sum can exceed their own time.
        run = stage.tasks.sum("run")
        gc = int(stage.tasks.of("gc").clip(max=stage.tasks.of("run")).sum())
        if gc < LEAST_MS or gc < SHARE_OF_RUN * run:
            continue
        yield Found(
            f"Stage {stage.id} spends {100 * gc / run:.0f} % of its tasks' time on garbage collection",
            f"stage {stage.id}",
            f"{seconds(gc)} of {seconds(run)} of task time.",
            "Give executors more memory or fewer cores, keep less in memory, and avoid Python objects and wide rows.",
            {
                "gc_ms": gc, "run_ms": run, "gc_ratio": round(gc / run, 3), "tasks": len(stage.tasks), **memory_of(execution),
            },
            share(execution, stage) * gc / run,
        )  # fmt: skip


def propose_for(definition: Definition, seen: Seen) -> Iterator[Candidate]:
    """More memory."""
    yield from more_memory(f"{KEY}_memory", seen.of(KEY), definition)
