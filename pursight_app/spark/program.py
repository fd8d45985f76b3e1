"""Runs one pipeline on Spark, or many variants of it in one session. Started by spark-submit, alone: `program.py JOB.json`.

It imports nothing of PurSight, so that a cluster's driver can run it anywhere. What it finds goes to files in the job's
folder: `application.json` as soon as Spark answers, `result-N.json` after each variant, each written whole.
"""

import json
import os
import sys
import threading
import time
import traceback
from pathlib import Path
from typing import Any, ClassVar

from py4j.protocol import Py4JError
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812  the name that everybody knows
from pyspark.sql.types import DoubleType, FloatType

Json = dict[str, Any]
# Whoever started it has died and nobody has taken over.
IDLE_S = 300
# Plans that are larger are not written out; the lineage of their steps is read from their SQL.
MAX_LEAVES, MAX_PLAN_CHARACTERS = 2_000, 20_000_000


def write_whole(path: Path, content: Json) -> None:
    """Nobody ever reads half of it."""
    partial = path.with_suffix(f".{os.getpid()}.part")
    partial.write_text(json.dumps(content))
    partial.replace(path)


def main() -> int:
    """Works off the variants of a job, as they come, until the file `end`; 1 when the only one failed."""
    job = json.loads(Path(sys.argv[1]).read_text())
    folder = Path(sys.argv[1]).parent
    session = SparkSession.builder.getOrCreate()
    context = session.sparkContext
    context.setLogLevel("WARN")
    write_whole(
        folder / "application.json",
        {
            "app_id": context.applicationId, "ui": context.uiWebUrl, "pid": os.getpid(), "master": context.master,
            "started_at_s": time.time(), "spark_version": context.version,
        },
    )  # fmt: skip
    failed, number = False, 0
    while (variant := next_variant(folder, number)) is not None:
        done = folder / f"result-{number}.json"
        if not done.exists():
            result = run_variant(session, variant, folder / f"work-{number}")
            failed = result["status"] != "succeeded"
            write_whole(done, result)
        number += 1
        if not job["stays"]:
            break
    session.stop()
    return int(failed)


def next_variant(folder: Path, number: int) -> Json | None:
    """The next thing to run; None when nothing more comes, or nobody has asked for `IDLE_S`."""
    wanted, since = folder / f"variant-{number}.json", time.monotonic()
    while not wanted.exists():
        if (folder / "end").exists() or time.monotonic() - since > IDLE_S:
            return None
        time.sleep(0.1)
    return json.loads(wanted.read_text())


def run_variant(session: SparkSession, variant: Json, work: Path) -> Json:
    """One run: its time without the start of Spark and without the checksums, or why it failed."""
    conf: dict[str, str] = variant.get("runtime_conf", {})
    before = {key: session.conf.get(key, None) for key in conf}
    clock = Clock(session, variant.get("limit_s"))
    try:
        for key, value in conf.items():
            session.conf.set(key, value)
        session.catalog.clearCache()
        with clock:
            outputs = execute(session, variant["definition"], variant["write_to"], work)
        checks = [checksum(read_back(session, each)) for each in outputs]
    except Exception as error:  # noqa: BLE001  the outermost handler of the program: whatever it was belongs into the result
        is_late = clock.is_over
        message = "stopped: it took longer than allowed" if is_late else sentence(error)
        return {
            "status": "cancelled" if is_late else "failed",
            "error": message,
            "duration_s": clock.seconds,
            "step": Place.now,
        }
    else:
        return {
            "status": "succeeded", "duration_s": clock.seconds, "outputs": checks, "inputs": Place.schemas,
            "plans": {name: plan for name, frame in Place.frames.items() if (plan := analyzed_plan(frame))},
        }  # fmt: skip
    finally:
        session.catalog.clearCache()
        for key, value in before.items():
            (session.conf.unset(key) if value is None else session.conf.set(key, value))


class Place:
    """Which step or output is being worked on, for the sentence about a failure.

    Also what the inputs look like, and the rows of steps that are written somewhere.
    """

    now = ""
    schemas: ClassVar[dict[str, list[list[str]]]] = {}
    frames: ClassVar[dict[str, DataFrame]] = {}


class Clock:
    """Measures a block and ends its jobs when it takes longer than `limit_s`."""

    def __init__(self, session: SparkSession, limit_s: float | None) -> None:
        self._session, self._limit_s = session, limit_s
        self.seconds, self.is_over = 0.0, False

    def __enter__(self) -> None:
        self._started = time.monotonic()
        self._timer = threading.Timer(self._limit_s, self._end) if self._limit_s else None
        if self._timer:
            self._timer.daemon = True
            self._timer.start()

    def __exit__(self, *_: object) -> None:
        self.seconds = round(time.monotonic() - self._started, 3)
        if self._timer:
            self._timer.cancel()

    def _end(self) -> None:
        self.is_over = True
        self._session.sparkContext.cancelAllJobs()


def sentence(error: Exception) -> str:
    """What went wrong without the Java stack: Spark's own first lines."""
    text = str(error).partition("\n\nJVM stacktrace")[0].partition("\n\tat ")[0].strip()
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == "<step>"]
    own = f" (line {lines[-1]} of the step)" if lines else ""
    return f"{type(error).__name__}: {text[:1_500]}{own}"


def execute(session: SparkSession, definition: Json, write_to: list[Json], work: Path) -> list[Json]:
    """Reads inputs, makes the steps, writes the outputs to the places given."""
    for given in definition["inputs"]:
        Place.now = given["name"]
        reader = session.read.format(given.get("format") or "parquet").options(**given.get("options", {}))
        reader = reader.schema(given["schema"]) if given.get("schema") else reader
        frame = reader.load(given["path"])
        frame.createOrReplaceTempView(given["name"])
        Place.schemas[given["name"]] = [[field.name, field.dataType.simpleString()] for field in frame.schema.fields]
    made: dict[str, DataFrame] = {}
    Place.frames.clear()
    written = {output["step"] for output in definition["outputs"]}
    for step in definition["steps"]:
        Place.now = step["name"]
        frame = step_frame(session, step, definition.get("params", {}))
        if step["name"] in written or step.get("persist") == "stage":
            Place.frames[step["name"]] = frame
        frame = persisted(session, frame, step, work)
        frame.createOrReplaceTempView(step["name"])
        made[step["name"]] = frame
    for output, place in zip(definition["outputs"], write_to, strict=True):
        Place.now = output["step"]
        write(made[output["step"]], output, place["path"])
    return [{**output, "path": place["path"]} for output, place in zip(definition["outputs"], write_to, strict=True)]


def step_frame(session: SparkSession, step: Json, params: Json) -> DataFrame:
    """The rows of a step: of its SELECT, or of what its `run(spark, params)` returns."""
    if step.get("sql"):
        return session.sql(step["sql"], args=params or None)
    names: Json = {"spark": session, "F": F, "__name__": "step"}
    exec(compile(step["python"], "<step>", "exec"), names)  # noqa: S102  running what engineers write is what this program is for
    frame = names["run"](session, params)
    if not isinstance(frame, DataFrame):
        raise TypeError(
            f"run(spark, params) of step {step['name']} has to return a DataFrame; it returned {type(frame).__name__}"
        )
    return frame


def analyzed_plan(frame: DataFrame) -> list[Json] | None:
    """The plan with all names resolved, as Spark writes it: a list of nodes, each before its children; None if it cannot."""
    try:
        java: Any = frame._jdf  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]  the plan is nowhere else
        analyzed = java.queryExecution().analyzed()
        text = analyzed.toJSON() if analyzed.collectLeaves().size() <= MAX_LEAVES else ""
        return json.loads(text) if 0 < len(text) <= MAX_PLAN_CHARACTERS else None
    except (Py4JError, ValueError, RecursionError):
        # The rows are written; a plan that cannot be said must not fail the run.
        return None


def persisted(session: SparkSession, frame: DataFrame, step: Json, work: Path) -> DataFrame:
    """The rows as later steps find them."""
    how = step.get("persist", "none")
    if how == "memory":
        return frame.cache()
    if how == "stage":
        path = f"{work}/stage-{step['name']}"
        frame.write.mode("overwrite").parquet(path)
        return session.read.parquet(path)
    return frame


def write(frame: DataFrame, output: Json, path: str) -> None:
    """Writes beside the place where it belongs; whoever started this swaps it in."""
    columns, files = output.get("partition_by", []), output.get("files", 0)
    if files and columns:
        spread = [(F.rand(seed=7) * files).cast("int")] if files > 1 else []
        frame = frame.repartition(*(F.col(name) for name in columns), *spread)
    elif files:
        frame = frame.coalesce(files)
    writer = frame.write.mode("overwrite").format(output.get("format") or "parquet")
    if output.get("format") == "csv":
        writer = writer.option("header", "true")
    (writer.partitionBy(*columns) if columns else writer).save(path)


def read_back(session: SparkSession, output: Json) -> DataFrame:
    """What was written, as its readers will see it."""
    reader = session.read.format(output.get("format") or "parquet")
    if output.get("format") == "csv":
        reader = reader.option("header", "true").option("inferSchema", "true")
    return reader.load(output["path"])


def checksum(frame: DataFrame) -> Json:
    """Figures that do not depend on the order of rows or files, see docs/adr/0018.

    Exact columns: number of rows and the sum of each row's hash over them. Floating columns: number of values, sum, sum of
    squares, smallest and largest, and the sum weighed by the row's hash, which a value in another row would change; they are
    compared with a tolerance, as sums of floats depend on their order.
    """
    fields = sorted(frame.schema.fields, key=lambda field: field.name)
    floating = [field.name for field in fields if isinstance(field.dataType, DoubleType | FloatType)]
    exact = [field for field in fields if field.name not in floating]
    hashed = F.xxhash64(*(hashable(field) for field in exact)) if exact else F.lit(0).cast("bigint")
    rows = frame.select(
        hashed.alias("__hash"),
        *(F.col(f"`{name}`").cast("double").alias(f"__{number}") for number, name in enumerate(floating)),
    )
    weight = (F.pmod(F.col("__hash"), F.lit(1009)) + 1).cast("double")
    wanted = [F.count("*").alias("rows"), F.sum(F.col("__hash").cast("decimal(38,0)")).cast("string").alias("hash")]
    for number in range(len(floating)):
        value = F.when(F.isnan(f"__{number}"), None).otherwise(F.col(f"__{number}"))
        figures = [
            F.count(value),
            F.sum(value),
            F.sum(value * value),
            F.min(value),
            F.max(value),
            F.sum(value * weight),
        ]
        wanted.append(F.array(*(figure.cast("double") for figure in figures)).alias(f"f{number}"))
    found = rows.agg(*wanted).collect()[0]
    schema = [[field.name, field.dataType.simpleString()] for field in fields]
    return {
        "rows": found["rows"], "hash": found["hash"], "schema": schema,
        "floats": {name: found[f"f{number}"] for number, name in enumerate(floating)},
    }  # fmt: skip


def hashable(field: Any) -> Any:
    """Maps and the like have no hash of their own in Spark."""
    plain = F.col(f"`{field.name}`")
    return F.to_json(plain) if field.dataType.typeName() in {"map", "variant"} else plain


if __name__ == "__main__":
    sys.exit(main())
