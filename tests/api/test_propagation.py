"""Labels along lineage over REST."""

from pathlib import Path
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient

from tests.db.test_propagation import Shop
from tests.factories import bearer, make_office


@pytest.fixture(scope="module")
def shop(services: None, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    made = Shop(Path(tmp_path_factory.mktemp("shop")))
    made.review("customers.email", "confirm")
    return made


def test_strangers_viewers_and_unknown_columns_are_refused(client: TestClient, shop: Shop) -> None:
    email = shop.column("customers.email")
    calls = [("GET", f"/api/columns/{email}/propagation-preview"), ("POST", f"/api/columns/{email}/propagate")]
    for method, url in calls:
        assert client.request(method, url).status_code == 401
        assert client.request(method, url, headers=bearer(shop.office.viewer)).status_code == 403
        assert client.request(method, url, headers=bearer(shop.office.outsider)).status_code == 404
        unknown = url.replace(str(email), str(uuid4()))
        assert client.request(method, unknown, headers=bearer(shop.office.steward)).status_code == 404


def test_a_label_is_previewed_propagated_listed_and_withdrawn(client: TestClient, shop: Shop) -> None:
    steward, email = bearer(shop.office.steward), shop.column("customers.email")

    seen = client.get(f"/api/columns/{email}/propagation-preview", headers=steward).json()
    made = client.post(f"/api/columns/{email}/propagate", headers=steward)

    assert [target["column"]["column"] for target in seen["targets"]] == ["contact", "loud", "far", "hint"]
    assert [end["reason"] for end in seen["ends"]] == ["aggregated"]
    assert made.status_code == 201
    listed = client.get(f"/api/workspaces/{shop.office.workspace_id}/propagations", headers=steward).json()
    assert [(row["id"], row["labels"], row["data_class"]) for row in listed["items"]] == [
        (made.json()["id"], 4, "email")
    ]
    far = client.get(f"/api/columns/{shop.column('v_far.far')}/propagated-labels", headers=steward).json()
    assert far["items"][0]["source"]["column"] == "email"
    assert [step["transformation"] for step in far["items"][0]["path"]] == ["identity", "identity"]

    gone = client.post(f"/api/propagations/{made.json()['id']}/withdraw", headers=steward)
    again = client.post(f"/api/propagations/{made.json()['id']}/withdraw", headers=steward)

    assert (gone.status_code, again.status_code) == (200, 409)
    assert shop.labels() == {}


def test_only_a_confirmed_verdict_can_be_propagated(client: TestClient, shop: Shop) -> None:
    answer = client.post(f"/api/columns/{shop.column('v_people.loud')}/propagate", headers=bearer(shop.office.steward))

    assert (answer.status_code, answer.json()["code"]) == (409, "not_confirmed")


def test_an_edge_is_broken_and_mended(client: TestClient, shop: Shop) -> None:
    steward = bearer(shop.office.steward)
    upstream, downstream = shop.column("customers.email"), shop.column("v_people.contact")
    url = f"/api/workspaces/{shop.office.workspace_id}/lineage-breaks"
    ends = {"upstream_column_id": str(upstream), "downstream_column_id": str(downstream)}
    body = {**ends, "reason": "Test accounts only"}

    assert client.post(url, json=body).status_code == 401
    assert client.post(url, json=body, headers=bearer(shop.office.viewer)).status_code == 403
    assert client.post(url, json=body, headers=bearer(shop.office.outsider)).status_code == 404
    assert client.post(url, json={**ends, "reason": "no"}, headers=steward).status_code == 422
    assert client.post(url, json=body, headers=steward).status_code == 201
    assert client.post(url, json=body, headers=steward).status_code == 409
    lineage = client.get(
        f"/api/catalog/assets/{shop.asset('v_people').id}/column-lineage", headers=bearer(shop.office.viewer)
    ).json()
    assert [link["reason"] for link in lineage["items"] if link["is_broken"]] == ["Test accounts only"]

    mend = f"{url}/{upstream}/{downstream}"
    assert client.delete(mend, headers=bearer(shop.office.viewer)).status_code == 403
    assert client.delete(mend, headers=bearer(shop.office.outsider)).status_code == 404
    assert client.delete(mend, headers=steward).status_code == 204
    assert client.delete(mend, headers=steward).status_code == 404


def test_the_workspace_in_the_address_is_meant(client: TestClient, shop: Shop) -> None:
    other = make_office()
    body = {
        "upstream_column_id": str(shop.column("customers.email")),
        "downstream_column_id": str(shop.column("v_people.contact")),
        "reason": "Test accounts only",
    }

    answer = client.post(
        f"/api/workspaces/{other.workspace_id}/lineage-breaks", json=body, headers=bearer(shop.office.root)
    )

    assert answer.status_code == 404
    links = client.get(
        f"/api/catalog/assets/{shop.asset('v_people').id}/column-lineage", headers=bearer(shop.office.steward)
    ).json()["items"]
    assert not any(link["is_broken"] for link in links)
