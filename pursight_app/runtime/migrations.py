"""Brings PurSight's own database to the newest version."""

from alembic import command
from alembic.config import Config

from pursight_app.core.settings import PROJECT_ROOT


def alembic_config() -> Config:
    """Where the migrations lie; there is no alembic.ini, the settings say which database."""
    config = Config()
    config.set_main_option("script_location", str(PROJECT_ROOT / "migrations"))
    config.set_main_option("path_separator", "os")
    return config


def migrate() -> None:
    """Runs all migrations that are missing; does nothing on a database that is up to date."""
    command.upgrade(alembic_config(), "head")
