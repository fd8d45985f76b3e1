"""What every optimiser gives: bottlenecks with evidence, and the way to all of them."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, cast

from pursight_app.core.definitions import Definition
from pursight_app.core.executions import Execution, PlanNode, Query, Stage
from pursight_app.core.registry import modules_of

Figures = Mapping[str, float | int | str]
# Shorter than this no run is worth a change; below this share of it neither is a bottleneck.
LEAST_STAKE_MS, LEAST_STAKE_RATIO = 200, 0.02
MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Bottleneck:
    """Where time goes. `stake_ms` of the run's busy time hang on it, at most; `evidence` are the numbers that say so."""

    kind: str
    title: str
    where: str
    explanation: str
    advice: str
    evidence: Figures
    stake_ms: int
    stake_ratio: float


@dataclass(frozen=True, slots=True)
class Found:
    """What an optimiser says of an execution; `weigh` makes it a bottleneck or drops it."""

    title: str
    where: str
    explanation: str
    advice: str
    evidence: Figures
    stake_ms: float


@dataclass(frozen=True, slots=True)
class Candidate:
    """One change that could help: the definition after it, why it helps and why the results stay the same.

    `kind` is configuration, sql, python, caching, layout or suggestion; of a suggestion `after` is the definition as it is.
    `needs_start`: Spark takes it only when it starts, so it cannot be tried in a warm session.
    """

    key: str
    title: str
    kind: str
    mechanism: str
    condition: str
    risk: str
    after: Definition
    prior_gain: float
    needs_start: bool = False


@dataclass(frozen=True, slots=True)
class Seen:
    """What a run of the definition showed: its bottlenecks, and of each input the columns (name, type) and the real path."""

    bottlenecks: Sequence[Bottleneck] = ()
    schemas: Mapping[str, Sequence[Sequence[str]]] = field(default_factory=dict[str, Sequence[Sequence[str]]])
    paths: Mapping[str, str] = field(default_factory=dict[str, str])

    def of(self, kind: str, **evidence: object) -> list[Bottleneck]:
        """The bottlenecks of a kind whose evidence says so, the one with the largest stake first."""
        return [
            each
            for each in self.bottlenecks
            if each.kind == kind and all(each.evidence.get(name) == value for name, value in evidence.items())
        ]


class Optimizer(Protocol):
    """A module of this package. Its docstring is what people read about it."""

    KEY: str

    @staticmethod
    def diagnose(execution: Execution) -> Iterable[Found]:
        """What of this kind the execution shows."""
        ...


def propose(definition: Definition, seen: Seen) -> list[Candidate]:
    """The changes that the optimisers know for a definition, each of it alone; what they bring is priced by others.

    Some see it by the form of the definition, others need what a run of it showed.
    """
    found: list[Candidate] = []
    for module in optimizers():
        if hasattr(module, "propose"):
            found += cast("Proposing", module).propose(definition)
        if hasattr(module, "propose_for"):
            found += cast("ProposingFor", module).propose_for(definition, seen)
    return [each for each in found if each.kind == "suggestion" or each.after != definition]


class Proposing(Protocol):
    """An optimiser that also knows what to change."""

    @staticmethod
    def propose(definition: Definition) -> Iterable[Candidate]:
        """Changes of the definition that would mend what this optimiser finds."""
        ...


class ProposingFor(Protocol):
    """An optimiser whose changes depend on what a run showed."""

    @staticmethod
    def propose_for(definition: Definition, seen: Seen) -> Iterable[Candidate]:
        """Changes of the definition that would mend what this optimiser found in the run."""
        ...


def more_memory(key: str, found: Sequence[Bottleneck], definition: Definition) -> Iterator[Candidate]:
    """Half as much memory again for what runs tasks, where a bottleneck names the setting and what it is now."""
    for each in found[:1]:
        setting, size = str(each.evidence.get("memory_setting", "")), int(each.evidence.get("memory_bytes", 0))
        if setting and size:
            wanted = f"{round(size * 1.5 / MIB)}m"
            yield Candidate(
                key,
                f"Give tasks more memory: {setting} {wanted} instead of {round(size / MIB)}m",
                "configuration",
                each.title,
                "Settings change how rows are moved, never which rows there are.",
                "medium: the machines must have that much",
                definition.with_conf({setting: wanted}),
                0.3,
                needs_start=True,
            )


def memory_of(execution: Execution) -> Figures:
    """Which setting gives tasks their memory, and how much that is; nothing where the log does not tell."""
    is_local = execution.properties.get("spark.master", "").startswith("local")
    setting = "spark.driver.memory" if is_local else "spark.executor.memory"
    found = re.fullmatch(r"([0-9]+)\s*([kmgt])b?", execution.properties.get(setting, "1g").strip().lower())
    if not found or "spark.master" not in execution.properties:
        return {}
    return {"memory_setting": setting, "memory_bytes": int(found[1]) * 1024 ** (" kmgt".index(found[2]))}


def optimizers() -> list[Optimizer]:
    """All of them, by name."""
    return [cast("Optimizer", module) for module in modules_of("pursight_app.optimizers") if hasattr(module, "KEY")]


def diagnose(execution: Execution) -> list[Bottleneck]:
    """All bottlenecks of an execution, the one with the largest stake first."""
    found = [
        Bottleneck(
            each.KEY, one.title, one.where, one.explanation, one.advice, one.evidence,
            round(min(one.stake_ms, execution.busy or execution.wall)),
            round(min(1.0, one.stake_ms / max(1, execution.wall)), 4),
        )
        for each in optimizers()
        for one in each.diagnose(execution)
    ]  # fmt: skip
    worth = [one for one in found if one.stake_ms >= LEAST_STAKE_MS and one.stake_ratio >= LEAST_STAKE_RATIO]
    return sorted(worth, key=lambda one: (-one.stake_ms, one.kind, one.where))


def count_executors(execution: Execution) -> int:
    """How many processes ran tasks beside the driver; 0 in local mode, where the driver itself does."""
    return sum(name != "driver" for name in execution.executors)


def share(execution: Execution, stage: Stage) -> int:
    """The stage's part of the time in which work ran."""
    return execution.critical.get((stage.id, stage.attempt), 0)


def stages_of(execution: Execution, query: Query) -> list[Stage]:
    """The stages that a query ran."""
    return [stage for stage in execution.ran_stages() if stage.query_id == query.id]


def share_of_query(execution: Execution, query: Query) -> int:
    """A query's part of the time in which work ran."""
    return sum(share(execution, stage) for stage in stages_of(execution, query))


def scans(plan: PlanNode | None) -> list[PlanNode]:
    """The operators that read files or tables."""
    if plan is None:
        return []
    return [
        node
        for node in plan.walk()
        if not node.children
        and (node.name.startswith(("Scan ", "FileScan", "BatchScan", "GpuScan")) or "Scan" in node.name.split())
    ]


def rows(node: PlanNode) -> int | None:
    """How many rows left an operator, None where Spark did not count."""
    counted = node.metrics.get("number of output rows", node.metrics.get("output rows"))
    if (
        counted is None
        and len(node.children) == 1
        and node.name.startswith(
            (
                "WholeStageCodegen",
                "InputAdapter",
                "ColumnarToRow",
                "Project",
                "AQEShuffleRead",
                "ShuffleQueryStage",
                "Exchange",
                "Sort",
                "BroadcastQueryStage",
                "GpuColumnarToRow",
            )
        )
    ):
        return rows(node.children[0])
    return counted


def mib(size: float) -> str:
    """1.5 MiB; 12 KiB where it is less than one."""
    return f"{size / MIB:,.1f} MiB" if size >= MIB or not size else f"{size / 1024:,.0f} KiB"


def seconds(ms: float) -> str:
    """1.5 s."""
    return f"{ms / 1000:,.1f} s"
