"""Workers that are killed while they train or promote a model: it is taken over, and the catalogue ends whole."""

from collections.abc import Generator
from contextlib import contextmanager
from uuid import UUID

import pytest
from sqlmodel import col, select

from pursight_app.core.db import unit_of_work
from pursight_app.models import Asset, AssetColumn, Classification, ColumnModel, ModelChange
from pursight_app.services import learning
from tests.factories import Office, make_review, scan_now
from tests.faults.house import House, Shop
from tests.faults.processes import kill, wait_until

pytestmark = [pytest.mark.faults, pytest.mark.slow]
REVIEWED = 30


@pytest.fixture
def taught(house: House, shop: Shop, office: Office) -> Office:
    """A scanned shop of 40 tables, of which 30 have a reviewed id column."""
    scan_now(office, shop.add_to(office))
    for verdict in verdicts_of(office, "id")[:REVIEWED]:
        make_review(office, verdict, "quantity")
    return office


def verdicts_of(office: Office, column: str) -> list[Classification]:
    with unit_of_work() as session:
        return list(
            session.exec(
                select(Classification)
                .join(AssetColumn, col(AssetColumn.id) == Classification.asset_column_id)
                .join(Asset, col(Asset.id) == AssetColumn.asset_id)
                .where(Classification.workspace_id == office.workspace_id, AssetColumn.name == column)
                .order_by(Asset.name)
            ).all()
        )


def model_of(model_id: UUID) -> ColumnModel:
    with unit_of_work() as session:
        return session.get_one(ColumnModel, model_id)


def request_training(office: Office) -> UUID:
    with unit_of_work() as session:
        return learning.request_training(session, office.steward, office.workspace_id).id


@contextmanager
def held(asset_id: UUID) -> Generator[None]:
    """Keeps every other transaction from writing to an asset."""
    with unit_of_work() as session:
        session.exec(select(Asset).where(Asset.id == asset_id).with_for_update()).one()
        yield


def test_a_killed_training_is_taken_over_and_its_changes_are_there_once(house: House, taught: Office) -> None:
    house.workers()
    model_id = request_training(taught)
    wait_until(lambda: model_of(model_id).status == "training", "the training runs", within_s=30)

    kill([wait_until(lambda: house.horse(f"model-{model_id}"), "the training has a process")])
    wait_until(lambda: model_of(model_id).status == "challenger", "another worker ends the training", within_s=120)

    assert model_of(model_id).fence == 2
    with unit_of_work() as session:
        changes = session.exec(select(ModelChange).where(ModelChange.column_model_id == model_id)).all()
    assert len({change.asset_column_id for change in changes}) == len(changes)
    reviewed = {verdict.asset_column_id for verdict in verdicts_of(taught, "id")[:REVIEWED]}
    assert not reviewed & {change.asset_column_id for change in changes}


def test_a_killed_promotion_goes_on_behind_the_last_batch_and_ends_whole(house: House, taught: Office) -> None:
    house.workers()
    model_id = request_training(taught)
    wait_until(lambda: model_of(model_id).status == "challenger", "a worker ends the training", within_s=120)
    with unit_of_work() as session:
        last = session.exec(
            select(Asset).where(Asset.workspace_id == taught.workspace_id).order_by(col(Asset.id).desc())
        ).first()
    assert last is not None
    with held(last.id):
        with unit_of_work() as session:
            learning.promote_model(session, taught.steward, model_id, override=True)
        wait_until(lambda: model_of(model_id).done_count == 25, "the first batch is written", within_s=60)
        kill([wait_until(lambda: house.horse(f"model-{model_id}"), "the promotion has a process")])
    wait_until(lambda: model_of(model_id).status == "champion", "another worker ends the promotion", within_s=120)

    model, verdicts = model_of(model_id), verdicts_of(taught, "id")
    assert (model.done_count, model.total_count) == (40, 40)
    assert {verdict.suggestion["model_version"] for verdict in verdicts} == {model.version}
    assert [(verdict.data_class, verdict.status) for verdict in verdicts[:REVIEWED]] == [("quantity", "confirmed")] * 30
    assert {verdict.status for verdict in verdicts[REVIEWED:]} == {"suggested"}
