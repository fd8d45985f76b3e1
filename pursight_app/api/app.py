"""The gateway: one FastAPI application, every router of api/routes, OpenAPI at /openapi.json, readable at /docs."""

from collections.abc import Awaitable, Callable
from uuid import uuid4

import structlog
from fastapi import FastAPI, Request, Response
from starlette.staticfiles import StaticFiles
from swagger_ui_bundle import swagger_ui_path

from pursight_app.api.errors import install_error_handlers
from pursight_app.core.errors import NotFoundError
from pursight_app.core.registry import modules_of


def _unknown(_request: Request) -> Response:
    raise NotFoundError("There is no such address. GET /openapi.json lists those there are.")


def create_app() -> FastAPI:
    """A new gateway without server or lifespan: web/ mounts the pages into it."""
    app = FastAPI(
        title="PurSight",
        version="0.1.0",
        description="REST gateway of PurSight. Log in with POST /auth/login, send the access token as Bearer.",
        docs_url=None,
        redoc_url=None,
    )
    install_error_handlers(app)

    @app.middleware("http")
    async def name_request(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        request_id = uuid4().hex
        request.state.request_id = request_id
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            response = await call_next(request)
        response.headers["X-Request-ID"] = request_id
        return response

    for module in modules_of("pursight_app.api.routes"):
        app.include_router(module.router)
    for prefix in ("api", "auth", "racine"):
        # Without these an unknown path of the gateway would fall through to the pages and answer with HTML.
        app.add_route(f"/{prefix}/{{rest:path}}", _unknown, methods=None, include_in_schema=False)
    app.mount("/swagger", StaticFiles(directory=swagger_ui_path))
    return app
