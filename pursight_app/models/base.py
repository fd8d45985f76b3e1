"""Column building blocks that the tables share."""

import re
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, DateTime
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import declared_attr
from sqlmodel import Field, SQLModel

from pursight_app.core.clock import now

# Constraint names come from one convention, else a later migration could not name what it drops.
SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


def id_field() -> Any:
    """A random primary key; nobody can guess a neighbour's."""
    return Field(default_factory=uuid4, primary_key=True)


def time_field(*, default_now: bool = False) -> Any:
    """A moment in UTC; NULL unless `default_now`."""
    if default_now:
        return Field(default_factory=now, sa_type=DateTime(timezone=True), nullable=False)  # type: ignore[call-overload]  # SQLModel's stub wants a class, SQLAlchemy takes instances
    return Field(default=None, sa_type=DateTime(timezone=True), nullable=True)  # type: ignore[call-overload]  # same


def json_field() -> Any:
    """A JSON object, never NULL."""
    return Field(default_factory=dict, sa_type=JSONB, nullable=False)


def json_list() -> Any:
    """A JSON list, never NULL."""
    return Field(default_factory=list, sa_type=JSONB, nullable=False)


def reference(table: str, *, index: bool = True, nullable: bool = False) -> Any:
    """A foreign key to `table.id`."""
    if nullable:
        return Field(default=None, foreign_key=f"{table}.id", ondelete="SET NULL", index=index, nullable=True)
    return Field(foreign_key=f"{table}.id", ondelete="CASCADE", index=index)


def one_of(column: str, values: type[StrEnum]) -> CheckConstraint:
    """Enums are text with a CHECK: adding a value is a cheap migration, and psql shows words."""
    return CheckConstraint(f"{column} IN ({', '.join(repr(str(value)) for value in values)})", name=column)


class Row(SQLModel):
    """What every table has: a random id, the moment it was made, and the class's name in snake case as its own."""

    @declared_attr.directive
    def __tablename__(cls) -> str:  # noqa: N805  # pyright: ignore[reportIncompatibleVariableOverride]  declared_attr hands over the class; SQLModel types it as a plain attribute
        return re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()

    id: UUID = id_field()
    created_at: datetime = time_field(default_now=True)
