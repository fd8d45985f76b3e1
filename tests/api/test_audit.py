"""The audit log over REST: who sees what of it, how it leaves, and what refusals leave behind."""

import csv
import io
import json
import time
from dataclasses import replace
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from pursight_app.core.db import unit_of_work
from pursight_app.core.errors import PermissionDeniedError
from pursight_app.core.redis import redis
from pursight_app.models import AuditEvent, UserAccount
from pursight_app.services import access, audit, auth
from pursight_app.services.audit import AuditFilter, ExportFormat, ExportTicket, Subject
from pursight_app.services.auth.sessions import session_key
from tests.factories import Office, actor_of, bearer, make_office, make_user, make_workspace

FORMULAS = ['=cmd|" /C calc"!A0', "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1"]


@pytest.fixture(scope="module")
def office(services: None) -> Office:
    office = make_office()
    for number in range(7):
        with unit_of_work() as session:
            place = Subject("thing", f"thing-{number}", office.workspace_id)
            result = "failed" if number == 3 else "ok"
            audit.record(session, office.steward, f"test.step{number % 2}", place, result=result, note=f"nöte {number}")
    return office


def events(client: TestClient, office: Office, **query: object) -> list[dict[str, object]]:
    query = {"workspace_id": str(office.workspace_id), **query}
    answer = client.get("/api/audit-events", params=query, headers=bearer(office.administrator))
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


def steps(items: list[dict[str, object]]) -> list[str]:
    return [str(item["subject_id"])[-1] for item in items if str(item["action"]).startswith("test.")]


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ({"subject_kind": "thing"}, "6543210"),
        ({"action": "test.step1"}, "531"),
        ({"action": "test."}, "6543210"),
        ({"action": "test"}, ""),
        ({"result": "failed"}, "3"),
        ({"subject_id": "thing-2"}, "2"),
        ({"text": "NÖTE 4"}, "4"),
        ({"text": "100%"}, ""),
        ({"text": "_"}, ""),
        ({"until": "2020-01-01"}, ""),
        ({"since": "2020-01-01", "subject_kind": "thing"}, "6543210"),
        ({"who": "nobody@example.net"}, ""),
        ({"text": "a\x00b"}, ""),
    ],
)
def test_filters_choose_events(client: TestClient, office: Office, query: dict[str, str], wanted: str) -> None:
    assert "".join(steps(events(client, office, **query))) == wanted


def test_who_is_a_part_of_a_name_or_address_or_an_account(client: TestClient, office: Office) -> None:
    for who in ("test pers", office.steward.email[2:9].upper(), str(office.steward.user_id)):
        assert len(steps(events(client, office, who=who))) == 7


def test_a_list_goes_on_where_it_ended(client: TestClient, office: Office) -> None:
    query = {"workspace_id": str(office.workspace_id), "action": "test.", "limit": 3}
    headers, seen, cursor = bearer(office.administrator), [], ""
    while cursor is not None:
        answer = client.get("/api/audit-events", params={**query, "cursor": cursor}, headers=headers).json()
        seen, cursor = [*seen, *answer["items"]], answer["next_cursor"]

    assert "".join(steps(seen)) == "6543210"
    assert answer["total"] == 7


@pytest.mark.parametrize("query", [{"result": "maybe"}, {"since": "yesterday"}, {"text": "x" * 201}, {"limit": 1000}])
def test_a_filter_that_means_nothing_is_refused(client: TestClient, office: Office, query: dict[str, str]) -> None:
    query = {"workspace_id": str(office.workspace_id), **query}
    answer = client.get("/api/audit-events", params=query, headers=bearer(office.administrator))

    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("role", "path", "status"),
    [
        ("viewer", "", 403),
        ("steward", "/export", 403),
        ("administrator", "", 403),
        ("administrator", "/export", 403),
        ("administrator", "/verify", 403),
        ("root", "", 200),
        ("root", "/export", 200),
        ("root", "/verify", 200),
    ],
)
def test_the_log_of_the_installation_is_for_its_administrators(
    client: TestClient, office: Office, role: str, path: str, status: int
) -> None:
    answer = client.get(f"/api/audit-events{path}", headers=bearer(getattr(office, role)))

    assert answer.status_code == status, answer.text


@pytest.mark.parametrize("path", ["", "/export"])
def test_another_workspaces_log_does_not_exist(client: TestClient, office: Office, path: str) -> None:
    stranger = make_user()
    make_workspace(administrator=stranger)
    query = {"workspace_id": str(office.workspace_id)}

    answer = client.get(f"/api/audit-events{path}", params=query, headers=bearer(actor_of(stranger)))

    assert answer.status_code == 404


def test_verify_tells_the_end_to_keep_and_finds_another_one(client: TestClient, office: Office) -> None:
    headers = bearer(office.root)
    first = client.get("/api/audit-events/verify", headers=headers).json()
    second = client.get("/api/audit-events/verify", params={"expected": first["anchor"]}, headers=headers).json()
    wrong = f"{first['event_count']}:{'0' * 64}"
    third = client.get("/api/audit-events/verify", params={"expected": wrong}, headers=headers).json()

    assert (first["is_unbroken"], second["is_unbroken"], third["is_unbroken"]) == (True, True, False)
    assert third["broken_at"] == first["event_count"]
    assert client.get("/api/audit-events/verify", params={"expected": "x"}, headers=headers).status_code == 422


def test_in_49_cells_that_a_spreadsheet_would_run_are_made_harmless(client: TestClient) -> None:
    office = make_office()
    for text in FORMULAS:
        audit.record_apart(office.steward, text, Subject(text, text, office.workspace_id), "ok")

    rows = csv_of(client, office)

    cells = [cell for row in rows for cell in row]
    assert not [cell for cell in cells if cell[:1] in set("=+-@\t\r\n")]
    # And nothing is lost.
    assert {f"'{text}" for text in FORMULAS} <= set(cells)


def csv_of(client: TestClient, office: Office, **query: str) -> list[list[str]]:
    query = {"workspace_id": str(office.workspace_id), "format": "csv", **query}
    answer = client.get("/api/audit-events/export", params=query, headers=bearer(office.administrator))
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/csv")
    assert "attachment" in answer.headers["content-disposition"]
    return list(csv.reader(io.StringIO(answer.text, newline="")))


def test_an_export_holds_what_was_chosen_and_is_an_event_itself(client: TestClient, office: Office) -> None:
    query = {"workspace_id": str(office.workspace_id), "format": "jsonl", "action": "test.step0"}
    answer = client.get("/api/audit-events/export", params=query, headers=bearer(office.administrator))
    exported = [json.loads(line) for line in answer.text.splitlines()]

    assert [line["subject_id"] for line in exported] == ["thing-0", "thing-2", "thing-4", "thing-6"]
    assert all(line["hash"] and line["detail"]["note"].startswith("nöte") for line in exported)
    event = events(client, office, action="audit_log.export")[0]
    assert event["actor_email"] == office.administrator.email
    assert event["detail"] == {"format": "jsonl", "filters": {"action": "test.step0"}}


def test_an_export_goes_over_many_batches(client: TestClient, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pursight_app.services.audit.export._BATCH_EVENTS", 2)

    rows = csv_of(client, office, action="test.")

    assert [row[7] for row in rows] == ["subject_id", *(f"thing-{number}" for number in range(7))]


def test_an_export_ends_when_the_right_is_taken_away(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pursight_app.services.audit.export._BATCH_EVENTS", 2)
    user = make_user(is_administrator=True)
    parts = audit.export_audit_events(
        actor_of(user), workspace_id=office.workspace_id, wanted=AuditFilter(), form=ExportFormat.JSONL
    )
    next(parts)
    with unit_of_work() as session:
        session.get_one(UserAccount, user.id).is_administrator = False
        access.bump_version(session)

    with pytest.raises(PermissionDeniedError):
        list(parts)


def test_an_export_wants_a_fresh_proof(client: TestClient, office: Office) -> None:
    headers = stale_bearer(office)
    query = {"workspace_id": str(office.workspace_id)}

    answer = client.get("/api/audit-events/export", params=query, headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (403, "step_up_required")
    # Being asked for a password is no refusal.
    assert not events(client, office, action="access.deny", who=office.administrator.email)


def stale_bearer(office: Office) -> dict[str, str]:
    with unit_of_work() as session:
        user = session.get_one(UserAccount, office.administrator.user_id)
        tokens = auth.start_session(session, user, factors=("pwd",))
    key = session_key(tokens.session_id)
    stored = json.loads(redis().get(key)) | {"stepped_up": time.time() - 7200}
    redis().set(key, json.dumps(stored), keepttl=True)
    return {"Authorization": f"Bearer {tokens.access_token}"}


def test_a_ticket_is_for_one_download_in_its_own_session(client: TestClient, office: Office) -> None:
    with unit_of_work() as session:
        user = session.get_one(UserAccount, office.administrator.user_id)
        mine, other = (auth.start_session(session, user, factors=("pwd",)) for _ in range(2))
    actor = replace(office.administrator, session_id=mine.session_id, stepped_up_at=time.time())
    asked = ExportTicket(office.workspace_id, AuditFilter(action="test.step1"), ExportFormat.JSONL)

    def fetch(ticket: str, token: str) -> tuple[int, int]:
        client.cookies.set("ps_session", token)
        answer = client.get(f"/auth/audit-download/{ticket}")
        client.cookies.clear()
        return answer.status_code, answer.text.count("thing-")

    stolen = audit.make_export_ticket(actor, asked)
    assert fetch(stolen, other.session_token) == (404, 0)
    assert fetch(stolen, mine.session_token) == (404, 0)
    ticket = audit.make_export_ticket(actor, asked)
    assert fetch(ticket, mine.session_token) == (200, 3)
    assert fetch(ticket, mine.session_token) == (404, 0)
    assert fetch(audit.make_export_ticket(actor, asked), "")[0] == 401


def test_a_refused_request_is_kept_with_what_was_tried(client: TestClient, office: Office) -> None:
    source_id = uuid4()
    name = {"name": "x"}
    refused = [
        client.post(f"/api/workspaces/{office.workspace_id}/data-sources", json=name, headers=bearer(office.viewer))
        for _ in range(5)
    ]
    unknown = client.get(f"/api/data-sources/{source_id}", headers=bearer(office.viewer))

    kept = events(client, office, result="denied", who=office.viewer.email)

    assert ({answer.status_code for answer in refused}, unknown.status_code) == ({403}, 404)
    assert len(kept) == 1
    assert (kept[0]["action"], kept[0]["subject_kind"]) == ("access.deny", "workspace")
    assert kept[0]["subject_id"] == str(office.workspace_id)
    assert kept[0]["detail"]["attempt"] == "POST /api/workspaces/{workspace_id}/data-sources"


def test_no_event_says_what_it_must_not(client: TestClient, office: Office) -> None:
    """Events of everything that this run has done so far; tests plant their secrets in many places."""
    with unit_of_work() as session:
        details = json.dumps([event.detail for event in session.exec(select(AuditEvent)).all()])

    for secret in ("correct horse battery", "planted", "$argon2", "BEGIN PRIVATE"):
        assert secret not in details
