"""Records the event logs beside this file: of each bottleneck a real run on Spark that has it, and one of the same work without.

A bottleneck that shows in several ways has a pair of runs for each: `partition_count-few` has too few partitions, not too many.
`PYTHONPATH=. .venv/bin/python tests/cases/event_logs/record.py [KIND …]` takes some minutes. Classpath and system properties
are left out of what is kept; nothing else is changed. Spark runs this file too, as `record.py --run KIND SIDE FOLDER`.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
Conf = dict[str, str]
Job = Callable[[Any, Path], None]
PLAIN = {"spark.sql.adaptive.enabled": "false", "spark.sql.shuffle.partitions": "4"}
# (kind, side) → settings and the work.
CASES: dict[tuple[str, str], tuple[Conf, Job]] = {}


def case(kind: str, side: str, **conf: str) -> Callable[[Job], Job]:
    """Names a run with its settings: `sql_shuffle_partitions` is spark.sql.shuffle.partitions."""

    def keep(job: Job) -> Job:
        CASES[(kind, side)] = ({f"spark.{key.replace('_', '.')}": value for key, value in conf.items()}, job)
        return job

    return keep


def made(frame: Any) -> None:
    """Runs all of it and keeps nothing."""
    frame.write.format("noop").mode("overwrite").save()


def prepare(spark: Any, folder: Path) -> None:
    """Orders as Parquet, as CSV and in many small files; customers."""
    orders = spark.range(3_000_000).selectExpr(
        "id AS order_id", "id * 7919 % 200000 AS customer_id", "id * 37 % 10000 / 100 AS amount",
        "date_add(DATE'1996-01-01', cast(id % 730 AS int)) AS day", "sha1(cast(id AS string)) AS note",
    )  # fmt: skip
    orders.repartition(4).write.parquet(f"{folder}/orders")
    orders.limit(600_000).repartition(4).write.csv(f"{folder}/csv", header=True)
    orders.limit(400_000).repartition(400).write.parquet(f"{folder}/small")
    orders.limit(400_000).repartition(4).write.parquet(f"{folder}/large")
    orders.coalesce(1).write.csv(f"{folder}/packed", header=True, compression="gzip")
    orders.limit(60_000).selectExpr("*", "order_id % 60 AS part").write.partitionBy("part").parquet(f"{folder}/folders")
    spark.range(20_000).selectExpr("id AS customer_id", "concat('c', id) AS name").write.parquet(f"{folder}/customers")


def sums(spark: Any, folder: Path) -> None:
    made(spark.read.parquet(f"{folder}/orders").groupBy("customer_id").sum("amount"))


case("partition_count", "shows", sql_shuffle_partitions="200")(sums)
case("partition_count", "clean")(sums)


def spread(spark: Any, key: str) -> None:
    rows = spark.range(6_000_000).selectExpr(f"{key} AS k", "id")
    made(rows.repartition(16, "k").selectExpr("k", "sha2(sha2(sha2(cast(id AS string), 512), 512), 512) AS h"))


@case("skew", "shows")
def skewed(spark: Any, folder: Path) -> None:
    spread(spark, "CASE WHEN id % 10 < 8 THEN 0 ELSE id % 1000 END")


@case("skew", "clean")
def even(spark: Any, folder: Path) -> None:
    spread(spark, "id % 1000")


def ordered(spark: Any, folder: Path) -> None:
    made(spark.read.parquet(f"{folder}/orders").repartition(4, "customer_id").sortWithinPartitions("note"))


case("spill", "shows", shuffle_spill_numElementsForceSpillThreshold="100000")(ordered)
case("spill", "clean")(ordered)


def lists(spark: Any, folder: Path) -> None:
    notes = spark.read.parquet(f"{folder}/orders").groupBy("customer_id").agg({"note": "collect_list"})
    made(notes)


# Lists of all customers are held as objects, instead of being sorted and spilled.
HELD = {"sql_objectHashAggregate_sortBased_fallbackThreshold": "1000000", "sql_shuffle_partitions": "2"}
case("gc_pressure", "shows", driver_memory="1g", **HELD)(lists)
case("gc_pressure", "clean", driver_memory="4g")(lists)


def joined(spark: Any, folder: Path) -> None:
    orders, customers = spark.read.parquet(f"{folder}/orders"), spark.read.parquet(f"{folder}/customers")
    made(orders.join(customers, "customer_id"))


case("broadcast_join", "shows", sql_autoBroadcastJoinThreshold="-1")(joined)
case("broadcast_join", "clean")(joined)


def hinted(spark: Any, folder: Path, *, which: str) -> None:
    from pyspark.sql.functions import broadcast

    orders, customers = spark.read.parquet(f"{folder}/orders"), spark.read.parquet(f"{folder}/customers")
    joined = (
        customers.join(broadcast(orders), "customer_id")
        if which == "orders"
        else orders.join(broadcast(customers), "customer_id")
    )
    made(joined.groupBy("name").agg({"amount": "sum", "note": "max"}))


@case("broadcast_join-large", "shows", driver_memory="4g")
def with_a_large_one(spark: Any, folder: Path) -> None:
    hinted(spark, folder, which="orders")


@case("broadcast_join-large", "clean", driver_memory="4g")
def with_a_small_one(spark: Any, folder: Path) -> None:
    hinted(spark, folder, which="customers")


def by_customer(spark: Any, folder: Path) -> None:
    rows = spark.read.parquet(f"{folder}/orders").repartition("customer_id")
    made(rows.selectExpr("customer_id", "sha2(sha2(sha2(note, 512), 512), 512) AS h").sortWithinPartitions("h"))


case("partition_count-few", "shows", master="local[4]", sql_shuffle_partitions="2")(by_customer)
case("partition_count-few", "clean", master="local[4]", sql_shuffle_partitions="8")(by_customer)


@case("driver_gap", "shows")
def in_turns(spark: Any, folder: Path) -> None:
    customers = [row.customer_id for row in spark.read.parquet(f"{folder}/customers").collect()]
    for _ in range(3):
        # What a driver does alone between two queries.
        worst = max(sum(number * number % 97 for number in customers[:5000]) for _ in range(4000))
        made(spark.range(100_000).selectExpr(f"id + {worst} AS x"))


@case("driver_gap", "clean")
def at_once(spark: Any, folder: Path) -> None:
    for _ in range(3):
        made(spark.range(100_000).selectExpr("id + 1 AS x"))


def hashes(spark: Any, tasks: int) -> None:
    made(spark.range(0, 6_000_000, 1, tasks).selectExpr("sha2(sha2(sha2(cast(id AS string), 512), 512), 512) AS h"))


@case("executor_sizing", "shows", master="local[8]")
def on_many_cores(spark: Any, folder: Path) -> None:
    hashes(spark, 1)


@case("executor_sizing", "clean")
def on_two_cores(spark: Any, folder: Path) -> None:
    hashes(spark, 4)


@case("executor_sizing-busy", "shows")
def in_many_waves(spark: Any, folder: Path) -> None:
    made(spark.range(0, 24_000_000, 1, 60).selectExpr("sha2(sha2(sha2(cast(id AS string), 512), 512), 512) AS h"))


case("executor_sizing-busy", "clean")(on_two_cores)


def contacts(spark: Any) -> None:
    spark.range(12_000).selectExpr("id AS a", "id * 3 AS b").createOrReplaceTempView("one")
    spark.range(12_000).selectExpr("id * 2 AS c", "id * 5 AS d").createOrReplaceTempView("other")


@case("exploding_join", "shows")
def by_either(spark: Any, folder: Path) -> None:
    contacts(spark)
    made(spark.sql("SELECT * FROM one JOIN other ON a = c OR b = d"))


@case("exploding_join", "clean")
def by_each(spark: Any, folder: Path) -> None:
    contacts(spark)
    made(spark.sql("SELECT * FROM one JOIN other ON a = c UNION ALL SELECT * FROM one JOIN other ON b = d AND a <> c"))


@case("exploding_join-rows", "shows")
def by_half_a_key(spark: Any, folder: Path) -> None:
    orders = (
        spark.read.parquet(f"{folder}/large").selectExpr("customer_id % 200 AS k", "order_id", "amount").limit(60_000)
    )
    made(orders.join(orders.selectExpr("k", "amount AS other").limit(40_000), "k").groupBy("k").sum("other"))


case("exploding_join-rows", "clean")(joined)


@case("failed_tasks-straggler", "shows")
def with_a_slow_one(spark: Any, folder: Path) -> None:
    def work(parts: Any) -> Any:
        import time

        from pyspark import TaskContext

        # As a disk or a machine that is slow: nothing about its data is different.
        time.sleep(9 if TaskContext.get().partitionId() == 5 else 0)
        return parts

    spark.sparkContext.parallelize(range(200_000), 16).mapPartitions(work).count()


@case("failed_tasks-straggler", "clean")
def all_alike(spark: Any, folder: Path) -> None:
    hashes(spark, 16)


def doubled(spark: Any, *, fails: bool) -> None:
    def work(parts: Any) -> Any:
        from pyspark import TaskContext

        context = TaskContext.get()
        if fails and context.partitionId() == 1 and context.attemptNumber() == 0:
            raise ValueError("the file store did not answer")
        return parts

    rows = spark.sparkContext.parallelize(range(200_000), 4).mapPartitions(work)
    rows.count()


@case("failed_tasks", "shows", master="local[2,4]")
def in_two_tries(spark: Any, folder: Path) -> None:
    doubled(spark, fails=True)


@case("failed_tasks", "clean")
def in_one_try(spark: Any, folder: Path) -> None:
    doubled(spark, fails=False)


SCHEMA = "order_id bigint, customer_id bigint, amount double, day date, note string"


@case("file_format", "shows")
def of_text(spark: Any, folder: Path) -> None:
    made(spark.read.schema(SCHEMA).csv(f"{folder}/csv", header=True).groupBy("day").sum("amount"))


@case("file_format", "clean")
def of_columns(spark: Any, folder: Path) -> None:
    made(spark.read.parquet(f"{folder}/orders").groupBy("day").sum("amount"))


@case("schema_inference", "shows")
def by_looking(spark: Any, folder: Path) -> None:
    made(spark.read.csv(f"{folder}/csv", header=True, inferSchema=True).groupBy("day").sum("amount"))


case("schema_inference", "clean")(of_text)


@case("schema_inference-listing", "shows")
def of_folders(spark: Any, folder: Path) -> None:
    made(spark.read.schema(f"{SCHEMA}, part int").parquet(f"{folder}/folders").groupBy("day").sum("amount"))


@case("file_format-packed", "shows")
def of_packed_text(spark: Any, folder: Path) -> None:
    made(spark.read.schema(SCHEMA).csv(f"{folder}/packed", header=True).groupBy("day").sum("amount"))


def staged(spark: Any, folder: Path, *columns: str) -> None:
    rows = spark.read.parquet(f"{folder}/orders").selectExpr(*columns)
    rows.write.parquet(f"{folder}/staged", mode="overwrite")
    made(spark.read.parquet(f"{folder}/staged").groupBy("day").sum("amount"))


@case("late_filter-columns", "shows")
def with_all_columns(spark: Any, folder: Path) -> None:
    staged(spark, folder, "*", "upper(note) AS loud", "sha2(note, 256) AS digest")


@case("late_filter-columns", "clean")
def with_two_columns(spark: Any, folder: Path) -> None:
    staged(spark, folder, "day", "amount")


def of_march(spark: Any, folder: Path, condition: str) -> None:
    made(spark.read.parquet(f"{folder}/orders").where(condition).groupBy("customer_id").sum("amount"))


case("schema_inference-listing", "clean")(of_columns)
case("file_format-packed", "clean")(of_columns)


@case("late_filter", "shows")
def by_text(spark: Any, folder: Path) -> None:
    of_march(spark, folder, "date_format(day, 'yyyy-MM') = '1997-03'")


@case("late_filter", "clean")
def by_range(spark: Any, folder: Path) -> None:
    of_march(spark, folder, "day >= DATE'1997-03-01' AND day < DATE'1997-04-01'")


@case("python_udf", "shows")
def by_function(spark: Any, folder: Path) -> None:
    from pyspark.sql.functions import udf

    first = udf(lambda note: note[:4].upper(), "string")
    made(spark.read.parquet(f"{folder}/orders").limit(500_000).select(first("note")))


@case("python_udf", "clean")
def by_built_in(spark: Any, folder: Path) -> None:
    made(spark.read.parquet(f"{folder}/orders").limit(500_000).selectExpr("upper(substr(note, 1, 4))"))


def twice(spark: Any, folder: Path, *, keeps: bool) -> None:
    base = spark.read.parquet(f"{folder}/orders").selectExpr("customer_id", "day", "sha2(note, 512) AS h")
    if keeps:
        base.write.parquet(f"{folder}/kept", mode="overwrite")
        base = spark.read.parquet(f"{folder}/kept").limit(1000)
        made(base.groupBy("day").count())
        return
    made(base.groupBy("customer_id").agg({"h": "max"}))
    made(base.groupBy("day").agg({"h": "max"}))


@case("repeated_scan", "shows")
def read_twice(spark: Any, folder: Path) -> None:
    twice(spark, folder, keeps=False)


@case("repeated_scan", "clean")
def read_once(spark: Any, folder: Path) -> None:
    twice(spark, folder, keeps=True)


def wide(spark: Any) -> Any:
    return spark.range(2_500_000).selectExpr(
        "id", "sha2(cast(id AS string), 512) AS a", "sha2(cast(-id AS string), 256) AS b"
    )


@case("shuffle_volume", "shows")
def moved(spark: Any, folder: Path) -> None:
    made(wide(spark).repartition(4, "a").selectExpr("*", "1 AS x").repartition(4, "b"))


@case("shuffle_volume", "clean")
def left(spark: Any, folder: Path) -> None:
    made(wide(spark).selectExpr("id % 100 AS k", "a").groupBy("k").agg({"a": "max"}))


def read(spark: Any, folder: Path, name: str) -> None:
    made(spark.read.parquet(f"{folder}/{name}").groupBy("day").sum("amount"))


@case("small_files", "shows")
def many(spark: Any, folder: Path) -> None:
    read(spark, folder, "small")


@case("small_files", "clean")
def few(spark: Any, folder: Path) -> None:
    read(spark, folder, "large")


def written(spark: Any, folder: Path, tasks: int) -> None:
    rows = spark.read.parquet(f"{folder}/large").repartition(tasks)
    rows.write.parquet(f"{folder}/written", mode="overwrite")


@case("small_files-out", "shows")
def into_many(spark: Any, folder: Path) -> None:
    written(spark, folder, 160)


@case("small_files-out", "clean")
def into_few(spark: Any, folder: Path) -> None:
    written(spark, folder, 4)


def run(kind: str, side: str, folder: Path) -> None:
    """The work of one case, inside Spark."""
    from pyspark.sql import SparkSession

    spark = SparkSession.builder.getOrCreate()
    (prepare if kind == "prepare" else CASES[(kind, side)][1])(spark, folder)
    spark.stop()


def submit(kind: str, side: str, folder: Path, logs: Path) -> None:
    """Starts Spark on this file."""
    from pursight_app.spark.environment import spark_environment, spark_home

    conf = {**PLAIN, **CASES.get((kind, side), ({}, None))[0]}
    conf = {
        "spark.master": "local[2]", "spark.driver.memory": "2g", "spark.driver.host": "127.0.0.1", "spark.eventLog.enabled": "true",
        "spark.eventLog.dir": logs.as_uri(), "spark.eventLog.rolling.enabled": "false", "spark.eventLog.compress": "false", "spark.ui.enabled": "false",
        "spark.app.name": f"{kind} {side}", **conf,
    }  # fmt: skip
    pairs = [part for key, value in conf.items() for part in ("--conf", f"{key}={value}")]
    command = [str(spark_home() / "bin" / "spark-submit"), *pairs, __file__, "--run", kind, side, str(folder)]
    subprocess.run(command, env=spark_environment(), check=True, stderr=subprocess.DEVNULL)


def keep(log: Path, to: Path) -> None:
    """The log, packed, without what tells of the machine."""
    import zstandard

    lines = []
    for line in log.read_text().splitlines():
        event = json.loads(line)
        if event["Event"] == "SparkListenerEnvironmentUpdate":
            event["Classpath Entries"], event["System Properties"] = {}, {}
        lines.append(json.dumps(event, separators=(",", ":")))
    to.write_bytes(zstandard.ZstdCompressor(level=19).compress("\n".join(lines).encode() + b"\n"))


def main(kinds: list[str]) -> None:
    """Records those kinds, or all."""
    os.environ.setdefault("PURSIGHT_HOME", "/tmp")
    with tempfile.TemporaryDirectory(prefix="record-") as name:
        folder = Path(name)
        data, unused = folder / "data", folder / "unused"
        data.mkdir()
        unused.mkdir()
        submit("prepare", "", data, unused)
        for kind, side in CASES:
            if kinds and kind not in kinds:
                continue
            logs = folder / f"{kind}-{side}"
            logs.mkdir()
            submit(kind, side, data, logs)
            [log] = logs.iterdir()
            keep(log, HERE / f"{kind}.{side}.zstd")
            print(kind, side, log.stat().st_size, flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--run"]:
        run(sys.argv[2], sys.argv[3], Path(sys.argv[4]))
    else:
        main(sys.argv[1:])
