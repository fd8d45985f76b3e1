"""Models that learn from reviews: training, comparison with the catalogue, promotion, roll-back, and lost workers."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlmodel import col, select

from pursight_app.core.clock import now
from pursight_app.core.db import unit_of_work
from pursight_app.core.errors import ConflictError, InvalidInputError, NotFoundError, PermissionDeniedError
from pursight_app.detectors import detection
from pursight_app.models import (
    Asset,
    AssetColumn,
    AuditEvent,
    Classification,
    ColumnFeatures,
    ColumnModel,
    ModelChange,
    Review,
)
from pursight_app.services import learning, recognition
from pursight_app.services.learning import refresh
from pursight_app.services.learning.lessons import load_lessons
from pursight_app.services.learning.progress import claim, hold
from pursight_app.services.leases import LeaseLostError
from tests.factories import Office, make_folder_source, make_office, make_review, scan_now, write_csv

pytestmark = pytest.mark.usefixtures("services")
# Codes of a house of its own: the shipped model calls them identifiers or categories, the people here number their vehicles so.
TABLES = 8


def house_codes(table: int, column: int) -> list[str]:
    return [f"{'abcdefgh'[(row + table) % 8]}{'klmn'[row % 4]}{row % 7}{column}" for row in range(40)]


@pytest.fixture(scope="module")
def office(services: None, tmp_path_factory: pytest.TempPathFactory) -> Office:
    """Eight tables with two columns of codes each, scanned."""
    office, folder = make_office(), tmp_path_factory.mktemp("codes")
    for table in range(TABLES):
        codes = zip(house_codes(table, 1), house_codes(table, 2), strict=True)
        rows = [[first, second, f"person{n}@example.com"] for n, (first, second) in enumerate(codes)]
        write_csv(folder / f"list{table}.csv", ["kuerzel", "kuerzel_alt", "email"], rows)
    scan_now(office, make_folder_source(office, folder))
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


def train(office: Office) -> ColumnModel:
    with unit_of_work() as session:
        model_id = learning.request_training(session, office.steward, office.workspace_id).id
    learning.run_model(model_id)
    return model_of(model_id)


def model_of(model_id: UUID) -> ColumnModel:
    with unit_of_work() as session:
        return session.get_one(ColumnModel, model_id)


def promote(office: Office, model_id: UUID) -> ColumnModel:
    with unit_of_work() as session:
        learning.promote_model(session, office.steward, model_id, override=True)
    learning.run_model(model_id)
    return model_of(model_id)


@pytest.fixture(scope="module")
def taught(office: Office) -> Office:
    """Six of eight tables reviewed: their codes are of vehicles."""
    for column in ("kuerzel", "kuerzel_alt"):
        for verdict in verdicts_of(office, column)[:6]:
            make_review(office, verdict, "vehicle_id")
    return office


def test_a_scan_keeps_the_numbers_of_every_column_and_no_value(office: Office) -> None:
    with unit_of_work() as session:
        rows = session.exec(select(ColumnFeatures).where(ColumnFeatures.workspace_id == office.workspace_id)).all()

    assert len(rows) == 3 * TABLES
    assert not [row for row in rows if b"example" in row.vector]


def test_training_takes_the_permission_and_the_workspace(office: Office) -> None:
    with unit_of_work() as session, pytest.raises(PermissionDeniedError):
        learning.request_training(session, office.viewer, office.workspace_id)
    with unit_of_work() as session, pytest.raises(NotFoundError):
        learning.request_training(session, office.outsider, office.workspace_id)


def test_training_takes_enough_reviews() -> None:
    empty = make_office()

    with unit_of_work() as session, pytest.raises(InvalidInputError, match="it takes 10"):
        learning.request_training(session, empty.steward, empty.workspace_id)


def test_an_undone_review_teaches_nothing_and_the_one_before_it_counts_again(taught: Office) -> None:
    with unit_of_work() as session:
        before = len(load_lessons(session, taught.workspace_id))
        verdict = session.get_one(Classification, verdicts_of(taught, "kuerzel")[0].id)
        undone = Review(
            workspace_id=taught.workspace_id,
            asset_column_id=verdict.asset_column_id,
            batch_id=uuid4(),
            decision="correct",
            data_class="email",
            undone_at=now(),
        )
        session.add(undone)
        session.flush()
        lessons = [dated.lesson.data_class for dated in load_lessons(session, taught.workspace_id)]
        session.delete(undone)

    assert lessons == ["vehicle_id"] * before


def test_a_challenger_shows_what_it_would_change_and_changes_nothing(taught: Office) -> None:
    model = train(taught)

    assert model.status == "challenger", model.error
    assert model.review_count == 12
    assert model.scores["golden"]["columns"] > 500
    assert model.scores["site"]["challenger"] > model.scores["site"]["champion"]
    others = [verdict for name in ("kuerzel", "kuerzel_alt") for verdict in verdicts_of(taught, name)[6:]]
    assert {verdict.data_class for verdict in others} != {"vehicle_id"}
    with unit_of_work() as session:
        rows, total = learning.list_changes(session, taught.steward, model.id)
        pairs = learning.summarise_changes(session, taught.steward, model.id)
    assert {row.change.asset_column_id for row in rows} == {verdict.asset_column_id for verdict in others}
    assert total == 4 == sum(pair.columns for pair in pairs)
    assert {row.change.after_class for row in rows} == {"vehicle_id"}
    assert model.scores["diff"] == {"compared": 12, "later": 0, "kept": 12}


def test_changes_are_seen_by_those_who_may_manage_models_only(taught: Office) -> None:
    model = train(taught)

    with unit_of_work() as session, pytest.raises(PermissionDeniedError):
        learning.list_changes(session, taught.viewer, model.id)
    with unit_of_work() as session, pytest.raises(NotFoundError):
        learning.list_changes(session, taught.outsider, model.id)


def test_promotion_changes_the_catalogue_and_no_confirmed_label(taught: Office) -> None:
    kept = {verdict.id for verdict in verdicts_of(taught, "kuerzel")[:6]}
    model = promote(taught, train(taught).id)

    assert model.status == "champion", model.error
    for verdict in verdicts_of(taught, "kuerzel"):
        assert verdict.data_class == "vehicle_id"
        assert verdict.status == ("confirmed" if verdict.id in kept else "suggested")
        assert verdict.suggestion["model_version"] == model.version
    with unit_of_work() as session:
        used = recognition.load_recognition(session, taught.workspace_id).model
        events = session.exec(
            select(AuditEvent).where(
                AuditEvent.workspace_id == taught.workspace_id, AuditEvent.action == "classification.rescore"
            )
        ).all()
    assert used.version == model.version
    assert {event.actor_id for event in events} == {taught.steward.user_id}
    assert learning_of(taught).new_reviews == 0


def learning_of(office: Office) -> learning.Learning:
    with unit_of_work() as session:
        return learning.get_learning(session, office.steward, office.workspace_id)


def test_going_back_to_the_shipped_model_is_compared_first_and_then_promoted(taught: Office) -> None:
    champion = promote(taught, train(taught).id)
    with unit_of_work() as session:
        back_id = learning.roll_back(session, taught.steward, taught.workspace_id).id
    learning.run_model(back_id)

    assert model_of(back_id).status == "challenger"
    with unit_of_work() as session:
        assert learning.list_changes(session, taught.steward, back_id)[1] == 4
    promote(taught, back_id)
    assert {verdict.data_class for verdict in verdicts_of(taught, "kuerzel")[6:]} != {"vehicle_id"}
    assert model_of(champion.id).status == "retired"
    with unit_of_work() as session, pytest.raises(ConflictError, match="in use already"):
        learning.roll_back(session, taught.steward, taught.workspace_id)


def test_one_model_at_a_time_and_only_a_challenger_is_promoted(taught: Office) -> None:
    with unit_of_work() as session:
        model_id = learning.request_training(session, taught.steward, taught.workspace_id).id
    with unit_of_work() as session, pytest.raises(ConflictError, match="being trained"):
        learning.request_training(session, taught.steward, taught.workspace_id)
    with unit_of_work() as session, pytest.raises(ConflictError, match="only a challenger"):
        learning.promote_model(session, taught.steward, model_id)
    learning.run_model(model_id)
    with unit_of_work() as session:
        learning.dismiss_model(session, taught.steward, model_id)
    with unit_of_work() as session, pytest.raises(ConflictError):
        learning.promote_model(session, taught.steward, model_id)


def test_a_challenger_that_fails_its_gate_is_promoted_only_on_purpose(taught: Office) -> None:
    model = train(taught)
    with unit_of_work() as session:
        row = session.get_one(ColumnModel, model.id)
        row.scores = {**row.scores, "gate": {"passed": False, "reasons": ["It is worse."]}}

    with unit_of_work() as session, pytest.raises(ConflictError, match="It is worse"):
        learning.promote_model(session, taught.steward, model.id)
    assert promote(taught, model.id).status == "champion"


def test_a_silent_worker_loses_its_model_and_may_write_nothing_more(taught: Office) -> None:
    with unit_of_work() as session:
        model_id = learning.request_training(session, taught.steward, taught.workspace_id).id
    first = claim(model_id)
    assert first is not None
    assert claim(model_id) is None
    with unit_of_work() as session:
        session.get_one(ColumnModel, model_id).lease_until = now() - timedelta(seconds=1)
    learning.sweep_models()
    assert model_of(model_id).status == "queued"

    learning.run_model(model_id)

    assert model_of(model_id).status == "challenger"
    with unit_of_work() as session, pytest.raises(LeaseLostError):
        hold(session, first)
    with unit_of_work() as session:
        changed = session.exec(select(ModelChange).where(ModelChange.column_model_id == model_id)).all()
    assert len({change.asset_column_id for change in changed}) == len(changed)


def test_newer_detectors_have_suggested_verdicts_asked_anew_and_confirmed_ones_left(
    taught: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    promote(taught, train(taught).id)
    assert not refreshed(taught)
    monkeypatch.setattr(refresh, "DETECTOR_VERSION", "newer")
    monkeypatch.setattr(detection, "DETECTOR_VERSION", "newer")
    before = {verdict.id: verdict.evaluated_at for verdict in verdicts_of(taught, "kuerzel")}

    model = refreshed(taught)

    assert model
    assert model.status == "champion"
    assert model.requested_by_id is None
    for verdict in verdicts_of(taught, "kuerzel"):
        assert verdict.evaluated_at > before[verdict.id]
        assert verdict.data_class == "vehicle_id"


def refreshed(office: Office) -> ColumnModel | None:
    """What the sweep queues for this workspace, worked off."""
    if not refresh._refresh(office.workspace_id):
        return None
    with unit_of_work() as session:
        queued = session.exec(
            select(ColumnModel)
            .where(ColumnModel.workspace_id == office.workspace_id)
            .order_by(col(ColumnModel.number).desc())
        ).first()
    assert queued is not None
    learning.run_model(queued.id)
    return model_of(queued.id)
