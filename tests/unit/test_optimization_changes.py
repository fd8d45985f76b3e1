"""Which changes are worth a trial: rewrites by their form, settings where a bottleneck of a real run asks for them."""

from pathlib import Path

from pursight_app.core.definitions import parse_definition
from pursight_app.optimizers.base import diagnose
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
    return {each.key: each.features["stake_ratio"] for each in find_changes(definition, execution, diagnose(execution))}


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

    keys = [each.key for each in find_changes(definition, execution, diagnose(execution))]

    assert keys == ["repeated_scan_memory:base", "repeated_scan_stage:base"]
