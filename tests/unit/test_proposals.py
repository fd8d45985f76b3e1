"""What is proposed for what a real run showed, and that nothing is for a run that did not show it."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pursight_app.core.definitions import Definition, Step, parse_definition
from pursight_app.optimizers import sql
from pursight_app.optimizers.base import Bottleneck, Candidate, Seen, diagnose, propose
from pursight_app.services.optimization.changes import find_changes, is_tried, put_together, what_changes
from pursight_app.services.pipelines.checks import check_sql
from pursight_app.services.pipelines.history import as_json
from pursight_app.services.pipelines.lineage import step_origins, tables_of
from pursight_app.spark.event_log import read_event_log

RECORDED = Path(__file__).parents[1] / "cases" / "event_logs"
JOIN = "SELECT o.day, c.name FROM orders o JOIN customers c ON o.customer_id = c.customer_id"


def definition_of(**changes: Any) -> Definition:
    given: dict[str, Any] = {
        "inputs": [
            {"name": "orders", "path": "/data/orders"},
            {"name": "customers", "path": "/data/customers.csv", "format": "csv", "options": {"header": "true", "inferSchema": "true"}},
        ],
        "steps": [{"name": "joined", "sql": JOIN}],
        "outputs": [{"step": "joined", "path": "/out"}],
    }  # fmt: skip
    return parse_definition({**given, **changes})


def seen_in(log: str, **paths: str) -> Seen:
    """What the recorded run showed, as if the pipeline's inputs lay where that run read."""
    schemas = {"customers": [["customer_id", "bigint"], ["a`b", "string"]]}
    return Seen(diagnose(read_event_log(RECORDED / f"{log}.zstd")), schemas, paths)


def proposed(log: str, definition: Definition | None = None, **paths: str) -> dict[str, Candidate]:
    return {each.key: each for each in propose(definition or definition_of(), seen_in(log, **paths))}


def conf_of(candidate: Candidate) -> dict[str, str]:
    return dict(candidate.after.spark_conf)


@pytest.mark.parametrize(
    ("log", "key", "setting"),
    [
        ("skew", "skew_split", "spark.sql.adaptive.skewJoin.skewedPartitionThresholdInBytes"),
        ("spill", "spill_partitions", "spark.sql.shuffle.partitions"),
        ("spill", "spill_memory", "spark.driver.memory"),
        ("gc_pressure", "gc_pressure_memory", "spark.driver.memory"),
    ],
)
def test_a_setting_is_proposed_where_a_run_showed_what_it_mends(log: str, key: str, setting: str) -> None:
    found = proposed(f"{log}.shows")[key]

    assert setting in conf_of(found)
    assert key not in proposed(f"{log}.clean")
    assert is_tried(found) == setting.startswith("spark.sql.")
    # It is priced by the bottleneck that asks for it.
    execution = read_event_log(RECORDED / f"{log}.shows.zstd")
    [change] = [each for each in find_changes(definition_of(), execution, seen_in(f"{log}.shows")) if each.key == key]
    assert change.features["stake_ratio"] > 0
    assert change.evidence["bottlenecks"]


def test_skew_turns_on_only_what_somebody_turned_off() -> None:
    off = definition_of(spark_conf={"spark.sql.adaptive.skewJoin.enabled": "false"})

    assert conf_of(proposed("skew.shows", off)["skew_split"])["spark.sql.adaptive.skewJoin.enabled"] == "true"
    assert "spark.sql.adaptive.skewJoin.enabled" not in conf_of(proposed("skew.shows")["skew_split"])


def test_memory_grows_by_half() -> None:
    # The run that was recorded had 1 GB.
    assert conf_of(proposed("gc_pressure.shows")["gc_pressure_memory"]) == {"spark.driver.memory": "1536m"}


@pytest.mark.parametrize(
    ("direction", "executors", "expected"),
    [
        ("too many", 4, {"spark.dynamicAllocation.enabled": "true", "spark.dynamicAllocation.maxExecutors": "4"}),
        ("too few", 4, {"spark.executor.instances": "8", "spark.cores.max": "16"}),
        ("too few", 0, {}),
    ],
)
def test_executors_are_sized_on_clusters_alone(direction: str, executors: int, expected: dict[str, str]) -> None:
    evidence = {"direction": direction, "executors": executors, "cores": 8}
    seen = Seen([Bottleneck("executor_sizing", "Idle", "run", "", "", evidence, 9_000, 0.5)])

    found = [each for each in propose(definition_of(), seen) if each.key.startswith("executor_sizing")]

    assert bool(found) == bool(expected)
    for each in found:
        assert expected.items() <= conf_of(each).items()
        assert not is_tried(each)


@pytest.mark.parametrize(("executors", "is_proposed"), [(0, False), (2, True)])
def test_slow_tasks_are_started_again_only_where_there_is_an_elsewhere(executors: int, is_proposed: bool) -> None:
    [told] = seen_in("failed_tasks-straggler.shows").of("failed_tasks", direction="straggler")
    # It was recorded in local mode.
    assert told.evidence["executors"] == 0
    seen = Seen([replace(told, evidence={**told.evidence, "executors": executors})])

    found = [each for each in propose(definition_of(), seen) if each.key == "failed_tasks_speculation"]

    assert bool(found) == is_proposed
    for each in found:
        assert conf_of(each) == {"spark.speculation": "true"}
        assert not is_tried(each)


def hinted(log: str, definition: Definition, **paths: str) -> str:
    return (
        proposed(log, definition, **paths)[f"broadcast_join_{'hint' if 'large' not in log else 'unhint'}"]
        .after.steps[0]
        .sql
    )


def test_the_small_side_of_a_join_is_named_to_spark() -> None:
    [missed] = seen_in("broadcast_join.shows").of("broadcast_join", direction="missed")
    place = str(missed.evidence["tables"]).partition("[file:")[2].rstrip("]")

    text = hinted("broadcast_join.shows", definition_of(), orders="/data/orders", customers=f"file://{place}")

    assert "/*+ BROADCAST(c) */" in text
    # Whoever approves it is not told that there is no table c.
    check_sql(Step("joined", sql=text), {"orders", "customers"})
    # Nor does lineage read the input that is called as the alias is.
    given = definition_of(inputs=[{"name": name, "path": f"/data/{name}"} for name in ("orders", "customers", "c")])
    after = given.with_step(Step("joined", sql=text))
    assert tables_of(after, after.outputs[0]) == {"orders", "customers"}
    assert step_origins(after, {"orders": ("customer_id", "day"), "customers": ("customer_id", "name")})["joined"]
    assert "BROADCAST" not in sql.without_broadcast(text, {"customers"})
    # Where the small side is none of the inputs by itself, nothing is said.
    assert "broadcast_join_hint" not in proposed(
        "broadcast_join.shows", orders="/data/orders", customers="/data/customers"
    )


def test_a_hint_that_copies_too_much_is_taken_away() -> None:
    [large] = seen_in("broadcast_join-large.shows").of("broadcast_join", direction="too large")
    place = str(large.evidence["tables"]).partition("[file:")[2].rstrip("]")
    text = JOIN.replace("SELECT", "SELECT /*+ BROADCAST(o), REPARTITION(7) */")
    definition = definition_of(steps=[{"name": "joined", "sql": text}])

    after = hinted("broadcast_join-large.shows", definition, orders=place)

    assert "BROADCAST" not in after
    assert "REPARTITION(7)" in after


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SELECT * FROM customers", 0),
        ("SELECT * FROM customers a JOIN customers b ON a.x = b.x", 0),
        ("SELECT /*+ MERGE(c) */ * FROM orders o JOIN customers c ON o.x = c.x", 0),
        ("SELECT * FROM orders o LEFT JOIN customers ON o.x = customers.x", 1),
        ("SELECT * FROM (SELECT o.x FROM orders o JOIN customers c ON o.x = c.x) WHERE x > 1", 1),
        ("SELECT broken FROM", 0),
    ],
)
def test_a_hint_is_put_only_where_one_side_is_meant(text: str, expected: int) -> None:
    assert sql.with_broadcast(text, {"customers"}).count("BROADCAST") == expected


def test_a_schema_that_spark_found_out_is_said() -> None:
    [found] = [
        each for each in propose(definition_of(), seen_in("schema_inference.shows")) if each.key == "schema_inference"
    ]

    after = found.after.inputs[1]
    assert after.schema == "`customer_id` bigint, `a``b` string"
    assert dict(after.options) == {"header": "true", "mode": "FAILFAST"}
    assert found.after.inputs[0] == definition_of().inputs[0]
    assert what_changes(definition_of(), found.after)["inputs"][0]["schema"] == after.schema
    assert parse_definition(found.after.to_json()) == found.after
    # Listing folders is nothing that a schema saves.
    assert "schema_inference" not in proposed("schema_inference-listing.shows")


def test_what_was_found_is_made_again_from_what_the_plan_keeps() -> None:
    seen = seen_in("schema_inference.shows")
    kept = Seen([Bottleneck(**as_json(each)) for each in seen.bottlenecks], dict(seen.schemas), dict(seen.paths))

    assert put_together(definition_of(), kept, ["schema_inference"]).inputs[1].schema


def test_few_files_are_written_where_a_run_wrote_many() -> None:
    found = proposed("small_files-out.shows")["small_files_out"]
    cores = seen_in("small_files-out.shows").of("small_files", direction="writes")[0].evidence["cores"]
    # 23 MB in 160 files: as many as keep all cores at work, no more.
    assert found.after.outputs[0].files == 2 * cores
    assert found.title == f"Write fewer files: {2 * cores} for joined"
    assert "small_files_out" not in proposed("small_files-out.clean")
    own = definition_of(outputs=[{"step": "joined", "path": "/out", "files": 3}])
    assert "small_files_out" not in proposed("small_files-out.shows", own)


@pytest.mark.parametrize(("gigabytes", "files"), [(0.1, 1), (10, 4)])
def test_large_partitions_get_as_many_files_as_readers_split_them_into(gigabytes: float, files: int) -> None:
    by_day = definition_of(outputs=[{"step": "joined", "path": "/out", "partition_by": ["day"]}])
    evidence = {"direction": "writes", "partitions": 20, "bytes": int(gigabytes * 1024**3), "cores": 2}
    wrote = Bottleneck("small_files", "", "", "", "", evidence, 1_000, 0.5)
    found = {each.key: each for each in propose(by_day, Seen([wrote]))}["small_files_out"]
    assert found.after.outputs[0].files == files
    assert found.title == (
        "Write one file for each partition" if files == 1 else "Write fewer files: 4 for each partition of joined"
    )
