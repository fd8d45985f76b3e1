"""The right of one worker to work on one row: renewed while it lives, void when it falls silent."""

import threading
from datetime import datetime, timedelta
from types import TracebackType
from typing import Self
from uuid import UUID

import structlog
from sqlalchemy import update
from sqlmodel import col

from pursight_app.core.clock import now
from pursight_app.core.db import unit_of_work
from pursight_app.core.errors import ServiceUnavailableError
from pursight_app.core.settings import get_settings
from pursight_app.models import ColumnModel, OptimizationPlan, PipelineRun, ScanRun

log = structlog.get_logger()
MAX_TAKEOVERS = 8
"""Work that lost its worker this often has something that kills workers; trying for ever would hide it."""


class LeaseLostError(Exception):
    """Somebody else owns the row now, or its work is over. Stop at once and write nothing."""


def lease_end() -> datetime:
    """Until when a worker that has just given a sign of life owns its row."""
    return now() + timedelta(seconds=get_settings().lease_s)


class Heartbeat:
    """Renews a lease from a thread of its own while the `with` block works."""

    def __init__(
        self, table: type[ScanRun | ColumnModel | PipelineRun | OptimizationPlan], row_id: UUID, fence: int
    ) -> None:
        self._table, self._row_id, self._fence = table, row_id, fence
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="heartbeat", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()

    def _beat(self) -> None:
        table = self._table
        while not self._stop.wait(get_settings().lease_s / 3):
            try:
                with unit_of_work() as session:
                    session.exec(  # type: ignore[call-overload]  # SQLModel types only select()
                        update(table)
                        .where(col(table.id) == self._row_id, col(table.fence) == self._fence)
                        .values(lease_until=lease_end())
                    )
            except ServiceUnavailableError:
                # The database may be back before the lease ends; if not, another worker goes on from the checkpoint.
                log.warning("lease.heartbeat_missed", row_id=str(self._row_id))
