"""Changes of definitions: which there are, in which order they are put together, and what each of them changes."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pursight_app.core.definitions import Definition
from pursight_app.core.executions import Execution
from pursight_app.models import RecommendationKind
from pursight_app.optimizers.base import Bottleneck, Candidate, Seen, optimizers, propose

# Code before layout before settings: a later one sees what an earlier one left.
_ORDER = (
    "shuffle_volume_useless", "shuffle_volume_distinct", "late_filter_dates", "late_filter_stage", "exploding_join", "python_udf",
    "broadcast_join_unhint", "broadcast_join_hint", "repeated_scan_memory", "repeated_scan_stage", "small_files_out",
    "schema_inference", "partition_count", "small_files_in", "skew_split", "spill_partitions",
)  # fmt: skip
TUNING = "tuning"
# Which bottlenecks say that a change is worth something, where it is not only those of the optimiser that proposes it.
_BOTTLENECKS: Mapping[str, tuple[str, ...]] = {
    "partition_count": ("partition_count", "skew", "broadcast_join"),
    "shuffle_volume_useless": ("shuffle_volume", "partition_count"),
}
# Of those kinds, which of them.
_CONCERNS: Mapping[str, Callable[[Mapping[str, Any]], bool]] = {
    "small_files_in": lambda evidence: evidence["direction"] == "reads",
    "small_files_out": lambda evidence: evidence["direction"] == "writes",
    "late_filter_stage": lambda evidence: "written_by" in evidence,
    "late_filter_dates": lambda evidence: "written_by" not in evidence,
    "executor_sizing_idle": lambda evidence: evidence["direction"] == "too many",
    "executor_sizing_busy": lambda evidence: evidence["direction"] == "too few",
    "failed_tasks_speculation": lambda evidence: evidence.get("direction") == "straggler",
    "broadcast_join_hint": lambda evidence: evidence["direction"] == "missed",
    "broadcast_join_unhint": lambda evidence: evidence["direction"] == "too large",
}


@dataclass(frozen=True, slots=True)
class Change:
    """One candidate in its place, with what it is priced by."""

    key: str
    candidate: Candidate
    features: Mapping[str, float]
    evidence: Mapping[str, Any]


def base_key(key: str) -> str:
    """The kind of a change, without the step that it is about."""
    return key.partition(":")[0]


def find_changes(definition: Definition, execution: Execution, seen: Seen) -> list[Change]:
    """All changes that could be made, those that only appear after others too, in the order of putting together.

    A rewrite is worth a trial by its form; settings only where a bottleneck asks for them.
    """
    found: dict[str, Candidate] = {}
    made: set[str] = set()
    current = definition
    while fresh := [each for each in _sorted(propose(current, seen)) if each.key not in made]:
        # All of them, as making one can rule out another: a step is kept in memory or in files.
        for each in fresh:
            found.setdefault(each.key, each)
        made.add(fresh[0].key)
        current = fresh[0].after
    changes = [
        Change(
            each.key, each, _features(each, definition, execution, seen.bottlenecks), _evidence(each.key, seen.bottlenecks)
        )
        for each in _sorted(list(found.values()))
    ]  # fmt: skip
    return [each for each in changes if each.candidate.kind != "configuration" or each.features["stake_ratio"] > 0]


def _sorted(candidates: Sequence[Candidate]) -> list[Candidate]:
    return sorted(candidates, key=lambda each: _place(each.key))


def _place(key: str) -> tuple[int, str]:
    base = base_key(key)
    return (_ORDER.index(base) if base in _ORDER else len(_ORDER), key)


def put_together(
    definition: Definition, seen: Seen, keys: Sequence[str], knobs: Mapping[str, str] | None = None
) -> Definition:
    """The definition after all these changes. One that has nothing left to change is passed over."""
    for key in sorted(keys, key=_place):
        after = next((each.after for each in propose(definition, seen) if each.key == key), None)
        definition = after or definition
    return definition.with_conf(dict(knobs or {}))


def without_doubles(keys: Sequence[str]) -> list[str]:
    """Of two ways to keep the same step only the first."""
    kept: list[str] = []
    for key in keys:
        step = key.partition(":")[2]
        if not step or not any(each.partition(":")[2] == step for each in kept):
            kept.append(key)
    return kept


def _of_kind(key: str, bottlenecks: Sequence[Bottleneck]) -> list[Bottleneck]:
    kinds = _BOTTLENECKS.get(base_key(key)) or [each.KEY for each in optimizers() if key.startswith(each.KEY)]
    is_concerned = _CONCERNS.get(key, lambda _: True)
    return [each for each in bottlenecks if each.kind in kinds and is_concerned(each.evidence)]


def _stake_ms(found: Sequence[Bottleneck]) -> int:
    """The time that hangs on some bottlenecks, counted once.

    Several of one place hang on the same time, the tables that the same queries read, say; and what kinds see of one run
    overlaps: a stage is skewed because its join was not a broadcast.
    """
    by_kind: dict[str, dict[str, int]] = {}
    for each in found:
        places = by_kind.setdefault(each.kind, {})
        places[each.where] = max(places.get(each.where, 0), each.stake_ms)
    return max((sum(places.values()) for places in by_kind.values()), default=0)


def _features(
    candidate: Candidate, definition: Definition, execution: Execution, bottlenecks: Sequence[Bottleneck]
) -> dict[str, float]:
    stages = execution.ran_stages()
    total = {
        name: sum(stage.tasks.sum(name) for stage in stages)
        for name in ("input_bytes", "shuffle_write_bytes", "disk_spilled")
    }
    stake = min(1.0, _stake_ms(_of_kind(candidate.key, bottlenecks)) / max(1, execution.busy))
    files = max((int(each.evidence.get("files", 0)) for each in bottlenecks if each.kind == "small_files"), default=0)
    python = sum(each.stake_ms for each in bottlenecks if each.kind == "python_udf") / max(1, execution.busy)
    return {
        "stake_ratio": round(stake, 4),
        "prior_gain": candidate.prior_gain,
        "busy_s": execution.busy / 1000,
        "input_gb": total["input_bytes"] / 1e9,
        "shuffle_gb": total["shuffle_write_bytes"] / 1e9,
        "spilled_gb": total["disk_spilled"] / 1e9,
        "tasks_log": math.log1p(sum(len(stage.tasks) for stage in stages)),
        "cores": execution.cores,
        "python_share": min(1.0, python),
        "files_log": math.log1p(files),
        "conf_count": len(definition.spark_conf),
        "step_count": len(definition.steps),
        "output_count": len(definition.outputs),
    }


def _evidence(key: str, bottlenecks: Sequence[Bottleneck]) -> dict[str, Any]:
    found = _of_kind(key, bottlenecks)
    return {
        "bottlenecks": [{"title": each.title, "stake_ratio": each.stake_ratio, **each.evidence} for each in found[:3]]
    }


def what_changes(before: Definition, after: Definition) -> dict[str, Any]:
    """Inputs, steps, outputs and settings as they are after, where they differ; None: a setting that is taken away."""
    old, new = before.to_json(), after.to_json()
    inputs = [each for each, was in zip(new["inputs"], old["inputs"], strict=True) if each != was]
    steps = [step for step, was in zip(new["steps"], old["steps"], strict=True) if step != was]
    outputs = [each for each, was in zip(new["outputs"], old["outputs"], strict=True) if each != was]
    keys = sorted(set(old["spark_conf"]) | set(new["spark_conf"]))
    conf = {key: new["spark_conf"].get(key) for key in keys if old["spark_conf"].get(key) != new["spark_conf"].get(key)}
    found = (("inputs", inputs), ("steps", steps), ("outputs", outputs), ("spark_conf", conf))
    return {name: value for name, value in found if value}


def kind_of(candidate: Candidate | None) -> RecommendationKind:
    """What a change touches."""
    return RecommendationKind(candidate.kind) if candidate else RecommendationKind.CONFIGURATION


def is_tried(candidate: Candidate) -> bool:
    """Whether a change is one that trials can prove: neither a suggestion nor something that Spark takes only when it starts."""
    return candidate.kind != "suggestion" and not candidate.needs_start
