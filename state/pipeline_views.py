"""Rows of the pipeline pages: what runs, stages, plans and recommendations look like."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pursight_app.models import PipelineRun, PipelineStage, Recommendation
from pursight_app.services.pipelines import PipelineRow
from state import format as fmt

REASONS = {"manual": "by hand", "scheduled": "by schedule", "monitoring": "to watch a change", "ingested": "elsewhere"}
CONFIGURATION_SHOWN = 12


@dataclass
class PipelineView:
    """A pipeline in the list; `bars` are heights in percent of its last runs, oldest first."""

    id: str
    href: str
    name: str
    version: str
    status: str
    took: str
    when: str
    when_exact: str
    runs: str
    next_run: str
    bars: list[int]
    bars_words: str


@dataclass
class RunView:
    """One run."""

    id: str
    href: str
    status: str
    version: str
    reason: str
    took: str
    when: str
    when_exact: str
    error: str
    is_live: bool


@dataclass
class StageView:
    """One stage: where it lies on the run's time line, and how its tasks are distributed, both in percent."""

    id: str
    name: str
    tasks: str
    failed: str
    took: str
    share: str
    read: str
    shuffled: str
    spilled: str
    left: float
    width: float
    low: float
    box_left: float
    box_width: float
    middle: float
    high: float
    words: str


@dataclass
class BottleneckView:
    """Where time goes."""

    title: str
    kind: str
    where: str
    explanation: str
    advice: str
    stake: str
    percent: int


@dataclass
class RecommendationView:
    """One change with what it is expected to bring and what its trial measured."""

    id: str
    title: str
    kind: str
    mechanism: str
    condition: str
    risk: str
    expected: str
    measured: str
    because: list[str]
    is_chosen: bool
    is_suggestion: bool


@dataclass
class TrialView:
    """One run of a variant."""

    label: str
    took: str
    percent: int
    outcome: str
    is_good: bool


@dataclass
class DiffLine:
    """A line of a diff; `sign` is +, -, @ or a space."""

    sign: str
    text: str


@dataclass
class Fact:
    """A name and what it is."""

    name: str
    value: str


def bars(durations: Sequence[float]) -> list[int]:
    """Heights of a sparkline, the longest 100."""
    most = max(durations, default=0.0)
    return [max(6, round(100 * each / most)) for each in durations] if most else []


def pipeline_view(row: PipelineRow) -> PipelineView:
    """One line of the list."""
    one, last = row.pipeline, row.last
    durations = row.durations_s
    words = (
        f"The last run took {fmt.duration(durations[0])}."
        if len(durations) == 1
        else f"The last {len(durations)} runs took {fmt.duration(min(durations))} to {fmt.duration(max(durations))}."
        if durations
        else ""
    )
    return PipelineView(
        id=str(one.id),
        href=f"/pipelines/{one.id}",
        name=one.name,
        version=str(one.version),
        status=last.status if last else "",
        took=fmt.duration(last.duration_s) if last else "",
        when=fmt.ago(last.created_at) if last else "never",
        when_exact=fmt.exact(last.created_at) if last else "",
        runs=fmt.count(row.run_count),
        next_run=fmt.exact(one.next_run_at) if one.next_run_at else "when somebody starts it",
        bars=bars(durations),
        bars_words=words,
    )


def run_view(run: PipelineRun) -> RunView:
    """One run."""
    return RunView(
        id=str(run.id),
        href=f"/pipelines/runs/{run.id}",
        status=run.status,
        version=str(run.version),
        reason=REASONS.get(run.reason, run.reason),
        took=fmt.duration(run.duration_s),
        when=fmt.ago(run.created_at),
        when_exact=fmt.exact(run.created_at),
        error=run.error or "",
        is_live=run.finished_at is None,
    )


def stage_views(stages: Sequence[PipelineStage]) -> list[StageView]:
    """The stages on one time line, which begins with the first of them."""
    if not stages:
        return []
    begin = min(stage.submitted_at_ms for stage in stages)
    whole = max(1, max(stage.submitted_at_ms + stage.duration_ms for stage in stages) - begin)
    critical = max(1, sum(int(stage.figures.get("critical_ms", 0)) for stage in stages))
    longest = max(1.0, *(float(stage.figures["task_ms"]["max"]) for stage in stages))
    return [_stage(stage, begin, whole, critical=critical, longest=longest) for stage in stages]


def _stage(stage: PipelineStage, begin: int, whole: int, *, critical: int, longest: float) -> StageView:
    figures, task = stage.figures, stage.figures["task_ms"]
    at = {name: round(100 * float(task[name]) / longest, 2) for name in ("min", "p25", "median", "p75", "max")}
    return StageView(
        id=f"{stage.stage_id}.{stage.attempt}" if stage.attempt else str(stage.stage_id),
        name=stage.name[:80],
        tasks=fmt.count(figures["tasks"]),
        failed=fmt.count(figures["failed_tasks"]) if figures["failed_tasks"] else "",
        took=fmt.duration(stage.duration_ms / 1000),
        share=fmt.percent(figures.get("critical_ms", 0) / critical),
        read=fmt.size(figures["input_bytes"] + figures["shuffle_read_bytes"]),
        shuffled=fmt.size(figures["shuffle_write_bytes"]),
        spilled=fmt.size(figures["disk_spilled"]) if figures["disk_spilled"] else "",
        left=round(100 * (stage.submitted_at_ms - begin) / whole, 2),
        width=max(0.6, round(100 * stage.duration_ms / whole, 2)),
        low=at["min"],
        box_left=at["p25"],
        box_width=max(0.4, at["p75"] - at["p25"]),
        middle=at["median"],
        high=at["max"],
        words=f"Tasks took {fmt.duration(task['min'] / 1000)} to {fmt.duration(task['max'] / 1000)}, half of them under {fmt.duration(task['median'] / 1000)}.",
    )


def bottleneck_view(one: dict[str, Any]) -> BottleneckView:
    """One bottleneck."""
    return BottleneckView(
        title=one["title"],
        kind=one["kind"].replace("_", " "),
        where=one["where"],
        explanation=one["explanation"],
        advice=one["advice"],
        stake=f"up to {fmt.duration(one['stake_ms'] / 1000)}",
        percent=round(100 * one["stake_ratio"]),
    )


def recommendation_view(row: Recommendation) -> RecommendationView:
    """One change."""
    expected = "not known before it was tried"
    if row.expected_gain_ratio is not None:
        expected = f"{_gain(row.expected_gain_ratio)} expected, {_gain(row.expected_low)} to {_gain(row.expected_high)}"
    measured = f"{_gain(row.measured_gain_ratio)} measured in its trial" if row.measured_gain_ratio is not None else ""
    because = [
        f"{each['title']} ({fmt.percent(each['stake_ratio'])} of the run)"
        for each in row.evidence.get("bottlenecks", [])
    ]
    return RecommendationView(
        id=str(row.id),
        title=row.title,
        kind=row.kind,
        mechanism=row.mechanism,
        condition=row.condition,
        risk=row.risk,
        expected=expected,
        measured=measured,
        because=because,
        is_chosen=row.is_chosen,
        is_suggestion=row.kind == "suggestion",
    )


def _gain(ratio: float | None) -> str:
    if ratio is None:
        return "unknown"
    return (
        f"{100 * ratio:.0f}{fmt.THIN_SPACE}% less time"
        if ratio >= 0
        else f"{-100 * ratio:.0f}{fmt.THIN_SPACE}% more time"
    )


def trial_views(trials: Sequence[dict[str, Any]], base_s: float | None) -> list[TrialView]:
    """The trials beside the baseline."""
    longest = max([base_s or 0.0, *(float(each["duration_s"]) for each in trials)], default=0.0) or 1.0
    views = (
        [TrialView("as it is", fmt.duration(base_s), round(100 * (base_s or 0) / longest), "baseline", is_good=True)]
        if base_s
        else []
    )
    for each in trials:
        outcome = "same results" if each["result_matches"] else each["difference"] or each["status"]
        views.append(
            TrialView(
                each["label"],
                fmt.duration(each["duration_s"]),
                round(100 * each["duration_s"] / longest),
                outcome,
                bool(each["result_matches"]),
            )
        )
    return views


def diff_lines(diff: str) -> list[DiffLine]:
    """A unified diff line by line, without its two heads."""
    return [DiffLine(line[:1] or " ", line[1:] if line[:1] in "+- " else line) for line in diff.splitlines()[2:400]]
