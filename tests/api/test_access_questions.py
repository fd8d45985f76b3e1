"""May X do Y, and who may: with the path that decided, and nothing about things that the asker may not see."""

from pathlib import Path
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient

from tests.factories import Office, bearer, make_folder_source, make_office, make_user, people_rows, write_csv


@pytest.fixture
def office(services: None) -> Office:
    return make_office()


@pytest.fixture
def source(office: Office, tmp_path: Path) -> UUID:
    write_csv(tmp_path / "people.csv", ["id"], [row[:1] for row in people_rows()])
    return make_folder_source(office, tmp_path)


def test_a_stranger_gets_no_answer(client: TestClient) -> None:
    assert client.get("/api/access/who?resource=workspace:x&action=scan.run").status_code == 401


def test_asking_about_others_takes_a_right(client: TestClient, office: Office) -> None:
    home = f"workspace:{office.workspace_id}"
    question = {"resource": home, "action": "scan.run", "user_id": str(office.steward.user_id)}

    checked = client.post("/api/access/check", json=question, headers=bearer(office.viewer))
    who = client.get(f"/api/access/who?resource={home}&action=scan.run", headers=bearer(office.viewer))

    assert (checked.status_code, who.status_code) == (403, 403)


def test_an_answer_about_somebody_else_gives_the_path_and_who_can_help(client: TestClient, office: Office) -> None:
    question = {"resource": f"workspace:{office.workspace_id}", "action": "scan.run"}
    headers = bearer(office.administrator)

    yes = client.post(
        "/api/access/check", json={**question, "user_id": str(office.engineer.user_id)}, headers=headers
    ).json()
    no = client.post(
        "/api/access/check", json={**question, "user_id": str(office.viewer.user_id)}, headers=headers
    ).json()

    assert yes["path"] == ["Member of the workspace with the role engineer", "engineer includes scan.run"]
    assert yes["granted_by"] == ["role engineer"]
    assert (no["allowed"], no["missing"]) == (False, "scan.run")
    assert office.administrator.name in no["grantable_by"]


def test_who_may_lists_everybody_with_the_reason_page_by_page(client: TestClient, office: Office, source: UUID) -> None:
    url = f"/api/access/who?resource=data_source:{source}&action=data_source.manage&limit=1"
    headers = bearer(office.administrator)
    found, cursor = {}, ""
    while cursor is not None:
        answer = client.get(f"{url}&cursor={cursor}", headers=headers).json()
        found |= {row["user_id"]: row for row in answer["items"]}
        cursor = answer["next_cursor"]

    ours = {str(actor.user_id) for actor in (office.administrator, office.steward, office.root)}
    assert ours <= set(found)
    assert str(office.engineer.user_id) not in found
    assert found[str(office.steward.user_id)]["reason"] == "The role steward includes data_source.manage."
    assert answer["total"] == len(found)


@pytest.mark.parametrize("resource", ["workspace:nonsense", f"asset:{uuid4()}"])
def test_what_is_not_there_is_not_found(client: TestClient, office: Office, resource: str) -> None:
    question = {"resource": resource, "action": "scan.run"}

    assert client.post("/api/access/check", json=question, headers=bearer(office.administrator)).status_code == 404


@pytest.mark.parametrize("question", [{"resource": "planet:1", "action": "scan.run"}, {"action": "scan.fly"}])
def test_a_question_without_sense_is_refused(client: TestClient, office: Office, question: dict[str, str]) -> None:
    body = {"resource": f"workspace:{office.workspace_id}", **question}

    assert client.post("/api/access/check", json=body, headers=bearer(office.administrator)).status_code == 422


def test_ac_41_a_question_about_the_things_of_others_names_nothing(
    client: TestClient, office: Office, source: UUID
) -> None:
    headers = bearer(office.outsider)
    for resource in (f"data_source:{source}", f"workspace:{office.workspace_id}"):
        question = {"resource": resource, "action": "scan.run", "user_id": str(office.steward.user_id)}
        there = client.post("/api/access/check", json=question, headers=headers)
        nowhere = client.post("/api/access/check", json={**question, "resource": f"asset:{uuid4()}"}, headers=headers)
        who = client.get(f"/api/access/who?resource={resource}&action=scan.run", headers=headers)

        assert (there.status_code, who.status_code) == (404, 404)
        assert there.json()["detail"] == nowhere.json()["detail"] == who.json()["detail"]
        assert office.steward.email not in there.text + who.text


def test_ac_41_a_question_about_people_of_other_workspaces_names_nobody(client: TestClient, office: Office) -> None:
    home = f"workspace:{office.workspace_id}"
    texts = []
    for person in (make_user().id, office.outsider.user_id, uuid4()):
        question = {"resource": home, "action": "scan.run", "user_id": str(person)}
        answer = client.post("/api/access/check", json=question, headers=bearer(office.administrator))
        assert answer.status_code == 404
        texts.append(answer.json()["detail"])

    assert len(set(texts)) == 1
