"""Where pipelines read and write: nothing of others is replaced, nothing hidden is read whatever its path is called."""

from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func
from sqlmodel import select

from pursight_app.core.db import unit_of_work
from pursight_app.core.definitions import parse_definition
from pursight_app.core.errors import ConflictError, InvalidInputError, PermissionDeniedError
from pursight_app.models import AccessGrant, Asset, DataSource, PipelineRun
from pursight_app.services import access, pipelines
from pursight_app.services.pipelines.checks import assets_in
from pursight_app.services.pipelines.inputs import are_same, fingerprint
from pursight_app.services.pipelines.ownership import require_own_places
from pursight_app.services.pipelines.places import overlap
from tests.factories import Office, make_office


@pytest.fixture
def office(services: None) -> Office:
    return make_office()


def definition(lake: Path, read: str, *outs: str, mode: str = "overwrite") -> dict[str, Any]:
    return {
        "inputs": [{"name": "orders", "path": read, "format": "csv"}],
        "steps": [{"name": "sums", "sql": "SELECT count(*) AS n FROM orders"}],
        "outputs": [
            {"step": "sums", "path": str(lake / out) if not out.startswith("/") else out, "mode": mode} for out in outs
        ],
    }


def create(office: Office, name: str, given: dict[str, Any]) -> UUID:
    with unit_of_work() as session:
        made, _ = pipelines.create_pipeline(session, office.engineer, office.workspace_id, name=name, definition=given)
        return made.id


@pytest.mark.parametrize(
    ("one", "other", "is_overlap"),
    [
        ("/lake/a", "/lake/a/", True),
        ("/lake//a", "/lake/a", True),
        ("/lake", "/lake/a/b", True),
        ("/lake/a", "/lake/ab", False),
        ("/lake/*.csv", "/lake/out.csv", True),
        ("/lake/*.csv", "/lake/out", False),
        ("file:///lake/a", "/lake/a", True),
        ("s3://bucket/a", "s3a://bucket/a/b", True),
        ("s3://bucket/a", "/bucket/a", False),
        ("/lake/{a,b}", "/lake/a", True),
    ],
)
def test_places_that_lie_in_each_other(one: str, other: str, is_overlap: bool) -> None:
    assert overlap(one, other) == overlap(other, one) == is_overlap


@pytest.mark.parametrize(
    ("read", "outs"),
    [
        ("orders", ["orders"]),
        ("orders", ["orders/sums"]),
        ("orders/2024", ["orders"]),
        ("orders//2024", ["orders"]),
        ("*", ["sums"]),
        ("orders", ["sums", "sums/"]),
        ("orders", ["sums", "sums/more"]),
    ],
)
def test_a_pipeline_never_writes_into_what_it_reads_or_twice_to_one_place(
    office: Office, tmp_path: Path, read: str, outs: list[str]
) -> None:
    with pytest.raises(InvalidInputError, match="lies in the other"):
        create(office, "Circle", definition(tmp_path, f"{tmp_path}/{read}", *(f"{tmp_path}/{out}" for out in outs)))


def test_the_place_of_another_pipeline_is_taken(office: Office, tmp_path: Path) -> None:
    read = str(tmp_path / "orders")
    first = create(office, "First", definition(tmp_path, read, "out"))

    for place in ("out", "out/part"):
        with pytest.raises(ConflictError) as refused:
            create(office, f"Second {len(place)}", definition(tmp_path, read, place))
        assert refused.value.code == "output_taken"
    # Its own is no other's.
    with unit_of_work() as session:
        changed = {**definition(tmp_path, read, "out"), "spark_conf": {"spark.sql.shuffle.partitions": "4"}}
        assert pipelines.update_pipeline(session, office.engineer, first, definition=changed).number == 2


def check_places(pipeline_id: UUID, given: dict[str, Any]) -> None:
    with unit_of_work() as session:
        require_own_places(session, pipeline_id, parse_definition(given))


def test_what_a_pipeline_did_not_make_is_never_replaced(office: Office, tmp_path: Path) -> None:
    given = definition(tmp_path, str(tmp_path / "orders"), "out")
    pipeline_id = create(office, "Careful", given)
    check_places(pipeline_id, given)

    (tmp_path / "out").mkdir()
    with pytest.raises(ConflictError) as refused:
        check_places(pipeline_id, given)
    assert refused.value.code == "output_exists"
    check_places(pipeline_id, definition(tmp_path, "/o", "out", mode="append"))

    # A run that failed before it made anything has not made this either.
    ids = {"workspace_id": office.workspace_id, "pipeline_id": pipeline_id, "version": 1}
    with unit_of_work() as session:
        session.add(PipelineRun(**ids, status="failed"))
    with pytest.raises(ConflictError):
        check_places(pipeline_id, given)
    with unit_of_work() as session:
        session.add(PipelineRun(**ids, status="succeeded", outputs=[{"rows": 1}]))
    check_places(pipeline_id, given)


def test_who_only_added_to_a_place_may_not_replace_it(office: Office, tmp_path: Path) -> None:
    given = definition(tmp_path, str(tmp_path / "orders"), "lake", mode="append")
    pipeline_id = create(office, "Adds", given)
    (tmp_path / "lake").mkdir()
    ids = {"workspace_id": office.workspace_id, "pipeline_id": pipeline_id}
    with unit_of_work() as session:
        session.add(PipelineRun(**ids, version=1, status="succeeded", outputs=[{"rows": 1}]))
        replacing = definition(tmp_path, str(tmp_path / "orders"), "lake")
        pipelines.update_pipeline(session, office.engineer, pipeline_id, definition=replacing)
    with pytest.raises(ConflictError):
        check_places(pipeline_id, replacing)
    # What was refused in the end has made nothing either.
    with unit_of_work() as session:
        session.add(PipelineRun(**ids, version=2, status="failed", outputs=[{"rows": 1}]))
    with pytest.raises(ConflictError):
        check_places(pipeline_id, replacing)


def test_a_place_that_was_taken_while_spark_worked_is_not_replaced(office: Office, tmp_path: Path) -> None:
    given = definition(tmp_path, str(tmp_path / "orders"), "out")
    pipeline_id = create(office, "Late", given)
    side = tmp_path / ".out.side"
    side.mkdir()
    parsed = parse_definition(given)
    with unit_of_work() as session:
        require_own_places(session, pipeline_id, parsed, (str(side),))
    (tmp_path / "out").mkdir()
    with pytest.raises(ConflictError), unit_of_work() as session:
        require_own_places(session, pipeline_id, parsed, (str(side),))
    # A worker that died after the swap: what it made is what is there.
    side.rmdir()
    with unit_of_work() as session:
        require_own_places(session, pipeline_id, parsed, (str(side),))


def test_two_pipelines_may_add_to_one_place_and_change_all_else(office: Office, tmp_path: Path) -> None:
    read = str(tmp_path / "orders")
    first = create(office, "Adds first", definition(tmp_path, read, "lake", mode="append"))
    create(office, "Adds second", definition(tmp_path, read, "lake", mode="append"))
    with pytest.raises(ConflictError):
        create(office, "Replaces", definition(tmp_path, read, "lake"))
    changed = {**definition(tmp_path, read, "lake", mode="append"), "schedule": "0 3 * * *"}
    with unit_of_work() as session:
        assert pipelines.update_pipeline(session, office.engineer, first, definition=changed).number == 2


def hide(office: Office, folder: Path, name: str) -> None:
    """An asset that the engineer may not read."""
    with unit_of_work() as session:
        source = DataSource(workspace_id=office.workspace_id, name=f"Lake {name}", kind="files", config={"path": "/"})
        session.add(source)
        session.flush()
        session.add(
            Asset(
                workspace_id=office.workspace_id, data_source_id=source.id, kind="file", namespace=f"file://{folder}",
                qualified_name=name, name=name, search_vector=func.to_tsvector("x"),
            )
        )  # fmt: skip
        session.add(
            AccessGrant(
                workspace_id=office.workspace_id, user_id=office.engineer.user_id, permission="catalog.read", effect="deny",
                scope_kind="data_source", data_source_id=source.id,
            )
        )  # fmt: skip
        access.bump_version(session)


@pytest.mark.parametrize(
    "read", ["pay.csv", "/pay.csv", "*.csv", "p?y.csv", "", "pay.csv/part=1", "{pay,other}.csv", "link/pay.csv"]
)
def test_a_hidden_file_is_hidden_by_whatever_path_it_is_read(office: Office, tmp_path: Path, read: str) -> None:
    lake = tmp_path / "lake"
    lake.mkdir()
    (lake / "link").symlink_to(lake)
    hide(office, lake, "pay.csv")
    curious = replace(office, engineer=renewed(office))

    with pytest.raises(PermissionDeniedError) as refused:
        create(curious, "Curious", definition(tmp_path, f"{lake}/{read}", "out"))
    assert refused.value.code == "reads_hidden"

    create(curious, "Honest", definition(tmp_path, f"{tmp_path}/lake2/pay.csv", "out"))


def renewed(office: Office) -> access.Actor:
    with unit_of_work() as session:
        found = access.load_actor(session, office.engineer.user_id)
    assert found is not None
    return found


def test_stores_are_compared_by_what_they_are(office: Office) -> None:
    with unit_of_work() as session:
        source = DataSource(workspace_id=office.workspace_id, name="Store", kind="files", config={"path": "/"})
        session.add(source)
        session.flush()
        session.add(
            Asset(
                workspace_id=office.workspace_id, data_source_id=source.id, kind="file", namespace="s3a://bucket/data",
                qualified_name="s3a://bucket/data/pay", name="pay", search_vector=func.to_tsvector("x"),
            )
        )  # fmt: skip
    with unit_of_work() as session:
        for path in ("s3://bucket/data/pay", "s3a://bucket", "s3://bucket/data/pay/day=1", "s3://bucket/data/*"):
            assert [asset.name for asset in assets_in(session, office.workspace_id, path)] == ["pay"], path
        assert not assets_in(session, office.workspace_id, "s3://bucket/data/pays")


def test_inputs_are_the_same_until_one_of_their_files_changes(tmp_path: Path) -> None:
    folder = tmp_path / "orders"
    folder.mkdir()
    (folder / "a.csv").write_text("1")
    (folder / "_SUCCESS").touch()
    given = parse_definition(definition(tmp_path, f"{tmp_path}/ord*", "out"))
    before = fingerprint(given)

    assert before[0] is not None
    assert before[0][:2] == [1, 1]
    (folder / "_other").write_text("not data")
    assert are_same(before, fingerprint(given))
    (folder / "b.csv").write_text("2")
    assert not are_same(before, fingerprint(given))
    nowhere = fingerprint(parse_definition(definition(tmp_path, f"{tmp_path}/nowhere", "out")))
    assert nowhere == [None]
    assert not are_same(nowhere, nowhere)
    assert not are_same([], [])


def test_assets_of_other_workspaces_are_none_of_them(office: Office, tmp_path: Path) -> None:
    hide(office, tmp_path, "pay.csv")
    other = make_office()
    with unit_of_work() as session:
        assert not assets_in(session, other.workspace_id, str(tmp_path))
        assert session.exec(select(Asset).where(Asset.workspace_id == office.workspace_id)).one().name == "pay.csv"
