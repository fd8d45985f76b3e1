"""Driver-bound gaps: time in which no job runs because the driver plans, lists, collects or computes alone."""

from collections.abc import Iterator

from pursight_app.core.executions import Execution
from pursight_app.optimizers.base import Found, seconds

KEY = "driver_gap"
LEAST_MS, LEAST_SHARE = 3_000, 0.2


def diagnose(execution: Execution) -> Iterator[Found]:
    """Gaps between the first and the last job; what comes before is the start of Spark, what comes after nobody's work."""
    jobs = sorted(execution.jobs.values(), key=lambda job: job.submitted_at)
    if len(jobs) < 2:
        return
    reached, gaps = jobs[0].submitted_at, []
    for job in jobs:
        if job.submitted_at > reached:
            gaps.append((job.submitted_at - reached, job.id))
        reached = max(reached, job.finished_at or job.submitted_at)
    idle = sum(gap for gap, _ in gaps)
    if idle < LEAST_MS or idle < LEAST_SHARE * max(1, reached - jobs[0].submitted_at):
        return
    longest, before = max(gaps)
    yield Found(
        f"No job runs for {seconds(idle)} between the first and the last one",
        "run",
        f"The longest gap, {seconds(longest)}, is before job {before}. The cluster waits for the driver, or for a person.",
        "Do less on the driver: fewer actions and collects, no loop over small queries, a catalogue instead of listing files.",
        {"idle_ms": idle, "longest_gap_ms": longest, "before_job": before, "jobs": len(jobs)},
        # Of a notebook or shell most of it is a person's time, which no change of the pipeline gives back.
        idle * (0.1 if "shell" in execution.name.lower() else 0.6),
    )
