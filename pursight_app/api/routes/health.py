"""Liveness, readiness of each part, and figures for Prometheus."""

from fastapi import APIRouter, Response
from fastapi.openapi.docs import get_swagger_ui_html
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from sqlalchemy import func, text
from sqlmodel import col, select
from starlette.responses import HTMLResponse, PlainTextResponse

from pursight_app.api.guard import GuardedRoute, public
from pursight_app.core.db import unit_of_work
from pursight_app.core.errors import ServiceUnavailableError
from pursight_app.core.queue import count_workers, queue_length
from pursight_app.core.redis import RedisError, redis
from pursight_app.models import ScanRun

router = APIRouter(tags=["operations"], route_class=GuardedRoute)


@router.get("/healthz")
@public
async def liveness() -> dict[str, str]:
    """The web process answers, without a thread: all of them may wait for PostgreSQL."""
    return {"status": "ok"}


@router.get("/readyz")
@public
def readiness(response: Response) -> dict[str, object]:
    """Whether each part answers; 503 while one that is needed does not."""
    parts = {"postgresql": _database_answers(), "redis": _redis_answers()}
    workers = _count_workers() if parts["redis"] else 0
    is_ready = all(parts.values())
    response.status_code = 200 if is_ready else 503
    return {"ready": is_ready, **parts, "workers": workers}


def _database_answers() -> bool:
    try:
        with unit_of_work() as session:
            session.connection().execute(text("SELECT 1"))
    except ServiceUnavailableError:
        return False
    return True


def _redis_answers() -> bool:
    try:
        return bool(redis().ping())
    except (RedisError, ServiceUnavailableError):
        return False


def _count_workers() -> int:
    try:
        return count_workers()
    except RedisError:
        return 0


@router.get("/metrics", response_class=PlainTextResponse)
@public
def metrics() -> Response:
    """Scans by status, waiting jobs and workers, as Prometheus text; names nobody and no data."""
    registry = CollectorRegistry()
    scans = Gauge("pursight_scans", "Scan runs by status", ["status"], registry=registry)
    with unit_of_work() as session:
        counted = session.exec(select(ScanRun.status, func.count()).group_by(col(ScanRun.status))).all()
    for status, count in counted:
        scans.labels(status=status).set(count)
    Gauge("pursight_jobs_waiting", "Jobs in the queue", registry=registry).set(queue_length())
    Gauge("pursight_workers", "Live workers", registry=registry).set(count_workers())
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


@router.get("/docs", include_in_schema=False)
@public
def docs() -> HTMLResponse:
    """The OpenAPI description for reading; its script and style are served from here, no other host is asked."""
    return get_swagger_ui_html(
        openapi_url="/openapi.json",
        title="PurSight REST",
        swagger_js_url="/swagger/swagger-ui-bundle.js",
        swagger_css_url="/swagger/swagger-ui.css",
        swagger_favicon_url="/favicon.svg",
    )
