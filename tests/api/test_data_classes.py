"""The data classes of a workspace over REST."""

from pathlib import Path
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from pursight_app.core.db import unit_of_work
from pursight_app.models import Asset
from pursight_app.services import data_classes
from tests.factories import Office, bearer, make_folder_source, make_office, scan_now, write_csv


@pytest.fixture(scope="module")
def office(services: None) -> Office:
    return make_office()


@pytest.fixture(scope="module")
def asset(office: Office, tmp_path_factory: pytest.TempPathFactory) -> Asset:
    folder = Path(tmp_path_factory.mktemp("source"))
    rows = [[n, f"EMP-{10_000 + n}", f"person{n}@example.com"] for n in range(60)]
    write_csv(folder / "staff.csv", ["id", "c7", "email"], rows)
    source_id = make_folder_source(office, folder)
    assert scan_now(office, source_id).status == "succeeded"
    with unit_of_work() as session:
        return session.exec(select(Asset).where(Asset.data_source_id == source_id)).one()


def body(**changed: object) -> dict[str, object]:
    base = {
        "name": f"badge_{uuid4().hex[:8]}",
        "group": "person",
        "sensitivity": "internal",
        "recognised_by": "examples",
        "examples": [f"EMP-{n}" for n in range(20_011, 20_600, 97)],
    }
    return {**base, **changed}


def test_a_class_from_examples_is_tried_made_listed_changed_and_taken_out_of_use(
    client: TestClient, office: Office, asset: Asset
) -> None:
    home, headers, new = f"/api/workspaces/{office.workspace_id}/data-classes", bearer(office.steward), body()

    tried = client.post(f"{home}/preview", json=new, headers=headers)
    assert tried.status_code == 200, tried.text
    assert [(hit["column"], hit["match_ratio"]) for hit in tried.json()["hits"]] == [("c7", 1.0)]
    assert "EMP-100" not in tried.text

    made = client.post(home, json=new, headers=headers)
    assert made.status_code == 201, made.text
    assert made.json()["patterns"] == ["EMP-[0-9]{5}"]
    assert not made.json()["is_applied"]
    assert not [each for each in new["examples"] if each in made.text]
    data_classes.run_rescore(office.workspace_id)

    listed = client.get(f"{home}?limit=100", headers=bearer(office.viewer)).json()
    own = next(each for each in listed["items"] if each["data_class"] == new["name"])
    assert (own["columns"], own["is_own"], own["is_applied"]) == (1, True, True)
    assert listed["total"] >= 66
    assert next(each for each in listed["items"] if each["data_class"] == "email")["columns"] == 1

    url = f"/api/data-classes/{made.json()['id']}"
    changed = client.patch(url, json={"sensitivity": "restricted", "is_active": False}, headers=headers)
    assert (changed.status_code, changed.json()["is_active"], changed.json()["version"]) == (200, False, 2)


def test_words_of_a_class_do_not_leave_the_server(client: TestClient, office: Office) -> None:
    home = f"/api/workspaces/{office.workspace_id}/data-classes"

    made = client.post(
        home,
        json=body(recognised_by="words", words=["Sirius", "Vega"], sensitivity="restricted"),
        headers=bearer(office.steward),
    )

    assert made.json()["word_count"] == 2
    assert "irius" not in made.text + client.get(home, headers=bearer(office.viewer)).text


def test_a_form_is_learned_from_a_column(client: TestClient, office: Office, asset: Asset) -> None:
    home = f"/api/workspaces/{office.workspace_id}/data-classes/learn"
    wanted = {"columns": [{"asset_id": str(asset.id), "column": "c7"}]}

    learned = client.post(home, json=wanted, headers=bearer(office.steward))

    assert learned.json() == {"patterns": ["EMP-[0-9]{5}"], "in_words": ["“EMP-”, then 5 digits"]}
    missing = {"columns": [{"asset_id": str(asset.id), "column": "no such"}]}
    assert client.post(home, json=missing, headers=bearer(office.steward)).status_code == 404
    assert client.post(home, json=wanted, headers=bearer(office.viewer)).status_code == 403


@pytest.mark.parametrize(
    "changed",
    [
        {"name": "<img src=x>"},
        {"name": "iban"},
        {"name": "x" * 101},
        {"group": "nothing"},
        {"recognised_by": "pattern", "patterns": ["(?<=a)b"]},
        {"recognised_by": "pattern", "patterns": ["a" * 4_000]},
        {"recognised_by": "words", "words": []},
        {"examples": ["one"]},
        {"min_match_ratio": -1},
        {"header_words": ["\x00badge"]},
        {"description": "\x00"},
    ],
)
def test_what_is_not_usable_gets_a_reason_and_is_not_made(
    client: TestClient, office: Office, changed: dict[str, object]
) -> None:
    home = f"/api/workspaces/{office.workspace_id}/data-classes"

    for url in (home, f"{home}/preview"):
        answer = client.post(url, json=body(**changed), headers=bearer(office.steward))
        assert (answer.status_code, "detail" in answer.json()) == (422, True)


def test_strangers_viewers_and_other_workspaces_make_and_change_nothing(client: TestClient, office: Office) -> None:
    home = f"/api/workspaces/{office.workspace_id}/data-classes"
    row = client.post(home, json=body(), headers=bearer(office.steward)).json()

    assert client.get(home).status_code == 401
    assert client.get(home, headers=bearer(office.outsider)).status_code == 404
    for url in (home, f"{home}/preview", f"{home}/learn"):
        assert client.post(url, json=body()).status_code == 401
        assert client.post(url, json=body(), headers=bearer(office.viewer)).status_code == 403
        assert client.post(url, json=body(), headers=bearer(office.outsider)).status_code == 404
    url = f"/api/data-classes/{row['id']}"
    assert client.patch(url, json={"is_active": False}, headers=bearer(office.viewer)).status_code == 403
    assert client.patch(url, json={"is_active": False}, headers=bearer(office.outsider)).status_code == 404
    assert client.patch(f"/api/data-classes/{uuid4()}", json={}, headers=bearer(office.steward)).status_code == 404
    assert client.patch(url, json={"name": "other"}, headers=bearer(office.steward)).status_code == 422
