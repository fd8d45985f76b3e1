"""The migrations make exactly the tables that the models describe."""

import pytest
from alembic import command

from pursight_app.runtime.migrations import alembic_config

pytestmark = pytest.mark.usefixtures("services")


def test_models_and_migrations_agree() -> None:
    command.check(alembic_config())
