"""`./pursight diagnose EVENTLOG`: what an application on Spark did, where its time went, what to do about it. No server."""

import json
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich import box
from rich.console import Console
from rich.table import Table

from pursight_app.core.executions import Execution, Stage
from pursight_app.optimizers.base import Bottleneck, mib, seconds
from pursight_app.optimizers.base import diagnose as find_bottlenecks
from pursight_app.spark.event_log import read_event_log


class Format(StrEnum):
    """For people or for programs."""

    TEXT = "text"
    JSON = "json"


def diagnose(
    eventlog: Annotated[Path, typer.Argument(help="Spark event log: plain, .gz, .zst, .lz4, or a rolling folder.")],
    format: Annotated[Format, typer.Option(help="text or json.")] = Format.TEXT,  # noqa: A002  the name of the option
) -> None:
    """Reads one Spark event log: stages, bottlenecks with evidence, recommendations."""
    execution = read_event_log(eventlog)
    found = find_bottlenecks(execution)
    if format == Format.JSON:
        print(json.dumps(_as_json(execution, found), indent=2, ensure_ascii=False))
    else:
        _print(execution, found)


def _as_json(execution: Execution, found: list[Bottleneck]) -> dict[str, Any]:
    return {
        "application": {
            "id": execution.app_id,
            "name": execution.name,
            "spark_version": execution.spark_version,
            "duration_ms": execution.wall,
            "busy_ms": execution.busy,
            "cores": execution.cores,
            "is_complete": execution.is_complete,
            "failed_jobs": len(execution.failed_jobs),
        },
        "executors": [
            {
                "id": each.id, "host": each.host, "cores": each.cores, "memory_bytes": each.memory_bytes,
                "added_at_ms": each.added_at, "removed_at_ms": each.removed_at, "removed_reason": each.removed_reason,
            }
            for each in execution.executors.values()
        ],
        "stages": [stage_figures(execution, stage) for stage in execution.ran_stages()],
        "bottlenecks": [_bottleneck(one) for one in found],
        "recommendations": [
            {"kind": one.kind, "title": one.advice, "because": one.title, "stake_ratio": one.stake_ratio} for one in found
        ],
        "warnings": execution.warnings,
    }  # fmt: skip


def _bottleneck(one: Bottleneck) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "title": one.title,
        "where": one.where,
        "explanation": one.explanation,
        "advice": one.advice,
        "evidence": dict(one.evidence),
        "stake_ms": one.stake_ms,
        "stake_ratio": one.stake_ratio,
    }


def stage_figures(execution: Execution, stage: Stage) -> dict[str, Any]:
    """Sums and the distribution of one stage, by the names that spark-rapids-tools uses where it has them."""
    tasks = stage.tasks
    low, quarter, median, three, high = tasks.quantiles("duration")
    return {
        "stage_id": stage.id,
        "attempt": stage.attempt,
        "name": stage.name,
        "query_id": stage.query_id,
        "tasks": len(tasks),
        "failed_tasks": stage.failed_tasks,
        "duration_ms": stage.wall,
        "critical_ms": execution.critical.get((stage.id, stage.attempt), 0),
        "task_duration_ms": {
            "min": low,
            "p25": quarter,
            "median": median,
            "p75": three,
            "max": high,
            "sum": tasks.sum("duration"),
        },
        "run_ms": tasks.sum("run"),
        "cpu_ms": round(tasks.sum("cpu_ns") / 1e6),
        "gc_ms": tasks.sum("gc"),
        "input_bytes": tasks.sum("input_bytes"),
        "input_records": tasks.sum("input_records"),
        "output_bytes": tasks.sum("output_bytes"),
        "output_records": tasks.sum("output_records"),
        "shuffle_read_bytes": tasks.sum("shuffle_read_bytes"),
        "shuffle_write_bytes": tasks.sum("shuffle_write_bytes"),
        "memory_spilled_bytes": tasks.sum("memory_spilled"),
        "disk_spilled_bytes": tasks.sum("disk_spilled"),
        "peak_memory_bytes": tasks.quantiles("peak_memory")[4],
        "failure": stage.failure,
    }


def _print(execution: Execution, found: list[Bottleneck]) -> None:
    # Into a file or a pipe: wide enough for the table, instead of the 80 columns that a terminal may have.
    out = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else 140)
    out.print(
        f"{execution.name or 'unnamed'} ({execution.app_id or 'no id'}), Spark {execution.spark_version or 'unknown'}",
        markup=False,
    )
    out.print(
        f"{seconds(execution.wall)}, of which jobs ran {seconds(execution.busy)}; at most {execution.cores} cores on "
        f"{len(execution.executors)} executors; {len(execution.queries)} queries, {len(execution.jobs)} jobs, {len(execution.failed_jobs)} failed."
    )
    for warning in execution.warnings:
        out.print(f"Note: {warning}", markup=False)
    if not found:
        out.print("No bottleneck that is worth a change was found.")
    for number, one in enumerate(found, start=1):
        out.print(f"\n{number}. {one.title}  [{one.kind}, {one.where}]", markup=False)
        out.print(f"   At stake: up to {seconds(one.stake_ms)}, {100 * one.stake_ratio:.0f} % of the run.")
        out.print(f"   {one.explanation}", markup=False)
        out.print(f"   → {one.advice}", markup=False)
    _print_stages(out, execution)


def _print_stages(out: Console, execution: Execution) -> None:
    table = Table(title="\nStages, in the order in which they ran", title_justify="left", box=box.SIMPLE)
    for name in ("stage", "tasks", "took", "share", "median task", "longest", "read", "shuffled", "spilled", "name"):
        table.add_column(name, justify="left" if name == "name" else "right")
    for stage in execution.ran_stages()[:60]:
        tasks = stage.tasks
        table.add_row(
            f"{stage.id}.{stage.attempt}", f"{len(tasks):,}", seconds(stage.wall),
            f"{100 * execution.critical.get((stage.id, stage.attempt), 0) / max(1, execution.busy):.0f} %",
            seconds(tasks.quantiles("duration")[2]), seconds(tasks.quantiles("duration")[4]),
            mib(tasks.sum("input_bytes") + tasks.sum("shuffle_read_bytes")), mib(tasks.sum("shuffle_write_bytes")),
            mib(tasks.sum("disk_spilled")), stage.name[:40],
        )  # fmt: skip
    out.print(table)
