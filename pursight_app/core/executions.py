"""What an application on Spark was: its stages with every task's figures, its queries with their plans, its executors.

Shared by what reads them (spark/) and what judges them (optimizers/). Times are milliseconds, sizes bytes, unless a name
says otherwise.
"""

from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

# What is kept of each task, in the order of Spark's own listener: wall, work, waiting, input, output, shuffle, spill.
TASK_FIELDS = (
    "launched_at", "duration", "run", "cpu_ns", "deserialize", "gc", "result_bytes", "result_ms", "peak_memory",
    "memory_spilled", "disk_spilled", "input_bytes", "input_records", "output_bytes", "output_records",
    "shuffle_read_bytes", "shuffle_read_records", "fetch_wait", "shuffle_write_bytes", "shuffle_write_records",
    "shuffle_write_ns",
)  # fmt: skip


class Tasks:
    """The figures of a stage's successful tasks as columns, one 8-byte number each: a million tasks take 170 MB."""

    def __init__(self) -> None:
        self._columns: dict[str, array[int]] = {name: array("q") for name in TASK_FIELDS}
        self.executor_ids: set[str] = set()

    def add(self, executor_id: str, figures: Mapping[str, int]) -> None:
        """One task; what `figures` leaves out is 0."""
        self.executor_ids.add(executor_id)
        for name, column in self._columns.items():
            column.append(figures.get(name, 0))

    def __len__(self) -> int:
        return len(self._columns["duration"])

    def of(self, name: str) -> np.ndarray[Any, np.dtype[np.int64]]:
        """One figure of all tasks, in the order in which they ended."""
        return np.frombuffer(self._columns[name], dtype=np.int64) if len(self) else np.zeros(0, dtype=np.int64)

    def sum(self, name: str) -> int:
        """Over all tasks."""
        return int(self.of(name).sum())

    def quantiles(self, name: str) -> tuple[float, ...]:
        """Minimum, quartiles and maximum; all 0 without tasks."""
        values = self.of(name)
        if not len(values):
            return (0.0, 0.0, 0.0, 0.0, 0.0)
        return tuple(float(value) for value in np.quantile(values, (0.0, 0.25, 0.5, 0.75, 1.0)))


@dataclass(slots=True)
class Stage:
    """One attempt of a stage. `finished_at` is None when the log ends before it does."""

    id: int
    attempt: int
    name: str
    task_count: int
    details: str = ""
    query_id: int | None = None
    job_ids: list[int] = field(default_factory=list[int])
    rdd_names: tuple[str, ...] = ()
    submitted_at: int | None = None
    finished_at: int | None = None
    failure: str = ""
    failed_tasks: int = 0
    failure_reasons: dict[str, int] = field(default_factory=dict[str, int])
    killed_tasks: int = 0
    speculative_tasks: int = 0
    tasks: Tasks = field(default_factory=Tasks)

    @property
    def wall(self) -> int:
        """From submission to completion; without an end, to the end of its last known task."""
        if self.submitted_at is None:
            return 0
        if self.finished_at is not None:
            return self.finished_at - self.submitted_at
        ended = self.tasks.of("launched_at") + self.tasks.of("duration")
        return max(0, int(ended.max()) - self.submitted_at) if len(ended) else 0


@dataclass(slots=True)
class Job:
    """What one action ran; `finished_at` and `succeeded` are None when the log ends before it does."""

    id: int
    submitted_at: int
    stage_ids: tuple[int, ...]
    query_id: int | None = None
    finished_at: int | None = None
    succeeded: bool | None = None
    error: str = ""


@dataclass(slots=True)
class PlanNode:
    """One operator of a physical plan. `metrics` are its final figures by Spark's own names ("number of output rows")."""

    name: str
    text: str
    metrics: dict[str, int]
    children: list["PlanNode"]
    metadata: dict[str, str] = field(default_factory=dict[str, str])

    def walk(self) -> Iterator["PlanNode"]:
        """This node and all below it, parents first."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(slots=True)
class Query:
    """One SQL execution with its last plan, as AQE left it."""

    id: int
    description: str
    started_at: int
    plan: PlanNode | None = None
    plan_text: str = ""
    details: str = ""
    finished_at: int | None = None
    error: str = ""

    @property
    def wall(self) -> int:
        """0 when the log ends before it does."""
        return (self.finished_at or self.started_at) - self.started_at


@dataclass(slots=True)
class Executor:
    """A process that runs tasks."""

    id: str
    host: str
    cores: int
    added_at: int
    memory_bytes: int = 0
    removed_at: int | None = None
    removed_reason: str = ""


@dataclass
class Execution:
    """One application, as far as its log tells. `warnings` says what could not be read."""

    app_id: str = ""
    name: str = ""
    user: str = ""
    spark_version: str = ""
    started_at: int | None = None
    finished_at: int | None = None
    last_event_at: int = 0
    properties: dict[str, str] = field(default_factory=dict[str, str])
    stages: dict[tuple[int, int], Stage] = field(default_factory=dict[tuple[int, int], Stage])
    jobs: dict[int, Job] = field(default_factory=dict[int, Job])
    queries: dict[int, Query] = field(default_factory=dict[int, Query])
    executors: dict[str, Executor] = field(default_factory=dict[str, Executor])
    warnings: list[str] = field(default_factory=list[str])

    @property
    def is_complete(self) -> bool:
        """Whether the log reaches the application's end."""
        return self.finished_at is not None

    @property
    def wall(self) -> int:
        """From start to end, or to the last event of an incomplete log."""
        if self.started_at is None:
            return 0
        return max(0, (self.finished_at or self.last_event_at) - self.started_at)

    @property
    def failed_jobs(self) -> list[Job]:
        """Jobs that ended badly."""
        return [job for job in self.jobs.values() if job.succeeded is False]

    @property
    def busy(self) -> int:
        """How long at least one job ran: the time that work on Spark could save."""
        return union_length((job.submitted_at, job.finished_at or self.last_event_at) for job in self.jobs.values())

    @property
    def cores(self) -> int:
        """Most cores that were there at one time."""
        moments = sorted(
            [(each.added_at, each.cores) for each in self.executors.values()]
            + [(each.removed_at, -each.cores) for each in self.executors.values() if each.removed_at is not None]
        )
        here = most = 0
        for _, change in moments:
            here += change
            most = max(most, here)
        return most

    def ran_stages(self) -> list[Stage]:
        """Stages that ran at least one task, in the order of their submission."""
        ran = [stage for stage in self.stages.values() if len(stage.tasks) or stage.failed_tasks]
        return sorted(ran, key=lambda stage: (stage.submitted_at or 0, stage.id, stage.attempt))

    @cached_property
    def critical(self) -> dict[tuple[int, int], int]:
        """Each stage's share of the time in which work ran: of every moment, in equal parts to the stages that ran then.

        The shares of all stages add up to the time in which at least one stage ran, so none is counted twice.
        """
        spans = [
            (stage.submitted_at, stage.submitted_at + stage.wall, (stage.id, stage.attempt))
            for stage in self.ran_stages()
            if stage.submitted_at is not None
        ]
        shares: dict[tuple[int, int], float] = {key: 0.0 for _, _, key in spans}
        # At one moment ends come before starts, so a stage that began and ended in one would seem to run for ever.
        lasting = [span for span in spans if span[0] < span[1]]
        edges = sorted([(start, 1, key) for start, _, key in lasting] + [(end, 0, key) for _, end, key in lasting])
        running: set[tuple[int, int]] = set()
        before = 0
        for moment, is_start, key in edges:
            for each in running:
                shares[each] += (moment - before) / len(running)
            (running.add if is_start else running.discard)(key)
            before = moment
        return {key: round(share) for key, share in shares.items()}


def union_length(spans: "Iterator[tuple[int, int]]") -> int:
    """How much of the time line the (start, end) pairs cover together."""
    total, reached = 0, None
    for start, end in sorted(spans):
        begin = start if reached is None else max(start, reached)
        total += max(0, end - begin)
        reached = end if reached is None else max(reached, end)
    return total
