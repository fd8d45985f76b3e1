"""Which changes are worth a trial: rewrites by their form, settings where a bottleneck of a real run asks for them."""

from pathlib import Path

import pytest

from pursight_app.core.definitions import parse_definition
from pursight_app.core.executions import Execution, Job, PlanNode, Query, Stage
from pursight_app.optimizers import late_filter
from pursight_app.optimizers.base import Seen, diagnose
from pursight_app.services.optimization.changes import find_changes
from pursight_app.spark.event_log import read_event_log

RECORDED = Path(__file__).parents[1] / "cases" / "event_logs"


def changes_for(log: str) -> dict[str, float]:
    """Key → stake, for a pipeline with a date that is compared as text and an output by month."""
    definition = parse_definition(
        {
            "inputs": [{"name": "days", "path": "/days", "format": "parquet"}],
            "steps": [{"name": "month", "sql": "SELECT * FROM days WHERE date_format(day, 'yyyy-MM') = '1998-08'"}],
            "outputs": [{"step": "month", "path": "/out", "format": "parquet", "partition_by": ["country"]}],
        }
    )
    execution = read_event_log(RECORDED / log)
    return {
        each.key: each.features["stake_ratio"]
        for each in find_changes(definition, execution, Seen(diagnose(execution)))
    }


def test_settings_are_proposed_only_where_a_bottleneck_asks_for_them() -> None:
    asked, unasked = changes_for("small_files.shows.zstd"), changes_for("small_files.clean.zstd")

    assert asked["small_files_in"] > 0
    assert "small_files_in" not in unasked
    assert {"late_filter_dates", "small_files_out"} <= set(asked) & set(unasked)
    # Small files were read there and none were written.
    assert asked["small_files_out"] == 0


def test_both_ways_of_keeping_a_step_are_found() -> None:
    definition = parse_definition(
        {
            "inputs": [{"name": "days", "path": "/days", "format": "parquet"}],
            "steps": [{"name": "base", "sql": "SELECT * FROM days"}, {"name": "sums", "sql": "SELECT count(*) AS n FROM base"}],
            "outputs": [{"step": step, "path": f"/{step}", "format": "parquet"} for step in ("base", "sums")],
        }
    )  # fmt: skip
    execution = read_event_log(RECORDED / "repeated_scan.shows.zstd")

    keys = [each.key for each in find_changes(definition, execution, Seen(diagnose(execution)))]

    assert keys == ["repeated_scan_memory:base", "repeated_scan_stage:base"]


@pytest.mark.parametrize("readers", [1, 4])
def test_the_time_of_staged_files_hangs_on_all_who_read_them(readers: int) -> None:
    def scan(number: int) -> PlanNode:
        files = PlanNode("Scan parquet", "", {"number of output rows": 1_000_000}, [], {"Location": "[file:/staged]"})
        wanted = PlanNode("Filter", f"n = {number}", {"number of output rows": 0}, [files])
        return wanted if number == 1 else files

    written = PlanNode("Execute", "InsertIntoHadoopFsRelationCommand file:/staged, false", {}, [])
    plans = [written, *(scan(number) for number in range(1, readers + 1))]
    execution = Execution()
    for number, plan in enumerate(plans):
        begin, end = 10_000 * number, 10_000 * number + (8_000 if plan is written else 0)
        execution.queries[number] = Query(number, "", begin, plan, finished_at=end)
        stage = Stage(number, 0, "", 1, query_id=number, submitted_at=begin, finished_at=end)
        stage.tasks.add("0", {"duration": end - begin})
        execution.stages[number, 0] = stage
        execution.jobs[number] = Job(number, begin, (number,), number, end)

    [found] = late_filter.diagnose(execution)

    assert found.evidence["written_by"] == 0
    assert found.stake_ms == pytest.approx(8_000 / readers)
