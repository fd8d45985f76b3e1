"""Models of the classifier over REST; access of strangers and other roles is walked in test_abuse_access.py."""

from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient

from tests.factories import Office, bearer, make_challenger, make_office


@pytest.fixture(scope="module")
def office(services: None) -> Office:
    return make_office()


@pytest.fixture(scope="module")
def challenger_id(office: Office) -> UUID:
    return make_challenger(office)


def path(office: Office) -> str:
    return f"/api/workspaces/{office.workspace_id}/models"


def test_viewers_are_refused_and_strangers_find_nothing(
    client: TestClient, office: Office, challenger_id: UUID
) -> None:
    assert client.get(path(office)).status_code == 401
    assert client.get(path(office), headers=bearer(office.viewer)).status_code == 403
    assert client.get(path(office), headers=bearer(office.outsider)).status_code == 404
    assert client.get(f"/api/models/{challenger_id}", headers=bearer(office.outsider)).status_code == 404
    assert client.get(f"/api/models/{challenger_id}/changes", headers=bearer(office.viewer)).status_code == 403
    assert client.get(f"/api/models/{uuid4()}", headers=bearer(office.steward)).status_code == 404


def test_too_few_reviews_are_said_before_anything_is_queued(client: TestClient, office: Office) -> None:
    answer = client.post(path(office), headers=bearer(office.steward))

    assert answer.status_code == 422
    assert answer.json()["code"] == "too_few_reviews"


def test_a_model_of_an_older_shipped_model_is_not_promoted(
    client: TestClient, office: Office, challenger_id: UUID
) -> None:
    answer = client.post(f"/api/models/{challenger_id}/promote", json={}, headers=bearer(office.steward))

    assert answer.status_code == 409
    assert answer.json()["code"] == "model_outdated"


def test_a_dismissed_model_stays_in_the_list_and_cannot_be_dismissed_again(
    client: TestClient, office: Office, challenger_id: UUID
) -> None:
    headers = bearer(office.steward)
    assert client.post(f"/api/models/{challenger_id}/dismiss", headers=headers).json()["status"] == "dismissed"

    again = client.post(f"/api/models/{challenger_id}/dismiss", headers=headers)
    listed = client.get(path(office), headers=headers).json()

    assert again.json()["code"] == "model_over"
    assert [(row["number"], row["status"]) for row in listed["items"]] == [(1, "dismissed")]


def test_without_a_model_of_its_own_there_is_nothing_to_go_back_to(client: TestClient, office: Office) -> None:
    answer = client.post(f"{path(office)}/roll-back", json={}, headers=bearer(office.steward))

    assert answer.status_code == 409
    assert answer.json()["code"] == "model_in_use"
