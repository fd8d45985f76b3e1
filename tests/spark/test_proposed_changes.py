"""What is proposed for inputs, joins and unions gives the same rows on Spark, and says when the data no longer fit."""

import time
from pathlib import Path

import pytest

from pursight_app.core.definitions import Definition, parse_definition
from pursight_app.optimizers.base import Bottleneck, Seen
from pursight_app.services.optimization.changes import put_together
from pursight_app.services.pipelines import compare_outputs
from pursight_app.spark.jobs import Result, SparkJob, Variant

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
KEYS = ("schema_inference", "broadcast_join_hint", "shuffle_volume_distinct")
BOTH = "SELECT * FROM orders WHERE amount > 900 UNION SELECT * FROM orders WHERE `is paid`"


def definition_of(folder: Path) -> Definition:
    options = {"header": "true", "inferSchema": "true"}
    return parse_definition(
        {
            "inputs": [
                {"name": name, "path": str(folder / f"{name}.csv"), "format": "csv", "options": options}
                for name in ("orders", "customers")
            ],
            "steps": [
                {"name": "joined", "sql": "SELECT o.*, c.name FROM orders o LEFT JOIN customers c ON o.customer = c.id"},
                {"name": "chosen", "sql": BOTH},
                {"name": "sums", "sql": "SELECT day, sum(amount) AS amount, count(*) AS n FROM chosen GROUP BY day"},
            ],
            "outputs": [{"step": step, "path": str(folder / step)} for step in ("joined", "sums")],
        }
    )  # fmt: skip


def ran(job: SparkJob, number: int, definition: Definition, folder: Path) -> Result:
    job.add(number, Variant(definition, tuple(str(folder / f"{step}{number}") for step in ("joined", "sums"))))
    deadline = time.monotonic() + 200
    while (result := job.result(number)) is None:
        assert job.is_alive(), job.log_tail()
        assert time.monotonic() < deadline
        time.sleep(0.2)
    return result


def test_a_said_schema_and_a_hint_change_no_row_and_other_data_end_the_run(tmp_path: Path) -> None:
    # Each row twice, so that there are duplicates to drop.
    lines = 2 * [
        f"{n},{n % 40 if n % 7 else ''},{n * 1.25},2026-01-{1 + n % 28:02d},{n % 2 == 0},t{n}" for n in range(3_000)
    ]
    (tmp_path / "orders.csv").write_text("\n".join(["id,customer,amount,day,is paid,note", *lines]) + "\n")
    (tmp_path / "customers.csv").write_text("\n".join(["id,name", *(f"{n},c{n}" for n in range(30))]) + "\n")
    definition = definition_of(tmp_path)
    job = SparkJob(tmp_path / "job")
    job.start("proposed", {}, stays=True)
    try:
        before = ran(job, 0, definition, tmp_path)
        found = [
            Bottleneck("schema_inference", "", "", "", "", {"direction": "inference"}, 900, 0.5),
            Bottleneck(
                "broadcast_join", "", "", "", "",
                {"direction": "missed", "tables": f"InMemoryFileIndex(1 paths)[file:{tmp_path}/customers.csv]"}, 900, 0.5,
            ),
        ]  # fmt: skip
        seen = Seen(found, before.inputs, {each.name: each.path for each in definition.inputs})
        changed = put_together(definition, seen, KEYS)
        after = ran(job, 1, changed, tmp_path)
        with (tmp_path / "orders.csv").open("a") as file:
            file.write("no number,1,2.5,2026-01-01,true,x\n")
        other = ran(job, 2, changed, tmp_path)
    finally:
        job.stop()

    assert all(each.schema for each in changed.inputs)
    assert "BROADCAST(c)" in changed.steps[0].sql
    assert (before.status, after.status) == ("succeeded", "succeeded"), (before.error, after.error)
    assert compare_outputs(list(before.outputs), list(after.outputs)) == ""
    assert "REPARTITION(`day`)" in changed.step("chosen").sql
    assert [each["rows"] for each in before.outputs] == [6_000, 28]
    assert other.status == "failed"
