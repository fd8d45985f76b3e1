"""What a room decides, and who then does what."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, UniqueConstraint
from sqlmodel import Field

from pursight_app.models.base import Row, json_field, one_of, reference, time_field


class DecisionAction(StrEnum):
    """What an approval does beyond being written down."""

    NONE = "none"
    REVIEW = "review"
    WAIVE = "waive"
    ASSIGN_OWNER = "assign_owner"


class DecisionStatus(StrEnum):
    """Only a proposed one can be voted on."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class TaskStatus(StrEnum):
    """Open until somebody says it is done."""

    OPEN = "open"
    DONE = "done"


class Decision(Row, table=True):
    """A proposal and what became of it. `needs` approvals of others than the proposer make it so."""

    __table_args__ = (one_of("action", DecisionAction), one_of("status", DecisionStatus))

    workspace_id: UUID = reference("workspace")
    room_id: UUID = reference("room")
    seq: int = Field(sa_type=BigInteger)
    title: str = Field(max_length=300)
    action: str = DecisionAction.NONE
    params: dict[str, Any] = json_field()
    needs: int = 1
    status: str = DecisionStatus.PROPOSED
    proposed_by_id: UUID | None = reference("user_account", nullable=True, index=False)
    decided_by_id: UUID | None = reference("user_account", nullable=True, index=False)
    decided_at: datetime | None = time_field()


class DecisionVote(Row, table=True):
    """One person's approval."""

    __table_args__ = (UniqueConstraint("decision_id", "user_id"),)

    workspace_id: UUID = reference("workspace")
    decision_id: UUID = reference("decision", index=False)
    user_id: UUID = reference("user_account")


class Task(Row, table=True):
    """Something that somebody promised in a room."""

    __table_args__ = (one_of("status", TaskStatus),)

    workspace_id: UUID = reference("workspace")
    room_id: UUID = reference("room")
    title: str = Field(max_length=300)
    owner_id: UUID | None = reference("user_account", nullable=True)
    due_on: date | None = None
    status: str = TaskStatus.OPEN
    created_by_id: UUID | None = reference("user_account", nullable=True, index=False)
    done_at: datetime | None = time_field()
