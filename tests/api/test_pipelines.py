"""Pipelines over REST without a Spark: what is refused and how, versions and their diff, who may what."""

from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient

from pursight_app.core.db import unit_of_work
from pursight_app.models import OptimizationPlan
from tests.factories import Office, bearer, make_office

HOME = "/racine/pipeline"
SELECT = "SELECT day, count(*) AS n FROM orders GROUP BY day"


@pytest.fixture(scope="module")
def office(services: None) -> Office:
    return make_office()


def definition(folder: Path, sql: str = SELECT, **changed: Any) -> dict[str, Any]:
    return {
        "inputs": [{"name": "orders", "path": str(folder / "orders"), "format": "parquet"}],
        "steps": [{"name": "per_day", "sql": sql}],
        "outputs": [{"step": "per_day", "path": str(folder / "per_day"), "format": "parquet"}],
        "spark_conf": {},
        **changed,
    }


def create(client: TestClient, office: Office, given: dict[str, Any], *, name: str = "", who: str = "engineer") -> Any:
    body = {"workspace_id": str(office.workspace_id), "name": name or f"P {uuid4().hex[:8]}", "definition": given}
    return client.post(HOME, json=body, headers=bearer(getattr(office, who)))


def step(**given: str) -> dict[str, Any]:
    return {"steps": [{"name": "per_day", **given}]}


@pytest.mark.parametrize(
    ("changed", "code", "words"),
    [
        (step(sql="SELECT * FROM ordres"), "unknown_table", "ordres"),
        (step(sql="SELECT * FROM other.orders"), "unknown_table", "other.orders"),
        (step(sql="SELECT * FROM parquet.`/etc/passwd`"), "unknown_table", "parquet"),
        (step(sql="SELECTT day FROM orders"), "sql_invalid", "does not parse"),
        (step(sql="SELECT (day FROM orders"), "sql_invalid", "near line"),
        (step(sql="DROP TABLE orders"), "sql_invalid", "one SELECT"),
        (step(sql="SELECT 1; SELECT 2"), "sql_invalid", "one SELECT"),
        (step(sql="INSERT INTO orders SELECT * FROM orders"), "sql_invalid", "one SELECT"),
        (step(sql="SELECT reflect('java.lang.System', 'exit', 1)"), "sql_invalid", "reflect"),
        (step(sql="SELECT java_method('java.lang.Runtime', 'x') FROM orders"), "sql_invalid", "java_method"),
        (step(python="def run(spark, params)\n  pass"), "python_invalid", "does not compile"),
        (step(python="def other(spark):\n    return 1\n"), "python_invalid", "run(spark, params)"),
        ({"inputs": [{"name": "orders", "table": "no.such", "format": "parquet"}]}, "unknown_table", "no.such"),
        (
            {"inputs": [{"name": "orders", "path": "/tmp/x", "schema": "day DATE) USING csv --"}]},
            "schema_invalid",
            "orders",
        ),
        ({"inputs": [{"name": "orders", "path": "/tmp/x", "schema": "("}]}, "schema_invalid", "CREATE TABLE"),
        ({"inputs": [{"name": "orders", "path": "/etc", "format": "csv"}]}, "invalid_input", "outside"),
        ({"inputs": [{"name": "orders", "path": "http://x/y", "format": "csv"}]}, "invalid_input", "only paths"),
        ({"inputs": [{"name": "orders", "path": "orders", "format": "csv"}]}, "invalid_input", "whole path"),
        ({"inputs": [{"name": "orders", "path": "/tmp/secr\\et", "format": "csv"}]}, "invalid_input", "backslash"),
        ({"inputs": [{"name": "a b", "path": "/tmp/x", "format": "csv"}]}, "invalid_input", "letters"),
        ({"outputs": [{"step": "nothing", "path": "/tmp/x"}]}, "invalid_input", "which there is not"),
        ({"outputs": []}, "invalid_input", "one output"),
        ({"spark_conf": {"spark.jars": "x.jar"}}, "invalid_input", "cannot be set"),
        ({"spark_conf": {"spark.sql.extensions": "x.Y"}}, "invalid_input", "cannot be set"),
        ({"spark_conf": {"spark.executor.memory": "1g\nspark.jars=x"}}, "invalid_input", "cannot be set"),
        ({"schedule": "every day"}, "invalid_input", "five fields"),
        ({"more": 1}, "invalid_input", "more"),
    ],
)
def test_what_cannot_run_is_refused_before_it_is_kept(
    client: TestClient, office: Office, changed: dict[str, Any], code: str, words: str
) -> None:
    answer = create(client, office, definition(Path("/tmp/refused"), **changed))

    assert (answer.status_code, answer.json()["code"]) == (422, code), answer.text
    assert words in answer.json()["detail"]


def test_versions_are_kept_and_their_diff_is_shown(client: TestClient, office: Office, tmp_path: Path) -> None:
    made = create(client, office, definition(tmp_path), name="Twice").json()
    again = create(client, office, definition(tmp_path / "other"), name="Twice")
    assert (again.status_code, again.json()["code"]) == (409, "name_taken")
    path, who = f"{HOME}/{made['pipeline_id']}", bearer(office.engineer)

    same = client.put(path, json={"definition": definition(tmp_path)}, headers=who)
    assert same.json()["version"] == 1
    changed = definition(tmp_path, SELECT.replace("count(*)", "sum(amount)"))
    answer = client.put(path, json={"definition": changed, "reason": "sums"}, headers=who)
    assert answer.json()["version"] == 2
    broken = client.put(path, json={"definition": definition(tmp_path, "SELECT * FROM nowhere")}, headers=who)
    assert broken.json()["code"] == "unknown_table"

    versions = client.get(f"{path}/versions", headers=who).json()["items"]
    assert [(each["number"], each["reason"]) for each in versions] == [(2, "sums"), (1, "first version")]
    diff = client.get(f"{path}/diff?before=1&after=2", headers=who).json()["diff"].splitlines()[2:]
    assert [line.strip() for line in diff if line[0] in "+-"] == [
        f"-    {SELECT}",
        f"+    {SELECT.replace('count(*)', 'sum(amount)')}",
    ]
    assert client.get(f"{path}/diff?before=1&after=1", headers=who).json()["diff"] == ""
    assert client.get(f"{path}/diff?before=1&after=9", headers=who).json()["code"] == "not_found"


def test_who_may_only_read_changes_nothing(client: TestClient, office: Office, tmp_path: Path) -> None:
    pipeline_id = create(client, office, definition(tmp_path)).json()["pipeline_id"]
    with unit_of_work() as session:
        plan = OptimizationPlan(
            workspace_id=office.workspace_id, pipeline_id=UUID(pipeline_id), version=1, status="ready"
        )
        session.add(plan)
    changes: list[tuple[str, str, dict[str, Any] | None]] = [
        ("PUT", f"{HOME}/{pipeline_id}", {"definition": definition(tmp_path)}),
        ("POST", f"{HOME}/{pipeline_id}/run", None),
        ("POST", f"{HOME}/optimize", {"pipeline_id": pipeline_id}),
        ("POST", f"{HOME}/apply-optimization", {"plan_id": str(plan.id)}),
        ("DELETE", f"{HOME}/{pipeline_id}", None),
    ]
    for method, path, body in changes:
        refused = client.request(method, path, json=body, headers=bearer(office.viewer))
        assert (refused.status_code, refused.json()["code"]) == (403, "permission_denied"), path
        unknown = client.request(method, path, json=body, headers=bearer(office.outsider))
        assert unknown.status_code in {403, 404}, path
    assert create(client, office, definition(tmp_path), who="viewer").status_code == 403
    assert client.get(f"{HOME}/plans/{plan.id}", headers=bearer(office.viewer)).status_code == 200
    assert client.get(f"{HOME}/{pipeline_id}", headers=bearer(office.outsider)).json()["code"] == "not_found"


def test_lists_page_with_a_total(client: TestClient, office: Office, tmp_path: Path) -> None:
    pipeline_id = create(client, office, definition(tmp_path)).json()["pipeline_id"]
    with unit_of_work() as session:
        for _ in range(5):
            session.add(
                OptimizationPlan(
                    workspace_id=office.workspace_id, pipeline_id=UUID(pipeline_id), version=1, status="failed"
                )
            )
    seen: list[str] = []
    cursor = ""
    for _ in range(3):
        answer = client.get(
            f"{HOME}/{pipeline_id}/plans?limit=2&cursor={cursor}", headers=bearer(office.engineer)
        ).json()
        assert answer["total"] == 5
        seen += [each["plan_id"] for each in answer["items"]]
        cursor = answer["next_cursor"] or ""
    assert not cursor
    assert len(set(seen)) == 5


def test_a_waiting_run_is_cancelled_and_a_second_one_does_not_begin_beside_it(
    client: TestClient, office: Office, tmp_path: Path
) -> None:
    pipeline_id = create(client, office, definition(tmp_path)).json()["pipeline_id"]
    who = bearer(office.engineer)
    run_id = client.post(f"{HOME}/{pipeline_id}/run", headers=who).json()["run_id"]

    assert client.post(f"{HOME}/{pipeline_id}/run", headers=who).json()["code"] == "pipeline_active"
    assert client.delete(f"{HOME}/{pipeline_id}", headers=who).json()["code"] == "pipeline_active"
    assert client.post(f"{HOME}/runs/{run_id}/cancel", headers=who).json()["status"] == "cancelled"
    assert client.post(f"{HOME}/runs/{run_id}/cancel", headers=who).json()["code"] == "run_over"
    assert client.delete(f"{HOME}/{pipeline_id}", headers=who).status_code == 204
    assert client.get(f"{HOME}/{pipeline_id}", headers=who).status_code == 404
