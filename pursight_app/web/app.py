"""Puts the parts together: Reflex pages, the gateway, the gate and the hub become one ASGI application."""

import asyncio
import os
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path

import reflex as rx
import structlog
from fastapi import FastAPI
from starlette.types import ASGIApp

from pursight_app.core.db import POOL_OVERFLOW, POOL_SIZE
from pursight_app.core.logging import configure_logging
from pursight_app.core.redis import close_loop_redis
from pursight_app.core.settings import PROJECT_ROOT
from pursight_app.web.gate import Gate
from pursight_app.web.live import LiveHub
from pursight_app.web.policy import EventPolicy, assert_policies

log = structlog.get_logger()


def pages_folder() -> Path:
    """Where the built front end lies."""
    return Path(os.environ.get("PURSIGHT_PAGES", PROJECT_ROOT / ".web" / "build" / "client"))


async def widen_threads() -> None:
    """Gives asyncio.to_thread as many threads as the database pool carries: its default is 6 on two cores."""
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(POOL_SIZE + POOL_OVERFLOW // 2))


@asynccontextmanager
async def close_connections() -> AsyncGenerator[None]:
    """Leaves no connection to Redis open: the lifespan of a mounted gateway does not run."""
    yield
    await close_loop_redis()


def create_web_app(
    gateway: FastAPI, hub: LiveHub, *, on_error: Callable[[Exception], rx.event.EventSpec], head: list[rx.Component]
) -> rx.App:
    """The application that granian serves. Import every page before calling it."""
    configure_logging()

    def gate(app: ASGIApp) -> ASGIApp:
        return Gate(app, pages=pages_folder())

    app = rx.App(
        api_transformer=[gateway, gate],
        backend_exception_handler=on_error,  # type: ignore[arg-type]  # Reflex checks the signature at start
        head_components=head,
        html_lang="en",
        stylesheets=["/pursight.css"],
        toaster=None,
    )
    app.add_middleware(EventPolicy())
    app.register_lifespan_task(widen_threads)
    app.register_lifespan_task(close_connections)
    app.register_lifespan_task(hub.run)
    assert_policies()
    return app
