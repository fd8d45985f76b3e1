"""The same over REST on a standalone cluster: a master and two workers from the wheel."""

import os
import signal
import subprocess
import time
from collections.abc import Generator
from pathlib import Path
from uuid import UUID

import httpx2
import pytest
from sqlmodel import select

from pursight_app.core.db import unit_of_work
from pursight_app.core.definitions import parse_definition
from pursight_app.core.settings import get_settings
from pursight_app.models import CostExample, Deployment, PipelineVersion
from pursight_app.services.pipelines.inputs import fingerprint
from pursight_app.spark.environment import spark_environment, spark_home
from tests.plugins.servers import free_port
from tests.spark.conftest import Lake, rows_of
from tests.spark.test_flow import approved_by_hand

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Generator[str]:
    folder = tmp_path_factory.mktemp("cluster")
    port, web = free_port(), free_port()
    master = f"spark://127.0.0.1:{port}"
    environment = {
        **spark_environment(), "SPARK_NO_DAEMONIZE": "1", "SPARK_DAEMON_MEMORY": "256m", "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_LOCAL_HOSTNAME": "localhost",
    }  # fmt: skip
    begin = [str(spark_home() / "bin" / "spark-class")]
    commands = [
        [
            *begin,
            "org.apache.spark.deploy.master.Master",
            "--host",
            "127.0.0.1",
            "--port",
            str(port),
            "--webui-port",
            str(web),
        ]
    ]
    for number in range(2):
        commands.append(
            [
                *begin, "org.apache.spark.deploy.worker.Worker", "--host", "127.0.0.1", "--port", str(free_port()), "--webui-port",
                str(free_port()), "-c", "1", "-m", "1g", "-d", str(folder / f"work{number}"), master,
            ]
        )  # fmt: skip
    processes = []
    with (folder / "cluster.log").open("w") as log:
        for command in commands:
            processes.append(subprocess.Popen(command, env=environment, stdout=log, stderr=log, start_new_session=True))
    try:
        deadline = time.monotonic() + 60
        while alive_workers(web) < 2:
            assert time.monotonic() < deadline, (folder / "cluster.log").read_text()[-2_000:]
            time.sleep(0.3)
        yield master
    finally:
        for process in reversed(processes):
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(20)


def alive_workers(port: int) -> int:
    try:
        return int(httpx2.get(f"http://127.0.0.1:{port}/json/", timeout=2).json()["aliveworkers"])
    except (httpx2.HTTPError, ValueError, KeyError):
        return 0


@pytest.fixture
def on_cluster(cluster: str, monkeypatch: pytest.MonkeyPatch) -> Generator[None]:
    monkeypatch.setenv("PURSIGHT_SPARK_MASTER", cluster)
    get_settings.cache_clear()
    yield
    monkeypatch.undo()
    get_settings.cache_clear()


@pytest.mark.usefixtures("on_cluster")
def test_a_pipeline_is_run_optimised_and_kept_on_a_cluster(lake: Lake, tmp_path: Path) -> None:
    conf = {
        "spark.executor.memory": "700m",
        "spark.sql.shuffle.partitions": "120",
        "spark.sql.adaptive.enabled": "false",
    }
    pipeline_id = lake.create("On a cluster", lake.definition(tmp_path / "out", spark_conf=conf))
    run = lake.run(pipeline_id)
    assert run["status"] == "succeeded", run["error"]
    assert len(run["figures"]["executors"]) >= 2
    before = sorted(map(str, rows_of(tmp_path / "out")))

    plan = lake.plan(pipeline_id, trials=1)
    assert plan["status"] == "ready", plan["error"]
    assert plan["optimized_s"] < plan["baseline_s"]
    made = lake.post("apply-optimization", {"plan_id": plan["plan_id"], "watch_runs": 2})
    lake.work_off(pipeline_id)

    report = lake.get(f"deployments/{made['deployment_id']}")
    assert (report["status"], report["results"]) == ("kept", "same")
    assert report["speedup"] > 1
    assert report["report"]["cost_after"]["tasks"] < report["report"]["cost_before"]["tasks"]
    assert sorted(map(str, rows_of(tmp_path / "out"))) == before


@pytest.mark.usefixtures("on_cluster")
def test_what_makes_it_slower_on_a_cluster_is_taken_back_by_itself(lake: Lake, tmp_path: Path) -> None:
    conf = {"spark.executor.memory": "700m", "spark.sql.shuffle.partitions": "4"}
    definition = lake.definition(tmp_path / "out", spark_conf=conf)
    definition["steps"] = [
        {"name": "sums", "sql": "SELECT customer_id, sum(amount) AS total FROM orders GROUP BY customer_id"}
    ]
    pipeline_id = lake.create("Worse on a cluster", definition)
    run = lake.run(pipeline_id)
    seen = sorted(map(str, rows_of(tmp_path / "out")))
    slower = {
        "spark_conf": {"spark.sql.shuffle.partitions": "500", "spark.sql.adaptive.enabled": "false"},
        "fingerprint": fingerprint(parse_definition(definition)),
    }

    deployment_id = approved_by_hand(lake, pipeline_id, slower, run["outputs"], run["duration_s"])
    lake.work_off(pipeline_id)

    report = lake.get(f"deployments/{deployment_id}")
    assert (report["status"], report["results"]) == ("rolled_back", "same"), report
    assert "slower" in report["why"]
    current = lake.get(str(pipeline_id))
    assert (current["version"], current["definition"]["spark_conf"]) == (3, conf)
    assert sorted(map(str, rows_of(tmp_path / "out"))) == seen
    with unit_of_work() as session:
        reasons = session.exec(select(PipelineVersion.reason).where(PipelineVersion.pipeline_id == pipeline_id)).all()
        deployment = session.get_one(Deployment, UUID(deployment_id))
        learned = session.exec(select(CostExample).where(CostExample.pipeline_id == pipeline_id)).all()
    assert any("rolled back" in reason for reason in reasons)
    assert deployment.report["speedup"] < 1
    assert [example.origin for example in learned] == ["deployment"]
    assert learned[0].log_ratio > 0
