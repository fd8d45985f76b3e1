"""Python functions said in Spark's own give the same rows, for texts and numbers at their edges and for None."""

import time
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pursight_app.core.definitions import Definition, Input, Output, Step
from pursight_app.optimizers.python_code import udfs_as_columns
from pursight_app.services.pipelines import compare_outputs
from pursight_app.spark.jobs import SparkJob, Variant

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

CODE = '''
from pyspark.sql.functions import udf

@udf("string")
def segment(country, amount):
    """Which kind of customer."""
    if country is None:
        return "unknown"
    if country in ("DE", "AT") and amount > 100:
        return "large " + country
    if not country.startswith("F") or amount <= 0:
        return "other"
    return "french" if amount < 50 else country.upper()

@udf("string")
def short(text):
    clean = None if text is None else text.strip().lower()
    if clean == "":
        return None
    return None if clean is None else clean[:3]

@udf("bigint")
def bucket(number):
    if number is None:
        return -1
    return abs(number) % 7 if number >= -5 else max(number, -100) % 7

@udf("boolean")
def is_odd(text, number):
    return text == "x" or not (number == 3) and "a" in "a,b"

def run(spark, params):
    rows = spark.table("rows")
    return rows.select(
        "id", segment("country", "amount").alias("segment"), short("text").alias("short"), bucket("number").alias("bucket")
    )
'''
COUNTRIES = ["DE", "AT", "FR", "Fi", "", "it"]
TEXTS = [
    None,
    "",
    "  ",
    " Ab ",
    "ÄÖÜx",
    "\tTab\n",
    "abcdef",
    "ß",
    "İstanbul",
    "\u00a0 no break\u2003",
    "\x1fx\x85",
    "ΑΣ",
    "🎉🎉ab",
    "a\nb \n",
]


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    numbers = range(2_000)
    table = pa.table(
        {
            "id": list(numbers),
            "country": [None if number % 11 == 0 else COUNTRIES[number % 6] for number in numbers],
            "amount": [float((number * 37) % 300 - 100) for number in numbers],
            "text": [TEXTS[number % len(TEXTS)] for number in numbers],
            "number": [None if number % 13 == 0 else number * 31 % 400 - 200 for number in numbers],
        }
    )
    pq.write_table(table, tmp_path / "rows.parquet")
    return tmp_path / "rows.parquet"


def test_functions_of_rows_are_the_same_as_functions_of_columns(rows: Path, tmp_path: Path) -> None:
    after, done = udfs_as_columns(CODE)
    assert done[:3] == ["segment", "short", "bucket"]
    before = Definition(
        (Input("rows", path=str(rows)),), (Step("made", python=CODE),), (Output("made", path=str(tmp_path / "out")),)
    )
    job = SparkJob(tmp_path / "job")
    for number, code in enumerate((CODE, after)):
        variant = Variant(replace(before, steps=(Step("made", python=code),)), (str(tmp_path / f"out{number}"),))
        job.add(number, variant)
    job.start("rewrites", {}, stays=True)
    try:
        deadline = time.monotonic() + 200
        while (second := job.result(1)) is None:
            assert job.is_alive(), job.log_tail()
            assert time.monotonic() < deadline
            time.sleep(0.2)
    finally:
        job.stop()
    first = job.result(0)

    assert first is not None
    assert (first.status, second.status) == ("succeeded", "succeeded"), (first.error, second.error)
    assert compare_outputs(list(first.outputs), list(second.outputs)) == ""
    kinds = pq.read_table(tmp_path / "out0").column("segment").unique().to_pylist()
    assert {"unknown", "large DE", "other", "french", "FR"} <= set(kinds)


@pytest.mark.parametrize(
    "code",
    [
        "@udf('string')\ndef f(x):\n    return open(x).read()\n",
        "@udf('string')\ndef f(x, *more):\n    return x\n",
        "@udf('string')\ndef f(x):\n    for one in x:\n        return one\n",
        "@udf('string')\ndef f(x):\n    if x:\n        return 'something'\n    return None\n",
        "@udf('array<string>')\ndef f(x):\n    return x.split(',')\n",
        "@cached\n@udf('string')\ndef f(x):\n    return x\n",
    ],
)
def test_what_is_not_plainly_the_same_stays_python(code: str) -> None:
    assert udfs_as_columns(code) == (code, [])
