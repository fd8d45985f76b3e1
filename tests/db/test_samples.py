"""What is stored of the values that a scan reads, for each choice of the setting."""

from pathlib import Path
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient
from sqlmodel import col, select

from pursight_app.api.app import create_app
from pursight_app.core.blob import delete_blob, read_blob, write_blob
from pursight_app.core.db import unit_of_work
from pursight_app.core.settings import get_settings
from pursight_app.models import Asset, AssetColumn, IdempotencyKey
from pursight_app.services.catalog.values import read_values
from pursight_app.services.scanning.tables import read_sample
from tests.conftest import Put
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

pytestmark = pytest.mark.usefixtures("services")


@pytest.fixture(scope="module")
def office(services: None) -> Office:
    return make_office()


def scan(office: Office, folder: Path) -> UUID:
    write_csv(folder / "people.csv", PEOPLE_HEADER, people_rows())
    source_id = make_folder_source(office, folder)
    assert scan_now(office, source_id).status == "succeeded"
    return source_id


def asset_of(source_id: UUID) -> Asset:
    with unit_of_work() as session:
        return session.exec(select(Asset).where(Asset.data_source_id == source_id, Asset.kind == "file")).one()


def at_rest(asset: Asset) -> str:
    """Everything that is stored of the table's values: the sample and the profiles."""
    with unit_of_work() as session:
        columns = session.exec(select(AssetColumn).where(col(AssetColumn.asset_id) == asset.id)).all()
    sample = read_sample(asset.sample_key) if asset.sample_key else None
    return f"{sample.to_pydict() if sample else ''}{[column.profile for column in columns]}"


def test_se_77_by_default_values_are_kept(office: Office, tmp_path: Path) -> None:
    asset = asset_of(scan(office, tmp_path))

    assert "person7@example.com" in at_rest(asset)


def test_se_77_masked_keeps_no_value_of_what_is_personal(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(get_settings(), "samples", "masked")
    asset = asset_of(scan(office, tmp_path))

    kept = at_rest(asset)

    assert "@example.com" not in kept
    assert "p***@e***.com" in kept
    # What is known to be harmless stays of use, and so do counts.
    assert "'is_active': ['0'" in kept or "'is_active': [0" in kept or "'is_active': [False" in kept
    assert "'distinct_count': 60" in kept
    shown = read_values(office.steward, asset.id, reason="Looking for the originals")
    assert not [value for value in shown["email"].values if "@example.com" in value]


def test_se_77_none_keeps_no_sample_and_removes_the_last_one(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source_id = scan(office, tmp_path)
    before = asset_of(source_id)
    assert before.sample_key
    assert read_blob(before.sample_key)

    monkeypatch.setattr(get_settings(), "samples", "none")
    assert scan_now(office, source_id).status == "succeeded"
    after = asset_of(source_id)

    assert (after.sample_key, read_blob(before.sample_key)) == (None, None)
    assert "@example.com" not in at_rest(after)
    assert read_values(office.steward, after.id)["email"].values == ()


def test_se_77_unmasked_values_are_not_kept_for_repeated_requests(office: Office, tmp_path: Path) -> None:
    asset = asset_of(scan(office, tmp_path))
    headers = {**bearer(office.steward), "Idempotency-Key": uuid4().hex}
    with TestClient(create_app()) as client:
        ask = {"url": f"/api/catalog/assets/{asset.id}/values", "json": {"reason": "A complaint"}, "headers": headers}
        first, second = client.post(**ask), client.post(**ask)

    assert "person1@example.com" in first.text
    assert (second.status_code, second.json()["code"]) == (409, "shown_once")
    with unit_of_work() as session:
        kept = session.exec(select(IdempotencyKey).where(IdempotencyKey.user_id == office.steward.user_id)).all()
    assert not [row.body for row in kept if "@example.com" in row.body]


def test_blobs_lie_in_a_bucket_where_one_is_named(bucket: Put, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PURSIGHT_BLOB_URL", "s3://lake/blobs")
    get_settings.cache_clear()
    try:
        write_blob("samples/one", b"first")
        write_blob("samples/one", b"second")
        assert read_blob("samples/one") == b"second"
        delete_blob("samples/one")
        delete_blob("samples/one")
        assert read_blob("samples/one") is None
    finally:
        monkeypatch.undo()
        get_settings.cache_clear()
