"""What a program on Spark does at this moment, in Redis: a short stream per run, gone an hour after its end (F4.11, F4.26)."""

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import structlog

from pursight_app.core.redis import RedisError, redis

KEPT, KEPT_FOR_S = 600, 3_600

log = structlog.get_logger()


def _key(run_id: UUID) -> str:
    return f"pursight:pipeline_run:{run_id}:metrics"


def push_metrics(run_id: UUID, metrics: Mapping[str, Any]) -> None:
    """Adds one reading. What is lost while Redis is away is a point of a curve; the history comes from the event log."""
    try:
        redis().xadd(_key(run_id), {"metrics": json.dumps(metrics)}, maxlen=KEPT, approximate=True)
        redis().expire(_key(run_id), KEPT_FOR_S)
    except RedisError as error:
        log.warning("metrics.not_kept", error=type(error).__name__)


def read_metrics(run_id: UUID, *, limit: int = KEPT) -> list[dict[str, Any]]:
    """The newest readings, oldest first; empty when there are none or Redis is away."""
    try:
        rows = redis().xrevrange(_key(run_id), count=limit)
    except RedisError:
        return []
    return [json.loads(fields["metrics"]) for _, fields in reversed(rows)]
