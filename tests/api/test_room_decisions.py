"""What rooms decide is done, with the rights of those who approve; and tasks."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from pursight_app.core.clock import now
from pursight_app.core.db import unit_of_work
from pursight_app.core.errors import ConflictError
from pursight_app.models import (
    AccessGrant,
    ActivityEvent,
    Asset,
    AssetColumn,
    Classification,
    Decision,
    Finding,
    FindingStatus,
)
from pursight_app.services import access, collaboration
from tests.factories import (
    PEOPLE_HEADER,
    Office,
    bearer,
    make_folder_source,
    make_office,
    make_room,
    people_rows,
    scan_now,
    write_csv,
)

ROOMS = "/racine/collaboration"


@pytest.fixture(scope="module")
def office(services: None) -> Office:
    return make_office()


@pytest.fixture
def asset(office: Office, tmp_path: Path) -> Asset:
    write_csv(tmp_path / "people.csv", [*PEOPLE_HEADER, "password"], [[*row, "Hunter2!"] for row in people_rows()])
    source = make_folder_source(office, tmp_path)
    scan_now(office, source)
    with unit_of_work() as session:
        return session.exec(select(Asset).where(Asset.data_source_id == source)).one()


@pytest.fixture
def room(office: Office) -> UUID:
    return make_room(office, office.administrator, office.engineer, office.viewer)


def post(client: TestClient, path: str, who: dict[str, str], **body: object) -> tuple[int, dict[str, object]]:
    answer = client.post(f"{ROOMS}/{path}", json=body, headers=who)
    return answer.status_code, answer.json() if answer.content else {}


def propose(client: TestClient, office: Office, room: UUID, **body: object) -> str:
    code, made = post(client, "decisions", bearer(office.steward), session_id=str(room), title="Let us do it", **body)
    assert code == 201, made
    return str(made["decision_id"])


def vote(client: TestClient, decision: str, who: dict[str, str], *, yes: bool = True) -> tuple[int, dict[str, object]]:
    return post(client, f"decisions/{decision}/vote", who, is_approval=yes)


def test_an_approved_owner_is_the_owner_and_the_asset_remembers(
    client: TestClient, office: Office, room: UUID, asset: Asset
) -> None:
    params = {"asset_id": str(asset.id), "user_id": str(office.engineer.user_id)}
    decision = propose(client, office, room, action="assign_owner", params=params)
    assert client.get("/api/notifications", headers=bearer(office.viewer)).json()["items"][0]["kind"] == "decision"

    assert vote(client, decision, bearer(office.steward))[0] == 403
    code, refused = vote(client, decision, bearer(office.viewer))
    assert (code, refused["code"]) == (403, "permission_denied")
    code, done = vote(client, decision, bearer(office.engineer))

    assert (code, done["status"]) == (200, "approved")
    with unit_of_work() as session:
        assert session.get_one(Asset, asset.id).owner_id == office.engineer.user_id
    history = client.get(f"/api/catalog/assets/{asset.id}/history", headers=bearer(office.viewer)).json()["items"]
    decided = next(entry for entry in history if "Decided in a room: Let us do it" in entry["what"])
    assert decided["href"] == f"/rooms/{room}"
    assert vote(client, decision, bearer(office.administrator))[1]["code"] == "already_decided"
    events = client.get(f"{ROOMS}/session/{room}/events", headers=bearer(office.viewer)).json()["items"]
    assert [event["type"] for event in events][-2:] == ["decision_proposed", "decision_closed"]


def test_ra_79_one_key_approves_once(client: TestClient, office: Office, room: UUID, asset: Asset) -> None:
    params = {"asset_id": str(asset.id), "user_id": str(office.viewer.user_id)}
    decision = propose(client, office, room, action="assign_owner", params=params)
    headers = {**bearer(office.engineer), "Idempotency-Key": uuid4().hex}

    with ThreadPoolExecutor(5) as pool:
        answers = list(pool.map(lambda _: vote(client, decision, headers), range(5)))
    again = vote(client, decision, headers)

    assert {(code, body.get("code")) for code, body in answers} <= {(200, None), (409, "in_progress")}
    assert again in answers
    assert again[1]["status"] == "approved"
    events = client.get(f"{ROOMS}/session/{room}/events", headers=bearer(office.viewer)).json()["items"]
    assert [event["type"] for event in events].count("decision_closed") == 1


def test_suggested_labels_are_confirmed_by_those_who_may(
    client: TestClient, office: Office, room: UUID, asset: Asset
) -> None:
    with unit_of_work() as session:
        ids = collaboration.suggested_of(session, office.steward, asset.id)
    assert len(ids) >= 3
    decision = propose(
        client, office, room, action="review", params={"classification_ids": [str(each) for each in ids]}
    )

    assert vote(client, decision, bearer(office.engineer))[0] == 403
    with unit_of_work() as session:
        in_asset = select(AssetColumn.id).where(AssetColumn.asset_id == asset.id)
        before = session.exec(select(Classification.status).where(Classification.asset_column_id.in_(in_asset))).all()  # type: ignore[attr-defined]
    assert "confirmed" not in before
    assert vote(client, decision, bearer(office.administrator))[1]["status"] == "approved"
    with unit_of_work() as session:
        assert {session.get_one(Classification, each).status for each in ids} == {"confirmed"}


def test_a_finding_is_waived_until_a_day(client: TestClient, office: Office, room: UUID, asset: Asset) -> None:
    with unit_of_work() as session:
        findings = session.exec(select(Finding).where(Finding.asset_id == asset.id)).all()
        finding = next(each for each in findings if each.severity != "critical") if findings else None
    assert finding is not None
    params = {
        "finding_id": str(finding.id),
        "reason": "It is being mended until March.",
        "expires_at": (now() + timedelta(days=90)).isoformat(),
    }
    decision = propose(client, office, room, action="waive", params=params)

    assert vote(client, decision, bearer(office.engineer))[0] == 403
    assert vote(client, decision, bearer(office.administrator))[0] == 200
    with unit_of_work() as session:
        assert session.get_one(Finding, finding.id).status == FindingStatus.WAIVED
        done = session.exec(select(ActivityEvent).where(ActivityEvent.asset_id == asset.id)).all()
    assert "decision.approved" in {event.type for event in done}


def effects(client: TestClient, room: UUID, who: dict[str, str]) -> list[str]:
    rows = client.get(f"{ROOMS}/session/{room}/decisions", headers=who).json()["items"]
    return list(rows[0]["effects"])


def test_who_is_to_approve_sees_what_an_approval_does(
    client: TestClient, office: Office, room: UUID, asset: Asset
) -> None:
    with unit_of_work() as session:
        ids = collaboration.suggested_of(session, office.steward, asset.id)
        verdict = session.get_one(Classification, ids[0])
        finding = session.exec(select(Finding).where(Finding.asset_id == asset.id)).first()
    assert finding is not None
    viewer = bearer(office.viewer)

    params: dict[str, object] = {"asset_id": str(asset.id), "user_id": str(office.viewer.user_id)}
    propose(client, office, room, action="assign_owner", params=params)
    [said] = effects(client, room, viewer)
    assert office.viewer.email in said
    assert asset.qualified_name in said

    params = {"finding_id": str(finding.id), "reason": "It is being mended.", "expires_at": "2099-03-01T00:00:00Z"}
    propose(client, office, room, action="waive", params=params)
    [said] = effects(client, room, viewer)
    assert "1 Mar 2099" in said
    assert "It is being mended." in said
    assert asset.qualified_name in said

    review = propose(client, office, room, action="review", params={"classification_ids": [str(each) for each in ids]})
    said = " ".join(effects(client, room, viewer))
    assert f"is confirmed as {verdict.data_class}" in said
    assert len(effects(client, room, viewer)) == len(ids)

    # A class beside a decision that takes none would be shown and not be what is done.
    sly = {"classification_ids": [str(ids[0])], "decision": "confirm", "data_class": "city"}
    propose(client, office, room, action="review", params=sly)
    [said] = effects(client, room, viewer)
    assert said.endswith(f"is confirmed as {verdict.data_class}")
    strange = {"asset_id": str(asset.id), "user_id": str(office.outsider.user_id)}
    code, _ = post(
        client,
        "decisions",
        bearer(office.steward),
        session_id=str(room),
        title="Who?",
        action="assign_owner",
        params=strange,
    )
    assert code == 404

    # Whoever may not see the table sees that there is something, and not what.
    with unit_of_work() as session:
        session.add(
            AccessGrant(
                workspace_id=office.workspace_id, user_id=office.viewer.user_id, permission="catalog.read", effect="deny",
                scope_kind="data_source", data_source_id=asset.data_source_id,
            )
        )  # fmt: skip
        access.bump_version(session)
    for said in effects(client, room, viewer):
        assert "may not see" in said
        assert asset.qualified_name not in said

    # A scan changes a verdict, or a person has rejected it: what was proposed is no longer what would be done.
    for name, value in (("data_class", "phone"), ("status", "rejected")):
        with unit_of_work() as session:
            changed = session.get_one(Classification, ids[0])
            before = getattr(changed, name)
            setattr(changed, name, value)
        code, refused = vote(client, review, bearer(office.administrator))
        assert (code, refused["code"]) == (409, "proposal_outdated")
        with unit_of_work() as session:
            setattr(session.get_one(Classification, ids[0]), name, before)
    with unit_of_work() as session:
        assert session.get_one(Classification, ids[1]).status == "suggested"


def test_two_approvals_are_two_people(client: TestClient, office: Office, room: UUID) -> None:
    decision = propose(client, office, room, needs=2)

    assert vote(client, decision, bearer(office.viewer))[1]["status"] == "proposed"
    assert vote(client, decision, bearer(office.viewer))[1]["code"] == "already_decided"
    assert vote(client, decision, bearer(office.engineer))[1]["status"] == "approved"


def test_ra_80_approve_and_reject_at_once_one_wins(office: Office) -> None:
    for _ in range(8):
        room = make_room(office, office.administrator, office.viewer)
        with unit_of_work() as session:
            decision = collaboration.propose(session, office.steward, room, title="Now").id

        def decide(turn: int, decision: UUID = decision) -> str:
            actor = office.administrator if turn else office.viewer
            try:
                with unit_of_work() as session:
                    return collaboration.vote(session, actor, decision, is_approval=bool(turn)).status
            except ConflictError as error:
                return error.code

        outcomes = both(decide)
        assert "already_decided" in outcomes
        with unit_of_work() as session:
            assert session.get_one(Decision, decision).status in outcomes


def both(work: Callable[[int], str]) -> list[str]:
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(work, range(2)))


@pytest.mark.parametrize(
    "body",
    [
        {"title": " "},
        {"action": "drop_table"},
        {"needs": 0},
        {"action": "review", "params": {"classification_ids": []}},
        {"action": "review", "params": {"classification_ids": ["x"]}},
        {"action": "waive", "params": {"finding_id": str(uuid4()), "reason": "short", "expires_at": "2030-01-01"}},
        {"action": "assign_owner", "params": {"asset_id": str(uuid4())}},
    ],
)
def test_proposals_are_checked(client: TestClient, office: Office, room: UUID, body: dict[str, object]) -> None:
    given = {"session_id": str(room), "title": "x", **body}
    assert client.post(f"{ROOMS}/decisions", json=given, headers=bearer(office.steward)).status_code == 422


def test_nobody_proposes_about_what_they_may_not_see(client: TestClient, office: Office, room: UUID) -> None:
    params = {"asset_id": str(uuid4()), "user_id": str(office.viewer.user_id)}
    code, _ = post(
        client,
        "decisions",
        bearer(office.steward),
        session_id=str(room),
        title="x",
        action="assign_owner",
        params=params,
    )
    assert code == 404


def test_strangers_to_the_room_neither_see_nor_vote(client: TestClient, office: Office) -> None:
    room = make_room(office)
    decision = propose(client, office, room)
    for other in (office.administrator, office.viewer, office.outsider, office.root):
        assert vote(client, decision, bearer(other))[0] == 404
        assert client.get(f"{ROOMS}/session/{room}/decisions", headers=bearer(other)).status_code == 404


def test_who_proposed_takes_it_back_and_nobody_else(client: TestClient, office: Office, room: UUID) -> None:
    decision = propose(client, office, room)
    assert post(client, f"decisions/{decision}/withdraw", bearer(office.viewer))[0] == 403
    assert post(client, f"decisions/{decision}/withdraw", bearer(office.steward))[1]["status"] == "withdrawn"
    assert vote(client, decision, bearer(office.viewer))[1]["code"] == "already_decided"


def test_a_task_is_given_seen_and_done(client: TestClient, office: Office, room: UUID) -> None:
    body = {"session_id": str(room), "title": "Mask it", "user_id": str(office.viewer.user_id), "due_on": "2026-12-01"}
    made = client.post(f"{ROOMS}/tasks", json=body, headers=bearer(office.steward)).json()
    own = f"{ROOMS}/tasks?workspace_id={office.workspace_id}"

    listed = client.get(own, headers=bearer(office.viewer)).json()["items"]
    assert [(task["title"], task["due_on"]) for task in listed if task["task_id"] == made["task_id"]] == [
        ("Mask it", "2026-12-01")
    ]
    assert client.get("/api/notifications", headers=bearer(office.viewer)).json()["items"][0]["kind"] == "task"
    url = f"{ROOMS}/tasks/{made['task_id']}"
    assert client.patch(url, json={"status": "later"}, headers=bearer(office.viewer)).status_code == 422
    assert client.patch(url, json={"status": "done"}, headers=bearer(office.outsider)).status_code == 404
    assert client.patch(url, json={"status": "done"}, headers=bearer(office.viewer)).json()["status"] == "done"
    left = client.get(own, headers=bearer(office.viewer)).json()["items"]
    assert made["task_id"] not in {task["task_id"] for task in left}
    body["user_id"] = str(office.outsider.user_id)
    assert client.post(f"{ROOMS}/tasks", json=body, headers=bearer(office.steward)).status_code == 404
