"""Stragglers and failed tasks: work that was done twice or thrown away, and tasks that are slow for no reason of their data."""

from collections.abc import Iterator

from pursight_app.core.definitions import Definition
from pursight_app.core.executions import Execution, Stage
from pursight_app.optimizers.base import Candidate, Found, Seen, count_executors, seconds, share

KEY = "failed_tasks"
SLOW_TO_MEDIAN, LEAST_TASKS = 5.0, 8


def diagnose(execution: Execution) -> Iterator[Found]:
    """Stages with failed or repeated tasks, and with tasks that are slow although they read no more."""
    for stage in execution.ran_stages():
        if stage.failed_tasks or stage.failure or stage.attempt:
            yield _failed(execution, stage)
        yield from _slow(execution, stage)
    lost = [
        each
        for each in execution.executors.values()
        if each.removed_reason and "idle" not in each.removed_reason.lower()
    ]
    lost = [each for each in lost if not each.removed_reason.startswith("Command exited with code 0")]
    if lost:
        yield Found(
            f"{len(lost)} executors were lost",
            "run",
            "; ".join(sorted({each.removed_reason for each in lost}))[:400],
            "See the log of the cluster manager; memory that is exceeded is the usual cause. What they held was computed again.",
            {"executors_lost": len(lost), "reasons": "; ".join(sorted({each.removed_reason for each in lost}))[:300]},
            max(execution.busy * 0.1, 1_000, execution.wall * 0.02),
        )


def _failed(execution: Execution, stage: Stage) -> Found:
    reasons = ", ".join(f"{count} × {name}" for name, count in sorted(stage.failure_reasons.items()))
    failed = stage.failed_tasks
    wasted = share(execution, stage) * (1.0 if stage.failure else failed / max(1, failed + len(stage.tasks)))
    return Found(
        f"Stage {stage.id} failed in {failed} tasks" if failed else f"Stage {stage.id} was tried again",
        f"stage {stage.id}",
        (stage.failure or reasons or f"attempt {stage.attempt}")[:400],
        "Mend the cause first: a run that repeats work cannot be judged.",
        {
            "failed_tasks": failed,
            "killed_tasks": stage.killed_tasks,
            "attempt": stage.attempt,
            "reasons": reasons[:300],
        },
        max(wasted, execution.wall * 0.02, 200),
    )


def _slow(execution: Execution, stage: Stage) -> Iterator[Found]:
    tasks = stage.tasks
    if len(tasks) < LEAST_TASKS:
        return
    duration = tasks.of("duration")
    read = tasks.of("shuffle_read_bytes") + tasks.of("input_bytes")
    median, longest = tasks.quantiles("duration")[2], int(duration.max())
    own = int(read[int(duration.argmax())])
    if longest < SLOW_TO_MEDIAN * max(median, 200) or own > 1.5 * max(1, sorted(read.tolist())[len(read) // 2]):
        return
    yield Found(
        f"A task of stage {stage.id} takes {seconds(longest)} although it reads no more than the others",
        f"stage {stage.id}",
        f"The middle one takes {seconds(median)}. A slow machine, garbage collection or a slow disk hold it up.",
        "Look at the executor it ran on; speculation starts such a task a second time elsewhere.",
        {
            "longest_task_ms": longest, "median_task_ms": median, "speculative": stage.speculative_tasks,
            "direction": "straggler", "executors": count_executors(execution),
        },
        min(share(execution, stage), longest - float(duration.mean())),
    )  # fmt: skip


def propose_for(definition: Definition, seen: Seen) -> Iterator[Candidate]:
    """Starts a task that is far slower than its like once more elsewhere; in local mode there is no elsewhere."""
    found = [each for each in seen.of(KEY, direction="straggler") if each.evidence["executors"]]
    if found and "spark.speculation" not in definition.spark_conf:
        yield Candidate(
            f"{KEY}_speculation",
            "Start slow tasks a second time elsewhere",
            "configuration",
            found[0].title,
            "Whichever of the two ends first counts, and the other is thrown away: Spark commits a task's output once.",
            "medium: a step that calls something outside calls it twice",
            definition.with_conf({"spark.speculation": "true"}),
            0.5,
            needs_start=True,
        )
