"""Runs that took place elsewhere come in as event logs: one by one, or all of a folder."""

import gzip
from pathlib import Path
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlmodel import select

from pursight_app.api.dependencies import COOKIE, KEYED_BODY_MAX
from pursight_app.core.db import unit_of_work
from pursight_app.models import AuditEvent, PipelineRun, UserAccount
from pursight_app.services import auth
from pursight_app.services.access import Actor
from tests.conftest import Put
from tests.factories import Office, bearer, make_office
from tests.unit.test_event_logs import small_log


@pytest.fixture(scope="module")
def office(services: None) -> Office:
    return make_office()


@pytest.fixture
def pipeline_id(client: TestClient, office: Office, tmp_path: Path) -> str:
    definition = {
        "inputs": [{"name": "orders", "path": str(tmp_path / "orders"), "format": "parquet"}],
        "steps": [{"name": "sums", "sql": "SELECT count(*) AS n FROM orders"}],
        "outputs": [{"step": "sums", "path": str(tmp_path / "out"), "format": "parquet"}],
    }
    body = {"workspace_id": str(office.workspace_id), "name": f"From {tmp_path.name}", "definition": definition}
    answer = client.post("/racine/pipeline", json=body, headers=bearer(office.engineer))
    assert answer.status_code == 201, answer.text
    return str(answer.json()["pipeline_id"])


def log_of(app_id: str, *, name: str = "small", started_at_ms: int = 0) -> bytes:
    start = f'"App Name": "{name}", "App ID": "{app_id}", "Timestamp": {started_at_ms}'
    lines = [
        line.replace('"App Name": "small", "App ID": "app-1", "Timestamp": 0', start)
        for line in map(str.strip, small_log())
    ]
    assert any(app_id in line for line in lines)
    return "\n".join(lines).encode()


def read_folder(client: TestClient, office: Office, pipeline_id: str, folder: object, **more: str) -> dict[str, object]:
    answer = client.post(
        f"/racine/pipeline/{pipeline_id}/event-logs/folder",
        json={"folder": str(folder), **more},
        headers=bearer(office.engineer),
    )
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_an_uploaded_log_is_a_run_at_the_time_at_which_it_took_place(
    client: TestClient, office: Office, pipeline_id: str
) -> None:
    log = gzip.compress(log_of("app-7", started_at_ms=1_700_000_000_000))
    answer = client.post(
        f"/racine/pipeline/{pipeline_id}/event-logs", files={"file": ("log.gz", log)}, headers=bearer(office.engineer)
    )

    assert answer.status_code == 201, answer.text
    assert [each["kind"] for each in answer.json()["bottlenecks"]] == ["skew"]
    [run] = client.get(f"/racine/pipeline/{pipeline_id}/runs", headers=bearer(office.engineer)).json()["items"]
    with unit_of_work() as session:
        row = session.get_one(PipelineRun, UUID(run["run_id"]))
        assert (row.reason, row.app_id, row.created_at.year) == ("ingested", "app-7", 2023)
        assert session.exec(select(AuditEvent).where(AuditEvent.action == "pipeline.ingest")).first()


def test_an_application_that_died_has_failed_and_one_that_comes_twice_is_one_run(
    client: TestClient, office: Office, pipeline_id: str
) -> None:
    def send(log: bytes) -> dict[str, object]:
        answer = client.post(
            f"/racine/pipeline/{pipeline_id}/event-logs", files={"file": ("log", log)}, headers=bearer(office.engineer)
        )
        assert answer.status_code == 201, answer.text
        return answer.json()

    whole = log_of("app-whole")
    cut = b"\n".join(line for line in log_of("app-cut").splitlines() if b"ApplicationEnd" not in line)
    first = send(whole)
    assert first["status"] == "succeeded"
    assert send(whole)["run_id"] == first["run_id"]
    died = send(cut)
    assert died["status"] == "failed"
    later = log_of("app-cut-2")
    cut_2 = b"\n".join(line for line in later.splitlines() if b"ApplicationEnd" not in line)
    half = send(cut_2)
    assert half["status"] == "failed"
    # The whole log of an application that was still running says more than the first half did; the half says nothing new.
    assert (send(later)["run_id"], send(later)["status"]) == (half["run_id"], "succeeded")
    assert send(cut_2)["status"] == "succeeded"
    rows = client.get(f"/racine/pipeline/{pipeline_id}/runs", headers=bearer(office.engineer)).json()
    assert rows["total"] == 3
    assert "ends before the application did" in next(
        row["error"] for row in rows["items"] if row["run_id"] == died["run_id"]
    )


def test_the_browsers_form_brings_a_log_in_for_whoever_may(
    client: TestClient, office: Office, pipeline_id: str
) -> None:
    def send(who: Actor | None, log: bytes, to: str = pipeline_id) -> Response:
        client.cookies.clear()
        if who is not None:
            with unit_of_work() as session:
                user = session.get_one(UserAccount, who.user_id)
                client.cookies.set(COOKIE, auth.start_session(session, user, factors=("pwd",)).session_token)
        answer = client.post(
            "/auth/browser-event-log", params={"pipeline_id": to}, files={"file": ("log", log)}, follow_redirects=False
        )
        client.cookies.clear()
        return answer

    good = log_of("app-form")
    assert send(None, good).status_code == 401
    for who, log, to, problem in (
        (office.viewer, good, pipeline_id, "pipeline.manage"),
        (office.outsider, good, pipeline_id, "no%20such"),
        (office.engineer, good, "nonsense", "no%20such"),
        (office.engineer, b"no log", pipeline_id, "event%20log"),
        (office.engineer, b"", pipeline_id, "event%20log"),
    ):
        answer = send(who, log, to)
        assert answer.status_code == 303
        assert problem in answer.headers["location"], answer.headers["location"]
    answer = send(office.engineer, good)
    assert answer.headers["location"].startswith("/pipelines/runs/")
    [run] = client.get(f"/racine/pipeline/{pipeline_id}/runs", headers=bearer(office.engineer)).json()["items"]
    assert run["app_id"] == "app-form"


def test_a_body_with_a_key_is_not_read_whole_when_it_is_large(
    client: TestClient, office: Office, pipeline_id: str
) -> None:
    answer = client.post(
        f"/racine/pipeline/{pipeline_id}/event-logs",
        files={"file": ("log", b"x" * (KEYED_BODY_MAX + 1))},
        headers=bearer(office.engineer) | {"Idempotency-Key": "large"},
    )
    assert answer.status_code == 422
    assert "Idempotency-Key" in answer.json()["detail"]


@pytest.mark.parametrize("clock", [0, -5, 10**17])
def test_a_log_whose_clock_is_wrong_is_taken_now(
    client: TestClient, office: Office, pipeline_id: str, clock: int
) -> None:
    answer = client.post(
        f"/racine/pipeline/{pipeline_id}/event-logs",
        files={"file": ("log", log_of(f"app-{clock}", started_at_ms=clock))},
        headers=bearer(office.engineer),
    )
    assert answer.status_code == 201, answer.text


def test_a_folder_gives_each_log_once(client: TestClient, office: Office, pipeline_id: str, tmp_path: Path) -> None:
    folder = tmp_path / "logs"
    folder.mkdir()
    for number in range(3):
        (folder / f"application_1_{number}").write_bytes(log_of(f"application_1_{number}"))
    (folder / "application_1_3.inprogress").write_bytes(log_of("application_1_3"))
    (folder / ".hidden").write_bytes(b"x")
    (folder / "of_another").write_bytes(log_of("application_1_4", name="something else"))
    (folder / "renamed").write_bytes(log_of("application_1_0"))
    (folder / "readme.txt").write_bytes(b"no log at all")

    first = read_folder(client, office, pipeline_id, folder, app_name="small")
    again = read_folder(client, office, pipeline_id, folder, app_name="small")

    assert [run["app_id"] for run in first["runs"]] == [f"application_1_{number}" for number in range(3)]
    assert (first["known"], first["others"], first["left"]) == (1, 1, 0)
    assert [problem.partition(":")[0] for problem in first["problems"]] == ["readme.txt"]
    assert again["runs"] == []
    assert again["known"] == 4


def test_an_application_whose_number_begins_like_another_is_taken(
    client: TestClient, office: Office, pipeline_id: str, tmp_path: Path
) -> None:
    folder = tmp_path / "numbers"
    folder.mkdir()
    for number in (1, 10):
        (folder / f"application_9_{number}").write_bytes(log_of(f"application_9_{number}"))
        read_folder(client, office, pipeline_id, folder)

    [last] = client.get(f"/racine/pipeline/{pipeline_id}/runs?limit=1", headers=bearer(office.engineer)).json()["items"]
    found = read_folder(client, office, pipeline_id, folder)
    assert (found["known"], found["runs"]) == (2, [])
    with unit_of_work() as session:
        assert session.get_one(PipelineRun, UUID(last["run_id"])).app_id == "application_9_10"


def test_a_bucket_is_read_by_its_url_with_what_is_new_in_it(
    client: TestClient, office: Office, pipeline_id: str, bucket: Put
) -> None:
    rolling = log_of("app-12").splitlines(keepends=True)
    bucket("logs/app-9", log_of("app-9"))
    bucket("logs/app-10.gz", gzip.compress(log_of("app-10")))
    bucket("logs/app-11.inprogress", log_of("app-11"))
    bucket("logs/eventlog_v2_app-12/appstatus_app-12", b"")
    bucket("logs/eventlog_v2_app-12/events_1_app-12", b"".join(rolling[:4]))
    bucket("logs/eventlog_v2_app-12/events_2_app-12", b"".join(rolling[4:]))

    first = read_folder(client, office, pipeline_id, "s3a://lake/logs")
    bucket("logs/app-13", log_of("app-13"))
    second = read_folder(client, office, pipeline_id, "s3://lake/logs/")

    assert sorted(run["app_id"] for run in first["runs"]) == ["app-10", "app-12", "app-9"]
    assert first["problems"] == []
    assert [run["app_id"] for run in second["runs"]] == ["app-13"]
    assert second["known"] == 3


@pytest.mark.parametrize("place", ["s3://lake/nothing-here", "s3://no-such-bucket/logs"])
def test_a_bucket_without_such_logs_is_said(
    client: TestClient, office: Office, pipeline_id: str, bucket: Put, place: str
) -> None:
    answer = client.post(
        f"/racine/pipeline/{pipeline_id}/event-logs/folder", json={"folder": place}, headers=bearer(office.engineer)
    )

    assert answer.status_code == 422, answer.text
    assert "cannot be read" in answer.json()["detail"]


def test_a_store_without_keys_is_said(
    client: TestClient, office: Office, pipeline_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")

    answer = client.post(
        f"/racine/pipeline/{pipeline_id}/event-logs/folder",
        json={"folder": "s3://lake/logs"},
        headers=bearer(office.engineer),
    )

    assert answer.status_code == 422, answer.text
    assert "keys" in answer.json()["detail"]


@pytest.mark.parametrize("folder", ["/etc", "/nowhere/at/all", "../..", "", "http://127.0.0.1/", "memory://logs"])
def test_a_folder_that_may_not_or_cannot_be_read_is_refused(
    client: TestClient, office: Office, pipeline_id: str, folder: str
) -> None:
    answer = client.post(
        f"/racine/pipeline/{pipeline_id}/event-logs/folder", json={"folder": folder}, headers=bearer(office.engineer)
    )

    assert answer.status_code == 422, answer.text
    assert answer.json()["detail"]


def test_whoever_may_not_manage_pipelines_brings_nothing_in(
    client: TestClient, office: Office, pipeline_id: str, tmp_path: Path
) -> None:
    for who, status in ((office.viewer, 403), (office.outsider, 404)):
        answer = client.post(
            f"/racine/pipeline/{pipeline_id}/event-logs/folder", json={"folder": str(tmp_path)}, headers=bearer(who)
        )
        assert answer.status_code == status
