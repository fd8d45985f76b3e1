"""The gateway: one FastAPI application, every router of api/routes, OpenAPI at /openapi.json, readable at /docs."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import structlog
from fastapi import FastAPI, Request, Response
from pydantic import BaseModel
from starlette.datastructures import Headers, MutableHeaders
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from swagger_ui_bundle import swagger_ui_path

from pursight_app.api.errors import answer_to, install_error_handlers
from pursight_app.api.guard import paths_in_turn
from pursight_app.api.routes import room_messages
from pursight_app.api.turns import is_turned_away, turned_away
from pursight_app.core.addresses import client_address
from pursight_app.core.errors import NotFoundError
from pursight_app.core.redis import close_loop_redis
from pursight_app.core.registry import modules_of
from pursight_app.services import audit


def _unknown(_request: Request) -> Response:
    raise NotFoundError("There is no such address. GET /openapi.json lists those there are.")


class NamedRequests:
    """Gives each request an id and says where it comes from, for logs, problem documents and audit events.

    Plain ASGI: Starlette's decorator for middleware costs more than all the checks of a route together.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a connection on under a new name."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        request_id = uuid4().hex
        headers = Headers(scope=scope)
        address = client_address((scope.get("client") or ("local",))[0], headers.get("x-forwarded-for", ""))
        scope.setdefault("state", {})["request_id"] = request_id

        if scope["type"] == "websocket":
            # Whoever sends much uses it as it came from the server.
            scope["state"]["send"] = send

        async def named(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(raw=message["headers"])["X-Request-ID"] = request_id
            await send(message)

        token = audit.ORIGIN.set(audit.Origin(address, headers.get("user-agent", ""), request_id))
        try:
            with structlog.contextvars.bound_contextvars(request_id=request_id):
                await self._app(scope, receive, named)
        finally:
            audit.ORIGIN.reset(token)


class Turnstile:
    """Answers those who were told to come later, before anything else is done for them: it takes half the time."""

    def __init__(self, app: ASGIApp, paths: frozenset[str]) -> None:
        self._app, self._paths = app, paths

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes on everything else."""
        if scope["type"] == "http" and scope["path"] in self._paths:
            request = Request(scope)
            if is_turned_away(request.headers.get("authorization", "")):
                request.state.request_id = uuid4().hex
                answer = answer_to(request, turned_away())
                answer.headers["X-Request-ID"] = request.state.request_id
                await answer(scope, receive, send)
                return
        await self._app(scope, receive, send)


@asynccontextmanager
async def close_behind(_app: FastAPI) -> AsyncGenerator[None]:
    """Leaves no connection open when the server ends; where the gateway is mounted into the pages, web/ does it."""
    yield
    await close_loop_redis()


def create_app() -> FastAPI:
    """A new gateway without server or lifespan: web/ mounts the pages into it."""
    app = FastAPI(
        title="PurSight",
        version="0.1.0",
        description="REST gateway of PurSight. Log in with POST /auth/login, send the access token as Bearer.",
        lifespan=close_behind,
        docs_url=None,
        redoc_url=None,
    )
    install_error_handlers(app)

    app.add_middleware(NamedRequests)
    for module in sorted(modules_of("pursight_app.api.routes"), key=lambda each: each is not room_messages):
        # Routes are asked in their order, and messages come most often.
        # Not include_router(): its wrappers make the search for a route six times as long, and ours add nothing on the way.
        app.router.routes.extend(module.router.routes)
    for prefix in ("api", "auth", "racine"):
        # Without these an unknown path of the gateway would fall through to the pages and answer with HTML.
        app.add_route(f"/{prefix}/{{rest:path}}", _unknown, methods=None, include_in_schema=False)
    app.add_middleware(Turnstile, paths=paths_in_turn(app.router.routes))
    _describe_security(app)
    app.mount("/swagger", StaticFiles(directory=swagger_ui_path))
    return app


class Problem(BaseModel):
    """An error (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    request_id: str


def _describe_security(app: FastAPI) -> None:
    make = app.openapi

    def described() -> dict[str, Any]:
        document = make()
        components = document.setdefault("components", {})
        components["securitySchemes"] = {
            "accessToken": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
            "apiToken": {"type": "http", "scheme": "bearer", "bearerFormat": "psk_…"},
        }
        components.setdefault("schemas", {})["Problem"] = Problem.model_json_schema()
        return document

    app.openapi = described  # type: ignore[method-assign]  # FastAPI's documented way to extend the document
