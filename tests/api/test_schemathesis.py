"""Requests that schemathesis makes up from the OpenAPI document, as three people: no 5xx, what is documented, no foreign row.

Ids in paths are those of real rows of workspace A, so that answers come from behind the guard. The administrator of the
installation and A's steward may see them; the viewer of B must never see the marker that all names of A carry.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID, uuid4

import pytest
import schemathesis
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from sqlmodel import select

from pursight_app.api.app import create_app
from pursight_app.core.db import unit_of_work
from pursight_app.models import Asset, AssetColumn, Classification, Finding, Workspace
from tests.factories import (
    PEOPLE_HEADER,
    actor_of,
    bearer,
    make_challenger,
    make_data_class,
    make_folder_source,
    make_office,
    make_review,
    make_user,
    make_workspace,
    people_rows,
    room_things,
    scan_now,
    write_csv,
)

MARK = f"qxz{uuid4().hex[:8]}"
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
# A stream without an end, the end of the very session that asks, and an upload that is read as a stream, which the checks
# of answers would want to read once more.
LEFT_OUT = "^(/racine/events|/auth/logout|/racine/pipeline/[^/]+/event-logs)$"
document = create_app().openapi()
schema = schemathesis.openapi.from_dict(document).exclude(path_regex=LEFT_OUT)


@dataclass(frozen=True)
class World:
    """Ids of one row of each kind in workspace A, and who asks."""

    ids: Mapping[str, str]
    insiders: tuple[Mapping[str, str], ...]
    foreigner: Mapping[str, str]


@pytest.fixture(scope="module")
def world(services: None, tmp_path_factory: pytest.TempPathFactory) -> World:
    office, folder = make_office(), tmp_path_factory.mktemp("source")
    write_csv(
        folder / f"people_{MARK}.csv", [*PEOPLE_HEADER, "password"], [[*row, "Hunter2!"] for row in people_rows()]
    )
    source_id = make_folder_source(office, folder)
    run = scan_now(office, source_id)
    with unit_of_work() as session:
        session.get_one(Workspace, office.workspace_id).name = f"Workspace {MARK}"
        asset = session.exec(select(Asset).where(Asset.data_source_id == source_id)).one()
        in_asset = select(AssetColumn.id).where(AssetColumn.asset_id == asset.id)
        verdict = session.exec(select(Classification).where(Classification.asset_column_id.in_(in_asset))).first()
        finding = session.exec(select(Finding).where(Finding.asset_id == asset.id)).first()
    assert verdict is not None
    assert finding is not None
    viewer = make_user()
    make_workspace(viewer=viewer)
    rows: dict[str, UUID] = {
        "workspace_id": office.workspace_id,
        "data_source_id": source_id,
        "scan_id": run.id,
        "asset_id": asset.id,
        "column_id": verdict.asset_column_id,
        "classification_id": verdict.id,
        "finding_id": finding.id,
        "data_class_id": make_data_class(office),
        "model_id": make_challenger(office),
        "batch_id": make_review(office, verdict, verdict.data_class),
        **room_things(office),
    }
    ids = {name: str(value) for name, value in rows.items()}
    return World(ids, (bearer(office.root), bearer(office.steward)), bearer(actor_of(viewer)))


@schema.parametrize()
@settings(
    max_examples=5, phases=[Phase.generate], deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
def test_r3_made_up_requests_get_documented_answers_and_nothing_foreign(
    case: schemathesis.Case, client: TestClient, world: World
) -> None:
    is_destructive = case.method == "DELETE"
    for headers in (*world.insiders, world.foreigner):
        known = {} if is_destructive and headers is not world.foreigner else world.ids
        case.path_parameters = {name: known.get(name, value) for name, value in (case.path_parameters or {}).items()}
        request = case.as_transport_kwargs(base_url="http://testserver", headers=dict(headers))
        request.pop("cookies", None)
        if isinstance(request.get("data"), str | bytes):
            request["content"] = request.pop("data")
        answer = client.request(**request, follow_redirects=False)
        case.validate_response(answer, checks=CHECKS)
        if headers is world.foreigner:
            assert MARK not in answer.text
