"""The data classes of a workspace: those of the taxonomy and its own."""

import pytest

from pursight_app.core.db import unit_of_work
from pursight_app.core.errors import NotFoundError
from pursight_app.core.taxonomy import TAXONOMY, Sensitivity
from pursight_app.models import CustomDataClass, RecognisedBy
from pursight_app.services import data_classes
from tests.factories import Office, make_office

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
