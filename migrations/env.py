"""Runs migrations on the database that the settings name."""

from alembic import context
from sqlalchemy import create_engine
from sqlmodel import SQLModel

import pursight_app.models  # noqa: F401  registers the tables
from pursight_app.core.db import database_url, sqlalchemy_url


def run() -> None:
    # An advisory lock: two `up` commands on one database migrate one after the other.
    engine = create_engine(sqlalchemy_url(database_url()))
    with engine.connect() as connection:
        connection.exec_driver_sql("SELECT pg_advisory_lock(20261123)")
        context.configure(connection=connection, target_metadata=SQLModel.metadata, compare_server_default=False)
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()
    engine.dispose()


run()
