"""OpenLineage events of a real run: sent to a receiver on this machine, with columns, again when it was away."""

import json
import threading
from collections.abc import Generator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from uuid import UUID

import pytest
from sqlmodel import select

from pursight_app.core.clock import now
from pursight_app.core.db import unit_of_work
from pursight_app.core.settings import get_settings
from pursight_app.models import PipelineRun
from pursight_app.services import pipelines
from tests.plugins.servers import free_port
from tests.spark.conftest import Lake

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


class Receiver(HTTPServer):
    """Takes events as Marquez does; answers `status`."""

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.events: list[dict[str, object]] = []
        self.keys: set[str | None] = set()
        self.status = 201
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.keys.add(self.headers["Authorization"])
        if self.server.status < 300:
            self.server.events.append(body)
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Generator[Receiver]:
    port = free_port()
    server = Receiver(port)
    monkeypatch.setenv("PURSIGHT_OPENLINEAGE_URL", f"http://127.0.0.1:{port}/api/v1/lineage")
    monkeypatch.setenv("PURSIGHT_OPENLINEAGE_API_KEY", "a key")
    get_settings.cache_clear()
    yield server
    server.shutdown()
    server.server_close()
    monkeypatch.undo()
    get_settings.cache_clear()


def test_a_run_is_told_to_other_catalogues_with_its_columns(lake: Lake, receiver: Receiver, tmp_path: Path) -> None:
    out = tmp_path / "sums"
    pipeline_id = lake.create("Told to others", lake.definition(out))

    run = lake.run(pipeline_id)

    assert [event["eventType"] for event in receiver.events] == ["START", "COMPLETE"]
    assert receiver.keys == {"Bearer a key"}
    end = receiver.events[1]
    assert end["run"]["runId"] == run["run_id"]
    assert end["job"]["name"] == "Told to others"
    assert "JOIN customers" in end["job"]["facets"]["sql"]["query"]
    assert {each["name"] for each in end["inputs"]} == {"orders.parquet", "customers.parquet"}
    [written] = end["outputs"]
    assert (written["namespace"], written["name"]) == (f"file://{tmp_path}", "sums")
    assert written["outputFacets"]["outputStatistics"]["rowCount"] > 50
    [total] = written["facets"]["columnLineage"]["fields"]["total"]["inputFields"]
    assert (total["name"], total["field"]) == ("orders.parquet", "amount")
    assert total["transformations"] == [{"type": "DIRECT", "subtype": "AGGREGATION"}]
    assert lake.get(f"runs/{run['run_id']}/open-lineage")["items"] == receiver.events
    lake.get(f"runs/{run['run_id']}/open-lineage", who="outsider", expect=404)


def test_events_that_nobody_took_are_sent_later_and_refused_ones_are_not(
    lake: Lake, receiver: Receiver, tmp_path: Path
) -> None:
    from pursight_app.services.pipelines.open_lineage import send_events

    definition = lake.definition(
        tmp_path / "out",
        steps=[{"name": "made", "sql": "SELECT raise_error('no') AS x FROM orders"}],
        outputs=[{"step": "made", "path": str(tmp_path / "out")}],
        spark_conf={},
    )
    with unit_of_work() as session:
        # Runs of other tests, when there was nobody to send to.
        for other in session.exec(select(PipelineRun)):
            other.open_lineage_sent = len(other.open_lineage)
    receiver.status = 503
    run = lake.run(lake.create("Receiver away", definition))
    run_id = UUID(str(run["run_id"]))
    assert run["status"] == "failed"
    assert receiver.events == []

    receiver.status = 201
    assert pipelines.sweep_open_lineage() == 0, "a worker that has just ended its run still sends by itself"
    with unit_of_work() as session:
        session.get_one(PipelineRun, run_id).finished_at = now() - timedelta(minutes=1)
    assert pipelines.sweep_open_lineage() == 1
    assert pipelines.sweep_open_lineage() == 0
    assert [event["eventType"] for event in receiver.events] == ["START", "FAIL"]
    assert receiver.events[1]["run"]["facets"]["errorMessage"]["message"] == run["error"]

    receiver.status = 400
    with unit_of_work() as session:
        session.get_one(PipelineRun, run_id).open_lineage_sent = 0
    assert send_events(run_id)
    assert send_events(run_id)
    with unit_of_work() as session:
        assert session.get_one(PipelineRun, run_id).open_lineage_sent == 2
