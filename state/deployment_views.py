"""What approved changes look like on pages, and as words in a room."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from pursight_app.models import Deployment, PipelineRun
from state import format as fmt
from state.pipeline_views import bars


@dataclass
class DeploymentView:
    """Approved changes."""

    id: str = ""
    href: str = ""
    status: str = ""
    why: str = ""
    before: str = ""
    after: str = ""
    speedup: str = ""
    interval: str = ""
    results: str = ""
    when: str = ""
    when_exact: str = ""
    versions: str = ""
    is_live: bool = False
    may_roll_back: bool = False
    before_bars: list[int] = field(default_factory=list)
    after_bars: list[int] = field(default_factory=list)


def deployment_view(row: Deployment, runs: Sequence[PipelineRun], report: dict[str, Any]) -> DeploymentView:
    """Approved changes with what came of them."""
    done = [run.duration_s for run in runs if run.status == "succeeded" and run.duration_s]
    both = [*row.baseline_durations_s, *done]
    heights = bars(both)
    low, high = report.get("speedup_low"), report.get("speedup_high")
    results = {True: "the same", False: "not the same", None: _not_compared(row)}[row.result_matches]
    return DeploymentView(
        id=str(row.id),
        href=f"/pipelines/deployments/{row.id}",
        status=row.status,
        why=row.report.get("why", "Its first runs are being watched."),
        before=fmt.duration(report.get("baseline_s")),
        after=fmt.duration(report.get("optimized_s")) or "no run yet",
        speedup=f"{report['speedup']:.2f} ×" if report.get("speedup") else "not measured yet",
        interval=f"{low:.2f} to {high:.2f} × (90 % interval over {report['baseline_runs']} and {report['optimized_runs']} runs)"
        if low
        else "one run on each side: no interval"
        if report.get("speedup")
        else "",
        results=results,
        when=fmt.ago(row.created_at),
        when_exact=fmt.exact(row.created_at),
        versions=f"version {row.before_version} → {row.after_version}",
        is_live=row.status in {"deploying", "monitoring"},
        may_roll_back=row.status in {"monitoring", "kept"},
        before_bars=heights[: len(row.baseline_durations_s)],
        after_bars=heights[len(row.baseline_durations_s) :],
    )


def _not_compared(row: Deployment) -> str:
    return "not compared yet" if row.status in {"deploying", "monitoring"} else "not compared"


def report_text(one: DeploymentView, pipeline: str, address: str) -> str:
    """What came of approved changes, as a message of a room."""
    lines = [
        f"**{pipeline}, {one.versions}: {one.status.replace('_', ' ')}.** {one.why}",
        f"Before {one.before}, after {one.after}; speed-up {one.speedup}{f', {one.interval}' if one.interval else ''}. Results: {one.results}.",
        address,
    ]
    return "\n\n".join(lines)
