"""Pipelines on a real Spark in this process's own home; folders of data that pipelines read and write."""

from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from fastapi.testclient import TestClient

import jobs.pipelines
from pursight_app.api.app import create_app
from pursight_app.core.db import unit_of_work
from pursight_app.services import optimization, pipelines
from tests.factories import Office, bearer, make_office
from tests.java import make_archive, quick_environment

ORDERS, CUSTOMERS = 60_000, 2_000


@pytest.fixture(scope="session", autouse=True)
def quick_java(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Generator[None]:
    make_archive(data / "orders.parquet", tmp_path_factory.mktemp("java"))
    with pytest.MonkeyPatch.context() as patch:
        for name, value in quick_environment().items():
            patch.setenv(name, value)
        yield


@pytest.fixture(scope="session")
def client(services: None) -> Generator[TestClient]:
    with TestClient(create_app(), raise_server_exceptions=False) as client:
        yield client


@pytest.fixture(scope="module")
def office(services: None) -> Office:
    return make_office()


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Orders and customers as Parquet."""
    folder = tmp_path_factory.mktemp("lake")
    numbers = range(ORDERS)
    orders = pa.table(
        {
            "order_id": list(numbers),
            "customer_id": [number % CUSTOMERS for number in numbers],
            "amount": [(number * 37 % 10_000) / 100 for number in numbers],
            "day": pa.array([number % 730 + 9_862 for number in numbers], pa.int32()).cast(pa.date32()),
            "note": [f"note {number % 97}" for number in numbers],
        }
    )
    pq.write_table(orders, folder / "orders.parquet")
    customers = pa.table(
        {
            "customer_id": list(range(CUSTOMERS)),
            "email": [f"c{number}@example.org" for number in range(CUSTOMERS)],
            "country": [("DE", "FR", "IT")[number % 3] for number in range(CUSTOMERS)],
        }
    )
    pq.write_table(customers, folder / "customers.parquet")
    return folder


@dataclass(frozen=True)
class Lake:
    """Pipelines of an office over REST, with this process as the worker."""

    client: TestClient
    office: Office
    data: Path

    def definition(self, out: Path, **changed: object) -> dict[str, object]:
        """Sums per customer of one month, as somebody wrote it years ago."""
        return {
            "inputs": [
                {"name": "orders", "path": str(self.data / "orders.parquet"), "format": "parquet"},
                {"name": "customers", "path": str(self.data / "customers.parquet"), "format": "parquet"},
            ],
            "steps": [
                {
                    "name": "joined",
                    "sql": "SELECT * FROM orders JOIN customers USING (customer_id)",
                    "persist": "stage",
                },
                {
                    "name": "sums",
                    "sql": "SELECT email, country, sum(amount) AS total, count(*) AS n FROM joined "
                    "WHERE date_format(day, 'yyyy-MM') = '1997-03' GROUP BY email, country",
                },
            ],
            "outputs": [{"step": "sums", "path": str(out), "format": "parquet"}],
            "spark_conf": {"spark.sql.shuffle.partitions": "200", "spark.sql.adaptive.enabled": "false"},
            **changed,
        }

    def create(self, name: str, definition: dict[str, object], who: str = "engineer") -> UUID:
        body = {"workspace_id": str(self.office.workspace_id), "name": name, "definition": definition}
        answer = self.client.post("/racine/pipeline", json=body, headers=bearer(getattr(self.office, who)))
        assert answer.status_code == 201, answer.text
        return UUID(answer.json()["pipeline_id"])

    def post(self, path: str, body: object = None, *, who: str = "engineer", expect: int = 202) -> dict[str, object]:
        answer = self.client.post(f"/racine/pipeline/{path}", json=body, headers=bearer(getattr(self.office, who)))
        assert answer.status_code == expect, answer.text
        return answer.json()

    def get(self, path: str, *, who: str = "engineer", expect: int = 200) -> dict[str, object]:
        answer = self.client.get(f"/racine/pipeline/{path}", headers=bearer(getattr(self.office, who)))
        assert answer.status_code == expect, answer.text
        return answer.json()

    def run(self, pipeline_id: UUID) -> dict[str, object]:
        """Asks for a run and does a worker's work in this process."""
        run_id = UUID(str(self.post(f"{pipeline_id}/run")["run_id"]))
        return self.work(run_id)

    def work(self, run_id: UUID) -> dict[str, object]:
        jobs.pipelines.run(str(run_id))
        return self.get(f"runs/{run_id}")

    def plan(self, pipeline_id: UUID, **budget: int) -> dict[str, object]:
        body = {"pipeline_id": str(pipeline_id), "budget": {"trials": 6, "seconds": 600, **budget}}
        plan_id = UUID(str(self.post("optimize", body)["plan_id"]))
        optimization.make_plan(plan_id)
        return self.get(f"plans/{plan_id}")

    def work_off(self, pipeline_id: UUID, most: int = 6) -> None:
        """Does queued runs until there are none, as workers would."""
        for _ in range(most):
            with unit_of_work() as session:
                queued = [
                    run.id
                    for run in pipelines.list_runs(session, self.office.engineer, pipeline_id)[0]
                    if run.status == "queued"
                ]
            if not queued:
                return
            self.work(queued[0])


@pytest.fixture(scope="module")
def lake(client: TestClient, office: Office, data: Path) -> Lake:
    return Lake(client, office, data)


def rows_of(path: Path) -> list[dict[str, object]]:
    """What readers of an output see."""
    return pq.read_table(path).to_pylist()
