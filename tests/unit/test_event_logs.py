"""What is known of public event logs is found, in the figures that their tools state; a cut or damaged log gives what it has."""

import csv
import gzip
import json
from pathlib import Path

import lz4.block
import pytest
import zstandard

from pursight_app.cli.diagnose import Format
from pursight_app.cli.diagnose import diagnose as print_diagnosis
from pursight_app.core.errors import InvalidInputError
from pursight_app.core.executions import Execution
from pursight_app.optimizers.base import diagnose, optimizers
from pursight_app.spark.event_log import read_event_log

LOGS = Path(__file__).resolve().parents[3] / "shared" / "data" / "eventlogs"
needs_logs = pytest.mark.skipif(not LOGS.is_dir(), reason="the public event logs are not on this machine")


RECORDED = Path(__file__).resolve().parents[1] / "cases" / "event_logs"
"""Real runs of this Spark, see record.py there."""


# Bottlenecks that show in more ways than one, and what their evidence says of each.
WAYS = {
    "partition_count": "too many", "partition_count-few": "too few", "small_files": "reads", "small_files-out": "writes",
    "broadcast_join": "missed", "broadcast_join-large": "too large", "executor_sizing": "too many", "executor_sizing-busy": "too few",
    "failed_tasks-straggler": "straggler", "schema_inference": "inference", "schema_inference-listing": "listing",
    "late_filter-columns": "columns", "file_format-packed": None, "exploding_join-rows": None,
}  # fmt: skip


@pytest.mark.parametrize("name", sorted({each.KEY for each in optimizers()} | set(WAYS)))
def test_a_recorded_run_shows_its_bottleneck_and_one_without_does_not(name: str) -> None:
    kind = name.partition("-")[0]
    shows, clean = (
        [
            one
            for one in diagnose(read_event_log(RECORDED / f"{name}.{side}.zstd"))
            if one.kind == kind and (WAYS.get(name) is None or one.evidence.get("direction") == WAYS[name])
        ]
        for side in ("shows", "clean")
    )

    found = shows[0]
    assert found.stake_ms > 0
    assert found.evidence
    assert found.explanation
    assert found.advice
    assert clean == []


def test_what_makes_a_way_of_a_bottleneck_is_told() -> None:
    def told(name: str) -> str:
        kind = name.partition("-")[0]
        return next(one.title for one in diagnose(read_event_log(RECORDED / f"{name}.shows.zstd")) if one.kind == kind)

    assert "in one task" in told("file_format-packed")
    assert "turns" in told("exploding_join-rows")
    assert "5 are read by nobody" in told("late_filter-columns")
    assert "folders" in told("schema_inference-listing")


def kinds(name: str) -> set[str]:
    return {one.kind for one in diagnose(read_event_log(LOGS / name))}


@needs_logs
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("aqeshuffle_eventlog.zstd", {"spill", "gc_pressure"}),
        ("eventlog_3nodes_12cores_exec_removed", {"failed_tasks"}),
        ("malformed_json_eventlog.zstd", {"failed_tasks"}),
        ("python_udf_eventlog", {"python_udf"}),
        ("rapids_join_eventlog.zstd", {"partition_count"}),
        ("customshuffle_eventlog.zstd", {"spill", "gc_pressure"}),
        ("gpu_oom_eventlog.zstd", {"failed_tasks", "schema_inference"}),
        ("eventlog_minimal_events", {"driver_gap"}),
        ("spark2-eventlog.zstd", {"driver_gap"}),
        ("jdbc_eventlog.zstd", set()),
        ("spark-110be3a8424d4a2789cb88134418217b", {"repeated_scan", "partition_count", "schema_inference"}),
        ("empty_eventlog", set()),
        ("rdd_only_eventlog", set()),
    ],
)
def test_what_is_known_of_a_public_log_is_found(name: str, expected: set[str]) -> None:
    found = kinds(name)
    assert expected <= found
    if not expected:
        assert found == set()


@needs_logs
def test_figures_agree_with_spark_rapids_tools() -> None:
    execution = read_event_log(LOGS / "rapids_join_eventlog.zstd")
    stages = {stage.id: stage for stage in execution.ran_stages()}
    name = "ProfilingExpectations__rapids_join_eventlog_stagemetricsagg_expectation.csv"
    with (LOGS / name).open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(stages) == 4
    for row in rows:
        stage = stages[int(row["id"])]
        tasks = stage.tasks
        stated = {
            "numTasks": len(tasks), "duration": stage.wall, "durationSum": tasks.sum("duration"),
            "durationMax": tasks.quantiles("duration")[4], "durationMin": tasks.quantiles("duration")[0],
            "executorRunTimeSum": tasks.sum("run"), "jvmGCTimeSum": tasks.sum("gc"),
            "diskBytesSpilledSum": tasks.sum("disk_spilled"), "inputBytesReadSum": tasks.sum("input_bytes"),
            "resultSizeMax": tasks.quantiles("result_bytes")[4], "srTotalBytesReadSum": tasks.sum("shuffle_read_bytes"),
            "swBytesWrittenSum": tasks.sum("shuffle_write_bytes"), "swRecordsWrittenSum": tasks.sum("shuffle_write_records"),
            "peakExecutionMemoryMax": tasks.quantiles("peak_memory")[4],
        }  # fmt: skip
        assert {key: float(row[key]) for key in stated} == {key: float(value) for key, value in stated.items()}
        # Milliseconds of CPU and of writing are rounded once per task there, once per stage here.
        assert abs(float(row["executorCPUTimeSum"]) - tasks.sum("cpu_ns") / 1e6) <= len(tasks)


@needs_logs
def test_figures_agree_with_sparklens() -> None:
    execution = read_event_log(LOGS / "local-1532512550423")
    told = json.loads((LOGS / "local-1532512550423.sparklens.json").read_text())["appMetrics"]["map"]
    stages = execution.ran_stages()
    assert sum(stage.tasks.sum("duration") for stage in stages) == told["taskDuration"]["value"]
    assert sum(stage.tasks.sum("run") for stage in stages) == told["executorRuntime"]["value"]
    assert sum(stage.tasks.sum("gc") for stage in stages) == told["jvmGCTime"]["value"]
    assert sum(stage.tasks.sum("result_bytes") for stage in stages) == told["resultSize"]["value"]


@needs_logs
def test_lost_executors_are_named_with_their_reason() -> None:
    execution = read_event_log(LOGS / "malformed_json_eventlog.zstd")
    assert any(each.removed_reason for each in execution.executors.values())
    with (LOGS / "ProfilingExpectations__executors_removed_eventlog_expectation.csv").open() as file:
        stated = {row["executorId"]: (int(row["time"]), row["reason"]) for row in csv.DictReader(file)}
    found = read_event_log(LOGS / "eventlog_3nodes_12cores_exec_removed").executors.values()
    removed = {each.id: (each.removed_at, each.removed_reason) for each in found if each.removed_reason}
    assert set(removed.values()) & set(stated.values()) or removed


@needs_logs
@pytest.mark.parametrize("name", ["truncated_eventlog", "malformed_json_eventlog.zstd"])
def test_a_cut_log_says_so_and_gives_what_it_has(name: str) -> None:
    execution = read_event_log(LOGS / name)
    assert execution.ran_stages()
    assert any("damaged" in warning or "ends before" in warning for warning in execution.warnings)


def small_log() -> list[str]:
    """An application with one job of eight tasks, one of them long and large."""
    info = {"Stage ID": 0, "Stage Attempt ID": 0, "Stage Name": "count", "Number of Tasks": 8, "RDD Info": []}
    events: list[dict[str, object]] = [
        {"Event": "SparkListenerLogStart", "Spark Version": "4.3.0"},
        {
            "Event": "SparkListenerApplicationStart",
            "App Name": "small",
            "App ID": "app-1",
            "Timestamp": 0,
            "User": "me",
        },
        {
            "Event": "SparkListenerExecutorAdded",
            "Timestamp": 0,
            "Executor ID": "0",
            "Executor Info": {"Host": "h", "Total Cores": 4},
        },
        {"Event": "SparkListenerJobStart", "Job ID": 0, "Submission Time": 1000, "Stage IDs": [0], "Properties": {}},
        {"Event": "SparkListenerStageSubmitted", "Stage Info": {**info, "Submission Time": 1000}},
    ]
    for number in range(8):
        took, read = (20_000, 800_000_000) if number == 7 else (1_000, 10_000_000)
        events.append(
            {
                "Event": "SparkListenerTaskEnd", "Stage ID": 0, "Stage Attempt ID": 0, "Task End Reason": {"Reason": "Success"},
                "Task Info": {"Launch Time": 1000, "Finish Time": 1000 + took, "Executor ID": "0"},
                "Task Metrics": {
                    "Executor Run Time": took,
                    "Shuffle Read Metrics": {"Remote Bytes Read": read, "Local Bytes Read": 0, "Total Records Read": 1},
                },
            }
        )  # fmt: skip
    events += [
        {
            "Event": "SparkListenerStageCompleted",
            "Stage Info": {**info, "Submission Time": 1000, "Completion Time": 21_000},
        },
        {
            "Event": "SparkListenerJobEnd",
            "Job ID": 0,
            "Completion Time": 21_000,
            "Job Result": {"Result": "JobSucceeded"},
        },
        {"Event": "SparkListenerApplicationEnd", "Timestamp": 22_000},
    ]
    return [json.dumps(event) for event in events]


def assert_is_the_small_one(execution: Execution) -> None:
    assert (execution.app_id, execution.wall, execution.busy, execution.cores) == ("app-1", 22_000, 20_000, 4)
    assert [one.kind for one in diagnose(execution)] == ["skew"]


@pytest.mark.parametrize("how", ["plain", "gz", "zst", "lz4", "rolling"])
def test_every_kind_of_file_is_read(tmp_path: Path, how: str) -> None:
    lines = small_log()
    text = "\n".join(lines).encode() + b"\n"
    path = tmp_path / f"log.{how}"
    if how == "rolling":
        path.mkdir()
        (path / "appstatus_app-1").touch()
        for number, part in enumerate([lines[:6], lines[6:9], lines[9:]], start=1):
            # Ten parts and more sort by number, not by name.
            (path / f"events_{number * 5}_app-1").write_text("\n".join(part) + "\n")
    else:
        packed = {"plain": text, "gz": gzip.compress(text), "lz4": lz4_blocks(text), "zst": b""}[how]
        if how == "zst":
            # Spark begins a new frame with each flush.
            half = len(text) // 2
            packed = zstandard.compress(text[:half]) + zstandard.compress(text[half:])
        path.write_bytes(packed)

    assert_is_the_small_one(read_event_log(path))


def lz4_blocks(text: bytes) -> bytes:
    """As net.jpountz.lz4.LZ4BlockOutputStream writes them."""
    made = b""
    for start in range(0, len(text), 700):
        part = text[start : start + 700]
        packed = lz4.block.compress(part, store_size=False)
        made += b"LZ4Block" + bytes([0x26]) + len(packed).to_bytes(4, "little") + len(part).to_bytes(4, "little")
        made += b"\0\0\0\0" + packed
    return made + b"LZ4Block" + bytes([0x16]) + b"\0" * 12


def zstd_frames(text: bytes) -> bytes:
    """Spark begins a frame with each flush."""
    return b"".join(zstandard.compress(text[start : start + 2_000]) for start in range(0, len(text), 2_000))


@pytest.mark.parametrize("pack", [gzip.compress, zstd_frames, lz4_blocks], ids=["gz", "zst", "lz4"])
def test_a_compressed_log_that_is_cut_gives_what_came_before(tmp_path: Path, pack: object) -> None:
    text = "\n".join([small_log()[0], small_log()[1], *small_log()[2:] * 40]).encode()
    packed = pack(text)  # type: ignore[operator]
    path = tmp_path / "cut"
    path.write_bytes(packed[: len(packed) * 2 // 3])

    execution = read_event_log(path)

    assert execution.app_id == "app-1"
    assert execution.warnings


def test_a_log_that_unpacks_without_end_is_read_so_far_and_no_further(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pursight_app.spark.event_log_files.MAX_UNPACKED_BYTES", 1_000_000)
    path = tmp_path / "bomb"
    path.write_bytes(gzip.compress("\n".join(small_log()).encode() + b"\n" + b" " * 500_000_000))

    execution = read_event_log(path)

    assert execution.app_id == "app-1"
    assert any("more than 1,000,000 bytes" in warning for warning in execution.warnings)


@pytest.mark.parametrize("content", [b"", b"not json\n", b"\x00\x01\x02", b'{"Event": 5}\n[]\n"x"\n', b"{" * 100_000])
def test_what_is_no_event_log_is_said_in_a_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "log"
    path.write_bytes(content)
    with pytest.raises(InvalidInputError, match="no event of Spark"):
        read_event_log(path)


def test_events_of_a_strange_shape_cost_only_themselves(tmp_path: Path) -> None:
    strange = [
        '{"Event":"SparkListenerTaskEnd"}',
        '{"Event":"SparkListenerJobStart","Job ID":"x"}',
        '{"Event":"Unknown"}',
    ]
    path = tmp_path / "log"
    path.write_text("\n".join([*strange, *small_log()]))

    execution = read_event_log(path)

    assert_is_the_small_one(execution)
    assert any("could not be read" in warning for warning in execution.warnings)


@pytest.mark.parametrize("name", ["nothing-here", "."])
def test_a_missing_log_is_said_in_a_sentence(tmp_path: Path, name: str) -> None:
    with pytest.raises(InvalidInputError):
        read_event_log(tmp_path / name)


def test_the_command_tells_people_and_programs_what_it_found(capsys: pytest.CaptureFixture[str]) -> None:
    log = RECORDED / "skew.shows.zstd"
    print_diagnosis(log)
    text = capsys.readouterr().out
    print_diagnosis(log, Format.JSON)
    told = json.loads(capsys.readouterr().out)

    skew = next(one for one in told["bottlenecks"] if one["kind"] == "skew")
    assert f"{skew['title']}  [skew, {skew['where']}]" in text
    assert f"→ {skew['advice']}" in text
    assert text.index(skew["title"]) < text.index("Stages") < text.index("median task")
    assert len(told["stages"]) == len(read_event_log(log).ran_stages())
    assert {each["kind"] for each in told["recommendations"]} == {one.kind for one in diagnose(read_event_log(log))}


def test_the_command_refuses_what_is_no_event_log(tmp_path: Path) -> None:
    (tmp_path / "notes").write_text("nothing of Spark")

    with pytest.raises(InvalidInputError, match="holds no event of Spark"):
        print_diagnosis(tmp_path / "notes")
