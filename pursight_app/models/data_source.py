"""Systems with data that a workspace has connected."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Field, UniqueConstraint

from pursight_app.models.base import Row, json_field, reference, time_field


class DataSource(Row, table=True):
    """A connected system. `secret` is encrypted with the row's id as context and never leaves the server."""

    __table_args__ = (UniqueConstraint("workspace_id", "name"),)

    workspace_id: UUID = reference("workspace", index=False)
    name: str = Field(max_length=200)
    kind: str = Field(max_length=40)
    config: dict[str, Any] = json_field()
    secret: bytes | None = None
    last_test_at: datetime | None = time_field()
    last_test_ok: bool | None = None
    last_test_detail: str | None = None
    last_scan_at: datetime | None = time_field()
