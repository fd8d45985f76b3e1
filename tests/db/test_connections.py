"""Connections to PurSight's own database that were cut while they rested."""

import psycopg
import pytest
from sqlalchemy import text
from sqlmodel import select

from pursight_app.core import db
from pursight_app.core.db import database_url, engine, read_now, unit_of_work
from pursight_app.core.errors import ServiceUnavailableError
from pursight_app.models import AuthorizationVersion

VERSION = select(AuthorizationVersion.version)


def cut_the_others() -> None:
    """As a restart of PostgreSQL does it, from a connection that is none of the pool's."""
    with psycopg.connect(database_url(), autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE pid <> pg_backend_pid() AND datname = current_database() AND backend_type = 'client backend'"
        )


def use_one() -> None:
    with unit_of_work() as session:
        session.execute(text("SELECT 1"))


@pytest.fixture
def rested(services: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(db, "FRESH_S", 60.0)
    engine().dispose()
    with engine().connect(), engine().connect():
        pass


def test_a_connection_that_rested_is_asked_first_and_replaced(rested: None, monkeypatch: pytest.MonkeyPatch) -> None:
    cut_the_others()
    monkeypatch.setattr(db, "FRESH_S", 0.0)
    use_one()


def test_one_that_was_just_used_is_not_asked_and_its_loss_heals_at_once(rested: None) -> None:
    cut_the_others()
    with pytest.raises(ServiceUnavailableError):
        use_one()
    use_one()


def test_a_single_question_heals_as_well(rested: None) -> None:
    cut_the_others()
    with pytest.raises(ServiceUnavailableError):
        read_now(VERSION)
    assert read_now(VERSION) >= 0
