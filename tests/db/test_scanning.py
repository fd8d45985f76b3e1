"""Scans of real files into a real database: ledger, resume, cancel, retry, what is kept."""

from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlmodel import col, select

from pursight_app.core.clock import now
from pursight_app.core.db import unit_of_work
from pursight_app.core.errors import ConflictError, NotFoundError, PermissionDeniedError
from pursight_app.models import Asset, AssetColumn, Classification, Finding, ScanEntry, ScanRun
from pursight_app.services import catalog, data_sources, reviews, scanning
from pursight_app.services.leases import LeaseLostError
from pursight_app.services.scanning.progress import claim, hold
from tests.factories import (
    PEOPLE_HEADER,
    Office,
    make_folder_source,
    make_office,
    people_rows,
    request_scan,
    scan_now,
    write_csv,
)
from tests.plugins.servers import PASSWORD, postgres_admin, run_postgres

pytestmark = pytest.mark.usefixtures("services")


@pytest.fixture
def office() -> Office:
    return make_office()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "data"
    root.mkdir()
    write_csv(root / "people.csv", PEOPLE_HEADER, people_rows())
    write_csv(root / "orders.csv", ["order_no", "total"], [[f"A-{n}", n * 1.5] for n in range(40)])
    return root


def entries_of(run_id: UUID) -> dict[str, str]:
    with unit_of_work() as session:
        rows = session.exec(select(ScanEntry).where(ScanEntry.scan_run_id == run_id)).all()
    return {Path(row.qualified_name).name: row.state for row in rows}


def assets_of(source_id: UUID) -> dict[str, Asset]:
    with unit_of_work() as session:
        rows = session.exec(select(Asset).where(Asset.data_source_id == source_id)).all()
    return {row.name: row for row in rows}


def verdict_of(source_id: UUID, column: str) -> Classification:
    with unit_of_work() as session:
        return session.exec(
            select(Classification)
            .join(AssetColumn, col(AssetColumn.id) == Classification.asset_column_id)
            .join(Asset, col(Asset.id) == AssetColumn.asset_id)
            .where(Asset.data_source_id == source_id, AssetColumn.name == column)
        ).one()


def test_a_scan_reads_every_table_and_its_ledger_adds_up(office: Office, folder: Path) -> None:
    run = scan_now(office, make_folder_source(office, folder))

    assert run.status == "succeeded"
    assert set(entries_of(run.id).values()) == {"ok"}
    assert run.summary["tables"] == run.total_count == run.done_count == 2
    assert run.summary["columns"] == 6


def test_a_scan_says_what_an_e_mail_column_holds_and_why(office: Office, folder: Path) -> None:
    source_id = make_folder_source(office, folder)

    scan_now(office, source_id)

    verdict = verdict_of(source_id, "email")
    assert verdict.data_class == "email"
    assert verdict.evidence["matched"] == verdict.evidence["tested"] > 0
    assert "person1@example.com" not in str(verdict.evidence)


def test_a_broken_file_is_named_and_the_others_are_read(office: Office, folder: Path) -> None:
    (folder / "broken.parquet").write_bytes(b"PAR1 this is no parquet PAR1")

    run = scan_now(office, make_folder_source(office, folder))

    assert run.status == "partial"
    states = entries_of(run.id)
    broken = next(state for name, state in states.items() if "broken" in name)
    assert broken in {"failed", "skipped"}
    assert sorted(states.values()).count("ok") == 2


def test_a_table_that_the_database_refuses_is_named_and_the_others_are_read(office: Office) -> None:
    with run_postgres() as server:
        with postgres_admin(server) as admin:
            admin.execute("CREATE TABLE open_one AS SELECT 1 AS id; CREATE TABLE closed_one AS SELECT 2 AS id")
            admin.execute("GRANT SELECT ON open_one TO reader")
        with unit_of_work() as session:
            source = data_sources.create_data_source(
                session,
                office.steward,
                office.workspace_id,
                name="Half open",
                kind="postgresql",
                config={"host": "127.0.0.1", "port": server.port, "database": "postgres", "username": "reader"},
                secret={"password": PASSWORD},
            )
        run = scan_now(office, source.id)

    assert run.status == "partial"
    with unit_of_work() as session:
        rows = session.exec(select(ScanEntry).where(ScanEntry.scan_run_id == run.id)).all()
    said = {row.qualified_name: (row.state, row.reason or "") for row in rows}
    assert said["postgres.public.open_one"] == ("ok", "")
    assert said["postgres.public.closed_one"][0] == "failed"
    assert "Grant SELECT" in said["postgres.public.closed_one"][1]


def test_a_table_that_went_away_is_missing_and_nothing_is_deleted(office: Office, folder: Path) -> None:
    source_id = make_folder_source(office, folder)
    scan_now(office, source_id)
    (folder / "orders.csv").unlink()

    scan_now(office, source_id)

    gone = next(asset for name, asset in assets_of(source_id).items() if "orders" in name)
    assert gone.missing_since is not None
    assert len(assets_of(source_id)) == 2


def test_an_unreachable_source_fails_the_run_and_touches_no_asset(office: Office, folder: Path, tmp_path: Path) -> None:
    source_id = make_folder_source(office, folder)
    scan_now(office, source_id)
    folder.rename(tmp_path / "elsewhere")

    run = scan_now(office, source_id)

    assert run.status == "failed"
    assert run.error
    assert all(asset.missing_since is None for asset in assets_of(source_id).values())


def test_a_new_column_is_a_change(office: Office, folder: Path) -> None:
    source_id = make_folder_source(office, folder)
    scan_now(office, source_id)
    write_csv(folder / "orders.csv", ["order_no", "total", "note"], [["A-1", 1, "x"]])

    run = scan_now(office, source_id)

    states = entries_of(run.id)
    assert [state for name, state in states.items() if "orders" in name] == ["changed"]
    assert [state for name, state in states.items() if "people" in name] == ["ok"]


def test_what_people_wrote_survives_the_next_scan(office: Office, folder: Path) -> None:
    source_id = make_folder_source(office, folder)
    scan_now(office, source_id)
    asset = next(asset for name, asset in assets_of(source_id).items() if "people" in name)
    with unit_of_work() as session:
        catalog.update_asset(
            session, office.steward, asset.id, description="Our customers", owner_id=office.steward.user_id
        )

    scan_now(office, source_id)

    with unit_of_work() as session:
        again = session.get_one(Asset, asset.id)
    assert (again.description, again.owner_id) == ("Our customers", office.steward.user_id)


def test_a_rejected_verdict_is_left_alone_by_the_next_scan(office: Office, folder: Path) -> None:
    source_id = make_folder_source(office, folder)
    scan_now(office, source_id)
    with unit_of_work() as session:
        reviews.review_classification(session, office.steward, verdict_of(source_id, "email").id, decision="reject")

    scan_now(office, source_id)

    assert verdict_of(source_id, "email").status == "rejected"


def test_a_second_scan_doubles_nothing(office: Office, folder: Path) -> None:
    source_id = make_folder_source(office, folder)
    scan_now(office, source_id)
    with unit_of_work() as session:
        before = len(session.exec(select(Finding).where(Finding.workspace_id == office.workspace_id)).all())

    scan_now(office, source_id)

    with unit_of_work() as session:
        findings = session.exec(select(Finding).where(Finding.workspace_id == office.workspace_id)).all()
    assert len(findings) == before
    assert len(assets_of(source_id)) == 2


def test_one_source_has_one_scan_at_a_time(office: Office, folder: Path) -> None:
    source_id = make_folder_source(office, folder)
    request_scan(office, source_id)

    with pytest.raises(ConflictError) as refused:
        request_scan(office, source_id)

    assert refused.value.code == "scan_active"


def test_a_queued_scan_can_be_cancelled_and_then_does_nothing(office: Office, folder: Path) -> None:
    source_id = make_folder_source(office, folder)
    run_id = request_scan(office, source_id)
    with unit_of_work() as session:
        scanning.cancel_scan(session, office.steward, run_id)

    scanning.run_scan(run_id)

    assert assets_of(source_id) == {}


def test_a_retry_reads_only_what_failed(office: Office, folder: Path) -> None:
    broken = folder / "late.csv"
    broken.write_bytes(b"PAR1 not a csv at all \x00\x01\x02" * 20)
    source_id = make_folder_source(office, folder)
    run = scan_now(office, source_id)
    failed = [name for name, state in entries_of(run.id).items() if state == "failed"]
    if not failed:
        pytest.fail(f"the broken file was not refused: {entries_of(run.id)}")
    write_csv(broken, ["id"], [[1], [2]])

    with unit_of_work() as session:
        again = scanning.retry_scan(session, office.steward, run.id)
    scanning.run_scan(again.id)

    assert list(entries_of(again.id)) == failed
    assert set(entries_of(again.id).values()) == {"ok"}


def test_ra_81_a_run_has_one_owner_and_a_stale_one_writes_nothing(office: Office, folder: Path) -> None:
    run_id = request_scan(office, make_folder_source(office, folder))
    first = claim(run_id)
    assert first is not None
    assert claim(run_id) is None
    with unit_of_work() as session:
        session.get_one(ScanRun, run_id).lease_until = now() - timedelta(seconds=1)

    second = claim(run_id)

    assert second is not None
    with unit_of_work() as session, pytest.raises(LeaseLostError):
        hold(session, first)


def test_a_dead_workers_run_goes_on_from_its_checkpoint(
    office: Office, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(6):
        write_csv(folder / f"more{number}.csv", PEOPLE_HEADER, people_rows(20))
    run_id = request_scan(office, make_folder_source(office, folder))
    from pursight_app.services.scanning import execution

    one_table, read = execution._one_table, list[str]()

    def die_after_three(lease: object, connector: object, address: str, table: object) -> None:
        if len(read) == 3:
            raise KeyboardInterrupt
        read.append(address)
        one_table(lease, connector, address, table)

    monkeypatch.setattr(execution, "_one_table", die_after_three)
    with pytest.raises(KeyboardInterrupt):
        scanning.run_scan(run_id)
    monkeypatch.setattr(execution, "_one_table", lambda *args: (read.append(args[2]), one_table(*args))[1])
    with unit_of_work() as session:
        session.get_one(ScanRun, run_id).lease_until = now() - timedelta(seconds=1)

    scanning.sweep_scans()
    scanning.run_scan(run_id)

    assert len(read) == len(set(read)) == 8
    assert set(entries_of(run_id).values()) == {"ok"}


def test_strangers_learn_nothing_and_viewers_start_nothing(office: Office, folder: Path) -> None:
    source_id = make_folder_source(office, folder)
    with unit_of_work() as session:
        with pytest.raises(NotFoundError):
            scanning.request_scan(session, office.outsider, source_id)
        with pytest.raises(PermissionDeniedError):
            scanning.request_scan(session, office.viewer, source_id)


def test_a_viewer_sees_sensitive_values_masked_and_a_steward_sees_them(office: Office, folder: Path) -> None:
    source_id = make_folder_source(office, folder)
    scan_now(office, source_id)
    asset = next(asset for name, asset in assets_of(source_id).items() if "people" in name)

    seen = catalog.read_values(office.steward, asset.id, reason="checking the import")["email"]
    masked = catalog.read_values(office.viewer, asset.id)["email"]

    assert any("@example.com" in value and value.startswith("person") for value in seen.values)
    assert masked.is_masked
    assert not any(value.startswith("person") for value in masked.values)


def test_extremes_of_sensitive_columns_are_masked_for_a_viewer(office: Office, folder: Path) -> None:
    source_id = make_folder_source(office, folder)
    scan_now(office, source_id)
    asset = next(asset for name, asset in assets_of(source_id).items() if "people" in name)

    with unit_of_work() as session:
        rows, _ = catalog.list_columns(session, office.viewer, asset.id)

    email = next(row for row in rows if row.column.name == "email")
    assert email.is_masked
    assert "person" not in str(email.profile["minimum"])


def test_moving_a_source_needs_its_secret_again(office: Office) -> None:
    config = {"host": "127.0.0.1", "port": 5432, "database": "shop", "username": "reader"}
    with unit_of_work() as session:
        source = data_sources.create_data_source(
            session,
            office.steward,
            office.workspace_id,
            name="Shop",
            kind="postgresql",
            config=config,
            secret={"password": "planted-secret-42"},
        )
        assert b"planted-secret-42" not in (source.secret or b"")
        with pytest.raises(Exception, match="enter the password again"):
            data_sources.update_data_source(session, office.steward, source.id, config=config | {"host": "127.0.0.2"})
