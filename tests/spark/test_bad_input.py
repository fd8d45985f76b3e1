"""What goes wrong with pipelines: told in a sentence, and nothing half-done to see."""

import os
import signal
import threading
import time
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import func
from sqlmodel import select

from pursight_app.core.clock import now
from pursight_app.core.db import unit_of_work
from pursight_app.core.settings import get_settings
from pursight_app.models import Asset, DataSource, PipelineRun
from pursight_app.services import pipelines
from pursight_app.services.pipelines.places import run_folder
from pursight_app.spark.jobs import SparkJob
from tests.factories import bearer
from tests.spark.conftest import Lake, rows_of

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def one_step(lake: Lake, out: Path, **step: str) -> dict[str, object]:
    return lake.definition(
        out, steps=[{"name": "made", **step}], outputs=[{"step": "made", "path": str(out)}], spark_conf={}
    )


def test_a_step_that_fails_half_way_leaves_what_was_there(lake: Lake, tmp_path: Path) -> None:
    out = tmp_path / "out"
    good = one_step(lake, out, sql="SELECT customer_id, count(*) AS n FROM orders GROUP BY customer_id")
    pipeline_id = lake.create("Breaks", good)
    assert lake.run(pipeline_id)["status"] == "succeeded"
    seen = rows_of(out)
    body = {
        "definition": one_step(
            lake,
            out,
            sql="SELECT customer_id, raise_error(concat('at ', order_id)) AS n FROM orders WHERE order_id > 50000",
        )
    }
    answer = lake.client.put(f"/racine/pipeline/{pipeline_id}", json=body, headers=bearer(lake.office.engineer))
    assert answer.status_code == 200, answer.text

    run = lake.run(pipeline_id)

    assert run["status"] == "failed"
    assert "made" in run["error"]
    assert "at 5" in run["error"]
    assert rows_of(out) == seen
    assert [each.name for each in tmp_path.iterdir()] == ["out"]


def test_python_that_breaks_is_told_with_its_line(lake: Lake, tmp_path: Path) -> None:
    code = "def run(spark, params):\n    rows = spark.table('orders')\n    return rows.no_such_method()\n"
    run = lake.run(lake.create("Python", one_step(lake, tmp_path / "out", python=code)))
    assert run["status"] == "failed"
    assert "line 3 of the step" in run["error"]


def test_a_spark_that_does_not_answer_is_told(lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pipeline_id = lake.create("Nowhere", one_step(lake, tmp_path / "out", sql="SELECT 1 AS x"))
    monkeypatch.setenv("PURSIGHT_SPARK_MASTER", "k8s://http://127.0.0.1:9")
    get_settings.cache_clear()
    try:
        run = lake.run(pipeline_id)
    finally:
        monkeypatch.undo()
        get_settings.cache_clear()
    assert run["status"] == "failed"
    assert "Spark ended before the run did" in run["error"]


def start_long_run(lake: Lake, name: str, out: Path) -> tuple[UUID, UUID, threading.Thread]:
    """A run of some ten seconds in a thread of its own, as soon as Spark has it."""
    code = "import time\ndef run(spark, params):\n    time.sleep(6)\n    return spark.table('orders').limit(10)\n"
    pipeline_id = lake.create(name, one_step(lake, out, python=code))
    run_id = UUID(str(lake.post(f"{pipeline_id}/run")["run_id"]))
    worker = threading.Thread(target=pipelines.run_pipeline, args=(run_id,), daemon=True)
    worker.start()
    deadline = time.monotonic() + 60
    while lake.get(f"runs/{run_id}")["status"] != "running":
        assert time.monotonic() < deadline
        time.sleep(0.2)
    return pipeline_id, run_id, worker


def test_a_cancelled_run_ends_at_once_and_writes_nothing(lake: Lake, tmp_path: Path) -> None:
    pipeline_id, run_id, worker = start_long_run(lake, "Cancelled", tmp_path / "out")
    # F4.10-13: what Spark does is seen while it does it, at this moment and second by second.
    deadline = time.monotonic() + 30
    while (live := lake.get(f"runs/{run_id}")["live"]) is None:
        assert time.monotonic() < deadline
        time.sleep(0.2)
    assert live["memory_bytes"] > 0
    metrics = lake.get(f"runs/{run_id}/metrics")
    assert metrics["total"] >= 1
    assert lake.get(f"runs/{run_id}/metrics", who="outsider", expect=404)["code"] == "not_found"
    assert lake.post(f"{pipeline_id}/run", expect=409)["code"] == "pipeline_active"

    lake.post(f"runs/{run_id}/cancel", expect=200)
    worker.join(30)

    assert not worker.is_alive()
    assert lake.get(f"runs/{run_id}")["status"] == "cancelled"
    assert not (tmp_path / "out").exists()
    assert not SparkJob(run_folder(run_id)).is_alive()
    assert lake.post(f"runs/{run_id}/cancel", expect=409)["code"] == "run_over"


def test_spark_that_dies_in_mid_run_is_told(lake: Lake, tmp_path: Path) -> None:
    _, run_id, worker = start_long_run(lake, "Dies", tmp_path / "out")
    pid = int((run_folder(run_id) / "pid").read_text().split()[0])
    os.killpg(pid, signal.SIGKILL)
    worker.join(60)
    run = lake.get(f"runs/{run_id}")
    assert run["status"] == "failed"
    assert "Spark ended before the run did" in run["error"]
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("moment", ["submitted", "running"])
def test_a_run_whose_worker_died_is_found_again_by_the_next_one(lake: Lake, tmp_path: Path, moment: str) -> None:
    """The worker goes as soon as it has submitted, or once it has recorded Spark's id: nothing is submitted twice."""
    out = tmp_path / "out"
    code = "import time\ndef run(spark, params):\n    time.sleep(6)\n    return spark.table('orders').limit(10)\n"
    pipeline_id = lake.create(f"Found again when {moment}", one_step(lake, out, python=code))
    run_id = UUID(str(lake.post(f"{pipeline_id}/run")["run_id"]))
    child = os.fork()
    if not child:
        from pursight_app.core.db import engine

        engine().dispose(close=False)
        pipelines.run_pipeline(run_id)
        os._exit(0)
    deadline = time.monotonic() + 60
    begun = run_folder(run_id) / "pid"
    while not begun.exists() if moment == "submitted" else lake.get(f"runs/{run_id}")["status"] != "running":
        assert time.monotonic() < deadline
        time.sleep(0.01)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    assert (lake.get(f"runs/{run_id}")["app_id"] is None) == (moment == "submitted")
    program = begun.read_text()
    with unit_of_work() as session:
        session.get_one(PipelineRun, run_id).lease_until = now()

    pipelines.sweep_runs()
    pipelines.run_pipeline(run_id)

    run = lake.get(f"runs/{run_id}")
    assert run["status"] == "succeeded", run["error"]
    assert begun.read_text() == program
    assert [each.name for each in (run_folder(run_id) / "eventlog").iterdir()] == [run["app_id"]]
    assert len(rows_of(out)) == 10
    with unit_of_work() as session:
        assert session.get_one(PipelineRun, run_id).fence == 2


def test_data_of_others_in_the_place_of_an_output_are_not_touched(lake: Lake, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "theirs.csv").write_text("id\n1\n")
    pipeline_id = lake.create("Overwrites", one_step(lake, out, sql="SELECT 1 AS x"))

    run = lake.run(pipeline_id)

    assert run["status"] == "failed"
    assert "did not make it" in run["error"]
    assert (out / "theirs.csv").read_text() == "id\n1\n"
    assert [each.name for each in tmp_path.iterdir()] == ["out"]
    out.rename(tmp_path / "kept")
    assert lake.run(pipeline_id)["status"] == "succeeded"


def test_a_plan_of_a_pipeline_that_changed_is_refused_with_what_changed(lake: Lake, tmp_path: Path) -> None:
    from pursight_app.models import OptimizationPlan, Recommendation

    definition = one_step(lake, tmp_path / "out", sql="SELECT 1 AS x")
    pipeline_id = lake.create("Changed meanwhile", definition)
    with unit_of_work() as session:
        plan = OptimizationPlan(
            workspace_id=lake.office.workspace_id, pipeline_id=pipeline_id, version=1, status="ready"
        )
        session.add(plan)
        session.flush()
        row = Recommendation(
            workspace_id=lake.office.workspace_id, plan_id=plan.id, position=0, key="tuning", title="x", kind="configuration",
            change={"spark_conf": {"spark.sql.shuffle.partitions": "4"}}, is_chosen=True,
        )  # fmt: skip
        session.add(row)
    body = {"definition": one_step(lake, tmp_path / "out", sql="SELECT 2 AS x")}
    assert (
        lake.client.put(f"/racine/pipeline/{pipeline_id}", json=body, headers=bearer(lake.office.engineer)).status_code
        == 200
    )

    refused = lake.post("apply-optimization", {"plan_id": str(plan.id)}, expect=409)

    assert refused["code"] == "plan_outdated"
    assert "SELECT 2 AS x" in refused["detail"]


def test_what_the_approver_may_not_read_is_not_approved(lake: Lake, tmp_path: Path) -> None:
    from pursight_app.models import AccessGrant, OptimizationPlan, Recommendation
    from pursight_app.services import access
    from tests.factories import actor_of, make_user

    folder = lake.data
    with unit_of_work() as session:
        source = DataSource(
            workspace_id=lake.office.workspace_id, name="Lake", kind="files", config={"path": str(folder)}
        )
        session.add(source)
        session.flush()
        here = (
            Asset.workspace_id == lake.office.workspace_id,
            Asset.qualified_name == str(folder / "orders.parquet"),
        )
        known = session.exec(select(Asset).where(*here)).first()
        asset = known or Asset(
            workspace_id=lake.office.workspace_id, data_source_id=source.id, kind="file", namespace=f"file://{folder}",
            qualified_name="orders.parquet", name="orders.parquet", search_vector=func.to_tsvector("orders"),
        )  # fmt: skip
        session.add(asset)
        session.flush()
        asset_source, qualified_name = asset.data_source_id, asset.qualified_name
    pipeline_id = lake.create("Reads hidden", one_step(lake, tmp_path / "out", sql="SELECT count(*) AS n FROM orders"))
    with unit_of_work() as session:
        plan = OptimizationPlan(
            workspace_id=lake.office.workspace_id, pipeline_id=pipeline_id, version=1, status="ready"
        )
        session.add(plan)
        session.flush()
        session.add(
            Recommendation(
                workspace_id=lake.office.workspace_id, plan_id=plan.id, position=0, key="tuning", title="x", kind="configuration",
                change={"spark_conf": {"spark.sql.shuffle.partitions": "4"}}, is_chosen=True,
            )
        )  # fmt: skip
        del asset_source
        session.add(
            AccessGrant(
                workspace_id=lake.office.workspace_id, user_id=lake.office.engineer.user_id, permission="catalog.read",
                effect="deny", scope_kind="subtree", data_source_id=source.id if not known else known.data_source_id,
                scope_value=qualified_name,
            )
        )  # fmt: skip
        access.bump_version(session)
    del actor_of, make_user

    refused = lake.post("apply-optimization", {"plan_id": str(plan.id)}, expect=403)

    assert refused["code"] == "reads_hidden"
    assert lake.post("optimize", {"pipeline_id": str(pipeline_id)}, expect=403)["code"] == "reads_hidden"
    with unit_of_work() as session:
        run = PipelineRun(workspace_id=lake.office.workspace_id, pipeline_id=pipeline_id, version=1, status="cancelled")
        session.add(run)
    assert lake.get(f"runs/{run.id}/open-lineage", expect=403)["code"] == "reads_hidden"
