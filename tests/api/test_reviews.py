"""Reviews, the queue, evidence and the trial over REST."""

import json
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from pursight_app.core.db import unit_of_work
from pursight_app.core.redis import redis
from pursight_app.models import AuditEvent
from tests.factories import (
    PEOPLE_HEADER,
    Office,
    bearer,
    make_folder_source,
    make_office,
    people_rows,
    scan_now,
    write_csv,
)

SECRET = "Hunter2!"


class Desk:
    """A scanned workspace and the verdicts of it by column."""

    def __init__(self, client: TestClient, folder: Path) -> None:
        self.client = client
        self.office: Office = make_office()
        rows = [[*row, f"{SECRET}{row[0]}", f"q{row[0] % 7}"] for row in people_rows()]
        write_csv(folder / "people.csv", [*PEOPLE_HEADER, "password", "c7"], rows)
        run = scan_now(self.office, make_folder_source(self.office, folder))
        found = self.get(f"/api/scans/{run.id}/classifications").json()["items"]
        self.ids = {item["column"]: item["id"] for item in found}
        self.home = f"/api/workspaces/{self.office.workspace_id}"

    def get(self, url: str, who: str = "steward"):  # noqa: ANN201
        return self.client.get(url, headers=bearer(getattr(self.office, who)))

    def post(self, url: str, body: object, who: str = "steward"):  # noqa: ANN201
        return self.client.post(url, json=body, headers=bearer(getattr(self.office, who)))

    def review(self, *columns: str, decision: str = "confirm", data_class: str | None = None) -> str:
        body = {"classification_ids": [self.ids[name] for name in columns], "decision": decision}
        answer = self.post(f"{self.home}/reviews", body | ({"data_class": data_class} if data_class else {}))
        assert answer.status_code == 201, answer.text
        assert answer.json()["reviewed"] == len(columns)
        return answer.json()["batch_id"]


@pytest.fixture
def desk(client: TestClient, tmp_path: Path) -> Desk:
    return Desk(client, tmp_path)


def test_each_route_turns_away_strangers_the_unentitled_and_outsiders(client: TestClient, desk: Desk) -> None:
    batch_id = desk.review("email")
    body = {"classification_ids": [desk.ids["email"]], "decision": "confirm"}
    for method, url, asked, readers in (
        ("GET", f"{desk.home}/review-queue", None, False),
        ("POST", f"{desk.home}/reviews", body, False),
        ("POST", f"/api/reviews/{batch_id}/undo", {}, False),
        ("GET", f"{desk.home}/reviews", None, True),
        ("GET", f"{desk.home}/evidence", None, True),
        ("GET", f"/api/classifications/{desk.ids['email']}", None, True),
        ("POST", f"{desk.home}/classify", {"values": ["a"]}, True),
    ):
        assert client.request(method, url, json=asked).status_code == 401
        viewer = client.request(method, url, json=asked, headers=bearer(desk.office.viewer)).status_code
        assert viewer == (200 if readers else 403), url
        assert client.request(method, url, json=asked, headers=bearer(desk.office.outsider)).status_code == 404, url


def test_a_batch_is_made_listed_and_undone(desk: Desk) -> None:
    batch_id = desk.review("email", "c7", decision="correct", data_class="username")

    listed = desk.get(f"{desk.home}/reviews?batch_id={batch_id}").json()
    one = next(item for item in listed["items"] if item["column"] == "c7")
    undone = desk.post(f"/api/reviews/{batch_id}/undo", {"review_ids": [one["id"]]})
    rest = desk.post(f"/api/reviews/{batch_id}/undo", {})
    again = desk.post(f"/api/reviews/{batch_id}/undo", {})

    assert (listed["total"], one["data_class"], one["can_undo"]) == (2, "username", True)
    assert (undone.json()["undone"], rest.json()["undone"]) == (1, 1)
    assert (again.status_code, again.json()["code"]) == (409, "already_undone")


def test_undo_under_a_newer_review_is_a_conflict(desk: Desk) -> None:
    first = desk.review("email")
    desk.review("email", decision="reject")

    answer = desk.post(f"/api/reviews/{first}/undo", {})

    assert (answer.status_code, answer.json()["code"]) == (409, "reviewed_since")
    assert "people.csv.email" in answer.json()["detail"]


@pytest.mark.parametrize(
    "body",
    [
        {"classification_ids": [], "decision": "confirm"},
        {"classification_ids": [str(uuid4())] * 501, "decision": "confirm"},
        {"classification_ids": ["x"], "decision": "confirm"},
        {"decision": "confirm"},
    ],
)
def test_a_body_that_says_nothing_is_refused(desk: Desk, body: dict[str, object]) -> None:
    assert desk.post(f"{desk.home}/reviews", body).status_code == 422


def test_one_unknown_verdict_stops_the_whole_batch(desk: Desk) -> None:
    body = {"classification_ids": [desk.ids["email"], str(uuid4())], "decision": "confirm"}

    answer = desk.post(f"{desk.home}/reviews", body)

    assert answer.status_code == 404
    assert desk.get(f"/api/classifications/{desk.ids['email']}").json()["status"] == "suggested"


def test_the_contract_of_a_single_review_stands(desk: Desk) -> None:
    url = f"/api/classifications/{desk.ids['email']}/review"

    answer = desk.post(url, {"decision": "correct", "data_class": "username"})

    assert (answer.status_code, answer.json()["status"], answer.json()["data_class"]) == (200, "confirmed", "username")
    seen = desk.get(f"/api/classifications/{desk.ids['email']}").json()
    assert seen["suggestion"]["data_class"] == "email"
    assert seen["decided_by"] == desk.office.steward.name
    assert [(each["decision"], each["before"]) for each in seen["reviews"]] == [("correct", "email")]


def test_the_queue_pages_and_filters(desk: Desk) -> None:
    everything = desk.get(f"{desk.home}/review-queue?doubtful=false").json()
    first = desk.get(f"{desk.home}/review-queue?doubtful=false&limit=2").json()
    rest = desk.get(f"{desk.home}/review-queue?doubtful=false&limit=50&cursor={first['next_cursor']}").json()
    emails = desk.get(f"{desk.home}/review-queue?doubtful=false&data_class=email").json()

    assert everything["total"] == len(desk.ids)
    assert [each["column"] for each in everything["items"]] == [
        each["column"] for each in [*first["items"], *rest["items"]]
    ]
    gains = [each["gain"] for each in everything["items"]]
    assert gains == sorted(gains, reverse=True)
    assert [each["column"] for each in emails["items"]] == ["email"]
    assert desk.get(f"{desk.home}/review-queue?sensitivity=secret").status_code == 422


def test_no_sampled_value_of_a_sensitive_column_leaves(desk: Desk) -> None:
    texts = [
        desk.get(f"{desk.home}/review-queue?doubtful=false").text,
        desk.get(f"{desk.home}/evidence").text,
        *(desk.get(f"/api/classifications/{each}").text for each in desk.ids.values()),
    ]

    for text in texts:
        assert SECRET not in text
        assert "person1@" not in text


def test_the_evidence_is_exported_line_by_line_and_recorded(desk: Desk) -> None:
    answer = desk.get(f"{desk.home}/evidence?format=jsonl", who="viewer")

    rows = [json.loads(line) for line in answer.text.splitlines()]
    assert answer.headers["content-type"].startswith("application/x-ndjson")
    assert {row["column"] for row in rows} == set(desk.ids)
    email = next(row for row in rows if row["column"] == "email")
    assert email["evidence"]["tested"] == 60
    with unit_of_work() as session:
        recorded = session.exec(
            select(AuditEvent).where(
                AuditEvent.workspace_id == desk.office.workspace_id, AuditEvent.action == "evidence.export"
            )
        ).all()
    assert [event.actor_id for event in recorded] == [desk.office.viewer.user_id]


def test_values_can_be_tried_and_stay_nowhere(desk: Desk) -> None:
    mark = f"zq{uuid4().hex[:10]}"
    values = [f"{mark}.{n}@example.com" for n in range(20)]

    tried = desk.post(f"{desk.home}/classify", {"values": [*values, None], "column": "kontakt"}, who="viewer").json()

    assert (tried["data_class"], tried["evidence"]["matched"]) == ("email", 20)
    assert mark not in json.dumps(tried)
    client = redis()
    assert not [key for key in client.scan_iter() if mark.encode() in (_dump(client, key) or b"")]
    with unit_of_work() as session:
        seen = session.exec(select(AuditEvent).where(AuditEvent.workspace_id == desk.office.workspace_id)).all()
    assert mark not in json.dumps([event.detail for event in seen])


def _dump(client: object, key: object) -> bytes | None:
    return client.dump(key)  # type: ignore[attr-defined]


def test_a_trial_has_bounds(desk: Desk) -> None:
    url = f"{desk.home}/classify"

    assert desk.post(url, {"values": ["a"] * 1001}).status_code == 422
    assert desk.post(url, {"values": ["a" * 300_000]}).status_code == 422
    nothing = desk.post(url, {"values": []}).json()
    assert nothing["data_class"] is None


def test_another_workspaces_verdict_does_not_exist(desk: Desk) -> None:
    other = UUID(int=0)
    assert desk.get(f"/api/workspaces/{other}/review-queue").status_code == 404
    assert desk.get(f"/api/classifications/{uuid4()}").status_code == 404
