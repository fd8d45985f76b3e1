"""The data classes of a workspace: those of the taxonomy and its own."""

from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlmodel import col, select

from pursight_app.core import queue
from pursight_app.core.db import unit_of_work
from pursight_app.core.errors import ConflictError, InvalidInputError, NotFoundError, PermissionDeniedError
from pursight_app.core.redis import redis
from pursight_app.core.settings import get_settings
from pursight_app.core.taxonomy import TAXONOMY, Sensitivity
from pursight_app.models import Asset, AssetColumn, AuditEvent, Classification, CustomDataClass, RecognisedBy
from pursight_app.services import data_classes, reviews
from pursight_app.services.data_classes import Change, Definition
from tests.factories import Office, make_folder_source, make_office, scan_now, write_csv

pytestmark = pytest.mark.usefixtures("services")


@pytest.fixture(scope="module")
def office(services: None) -> Office:
    return make_office()


def make_class(office: Office, name: str, *, is_active: bool = True) -> CustomDataClass:
    with unit_of_work() as session:
        row = CustomDataClass(
            workspace_id=office.workspace_id,
            name=name,
            group="employment",
            sensitivity="internal",
            recognised_by=RecognisedBy.PATTERN,
            patterns=["EMP-[0-9]{5}"],
            is_active=is_active,
        )
        session.add(row)
    return row


def test_a_workspace_knows_the_taxonomy_and_its_own_active_classes_and_no_other_workspaces(office: Office) -> None:
    make_class(office, "listed_badge")
    make_class(office, "old_badge", is_active=False)
    elsewhere = make_office()

    with unit_of_work() as session:
        names = [known.name for known in data_classes.list_classes(session, office.viewer, office.workspace_id)]
        found = data_classes.known_class(session, office.workspace_id, "listed_badge")

        assert names == ["listed_badge", *TAXONOMY]
        assert found is not None
        assert found.sensitivity is Sensitivity.INTERNAL
        assert data_classes.known_class(session, office.workspace_id, "iban") is TAXONOMY["iban"]
        assert data_classes.known_class(session, office.workspace_id, "old_badge") is None
        assert data_classes.known_class(session, office.workspace_id, "old_badge", include_inactive=True)
        assert data_classes.known_class(session, elsewhere.workspace_id, "listed_badge") is None
        with pytest.raises(NotFoundError):
            data_classes.list_classes(session, office.outsider, office.workspace_id)


def definition(**changed: object) -> Definition:
    base: dict[str, object] = {
        "name": f"badge_{uuid4().hex[:8]}",
        "group": "person",
        "sensitivity": "internal",
        "recognised_by": "pattern",
        "patterns": ("EMP-[0-9]{5}",),
        "header_words": ("badge",),
    }
    return Definition(**{**base, **changed})  # type: ignore[arg-type]  # tests give wrong ones on purpose


def staff_rows(count: int = 60) -> list[list[object]]:
    return [[n, f"EMP-{10_000 + n}", f"person{n}@example.com", f"SCN-{n % 40}"] for n in range(count)]


def scanned(office: Office, folder: Path, name: str = "staff") -> Asset:
    """A scanned table with badges in a column whose header says nothing."""
    write_csv(folder / f"{name}.csv", ["id", "c7", "email", "code"], staff_rows())
    source_id = make_folder_source(office, folder)
    assert scan_now(office, source_id).status == "succeeded"
    with unit_of_work() as session:
        return session.exec(select(Asset).where(Asset.data_source_id == source_id, Asset.kind == "file")).one()


def verdict_of(asset: Asset, column: str) -> Classification:
    with unit_of_work() as session:
        statement = (
            select(Classification)
            .join(AssetColumn, col(AssetColumn.id) == Classification.asset_column_id)
            .where(AssetColumn.asset_id == asset.id, AssetColumn.name == column)
        )
        return session.exec(statement).one()


def create(office: Office, **changed: object) -> CustomDataClass:
    with unit_of_work() as session:
        return data_classes.create_class(session, office.steward, office.workspace_id, definition(**changed))


def change(office: Office, row: CustomDataClass, **changed: object) -> CustomDataClass:
    with unit_of_work() as session:
        return data_classes.update_class(session, office.steward, row.id, Change(**changed))  # type: ignore[arg-type]  # by name


def test_only_who_manages_data_classes_makes_and_changes_them(office: Office) -> None:
    with unit_of_work() as session, pytest.raises(PermissionDeniedError):
        data_classes.create_class(session, office.viewer, office.workspace_id, definition())
    with unit_of_work() as session, pytest.raises(NotFoundError):
        data_classes.create_class(session, office.outsider, office.workspace_id, definition())
    row = create(office)
    with unit_of_work() as session, pytest.raises(PermissionDeniedError):
        data_classes.update_class(session, office.engineer, row.id, Change(is_active=False))
    with unit_of_work() as session, pytest.raises(NotFoundError):
        data_classes.update_class(session, office.outsider, row.id, Change(is_active=False))
    with pytest.raises(PermissionDeniedError):
        data_classes.preview_class(office.viewer, office.workspace_id, definition())
    with pytest.raises(NotFoundError):
        data_classes.preview_class(office.outsider, office.workspace_id, definition())


def test_a_name_is_taken_once_in_a_workspace(office: Office) -> None:
    row = create(office)

    with pytest.raises(ConflictError):
        create(office, name=row.name)
    elsewhere = make_office()
    assert create(elsewhere, name=row.name).id != row.id


def test_columns_get_a_new_class_and_lose_it_when_it_goes_out_of_use(tmp_path: Path) -> None:
    office = make_office()
    asset = scanned(office, tmp_path)
    before = verdict_of(asset, "c7").data_class
    row = create(office)

    assert data_classes.run_rescore(office.workspace_id) == 1
    found = verdict_of(asset, "c7")
    assert (found.data_class, found.sensitivity, found.status) == (row.name, "internal", "suggested")
    assert found.evidence["detector"] == f"custom:{row.name}"
    assert "EMP-10" not in str(found.evidence)
    assert verdict_of(asset, "email").data_class == "email"
    assert data_classes.run_rescore(office.workspace_id) == 0

    change(office, row, is_active=False)
    data_classes.run_rescore(office.workspace_id)
    assert verdict_of(asset, "c7").data_class == before != row.name


def test_a_scan_gives_the_class_at_once(tmp_path: Path) -> None:
    office = make_office()
    row = create(office)

    assert verdict_of(scanned(office, tmp_path), "c7").data_class == row.name


def test_what_people_decided_stays(tmp_path: Path) -> None:
    office = make_office()
    asset = scanned(office, tmp_path)
    with unit_of_work() as session:
        verdict = verdict_of(asset, "c7")
        reviews.review_classification(session, office.steward, verdict.id, decision="correct", data_class="identifier")
    row = create(office)

    data_classes.run_rescore(office.workspace_id)

    kept = verdict_of(asset, "c7")
    assert (kept.data_class, kept.status) == ("identifier", "confirmed")
    assert kept.suggestion["data_class"] == row.name


def test_a_new_level_reaches_columns_at_once_confirmed_ones_too(tmp_path: Path) -> None:
    office = make_office()
    row = create(office)
    asset = scanned(office, tmp_path)
    with unit_of_work() as session:
        reviews.review_classification(session, office.steward, verdict_of(asset, "c7").id, decision="confirm")

    change(office, row, sensitivity="restricted", regulations=("GDPR",))

    found = verdict_of(asset, "c7")
    assert (found.sensitivity, found.regulations, found.status) == ("restricted", ["GDPR"], "confirmed")
    with unit_of_work() as session:
        assert session.get_one(Asset, asset.id).sensitivity == "restricted"


def test_a_person_can_correct_to_an_own_class_while_it_is_in_use(tmp_path: Path) -> None:
    office = make_office()
    asset = scanned(office, tmp_path)
    row = create(office)

    def correct() -> Classification:
        with unit_of_work() as session:
            return reviews.review_classification(
                session, office.steward, verdict_of(asset, "code").id, decision="correct", data_class=row.name
            )

    assert (correct().data_class, verdict_of(asset, "code").sensitivity) == (row.name, "internal")
    change(office, row, is_active=False)
    with pytest.raises(InvalidInputError):
        correct()


def test_words_of_a_sensitive_class_are_stored_as_hashes_only_and_still_found(tmp_path: Path) -> None:
    office = make_office()
    words = tuple(f"Projekt Sirius {n}" for n in range(40))
    row = create(office, recognised_by="words", patterns=(), words=words, sensitivity="internal")
    assert "projekt sirius 7" in row.words

    row = change(office, row, sensitivity="restricted")

    assert len(row.words) == 40
    assert not [word for word in row.words if "sirius" in word]
    write_csv(tmp_path / "plans.csv", ["id", "c7"], [[n, f"PROJEKT sirius {n}"] for n in range(40)])
    assert scan_now(office, make_folder_source(office, tmp_path)).status == "succeeded"
    with unit_of_work() as session:
        asset = session.exec(select(Asset).where(Asset.workspace_id == office.workspace_id, Asset.kind == "file")).one()
    assert verdict_of(asset, "c7").data_class == row.name
    with unit_of_work() as session:
        stored = session.execute(text("SELECT words::text FROM custom_data_class WHERE id = :id"), {"id": row.id})
        assert "sirius" not in stored.scalar_one()
        kept = session.exec(select(AuditEvent).where(AuditEvent.workspace_id == office.workspace_id)).all()
    assert not [event for event in kept if "irius" in str(event.detail)]


def test_a_pattern_class_has_no_words(office: Office) -> None:
    with pytest.raises(InvalidInputError, match="has no words"):
        change(office, create(office), words=("one", "two"))


def test_a_change_that_changes_nothing_asks_nothing_anew(office: Office) -> None:
    row = create(office)

    assert change(office, row, description="", min_match_ratio=0.8).version == 1
    assert change(office, row, description="What opens the door").version == 2


def lose_job(office: Office) -> None:
    job_id = f"rescore-{office.workspace_id}"
    redis().lrem("rq:queue:pursight", 0, job_id)
    redis().delete(f"rq:job:{job_id}")


def job_is_queued(office: Office) -> bool:
    return queue.is_pending(f"rescore-{office.workspace_id}", claim_s=60)


def test_a_lost_job_is_sent_again_until_it_is_done(tmp_path: Path) -> None:
    office = make_office()
    create(office)
    with unit_of_work() as session:
        assert data_classes.is_rescoring(session, office.workspace_id)
    lose_job(office)

    assert data_classes.sweep_rescores() >= 1
    assert job_is_queued(office)
    data_classes.run_rescore(office.workspace_id)
    lose_job(office)
    data_classes.sweep_rescores()
    assert not job_is_queued(office)
    with unit_of_work() as session:
        assert not data_classes.is_rescoring(session, office.workspace_id)


def test_a_preview_says_what_would_happen_and_changes_nothing(tmp_path: Path) -> None:
    office = make_office()
    asset = scanned(office, tmp_path)
    before = verdict_of(asset, "c7")

    found = data_classes.preview_class(office.steward, office.workspace_id, definition())

    (hit,) = found.hits
    assert (hit.table, hit.column, hit.matched, hit.tested) == (asset.qualified_name, "c7", 60, 60)
    assert (hit.data_class, hit.match_ratio) == (before.data_class or "", 1.0)
    assert (found.hit_count, found.column_count, found.table_count, found.waiting) == (1, 4, 1, 0)
    assert "EMP-10" not in str(found)
    assert verdict_of(asset, "c7").data_class == before.data_class


def test_a_preview_tells_what_stays_and_what_comes_near(tmp_path: Path) -> None:
    office = make_office()
    asset = scanned(office, tmp_path)
    with unit_of_work() as session:
        reviews.review_classification(
            session, office.steward, verdict_of(asset, "c7").id, decision="correct", data_class="identifier"
        )

    wide = definition(patterns=("[A-Z]{3}-[0-9]{2,5}", "[a-z0-9]+@[a-z.]+"))
    found = data_classes.preview_class(office.steward, office.workspace_id, wide)

    assert {hit.column: hit.effect for hit in found.hits} == {"c7": "decided", "email": "proved"}
    assert [miss.column for miss in found.near_misses] == ["code"]
    assert "1 column keeps what a person decided." in found.warnings


def test_a_preview_goes_on_where_it_stopped(tmp_path: Path) -> None:
    office = make_office()
    for n in range(3):
        (tmp_path / str(n)).mkdir()
        scanned(office, tmp_path / str(n), f"staff{n}")

    first = data_classes.preview_class(office.steward, office.workspace_id, definition(), limit=2)
    rest = data_classes.preview_class(office.steward, office.workspace_id, definition(), after=first.after)

    assert (first.table_count, first.waiting, rest.table_count, rest.waiting) == (2, 1, 1, 0)
    assert data_classes.merge_previews(first, rest).hit_count == 3


def test_a_preview_says_that_a_class_is_too_wide(tmp_path: Path) -> None:
    office = make_office()
    rows = [[f"EMP-{n * 12 + place}" for place in range(12)] for n in range(60)]
    write_csv(tmp_path / "wide.csv", [f"c{n}" for n in range(12)], rows)
    assert scan_now(office, make_folder_source(office, tmp_path)).status == "succeeded"

    found = data_classes.preview_class(office.steward, office.workspace_id, definition(patterns=("EMP-[0-9]+",)))

    assert "It matches 12 of 12 columns: too wide." in found.warnings


def test_without_kept_samples_a_preview_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(get_settings(), "samples", "none")
    office = make_office()
    asset = scanned(office, tmp_path)

    found = data_classes.preview_class(office.steward, office.workspace_id, definition())

    assert (found.hit_count, found.column_count, found.without_sample) == (0, 0, 1)
    assert "This installation keeps no samples. Columns get the class with their next scan." in found.warnings
    before = verdict_of(asset, "email").data_class
    row = create(office)
    data_classes.run_rescore(office.workspace_id)
    assert verdict_of(asset, "email").data_class == before
    assert scan_now(office, asset.data_source_id).status == "succeeded"
    assert verdict_of(asset, "c7").data_class == row.name
