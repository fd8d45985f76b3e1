"""What every optimiser gives: bottlenecks with evidence, and the way to all of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
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
    """

    key: str
    title: str
    kind: str
    mechanism: str
    condition: str
    risk: str
    after: Definition
    prior_gain: float


class Optimizer(Protocol):
    """A module of this package. Its docstring is what people read about it."""

    KEY: str

    @staticmethod
    def diagnose(execution: Execution) -> Iterable[Found]:
        """What of this kind the execution shows."""
        ...


def propose(definition: Definition) -> list[Candidate]:
    """The changes that the optimisers know for a definition, each of it alone; what they bring is priced by others."""
    return [
        candidate
        for module in optimizers()
        if hasattr(module, "propose")
        for candidate in cast("Proposing", module).propose(definition)
        if candidate.kind == "suggestion" or candidate.after != definition
    ]


class Proposing(Protocol):
    """An optimiser that also knows what to change."""

    @staticmethod
    def propose(definition: Definition) -> Iterable[Candidate]:
        """Changes of the definition that would mend what this optimiser finds."""
        ...


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
